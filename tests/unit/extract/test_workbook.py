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
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Color, Font, PatternFill

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
        (0.1 + 0.2, "General", "0.3", True),
        (12345.678901234, "General", "12345.6789", False),
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
        (7.0, '[>5]"多";0', "多", True),
        (4.0, '[>5]"多";0', "4", True),
        (0.0, '[=0]"";General', "", True),
        (500.0, "[<100]0;[<1000]#,##0;0.0", "500", True),
        (-4.0, "[>=0]0;-0", "-4", True),
        (-4.0, "[<100]0;0.0", "-4", False),
        (7.0, '0"0"', "70", True),
        (12345.0, '0!.0,"万"', "12345", False),
        (12.0, "[DBNum1][$-804]General", "12", False),
        (0.0, "0;-0;[White]0", "", True),
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


@pytest.mark.parametrize("white", [Color("FFFFFFFF"), Color("00FEFEFE"), Color(theme=0), Color(indexed=9)])
def test_a_number_in_white_is_not_read_unless_it_stands_on_a_dark_ground(white: Color) -> None:
    book, sheet = workbook()
    for place in ("A2", "B2", "C2"):
        sheet[place].font = Font(color=white)
    sheet["C2"].fill = PatternFill("solid", fgColor="FF1F4E79")
    document = read(book)
    assert [cell(document, 1, col).legible for col in range(3)] == [True, False, True]


def test_conditions_that_hide_numbers() -> None:
    book, sheet = workbook()
    sheet.append(["废止", 0, 7])
    white = Font(color="FFFFFFFF")
    sheet.conditional_formatting.add("B2:B9", CellIsRule(operator="equal", formula=["0"], font=white))
    sheet.conditional_formatting.add("C3", FormulaRule(formula=["C3=B3"], font=white))
    sheet.conditional_formatting.add("C2", CellIsRule(operator="equal", formula=["12"], font=Font(bold=True)))
    document = read(book)
    assert (cell(document, 1, 1).text, cell(document, 1, 1).confidence) == ("4", 1.0)
    assert not cell(document, 2, 1).legible
    assert cell(document, 1, 2).confidence == 1.0
    assert cell(document, 2, 2).confidence < 0.9  # nobody has calculated the condition


@pytest.mark.parametrize("code", ["yyyy/m/d", 'm"月"d"日"', "[$-804]aaaa", "h:mm"])
def test_a_number_that_is_shown_as_a_date_is_not_read(code: str) -> None:
    book, sheet = workbook()
    sheet["B2"].number_format = code
    assert not cell(read(book), 1, 1).legible


def test_a_number_format_that_only_its_number_names() -> None:
    book, sheet = workbook()
    sheet["B2"] = 0
    sheet["B2"].number_format = "0.00E+00"
    data = saved(book)
    members = zipfile.ZipFile(io.BytesIO(data))
    for number, text, sure in ((41, "-", True), (12, "0", False), (77, "0", False)):
        parts = {name: members.read(name) for name in members.namelist()}
        parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(
            b'numFmtId="11"', f'numFmtId="{number}"'.encode()
        )
        found = cell(read_document(zipped(parts), "x.xlsx"), 1, 1)
        assert (found.text, found.confidence >= 0.9) == (text, sure)


def test_a_table_is_as_wide_as_its_own_rows() -> None:
    book, sheet = workbook()
    sheet["A4"] = "以下为第二张表"
    for row in (["指标", "甲", "乙", "丙", "丁"], ["收到", 1, 2, 3, 4]):
        sheet.append(row)
    assert [grid.n_cols for grid in read(book).grids()] == [3, 5]


def test_a_line_across_a_table_that_stands_away_from_the_corner() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(
        (["二、主动公开情况"], ["规章", 1, 2], ["三、申请情况"], ["收到", 3, 4]), start=2
    ):
        for column, value in enumerate(row, start=3):
            sheet.cell(number, column, value)
        if len(row) == 1:
            sheet.merge_cells(start_row=number, end_row=number, start_column=3, end_column=5)
    document = read(book)
    assert document.text() == "二、主动公开情况\n三、申请情况"
    assert [grid.n_cols for grid in document.grids()] == [3, 3]


def test_of_a_sheet_a_year_the_one_that_the_source_names_is_read() -> None:
    book = openpyxl.Workbook()
    values = {}
    for year in (2021, 2022, 2023):
        told = tell("form_2021", "mixed", random.Random(year))
        sheet = book.active if year == 2021 else book.create_sheet(f"{year}年")
        assert sheet is not None
        for paragraph in (block for block in told.blocks if isinstance(block, Paragraph)):
            paragraph.text = paragraph.text.replace(str(told.words.year), str(year))
        values[year] = write_story(told, sheet)
    reading = read_snapshot(saved(book), "annex.xlsx", "2022年政府信息公开工作年度报告")
    assert reading.headline.report_year == 2022
    total = "t3.new_received.total"
    assert reading.cells[total].value == values[2022][total]


def test_what_is_hidden_is_left_out_and_told() -> None:
    book, sheet = workbook()
    sheet.append(["废止", 9, 9])
    sheet.append(["有效", 5, 6])
    sheet.append(["废止", 9, 9])
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[5].height = 0.1
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
