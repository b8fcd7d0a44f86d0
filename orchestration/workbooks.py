"""What makes a sheet that DuckDB wrote usable: head frozen, filter, widths, and what the columns mean.

Belongs here: adding that to a finished XLSX file. Not here: writing the rows, choosing tables
(`release_files`).

The rows are streamed through as they are: openpyxl needs a minute for the register, this a second.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

import duckdb

#: Characters of a column, at least and at most.
NARROWEST, WIDEST = 8, 60
#: Room for the button of the filter.
BUTTON = 4
#: Rows that the widths are taken from.
LOOKED_AT = 2000
ABOUT = "columns"
_SHEET, _SECOND = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_CHUNK = 1 << 20
#: Bytes at the end of a sheet in which its last tags lie.
_TAIL = 1000
_HEADS = ("column", "列 (zh)", "meaning (en)")
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_SHEET_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
_FROZEN = (
    '<sheetViews><sheetView workbookViewId="0"{selected}><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet. width: of its widest text in characters, a Chinese one counted twice."""

    name: str
    width: int
    zh: str
    en: str


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[Column]:
    """The columns of a table or view, with the width that they need and what their comments say of them."""
    described = connection.execute(
        "select column_name, coalesce(comment, '') from duckdb_columns() where table_name = ? "
        "and schema_name = 'main' and database_name = current_database() order by column_index",
        [table],
    ).fetchall()
    # three bytes of UTF-8 are two columns wide; the first rows are enough to tell
    found = connection.execute(
        "select coalesce(max(length(columns(*)::varchar) + (strlen(columns(*)::varchar) "
        "- length(columns(*)::varchar)) // 2), 0) from (from query_table(?) limit ?)",
        [table, LOOKED_AT],
    ).fetchone()
    columns = []
    for (name, comment), width in zip(described, found or (), strict=True):
        zh, _, en = str(comment).partition(" / ")
        columns.append(Column(name, max(int(width), len(name) + BUTTON), zh, en))
    return columns


def furnish(path: Path, table: str, columns: Sequence[Column], rows: int) -> None:
    """Give the sheet of `table` in the XLSX file its head, filter and widths; add the sheet of its columns.

    rows: of the sheet, without the head.
    """
    area = f"$A$1:${_letters(len(columns))}${rows + 1}"
    before = _FROZEN.format(selected=' tabSelected="1"') + _widths([column.width for column in columns])
    plain = area.replace("$", "")
    after = (
        f'<autoFilter ref="{plain}"/>'
        f'<ignoredErrors><ignoredError sqref="{plain}" numberStoredAsText="1"/></ignoredErrors>'
    )
    filtered = (
        f'<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'
        f"'{table}'!{area}</definedName></definedNames>"
    )
    edits = {
        "xl/workbook.xml": [
            ("<workbookPr/>", "<workbookPr/><bookViews><workbookView/></bookViews>"),
            ("</sheets>", f'<sheet name="{ABOUT}" state="visible" sheetId="2" r:id="rId9"/></sheets>'),
            ("<definedNames/>", filtered),
        ],
        "xl/_rels/workbook.xml.rels": [
            (
                "</Relationships>",
                f'<Relationship Id="rId9" Type="{_SHEET_RELATION}" Target="worksheets/sheet2.xml"/>'
                "</Relationships>",
            )
        ],
        "[Content_Types].xml": [
            ("</Types>", f'<Override PartName="/{_SECOND}" ContentType="{_SHEET_TYPE}"/></Types>')
        ],
    }
    aside = path.with_suffix(".furnished")
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(aside, "w") as target,
    ):
        for entry in source.infolist():
            with source.open(entry) as file, target.open(_of_no_time(entry.filename), "w") as out:
                if entry.filename == _SHEET:
                    _stream(file, out, before.encode(), after.encode())
                    continue
                text = file.read().decode()
                for old, new in edits.get(entry.filename, ()):
                    text = text.replace(old, new)
                out.write(text.encode())
        with target.open(_of_no_time(_SECOND), "w") as out:
            out.write(_about(columns).encode())
    aside.replace(path)


def _of_no_time(name: str) -> zipfile.ZipInfo:
    """The same rows give the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _stream(file: IO[bytes], out: IO[bytes], before: bytes, after: bytes) -> None:
    """Copy the sheet, with `before` in front of its rows and `after` behind them."""
    held = file.read(_CHUNK).replace(_BEGIN, before + _BEGIN, 1)
    while chunk := file.read(_CHUNK):
        out.write(held[:-_TAIL])
        held = held[-_TAIL:] + chunk
    out.write(held.replace(_END, _END + after, 1))


def _widths(widths: Sequence[int]) -> str:
    listed = "".join(
        f'<col min="{at}" max="{at}" width="{min(WIDEST, max(NARROWEST, width + 2))}" customWidth="1"/>'
        for at, width in enumerate(widths, 1)
    )
    return f"<cols>{listed}</cols>"


def _about(columns: Sequence[Column]) -> str:
    lines = [_HEADS, *((column.name, column.zh, column.en) for column in columns)]
    rows = "".join(
        f'<row r="{at}">'
        + "".join(
            f'<c r="{letter}{at}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for letter, text in zip("ABC", line, strict=True)
        )
        + "</row>"
        for at, line in enumerate(lines, 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{_FROZEN.format(selected='')}{_widths([32, 60, 60])}<sheetData>{rows}</sheetData></worksheet>"
    )


def _letters(count: int) -> str:
    """The letters of the column `count`, from 1: 1 is A, 27 is AA."""
    said = ""
    while count:
        count, rest = divmod(count - 1, 26)
        said = chr(ord("A") + rest) + said
    return said
