"""Every violated identity of a release with whose fault it is, and what changed since the last one.

Belongs here: gathering violations, blaming, comparing with the results of the release before. Does not
belong here: pages (report_violations.py), verdicts (they are read, never made).

Us: a verdict says that we misread, another reading was taken, or a cell was read with little confidence.
Them: a verdict says that the report itself is wrong, or every number in it was read for sure. Open: all else,
such as what is compared with prose, where nobody has looked yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.confront import DOUBTFUL_BELOW

Blame = Literal["us", "them", "open"]
FAILED = ("fails", "fails_lenient")
Row = dict[str, Any]
Key = tuple[str, str, str]
#: Verdicts of the ledger by whose fault they say it is.
_VERDICTS: dict[str, Blame] = {
    "extraction_error": "us",
    "source_error": "them",
    "corrected_upstream": "them",
    "not_an_error": "them",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One instance that fails in one filing; `why_blamed` says what the blame rests on."""

    filing_id: str
    row: Row
    blame: Blame
    why_blamed: str
    is_new: bool

    @property
    def key(self) -> Key:
        return self.filing_id, str(self.row["identity_id"]), str(self.row["instance"])


def violations(tables: Path, before: Path | None = None) -> tuple[list[Violation], list[Key]]:
    """The failing results of the tables, and the keys of those solved since `before`.

    `before` is the results' Parquet file of the last release. Without it nothing is new. Solved is what
    failed then and is judged otherwise now; a filing that is gone has solved nothing.
    """
    wrong = pc.field("result").isin(FAILED)
    failing = pq.read_table(tables / "identity_results.parquet", filters=wrong).to_pylist()
    cells = _cells(tables, {row["filing_id"] for row in failing})
    verdicts = _by_cell(tables / "verdicts.parquet", "verdict")
    reconciled = _by_cell(tables / "reconciled_cells.parquet", "cell_key")
    then = _failed_then(before)
    found = []
    for row in failing:
        blame, why = _blame(row, cells, verdicts, reconciled)
        key = str(row["filing_id"]), str(row["identity_id"]), str(row["instance"])
        found.append(Violation(key[0], row, blame, why, before is not None and key not in then))
    now = {one.key for one in found}
    there = set(pq.read_table(tables / "filings.parquet", columns=["filing_id"])["filing_id"].to_pylist())
    return found, sorted(key for key in then - now if key[0] in there)


def _failed_then(before: Path | None) -> set[Key]:
    if before is None or not before.is_file():
        return set()
    wanted = ["filing_id", "identity_id", "instance"]
    table = pq.read_table(before, columns=wanted, filters=pc.field("result").isin(FAILED))
    return set(zip(*(table[name].to_pylist() for name in wanted), strict=True))


def _cells(tables: Path, filings: set[str]) -> dict[tuple[str, str], Row]:
    wanted = ["filing_id", "cell_key", "state", "confidence"]
    doubtful = pc.field("filing_id").isin(pa.array(sorted(filings), pa.string())) & (
        (pc.field("state") == "unreadable") | (pc.field("confidence") < DOUBTFUL_BELOW)
    )
    found = pq.read_table(tables / "cells.parquet", columns=wanted, filters=doubtful).to_pylist()
    return {(row["filing_id"], row["cell_key"]): row for row in found}


def _by_cell(path: Path, column: str) -> dict[tuple[str, str], str]:
    if not path.is_file():
        return {}
    found = pq.read_table(path, columns=list(dict.fromkeys(["filing_id", "cell_key", column]))).to_pylist()
    return {(row["filing_id"], row["cell_key"]): row[column] for row in found}


def _blame(
    row: Row,
    doubtful: dict[tuple[str, str], Row],
    verdicts: dict[tuple[str, str], str],
    reconciled: dict[tuple[str, str], str],
) -> tuple[Blame, str]:
    keys = list(_operand_cells(row))
    for key in keys:
        verdict = verdicts.get(key)
        if verdict in _VERDICTS:
            return _VERDICTS[verdict], f"verdict: {verdict} ({key[1]})"
    if taken := [key[1] for key in keys if key in reconciled]:
        return "us", f"another reading was taken: {taken[0]}"
    if unsure := [key[1] for key in keys if key in doubtful]:
        return "us", f"read with little confidence: {unsure[0]}"
    if not keys:
        return "open", "names no cell"
    if "prose." in str(row["operands"]):
        return "open", "compares with prose, whose words a person must judge"
    if row["result"] == "fails":
        return "them", "every number was read for sure"
    return "open", "rests on blanks"


def _operand_cells(row: Row) -> Iterable[tuple[str, str]]:
    """(filing, cell) of each cell that the result involves, last year's included."""
    for operand in json.loads(row["operands"] or "[]"):
        if not operand["cell"].startswith("prose."):
            yield operand.get("filing", row["filing_id"]), operand["cell"].removesuffix("@y-1")
    for cell in json.loads(row["suspects"] or "[]"):
        yield row["filing_id"], cell
