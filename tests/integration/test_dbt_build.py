"""The dbt project, built once on a few small filings: what an analyst would ask of the result, and what stops it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from orchestration.publish import copy_warehouse
from tests.integration.warehouse_fixture import FILINGS, add_row, write_fixture

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass
class DbtRun:
    """A finished `dbt build`: exit status, what it printed, status by node id, and where the database is."""

    code: int
    printed: str
    statuses: dict[str, str]
    messages: dict[str, str]
    database: Path

    def of(self, name: str) -> str:
        """Status of the node whose id contains `name`."""
        return next(status for node, status in self.statuses.items() if name in node)


def dbt_build(folder: Path, project: Path = PROJECT) -> DbtRun:
    database = folder / "warehouse.duckdb"
    environment = {
        **os.environ,
        "GONGKAI_TABLES": str(folder / "tables"),
        "GONGKAI_DBT_PATH": str(database),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build", "--no-use-colors"]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300)
    results_file = folder / "target" / "run_results.json"
    assert results_file.exists(), done.stdout + done.stderr
    results = json.loads(results_file.read_text("utf-8"))["results"]
    return DbtRun(
        done.returncode,
        done.stdout + done.stderr,
        {result["unique_id"]: result["status"] for result in results},
        {result["unique_id"]: result["message"] or "" for result in results},
        database,
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    folder = tmp_path_factory.mktemp("dbt")
    write_fixture(folder / "tables")
    run = dbt_build(folder)
    assert run.code == 0, run.printed
    return run


@pytest.fixture
def warehouse(built: DbtRun) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def one(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    found = cursor.fetchall()
    assert len(found) == 1, found
    return dict(zip(names, found[0], strict=True))


def mart_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        name
        for (name,) in rows(
            connection, "select table_name from duckdb_tables() where not internal and schema_name = 'main'"
        )
    ]


# --- the build itself ---------------------------------------------------------------------------------------


def test_every_model_and_test_ran_and_nothing_warns(built: DbtRun) -> None:
    assert set(built.statuses.values()) == {"success", "pass"}
    assert "Deprecat" not in built.printed
    kinds = {node.split(".")[0] for node in built.statuses}
    assert kinds == {"model", "test", "unit_test"}


def test_marts_are_tables_in_main_and_only_staging_has_views(warehouse: duckdb.DuckDBPyConnection) -> None:
    views = rows(warehouse, "select distinct schema_name from duckdb_views() where not internal")
    assert views == [("staging",)]
    models = {path.stem for path in (PROJECT / "models/marts").glob("*.sql")}
    assert set(mart_tables(warehouse)) == models


def test_the_published_copy_opens_without_the_parquet(built: DbtRun, tmp_path: Path) -> None:
    copy_warehouse(built.database, tmp_path / "gongkai.duckdb")
    with duckdb.connect(str(tmp_path / "gongkai.duckdb"), read_only=True) as released:
        assert rows(released, "select count(*) from duckdb_views() where not internal") == [(0,)]
        for table in mart_tables(released):
            released.execute(f"select * from {table}").fetchall()
        # comments and constraints travel with the copy
        assert rows(released, "select comment from duckdb_tables() where table_name = 'fct_cells'")[0][0]
        assert rows(released, "select count(*) > 0 from duckdb_constraints()") == [(True,)]


def test_every_table_and_column_is_described_in_both_languages(warehouse: duckdb.DuckDBPyConnection) -> None:
    described = rows(
        warehouse,
        "select table_name, null, comment from duckdb_tables() where schema_name = 'main' "
        "union all select table_name, column_name, comment from duckdb_columns() where schema_name = 'main' "
        "and not internal",
    )
    assert len(described) > 300
    for table, column, comment in described:
        assert comment, f"{table}.{column} has no comment"
        chinese, _, english = comment.partition(" / ")
        assert CHINESE.search(chinese), f"{table}.{column}: {comment}"
        assert english and not CHINESE.search(english), f"{table}.{column}: {comment}"


def test_numbers_are_exact_decimals(warehouse: duckdb.DuckDBPyConnection) -> None:
    types = dict(
        rows(
            warehouse,
            "select table_name || '.' || column_name, data_type from duckdb_columns() where not internal and schema_name = 'main' "
            "and column_name in ('value', 'derived_value', 'lhs', 'rhs', 'residual', 'parts_sum', 'difference')",
        )
    )
    assert len(types) >= 12
    assert set(types.values()) == {"DECIMAL(24,6)"}


@pytest.mark.parametrize(
    "statement",
    [
        "update fct_reviews set value = 1 where state <> 'reported'",  # a number where none is printed
        "update fct_cells set derived_value = 1 where value is not null",  # derived in place of printed
        "update fct_identity_results set result = 'maybe'",
        "update fct_filings set scope = 'both'",
        "insert into fct_printed_totals select * from fct_printed_totals limit 1",  # primary key
        "update fct_application_outcomes set state = null",
    ],
)
def test_constraints_stand_in_the_database(built: DbtRun, tmp_path: Path, statement: str) -> None:
    shutil.copyfile(built.database, tmp_path / "copy.duckdb")
    with (
        duckdb.connect(str(tmp_path / "copy.duckdb")) as connection,
        pytest.raises(duckdb.ConstraintException),
    ):
        connection.execute(statement)


# --- what an analyst would ask ------------------------------------------------------------------------------


def test_requests_are_counted_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Sums over the fact equal the leaf cells: no total column, no total row, no older vintage, no scope mix."""
    found = rows(
        warehouse,
        "select filing_id, scope, sum(value), count(*) from fct_application_outcomes group by all order by all",
    )
    assert found == [
        ("a2020", "own_body", Decimal(5), 19 * 6),
        # one printed row stands for three: 21 - 3 + 1 leaves
        ("a2021", "own_body", Decimal(3), 19 * 6),
        # printed beside its three rows it is a subtotal: not 6
        ("b2022", "own_body", Decimal(3), 21 * 6),
        ("b2022all", "aggregate", Decimal(0), 21 * 6),
        ("d2023", "own_body", None, 21 * 6),
    ]
    totals = "select count(*) from fct_application_outcomes where applicant_type = 'total' or outcome = 'total_handled'"
    assert rows(warehouse, totals) == [(0,)]


