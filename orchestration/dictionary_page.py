"""The data dictionary of a release as one page: every table, every column, every cell of the forms.

Belongs here: laying out `meta_tables`, `meta_columns` and `dim_cell`. Not here: what they say (the yml of the
dbt project and the catalog), the look (`expectations.report_style`).
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from expectations.report_parts import both, e, page, rows_of

Row = dict[str, Any]
KINDS = {
    "report": ("报表：从这里开始", "Reports: begin here"),
    "measure": ("指标：以公式命名的视图", "Measures: views named by their formula"),
    "fact": ("事实表", "Facts"),
    "dimension": ("维表", "Dimensions"),
    "dictionary": ("字典", "Dictionary"),
}


def write_dictionary(folder: Path) -> Path:
    """Write `index.html` into `folder`, from the database that lies beside it in the release; returns it."""
    with duckdb.connect(str(folder.parent / "gongkai.duckdb"), read_only=True) as connection:
        tables = _rows(connection, "from meta_tables order by table_name")
        columns = _rows(connection, "from meta_columns order by table_name, position")
        cells = _rows(connection, "from dim_cell order by form, position")
        spans = {table["table_name"]: _span(connection, table["table_name"], columns) for table in tables}
    by_table = {name: list(rows) for name, rows in groupby(columns, lambda row: str(row["table_name"]))}
    body = [
        f"<h1>{both('数据字典', 'Data dictionary')}</h1>",
        '<nav><a href="#cells">单元格 cells</a> <a href="../quality/index.html">核对报告 quality report</a> '
        '<a href="../dbt_docs/index.html">dbt</a></nav>',
        f"<p>{both('库中也有：', 'in the database:')} <code>meta_tables</code>, <code>meta_columns</code>, "
        "<code>dim_cell</code></p>",
    ]
    for kind, (zh, en) in KINDS.items():
        listed = [table for table in tables if table["kind"] == kind]
        if listed:
            body.append(f"<h2>{both(zh, en)}</h2>{_overview(listed, spans)}")
    body += [_table(table, by_table[table["table_name"]]) for table in tables]
    body.append(_cells(cells))
    index = folder / "index.html"
    index.write_text(page("数据字典 Data dictionary", "\n".join(body)), encoding="utf-8")
    return index


def _overview(tables: list[Row], spans: dict[str, tuple[int, str]]) -> str:
    return rows_of(
        ("表 Table", "内容 What it holds", "行 Rows", "年度 Years"),
        (
            (
                f'<a href="#{e(table["table_name"])}"><code>{e(table["table_name"])}</code></a>',
                both(table["description_zh"], table["description_en"]),
                f"{spans[table['table_name']][0]:,}",
                spans[table["table_name"]][1],
            )
            for table in tables
        ),
        numeric=(2,),
    )


def _table(table: Row, columns: list[Row]) -> str:
    name = e(table["table_name"])
    key = ", ".join(table["primary_key"])
    return (
        f'<h2 id="{name}"><code>{name}</code></h2>'
        f"<p>{both(table['description_zh'], table['description_en'])}</p>"
        + (f'<p class="small">主键 key: <code>{e(key)}</code></p>' if key else "")
        + rows_of(
            ("列 Column", "类型 Type", "内容 What it holds", "单位 Unit", "出处 Source"),
            (
                (
                    f"<code>{e(column['column_name'])}</code>",
                    f'<span class="small">{e(column["data_type"])}</span>',
                    both(column["description_zh"], column["description_en"]),
                    e(column["unit"]),
                    _source(column),
                )
                for column in columns
            ),
        )
    )


def _source(column: Row) -> str:
    """The printed cell, the formula and the table it joins to, as far as there are any."""
    said = []
    if column["cell_key"]:
        said.append(
            f"<code>{e(column['cell_key'])}</code> {e(column['row_label_zh'])} "
            f'<span class="soft">{e(", ".join(column["forms"] or []))} {e(column["article"])}</span>'
        )
    if column["formula"]:
        said.append(f"= {e(column['formula'])}")
    if column["joins_to"]:
        said.append(f"→ <code>{e(column['joins_to'])}</code>")
    return f'<span class="small">{"<br>".join(said)}</span>'


def _cells(cells: list[Row]) -> str:
    parts = [f'<h2 id="cells">{both("各表式的单元格", "Cells of the forms")}</h2>']
    for form, rows in groupby(cells, lambda row: str(row["form"])):
        table = rows_of(
            ("单元格 Cell", "所印名称 Label as printed", "单位 Unit", "条款 Article"),
            (
                (
                    f"<code>{e(c['cell_key'])}</code>",
                    both(c["label_zh"], c["label_en"]),
                    e(c["unit"]),
                    e(c["article"]),
                )
                for c in rows
            ),
        )
        parts.append(f"<details><summary>{e(form)}</summary>{table}</details>")
    return "".join(parts)


def _span(connection: duckdb.DuckDBPyConnection, table: str, columns: list[Row]) -> tuple[int, str]:
    """Rows of a table, and the report years it covers where it has them."""
    dated = any(c["table_name"] == table and c["column_name"] == "report_year" for c in columns)
    years = "min(report_year), max(report_year)" if dated else "null, null"
    found = connection.execute(f'select count(*), {years} from "{table}"').fetchone()
    rows, first, last = found or (0, None, None)
    return int(rows), "" if first is None else str(first) if first == last else f"{first}–{last}"


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
