"""What a workbook of Excel 97 to 2003 (.xls, .et) says of looks: formats, white, struck, hidden, errors.

Belongs here: the records (BIFF8) that tell how a cell looks. Does not belong here: values, which
python-calamine reads (`calamine`), and what a look means for a number (`styles`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingestion.extract.model import UnreadableInput
from ingestion.extract.ole import root_stream
from ingestion.extract.workbook.styles import Style, style_of

_BOF, _EOF, _SHEET, _FORMAT, _XF, _FONT, _PALETTE = 0x809, 0x0A, 0x85, 0x41E, 0xE0, 0x31, 0x92
_ROW, _COLUMNS, _WINDOW, _MANY_NUMBERS = 0x208, 0x7D, 0x23E, 0xBD
#: Records of one cell: number, short number, formula, text in its several forms.
_CELLS = frozenset([0x203, 0x27E, 0x06, 0xFD, 0x204, 0xD6, 0x205])
_FORMULA, _TRUTH_OR_ERROR = 0x06, 0x205
_TEXTS, _DIMENSIONS = 0xFC, 0x200
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip
_BIFF8 = 0x600
#: Colours by number: the first of those that a file may define, black and white among them.
_FIRST_COLOUR, _WHITE = 8, 9
_AUTOMATIC = frozenset([0x40, 0x41, 0x7FFF])
#: Channels of a colour from here on make it white on paper.
_WHITE_FROM = 240
_STRUCK, _HIDDEN_ROW, _SHOWS_ZEROS = 0x08, 0x20, 0x10
_MAX_ROW, _MAX_COLUMN = 65_536, 256
#: A file that has more is no one's workbook, and each is read to its end.
_MAX_SHEETS = 200


@dataclass(slots=True)
class SheetLooks:
    """styles by 0-based (row, column), where they say anything; errors: printed in place of values."""

    styles: dict[tuple[int, int], Style] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    zeros: bool = True


def looks_of(data: bytes) -> list[SheetLooks] | None:
    """The looks of every sheet in the order of the workbook; None where the file does not say in this way.

    Raises `UnreadableInput` for counts that cannot be true: python-calamine makes room for as many.
    """
    stream = root_stream(data, "Workbook")
    if stream is None:
        return None
    _check_counts(stream)
    try:
        return _read(stream)
    except (struct.error, IndexError):
        return None


def _check_counts(stream: bytes) -> None:
    at = 0
    while at + 12 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _TEXTS and struct.unpack_from("<I", stream, at + 8)[0] > len(stream):
            raise UnreadableInput("damaged_container", "the workbook is damaged: more texts than bytes")
        if kind == _DIMENSIONS and at + 16 <= len(stream):
            first_row, last_row, first_column, last_column = struct.unpack_from("<IIHH", stream, at + 4)
            rows, columns = max(first_row, last_row), max(first_column, last_column)
            if rows > _MAX_ROW or columns > _MAX_COLUMN:
                raise UnreadableInput("damaged_container", "the workbook is damaged: a sheet beyond any size")
        at += 4 + length


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, up to its end."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def _read(stream: bytes) -> list[SheetLooks] | None:
    first, _, version = struct.unpack_from("<HHH", stream)
    if (first, version) != (_BOF, _BIFF8):
        return None
    begins: list[int] = []
    codes: dict[int, str] = {}
    fonts: list[tuple[int, int]] = []
    formats: list[bytes] = []
    palette: list[tuple[int, int, int]] = []
    for kind, record in _records(stream, 0):
        if kind == _SHEET:
            begins.append(struct.unpack_from("<I", record)[0])
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", record)[0]] = _text(record, 2)
        elif kind == _FONT:
            if len(fonts) == 4:
                fonts.append((0, 0))  # there is no font of number 4
            fonts.append(struct.unpack_from("<HH", record, 2))
        elif kind == _XF:
            formats.append(record)
        elif kind == _PALETTE:
            count = struct.unpack_from("<H", record)[0]
            palette = [struct.unpack_from("<BBBx", record, 2 + 4 * n) for n in range(min(count, 56))]
    if len(begins) > _MAX_SHEETS or len(set(begins)) < len(begins):
        return None
    styles = [_style(record, codes, fonts, palette) for record in formats]
    return [_sheet(stream, at, styles) for at in begins]


def _style(
    record: bytes, codes: dict[int, str], fonts: list[tuple[int, int]], palette: list[tuple[int, int, int]]
) -> Style:
    font, number = struct.unpack_from("<HH", record)
    options, colour = fonts[font] if font < len(fonts) else (0, 0x7FFF)
    pattern = struct.unpack_from("<I", record, 14)[0] >> 26
    ground = struct.unpack_from("<H", record, 18)[0] & 0x7F
    on_dark = pattern != 0 and ground not in _AUTOMATIC and not _is_white(ground, palette)
    white = _is_white(colour, palette) and not on_dark
    return style_of(number, codes.get(number), struck=bool(options & _STRUCK), white=white)


def _is_white(colour: int, palette: list[tuple[int, int, int]]) -> bool:
    if colour in _AUTOMATIC:
        return False
    place = colour - _FIRST_COLOUR
    if 0 <= place < len(palette):
        return min(palette[place]) >= _WHITE_FROM
    return colour in (1, _WHITE)


def _text(record: bytes, at: int) -> str:
    """A string with its length before it: one byte a character, or two."""
    length, wide = struct.unpack_from("<HB", record, at)
    raw = record[at + 3 : at + 3 + length * (2 if wide & 1 else 1)]
    return raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace")


def _sheet(stream: bytes, at: int, styles: list[Style]) -> SheetLooks:
    looks = SheetLooks()
    depth = 0
    for kind, record in _records(stream, at):
        if kind == _BOF:
            depth += 1  # a chart within the sheet has records of its own
        elif kind in _CELLS and depth == 1:
            row, column, number = struct.unpack_from("<HHH", record)
            _keep(looks, row, column, number, styles)
            error = _error(kind, record)
            if error is not None:
                looks.errors[row, column] = error
        elif kind == _MANY_NUMBERS:
            row, first = struct.unpack_from("<HH", record)
            for column, place in enumerate(range(4, len(record) - 2, 6), start=first):
                _keep(looks, row, column, struct.unpack_from("<H", record, place)[0], styles)
        elif kind == _ROW:
            if struct.unpack_from("<I", record, 12)[0] & _HIDDEN_ROW:
                looks.hidden_rows.add(struct.unpack_from("<H", record)[0])
        elif kind == _COLUMNS:
            first, last, width, _, options = struct.unpack_from("<5H", record)
            if options & 1 or not width:
                looks.hidden_columns.update(range(first, min(last + 1, _MAX_COLUMN)))
        elif kind == _WINDOW:
            looks.zeros = bool(struct.unpack_from("<H", record)[0] & _SHOWS_ZEROS)
    return looks


def _error(kind: int, record: bytes) -> str | None:
    if kind == _TRUTH_OR_ERROR and record[7]:
        return _ERRORS.get(record[6], "#?")
    # the place of a result that is no number says what it is: 2 is an error
    if kind == _FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2:
        return _ERRORS.get(record[8], "#?")
    return None


def _keep(looks: SheetLooks, row: int, column: int, number: int, styles: list[Style]) -> None:
    if number < len(styles) and styles[number] != Style():
        looks.styles[row, column] = styles[number]
