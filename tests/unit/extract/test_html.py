"""Pages and fragments of pages: tables, text and pictures in document order, nothing lost."""

from __future__ import annotations

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import Document, Grid, ImageBlock, TextBlock

TABLE = "<table><tr><td>规章</td><td>0</td></tr></table>"


def read(html: str) -> Document:
    return read_document(html.encode(), "page.html")


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in grid.rows()]


def only_grid(html: str) -> Grid:
    grids = read(html).grids()
    assert len(grids) == 1
    return grids[0]


def cell(inner: str, attributes: str = "") -> str:
    """The text of one cell, read beside another one."""
    rows = texts(only_grid(f"<table><tr><td>规章</td><td {attributes}>{inner}</td></tr></table>"))
    return rows[0][1]


def codes(document: Document) -> set[str]:
    return {issue.code for issue in document.issues}


def blocks(document: Document) -> list[str]:
    """Text as it stands, tables as [n], pictures as <src>."""
    shown = []
    for block in document.blocks:
        if isinstance(block, Grid):
            shown.append(f"[{block.index}]")
        elif isinstance(block, ImageBlock):
            shown.append(f"<{block.src}>")
        else:
            shown.append(block.text)
    return shown


# -------------------------------------------------------------------------------------------- the text of a cell


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("10", "10"),
        ("1<span>0</span>", "10"),
        ("<p class=MsoNormal><span lang=EN-US>1</span><span>0</span><o:p></o:p></p>", "10"),
        ("<font><b>1</b></font><i>0</i>", "10"),
        ("<span>1</span>\n<span>0</span>", "1 0"),
        ("其<span>他</span><span>结果</span>", "其他结果"),
        ("商业<br>企业", "商业\n企业"),
        ("<p>商业</p><p>企业</p>", "商业\n企业"),
        ("<div>商业</div>企业", "商业\n企业"),
        ("<p>3</p><p>&nbsp;</p>", "3"),
        ("本年新收\n      政府信息", "本年新收政府信息"),
        ("a\n   b", "a b"),
        ("&nbsp;", ""),
        ("&nbsp;\u30005&#160;", "5"),
        ("指&nbsp;标", "指\xa0标"),
        ("<o:p>&nbsp;</o:p>", ""),
        ("", ""),
        ("&#8203;", ""),
        ("22（其中修订16件）", "22（其中修订16件）"),
        ("1,234", "1,234"),
        ("+3/-1", "+3/-1"),
        ("１２", "１２"),
        ("007", "007"),
        ("&lt;5&gt;", "<5>"),
        ("<!-- 9 -->5<!--[if gte mso 9]>9<![endif]-->", "5"),
        ("5<script>6</script><style>7</style>", "5"),
        ("<math><mn>5</mn></math>", "5"),
        ("5<svg><text>9</text></svg>", "5"),
        ('<input type="text" value="7">', "7"),
        ('<input type="hidden" value="7">', ""),
        ("<table><tr><td>5</td></tr></table>", "5"),
        ("5&#x110000;", "5\ufffd"),
    ],
)
def test_the_text_of_a_cell_is_what_is_printed(inner: str, text: str) -> None:
    assert cell(inner) == text


@pytest.mark.parametrize("hide", ["", "style='font-size:12pt'", "class='display' style='line-height:1'"])
def test_the_same_with_and_without_the_short_cut_for_word(hide: str) -> None:
    """Pages that mention display or line-through are read element by element, others without bare spans."""
    word = (
        "<p class=MsoNormal style='mso-x:\"a\"'><span lang=EN-US\nstyle='color:black'>1</span>"
        f"<span {hide}>0</span><o:p></o:p></p>"
    )
    assert cell(word) == "10"


def test_a_bare_span_with_odd_attributes_leaves_no_trace() -> None:
    assert cell("<span title='a>b'>5</span>") == "5"
    assert cell('<span title="it\'s">5</span>') == "5"
    assert cell("<spanner>5</spanner>") == "5"


