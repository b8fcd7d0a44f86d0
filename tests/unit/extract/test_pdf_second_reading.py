"""Numbers of a PDF read by a second parser: what a disagreement does to a cell, and that nothing else changes
anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfplumber.page import Page
from reportlab.pdfgen.canvas import Canvas

import ingestion.extract.pdf.second_reading as second_reading
from ingestion.extract import read_document
from ingestion.extract.model import Document, OtherReading
from tests.unit.extract.sheets import HEIGHT, WIDTH, Sheet, cell, codes, only_grid, prose, read, texts
from tests.unit.extract.test_pdf_pages import hand_made

XS, YS = (50.0, 150.0, 220.0, 290.0), (60.0, 80.0, 100.0)
TEXTS = [["label", "first", "second"], ["rules", "12", "48"]]
#: the same with a number over the border of its cell, which is doubted by itself
DOUBTFUL = [["label", "first", "second"], ["rules", "123456789012", "48"]]


def page_of(rows: Sequence[Sequence[str]], heading: str | None = None) -> Callable[[Sheet], None]:
    def draw(sheet: Sheet) -> None:
        if heading:
            sheet.text(50, 40, heading)
        sheet.table(XS, YS, rows)

    return draw


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the pages that the second parser has interpreted."""
    numbers: list[int] = []
    layout: Any = vars(Page)["layout"].fget

    def counted(page: Page) -> Any:
        numbers.append(page.page_number)
        return layout(page)

    monkeypatch.setattr(Page, "layout", property(counted))
    return numbers


