"""The store of readings: one JSON file a snapshot, reader version and hints, written once.

Belongs here: which archived snapshots are due for reading, reading them, and loading what was read. The key
is content, never the day: a second run without new input reads nothing. Does not belong here: the reading
itself (`ingestion.reader`), tables (`ingestion.normalise`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.archive import Archive, ArchiveError, Snapshot
from ingestion.catalog import Catalog, load_catalog
from ingestion.paths import DataRoot
from ingestion.reader import read_snapshot, reader_version, refused
from ingestion.recognise.reading import Reading


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading with the snapshot it is of."""

    snapshot: Snapshot
    reading: Reading


@dataclass(slots=True)
class ReadingRun:
    """What one pass over the archive did: snapshots read anew and reused, and the reasons of failures."""

    read: int = 0
    reused: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def reading_path(root: DataRoot, snapshot: Snapshot) -> Path:
    """Where the reading of `snapshot` by the present reader, with its present hints, is kept."""
    hints = json.dumps([snapshot.title, snapshot.url], ensure_ascii=False)
    hint8 = hashlib.sha256(hints.encode()).hexdigest()[:8]
    name = f"{snapshot.sha256}.{hint8}.json"
    return root.readings / reader_version() / snapshot.sha256[:2] / name


def read_due(
    root: DataRoot,
    catalog: Catalog | None = None,
    *,
    reread: Callable[[Snapshot], bool] | None = None,
    progress: Callable[[int, int, Snapshot], None] | None = None,
) -> ReadingRun:
    """Read every archived snapshot that has no reading yet, and those that `reread` names.

    `progress` gets (done, all, snapshot). A document that cannot be read becomes a reading too, so it is
    listed and not tried again until the reader changes.
    """
    catalog = catalog or load_catalog()
    archive = Archive(root)
    snapshots = list(archive.snapshots())
    run = ReadingRun()
    for number, snapshot in enumerate(snapshots, start=1):
        if progress is not None:
            progress(number, len(snapshots), snapshot)
        path = reading_path(root, snapshot)
        if path.exists() and not (reread and reread(snapshot)):
            run.reused += 1
            continue
        reading = _read(archive, snapshot, catalog)
        _write(path, reading)
        run.read += 1
        if reading.status == "unreadable":
            run.failed[snapshot.sha256] = reading.reason or ""
    return run


def _read(archive: Archive, snapshot: Snapshot, catalog: Catalog) -> Reading:
    """The reading of one snapshot; one whose bytes are damaged or gone must not stop its neighbours."""
    try:
        data = archive.read(snapshot.sha256)
    except ArchiveError as damage:
        reason = f"{damage}; once the bytes are back, read it again with --reread"
        reading = refused(b"", snapshot.name, "snapshot_damaged", reason, quarantined=True)
        reading.document.sha256, reading.document.n_bytes = snapshot.sha256, snapshot.n_bytes
        reading.reader_version = reader_version()
        return reading
    return read_snapshot(data, snapshot.name, snapshot.title, snapshot.url, catalog)


def stored_readings(root: DataRoot, snapshots: Iterable[Snapshot] | None = None) -> Iterator[StoredReading]:
    """The readings of all archived snapshots by the present reader, in the archive's order."""
    for snapshot in snapshots if snapshots is not None else Archive(root).snapshots():
        path = reading_path(root, snapshot)
        if path.exists():
            yield StoredReading(snapshot, Reading.from_dict(json.loads(path.read_text(encoding="utf-8"))))


def _write(path: Path, reading: Reading) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(reading.to_dict(), ensure_ascii=False), encoding="utf-8")
    temporary.replace(path)
