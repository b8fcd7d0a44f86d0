"""What a reader process is given, and what it makes of it.

Belongs here: the job, reading it, the form in which a reading leaves the process. Everything here runs in the
reader process, except that the parent makes the reading of a document that killed its reader.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.converter import Conversion
from ingestion.extract.companions import Companions
from ingestion.extract.sandbox import MAX_BYTES
from ingestion.local_files import Refused, chunks_of, opened
from ingestion.reader import read_snapshot, reader_version, refused
from ingestion.recognise.reading import Reading

#: Larger files are called by the sha256 of no bytes: they are told apart by their names.
_MOST_HASHED = 8 << 30


@dataclass(frozen=True, slots=True)
class Job:
    """One document to read. It crosses to another process: everything in it can be pickled.

    title, url, issuer: what its site says of it. key: the caller's own word for it, handed back with the
    result. sha256: what the bytes must have, where that is known. companions: where the pictures and
    attachments of a page are found. converted: what the converter made of a document that only it can open.
    """

    path: Path
    name: str
    title: str | None = None
    url: str | None = None
    key: Any = None
    sha256: str | None = None
    companions: Companions | None = None
    converted: Conversion | None = None
    issuer: str | None = None


#: What leaves the process: a few facts for the parent (anything JSON holds), and the bytes that are kept.
Shaped = tuple[dict[str, Any], bytes]
Shape = Callable[[Job, Reading], Shaped]


def facts_of(reading: Reading) -> dict[str, Any]:
    """What a parent wants to know of a reading without looking into it."""
    return {
        "status": reading.status,
        "reason": reading.reason,
        "quarantined": reading.quarantined,
        "media_type": reading.document.media_type,
        "codes": sorted({issue.code for issue in reading.issues}),
        "companions": reading.companions,
    }


def reading_as_json(job: Job, reading: Reading) -> Shaped:
    """The reading in its stored form."""
    text = json.dumps(reading.to_dict(), ensure_ascii=False)
    return facts_of(reading), text.encode("utf-8", "replace")


def read_job(job: Job) -> Reading:
    """Read the document. Never raises for what its bytes hold, nor for a file that is gone."""
    try:
        with opened(job.path, _MOST_HASHED) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_BYTES:
                reason = f"the file has {size:,} bytes, the limit is {MAX_BYTES:,}"
                return unread(job, "quarantined_bytes", reason)
            data = b"".join(chunks_of(stream, MAX_BYTES))
    except Refused as why:
        return unread(job, "file_unreadable", f"its bytes cannot be read: {why}")
    if job.sha256 is not None and hashlib.sha256(data).hexdigest() != job.sha256:
        return unread(job, "file_changed", f"its bytes are no longer those with the sha256 {job.sha256}")
    return read_snapshot(
        data,
        job.name,
        job.title,
        job.url,
        issuer=job.issuer,
        converted=job.converted,
        companions=job.companions,
    )


def unread(job: Job, code: str, reason: str, media_type: str | None = None) -> Reading:
    """The reading of a document that was not read; it is quarantined. Its bytes are hashed, in pieces."""
    reading = refused(b"", job.name, code, reason, quarantined=True)
    document = reading.document
    document.sha256, document.n_bytes = _identity(job)
    document.media_type = media_type
    reading.reader_version = reader_version()
    return reading


def _identity(job: Job) -> tuple[str, int]:
    """sha256 and number of the bytes, as far as they can be told."""
    digest = hashlib.sha256()
    n_bytes = 0
    try:
        if job.sha256 is not None:
            return job.sha256, job.path.stat().st_size
        with opened(job.path, _MOST_HASHED) as stream:
            for chunk in chunks_of(stream, _MOST_HASHED):
                digest.update(chunk)
                n_bytes += len(chunk)
    except (OSError, Refused):
        pass
    return job.sha256 or digest.hexdigest(), n_bytes
