"""What a server's log tells of a crawler's manners.

Belongs here: the assertions over the log that hold on every night. Does not belong here: what was understood.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.fixture_site.documents import OBSTACLE, ROBOTS_5XX, ROBOTS_ALL
from tests.fixture_site.expected import CRAWL_DELAY, WITH_REFERER
from tests.fixture_site.server import Entry

#: Seconds by which the server's clock may see an answer end later than the crawler did.
SLACK = 0.005


def violations(
    log: Sequence[Entry],
    hosts: Sequence[str],
    *,
    min_delay: float = 0.05,
    crawl_delay: Mapping[str, float] | None = None,
    budget: int = 300,
) -> list[str]:
    """Everything in the log of one night that a well-mannered crawler does not do; [] if there is nothing.

    hosts: that may be asked at all. min_delay: seconds from the end of a request to the next one's start.
    crawl_delay: the same by host, where robots.txt asks for more. budget: requests a host and night.
    """
    delays = CRAWL_DELAY if crawl_delay is None else crawl_delay
    by_host: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(log, key=lambda one: one.t_start):
        by_host[entry.host].append(entry)
    found: list[str] = []
    for host, entries in by_host.items():
        if host not in hosts:
            found.append(f"{host} was asked for {entries[0].target}")
        if len(entries) > budget:
            found.append(f"{host} got {len(entries)} requests")
        found += [f"{host}: {what}" for what in _robots(host, entries)]
        found += [f"{host}: {what}" for what in _pace(entries, max(min_delay, delays.get(host, 0)))]
        for entry in entries:
            found += [f"{host}{entry.target}: {what}" for what in _request(host, entry)]
    return found


def _robots(host: str, entries: Sequence[Entry]) -> Iterator[str]:
    asked = [n for n, entry in enumerate(entries) if entry.path == "/robots.txt"]
    if asked[:1] != [0]:
        yield "was asked for something before robots.txt"
    if len(asked) > 1:
        yield f"was asked for robots.txt {len(asked)} times"
    if host in (ROBOTS_ALL, ROBOTS_5XX) and len(entries) > len(asked):
        yield "was asked although its robots.txt keeps everybody out"


def _pace(entries: Sequence[Entry], delay: float) -> Iterator[str]:
    for before, after in itertools.pairwise(entries):
        if before.t_end is None or after.t_start < before.t_end - SLACK:
            yield f"{after.target} was asked for while {before.target} was under way"
        elif after.t_start - before.t_end < delay - SLACK:
            yield f"{after.target} was asked for {after.t_start - before.t_end:.3f} s after {before.target}"


def _request(host: str, entry: Entry) -> Iterator[str]:
    if entry.path.startswith("/admin/"):
        yield "robots.txt forbids it"
    agent = entry.headers.get("user-agent", "")
    if "gongkai" not in agent.lower() or not ("@" in agent or "http" in agent):
        yield f"the user agent {agent!r} names no project or no contact"
    if host != OBSTACLE and entry.path.startswith(WITH_REFERER) and "referer" not in entry.headers:
        yield "was asked for without a Referer"
    for cookie in filter(None, entry.headers.get("cookie", "").split("; ")):
        if cookie.startswith(("JSESSIONID=", "track=")) and not cookie.endswith(f"={host}"):
            yield f"the cookie {cookie!r} is another host's"
