"""`gongkai extract`: reading files that are not in the archive.

Belongs here: files in, results out, resuming. Not here: the archive, the warehouse, the shape of the JSON
(`contract`), what a person sees meanwhile (`tally`).
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from ingestion.beside import FolderCompanions
from ingestion.converter import converter_available, converter_mark
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import HTML, sniff
from ingestion.local_files import Found, Refused, chunks_of, files_at, opened, printable
from ingestion.pool import Job, ReaderPool, Result, Shaped, conversions_of, facts_of, read_job, unread
from ingestion.reader import reader_version
from ingestion.recognise.reading import Reading

#: Statuses of documents of which nothing could be read.
UNREAD = ("unreadable", "not_a_report")
#: The issue of a document that is read once the machine has a converter.
WAITING = "waiting_for_converter"

_ANY_SIZE = 1 << 40
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of one file.

    text: the JSON object of the contract, on one line (for a file: indented). facts: its status, reason,
    quarantined, media_type, codes of its issues, and how many cells and suspects it has. kept: it was made
    before, and its text lies where it was put. part_of: the name of the page that it was read with; it has
    no object of its own then.
    """

    name: str
    facts: dict[str, Any]
    text: str
    kept: bool = False
    part_of: str | None = None

    @property
    def status(self) -> str:
        return str(self.facts["status"])


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read. mark: what its JSON is made from, where it is kept; target: where."""

    number: int
    found: Found
    name: str
    mark: tuple[str | None, ...] | None = None
    target: Path | None = None


def files_of(paths: Iterable[Path]) -> list[Found]:
    """The files that paths mean, folders searched in the order of names."""
    return [found for path in paths for found in files_at(path)]


def extract(
    files: Sequence[Found],
    title: str | None = None,
    url: str | None = None,
    *,
    converting: Callable[[int, int], None] | None = None,
) -> Iterator[Extracted]:
    """Each file, in the order of the files, as soon as those before it are done.

    converting: gets (done, all) of the files that are converted before any is read.
    """
    due = [_File(number, found, printable(found.file.name)) for number, found in enumerate(files)]
    with _Shelf() as shelf:
        for file, extracted in _read(due, title, url, converting):
            yield from shelf.add(file.number, extracted)


def into_folder(
    files: Sequence[Found],
    folder: Path,
    title: str | None = None,
    url: str | None = None,
    *,
    converting: Callable[[int, int], None] | None = None,
) -> Iterator[Extracted]:
    """One JSON a document in `folder`, named after the file, in the order in which they are done.

    Resumes: a JSON that the present reader made of the same bytes and hints is kept as it is; not so one that
    waits for a converter, when there is one, nor that of a page beside which something else is found now. Two
    files of the same name get the beginning of their sha256 into the name of the second.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    due: list[_File] = []
    for number, found in enumerate(files):
        sha256 = _sha256_of(found)
        name = printable(found.file.name)
        target = folder / f"{name}.json"
        if target.name in taken:
            target = folder / f"{name}.{sha256[:8]}.json"
        taken.add(target.name)
        due.append(_File(number, found, name, (sha256, title, url, reader_version()), target))
    for file, extracted in _read(due, title, url, converting):
        if file.target is not None and not extracted.kept:
            if extracted.part_of is None:
                temporary = file.target.with_name(f".{file.target.name}.{os.getpid()}")
                try:
                    temporary.write_text(extracted.text, encoding="utf-8")
                    temporary.replace(file.target)
                finally:  # Ctrl-C comes in the middle of this, too
                    temporary.unlink(missing_ok=True)
            else:  # it was a document of its own before its page came
                file.target.unlink(missing_ok=True)
        yield extracted


