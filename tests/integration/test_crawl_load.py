"""Many hosts at once, and a night in which nothing changed: the small form of tests/bench/crawl_load.py."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ingestion.archive.fetches import fetches
from ingestion.crawl import night as crawl_nights
from ingestion.crawl.connect import MappedNetwork
from ingestion.crawl.frontier import Frontier
from ingestion.crawl.night import crawl_night
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.plan import whole_night
from ingestion.crawl.policy import FetchPolicy
from ingestion.crawl.report import NightReport
from ingestion.paths import DataRoot
from tests.fixture_site.manners import violations
from tests.fixture_site.many import many_hosts
from tests.fixture_site.server import Entry

HOSTS, REPORTS = 30, 5
MIN_DELAY = 0.05
#: Of 30 hosts every third gives no validators.
WITH_VALIDATORS = 20 * REPORTS
SITES_AT_ONCE = 8
POLICY = FetchPolicy(concurrency=16, per_ip=16, contact="https://gongkai.example/")


@dataclass(frozen=True)
class Night:
    """What was left of a night."""

    report: NightReport
    log: list[Entry]
    rows: list[dict[str, object]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    return DataRoot(tmp_path_factory.mktemp("load"))


@pytest.fixture(scope="module")
def nights(root: DataRoot) -> Iterator[list[Night]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crawl_nights, "SITES_AT_ONCE", SITES_AT_ONCE)
        yield asyncio.run(_two_nights(root))


async def _two_nights(root: DataRoot) -> list[Night]:
    found = []
    web = many_hosts(HOSTS, REPORTS, MIN_DELAY)
    async with web.server as server:
        for name in ("2026-01-01", "2026-01-02"):
            first = len(server.log)
            network = MappedNetwork(server.network())
            report = await crawl_night(
                root, web.publishers, whole_night(name), network=network, policy=POLICY
            )
            rows = [row for row in fetches(root.fetches).to_pylist() if row["night"] == name]
            found.append(Night(report, list(server.log[first:]), rows))
    return found


def test_every_report_of_every_host_is_found(root: DataRoot, nights: list[Night]) -> None:
    assert nights[0].report.total(Outcome.NEW) == HOSTS * REPORTS
    assert {site.reports for site in nights[0].report.sites.values()} == {REPORTS}
    assert not [site.error for night in nights for site in night.report.sites.values() if site.error]
    frontier = Frontier(root.frontier, root.warcs)
    kept = Counter(document.publisher for document in frontier.documents())
    frontier.close()
    assert len(kept) == HOSTS and set(kept.values()) == {REPORTS}


def test_each_host_is_asked_as_if_it_were_the_only_one(nights: list[Night]) -> None:
    hosts = [publisher.host for publisher in many_hosts(HOSTS, REPORTS, MIN_DELAY).publishers]
    for night in nights:
        assert violations(night.log, hosts, min_delay=MIN_DELAY) == []


def test_only_so_many_sites_are_at_work_at_once(nights: list[Night]) -> None:
    spans: dict[str, list[float]] = {}
    for entry in nights[0].log:
        assert entry.t_end is not None
        spans.setdefault(entry.host, []).extend((entry.t_start, entry.t_end))
    began, ended = sorted(map(min, spans.values())), sorted(map(max, spans.values()))
    # the n-th site begins when n - SITES_AT_ONCE are through
    assert len(spans) == HOSTS
    assert all(end <= start for end, start in zip(ended, began[SITES_AT_ONCE:], strict=False))
    assert began[SITES_AT_ONCE - 1] < ended[0], "they do not wait for each other either"


def test_a_night_without_change_costs_the_conditional_requests(nights: list[Night]) -> None:
    second = nights[1]
    # robots.txt, one list page and the documents of every host
    assert len(second.log) == HOSTS * (1 + 1 + REPORTS)
    assert second.report.total(Outcome.NEW) == second.report.total(Outcome.CHANGED) == 0
    confirmed = [row for row in second.rows if row["status"] == 304]
    assert len(confirmed) == WITH_VALIDATORS
    assert not any(row["bytes"] for row in confirmed)
    assert second.report.total(Outcome.UNCHANGED_DIGEST) == HOSTS * REPORTS - WITH_VALIDATORS


def test_every_fetch_of_many_hosts_has_its_publisher(nights: list[Night]) -> None:
    hosts = {one.host: one.id for one in many_hosts(HOSTS, REPORTS, MIN_DELAY).publishers}
    for night in nights:
        assert len(night.rows) == len(night.log)
        assert all(row["publisher"] == hosts[str(row["host"])] for row in night.rows)