def test_a_footnote_mark_does_not_become_a_digit() -> None:
    assert cell("10<sup>1</sup>") == "10^1"
    assert cell("<sup>1</sup>10") == "1^10"
    assert cell("m<sup>2</sup>") == "m2"
    assert cell("本年新收申请10件<sup>1</sup>") == "本年新收申请10件"


@pytest.mark.parametrize("tag", ["del", "s", "strike"])
def test_struck_text_is_kept_and_marked(tag: str) -> None:
    grid = only_grid(f"<table><tr><td>规章</td><td><{tag}>5</{tag}>6</td><td>7</td></tr></table>")
    assert [(c.text, c.struck) for c in grid.cells] == [("规章", False), ("56", True), ("7", False)]


def test_text_struck_by_its_style_is_marked() -> None:
    grid = only_grid(
        "<table><tr><td>规章</td><td><span style='text-decoration:line-through'>5</span></td></tr></table>"
    )
    assert [cell.struck for cell in grid.cells] == [False, True]


# ------------------------------------------------------------------------------------------------ rows and cells


def test_header_cells_count_and_a_foot_stands_below() -> None:
    grid = only_grid(
        "<table><thead><tr><th>甲</th><th>乙</th></tr></thead><tfoot><tr><td>合计</td><td>3</td></tr></tfoot>"
        "<tbody><tr><td>一</td><td>1</td></tr></tbody><tbody><tr><td>二</td><td>2</td></tr></tbody></table>"
    )
    assert texts(grid) == [["甲", "乙"], ["一", "1"], ["二", "2"], ["合计", "3"]]


def test_missing_end_tags() -> None:
    grid = only_grid("<table><tr><td>甲<td><span>1<td><p>2<tr><td><b>乙<td>3<td>4</table>")
    assert texts(grid) == [["甲", "1", "2"], ["乙", "3", "4"]]


def test_cells_behind_the_end_of_a_row_begin_another() -> None:
    grid = only_grid(
        "<table><tr><td>甲</td><td>1</td></tr><td>乙</td><td>2</td></tr><tr><td>丙</td></tr></table>"
    )
    assert texts(grid) == [["甲", "1"], ["乙", "2"], ["丙"]]


def test_a_blank_cell_is_a_cell() -> None:
    grid = only_grid("<table><tr><td>甲</td><td></td><td/><td>1</td></tr></table>")
    assert texts(grid) == [["甲", "", "", "1"]]


def test_the_flat_row_of_word_is_no_row() -> None:
    word = (
        "<table><tr><td>甲</td><td>1</td></tr><![if !supportMisalignedColumns]><tr height=0>"
        "<td width=90></td><td width=20></td></tr><![endif]></table>"
    )
    assert texts(only_grid(word)) == [["甲", "1"]]
    comments = word.replace("<![", "<!--[").replace("]>", "]-->")
    assert texts(only_grid(comments)) == [["甲", "1"]]
    with_text = "<table><tr height=0><td>甲</td><td>1</td></tr></table>"
    assert texts(only_grid(with_text)) == [["甲", "1"]]


def test_cells_know_table_row_column_and_line() -> None:
    page = f"<p>一</p>\n{TABLE}\n<table>\n<tr><td>甲</td><td>1</td></tr>\n<tr><td>乙</td>\n<td>2</td></tr></table>"
    place = read(page).grids()[1].cells[3].locator
    assert (place.table, place.row, place.column, place.line) == (2, 2, 2, 6)
    assert place.char_start is None


def test_text_between_cells_is_kept_and_reported() -> None:
    document = read("<table>甲<tr>乙<td>1</td><td>2</td></tr></table>")
    assert "甲" in document.text() and "乙" in document.text()
    assert texts(document.grids()[0]) == [["1", "2"]]
    assert "text_outside_cells" in codes(document)


