"""Adding to the register: new ids, and files that are whole at every moment.

Belongs here: writing lines. Does not belong here: which line to write (`seed`, `gongkai agencies add`).
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from ingestion.catalog.agencies.register import COLUMNS, VERSION_COLUMNS

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(taken: Collection[str]) -> str:
    """A random id that none of `taken` is."""
    while True:
        found = "ag_" + "".join(secrets.choice(_LETTERS) for _ in range(8))
        if found not in taken:
            return found


def append(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Add lines to a file of the register, as `append_all` does."""
    append_all({path: rows})


def append_all(additions: Mapping[Path, Iterable[Sequence[object]]]) -> None:
    """Add lines to files of the register, which are made with their header if they are not there.

    All are written aside before the first is renamed: a full disk changes none of them, and a reader, or a
    kill, never meets half a file.
    """
    written = []
    for path, rows in additions.items():
        before = path.read_text(encoding="utf-8") if path.exists() else _text([columns_of(path)])
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        with aside.open("w", encoding="utf-8", newline="") as file:
            file.write(before + _text(rows))
            file.flush()
            os.fsync(file.fileno())
        written.append((aside, path))
    for aside, path in written:
        aside.replace(path)


def columns_of(path: Path) -> tuple[str, ...]:
    return COLUMNS.get(path.name, VERSION_COLUMNS)


def _text(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows([["" if value is None else value for value in row] for row in rows])
    return text.getvalue()
