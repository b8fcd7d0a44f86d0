"""Pauses, Retry-After, backoff, budgets and the circuit breaker; time passes as the test says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog.publishers import Politeness
from ingestion.crawl.pace import Deferred, Lane, Pace, backoff, retry_after
from ingestion.crawl.policy import FetchPolicy

NOON = datetime(2026, 1, 20, 12, 0, 0, tzinfo=UTC)


class Time:
    """A clock that runs only while somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def a_pace(**policy: float) -> tuple[Pace, Time]:
    time = Time()
    return Pace(FetchPolicy(**policy), time.clock, time.sleep), time  # type: ignore[arg-type]


async def somewhere() -> str:
    return "192.0.2.1"


async def turns(pace: Pace, time: Time, lane: Lane, durations: list[float]) -> list[tuple[float, float]]:
    """Take one turn for each duration; (start, end) of each."""
    taken = []
    for seconds in durations:
        async with pace.turn(lane, somewhere):
            start = time.now
            time.now += seconds
            taken.append((start, time.now))
    return taken


def gaps(taken: list[tuple[float, float]]) -> list[float]:
    return [after[0] - before[1] for before, after in pairwise(taken)]


@pytest.mark.parametrize(
    ("took", "crawl_delay", "pause"),
    [(0.1, 0, 3.0), (2.0, 0, 10.0), (30.0, 0, 60.0), (0.1, 7, 7.0), (2.0, 7, 10.0), (1.0, 90, 90.0)],
)
def test_the_pause_counts_from_the_end_of_an_answer(took: float, crawl_delay: float, pause: float) -> None:
    pace, time = a_pace()
    lane = pace.lane("a", Politeness())
    lane.crawl_delay = crawl_delay
    assert gaps(asyncio.run(turns(pace, time, lane, [took, took]))) == [pytest.approx(pause)]


def test_a_shorter_rest_never_shortens_the_pause() -> None:
    async def run() -> list[tuple[float, float]]:
        pace, time = a_pace()
        lane = pace.lane("a", Politeness())
        first = await turns(pace, time, lane, [0.1])
        pace.rest(lane, 0.5)
        return first + await turns(pace, time, lane, [0.1])

    assert gaps(asyncio.run(run())) == [pytest.approx(3.0)]


def test_at_most_so_many_to_one_address_and_in_all() -> None:
    async def run(per_ip: int, concurrency: int) -> int:
        pace, _ = a_pace(per_ip=per_ip, concurrency=concurrency)
        open_now = most = 0

        async def one(host: str) -> None:
            nonlocal open_now, most
            async with pace.turn(pace.lane(host, Politeness()), somewhere):
                open_now += 1
                most = max(most, open_now)
                await asyncio.sleep(0.002)
                open_now -= 1

        await asyncio.gather(*(one(f"h{number}") for number in range(9)))
        return most

    assert asyncio.run(run(2, 16)) == 2
    assert asyncio.run(run(16, 3)) == 3


def test_a_host_is_left_alone_when_its_budget_is_used_up() -> None:
    pace, time = a_pace()
    lane = pace.lane("a", Politeness(budget=2, min_delay=0))
    with pytest.raises(Deferred, match="budget of 2"):
        asyncio.run(turns(pace, time, lane, [0, 0, 0]))
    assert pace.contacted == {"a": 2}


def test_the_circuit_opens_on_failures_in_a_row_and_not_on_scattered_ones() -> None:
    pace, time = a_pace(breaker=3)
    lane = pace.lane("a", Politeness(min_delay=0))
    for failed in (True, True, False, True, True):
        pace.answered(lane, failed=failed, reason="status 500")
    asyncio.run(turns(pace, time, lane, [0]))
    pace.answered(lane, failed=True, reason="status 500")
    with pytest.raises(Deferred, match="3 failures in a row, the last: status 500"):
        asyncio.run(turns(pace, time, lane, [0]))
    asyncio.run(turns(pace, time, pace.lane("b", Politeness()), [0]))


def test_a_pause_longer_than_a_night_has_time_for_defers_the_host() -> None:
    pace, time = a_pace()
    lane = pace.lane("a", Politeness())
    lane.crawl_delay = 86400
    with pytest.raises(Deferred, match="pause of 86400 seconds"):
        asyncio.run(turns(pace, time, lane, [0.1, 0.1]))
    assert time.now < 2000


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("0", None, 0),
        (" 120 ", None, 120),
        ("Tue, 20 Jan 2026 12:00:30 GMT", None, 30),
        ("Tue, 20 Jan 2026 11:00:00 GMT", None, 0),
        # the server's clock is eight hours ahead: it means ten seconds all the same
        ("Tue, 20 Jan 2026 20:00:10 GMT", "Tue, 20 Jan 2026 20:00:00 GMT", 10),
        ("Fri, 01 Jan 2099 00:00:00 GMT", None, (datetime(2099, 1, 1, tzinfo=UTC) - NOON).total_seconds()),
        ("later", None, None),
        ("-5", None, None),
        ("１２", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_retry_after_in_both_forms(value: str | None, date: str | None, seconds: float | None) -> None:
    assert retry_after(value, date, NOON) == seconds


@given(st.integers(0, 10**6))
def test_retry_after_says_the_same_as_seconds_and_as_a_date(seconds: int) -> None:
    moment = format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(str(seconds), None, NOON) == retry_after(moment, None, NOON) == seconds


@given(st.text(max_size=60), st.none() | st.text(max_size=60))
def test_retry_after_never_fails_on_what_servers_print(value: str, date: str | None) -> None:
    seconds = retry_after(value, date, NOON)
    assert seconds is None or seconds >= 0


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 8))
def test_each_pause_before_asking_again_is_longer(first: float, second: float, attempt: int) -> None:
    assert backoff(0.5, attempt, first) < backoff(0.5, attempt + 1, second)
