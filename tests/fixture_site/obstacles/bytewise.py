"""Bodies that do not end, come too slowly, or are not as long as they say.

Belongs here: routes /b. Does not belong here: heads that are no HTTP (`heads`).
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from functools import lru_cache

from tests.fixture_site.obstacles.routes import SENTENCE, Routes
from tests.fixture_site.server import Asked, Reply, Wire

#: Decoded size of the bomb, in bytes.
BOMB_BYTES = 200 << 20
#: What the first ten bytes of /b/long are, which is all that its head promises.
TEN = "正文字.".encode()
#: Seconds between two bytes of a drip.
DRIP = 0.2
_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


async def _drip(wire: Wire) -> None:
    await wire.send(_HTML + b"Content-Length: 1000\r\n\r\n")
    for _ in range(1000):
        await wire.send(b"x")
        await asyncio.sleep(DRIP)


async def _header_drip(wire: Wire) -> None:
    for byte in _HTML + b"X-Padding: " + b"x" * 1000:
        await wire.send(bytes([byte]))
        await asyncio.sleep(DRIP)


async def _endless(wire: Wire) -> None:
    await wire.send(_HTML + b"Transfer-Encoding: chunked\r\n\r\n")
    piece = SENTENCE.encode() * 800
    chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
    while True:
        await wire.send(chunk)
        await asyncio.sleep(0)


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """A whole gzip file of `BOMB_BYTES` noughts: one packed piece, over and over.

    Packing all of it takes longer than the deadline of whoever asks for it.
    """
    piece = bytes(1 << 20)
    n_pieces = BOMB_BYTES // len(piece)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(n_pieces):
        checksum = zlib.crc32(piece, checksum)
    head = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
    return head + packed * n_pieces + packer.flush() + struct.pack("<II", checksum, BOMB_BYTES)


def _gzip_bomb(asked: Asked) -> Reply:
    return Reply(_bomb(), headers=[("Content-Encoding", "gzip")])


def _lie(asked: Asked) -> Reply:
    return Reply(
        f"<html><body><p>{SENTENCE}</p></body></html>".encode(), headers=[("Content-Encoding", "gzip")]
    )


ROUTES: Routes = {
    "/b/drip": lambda asked: _drip,
    "/b/headerdrip": lambda asked: _header_drip,
    "/b/endless": lambda asked: _endless,
    "/b/bomb": _gzip_bomb,
    "/b/short": lambda asked: _HTML + b"Content-Length: 1000\r\n\r\n" + TEN,
    "/b/long": lambda asked: _HTML + b"Content-Length: 10\r\n\r\n" + TEN + b"x" * 990,
    "/b/gziplie": _lie,
}
