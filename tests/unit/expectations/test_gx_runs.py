"""What is kept of runs: beside the run before, once a run, whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations.runs import collect_runs, keep_run, rows_of_outcomes, worse_gate
from expectations.suite_runs import Outcome

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def outcomes(failing: int, evaluated: int = 10, raised: str | None = None) -> list[Outcome]:
    rows = [{"filing_id": str(number), "instance": "total"} for number in range(failing)]
    return [
        Outcome("form_2021: table", "R01", "form_2021", 2022, "equation", evaluated, rows, raised),
        Outcome("form_2021: table", "R02", "form_2021", 2022, "equation", evaluated),
    ]


def kept(folder: Path, run: str, day: int, said: list[Outcome]) -> dict[str, dict[str, object]]:
    rows = keep_run(folder, run, NOW + dt.timedelta(days=day), "tables", rows_of_outcomes(said))
    return {row["expectation"]: row for row in rows}


def test_a_run_stands_beside_the_one_before(tmp_path: Path) -> None:
    first = kept(tmp_path, "b", 0, outcomes(1))
    assert first["R01"]["run_before"] is None
    assert first["R01"]["got_worse"] is False
    second = kept(tmp_path, "a", 1, outcomes(3, evaluated=20))
    assert (second["R01"]["run_before"], second["R01"]["failed_share_before"]) == ("b", 0.1)
    assert second["R01"]["change"] == pytest.approx(0.05)
    assert second["R01"]["got_worse"] is True
    assert second["R02"]["got_worse"] is False
    gate = worse_gate(list(second.values()))
    assert [row["expectation"] for row in gate.failing] == ["R01"]
    third = kept(tmp_path, "c", 2, outcomes(2, evaluated=40))
    assert third["R01"]["run_before"] == "a", "the newest run, whatever its id"
    assert worse_gate(list(third.values())).passed


def test_more_rows_with_the_same_share_are_not_worse_and_an_exception_is(tmp_path: Path) -> None:
    kept(tmp_path, "a", 0, outcomes(1))
    assert worse_gate(list(kept(tmp_path, "b", 1, outcomes(10, evaluated=100)).values())).passed
    raised = kept(tmp_path, "c", 2, outcomes(0, evaluated=0, raised="no such column"))
    assert raised["R01"]["success"] is False
    assert not worse_gate(list(raised.values())).passed


def test_a_run_repeated_replaces_itself_and_leaves_the_others(tmp_path: Path) -> None:
    runs, tables = tmp_path / "runs", tmp_path / "tables"
    kept(runs, "a", 0, outcomes(1))
    before = (runs / "a.tables.parquet").read_bytes()
    kept(runs, "b", 1, outcomes(2))
    again = kept(runs, "b", 1, outcomes(2))
    assert again["R01"]["run_before"] == "a"
    assert (runs / "a.tables.parquet").read_bytes() == before
    assert collect_runs(runs, tables) == 4
    table = pq.read_table(tables / "expectation_runs.parquet")
    assert table["run_id"].to_pylist() == ["a", "a", "b", "b"]


def test_what_a_killed_run_left_is_no_run_and_a_broken_file_is_named(tmp_path: Path) -> None:
    runs, tables = tmp_path / "runs", tmp_path / "tables"
    kept(runs, "a", 0, outcomes(1))
    (runs / ".b.tables.parquet.77.tmp").write_bytes(b"PAR1")
    assert collect_runs(runs, tables) == 2
    (runs / "b.tables.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"b\.tables\.parquet"):
        collect_runs(runs, tables)


def test_no_run_yet_is_an_empty_table(tmp_path: Path) -> None:
    assert collect_runs(tmp_path / "nothing", tmp_path) == 0
    assert pq.read_table(tmp_path / "expectation_runs.parquet").num_rows == 0


def test_one_expectation_answers_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two answers"):
        kept(tmp_path, "a", 0, [*outcomes(1), *outcomes(1)])
