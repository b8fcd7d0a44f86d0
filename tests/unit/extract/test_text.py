"""Text: tables between tabs, one cell a line, between pipes; the rest is one block a line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingestion.extract import read_document
from ingestion.extract.model import Document, Grid, ImageBlock, TextBlock
from ingestion.extract.text import split_lines


def read(text: str) -> Document:
    return read_document(text.encode(), "report.txt")


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in grid.rows()]


def shapes(document: Document) -> list[str]:
    return [block.kind for block in document.blocks if not isinstance(block, ImageBlock)]


# ------------------------------------------------------------------------------------------------------ tabs


def test_fields_between_tabs_are_cells_blank_ones_too() -> None:
    grid = read("规章\t0\t\t12\n行政规范性文件\t1\t2\t\n").grids()[0]
    assert grid.kind == "tabbed"
    assert not grid.exact
    assert texts(grid) == [["规章", "0", "", "12"], ["行政规范性文件", "1", "2", ""]]
    assert (grid.n_rows, grid.n_cols) == (2, 4)


def test_a_cell_knows_its_line_and_its_characters() -> None:
    text = "一、总体情况\n规章\t 0 \t12\n"
    cell = read(text).grids()[0].rows()[0][1]
    place = cell.locator
    assert (place.table, place.row, place.column, place.line) == (1, 1, 2, 2)
    assert text[place.char_start : place.char_end] == "0"


def test_a_blank_line_ends_a_table() -> None:
    grids = read("a\t1\t2\nb\t3\t4\n\nc\t5\t6\n").grids()
    assert [texts(grid) for grid in grids] == [[["a", "1", "2"], ["b", "3", "4"]], [["c", "5", "6"]]]


def test_a_lone_field_between_tabbed_rows_is_a_row() -> None:
    grid = read("规章\t0\t0\n第二十条第（五）项\n行政许可\t1\t2\n").grids()[0]
    assert texts(grid) == [["规章", "0", "0"], ["第二十条第（五）项"], ["行政许可", "1", "2"]]


def test_text_after_a_tabbed_table_is_text() -> None:
    document = read("规章\t0\t0\n四、政府信息公开行政复议情况\n\n五、其他\n")
    assert shapes(document) == ["tabbed", "paragraph", "paragraph"]


def test_a_row_with_one_leading_tab_stays_with_its_tabbed_neighbours() -> None:
    grid = read("\t小计\n行政许可\t1\t2\n\t合计\n").grids()[0]
    assert texts(grid) == [["", "小计"], ["行政许可", "1", "2"], ["", "合计"]]


@pytest.mark.parametrize(
    "line",
    [
        "\t\t\t营前街道办事处",
        "来源：鼓楼区水部街道\t时间：2024-01-02 15:47",
        "\t2020年，我街道认真贯彻落实政府信息公开条例。",
    ],
)
def test_an_indented_line_is_not_a_table(line: str) -> None:
    document = read(f"一、总体情况\n\n{line}\n\n无。\n")
    assert shapes(document) == ["paragraph"] * 3
    assert document.text().splitlines()[1] == line.strip()


def test_a_single_row_of_numbers_is_a_table() -> None:
    assert texts(read("(七) 总计\t4\t0\t0\n").grids()[0]) == [["(七) 总计", "4", "0", "0"]]


def test_a_row_of_blank_cells_under_a_cut_label_is_a_table() -> None:
    assert texts(read("正文\n\n开申请数量\t\t\t\n").grids()[0]) == [["开申请数量", "", "", ""]]


# --------------------------------------------------------------------------------------------- one cell a line


def test_one_cell_a_line_with_rows_set_off_by_blank_lines() -> None:
    grid = read("附表：\n\t指标名称\n\t单位\n\t2018年\n\n\t主动公开\n\t条\n\t250\n\n\n结束\n").grids()[0]
    assert grid.kind == "cell_per_line"
    assert texts(grid) == [["指标名称", "单位", "2018年"], ["主动公开", "条", "250"]]
    assert grid.rows()[1][2].locator.line == 8


def test_a_line_of_one_tab_is_a_blank_cell() -> None:
    grid = read("\t\n\t自然人\n\t\n\n\t0\n\t1\n\t2\n").grids()[0]
    assert texts(grid) == [["", "自然人", ""], ["0", "1", "2"]]


def test_a_label_may_run_over_two_lines() -> None:
    text = "\t信息内容\n\t本年新\n制作数量\n\t本年新\n公开数量\n\n\t规章\n\t0\n\t1\n"
    grid = read(text).grids()[0]
    assert texts(grid) == [["信息内容", "本年新\n制作数量", "本年新\n公开数量"], ["规章", "0", "1"]]
    place = grid.rows()[0][1].locator
    assert (place.line, place.line_end) == (2, 3)
    assert text[place.char_start : place.char_end] == "本年新\n制作数量"


def test_a_heading_never_continues_a_number() -> None:
    document = read("\t规章\n\t0\n三、收到和处理政府信息公开申请情况\n\t申请人情况\n\t总计\n")
    assert shapes(document) == ["cell_per_line", "paragraph", "cell_per_line"]
    assert texts(document.grids()[0]) == [["规章", "0"]]


def test_two_blank_lines_end_a_table_of_one_cell_a_line() -> None:
    document = read("\t规章\n\t0\n\n\n\t行政许可\n\t1\n")
    assert [texts(grid) for grid in document.grids()] == [[["规章", "0"]], [["行政许可", "1"]]]


def test_indented_paragraphs_are_not_a_table() -> None:
    prose = "我街道认真贯彻落实《中华人民共和国政府信息公开条例》，坚持以公开为常态、不公开为例外，按时公开。"
    document = read(f"\t{prose}\n\t{prose}\n\n\t{prose}\n")
    assert shapes(document) == ["paragraph"] * 3


# ------------------------------------------------------------------------------------------------------ pipes


def test_markdown_rows_are_cells_and_the_rule_is_none() -> None:
    grid = read("| 信息内容 | 件数 |\n|---|:---:|\n| 规章 | 0 |\n| 规范 | - |\n").grids()[0]
    assert grid.kind == "piped"
    assert texts(grid) == [["信息内容", "件数"], ["规章", "0"], ["规范", "-"]]


def test_the_row_above_a_rule_begins_a_new_table() -> None:
    grids = read("| 规章 | 0 | 1 |\n|---|---|---|\n| 许可 | 1 | 2 |\n| 0 | 0 |\n|---|---|\n").grids()
    assert [texts(grid) for grid in grids] == [[["规章", "0", "1"], ["许可", "1", "2"]], [["0", "0"]]]


def test_pipes_may_be_escaped_missing_at_one_end_or_hold_markup() -> None:
    grid = read("规章 | 0 | 1 |\n| a\\|b | **12** | 商业<br>企业 |\n| 第二十条 |\n| &nbsp; | x\n").grids()[0]
    assert texts(grid) == [["规章", "0", "1"], ["a|b", "12", "商业\n企业"], ["第二十条"], ["", "x"]]


def test_a_dash_in_a_cell_is_not_a_rule() -> None:
    assert texts(read("| 规章 | 0 |\n| - | - |\n").grids()[0]) == [["规章", "0"], ["-", "-"]]


def test_lone_pipes_are_not_a_table() -> None:
    document = read("信息内容\n|\n规章\n|\n0\n")
    assert not document.grids()


# ------------------------------------------------------------------------------------------------------- text


def test_every_line_of_text_is_a_block_with_its_place() -> None:
    text = "\u3000\u3000一、总体情况\xa0\xa0\r\n\r\n无。\r最后"
    blocks = [block for block in read(text).blocks if isinstance(block, TextBlock)]
    assert [block.text for block in blocks] == ["一、总体情况", "无。", "最后"]
    assert [block.locator.line for block in blocks] == [1, 3, 4]
    for block in blocks:
        assert text[block.locator.char_start : block.locator.char_end] == block.text


def test_markdown_headings_and_pictures() -> None:
    document = read("## 三、收到和处理情况 ##\n#标签\n![表格](img/1.png)\n")
    heading, text, image = document.blocks
    assert isinstance(heading, TextBlock) and (heading.kind, heading.text) == (
        "heading",
        "三、收到和处理情况",
    )
    assert isinstance(text, TextBlock) and (text.kind, text.text) == ("paragraph", "#标签")
    assert isinstance(image, ImageBlock) and (image.src, image.alt) == ("img/1.png", "表格")


lines = st.lists(
    st.text(st.sampled_from("规章0 1\t\t|\\-#。、（ \xa0"), max_size=14)
    | st.sampled_from(["", "\t", "\t0", "|---|"]),
    max_size=25,
)


@given(lines, st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_printed_character_is_lost_or_doubled(parts: list[str], end: str) -> None:
    text = "起" + end + end.join(parts)
    document = read(text)
    found = ""
    for block in document.blocks:
        if isinstance(block, Grid):
            found += "".join(cell.text for cell in block.cells)
        elif isinstance(block, TextBlock):
            found += block.text
    marks = " \t\r\n\xa0|\\-#"
    assert [char for char in found if char not in marks] == [char for char in text if char not in marks]


@given(lines)
@example(["\t0", "\t0", "0 ", "0"])  # a cell over three lines, with a space at the end of one
def test_places_point_at_what_they_say(parts: list[str]) -> None:
    text = "\n".join(["起", *parts])
    for block in read(text).blocks:
        cells = block.cells if isinstance(block, Grid) and block.kind != "piped" else []
        for shown, place in [(cell.text, cell.locator) for cell in cells]:
            assert text[place.char_start : place.char_end] == shown
        if isinstance(block, TextBlock):
            assert text[block.locator.char_start : block.locator.char_end] == block.text


def test_lines_end_in_any_way() -> None:
    lines = split_lines("a\r\nb\rc\n\nd")
    assert [(line.text, line.number, line.start) for line in lines] == [
        ("a", 1, 0),
        ("b", 2, 3),
        ("c", 3, 5),
        ("", 4, 7),
        ("d", 5, 8),
    ]


def test_pipes_alone_are_read_once_however_many() -> None:
    """Each of them might begin a table of one cell a line; asking from each of them would take minutes."""
    document = read("|\n" * 30_000 + "规章 | 1 |\n")
    assert texts(document.grids()[0]) == [["规章", "1"]]
