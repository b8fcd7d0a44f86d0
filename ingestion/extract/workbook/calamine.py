"""Workbooks that are not XML (.xls, .et, .xlsb) and .ods, through python-calamine.

Belongs here: its values as a person would see them. It tells neither formats nor what is hidden within a
sheet; .xls tells them itself (`binary`). Of others, a number that is not whole is doubtful, and so is a zero,
which many formats do not show. Does not belong here: .xlsx (`sheets`).
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

import python_calamine

from ingestion.extract.model import UnreadableInput
from ingestion.extract.ooxml import MAX_PARTS
from ingestion.extract.sandbox import refusal
from ingestion.extract.workbook.binary import SheetLooks, looks_of
from ingestion.extract.workbook.formats import IN_DOUBT, general
from ingestion.extract.workbook.sheet import Entry, Sheet
from ingestion.extract.workbook.styles import Style, number_entry

#: Rows and columns that are looked at: a stray cell at the end of a sheet of 1,048,576 x 16,384 must not make
#: a table of that size.
MAX_AREA = 2_000_000
_HAN = re.compile(r"[\u4e00-\u9fff]")


def read_other(data: bytes) -> Iterator[Sheet]:
    """The sheets of a workbook. Raises `UnreadableInput`."""
    _check_members(data)
    try:
        looks: Sequence[SheetLooks | None] | None = looks_of(data)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        metas = book.sheets_metadata
        if looks is None or len(looks) != len(metas):
            looks = [None] * len(metas)
        for meta, of_sheet in zip(metas, looks, strict=True):
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet:
                yield _sheet(book, meta, of_sheet)
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


def _sheet(
    book: python_calamine.CalamineWorkbook, meta: python_calamine.SheetMetadata, looks: SheetLooks | None
) -> Sheet:
    sheet = Sheet(meta.name, hidden=meta.visible != python_calamine.SheetVisibleEnum.Visible)
    if sheet.hidden:
        return sheet
    found = book.get_sheet_by_name(meta.name)
    if found.height * found.width > MAX_AREA:
        area = found.height * found.width
        raise refusal("quarantined_cells", f"{meta.name} spans {{}} cells", area, MAX_AREA)
    if looks is not None:
        sheet.hidden_rows, sheet.hidden_columns = looks.hidden_rows, looks.hidden_columns
    top, left = found.start or (0, 0)
    for row, values in enumerate(found.to_python(skip_empty_area=True), start=top):
        for col, value in enumerate(values, start=left):
            entry = _entry(value) if looks is None else _seen(value, looks, row, col)
            if entry is None:
                continue
            if row in sheet.hidden_rows or col in sheet.hidden_columns:
                sheet.n_hidden += 1
            else:
                sheet.entries[row, col] = entry
    for (first_row, first_col), (last_row, last_col) in found.merged_cell_ranges or ():
        sheet.merged.append((first_row, first_col, last_row, last_col))
    return sheet


def _seen(value: object, looks: SheetLooks, row: int, col: int) -> Entry | None:
    """What a cell shows whose look is known."""
    error = looks.errors.get((row, col))
    if error is not None:
        return Entry(error)
    style = looks.styles.get((row, col), Style())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_entry(float(value), str(value), style, zeros=looks.zeros)
    entry = _entry(value)
    if entry is None:
        return None
    is_date = not isinstance(value, str | bool)
    unseen = style.white and _HAN.search(entry.text) is None
    return replace(entry, struck=style.struck, legible=not is_date and not unseen)


def _entry(value: object) -> Entry | None:
    if isinstance(value, str):
        text = value.strip()
        return Entry(text) if text else None
    if isinstance(value, bool):
        return Entry(str(value).upper())
    if isinstance(value, int | float):
        text, sure = general(float(value))
        return Entry(text, sure if value and float(value).is_integer() else IN_DOUBT)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return Entry(str(value), IN_DOUBT)
    return None
