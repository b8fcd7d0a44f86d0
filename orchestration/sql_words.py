"""Names and texts as they stand in SQL. Belongs here: their quoting. Not here: any statement."""

from __future__ import annotations

from pathlib import Path


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: Path | str) -> str:
    """A text as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"
