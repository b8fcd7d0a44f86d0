"""Workbooks: what a person sees in the sheets that are shown."""

from __future__ import annotations

import io
import random
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from ingestion.extract import read_document
from ingestion.extract.model import Document, GridCell, UnreadableInput
from ingestion.extract.model import TextBlock as Text
from ingestion.extract.workbook.formats import shown
from ingestion.reader import read_snapshot
from tests.generator.make import tell
from tests.generator.story import Paragraph, Story
from tests.unit.extract.word_files import zipped


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_story(told: Story, sheet: Any) -> dict[str, Decimal | None]:
    """A made-up report as a person types it into one sheet; returns the numbers by the form's keys."""
    width = max(len(grid.widths) for grid in told.grids)
    row, expected = 1, {}
    for block in told.blocks:
        if isinstance(block, Paragraph):
            sheet.cell(row, 1, block.text)
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
            row += 1
            continue
        for number, line in enumerate(block.placed()):
            for column, one in line:
                text = one.text
                value: Any = float(text) if text.replace(".", "", 1).isdigit() else text or None
                sheet.cell(row + number, column + 1, value)
                if one.key:
                    expected[one.key] = None if value is None else Decimal(text)
                if one.rows > 1 or one.columns > 1:
                    sheet.merge_cells(
                        start_row=row + number,
                        end_row=row + number + one.rows - 1,
                        start_column=column + 1,
                        end_column=column + one.columns,
                    )
        row += len(block.rows)
    return expected


def workbook() -> tuple[openpyxl.Workbook, Any]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["指标", "2021年", "累计"])
    sheet.append(["主动公开", 4, 12])
    return book, sheet


def read(book: openpyxl.Workbook) -> Document:
    return read_document(saved(book), "annex.xlsx")


def codes(document: Document) -> set[str]:
    return {issue.code for issue in document.issues}


def cell(document: Document, row: int, col: int) -> GridCell:
    found = document.grids()[0].at(row, col)
    assert found is not None
    return found


def test_a_sheet_is_a_grid_and_its_title_text() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "附表"
    sheet["A1"] = "某某局2021年政府信息公开工作年度报告"
    sheet.merge_cells("A1:C1")
    for row in (["指标", "2021年", "累计"], ["主动公开", 4, 12]):
        sheet.append(row)
    document = read(book)
    assert [block.text for block in document.blocks if isinstance(block, Text)] == [sheet["A1"].value]
    (grid,) = document.grids()
    found = grid.at(1, 1)
    assert found is not None
    assert (found.text, found.confidence) == ("4", 1.0)
    where = found.locator
    assert (where.part, where.row, where.column, where.table) == ("附表", 3, 2, 1)


def test_merged_ranges_are_spans() -> None:
    book, sheet = workbook()
    sheet["A3"] = "合计"
    sheet["C3"] = 7
    sheet.merge_cells("A3:B3")
    document = read(book)
    assert cell(document, 2, 1).text == "合计"
    assert cell(document, 2, 0).colspan == 2


@pytest.mark.parametrize(
    ("value", "code", "text", "sure"),
    [
        (4.0, "General", "4", True),
        (12.5, "General", "12.5", True),
        (0.1 + 0.2, "General", "0.3", False),
        (1234567.0, "#,##0", "1,234,567", True),
        (3.6, "0", "4", True),
        (2.5, "0.00_ ", "2.50", True),
        (0.155, "0.0%", "15.5%", True),
        (-3.0, "#,##0_);(#,##0)", "(3)", True),
        (-3.0, "0;[Red]-0", "-3", True),
        (0.0, "0;-0;;@", "", True),
        (0.0, "#", "", True),
        (7.0, '0"件"', "7件", True),
        (7.0, "00", "07", True),
        (7.0, "0.0##", "7.0", True),
        (7.25, "# ?/?", "7.25", False),
        (7.0, '[>5]"多";0', "7", False),
        (123456.0, "0.00E+00", "123456", False),
        (0.0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-", True),
    ],
)
def test_numbers_as_they_are_shown(value: float, code: str, text: str, sure: bool) -> None:
    found, confidence = shown(value, code)
    assert (found, confidence >= 0.9) == (text, sure)


def test_a_sheet_that_shows_no_zeros() -> None:
    book, sheet = workbook()
    sheet["B2"] = 0
    assert cell(read(book), 1, 1).text == "0"
    sheet.sheet_view.showZeros = False
    assert cell(read(book), 1, 1).text == ""


def test_a_formula_without_its_result_is_no_blank() -> None:
    book, sheet = workbook()
    sheet["B2"] = "=1+2"
    found = cell(read(book), 1, 1)
    assert (found.text, found.legible) == ("", False)


def test_raised_and_struck_digits() -> None:
    book, sheet = workbook()
    sheet["B2"] = CellRichText("10", TextBlock(InlineFont(vertAlign="superscript"), "1"))
    sheet["C2"].font = Font(strike=True)
    document = read(book)
    assert not cell(document, 1, 1).legible
    assert cell(document, 1, 2).struck


def test_what_is_hidden_is_left_out_and_told() -> None:
    book, sheet = workbook()
    sheet.append(["废止", 9, 9])
    sheet.append(["有效", 5, 6])
    sheet.row_dimensions[3].hidden = True
    secret = book.create_sheet("底稿")
    secret.sheet_state = "hidden"
    secret["A1"] = "草稿"
    document = read(book)
    assert "9" not in {one.text for one in document.grids()[0].cells}
    assert cell(document, 2, 1).text == "5"
    assert cell(document, 2, 1).locator.row == 4
    assert {issue.place for issue in document.issues if issue.code == "hidden_text"} == {"Sheet", "底稿"}


def test_blank_columns_at_the_end_and_a_stray_cell_far_away() -> None:
    book, sheet = workbook()
    sheet["XFD1048576"].font = Font(bold=True)
    document = read(book)
    assert (document.grids()[0].n_rows, document.grids()[0].n_cols) == (2, 3)
    sheet["XFD1048576"] = 1
    with pytest.raises(UnreadableInput) as refused:
        read(book)
    assert refused.value.quarantined


def test_hostile_workbooks() -> None:
    book, _ = workbook()
    data = saved(book)
    members = {
        name: zipfile.ZipFile(io.BytesIO(data)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
    }
    members["xl/worksheets/sheet1.xml"] = b" " * (33 << 20)
    with pytest.raises(UnreadableInput) as refused:
        read_document(zipped(members), "x.xlsx")
    assert refused.value.code == "quarantined_bytes"
    with pytest.raises(UnreadableInput) as refused:
        read_document(data[: len(data) // 2], "x.xlsx")
    assert refused.value.code == "damaged_container"


def test_a_report_in_a_workbook_is_read_like_any_other() -> None:
    told = tell("form_2021", "mixed", random.Random(5))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    expected = write_story(told, sheet)
    reading = read_snapshot(saved(book), "report.xlsx")
    assert reading.status == "complete"
    assert reading.headline.report_year == told.words.year
    assert {key: value.value for key, value in reading.cells.items()} == expected
