"""Tables of PDF pages as users meet them: rules of every kind, text that lies, tables over pages."""

from __future__ import annotations

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.unit.extract.sheets import (
    HEIGHT,
    WIDTH,
    Sheet,
    cell,
    codes,
    only_grid,
    prose,
    read,
    texts,
)

XS = (50.0, 150.0, 220.0, 290.0)
YS = (60.0, 80.0, 100.0, 120.0)
TEXTS = [["label", "first", "second"], ["rules", "12", "0"], ["others", "7", "19"]]


def plain(sheet: Sheet) -> None:
    sheet.table(XS, YS, TEXTS)


def test_cell_knows_its_place() -> None:
    grid = only_grid(read(plain))
    assert texts(grid) == TEXTS
    place = cell(grid, 1, 1).locator
    assert (place.page, place.table, place.row, place.column) == (1, 1, 2, 2)
    assert place.bbox == pytest.approx((150, 80, 220, 100), abs=0.5)
    assert cell(grid, 1, 1).confidence == 1.0


# ------------------------------------------------------------------------------------------------- rules


def test_rules_as_thin_areas() -> None:
    def draw(sheet: Sheet) -> None:
        for x in XS:
            sheet.area(x - 0.25, YS[0], x + 0.25, YS[-1])
        for y in YS:
            sheet.area(XS[0], y - 0.25, XS[-1], y + 0.25)
        sheet.fill(XS, YS, TEXTS)

    assert texts(only_grid(read(draw))) == TEXTS


def test_rules_of_dots() -> None:
    def draw(sheet: Sheet) -> None:
        for x in XS:
            for step in range(int((YS[-1] - YS[0]) * 2) + 1):
                y = YS[0] + step / 2 * 1.0
                if step % 3 == 0:
                    sheet.area(x - 0.24, y - 0.24, x + 0.24, y + 0.24)
        for y in YS:
            for step in range(0, int(XS[-1] - XS[0]) * 2 + 1, 3):
                x = XS[0] + step / 2
                sheet.area(x - 0.24, y - 0.24, x + 0.24, y + 0.24)
        sheet.fill(XS, YS, TEXTS)

    assert texts(only_grid(read(draw))) == TEXTS


@pytest.mark.parametrize("gap", [1.2, 2.0, 4.0])
def test_double_rules_are_one(gap: float) -> None:
    def draw(sheet: Sheet) -> None:
        for x in XS:
            sheet.line(x - gap / 2, YS[0], x - gap / 2, YS[-1])
            sheet.line(x + gap / 2, YS[0], x + gap / 2, YS[-1])
        for y in YS:
            sheet.line(XS[0], y - gap / 2, XS[-1], y - gap / 2)
            sheet.line(XS[0], y + gap / 2, XS[-1], y + gap / 2)
        sheet.fill(XS, YS, TEXTS)

    assert texts(only_grid(read(draw))) == TEXTS


def test_rules_without_width() -> None:
    def draw(sheet: Sheet) -> None:
        for x in XS:
            sheet.line(x, YS[0], x, YS[-1], width=0)
        for y in YS:
            sheet.line(XS[0], y, XS[-1], y, width=0)
        sheet.fill(XS, YS, TEXTS)

    assert texts(only_grid(read(draw))) == TEXTS


def test_white_rules_part_nothing() -> None:
    def draw(sheet: Sheet) -> None:
        plain(sheet)
        sheet.canvas.setStrokeGray(1)
        sheet.line(185, YS[0], 185, YS[-1])

    assert texts(only_grid(read(draw))) == TEXTS


def test_outer_rules_missing() -> None:
    def draw(sheet: Sheet) -> None:
        for x in XS[1:-1]:
            sheet.line(x, YS[0], x, YS[-1])
        for y in YS[1:-1]:
            sheet.line(XS[0], y, XS[-1], y)
        sheet.fill(XS, YS, TEXTS)

    assert texts(only_grid(read(draw))) == TEXTS


def test_missing_piece_of_a_border_loses_no_text() -> None:
    def draw(sheet: Sheet) -> None:
        for x in XS:
            if x == XS[2]:
                sheet.line(x, YS[0], x, YS[1])
                sheet.line(x, YS[2], x, YS[3])
            else:
                sheet.line(x, YS[0], x, YS[-1])
        for y in YS:
            sheet.line(XS[0], y, XS[-1], y)
        sheet.fill(XS, YS, TEXTS)

    # nothing parts 12 from 0 here but the heads above them; they must never become 120
    assert texts(only_grid(read(draw)))[1] == ["rules", "12", "0"]


def test_no_vertical_rules() -> None:
    rows = [["label", "first", "second"], ["rules", "12", "0"], ["others", "7", "19"], ["more", "", "3"]]
    ys = (*YS, 140.0)

    def draw(sheet: Sheet) -> None:
        for y in ys:
            sheet.line(XS[0], y, XS[-1], y)
        sheet.fill(XS, ys, rows)

    assert texts(only_grid(read(draw))) == rows


