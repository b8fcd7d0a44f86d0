"""A reader process from the inside: it limits itself, then reads one document after the other until told off.

Belongs here: limits that a process can only set on itself, and the frames it writes. It is started with a
fresh interpreter (`process.ReaderProcess`), so it inherits no lock, no thread and no open file of its parent.

Frames from the parent: length (8 bytes), pickle: first the task, then jobs. Frames to the parent: length of
the head, length of the body (8 bytes each), head (JSON), body. The parent trusts its own pickles; it takes
none from here, since a document may have taken this process over.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pickle
import resource
import signal
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ingestion.pool.job import Job, Shape
from ingestion.recognise.reading import Reading

LENGTH = struct.Struct(">Q")
LENGTHS = struct.Struct(">QQ")

#: Exit status of a process that ran out of memory outside of anything that turns that into a reading.
NO_MEMORY = 77

#: What a process may write to files: readers write none, so this is their complaints on stderr.
_MAX_WRITTEN = 16 << 20


@dataclass(frozen=True, slots=True)
class Task:
    """What every job of a process goes through. memory: bytes of address space."""

    read: Callable[[Job], Reading]
    shape: Shape
    memory: int


def main(jobs: int, results: int, life: int) -> None:
    """Read until the pipe of jobs ends. The arguments are descriptors."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    die_with(life)
    _be_the_first_to_go()
    with os.fdopen(jobs, "rb") as incoming, os.fdopen(results, "wb") as outgoing:
        task = _next(incoming)
        if task is None:
            return
        _limit(task.memory)
        _warm_up()
        _send(outgoing, {"kind": "ready"})
        while (job := _next(incoming)) is not None:
            try:
                _serve(job, task, outgoing)
            except MemoryError:
                os._exit(NO_MEMORY)


def die_with(life: int) -> None:
    """End this process when nobody holds the other end of the pipe `life` any more, whatever it is doing.

    The pipe is this process's alone: a pipe tells one process only.

    The kernel sends SIGIO when the last writer is gone, and SIGIO ends a process. That holds however the
    parent ended (SIGKILL too), also while C code keeps the interpreter from running; PR_SET_PDEATHSIG would
    instead follow the thread that started us, which in Dagster may end before the process does.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)


def _be_the_first_to_go() -> None:
    """When the machine runs out of memory the kernel shall take a reader, not its parent or a neighbour."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")


def _limit(memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, _MAX_WRITTEN),
        (resource.RLIMIT_CORE, 0),  # the picture of a dead process would be as large as its memory
    ):
        _, hard = resource.getrlimit(what)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses to set it
            resource.setrlimit(what, (value, value))


def _warm_up() -> None:
    """Load what every document needs, so that no document's time is spent on it."""
    from ingestion.catalog import load_catalog
    from ingestion.reader import reader_version

    load_catalog()
    reader_version()


def _serve(job: Job, task: Task, outgoing: BinaryIO) -> None:
    from ingestion.extract.allowance import seconds_for

    media_type, seconds = seconds_for(job.path, with_companions=job.companions is not None)
    if job.converted is not None and job.converted.docx is not None:
        _, seconds = seconds_for(job.converted.docx, with_companions=False)
    _send(outgoing, {"kind": "begun", "media_type": media_type, "seconds": seconds})
    reading = task.read(job)
    if reading.document.media_type is None:  # refused before anybody asked what it is
        reading.document.media_type = media_type
    out_of_memory = any(issue.code == "quarantined_memory" for issue in reading.issues)
    facts, body = task.shape(job, reading)
    head = {"kind": "done", "facts": facts, "resident": resident(), "out_of_memory": out_of_memory}
    _send(outgoing, head, body)


def resident() -> int:
    """Bytes of memory that this process occupies; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _send(outgoing: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(head).encode()
    outgoing.write(LENGTHS.pack(len(text), len(body)))
    outgoing.write(text)
    outgoing.write(body)
    outgoing.flush()


def _next(incoming: BinaryIO) -> Any:
    length = incoming.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    return pickle.loads(incoming.read(LENGTH.unpack(length)[0]))
