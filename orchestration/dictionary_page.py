"""The data dictionary of a release as one page: every table, every column, every cell of the forms.

Belongs here: laying out `meta_tables`, `meta_columns`, `dim_measure` and `dim_cell`, and finding a word on
the page. Not here: what they say (the yml of the dbt project and the catalog), the look (`report_style`).
"""

from __future__ import annotations

from collections.abc import Iterable
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
    "other": ("其他", "Other"),
}
#: What a description says instead of the caveat, which the page prints.
POINTERS = (
    "，须知见 dim_measure",
    "；须知见 dim_measure",
    "; caveat in dim_measure",
    ", caveat in dim_measure",
)
#: What meta_columns says of a number whose unit stands in its row.
IN_ROW = "column unit"
# Hides the rows and tables in which not all words stand; without it the page is whole. No library: it opens
# from a disk, without a network.
_SEARCH = """
<script>
(function () {
  var box = document.getElementById('find'), said = document.getElementById('found');
  var sections = document.querySelectorAll('section'), rows = document.querySelectorAll('tbody tr');
  var texts = Array.prototype.map.call(rows, function (row) { return row.textContent.toLowerCase(); });
  function search() {
    var words = box.value.toLowerCase().split(/\\s+/).filter(Boolean), found = 0;
    function matches(text) { return words.every(function (word) { return text.indexOf(word) >= 0; }); }
    Array.prototype.forEach.call(rows, function (row, at) {
      var head = row.closest('section').getAttribute('data-name') || '';
      row.hidden = !matches(head + ' ' + texts[at]);
      if (!row.hidden) found += 1;
    });
    Array.prototype.forEach.call(sections, function (section) {
      section.hidden = words.length > 0 && !section.querySelector('tbody tr:not([hidden])');
      Array.prototype.forEach.call(section.querySelectorAll('details'), function (part) {
        part.hidden = words.length > 0 && !part.querySelector('tbody tr:not([hidden])');
        part.open = words.length > 0;
      });
    });
    said.textContent = words.length ? found + ' 行 rows' : '';
  }
  box.addEventListener('input', search);
  if (location.search.indexOf('?q=') === 0) {
    box.value = decodeURIComponent(location.search.slice(3));
    search();
  }
})();
</script>
"""


def write_dictionary(folder: Path) -> Path:
    """Write `index.html` into `folder`, from the database that lies beside it in the release; returns it."""
    with duckdb.connect(str(folder.parent / "gongkai.duckdb"), read_only=True) as connection:
        tables = _rows(connection, "from meta_tables order by table_name")
        columns = _rows(connection, "from meta_columns order by table_name, position")
        cells = _rows(connection, "from dim_cell order by form, position")
        measures = {row["view_name"]: row for row in _rows(connection, "from dim_measure")}
        spans = {table["table_name"]: _span(connection, table["table_name"], columns) for table in tables}
    by_table = {name: list(rows) for name, rows in groupby(columns, lambda row: str(row["table_name"]))}
    by_kind = {kind: [table for table in tables if table["kind"] == kind] for kind in KINDS}
    body = [
        f"<h1>{both('数据字典', 'Data dictionary')}</h1>",
        '<nav><a href="#cells">单元格 cells</a> <a href="../quality/index.html">核对报告 quality report</a> '
        '<a href="../dbt_docs/index.html">dbt</a></nav>',
        f"<p>{both('库中也有：', 'in the database:')} <code>meta_tables</code>, <code>meta_columns</code>, "
        "<code>dim_cell</code></p>",
        '<p><input class="find" id="find" type="search" aria-label="查找 find" '
        'placeholder="查找表、列、单元格 find a table, a column, a cell"></p>'
        '<p class="small soft" id="found"></p>',
    ]
    for kind, (zh, en) in KINDS.items():
        if by_kind[kind]:
            body.append(f"<section><h2>{both(zh, en)}</h2>{_overview(by_kind[kind], spans)}</section>")
    body += [
        _table(table, by_table[table["table_name"]], measures.get(table["table_name"]))
        for listed in by_kind.values()
        for table in listed
    ]
    body += [_cells(cells), _SEARCH]
    index = folder / "index.html"
    index.write_text(page("数据字典 Data dictionary", "\n".join(body)), encoding="utf-8")
    return index


def _overview(tables: list[Row], spans: dict[str, tuple[int, str]]) -> str:
    return rows_of(
        ("表 Table", "内容 What it holds", "行 Rows", "年度 Years"),
        (
            (_link(table["table_name"]), f"{_description(table)}{_use(table)}", f"{rows:,}", years)
            for table in tables
            for rows, years in [spans[table["table_name"]]]
        ),
        numeric=(2,),
        stacked=True,
    )


def _table(table: Row, columns: list[Row], measure: Row | None) -> str:
    name = e(table["table_name"])
    key = _codes(table["primary_key"])
    grain = f'<p class="small">{both("一行由此确定", "One row for each")}: {key}</p>' if key else ""
    body = rows_of(
        ("列 Column", "类型 Type", "内容 What it holds", "单位 Unit", "出处 Source"),
        (
            (
                f"<code>{e(column['column_name'])}</code>",
                f'<span class="small">{e(column["data_type"])}</span>',
                both(column["description_zh"], column["description_en"]),
                _unit(column["unit"]),
                _source(column),
            )
            for column in columns
        ),
        stacked=True,
    )
    return (
        f'<section data-name="{name}"><h2 id="{name}"><code>{name}</code></h2>'
        f"<p>{_description(table)}</p>{_caveat(measure)}{grain}{body}</section>"
    )


def _use(table: Row) -> str:
    """When to take the table, or that most never need it."""
    return f'<br><span class="small soft">{both(table["use_for_zh"], table["use_for_en"])}</span>'


def _description(table: Row) -> str:
    zh, en = str(table["description_zh"]), str(table["description_en"])
    for pointer in POINTERS:
        zh, en = zh.replace(pointer, ""), en.replace(pointer, "")
    return both(zh, en)


def _caveat(measure: Row | None) -> str:
    """Formula, caveat, and from which denominator on a measure is shown."""
    if measure is None:
        return ""
    below = int(measure["hidden_below"] or 0)
    hidden = both(f"分母小于 {below} 时不显示。", f"Hidden where the denominator is below {below}.")
    return (
        f'<p class="small">{both("公式", "formula")}: <code>{e(measure["formula"])}</code><br>'
        f"{both('须知：' + measure['caveat_zh'] + '。', 'Caveat: ' + measure['caveat_en'] + '.')} "
        f"{hidden if below else ''}</p>"
    )


def _unit(unit: str | None) -> str:
    return f"{both('见本行', 'see column')} <code>unit</code>" if unit == IN_ROW else e(unit)


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
        table, _, name = str(column["joins_to"]).partition(".")
        said.append(f"→ {_link(table)}.<code>{e(name)}</code>")
    return f'<span class="small">{"<br>".join(said)}</span>' if said else ""


def _link(table: str) -> str:
    return f'<a href="#{e(table)}"><code>{e(table)}</code></a>'


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"<code>{e(name)}</code>" for name in names)


def _cells(cells: list[Row]) -> str:
    parts = [f'<section><h2 id="cells">{both("各表式的单元格", "Cells of the forms")}</h2>']
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
            stacked=True,
        )
        parts.append(f"<details><summary>{e(form)}</summary>{table}</details>")
    return "".join(parts) + "</section>"


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
