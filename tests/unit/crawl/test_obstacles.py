"""Every obstacle of the fixture site, asked for by the fetcher itself, and the archive of it all."""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path

import pytest
from warcio.checker import Checker

from ingestion.archive.warc import WarcWriter
from ingestion.crawl.connect import MappedNetwork
from ingestion.crawl.fetcher import Fetcher
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.policy import FetchPolicy
from ingestion.extract.decode import decode
from tests.fixture_site import Entry, FixtureSite, expected, publisher, publishers
from tests.fixture_site.documents import OBSTACLE

POLICY = FetchPolicy(
    page_deadline=1.0, file_deadline=3.0, backoff_base=0.1, contact="https://example.org/crawler"
)


def visit(route: expected.Route, folder: Path) -> tuple[Answer, list[Entry], MappedNetwork]:
    """The answer to a route, what the server saw, robots.txt left out, and who else was looked for."""

    async def run() -> tuple[Answer, list[Entry], MappedNetwork]:
        writer = WarcWriter(folder, "night")
        async with FixtureSite() as site:
            network = MappedNetwork(site.network())
            fetcher = Fetcher(publishers(), network, POLICY, writer)
            referer = f"http://{OBSTACLE}/" if route.referer else None
            answer = await fetcher.ask(
                Request(route.url, route.kind, referer=referer), publisher("fx_obstacle")
            )
            await fetcher.aclose()
            writer.close()
            return answer, [entry for entry in site.log if entry.path != "/robots.txt"], network

    return asyncio.run(run())


@pytest.mark.parametrize("route", expected.ROUTES, ids=lambda route: f"{route.target[:60]} {route.referer}")
def test_an_obstacle_is_called_what_it_is(
    route: expected.Route, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer, log, network = visit(route, tmp_path)
    assert answer.outcome in route.outcomes, answer.reason
    assert route.requests[0] <= len(log) <= route.requests[1]
    assert {entry.host for entry in log} == {OBSTACLE}
    assert network.unmapped == []
    if route.says is not None:
        assert route.says in decode(answer.body).text
    if route.gap:
        assert log[0].t_end is not None
        assert log[1].t_start - log[0].t_end >= route.gap
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024
    (warc,) = tmp_path.iterdir()
    checker = Checker(_Arguments([str(warc)]))
    checker.process_all()
    assert checker.exit_value == 0, capsys.readouterr().out


class _Arguments:
    def __init__(self, inputs: list[str]) -> None:
        self.inputs = inputs
        self.verbose = False
