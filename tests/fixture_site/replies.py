"""Ordinary answers: pages, files with validators, redirects.

Belongs here: how servers say what has not changed. Does not belong here: which host does it how (`hosts`).
"""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from tests.fixture_site.server import Asked, Headers, Reply

TEXT = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"
TYPES = {
    "html": "text/html",
    "htm": "text/html",
    "shtml": "text/html",
    "pdf": "application/pdf",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
NOT_FOUND_TEXT = (
    "<html><head><title>提示信息</title></head><body><div>很抱歉，您访问的页面不存在或已删除！</div>"
    '<a href="/">返回首页</a></body></html>'
).encode()


def not_found() -> Reply:
    """404 with a page of its own, as most servers send."""
    return Reply(b"<html><head><title>404 Not Found</title></head><body>404 Not Found</body></html>", 404)


def soft_404() -> Reply:
    """Not found, with status 200."""
    return Reply(NOT_FOUND_TEXT)


def moved(target: str, status: int = 302) -> Reply:
    """A redirect; `target` is sent as it is."""
    return Reply(b"", status, [("Location", target)])


def stamp(day: str, hour: int = 9) -> datetime:
    """The time of a file that was put there on that day (ISO 8601)."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def etag_of(body: bytes, changed: datetime) -> str:
    """As nginx makes it: time and length in hex."""
    return f'"{int(changed.timestamp()):x}-{len(body):x}"'


def file_reply(
    asked: Asked, body: bytes, changed: datetime, content_type: str, *, compress: bool = True
) -> Reply:
    """A static file as nginx serves it: ETag and Last-Modified, 304 on match, gzip with a weak ETag."""
    etag = etag_of(body, changed)
    headers: Headers = [("Last-Modified", http_date(changed)), ("ETag", etag)]
    known = asked.headers.get("if-none-match")
    if known is not None:
        if etag in [one.strip().removeprefix("W/") for one in known.split(",")]:
            return Reply(b"", 304, headers, None)
    elif _not_since(asked, changed):
        return Reply(b"", 304, headers, None)
    if compress and content_type.startswith("text/") and "gzip" in asked.headers.get("accept-encoding", ""):
        headers[1] = ("ETag", f"W/{etag}")
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        body = _gzipped(body)
    return Reply(body, 200, headers, content_type)


def dated_reply(asked: Asked, body: bytes, changed: datetime, content_type: str) -> Reply:
    """Last-Modified and no ETag; 304 on match."""
    headers: Headers = [("Last-Modified", http_date(changed))]
    if _not_since(asked, changed):
        return Reply(b"", 304, headers, None)
    return Reply(body, 200, headers, content_type)


def http_date(when: datetime) -> str:
    """As HTTP headers have it."""
    return format_datetime(when.astimezone(UTC), usegmt=True)


def _not_since(asked: Asked, changed: datetime) -> bool:
    known = asked.headers.get("if-modified-since")
    return known is not None and changed.replace(microsecond=0) <= parsedate_to_datetime(known)


@lru_cache(maxsize=256)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
