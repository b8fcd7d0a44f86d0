"""Exchanges as they lie on the wire, for tests of the archive and of the frontier."""

from __future__ import annotations

from ingestion.archive.warc import Exchange

REQUEST = b"GET /a HTTP/1.1\r\nHost: a-fx.gov.cn\r\nUser-Agent: gongkai\r\n\r\n"


def chunked(payload: bytes, size: int = 7, eol: bytes = b"\r\n") -> bytes:
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    framed = b"".join(b"%x;x=1%s%s%s" % (len(piece), eol, piece, eol) for piece in pieces)
    return framed + b"0" + eol + b"Trailer: 1" + eol + eol


def exchange(
    payload: bytes = b"<p>report</p>",
    *,
    url: str = "http://a-fx.gov.cn/a",
    head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
    body: bytes | None = None,
    status: int | None = 200,
    complete: bool = True,
    at: str = "2026-11-21T22:00:00.123456+00:00",
    metadata: dict[str, str] | None = None,
) -> Exchange:
    """payload: the body without framing; body: as it is on the wire, where that differs."""
    return Exchange(
        url=url,
        address="192.0.2.1",
        started_at=at,
        request_bytes=REQUEST,
        response_bytes=head + (payload if body is None else body),
        complete=complete,
        payload_bytes=payload,
        status=status,
        metadata=metadata or {"family": "trs"},
    )
