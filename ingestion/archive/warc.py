"""WARC files: what was asked and answered, byte by byte (ISO 28500, written by warcio).

Belongs here: writing records, files, and what a kill leaves of them. Does not belong here: reading a record
(`warc_records`), what an answer means (crawl), documents (`snapshots`).

A file is called `<run>-00000.warc.gz.open` while it is written and loses the `.open` when it is finished. An
exchange is on disk, whole, when `exchange` returns; a process that is killed leaves at most one torn exchange
at the end of an `.open` file, and `resume` cuts that off.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingestion.archive.warc_records import (
    OPEN,
    Exchange,
    KeptAnswer,
    WarcDamaged,
    WarcPlace,
    head_end,
    read_answer,
    record_head,
)

__all__ = [
    "MAX_WARC_BYTES",
    "Exchange",
    "KeptAnswer",
    "KnownPayloads",
    "WarcDamaged",
    "WarcPlace",
    "WarcWriter",
    "read_answer",
    "record_head",
]

#: A file that has grown to this is finished and the next one begun.
MAX_WARC_BYTES = 1 << 30

_SOFTWARE = "gongkai (warcio)"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TYPE = re.compile(rb"^WARC-Type: *(\S+)", re.MULTILINE | re.IGNORECASE)
_CHUNK = 1 << 16
_IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


class KnownPayloads(Protocol):
    """What earlier records hold: (url, date) of one with this payload, of the newest one of this address."""

    def payload(self, sha256: str) -> tuple[str, str] | None: ...
    def visit(self, url: str) -> tuple[str, str] | None: ...


class _Records(WARCWriter):  # type: ignore[misc]
    """warcio's writer, with the digests that we give it.

    warcio takes the digest of a payload with its transfer framing, which is not the payload of the standard.
    """

    def ensure_digest(self, record: object, block: bool = True, payload: bool = True) -> None:
        """Add nothing."""


class WarcWriter:
    """The WARC files of one run. Raises FileExistsError where a killed writer left one: `resume` mends it."""

    def __init__(
        self,
        folder: Path,
        run_id: str,
        *,
        known: KnownPayloads | None = None,
        max_bytes: int = MAX_WARC_BYTES,
    ) -> None:
        if not _NAME.fullmatch(run_id):
            raise ValueError(f"not a name for files: {run_id!r}")
        self._folder = folder
        self._run_id = run_id
        self._known = known
        self._max_bytes = max_bytes
        self._file: BinaryIO | None = None
        self._finished: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)
        names = [path.name for path in _files(folder, run_id)]
        if any(name.endswith(OPEN) for name in names):
            raise FileExistsError(f"run {run_id} has WARC files that were not finished")
        self._next = max((int(name.removesuffix(".warc.gz")[-5:]) + 1 for name in names), default=0)

    @classmethod
    def resume(
        cls,
        folder: Path,
        run_id: str,
        ends: Mapping[str, int] | None = None,
        *,
        known: KnownPayloads | None = None,
        max_bytes: int = MAX_WARC_BYTES,
    ) -> WarcWriter:
        """A writer for a run that may have been killed: what it left is cut after its last whole exchange.

        ends: by file name, a record boundary up to which the file is known to be whole; looked at from there.
        Whole exchanges behind it stay: the server did answer them. The run goes on in a new file.
        """
        for path in _files(folder, run_id):
            if path.name.endswith(OPEN):
                _mend(path, (ends or {}).get(path.name.removesuffix(OPEN), 0))
        return cls(folder, run_id, known=known, max_bytes=max_bytes)

    def exchange(self, exchange: Exchange) -> WarcPlace | None:
        """Write response (or revisit), request and metadata; on disk when this returns.

        Gives the place of the response, None where nothing came back. A write that fails leaves the file as
        it was before, and raises OSError.
        """
        file = self._opened()
        start = file.tell()
        try:
            place = self._exchange(exchange)
            self._to_disk()
        except BaseException:
            # a torn record in the middle would take all behind it along
            file.seek(start)
            file.truncate(start)
            raise
        if file.tell() >= self._max_bytes:
            self._finish()
        return place

    def note(self, url: str, metadata: Mapping[str, str]) -> None:
        """Write a metadata record of its own: what was found out about `url` after its exchange."""
        self._opened()
        self._record("metadata", url, _now(), _fields(metadata), "application/warc-fields")
        self._to_disk()

    def close(self) -> list[Path]:
        """Finish the file that is open; all files that this writer finished. It may be called again."""
        if self._file is not None:
            self._finish()
        return list(self._finished)

    # --- records -------------------------------------------------------------------------------------

    def _exchange(self, exchange: Exchange) -> WarcPlace | None:
        date = _date(exchange.started_at)
        request_id = _new_id()
        common = [("WARC-IP-Address", exchange.address)] if exchange.address else []
        metadata = dict(exchange.metadata)
        place = None
        answered = [("WARC-Concurrent-To", request_id)]
        if exchange.response_bytes:
            response_id = _new_id()
            kind, block, headers = self._response(exchange, metadata)
            place = self._record(
                kind,
                exchange.url,
                date,
                block,
                "application/http; msgtype=response",
                [*common, *headers],
                response_id,
            )
            answered = [("WARC-Concurrent-To", response_id)]
        self._record(
            "request",
            exchange.url,
            date,
            exchange.request_bytes,
            "application/http; msgtype=request",
            [*common, *(answered if place else [])],
            request_id,
        )
        # always there and always last: by it `resume` knows an exchange that is whole
        self._record("metadata", exchange.url, date, _fields(metadata), "application/warc-fields", answered)
        return place

    def _response(
        self, exchange: Exchange, metadata: dict[str, str]
    ) -> tuple[str, bytes, list[tuple[str, str]]]:
        """(WARC type, block, headers) of the response; what has no header goes into the metadata."""
        block, payload = exchange.response_bytes, exchange.payload_bytes
        head = head_end(block)
        sha256 = hashlib.sha256(payload).hexdigest()
        digest = ("WARC-Payload-Digest", f"sha256:{sha256}")
        if exchange.status == 304:
            before = exchange.revisit_of or (self._known.visit(exchange.url) if self._known else None)
            return "revisit", block[:head], [("WARC-Profile", _NOT_MODIFIED), *_refers(before)]
        if exchange.complete and payload and self._known:
            before = self._known.payload(sha256)
            if before is not None:
                return "revisit", block[:head], [digest, ("WARC-Profile", _IDENTICAL), *_refers(before)]
        headers = []
        if not exchange.complete:
            headers.append(("WARC-Truncated", "unspecified"))
            metadata["complete"] = "no"
        if memoryview(block)[head:] == payload:
            headers.append(digest)
        else:
            # Chunk framing lies between: the standard's digest is that of the payload without it, every
            # reader that follows warcio would compare it with the framed bytes and call the record broken.
            metadata["payload-digest"] = digest[1]
        return "response", block, headers

    def _record(
        self,
        kind: str,
        url: str | None,
        date: str,
        block: bytes,
        content_type: str,
        more: list[tuple[str, str]] | None = None,
        record_id: str | None = None,
    ) -> WarcPlace:
        assert self._file is not None
        headers = [("WARC-Type", kind), ("WARC-Record-ID", record_id or _new_id()), ("WARC-Date", date)]
        if url is not None:
            headers.append(("WARC-Target-URI", _one_line(url).replace(" ", "%20")))
        headers += [(name, _one_line(value)) for name, value in more or []]
        headers.append(("WARC-Block-Digest", f"sha256:{hashlib.sha256(block).hexdigest()}"))
        # Without a kind of its own: the writer leaves out the blocks of what it knows to be a revisit.
        record = ArcWarcRecord(
            "warc",
            None,
            StatusAndHeaders("", headers, protocol="WARC/1.1"),
            BytesIO(block),
            None,
            content_type,
            len(block),
        )
        offset = self._file.tell()
        _Records(self._file, gzip=True, warc_version="1.1").write_record(record)
        return WarcPlace(self._name, offset, self._file.tell() - offset)

    # --- files ---------------------------------------------------------------------------------------

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._name = f"{self._run_id}-{self._next:05d}.warc.gz"
            self._file = (self._folder / (self._name + OPEN)).open("xb")
            self._next += 1
            info = {"software": _SOFTWARE, "format": "WARC File Format 1.1", "isPartOf": self._run_id}
            self._record(
                "warcinfo",
                None,
                _now(),
                _fields(info),
                "application/warc-fields",
                [("WARC-Filename", self._name)],
            )
            self._to_disk()
            _sync_folder(self._folder)
        return self._file

    def _to_disk(self) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())

    def _finish(self) -> None:
        assert self._file is not None
        self._file.close()
        self._file = None
        self._finished.append(_named(self._folder / (self._name + OPEN)))


# --- files of a run ----------------------------------------------------------------------------------


def _files(folder: Path, run_id: str) -> list[Path]:
    pattern = re.compile(re.escape(run_id) + r"-\d{5}\.warc\.gz(\.open)?")
    return sorted(path for path in folder.glob("*") if pattern.fullmatch(path.name))


def _named(path: Path) -> Path:
    """Give a finished file its name."""
    final = path.with_name(path.name.removesuffix(OPEN))
    path.rename(final)
    _sync_folder(path.parent)
    return final


def _mend(path: Path, start: int) -> None:
    """Cut a killed writer's file after its last whole exchange and finish it; without one it goes."""
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        end = start if start <= size else 0
        for kind, behind in _members(file, end):
            # a metadata record ends an exchange
            if kind in (b"metadata", b"warcinfo"):
                end = behind
        file.truncate(end)
        file.flush()
        os.fsync(file.fileno())
    if end:
        _named(path)
    else:
        path.unlink()
        _sync_folder(path.parent)


