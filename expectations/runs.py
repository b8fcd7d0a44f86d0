"""What the expectations answered, kept over time: one file a run, never changed again.

Belongs here: the rows of a run, the run before as a yardstick, and all runs as one table for the warehouse.
Does not belong here: running suites (suite_runs.py, mart_suites.py), the warehouse's own columns (dbt).

A file is written aside and put in place whole, under the run's id: a run that is killed leaves none, a run
that is repeated replaces its own, and nothing that another run wrote is touched.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.gate_rules import GateResult, Rows, answer
from expectations.identities import Identities, load_identities
from expectations.suite_runs import Outcome
from ingestion.normalise.schemas import write_table

TABLE = "expectation_runs"
#: What an expectation is from one run to the next.
KEY = ("part", "suite", "expectation", "form", "report_year")

# one row a run, expectation, form and report year; shares are of the rows looked at, null where there were
# none. `before` is the last run in which the same part was asked
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("run_at", pa.timestamp("us", tz="UTC")),
        ("part", pa.string()),
        ("suite", pa.string()),
        ("expectation", pa.string()),
        ("identity_id", pa.string()),
        ("form", pa.string()),
        ("report_year", pa.int32()),
        ("how", pa.string()),
        ("severity", pa.string()),
        ("grade", pa.string()),
        ("evaluated", pa.int64()),
        ("failed", pa.int64()),
        ("failed_share", pa.float64()),
        ("raised", pa.string()),
        ("success", pa.bool_()),
        ("run_before", pa.string()),
        ("failed_share_before", pa.float64()),
        ("change", pa.float64()),
        ("got_worse", pa.bool_()),
    ]
)


def rows_of_outcomes(outcomes: Iterable[Outcome], identities: Identities | None = None) -> Rows:
    """Rows of the part `tables`, without what concerns the run."""
    known = (identities or load_identities()).by_id()
    return [
        {
            "part": "tables",
            "suite": one.suite,
            "expectation": one.identity_id,
            "identity_id": one.identity_id,
            "form": one.form,
            "report_year": one.report_year,
            "how": one.how,
            "severity": known[one.identity_id].severity,
            "grade": known[one.identity_id].grade,
            "evaluated": one.evaluated,
            "failed": len(one.failing),
            "raised": one.raised,
        }
        for one in outcomes
    ]


def keep_run(folder: Path, run_id: str, run_at: dt.datetime, part: str, rows: Rows) -> Rows:
    """Write the rows of one part of a run below `folder`, each beside the run before; returns them whole.

    The same run again replaces what it wrote. Raises ValueError for two rows with one key.
    """
    keys = [tuple(row[name] for name in KEY) for row in rows]
    if len(set(keys)) != len(keys):
        raise ValueError("two answers to one expectation")
    last = _last(folder, part, run_id)
    before = {tuple(row[name] for name in KEY): row for row in _read(last).to_pylist()} if last else {}
    last_id = last.name.removesuffix(f".{part}.parquet") if last else None
    whole = [
        _beside(row, before.get(key)) | {"run_id": run_id, "run_at": run_at, "run_before": last_id}
        for row, key in zip(rows, keys, strict=True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run_id}.{part}.parquet"
    write_table(pa.Table.from_pylist(whole, schema=SCHEMA), path)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return whole


def _beside(row: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    share = row["failed"] / row["evaluated"] if row["evaluated"] else None
    share_before = before["failed_share"] if before else None
    change = None if share is None or share_before is None else share - share_before
    raised_now = row["raised"] is not None and (before is None or before["raised"] is None)
    return row | {
        "failed_share": share,
        "success": row["raised"] is None and not row["failed"],
        "failed_share_before": share_before,
        "change": change,
        "got_worse": raised_now or (change is not None and change > 0),
    }


def _last(folder: Path, part: str, but: str) -> Path | None:
    """The file of the newest run that asked this part, other than this run."""
    found = [
        (pq.read_table(path, columns=["run_at"]).column(0)[0].as_py(), path)
        for path in folder.glob(f"*.{part}.parquet")
        if path.name != f"{but}.{part}.parquet" and pq.read_metadata(path).num_rows
    ]
    return max(found)[1] if found else None


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path, schema=SCHEMA)
    except (OSError, pa.ArrowInvalid) as error:
        raise ValueError(f"{path} is not a whole file of a run: {error}") from error


def collect_runs(folder: Path, tables: Path) -> int:
    """Write all runs as one table beside the tidy ones, oldest first, for the warehouse; returns its rows.

    Raises ValueError naming a file that cannot be read.
    """
    parts = [_read(path) for path in sorted(folder.glob("*.parquet"))]
    table = pa.concat_tables([SCHEMA.empty_table(), *parts])
    table = table.sort_by([(name, "ascending") for name in ("run_at", "run_id", *KEY)])
    write_table(table, tables / f"{TABLE}.parquet")
    return int(table.num_rows)


def worse_gate(rows: Sequence[dict[str, Any]]) -> GateResult:
    """What fails in a larger share of its rows than in the run before, the largest change first."""
    worse = sorted((row for row in rows if row["got_worse"]), key=lambda row: -(row["change"] or 1.0))
    shown = ("suite", "expectation", "report_year", "failed", "evaluated", "failed_share_before", "raised")
    return answer(
        "nothing_got_worse",
        [{name: row[name] for name in shown} for row in worse],
        "no expectation fails more often than in the run before",
        len(rows),
    )
