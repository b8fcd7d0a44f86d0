"""One reader process as its parent sees it: started, given a job, listened to, killed.

Belongs here: pipes, frames, the end of a process put into words. Not here: which job it gets (`readers`).

A fresh interpreter instead of a fork: a fork of a process with threads (Dagster's, onnxruntime's) may hang
on a lock that no thread of the child will ever release. And no `multiprocessing`, whose children run the
caller's main module again and whose results are pickles, which a hostile document could forge.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from typing import IO, Any

from ingestion.extract.sandbox import SIGNS_OF_NO_MEMORY
from ingestion.pool.job import Job
from ingestion.pool.worker import LENGTH, LENGTHS, NO_MEMORY, Task

#: The bodies of real readings stay below 1 MB; more than this is no reading.
MAX_FRAME = 256 << 20
_CHUNK = 1 << 18

#: The child finds our packages where the parent found them, and nothing that the parent has not.
_CHILD = (
    "import sys; sys.path[:] = sys.argv[4:]; from ingestion.pool.worker import main;"
    " main(*(int(n) for n in sys.argv[1:4]))"
)

#: One thread a process: the pool has a process a core. And few arenas: each thread's arena takes 64 MB of the
#: address space that is limited, on a machine with 64 cores more than all of it.
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_CHILD_ENVIRONMENT = {**_THREADS, "MALLOC_ARENA_MAX": "2", "PYTHONFAULTHANDLER": ""}


class PoolFailed(RuntimeError):
    """Reader processes cannot be started at all: no document's fault. The message holds what they said."""


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """What a reader process may cost.

    memory: bytes of address space; opencv, onnxruntime and the models take 1 GiB of it. start: seconds until
    a process must be ready. documents: a process is replaced after so many; resident: or when it occupies so
    many bytes between two documents. seconds: how long a document may take, in place of what
    `extract.allowance` gives its kind and size (for tests).
    """

    memory: int = 3 << 30
    start: float = 180.0
    documents: int = 500
    resident: int = 1 << 30
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What a process said: that it is ready, that it has begun with a document, that it is done with it."""

    kind: str
    media_type: str | None = None
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    resident: int = 0
    out_of_memory: bool = False
    body: bytes = b""

    @classmethod
    def of(cls, head: bytes, body: bytes) -> Frame:
        """Raises ValueError for what a process of ours would not say."""
        said = json.loads(head)
        try:
            frame = cls(body=body, **said)
            frame = replace(frame, seconds=float(frame.seconds), resident=int(frame.resident))
        except TypeError as error:
            raise ValueError("a frame of other parts") from error
        if frame.kind not in ("ready", "begun", "done") or not isinstance(frame.facts, dict):
            raise ValueError("a frame of no known kind")
        return frame


class ReaderProcess:
    """A reader process. `fileno` is where its frames come from; nothing here waits for it but `end`."""

    def __init__(self, task: Task) -> None:
        """Start it. Raises PoolFailed if the system does not let us."""
        job_read, self._jobs = os.pipe()
        # nothing is ever written to it: it ends when we do, and the reader with it
        life, self._life = os.pipe()
        self._results, result_write = os.pipe()
        #: what it prints: nothing of ours, but the reason when it dies
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        descriptors = (job_read, result_write, life)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, *map(str, descriptors), *sys.path],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                env={**os.environ, **_CHILD_ENVIRONMENT},
            )
        except OSError as error:
            self._close()
            raise PoolFailed(f"a reader process cannot be started: {error}") from error
        finally:
            os.close(job_read)
            os.close(result_write)
            os.close(life)
        os.set_blocking(self._results, False)
        self._buffer = bytearray()
        self.started = time.monotonic()
        self.ready = False
        #: documents that it has been given
        self.given = 0
        #: what it printed before it ended
        self.last_words = ""
        #: whether it said what is no frame
        self.garbled = False
        self._put(task)

    def fileno(self) -> int:
        return self._results

    @property
    def pid(self) -> int:
        return self._process.pid

    def give(self, job: Job) -> None:
        """Hand it a document. It reads the pipe whenever it has none, so this does not wait."""
        self.given += 1
        self._put(job)

    def _put(self, what: object) -> None:
        data = pickle.dumps(what)
        view = memoryview(LENGTH.pack(len(data)) + data)
        try:
            while view:
                view = view[os.write(self._jobs, view) :]
        except BrokenPipeError:
            pass  # it is dead, which `listen` will tell

    def listen(self) -> tuple[list[Frame], bool]:
        """The frames that have come, and whether more may come. Not so from a process that has ended, nor
        from one that said what is no frame: that one is `garbled`.
        """
        alive = True
        while True:
            try:
                chunk = os.read(self._results, _CHUNK)
            except BlockingIOError:
                break
            if not chunk:
                alive = False
                break
            self._buffer += chunk
            if len(chunk) < _CHUNK:
                break
        frames: list[Frame] = []
        try:
            while (frame := self._frame()) is not None:
                frames.append(frame)
        except ValueError:
            self.garbled = True
        return frames, alive and not self.garbled

    def _frame(self) -> Frame | None:
        if len(self._buffer) < LENGTHS.size:
            return None
        head, body = LENGTHS.unpack_from(self._buffer)
        if head + body > MAX_FRAME:
            raise ValueError("a frame of that length")
        begin, end = LENGTHS.size + head, LENGTHS.size + head + body
        if len(self._buffer) < end:
            return None
        frame = Frame.of(bytes(self._buffer[LENGTHS.size : begin]), bytes(self._buffer[begin:end]))
        del self._buffer[:end]
        return frame

    def end(self) -> None:
        """Kill it and free what it held. It has nothing to lose: it writes no files."""
        self._process.kill()
        self._process.wait()
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, self._said.tell() - 4000))
        self.last_words = self._said.read().decode("utf-8", "replace").strip()
        self._close()

    def _close(self) -> None:
        os.close(self._jobs)
        os.close(self._results)
        os.close(self._life)
        self._said.close()

    def death(self) -> tuple[str, str]:
        """Code and reason of a process of which no more can come; frees what it held."""
        try:
            status = None if self.garbled else self._process.wait(1)
        except subprocess.TimeoutExpired:
            status = None
        self.end()
        if status is None:
            return "quarantined_crash", "its reader no longer said anything that makes sense"
        if status == NO_MEMORY or any(sign in self.last_words for sign in SIGNS_OF_NO_MEMORY):
            return "quarantined_memory", "its reader ran out of memory"
        if status == -signal.SIGKILL:
            return "quarantined_memory", "its reader was killed from outside, most likely for want of memory"
        if status < 0:
            return "quarantined_crash", f"its reader crashed ({_signal_name(-status)})"
        return "quarantined_crash", f"its reader ended with exit status {status}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
