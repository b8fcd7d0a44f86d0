"""The fetcher: one question, one answer, with every guard and all manners kept on the way.

Belongs here: the order of things: registry, this night's memory, robots.txt, the host's turn, the exchange,
the archive, retries, redirects. Does not belong here: each of these things itself (`hosts`, `robots`, `pace`,
`wire`, `answers`), and what is asked for (`site`).
"""

from __future__ import annotations

import asyncio
import random as random_module
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol

from ingestion.archive.warc import Exchange, WarcPlace
from ingestion.catalog.publishers import Publisher
from ingestion.crawl.answers import Verdict, classify, is_home
from ingestion.crawl.connect import Network, NoAddress, NotGlobal, tls_context, vetted_addresses
from ingestion.crawl.cookies import CookieJar
from ingestion.crawl.headers import header_texts, request_head_and_body
from ingestion.crawl.hosts import BadAddress, Hosts, Target, parse_url, resolve
from ingestion.crawl.model import Answer, Kind, Request
from ingestion.crawl.outcomes import BLOCKED, Outcome
from ingestion.crawl.pace import Deferred, Lane, Pace, backoff, retry_after
from ingestion.crawl.policy import CONTACT_VARIABLE, FetchPolicy
from ingestion.crawl.robots import RobotsRules, Rules, read_rules
from ingestion.crawl.wire import Outgoing, Reply, exchange

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ASK_LATER = frozenset({429, 503})
_ASK_AGAIN = frozenset({500, 502, 504}) | _ASK_LATER
#: A host that answers so is in no state to be asked on and on; nor is one with a status above 499.
_FAILURES = BLOCKED | {Outcome.CONNECTION_ERROR, Outcome.TIMEOUT, Outcome.TLS, Outcome.DEFERRED}


class Recorder(Protocol):
    """Where exchanges are archived."""

    def exchange(self, exchange: Exchange) -> WarcPlace | None:
        """Put it on disk; the place of the response, None where nothing came."""
        ...


class Memory(Protocol):
    """What has been answered tonight, for a night that was killed and goes on."""

    def replay(self, request: Request) -> Answer | None:
        """The answer that this request had; None where it was not sent."""
        ...

    def keep(self, request: Request, answer: Answer) -> None:
        """Remember an answer whose record is on disk; a later one for the same request takes its place."""
        ...