def _read(
    files: Sequence[_File],
    title: str | None,
    url: str | None,
    converting: Callable[[int, int], None] | None,
) -> Iterator[tuple[_File, Extracted]]:
    """Pages first: they tell which of the other files are parts of them."""
    pages = {file for file in files if _is_page(file.found.file)}
    with (
        tempfile.TemporaryDirectory(prefix="gongkai-extract-") as scratch,
        ReaderPool(read=_read_file, shape=as_contract) as pool,
    ):
        claims: dict[str, str] = {}
        finished = {file: made for file in files if (made := _finished(file)) is not None}
        due = [file for file in files if file not in finished]
        places = ((file.found.file, None) for file in due if file.found.refusal is None)
        converted = conversions_of(places, Path(scratch), converting)
        folder = Path(scratch) / converter_mark() if converted else None

        def jobs(files: Iterable[_File]) -> Iterator[Job]:
            for file in files:
                path = file.found.file
                companions = FolderCompanions(path, folder)
                yield Job(path, file.name, title, url, file, None, companions, converted.get(path))

        for file in pages & finished.keys():
            claims |= dict.fromkeys(finished[file].facts["parts"], file.name)
        for result in pool.read(jobs(file for file in due if file in pages)):
            claims |= dict.fromkeys(result.facts["parts"], result.job.name)
            yield result.job.key, _extracted(result)
        alone = []
        for file in files:
            part_of = claims.get(_sha256_of(file.found)) if claims and file not in pages else None
            if part_of is not None:
                yield file, Extracted(file.name, {"status": "part", "reason": None}, "", part_of=part_of)
            elif file in finished:
                yield file, finished[file]
            elif file not in pages:
                alone.append(file)
        for result in pool.read(jobs(alone)):
            yield result.job.key, _extracted(result)


def _is_page(path: Path) -> bool:
    try:
        with opened(path, _ANY_SIZE) as stream:
            return sniff(stream.read(_HEAD)) == HTML
    except (OSError, Refused, UnreadableInput):
        return False


def _sha256_of(found: Found) -> str:
    digest = hashlib.sha256()
    try:
        if found.refusal is None:
            with opened(found.file, _ANY_SIZE) as stream:
                for chunk in chunks_of(stream, _ANY_SIZE):
                    digest.update(chunk)
    except Refused:
        pass  # its reading will say so
    return digest.hexdigest()


def _extracted(result: Result) -> Extracted:
    return Extracted(result.job.name, result.facts, result.body.decode("utf-8"))


# --- in the reader process -------------------------------------------------------------------------------


def _read_file(job: Job) -> Reading:
    refusal = job.key.found.refusal
    return unread(job, "file_refused", refusal) if refusal else read_job(job)


def as_contract(job: Job, reading: Reading) -> Shaped:
    """The reading as the contract shows it, with what a later call must know to keep it."""
    from orchestration.contract import as_json  # pandas and scipy: the parent has no use for them

    found = as_json(reading)
    cells = [*found["cells"].values(), *_listed(found)]
    facts = facts_of(reading) | {
        "cells": sum(1 for cell in cells if cell["value"] is not None),
        "suspects": sum(1 for cell in cells if cell.get("suspect")),
        "parts": [carrier.sha256 for carrier in reading.carriers],
    }
    if job.key.mark is None:
        return facts, json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
    found["made_from"] = {"mark": list(job.key.mark), "facts": facts}
    return facts, json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _listed(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row in found["indicators"]:
        for value in row["values"].values():
            yield {"value": value}


# --- between two calls -----------------------------------------------------------------------------------


def _finished(file: _File) -> Extracted | None:
    """What an earlier call made of the file, if it still holds."""
    if file.target is None or file.mark is None:
        return None
    try:
        text = file.target.read_text("utf-8")
        made_from = json.loads(text)["made_from"]
        mark, facts = made_from["mark"], made_from["facts"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if mark != list(file.mark) or (WAITING in facts["codes"] and converter_available()):
        return None
    beside = FolderCompanions(file.found.file)
    for reference, was in facts["companions"].items():
        now = beside.find(reference)
        if (now.sha256 if now is not None else None) != (was.partition("+")[0] if was is not None else None):
            return None
    return Extracted(file.name, facts, "", kept=True)


class _Shelf:
    """Results that wait for one before them; their texts lie on disk, since one may take half an hour."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the shelf
        self._waiting: dict[int, tuple[Extracted, int, int]] = {}
        self._due = 0

    def __enter__(self) -> _Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, number: int, extracted: Extracted) -> Iterator[Extracted]:
        """What may be shown now that this one is there."""
        if number == self._due:
            self._due += 1
            yield extracted
        else:
            place = self._file.seek(0, os.SEEK_END)
            length = self._file.write(extracted.text.encode("utf-8"))
            self._waiting[number] = (replace(extracted, text=""), place, length)
        while self._due in self._waiting:
            waiting, place, length = self._waiting.pop(self._due)
            self._due += 1
            self._file.seek(place)
            yield replace(waiting, text=self._file.read(length).decode("utf-8"))
        if not self._waiting:
            self._file.truncate(0)
