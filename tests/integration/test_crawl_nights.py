"""Three nights over the fixture web, from the lists to the fetch log: what §8 of the crawler's specification asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from ingestion.archive import Archive
from ingestion.archive.fetches import fetches
from ingestion.crawl.connect import MappedNetwork
from ingestion.crawl.frontier import Document, Frontier, Known
from ingestion.crawl.night import crawl_night
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.plan import whole_night
from ingestion.crawl.policy import FetchPolicy
from ingestion.crawl.report import NightReport
from ingestion.paths import DataRoot
from tests.fixture_site import FixtureSite, expected, publishers
from tests.fixture_site.documents import JINHE, NANPU, NANPU_NEW
from tests.fixture_site.manners import violations
from tests.fixture_site.server import Entry

#: Scaled down as the fixture is; every host of it has the same address.
POLICY = FetchPolicy(
    page_deadline=3.0,
    file_deadline=3.0,
    connect_timeout=1.0,
    read_timeout=1.0,
    backoff_base=0.05,
    per_ip=32,
    concurrency=32,
    contact="https://gongkai.example/ crawler@gongkai.example",
)


@dataclass(frozen=True)
class Night:
    """What was left of a night."""

    report: NightReport
    log: list[Entry]
    documents: list[Document]
    locations: dict[str, Known]
    unmapped: list[object]
    n_warc: Counter[str]
    rows: list[dict[str, object]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    return DataRoot(tmp_path_factory.mktemp("crawl"))


@pytest.fixture(scope="module")
def nights(root: DataRoot) -> Iterator[list[Night]]:
    yield asyncio.run(_three_nights(root))


async def _three_nights(root: DataRoot) -> list[Night]:
    found = []
    known_warcs: set[Path] = set()
    async with FixtureSite(night=1) as site:
        for number in (1, 2, 3):
            site.night = number
            first = len(site.log)
            network = MappedNetwork(site.network())
            plan = whole_night(f"2026-01-0{number}")
            report = await crawl_night(root, publishers(), plan, network=network, policy=POLICY)
            frontier = Frontier(root.frontier, root.warcs)
            documents = frontier.documents()
            locations = {known.key: known for one in publishers() for known in frontier.known(one.id)}
            frontier.close()
            warcs = set(root.warcs.iterdir()) - known_warcs
            known_warcs |= warcs
            rows = [row for row in fetches(root.fetches).to_pylist() if row["night"] == plan.night]
            found.append(
                Night(
                    report,
                    list(site.log[first:]),
                    documents,
                    locations,
                    list(network.unmapped),
                    _records(warcs),
                    rows,
                )
            )
    return found


def _records(files: set[Path]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for path in files:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                counts[record.rec_type] += 1
    return counts


def by_host(night: Night) -> dict[str, int]:
    hosts = {publisher.id: publisher.host for publisher in publishers()}
    return {hosts[name]: site.outcomes[Outcome.NEW] for name, site in night.report.sites.items()}


def with_outcome(night: Night, outcome: Outcome) -> set[str]:
    """Addresses of documents; attachments and pictures have outcomes of their own."""
    rows = [row for row in night.rows if row["document"] is not None]
    return {str(row["url"]) for row in rows if row["outcome"] == outcome.value}


def test_the_first_night_finds_every_report_once(nights: list[Night]) -> None:
    first = nights[0]
    assert {host: new for host, new in by_host(first).items() if host in expected.REPORTS} == expected.REPORTS
    assert first.report.total(Outcome.NEW) == expected.TOTAL
    assert first.report.total(Outcome.DUPLICATE) == expected.DUPLICATES
    assert len(first.documents) == expected.TOTAL
    assert not [site.error for site in first.report.sites.values() if site.error]


def test_every_document_and_part_lies_in_the_archive(root: DataRoot, nights: list[Night]) -> None:
    archive = Archive(root)
    held = {snapshot.sha256 for snapshot in archive.snapshots()}
    for night in nights:
        for document in night.documents:
            assert document.sha256 in held, document
    parts = sum(site.parts[Outcome.NEW] for site in nights[0].report.sites.values())
    assert parts == sum(expected.PARTS.values())


def test_a_night_without_change_brings_nothing_and_asks_with_validators(nights: list[Night]) -> None:
    second = nights[1]
    assert second.report.total(Outcome.NEW) == 0
    assert second.report.total(Outcome.CHANGED) == 0
    confirmed = with_outcome(second, Outcome.UNCHANGED_304)
    assert set(expected.UNCHANGED_304) <= confirmed
    unchanged = second.report.total(Outcome.UNCHANGED_304) + second.report.total(Outcome.UNCHANGED_DIGEST)
    assert unchanged == expected.TOTAL + expected.DUPLICATES
    assert second.documents == nights[0].documents
    assert second.n_warc["revisit"] >= len(expected.UNCHANGED_304)


def test_the_third_night_finds_what_changed(nights: list[Night]) -> None:
    third = nights[2]
    assert with_outcome(third, Outcome.CHANGED) == set(expected.CHANGED)
    assert with_outcome(third, Outcome.NEW) == set(expected.NEW)
    assert with_outcome(third, Outcome.GONE_SUSPECT) == set(expected.GONE_SUSPECT)
    assert third.report.total(Outcome.CHANGED) == 2
    assert third.report.total(Outcome.NEW) == 2
    assert third.report.total(Outcome.GONE_SUSPECT) == 2
    assert len(third.documents) == expected.TOTAL + 2, "nothing is deleted"


def test_a_report_issued_again_is_linked_to_the_one_before(nights: list[Night]) -> None:
    third = nights[2]
    (again,) = [one for one in third.documents if one.reissue_of is not None]
    before = next(one for one in third.documents if one.id == again.reissue_of)
    assert (again.issuer, again.report_year) == (before.issuer, before.report_year)
    assert again.title is not None and "更正" in again.title


def test_a_host_that_asks_for_time_gets_it_and_loses_nothing(nights: list[Night]) -> None:
    asked = [entry for entry in nights[2].log if entry.host == JINHE and entry.path != "/robots.txt"]
    assert len(asked) <= 1
    before = {key: known for key, known in nights[1].locations.items() if known.publisher == "fx_jinhe"}
    after = {key: known for key, known in nights[2].locations.items() if known.publisher == "fx_jinhe"}
    assert before == after and before
    assert nights[2].report.sites["fx_jinhe"].failed


def test_a_moved_host_keeps_its_documents(nights: list[Night]) -> None:
    third = nights[2]
    assert third.report.sites["fx_nanpu"].outcomes[Outcome.NEW] == 0
    urls = {known.url for known in third.locations.values() if known.publisher == "fx_nanpu"}
    assert len(urls) == expected.REPORTS[NANPU]
    assert {url.split("/")[2] for url in urls} == {NANPU_NEW}


def test_manners_hold_every_night(nights: list[Night]) -> None:
    hosts = {host for publisher in publishers() for host in (*publisher.hosts, *publisher.attachment_hosts)}
    for night in nights:
        assert violations(night.log, sorted(hosts)) == []
        assert night.unmapped == [], "mirrors and unknown hosts are never looked up"


def test_the_warcs_are_sound_and_hold_every_answer(root: DataRoot, nights: list[Night]) -> None:
    for path in root.warcs.iterdir():
        assert path.name.endswith(".warc.gz"), "no half-written file is left"
        checker = Checker(_CheckOptions(str(path)))
        checker.process_all()
        assert checker.exit_value == 0, path
    for night in nights:
        answered = [entry for entry in night.log if entry.status is not None]
        assert night.n_warc["response"] + night.n_warc["revisit"] == len(answered)
        assert night.n_warc["request"] >= len(answered)


@dataclass
class _CheckOptions:
    """What `warcio check` is called with."""

    name: str
    verbose: bool = False

    @property
    def inputs(self) -> list[str]:
        return [self.name]


def test_every_fetch_is_a_row(nights: list[Night]) -> None:
    for night in nights:
        urls = {str(row["url"]) for row in night.rows}
        asked = {f"http://{entry.host}{entry.target}" for entry in night.log}
        hops = {hop for row in night.rows for hop in (row["redirect_chain"] or [])}
        assert asked <= urls | hops
        assert all(row["outcome"] and row["publisher"] for row in night.rows)
