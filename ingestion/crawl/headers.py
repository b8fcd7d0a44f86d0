"""What is said in heads: of our requests, and of their answers as text.

Belongs here: which headers are sent, what a body of a request is, headers as text. Does not belong here: what
an answer's headers mean (`answers`, `pace`, `cookies`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from ingestion.crawl.coding import ACCEPTED
from ingestion.crawl.hosts import BadAddress, parse_url
from ingestion.crawl.model import Request

Headers = list[tuple[bytes, bytes]]

_ALWAYS: Headers = [
    (b"Accept", b"text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"),
    (b"Accept-Language", b"zh-CN,zh;q=0.9"),
    (b"Accept-Encoding", ACCEPTED.encode()),
]


def header_text(value: bytes) -> str:
    """A header's value: UTF-8 where it is, else GB18030; servers print file names in either."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


def header_texts(headers: Headers) -> dict[str, str]:
    """Lower-case names, the values of one name joined; without cookies, which end with the run.

    A Location is escaped byte by byte: the server knows what charset it meant by them.
    """
    texts: dict[str, str] = {}
    for raw_name, value in headers:
        name = raw_name.decode("latin-1").lower()
        if name == "location":
            escaped = (chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in value.strip())
            texts.setdefault(name, "".join(escaped))
        elif name != "set-cookie":
            text = header_text(value)
            texts[name] = f"{texts[name]}, {text}" if name in texts else text
    return texts


def request_head_and_body(request: Request, user_agent: str, cookie: str | None) -> tuple[Headers, bytes]:
    """The headers of a request, without Host and Connection, and its body."""
    said = {
        b"User-Agent": user_agent,
        b"Referer": _referer(request.referer),
        b"X-Requested-With": "XMLHttpRequest" if request.ajax else None,
        b"If-None-Match": request.etag,
        b"If-Modified-Since": request.last_modified,
        b"Cookie": cookie,
    }
    # what a server once sent as a validator goes back to it, and may hold what no header may
    headers = _ALWAYS + [
        (name, value.encode()) for name, value in said.items() if value and value.isprintable()
    ]
    content = b""
    if request.form is not None:
        content = urlencode(request.form).encode()
        headers.append((b"Content-Type", b"application/x-www-form-urlencoded; charset=UTF-8"))
    elif request.json is not None:
        content = request.json.encode()
        headers.append((b"Content-Type", b"application/json; charset=UTF-8"))
    if request.method == "POST":
        headers.append((b"Content-Length", str(len(content)).encode()))
    return headers, content


def http_date(value: str | None) -> datetime | None:
    """A moment as headers print it, aware; None for what is none."""
    try:
        moment = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment is None:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _referer(url: str | None) -> str | None:
    """As it may be sent: escaped, without fragment; None for what is no address."""
    if url is None:
        return None
    try:
        return parse_url(url).url
    except BadAddress:
        return None
