"""Which addresses may be asked at all: the registry of hosts, and the one spelling in which a URL is sent.

Belongs here: what can be said from the URL and the publishers alone, before a name is looked up. Does not
belong here: IP addresses (`connect`), robots.txt (`robots`), which URLs are the same document (`addresses`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from ingestion.catalog.publishers import Publisher, is_government_host
from ingestion.crawl.model import Kind

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Everything that may stand in a URL as it is: RFC 3986 with the escapes that are there already.
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
_NAME = re.compile(r"[a-z0-9.-]+")
_MAX_URL = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """An address in the spelling in which it is sent: escaped, without dot segments and fragment."""

    scheme: str
    host: str
    port: int
    target: str  # path and query

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a robots.txt holds for."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The host as a Host header names it: with the port, where it is not the scheme's own."""
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]


class BadAddress(ValueError):
    """A URL that no request can be made of; the message says why."""


def parse_url(url: str) -> Target:
    """The parts of an absolute http(s) URL. Raises BadAddress.

    Dot segments go, also escaped ones: a server would resolve /x/%2e%2e/admin/ to a path that robots.txt
    forbids. Characters that may not stand in a URL are escaped as UTF-8; everything else stays as it is.
    """
    # urlsplit drops line breaks and tabs in the middle of a host; some clients take a backslash for a slash
    if any(char < " " or char in "\x7f\\" for char in url):
        raise BadAddress("control characters or backslashes in the address")
    if len(url) > _MAX_URL:
        raise BadAddress(f"an address of {len(url):,} characters")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadAddress(f"not an address: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise BadAddress(f"the scheme {parts.scheme!r} is not http or https")
    if "@" in parts.netloc:
        raise BadAddress("a user name in the address")
    host = (parts.hostname or "").lower()
    if not _NAME.fullmatch(host):
        raise BadAddress(f"{host!r} is not a host name")
    path = _without_dots(quote(parts.path, safe=_SAFE)) or "/"
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return Target(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], path + query)


def resolve(base: str, location: str) -> str:
    """The address that a Location header points to, seen from `base`; it may be none that can be asked."""
    try:
        return urljoin(base, location)
    except ValueError:  # "http://[": what is no address is refused where addresses are looked at
        return location


def host_of(url: str) -> str:
    """The host that an address names, lower case; "" where it names none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for index, segment in enumerate(segments):
        plain = unquote_to_bytes(segment)
        last = index == len(segments) - 1
        if plain == b".":
            if last:
                kept.append("")
        elif plain == b"..":
            if len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        else:
            kept.append(segment)
    joined = "/".join(kept)
    return joined if joined.startswith("/") or not joined else f"/{joined}"


class Hosts:
    """The registered hosts. publishers: all whose sites may be asked; today: injectable, for aliases."""

    def __init__(
        self,
        publishers: Iterable[Publisher],
        today: Callable[[], dt.date] = lambda: dt.datetime.now(dt.UTC).date(),
    ) -> None:
        self._publishers = {publisher.id: publisher for publisher in publishers}
        self._today = today

    def refusal(self, target: Target, kind: Kind, publisher: Publisher) -> str | None:
        """Why this address is not asked on behalf of this publisher; None where it may be.

        Only hosts below gov.cn (by their last two labels) that the publisher's record names: its own and its
        aliases on their days, attachment hosts for files alone. Of another publisher's host that publisher's
        own crawl takes care, with that site's pauses.
        """
        if publisher.id not in self._publishers:
            return f"{publisher.id} is not among the publishers of this crawl"
        if not is_government_host(target.host):
            return f"{target.host} is not below gov.cn"
        if target.port not in (80, 443, *publisher.ports):
            return f"port {target.port} is not registered for {publisher.id}"
        if target.host == publisher.host:
            return None
        for alias in publisher.aliases:
            if alias.host == target.host and self._is_valid(alias.valid_from, alias.valid_to):
                return None
        if target.host in publisher.attachment_hosts:
            # a robots.txt is asked for only because something else of that host is about to be
            return None if kind in ("file", "robots") else f"{target.host} may be asked for attachments only"
        if target.host in publisher.hosts:
            return f"{target.host} is not an alias of {publisher.id} today"
        return f"{target.host} is not a registered host of {publisher.id}"

    def _is_valid(self, first: dt.date | None, last: dt.date | None) -> bool:
        today = self._today()
        return (first is None or first <= today) and (last is None or today <= last)
