"""The archive: raw bytes under the sha256 of their content, and the log of where they came from.

Belongs here: putting bytes in, telling what is there, giving bytes back unchanged. Not here: fetching
(crawl), understanding (extract), searching folders (`local_files`). A snapshot is written once and never
again; nothing here reads a report or knows what time it is (the fetch log does). What could not be taken in
is logged with its reason, never passed over.

The order of writing makes a kill harmless: bytes go to a file aside, reach the disk, get their name, and only
then get their line in the log. The log decides what is in the archive: bytes whose line is missing are simply
added again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingestion.fetch_log import FetchLog, FetchRecord
from ingestion.local_files import MAX_BYTES, Refused, chunks_of, files_at, files_of_source, opened
from ingestion.paths import REPOSITORY, DataRoot

__all__ = [
    "MANUAL_SOURCE",
    "MAX_BYTES",
    "Archive",
    "ArchiveError",
    "FetchRecord",
    "FolderSource",
    "Snapshot",
    "SnapshotDamaged",
    "SnapshotMissing",
    "SourceSync",
]

#: The source of what a person adds without naming one.
MANUAL_SOURCE = "manual"

_CHUNK = 1 << 20


class ArchiveError(Exception):
    """The archive cannot give what its log promises."""


class SnapshotMissing(ArchiveError, KeyError):
    """No bytes with this sha256 are archived."""

    def __str__(self) -> str:  # KeyError would show the repr of the sentence
        return str(self.args[0])


class SnapshotDamaged(ArchiveError):
    """The bytes on disk are no longer those that were archived."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Bytes in the archive with everything that was ever said of them; the log's order throughout.

    first: the addition that brought them. names, titles, urls, sources, issuers: each distinct value once.
    changes: (seq, at) of the additions by which an address of a crawl that had shown other bytes came to show
    these, for the first time or again. That an address shows what it showed is none, nor is the first that is
    had of an address: a copy elsewhere tells nothing of what was changed. What is given as a file has none.
    """

    sha256: str
    n_bytes: int
    first: FetchRecord
    names: tuple[str, ...]
    titles: tuple[str, ...]
    urls: tuple[str, ...]
    sources: tuple[str, ...]
    issuers: tuple[str, ...] = ()
    changes: tuple[tuple[int, str], ...] = ()

    @property
    def first_seq(self) -> int:
        return self.first.seq

    @property
    def name(self) -> str:
        """The name they first came under: a later addition under another name changes no fact row."""
        return self.first.name

    @property
    def source(self) -> str:
        return self.first.source

    @property
    def title(self) -> str | None:
        """The hint given last: who adds the same bytes again with a title wants that one used."""
        return self.titles[-1] if self.titles else None

    @property
    def url(self) -> str | None:
        return self.urls[-1] if self.urls else None

    @property
    def issuer(self) -> str | None:
        """Who the site says issued it, as last said; not from the document."""
        return self.issuers[-1] if self.issuers else None


class NamedDocument(Protocol):
    """A document that a source lists by name, with what is known of it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def url(self) -> str | None: ...


class FolderSource(Protocol):
    """A manual source of the catalog, as far as the archive needs to know one.

    path: relative to the repository; a folder, a file, or a folder with a pattern as its last part (x/*.txt).
    None for a source that has no folder. documents: hints by file name.
    """

    @property
    def id(self) -> str: ...
    @property
    def path(self) -> str | None: ...
    @property
    def documents(self) -> Sequence[NamedDocument]: ...


@dataclass(frozen=True, slots=True)
class SourceSync:
    """What syncing a source came to.

    records: the lines it added to the log. failures: what was refused, now or as before. unchanged: the
    number of files that were archived already.
    """

    records: tuple[FetchRecord, ...]
    failures: tuple[FetchRecord, ...]
    unchanged: int

    @property
    def new(self) -> int:
        return sum(record.outcome == "new" for record in self.records)

    @property
    def known(self) -> int:
        return sum(record.outcome == "known" for record in self.records)


