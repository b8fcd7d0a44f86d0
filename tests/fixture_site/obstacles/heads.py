"""Response heads that are not as HTTP wants them.

Belongs here: routes /h. Clients differ in what they take of these; `tests.fixture_site.expected` says what ours
does.
"""

from __future__ import annotations

from tests.fixture_site.obstacles.routes import SENTENCE, Routes
from tests.fixture_site.server import Asked

BODY = f"<html><head><title>正常页面</title></head><body><p>{SENTENCE}</p></body></html>".encode()
_LENGTH = b"Content-Length: %d\r\n" % len(BODY)
_TYPE = b"Content-Type: text/html; charset=utf-8\r\n"
_OK = b"HTTP/1.1 200 OK\r\n"
_REST = _TYPE + _LENGTH + b"\r\n" + BODY
_CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)

HEADS: dict[str, bytes] = {
    # taken by every client
    "no-reason": b"HTTP/1.1 200\r\n" + _REST,
    "lf-only": (_OK + _TYPE + _LENGTH).replace(b"\r\n", b"\n") + b"\n" + BODY,
    "raw-gbk": _OK + "X-Title: 信息公开\r\n".encode("gbk") + _REST,
    "raw-utf8": _OK + "X-Title: 信息公开\r\n".encode() + _REST,
    "junk-cookies": _OK
    + b"Set-Cookie: =;;;\r\nSet-Cookie: \xff=\x01\x02; path=,,\r\nSet-Cookie: a b c\r\n"
    + _REST,
    "no-length": _OK + _TYPE + b"Connection: close\r\n\r\n" + BODY,
    "http-1.0": b"HTTP/1.0 200 OK\r\n" + _TYPE + b"\r\n" + BODY,
    # taken by some
    "same-length-twice": _OK + _LENGTH + _REST,
    "length-and-chunked": _OK + _TYPE + b"Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n" + _CHUNKS,
    "70-kb": _OK + b"".join(b"X-Padding-%d: %s\r\n" % (n, b"p" * 1000) for n in range(70)) + _REST,
    "folded": _OK + b"X-Long: first\r\n second\r\n" + _REST,
    "space-before-colon": _OK + b"X-Title : value\r\n" + _REST,
    "no-colon": _OK + b"this line has none\r\n" + _REST,
    "nul": _OK + b"X-Title: a\x00b\r\n" + _REST,
    # taken by none that is careful
    "other-length-twice": _OK + b"Content-Length: 3\r\n" + _REST,
    "negative-length": _OK + _TYPE + b"Content-Length: -5\r\n\r\n" + BODY,
    "bad-chunk": _OK + _TYPE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY,
    "no-head": BODY + b"\r\n\r\n",
    "letters-for-status": b"HTTP/1.1 OK fine\r\n" + _REST,
}


def _answer(asked: Asked) -> bytes:
    return HEADS.get(asked.path.removeprefix("/h/"), _OK + _REST)


ROUTES: Routes = {"/h/": _answer}