def test_a_caption_stands_above_its_table() -> None:
    document = read("<table><caption>表三</caption><tr><td>甲</td><td>1</td></tr></table>")
    assert blocks(document) == ["表三", "[1]"]
    assert codes(document) == set()


def test_a_form_around_rows_does_no_harm() -> None:
    assert texts(only_grid("<table><form><tr><td>甲</td><td>1</td></tr></form></table>")) == [["甲", "1"]]


# ---------------------------------------------------------------------------------------- layout and nesting


def test_a_layout_table_gives_its_contents_in_order() -> None:
    page = (
        "<table><tr><td>首页</td><td>导航</td></tr><tr><td><h1>年度报告</h1><p>一、总体情况</p>"
        f"{TABLE}<p>二、其他</p>{TABLE}</td><td>右栏</td></tr></table>"
    )
    document = read(page)
    assert blocks(document) == ["首页", "导航", "年度报告", "一、总体情况", "[1]", "二、其他", "[2]", "右栏"]
    headings = [b.text for b in document.blocks if isinstance(b, TextBlock) and b.kind == "heading"]
    assert headings == ["年度报告"]


def test_a_table_of_prose_is_text() -> None:
    prose = "我街道认真贯彻落实政府信息公开条例，坚持以公开为常态、不公开为例外，按时公开。" * 8
    document = read(
        f"<table><tr><td>一</td><td>{prose}</td></tr><tr><td>二</td><td>{prose}</td></tr></table>"
    )
    assert blocks(document) == ["一", prose, "二", prose]


def test_a_single_cell_is_text() -> None:
    assert blocks(read("<table><tr><td>年度报告</td></tr></table>")) == ["年度报告"]


def test_a_report_in_one_table_gives_its_prose_and_its_data() -> None:
    prose = "我街道认真贯彻落实政府信息公开条例，坚持以公开为常态、不公开为例外，按时公开。" * 8
    numbers = "".join(f"<tr><td>第{n}行</td><td>{n}</td><td>{n}</td></tr>" for n in range(9))
    document = read(f"<table>{numbers}<tr><td colspan=3>{prose}</td></tr>{numbers}</table>")
    assert blocks(document) == ["[1]", prose, "[2]"]
    assert [grid.n_rows for grid in document.grids()] == [9, 9]


def test_a_table_inside_a_data_table_is_a_grid_of_its_own() -> None:
    rows = "".join(f"<tr><td>行{n}</td><td>{n}</td></tr>" for n in range(5))
    document = read(f"<table>{rows}<tr><td>附</td><td>{TABLE}</td></tr></table>")
    outer, inner = document.grids()
    assert texts(outer)[-1] == ["附", ""]
    assert texts(inner) == [["规章", "0"]]
    assert "nested_table" in codes(document)


def test_cells_of_a_list_without_numbers_beside_them_stay_cells() -> None:
    assert texts(only_grid("<table><tr><td>甲</td><td>乙</td></tr><tr><td></td><td></td></tr></table>")) == [
        ["甲", "乙"],
        ["", ""],
    ]


# -------------------------------------------------------------------------------------------------- fragments


def test_cells_that_lost_their_table_are_recovered() -> None:
    fragment = (
        "<td>行政处罚</td><td>1</td></tr><tr><td>行政强制</td><td>2</td></tr></tbody></table>"
        "<p>三、收到和处理情况</p><table><tr><td>甲</td><td>3</td></tr></table>"
    )
    document = read(fragment)
    assert blocks(document) == ["[1]", "三、收到和处理情况", "[2]"]
    assert texts(document.grids()[0]) == [["行政处罚", "1"], ["行政强制", "2"]]
    assert "table_cut_at_start" in codes(document)


def test_a_fragment_that_begins_inside_a_cell() -> None:
    document = read("0</span></p></td>\n<td>1</td></tr><tr><td>行政强制</td><td>2</td></tr></table>")
    assert texts(document.grids()[0]) == [["0", "1"], ["行政强制", "2"]]
    assert document.text() == ""


