"""Lists that are plain pages, one after the other: the walk that TRS, VSB, NFCMS, Longxun and others share.

The families differ in what they are known by and in the names that their second page may have. Does not
belong here: reading a page (`listing`) and finding the next (`pager`).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.families import pager
from ingestion.crawl.families.addressing import Column, on_site
from ingestion.crawl.families.listing import ListDocument, is_on_topic
from ingestion.crawl.families.walking import NO_SUCH_PAGE, NOT_THIS_WAY, Fresh, Walk, document_of
from ingestion.crawl.model import Answer, Ask, ListItem, ListPage, Request
from ingestion.extract.model import UnreadableInput

#: A shorter list that says nothing of other pages is taken for whole. Pages of real lists have 10 to 45 rows.
SHORT = 10
MAX_FRAMES = 3
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class StaticLists:
    """A family whose lists are plain pages.

    urls, marks: patterns that an address, or a list page, of the family has. next_names: spellings of
    `pager.templates` for a second page that nothing names; the parameter `pager` of a record replaces them
    ("none": nothing is tried).
    """

    code: str
    urls: re.Pattern[str] | None = None
    marks: re.Pattern[str] | None = None
    next_names: tuple[str, ...] = ()

    def knows_url(self, url: str) -> bool:
        """Whether the address alone shows the family."""
        return self.urls is not None and self.urls.search(url) is not None

    def knows_page(self, html: str) -> bool:
        """Whether a list page shows the family."""
        return self.marks is not None and self.marks.search(html) is not None

    async def walk(self, publisher: Publisher, ask: Ask) -> AsyncIterator[ListPage]:
        """The pages of each list of the publisher, and of the frames that a list's page is a shell for."""
        for list_url in publisher.list_urls:
            walk = Walk(publisher, ask, list_url)
            async for page in self.walk_pages(walk, Request(walk.list_url, "list")):
                yield page

    async def walk_pages(
        self, walk: Walk, first: Request, *, answer: Answer | None = None
    ) -> AsyncIterator[ListPage]:
        """The pages from `first` on. answer: what it answered, where that is known already."""
        names = self._names(walk.publisher)
        run = _Run(walk, names, follows_frames=True)
        async for page in run.pages(answer or await walk.ask(first)):
            yield page
        for url in run.frames:
            inner = _Run(walk, names)
            async for page in inner.pages(await walk.ask(Request(url, "list", referer=first.url))):
                yield page

    def _names(self, publisher: Publisher) -> tuple[str, ...]:
        own = publisher.parameters.get("pager")
        if isinstance(own, tuple):
            return own
        if isinstance(own, str):
            return () if own == "none" else (own,)
        return self.next_names


