"""Reader processes: whatever a document does to its reader, it is accounted for and its neighbours are read."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingestion.paths import REPOSITORY, SAMPLES
from ingestion.pool import Job, PoolFailed, PoolLimits, ReaderPool, Result, default_readers
from ingestion.reader import read_snapshot
from tests.unit import misbehaving_reader

#: Alone they give these readings, whatever was read before them or beside them.
NEIGHBOURS = ("dongnanyu-2021.txt", "yingqian-2020.txt")
LIMITS = PoolLimits(memory=1 << 30, seconds=8.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def document(folder: Path, name: str, content: bytes) -> Job:
    path = folder / name
    path.write_bytes(content)
    return Job(path, name)


def neighbour(number: int) -> Job:
    name = NEIGHBOURS[number % len(NEIGHBOURS)]
    return Job(SAMPLES / name, name, key=number)


@cache
def alone(name: str) -> str:
    """What the reading is where no pool is involved."""
    reading = read_snapshot((SAMPLES / name).read_bytes(), name)
    return printed(json.dumps(reading.to_dict(), ensure_ascii=False))


def printed(reading: str) -> str:
    """A reading without the version of the reader, which changes while somebody works on it."""
    return re.sub(r'"reader_version": "\w+"', '"reader_version": null', reading)


def run(jobs: list[Job], readers: int = 2, limits: PoolLimits = LIMITS) -> dict[str, Result]:
    with ReaderPool(readers, read=misbehaving_reader.read, limits=limits) as pool:
        results = list(pool.read(jobs))
        assert len(results) == len(jobs), "each document is accounted for once"
    return {
        f"{result.job.name} {result.job.key}" if result.job.key is not None else result.job.name: result
        for result in results
    }


def code_of(result: Result) -> str:
    (issue,) = json.loads(result.body)["issues"]
    assert result.facts["reason"] == issue["detail"]
    return str(issue["code"])


def test_readings_are_those_of_a_reader_alone() -> None:
    results = run([neighbour(number) for number in range(6)])
    for result in results.values():
        assert printed(result.body.decode()) == alone(result.job.name)


MISCHIEF = {
    "segfault.pdf": (b"segfault", "quarantined_crash"),
    "abort.pdf": (b"abort", "quarantined_memory"),
    "killed.pdf": (b"killed", "quarantined_memory"),
    "exit.pdf": (b"exit", "quarantined_crash"),
    "hang.pdf": (b"hang", "quarantined_time"),
    "deaf.pdf": (b"deaf", "quarantined_time"),
    "memory.pdf": (b"memory", "quarantined_memory"),
    "slow-memory.pdf": (b"slow-memory", "quarantined_memory"),
    "forge.pdf": (b"forge", "quarantined_crash"),
    "flood.pdf": (b"flood", "quarantined_crash"),
}


def test_what_kills_a_reader_is_quarantined_and_its_neighbours_are_read(folder: Path) -> None:
    jobs: list[Job] = []
    for number, (name, (content, _)) in enumerate(MISCHIEF.items()):
        jobs += [neighbour(number), document(folder, name, content)]
    jobs.append(document(folder, "babble.pdf", b"babble"))
    results = run(jobs, limits=PoolLimits(memory=400 << 20, seconds=3.0))
    assert {name: code_of(results[name]) for name in MISCHIEF} == {
        name: code for name, (_, code) in MISCHIEF.items()
    }
    for name in MISCHIEF:
        reading = json.loads(results[name].body)
        assert reading["quarantined"]
        assert reading["status"] == "unreadable"
        assert reading["document"]["sha256"], "it is known by its bytes all the same"
    assert "SIGSEGV" in results["segfault.pdf"].facts["reason"]
    for number in range(len(MISCHIEF)):
        result = results[f"{neighbour(number).name} {number}"]
        assert printed(result.body.decode()) == alone(result.job.name)
    assert results["babble.pdf"].facts["status"] != "complete"


def test_a_document_that_suffers_from_what_others_left_is_tried_again_alone(folder: Path) -> None:
    jobs = [
        document(folder, "leak.txt", b"leak %d" % (300 << 20)),
        document(folder, "need.txt", b"need %d" % (300 << 20)),
    ]
    results = run(jobs, readers=1, limits=PoolLimits(memory=500 << 20, seconds=8.0))
    assert "quarantined_memory" not in {code for r in results.values() for code in r.facts["codes"]}


def test_a_reader_that_has_grown_is_replaced_between_documents(folder: Path) -> None:
    jobs = [document(folder, f"{number}.txt", b"leak %d" % (60 << 20)) for number in range(5)]
    limits = PoolLimits(memory=500 << 20, seconds=8.0, resident=150 << 20)
    results = run(jobs, readers=1, limits=limits)
    assert "quarantined_memory" not in {code for r in results.values() for code in r.facts["codes"]}


def test_a_reader_is_replaced_after_so_many_documents(folder: Path) -> None:
    with ReaderPool(1, limits=PoolLimits(documents=1, seconds=8.0)) as pool:
        seen = set()
        for _ in pool.read(neighbour(number) for number in range(3)):
            seen |= children()
    assert len(seen) >= 2


def test_time_is_not_counted_while_the_caller_is_busy() -> None:
    with ReaderPool(2, limits=PoolLimits(seconds=1.5)) as pool:
        states = []
        for result in pool.read(neighbour(number) for number in range(4)):
            time.sleep(2)
            states.append(result.facts["quarantined"])
    assert states == [False] * 4


def test_jobs_are_asked_for_when_a_reader_is_free() -> None:
    asked: list[int] = []

    def jobs() -> Iterator[Job]:
        for number in range(40):
            asked.append(number)
            yield neighbour(number)

    with ReaderPool(2) as pool:
        for done, _ in enumerate(pool.read(jobs()), 1):
            assert len(asked) <= done + 4, "nothing is queued up in memory"


def test_no_process_is_left_when_the_caller_gives_up() -> None:
    before = children()
    with pytest.raises(RuntimeError), ReaderPool(2) as pool:
        for _ in pool.read(neighbour(number) for number in range(20)):
            assert children() > before
            raise RuntimeError
    assert children() == before


def test_it_works_in_a_thread_beside_others() -> None:
    """Dagster runs a step wherever it likes; a fork with threads could hang."""
    found: list[Result] = []

    def read() -> None:
        with ReaderPool(1) as pool:
            found.extend(pool.read([neighbour(0)]))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [result.facts["status"] for result in found] == [json.loads(alone(NEIGHBOURS[0]))["status"]] * 2


PARENT = """
import sys
from pathlib import Path
from ingestion.pool import Job, PoolLimits, ReaderPool
from tests.unit import misbehaving_reader
folder = Path(sys.argv[1])
with ReaderPool(2, read=misbehaving_reader.read, limits=PoolLimits(seconds=500)) as pool:
    jobs = [Job(folder / "hang.txt", "hang"), Job(folder / "hang.txt", "hang")]
    for result in pool.read(jobs):
        pass
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_readers_end_with_their_parent_however_that_ends(folder: Path, ending: signal.Signals) -> None:
    (folder / "hang.txt").write_bytes(b"hang")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)], cwd=REPOSITORY, stderr=subprocess.DEVNULL
    )
    try:
        readers = wait_for(lambda: found if len(found := children(parent.pid)) == 2 else None)
        wait_for(lambda: all(cpu_seconds(pid) > 0.3 for pid in readers) or None)
        parent.send_signal(ending)
        parent.wait(20)
        wait_for(lambda: not any(runs(pid) for pid in readers) or None)
    finally:
        parent.kill()
        parent.wait()


