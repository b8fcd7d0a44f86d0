"""What is carried over from the last build, and what must never be."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from expectations.mart_rules import Contract
from expectations.mart_suites import MartOutcome
from ingestion.paths import DataRoot
from orchestration import carried, marts
from orchestration.dbt import Build, NodeResult

DONE = Build({"model.dim": NodeResult("success", 0.1, None, 0)}, {"dim": 1, "fct_expectation_runs": 9})


@pytest.fixture
def built(data_root: DataRoot) -> DataRoot:
    """A warehouse that was built from one tidy table, and let through."""
    data_root.tables.mkdir(parents=True)
    (data_root.tables / "filings.parquet").write_bytes(b"rows")
    data_root.build.mkdir(parents=True)
    with duckdb.connect(str(data_root.warehouse)) as connection:
        connection.execute("create table dim as select 1 as id")
    (data_root.build / marts.STAMP).write_text(marts._digest(data_root.warehouse), encoding="ascii")
    carried.remember(data_root, DONE, "first")
    return data_root


def test_the_same_tables_and_project_carry_the_results_over(built: DataRoot) -> None:
    found = carried.carried(built)
    assert found is not None
    build, run_id = found
    assert (build.results, build.row_counts, run_id) == (DONE.results, {"dim": 1}, "first")


@pytest.mark.parametrize("change", ["table", "new table", "project", "warehouse", "no warehouse", "held"])
def test_whatever_changed_is_built_again(
    built: DataRoot, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if change == "table":
        (built.tables / "filings.parquet").write_bytes(b"other rows")
    elif change == "new table":
        (built.tables / "divisions.parquet").write_bytes(b"rows")
    elif change == "project":
        monkeypatch.setattr(carried, "project_version", lambda: "another")
    elif change == "warehouse":
        with duckdb.connect(str(built.warehouse)) as connection:
            connection.execute("insert into dim values (2)")
    elif change == "no warehouse":
        built.warehouse.unlink()
    else:
        (built.build / marts.STAMP).unlink()
    assert carried.carried(built) is None


def test_a_data_root_that_moved_is_built_again(built: DataRoot, tmp_path: Path) -> None:
    moved = DataRoot(built.root.rename(tmp_path / "moved"))
    assert carried.carried(moved) is None, "the views of its warehouse name the old folder"


def test_a_failed_build_is_not_remembered(built: DataRoot) -> None:
    failed = Build({"test.dim": NodeResult("fail", 0.1, "no", 3)}, {"dim": 1})
    carried.remember(built, failed, "second")
    assert carried.carried(built) is None


def test_answers_on_a_table_stand_while_its_rows_and_those_it_leads_to_do() -> None:
    contract = Contract("fct", ("id",), ["id"], {"dim_id": ("dim", "id")})
    content = {"fct": {"rows_digest": "a"}, "dim": {"rows_digest": "b"}, "other": {"rows_digest": "c"}}

    def key(changed: dict[str, str], asked: Contract = contract) -> str:
        rows = content | {table: {"rows_digest": digest} for table, digest in changed.items()}
        return marts._depends_on([asked], rows)["fct"]

    assert key({}) == key({"other": "x"})
    assert len({key({}), key({"fct": "x"}), key({"dim": "x"}), key({}, Contract("fct", ("id",)))}) == 4


def test_only_answers_on_tables_without_a_fault_are_kept(data_root: DataRoot) -> None:
    data_root.build.mkdir(parents=True)
    held = MartOutcome("dim", "key is unique", "marts_keys", evaluated=7)
    failed = [
        MartOutcome("fct", "id is filled", "marts_keys", evaluated=3),
        MartOutcome("fct", "key is unique", "marts_keys", evaluated=3, failed=1),
    ]
    marts._keep_answers(data_root, {"dim": "1", "fct": "2"}, [held, *failed])
    (one,) = marts._known_answers(data_root, {"dim": "1", "fct": "2"})["dim"]
    assert (one.evaluated, one.carried) == (7, True)
    assert marts._known_answers(data_root, {"dim": "other", "fct": "2"}) == {}
