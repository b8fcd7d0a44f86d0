"""Gates: what holds a release back, and what does not. Great Expectations against our own evaluation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.confront import FilingCells, confront
from expectations.gates import (
    GateResult,
    agreement_gate,
    blocked,
    completeness_gates,
    raised_gate,
    read_frames,
    run_gates,
    table_gates,
)
from expectations.identities import load_identities
from expectations.suites import compile_batches, run_batches, run_identity_suites
from ingestion.catalog import load_catalog
from tests.unit.expectations.reports import COLUMNS, Tables, form_cells, requests_table, with_values


def fill(tables: Tables) -> Path:
    good = requests_table({("granted", "natural_person"): 5, ("partial", "other_org"): 2}, {}, "form_2019")
    tables.add("good", "form_2019", good)
    tables.add(
        "wrong", "form_2019", with_values(good, {"t3.granted.natural_person": 8, "t4.review.total": -1})
    )
    tables.add("gaps", "form_2019", good | {"t3.granted.total": (None, "blank")})
    image = form_cells("form_2021", None, "missing_image")
    tables.add("image", "form_2021", image, 2023, "no_tables", "no_tables")
    tables.add("list", "pre2019_fujian_short", form_cells("pre2019_fujian_short", 3), 2018)
    replaced = ("t3.other_no_correction.", "t3.other_fee_unpaid.", "t3.other_misc.")
    one_row = {key: cell for key, cell in form_cells("form_2021").items() if not key.startswith(replaced)}
    one_row |= {f"t3.other.{column}": (Decimal(1), "reported") for column in COLUMNS}
    tables.add("one-row", "form_2021", one_row, 2021)
    return tables.write()


def gates(folder: Path) -> dict[str, GateResult]:
    """The gates on the tables themselves, by name, without the suites of identities."""
    frames, catalog = read_frames(folder), load_catalog()
    return {gate.name: gate for gate in (*table_gates(frames, catalog), *completeness_gates(frames, catalog))}


def test_findings_about_reports_do_not_block(tables: Tables) -> None:
    folder = fill(tables)
    confront(folder)
    results = run_gates(folder)
    assert blocked(results) == []
    assert len(results) > 8


def test_both_evaluations_find_the_same_failures(tables: Tables) -> None:
    folder = fill(tables)
    confront(folder)
    outcomes = run_identity_suites(folder)
    assert {outcome.raised for outcome in outcomes} == {None}
    failed = {
        (row["filing_id"], outcome.identity_id, row["instance"])
        for outcome in outcomes
        for row in outcome.failing
    }
    results = pq.read_table(folder / "identity_results.parquet").to_pylist()
    asked = {outcome.identity_id for outcome in outcomes}
    assert failed == {
        (row["filing_id"], row["identity_id"], row["instance"])
        for row in results
        if row["result"] == "fails" and row["identity_id"] in asked
    }
    assert ("wrong", "I03", "granted") in failed
    assert ("wrong", "Q01", "document") in failed
    assert ("one-row", "I02", "total") in failed
    linear = {one.id for one in load_identities().identities if one.test == "linear"}
    assert {outcome.identity_id for outcome in outcomes} >= {"I01", "I05", "R03", "A06", "S05", "Q01", "Q02"}
    assert not {one for one in ("A01", "X01", "S06") if one in asked & linear}  # need another report


def test_a_disagreement_blocks(tables: Tables) -> None:
    folder = fill(tables)
    confront(folder)
    results = pq.read_table(folder / "identity_results.parquet").to_pandas()
    outcomes = run_identity_suites(folder)
    assert agreement_gate(outcomes, results).passed
    results.loc[(results["filing_id"] == "wrong") & (results["instance"] == "granted"), "result"] = "holds"
    assert not agreement_gate(outcomes, results).passed


def test_an_expectation_that_raises_is_told_from_one_that_fails() -> None:
    cells = with_values(form_cells("form_2019"), {"t4.review.total": 1})
    filing = FilingCells(("one", "sha", "机关", 2020, "own_body", "form_2019"), dict(cells))
    batches = list(compile_batches([filing], load_catalog(), load_identities()))
    broken = next(batch for batch in batches if "R01" in batch.linear)
    columns, weights, _, tolerance = broken.linear["R03"]
    broken.linear["R03"] = (columns, weights, "!=", tolerance)
    outcomes = {outcome.identity_id: outcome for outcome in run_batches([broken])}
    assert outcomes["R02"].held
    assert outcomes["R01"].raised is None
    assert len(outcomes["R01"].failing) == 1
    assert "unknown operator" in str(outcomes["R03"].raised)
    gate = raised_gate(list(outcomes.values()))
    assert not gate.passed
    assert [row["identity"] for row in gate.failing] == ["R03"]


def twice(rows: dict[str, list[dict[str, Any]]]) -> None:
    rows["cells"].append(dict(rows["cells"][0]))


def cell(rows: dict[str, list[dict[str, Any]]], **changes: Any) -> None:
    rows["cells"][0] |= changes


FAULTS: list[tuple[str, Callable[[dict[str, list[dict[str, Any]]]], Any]]] = [
    ("keys", twice),
    ("keys", lambda rows: rows["filings"].append(dict(rows["filings"][0]))),
    ("keys", lambda rows: cell(rows, filing_id="nobody")),
    ("cells_listed", lambda rows: rows["cells"].pop(0)),
    ("cells_listed", lambda rows: cell(rows, cell_key="t9.no.such")),
    ("complete_is_complete", lambda rows: cell(rows, value=None, raw=None, state="missing_page_break")),
    ("complete_is_complete", lambda rows: cell(rows, value=None, state="unreadable")),
    ("values_explained", lambda rows: cell(rows, value=None)),
    ("values_explained", lambda rows: cell(rows, raw=" ")),
    ("values_explained", lambda rows: cell(rows, line=None)),
    ("values_explained", lambda rows: cell(rows, state="blank")),
    ("located", lambda rows: cell(rows, place=None)),
    ("states", lambda rows: cell(rows, value=None, raw=None, state=None)),
    ("states", lambda rows: cell(rows, value=None, raw=None, state="lost")),
    ("states", lambda rows: cell(rows, value=None, raw=None, state="derived")),
    ("read_has_numbers", lambda rows: rows["filings"][3].update(status="partial")),
    ("read_has_numbers", lambda rows: rows["documents"][3].update(state="read")),
    ("read_has_numbers", lambda rows: rows["filings"][0].update(n_reported=7)),
    ("confidence", lambda rows: cell(rows, confidence=1.5)),
]


@pytest.mark.parametrize(("gate", "spoil"), FAULTS)
def test_a_fault_of_ours_blocks(
    tables: Tables, gate: str, spoil: Callable[[dict[str, list[dict[str, Any]]]], Any]
) -> None:
    fill(tables)
    spoil(tables.rows)
    folder = tables.write()
    confront(folder)
    result = gates(folder)[gate]
    assert not result.passed
    assert result.failing


def test_a_table_of_another_shape_or_absent_blocks(tables: Tables) -> None:
    folder = fill(tables)
    confront(folder)
    cells = pq.read_table(folder / "cells.parquet")
    floats = cells.set_column(cells.column_names.index("value"), "value", cells["value"].cast(pa.float64()))
    pq.write_table(floats, folder / "cells.parquet")
    (folder / "issues.parquet").unlink()
    results = run_gates(folder)
    assert [gate.name for gate in blocked(results)] == ["schema"]
    assert {(row["table"], row["column"]) for row in results[0].failing} == {
        ("cells", "value"),
        ("issues", None),
    }
