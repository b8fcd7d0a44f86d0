"""The fetch log of the crawler: one row for every fetch, in Parquet, for analysts.

Belongs here: the shape of a row, writing a run's rows, reading them all. Does not belong here: what is
remembered between nights (crawl's frontier), additions to the archive (`fetch_log`).

A run writes one part, `<run>.parquet`, aside first; parts of other runs are never touched.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        pa.field("night", pa.string(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("publisher", pa.string()),
        pa.field("family", pa.string()),
        pa.field("host", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("method", pa.string(), nullable=False),
        pa.field("url", pa.string(), nullable=False),
        pa.field("redirect_chain", pa.list_(pa.string()), nullable=False),
        pa.field("started_at", pa.timestamp("us", tz="UTC")),
        pa.field("latency_ms", pa.int64(), nullable=False),
        pa.field("attempts", pa.int32(), nullable=False),
        pa.field("address", pa.string()),
        pa.field("status", pa.int32()),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("robots_rule", pa.string()),
        pa.field("etag", pa.string()),
        pa.field("last_modified", pa.string()),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("raw_sha256", pa.string()),
        pa.field("content_sha256", pa.string()),
        pa.field("sha256", pa.string()),
        pa.field("document", pa.int64()),
        pa.field("warc_file", pa.string()),
        pa.field("warc_offset", pa.int64()),
        pa.field("warc_length", pa.int64()),
    ]
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class FetchRow:
    """One fetch, or one address that was not asked for, with the reason.

    url: as asked first. redirect_chain: every address asked, the first to the last. started_at: UTC; None
    where nothing was sent. latency_ms: milliseconds. attempts: 0 where nothing was sent. status: of the last
    response. robots_rule: what forbade it. bytes: of the body on the wire; raw_sha256: of that body.
    content_sha256: of the extracted content. sha256: of the bytes in the archive of documents, if it came to
    that. document: the frontier's number of the document. warc_*: where its response stands.
    """

    night: str
    run_id: str
    publisher: str | None
    family: str | None
    host: str
    kind: str
    method: str
    url: str
    redirect_chain: tuple[str, ...]
    started_at: datetime | None
    latency_ms: int
    attempts: int
    address: str | None
    status: int | None
    outcome: str
    reason: str | None
    robots_rule: str | None
    etag: str | None
    last_modified: str | None
    bytes: int
    raw_sha256: str | None
    content_sha256: str | None
    sha256: str | None
    document: int | None
    warc_file: str | None
    warc_offset: int | None
    warc_length: int | None


def write_fetches(folder: Path, run_id: str, rows: Iterable[FetchRow]) -> Path:
    """Write the rows of a run as its part, and give its path. A run without rows has an empty part.

    A part of the same run is replaced: a run that was killed after writing it writes it again.
    """
    if not _NAME.fullmatch(run_id):
        raise ValueError(f"not a name for files: {run_id!r}")
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{run_id}.parquet"
    aside = folder / f".{run_id}.parquet.{os.getpid()}"
    remaining = iter(rows)
    try:
        with pq.ParquetWriter(aside, SCHEMA, compression="zstd") as writer:
            while batch := list(islice(remaining, _BATCH)):
                writer.write_table(_table(batch))
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(final)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    finally:
        aside.unlink(missing_ok=True)
    return final


def fetches(folder: Path) -> pa.Table:
    """All rows of all runs, in the order of the names of their runs."""
    parts = sorted(path for path in folder.glob("*.parquet") if not path.name.startswith("."))
    return pa.concat_tables([pq.read_table(path, schema=SCHEMA) for path in parts] or [SCHEMA.empty_table()])


def _table(rows: list[FetchRow]) -> pa.Table:
    columns = {one.name: [getattr(row, one.name) for row in rows] for one in fields(FetchRow)}
    return pa.table(columns, schema=SCHEMA)