class Archive:
    """The archive of a data root. Several processes may add at the same time; readers are never blocked."""

    def __init__(self, root: DataRoot) -> None:
        self._root = root
        self._log = FetchLog(root.fetch_log)

    # --- reading -------------------------------------------------------------------------------------

    def log(self) -> list[FetchRecord]:
        """Every record of the fetch log, oldest first."""
        return self._log.records()

    def damaged_lines(self) -> list[int]:
        """Numbers (1-based) of the lines of the log that a crash left torn."""
        self._log.records()
        return list(self._log.damaged)

    def snapshots(self) -> Iterator[Snapshot]:
        """Everything archived, in the order in which it first came."""
        records: dict[str, list[FetchRecord]] = {}
        changes: dict[str, list[tuple[int, str]]] = {}
        shown: dict[str, str] = {}
        for record in self._log.records():
            if record.sha256 is None:
                continue
            records.setdefault(record.sha256, []).append(record)
            if record.address is not None:
                if shown.get(record.address, record.sha256) != record.sha256:
                    changes.setdefault(record.sha256, []).append((record.seq, record.at))
                shown[record.address] = record.sha256
        for sha256, additions in records.items():
            yield Snapshot(
                sha256=sha256,
                n_bytes=additions[0].n_bytes or 0,
                first=additions[0],
                names=_distinct(record.name for record in additions),
                titles=_latest_last(record.title for record in additions),
                urls=_latest_last(record.url for record in additions),
                sources=_distinct(record.source for record in additions),
                issuers=_latest_last(record.issuer for record in additions),
                changes=tuple(changes.get(sha256, ())),
            )

    def refused(self) -> list[FetchRecord]:
        """What could not be taken in when last tried: the newest record of its source and name failed."""
        return [record for record in self._newest().values() if record.outcome == "failed"]

    def path_of(self, sha256: str) -> Path:
        """Where the bytes with this sha256 lie, if they are archived."""
        return self._root.snapshots / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """The bytes, checked against their name. Raises SnapshotMissing, SnapshotDamaged."""
        try:
            data = self.path_of(sha256).read_bytes()
        except FileNotFoundError:
            raise SnapshotMissing(f"no snapshot {sha256} in the archive") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise SnapshotDamaged(f"the bytes of snapshot {sha256} have changed on disk")
        return data

    # --- adding --------------------------------------------------------------------------------------

    def add_bytes(
        self, data: bytes, *, source: str, name: str, title: str | None = None, url: str | None = None
    ) -> FetchRecord:
        """Archive `data`. Known bytes add a line to the log and no snapshot."""
        return self._store([data], source, name, title, url)

    def add_once(
        self,
        data: bytes,
        *,
        address: str,
        source: str,
        name: str,
        title: str | None = None,
        url: str | None = None,
        issuer: str | None = None,
    ) -> FetchRecord:
        """As add_bytes, of what a crawl was shown at an address, with the issuer that the site names; what
        the newest record of this address says already adds no line.

        That record is given back then: a crawl that was killed and goes on stores what it stored before, and
        its log does not grow by it.
        """
        last = self._log.newest(address)
        sha256 = hashlib.sha256(data).hexdigest()
        said = (sha256, source, name, title, url)
        if last is not None and (last.sha256, last.source, last.name, last.title, last.url) == said:
            if self._holds(sha256):
                return last
        return self._store([data], source, name, title, url, issuer, address)

    def add_path(
        self,
        path: Path,
        *,
        source: str = MANUAL_SOURCE,
        title: str | None = None,
        url: str | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> list[FetchRecord]:
        """Archive a file, or every file below a folder in the order of their names; one record each.

        Below a folder, hidden entries are passed over and symbolic links are not followed: a link to
        something inside the folder is no second document, one that leads out or nowhere is refused. Files of
        more than `max_bytes`, devices and unreadable files are refused too. What is refused has a record
        with outcome "failed".
        """
        return [
            self._add_file(file, source, name, title, url, max_bytes, refusal)
            for file, name, refusal in files_at(path, self._root.made)
        ]

    def sync_source(
        self, source: FolderSource, *, repository: Path = REPOSITORY, max_bytes: int = MAX_BYTES
    ) -> SourceSync:
        """Bring the archive up to date with a source's folder.

        Only what is not archived under this source, name, title and address adds a line to the log, so a
        nightly run without news leaves the log as it is. A refusal is logged when it first occurs and
        reported each time. A plain folder with listed documents means these documents and no others.
        """
        if source.path is None:
            return SourceSync((), (), 0)
        hints = {document.name: document for document in source.documents}
        newest = self._newest()
        added: list[FetchRecord] = []
        failures: list[FetchRecord] = []
        unchanged = 0
        for file, name, refusal in files_of_source(repository / source.path, list(hints), self._root.made):
            hint = hints.get(name)
            title, url = (hint.title, hint.url) if hint else (None, None)
            last = newest.get((source.id, name))
            try:
                if refusal:
                    raise Refused(refusal)
                with opened(file, max_bytes) as stream:
                    sha256 = _sha256(chunks_of(stream, max_bytes))
                same = last is not None and (last.sha256, last.title, last.url) == (sha256, title, url)
                if last and same and self.path_of(sha256).exists():
                    unchanged += 1
                    continue
            except Refused as why:
                if last and last.outcome == "failed" and last.reason == str(why):
                    failures.append(last)
                    continue
                refusal = str(why)
            record = self._add_file(file, source.id, name, title, url, max_bytes, refusal)
            added.append(record)
            if record.outcome == "failed":
                failures.append(record)
        return SourceSync(tuple(added), tuple(failures), unchanged)

    # --- behind them ---------------------------------------------------------------------------------

    def _newest(self) -> dict[tuple[str, str], FetchRecord]:
        return {(record.source, record.name): record for record in self._log.records()}

    def _add_file(
        self,
        file: Path,
        source: str,
        name: str,
        title: str | None,
        url: str | None,
        max_bytes: int,
        refusal: str | None,
    ) -> FetchRecord:
        try:
            if refusal:
                raise Refused(refusal)
            with opened(file, max_bytes) as stream:
                return self._store(chunks_of(stream, max_bytes), source, name, title, url)
        except Refused as why:
            with self._log.hold():
                return self._log.append(
                    source=source,
                    name=name,
                    title=title,
                    url=url,
                    sha256=None,
                    n_bytes=None,
                    outcome="failed",
                    reason=str(why),
                )

    def _store(
        self,
        chunks: Iterable[bytes],
        source: str,
        name: str,
        title: str | None,
        url: str | None,
        issuer: str | None = None,
        address: str | None = None,
    ) -> FetchRecord:
        """Write the bytes aside while hashing them, name them, log them; all under the log's lock."""
        with self._log.hold():
            incoming = self._root.archive / "incoming"
            incoming.mkdir(parents=True, exist_ok=True)
            for leftover in incoming.iterdir():  # of a process that was killed: nobody else is in here
                leftover.unlink()
            aside = incoming / "snapshot"
            try:
                digest = hashlib.sha256()
                n_bytes = 0
                with aside.open("wb") as file:
                    for chunk in chunks:
                        digest.update(chunk)
                        n_bytes += len(chunk)
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                sha256 = digest.hexdigest()
                if not self._holds(sha256):
                    final = self.path_of(sha256)
                    final.parent.mkdir(parents=True, exist_ok=True)
                    aside.chmod(0o444)
                    aside.replace(final)
                    _sync_folder(final.parent)
            finally:
                aside.unlink(missing_ok=True)
            known = self._log.knows(sha256)
            return self._log.append(
                source=source,
                name=name,
                title=title,
                url=url,
                sha256=sha256,
                n_bytes=n_bytes,
                outcome="known" if known else "new",
                issuer=issuer,
                address=address,
            )

    def _holds(self, sha256: str) -> bool:
        """Whether the snapshot lies there whole. A damaged one is put right when its bytes come again."""
        try:
            self.read(sha256)
        except ArchiveError:
            return False
        return True


def _sha256(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _latest_last(values: Iterable[str | None]) -> tuple[str, ...]:
    """Distinct values in the order of their last occurrence: a hint given again counts as given now."""
    seen = [value for value in values if value is not None]
    return tuple(reversed(tuple(dict.fromkeys(reversed(seen)))))