def _members(file: BinaryIO, offset: int) -> Iterator[tuple[bytes, int]]:
    """(WARC type, end offset) of each whole record from `offset` on; stops at the first that is torn."""
    while True:
        file.seek(offset)
        stream = zlib.decompressobj(zlib.MAX_WBITS + 16)
        head, tail = b"", b""
        while not stream.eof:
            data = stream.unconsumed_tail or file.read(_CHUNK)
            try:
                out = stream.decompress(data, _CHUNK)
            except zlib.error:
                return
            if not data and not out and not stream.eof:
                return
            head = (head + out)[:_CHUNK] if len(head) < _CHUNK else head
            tail = (tail + out)[-4:]
        offset = file.tell() - len(stream.unused_data)
        kind = _TYPE.search(head)
        if kind is None or tail != b"\r\n\r\n":
            return
        yield kind[1], offset


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- values ------------------------------------------------------------------------------------------


def _refers(before: tuple[str, str] | None) -> list[tuple[str, str]]:
    if before is None:
        return []
    return [("WARC-Refers-To-Target-URI", before[0]), ("WARC-Refers-To-Date", _date(before[1]))]


def _fields(values: Mapping[str, str]) -> bytes:
    return "".join(f"{_one_line(name)}: {_one_line(value)}\r\n" for name, value in values.items()).encode()


def _one_line(value: str) -> str:
    """Without anything that would begin a line of its own, and without lone surrogates."""
    return " ".join(value.splitlines()).replace("\0", "").encode("utf-8", "replace").decode()


def _date(iso: str) -> str:
    moment = datetime.fromisoformat(iso)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _now() -> str:
    return _date(datetime.now(UTC).isoformat())


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"
