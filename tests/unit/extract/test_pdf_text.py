"""Running text of PDF pages: paragraphs, headings, page numbers; tables without rules."""

from __future__ import annotations

import pytest

from tests.unit.extract.sheets import Sheet, codes, only_grid, prose, read, texts

FULL = "mnm " * 11 + "end"
INDENTED = "mnm " * 10 + "end"


def test_paragraphs_begin_with_an_indent_and_end_with_a_short_line() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text(50, 50, "Heading of the part")
        for y, x, text in (
            (80, 70, INDENTED),
            (94, 50, FULL),
            (108, 50, "ends here."),
            (122, 70, INDENTED),
            (136, 50, "ends too."),
        ):
            sheet.text(x, y, text)

    found = prose(read(draw))
    assert [(text.split()[0], text.split()[-1]) for text in found] == [
        ("Heading", "part"),
        ("mnm", "here."),
        ("mnm", "too."),
    ]


def test_text_in_any_order_of_drawing_is_read_as_shown() -> None:
    lines = ["alpha", "beta", "gamma", "delta"]

    def draw(sheet: Sheet) -> None:
        for index in (2, 0, 3, 1):
            sheet.text(50 + 10 * (index % 2), 60 + 30 * index, lines[index])

    assert prose(read(draw)) == lines


def test_paragraph_over_a_page_break_is_one() -> None:
    def first(sheet: Sheet) -> None:
        sheet.text(50, 400, "A short line above.")
        sheet.text(70, 440, INDENTED)
        sheet.text(50, 454, FULL)
        sheet.text(190, 490, "- 1 -")

    def second(sheet: Sheet) -> None:
        sheet.text(50, 60, FULL)
        sheet.text(50, 74, "It ends here.")
        sheet.text(190, 490, "- 2 -")

    found = prose(read(first, second))
    assert len(found) == 2
    assert found[1] == f"{INDENTED} {FULL} {FULL} It ends here."


@pytest.mark.parametrize("form", ["- {} -", "{}", "{}/3", "Page {} of 3"])
def test_page_numbers_are_left_out(form: str) -> None:
    def page(number: int):  # type: ignore[no-untyped-def]
        def draw(sheet: Sheet) -> None:
            sheet.text(50, 200, f"Text of part {number} with 12 items.")
            sheet.text(190, 485, form.format(number))

        return draw

    assert prose(read(page(1), page(2), page(3))) == [f"Text of part {n} with 12 items." for n in (1, 2, 3)]


def test_number_at_the_foot_that_counts_no_pages_stays() -> None:
    def page(text: str):  # type: ignore[no-untyped-def]
        def draw(sheet: Sheet) -> None:
            sheet.text(50, 200, "Text of a page.")
            sheet.text(50, 485, text)

        return draw

    assert "350" in prose(read(page("12"), page("350")))


def test_running_head_is_said_once() -> None:
    def page(number: int):  # type: ignore[no-untyped-def]
        def draw(sheet: Sheet) -> None:
            sheet.text(120, 30, "Annual report of the office 2023")
            sheet.text(50, 200, f"Text {'abc'[number]} of a page.")

        return draw

    found = prose(read(*(page(n) for n in range(3))))
    assert found.count("Annual report of the office 2023") == 1
    assert len(found) == 4


# -------------------------------------------------------------------------------------------- no rules


ROWS = [
    ("rules", "3", "0", "3"),
    ("others", "12", "7", "5"),
    ("fees", "0", "0", "19"),
    ("rest", "1", "2", "3"),
]


def unruled(sheet: Sheet, rows: list[tuple[str, ...]], step: float = 22) -> None:
    for index, row in enumerate(rows):
        for x, text in zip((50, 180, 240, 300), row, strict=True):
            if text:
                sheet.text(x, 100 + step * index, text)


def test_numbers_in_columns_are_a_table_without_rules() -> None:
    heads = ("label", "made", "void", "valid")
    grid = only_grid(read(lambda sheet: unruled(sheet, [heads, *ROWS])))
    assert texts(grid) == [list(heads), *map(list, ROWS)]
    assert all(len(row) == 4 for row in grid.rows())


def test_blank_in_a_column_stays_in_its_place() -> None:
    rows = [*ROWS, ("blank", "", "4", "")]
    assert texts(only_grid(read(lambda sheet: unruled(sheet, rows))))[-1] == ["blank", "", "4", ""]


def test_label_of_two_lines_has_its_numbers_beside_its_middle() -> None:
    def draw(sheet: Sheet) -> None:
        unruled(sheet, ROWS, step=30)
        sheet.text(50, 224, "label on")
        sheet.text(50, 236, "two lines")
        for x, text in ((180, "8"), (240, "9"), (300, "17")):
            sheet.text(x, 230, text)

    assert texts(only_grid(read(draw)))[-1] == ["label on\ntwo lines", "8", "9", "17"]


def test_number_broken_over_two_lines_is_not_two_numbers() -> None:
    def draw(sheet: Sheet) -> None:
        unruled(sheet, ROWS, step=30)
        sheet.text(50, 230, "sum")
        sheet.text(180, 230, "1")
        sheet.text(240, 224, "1204")
        sheet.text(240, 236, "5")
        sheet.text(300, 230, "2")

    assert texts(only_grid(read(draw)))[-1] == ["sum", "1", "1204\n5", "2"]


def test_rows_as_close_as_lines_of_a_label_are_not_parted() -> None:
    """Which numbers belong to which label cannot be told: no cell of the table is a number."""
    rows = [*ROWS[:2], ("", "5", "5", "5"), *ROWS[2:]]
    grid = only_grid(read(lambda sheet: unruled(sheet, rows, step=12)))
    assert all(not cell.text.strip().isdigit() for cell in grid.cells)


def test_contents_with_page_numbers_are_no_table() -> None:
    def draw(sheet: Sheet) -> None:
        for index, title in enumerate(("General", "Disclosure", "Requests", "Review")):
            sheet.text(50, 100 + 20 * index, f"{title} {'.' * 40} {index + 2}")

    document = read(draw)
    assert document.grids() == []


def test_prose_with_numbers_is_prose() -> None:
    def draw(sheet: Sheet) -> None:
        for index in range(6):
            sheet.text(
                50, 100 + 15 * index, f"In year {2015 + index} the office received {index} requests, and"
            )

    document = read(draw)
    assert document.grids() == []
    assert codes(document) == set()
