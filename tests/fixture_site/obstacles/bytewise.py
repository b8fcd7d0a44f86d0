"""Bodies that do not end, come too slowly, or are not as long as they say.

Belongs here: routes /b. Does not belong here: heads that are no HTTP (`heads`).
"""

from __future__ import annotations

import asyncio
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
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(1 << 20)
    return b"".join([*(packer.compress(piece) for _ in range(BOMB_BYTES >> 20)), packer.flush()])


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
