"""What a reader of pictures was not sure of stays unsure in the cell, whichever way the cell was found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.catalog import load_catalog
from ingestion.catalog.labels import normalise_label
from ingestion.extract import read_document
from ingestion.extract.model import Document, Grid, Locator, OtherReading, TextBlock
from ingestion.recognise import Reading, recognise
from tests.generator import make

OTHER = OtherReading("7", 0.4, "ocr_digit")


def printed(form: str) -> Document:
    made = make("html", 3, form, "clean", "mixed")
    return read_document(made.data, made.name)


def understood(document: Document) -> Reading:
    return recognise(document, load_catalog())


def from_ink(document: Document, **doubt: object) -> Document:
    """The same document, every cell of its tables in doubt."""
    for grid in document.grids():
        grid.cells = [replace(cell, **doubt) for cell in grid.cells]
    return document


@pytest.mark.parametrize("form", ["form_2021", "form_2019", "pre2019_national", "pre2019_fujian_short"])
def test_doubt_of_a_cell_is_doubt_of_its_number(form: str) -> None:
    sure = {
        key: cell.value for key, cell in understood(printed(form)).cells.items() if cell.value is not None
    }

    cells = understood(from_ink(printed(form), confidence=0.6, others=(OTHER,))).cells

    assert sure
    for key, value in sure.items():
        assert cells[key].value == value
        assert cells[key].confidence is not None
        assert cells[key].confidence <= 0.6
        assert cells[key].others == (OTHER,)


@pytest.mark.parametrize("form", ["form_2021", "pre2019_national", "pre2019_fujian_short"])
def test_ink_that_could_not_be_read_is_unreadable_and_never_a_number(form: str) -> None:
    document = printed(form)
    numbers = [key for key, cell in understood(printed(form)).cells.items() if cell.value is not None]
    for grid in document.grids():
        grid.cells = [replace(cell, legible=not cell.text.strip().isdigit()) for cell in grid.cells]

    cells = understood(document).cells

    assert {cells[key].state for key in numbers if cells[key].raw and cells[key].raw.isdigit()} == {
        "unreadable"
    }
    assert all(cells[key].value is None for key in numbers if cells[key].state == "unreadable")


def test_numbers_in_lines_of_text_read_from_a_picture_are_in_doubt() -> None:
    """A table without rules comes as lines of text, which one policy alone has read."""
    document = printed("form_2021")
    blocks = []
    for block in document.blocks:
        if isinstance(block, Grid):
            for row in block.rows():
                text = " ".join(cell.text.replace("\n", "") for cell in row)
                place = Locator(page=2, bbox=(1.0, 2.0, 3.0, 4.0), carrier="ab")
                blocks.append(TextBlock(text, place, confidence=0.85))
        else:
            blocks.append(block)
    document.blocks = blocks

    read = [cell for cell in understood(document).cells.values() if cell.value is not None]

    assert read
    assert all(cell.confidence is not None and cell.confidence <= 0.85 for cell in read)
    assert {cell.locator.carrier for cell in read if cell.locator} == {"ab"}
    assert {cell.locator.bbox for cell in read if cell.locator} == {(1.0, 2.0, 3.0, 4.0)}


@pytest.mark.parametrize(
    ("seen", "printed_label"),
    [
        ("規章", "规章"),
        ("結果維持", "结果维持"),
        ("行政強制", "行政强制"),
        ("處理決定數量", "处理決定数量"),
        ("（七）.总计", "总计"),
    ],
)
def test_another_spelling_of_a_label(seen: str, printed_label: str) -> None:
    assert normalise_label(seen) == normalise_label(printed_label)


@pytest.mark.parametrize(
    ("label", "seen"), [("自然人", "白然人"), ("自然人", "自然人文"), ("科研机构", "科石机构")]
)
def test_a_column_label_with_a_wrong_character_names_its_column_in_doubt(label: str, seen: str) -> None:
    document = printed("form_2021")
    expected = {key: cell.value for key, cell in understood(document).cells.items() if key.startswith("t3.")}
    for grid in document.grids():
        grid.cells = [replace(one, text=seen) if one.text == label else one for one in grid.cells]

    cells = understood(document).cells

    assert {key: cells[key].value for key in expected} == expected
    assert any(cell.confidence is not None and cell.confidence < 0.9 for cell in cells.values())
