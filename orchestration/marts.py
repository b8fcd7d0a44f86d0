"""The warehouse as pandas frames, and the suites on its tables before it is published.

Belongs here: reading it with DuckDB for the suites, remembering that its gates passed and what each table
was asked. Not here: the suites (`expectations.mart_suites`), the tables (dbt).

The register alone is a quarter of a million rows, which few nights change. What was asked of a table and held
is kept with everything it depends on: the rows of the table and of those it leads to, its contract, and the
code and rules of the suites. Where all of these are the same, the answer is carried over and says so; what
failed or raised is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.paths import REPOSITORY, DataRoot
from orchestration.publish import content_of, digest_of, table_names
from orchestration.sql_words import quoted

if TYPE_CHECKING:
    import pandas as pd

    from expectations.gate_rules import GateResult
    from expectations.mart_rules import Contract
    from expectations.mart_suites import MartOutcome

STAMP = "marts-passed"
ANSWERS = "mart-answers.json"
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
    from expectations.mart_rules import read_contracts
    from expectations.mart_suites import mart_gates, run_mart_suites

    stamp = root.build / STAMP
    stamp.unlink(missing_ok=True)
    contracts = read_contracts()
    keys = _depends_on(contracts, _content(root.warehouse))
    known = _known_answers(root, keys)
    with duckdb.connect(str(root.warehouse), read_only=True) as connection:
        outcomes = run_mart_suites(WarehouseFrames(connection), contracts, known=known)
    _keep_answers(root, keys, outcomes)
    if kept is not None:
        kept += outcomes
    gates = mart_gates(outcomes)
    if not any(gate.blocks for gate in gates):
        stamp.write_text(_digest(root.warehouse), encoding="ascii")
    return gates


def passed_as_it_is(root: DataRoot) -> bool:
    """Whether the gates passed for the warehouse as it is."""
    stamp = root.build / STAMP
    return stamp.exists() and root.warehouse.exists() and stamp.read_text("ascii") == _digest(root.warehouse)


def require_mart_gates(root: DataRoot) -> None:
    """Raise GateHeld unless the gates passed for the warehouse as it is; asks them if that is not known."""
    from orchestration.gatekeeper import GateHeld, said

    if passed_as_it_is(root):
        return
    held = [gate for gate in ask_mart_gates(root) if gate.blocks]
    if held:
        raise GateHeld(said(held))


def _depends_on(contracts: Iterable[Contract], content: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """For every table that is there a digest of all that the answers on it depend on."""
    rules = hashlib.sha256()
    for path in sorted((REPOSITORY / "expectations").iterdir()):
        if path.suffix in (".py", ".yml"):
            rules.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    versions = [metadata.version(name) for name in ("great_expectations", "pandas", "duckdb")]
    found = {}
    for contract in contracts:
        tables = [contract.table, *(table for table, _ in contract.relations.values())]
        if all(table in content for table in tables):
            rows = [content[table]["rows_digest"] for table in tables]
            said = json.dumps([repr(contract), rows, rules.hexdigest(), versions])
            found[contract.table] = hashlib.sha256(said.encode()).hexdigest()
    return found


def _known_answers(root: DataRoot, keys: Mapping[str, str]) -> dict[str, list[MartOutcome]]:
    from expectations.mart_suites import MartOutcome

    try:
        known = json.loads((root.build / ANSWERS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {
        table: [
            MartOutcome(table, name, group, evaluated, carried=True)
            for name, group, evaluated in entry["answers"]
        ]
        for table, entry in known.items()
        if keys.get(table) == entry["depends_on"]
    }


def _keep_answers(root: DataRoot, keys: Mapping[str, str], outcomes: Sequence[MartOutcome]) -> None:
    """Keep the answers on every table on which all expectations hold."""
    bad = {one.table for one in outcomes if one.failed or one.raised is not None}
    known = {
        table: {
            "depends_on": key,
            "answers": [
                [one.expectation, one.group, one.evaluated] for one in outcomes if one.table == table
            ],
        }
        for table, key in keys.items()
        if table not in bad
    }
    aside = root.build / f".{ANSWERS}"
    aside.write_text(json.dumps(known), encoding="utf-8")
    aside.replace(root.build / ANSWERS)


def _digest(warehouse: Path) -> str:
    return digest_of(_content(warehouse))


def _content(warehouse: Path) -> dict[str, dict[str, Any]]:
    """What the tables hold; asked again in one process only when the file is another one (half a second)."""
    state = warehouse.stat()
    return _content_then(warehouse, (state.st_ino, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=1)
def _content_then(warehouse: Path, file: tuple[int, int, int]) -> dict[str, dict[str, Any]]:
    return content_of(warehouse)
