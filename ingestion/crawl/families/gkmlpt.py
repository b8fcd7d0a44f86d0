"""Guangdong gkmlpt: `/gkmlpt/index#2114`, a page with `window._CONFIG`, and a JSON interface.

Sites lie under sub-paths (`/gmbs/gkmlpt/…`). `page=0` is page 1, so pages count from 1; `total` is often too
small and never ends the walk alone. A row with a `post_url` leads to another site. Times are seconds since
1970 and mean Chinese days.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.families.addressing import origin, resolved
from ingestion.crawl.families.dates import find_date
from ingestion.crawl.families.listing import plain
from ingestion.crawl.families.scripts import values
from ingestion.crawl.families.walking import Fresh, Walk, json_of, shortfall, text_of
from ingestion.crawl.model import Ask, ListItem, ListPage, Request

_URL = re.compile(r"/gkmlpt/")
_CONFIG = re.compile(r"_CONFIG\s*=\s*\{")
_CHINA = dt.timezone(dt.timedelta(hours=8))


class Gkmlpt:
    """The family. Parameters of a record: category (else from the fragment of the list's address), sid (else
    from the page)."""

    code = "gkmlpt"

    def knows_url(self, url: str) -> bool:
        """Everything of it lies below a folder of its name."""
        return _URL.search(url) is not None

    def knows_page(self, html: str) -> bool:
        """A page with the platform's configuration."""
        return _CONFIG.search(html) is not None and "SID" in html

    async def walk(self, publisher: Publisher, ask: Ask) -> AsyncIterator[ListPage]:
        """The list's page for the site's number, then the interface page after page."""
        for list_url in publisher.list_urls:
            walk = Walk(publisher, ask, list_url)
            answer = await walk.first()
            if not answer.ok:
                yield walk.page(answer, ())
                continue
            config = _CONFIG.search(html := text_of(answer))
            said = values(html[config.end() :]) if config else {}
            sid = walk.parameter("sid") or said.get("SID", "")
            fragment = re.match(r"\d+", urlsplit(list_url).fragment)
            category = walk.parameter("category") or (fragment[0] if fragment else "")
            if not sid or not category:
                missing = "the site's number (SID)" if not sid else "the category"
                yield walk.page(answer, (), f"neither the page nor the record says {missing}")
                continue
            yield walk.page(answer, ())
            folder = urlsplit(answer.url).path.partition("/gkmlpt")[0]
            api = f"{origin(answer.url)}{folder}/gkmlpt/api/all/{category}"
            async for page in _pages(walk, api, sid, answer.url):
                yield page


async def _pages(walk: Walk, api: str, sid: str, referer: str) -> AsyncIterator[ListPage]:
    fresh, number, size = Fresh(), 1, 0
    while True:
        query = urlencode({"page": number, "sid": sid})
        answer = await walk.ask(Request(f"{api}?{query}", "list", referer=referer, ajax=True))
        if not answer.ok:
            yield walk.page(answer, ())
            return
        found = _articles(text_of(answer))
        if found is None:
            yield walk.page(answer, (), "the interface answered something else than articles")
            return
        articles, total = found
        items = [item for article in articles if (item := _item(article, api, referer))]
        new = fresh.takes(item.url for item in items)
        size = size or len(articles)
        # a page that is not full ends the list only if the count agrees, which is often too small
        over = not new or (len(articles) < size and (total is None or fresh.count >= total))
        problem = shortfall(total, fresh.count) if over else None
        if len(items) < len(articles):
            problem = f"{len(articles) - len(items)} articles have no address"
        if not over and not walk.has_room:
            over, problem = True, walk.limit_reached()
        yield walk.page(answer, items, problem)
        if over:
            return
        number += 1


def _articles(text: str) -> tuple[list[Mapping[str, Any]], int | None] | None:
    """The rows of an answer and the count that it names; None for anything else."""
    data = json_of(text)
    rows = data.get("articles") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return None
    total = data.get("total")
    return [row for row in rows if isinstance(row, dict)], total if isinstance(total, int) else None


def _item(article: Mapping[str, Any], api: str, referer: str) -> ListItem | None:
    number = article.get("id")
    href = str(article.get("post_url") or article.get("url") or "").strip()
    if not href and isinstance(number, int):
        folder = api.partition("/api/all/")[0]
        href = f"{folder}/content/{number // 1_000_000}/{number // 1000}/post_{number}.html"
    url = resolved(api, href)
    if url is None:
        return None
    return ListItem(url, plain(str(article.get("title") or "")), referer, _date(article))


def _date(article: Mapping[str, Any]) -> str | None:
    for name in ("display_publish_time", "first_publish_time", "date", "create_time"):
        seconds = article.get(name)
        if isinstance(seconds, int) and 0 < seconds < 4_102_444_800:  # the year 2100
            return dt.datetime.fromtimestamp(seconds, _CHINA).date().isoformat()
    return find_date(str(article.get("created_at") or ""))


FAMILY = Gkmlpt()
