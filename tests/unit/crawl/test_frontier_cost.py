"""What a site's turn costs the state file, however many other sites there are.

Counted in steps of SQLite's machine, not in seconds: a query that reads every site's rows for each site is no
slower than another with the dozen documents of a test, and takes hours with those of thousands of sites.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.crawl.frontier import Child, Frontier
from ingestion.crawl.model import Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.crawl.test_frontier import Night

FEW, MANY = 5, 60
#: Steps with many sites over those with few, beyond what is proportional. Queries that read all gave 1.7 to 4.6.
MOST = 1.3


def a_document(night: Night, publisher: str) -> str:
    """One document with one attachment, and a link that gave none; its key."""
    key = f"http://www.{publisher}-fx.gov.cn/1.html"
    file = f"http://www.{publisher}-fx.gov.cn/1.pdf"
    child = Child(file, file, "附件", "attachment", "0" * 64)
    answer = night.fetch(Request(file, "file"), publisher.encode())
    night.frontier.part(publisher, file, answer, Outcome.NEW, child)
    night.see(key, publisher, publisher, children=(child,))
    night.frontier.link(publisher, key + "?", key + "?", "年度报告", "report", "")
    return key


TURNS: dict[str, Callable[[Frontier, Night, str], object]] = {
    "documents": lambda frontier, _, __: frontier.documents("p0"),
    "known": lambda frontier, _, __: frontier.known("p0"),
    "pending": lambda frontier, _, __: frontier.pending("p0"),
    "missing parts": lambda frontier, _, __: frontier.missing_parts("p0"),
    "unchanged": lambda frontier, night, key: frontier.unchanged(
        key, night.fetch(Request(key)), Outcome.UNCHANGED_DIGEST
    ),
}


def steps(folder: Path, sites: int, turn: Callable[[Frontier, Night, str], object]) -> int:
    first = Night(folder, "1")
    keys = [a_document(first, f"p{number}") for number in range(sites)]
    first.end()
    night = Night(folder, "2")
    for number in range(1, sites):  # the others have had their turn already
        publisher = f"p{number}"
        file = f"http://www.{publisher}-fx.gov.cn/1.pdf"
        answer = night.fetch(Request(file, "file"), publisher.encode())
        child = Child(file, file, "附件", "attachment", "0" * 64)
        night.frontier.part(publisher, file, answer, Outcome.UNCHANGED_DIGEST, child)
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection = night.frontier._connection
    connection.set_progress_handler(step, 1)
    turn(night.frontier, night, keys[0])
    connection.set_progress_handler(None, 1)
    night.end()
    return count


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_a_sites_turn_does_not_read_the_other_sites(
    tmp_path: Path, turn: Callable[[Frontier, Night, str], object]
) -> None:
    few, many = steps(tmp_path / "few", FEW, turn), steps(tmp_path / "many", MANY, turn)
    assert 0 < many <= MOST * few


def test_the_fetch_log_is_read_in_one_go(tmp_path: Path) -> None:
    def rows(frontier: Frontier, night: Night, _: str) -> object:
        # a robots.txt is nobody's until something else of its host was asked for
        for number in range(1, 1 + len(frontier.documents())):
            night.fetch(Request(f"http://www.p{number}-fx.gov.cn/robots.txt", "robots"))
        return list(frontier.rows("2"))

    few, many = steps(tmp_path / "few", FEW, rows), steps(tmp_path / "many", MANY, rows)
    assert many <= MOST * few * MANY / FEW