def test_a_reader_that_cannot_start_is_no_documents_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = folder / "python"
    broken.write_text("#!/bin/sh\necho no module named lxml >&2; exit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(PoolFailed, match=r"before it was ready.*no module named lxml"), ReaderPool(1) as pool:
        list(pool.read([neighbour(0)]))


def test_a_file_that_is_gone_a_pipe_and_a_giant_are_refused_for_what_they_are(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with (folder / "giant.html").open("wb") as file:
        file.truncate(300 << 20)
    jobs = [Job(folder / name, name) for name in ("gone.html", "pipe", "giant.html")]
    with ReaderPool(2) as pool:
        codes = {result.job.name: code_of(result) for result in pool.read(jobs)}
    assert codes == {
        "gone.html": "file_unreadable",
        "pipe": "file_unreadable",
        "giant.html": "quarantined_bytes",
    }


def test_bytes_that_are_not_the_promised_ones_are_not_read(folder: Path) -> None:
    job = document(folder, "a.txt", b"something else")
    with ReaderPool(1) as pool:
        (result,) = pool.read([Job(job.path, "a.txt", sha256="0" * 64)])
    assert code_of(result) == "file_changed"
    assert json.loads(result.body)["document"]["sha256"] == "0" * 64


def test_the_number_of_readers_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_READERS", "3")
    assert default_readers() == 3
    monkeypatch.setenv("GONGKAI_READERS", "many")
    with pytest.raises(ValueError, match="GONGKAI_READERS"):
        default_readers()
    monkeypatch.delenv("GONGKAI_READERS")
    assert 1 <= default_readers() <= 4


# --- looking at processes from outside -------------------------------------------------------------------


def children(of: int | None = None) -> set[int]:
    """Processes that the process (this one, unless named) has started and that still run."""
    found = set()
    for entry in Path("/proc").iterdir():
        if (
            entry.name.isdigit()
            and (fields := _stat(int(entry.name)))
            and int(fields[1]) == (of or os.getpid())
        ):
            if fields[0] != "Z":
                found.add(int(entry.name))
    return found


def runs(pid: int) -> bool:
    fields = _stat(pid)
    return fields is not None and fields[0] not in "ZX"


def cpu_seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None


def wait_for(found: Any, seconds: float = 30.0) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (value := found()) is not None:
            return value
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("[ONNXRuntimeError] : 6 : Non-zero status code returned while running Add node: std::bad_alloc",
         "quarantined_memory"),
        ("Failed to allocate 9437184 bytes in function 'OutOfMemoryError'", "quarantined_memory"),
        ("list index out of range", "reader_failed"),
    ],
)  # fmt: skip
def test_a_library_that_says_in_words_that_memory_ended_failed_for_want_of_it(
    said: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # such a document is tried again in a process of its own; the case: pictures late in the life of a reader
    def fails(*_: object) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr("ingestion.reader._extract", fails)
    (issue,) = read_snapshot(b"\x89PNG", "a.png").issues
    assert issue.code == code
