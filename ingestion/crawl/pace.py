"""Manners: one request open for each host, a pause after each, few at once to one address, and when to stop.

Belongs here: whose turn it is and how long everybody waits. Does not belong here: what is asked (`fetcher`),
what robots.txt says (`robots`), the numbers of a site (its publisher's `politeness`).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.catalog.publishers import Politeness
from ingestion.crawl.headers import http_date
from ingestion.crawl.policy import FetchPolicy


class Deferred(Exception):
    """The host is not asked tonight; the message says why."""


@dataclass(slots=True)
class Lane:
    """One host: its lock, when it may be asked next, and what it has cost so far.

    contacted: requests made. failures: answers in a row that were none. deferred: why it is left alone for
    the night. crawl_delay: of its robots.txt, in seconds.
    """

    politeness: Politeness
    contacted: int = 0
    failures: int = 0
    crawl_delay: float = 0.0
    deferred: str | None = None
    ready_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def pause_after(self, seconds: float) -> float:
        """How long to wait after an answer that took `seconds`."""
        polite = max(self.politeness.min_delay, self.politeness.latency_factor * seconds)
        capped = min(polite, max(self.politeness.max_delay, self.politeness.min_delay))
        return max(capped, self.crawl_delay)


class Pace:
    """Whose turn it is.

    clock: seconds, monotonic; sleep: waits for seconds. spent: by host, what the night had asked before it
    was interrupted.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        spent: Mapping[str, int] | None = None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._sleep = sleep
        self._spent = spent or {}
        self._lanes: dict[str, Lane] = {}
        self._all = asyncio.Semaphore(policy.concurrency)
        self._addresses: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(policy.per_ip)
        )

    def lane(self, host: str, politeness: Politeness) -> Lane:
        """The lane of a host; the politeness of the first that asks holds."""
        if host not in self._lanes:
            self._lanes[host] = Lane(politeness, self._spent.get(host, 0))
        return self._lanes[host]

    @property
    def contacted(self) -> dict[str, int]:
        """Requests made to each host, those before an interruption included."""
        lanes = {host: lane.contacted for host, lane in self._lanes.items() if lane.contacted}
        return {**self._spent, **lanes}

    @asynccontextmanager
    async def turn(
        self, lane: Lane, address: Callable[[], Awaitable[str]], *, robots: bool = False
    ) -> AsyncIterator[None]:
        """Wait for the host's turn; inside, one request may be made. Raises Deferred, before any contact.

        address: looks the host up and gives the IP address, once it is the host's turn; what it raises
        passes, and costs nothing. robots: asked even of a host that is left alone.
        """
        async with lane.lock:
            self._check(lane, robots)
            ip = await address()
            await self._wait(lane)
            async with self._addresses[ip], self._all:
                lane.contacted += 1
                began = self._clock()
                try:
                    yield
                finally:
                    now = self._clock()
                    lane.ready_at = max(lane.ready_at, now + lane.pause_after(now - began))

    def rest(self, lane: Lane, seconds: float) -> None:
        """Leave the host alone for this long, from now on."""
        lane.ready_at = max(lane.ready_at, self._clock() + seconds)

    def defer(self, lane: Lane, reason: str) -> None:
        """Leave the host alone for the night; the first reason stays."""
        lane.deferred = lane.deferred or reason

    def answered(self, lane: Lane, *, failed: bool, reason: str = "") -> None:
        """Count what came of a question; too many failures in a row open the host's circuit."""
        lane.failures = lane.failures + 1 if failed else 0
        if lane.failures >= self._policy.breaker:
            self.defer(lane, f"{lane.failures} failures in a row, the last: {reason}")

    def _check(self, lane: Lane, robots: bool) -> None:
        if lane.deferred is not None and not robots:
            raise Deferred(lane.deferred)
        if lane.contacted >= lane.politeness.budget:
            raise Deferred(f"the budget of {lane.politeness.budget} requests a night is used up")
        if lane.ready_at - self._clock() > self._policy.wait_most and not robots:
            self.defer(lane, f"the site asks for a pause of {lane.ready_at - self._clock():.0f} seconds")
            raise Deferred(lane.deferred or "")

    async def _wait(self, lane: Lane) -> None:
        while (missing := lane.ready_at - self._clock()) > 0:
            await self._sleep(missing)


def retry_after(value: str | None, date: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, in both forms; None where there is none that can be read.

    date: the answer's own Date header. A moment is meant on the server's clock, which may be hours off ours:
    it is measured from that Date where there is one, else from `now` (aware).
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    moment = http_date(value)
    if moment is None:
        return None
    return max(0.0, (moment - (http_date(date) or now)).total_seconds())


def backoff(base: float, attempt: int, random: float) -> float:
    """Seconds to wait after the `attempt`-th request (from 1) went wrong: doubling, with jitter.

    The next one is always longer. random: from 0 to 1.
    """
    return float(base * 2 ** (attempt - 1) * (1 + random / 2))