def test_outcomes_group_by_class(warehouse: duckdb.DuckDBPyConnection) -> None:
    by_class = dict(
        rows(
            warehouse,
            "select outcome_class, sum(value) from fct_application_outcomes join dim_outcome using (outcome) "
            "where filing_id = 'a2020' group by all having sum(value) > 0",
        )
    )
    assert by_class == {"granted": 2, "partial": 1, "denied": 1, "other": 1}
    assert rows(warehouse, "select outcome_class, count(*) from dim_outcome group by all order by all") == [
        ("denied", 8),
        ("granted", 1),
        ("other", 4),
        ("partial", 1),
        ("rejected", 5),
        ("unable", 3),
    ]
    secret = one(warehouse, "select * from dim_outcome where outcome = 'denied_state_secret'")
    assert secret["label_zh"] == "属于国家秘密" and secret["refusal_kind"] == "mandatory"
    assert "14" in secret["article"] and secret["valid_forms"] == ["form_2019", "form_2021"]


def test_flow_keeps_four_measures_and_balances(warehouse: duckdb.DuckDBPyConnection) -> None:
    flow = one(
        warehouse,
        "select * from fct_application_flow where filing_id = 'a2020' and applicant_type = 'natural_person'",
    )
    assert [flow[name] for name in ("new_received", "carried_in", "handled", "carried_out")] == [5, 1, 4, 1]
    assert flow["handled_cell_key"] == "t3.total_handled.natural_person"
    assert flow["agency"] == "阳光街道办事处" and flow["report_year"] == 2020
    assert rows(warehouse, "select count(*) from fct_application_flow where filing_id = 'a2020'") == [(6,)]


def test_what_is_not_printed_is_null_with_its_state(warehouse: duckdb.DuckDBPyConnection) -> None:
    cell = one(
        warehouse,
        "select * from fct_cells where filing_id = 'a2020' and cell_key = 't3.granted.research_inst'",
    )
    assert cell["value"] is None and cell["state"] == "unreadable"
    assert cell["derived_value"] == 0 and cell["derived_by"] == ["I03", "Q01"]
    part = one(
        warehouse,
        "select * from fct_application_outcomes "
        "where filing_id = 'a2020' and outcome = 'granted' and applicant_type = 'research_inst'",
    )
    assert part["value"] is None and part["state"] == "unreadable"
    pictures = (
        "select count(value), count(distinct state), min(state) from fct_cells where filing_id = 'd2023'"
    )
    assert rows(warehouse, pictures) == [(0, 1, "missing_image")]


