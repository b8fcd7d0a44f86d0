"""The warehouse by the statements that dbt compiled once, run on other tidy tables.

A build by dbt takes ten seconds of the processor, most of it dbt's own; its statements take two. So a test that
builds many warehouses runs the statements of one build on the tables of each. Belongs here: that, and the rows of
a database. Does not belong here: what is in the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingestion.paths import DataRoot
from orchestration.publish import HISTORY
from tests.row_differences import Rows

_TABLES = re.compile(r"read_parquet\('[^']*/")


class CompiledWarehouse:
    """The models as dbt wrote them when it built the warehouse of `root`."""

    def __init__(self, root: DataRoot) -> None:
        self.root = root
        (self._folder,) = (path for path in (root.build / "dbt").iterdir() if not path.name.startswith("."))
        nodes = json.loads((self._folder / "manifest.json").read_text("utf-8"))["nodes"]
        self._models: dict[str, Any] = {
            node["name"]: node for node in nodes.values() if node["resource_type"] == "model"
        }

    def build(self, tables: Path, database: Path, wanted: Iterable[str] = ()) -> None:
        """Make `database` of the Parquet files of `tables`: all models, or those wanted and what they need.

        Raises what DuckDB raises, also where a row breaks a constraint.
        """
        database.parent.mkdir(parents=True, exist_ok=True)
        database.unlink(missing_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"attach '{database}' as warehouse; use warehouse; create schema staging")
            for name in self._in_order(list(wanted) or list(self._models)):
                path = self._folder / "run" / "gongkai" / self._models[name]["original_file_path"]
                # dbt makes each relation under another name and renames it
                statement = path.read_text("utf-8").replace('__dbt_tmp"', '"')
                connection.execute(_TABLES.sub(f"read_parquet('{tables}/", statement))

    def _in_order(self, wanted: list[str]) -> list[str]:
        found: dict[str, None] = {}

        def visit(name: str) -> None:
            if name in self._models and name not in found:
                for needed in self._models[name]["depends_on"]["nodes"]:
                    visit(needed.rpartition(".")[2])
                found[name] = None

        for name in wanted:
            visit(name)
        return list(found)


def other_rows(left: Path, right: Path) -> tuple[dict[str, Rows], dict[str, Rows]]:
    """Tables and views that releases of two databases show, but for those whose rows are the same in both and
    the record of runs.

    The register of agencies alone is a quarter of a million rows: DuckDB compares what is the same, by the sum
    of the hashes of rows, which their order does not change.
    """
    with (
        duckdb.connect(str(left), read_only=True) as ours,
        duckdb.connect(str(right), read_only=True) as theirs,
    ):
        sides = [{name: _fingerprint(one, name) for name in _shown(one)} for one in (ours, theirs)]
        return (
            {name: _rows(ours, name) for name, found in sides[0].items() if sides[1].get(name) != found},
            {name: _rows(theirs, name) for name, found in sides[1].items() if sides[0].get(name) != found},
        )


def _shown(connection: duckdb.DuckDBPyConnection) -> list[str]:
    names = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'main' order by 1"
    ).fetchall()
    return [name for (name,) in names if name not in HISTORY]


def _fingerprint(connection: duckdb.DuckDBPyConnection, name: str) -> object:
    columns = [row[:2] for row in connection.execute(f'describe main."{name}"').fetchall()]
    return columns, connection.execute(f'select count(*), sum(hash(t)) from main."{name}" as t').fetchone()


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> Rows:
    cursor = connection.execute(f'select * from main."{name}"')
    return Rows(tuple(column[0] for column in cursor.description or []), cursor.fetchall())
