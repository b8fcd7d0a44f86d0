"""Cookies: one jar for each host and one run, so that sessions work and nothing crosses from host to host.

Belongs here: keeping what a host set and giving it back to that host. Does not belong here: anything longer
than a run, and challenges (a cookie that a script would have to compute is never computed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingestion.crawl.headers import http_date
from ingestion.crawl.hosts import Target

_MOST = 50
_LONGEST = 4096
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: What may be sent back in a header as it is.
_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e]*")


@dataclass(frozen=True, slots=True)
class _Cookie:
    value: str
    path: str
    secure: bool


@dataclass(slots=True)
class CookieJar:
    """The cookies of one host. A Domain attribute is not looked at: every cookie is for this host alone."""

    _cookies: dict[str, _Cookie] = field(default_factory=dict)

    def take(self, lines: list[bytes]) -> None:
        """Keep what Set-Cookie headers say; what is no cookie is left."""
        for line in lines:
            first, *attributes = line.decode("latin-1").split(";")
            name, equals, value = (part.strip() for part in first.partition("="))
            if not equals or len(line) > _LONGEST or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                continue
            said = {
                key.strip().lower(): rest.strip()
                for key, _, rest in (attribute.partition("=") for attribute in attributes)
            }
            age = said.get("max-age", "")
            if age.startswith("-") or age == "0" or _is_past(said.get("expires")):
                self._cookies.pop(name, None)
                continue
            path = said.get("path", "")
            if len(self._cookies) < _MOST or name in self._cookies:
                self._cookies[name] = _Cookie(value, path if path.startswith("/") else "/", "secure" in said)

    def header(self, target: Target) -> str | None:
        """The Cookie header for an address of this host."""
        fitting = [
            f"{name}={cookie.value}"
            for name, cookie in self._cookies.items()
            if (target.scheme == "https" or not cookie.secure) and _is_below(target.path, cookie.path)
        ]
        return "; ".join(fitting) or None


def _is_past(expires: str | None) -> bool:
    moment = http_date(expires)
    return moment is not None and moment < datetime.now(UTC)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/")