def test_a_fragment_that_begins_inside_a_tag() -> None:
    document = read('center" style="color:red">行政处罚</td><td>1</td></tr></table><p>完</p>')
    assert texts(document.grids()[0]) == [["行政处罚", "1"]]
    assert document.text() == "完"
    assert {"cut_markup", "table_cut_at_start"} <= codes(document)


def test_a_page_cut_inside_a_table_says_so() -> None:
    document = read("<p>报告</p><table><tr><td>甲</td><td>1</td></tr><tr><td>（三）不予公")
    assert texts(document.grids()[0]) == [["甲", "1"], ["（三）不予公"]]
    cut = [issue for issue in document.issues if issue.code == "table_cut_at_end"]
    assert len(cut) == 1
    assert cut[0].locator is not None and cut[0].locator.row == 2


def test_a_whole_page_without_end_tags_is_not_called_cut() -> None:
    assert codes(read("<html><body><table><tr><td>甲<td>1</body></html>")) == set()


def test_orphan_rows_end_at_the_next_paragraph() -> None:
    document = read("<div><tr><td>甲</td><td>1</td></tr><p>正文</p><tr><td>乙</td><td>2</td></tr></div>")
    assert blocks(document) == ["[1]", "正文", "[2]"]


def test_markup_in_a_script_string_is_unescaped() -> None:
    page = r'document.write("<table><tr><td class=\"a\">甲<\/td><td>1\u4ef6<\/td><\/tr><\/table>\n");'
    document = read(page)
    assert texts(document.grids()[0]) == [["甲", "1件"]]
    assert "script_string" in codes(document)
    assert document.grids()[0].cells[0].locator.line is None


def test_markdown_with_tables_in_html_keeps_its_lines() -> None:
    document = read(f"# 年度报告\n\n一、总体情况\n无。\n\n{TABLE}\n\n二、其他\n")
    assert blocks(document) == ["年度报告", "一、总体情况", "无。", "[1]", "二、其他"]


# -------------------------------------------------------------------------------------------- text and the rest


def test_paragraphs_headings_and_lines() -> None:
    document = read("<body><h2>一、总体<b>情况</b></h2>\n<p>甲<br>乙</p>\n<div>丙<p>丁</p>戊</div></body>")
    assert blocks(document) == ["一、总体情况", "甲", "乙", "丙", "丁", "戊"]
    found = [block for block in document.blocks if isinstance(block, TextBlock)]
    assert [block.kind for block in found] == ["heading"] + ["paragraph"] * 5
    assert [block.locator.line for block in found[:3]] == [1, 2, 2]


def test_noise_is_dropped() -> None:
    document = read(
        "<body><script>var a='<td>9</td>'</script><style>p{}</style><noscript>请启用</noscript><p>正文</p>"
        "<select><option>2020</option></select><textarea>x</textarea><svg><text>9</text></svg></body>"
    )
    assert blocks(document) == ["正文"]


def test_page_furniture_is_marked() -> None:
    document = read(
        "<body><nav><p>首页</p></nav><header>政府网</header><article><header><h1>年报</h1></header><p>正文</p>"
        "</article><footer><p>版权</p></footer></body>"
    )
    kinds = {block.text: block.kind for block in document.blocks if isinstance(block, TextBlock)}
    assert kinds == {
        "首页": "navigation",
        "政府网": "meta",
        "年报": "heading",
        "正文": "paragraph",
        "版权": "navigation",
    }


def test_title_and_meta() -> None:
    document = read(
        '<html><head><title> 2020年\n年报 </title><meta name="articletitle" content="年报全文">'
        '<meta name="PubDate" content="2021-01-07 10:00"><meta name="x" content="1"></head><body>a</body></html>'
    )
    assert document.title == "2020年 年报"
    assert document.meta == {"ArticleTitle": "年报全文", "PubDate": "2021-01-07 10:00", "x": "1"}
    assert "2020年" not in document.text()


