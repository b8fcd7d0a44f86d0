"""One walk over one list: what was asked and seen, and when it is over.

Every family walks with this, so that every walk ends: after the limit of pages at the latest, and before that
where a page brings nothing new. Does not belong here: what a page looks like.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urldefrag

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.families.listing import ListDocument
from ingestion.crawl.model import Answer, Ask, ListItem, ListPage, Request
from ingestion.crawl.outcomes import Outcome
from ingestion.extract.decode import decode
from ingestion.extract.model import UnreadableInput

DEFAULT_MAX_PAGES = 60
#: The server says that the address is none. Other failures say nothing about an address.
NO_SUCH_PAGE = frozenset({Outcome.NOT_FOUND, Outcome.SOFT404})
#: The server understood us and does not take the request as it was put; another spelling may do.
NOT_THIS_WAY = NO_SUCH_PAGE | {Outcome.HTTP_ERROR, Outcome.EMPTY}


class Fresh:
    """Addresses of one run of pages. `takes` says whether any of a page's was not in the run before."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def takes(self, urls: Iterable[str]) -> bool:
        """Add the addresses of a page; True if one is new."""
        new = set(urls) - self._seen
        self._seen |= new
        return bool(new)

    @property
    def count(self) -> int:
        """How many addresses there were."""
        return len(self._seen)

    def is_new(self, url: str) -> bool:
        """Whether no page that was taken had the address."""
        return url not in self._seen


class Walk:
    """The walk over one list of a publisher."""

    def __init__(self, publisher: Publisher, ask: Ask, list_url: str) -> None:
        self.publisher = publisher
        self.list_url = urldefrag(list_url)[0]
        self._ask = ask
        self._given: set[str] = set()
        self._asked = 0
        limit = publisher.parameters.get("max_pages")
        self._limit = limit if isinstance(limit, int) and limit > 0 else DEFAULT_MAX_PAGES

    @property
    def has_room(self) -> bool:
        """Whether the limit of requests allows another page."""
        return self._asked < self._limit

    @property
    def n_given(self) -> int:
        """Items that were yielded."""
        return len(self._given)

    def limit_reached(self) -> str:
        """What a page says at which the limit cut the walk."""
        return f"stopped at the limit of {self._limit} pages, and the list goes on"

    async def ask(self, request: Request) -> Answer:
        """One request of the walk."""
        self._asked += 1
        return await self._ask(request)

    async def first(self) -> Answer:
        """The list's own page."""
        return await self.ask(Request(self.list_url, "list"))

    def page(self, answer: Answer, items: Sequence[ListItem], problem: str | None = None) -> ListPage:
        """The page with those of its items that no earlier page had."""
        new = [item for item in items if item.url not in self._given]
        self._given.update(item.url for item in new)
        return ListPage(answer, tuple(new), problem)

    def parameter(self, name: str, default: str = "") -> str:
        """A parameter of the publisher's record as text."""
        value = self.publisher.parameters.get(name)
        return default if value is None or isinstance(value, tuple) else str(value)


def document_of(answer: Answer) -> ListDocument:
    """The answered page. Raises `UnreadableInput` where no charset fits it."""
    decoded = decode(answer.body)
    return ListDocument(decoded.text, answer.url, decoded.encoding)


def text_of(answer: Answer) -> str:
    """The answered text, for interfaces that give JSON or fragments; "" where no charset fits it."""
    try:
        return decode(answer.body, markup=False).text
    except UnreadableInput:
        return ""


def json_of(text: str) -> Any:
    """What an interface answered; None for what is no JSON, or is nested deeper than anything real."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def referred(items: Iterable[ListItem], referer: str) -> list[ListItem]:
    """The items as found on another page: an interface's answer is no page that a reader comes from."""
    return [replace(item, referer=referer) for item in items]


def shortfall(announced: int | None, found: int) -> str | None:
    """What is to be said where a list announces more records than were found."""
    if announced is None or found >= announced:
        return None
    return f"the list announces {announced} records, and {found} were found"
