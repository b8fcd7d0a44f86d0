"""An OLE compound file: which streams stand at its root, and the bytes of one.

Belongs here: the chains of sectors, with the bounds a damaged file needs. Does not belong here: what the
streams hold, and which format their names make of the file (`sniff`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = 128
#: Streams below this many bytes lie elsewhere.
_SHORTEST = 4096
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


def root_stream(data: bytes, name: str) -> bytes | None:
    """The bytes of a stream at the root of a compound file; None where it is not there, or damaged.

    Short streams lie in a place of their own and are None, too: all that write workbooks pad them to 4096
    bytes.
    """
    try:
        return _stream(data, name)
    except (struct.error, IndexError, ValueError):
        return None


def _stream(data: bytes, name: str) -> bytes | None:
    for at, entries, one in _root_entries(data):
        if one == name:
            start, length = struct.unpack_from("<II", entries, at + 116)
            if length < _SHORTEST:
                return None
            found = b"".join(_chain(data, start, len(data)))
            return found[:length] if len(found) >= length else None
    return None


def _read(data: bytes) -> frozenset[str]:
    return frozenset(name for _, _, name in _root_entries(data))


def _root_entries(data: bytes) -> Iterator[tuple[int, bytes, str]]:
    """(place in the directory, directory, name) of what stands at the root."""
    if struct.unpack_from("<H", data, 30)[0] not in (9, 12):
        return
    entries = b"".join(_chain(data, struct.unpack_from("<I", data, 48)[0], _MAX_SECTORS))
    if len(entries) < _ENTRY:
        return
    seen: set[int] = set()
    stack = [struct.unpack_from("<I", entries, 76)[0]]
    while stack:
        number = stack.pop()
        if number == _NONE or number in seen or (number + 1) * _ENTRY > len(entries):
            continue
        seen.add(number)
        at = number * _ENTRY
        length = struct.unpack_from("<H", entries, at + 64)[0]
        yield at, entries, entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        stack += struct.unpack_from("<II", entries, at + 68)  # its neighbours, not what is inside of it


def _chain(data: bytes, sector: int, limit: int) -> list[bytes]:
    """The sectors of a chain, at most `limit`; it ends where the file or the table of sectors ends."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    table = _table_of_sectors(data, size)
    found: list[bytes] = []
    per_sector = size // 4
    while sector < _END and len(found) < min(limit, len(data) // size + 1):
        start = (sector + 1) * size
        if start >= len(data):
            break
        found.append(data[start : start + size])
        part, entry = divmod(sector, per_sector)
        if part >= len(table):
            break
        sector = struct.unpack_from("<I", data, (table[part] + 1) * size + entry * 4)[0]
    return found


def _table_of_sectors(data: bytes, size: int) -> list[int]:
    """Where the parts of the table lie: 109 are told in the header, more in sectors of their own."""
    found = [one for one in struct.unpack_from("<109I", data, 76) if one < _END]
    further = struct.unpack_from("<I", data, 68)[0]
    n_read = 0
    while further < _END and n_read < _MAX_SECTORS and (further + 2) * size <= len(data):
        *parts, further = struct.unpack_from(f"<{size // 4}I", data, (further + 1) * size)
        found += [one for one in parts if one < _END]
        n_read += 1
    return found
