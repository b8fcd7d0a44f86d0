"""The dbt project, built once on a few small filings: what an analyst would ask of the result, and what stops it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from orchestration import release_order
from orchestration.publish import copy_warehouse, table_names
from orchestration.release_store import LAYOUTS
from tests.integration.warehouse_build import PROJECT, DbtRun, dbt_build, one, rows
from tests.integration.warehouse_fixture import FILINGS, add_row, write_fixture

CHINESE = re.compile(r"[\u4e00-\u9fff]")


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
    assert kinds == {"model", "test", "unit_test", "operation"}


def test_marts_are_tables_in_main_and_measures_and_citations_are_views(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    views = rows(
        warehouse, "select view_name from duckdb_views() where not internal and schema_name <> 'staging'"
    )
    measures = rows(warehouse, "select view_name from dim_measure")
    assert set(views) == {*measures, ("rpt_citations",), ("rpt_registered_bodies",)}
    models = {path.stem for path in (PROJECT / "models/marts").glob("*.sql")}
    assert set(mart_tables(warehouse)) == models


def test_the_published_copy_opens_without_the_parquet(built: DbtRun, tmp_path: Path) -> None:
    copy_warehouse(built.database, tmp_path / "gongkai.duckdb")
    with duckdb.connect(str(tmp_path / "gongkai.duckdb"), read_only=True) as released:
        there = rows(released, "select distinct schema_name from duckdb_views() where not internal")
        assert there == [("main",)]
        for (view,) in rows(released, "select view_name from duckdb_views() where not internal"):
            released.execute(f"select * from {view}").fetchall()
        # constraints travel with the copy
        assert rows(released, "select count(*) > 0 from duckdb_constraints()") == [(True,)]


def test_the_published_copy_shows_the_tables_of_the_warehouse_under_any_name(
    built: DbtRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_order, "FILINGS_IN_A_BLOCK", 2)
    copy_warehouse(built.database, tmp_path / "gongkai.duckdb")
    with duckdb.connect(str(built.database), read_only=True) as connection:
        connection.execute(f"attach '{tmp_path / 'gongkai.duckdb'}' as mine (read_only)")
        tables = mart_tables(connection)
        assert set(tables) == set(table_names(connection, "mine")) and "fct_cells" in tables
        kept = rows(connection, "select table_name from duckdb_tables() where schema_name = 'store'")
        assert {(fact,) for fact in LAYOUTS} <= set(kept), "a fact lacks a column that its layout names"
        for table in tables:
            for here, there in ((table, f"mine.{table}"), (f"mine.{table}", table)):
                assert rows(connection, f"from {here} except all from {there}") == [], table
        said = (
            "select table_name, column_name, column_index, data_type, comment from duckdb_columns() "
            "where schema_name = 'main' and not internal and database_name {} 'mine' "
            "union all select table_name, null, null, null, comment from duckdb_tables() "
            "where schema_name = 'main' and not internal and database_name {} 'mine' "
            "union all select view_name, null, null, null, comment from duckdb_views() "
            "where schema_name = 'main' and not internal and database_name {} 'mine' order by all"
        )
        assert rows(connection, said.replace("{}", "=")) == rows(connection, said.replace("{}", "<>"))
        bare = "select table_name, column_name from duckdb_columns() where schema_name = 'store' and comment is null"
        assert rows(connection, bare) == []


def test_every_table_and_column_is_described_in_both_languages(warehouse: duckdb.DuckDBPyConnection) -> None:
    described = rows(
        warehouse,
        "select table_name, null, comment from duckdb_tables() where schema_name = 'main' "
        "union all select view_name, null, comment from duckdb_views() where schema_name = 'main' and not internal "
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
        "update fct_filings set scope_basis = 'assumed' where scope = 'aggregate'",  # nobody assumes that
        "update fct_filings set is_withdrawn = true where is_current",  # nobody counts what is withdrawn
        "update fct_cells set value_best = 8 where verdict is null",  # only a person says so
        "update fct_reconciled_cells set chosen = printed",  # nothing was chosen then
        "update fct_localisations set is_unique = true where rank = 0",
        "insert into rpt_agency_year select * from rpt_agency_year limit 1",  # primary key
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


def test_a_verdict_stands_beside_the_printed_number_wherever_it_is_shown(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    cell = one(warehouse, "select * from fct_cells where verdict is not null")
    assert (cell["filing_id"], cell["cell_key"]) == ("a2020", "t3.partial.total")
    assert (cell["value"], cell["value_best"], cell["verdict"]) == (2, 1, "source_error")
    assert cell["is_suspect"], "what an identity points at stays marked"
    total = one(warehouse, "select * from fct_printed_totals where verdict is not null")
    assert (total["value"], total["value_best"], total["difference"]) == (2, 1, 1)
    rate = one(warehouse, "select * from measure_granted_or_partial_per_handled where filing_id = 'a2020'")
    assert (rate["numerator"], rate["denominator"]) == (4, 5)
    assert (rate["numerator_best"], rate["denominator_best"]) == (3, 5), "one fewer was granted in part"
    why = one(warehouse, "select r.* from fct_corrections r join fct_cells using (correction_id)")
    assert (why["reason"], why["who"], why["outcome"]) == ("各列之和为1", "tester", "applied")
    elsewhere = "select outcome from fct_corrections where correction_id = 'own:2'"
    assert rows(warehouse, elsewhere) == [("not_archived",)]
    differing = "select count(*) from fct_cells where value_best is distinct from value"
    assert rows(warehouse, differing) == [(1,)]
    wide = one(warehouse, "select * from rpt_agency_year where filing_id = 'a2020'")
    assert (wide["new_received_best"], wide["new_received"], wide["n_settled"]) == (5, 5, 1)


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


def test_what_tells_the_scope_stands_beside_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    for table in ("fct_filings", "rpt_agency_year"):
        found = rows(
            warehouse,
            f"select filing_id, scope, scope_basis from {table} "
            "where filing_id in ('a2020', 'b2022', 'b2022all', 'c2018') order by 1",
        )
        assert found == [
            ("a2020", "own_body", "agency_kind"),
            ("b2022", "own_body", "in_doubt"),
            ("b2022all", "aggregate", "title"),
            ("c2018", "own_body", "assumed"),
        ]


def test_one_wide_row_an_agency_year_and_scope(warehouse: duckdb.DuckDBPyConnection) -> None:
    keys = rows(warehouse, "select filing_id from rpt_agency_year order by 1")
    assert keys == [(item,) for item in sorted(f.filing_id for f in FILINGS if f.is_current)]
    wide = one(warehouse, "select * from rpt_agency_year where filing_id = 'a2020'")
    assert (wide["new_received"], wide["carried_in"], wide["handled"], wide["carried_out"]) == (5, 1, 5, 1)
    assert (wide["granted"], wide["partial"], wide["denied"], wide["other"]) == (2, 2, 1, 1)
    assert (wide["denied_n_reported"], wide["denied_n_parts"]) == (8, 8)
    assert wide["litigation_direct_total"] is None and wide["litigation_direct_total_state"] == "blank"
    assert wide["fee_amount_10k_yuan"] is None and wide["fee_amount_10k_yuan_state"] == "structurally_absent"
    assert (wide["requests_received"], wide["requests_received_state"]) == (5, "reported")
    assert (wide["agency"], wide["name_zh"], wide["county_zh"], wide["level"], wide["kind"]) == (
        "阳光街道办事处",
        "福州市星河区阳光街道办事处",
        "星河区",
        "town",
        "street_office",
    )
    assert wide["published_on_basis"] == "signature", "the date under the text, which the reader found"
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
    assert (legacy["new_received_state"], legacy["requests_received_relation"]) == (
        "structurally_absent",
        "approximate",
    )


def test_agencies_are_those_of_the_register(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select name_zh, county_zh, n_filings, n_current_filings, first_report_year from dim_agency "
        "where n_filings > 0 order by 1",
    )
    assert found == [
        ("月光区人民政府", None, 2, 2, 2022),
        ("福州市星河区柳树街道办事处", None, 1, 1, 2018),
        ("福州市星河区水边街道办事处", None, 1, 1, 2023),
        ("福州市星河区阳光街道办事处", "星河区", 3, 2, 2020),
    ]
    assert rows(warehouse, "select count(*) from dim_agency where n_filings = 0") == [(2,)]


def test_two_spellings_of_one_agency_are_two_vintages(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select agency, vintage, is_current from fct_filings join dim_agency using (agency_id) "
        "where report_year = 2020 order by vintage",
    )
    assert found == [("星河区阳光街道", 1, False), ("阳光街道办事处", 2, True)]
    printed = "select alias, first_year, last_year from dim_agency_alias where kind = 'printed' and alias like '%阳光%'"
    assert sorted(rows(warehouse, printed)) == [
        ("星河区阳光街道", 2020, 2020),
        ("阳光街道办事处", 2020, 2021),
    ]


def test_an_agency_is_followed_through_time(warehouse: duckdb.DuckDBPyConnection) -> None:
    def name_of(year: int) -> Any:
        query = (
            "select v.short_name_zh, v.division_code from dim_agency a join dim_agency_version v using (agency_id) "
            f"where a.short_name_zh = '阳光街道办事处' and {year} between coalesce(v.valid_from, 0) "
            "and coalesce(v.valid_to, 9999)"
        )
        return rows(warehouse, query)

    assert name_of(2018) == [("阳光乡人民政府", "350188201")]
    assert name_of(2020) == [("阳光街道办事处", "350199001")]
    run_by = rows(
        warehouse,
        "select p.name_zh from dim_agency a join dim_agency p on p.agency_id = a.reporting_parent_id",
    )
    assert run_by == [("水边新区管理委员会",)]


def test_what_waits_for_its_agency_is_kept_and_left_out(warehouse: duckdb.DuckDBPyConnection) -> None:
    waiting = rows(warehouse, "select filing_id, how, names_seen[1] from fct_agency_queue order by 1")
    assert [row[:2] for row in waiting] == [("noname", "no_name"), ("noname2", "no_name")]
    assert waiting[0][2] == "某街道政府信息公开工作年度报告"
    kept = "select count(*) from fct_filings join fct_agency_queue using (filing_id) where agency_id is null"
    assert rows(warehouse, kept) == [(2,)]
    assert rows(warehouse, "select count(*) from rpt_agency_year where agency_id is null") == [(0,)]
    beside = "select report_year, level, n_expected, n_waiting, n_waiting_read from rpt_coverage where n_waiting > 0"
    assert rows(warehouse, beside) == [(2022, "unknown", 0, 2, 2)]


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
    add_row(tables, "agency_resolutions", {"filing_id": "a2020twin"})

    run = dbt_build(tmp_path, project)

    assert run.code == 1
    assert run.of("test.gongkai.assert_totals_are_not_counted_twice") == "fail"
    assert run.of("test.gongkai.assert_no_total_in_additive_facts") == "fail"
    assert run.of("test.gongkai.assert_one_current_vintage") == "fail"
    assert run.of("model.gongkai.dim_unit") == "error"
    assert "contract" in run.messages["model.gongkai.dim_unit"]
    assert run.of("test.gongkai.assert_every_cell_arrives_once") == "pass"


def test_suspects_and_choices_are_found_beside_the_number_printed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    suspect = one(
        warehouse,
        "select s.*, l.kind, c.value, c.value_best from fct_suspects s "
        "join fct_localisations l using (filing_id, table_code, rank) join fct_cells c using (filing_id, cell_key)",
    )
    assert (suspect["cell_key"], suspect["kind"]) == ("t3.partial.total", "cells")
    assert (suspect["printed"], suspect["value"], suspect["suggestion"]) == (2, 2, 1)
    chosen = one(
        warehouse,
        "select r.*, c.value, c.value_best from fct_reconciled_cells r join fct_cells c using (filing_id, cell_key)",
    )
    assert (chosen["value"], chosen["value_best"], chosen["chosen"]) == (0, 0, 6)
    assert chosen["rests_on"] == ["R01 table"]
    nothing = one(warehouse, "select * from fct_localisations where rank = 0")
    assert (nothing["kind"], nothing["weight"]) == ("none", None)
    assert nothing["why_not"]


def test_a_row_twice_and_a_suggestion_in_the_place_of_a_number_stop_the_build(tmp_path: Path) -> None:
    """No index holds the key of a fact. One build for both: a build takes a quarter of a minute."""
    tables = tmp_path / "tables"
    write_fixture(tables)
    add_row(tables, "identity_results", {})
    add_row(
        tables, "suspected_cells", {"cell_key": "t3.granted.total", "printed": Decimal(7), "suggestion": None}
    )
    add_row(
        tables, "reconciled_cells", {"cell_key": "t3.granted.total", "printed": Decimal(2)}
    )  # read once only
    run = dbt_build(tmp_path)
    assert run.code != 0
    assert run.of("assert_keys_of_facts_are_unique") == "fail"
    assert run.of("assert_suggestions_stand_beside_printed_cells") == "fail"
    assert run.messages[
        next(node for node in run.messages if "assert_suggestions_stand_beside_printed_cells" in node)
    ].startswith("Got 2 results")
    assert run.of("assert_explanations_have_their_cells") == "fail"


def test_every_row_says_how_far_it_may_be_trusted(warehouse: duckdb.DuckDBPyConnection) -> None:
    def of(table: str, cell_key: str) -> Any:
        query = f"select quality from {table} where filing_id = 'a2020' and cell_key = '{cell_key}'"
        return one(warehouse, query)["quality"]

    assert of("fct_cells", "t3.partial.total") == "violated_identities"
    assert of("fct_reviews", "t4.review.pending") == "reconciled"
    assert of("fct_reviews", "t4.lit_direct.pending") == "not_printed"
    assert of("fct_application_outcomes", "t3.partial.natural_person") == "complete"
    total = "select distinct quality from fct_printed_totals where filing_id = 'a2020' and cell_key = 't3.partial.total'"
    assert rows(warehouse, total) == [("violated_identities",)]
    # a series and a row of the flow are as good as the worst cell in them
    worst = one(
        warehouse,
        "select quality, value from fct_series where filing_id = 'a2020' and concept = 'review_pending'",
    )
    assert worst == {"quality": "reconciled", "value": 0}
    flow = "select distinct quality from fct_application_flow where filing_id = 'a2020'"
    assert rows(warehouse, flow) == [("complete",)]


def test_a_number_is_cited_down_to_its_cell(built: DbtRun, tmp_path: Path) -> None:
    """In the released file, as a reader would ask."""
    copy_warehouse(built.database, tmp_path / "gongkai.duckdb")
    with duckdb.connect(str(tmp_path / "gongkai.duckdb"), read_only=True) as released:
        found = one(released, "select * from citation('a2020', 't3.partial.total')")
        nothing = rows(released, "select * from citation('a2020', 't3.no_such_row.total')")
        wider = one(
            released,
            "select name_zh, label_zh, raw, archive_path, citation from rpt_citations "
            "where filing_id = 'a2020' and cell_key = 't3.partial.total'",
        )
        crawled = one(released, "select publisher from citation('a2021', 't3.granted.total')")
    assert wider == {
        "name_zh": "福州市星河区阳光街道办事处",
        "label_zh": "部分公开（区分处理的，只计这一情形，不计其他情形） / 总计",
        "raw": "2",
        "archive_path": f"archive/snapshots/a2/{'a2020':0<64}",
        "citation": found["citation"],
    }
    assert nothing == [] and crawled["publisher"] == "福州市长乐区人民政府", "whose site it is"
    assert found["title"] == "阳光街道办事处2020年政府信息公开工作年度报告"
    assert (found["publisher"], found["url"]) == ("阳光街道办事处", "https://www.sunny.gov.cn/2020.html")
    assert str(found["retrieved_at"]) == "2021-02-03 04:05:06" and found["sha256"] == f"{'a2020':0<64}"
    assert (found["page"], found["table"], found["column"]) == (3, 1, 2)
    assert found["place"] == f"line {found['row']}"
    assert (found["printed"], found["value"], found["quality"]) == ("2", 2, "violated_identities")
    for part in (
        found["title"],
        found["url"],
        "2021-02-03",
        found["sha256"],
        found["place"],
        "“2”",
    ):
        assert part in found["citation"]


def test_changes_say_what_was_there_before_and_why(warehouse: duckdb.DuckDBPyConnection) -> None:
    def of(cell_key: str) -> list[tuple[Any, ...]]:
        return rows(
            warehouse,
            "select filing_id, cause, evidence, old_value, new_value, new_state from fct_changes "
            f"where agency = '阳光街道办事处' and report_year = 2020 and cell_key = '{cell_key}' order by cause",
        )

    assert of("t3.granted.natural_person") == [("a2020", "new_vintage", "a2020old", 70, 2, "reported")]
    assert of("t3.granted.research_inst") == [("a2020", "new_vintage", "a2020old", 0, None, "unreadable")]
    assert of("t3.partial.total") == [
        ("a2020", "new_vintage", "a2020old", 0, 2, "reported"),
        ("a2020", "verdict", "own:1", 2, 1, "reported"),
    ]
    assert of("t3.denied_state_secret.research_inst") == [], "0 in both"
    assert rows(warehouse, "select distinct filing_id from fct_changes") == [("a2020",)]
