"""Publishing: from a built warehouse to an immutable release folder, and the flip of `current` to it.

Belongs here: copying, exporting, verifying, naming and flipping. Not here: whether a release may be made
(the gates, `expectations`), comparing releases (`orchestration.releases`).

A release is built aside in `releases/.building-<id>`, checked by opening it as a reader would, renamed to
`releases/<id>`, and only then does `releases/current` point to it. Each of those two last steps is one
rename, so a run killed anywhere leaves `current` on a whole release. The caller holds the run lock.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from orchestration import release_store
from orchestration.release_files import export_parquet, export_spreadsheets, parquet_of, write_terms
from orchestration.release_identity import IDENTITY, write_identity
from orchestration.release_order import copy_in_order
from orchestration.sql_words import quoted

BUILDING = ".building-"
CURRENT = "current"
DATABASE = "gongkai.duckdb"
MANIFEST = "release.json"
#: Tables about runs and releases, not reports: a release carries them, and is never made because of them.
HISTORY = frozenset({"fct_expectation_runs", IDENTITY})
#: The version of DuckDB's file format: the first that packs the texts of its dictionaries.
STORAGE = "v1.3.0"


class PublishError(Exception):
    """The release that was built aside is not what it should be; `current` still points to the old one."""


@dataclass(frozen=True, slots=True)
class Published:
    """Outcome: the release `current` points to now, and whether it was made by this call.

    `row_counts` maps table to rows; `path` is the release folder itself, not the symlink.
    """

    id: str
    path: Path
    is_new: bool
    row_counts: Mapping[str, int]
    why: str


def publish(
    releases: Path,
    warehouse: Path,
    pages: Mapping[str, Callable[[Path], object]],
    versions: Mapping[str, str],
    now: datetime | None = None,
) -> Published:
    """Make a release of `warehouse` under `releases`, unless its rows equal those of the current one, and its
    views and macros say the same.

    `pages` maps a folder of the release (`quality`) to what writes it, called with the existing, empty
    folder. `versions` goes into release.json as `code_version`. Raises PublishError when the built release
    fails its own checks.
    """
    releases.mkdir(parents=True, exist_ok=True)
    clear_leftovers(releases)
    content, definitions = content_of(warehouse), definitions_of(warehouse)
    digest = digest_of(content, definitions)
    previous = read_manifest(releases / CURRENT)
    if previous is not None and previous["content"] == digest:
        path = (releases / CURRENT).resolve()
        why = "same rows and views as the current release"
        return Published(previous["id"], path, False, previous["row_counts"], why)
    finished = _unflipped(releases, digest, previous)
    if finished is not None:
        flip(releases, finished["id"])
        why = "finished a release whose run was killed before the flip"
        return Published(finished["id"], releases / finished["id"], True, finished["row_counts"], why)

    moment = (now or datetime.now(UTC)).astimezone(UTC)
    release_id = f"{moment:%Y%m%dT%H%M%SZ}-{digest[:8]}"
    while (releases / release_id).exists():  # the same rows came back within a second
        moment += timedelta(seconds=1)
        release_id = f"{moment:%Y%m%dT%H%M%SZ}-{digest[:8]}"
    building = releases / f"{BUILDING}{release_id}"
    building.mkdir()
    copy_warehouse(warehouse, building / DATABASE)
    before = previous["id"] if previous else None
    if write_identity(building / DATABASE, release_id, moment, versions, digest, before):
        content |= content_of(building / DATABASE, [IDENTITY])
    counts = {table: entry["rows"] for table, entry in content.items()}
    unchanged = partial(_unchanged, releases / CURRENT, previous, content, versions)
    with duckdb.connect(str(building / DATABASE), read_only=True) as connection:
        export_parquet(connection, counts, building)
        left_out = export_spreadsheets(connection, counts, building, unchanged)
    write_terms(building, release_id, moment)
    for name, write in pages.items():
        (building / name).mkdir()
        write(building / name)
    write_manifest(
        building,
        {
            "id": release_id,
            "built_at": moment.isoformat(timespec="milliseconds"),
            "code_version": dict(versions),
            "content": digest,
            "row_counts": counts,
            "tables": {table: entry["rows_digest"] for table, entry in content.items()},
            "definitions": definitions,
            "left_out": left_out,
            "previous": before,
        },
    )
    verify(building, counts)
    _sync_tree(building)
    building.rename(releases / release_id)
    _sync_folder(releases)
    flip(releases, release_id)
    return Published(release_id, releases / release_id, True, counts, "new rows, views or macros")


def _unchanged(
    folder: Path,
    previous: Mapping[str, Any] | None,
    content: Mapping[str, Mapping[str, Any]],
    versions: Mapping[str, str],
    table: str,
    file: Path,
) -> Path | None:
    """The file of the release in `folder` if the same code wrote it from the same rows of the table."""
    if previous is None or previous["code_version"] != dict(versions):
        return None
    if previous["tables"].get(table) != content[table]["rows_digest"] or not (folder / file).is_file():
        return None
    return folder / file


def clear_leftovers(releases: Path) -> list[str]:
    """Remove what killed runs left: half-built and half-pruned releases, stray links. Returns names."""
    names = []
    for leftover in sorted(releases.glob(".*")):
        if leftover.name.startswith((BUILDING, ".pruned-", ".current-")):
            names.append(leftover.name)
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()
    return names


def content_of(database: Path, tables: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """For every table of a warehouse, or those named: number of rows, a digest of columns, comments and rows.

    The digest does not depend on the order of rows nor on the bytes of the file, so two builds of the same
    facts agree. Views are no rows: see `definitions_of`.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        return {table: _table_content(connection, table) for table in tables or table_names(connection)}


