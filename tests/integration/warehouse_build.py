"""A `dbt build` of the project in a process of its own, and how a test asks the database that it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@dataclass
class DbtRun:
    """A finished `dbt build`: exit status, what it printed, status by node id, and where the database is."""

    code: int
    printed: str
    statuses: dict[str, str]
    messages: dict[str, str]
    database: Path

    def of(self, name: str) -> str:
        """Status of the node whose id contains `name`."""
        return next(status for node, status in self.statuses.items() if name in node)


def dbt_build(folder: Path, project: Path = PROJECT, command: tuple[str, ...] = ("build",)) -> DbtRun:
    """Build `<folder>/tables` into `<folder>/warehouse.duckdb`; `command`: dbt's own, with what it selects."""
    database = folder / "warehouse.duckdb"
    environment = {
        **os.environ,
        "GONGKAI_TABLES": str(folder / "tables"),
        "GONGKAI_DBT_PATH": str(database),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    start = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *command, "--no-use-colors"]
    done = subprocess.run(start, env=environment, cwd=folder, capture_output=True, text=True, timeout=300)
    results_file = folder / "target" / "run_results.json"
    assert results_file.exists(), done.stdout + done.stderr
    results = json.loads(results_file.read_text("utf-8"))["results"]
    return DbtRun(
        done.returncode,
        done.stdout + done.stderr,
        {result["unique_id"]: result["status"] for result in results},
        {result["unique_id"]: result["message"] or "" for result in results},
        database,
    )


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def one(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    found = cursor.fetchall()
    assert len(found) == 1, found
    return dict(zip(names, found[0], strict=True))