def test_the_article_title_stands_in_for_a_missing_title() -> None:
    assert read('<html><meta name="ArticleTitle" content="年报"><body>a</body></html>').title == "年报"


@pytest.mark.parametrize("hide", ["style='display:none'", "style='DISPLAY: none; x:y'", "hidden"])
def test_hidden_elements_are_left_out_and_counted(hide: str) -> None:
    document = read(
        f"<p>正文</p><p {hide}>看不见</p><table><tr><td>甲</td><td {hide}>9</td><td>1</td></tr></table>尾"
    )
    assert blocks(document) == ["正文", "[1]", "尾"]
    assert texts(document.grids()[0]) == [["甲", "1"]]
    assert "hidden_cells" in codes(document)


def test_a_style_sheet_hides_nothing_beside_the_tables() -> None:
    document = read("<style>.a{display:none}</style><p class='a'>正文</p><p style='display:block'>二</p>")
    assert blocks(document) == ["正文", "二"]


def test_an_article_that_only_a_script_shows_is_read() -> None:
    rows = "".join(f"<tr><td>第{n}行的名称</td><td>{n}</td></tr>" for n in range(60))
    document = read(f"<html><body>首页<div style='display:none'><table>{rows}</table></div></body></html>")
    assert document.grids()[0].n_rows == 60
    assert "hidden_content_read" in codes(document)


def test_pictures_of_the_content() -> None:
    document = read(
        "<p>三、情况</p><p><img src='t3.png' alt='表三'></p><img src=a.gif width=16 height=16>"
        "<img src='b.gif' style='width:1px;height:1px'><img width=600 height='400px' src=c.png>"
        "<img src='data:image/png;base64,AAAA'><img>"
    )
    assert blocks(document) == ["三、情况", "<t3.png>", "<c.png>", "<data:image/png;base64>"]
    image = document.blocks[1]
    assert isinstance(image, ImageBlock) and image.alt == "表三"


def test_a_picture_in_a_cell_knows_its_cell() -> None:
    document = read("<table><tr><td>规章</td><td><img src=0.png></td></tr></table>")
    image = document.blocks[1]
    assert isinstance(image, ImageBlock)
    assert (image.locator.table, image.locator.row, image.locator.column) == (1, 1, 2)


@pytest.mark.parametrize("page", ["<html></html>", "<body><script>render()</script></body>", "<p></p><br>"])
def test_a_page_without_content_says_so(page: str) -> None:
    document = read(page)
    assert document.blocks == []
    assert "no_content" in codes(document)


def test_the_document_names_its_bytes() -> None:
    data = "<p>一、总体情况</p>".encode("gb18030")
    document = read_document(data, "报告 1.html")
    assert (document.name, document.n_bytes, document.encoding) == ("报告 1.html", len(data), "gb18030")
    assert document.media_type == "text/html"
    assert len(document.sha256) == 64


@pytest.mark.parametrize("charset", ["gb2312", "utf-16", "big5", "nonsense", "utf-8"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_parser_does_not_believe_the_declaration_either(charset: str, codec: str) -> None:
    page = (
        f'<html><head><meta charset="{charset}"><title>政府信息公开</title></head><body><p>总体情况</p>'
        "<table><tr><td>行政处罚</td><td>12</td></tr></table></body></html>"
    )
    document = read_document(page.encode(codec), "page.html")
    assert document.title == "政府信息公开"
    assert blocks(document) == ["总体情况", "[1]"]
    assert texts(document.grids()[0]) == [["行政处罚", "12"]]
    declared_xml = f'<?xml version="1.0" encoding="{charset}"?>' + page
    assert texts(read_document(declared_xml.encode(codec), "page.html").grids()[0]) == [["行政处罚", "12"]]