def definitions_of(database: Path) -> dict[str, str]:
    """For every view and macro of `main`, by kind and name (`view measure_backlog`): a digest of its SQL,
    with the comments on it. What stands in other schemas is not shipped.

    A measure whose formula was changed answers otherwise over the same rows: it is another release.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            """
            with comments as (
                select table_name as name,
                    string_agg(column_name || ': ' || comment, chr(30) order by column_index) as said
                from duckdb_columns() where database_name = current_database() and schema_name = 'main'
                group by 1
            )
            select 'view ' || view_name, concat_ws(chr(31), v.sql, v.comment, c.said)
            from duckdb_views() v left join comments c on c.name = v.view_name
            where not v.internal and schema_name = 'main' and database_name = current_database()
            union all
            select 'macro ' || function_name, string_agg(
                concat_ws(chr(31), function_type, parameters::varchar, macro_definition, comment), chr(30)
                order by parameters::varchar, macro_definition)
            from duckdb_functions()
            where not internal and schema_name = 'main' and database_name = current_database()
                and function_type in ('macro', 'table_macro')
            group by 1
            order by 1
            """
        ).fetchall()
    return {name: hashlib.sha256(said.encode()).hexdigest() for name, said in found}


def table_names(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> list[str]:
    """Names of all tables of the connected (or the named attached) database, sorted: its base tables, and of
    a release the facts that it keeps narrow (`release_store`) and shows through views of `main`.
    """
    rows = connection.execute(
        """
        select schema_name, table_name from duckdb_tables()
        where database_name = coalesce(?, current_database()) and not internal
        """,
        [database],
    ).fetchall()
    views = connection.execute(
        "select view_name from duckdb_views() where database_name = coalesce(?, current_database()) "
        "and not internal and schema_name = 'main'",
        [database],
    ).fetchall()
    kept = {name for schema, name in rows if schema == release_store.SCHEMA} & {name for (name,) in views}
    return sorted(kept | {name for schema, name in rows if schema == "main"})


def _table_content(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    columns = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'main' and table_name = ? "
        "order by column_index",
        [table],
    ).fetchall()
    # chr(30) stands for null and chr(31) parts the columns, so that ('a', null) and (null, 'a') differ
    fields = ", ".join(f"coalesce({quoted(name)}::varchar, chr(30))" for name, _, _ in columns)
    found = connection.execute(
        "select count(*), md5(coalesce(string_agg(row_digest, '' order by row_digest), '')) "
        f"from (select md5(concat_ws(chr(31), {fields})) as row_digest from {quoted(table)})"
    ).fetchone()
    assert found is not None
    schema = json.dumps([list(column) for column in columns], ensure_ascii=False)
    rows_digest = hashlib.sha256(f"{schema}\n{found[1]}".encode()).hexdigest()
    return {"rows": int(found[0]), "rows_digest": rows_digest}


def digest_of(content: Mapping[str, Mapping[str, Any]], definitions: Mapping[str, str] | None = None) -> str:
    """One digest over all tables but the history of runs, and over the views and macros where they are given:
    equal if and only if the same tables hold the same rows, and are seen through the same SQL.
    """
    listed = sorted((table, entry["rows_digest"]) for table, entry in content.items() if table not in HISTORY)
    return hashlib.sha256(json.dumps([listed, sorted((definitions or {}).items())]).encode()).hexdigest()


def copy_warehouse(warehouse: Path, target: Path) -> None:
    """Copy what stands in `main`, without the staging views: they name Parquet that a reader does not have.

    In the order and the blocks of `release_order`, the facts narrow under views (`release_store`). The
    storage version is one that DuckDB 1.3 and later open. Raises PublishError when a view shows other rows
    than the fact.
    """
    whole = target.with_suffix(".whole")
    shutil.copyfile(warehouse, whole)
    with duckdb.connect(str(whole)) as connection:
        for schema, view in connection.execute(
            "select schema_name, view_name from duckdb_views() "
            "where not internal and schema_name <> 'main' and database_name = current_database()"
        ).fetchall():
            connection.execute(f"drop view if exists {quoted(schema)}.{quoted(view)} cascade")
        for (schema,) in connection.execute(
            "select schema_name from duckdb_schemas() where not internal and schema_name <> 'main' "
            "and database_name = current_database()"
        ).fetchall():
            connection.execute(f"drop schema {quoted(schema)} cascade")
    differing = copy_in_order(whole, target, STORAGE)
    whole.unlink()
    if differing:
        raise PublishError(
            f"the copied database shows other rows of {', '.join(differing)} than the warehouse"
        )


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write release.json: the given facts and the sha256 of every other file of the release."""
    files = {
        str(path.relative_to(folder)): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    text = json.dumps({**facts, "sha256": files}, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """release.json of a release folder, or None where there is no whole one."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if "content" in manifest and "id" in manifest else None


def verify(folder: Path, counts: Mapping[str, int]) -> None:
    """Open the built release as a reader would. Raises PublishError when anything is off."""
    if not counts:
        raise PublishError("the warehouse holds no table")
    strays = [path.name for path in folder.iterdir() if path.name.endswith((".wal", ".tmp"))]
    if strays:
        raise PublishError(f"unfinished database files in the release: {', '.join(strays)}")
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        if table_names(connection) != sorted(counts):
            raise PublishError("the copied database does not hold the tables of the warehouse")
        for (view,) in connection.execute(
            "select view_name from duckdb_views() where not internal and schema_name = 'main'"
        ).fetchall():
            try:
                connection.execute(f"from {quoted(view)} limit 1")
            except duckdb.Error as error:
                raise PublishError(f"the view {view} does not answer in the release: {error}") from error
        for table, expected in counts.items():
            parquet = parquet_of(folder, table)
            for what, source in (
                ("database", connection.sql(f"from {quoted(table)}")),
                ("Parquet", connection.sql(f"from {parquet}")),
            ):
                found = source.count("*").fetchone()
                if found is None or found[0] != expected:
                    rows = found[0] if found else "no"
                    raise PublishError(
                        f"{table}: {rows} rows in the {what} of the release, expected {expected}"
                    )


def flip(releases: Path, release_id: str) -> None:
    """Point `current` to a release by replacing the symlink in one step."""
    link = releases / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(release_id)
    link.replace(releases / CURRENT)
    _sync_folder(releases)


def _unflipped(releases: Path, digest: str, previous: dict[str, Any] | None) -> dict[str, Any] | None:
    """A whole release with these rows that was made right after the current one and never became it."""
    for folder in sorted(releases.iterdir(), reverse=True):
        manifest = None if folder.is_symlink() else read_manifest(folder)
        if manifest and manifest["content"] == digest:
            if manifest["previous"] == (previous["id"] if previous else None):
                return manifest
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_tree(folder: Path) -> None:
    """Everything in `folder` on the disk before its name is: a power cut must not leave an empty release."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            _sync_folder(path)
        else:
            path.chmod(0o444)
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
