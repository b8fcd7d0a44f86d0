"""Workbooks that are not XML (.xls, .et, .xlsb) and .ods, through python-calamine.

Belongs here: its values as a person would see them. It tells neither formats nor what is hidden within a
sheet, so a number that is not whole is doubtful. Does not belong here: .xlsx (`sheets`).
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator

import python_calamine

from ingestion.extract.model import UnreadableInput
from ingestion.extract.ooxml import MAX_PARTS
from ingestion.extract.sandbox import refusal
from ingestion.extract.workbook.formats import IN_DOUBT, general
from ingestion.extract.workbook.sheet import Entry, Sheet

#: Rows and columns that are looked at: a stray cell at the end of a sheet of 1,048,576 x 16,384 must not make
#: a table of that size.
MAX_AREA = 2_000_000


def read_other(data: bytes) -> Iterator[Sheet]:
    """The sheets of a workbook. Raises `UnreadableInput`."""
    _check_members(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet:
                yield _sheet(book, meta)
    except python_calamine.PasswordError as error:
        raise UnreadableInput("password_protected", "the workbook is protected by a password") from error
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise UnreadableInput("damaged_container", f"the workbook is damaged: {error}") from error
    except BaseException as error:
        # a panic of its native code is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableInput("damaged_container", "the workbook is damaged: its reader gives up") from error


def _check_members(data: bytes) -> None:
    if not data.startswith(b"PK"):
        return
    try:
        size = sum(member.file_size for member in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableInput("damaged_container", f"the ZIP container is damaged: {error}") from error
    if size > MAX_PARTS:
        raise refusal("quarantined_bytes", "the parts have {} bytes", size, MAX_PARTS)


def _sheet(book: python_calamine.CalamineWorkbook, meta: python_calamine.SheetMetadata) -> Sheet:
    sheet = Sheet(meta.name, hidden=meta.visible != python_calamine.SheetVisibleEnum.Visible)
    if sheet.hidden:
        return sheet
    found = book.get_sheet_by_name(meta.name)
    if found.height * found.width > MAX_AREA:
        area = found.height * found.width
        raise refusal("quarantined_cells", f"{meta.name} spans {{}} cells", area, MAX_AREA)
    top, left = found.start or (0, 0)
    for row, values in enumerate(found.to_python(skip_empty_area=True)):
        for col, value in enumerate(values):
            entry = _entry(value)
            if entry is not None:
                sheet.entries[top + row, left + col] = entry
    for (first_row, first_col), (last_row, last_col) in found.merged_cell_ranges or ():
        sheet.merged.append((first_row, first_col, last_row, last_col))
    return sheet


def _entry(value: object) -> Entry | None:
    if isinstance(value, str):
        text = value.strip()
        return Entry(text) if text else None
    if isinstance(value, bool):
        return Entry(str(value).upper())
    if isinstance(value, int | float):
        text, sure = general(float(value))
        return Entry(text, sure if float(value).is_integer() else IN_DOUBT)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return Entry(str(value), IN_DOUBT)
    return None
