"""A story as a web page.

Belongs here: HTML as editors, Word, WPS and content systems write it. Not here: what is printed (`story`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from html import escape
from itertools import pairwise

from tests.generator.story import Cell, Grid, Paragraph, Story

_NAVIGATION = (
    '<div class="header"><table width="100%"><tr><td><a href="/">首页</a></td><td><a href="/zwgk/">政务公开</a></td>'
    '<td><a href="/hd/">互动交流</a></td></tr></table></div>\n<div class="crumb">当前位置：<a href="/">首页</a> &gt; '
    '<a href="/nb/">政府信息公开年报</a></div>\n'
)
_SIDE = '<ul class="side"><li><a href="/nb/2019.html">2019年度报告</a></li><li><a href="/nb/2018.html">2018年度报告</a></li></ul>'
_FOOTER = (
    '<div class="footer"><p>主办单位：临江市人民政府办公室　联系电话：0591-28812345</p>'
    "<p>网站标识码：3500000012　访问量：1024</p><script>var visits=[1,2,3];document.write('<td>7</td>');</script></div>\n"
)
_SPAN = 'style="font-size:10.5pt;font-family:宋体;color:black"'
_TD = "border:solid windowtext 1.0pt;border-top:none;mso-border-alt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt"


def clean(story: Story) -> bytes:
    """UTF-8, declared, every tag closed."""
    return page(story, body(story)).encode()


def page(story: Story, content: str, charset: str | None = "utf-8", head: str = "") -> str:
    """The whole page around `content`."""
    title = escape(story.words.title)
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{meta}<title>{title}</title>{head}'
        f'<meta name="ArticleTitle" content="{title}"></head>\n<body>\n{content}</body></html>\n'
    )


def body(story: Story, cell: Callable[[Cell], str] | None = None) -> str:
    """All blocks of the story; `cell` prints a cell of a table."""
    return "".join(block_html(block, cell or cell_html) for block in story.blocks)


def block_html(block: Paragraph | Grid, cell: Callable[[Cell], str]) -> str:
    if isinstance(block, Grid):
        return table_html(block.rows, cell)
    tag = {"title": "h1", "heading": "h2"}.get(block.kind, "p")
    return f"<{tag}>{escape(block.text)}</{tag}>\n"


def table_html(rows: list[list[Cell]], cell: Callable[[Cell], str]) -> str:
    lines = "".join("<tr>" + "".join(map(cell, row)) + "</tr>\n" for row in rows)
    return f'<table border="1" cellspacing="0">\n{lines}</table>\n'


def spans(cell: Cell) -> str:
    found = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    return found + (f' colspan="{cell.columns}"' if cell.columns > 1 else "")


def cell_html(cell: Cell) -> str:
    tag = "th" if cell.head else "td"
    return f"<{tag}{spans(cell)}>{escape(cell.text)}</{tag}>"


def word_made(story: Story, rng: random.Random) -> bytes:
    """MsoNormal in every cell, numbers broken into spans, <o:p>, and the row that corrects misaligned columns."""

    def cell(one: Cell) -> str:
        text = one.text
        if one.key and len(text) > 1 and rng.random() < 0.5:
            place = rng.randrange(1, len(text))
            runs = [text[:place], text[place:]]
        else:
            runs = [text] if text else ["&nbsp;"] if rng.random() < 0.5 else []
        inner = "".join(
            f"<span lang=EN-US {_SPAN}>{run if run == '&nbsp;' else escape(run)}</span>" for run in runs
        )
        return (
            f"<td width=57{spans(one)} valign=center style='{_TD}'>\n  <p class=MsoNormal align=center "
            f"style='text-align:center;line-height:20.0pt'>{inner}<o:p></o:p></p>\n  </td>\n"
        )

    def table(grid: Grid) -> str:
        misaligned = "".join(
            f"<td width={rng.randint(20, 90)} style='border:none'></td>" for _ in grid.widths
        )
        tail = f"<![if !supportMisalignedColumns]>\n <tr height=0>{misaligned}</tr>\n <![endif]>"
        return table_html(grid.rows, cell).replace("</table>", tail + "</table>")

    parts = [
        table(block)
        if isinstance(block, Grid)
        else f"<p class=MsoNormal><span {_SPAN}>{escape(block.text)}</span><o:p></o:p></p>\n"
        for block in story.blocks
    ]
    head = '<style>p.MsoNormal{mso-style-parent:"";margin:0cm}</style>'
    inner = f'<div class="WordSection1">{"".join(parts)}</div>'
    return (
        page(story, inner, head=head)
        .replace("<html ", '<html xmlns:o="urn:schemas-microsoft-com:office:office" ')
        .encode()
    )


def wps_made(story: Story, rng: random.Random) -> bytes:
    """WPS: styles on everything, <font> and <strong> round pieces of labels, empty <p> in cells."""

    def cell(one: Cell) -> str:
        text = escape(one.text)
        if not one.key and len(text) > 3:
            place = rng.randrange(1, len(text))
            text = f'<font face="宋体">{text[:place]}</font><strong><span>{text[place:]}</span></strong>'
        extra = '<p style="text-align:justify;line-height:2">&nbsp;</p>' if rng.random() < 0.1 else ""
        return (
            f'<td{spans(one)} width="{rng.randint(40, 420)}" valign="center" style="font-family: 微软雅黑;">\n'
            f'<p style="text-align: justify; line-height: 2;" align=""><span style="font-family: 微软雅黑;">{text}</span>'
            f'<span style="font-family: 微软雅黑;"><o:p></o:p></span></p>{extra}\n</td>\n'
        )

    return page(story, body(story, cell)).encode()


def gb18030(story: Story, rng: random.Random) -> bytes:
    """GB18030 bytes, declared as GB2312 as usual, or not declared."""
    return page(story, body(story), rng.choice(("gb2312", "gbk", None))).encode("gb18030")


def wrong_charset(story: Story, rng: random.Random) -> bytes:
    """The bytes are not what the page says they are."""
    if rng.random() < 0.5:
        return page(story, body(story), rng.choice(("gb2312", "big5", "iso-8859-1"))).encode()
    return page(story, body(story), rng.choice(("utf-8", "iso-8859-1"))).encode("gb18030")


def nested(story: Story, rng: random.Random) -> bytes:
    """The report within a table for layout, navigation and footer around it."""
    inner = (
        f'<table width="1000" border="0"><tr><td width="200" valign="top">{_SIDE}</td><td>\n'
        f'<table border="0" width="100%"><tr><td>{body(story)}</td></tr></table>\n</td></tr></table>\n'
    )
    return page(story, _NAVIGATION + inner + _FOOTER).encode()


def untagged(story: Story, rng: random.Random) -> bytes:
    """No end tags of cells, rows and paragraphs; capitals and attributes without quotes."""
    text = re.sub(r"</(?:td|th|tr|p)>", "", body(story))
    text = re.sub(r"<(/?)(table|tr|td|th)\b", lambda match: f"<{match[1]}{match[2].upper()}", text)
    text = re.sub(r'="(\d+)"', r"=\1", text)
    return page(story, text).encode()


def split_tables(story: Story, rng: random.Random) -> bytes:
    """One table of the form as several, cut between rows where no cell reaches over the cut."""
    parts = []
    for block in story.blocks:
        if not isinstance(block, Grid):
            parts.append(block_html(block, cell_html))
            continue
        cuts = [n for n in _clear_cuts(block) if n > block.heads]
        chosen = sorted(rng.sample(cuts, min(len(cuts), 3))) if block.code != "t4" else []
        edges = [0, *chosen, len(block.rows)]
        for first, last in pairwise(edges):
            parts.append(table_html(block.rows[first:last], cell_html))
            parts.append(rng.choice(("", "<br>", "<p>&nbsp;</p>")))
    return page(story, "".join(parts)).encode()


def _clear_cuts(grid: Grid) -> list[int]:
    """Rows before which no cell from above reaches down."""
    reach = 0
    clear = []
    for number, row in enumerate(grid.rows):
        if number and reach <= number:
            clear.append(number)
        reach = max([reach, *(number + cell.rows for cell in row)])
    return clear


def long_rowspans(story: Story, rng: random.Random) -> bytes:
    """Labels that reach further down than the table has rows, and explicit spans of 1."""
    last = {id(cell) for grid in story.grids for row in grid.rows[-3:] for cell in row}

    def cell(one: Cell) -> str:
        text = cell_html(one)
        if one.rows == 1 and rng.random() < 0.2:
            explicit = f'rowspan="1" colspan="{one.columns}"'
            text = re.sub(r"^<(t[dh])", rf"<\1 {explicit}", text.replace(spans(one), ""))
        elif one.rows > 1 and id(one) in last:
            text = text.replace(f'rowspan="{one.rows}"', f'rowspan="{one.rows + 5}"')
        return text

    return page(story, body(story, cell)).encode()


def hidden_parts(story: Story, rng: random.Random) -> bytes:
    """Things that no browser shows: comments, a hidden copy of a table with other numbers, scripts."""
    parts = []
    for block in story.blocks:
        parts.append(block_html(block, cell_html))
        if isinstance(block, Grid) and rng.random() < 0.5:
            other = re.sub(r">\d+<", lambda _: f">{rng.randrange(500)}<", table_html(block.rows, cell_html))
            parts.append(rng.choice((f"<!-- {other} -->", f'<div style="display:none">{other}</div>')))
    return page(story, "".join(parts) + _FOOTER).encode()


#: Ways of a page to hold a text that nobody sees.
_UNSEEN = (
    "visibility:hidden", "opacity:0", "font-size:0", "FONT-SIZE: 0px", "color:transparent", "display:none",
    "position:absolute;left:-9999px", "display:inline-block;width:0;height:0;overflow:hidden",
)  # fmt: skip


def unseen(story: Story, rng: random.Random) -> bytes:
    """Digits beside the numbers, and in blank cells, that styles or a style sheet take out of sight."""

    def cell(one: Cell) -> str:
        if not one.key or rng.random() > 0.15:
            return cell_html(one)
        hidden = f' style="{rng.choice(_UNSEEN)}"' if rng.random() < 0.7 else ' class="old"'
        return f"<td{spans(one)}>{escape(one.text)}<span{hidden}>{rng.randrange(10)}</span></td>"

    sheet = "<style>td{color:#333} .old{display:none} @media print{td{display:none}}</style>"
    return page(story, body(story, cell), head=sheet).encode()


def white(story: Story, rng: random.Random) -> bytes:
    """White on dark in the head and the last column, which is read; a few white digits on paper, which nobody sees."""

    def cell(one: Cell) -> str:
        if one.head or (one.key and one.key.endswith(".total")):
            return f'<td{spans(one)} bgcolor="#1e50a2"><font color="#ffffff">{escape(one.text)}</font></td>'
        if one.key and rng.random() < 0.05:
            story.undecidable.add(one.key)
            return (
                f'<td{spans(one)}>{escape(one.text)}<span style="color:#fff">{rng.randrange(10)}</span></td>'
            )
        return cell_html(one)

    return page(story, body(story, cell)).encode()


def raised(story: Story, rng: random.Random) -> bytes:
    """Note marks behind labels and numbers, raised by an element, by a style, or as Word raises them."""

    def cell(one: Cell) -> str:
        if not one.text or rng.random() > 0.1:
            return cell_html(one)
        if one.key:
            story.undecidable.add(one.key)
        mark = rng.choice(("1", "2", "[1]", "①", "*"))
        kind = rng.choice(
            (
                "<sup>{}</sup>",
                '<span style="vertical-align:super;font-size:8pt">{}</span>',
                "<a style='mso-footnote-id:ftn1' href='#_ftn1'><span class=MsoFootnoteReference>{}</span></a>",
                "<span style='position:relative;top:-4.0pt;mso-text-raise:4.0pt'>{}</span>",
            )
        )
        return f"<td{spans(one)}>{escape(one.text)}{kind.format(mark)}</td>"

    return page(story, body(story, cell)).encode()


def fields(story: Story, rng: random.Random) -> bytes:
    """Numbers in the fields of a form, as on the page on which they were typed in."""

    def cell(one: Cell) -> str:
        if not one.key:
            return cell_html(one)
        text = escape(one.text)
        shown = rng.choice(
            (f'<input name="v" value="{text}" readonly>', f"<textarea rows=1>{text}</textarea>", text)
        )
        return f'<td{spans(one)}>{shown}<input type="hidden" value="{rng.randrange(99)}"></td>'

    return page(story, body(story, cell)).encode()


def excel_made(story: Story, rng: random.Random) -> bytes:
    """Excel: <col>, x:num, invisible characters in numbers, and the row of no height at the end."""

    def cell(one: Cell) -> str:
        text = escape(one.text)
        if one.key and len(text) > 1 and rng.random() < 0.3:
            text = text[0] + rng.choice(("&#8203;", "&shy;", "<wbr>", "&#65279;")) + text[1:]
        return f"<td{spans(one)} class=xl66 width=64 style='border-left:none' x:num=\"9\">{text}</td>\n"

    def table(grid: Grid) -> str:
        columns = "<col class=xl65 width=64 style='mso-width-source:userset;width:48pt'>" * len(grid.widths)
        rows = table_html(grid.rows, cell).replace("<tr>", "<tr height=18 style='height:13.5pt'>")
        flat = f"<tr height=0 style='display:none'>{'<td width=64></td>' * len(grid.widths)}</tr>"
        tail = f"<![if supportMisalignedColumns]>{flat}<![endif]></table>"
        return rows.replace('cellspacing="0">', f'cellspacing="0" x:str>{columns}').replace("</table>", tail)

    parts = [
        table(block) if isinstance(block, Grid) else block_html(block, cell_html) for block in story.blocks
    ]
    head = "<style>.xl66{color:windowtext;font-size:9.0pt} rt{display:none;color:windowtext}</style>"
    return page(story, "".join(parts), head=head).encode()


def rows_untagged(story: Story, rng: random.Random) -> bytes:
    """Some rows have lost their start tag: browsers begin a row for the first cell behind </tr> all the same."""

    def without(found: re.Match[str]) -> str:
        return found[0].replace("<tr>", "") if rng.random() < 0.3 else found[0]

    return page(story, re.sub(r"(?<=</tr>\n)<tr>", without, body(story))).encode()


HtmlWriter = Callable[[Story, random.Random], bytes]
WRITERS: Mapping[str, HtmlWriter] = {
    "clean": lambda story, rng: clean(story),
    "word": word_made,
    "wps": wps_made,
    "gb18030": gb18030,
    "wrong_charset": wrong_charset,
    "nested": nested,
    "untagged": untagged,
    "split": split_tables,
    "rowspans": long_rowspans,
    "hidden": hidden_parts,
    "unseen": unseen,
    "white": white,
    "raised": raised,
    "fields": fields,
    "excel": excel_made,
    "rows_untagged": rows_untagged,
}
