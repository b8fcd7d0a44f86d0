"""What the parts of the crawler say to each other: a request, an answer, an item of a list.

Belongs here: shapes without behaviour. Does not belong here: how an answer is got (`fetcher`), what a list
looks like (`families`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ingestion.archive.warc import WarcPlace
from ingestion.catalog.publishers import Publisher
from ingestion.crawl.outcomes import Outcome

#: What is asked for: decides over limits of size and time, and over what may be in the answer.
Kind = Literal["robots", "list", "page", "file"]


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask of a server.

    url: absolute, http or https, already escaped. form: fields of a POST, in order, sent as
    application/x-www-form-urlencoded in UTF-8; None for a GET. json: a JSON body instead. referer: the page
    that held the link. ajax: asked as the page's script would (X-Requested-With). etag, last_modified: what
    the server gave the last time, sent as If-None-Match and If-Modified-Since.
    """

    url: str
    kind: Kind = "page"
    form: tuple[tuple[str, str], ...] | None = None
    json: str | None = None
    referer: str | None = None
    ajax: bool = False
    etag: str | None = None
    last_modified: str | None = None

    @property
    def method(self) -> str:
        """GET or POST."""
        return "GET" if self.form is None and self.json is None else "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, after redirects and retries.

    url: the address that answered last. hops: every address asked, the first to the last; with a single one
    there was no redirect. outcome: OK, UNCHANGED_304 (only where validators were sent), or why there is no
    usable answer. status: of the last response; None where there was none. headers: lower-case names, values
    as text (UTF-8 where they are, else GB18030). body: after content decoding; b"" unless the outcome is OK.
    raw_sha256: of the body on the wire. place: of its response in the archive, None where nothing came.
    reason: one sentence where the outcome is not OK. address: the IP address that was contacted.
    """

    request: Request
    url: str
    outcome: Outcome
    hops: tuple[str, ...] = ()
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw_sha256: str | None = None
    n_bytes: int = 0
    reason: str | None = None
    place: WarcPlace | None = None
    started_at: str | None = None  # UTC, ISO 8601
    latency_ms: int = 0
    attempts: int = 0
    address: str | None = None
    replayed: bool = False  # answered from this night's archive, not by the server

    @property
    def ok(self) -> bool:
        """Whether there is a body to look at."""
        return self.outcome is Outcome.OK

    @property
    def media_type(self) -> str:
        """What the server calls it, without parameters, lower case; never trusted."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Ask(Protocol):
    """How a family asks: one request, the answer. It never raises for what a server does."""

    async def __call__(self, request: Request) -> Answer: ...


@dataclass(frozen=True, slots=True)
class ListItem:
    """One link of a list page.

    url: absolute, as linked (not yet canonical). title: the fullest text that the list has for it, white
    space collapsed; "" where it has none. date: as the list prints it, ISO 8601 where it could be read.
    referer: the page that a reader would have come from.
    """

    url: str
    title: str
    referer: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list: where it was asked for, what it links to that earlier pages did not.

    answer: why, where it gave nothing. problem: one sentence where the page was answered and the list is all
    the same not known to be complete: not understood, cut at the limit of pages, fewer records than it says
    that it has.
    """

    answer: Answer
    items: Sequence[ListItem]
    problem: str | None = None


class Family(Protocol):
    """A content system: how its lists are walked. One module of `families` each.

    walk: yields page after page in the site's order, from the publisher's list URL; it stops where the
    list ends, where a page brings no new address, where a page could not be had (that page is yielded,
    without items), and where its caller stops asking. Only addresses below the publisher's registered
    hosts are asked for. A family never decides whether an item is a report.
    """

    code: str

    def knows_url(self, url: str) -> bool:
        """Whether the address alone shows that it is a page of this family."""
        ...

    def knows_page(self, html: str) -> bool:
        """Whether a list page shows it."""
        ...

    def walk(self, publisher: Publisher, ask: Ask) -> AsyncIterator[ListPage]:
        """The list's pages."""
        ...