def test_fractions_are_not_rounded(warehouse: duckdb.DuckDBPyConnection) -> None:
    amounts = rows(
        warehouse,
        "select filing_id, value, unit from fct_disclosures where measure = 'amount' and value <> 0 order by 1",
    )
    assert amounts == [("a2020", Decimal("2.5"), None), ("a2021", Decimal("0.0001"), "万元")]


def test_cells_lead_back_to_the_source(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = one(
        warehouse,
        "select c.raw, c.place, c.line, d.name, c.is_suspect, c.suspected_by, l.label_zh, l.is_total "
        "from fct_cells c join fct_documents d using (sha256) join dim_cell l using (form, cell_key) "
        "where c.filing_id = 'a2020' and c.cell_key = 't3.partial.total'",
    )
    assert found["raw"] == "2" and found["name"] == "a2020.txt" and found["place"] == f"line {found['line']}"
    assert found["is_suspect"] and found["suspected_by"] == ["I03"]
    assert "部分公开" in found["label_zh"] and found["is_total"]
    doubtful = "select cell_key from fct_cells where is_suspect and suspected_by is null"
    assert rows(warehouse, doubtful) == [("t4.review.pending",)]


def test_all_vintages_stay_and_only_the_current_one_is_a_fact(warehouse: duckdb.DuckDBPyConnection) -> None:
    kept = rows(
        warehouse,
        "select filing_id, vintage, is_current from fct_filings where report_year = 2020 order by vintage",
    )
    assert kept == [("a2020old", 1, False), ("a2020", 2, True)]
    granted = "select filing_id, value from fct_cells where cell_key = 't3.granted.natural_person' and report_year = 2020"
    assert dict(rows(warehouse, granted)) == {"a2020": 2, "a2020old": 70}
    for fact in ("fct_application_outcomes", "fct_application_flow", "fct_reviews", "fct_disclosures"):
        assert rows(warehouse, f"select count(*) from {fact} where filing_id = 'a2020old'") == [(0,)]


def test_printed_totals_stand_beside_their_parts(warehouse: duckdb.DuckDBPyConnection) -> None:
    wrong = rows(
        warehouse,
        "select cell_key, direction, value, parts_sum, difference from fct_printed_totals "
        "where filing_id = 'a2020' and difference <> 0",
    )
    assert sorted(wrong) == [
        ("t3.partial.total", "across", 2, 1, 1),
        ("t3.total_handled.total", "down", 5, 6, -1),
    ]
    incomplete = one(
        warehouse,
        "select * from fct_printed_totals where filing_id = 'a2020' and cell_key = 't3.granted.total'",
    )
    assert incomplete["value"] == 2 and incomplete["parts_sum"] is None
    assert (incomplete["n_parts_reported"], incomplete["n_parts"]) == (5, 6)
    single = one(
        warehouse,
        "select * from fct_printed_totals where filing_id = 'a2021' and direction = 'down' "
        "and cell_key = 't3.total_handled.natural_person'",
    )
    assert (single["value"], single["parts_sum"], single["n_parts"]) == (3, 3, 19)
    subtotal = one(
        warehouse,
        "select * from fct_printed_totals where filing_id = 'b2022' and direction = 'down' "
        "and cell_key = 't3.other.natural_person'",
    )
    assert (subtotal["value"], subtotal["parts_sum"]) == (3, 3)


def test_reviews_have_no_total(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse, "select result, value from fct_reviews where filing_id = 'a2021' and channel = 'review'"
    )
    assert dict(found) == {"maintained": 2, "corrected": 0, "other_result": 0, "pending": 0}
    blank = one(warehouse, "select * from fct_reviews where state = 'blank' and filing_id = 'a2020'")
    assert (blank["channel"], blank["result"], blank["value"]) == ("lit_direct", "pending", None)


def test_legacy_lists_keep_local_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select label, code, is_local, measure, value, unit from fct_legacy_indicators order by position, measure",
    )
    assert found == [
        ("主动公开文件数", "fj.proactive_total", False, "cumulative", 765, "条"),
        ("主动公开文件数", "fj.proactive_total", False, "year", 94, "条"),
        ("其中：村务公开栏数", None, True, "year", 12, "个"),
    ]


