"""Readers of `current`, as README tells people to open it, while releases are published under them.

    python -m tests.integration.readers [--publications 100] [--readers 20] [--rows 200000]

Belongs here: the readers, a publisher with contents that tell releases apart, and the trial of both. Of the
readers a third are Python processes, a third the DuckDB command line, a third such that check a whole folder:
every file against its sha256. Each read writes a line; a read that met an error, or two releases in one, is a
fault.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.paths import REPOSITORY
from orchestration.publish import CURRENT, DATABASE, Published, publish
from orchestration.releases import prune

#: The command line that comes with the test tools; analysts have their own.
CLI = Path(sys.executable).with_name("duckdb")
KINDS = ("python", "folder", "cli")
#: What a whole release answers: its stamp thrice, by a table each and by a view, and one number of rows.
STAMPS = (
    "select (select min(stamp) from fct_cells) as low, (select max(stamp) from fct_cells) as high, "
    "(select stamp from dim_agency) as other, (select stamp from measure_stamp) as seen, "
    "(select count(*) from fct_cells) as n"
)


def warehouse_of(path: Path, stamp: int, rows: int) -> Path:
    """A warehouse of two tables and a view in which everything says `stamp`; it has `rows` + `stamp` cells."""
    aside = path.with_suffix(".next")
    aside.unlink(missing_ok=True)
    with duckdb.connect(str(aside)) as connection:
        connection.execute(
            f"create table fct_cells as select {stamp} as stamp, i, md5(i::varchar) as raw "
            f"from range({rows + stamp}) r(i)"
        )
        connection.execute(f"create table dim_agency as select {stamp} as stamp")
        connection.execute("create view measure_stamp as select stamp from dim_agency")
    return aside.replace(path)


def publish_stamp(root: Path, stamp: int, rows: int) -> Published:
    """Publish that warehouse under `<root>/releases`."""
    return publish(root / "releases", warehouse_of(root / "warehouse.duckdb", stamp, rows), {}, {})


def fault_of(answer: tuple[int, ...], rows: int) -> str | None:
    """What is wrong with an answer to STAMPS."""
    low, high, other, seen, n = answer
    return None if low == high == other == seen and n == rows + low else f"two releases in one: {answer}"


def read_database(current: Path, rows: int) -> tuple[int, str | None]:
    """Open `current` with Python. The stamp that was met, and the fault."""
    with duckdb.connect(str(current / DATABASE), read_only=True) as connection:
        answer = connection.execute(STAMPS).fetchone()
    assert answer is not None
    return answer[0], fault_of(answer, rows)


def read_folder(current: Path, rows: int) -> tuple[int, str | None]:
    """Read more than one file of a release: the link is followed once, then all files are of one release."""
    folder = current.resolve()
    manifest = json.loads((folder / "release.json").read_text("utf-8"))
    for name, sha256 in manifest["sha256"].items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            return -1, f"{name} of {folder.name} is not as release.json says"
    stamp, fault = read_database(folder, rows)
    parquet = duckdb.execute(
        f"select min(stamp), max(stamp), count(*) from '{folder}/parquet/fct_cells.parquet'"
    )
    if (
        parquet.fetchone() != (stamp, stamp, rows + stamp)
        or manifest["row_counts"]["fct_cells"] != rows + stamp
    ):
        fault = fault or f"files of {folder.name} do not agree"
    return stamp, fault


def read_by_cli(current: Path, rows: int) -> tuple[int, str | None]:
    """Open `current` with the command line, as README shows it."""
    call = [str(CLI), "-readonly", "-csv", "-noheader", str(current / DATABASE), STAMPS]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode or done.stderr:
        return -1, f"exit status {done.returncode}: {done.stderr.strip()}"
    answer = tuple(int(value) for value in done.stdout.strip().split(","))
    return answer[0], fault_of(answer, rows)


READS = {"python": read_database, "folder": read_folder, "cli": read_by_cli}


def loop(kind: str, current: Path, rows: int, log: Path, stop: Path, pause: float) -> None:
    """Read until `stop` is there, every `pause` seconds; each read is a line of `log`: its stamp and its fault,
    if any.
    """
    with log.open("a", encoding="utf-8", buffering=1) as lines:
        while not stop.exists():
            try:
                found = READS[kind](current, rows)
            except Exception as error:
                found = -1, f"{type(error).__name__}: {error}"
            lines.write(json.dumps(found) + "\n")
            time.sleep(pause)


@dataclass(frozen=True)
class Met:
    """What one reader met: its kind, the stamps in the order it saw them, and its faults."""

    kind: str
    stamps: list[int]
    faults: list[str]


@contextmanager
def reading(root: Path, readers: int, rows: int, pause: float = 0.0) -> Iterator[list[Met]]:
    """`readers` readers in a loop, until the block ends; the list is filled then. All have read once when it
    begins.
    """
    current, stop, met = root / "releases" / CURRENT, root / "stop", []
    kinds = [kind for kind in KINDS if kind != "cli" or CLI.exists()]
    logs = [(kinds[number % len(kinds)], root / f"reader-{number}.jsonl") for number in range(readers)]
    processes: list[subprocess.Popen[bytes]] = []
    threads: list[threading.Thread] = []
    for kind, log in logs:
        log.touch()
        if kind == "cli":  # the command line is a process of its own for every read
            threads.append(threading.Thread(target=loop, args=(kind, current, rows, log, stop, pause)))
            threads[-1].start()
        else:
            call = [
                sys.executable,
                "-c",
                _READER,
                kind,
                str(current),
                str(rows),
                str(log),
                str(stop),
                str(pause),
            ]
            environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
            processes.append(subprocess.Popen(call, cwd=REPOSITORY, env=environment))
    try:
        wait_for_reads([log for _, log in logs], 1)
        yield met
        # every reader sees the last one too
        wait_for_reads([log for _, log in logs], 2, beyond=[_lines(log) for _, log in logs])
    finally:
        stop.touch()
        for thread in threads:
            thread.join(60)
        for process in processes:
            process.wait(60)
    for kind, log in logs:
        found = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        met.append(Met(kind, [stamp for stamp, _ in found], [fault for _, fault in found if fault]))


_READER = """
import sys
from pathlib import Path
from tests.integration.readers import loop
kind, current, rows, log, stop, pause = sys.argv[1:]
loop(kind, Path(current), int(rows), Path(log), Path(stop), float(pause))
"""


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n")


def wait_for_reads(
    logs: list[Path], reads: int, beyond: list[int] | None = None, seconds: float = 60
) -> None:
    """Return when every reader has made `reads` reads more than `beyond`. Raises TimeoutError."""
    before, until = beyond or [0] * len(logs), time.monotonic() + seconds
    while any(_lines(log) < count + reads for log, count in zip(logs, before, strict=True)):
        if time.monotonic() > until:
            raise TimeoutError("a reader has stopped reading")
        time.sleep(0.01)


def main() -> int:
    """The trial at length: exit status 1 if any reader met a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--publications", type=int, default=100)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--rows", type=int, default=200_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="readers-") as folder:
        root = Path(folder)
        publish_stamp(root, 0, options.rows)
        started = time.monotonic()
        with reading(root, options.readers, options.rows) as met:
            for stamp in range(1, options.publications + 1):
                publish_stamp(root, stamp, options.rows)
                prune(root / "releases", keep=3)
        seconds = time.monotonic() - started
    for kind in KINDS:
        of_kind = [one for one in met if one.kind == kind]
        reads = sum(len(one.stamps) for one in of_kind)
        seen = len({stamp for one in of_kind for stamp in one.stamps})
        print(f"{kind:>7}: {len(of_kind)} readers, {reads} reads, {seen} releases seen")
    faults = [f"{one.kind}: {fault}" for one in met for fault in one.faults]
    print(f"{options.publications} publications in {seconds:.1f} s; faults: {len(faults)}")
    print("\n".join(faults[:20]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
