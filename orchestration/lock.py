"""The run lock: one writer at a time under a data root.

Belongs here: taking, holding and naming the holder of `run.lock`. Not here: what is done under the lock.

The lock is an advisory `flock`, so the operating system gives it back when its holder dies by SIGKILL;
the text inside the file only tells people (and the waiting run) who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

Say = Callable[[str], None]

# The scheduled run takes the lock as a Dagster resource while `gongkai run` already holds it in the same
# process. A second flock on a second descriptor would wait for ourselves forever, so holds are counted.
_held: dict[Path, tuple[int, int]] = {}
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: process id, what it does (a run id or a command), since when (UTC, ISO 8601)."""

    pid: int
    purpose: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.purpose}, since {self.since})"


class LockHeld(Exception):
    """Another process writes under this data root and did not finish within the time we wait."""

    def __init__(self, holder: Holder | None, waited: float) -> None:
        who = str(holder) if holder else "another process"
        waited_text = f" after waiting {waited:.0f} s" if waited >= 1 else ""
        super().__init__(f"the data root is being written by {who}; gave up{waited_text}")
        self.holder = holder


def read_holder(path: Path) -> Holder | None:
    """The holder named in the lock file, or None when the file is empty, torn or absent."""
    try:
        entry = json.loads(path.read_text("utf-8"))
        return Holder(int(entry["pid"]), str(entry["purpose"]), str(entry["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def acquire(path: Path, purpose: str, wait: float = 0.0, say: Say | None = None, every: float = 30.0) -> None:
    """Take the lock at `path`, waiting up to `wait` seconds and saying so through `say`.

    Re-entrant within a process: each `acquire` needs one `release`. Raises LockHeld when time is up.
    """
    path = path.resolve()
    with _guard:
        if path in _held:
            fd, count = _held[path]
            _held[path] = (fd, count + 1)
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Python opens with O_CLOEXEC: a dbt process that outlives its killed parent does not inherit the lock.
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    started = time.monotonic()
    next_word = 0.0
    try:
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = time.monotonic() - started
                if waited >= wait:
                    raise LockHeld(read_holder(path), waited) from None
                if say is not None and waited >= next_word:
                    who = read_holder(path) or "another process"
                    say(f"waiting for {who} to finish, at most {wait - waited:.0f} s more")
                    next_word = waited + every
                time.sleep(min(0.2, max(0.01, wait - waited)))
        holder = {
            "pid": os.getpid(),
            "purpose": purpose,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(holder).encode(), 0)
    except BaseException:
        os.close(fd)
        raise
    with _guard:
        _held[path] = (fd, 1)


def release(path: Path) -> None:
    """Give one hold back; the last one frees the lock. The file stays: unlinking it would let two in."""
    path = path.resolve()
    with _guard:
        fd, count = _held[path]
        if count > 1:
            _held[path] = (fd, count - 1)
            return
        del _held[path]
    os.ftruncate(fd, 0)
    os.close(fd)


def held_here(path: Path) -> bool:
    """Whether this process holds the lock."""
    return path.resolve() in _held


@contextmanager
def hold(path: Path, purpose: str, wait: float = 0.0, say: Say | None = None) -> Iterator[None]:
    """`acquire` and `release` around a block."""
    acquire(path, purpose, wait, say)
    try:
        yield
    finally:
        release(path)
