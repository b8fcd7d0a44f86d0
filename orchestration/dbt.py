"""The dbt project as the orchestrator sees it: its manifest, a build of it and its page, in this process.

Belongs here: paths, environment, parse, build and documentation of `dbt_project`. Not here: any SQL, any
Dagster definition.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.paths import REPOSITORY, DataRoot

PROJECT = REPOSITORY / "dbt_project"
#: Stands for the folder of the tidy tables in the parsed project: so it is the same for every data root.
TABLES = "/tidy-tables-of-the-data-root"
PASSED = ("success", "pass", "warn", "no-op")


class DbtError(Exception):
    """dbt could not parse the project, or a model or test failed; the message is dbt's own."""


class DbtTestsFailed(DbtError):
    """All models were built, but data tests do not hold: a gate."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one model or test. `failures` is the number of failing rows of a test."""

    status: str
    seconds: float
    message: str | None
    failures: int

    @property
    def passed(self) -> bool:
        """Whether nothing stands in the way of a release."""
        return self.status in PASSED


@dataclass(slots=True)
class Build:
    """Outcome of one build: results by dbt's node id, rows by table, and what stopped it if anything did."""

    results: dict[str, NodeResult] = field(default_factory=dict)
    row_counts: dict[str, int] = field(default_factory=dict)
    error: str | None = None

    @property
    def summary(self) -> str:
        """One line for people."""
        failed = sum(not result.passed for result in self.results.values())
        rows = sum(self.row_counts.values())
        return f"{len(self.results)} models and tests, {failed} failed; {rows} rows"

    def raise_for_failures(self) -> None:
        """Raise DbtTestsFailed when only tests failed, DbtError for anything else; else nothing."""
        failed = {node: result for node, result in self.results.items() if result.status in ("fail", "error")}
        if failed:
            lines = [f"{node}: {result.message or result.status}" for node, result in sorted(failed.items())]
            only_tests = all(result.status == "fail" for result in failed.values())
            raise (DbtTestsFailed if only_tests else DbtError)("\n".join(lines[:20]))
        if self.error is not None:
            raise DbtError(self.error)


