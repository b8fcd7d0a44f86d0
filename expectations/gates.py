"""Gates before a release: what the tables must satisfy however strange the reports are.

Belongs here: shape, keys, completeness, states, and that every expectation answered. Does not belong here:
identities as printed. A report that breaks one is a finding and is published; a table that lacks a cell is a
fault of ours and holds the release back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from expectations.gate_suites import Wish, run_table_suites
from expectations.schemas import RESULT_SCHEMAS, RESULTS
from expectations.suites import Outcome, run_identity_suites
from ingestion.catalog import Catalog, load_catalog
from ingestion.normalise.schemas import TABLE_SCHEMAS

SCHEMAS = TABLE_SCHEMAS | RESULT_SCHEMAS
#: Rows shown for a failed gate; the count in `detail` is always the whole.
SHOWN = 50
READ = ("complete", "partial")
_LOCATED_BY = ("line", "row_index", "char_start", "bbox", "page")


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate's answer; `failing` holds up to SHOWN rows by key."""

    name: str
    passed: bool
    detail: str
    failing: list[dict[str, Any]] = field(default_factory=list)


Rows = list[dict[str, Any]]


def run_gates(tables: Path, catalog: Catalog | None = None) -> list[GateResult]:
    """Every gate on the tables of a folder, in a fixed order.

    Where a table is absent or of another shape, only the schema gate answers: the others could only raise.
    """
    catalog = catalog or load_catalog()
    shape = schema_gate(tables)
    if not shape.passed:
        return [shape]
    frames = read_frames(tables)
    outcomes = run_identity_suites(tables, catalog)
    return [
        shape,
        *table_gates(frames, catalog),
        *completeness_gates(frames, catalog),
        raised_gate(outcomes),
        agreement_gate(outcomes, frames["identity_results"]),
    ]


def read_frames(tables: Path) -> dict[str, pd.DataFrame]:
    """The tables that the gates look at, by name."""
    return {name: pq.read_table(tables / f"{name}.parquet").to_pandas() for name in SCHEMAS}


def blocked(results: Iterable[GateResult]) -> list[GateResult]:
    """The gates that hold a release back."""
    return [result for result in results if not result.passed]


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
    return _gate("schema", faults, "tables have their declared columns and types", len(SCHEMAS))


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
        _gate(gate, [row for name, _, rows in answers if name == gate for row in rows], what,
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
    return [_gate(name, check(), what, looked_at) for name, what, check, looked_at in checks]


def raised_gate(outcomes: list[Outcome]) -> GateResult:
    """No expectation raised instead of answering; one that failed is a finding."""
    raised = [
        {"suite": outcome.suite, "identity": outcome.identity_id, "raised": outcome.raised}
        for outcome in outcomes
        if outcome.raised is not None
    ]
    return _gate("no_expectation_raised", raised, "expectations answered", len(outcomes))


def agreement_gate(outcomes: list[Outcome], results: pd.DataFrame) -> GateResult:
    """Great Expectations and our own evaluation find the same strict failures, in as many instances."""
    asked = {outcome.identity_id for outcome in outcomes if outcome.raised is None}
    theirs = {
        (row["filing_id"], outcome.identity_id, row["instance"])
        for outcome in outcomes
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
    linear = [outcome for outcome in outcomes if outcome.linear and outcome.raised is None]
    counted = {outcome.identity_id: 0 for outcome in linear}
    for outcome in linear:
        counted[outcome.identity_id] += outcome.evaluated
    for identity, count in sorted(counted.items()):
        own = int((judged["identity_id"] == identity).sum())
        if own != count:
            faults.append({"identity": identity, "evaluated": own, "by_great_expectations": count})
    return _gate("evaluations_agree", faults, "verdicts found alike by two evaluations", len(judged))


def _unlisted(cells: pd.DataFrame, filings: pd.DataFrame, catalog: Catalog) -> Rows:
    listed = cells.groupby("filing_id")["cell_key"].agg(frozenset).to_dict()
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
    counted = frames["cells"].loc[frames["cells"]["state"] == "reported"].groupby("filing_id").size()
    told = filings.set_index("filing_id")["n_reported"].fillna(0)
    wrong = told[told != counted.reindex(told.index).fillna(0)]
    faults += [{"filing_id": filing_id, "n_reported": int(count)} for filing_id, count in wrong.items()]
    good = set(filings.loc[filings["filing_id"].isin(with_number), "sha256"])
    empty = documents[documents["state"].isin(["read", "partial"]) & ~documents["sha256"].isin(good)]
    return faults + _rows(empty, "sha256", "name", "state")


def _unexplained(cells: pd.DataFrame) -> Rows:
    reported = cells["state"] == "reported"
    no_place = cells[list(_LOCATED_BY)].isna().all(axis=1)
    no_text = cells["raw"].isna() | (cells["raw"].astype("string").str.strip() == "")
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


def _gate(name: str, failing: Rows, what: str, looked_at: int) -> GateResult:
    detail = f"{what} ({looked_at} looked at)" if not failing else f"not so: {what}; {len(failing)} faults"
    return GateResult(name, not failing, detail, failing[:SHOWN])