def test_text_over_a_rule_stays_in_its_cell() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [["", "", ""], ["", "", ""]])
        sheet.text(155, 81, "11")
        sheet.text(155, 101, "22")

    grid = only_grid(read(draw))
    assert (cell(grid, 0, 1).text, cell(grid, 1, 1).text) == ("11", "22")


# ------------------------------------------------------------------------------------------------ glyphs


def test_false_bold_is_one_number() -> None:
    def draw(sheet: Sheet) -> None:
        plain(sheet)
        sheet.fill((XS[1] + 0.3,), (YS[1],), [["12"]])

    assert cell(only_grid(read(draw)), 1, 1).text == "12"


def test_fragments_of_a_number_are_joined_by_their_places() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "", "0"], TEXTS[2]])
        sheet.text(160.56, 92, "3")  # drawn out of order; a digit of Helvetica is 5.56 wide
        sheet.text(155, 92, "1")

    found = cell(only_grid(read(draw)), 1, 1)
    assert (found.text, found.confidence) == ("13", 1.0)


def test_digits_that_stand_apart_stay_apart() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "", "0"], TEXTS[2]])
        sheet.text(155, 92, "1")
        sheet.text(165, 92, "3")

    assert cell(only_grid(read(draw)), 1, 1).text == "1 3"


def test_raised_digit_joins_no_number() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "12", "0"], TEXTS[2]])
        sheet.text(166.2, 88, "3", size=6)

    assert cell(only_grid(read(draw)), 1, 1).text == "12 3"


def test_digits_printed_over_one_another_are_not_read() -> None:
    def draw(sheet: Sheet) -> None:
        plain(sheet)
        sheet.fill((XS[1],), (YS[1],), [["85"]])

    assert not cell(only_grid(read(draw)), 1, 1).legible


def test_number_over_the_border_is_doubted() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "", ""], TEXTS[2]])
        sheet.text(207, 92, "12345")

    document = read(draw)
    grid = only_grid(document)
    assert all(cell(grid, 1, col).confidence < 0.9 for col in (1, 2))
    assert "number_over_border" in codes(document)


def test_struck_number_is_marked() -> None:
    def draw(sheet: Sheet) -> None:
        plain(sheet)
        sheet.line(154, 88.5, 168, 88.5)

    grid = only_grid(read(draw))
    assert cell(grid, 1, 1).struck
    assert not cell(grid, 2, 1).struck


def test_column_of_characters_is_read_downwards() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.line(50, 60, 150, 60)
        sheet.line(50, 120, 150, 120)
        sheet.line(70, 90, 150, 90)
        for x in (50, 70, 150):
            sheet.line(x, 60, x, 120)
        for y, char in zip((110, 80, 95), "zxy", strict=True):
            sheet.text(56, y, char)
        sheet.fill((70.0,), (60.0, 90.0), [["12"], ["7"]])

    assert texts(only_grid(read(draw))) == [["x\ny\nz", "12"], ["7"]]


@pytest.mark.parametrize("degrees", [90, -90])
def test_turned_text_is_read_along_itself(degrees: int) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.line(50, 60, 150, 60)
        sheet.line(50, 120, 150, 120)
        sheet.line(70, 90, 150, 90)
        for x in (50, 70, 150):
            sheet.line(x, 60, x, 120)
        sheet.text(80, 75, "12")
        sheet.text(80, 105, "7")
        sheet.canvas.saveState()
        sheet.canvas.translate(63 if degrees > 0 else 57, HEIGHT - 90)
        sheet.canvas.rotate(degrees)
        sheet.canvas.setFont("Helvetica", 10)
        sheet.canvas.drawString(-12, 0, "total")
        sheet.canvas.restoreState()

    assert texts(only_grid(read(draw))) == [["total", "12"], ["7"]]


# ----------------------------------------------------------------------------------------- text that lies


def test_number_under_a_white_area_is_not_on_the_page() -> None:
    def draw(sheet: Sheet) -> None:
        plain(sheet)
        sheet.area(151, 81, 219, 99, grey=1)

    document = read(draw)
    found = cell(only_grid(document), 1, 1)
    assert not found.legible and "12" not in found.text
    assert "text_hidden" in codes(document)


def test_white_number_is_not_on_the_page() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "", "0"], TEXTS[2]])
        sheet.canvas.setFillGray(1)
        sheet.text(155, 92, "12")
        sheet.canvas.setFillGray(0)

    assert not cell(only_grid(read(draw)), 1, 1).legible


def test_white_number_on_dark_ground_is_read() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "", "0"], TEXTS[2]])
        sheet.area(151, 81, 219, 99, grey=0.2)
        sheet.canvas.setFillGray(1)
        sheet.text(155, 92, "12")
        sheet.canvas.setFillGray(0)

    found = cell(only_grid(read(draw)), 1, 1)
    assert (found.text, found.legible) == ("12", True)


