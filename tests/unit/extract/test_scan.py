"""Pictures of tables: cells, spans, places, doubts. What a picture shows is read; what it does not show is never a
number without a flag."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from ingestion.extract.model import Block, Grid, GridCell, TextBlock
from ingestion.extract.sandbox import Budget
from ingestion.extract.scan import engine, joined_over_pages, read_page_image
from ingestion.extract.scan.decode import Pixels
from tests.unit.extract.drawn import NUMBERS, Table, requests

SURE = 0.9


def read(pixels: Pixels, **more: object) -> list[Block]:
    return read_page_image(pixels, first_table=1, budget=Budget(), **more)


def grid_of(pixels: Pixels, **more: object) -> Grid:
    (grid,) = (block for block in read(pixels, **more) if isinstance(block, Grid))
    return grid


def cell(grid: Grid, row: int, col: int) -> GridCell:
    found = grid.at(row, col)
    assert found is not None
    return found


def numbers(grid: Grid) -> dict[tuple[int, int], str]:
    return {place: cell(grid, *place).text for place in NUMBERS}


def rotated(pixels: Pixels, degrees: float) -> Pixels:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255)
    )
    return np.asarray(turned, dtype=np.uint8)


def tilted(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + np.array([[9, 5], [-4, 0], [0, -3], [6, 2]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    size = (width, height)
    return np.asarray(cv2.warpPerspective(pixels, matrix, size, borderValue=(255, 255, 255)), dtype=np.uint8)


def shaded(pixels: Pixels) -> Pixels:
    light = np.linspace(1.0, 0.55, pixels.shape[1])[None, :, None]
    return (pixels * light).astype(np.uint8)


def noisy(pixels: Pixels) -> Pixels:
    spread = np.random.default_rng(1).normal(0, 14, pixels.shape)
    return np.clip(pixels + spread, 0, 255).astype(np.uint8)


def jpeg(pixels: Pixels) -> Pixels:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 50])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def small(pixels: Pixels) -> Pixels:
    return np.asarray(
        cv2.resize(pixels, None, fx=0.55, fy=0.55, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def large(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def test_cells_with_their_spans_and_lines() -> None:
    grid = grid_of(requests().draw())

    assert (grid.n_rows, grid.n_cols, grid.exact) == (4, 5, True)
    assert numbers(grid) == NUMBERS
    assert all(cell(grid, *place).confidence >= SURE for place in NUMBERS)
    group = cell(grid, 2, 0)
    assert (group.rowspan, group.colspan) == (2, 1)
    assert cell(grid, 0, 0).colspan == 2
    assert cell(grid, 3, 1).text.replace("\n", "") == "2.保护第三方合法权益"
    assert cell(grid, 1, 0).text == "一、本年新收申请"


def test_a_blank_cell_is_blank_and_legible() -> None:
    blank = cell(grid_of(requests().draw()), 3, 2)

    assert (blank.text, blank.legible, blank.others) == ("", True, ())


@pytest.mark.parametrize(
    "damage",
    [lambda p: rotated(p, 1.6), lambda p: rotated(p, -4), tilted, shaded, noisy, jpeg, small, large],
    ids=["askew", "far askew", "tilted", "shaded", "noisy", "jpeg", "small", "large"],
)
def test_numbers_of_damaged_pictures(damage: Callable[[Pixels], Pixels]) -> None:
    assert numbers(grid_of(damage(requests().draw()))) == NUMBERS


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_page_on_its_side_is_read_upright_and_placed_where_it_lies(quarter_turns: int) -> None:
    table = requests()
    pixels = table.draw()
    lying = np.ascontiguousarray(np.rot90(pixels, quarter_turns))

    grid = grid_of(lying)

    assert numbers(grid) == NUMBERS
    x0, top, x1, bottom = (round(edge) for edge in cell(grid, 1, 2).locator.bbox or ())
    seen = np.rot90(lying[top:bottom, x0:x1], -quarter_turns)
    left, high, right, low = table.place(1, 2)
    assert np.array_equal(seen.shape[:2], (low - high, right - left)) or abs(seen.shape[0] - (low - high)) < 6
    assert (seen[6:-6, 6:-6] < 128).any()  # the figures are in it


def test_locators_point_into_the_source_and_carry_what_was_given() -> None:
    table = requests()
    grid = grid_of(table.draw(), page=3, scale=0.5, part="word/media/image1.png", carrier="ab")

    place = cell(grid, 1, 4).locator

    assert (place.page, place.part, place.carrier) == (3, "word/media/image1.png", "ab")
    assert (place.table, place.row, place.column) == (1, 2, 5)
    assert place.bbox == pytest.approx([edge / 2 for edge in table.place(1, 4)], abs=2)


def test_dashed_rules_part_cells_as_solid_ones_do() -> None:
    grid = grid_of(requests(dash=(7, 5)).draw())

    assert grid.exact
    assert numbers(grid) == NUMBERS


def test_columns_without_rules_are_found_but_are_no_exact_geometry() -> None:
    grid = grid_of(requests(verticals=False).draw())

    rows = [[one.text for one in row] for row in grid.rows()]
    assert not grid.exact
    assert rows[1] == ["一、本年新收申请", "17", "3", "20"]
    assert rows[3][-2:] == ["81", "81"]


def test_numbers_on_both_sides_of_a_rule_that_is_not_drawn_are_not_one_number() -> None:
    grid = grid_of(requests(unruled=[("v", 1, 2)]).draw())

    together = cell(grid, 1, 2)

    assert together.text != "173"
    assert together.confidence < SURE


def test_a_number_beside_a_rule_that_is_not_drawn_is_in_doubt() -> None:
    """It stands in the upper of two rows that are one cell: whose it is, the picture does not show."""
    grid = grid_of(requests(unruled=[("h", 2, 2)]).draw())

    merged = cell(grid, 2, 2)

    assert merged.rowspan == 2
    assert merged.text == "6"
    assert merged.confidence < SURE


def test_two_tables_on_a_page_with_text_around_them() -> None:
    upper, lower = requests().draw(), requests().draw()
    head = Table([590], [60], [(0, 0, "二、主动公开政府信息情况")]).draw()
    head[:, :60] = head[:, -60:] = 255
    head[:50] = head[-50:] = 255
    page = np.vstack([upper, head, lower])

    blocks = read(page)

    assert [type(block) for block in blocks] == [Grid, TextBlock, Grid]
    assert [block.index for block in blocks if isinstance(block, Grid)] == [1, 2]
    (text,) = (block for block in blocks if isinstance(block, TextBlock))
    assert text.text == "二、主动公开政府信息情况"
    assert text.confidence < SURE  # one policy alone reads running text


def stamped(pixels: Pixels, x: int, y: int) -> Pixels:
    ring = pixels.copy()
    cv2.circle(ring, (x, y), 85, (215, 40, 45), 6)
    cv2.putText(ring, "8", (x - 12, y + 14), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (215, 40, 45), 3)
    return np.minimum(pixels, ring)


def test_a_stamp_is_no_number() -> None:
    table = requests()
    x0, top, x1, bottom = table.place(3, 2)

    grid = grid_of(stamped(table.draw(), (x0 + x1) // 2, (top + bottom) // 2))

    assert cell(grid, 3, 2).confidence < SURE or cell(grid, 3, 2).text == ""
    assert {place: text for place, text in numbers(grid).items() if text} == {
        place: text for place, text in NUMBERS.items() if text
    }


def test_a_number_in_red_is_read() -> None:
    grid = grid_of(requests(inks={(1, 3): "red"}).draw())

    assert cell(grid, 1, 3).text == "3"


@pytest.mark.parametrize("grey", [150, 190, 215])
def test_faint_ink_is_read_or_flagged_but_never_blank(grey: int) -> None:
    faint = cell(grid_of(requests(inks={(3, 3): (grey, grey, grey)}).draw()), 3, 3)

    assert faint.text == "81" or not faint.legible


@pytest.mark.parametrize("grey", [205, 215])
@pytest.mark.parametrize("number", ["3", "88"])
def test_thin_strokes_of_faint_ink_are_no_blank(number: str, grey: int) -> None:
    """At 150 dpi they are a pixel or two wide: a filter against noise would take them away."""
    table = requests(inks={(3, 2): (grey, grey, grey)})
    table.cells = [*table.cells, (3, 2, number)]

    faint = cell(grid_of(table.draw()), 3, 2)

    assert faint.text == number or not faint.legible


def test_policies_that_disagree_leave_both_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = engine.read_lines
    calls = iter(range(99))

    def other_sevens(crops: list[Pixels]) -> list[engine.Reading]:
        second = next(calls) > 0
        changed = {"17": engine.Reading("11", 0.97, 0.97)} if second else {}
        return [changed.get(reading.text, reading) for reading in honest(crops)]

    monkeypatch.setattr(engine, "read_lines", other_sevens)
    doubtful = cell(grid_of(requests().draw()), 1, 2)

    assert doubtful.confidence < SURE
    assert {doubtful.text, *(other.text for other in doubtful.others)} == {"17", "11"}


def test_heavy_damage_makes_doubt_not_wrong_numbers() -> None:
    """Small, blurred, noisy and squeezed: whatever is read surely is right."""
    pixels = requests().draw()
    for strength in (0.30, 0.36, 0.42):
        tiny = cv2.resize(pixels, None, fx=strength, fy=strength, interpolation=cv2.INTER_AREA)
        for block in read(jpeg(noisy(np.asarray(tiny, dtype=np.uint8)))):
            if not isinstance(block, Grid) or (block.n_rows, block.n_cols) != (4, 5):
                continue
            for place, printed in NUMBERS.items():
                seen = block.at(*place)
                if seen is not None and seen.text and seen.confidence >= SURE:
                    assert seen.text == printed


def test_pictures_without_text_give_no_blocks() -> None:
    grey = np.full((200, 300, 3), 200, dtype=np.uint8)
    ramp = np.tile(np.linspace(0, 255, 300, dtype=np.uint8)[None, :, None], (200, 1, 3))

    assert read(grey) == []
    assert read(ramp) == []
    assert read(grey[:5, :5]) == []


def cut(row: int, shift: int = 0) -> list[Pixels]:
    """The table on two pages: the rows before `row` and those from it on, the second page shifted."""
    whole = requests()
    above, below = requests(), requests()
    above.heights, below.heights = whole.heights[:row], whole.heights[row:]
    above.cells = [one for one in whole.cells if one[0] < row]
    below.cells = [(at - row, *rest) for at, *rest in whole.cells if at >= row]
    pages = [above.draw(), np.roll(below.draw(), shift, axis=1)]
    return [np.vstack([page, np.full((60, page.shape[1], 3), 255, np.uint8)]) for page in pages]


def on_pages(pictures: list[Pixels]) -> list[Block]:
    blocks: list[Block] = []
    for number, pixels in enumerate(pictures, start=1):
        tables = sum(isinstance(block, Grid) for block in blocks)
        blocks += read_page_image(pixels, first_table=tables + 1, budget=Budget(), page=number)
    return joined_over_pages(blocks, range(1, len(pictures) + 1))


@pytest.mark.parametrize("shift", [0, 14])
def test_a_table_that_goes_on_over_a_page_is_one_table(shift: int) -> None:
    (grid,) = on_pages(cut(2, shift))

    assert isinstance(grid, Grid)
    assert (grid.n_rows, grid.n_cols) == (4, 5)
    assert numbers(grid) == NUMBERS
    assert [cell(grid, row, 4).locator.page for row in range(4)] == [1, 1, 2, 2]
    assert cell(grid, 3, 4).locator.row == 4


def test_a_single_row_left_on_the_next_page_is_found() -> None:
    (grid,) = on_pages(cut(1))

    assert isinstance(grid, Grid)
    assert numbers(grid) == NUMBERS


def test_tables_with_other_columns_stay_apart() -> None:
    other = Table([300, 290], [44, 44], [(0, 0, "项目"), (0, 1, "数量"), (1, 0, "规章"), (1, 1, "2")])
    other.widths = [250, 340]

    blocks = on_pages([requests().draw(), other.draw()])

    assert [(block.index, block.n_rows) for block in blocks if isinstance(block, Grid)] == [(1, 4), (2, 2)]


def all_cells(text: str, size: int) -> list[GridCell]:
    """The table with `text` in each cell that printed a number."""
    table = requests()
    table.size = size
    places = [place for place, number in NUMBERS.items() if number]
    table.cells = [(*one[:2], text if one[:2] in places else one[2], *one[3:]) for one in table.cells]
    grid = grid_of(table.draw())
    return [cell(grid, *place) for place in places]


@pytest.mark.parametrize("size", [16, 18, 20, 22, 26])
def test_a_slash_is_never_surely_a_number(size: int) -> None:
    for found in all_cells("/", size):
        assert found.text == "/" or (found.confidence is not None and found.confidence < 0.9), found


def test_a_lone_one_is_read_as_surely_as_other_numbers() -> None:
    for found in all_cells("1", 22):
        assert found.text == "1"
        assert found.confidence is not None and found.confidence >= 0.9
