"""Suites on the warehouse: read from the contracts, run on frames, and what each fault does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from expectations.gate_rules import GateResult
from expectations.mart_rules import Contract, MartError, MartRules, read_contracts, read_mart_rules
from expectations.mart_suites import mart_gates, rows_of_marts, run_mart_suites

FACTS = Contract(
    "fct_totals",
    key=("filing_id", "cell_key"),
    required=["filing_id", "cell_key"],
    relations={"filing_id": ("dim_filings", "filing_id")},
    accepted={"direction": ["across", "down"]},
)
RULES = MartRules.model_validate(
    {
        "version": 1,
        "equations": [
            {
                "name": "difference",
                "table": "fct_totals",
                "columns": {"value": 1, "parts": -1, "difference": -1},
                "op": "==",
            }
        ],
        "agree": [
            {
                "name": "wide",
                "table": "dim_filings",
                "column": "handled",
                "other": "fct_totals",
                "other_column": "value",
                "by": "filing_id",
                "where": {"cell_key": "k1"},
            }
        ],
    }
)


class Frames:
    """Two small tables in the place of a warehouse; the facts come a year at a time."""

    def __init__(self) -> None:
        self.of: dict[str, pd.DataFrame] = {
            "fct_totals": pd.DataFrame(
                {
                    "filing_id": ["a", "a", "b"],
                    "report_year": [2021, 2021, 2022],
                    "cell_key": ["k1", "k2", "k1"],
                    "direction": ["down", "across", "down"],
                    "value": [Decimal(5), Decimal(2), Decimal(7)],
                    "parts": [Decimal(4), None, Decimal(7)],
                    "difference": [Decimal(1), None, Decimal(0)],
                }
            ),
            "dim_filings": pd.DataFrame({"filing_id": ["a", "b"], "handled": [Decimal(5), Decimal(7)]}),
        }

    def tables(self) -> Sequence[str]:
        return list(self.of)

    def years(self, table: str) -> Sequence[int | None]:
        return [2021, 2022] if table == "fct_totals" else [None]

    def frame(
        self, table: str, columns: Sequence[str], year: int | None, where: Mapping[str, str]
    ) -> pd.DataFrame:
        found = self.of[table]
        if year is not None:
            found = found[found["report_year"] == year]
        for column, value in where.items():
            found = found[found[column] == value]
        return found[list(dict.fromkeys(columns))].reset_index(drop=True)


def asked(frames: Frames) -> dict[str, GateResult]:
    return {gate.name: gate for gate in mart_gates(run_mart_suites(frames, [FACTS], RULES))}


def test_a_sound_warehouse_passes_and_every_expectation_looked_at_rows() -> None:
    outcomes = run_mart_suites(Frames(), [FACTS], RULES)
    assert all(gate.passed for gate in mart_gates(outcomes))
    looked_at = {row["expectation"]: row["evaluated"] for row in rows_of_marts(outcomes)}
    assert looked_at["key is unique"] == 3
    assert looked_at["wide"] == 2
    assert min(looked_at.values()) > 0


@pytest.mark.parametrize(
    ("gate", "table", "row", "column", "value"),
    [
        ("marts_keys", "fct_totals", 1, "cell_key", "k1"),
        ("marts_keys", "fct_totals", 1, "cell_key", None),
        ("marts_keys", "fct_totals", 2, "filing_id", "nobody"),
        ("marts_values", "fct_totals", 0, "direction", "up"),
        ("marts_totals", "fct_totals", 0, "difference", Decimal(2)),
        ("marts_totals", "dim_filings", 1, "handled", Decimal(8)),
        ("marts_totals", "dim_filings", 1, "handled", None),
    ],
)
def test_each_fault_holds_the_release(gate: str, table: str, row: int, column: str, value: object) -> None:
    frames = Frames()
    frames.of[table].at[row, column] = value
    found = asked(frames)
    assert found[gate].blocks
    assert found[gate].failing
    assert found["marts_answered"].passed


def test_a_table_that_is_not_there_has_not_passed() -> None:
    frames = Frames()
    rows = frames.of.pop("fct_totals")
    outcomes = run_mart_suites(frames, [FACTS], RULES.model_copy(update={"agree": ()}))
    (gate,) = [one for one in mart_gates(outcomes) if one.name == "marts_answered"]
    assert gate.blocks
    assert len(rows) == 3


def test_the_contracts_of_the_project_are_understood_and_name_tables_that_are_there() -> None:
    contracts = {contract.table: contract for contract in read_contracts()}
    assert contracts["fct_cells"].key == ("filing_id", "cell_key")
    assert "fails_lenient" in contracts["fct_identity_results"].accepted["result"]
    assert contracts["fct_identity_results"].relations["identity_id"] == ("dim_identity", "identity_id")
    relations = {table for contract in contracts.values() for table, _ in contract.relations.values()}
    rules = read_mart_rules()
    named = {rule.table for rule in rules.equations} | {rule.other for rule in rules.agree}
    assert relations | named <= contracts.keys()


def test_rules_that_cannot_be_used_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "rules" / "marts.yml"
    path.parent.mkdir()
    path.write_text("version: 1\nequations: [{name: a}]\nagree: []\n", encoding="utf-8")
    with pytest.raises(MartError, match=r"marts\.yml"):
        read_mart_rules(path)
    with pytest.raises(MartError, match="no contract"):
        read_contracts(tmp_path)
    (tmp_path / "fct_new.yml").write_text("models: [{name: fct_new}]", encoding="utf-8")
    with pytest.raises(MartError, match="fct_new has a key neither"):
        read_contracts(tmp_path)
