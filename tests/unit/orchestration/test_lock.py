"""The run lock: one writer, named, given back by the system when its holder is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration import lock

HOLDER = """
import sys, time
from pathlib import Path
from orchestration import lock
lock.acquire(Path(sys.argv[1]), "the other run")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
lock.release(Path(sys.argv[1]))
"""


def _other_process(path: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(path), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


def test_second_process_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    other = _other_process(path, 30)
    try:
        with pytest.raises(lock.LockHeld) as refused:
            lock.acquire(path, "me", wait=0)
        assert refused.value.holder is not None
        assert refused.value.holder.pid == other.pid
        assert "the other run" in str(refused.value)
    finally:
        other.kill()
        other.wait()


def test_waits_says_so_and_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    other = _other_process(path, 1.0)
    said: list[str] = []
    lock.acquire(path, "me", wait=20, say=said.append)
    lock.release(path)
    other.wait()
    assert len(said) == 1
    assert "waiting for process" in said[0]


def test_gives_up_when_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    other = _other_process(path, 30)
    try:
        started = time.monotonic()
        with pytest.raises(lock.LockHeld):
            lock.acquire(path, "me", wait=0.5)
        assert 0.4 < time.monotonic() - started < 5
    finally:
        other.kill()
        other.wait()


def test_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    other = _other_process(path, 30)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    lock.acquire(path, "me", wait=0)
    assert lock.read_holder(path) is not None
    assert lock.read_holder(path).pid == os.getpid()  # type: ignore[union-attr]
    lock.release(path)


def test_same_process_may_take_it_twice_and_keeps_it_until_the_last_release(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with lock.hold(path, "outer"):
        with lock.hold(path, "inner"):
            pass
        assert lock.held_here(path)
        refused = subprocess.run(
            [sys.executable, "-c", HOLDER, str(path), "0"], capture_output=True, text=True, check=False
        )
        assert "LockHeld" in refused.stderr
    assert not lock.held_here(path)
    with lock.hold(path, "again"):
        pass


def test_a_torn_lock_file_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    path.write_text('{"pid": 12', encoding="utf-8")
    assert lock.read_holder(path) is None
    with lock.hold(path, "me"):
        assert lock.read_holder(path) is not None
