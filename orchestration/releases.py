"""What releases there are and what changed between two of them.

Belongs here: listing, comparing row by row, pruning. Not here: making a release (`orchestration.publish`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish import CURRENT, DATABASE, HISTORY, read_manifest, table_names
from orchestration.release_files import quoted
from orchestration.revisions import revisions


class NoSuchRelease(Exception):
    """The name is neither a release id, nor a unique beginning of one, nor `current` or `previous`."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published release and whether `current` points to it."""

    id: str
    path: Path
    built_at: str
    row_counts: dict[str, int]
    previous: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs: its key, and for a changed row each column's old and new value.

    `kind` is added, removed or changed. `key` maps the table's primary key columns (all columns where it has
    none) to values.
    """

    table: str
    kind: str
    key: dict[str, Any]
    columns: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def list_releases(releases: Path) -> list[Release]:
    """All whole releases, oldest first."""
    current = (releases / CURRENT).resolve().name if (releases / CURRENT).is_symlink() else None
    found = []
    for folder in releases.iterdir() if releases.is_dir() else []:
        if folder.is_symlink() or folder.name.startswith("."):
            continue
        manifest = read_manifest(folder)
        if manifest is not None:
            found.append(
                Release(
                    manifest["id"],
                    folder,
                    manifest["built_at"],
                    manifest["row_counts"],
                    manifest["previous"],
                    folder.name == current,
                )
            )
    return sorted(found, key=lambda release: (release.built_at, release.id))


def find_release(releases: Path, name: str) -> Release:
    """The release called `name`: an id, a unique beginning or ending of one, `current`, or `previous`."""
    every = list_releases(releases)
    if name in ("current", "previous"):
        current = next((release for release in every if release.is_current), None)
        wanted = current.id if current and name == "current" else current.previous if current else None
        matches = [release for release in every if release.id == wanted]
    else:
        matches = [release for release in every if release.id == name]
        matches = matches or [r for r in every if r.id.startswith(name) or r.id.endswith(name)]
    if len(matches) != 1:
        known = ", ".join(release.id for release in every) or "none"
        problem = "several releases are" if matches else "no release is"
        raise NoSuchRelease(f"{problem} called {name!r}; there are: {known}")
    return matches[0]


def diff(releases: Path, old: str, new: str) -> Iterator[Change]:
    """Row-level changes from release `old` to release `new`, table by table, in key order.

    The history of runs is left out: it grows with every run and says nothing about reports.
    """
    before, after = find_release(releases, old), find_release(releases, new)
    with duckdb.connect(":memory:") as connection:
        for alias, release in (("old", before), ("new", after)):
            database = str(release.path / DATABASE).replace("'", "''")
            connection.execute(f"attach '{database}' as {alias}_release (read_only)")
        tables = {side: set(table_names(connection, f"{side}_release")) for side in ("old", "new")}
        for table in sorted((tables["old"] | tables["new"]) - HISTORY):
            yield from _diff_table(connection, table, table in tables["old"], table in tables["new"])


def _diff_table(
    connection: duckdb.DuckDBPyConnection, table: str, in_old: bool, in_new: bool
) -> Iterator[Change]:
    names = {
        side: [c for c, in connection.execute(
            "select column_name from duckdb_columns() where database_name = ? and schema_name = 'main' "
            "and table_name = ? order by column_index",
            [f"{side}_release", table],
        ).fetchall()]
        for side in ("old", "new")
    }  # fmt: skip
    columns = [name for name in names["new"] if name in names["old"]] if in_old and in_new else []
    keys = [key for key in _primary_key(connection, table, "new" if in_new else "old") if key in columns]
    if not (in_old and in_new):
        side, kind = ("new", "added") if in_new else ("old", "removed")
        columns = names[side]
        keys = _primary_key(connection, table, side)
        for row in _rows(connection, f"select * from {side}_release.{quoted(table)} order by all"):
            yield Change(table, kind, {key: row[key] for key in keys or columns})
        return
    listed = ", ".join(quoted(column) for column in columns)
    old, new = (f"select {listed} from {side}_release.{quoted(table)}" for side in ("old", "new"))
    gone = list(_rows(connection, f"({old}) except all ({new}) order by all"))
    come = list(_rows(connection, f"({new}) except all ({old}) order by all"))
    if not keys:
        yield from (Change(table, "removed", row) for row in gone)
        yield from (Change(table, "added", row) for row in come)
        return
    old_rows = {tuple(row[key] for key in keys): row for row in gone}
    new_rows = {tuple(row[key] for key in keys): row for row in come}
    for values in sorted(old_rows.keys() | new_rows.keys(), key=lambda key: [str(part) for part in key]):
        key = dict(zip(keys, values, strict=True))
        before, after = old_rows.get(values), new_rows.get(values)
        if before is None or after is None:
            yield Change(table, "added" if before is None else "removed", key)
            continue
        changed = {c: (before[c], after[c]) for c in columns if before[c] != after[c]}
        yield Change(table, "changed", key, changed)


def _primary_key(connection: duckdb.DuckDBPyConnection, table: str, side: str) -> list[str]:
    found = connection.execute(
        "select constraint_column_names from duckdb_constraints() where database_name = ? "
        "and schema_name = 'main' and table_name = ? and constraint_type = 'PRIMARY KEY'",
        [f"{side}_release", table],
    ).fetchone()
    return list(found[0]) if found else []


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    for row in cursor.fetchall():
        yield dict(zip(names, row, strict=True))


def prune(releases: Path, keep: int) -> list[str]:
    """Remove all but the newest `keep` releases and the current one; returns the ids removed.

    The caller holds the run lock. A reader that has an old release open reads on: the system keeps its files
    until they are closed.
    """
    if keep < 1:
        raise ValueError("at least one release is kept")
    every = list_releases(releases)
    kept = {release.id for release in every[-keep:]} | {r.id for r in every if r.is_current}
    removed = []
    for release in every:
        if release.id not in kept:
            # renamed first, so that a reader of the list never sees half a release
            aside = release.path.rename(releases / f".pruned-{release.id}")
            shutil.rmtree(aside)
            removed.append(release.id)
    return removed


CHANGE_COLUMNS = ("table", "kind", "key", "column", "old", "new")


def change_rows(releases: Path, old: str, new: str) -> Iterator[dict[str, str | None]]:
    """The changes as a table of text, one row a changed column; an added or removed row has no column.

    `key` is JSON: the key's columns with their values.
    """
    for change in diff(releases, old, new):
        key = json.dumps(change.key, ensure_ascii=False, default=str)
        for column, values in change.columns.items() or [(None, (None, None))]:
            before, after = (None if value is None else str(value) for value in values)
            row = (change.table, change.kind, key, column, before, after)
            yield dict(zip(CHANGE_COLUMNS, row, strict=True))


def changelog(releases: Path, old: str, new: str, limit: int = 200) -> Iterator[str]:
    """The changes as lines for people: the numbers that changed, then one line a row, at most `limit` of each
    (0: all), then counts by table.
    """
    before, after = find_release(releases, old), find_release(releases, new)
    revised = list(revisions(before.path, after.path))
    for revision in revised[: limit or None]:
        yield f"number {revision}"
    if revised:
        yield f"numbers changed in current filings: {len(revised)}"
    counts: dict[str, dict[str, int]] = {}
    for change in diff(releases, old, new):
        kinds = counts.setdefault(change.table, {})
        kinds[change.kind] = kinds.get(change.kind, 0) + 1
        if limit and sum(kinds.values()) > limit:
            continue
        key = ", ".join(f"{name}={value}" for name, value in change.key.items())
        values = "; ".join(f"{c}: {before} -> {after}" for c, (before, after) in change.columns.items())
        yield f"{change.table} {change.kind} {key}" + (f"  {values}" if values else "")
    for table, kinds in counts.items():
        yield f"{table}: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    if not counts:
        yield "no row differs"
