"""A web of many hosts for load tests: small lists, small pages, fast servers and slow ones.

Belongs here: that web and its publishers. Odd hosts are TRS, even ones static; every fifth is slow and every
third gives no validators.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.catalog.publishers import Politeness, Publisher
from tests.fixture_site.hosts.page import list_items, page
from tests.fixture_site.replies import TEXT, file_reply, not_found, stamp
from tests.fixture_site.server import Answer, Asked, Reply, Server

PER_PAGE = 10
COLUMN = "/zwgk/zfxxgknb/"
#: Seconds that a server takes: a slow one, the others.
SLOW, FAST = 0.15, 0.0


@dataclass(frozen=True)
class Small:
    """One host. number: counts from 1."""

    number: int
    n_reports: int

    @property
    def name(self) -> str:
        return f"www.h{self.number:03d}-fx.gov.cn"

    @property
    def is_trs(self) -> bool:
        """Else static."""
        return self.number % 2 == 1

    @property
    def has_validators(self) -> bool:
        return self.number % 3 != 0

    @property
    def pause(self) -> float:
        """Seconds before it answers."""
        return SLOW if self.number % 5 == 0 else FAST

    @property
    def agency(self) -> str:
        return f"第{self.number}县人民政府"

    def title(self, n: int) -> str:
        """Of its n-th report, from 0: the years repeat themselves, of one office after another."""
        return f"{self.agency}第{n // 8 + 1}办公室{2018 + n % 8}年政府信息公开工作年度报告"

    def target(self, n: int) -> str:
        name = f"t20240110_{self.number:03d}{n:03d}.html" if self.is_trs else f"{self.number:03d}{n:03d}.html"
        return f"{COLUMN}202401/{name}"

    def answer(self, asked: Asked) -> Answer:
        reply = self._answer(asked)
        reply.pause = self.pause
        return reply

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(b"User-agent: *\nDisallow:\n", content_type=TEXT)
        body = self._body(asked.path)
        if body is None:
            return not_found()
        if self.has_validators and asked.path.startswith(f"{COLUMN}2024"):
            return file_reply(asked, body, stamp("2024-01-10"), "text/html", compress=False)
        return Reply(body)

    def _body(self, path: str) -> bytes | None:
        count = -(-self.n_reports // PER_PAGE)
        for index in range(count):
            name = "index.html" if index == 0 else f"index_{index}.html"
            if path == COLUMN + name or (index == 0 and path == COLUMN):
                return self._list(index, count)
        for n in range(self.n_reports):
            if path == self.target(n):
                return self._page(n)
        return None

    def _list(self, index: int, count: int) -> bytes:
        numbers = range(index * PER_PAGE, min((index + 1) * PER_PAGE, self.n_reports))
        items = list_items(
            ("." + self.target(n).removeprefix(COLUMN[:-1]), self.title(n), "2024-01-10") for n in numbers
        )
        if self.is_trs:
            pager = f'<script>createPageHTML({count}, {index}, "index", "html");</script>'
        else:
            following = f'<a href="{COLUMN}index_{index + 1}.html">下一页</a>' if index + 1 < count else ""
            pager = f'<div class="page">{following}</div>'
        return page("政府信息公开年报", f'<ul class="list">{items}</ul>{pager}').encode()

    def _page(self, n: int) -> bytes:
        year = 2018 + n % 8
        text = (
            f'<h1>{self.title(n)}</h1><div class="info">来源：{self.agency} 发布时间：2024-01-10</div>'
            f'<div class="TRS_Editor"><p>本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。</p>'
            f"<p>一、总体情况</p><p>全年发布信息{self.number + n}条。</p><p>六、其他需要报告的事项</p><p>无。</p></div>"
        )
        return page(self.title(n), text).encode()


@dataclass(frozen=True)
class ManyHosts:
    """server: to be started; publishers: one a host."""

    server: Server
    publishers: tuple[Publisher, ...]
    n_reports: int


def many_hosts(n_hosts: int = 300, n_reports: int = 20, min_delay: float = 0.01) -> ManyHosts:
    """A web of `n_hosts` hosts with `n_reports` reports each; `min_delay` in seconds, of every publisher."""
    small = [Small(number, n_reports) for number in range(1, n_hosts + 1)]
    found = tuple(
        Publisher(
            id=f"h{host.number:03d}",
            kind="web",
            name_zh=host.agency,
            name_en=f"County {host.number}",
            province="测试省",
            level="county",
            family="trs" if host.is_trs else "static",
            base=f"http://{host.name}",
            list_urls=(f"http://{host.name}{COLUMN}",),
            politeness=Politeness(min_delay=min_delay, max_delay=1, latency_factor=0),
            minimum_reports=n_reports,
            enabled=True,
        )
        for host in small
    )
    return ManyHosts(Server(list(small)), found, n_reports)
