"""What the last whole build of the warehouse was made from, so that a night without news builds nothing.

Belongs here: remembering what a build was made from, and its results where they still stand. Not here:
building (`orchestration.dbt`), asking gates (`orchestration.marts`).

A build is a function of the tidy tables and of the dbt project, as run by one version of dbt and DuckDB.
Where neither has changed and the warehouse still holds the rows that the gates let through, its results are
carried over, and every check says so. What the expectations answered in each run changes every night; it is
brought into the warehouse by itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from ingestion.paths import DataRoot
from orchestration.dbt import Build, NodeResult, project_version
from orchestration.gatekeeper import tables_digest
from orchestration.publish import HISTORY

RECORD = "warehouse-built.json"


def made_from(root: DataRoot) -> str:
    """Digest of everything that a whole build depends on."""
    versions = {name: metadata.version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")}
    # the folder as well: the views of the warehouse name it, and a data root may be copied or moved
    folder = str(root.tables.resolve())
    said = json.dumps([folder, tables_digest(root), project_version(), versions], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def remember(root: DataRoot, built: Build, run_id: str) -> None:
    """Keep the results of a whole build; one that failed anywhere is forgotten, and so built again."""
    if built.error is not None or not all(result.passed for result in built.results.values()):
        forget(root)
        return
    known = {
        "made_from": made_from(root),
        "run_id": run_id,
        "results": {node: asdict(result) for node, result in built.results.items()},
        "row_counts": built.row_counts,
    }
    aside = _record(root).with_suffix(".part")
    aside.write_text(json.dumps(known), encoding="utf-8")
    aside.replace(_record(root))


def forget(root: DataRoot) -> None:
    """The next run builds."""
    _record(root).unlink(missing_ok=True)


def carried(root: DataRoot) -> tuple[Build, str] | None:
    """The results of the last whole build and the run it was made in, if another one would make the same.

    None as well where the warehouse is not the one that the gates let through.
    """
    from orchestration.marts import passed_as_it_is

    try:
        known = json.loads(_record(root).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if known["made_from"] != made_from(root) or not passed_as_it_is(root):
        return None
    results = {node: NodeResult(**result) for node, result in known["results"].items()}
    rows = {table: count for table, count in known["row_counts"].items() if table not in HISTORY}
    return Build(results, rows), str(known["run_id"])


def _record(root: DataRoot) -> Path:
    return root.build / RECORD
