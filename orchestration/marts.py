"""The warehouse as pandas frames, and the suites on its tables before it is published.

Belongs here: reading it with DuckDB for the suites, remembering that its gates passed. Not here: the suites
(`expectations.mart_suites`), the tables (dbt).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.paths import DataRoot
from orchestration.publish import content_of, digest_of, table_names
from orchestration.release_files import quoted

if TYPE_CHECKING:
    import pandas as pd

    from expectations.gate_rules import GateResult
    from expectations.mart_suites import MartOutcome

STAMP = "marts-passed"
#: Rows of a table that are looked at as a whole; a larger one comes one report year at a time.
WHOLE = 300_000


class WarehouseFrames:
    """`expectations.mart_suites.Warehouse` over an open DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def tables(self) -> list[str]:
        """Its tables, by name."""
        return table_names(self._connection)

    def years(self, table: str) -> list[int | None]:
        """The report years of a large table (null ones last, as -1), [None] for a table to read whole."""
        if self._one(f"select count(*) from {quoted(table)}") <= WHOLE or "report_year" not in self._columns(
            table
        ):
            return [None]
        found = self._connection.execute(
            f"select distinct coalesce(report_year, -1) from {quoted(table)} order by 1"
        ).fetchall()
        return [row[0] for row in found]

    def frame(
        self, table: str, columns: Sequence[str], year: int | None, where: Mapping[str, str]
    ) -> pd.DataFrame:
        """These columns of the rows of a year where columns have the given values."""
        asked = [f"{quoted(column)} = ?" for column in where]
        given: list[Any] = list(where.values())
        if year is not None and "report_year" in self._columns(table):
            asked.append("coalesce(report_year, -1) = ?")
            given.append(year)
        listed = ", ".join(quoted(column) for column in dict.fromkeys(columns))
        filtered = f" where {' and '.join(asked)}" if asked else ""
        return self._connection.execute(f"select {listed} from {quoted(table)}{filtered}", given).df()

    def _columns(self, table: str) -> set[str]:
        found = self._connection.execute(
            "select column_name from duckdb_columns() where database_name = current_database() "
            "and table_name = ?",
            [table],
        ).fetchall()
        return {row[0] for row in found}

    def _one(self, query: str) -> int:
        found = self._connection.execute(query).fetchone()
        return int(found[0]) if found else 0


def ask_mart_gates(root: DataRoot, kept: list[MartOutcome] | None = None) -> list[GateResult]:
    """Run the suites on the warehouse, and note it when no gate blocks; `kept` gets their outcomes."""
    from expectations.mart_suites import mart_gates, run_mart_suites

    stamp = root.build / STAMP
    stamp.unlink(missing_ok=True)
    with duckdb.connect(str(root.warehouse), read_only=True) as connection:
        outcomes = run_mart_suites(WarehouseFrames(connection))
    if kept is not None:
        kept += outcomes
    gates = mart_gates(outcomes)
    if not any(gate.blocks for gate in gates):
        stamp.write_text(_digest(root.warehouse), encoding="ascii")
    return gates


def require_mart_gates(root: DataRoot) -> None:
    """Raise GateHeld unless the gates passed for the warehouse as it is; asks them if that is not known."""
    from orchestration.gatekeeper import GateHeld, said

    stamp = root.build / STAMP
    if stamp.exists() and stamp.read_text("ascii") == _digest(root.warehouse):
        return
    held = [gate for gate in ask_mart_gates(root) if gate.blocks]
    if held:
        raise GateHeld(said(held))


def _digest(warehouse: Path) -> str:
    return digest_of(content_of(warehouse))
