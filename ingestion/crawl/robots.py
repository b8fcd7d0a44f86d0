"""robots.txt by RFC 9309: what an answer to it allows, and that it is there before anything else is asked.

Belongs here: reading rules, and one set of rules for each origin. Does not belong here: asking (`fetcher`)
and keeping the pauses (`pace`).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego

from ingestion.crawl.model import Answer
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.policy import PRODUCT
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import HTML, sniff

Origin = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """What an origin allows.

    forbidden: why nothing may be asked, with the outcome that says so; None where `parsed` decides. remark:
    what an operator should know (no robots.txt, a page in its place). crawl_delay: seconds or None.
    """

    parsed: Protego | None = None
    forbidden: tuple[Outcome, str] | None = None
    remark: str | None = None
    crawl_delay: float | None = None

    def refusal(self, url: str) -> tuple[Outcome, str] | None:
        """Why this address is not asked: outcome and reason; None where it may be."""
        if self.forbidden is not None:
            return self.forbidden
        if self.parsed is not None and not self.parsed.can_fetch(url, PRODUCT):
            return Outcome.ROBOTS, "robots.txt forbids it"
        return None


def read_rules(answer: Answer) -> Rules:
    """The rules that an answer to robots.txt means.

    2xx: its rules; a page of HTML in its place is none, with a remark. 4xx: no rules, except 429, which asks
    for fewer requests and not for all of them. 5xx, or no complete answer: everything is forbidden. Where not
    even a status came the outcome stays what it was (dns, connection_error ...): the host is not there, which
    says more than that it forbids. A redirect off the site forbids too; one that never ends is no robots.txt.
    """
    status = answer.status
    if answer.outcome in (Outcome.REDIRECT_LOOP, Outcome.TOO_MANY_REDIRECTS, Outcome.SOFT404):
        return Rules(remark=f"no robots.txt: {answer.reason}")
    if status is None:
        return Rules(forbidden=(answer.outcome, f"robots.txt could not be had: {answer.reason}"))
    if answer.outcome is Outcome.EMPTY:
        return Rules(remark="robots.txt is empty")
    if answer.ok:
        # one that was cut off for its length: half a line could forbid everything
        whole = answer.raw_sha256 is not None
        return _parsed(answer.body if whole else answer.body.rpartition(b"\n")[0])
    if 400 <= status < 500 and status != 429:
        return Rules(remark=f"no robots.txt: status {status}")
    reason = answer.reason or f"status {status}"
    return Rules(forbidden=(Outcome.ROBOTS, f"robots.txt could not be had: {reason}"))


def _parsed(body: bytes) -> Rules:
    try:
        is_page = sniff(body) == HTML
    except UnreadableInput:
        is_page = False
    if is_page:
        return Rules(remark="a page of HTML in place of robots.txt")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    parsed = Protego.parse(text)
    delay = parsed.crawl_delay(PRODUCT)
    if delay is not None and not (math.isfinite(delay) and delay >= 0):
        delay = None
    return Rules(parsed=parsed, crawl_delay=delay)


class RobotsRules:
    """The rules of every origin, asked for once however many wait for them, and again when they are too old.

    clock: seconds; most: the age from which they are asked for again.
    """

    def __init__(self, clock: Callable[[], float], most: float) -> None:
        self._clock = clock
        self._most = most
        self._asked: dict[Origin, tuple[float, asyncio.Task[Rules]]] = {}

    async def of(self, origin: Origin, ask: Callable[[], Awaitable[Rules]]) -> Rules:
        """The rules of an origin. ask: gets them; called by the first that comes, all others wait for it."""
        known = self._asked.get(origin)
        if known is None or self._clock() - known[0] > self._most or known[1].cancelled():
            known = (self._clock(), asyncio.ensure_future(_run(ask)))
            self._asked[origin] = known
        # who waits may be cancelled; the others still want the rules
        return await asyncio.shield(known[1])

    async def aclose(self) -> None:
        """Stop what is still being asked."""
        tasks = [task for _, task in self._asked.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(ask: Callable[[], Awaitable[Rules]]) -> Rules:
    return await ask()