@pytest.fixture
def lying(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second parser reads each 8 as a 3."""
    from pdfminer.layout import LTChar

    honest = LTChar.get_text
    monkeypatch.setattr(LTChar, "get_text", lambda char: honest(char).replace("8", "3"))


def confidences(document: Document) -> list[list[float]]:
    return [[one.confidence for one in grid.cells] for grid in document.grids()]


def test_clean_table_costs_no_second_reading(asked: list[int]) -> None:
    document = read(page_of(TEXTS))
    assert asked == []
    assert confidences(document) == [[1.0] * 6]


def test_agreement_makes_no_doubtful_number_surer(asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    again = read(page_of(DOUBTFUL))
    assert asked == [1]
    monkeypatch.setattr(second_reading, "pdfplumber", None)  # nothing can be opened
    alone = read(page_of(DOUBTFUL))
    assert only_grid(again).cells == only_grid(alone).cells
    assert cell(only_grid(again), 1, 1).confidence < 0.9
    assert "parsers_disagree" not in codes(again)


@pytest.mark.usefixtures("lying")
def test_disagreement_keeps_the_text_and_casts_doubt() -> None:
    document = read(page_of(DOUBTFUL))
    grid = only_grid(document)
    assert texts(grid) == DOUBTFUL
    wide, clean = cell(grid, 1, 1), cell(grid, 1, 2)
    assert wide.others == (OtherReading("123456739012", 0.6, "pdfplumber"),)
    assert wide.confidence <= 0.6
    # one lie found: every number of the tables is compared
    assert clean.others == (OtherReading("43", 0.6, "pdfplumber"),)
    assert clean.confidence == 0.6
    assert cell(grid, 0, 1).confidence == 1
    (issue,) = [issue for issue in document.issues if issue.code == "parsers_disagree"]
    assert issue.locator is not None and issue.locator.page == 1
    assert "“48” or “43”" in issue.detail


@pytest.mark.usefixtures("lying")
def test_lie_about_a_doubtful_number_is_looked_for_on_all_pages(asked: list[int]) -> None:
    document = read(page_of(TEXTS, "heading a"), page_of(DOUBTFUL, "heading b"), page_of(TEXTS, "heading c"))
    assert asked[0] == 2
    assert sorted(asked) == [1, 2, 3]
    for grid in document.grids():
        assert cell(grid, 1, 2).others == (OtherReading("43", 0.6, "pdfplumber"),)
    assert cell(document.grids()[0], 1, 1).others == ()


def test_only_the_page_in_doubt_is_read_twice(asked: list[int]) -> None:
    read(page_of(TEXTS, "heading a"), page_of(DOUBTFUL, "heading b"), page_of(TEXTS, "heading c"))
    assert asked == [2]


@pytest.mark.usefixtures("lying")
def test_numbers_without_rules_are_read_twice() -> None:
    def draw(sheet: Sheet) -> None:
        for row in range(6):
            for x, text in zip((50, 200, 300), (f"row {'abcdef'[row]}", "18", "27"), strict=True):
                sheet.text(x, 60 + 22 * row, text)

    grid = only_grid(read(draw))
    numbers = [one for one in grid.cells if one.text in ("18", "27")]
    assert len(numbers) == 12
    for one in numbers:
        assert [other.text for other in one.others] == (["13"] if one.text == "18" else [])


# ----------------------------------------------------------------------------------------------- the page


@pytest.mark.usefixtures("lying")
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turned_and_cropped_page_is_compared_as_shown(degrees: int) -> None:
    def setup(canvas: Canvas) -> None:
        canvas.setPageRotation(degrees)
        if degrees in (0, 180):
            canvas.setCropBox((20, 30, 380, 480))
        else:
            canvas.setCropBox((30, 20, 480, 380))

    def draw(sheet: Sheet) -> None:
        # reportlab turns the paper, so the drawing is turned back
        if degrees == 90:
            sheet.canvas.translate(HEIGHT, 0)
        elif degrees == 180:
            sheet.canvas.translate(WIDTH, HEIGHT)
        elif degrees == 270:
            sheet.canvas.translate(0, WIDTH)
        sheet.canvas.rotate(degrees)
        page_of(DOUBTFUL)(sheet)

    grid = only_grid(read(draw, setup=setup))
    assert texts(grid) == DOUBTFUL
    assert [one.text for one in cell(grid, 1, 1).others] == ["123456739012"]
    assert [one.text for one in cell(grid, 1, 2).others] == ["43"]


@pytest.mark.usefixtures("lying")
def test_page_of_another_size_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    size = Page.__init__

    def shrunk(page: Page, *args: Any, **options: Any) -> None:
        size(page, *args, **options)
        page.page_obj.cropbox = (0, 0, 200, 200)

    monkeypatch.setattr(Page, "__init__", shrunk)
    document = read(page_of(DOUBTFUL))
    assert cell(only_grid(document), 1, 1).others == ()
    assert "not_read_twice" in codes(document)


def test_value_of_a_form_field_is_no_disagreement() -> None:
    def draw(sheet: Sheet) -> None:
        page_of([TEXTS[0], ["rules", "", "123456789012"]])(sheet)
        sheet.canvas.acroForm.textfield(
            name="a", x=152, y=HEIGHT - 98, width=60, height=16, value="345", fontSize=10, borderWidth=0
        )

    document = read(draw)
    assert cell(only_grid(document), 1, 1).text == "345"
    assert "parsers_disagree" not in codes(document)


def test_number_under_a_white_area_is_not_brought_back() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(XS, YS, TEXTS)
        sheet.area(152, 82, 218, 98, grey=1.0)

    hidden = cell(only_grid(read(draw)), 1, 1)
    assert (hidden.text, hidden.others) == ("", ())


# ------------------------------------------------------------------------------------------------ failures


def drawn_by_hand(resources: bytes, font: bytes) -> bytes:
    """The doubtful table in a PDF with these resources."""
    rules = [b"50 %d m 290 %d l S" % (y, y) for y in (440, 420, 400)]
    rules += [b"%d 440 m %d 400 l S" % (x, x) for x in (50, 150, 220, 290)]
    said = [
        b"BT /F 10 Tf 1 0 0 1 %d %d Tm (%s) Tj ET" % (x + 5, y, text.encode())
        for y, row in zip((428, 408), DOUBTFUL, strict=True)
        for x, text in zip((50, 150, 220), row, strict=True)
    ]
    return hand_made(b"\n".join(rules + said), resources, font)


def test_page_that_is_damaged_for_the_second_parser_alone() -> None:
    resources = b"<</Font<</F 5 0 R>>/ColorSpace<</C[]>>>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    document = read_document(drawn_by_hand(resources, font), "damaged.pdf")
    grid = only_grid(document)
    assert texts(grid) == DOUBTFUL
    assert all(one.others == () for one in grid.cells)
    assert "not_read_twice" in codes(document)


@pytest.mark.parametrize("error", [ValueError("odd font"), RecursionError(), KeyError("Font")])
def test_page_that_the_second_parser_cannot_read_stays_as_it_is(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    before = read(page_of(DOUBTFUL))
    monkeypatch.setattr(PDFPageInterpreter, "process_page", fail)
    document = read(page_of(DOUBTFUL))
    assert only_grid(document).cells == only_grid(before).cells
    (issue,) = [issue for issue in document.issues if issue.code == "not_read_twice"]
    assert issue.severity == "info"


def test_out_of_memory_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(PDFPageInterpreter, "process_page", fail)
    with pytest.raises(MemoryError):
        read(page_of(DOUBTFUL))


def test_heavy_page_is_left_to_one_parser(asked: list[int]) -> None:
    def draw(sheet: Sheet) -> None:
        page_of(DOUBTFUL)(sheet)
        sheet.canvas._code += ["q Q"] * (second_reading.MAX_COST // 4 + 1)

    document = read(draw)
    assert asked == []
    assert texts(only_grid(document)) == DOUBTFUL
    assert "not_read_twice" in codes(document)


def test_number_of_pages_read_twice_is_bounded(asked: list[int]) -> None:
    pages = [page_of(DOUBTFUL, f"heading {chr(97 + n)}") for n in range(second_reading.MAX_COMPARED + 2)]
    document = read(*pages)
    assert len(asked) == second_reading.MAX_COMPARED
    (issue,) = [issue for issue in document.issues if issue.code == "not_read_twice"]
    assert "13, 14" in issue.detail
    assert len(prose(document)) == len(pages)
