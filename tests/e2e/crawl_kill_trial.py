"""A night of the crawler, killed again and again, must neither ask twice nor lose anything.

    python -m tests.e2e.crawl_kill_trial [--times 25] [--seed S]

Crawls the fixture web in a process of its own, kills that process (SIGKILL) after random requests of the night and
starts it anew; then compares the night with one that nobody disturbed. What a server was just answering when the
process died may be asked for once more: nobody can know that it answered. Exit status 1 where a request was
repeated, one is missing, a document differs, a WARC is torn, or fewer kills were reached than were asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.archive.fetches import fetches
from ingestion.crawl.connect import MappedNetwork
from ingestion.crawl.frontier import Frontier
from ingestion.crawl.night import crawl_night
from ingestion.crawl.plan import whole_night
from ingestion.paths import REPOSITORY, DataRoot
from tests.fixture_site import network_of, publishers
from tests.fixture_site.server import Entry, read_log
from tests.integration.test_crawl_nights import POLICY

NIGHT = "2026-01-01"


def crawl(root: Path, ports: Path) -> None:
    """What the killed process does."""
    found = json.loads(ports.read_text())
    network = MappedNetwork(network_of(found["port"], found["closed_port"]))
    asyncio.run(crawl_night(DataRoot(root), publishers(), whole_night(NIGHT), network=network, policy=POLICY))


@contextmanager
def site(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The fixture web in a process of its own: its file of ports, its log."""
    ports, log = folder / "ports.json", folder / "log.jsonl"
    call = [sys.executable, "-m", "tests.fixture_site", "--night", "1"]
    process = subprocess.Popen([*call, "--port-file", str(ports), "--log", str(log)], cwd=REPOSITORY)
    try:
        while not ports.exists():
            time.sleep(0.05)
        yield ports, log
    finally:
        process.kill()
        process.wait()


def requests(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def start(root: Path, ports: Path) -> subprocess.Popen[bytes]:
    call = [sys.executable, "-m", "tests.e2e.crawl_kill_trial", "--crawl", str(root), "--ports", str(ports)]
    return subprocess.Popen(call, cwd=REPOSITORY)


def undisturbed(folder: Path) -> tuple[list[Entry], list[tuple[object, ...]], Path]:
    with site(folder) as (ports, log):
        if start(folder / "data", ports).wait() != 0:
            raise SystemExit("the night failed although nobody disturbed it")
        return read_log(log), documents(folder / "data"), folder / "data"


def documents(root: Path) -> list[tuple[object, ...]]:
    frontier = Frontier(DataRoot(root).frontier, DataRoot(root).warcs)
    found = sorted(
        (one.main_key, one.title, one.issuer, one.report_year, one.content_digest, one.state)
        for one in frontier.documents()
    )
    frontier.close()
    return list(found)


def asked_twice(log: list[Entry], once: Counter[tuple[str, ...]], kills: list[float]) -> list[Entry]:
    """Requests beyond those of an undisturbed night whose first answer was not cut off by a kill."""
    cut_off = set()
    for kill in kills:
        for host in {entry.host for entry in log}:
            before = [entry for entry in log if entry.host == host and entry.t_start <= kill]
            if before:
                cut_off.add(_name(before[-1]))
    found, seen = [], Counter[tuple[str, ...]]()
    for entry in log:
        seen[_name(entry)] += 1
        if seen[_name(entry)] > once[_name(entry)] and _name(entry) not in cut_off:
            found.append(entry)
    return found


def _name(entry: Entry) -> tuple[str, ...]:
    return (entry.host, entry.method, entry.target)


def trial(times: int, seed: int) -> int:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        whole, killed = Path(folder) / "whole", Path(folder) / "killed"
        whole.mkdir()
        killed.mkdir()
        whole_log, expected, _ = undisturbed(whole)
        once = Counter(_name(entry) for entry in whole_log)
        kills: list[float] = []
        # each a request of the night; a kill follows it after no more than the time that an answer takes
        points = sorted(chance.sample(range(1, int(0.97 * len(whole_log))), times))
        with site(killed) as (ports, log):
            process = start(killed / "data", ports)
            for point in points:
                while process.poll() is None and requests(log) < point:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 0.2))
                if process.poll() is not None:
                    break
                process.kill()
                process.wait()
                kills.append(time.monotonic())
                process = start(killed / "data", ports)
            if process.wait() != 0:
                raise SystemExit("the night failed")
            log_of_all = read_log(log)
        root = DataRoot(killed / "data")
        twice = asked_twice(log_of_all, once, kills)
        lost = set(once) - {_name(entry) for entry in log_of_all}
        same = documents(root.root) == expected
        leftovers = [path.name for path in root.warcs.iterdir() if not path.name.endswith(".warc.gz")]
        rows = fetches(root.fetches).num_rows
        print(
            f"{len(kills)} kills, {len(log_of_all)} requests against {len(whole_log)} undisturbed, {rows} rows"
        )
        print(
            f"asked twice: {len(twice)}; never asked: {len(lost)}; documents the same: {same}; torn: {leftovers}"
        )
        for entry in twice:
            print(f"  twice: {entry.method} {entry.host}{entry.target}")
        for name in sorted(lost):
            print(f"  never: {' '.join(name)}")
        return int(bool(twice or lost or leftovers or not same or len(kills) < times))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.crawl_kill_trial")
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--crawl", type=Path)
    parser.add_argument("--ports", type=Path)
    chosen = parser.parse_args()
    if chosen.crawl is not None:
        crawl(chosen.crawl, chosen.ports)
        return 0
    return trial(chosen.times, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
