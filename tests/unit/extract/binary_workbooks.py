"""Workbooks of Excel 97 to 2003 for tests, record by record: nothing that we may depend on writes them.

Belongs here: the least that a reader needs of BIFF8 and of the compound file around it. Not here: reports.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SECTOR = 512


@dataclass(frozen=True)
class Look:
    """code: of the number format. colour: of the letters, 9 is white; ground: of the cell, None for none."""

    code: str = "General"
    colour: int = 0x7FFF
    ground: int | None = None
    struck: bool = False


#: What is put into a cell: a number or a text with its look, or the code of an error.
Value = tuple[float | str, Look] | int


def xls(
    cells: Mapping[tuple[int, int], Value],
    *,
    hidden_rows: Iterable[int] = (),
    hidden_columns: Iterable[int] = (),
    zeros: bool = True,
    n_rows: int = 20,
) -> bytes:
    """A workbook of one sheet."""
    looks = list(dict.fromkeys([Look(), *(value[1] for value in cells.values() if isinstance(value, tuple))]))
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += _record(0x200, struct.pack("<IIHHH", 0, n_rows, 0, 20, 0))
    for column in hidden_columns:
        sheet += _record(0x7D, struct.pack("<6H", column, column, 2048, 0, 1, 0))
    for row in sorted({row for row, _ in cells}):
        flags = 0x100 | (0x20 if row in set(hidden_rows) else 0)
        sheet += _record(0x208, struct.pack("<HHHHHHI", row, 0, 20, 255, 0, 0, flags))
    for (row, column), value in sorted(cells.items()):
        sheet += _cell(row, column, value, looks)
    sheet += _record(0x23E, struct.pack("<HHHIHHI", 0x06A6 | (0x10 if zeros else 0), 0, 0, 0, 0, 0, 0))
    sheet += _record(0x0A, b"")
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0))
    fonts = [Look()] * 4 + looks  # the reader leaves out number 4
    for look in fonts:
        options = 0x08 if look.struck else 0
        head += _record(
            0x31, struct.pack("<HHHHHBBBB", 200, options, look.colour, 400, 0, 0, 0, 0, 0) + _text("A", 1)
        )
    for number, look in enumerate(looks):
        head += _record(0x41E, struct.pack("<H", 164 + number) + _text(look.code, 2))
    for number, look in enumerate(looks):
        ground = (1 << 26, look.ground) if look.ground is not None else (0, 0x40)
        about = struct.pack("<HHHBBBBII", 5 + number, 164 + number, 0, 0, 0, 0, 0, 0, ground[0])
        head += _record(0xE0, about + struct.pack("<H", ground[1]))
    end = _record(0x0A, b"")
    name = _text("表", 1)
    begins = len(head) + 4 + 6 + len(name) + len(end)
    head += _record(0x85, struct.pack("<IBB", begins, 0, 0) + name)
    return _compound((head + end + sheet).ljust(4096, b"\0"))


def _cell(row: int, column: int, value: Value, looks: list[Look]) -> bytes:
    if isinstance(value, int):
        return _record(0x205, struct.pack("<HHHBB", row, column, 0, value, 1))
    what, look = value
    place = struct.pack("<HHH", row, column, looks.index(look))
    if isinstance(what, str):
        return _record(0x204, place + _text(what, 2))
    if float(what).is_integer() and column % 2:  # both ways of writing a number
        packed = struct.pack("<i", int(what) << 2 | 2)
        both = struct.pack("<HH", row, column) + place[4:] + packed + place[4:] + packed
        return _record(0xBD, both[:-6] + struct.pack("<H", column))
    return _record(0x203, place + struct.pack("<d", what))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, size: int) -> bytes:
    return len(text).to_bytes(size, "little") + b"\1" + text.encode("utf-16-le")


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream: table of sectors, directory, then the stream."""
    n_sectors = -(-len(stream) // SECTOR)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + n_sectors), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<III", 0, 1, 1) + struct.pack("<III", 0, 4096, 0xFFFFFFFE)
    header += struct.pack("<III", 0, 0xFFFFFFFE, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    directory = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    directory += _entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    return (
        header + struct.pack(f"<{len(table)}I", *table) + directory + stream.ljust(n_sectors * SECTOR, b"\0")
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le") if name else b""
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