class Fetcher:
    """Asks for what publishers have. One instance for a night, in one event loop.

    spent: by host, requests of this night before it was interrupted. clock: seconds, monotonic; sleep: waits;
    random: from 0 to 1; now: the time of day; all injectable. Raises ValueError where the internet would be
    asked without saying who asks.
    """

    def __init__(
        self,
        publishers: Iterable[Publisher],
        network: Network,
        policy: FetchPolicy,
        recorder: Recorder,
        memory: Memory | None = None,
        *,
        spent: Mapping[str, int] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if network.checked and not policy.contact:
            reason = "no site is asked without saying who asks: put an address for its operator into"
            raise ValueError(f"{reason} {CONTACT_VARIABLE}")
        self._network = network
        self._policy = policy
        self._recorder = recorder
        self._memory = memory
        self._random = random
        self._now = now
        self._hosts = Hosts(publishers, lambda: _day(now()))
        self._pace = Pace(policy, clock, sleep, spent)
        self._robots = RobotsRules(clock, policy.robots_age)
        self._jars: defaultdict[str, CookieJar] = defaultdict(CookieJar)
        self._addresses: dict[tuple[str, int], list[tuple[str, int]]] = {}

    @property
    def contacted(self) -> dict[str, int]:
        """Requests made to each host, robots.txt, redirects and retries included."""
        return self._pace.contacted

    def refusal(self, url: str, kind: Kind, publisher: Publisher) -> str | None:
        """Why an address would not be asked for on behalf of a publisher; None where it would be."""
        try:
            return self._hosts.refusal(parse_url(url), kind, publisher)
        except BadAddress as error:
            return str(error)

    async def aclose(self) -> None:
        """Stop what is under way on its own account; everything is forgotten, cookies too."""
        await self._robots.aclose()
        self._jars.clear()

    async def ask(self, request: Request, publisher: Publisher) -> Answer:
        """The answer to a request, after redirects and retries. Never raises for what a server does.

        What it raises is ours: a disk that is full, a cancelled task.
        """
        hops: list[str] = []
        asked: set[tuple[str, str, str | None]] = set()
        current, attempts = request, 0
        last: Answer | None = None
        sender: Target | None = None
        while True:
            refusal = self.refusal(current.url, current.kind, publisher)
            if refusal is not None:
                return self._end(request, last, hops, attempts, Outcome.REFUSED_GUARD, refusal)
            target = parse_url(current.url)
            if sender is not None and _is_sent_home(sender, target):
                reason = f"redirected to the home page {target.url}"
                return self._end(request, last, hops, attempts, Outcome.SOFT404, reason)
            # a site that sets a cookie and sends its reader to the same address again has not looped yet
            step = current.method, target.url, self._jars[target.host].header(target)
            if step in asked:
                return self._end(
                    request, last, hops, attempts, Outcome.REDIRECT_LOOP, f"again to {target.url}"
                )
            if len(hops) > self._policy.redirects:
                reason = f"more than {self._policy.redirects} redirects"
                return self._end(request, last, hops, attempts, Outcome.TOO_MANY_REDIRECTS, reason)
            answer = await self._one(current, target, publisher, hops)
            if answer.attempts == 0 and last is not None:
                # robots.txt of the next address forbids it, its host is not asked tonight: it was never asked
                return self._end(request, last, hops, attempts, answer.outcome, answer.reason or "")
            if not hops and not _is_redirect(answer):
                return answer
            asked.add(step)
            hops.append(target.url)
            attempts += answer.attempts
            last = answer
            if not _is_redirect(answer):
                return self._end(request, last, hops, attempts, answer.outcome, answer.reason)
            sender = target
            current = _redirected(current, resolve(target.url, answer.headers["location"]), answer.status)

    def _end(
        self,
        request: Request,
        last: Answer | None,
        hops: list[str],
        attempts: int,
        outcome: Outcome,
        reason: str | None,
    ) -> Answer:
        """What the whole way came to, remembered where it was more than one step."""
        if last is None:
            return Answer(request, request.url, outcome, reason=reason)
        if len(hops) > 1 or outcome is not last.outcome:
            reason = reason if outcome is Outcome.OK else f"{reason} (after {' -> '.join(hops)})"
        answer = replace(
            last,
            request=request,
            hops=tuple(hops),
            attempts=attempts,
            outcome=outcome,
            reason=reason,
            body=last.body if outcome is Outcome.OK else b"",
        )
        if self._memory is not None:
            self._memory.keep(request, answer)
        return answer

    async def _one(self, request: Request, target: Target, publisher: Publisher, hops: list[str]) -> Answer:
        """One address: out of memory, or asked for until it answers or is given up."""
        lane = self._pace.lane(target.host, publisher.politeness)
        if self._memory is not None and target.url not in hops:
            known = self._memory.replay(request)
            if known is not None:
                if known.outcome is Outcome.DEFERRED and known.url == target.url:
                    # the host asked to be left alone before the night was interrupted
                    self._pace.defer(lane, known.reason or "it asked us to come later")
                return replace(known, request=request, replayed=True)
        if request.kind != "robots":
            rules = await self._robots.of(target.origin, lambda: self._rules(target, publisher, lane))
            refused = rules.refusal(target.url)
            if refused is not None:
                outcome, reason = refused
                return Answer(request, target.url, outcome, reason=reason)
        answer = await self._until_answered(request, target, publisher, lane, hops)
        if request.kind != "robots" and answer.attempts:
            self._pace.answered(lane, failed=_is_failure(answer), reason=answer.reason or answer.outcome)
        return answer

    async def _rules(self, target: Target, publisher: Publisher, lane: Lane) -> Rules:
        url = replace(target, target="/robots.txt").url
        rules = read_rules(await self.ask(Request(url, "robots"), publisher))
        if rules.crawl_delay is not None:
            lane.crawl_delay = max(lane.crawl_delay, rules.crawl_delay)
            # it holds for the pause that has begun, too
            self._pace.rest(lane, lane.crawl_delay)
        return rules

    async def _until_answered(
        self, request: Request, target: Target, publisher: Publisher, lane: Lane, hops: list[str]
    ) -> Answer:
        answer: Answer | None = None
        for attempt in range(1, self._policy.attempts + 1):
            try:
                async with self._pace.turn(
                    lane, lambda: self._address(target), robots=request.kind == "robots"
                ):
                    reply = await self._exchange(request, target, publisher)
                    # in the archive before the next request of this host is sent
                    answer = self._archived(request, target, publisher, reply, hops, attempt)
            except Deferred as deferred:
                answer = _unasked(request, target, Outcome.DEFERRED, str(deferred), answer)
                break
            except NoAddress as error:
                return Answer(request, target.url, Outcome.DNS, reason=str(error))
            except NotGlobal as error:
                return Answer(request, target.url, Outcome.REFUSED_GUARD, reason=str(error))
            wait = self._wait_for(answer, reply, attempt)
            if wait is None:
                break
            asks_later = answer.status in _ASK_LATER and request.kind != "robots"
            if asks_later and (wait > self._policy.retry_after_most or attempt == self._policy.attempts):
                reason = f"status {answer.status}, {_later(reply, wait)}"
                self._pace.defer(lane, reason)
                answer = replace(answer, outcome=Outcome.DEFERRED, reason=reason)
                break
            self._pace.rest(lane, wait)
        assert answer is not None
        if self._memory is not None and answer.attempts:
            self._memory.keep(request, answer)
        return answer

    async def _address(self, target: Target) -> str:
        """The address to connect to, looked up once a night and vetted."""
        key = target.host, target.port
        if key not in self._addresses:
            self._addresses[key] = await vetted_addresses(self._network, *key)
        return self._addresses[key][0][0]

    def _wait_for(self, answer: Answer, reply: Reply, attempt: int) -> float | None:
        """Seconds until it may be asked again; None where it should not."""
        growing = backoff(self._policy.backoff_base, attempt, self._random())
        if answer.request.kind == "robots":
            # a server that answered has answered: 5xx forbids everything for the night
            return growing if reply.retriable and reply.status is None else None
        if reply.fault is not None:
            return growing if reply.retriable else None
        if answer.status in _ASK_LATER:
            asked = retry_after(reply.first("retry-after"), reply.first("date"), self._now())
            if asked is not None:
                return max(asked, growing)
        return growing if answer.status in _ASK_AGAIN and answer.outcome not in BLOCKED else None

    async def _exchange(self, request: Request, target: Target, publisher: Publisher) -> Reply:
        cookie = self._jars[target.host].header(target)
        headers, content = request_head_and_body(request, self._policy.user_agent, cookie)
        outgoing = Outgoing(target, request.method, request.kind, headers, content)
        addresses = self._addresses[target.host, target.port]
        return await exchange(outgoing, addresses, tls_context(publisher.tls), self._policy)

    def _archived(
        self,
        request: Request,
        target: Target,
        publisher: Publisher,
        reply: Reply,
        hops: list[str],
        attempt: int,
    ) -> Answer:
        """Classify what came, write it to the archive, and take its cookies."""
        headers = header_texts(reply.headers)
        self._jars[target.host].take(reply.all_of("set-cookie"))
        if reply.fault is not None:
            verdict = Verdict(reply.fault, reply.reason)
        elif reply.status in _REDIRECTS and "location" in headers:
            verdict = Verdict(Outcome.OK)
        else:
            verdict = classify(
                status=reply.status or 0,
                headers=headers,
                body=reply.body,
                kind=request.kind,
                url=target.url,
                conditional=bool(request.etag or request.last_modified),
            )
        place = None
        if reply.sent:
            place = self._recorder.exchange(
                Exchange(
                    url=target.url,
                    address=reply.address,
                    started_at=reply.started_at,
                    request_bytes=reply.sent,
                    response_bytes=reply.received,
                    complete=reply.complete,
                    payload_bytes=reply.payload,
                    status=reply.status,
                    metadata=_metadata(request, publisher, reply, verdict, hops, attempt),
                )
            )
        return Answer(
            request=request,
            url=target.url,
            outcome=verdict.outcome,
            hops=(target.url,),
            status=reply.status,
            headers=headers,
            body=reply.body if verdict.outcome is Outcome.OK else b"",
            raw_sha256=reply.raw_sha256,
            n_bytes=reply.payload_size,
            reason=_said(verdict, reply),
            place=place,
            started_at=reply.started_at,
            latency_ms=round(reply.seconds * 1000),
            attempts=attempt,
            address=reply.address,
        )


def _day(moment: datetime) -> date:
    return moment.date()


def _metadata(
    request: Request, publisher: Publisher, reply: Reply, verdict: Verdict, hops: list[str], attempt: int
) -> dict[str, str]:
    """What is written beside an exchange; only what there is."""
    said = {
        "outcome": str(verdict.outcome) if reply.status not in _REDIRECTS else None,
        "reason": _said(verdict, reply),
        "charset": verdict.charset,
        "referrer": request.referer,
        "publisher": publisher.id,
        "family": publisher.family,
        "kind": request.kind,
        "via": hops[-1] if hops else None,
        "attempt": str(attempt) if attempt > 1 else None,
    }
    return {name: value for name, value in said.items() if value}


def _said(verdict: Verdict, reply: Reply) -> str | None:
    if reply.surplus and reply.fault is None:
        more = f"{reply.surplus:,} bytes came beyond the announced end and were cut off"
        return f"{verdict.reason}; {more}" if verdict.reason else more
    return verdict.reason


def _unasked(
    request: Request, target: Target, outcome: Outcome, reason: str, before: Answer | None
) -> Answer:
    """An answer where nothing (more) was sent."""
    if before is None:
        return Answer(request, target.url, outcome, reason=reason)
    return replace(before, outcome=outcome, reason=reason, body=b"")


def _later(reply: Reply, wait: float) -> str:
    if reply.first("retry-after") is not None:
        return f"to be asked again after {wait:.0f} seconds"
    return "again and again"


def _is_redirect(answer: Answer) -> bool:
    return answer.ok and answer.status in _REDIRECTS and "location" in answer.headers


def _is_failure(answer: Answer) -> bool:
    return answer.outcome in _FAILURES or (answer.status or 0) >= 500


def _redirected(request: Request, goal: str, status: int | None) -> Request:
    """The next request. Validators stay behind: they were given for the address that redirects."""
    keeps = status in (307, 308)
    return Request(
        goal,
        request.kind,
        form=request.form if keeps else None,
        json=request.json if keeps else None,
        referer=request.referer,
        ajax=request.ajax,
    )


def _is_sent_home(sender: Target, target: Target) -> bool:
    """Whether a page or file was asked for and the home page is what one gets."""
    return "?" not in target.target and is_home(target.path) and not is_home(sender.path)
