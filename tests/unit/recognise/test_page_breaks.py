"""Rows and labels that a page break cut in two: joined where labels prove it, never by guess."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.catalog import load_catalog
from ingestion.extract.model import Document, Grid, GridCell, Locator
from ingestion.recognise import recognise
from ingestion.recognise.page_breaks import mended
from ingestion.recognise.reading import CellReading

EDGES = (50.0, 200.0, *(240.0 + 40 * n for n in range(8)))
HEAD = ["", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
RECEIVED = ["一、本年新收政府信息公开申请数量", "3", "0", "0", "0", "0", "0", "3"]


def document(*pages: Sequence[Sequence[str]]) -> Document:
    """One table of eight columns over these pages; each row is its texts."""
    cells: list[GridCell] = []
    row = 0
    for page, rows in enumerate(pages, 1):
        for texts in rows:
            for col, text in enumerate(texts):
                box = EDGES[col], 100.0 + row, EDGES[col + 1], 120.0 + row
                place = Locator(page=page, table=1, row=row + 1, column=col + 1, bbox=box)
                cells.append(GridCell(text, row, col, place))
            row += 1
    grid = Grid(1, cells, row, 8, "table", exact=True, page=1)
    return Document("x.pdf", "0" * 64, "application/pdf", 1, pages=len(pages), blocks=[grid])


def read(*pages: Sequence[Sequence[str]]) -> dict[str, CellReading]:
    reading = recognise(document(*pages), load_catalog(), "某局2022年政府信息公开工作年度报告")
    return reading.cells


def values(cells: dict[str, CellReading], row: str) -> list[int | None]:
    columns = [
        "natural_person", "biz_enterprise", "research_inst", "public_interest_org", "legal_service_org",
        "other_org", "total",
    ]  # fmt: skip
    found = [cells[f"t3.{row}.{column}"].value for column in columns]
    return [None if value is None else int(value) for value in found]


NUMBERS = ["1", "0", "2", "0", "0", "0", "3"]
BLANKS = [""] * 7
INTS = [1, 0, 2, 0, 0, 0, 3]


def test_rest_of_a_label_on_the_next_page() -> None:
    cells = read([HEAD, RECEIVED, ["二、上年结转政府信息公", *NUMBERS]], [["开申请数量", *BLANKS]])
    assert values(cells, "carried_in") == INTS


def test_numbers_on_the_next_page_beside_the_rest_of_the_label() -> None:
    cells = read([HEAD, RECEIVED, ["二、上年结转政府信息公", *BLANKS]], [["开申请数量", *NUMBERS]])
    assert values(cells, "carried_in") == INTS
    place = cells["t3.carried_in.total"].locator
    assert place is not None
    assert (place.page, place.row) == (2, 4)


def test_numbers_on_the_next_page_without_any_label() -> None:
    cells = read([HEAD, RECEIVED, ["二、上年结转政府信息公开申请数量", *BLANKS]], [["", *NUMBERS]])
    assert values(cells, "carried_in") == INTS


def test_row_that_is_blank_at_the_end_of_a_page_stays_blank() -> None:
    cells = read(
        [HEAD, RECEIVED, ["二、上年结转政府信息公开申请数量", *BLANKS]], [["（一）予以公开", *NUMBERS]]
    )
    assert values(cells, "carried_in") == [None] * 7
    assert cells["t3.carried_in.total"].state == "blank"
    assert values(cells, "granted") == INTS


def test_numbers_of_nobody_knows_whom_leave_no_blank_behind() -> None:
    """The label goes on with words that belong to no label: the numbers may be this row's, so its cells are
    not blank, and no number is read.
    """
    cells = read([HEAD, RECEIVED, ["二、上年结转政府信息公开申请数量", *BLANKS]], [["及其说明", *NUMBERS]])
    assert values(cells, "carried_in") == [None] * 7
    assert cells["t3.carried_in.total"].state == "unreadable"


def test_head_cut_by_the_page_break() -> None:
    first = ["", "自然人", "商业企", "科研机", "社会公", "法律服", "其他", "总计"]
    second = ["", "", "业", "构", "益组织", "务机构", "", ""]
    found = mended(document([first], [second, RECEIVED]), load_catalog())
    (grid,) = found.grids()
    assert ["".join(cell.text.split()) for cell in grid.rows()[0]][2:6] == HEAD[2:6]
    assert not any(cell.text for cell in grid.rows()[1])


def test_two_labels_that_are_labels_each_are_not_joined() -> None:
    pages = [[RECEIVED], [["其他", *NUMBERS]]]
    source = document(*pages)
    assert mended(source, load_catalog()).grids()[0].cells == source.grids()[0].cells


def test_head_at_the_end_of_a_page_takes_no_numbers() -> None:
    """A row of numbers under a head is no row of the head."""
    source = document([HEAD], [["", *NUMBERS]])
    assert mended(source, load_catalog()).grids()[0].cells == source.grids()[0].cells


def test_numbers_cut_through_by_the_break_are_no_numbers() -> None:
    """107 at the end of a page and 7 at the beginning of the next, in a narrow cell: it may be 1077."""
    upper = ["二、上年结转政府信息公开申请数量", "107", "0", "2", "0", "0", "0", "109"]
    cells = read([HEAD, RECEIVED, upper], [["", "7", "", "", "", "", "", "4"]])
    assert values(cells, "carried_in") == [None, 0, 2, 0, 0, 0, None]
    assert cells["t3.carried_in.total"].state == "unreadable"


def test_head_of_the_review_table_cut_by_the_break_leaves_no_blank_row() -> None:
    found = mended(
        document([["结果\n维", "结果\n纠", "", "", "", "", "", ""]], [["持", "正", *[""] * 6]]),
        load_catalog(),
    )
    (grid,) = found.grids()
    assert ["".join(cell.text.split()) for cell in grid.rows()[0]][:2] == ["结果维持", "结果纠正"]
    assert grid.rows()[1] == []


def indicators(*pages: Sequence[Sequence[str]]) -> dict[str, CellReading]:
    reading = recognise(document(*pages), load_catalog(), "某局2014年政府信息公开工作年度报告")
    assert reading.form == "pre2019_national"
    return reading.cells


LIST = [
    ["统计指标", "单位", "统计数"],
    ["一、主动公开情况", "——", "——"],
    ["（二）通过不同渠道和方式公开政府信息的情况", "——", "——"],
    ["1.政府公报公开政府信息数", "条", "5"],
]
REST = [["2.政府网站公开政府信息数", "条", "7"], ["3.政务微博公开政府信息数", "条", "8"]]


def test_number_of_a_list_on_the_next_page() -> None:
    total = ["（一）主动公开政府信息数（不同渠道和方式公开相同信息计1", "条", ""]
    for rest in ("条）", ""):
        label = [
            total[0] if rest else "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）",
            *total[1:],
        ]
        cells = indicators([*LIST[:2], label], [[rest, "", "68022"], *LIST[2:], *REST])
        assert cells["nat.proactive_total.count"].value == 68022
        assert cells["nat.channel_website.count"].value == 7


def test_number_of_a_list_below_a_label_that_nobody_knows_leaves_no_blank_behind() -> None:
    cells = indicators([*LIST, ["2.政府网站公开政府信息数", "条", ""]], [["开情况", "", "9"], *REST[1:]])
    assert cells["nat.channel_website.count"].value in (None, 9)
    assert cells["nat.channel_website.count"].state != "blank"
