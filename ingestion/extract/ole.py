"""The directory of an OLE compound file: which streams stand at its root.

Belongs here: the sector chains that lead to the directory, with the bounds a damaged file needs. Does not
belong here: what the streams hold, and which format their names make of the file (`sniff`).
"""

from __future__ import annotations

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = 128
_END = 0xFFFFFFFA
_NONE = 0xFFFFFFFF
#: Sectors of a directory: 4 entries each; real files have some dozens of entries.
_MAX_SECTORS = 4096


def root_streams(data: bytes) -> frozenset[str]:
    """Names of the streams and storages at the root of a compound file; empty where it is too damaged.

    What lies deeper belongs to objects that are embedded: a Word file with a table of Excel in it has a
    stream Workbook too.
    """
    try:
        return _read(data)
    except (struct.error, IndexError, ValueError):
        return frozenset()


def _read(data: bytes) -> frozenset[str]:
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        return frozenset()
    size = 1 << shift
    fat_sectors = [one for one in struct.unpack_from("<109I", data, 76) if one < _END]
    entries = b"".join(_chain(data, size, struct.unpack_from("<I", data, 48)[0], fat_sectors))
    if len(entries) < _ENTRY:
        return frozenset()
    root = struct.unpack_from("<I", entries, 76)[0]
    found: set[str] = set()
    seen: set[int] = set()
    stack = [root]
    while stack:
        number = stack.pop()
        if number == _NONE or number in seen or (number + 1) * _ENTRY > len(entries):
            continue
        seen.add(number)
        at = number * _ENTRY
        length = struct.unpack_from("<H", entries, at + 64)[0]
        found.add(entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"))
        stack += struct.unpack_from("<II", entries, at + 68)  # its neighbours, not what is inside of it
    return frozenset(found)


def _chain(data: bytes, size: int, sector: int, fat_sectors: list[int]) -> list[bytes]:
    """The sectors of a chain; it ends where the file or the table of sectors ends."""
    found: list[bytes] = []
    per_sector = size // 4
    while sector < _END and len(found) < _MAX_SECTORS:
        start = (sector + 1) * size
        if start >= len(data):
            break
        found.append(data[start : start + size])
        table, entry = divmod(sector, per_sector)
        if table >= len(fat_sectors):
            break
        sector = struct.unpack_from("<I", data, (fat_sectors[table] + 1) * size + entry * 4)[0]
    return found
