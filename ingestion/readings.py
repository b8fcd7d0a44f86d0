"""The store of readings: one JSON file a snapshot, reader version and hints, written once.

Belongs here: which archived snapshots are due for reading, having them read (`ingestion.pool`), and loading
what was read. The key is content, never the day: a second run without new input reads nothing. Does not
belong here: the reading itself (`ingestion.reader`), tables (`ingestion.normalise`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.archive import Archive, Snapshot
from ingestion.beside import ArchiveCompanions
from ingestion.converter import Conversion, converter_mark, needs_converter
from ingestion.paths import DataRoot
from ingestion.pool import Job, PoolLimits, ReaderPool, Result, conversions_of, read_job
from ingestion.reader import reader_version
from ingestion.recognise.reading import Reading

#: What stands in the name of a reading that waits for a converter, where the converter's mark would.
_WAITING = "waiting"
#: The same of one whose bytes the archive could not give.
_DAMAGED = "damaged"
#: What the reader says of such a document.
_DAMAGES = frozenset({"file_changed", "file_unreadable"})


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


def reading_path(root: DataRoot, snapshot: Snapshot, mark: str | None = None) -> Path:
    """Where the reading of `snapshot` by the present reader, with its present hints, is kept.

    mark: of the converter that the document was read through, "" for one that waits for any, "damaged" for
    one whose bytes are not those that were archived.
    """
    given = [snapshot.title, snapshot.url] + ([snapshot.issuer] if snapshot.issuer else [])
    hints = json.dumps(given, ensure_ascii=False)
    hint8 = hashlib.sha256(hints.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    through = "" if mark is None else f".{mark or _WAITING}"
    name = f"{snapshot.sha256}.{hint8}{through}.json"
    return root.readings / reader_version() / snapshot.sha256[:2] / name


def stored_path(root: DataRoot, snapshot: Snapshot) -> Path | None:
    """Where the reading of `snapshot` lies, or None if it is due.

    A document that waits for a converter is due as soon as there is one. What was read through a converter
    stands when that is gone, and is due when there is another one. A page is due when what was found beside
    it is no longer what would be found now.
    """
    path = reading_path(root, snapshot)
    if path.exists():
        return path if _holds(root, snapshot, path) else None
    if (damaged := reading_path(root, snapshot, _DAMAGED)).exists():
        return damaged
    through = next(path.parent.glob(f"{path.stem}.*.json"), None)
    if through is None or not (mark := converter_mark()):
        return through
    return through if through == reading_path(root, snapshot, mark) else None


def _is_due(root: DataRoot, snapshot: Snapshot) -> bool:
    """Whether there is no reading of it that still holds.

    Damaged bytes say nothing of the document, and may come again: they are looked at every time, so that the
    archive alone decides what is read and not when it was.
    """
    path = stored_path(root, snapshot)
    return path is None or path == reading_path(root, snapshot, _DAMAGED)


def _beside(path: Path) -> Path:
    """What was looked for beside a page when it was read: a small file that is there where anything was."""
    return path.with_suffix(".beside")


def _holds(root: DataRoot, snapshot: Snapshot, path: Path) -> bool:
    try:
        marks = json.loads(_beside(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return True
    except ValueError:
        return False  # torn by a kill
    companions = ArchiveCompanions.of(root, snapshot)
    return all(companions.mark(reference) == mark for reference, mark in marks.items())


def read_due(
    root: DataRoot,
    *,
    reread: Callable[[Snapshot], bool] | None = None,
    progress: Callable[[int, int, Snapshot], None] | None = None,
    readers: int | None = None,
    limits: PoolLimits | None = None,
) -> ReadingRun:
    """Read every archived snapshot that has no reading yet, and those that `reread` names.

    Each reading is stored when it is done, so a run that is killed loses only what was being read. `progress`
    gets (done, all, snapshot). A document that cannot be read becomes a reading too, so it is listed and not
    tried again until the reader changes. readers, limits: as for `ReaderPool`.
    """
    archive = Archive(root)
    run = ReadingRun()
    due: list[Snapshot] = []
    n_all = 0
    for snapshot in archive.snapshots():
        n_all += 1
        if _is_due(root, snapshot) or (reread and reread(snapshot)):
            due.append(snapshot)
    run.reused = n_all - len(due)
    if not due:
        return run
    places = ((archive.path_of(snapshot.sha256), snapshot.sha256) for snapshot in due)
    converted = conversions_of(places, root.build / "converted")
    jobs = (_job(root, snapshot, archive.path_of(snapshot.sha256), converted) for snapshot in due)
    with ReaderPool(readers, read=read_archived, limits=limits) as pool:
        for result in pool.read(jobs):
            snapshot = result.job.key
            _store(root, snapshot, result)
            run.read += 1
            if result.facts["status"] == "unreadable":
                run.failed[snapshot.sha256] = result.facts["reason"] or ""
            if progress is not None:
                progress(run.reused + run.read, n_all, snapshot)
    return run


def read_archived(job: Job) -> Reading:
    """As `read_job`; one whose bytes are damaged or gone in the archive says what a person can do."""
    reading = read_job(job)
    for issue in reading.issues:
        if issue.code in _DAMAGES:
            reading.reason = f"{reading.reason}; it is read as soon as the bytes have been added again"
    return reading


def _job(root: DataRoot, snapshot: Snapshot, path: Path, converted: Mapping[Path, Conversion]) -> Job:
    return Job(
        path=path,
        name=snapshot.name,
        title=snapshot.title,
        url=snapshot.url,
        issuer=snapshot.issuer,
        key=snapshot,
        sha256=snapshot.sha256,
        companions=ArchiveCompanions.of(root, snapshot),
        converted=converted.get(path),
    )


def _store(root: DataRoot, snapshot: Snapshot, result: Result) -> None:
    media_type, companions = result.facts["media_type"], result.facts["companions"]
    through_converter = media_type is not None and needs_converter(media_type)
    plain = reading_path(root, snapshot)
    path = reading_path(root, snapshot, converter_mark()) if through_converter else plain
    if not _DAMAGES.isdisjoint(result.facts["codes"]):
        path = reading_path(root, snapshot, _DAMAGED)
    path.parent.mkdir(parents=True, exist_ok=True)
    if companions:
        # first: a reading without it would never be found out of date
        _write(_beside(plain), json.dumps(companions, ensure_ascii=False).encode("utf-8", "replace"))
    _write(path, result.body)
    if not companions:
        _beside(plain).unlink(missing_ok=True)
    for other in (plain, *path.parent.glob(f"{plain.stem}.*.json")):
        if other != path:
            other.unlink(missing_ok=True)


def _write(path: Path, text: bytes) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_bytes(text)
    temporary.replace(path)


def stored_readings(root: DataRoot, snapshots: Iterable[Snapshot] | None = None) -> Iterator[StoredReading]:
    """The readings of all archived snapshots by the present reader, in the archive's order."""
    for snapshot in snapshots if snapshots is not None else Archive(root).snapshots():
        path = stored_path(root, snapshot)
        if path is not None:
            yield StoredReading(snapshot, Reading.from_dict(json.loads(path.read_text(encoding="utf-8"))))
