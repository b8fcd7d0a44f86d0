"""What differs between two releases, row by row: each change with its key, and old and new values.

Belongs here: comparing rows, and the changes as a table for programs. Not here: which releases there are
(`releases`), telling people what changed (`changelog`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lookup import number_text
from orchestration.publish import DATABASE, HISTORY, table_names
from orchestration.releases import find_release
from orchestration.sql_words import quoted, text

Row = dict[str, Any]
SIDES = ("old", "new")


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs: its key, and for a changed row each column's old and new value.

    `kind` is added, removed or changed. `key` maps the columns that name a row of the table (all columns
    where none are declared) to values.
    """

    table: str
    kind: str
    key: dict[str, Any]
    columns: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def attach_both(connection: duckdb.DuckDBPyConnection, old: Path, new: Path) -> None:
    """Attach the databases of two release folders as `old_release` and `new_release`, read-only."""
    for side, folder in zip(SIDES, (old, new), strict=True):
        connection.execute(f"attach {text(folder / DATABASE)} as {side}_release (read_only)")


def diff(releases: Path, old: str, new: str) -> Iterator[Change]:
    """Row-level changes from release `old` to release `new`, table by table, in key order.

    The history of runs is left out: it grows with every run and says nothing about reports.
    """
    before, after = find_release(releases, old), find_release(releases, new)
    with duckdb.connect(":memory:") as connection:
        attach_both(connection, before.path, after.path)
        tables = {side: set(table_names(connection, f"{side}_release")) for side in SIDES}
        keys = {side: _declared_keys(connection, side) for side in SIDES}
        for table in sorted((tables["old"] | tables["new"]) - HISTORY):
            here = [side for side in SIDES if table in tables[side]]
            key = keys["new"].get(table) or keys["old"].get(table) or []
            yield from _diff_table(connection, table, here, key)


def _declared_keys(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, list[str]]:
    """Columns that name a row, by table: as the dictionary says, else the primary key of the database.

    Facts are created without an index, so that their key stands in the dictionary only.
    """
    keys: dict[str, list[str]] = dict(
        connection.execute(
            "select table_name, constraint_column_names from duckdb_constraints() where database_name = ? "
            "and schema_name = 'main' and constraint_type = 'PRIMARY KEY'",
            [f"{side}_release"],
        ).fetchall()
    )
    if "meta_tables" in table_names(connection, f"{side}_release"):
        found = connection.execute(
            f"select table_name, primary_key from {side}_release.meta_tables"
        ).fetchall()
        keys |= {table: key for table, key in found if key}
    return keys


def _diff_table(
    connection: duckdb.DuckDBPyConnection, table: str, here: list[str], key: list[str]
) -> Iterator[Change]:
    names = {side: _columns(connection, table, side) for side in here}
    if len(here) == 1:
        (side,) = here
        kind = "added" if side == "new" else "removed"
        listed = ", ".join(quoted(name) for name in key if name in names[side]) or "*"
        for row in _rows(connection, f"select {listed} from {side}_release.{quoted(table)} order by all"):
            yield Change(table, kind, row)
        return
    columns = [name for name in names["new"] if name in names["old"]]
    keys = key if set(key) <= set(columns) else []
    selected = ", ".join(quoted(column) for column in columns)
    old, new = (f"select {selected} from {side}_release.{quoted(table)}" for side in SIDES)
    gone = _by_key(_rows(connection, f"({old}) except all ({new}) order by all"), keys or columns)
    come = _by_key(_rows(connection, f"({new}) except all ({old}) order by all"), keys or columns)
    for values in sorted(gone.keys() | come.keys(), key=lambda one: [str(part) for part in one]):
        named = {
            name: row[name] for row in (gone.get(values) or come[values])[:1] for name in keys or columns
        }
        before, after = gone.get(values, []), come.get(values, [])
        if keys and len(before) == len(after) == 1:
            changed = {c: (before[0][c], after[0][c]) for c in columns if before[0][c] != after[0][c]}
            yield Change(table, "changed", named, changed)
            continue
        yield from (Change(table, "removed", named) for _ in before)
        yield from (Change(table, "added", named) for _ in after)


def _columns(connection: duckdb.DuckDBPyConnection, table: str, side: str) -> list[str]:
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = 'main' "
        "and table_name = ? order by column_index",
        [f"{side}_release", table],
    ).fetchall()
    return [name for (name,) in found]


def _by_key(rows: Iterator[Row], key: list[str]) -> dict[tuple[str, ...], list[Row]]:
    """Rows by their key as text (a list has no hash); several where the key names no single row."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(repr(row[name]) for name in key), []).append(row)
    return found


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Row]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    for row in cursor.fetchall():
        yield dict(zip(names, row, strict=True))


# ---------------------------------------------------------------------------------------------- for programs

CHANGE_COLUMNS = ("table", "kind", "key", "column", "old", "new")


def change_rows(releases: Path, old: str, new: str) -> Iterator[dict[str, str | None]]:
    """The changes as a table of text, one row a changed column; an added or removed row has no column.

    `key` is JSON: the key's columns with their values. Numbers have no trailing zeros.
    """
    for change in diff(releases, old, new):
        key = json.dumps(_plain(change.key), ensure_ascii=False)
        for column, values in change.columns.items() or [(None, (None, None))]:
            before, after = (None if value is None else shown(value) for value in values)
            row = (change.table, change.kind, key, column, before, after)
            yield dict(zip(CHANGE_COLUMNS, row, strict=True))


def change_records(releases: Path, old: str, new: str) -> Iterator[dict[str, Any]]:
    """The changes as data for JSON, one object a row that differs; numbers with a fraction are texts."""
    for change in diff(releases, old, new):
        columns = {c: {"old": _plain(a), "new": _plain(b)} for c, (a, b) in change.columns.items()}
        yield {"table": change.table, "kind": change.kind, "key": _plain(change.key), "columns": columns}


def shown(value: Any) -> str:
    """A value of a column as text: numbers without trailing zeros, null as `null`."""
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list | dict):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else number_text(value)
    return str(value) if isinstance(value, date | datetime) else value
