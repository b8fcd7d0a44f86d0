"""Which process reads what, for how long and how often.

Belongs here: handing out jobs, deadlines, replacing processes, trying again, quarantine. Not here: pipes
(`process`), the reading (`job`).
"""

from __future__ import annotations

import os
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from ingestion.extract.allowance import LONGEST, SHORTEST
from ingestion.pool.job import Job, Shape, read_job, reading_as_json, unread
from ingestion.pool.process import Frame, PoolFailed, PoolLimits, ReaderProcess
from ingestion.pool.worker import Task
from ingestion.recognise.reading import Reading

#: Names the number of reader processes; unset means one a core, at most four.
READERS_VARIABLE = "GONGKAI_READERS"
MOST_READERS = 4
#: How long the parent sleeps at most; a gap between two looks that is longer was not the documents' time.
_LOOK = 0.5
#: How often in a row a process may end before it is ready: the machine may be short of memory for a moment.
_FAILED_STARTS = 2


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job: the facts and the bytes of its shape. seconds: from hand-out to answer."""

    job: Job
    facts: dict[str, Any]
    body: bytes
    seconds: float


@dataclass(slots=True)
class _Assignment:
    """A job in a process, from `began` to `until` at most."""

    job: Job
    began: float
    until: float
    media_type: str | None = None

    def within(self, seconds: float) -> None:
        """The reader has looked at the document: it may take so long from now on."""
        self.until = time.monotonic() + seconds


def default_readers() -> int:
    """How many processes read: GONGKAI_READERS, else one a core that we may use, at most four."""
    named = os.environ.get(READERS_VARIABLE, "").strip()
    if named:
        if not named.isdigit() or int(named) < 1:
            raise ValueError(f"{READERS_VARIABLE} is a number from 1, not {named!r}")
        return int(named)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_READERS)


class ReaderPool:
    """A few reader processes. Use it in a `with` block: at its end no process is left.

    read, shape: functions that can be imported by name, since other processes call them. Raises ValueError if
    GONGKAI_READERS is no number.
    """

    def __init__(
        self,
        readers: int | None = None,
        *,
        read: Callable[[Job], Reading] = read_job,
        shape: Shape = reading_as_json,
        limits: PoolLimits | None = None,
    ) -> None:
        self._most = readers or default_readers()
        self._limits = limits or PoolLimits()
        self._task = Task(read, shape, self._limits.memory)
        self._shape = shape
        self._selector = selectors.DefaultSelector()
        #: processes that are there, with what each is reading
        self._processes: dict[ReaderProcess, _Assignment | None] = {}
        #: jobs that get a process that has read nothing else
        self._again: deque[_Assignment] = deque()
        self._done: deque[Result] = deque()
        self._failed_starts = 0

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in list(self._processes):
            self._drop(process)
        self._selector.close()

    def read(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """One result a job, in the order in which they are done.

        `jobs` is asked for the next one when a process is free, so it may be endless. Raises PoolFailed if
        processes cannot be started at all.
        """
        coming = iter(jobs)
        exhausted = False
        looked = time.monotonic()
        while True:
            self._try_again()
            while self._has_room() and not exhausted:
                job = next(coming, None)
                exhausted = job is None
                if job is not None:
                    self._begin(job, alone=False)
            # whoever has just answered reads on while the caller looks at the answer
            while self._done:
                yield self._done.popleft()
            if exhausted and not self._again and not any(self._processes.values()):
                return
            self._forgive(time.monotonic() - looked)
            before = time.monotonic()
            ready = self._selector.select(_LOOK)
            looked = time.monotonic()
            # stopped by Ctrl-Z: so were the readers, and the time is not the documents'
            self._forgive(looked - before - _LOOK)
            for key, _ in ready:
                process = key.fileobj
                assert isinstance(process, ReaderProcess)
                self._hear(process)
            self._end_the_overdue()

    # ------------------------------------------------------------------------------------------- handing out

    def _has_room(self) -> bool:
        if self._again:
            return False  # those that are tried again go first
        return len(self._processes) < self._most or any(
            assignment is None for assignment in self._processes.values()
        )

    def _begin(self, job: Job, *, alone: bool) -> None:
        process = next((p for p, a in self._processes.items() if a is None), None)
        if process is not None and alone and process.given:
            self._drop(process)
            process = None
        if process is None:
            process = self._start()
        now = time.monotonic()
        # a process that is not ready yet has its own deadline
        until = now + (self._limits.seconds or SHORTEST) if process.ready else float("inf")
        self._processes[process] = _Assignment(job, now, until)
        process.give(job)

    def _start(self) -> ReaderProcess:
        process = ReaderProcess(self._task)
        self._processes[process] = None
        self._selector.register(process, selectors.EVENT_READ)
        return process

    def _drop(self, process: ReaderProcess) -> None:
        self._forget(process)
        process.end()

    def _forget(self, process: ReaderProcess) -> None:
        del self._processes[process]
        self._selector.unregister(process)

    # ------------------------------------------------------------------------------------------ what they say

    def _hear(self, process: ReaderProcess) -> None:
        frames, alive = process.listen()
        for frame in frames:
            if process in self._processes:
                self._take(process, frame)
        if not alive and process in self._processes:
            self._bury(process)

    def _take(self, process: ReaderProcess, frame: Frame) -> None:
        assignment = self._processes[process]
        if frame.kind == "ready":
            process.ready = True
            self._failed_starts = 0
        if assignment is None:
            return
        if frame.kind == "ready":
            assignment.began = time.monotonic()
            assignment.within(self._limits.seconds or SHORTEST)
        elif frame.kind == "begun":
            assignment.media_type = frame.media_type
            assignment.within(self._limits.seconds or min(frame.seconds, LONGEST))
        elif frame.kind == "done":
            self._processes[process] = None
            if frame.out_of_memory and process.given > 1:
                # what others left behind may have been too much: it has a right to a process of its own
                self._again.append(assignment)
            else:
                self._finish(assignment, frame.facts, frame.body)
            worn = process.given >= self._limits.documents or frame.resident > self._limits.resident
            if frame.out_of_memory or worn:
                self._drop(process)

    def _bury(self, process: ReaderProcess) -> None:
        """A process has ended, or says nothing that makes sense."""
        assignment = self._processes[process]
        self._forget(process)
        code, reason = process.death()
        if not process.ready:
            self._failed_starts += 1
            if self._failed_starts > _FAILED_STARTS or assignment is None:
                said = f": {process.last_words}" if process.last_words else ""
                raise PoolFailed(f"a reader process ended before it was ready, {reason}{said}")
            self._again.append(assignment)
        elif assignment is None:
            return
        elif process.given > 1:
            self._again.append(assignment)
        else:
            self._quarantine(assignment, code, reason)

    def _end_the_overdue(self) -> None:
        now = time.monotonic()
        for process, assignment in list(self._processes.items()):
            if not process.ready:
                if now - process.started > self._limits.start:
                    self._drop(process)
                    raise PoolFailed(f"a reader process was not ready after {self._limits.start:g} seconds")
            elif assignment is not None and now > assignment.until:
                self._drop(process)
                used = now - assignment.began
                reason = f"reading was stopped after {used:.0f} seconds, the limit for its kind and size"
                self._quarantine(assignment, "quarantined_time", reason)

    def _try_again(self) -> None:
        while self._again:
            idle = [p for p, a in self._processes.items() if a is None]
            if not idle and len(self._processes) >= self._most:
                return
            assignment = self._again.popleft()
            self._begin(assignment.job, alone=True)

    def _forgive(self, gap: float) -> None:
        """Time in which nobody looked does not count: the caller was busy, or all of us were stopped."""
        if gap > _LOOK:
            for process, assignment in self._processes.items():
                process.started += gap
                if assignment is not None:
                    assignment.until += gap

    def _quarantine(self, assignment: _Assignment, code: str, reason: str) -> None:
        job = assignment.job
        reading = unread(job, code, reason, assignment.media_type)
        self._finish(assignment, *self._shape(job, reading))

    def _finish(self, assignment: _Assignment, facts: dict[str, Any], body: bytes) -> None:
        seconds = time.monotonic() - assignment.began
        self._done.append(Result(assignment.job, facts, body, seconds))
