"""One small invented site over several nights, for what the big fixture does not have: its pages are a dict.

Belongs here: the site and what a night on it gives back. Does not belong here: any expectation.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.archive.fetches import fetches
from ingestion.catalog.publishers import Publisher
from ingestion.crawl.connect import Network
from ingestion.crawl.frontier import Document, Frontier
from ingestion.crawl.night import crawl_night
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.plan import NightPlan
from ingestion.crawl.policy import FetchPolicy
from ingestion.crawl.report import SiteReport
from ingestion.paths import DataRoot
from tests.unit.crawl.servers import HOST, Handler, TinyServer, a_publisher, reply

POLICY = FetchPolicy(
    page_deadline=2.0,
    file_deadline=2.0,
    connect_timeout=1.0,
    read_timeout=1.0,
    backoff_base=0.01,
    contact="https://example.org/crawler",
)
LIST = "/zwgk/"


def plan(
    night: str,
    *,
    due: Callable[[str], bool] = lambda _: True,
    whole: Callable[[str], bool] = lambda _: True,
    recheck: Callable[[str], bool] = lambda _: True,
) -> NightPlan:
    """A night of that name; everything, unless it is said otherwise."""
    return NightPlan(night, due, whole, recheck)


def never(_: str) -> bool:
    return False


def title(year: int, agency: str = "测试县水利局") -> str:
    return f"{agency}{year}年政府信息公开工作年度报告"


def listed(*links: tuple[str, str], more: str = "") -> bytes:
    """A list page with these (address, title)."""
    rows = "".join(f'<li><a href="{url}">{text}</a><span>2024-01-10</span></li>' for url, text in links)
    return reply(f"<html><body><ul>{rows}</ul>{more}</body></html>".encode(), kind="text/html; charset=utf-8")


def page(name: str, text: str = "", head: str = "") -> bytes:
    """A page as it comes over the wire."""
    html = f"<html><head><title>{name}</title>{head}</head><body><h1>{name}</h1>{text}</body></html>"
    return reply(html.encode(), kind="text/html; charset=utf-8")


def report(year: int, number: int = 7, more: str = "", agency: str = "测试县水利局") -> bytes:
    """The page of a report."""
    return page(
        title(year, agency),
        f'<div class="TRS_Editor"><p>本报告的统计期限自{year}年1月1日起至{year}年12月31日止。</p>'
        f"<p>一、总体情况</p><p>全年主动公开政府信息{number}条，办理依申请公开{number + 1}件。</p>{more}</div>",
    )


@dataclass
class Site:
    """root: of the data. pages: path -> bytes or handler, to be changed between nights."""

    root: DataRoot
    pages: dict[str, bytes | Handler] = field(default_factory=dict)
    publishers: tuple[Publisher, ...] = field(default_factory=lambda: (a_publisher(),))
    hosts: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def night(
        self, the_plan: NightPlan | str, *, network: Network | None = None, **more: Any
    ) -> dict[str, SiteReport]:
        """Run one; `asked` are then the targets of this night, robots.txt left out."""
        chosen = plan(the_plan) if isinstance(the_plan, str) else the_plan

        async def run() -> dict[str, SiteReport]:
            async with TinyServer(self.pages) as server:
                names = [name for one in self.publishers for name in (*one.hosts, *one.attachment_hosts)]
                try:
                    made = await crawl_night(
                        self.root,
                        self.publishers,
                        chosen,
                        network=network or server.network(*names, *self.hosts),
                        policy=more.pop("policy", POLICY),
                        **more,
                    )
                finally:
                    self.asked = [one.target for one in server.log if one.target != "/robots.txt"]
                return made.sites

        return asyncio.run(run())

    def one_night(self, the_plan: NightPlan | str, **more: Any) -> SiteReport:
        """The report of the only publisher; our own code must not have failed."""
        (found,) = self.night(the_plan, **more).values()
        assert found.error is None, found.error
        return found

    def documents(self) -> list[Document]:
        frontier = Frontier(self.root.frontier, self.root.warcs)
        try:
            return frontier.documents()
        finally:
            frontier.close()

    def rows(self, night: str) -> list[dict[str, Any]]:
        return [row for row in fetches(self.root.fetches).to_pylist() if row["night"] == night]


def site_at(folder: Path, pages: dict[str, bytes | Handler], **more: Any) -> Site:
    return Site(DataRoot(folder), pages, **more)


def outcomes(found: SiteReport) -> Counter[str]:
    return found.outcomes


def url(path: str, host: str = HOST) -> str:
    return f"http://{host}{path}"


__all__ = ["HOST", "LIST", "Outcome", "a_publisher", "reply"]
