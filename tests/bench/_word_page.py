"""A report as a web editor stores what was pasted from Word: the form of 2021 in heavy markup.

The tables are those of the form, printed from the catalog; paragraphs of prose fill the page up to the wanted
size. Every cell carries Word's border styles, every number stands in spans of its own, split where Word splits.
"""

from __future__ import annotations

import random

from ingestion.catalog import Form, Row, Table, load_catalog

_CELL_STYLE = (
    "width:42.5pt;border-top:none;border-left:none;border-bottom:solid windowtext 1.0pt;"
    "mso-border-bottom-alt:solid windowtext .5pt;border-right:solid windowtext 1.0pt;"
    "padding:0cm 5.4pt 0cm 5.4pt;mso-border-top-alt:solid windowtext .5pt;height:14.15pt"
)
_P_STYLE = (
    "margin-top:0cm;text-align:center;mso-pagination:widow-orphan;line-height:20.0pt;"
    "mso-line-height-rule:exactly"
)
_SPAN_STYLE = (
    'font-size:12.0pt;line-height:150%;font-family:"Times New Roman","serif";'
    "mso-fareast-font-family:仿宋_GB2312;mso-bidi-font-size:12.0pt;color:black"
)
_PROSE = (
    "一年来，我街道认真贯彻落实《中华人民共和国政府信息公开条例》，坚持以公开为常态、不公开为例外，",
    "进一步健全工作机制，规范信息发布审查，",
    "全年通过政府门户网站主动公开政府信息",
    "条，及时回应社会关切，保障人民群众的知情权、参与权和监督权。",
)


def word_page(target_bytes: int = 250_000, seed: int = 2021) -> bytes:
    """The UTF-8 bytes of one page, of `target_bytes` or up to 3 KB more."""
    form = load_catalog().forms["form_2021"]
    rng = random.Random(seed)
    tables = {table.code: table for table in form.tables}
    parts = [
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8">',
        "<title>营前街道2021年政府信息公开工作年度报告</title>",
        '<meta name="ArticleTitle" content="营前街道2021年政府信息公开工作年度报告">',
        '<style>p.MsoNormal{mso-style-parent:"";margin:0cm;}</style></head>',
        '<body lang="ZH-CN" style="text-justify-trim:punctuation"><div class="WordSection1">\n',
        _paragraph("营前街道2021年政府信息公开工作年度报告"),
        _paragraph("一、总体情况"),
        "",  # the prose comes here
        _paragraph("二、主动公开政府信息情况"),
        _disclosures([tables[code] for code in ("t2_1", "t2_5", "t2_6", "t2_8")], rng),
        _paragraph("三、收到和处理政府信息公开申请情况"),
        _requests(form, tables["t3"], rng),
        _paragraph("四、政府信息公开行政复议、行政诉讼情况"),
        _reviews(tables["t4"], rng),
        _paragraph("五、存在的主要问题及改进情况"),
        _paragraph("无。"),
        "</div></body></html>",
    ]
    prose: list[str] = []
    missing = target_bytes - len("".join(parts).encode())
    while missing > 0:
        prose.append(_prose(rng))
        missing -= len(prose[-1].encode())
    parts[parts.index("")] = "".join(prose)
    return "".join(parts).encode()


def _span(text: str) -> str:
    return f"<span lang=EN-US style='{_SPAN_STYLE}'>{text}</span>"


def _paragraph(*runs: str) -> str:
    spans = "".join(map(_span, runs))
    return f"<p class=MsoNormal align=center style='{_P_STYLE}'>{spans}<o:p></o:p></p>\n"


def _prose(rng: random.Random) -> str:
    return _paragraph(*_PROSE[:3], str(rng.randrange(1000)), _PROSE[3])


def _cell(text: str, rows: int = 1, columns: int = 1) -> str:
    spans = (f" rowspan={rows}" if rows > 1 else "") + (f" colspan={columns}" if columns > 1 else "")
    # Word begins a new run inside a number as it likes
    runs = [text] if not text.isdigit() else [text[:1], text[1:]] if len(text) > 1 else [text]
    return f"<td width=57 valign=center{spans} style='{_CELL_STYLE}'>\n  {_paragraph(*runs)}  </td>\n"


def _row(*cells: str) -> str:
    return f"<tr style='mso-yfti-irow:0;height:14.15pt'>{''.join(cells)}</tr>\n"


def _table(*rows: str) -> str:
    style = "border-collapse:collapse;mso-yfti-tbllook:1184;mso-padding-alt:0cm 5.4pt 0cm 5.4pt"
    return f"<table class=MsoNormalTable border=0 cellspacing=0 style='{style}'>{''.join(rows)}</table>\n"


def _number(rng: random.Random) -> str:
    return str(rng.choice((0, 0, 0, 0, 1, 3, 12, 134)))


def _disclosures(tables: list[Table], rng: random.Random) -> str:
    width = 1 + max(len(table.columns) for table in tables)
    rows = []
    for table in tables:
        spread = (width - 1) // len(table.columns)
        rows.append(_row(_cell(table.label_zh, columns=width)))
        rows.append(_row(_cell("信息内容"), *(_cell(c.label_zh, columns=spread) for c in table.columns)))
        for row in table.value_rows:
            values = [_cell(_number(rng), columns=spread) for _ in table.columns]
            rows.append(_row(_cell(row.label_zh), *values))
    return _table(*rows)


def _requests(form: Form, table: Table, rng: random.Random) -> str:
    note = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    head = table.columns
    rows = [
        _row(_cell(note, rows=3, columns=3), _cell("申请人情况", columns=7)),
        _row(_cell(head[0].label_zh, rows=2), _cell("法人或其他组织", columns=5), _cell("总计", rows=2)),
        _row(*(_cell(column.label_zh) for column in head[1:-1])),
    ]
    children: dict[str | None, list[Row]] = {}
    for row in table.rows:
        children.setdefault(row.parent, []).append(row)

    def leaves(row: Row) -> int:
        below = children.get(row.code, [])
        return sum(map(leaves, below)) if below else 1

    def emit(row: Row, before: list[str], level: int) -> None:
        label = f"{row.enumerator or ''}{row.label_zh}"
        below = children.get(row.code, [])
        if not below:
            values = [_cell(_number(rng)) for _ in head]
            rows.append(_row(*before, _cell(label, columns=4 - level), *values))
            return
        before = [*before, _cell(label, rows=leaves(row))]
        for child in below:
            emit(child, before, level + 1)
            before = []

    for row in children[None]:
        emit(row, [], 1)
    return _table(*rows)


def _reviews(table: Table, rng: random.Random) -> str:
    results = [column.label_zh for column in table.columns]
    return _table(
        _row(_cell("行政复议", columns=5), _cell("行政诉讼", columns=10)),
        _row(
            *(_cell(result, rows=2) for result in results),
            _cell("未经复议直接起诉", columns=5),
            _cell("复议后起诉", columns=5),
        ),
        _row(*(_cell(result) for result in results * 2)),
        _row(*(_cell(_number(rng)) for _ in range(15))),
    )
