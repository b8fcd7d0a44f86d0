"""The server of the fixture web, its publishers, its log, and the web of many hosts."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from ingestion.paths import REPOSITORY
from tests.fixture_site import (
    FixtureSite,
    documents,
    expected,
    network_of,
    publisher,
    publishers,
)
from tests.fixture_site.documents import (
    JINHE,
    LINAN,
    NANPU_NEW,
    OBSTACLE,
    QINGSHAN,
    YUNHE,
)
from tests.fixture_site.hosts import jpaas, kaipuyun
from tests.fixture_site.manners import violations
from tests.fixture_site.many import many_hosts
from tests.fixture_site.server import Entry, read_log
from tests.fixture_site.visitor import links_of, run, visiting


def test_publishers_stand_for_the_hosts_and_mirrors_for_none() -> None:
    registered = {host for one in publishers() for host in (*one.hosts, *one.attachment_hosts)}
    site = FixtureSite()
    assert registered == {*site.hosts, documents.DOWN}
    assert not any(host.endswith(documents.MIRRORS) for host in site.hosts)
    assert all(one.enabled and one.politeness.min_delay == 0.05 for one in publishers())
    assert publisher("fx_nanpu").aliases[0].host == NANPU_NEW
    for one in publishers():
        assert one.minimum_reports == expected.REPORTS.get(one.host, 0)


@run
async def test_the_network_has_closed_ports_and_no_mirrors() -> None:
    async with FixtureSite() as site:
        known = site.network()
        assert {host for host, _ in known} == {*site.hosts, documents.DOWN}
        for place in ((documents.DOWN, 80), (OBSTACLE, 443)):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(*known[place])
        assert network_of(site.port, site.closed_port) == known


@run
async def test_the_log_has_every_request_with_its_times() -> None:
    async with visiting(FixtureSite()) as visitor:
        started = time.monotonic()
        await visitor.get(f"http://{QINGSHAN}/robots.txt", headers={"User-Agent": "t"})
        await visitor.get("http://www.nobody-fx.gov.cn/x?y=1")
        first, second = visitor.site.log
        assert (first.host, first.method, first.target, first.status) == (QINGSHAN, "GET", "/robots.txt", 200)
        assert first.headers["user-agent"] == "t"
        assert started <= first.t_start <= (first.t_end or 0) <= second.t_start
        assert (second.target, second.status) == ("/x?y=1", 421)


def test_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    port_file, log = tmp_path / "port", tmp_path / "log"
    command = [
        sys.executable,
        "-m",
        "tests.fixture_site",
        "--night",
        "3",
        "--port-file",
        port_file,
        "--log",
        log,
    ]
    started = time.monotonic()
    with subprocess.Popen([str(part) for part in command], cwd=REPOSITORY) as process:
        try:
            while not port_file.exists() and time.monotonic() - started < 20:
                time.sleep(0.02)
            ports = json.loads(port_file.read_text())
            with httpx2.Client(trust_env=False) as client:
                place = f"http://127.0.0.1:{ports['port']}{jpaas.LIST}"
                assert client.get(place, headers={"Host": JINHE}).status_code == 503
            while not read_log(log) and time.monotonic() - started < 20:
                time.sleep(0.02)
            assert [(entry.host, entry.status) for entry in read_log(log)] == [(JINHE, 503)]
        finally:
            process.terminate()


AGENT = {"user-agent": "gongkai/1 (+https://example.org)"}


def _entry(start: float, target: str, host: str = LINAN, end: float | None = None, **headers: str) -> Entry:
    return Entry(start, host, "GET", target, {**AGENT, **headers}, end or start + 0.01, 200)


GOOD = [_entry(0, "/robots.txt"), _entry(0.1, kaipuyun.LIST), _entry(0.2, kaipuyun.SEARCH, referer="x")]


@pytest.mark.parametrize(
    ("log", "what"),
    [
        (GOOD, None),
        (GOOD[1:], "before robots.txt"),
        ([*GOOD, _entry(1, "/robots.txt")], "2 times"),
        ([_entry(0, "/robots.txt", end=1), _entry(0.5, kaipuyun.LIST)], "under way"),
        ([GOOD[0], _entry(0.02, kaipuyun.LIST)], "s after"),
        ([*GOOD, _entry(1, kaipuyun.SEARCH)], "without a Referer"),
        ([*GOOD, _entry(1, "/x", **{"user-agent": "Mozilla/5.0"})], "names no project"),
        ([*GOOD, _entry(1, "/x", cookie=f"track={YUNHE}")], "another host's"),
        ([_entry(0, "/robots.txt", documents.ROBOTS_ALL), _entry(1, "/", documents.ROBOTS_ALL)], "keeps everybody out"),
        ([_entry(0, "/robots.txt", QINGSHAN), _entry(0.5, "/", QINGSHAN)], "s after"),
        ([_entry(0, "/robots.txt", QINGSHAN), _entry(2, "/admin/x.pdf", QINGSHAN)], "forbids"),
        ([_entry(0, "/robots.txt", documents.MIRRORS[0])], "was asked for"),
        ([_entry(n, "/robots.txt" if n == 0 else "/") for n in range(301)], "301 requests"),
    ],
)  # fmt: skip
def test_bad_manners_are_seen_in_the_log(log: list[Entry], what: str | None) -> None:
    found = violations(log, list(FixtureSite().hosts))
    assert found == [] if what is None else any(what in one for one in found)


@run
async def test_many_hosts_serve_their_reports_and_say_what_is_unchanged() -> None:
    many = many_hosts(n_hosts=4, n_reports=12)
    assert [one.family for one in many.publishers] == ["trs", "static", "trs", "static"]
    async with visiting(many.server) as visitor:
        for one in many.publishers:
            base = one.list_urls[0]
            first = await visitor.html(base)
            links = links_of(first) + links_of(await visitor.html(f"{base}index_1.html"))
            assert len(set(links)) == 12
            answers = [await visitor.get(urljoin(base, link)) for link in links]
            assert all(answer.status_code == 200 and "统计期限" in answer.text for answer in answers)
            assert len({answer.content for answer in answers}) == 12
            tag = answers[0].headers.get("etag")
            assert (tag is None) == (one.id == "h003")
            if tag:
                again = await visitor.get(urljoin(base, links[0]), headers={"If-None-Match": tag})
                assert again.status_code == 304
        places = set(many.server.network())
        assert all((one.host, 80) in places for one in many.publishers)
