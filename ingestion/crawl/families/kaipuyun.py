"""Kaipuyun (开普云): the list's page is empty, and `/common/search/<channel>?_isJson=true` gives the rows.

The channel is 32 hexadecimal figures in the page. Where the interface wants a token that only a browser can
make, the static pages remain: `…_list.shtml`, `…_list_2.shtml`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.families.addressing import Column, origin, resolved
from ingestion.crawl.families.dates import find_date
from ingestion.crawl.families.listing import ListDocument, plain
from ingestion.crawl.families.static_lists import StaticLists
from ingestion.crawl.families.walking import Fresh, Walk, json_of, shortfall, text_of
from ingestion.crawl.model import Ask, ListItem, ListPage, Request

_URL = re.compile(
    r"/(19|20)\d{4}/([0-9a-f]{32}|c\d+_\d+)\.shtml\b|/c\d{6}/([a-z]+_?)?list(_\d+)?\.shtml\b|"
    r"/(common/search|searchList)/[0-9a-f]{32}"
)
_SEARCH = re.compile(r"(/(?:common/)?search(?:List)?)/([0-9a-f]{32})\b")
_CHANNEL = re.compile(r"""channel_?-?id['"]?\s*[:=]\s*['"]?([0-9a-f]{32})\b""", re.IGNORECASE)
_CHANNEL_FIELD = re.compile(
    r"""(?:id|name)=["']?channel_?-?id["']?[^>]{0,300}?(?:value|content)=["']?([0-9a-f]{32})\b""",
    re.IGNORECASE,
)
_SEARCH_PATH = "/common/search"
_PAGE_SIZE = 20


class Kaipuyun:
    """The family. Parameters of a record: channel_id and search_path, where the page does not tell them;
    page_size."""

    code = "kaipuyun"
    _static = StaticLists(code, next_names=("{stem}_{n}.{ext}",))

    def knows_url(self, url: str) -> bool:
        """Articles and lists of the family, and its interface."""
        return _URL.search(url) is not None

    def knows_page(self, html: str) -> bool:
        """A page with a channel."""
        return any(pattern.search(html) for pattern in (_SEARCH, _CHANNEL, _CHANNEL_FIELD)) or (
            "UCAP-CONTENT" in html
        )

    async def walk(self, publisher: Publisher, ask: Ask) -> AsyncIterator[ListPage]:
        """The list's page, the interface page after page, and the static pages where it gives nothing."""
        for list_url in publisher.list_urls:
            walk = Walk(publisher, ask, list_url)
            answer = await walk.first()
            first = Request(walk.list_url, "list")
            api = _api(text_of(answer), answer.url, walk) if answer.ok else None
            if api is None:
                async for page in self._static.walk_pages(walk, first, answer=answer):
                    yield page
                continue
            document = ListDocument(text_of(answer), answer.url)
            yield walk.page(answer, document.items(Column.of(publisher, answer.url)))
            served = False
            async for page in _pages(walk, api, answer.url):
                served = served or (page.answer.ok and page.problem != _NO_ROWS)
                yield page
            if not served:
                async for page in self._static.walk_pages(walk, first, answer=answer):
                    if page.answer is not answer or page.problem:
                        yield page


_NO_ROWS = "the interface answered something else than rows"


def _api(html: str, url: str, walk: Walk) -> str | None:
    """Where the rows of the list's channel are asked for; None where the page does not tell the channel."""
    path, channel = walk.parameter("search_path"), walk.parameter("channel_id")
    if path == "none":
        return None
    called = _SEARCH.search(html)
    if not channel and called:
        channel = called[2]
    if not channel:
        named = _CHANNEL.search(html) or _CHANNEL_FIELD.search(html)
        channel = named[1] if named else ""
    path = path or (called[1] if called else _SEARCH_PATH)
    return f"{origin(url)}{path}/{channel}" if channel else None


async def _pages(walk: Walk, api: str, referer: str) -> AsyncIterator[ListPage]:
    fresh, number = Fresh(), 1
    size = walk.parameter("page_size", str(_PAGE_SIZE))
    while True:
        query = {"_isAgg": "true", "_isJson": "true", "_pageSize": size, "_template": "index", "page": number}
        answer = await walk.ask(Request(f"{api}?{urlencode(query)}", "list", referer=referer, ajax=True))
        if not answer.ok:
            yield walk.page(answer, ())
            return
        found = _rows(text_of(answer))
        if found is None:
            yield walk.page(answer, (), _NO_ROWS)
            return
        rows, total = found
        items = [item for row in rows if (item := _item(row, referer))]
        new = fresh.takes(item.url for item in items)
        over = not new or (total is not None and fresh.count >= total)
        problem = shortfall(total, fresh.count) if over else None
        if len(items) < len(rows):
            problem = f"{len(rows) - len(items)} rows have no address"
        if not over and not walk.has_room:
            over, problem = True, walk.limit_reached()
        yield walk.page(answer, items, problem)
        if over:
            return
        number += 1


def _rows(text: str) -> tuple[list[Mapping[str, Any]], int | None] | None:
    """The rows of an answer and the count that it names; None for anything else."""
    data = json_of(text)
    # {"data": {"results": [...]}}, and {"results": {"data": {"results": [...]}}} on tax sites
    for _ in range(3):
        if not isinstance(data, dict):
            return None
        rows = data.get("results")
        if isinstance(rows, list):
            total = data.get("total")
            return [row for row in rows if isinstance(row, dict)], total if isinstance(total, int) else None
        data = data.get("data") or rows
    return None


def _item(row: Mapping[str, Any], referer: str) -> ListItem | None:
    """A row; what `domainMetaList` says beside the title is of the document's page and read there."""
    url = resolved(referer, str(row.get("url") or ""))
    if url is None:
        return None
    title = plain(str(row.get("title") or row.get("titleHtml") or ""))
    return ListItem(url, title, referer, find_date(str(row.get("publishedTimeStr") or "")))


FAMILY = Kaipuyun()
