"""The fetch log: one line of JSON for every addition to the archive and for every addition that failed.

Belongs here: the record, appending, and reading what a crash may have left. Not here: the bytes themselves
(`archive`). Lines are only ever appended. The log is the one place that knows when something was fetched; no
table further on carries that, so that an unchanged source gives unchanged rows.

A line is durable once its newline is on disk. A process that dies while it appends leaves a torn line without
one: readers pass over it, and the next appender ends it with a newline before it writes its own, so the torn
piece costs itself and never its neighbour.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

Outcome = Literal["new", "known", "failed"]


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """One line of the log.

    seq: counts from 1, rising, without meaning beyond the order. at: UTC, ISO 8601. source: id of the source.
    name: the file's name as given, without machine paths; below a given folder the path relative to it.
    address: by which a crawl knows the place that showed it (canonical); None for what was given as a file.
    title, url, issuer: what the giver knew of the document. sha256, n_bytes: None when outcome is "failed".
    outcome: "new" (first time these bytes came), "known", or "failed", and then `reason` says why.
    """

    seq: int
    at: str
    source: str
    name: str
    title: str | None
    url: str | None
    sha256: str | None
    n_bytes: int | None
    outcome: Outcome
    reason: str | None = None
    issuer: str | None = None
    address: str | None = None

    def to_line(self) -> bytes:
        """The record as one line of UTF-8 JSON with its newline; absent fields are left out."""
        fields = {
            "seq": self.seq,
            "at": self.at,
            "source": self.source,
            "name": self.name,
            "title": self.title,
            "url": self.url,
            "issuer": self.issuer,
            "address": self.address,
            "sha256": self.sha256,
            "bytes": self.n_bytes,
            "outcome": self.outcome,
            "reason": self.reason,
        }
        present = {key: value for key, value in fields.items() if value is not None}
        return (json.dumps(present, ensure_ascii=False) + "\n").encode("utf-8")

    @classmethod
    def from_line(cls, line: bytes) -> FetchRecord:
        """The record of one line. Raises ValueError where the line is torn or is not a record."""
        fields = json.loads(line.decode("utf-8"))
        if not isinstance(fields, dict):
            raise ValueError("a line of the fetch log must be an object")
        outcome: Any = fields.get("outcome")
        if outcome not in get_args(Outcome):
            raise ValueError(f"unknown outcome {outcome!r}")
        record = cls(
            seq=_typed(fields, "seq", int),
            at=_typed(fields, "at", str),
            source=_typed(fields, "source", str),
            name=_typed(fields, "name", str),
            title=_typed(fields, "title", str, optional=True),
            url=_typed(fields, "url", str, optional=True),
            sha256=_typed(fields, "sha256", str, optional=True),
            n_bytes=_typed(fields, "bytes", int, optional=True),
            outcome=outcome,
            reason=_typed(fields, "reason", str, optional=True),
            issuer=_typed(fields, "issuer", str, optional=True),
            address=_typed(fields, "address", str, optional=True),
        )
        if (record.sha256 is None or record.n_bytes is None) != (outcome == "failed"):
            raise ValueError("an addition has a sha256 and a size, a failure has none")
        return record


def _typed(fields: dict[str, Any], key: str, kind: type, optional: bool = False) -> Any:
    value = fields.get(key)
    if value is None and optional:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{key} must be of type {kind.__name__}")
    return value


class FetchLog:
    """The log at `path`. Safe against other threads and processes that append at the same time.

    `damaged` lists the numbers (1-based) of lines that are not records, as far as the log was read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.RLock()
        self._descriptor: int | None = None
        self._forget()

    def _forget(self) -> None:
        self._offset = 0  # end of the last whole line that was read
        self._line = 0
        self._records: list[FetchRecord] = []
        self._known: set[str] = set()
        self._newest: dict[str, FetchRecord] = {}
        self.damaged: list[int] = []

    def records(self) -> list[FetchRecord]:
        """All records so far, oldest first; an absent log has none."""
        with self._thread_lock:
            self._catch_up()
            return list(self._records)

    def knows(self, sha256: str) -> bool:
        """Whether these bytes have been added before, as of the last look at the file."""
        return sha256 in self._known

    def newest(self, address: str) -> FetchRecord | None:
        """The last record of what a crawl was shown at this address."""
        with self._thread_lock:
            self._catch_up()
            return self._newest.get(address)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep every other appender out; needed around `append`. The log file is created."""
        with self._thread_lock:
            if self._descriptor is not None:
                raise RuntimeError("the fetch log is held already")
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
                self._catch_up()
                if os.fstat(self._descriptor).st_size > self._offset:  # a torn last line: end it
                    self._write(b"\n")
                    self._catch_up()
                yield
            finally:
                os.close(self._descriptor)  # gives the lock back, as dying does
                self._descriptor = None

    def append(
        self,
        *,
        source: str,
        name: str,
        title: str | None,
        url: str | None,
        sha256: str | None,
        n_bytes: int | None,
        outcome: Outcome,
        reason: str | None = None,
        issuer: str | None = None,
        address: str | None = None,
    ) -> FetchRecord:
        """Append one record with the next number and the present time; on disk when this returns."""
        if self._descriptor is None:
            raise RuntimeError("hold the fetch log before appending")
        record = FetchRecord(
            seq=self._records[-1].seq + 1 if self._records else 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            source=source,
            name=name,
            title=title,
            url=url,
            sha256=sha256,
            n_bytes=n_bytes,
            outcome=outcome,
            reason=reason,
            issuer=issuer,
            address=address,
        )
        self._write(record.to_line())
        os.fsync(self._descriptor)
        self._catch_up()
        return record

    def _write(self, data: bytes) -> None:
        assert self._descriptor is not None
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def _catch_up(self) -> None:
        """Read the whole lines that came since the last look, and leave a line without its newline alone."""
        try:
            with self._path.open("rb") as log:
                if os.fstat(log.fileno()).st_size < self._offset:
                    self._forget()  # an older copy was put back in its place
                log.seek(self._offset)
                fresh = log.read()
        except FileNotFoundError:
            self._forget()
            return
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.split(b"\n")[:-1]:
            self._line += 1
            try:
                record = FetchRecord.from_line(line)
            except ValueError:
                self.damaged.append(self._line)
                continue
            self._records.append(record)
            if record.address is not None:
                self._newest[record.address] = record
            if record.sha256 is not None:
                self._known.add(record.sha256)
