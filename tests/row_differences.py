"""Where the rows of two sets of tables differ, said so that a person sees which column of which row.

Belongs here: comparing tables as multisets of rows. Does not belong here: which tables, and where from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Rows of a table that are shown, and characters of a value.
SHOWN, WIDTH = 5, 80
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rows:
    """A table: names of columns, and rows in any order."""

    columns: tuple[str, ...]
    rows: Sequence[Row]


def differences(left: Mapping[str, Rows], right: Mapping[str, Rows], names: tuple[str, str]) -> list[str]:
    """One line for each table or row that the two do not have in common; none where they hold the same.

    names: what the two sides are called.
    """
    said = [
        f"{table}: only {names[table in right]} has this table"
        for table in sorted(left.keys() ^ right.keys())
    ]
    for table in sorted(left.keys() & right.keys()):
        said += [f"{table}: {line}" for line in _of_table(left[table], right[table], names)]
    return said


def _of_table(left: Rows, right: Rows, names: tuple[str, str]) -> list[str]:
    if left.columns != right.columns:
        return [f"columns differ: {sorted(set(left.columns) ^ set(right.columns)) or 'their order'}"]
    ours, theirs = Counter(map(_plain, left.rows)), Counter(map(_plain, right.rows))
    missing, more = list((ours - theirs).elements()), list((theirs - ours).elements())
    if not missing and not more:
        return []
    said = [f"{len(missing)} rows only in {names[0]}, {len(more)} only in {names[1]}"]
    for row in missing[:SHOWN]:
        twin = max(more, key=lambda other: _alike(row, other), default=None)
        if twin is None or 2 * _alike(row, twin) < len(row):
            said.append(f"  only in {names[0]}: {_shown(left.columns, row)}")
            continue
        more.remove(twin)
        changed = [
            f"{column}: {_short(a)} in {names[0]}, {_short(b)} in {names[1]}"
            for column, a, b in zip(left.columns, row, twin, strict=True)
            if a != b
        ]
        said.append(f"  {_shown(left.columns[:4], row[:4])}: {'; '.join(changed)}")
    return said + [f"  only in {names[1]}: {_shown(right.columns, row)}" for row in more[:SHOWN]]


def _plain(row: Row) -> Row:
    """The row with values that can be hashed; not a number equals itself."""
    return tuple(repr(value) if isinstance(value, list | dict) or value != value else value for value in row)


def _alike(row: Row, other: Row) -> int:
    return sum(a == b for a, b in zip(row, other, strict=True))


def _shown(columns: Sequence[str], row: Row) -> str:
    return ", ".join(f"{column}={_short(value)}" for column, value in zip(columns, row, strict=True))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
