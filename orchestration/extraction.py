"""`gongkai extract`: reading files that are not in the archive.

Belongs here: files in, JSON out, resuming. Not here: the archive, the warehouse, the shape of the JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.reader import read_snapshot, reader_version
from orchestration.contract import as_json

#: Statuses of documents of which nothing could be read.
UNREAD = ("unreadable", "not_a_report")


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file."""

    text: str
    status: str


def read_file(path: Path, title: str | None = None, url: str | None = None) -> dict[str, Any]:
    """The JSON object of one file."""
    return as_json(read_snapshot(path.read_bytes(), path.name, title, url))


def into_folder(
    files: Sequence[Path], folder: Path, title: str | None = None, url: str | None = None
) -> Iterator[Line]:
    """One JSON a document in `folder`, named after the file; yields a line each.

    Resumes: a JSON that the present reader made of the same bytes and hints is kept as it is. Two files of
    the same name get the beginning of their sha256 into the name of the second.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for number, path in enumerate(files, start=1):
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        name = f"{path.name}.json"
        if name in taken:
            name = f"{path.name}.{sha256[:8]}.json"
        taken.add(name)
        target = folder / name
        mark = [sha256, title, url, reader_version()]
        found = _finished(target, mark)
        word = "kept"
        if found is None:
            found = as_json(read_snapshot(data, path.name, title, url)) | {"made_from": mark}
            temporary = folder / f".{name}.{os.getpid()}"
            temporary.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
            temporary.replace(target)
            word = "read"
        reason = f": {found['reason']}" if found["reason"] else ""
        yield Line(f"{number}/{len(files)} {word} {path.name}: {found['status']}{reason}", found["status"])


def _finished(target: Path, mark: list[Any]) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(target.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if found.get("made_from") == mark else None