def test_invisible_text_is_no_number() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "", "0"], TEXTS[2]])
        sheet.text(155, 92, "12", mode=3)

    assert "12" not in cell(only_grid(read(draw)), 1, 1).text


# ----------------------------------------------------------------------------------------------- the page


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turned_page_is_read_as_shown(degrees: int) -> None:
    def setup(canvas: Canvas) -> None:
        canvas.setPageRotation(degrees)

    def draw(sheet: Sheet) -> None:
        # reportlab turns the paper, so the drawing is turned back
        if degrees == 90:
            sheet.canvas.translate(HEIGHT, 0)
        elif degrees == 180:
            sheet.canvas.translate(WIDTH, HEIGHT)
        elif degrees == 270:
            sheet.canvas.translate(0, WIDTH)
        sheet.canvas.rotate(degrees)
        plain(sheet)

    grid = only_grid(read(draw, setup=setup))
    assert texts(grid) == TEXTS
    assert cell(grid, 1, 1).locator.bbox == pytest.approx((150, 80, 220, 100), abs=0.5)


def test_crop_box_moves_the_origin_and_cuts_text_off() -> None:
    def setup(canvas: Canvas) -> None:
        canvas.setCropBox((30, 100, 380, 480))

    def draw(sheet: Sheet) -> None:
        plain(sheet)
        sheet.text(60, 480, "below the cut")

    document = read(draw, setup=setup)
    place = cell(only_grid(document), 1, 1).locator
    assert place.bbox == pytest.approx((120, 60, 190, 80), abs=0.5)
    assert prose(document) == []


def test_form_field_value_is_in_its_cell() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, [TEXTS[0], ["rules", "", "0"], TEXTS[2]])
        sheet.canvas.acroForm.textfield(
            name="a", x=152, y=HEIGHT - 98, width=60, height=16, value="345", fontSize=10, borderWidth=0
        )

    assert cell(only_grid(read(draw)), 1, 1).text == "345"


# -------------------------------------------------------------------------------------------- over pages


def test_table_over_pages_is_one_and_page_numbers_are_not_in_it() -> None:
    def page(first: int, number: int):  # type: ignore[no-untyped-def]
        def draw(sheet: Sheet) -> None:
            sheet.text(150, 20, "Annual report of the office")
            sheet.table(XS, YS, [[f"r{first + i}", str(first + i), str(10 * (first + i))] for i in range(3)])
            sheet.text(195, 490, f"- {number} -")

        return draw

    document = read(page(1, 1), page(4, 2), page(7, 3))
    grid = only_grid(document)
    assert [row[1].text for row in grid.rows()] == [str(n) for n in range(1, 10)]
    assert [row[0].locator.page for row in grid.rows()] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert [row[0].locator.row for row in grid.rows()] == list(range(1, 10))
    assert prose(document) == ["Annual report of the office"]


def test_heading_between_pages_keeps_tables_apart() -> None:
    def second(sheet: Sheet) -> None:
        sheet.text(50, 50, "Next section")
        plain(sheet)

    assert len(read(plain, second).grids()) == 2


def test_other_columns_on_the_next_page_are_another_table() -> None:
    def second(sheet: Sheet) -> None:
        sheet.table((50.0, 110.0, 180.0, 290.0), YS, TEXTS)

    assert len(read(plain, second).grids()) == 2


def test_prose_in_boxes_is_prose_and_leaves_the_table_its_head() -> None:
    lines = [f"line {n} of a long text that fills its box from side to side" for n in range(6)]

    def draw(sheet: Sheet) -> None:
        for index in range(7):
            sheet.line(50, 60 + 20 * index, 350, 60 + 20 * index)
        sheet.line(50, 60, 50, 180)
        sheet.line(350, 60, 350, 180)
        for index, text in enumerate(lines):
            sheet.text(55, 73 + 20 * index, text)
        xs, ys = (50.0, 150.0, 250.0, 350.0), (180.0, 200.0, 220.0, 240.0)
        sheet.table(xs, ys, TEXTS)

    document = read(draw)
    assert texts(only_grid(document)) == TEXTS
    assert " ".join(prose(document)).count("long text") == 6


def test_number_wrapped_in_a_full_cell_is_one_number_in_doubt() -> None:
    xs, ys = (50.0, 150.0, 172.0, 290.0), (60.0, 80.0, 110.0)

    def draw(sheet: Sheet) -> None:
        sheet.table(xs, ys, [["label", "", "second"], ["rules", "", "0"]])
        sheet.text(155, 92, "12")  # 11 wide in a cell with room for 12
        sheet.text(155, 104, "3")

    found = cell(only_grid(read(draw)), 1, 1)
    assert found.text == "123"
    assert found.confidence < 0.9


def test_numbers_under_one_another_in_a_wide_cell_are_not_joined() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, (60.0, 80.0, 110.0), [["label", "first", "second"], ["rules", "", "0"]])
        sheet.text(155, 92, "12")
        sheet.text(155, 104, "3")

    assert cell(only_grid(read(draw)), 1, 1).text == "12\n3"
