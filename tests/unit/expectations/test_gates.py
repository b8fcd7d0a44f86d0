"""Gates: what holds a release back, and what does not. Great Expectations against our own evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.about import Surroundings
from expectations.confront import confront
from expectations.gate_rules import GATES_FILE, GateError, GateResult, load_gates, read_gates, ruled
from expectations.gates import (
    agreement_gate,
    blocked,
    completeness_gates,
    raised_gate,
    read_frames,
    run_gates,
    table_gates,
)
from expectations.histories import FilingCells
from expectations.identities import load_identities
from expectations.suite_batches import Batch, compile_batches
from expectations.suite_runs import run_batches, run_identity_suites
from expectations.suites import Suite, compile_suites, uncovered
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
    assert failed == {
        (row["filing_id"], row["identity_id"], row["instance"]) for row in results if row["result"] == "fails"
    }
    assert ("wrong", "I03", "granted") in failed
    assert ("wrong", "Q01", "document") in failed
    assert ("one-row", "I02", "total") in failed
    assert ("image", "Q04", "document") in failed


def across_years(tables: Tables) -> Path:
    """Three years of one body whose carry-over, documents in force and cumulatives break, and one list of
    2018.
    """
    for year, carried_in in ((2021, 0), (2022, 7), (2023, 4)):
        cells = requests_table({("granted", "natural_person"): 6}, {"natural_person": 4}, "form_2021")
        stock = {"t3.carried_in.total": carried_in, "t2_1.normative_docs.in_force": year - 2000}
        tables.add(f"a{year}", "form_2021", with_values(cells, stock), year, agency="阳光街道办事处")
    for year, cumulative in ((2017, 9), (2018, 5)):
        listed = {"fj.proactive_total.cumulative": cumulative, "fj.requests_received.year": year - 2010}
        cells = with_values(form_cells("pre2019_fujian_short"), listed)
        tables.add(f"b{year}", "pre2019_fujian_short", cells, year, agency="清风街道办事处")
    carried = with_values(form_cells("form_2019"), {"t3.carried_in.total": 2})
    tables.add("b2019", "form_2019", carried, 2019, agency="清风街道办事处")
    folder = tables.write()
    confront(folder)
    return folder


def test_identities_across_years_are_enforced_on_both_reports(tables: Tables) -> None:
    outcomes = run_identity_suites(across_years(tables))
    failed = {
        (outcome.identity_id, row["filing_id"], row["instance"])
        for outcome in outcomes
        for row in outcome.failing
        if outcome.how == "equation"
    }
    assert {
        ("X01", "a2022", "total"),
        ("A01", "a2022", "normative_docs"),
        ("S06", "b2018", "proactive_total"),
        ("X03", "b2019", "total"),
    } <= failed
    (before_there_was_any,) = (o for o in outcomes if (o.identity_id, o.report_year) == ("X01", 2021))
    assert before_there_was_any.evaluated == 0


def without(suites: tuple[Suite, ...], form: str, identity_id: str) -> tuple[Suite, ...]:
    kept = []
    for suite in suites:
        left = tuple(one for one in suite.identities if (suite.form, one.id) != (form, identity_id))
        if left:
            kept.append(replace(suite, identities=left))
    return tuple(kept)


def test_every_identity_of_every_form_is_in_one_suite() -> None:
    suites = compile_suites()
    assert uncovered(suites) == []
    pairs = [(suite.form, one.id) for suite in suites for one in suite.identities]
    wanted = [(form, one.id) for one in load_identities().identities for form in one.forms]
    assert sorted(pairs) == sorted(wanted)


@pytest.mark.parametrize("identity_id", ["I01", "X01", "Q01", "Q04", "N01"])
def test_removing_an_identity_from_one_suite_holds_the_release(
    tables: Tables, identity_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = across_years(tables)
    fewer = without(compile_suites(), "form_2021", identity_id)
    assert uncovered(fewer) == [
        {"form": "form_2021", "identity": identity_id, "fault": "asked by no expectations"}
    ]
    monkeypatch.setattr("expectations.suite_runs.compile_suites", lambda *given: fewer)
    (gate,) = [gate for gate in blocked(run_gates(folder)) if gate.name == "every_identity_asked"]
    assert {(row["form"], row["identity"]) for row in gate.failing} == {("form_2021", identity_id)}


def changed(change: Callable[[Batch], None]) -> Callable[..., Any]:
    """compile_batches whose batches are changed on their way."""

    def compile_changed(*given: Any) -> Any:
        for batch in compile_batches(*given):
            change(batch)
            yield batch

    return compile_changed


def swap_sign(identity_id: str) -> Callable[[Batch], None]:
    def change(batch: Batch) -> None:
        if identity_id in batch.linear:
            columns, weights, op, tolerance = batch.linear[identity_id]
            batch.linear[identity_id] = (columns, [-weights[0], *weights[1:]], op, tolerance)

    return change


@pytest.mark.parametrize("identity_id", ["I01", "I03", "S05", "X01"])
def test_a_swapped_sign_is_found_by_the_other_evaluation(
    tables: Tables, identity_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = across_years(tables)
    monkeypatch.setattr("expectations.suite_runs.compile_batches", changed(swap_sign(identity_id)))
    (gate,) = blocked(run_gates(folder))
    assert gate.name == "evaluations_agree"
    assert {row["identity"] for row in gate.failing} == {identity_id}


def test_an_expectation_left_out_of_its_batch_is_found_by_the_count(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = across_years(tables)
    monkeypatch.setattr(
        "expectations.suite_runs.compile_batches",
        changed(lambda batch: batch.linear.pop("I02", None) and None),
    )
    (gate,) = blocked(run_gates(folder))
    assert gate.name == "evaluations_agree"


def test_an_expectation_that_raises_holds_the_release(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = across_years(tables)

    def spoil(batch: Batch) -> None:
        if "Q02" in batch.ranges:
            batch.ranges["Q02"] = ("no such column", 0, 0)

    monkeypatch.setattr("expectations.suite_runs.compile_batches", changed(spoil))
    assert "no_expectation_raised" in {gate.name for gate in blocked(run_gates(folder))}


def test_a_form_of_another_year_fails_as_a_pair(tables: Tables) -> None:
    tables.add("late", "form_2019", form_cells("form_2019"), 2022)
    folder = tables.write()
    confront(folder)
    (outcome,) = [one for one in run_identity_suites(folder) if one.identity_id == "F02"]
    assert [row["filing_id"] for row in outcome.failing] == ["late"]


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
    catalog, identities = load_catalog(), load_identities()
    suites = compile_suites(catalog, identities)
    batches = compile_batches([(filing, Surroundings())], suites, catalog, identities, lambda year: {})
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


def test_a_gate_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "gates.yml"
    text = GATES_FILE.read_text("utf-8")
    path.write_text(text.replace("effect: warn", "effect: maybe"), encoding="utf-8")
    with pytest.raises(GateError, match=r"gates\.yml"):
        read_gates(path)
    path.write_text(text.replace("name: states", "name: keys"), encoding="utf-8")
    with pytest.raises(GateError, match="named twice: keys"):
        read_gates(path)


def test_a_gate_that_nobody_asks_is_not_passed_over() -> None:
    (rule,) = load_gates().looking_at("history")
    with pytest.raises(GateError, match=rule.name):
        ruled([], "history")
    with pytest.raises(GateError, match="a_new_gate"):
        ruled([GateResult(rule.name, True, ""), GateResult("a_new_gate", True, "")], "history")
    (warned,) = ruled([GateResult(rule.name, False, "worse")], "history")
    assert not warned.passed
    assert blocked([warned]) == []


def test_an_open_verdict_without_a_reason_blocks(tables: Tables) -> None:
    folder = across_years(tables)
    table = pq.read_table(folder / "identity_results.parquet")
    silent = pa.array([None] * table.num_rows, pa.string())
    pq.write_table(
        table.set_column(table.column_names.index("why"), "why", silent), folder / "identity_results.parquet"
    )
    assert "reasoned" in {gate.name for gate in blocked(run_gates(folder))}


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
