"""Scanned tables without vertical rules: columns and blank cells where the numbers prove them, and no number in a
column that the page does not show."""

from __future__ import annotations

import numpy as np
import pytest

from ingestion.extract.model import Block, Grid, GridCell
from ingestion.extract.sandbox import Budget
from ingestion.extract.scan import joined_over_pages, read_page_image
from ingestion.extract.scan.decode import Pixels
from tests.unit.extract.drawn import NUMBERS, Table, requests


def grids(*pages: Pixels) -> list[Grid]:
    blocks: list[Block] = []
    for number, pixels in enumerate(pages, start=1):
        tables = sum(isinstance(block, Grid) for block in blocks)
        blocks += read_page_image(pixels, first_table=tables + 1, budget=Budget(), page=number)
    return [block for block in joined_over_pages(blocks, range(1, len(pages) + 1)) if isinstance(block, Grid)]


def row_of(grid: Grid, row: int) -> list[GridCell]:
    """The cells of a row from left to right."""
    return sorted((cell for cell in grid.cells if cell.row == row), key=lambda cell: cell.col)


def last_three(grid: Grid, row: int) -> list[str]:
    return [cell.text for cell in row_of(grid, row)[-3:]]


def open_table(**changes: object) -> Table:
    return requests(verticals=False, **changes)


def test_a_blank_cell_between_numbers_is_a_cell_of_its_column() -> None:
    (grid,) = grids(open_table().draw())

    assert grid.exact
    for row in (1, 2, 3):
        assert last_three(grid, row) == [NUMBERS[row, col] for col in (2, 3, 4)]
    blank = row_of(grid, 3)[-3]
    heads = row_of(grid, 0)[-3:]
    assert blank.legible
    assert (blank.col, blank.colspan) == (heads[0].col, heads[0].colspan)


def test_a_blank_cell_lies_where_its_column_is() -> None:
    table = open_table()
    (grid,) = grids(table.draw())

    place = row_of(grid, 3)[-3].locator
    x0, top, x1, bottom = table.place(3, 2)

    assert place.bbox is not None
    assert x0 < (place.bbox[0] + place.bbox[2]) / 2 < x1
    assert place.bbox[1] == pytest.approx(top, abs=4)
    assert place.bbox[3] == pytest.approx(bottom, abs=4)


@pytest.mark.parametrize("grey", [190, 205, 215])
def test_a_faint_number_is_read_or_flagged_but_never_blank(grey: int) -> None:
    table = open_table(inks={(3, 2): (grey, grey, grey)})
    table.cells = [*table.cells, (3, 2, "88")]

    (grid,) = grids(table.draw())

    found = row_of(grid, 3)
    assert any(cell.text == "88" for cell in found) or not all(cell.legible for cell in found)
    assert not any(cell.legible and not cell.text for cell in found)


def test_numbers_that_stand_in_no_columns_prove_none() -> None:
    """Each row's numbers stand between those of the row above: a blank could be anywhere."""
    heights = [44] * 4
    rows = [[30, 250], [140, 360], [60, 170, 300]]
    table = Table([560], heights, [(0, 0, "申请情况")], verticals=False)
    pixels = table.draw()
    digits = Table([110], [44], [(0, 0, "1234567")], margin=0)
    stamp = digits.draw()[4:40, 8:102]
    for row, places in enumerate(rows, start=1):
        for x in places:
            top = table.place(row, 0)[1] + 4
            pixels[top : top + 36, 60 + x : 60 + x + 94] = stamp

    for grid in grids(pixels):
        assert not grid.exact


def test_heads_that_stand_close_are_two() -> None:
    """织 ends with a stroke as small and low as a comma, and 机 begins close behind it."""
    heads = ["社会公\n益组织", "法律服\n务机构", "其他"]
    widths = [300, 84, 84, 84]
    cells = [(0, 0, "申请情况"), *((0, col, text) for col, text in enumerate(heads, start=1))]
    for row, numbers in enumerate((["17", "3", "20"], ["6", "0", "6"], ["81", "1", "82"]), start=1):
        cells.append((row, 0, "本年新收申请数量"))
        cells += [(row, col, text) for col, text in enumerate(numbers, start=1)]

    (grid,) = grids(Table(widths, [70, 44, 44, 44], cells, verticals=False).draw())

    assert grid.exact
    assert ["".join(text.split()) for text in last_three(grid, 0)] == ["社会公益组织", "法律服务机构", "其他"]
    assert [last_three(grid, row) for row in (1, 2, 3)] == [
        ["17", "3", "20"],
        ["6", "0", "6"],
        ["81", "1", "82"],
    ]


def test_a_title_over_all_columns_is_not_cut_at_its_signs() -> None:
    title = "四、行政复议、（一）行政诉讼情况"
    table = open_table()
    table.heights = [44, *table.heights]
    table.cells = [(0, 0, title, 1, 5), *((row + 1, *rest) for row, *rest in table.cells)]

    (grid,) = grids(table.draw())

    (found,) = row_of(grid, 0)
    assert "".join(found.text.split()).replace("(", "（").replace(")", "）") == title
    assert last_three(grid, 4) == ["", "81", "81"]


def test_rows_on_the_next_page_stand_in_the_same_columns() -> None:
    """The first row there has a blank that its own page could not prove."""
    above, below = open_table(), open_table()
    above.cells = [one for one in above.cells if one[0] < 2]
    below.cells = [(row - 2, *rest) for row, *rest in below.cells if row >= 2]
    above.heights, below.heights = above.heights[:2], below.heights[2:]
    pages = [np.vstack([one.draw(), np.full((60, 670, 3), 255, np.uint8)]) for one in (above, below)]

    (grid,) = grids(*pages)

    assert grid.exact
    for row in (1, 2, 3):
        assert last_three(grid, row) == [NUMBERS[row, col] for col in (2, 3, 4)]
    assert {cell.locator.page for cell in row_of(grid, 3)} == {2}
