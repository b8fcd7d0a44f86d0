"""300 hosts with 20 reports each, of mixed speed, crawled by one process; then a night in which nothing changed.

The server is this process, the crawl a fresh one for each night, so that its peak memory is its own. Pauses are
scaled down. Raises AssertionError where a document is missing, a host was asked without manners, the memory
exceeds its limit, or the quiet night asked or brought more than it must.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingestion.archive.fetches import fetches
from ingestion.crawl.connect import MappedNetwork
from ingestion.crawl.night import crawl_night
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.plan import whole_night
from ingestion.crawl.policy import FetchPolicy
from ingestion.paths import DataRoot
from tests.fixture_site.manners import violations
from tests.fixture_site.many import PER_PAGE, ManyHosts, many_hosts
from tests.fixture_site.server import Entry, network

HOSTS = 300
REPORTS = 20
#: Seconds; a publisher's default is 3.
MIN_DELAY = 0.05
MAX_MEGABYTES = 400
NIGHTS = ("2026-01-01", "2026-01-02")
REPOSITORY = Path(__file__).parents[2]

Figures = dict[str, Any]


def run() -> list[dict[str, Any]]:
    """Five rows: memory, manners, requests, time and bytes of the two nights."""
    return asyncio.run(_two_nights(HOSTS, REPORTS))


async def _two_nights(n_hosts: int, n_reports: int) -> list[dict[str, Any]]:
    web = many_hosts(n_hosts, n_reports, MIN_DELAY)
    n_documents = n_hosts * n_reports
    # of every host: its robots.txt, its list, its documents
    owed = n_hosts * (1 + -(-n_reports // PER_PAGE) + n_reports)
    nights: list[Figures] = []
    rude: list[str] = []
    with tempfile.TemporaryDirectory(prefix="crawl-load-") as folder:
        async with web.server as server:
            for name in NIGHTS:
                first = len(server.log)
                nights.append(await _night_apart(Path(folder), name, web, n_hosts, n_reports))
                log = server.log[first:]
                nights[-1]["asked"] = len(log)
                rude += _rude(log, web)
    one, two = nights
    peak = max(night["megabytes"] for night in nights)
    found = [
        *rude,
        *([f"{one['new']} documents, not {n_documents}"] if one["new"] != n_documents else []),
        *([f"{peak:.0f} MB"] if peak >= MAX_MEGABYTES else []),
        *([f"{two['asked']} requests, {owed} are owed"] if two["asked"] > owed else []),
        *(
            [f"{two['new']} new, {two['changed']} changed without a change"]
            if two["new"] or two["changed"]
            else []
        ),
        *([f"{two['bytes_of_304']} bytes beside 304"] if two["bytes_of_304"] else []),
    ]
    assert not found, found[:20]
    return [
        _row(
            f"crawl of {n_hosts} hosts, peak memory",
            peak / MAX_MEGABYTES,
            f"MB / {MAX_MEGABYTES}",
            f"{one['megabytes']:.0f} MB, next night {two['megabytes']:.0f} MB; {one['new']:,} documents found",
        ),
        _row(
            f"crawl of {n_hosts} hosts, manners",
            len(rude),
            "violations (0 is right)",
            f"never two open at once, at least {MIN_DELAY} s between; {one['asked'] + two['asked']:,} requests",
        ),
        _row(
            "night without change, requests",
            two["asked"] / owed,
            "requests / documents, lists and robots.txt",
            f"{two['asked']:,}; {two['new']} new, {two['changed']} changed, {two['not_modified']:,} by 304 "
            f"in {two['bytes_of_304']} bytes, {two['same_digest']:,} by digest",
        ),
        _row(
            "night without change, time",
            two["seconds"] / one["seconds"],
            "time / of the first night",
            f"{two['seconds']:.1f} s against {one['seconds']:.1f} s, {os.cpu_count()} cores; "
            f"processor {two['cpu']:.1f} s against {one['cpu']:.1f} s",
        ),
        _row(
            "night without change, bytes",
            two["bytes"] / one["bytes"],
            "bytes of bodies / of the first night",
            f"{two['bytes'] / 1e6:.2f} MB against {one['bytes'] / 1e6:.2f} MB",
        ),
    ]


def _row(name: str, ratio: float, unit: str, detail: str) -> dict[str, Any]:
    return {"name": name, "ratio": round(ratio, 3), "unit": unit, "detail": detail}


def _rude(log: Sequence[Entry], web: ManyHosts) -> list[str]:
    hosts = [publisher.host for publisher in web.publishers]
    return violations(log, hosts, min_delay=MIN_DELAY)


async def _night_apart(root: Path, name: str, web: ManyHosts, n_hosts: int, n_reports: int) -> Figures:
    """The figures of a night in a process of its own."""
    task = {
        "root": str(root),
        "night": name,
        "hosts": n_hosts,
        "reports": n_reports,
        "port": web.server.port,
        "closed_port": web.server.closed_port,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.crawl_load", "--night", json.dumps(task)),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the crawl of {name} ended with {process.returncode}")
    figures: Figures = json.loads(output)
    return figures


def crawl(task: dict[str, Any]) -> Figures:
    """Crawl one night of the web whose server listens on the port of `task`, and say what it took."""
    root = DataRoot(Path(task["root"]))
    web = many_hosts(task["hosts"], task["reports"], MIN_DELAY)
    names = [publisher.host for publisher in web.publishers]
    hosts = network(names, (), task["port"], task["closed_port"])
    # all hosts have one address here
    policy = FetchPolicy(concurrency=16, per_ip=16, contact="https://gongkai.example/")
    began, used = time.perf_counter(), time.process_time()
    report = asyncio.run(
        crawl_night(
            root, web.publishers, whole_night(task["night"]), network=MappedNetwork(hosts), policy=policy
        )
    )
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    megabytes = _peak() / 1e6
    rows = [row for row in fetches(root.fetches).to_pylist() if row["night"] == task["night"]]
    return {
        "seconds": seconds,
        "cpu": cpu,
        "megabytes": megabytes,
        "new": report.total(Outcome.NEW),
        "changed": report.total(Outcome.CHANGED),
        "not_modified": report.total(Outcome.UNCHANGED_304),
        "same_digest": report.total(Outcome.UNCHANGED_DIGEST),
        "bytes": sum(row["bytes"] for row in rows),
        "bytes_of_304": sum(row["bytes"] for row in rows if row["outcome"] == Outcome.UNCHANGED_304),
    }


def _peak() -> int:
    """Greatest resident bytes of this process; getrusage would count what its parent was before the exec."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("the system does not say what memory a process has taken")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.crawl_load")
    parser.add_argument("--night", help=argparse.SUPPRESS)
    parser.add_argument("--hosts", type=int, default=HOSTS)
    parser.add_argument("--reports", type=int, default=REPORTS)
    chosen = parser.parse_args()
    if chosen.night:
        print(json.dumps(crawl(json.loads(chosen.night))))
    else:
        for row in asyncio.run(_two_nights(chosen.hosts, chosen.reports)):
            print(f"{row['name']:<40} {row['ratio']:>7.3f}  {row['unit']}: {row['detail']}")
