"""Where the pictures and attachments of a page lie: beside it on disk, or beside it in the archive.

Belongs here: which file a reference of a page means, and refusing what is not the page's own. Does not belong
here: which references a page has, reading the files (`ingestion.extract`). Both kinds go to reader processes
with the job of their page: they can be pickled, and open nothing before they are asked.

A wrong companion is a wrong table. So nothing is guessed: a name that may mean two files means none.
"""

from __future__ import annotations

import hashlib
import html
import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from ingestion.archive import MANUAL_SOURCE, Archive, ArchiveError, Snapshot
from ingestion.converter import converter_mark
from ingestion.extract.companions import Companion, mark_of
from ingestion.extract.references import file_names, is_script
from ingestion.extract.sandbox import MAX_BYTES
from ingestion.fetch_log import FetchLog, FetchRecord
from ingestion.local_files import Refused, chunks_of, opened
from ingestion.paths import DataRoot

#: What browsers and Word call the folder with the files of a saved page, behind the page's name.
_FOLDERS = ("_files", ".files")


def converted_folder(root: DataRoot) -> Path | None:
    """Where documents lie that the converter of this machine made into .docx; None without a converter."""
    mark = converter_mark()
    return root.build / "converted" / mark if mark else None


def _converted(folder: Path | None, sha256: str) -> Path | None:
    if folder is None:
        return None
    made = folder / f"{sha256}.docx"
    return made if made.is_file() else None


def _relative_names(reference: str) -> Iterator[str]:
    """Paths below the page's folder that a reference may mean, the likeliest first; "/" between the parts."""
    try:
        parts = urlsplit(reference)
    except ValueError:
        return
    if not parts.scheme and not parts.netloc and not is_script(reference):
        for path in dict.fromkeys((unquote(parts.path), parts.path)):
            path = posixpath.normpath(path.replace("\\", "/").lstrip("/"))
            if path not in (".", "..") and not path.startswith("../"):
                yield path
    yield from file_names(reference)


def _names_beside(page: str, reference: str) -> Iterator[str]:
    """The same, with the folders that a saved page keeps its files in. page: the name of the page's file."""
    stem = page.rpartition(".")[0] or page
    seen: set[str] = set()
    for name in _relative_names(reference):
        for folder in ("", *(f"{stem}{end}" for end in _FOLDERS)):
            candidate = posixpath.join(folder, name)
            if candidate not in seen and "\0" not in candidate:
                seen.add(candidate)
                yield candidate


@dataclass(frozen=True, slots=True)
class FolderCompanions:
    """The files beside a page on disk: below its own folder and nowhere else, whatever links say.

    converted: a folder of `<sha256>.docx`, for documents that only a converter can open.
    """

    page: Path
    converted: Path | None = None

    def find(self, reference: str) -> Companion | None:
        """The regular file that a reference means. None for devices, for files of more than 64 MB, for what
        a link or a ".." would reach outside of the folder, and for the page itself.
        """
        folder = self.page.parent.resolve()
        for name in _names_beside(self.page.name, reference):
            try:
                file = (folder / name).resolve(strict=True)
                if not file.is_relative_to(folder) or file == self.page.resolve():
                    continue
                with opened(file, MAX_BYTES) as stream:
                    data = b"".join(chunks_of(stream, MAX_BYTES))
            except (OSError, RuntimeError, ValueError, Refused):
                continue
            sha256 = hashlib.sha256(data).hexdigest()
            return Companion(reference, Path(name).name, sha256, data, _converted(self.converted, sha256))
        return None


@dataclass(frozen=True, slots=True)
class ArchiveCompanions:
    """The archived files that the references of an archived page mean: by address, else by name.

    An address means what was archived last under it. A name means a file of the same source; among files that
    a person added, the one of the same addition (every folder has an images/1.png).
    """

    root: DataRoot
    sha256: str
    converted: Path | None = None

    @classmethod
    def of(cls, root: DataRoot, snapshot: Snapshot) -> ArchiveCompanions:
        """Those of a snapshot, with the converter of this machine."""
        return cls(root, snapshot.sha256, converted_folder(root))

    def find(self, reference: str) -> Companion | None:
        """The archived bytes behind a reference; None too where they are damaged or more than 64 MB."""
        record = self._record(reference)
        if record is None or record.sha256 is None:
            return None
        try:
            data = Archive(self.root).read(record.sha256)
        except (ArchiveError, OSError):
            return None
        name = posixpath.basename(record.name)
        return Companion(reference, name, record.sha256, data, _converted(self.converted, record.sha256))

    def mark(self, reference: str) -> str | None:
        """What `find(reference).mark` would be, without reading a byte of it."""
        record = self._record(reference)
        if record is None or record.sha256 is None:
            return None
        return mark_of(record.sha256, _converted(self.converted, record.sha256))

    def _record(self, reference: str) -> FetchRecord | None:
        log = _log_of(self.root.fetch_log)
        found = log.by_address(self.sha256, reference) or log.by_name(self.sha256, reference)
        if found is None or found.sha256 == self.sha256 or (found.n_bytes or 0) > MAX_BYTES:
            return None
        return found