@dataclass(slots=True)
class _Run:
    """Page after page of one list. frames: what its first page is a shell for; none if it lists reports."""

    walk: Walk
    names: tuple[str, ...]
    follows_frames: bool = False
    frames: list[str] = field(default_factory=list)
    _column: Column | None = None
    _fresh: Fresh = field(default_factory=Fresh)
    _numbered: list[pager.Numbered] = field(default_factory=list)
    _shapes: set[str] = field(default_factory=set)

    async def pages(self, answer: Answer) -> AsyncIterator[ListPage]:
        """The pages of the list, of which `answer` is the first."""
        number, said = 1, None
        while True:
            if not answer.ok:
                yield self.walk.page(answer, ())
                return
            try:
                document = document_of(answer)
            except UnreadableInput as error:
                yield self.walk.page(answer, (), f"the page could not be read: {error}")
                return
            if self._column is None:
                self._column = Column.of(self.walk.publisher, answer.url)
            items = self._items(document, self._column, number)
            told = [item.url for item in items if _tells(item, self._column)]
            new = self._fresh.takes(told)
            said = said or pager.said_pages(document)
            following, problem = self._following(document, self._column, number, told) if new else ([], None)
            if number == 1 and not items and not self.frames:
                problem = "no list was found on the page"
            elif not new and said is not None and said > number:
                problem = f"the list says that it has {said} pages, and page {number} brought nothing new"
            elif new and not following and not problem and said is not None and said > number:
                problem = _no_way(said, number)
            elif following and not self.walk.has_room:
                following, problem = [], self.walk.limit_reached()
            if problem is None and document.dead_ends:
                problem = f"links without an address: {'、'.join(document.dead_ends[:5])}"
            del document  # its tree would wait with us for the host's next turn, one for every site
            yield self.walk.page(answer, items, problem)
            if not following:
                return
            tried = await self._next(following, self._column)
            if tried is None:
                if said is not None and said > number:
                    yield self.walk.page(answer, (), _no_way(said, number))
                return
            answer = tried
            number += 1

    def _items(self, document: ListDocument, column: Column, number: int) -> list[ListItem]:
        """The items of a page; the page itself is one where it is a report (a column that is an article)."""
        items = document.items(column, self.walk.parameter("list_selector") or None)
        if number == 1:
            self._shapes = {_shape(item.url) for item in items}
            listed = any(
                is_on_topic(item.title) and (item.date or _YEAR.search(item.title)) for item in items
            )
            if self.follows_frames and not listed:
                urls = [url for url in document.frames if on_site(url, self.walk.publisher)]
                self.frames = [url for url in urls if url != document.url][:MAX_FRAMES]
            if document.is_report:
                items = [ListItem(document.url, document.report_title, document.url), *items]
        return items

    def _following(
        self, document: ListDocument, column: Column, number: int, told: Sequence[str]
    ) -> tuple[list[tuple[str, pager.Numbered | None]], str | None]:
        """Addresses that the next page may have, each with its spelling where it is but one of several."""
        if number == 1:
            self._numbered = pager.scripted(document) or []
            if len(self._numbered) == 1 and self._numbered[0].last == 1:
                return [], None
        if self._numbered:
            urls = [(spelling.url(number + 1), spelling) for spelling in self._numbered]
            sure = len(urls) == 1 and self._numbered[0].last is not None
            return [(url, None if sure else spelling) for url, spelling in urls if url], None
        url, refused = pager.onward(document, column)
        url = url or pager.numbered_link(document, column, number + 1)
        if url is not None:
            return [(url, None)], None
        if refused is not None:
            return [], f"the link to the next page leads out of the column: {refused}"
        said = pager.said_pages(document)
        if number > 1 or said == 1 or (said is None and len(told) < SHORT):
            return [], None
        spellings = pager.templates(document.url, self.names)
        return [(spelling.url(2) or "", spelling) for spelling in spellings], None

    async def _next(
        self, following: Sequence[tuple[str, pager.Numbered | None]], column: Column
    ) -> Answer | None:
        """The answer of the first address that goes on with the list; None where none of the tried ones does.

        An address that the page names is taken as it answers. One that was tried counts if it brings items
        that look like those of the first page: some servers answer any name with their home page.
        """
        for url, spelling in following:
            if not self.walk.has_room:
                return None
            answer = await self.walk.ask(Request(url, "list", referer=column.list_url))
            if spelling is None:
                return answer
            # a server may refuse a name that it does not know; the end of a known spelling is a 404
            if answer.outcome in (NOT_THIS_WAY if len(following) > 1 else NO_SUCH_PAGE):
                continue
            if not answer.ok or self._goes_on(answer, column):
                self._numbered = [spelling]
                return answer
        return None

    def _goes_on(self, answer: Answer, column: Column) -> bool:
        try:
            items = document_of(answer).items(column, self.walk.parameter("list_selector") or None)
        except UnreadableInput:
            return False
        new = [item for item in items if _tells(item, column) and self._fresh.is_new(item.url)]
        alike = sum(column.holds(item.url) or _shape(item.url) in self._shapes for item in new)
        return bool(new) and 2 * alike >= len(new)


def _no_way(said: int, number: int) -> str:
    return f"the list says that it has {said} pages, and no way to page {number + 1} is known"


def _tells(item: ListItem, column: Column) -> bool:
    return item.date is not None or is_on_topic(item.title) or column.holds(item.url)


def _shape(url: str) -> str:
    """Host and folder of an address with what varies from item to item taken out."""
    parts = urlsplit(url)
    folder = parts.path.rpartition("/")[0]
    return f"{parts.hostname}{re.sub(r'[0-9a-f]{24,}|[0-9]+', '#', folder)}"
