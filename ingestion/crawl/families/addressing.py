"""Addresses as list pages write them: resolved, escaped, and whether they lie in the list's own column.

Belongs here: what the markup's spelling of an address means, and the border of a column. Does not belong
here: when two addresses are the same document (`ingestion.crawl.addresses`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, urljoin, urlsplit

from ingestion.catalog.publishers import Publisher

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
_SAFE = "/:;,@!$&'()*+=~%?[]-._"
#: Parameters that number or size the pages of a list; VSB's carry the number of the column (a1154p, a1154t).
_PAGE_KEY = re.compile(
    r"^(p|pn|pages?|page_?(no|num|number|index|id|size|count)|curr?(ent)?_?page(no)?|start|limit|size|rows|"
    r"a\d+[a-z])$",
    re.IGNORECASE,
)
#: A counter in the name of a page: index_2, list-3, 10, zfxxgknb2.
_COUNTER = re.compile(r"[_-]?\d+$")
#: Names under which the first page of a folder goes without being named.
_INDEX = re.compile(r"^(index|default|list|[a-z]+_?list)?$", re.IGNORECASE)


def resolved(base: str, href: str, encoding: str = "utf-8") -> str | None:
    """The absolute http(s) address of a link, escaped, without its fragment; None where it leads nowhere.

    base: the final address of the page, or its <base>. encoding: of the page, in which a browser sends
    Chinese text of a query; a path is always sent in UTF-8.
    """
    text = _CONTROL.sub("", href.strip(" \t\r\n\f\ufeff\u3000\xa0")).replace("\\", "/")
    scheme = _SCHEME.match(text)
    if not text or text.startswith("#") or (scheme and scheme[1].lower() not in ("http", "https")):
        return None
    try:
        parts = urlsplit(urljoin(base, text))
        port = parts.port
    except ValueError:  # a bracket or a port that is none
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return None
    path = quote(parts.path or "/", safe=_SAFE)
    query = quote(parts.query, safe=_SAFE, encoding=encoding, errors="replace")
    return SplitResult(parts.scheme, parts.netloc, path, query, "").geturl()


def on_site(url: str, publisher: Publisher) -> bool:
    """Whether lists may be asked for there: a host of the publisher, over http or https."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and (parts.hostname or "") in publisher.hosts


def origin(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Column:
    """The part of a site that belongs to a list.

    list_url: the final address of its first page. prefixes: of paths; a record that gives none has the
    folder of the list. hosts: all of them belong to the site.
    """

    list_url: str
    prefixes: tuple[str, ...]
    hosts: tuple[str, ...]

    @classmethod
    def of(cls, publisher: Publisher, list_url: str) -> Column:
        """The column as the record says, else the folder of the list."""
        return cls(list_url, publisher.column or (_folder(urlsplit(list_url).path),), publisher.hosts)

    def holds(self, url: str) -> bool:
        """Whether an address lies below the column. A whole site is no column: that would say nothing."""
        parts = urlsplit(url)
        if (parts.hostname or "") not in self.hosts or url == self.list_url:
            return False
        return any(prefix != "/" and parts.path.startswith(prefix) for prefix in self.prefixes)

    def may_be_page(self, url: str) -> bool:
        """Whether an address can be another page of the list itself.

        Same folder and same name but for a counter, or a number below the list's own name (VSB), or the same
        path with another number of the page in its query. Nothing else: the second "page" of one city is the
        news of its home page, and a calendar has a next month for ever.
        """
        ours, theirs = urlsplit(self.list_url), urlsplit(url)
        if (theirs.hostname or "") not in self.hosts:
            return False
        if theirs.path == ours.path:
            return self._same_query(ours.query, theirs.query)
        stem, other = _stem(ours.path), _stem(theirs.path)
        folder, other_folder = _folder(ours.path), _folder(theirs.path)
        if folder == other_folder:
            name = _COUNTER.sub("", stem.removeprefix(folder))
            page_name = _COUNTER.sub("", other.removeprefix(folder))
            same = name == page_name or bool(_INDEX.match(name) and _INDEX.match(page_name))
            return same and self._same_query(ours.query, theirs.query)
        below = other.removeprefix(stem.rstrip("/") + "/")
        return below != other and re.fullmatch(r"(index_?)?\d+", below) is not None

    @staticmethod
    def _same_query(ours: str, theirs: str) -> bool:
        kept = dict(parse_qsl(theirs, keep_blank_values=True))
        wanted = dict(parse_qsl(ours, keep_blank_values=True))
        return all(
            kept.get(name) == value for name, value in wanted.items() if not _PAGE_KEY.match(name)
        ) and all(name in wanted or _PAGE_KEY.match(name) for name in kept)


def _folder(path: str) -> str:
    return path[: path.rfind("/") + 1] or "/"


def _stem(path: str) -> str:
    """The path without the ending of its last part."""
    folder = _folder(path)
    return folder + path.removeprefix(folder).partition(".")[0]
