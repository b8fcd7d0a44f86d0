"""Gates before the warehouse is built: what the tables must satisfy however strange the reports are.

Belongs here: shape, keys, completeness, states, and that every expectation was asked and answered. Does not
belong here: which gate blocks (gates.yml), identities as printed. A report that breaks one is a finding and
is published; a table that lacks a cell is a fault of ours and holds the release back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.gate_rules import GateResult, Rows, answer, ruled
from expectations.gate_suites import Wish, run_table_suites
from expectations.schemas import RESULT_SCHEMAS, RESULTS
from expectations.suite_runs import Outcome, run_identity_suites
from expectations.suites import compile_suites, uncovered
from ingestion.catalog import Catalog, load_catalog
from ingestion.normalise.schemas import TABLE_SCHEMAS

__all__ = ["SCHEMAS", "GateResult", "blocked", "run_gates"]

SCHEMAS = TABLE_SCHEMAS | RESULT_SCHEMAS
READ = ("complete", "partial")
_LOCATED_BY = ("line", "row_index", "char_start", "bbox", "page")
_REASONED = ("not_evaluable", "not_applicable")
#: The columns that gates look at. Of a whole warehouse's cells the others would not fit in memory.
_COLUMNS = {
    "documents": ("sha256", "name", "state"),
    "filings": ("filing_id", "sha256", "form", "status", "n_reported"),
    "cells": ("filing_id", "cell_key", "value", "raw", "state", "confidence", "place", *_LOCATED_BY),
    "indicators": ("filing_id", "state"),
    "identity_results": ("filing_id", "form", "identity_id", "instance", "result", "why"),
    "derived_cells": ("filing_id", "cell_key"),
    "cell_suspects": ("filing_id", "cell_key"),
}
_FEW = ("filing_id", "cell_key", "state", "form", "identity_id", "instance", "result")


def run_gates(
    tables: Path, catalog: Catalog | None = None, kept: list[Outcome] | None = None
) -> list[GateResult]:
    """Every gate on the tables of a folder, in the order of gates.yml; `kept` gets the suites' outcomes.

    Where a table is absent or of another shape, only the schema gate answers: the others could only raise.
    """
    catalog = catalog or load_catalog()
    shape = schema_gate(tables)
    if not shape.passed:
        return [shape]
    outcomes = run_identity_suites(tables, catalog)
    if kept is not None:
        kept += outcomes
    frames = read_frames(tables)
    results = frames["identity_results"]
    answers = [
        shape,
        *table_gates(frames, catalog),
        *completeness_gates(frames, catalog),
        reasoned_gate(results),
        asked_gate(outcomes, results),
        raised_gate(outcomes),
        agreement_gate(outcomes, results),
    ]
    return ruled(answers, "tables", "suites")


def read_frames(tables: Path) -> dict[str, pd.DataFrame]:
    """What the gates look at, by table: `value`, `raw` and `why` as whether there is one, texts that come
    again and again as categories.
    """
    return {name: _frame(tables / f"{name}.parquet", columns) for name, columns in _COLUMNS.items()}


def _frame(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    few = [name for name in columns if name in _FEW]
    table = pq.read_table(path, columns=list(columns), read_dictionary=few)
    for name in ("raw", "why"):
        if name in columns:
            stripped = pc.utf8_trim_whitespace(table[name])
            there = pc.if_else(pc.equal(pc.fill_null(stripped, ""), ""), None, "there")
            table = table.set_column(table.column_names.index(name), name, there.cast(pa.string()))
    if "value" in columns:
        there = pc.if_else(table["value"].is_valid(), 1.0, None)
        table = table.set_column(table.column_names.index("value"), "value", there)
    frame: pd.DataFrame = table.to_pandas()
    return frame


def blocked(results: Iterable[GateResult]) -> list[GateResult]:
    """The gates that hold a release back."""
    return [result for result in results if result.blocks]


def schema_gate(tables: Path) -> GateResult:
    """Each table exists with its declared columns, types and order: no float where a Decimal belongs."""
    faults: Rows = []
    for name, declared in SCHEMAS.items():
        path = tables / f"{name}.parquet"
        if not path.is_file():
            faults.append({"table": name, "column": None, "declared": "a table", "found": "none"})
            continue
        found = pq.read_schema(path)
        if found.names != declared.names:
            faults.append({"table": name, "column": None, "declared": declared.names, "found": found.names})
            continue
        faults += [
            {"table": name, "column": column.name, "declared": str(column.type), "found": str(other.type)}
            for column, other in zip(declared, found, strict=True)
            if column.type != other.type
        ]
    return answer("schema", faults, "tables have their declared columns and types", len(SCHEMAS))


def table_gates(frames: dict[str, pd.DataFrame], catalog: Catalog) -> list[GateResult]:
    """Keys, required columns and accepted values, asked of Great Expectations."""
    cells, filings = frames["cells"], frames["filings"]
    states = [code for code, state in catalog.states.items() if state.kind not in ("structural", "beside")]
    located = cells.loc[cells["state"] == "reported", ["filing_id", "cell_key", "raw", "place"]]
    asked: list[Wish] = [
        ("keys", "documents", frames["documents"], {
            "unique": [("sha256",)],
            "not_null": ["sha256", "state"],
        }),
        ("keys", "filings", filings, {
            "unique": [("filing_id",)],
            "not_null": ["filing_id", "sha256", "status"],
        }),
        ("keys", "cells", cells, {
            "unique": [("filing_id", "cell_key")],
            "not_null": ["filing_id", "cell_key"],
            "in_set": {"filing_id": filings["filing_id"].tolist()},
        }),
        ("keys", "identity_results", frames["identity_results"], {
            "unique": [("filing_id", "identity_id", "instance")],
            "in_set": {"filing_id": filings["filing_id"].tolist()},
        }),
        ("keys", "derived_cells", frames["derived_cells"], {"unique": [("filing_id", "cell_key")]}),
        ("keys", "cell_suspects", frames["cell_suspects"], {"unique": [("filing_id", "cell_key")]}),
        ("states", "cells", cells, {"in_set": {"state": states}, "not_null": ["state"]}),
        ("states", "identity_results", frames["identity_results"], {"in_set": {"result": list(RESULTS)}}),
        ("located", "cells", located, {"not_null": ["raw", "place"]}),
    ]  # fmt: skip
    answers = run_table_suites(asked)
    return [
        answer(gate, [row for name, _, rows in answers if name == gate for row in rows], what,
              sum(rows for name, rows, _ in answers if name == gate))
        for gate, what in (
            ("keys", "keys are unique and belong together"),
            ("states", "states and results are known ones"),
            ("located", "printed cells keep their text and their place"),
        )
    ]  # fmt: skip


def completeness_gates(frames: dict[str, pd.DataFrame], catalog: Catalog) -> list[GateResult]:
    """Nothing lost in silence: every cell of a form is there, and what it lacks is explained by its state."""
    cells, filings = frames["cells"], frames["filings"]
    checks: list[tuple[str, str, Callable[[], Rows], int]] = [
        ("cells_listed", "every cell of a filing's form is listed",
         lambda: _unlisted(cells, filings, catalog), len(filings)),
        ("complete_is_complete", "no filing is marked complete that lacks a cell",
         lambda: _incomplete(cells, filings, catalog), len(filings)),
        ("read_has_numbers", "no filing counts as read without a printed number",
         lambda: _read_without_number(frames), len(filings)),
        ("values_explained", "a number is reported, with its text and its place; no other state has one",
         lambda: _unexplained(cells), len(cells)),
        ("confidence", "a confidence lies between 0 and 1, and every printed cell has one",
         lambda: _confidence(cells), len(cells)),
    ]  # fmt: skip
    return [answer(name, check(), what, looked_at) for name, what, check, looked_at in checks]


def raised_gate(outcomes: list[Outcome]) -> GateResult:
    """No expectation raised instead of answering; one that failed is a finding."""
    raised = [
        {"suite": outcome.suite, "identity": outcome.identity_id, "raised": outcome.raised}
        for outcome in outcomes
        if outcome.raised is not None
    ]
    return answer("no_expectation_raised", raised, "expectations answered", len(outcomes))


def asked_gate(outcomes: list[Outcome], results: pd.DataFrame) -> GateResult:
    """Every identity that has results on a form was asked there, by one suite; the suites cover the file."""
    faults: Rows = [dict(row) for row in uncovered(compile_suites())]
    asked = defaultdict(set)
    for outcome in outcomes:
        asked[outcome.form, outcome.identity_id].add(outcome.suite)
    found = results[["form", "identity_id"]].drop_duplicates()
    judged = set(zip(found["form"].astype(object), found["identity_id"].astype(object), strict=True))
    faults += [
        {"form": form, "identity": identity, "fault": f"asked by {len(asked[form, identity]) or 'no'} suites"}
        for form, identity in sorted(judged)
        if len(asked[form, identity]) != 1
    ]
    return answer("every_identity_asked", faults, "every identity is asked by one expectation", len(judged))


def reasoned_gate(results: pd.DataFrame) -> GateResult:
    """What could not be judged, and what does not apply, says why."""
    open_ones = results[results["result"].isin(_REASONED)]
    faults = _rows(open_ones[open_ones["why"].isna()], "filing_id", "identity_id", "instance", "result")
    return answer("reasoned", faults, "what was not judged says why", len(open_ones))


def agreement_gate(outcomes: list[Outcome], results: pd.DataFrame) -> GateResult:
    """Great Expectations and our own evaluation find the same strict failures, in as many instances.

    Expectations that only count our own verdicts prove nothing and are left out.
    """
    answered = [outcome for outcome in outcomes if outcome.independent and outcome.raised is None]
    asked = {outcome.identity_id for outcome in answered}
    theirs = {
        (row["filing_id"], outcome.identity_id, row["instance"])
        for outcome in answered
        for row in outcome.failing
    }
    judged = results[results["identity_id"].isin(asked) & results["result"].isin(["holds", "fails"])]
    failed = judged[judged["result"] == "fails"]
    ours = set(zip(failed["filing_id"], failed["identity_id"], failed["instance"], strict=True))
    faults: Rows = [
        {"filing_id": key[0], "identity": key[1], "instance": key[2], "only_found_by": name}
        for name, keys in (("evaluation", ours - theirs), ("great_expectations", theirs - ours))
        for key in sorted(keys)
    ]
    counted: dict[str, int] = defaultdict(int)
    for outcome in answered:
        if outcome.how != "cells":
            counted[outcome.identity_id] += outcome.evaluated
    own = judged["identity_id"].value_counts()
    faults += [
        {"identity": identity, "evaluated": int(own.get(identity, 0)), "by_great_expectations": count}
        for identity, count in sorted(counted.items())
        if int(own.get(identity, 0)) != count
    ]
    return answer("evaluations_agree", faults, "verdicts found alike by two evaluations", len(judged))


def _unlisted(cells: pd.DataFrame, filings: pd.DataFrame, catalog: Catalog) -> Rows:
    listed = cells.groupby("filing_id", observed=True)["cell_key"].agg(frozenset).to_dict()
    faults: Rows = []
    for filing_id, code in zip(filings["filing_id"], filings["form"], strict=True):
        found: frozenset[str] = listed.get(filing_id, frozenset())
        if code not in catalog.forms:
            if isinstance(code, str) or found:
                faults.append({"filing_id": filing_id, "fault": f"no form {code} in the catalog"})
            continue
        form = catalog.forms[code]
        optional = form.optional_cells.keys()
        replaced = {
            f"{table.code}.{gone}.{column.code}"
            for table in form.tables
            for row in table.optional_rows
            for gone in row.replaces
            for column in table.columns
            if f"{table.code}.{row.code}.{column.code}" in found
        }
        faults += [
            {"filing_id": filing_id, "cell_key": key, "fault": fault}
            for keys, fault in (
                (form.cells.keys() - found - replaced, "is not listed"),
                (found - form.cells.keys() - optional, "is no cell of the form"),
            )
            for key in sorted(keys)
        ]
    return faults


def _incomplete(cells: pd.DataFrame, filings: pd.DataFrame, catalog: Catalog) -> Rows:
    """Cells that a complete filing lacks; rows that an optional row stands for may be missing beside it."""
    there = {code for code, state in catalog.states.items() if state.kind in ("printed", "empty")}
    complete = filings.loc[filings["status"] == "complete", "filing_id"]
    lacking = cells[cells["filing_id"].isin(complete) & ~cells["state"].isin(there)]
    faults: Rows = _rows(lacking, "filing_id", "cell_key", "state")
    without_form = filings[(filings["status"] == "complete") & filings["form"].isna()]
    return faults + [row | {"fault": "complete without a form"} for row in _rows(without_form, "filing_id")]


def _read_without_number(frames: dict[str, pd.DataFrame]) -> Rows:
    filings, documents = frames["filings"], frames["documents"]
    printed = [frame for frame in (frames["cells"], frames["indicators"]) if len(frame)]
    with_number = {
        filing_id for frame in printed for filing_id in frame.loc[frame["state"] == "reported", "filing_id"]
    }
    read = filings[filings["status"].isin(READ)]
    faults: Rows = _rows(read[~read["filing_id"].isin(with_number)], "filing_id", "status")
    counted = (
        frames["cells"].loc[frames["cells"]["state"] == "reported"].groupby("filing_id", observed=True).size()
    )
    told = filings.set_index("filing_id")["n_reported"].fillna(0)
    wrong = told[told != counted.reindex(told.index).fillna(0)]
    faults += [{"filing_id": filing_id, "n_reported": int(count)} for filing_id, count in wrong.items()]
    good = set(filings.loc[filings["filing_id"].isin(with_number), "sha256"])
    empty = documents[documents["state"].isin(["read", "partial"]) & ~documents["sha256"].isin(good)]
    return faults + _rows(empty, "sha256", "name", "state")


def _unexplained(cells: pd.DataFrame) -> Rows:
    reported = cells["state"] == "reported"
    no_place = cells[list(_LOCATED_BY)].isna().all(axis=1)
    no_text = cells["raw"].isna()
    faults: Rows = []
    for wrong, fault in (
        (reported & cells["value"].isna(), "reported without a value"),
        (reported & no_text, "reported without its text"),
        (reported & no_place, "reported without a place"),
        (~reported & cells["value"].notna(), "a value that is not reported"),
        (cells["state"].isna(), "no state"),
    ):
        faults += [
            row | {"fault": fault} for row in _rows(cells[wrong], "filing_id", "cell_key", "state", "raw")
        ]
    return faults


def _confidence(cells: pd.DataFrame) -> Rows:
    confidence = cells["confidence"]
    wrong = (confidence < 0) | (confidence > 1) | ((cells["state"] == "reported") & confidence.isna())
    return _rows(cells[wrong], "filing_id", "cell_key", "confidence")


def _rows(frame: pd.DataFrame, *columns: str) -> Rows:
    found = frame[list(columns)].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in found]
