"""A site as a script for tests of families: what answers to which request, and what was asked.

Pages are small and ours. A request that the script does not know is answered with 404, as a site would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ingestion.catalog.publishers import Publisher
from ingestion.crawl.model import Answer, Family, ListItem, ListPage, Request
from ingestion.crawl.outcomes import Outcome

HOST = "http://www.lianhu-fx.gov.cn"
Page = str | bytes | Outcome
#: The answer to a request; for a callable what it returns.
Script = Mapping[str, Page | Callable[[Request], Page]]


@dataclass
class Site:
    """pages: by address, without the host where it is `HOST`. moved: addresses that answer under another."""

    pages: Script
    moved: Mapping[str, str] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Answer:
        self.asked.append(request)
        url = self.moved.get(request.url, request.url)
        found = self.pages.get(
            url.removeprefix(HOST), self.pages.get(url.partition("?")[0].removeprefix(HOST))
        )
        body = found(request) if callable(found) else found
        if body is None:
            body = Outcome.NOT_FOUND
        if isinstance(body, Outcome):
            return Answer(request, url, body, status=404, reason="scripted")
        data = body.encode() if isinstance(body, str) else body
        return Answer(request, url, Outcome.OK, status=200, body=data, n_bytes=len(data))

    @property
    def asked_urls(self) -> list[str]:
        return [request.url.removeprefix(HOST) for request in self.asked]


def publisher(family: str, list_url: str, **more: object) -> Publisher:
    """A publisher of the scripted site with one list."""
    record = {
        "id": "lianhu",
        "kind": "web",
        "name_zh": "莲湖",
        "name_en": "Lianhu",
        "province": "福建",
        "level": "县级",
        "family": family,
        "base": HOST,
        "list_urls": [HOST + list_url],
        **more,
    }
    return Publisher.model_validate(record)


def walk(family: Family, site: Site, list_url: str, **more: object) -> list[ListPage]:
    """All pages that the family yields for one list of the site."""

    async def run() -> list[ListPage]:
        return [page async for page in family.walk(publisher(family.code, list_url, **more), site)]

    return asyncio.run(run())


def items_of(pages: list[ListPage]) -> list[ListItem]:
    return [item for page in pages for item in page.items]


def paths_of(pages: list[ListPage]) -> list[str]:
    return [item.url.removeprefix(HOST) for item in items_of(pages)]


def problems_of(pages: list[ListPage]) -> list[str]:
    return [page.problem for page in pages if page.problem]


def row(href: str, year: int = 2023, date: str = "2024-01-08") -> str:
    """A row of a list with a report of a year."""
    title = f"莲湖县{year}年政府信息公开工作年度报告"
    return f'<li><a href="{href}" title="{title}">{title}</a><span>{date}</span></li>'