@dataclass(slots=True)
class _Log:
    """The fetch log, by address, by name and by content; each list in the log's order."""

    urls: dict[str, list[FetchRecord]] = field(default_factory=dict)
    names: dict[tuple[str, str], list[FetchRecord]] = field(default_factory=dict)
    contents: dict[str, list[FetchRecord]] = field(default_factory=dict)
    #: seq -> in which go a person added it: a folder is gone through in the order of its names
    gone: dict[int, int] = field(default_factory=dict)
    _last: tuple[str, ...] = ()
    _goes: int = 0

    def add(self, record: FetchRecord) -> None:
        if record.source == MANUAL_SOURCE:
            parts = tuple(record.name.split("/"))
            self._goes += parts <= self._last
            self._last = parts
            self.gone[record.seq] = self._goes
        if record.sha256 is None:
            return
        self.contents.setdefault(record.sha256, []).append(record)
        self.names.setdefault((record.source, record.name), []).append(record)
        if record.url:
            self.urls.setdefault(_address(record.url), []).append(record)

    def by_address(self, page: str, reference: str) -> FetchRecord | None:
        """What was archived last under the address that the reference means on the page."""
        for addition in reversed(self.contents.get(page, [])):
            if addition.url:
                try:
                    found = self.urls.get(_address(urljoin(addition.url, reference)))
                except ValueError:
                    continue
                if found:
                    return found[-1]
        if "://" in reference:
            found = self.urls.get(_address(reference))
            return found[-1] if found else None
        return None

    def by_name(self, page: str, reference: str) -> FetchRecord | None:
        """The file of the page's source that the reference names, as far as it can be only one."""
        for addition in reversed(self.contents.get(page, [])):
            folder, name = posixpath.split(addition.name)
            for candidate in _names_beside(name, reference):
                records = self.names.get((addition.source, posixpath.join(folder, candidate)), [])
                found = self._of_its_time(addition, records)
                if found is not None:
                    return found
        return None

    def _of_its_time(self, page: FetchRecord, records: list[FetchRecord]) -> FetchRecord | None:
        """The record of a name that goes with this addition of a page.

        Where a source lists its files, a name is one file: the newest version from before the page had a
        newer one. What persons add shares names by chance, so there it must have come in the same go; a name
        that no two files have by chance may come alone.
        """
        if page.source != MANUAL_SOURCE:
            later = [one.seq for one in self.names[page.source, page.name] if one.sha256 != page.sha256]
            after = min((seq for seq in later if seq > page.seq), default=None)
            fitting = [one for one in records if after is None or one.seq < after]
            return fitting[-1] if fitting else None
        together = [one for one in records if self.gone[one.seq] == self.gone[page.seq]]
        if together:
            return together[-1]
        alone = {one.sha256 for one in records}
        return records[-1] if len(alone) == 1 and _is_distinctive(records[-1].name) else None


def _is_distinctive(name: str) -> bool:
    """Whether a file name is one that no other has: P020240118512345678901.pdf, not 1.png or 附件.doc."""
    stem = posixpath.basename(name).rpartition(".")[0]
    digits = sum(char.isdigit() for char in stem)
    hanzi = sum("\u4e00" <= char <= "\u9fff" for char in stem)
    return len(stem) >= 10 and (digits >= 8 or hanzi >= 8)


_logs: dict[Path, tuple[tuple[int, int], _Log]] = {}


def _log_of(path: Path) -> _Log:
    """The log, read once a process and again when it has changed."""
    try:
        status = os.stat(path)
    except OSError:
        return _Log()
    state = (status.st_size, status.st_mtime_ns)
    kept = _logs.get(path)
    if kept is not None and kept[0] == state:
        return kept[1]
    log = _Log()
    for record in FetchLog(path).records():
        log.add(record)
    _logs[path] = (state, log)
    return log


def _address(url: str) -> str:
    """An address for comparing: without scheme, default port, fragment, and slash at the end."""
    parts = urlsplit(html.unescape(url.strip()))
    try:
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        port = ""
    path = unquote(parts.path).rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return f"{(parts.hostname or '').lower()}{port}{path}{query}"