def test_one_wide_row_an_agency_year_and_scope(warehouse: duckdb.DuckDBPyConnection) -> None:
    keys = rows(warehouse, "select filing_id from rpt_agency_year order by 1")
    assert keys == [(item,) for item in sorted(f.filing_id for f in FILINGS if f.is_current)]
    wide = one(warehouse, "select * from rpt_agency_year where filing_id = 'a2020'")
    assert (wide["new_received"], wide["carried_in"], wide["handled"], wide["carried_out"]) == (5, 1, 5, 1)
    assert (wide["granted"], wide["partial"], wide["denied"], wide["other"]) == (2, 2, 1, 1)
    assert (wide["denied_n_reported"], wide["denied_n_parts"]) == (8, 8)
    assert wide["litigation_direct_total"] is None and wide["litigation_direct_total_state"] == "blank"
    assert wide["fee_amount_10k_yuan"] is None and wide["fee_amount_10k_yuan_state"] is None
    assert wide["narrative_requests_received"] == [5, 6]
    assert (wide["n_identities_fail"], wide["n_derived"], wide["n_suspect"]) == (1, 1, 2)
    assert wide["is_by_departments_deadline"] is True and wide["breaks_before"] == []
    late = one(warehouse, "select * from rpt_agency_year where filing_id = 'a2021'")
    assert (late["is_by_departments_deadline"], late["is_by_governments_deadline"]) == (False, True)
    assert late["breaks_before"] == ["B2021"] and late["other"] == 3 and late["other_n_parts"] == 1
    assert late["normative_docs_made_new"] is None and late["normative_docs_issued"] == 0
    pictures = one(warehouse, "select * from rpt_agency_year where filing_id = 'd2023'")
    assert (pictures["handled"], pictures["handled_state"], pictures["coverage"]) == (
        None,
        "missing_image",
        0,
    )
    assert pictures["denied"] is None and pictures["is_by_departments_deadline"] is None
    legacy = one(warehouse, "select * from rpt_agency_year where filing_id = 'c2018'")
    assert legacy["legacy_fujian_proactive_items"] == 94 and legacy["new_received"] is None


def test_agencies_are_their_printed_names(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse, "select name_zh, n_filings, n_current_filings from dim_agency order by 1 nulls last, 2"
    )
    assert found == [
        ("月光区人民政府", 2, 2),
        ("柳树街道办事处", 1, 1),
        ("水边街道", 1, 1),
        ("阳光街道办事处", 3, 2),
        (None, 1, 0),
        (None, 1, 0),
    ]


def test_documents_that_could_not_be_read_are_listed(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse, "select name, state, reason, n_filings, n_issues from fct_documents where n_filings = 0"
    )
    assert found == [("empty.html", "unreadable", "the file is empty", 0, 1)]
    issues = rows(warehouse, "select document, agency, code from fct_issues order by 1")
    assert issues == [("d2023.txt", "水边街道", "table_missing"), ("empty.html", None, "empty_file")]


def test_report_years_know_their_form_and_deadlines(warehouse: duckdb.DuckDBPyConnection) -> None:
    years = {
        year: (form, str(departments), str(governments), breaks)
        for year, form, departments, governments, breaks in rows(
            warehouse,
            "select report_year, uniform_form, deadline_departments, deadline_governments, breaks_before "
            "from dim_report_year",
        )
    }
    assert years[2020] == ("form_2019", "2021-01-31", "2021-03-31", [])
    assert years[2018] == (None, "2019-03-31", "2019-03-31", [])
    assert years[2024][3] == ["B2024"]


# --- what stops a build -------------------------------------------------------------------------------------


def test_damage_is_noticed(tmp_path: Path) -> None:
    """A total that slips in among the parts, a second current vintage and a broken contract each fail by name."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    model = project / "models/marts/dim_unit.sql"
    model.write_text(model.read_text("utf-8").replace("select\n", "select\n    1 as stray,\n", 1), "utf-8")
    tables = tmp_path / "tables"
    write_fixture(tables)
    columns = pq.read_table(tables / "catalog_columns.parquet")
    at = columns.schema.get_field_index("is_total")
    nothing_is_total = pa.array([False] * columns.num_rows)
    assert pc.any(columns.column("is_total")).as_py()
    pq.write_table(columns.set_column(at, "is_total", nothing_is_total), tables / "catalog_columns.parquet")
    add_row(tables, "filings", {"filing_id": "a2020twin"})

    run = dbt_build(tmp_path, project)

    assert run.code == 1
    assert run.of("test.gongkai.assert_totals_are_not_counted_twice") == "fail"
    assert run.of("test.gongkai.assert_no_total_in_additive_facts") == "fail"
    assert run.of("test.gongkai.assert_one_current_vintage") == "fail"
    assert run.of("model.gongkai.dim_unit") == "error"
    assert "contract" in run.messages["model.gongkai.dim_unit"]
    assert run.of("test.gongkai.assert_every_cell_arrives_once") == "pass"