def project_version() -> str:
    """First 16 hex digits over the project's files: the key of its parsed manifest."""
    digest = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml", ".yaml", ".csv", ".md"):
            digest.update(str(path.relative_to(PROJECT)).encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def prepare_manifest(root: DataRoot) -> Path:
    """The manifest of the project as it is now, parsed only when the project changed (about 2 s).

    It lies under the data root, keyed by content, and names no place of it (`_parsed` fills that in). Raises
    DbtError when dbt cannot parse the project.
    """
    folder = root.build.resolve() / "dbt" / f"parsed-{project_version()}"
    manifest = folder / "manifest.json"
    if manifest.exists():
        return manifest
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    aside.mkdir(parents=True)
    try:
        outcome = _invoke(root, ["parse", "--target-path", str(aside), "--log-path", str(aside)])
        if not outcome.success:
            raise DbtError(f"dbt cannot parse the project: {outcome.exception or outcome.result}")
        if not folder.exists():
            # Another process may be as far as this one; the first to rename wins, the other's is dropped.
            with suppress(OSError):
                aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for old in folder.parent.iterdir():
        if old != folder and not old.name.startswith("."):
            shutil.rmtree(old, ignore_errors=True)
    return manifest


def build(root: DataRoot, models: Sequence[str] | None = None) -> Build:
    """Build all models (or `models`, on top of the last warehouse) and run their tests.

    The caller holds the lock.
    The result replaces `root.warehouse` when no model failed. Never raises for what dbt says: ask the result.
    """
    import duckdb

    target = prepare_manifest(root).parent
    database = _building_path(root)
    for leftover in (database, database.with_name(database.name + ".wal")):
        leftover.unlink(missing_ok=True)
    # Unit tests try the SQL on made-up rows: they belong to `make test`, not to every night.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    arguments += ["--target-path", str(target), "--log-path", str(target)]
    if models is not None:
        if root.warehouse.exists():
            shutil.copyfile(root.warehouse, database)
        arguments += ["--select", *models]
    outcome = _invoke(root, arguments, _parsed(root))
    built = Build()
    for result in getattr(outcome.result, "results", None) or []:
        built.results[result.node.unique_id] = NodeResult(
            str(result.status), float(result.execution_time), result.message, int(result.failures or 0)
        )
    if not outcome.success:
        built.error = str(outcome.exception or "dbt did not finish")
    if database.exists() and all(
        result.status not in ("error", "skipped") for result in built.results.values()
    ):
        from orchestration.publish import table_names
        from orchestration.sql_words import quoted

        with duckdb.connect(str(database)) as connection:
            connection.execute("checkpoint")
            for table in table_names(connection):
                found = connection.execute(f"select count(*) from {quoted(table)}").fetchone()
                built.row_counts[table] = int(found[0]) if found else 0
        database.replace(root.warehouse)
    return built


def write_docs(root: DataRoot, folder: Path) -> Path:
    """Write dbt's documentation of the project as `folder/index.html`: one file that needs no network.

    It names no path of this machine. Where the current release was made from the same project, its page is
    linked. Raises DbtError when dbt does not make it.
    """
    from orchestration.publish import read_manifest

    index = folder / "index.html"
    last = read_manifest(root.current)
    same = root.current.resolve() / "dbt_docs" / "index.html"
    if last is not None and last["code_version"].get("dbt_project") == project_version() and same.is_file():
        os.link(same, index)
        return index
    target = prepare_manifest(root).parent
    # a copy, under the one name that dbt has parsed the project with; dbt opens what it describes for writing
    shutil.copyfile(root.warehouse, _building_path(root))
    outcome = _invoke(
        root,
        ["docs", "generate", "--static", "--target-path", str(target), "--log-path", str(target)],
        _parsed(root),
    )
    _building_path(root).unlink(missing_ok=True)
    if not outcome.success:
        raise DbtError(f"dbt makes no documentation: {outcome.exception or outcome.result}")
    page = (target / "static_index.html").read_text("utf-8")
    for path, name in ((root.root.resolve(), "data"), (REPOSITORY, ".")):
        page = page.replace(str(path), name)
    index.write_text(page, encoding="utf-8")
    return index


def _building_path(root: DataRoot) -> Path:
    # A constant name: dbt parses everything again when a variable of its profile changes.
    return root.build.resolve() / "warehouse.building.duckdb"


def _parsed(root: DataRoot) -> Any:
    """The project as `prepare_manifest` had it parsed, with the folder of the tidy tables in its sources.

    dbt would ask again whether its own copy of it still fits, and write it anew with every command: more than
    a second each time. Read anew each time as well, because a command leaves its marks in it.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    stored = prepare_manifest(root).with_name("partial_parse.msgpack").read_bytes()
    parsed: Any = Manifest.from_msgpack(stored, decoder=extended_mashumuro_decoder)
    folder = str(root.tables.resolve())
    for source in parsed.sources.values():
        for meta in (source.meta, source.config.meta, source.source_meta):
            if "external_location" in meta:
                meta["external_location"] = meta["external_location"].replace(TABLES, folder)
    parsed.build_flat_graph()  # what models see as `graph`; dbt does it after parsing, not after reading
    return parsed


def _invoke(root: DataRoot, arguments: list[str], parsed: Any = None) -> Any:
    """Run dbt in this process with the project's environment; its dbtRunnerResult."""
    from dbt.cli.main import dbtRunner

    root.build.mkdir(parents=True, exist_ok=True)
    variables = {
        "GONGKAI_DATA": str(root.root.resolve()),
        "GONGKAI_TABLES": TABLES,
        "GONGKAI_DBT_PATH": str(_building_path(root)),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_PROJECT_DIR": str(PROJECT),
    }
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        quiet = ["--quiet", "--no-use-colors", "--log-level-file", "none"]
        return dbtRunner(manifest=parsed).invoke([*quiet, *arguments])
    finally:
        _close_database()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _close_database() -> None:
    """Close the database that dbt leaves open for the next command of its process.

    As long as it is open, a new connection to the same path gets the old database, even when another file
    has taken that path, and the file cannot be opened read-only.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    connections: Any = DuckDBConnectionManager  # dbt-duckdb ships no types for these
    with suppress(Exception):  # it was never opened: nothing to close
        connections.env().close()
    connections.close_all_connections()
