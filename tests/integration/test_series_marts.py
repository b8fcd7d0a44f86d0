"""Series, measures and what is counted over them: one agency through three eras, and its peers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.integration.history_fixture import write_history
from tests.integration.warehouse_build import DbtRun, dbt_build, one, rows


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    folder = tmp_path_factory.mktemp("history")
    write_history(folder / "tables")
    run = dbt_build(folder, command=("build", "--exclude-resource-type", "unit_test"))
    assert run.code == 0, run.printed
    return run


@pytest.fixture
def warehouse(built: DbtRun) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        yield connection


def figure(warehouse: duckdb.DuckDBPyConnection, year: int, concept: str) -> dict[str, Any]:
    return one(
        warehouse,
        f"select * from fct_series where agency = '甲街道办事处' and report_year = {year} "
        f"and scope = 'own_body' and concept = '{concept}'",
    )


def ratio(warehouse: duckdb.DuckDBPyConnection, year: int, measure: str) -> tuple[Any, ...]:
    """(numerator, denominator, ratio, hidden) of 甲."""
    found = rows(
        warehouse,
        "select numerator, denominator, round(ratio, 6), is_hidden from fct_measures where agency = '甲街道办事处' "
        f"and report_year = {year} and scope = 'own_body' and measure = '{measure}'",
    )
    assert len(found) == 1, found
    return found[0]


# --- series -------------------------------------------------------------------------------------------------


def test_one_concept_runs_through_three_eras(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select report_year, form, value, relation, previous_report_year, breaks_before, joins_previous "
        "from fct_series where agency = '甲街道办事处' and concept = 'requests_received' and scope = 'own_body' "
        "order by report_year",
    )
    assert found == [
        (2017, "pre2019_national", 10, "approximate", None, [], False),
        (2019, "form_2019", 20, "identical", 2017, ["B2019"], True),
        (2020, "form_2019", 0, "identical", 2019, [], True),
        (2021, "form_2021", 4, "identical", 2020, [], True),
        (2024, "form_2021", 30, "identical", 2021, [], True),
    ]


def test_a_sum_stands_for_what_the_old_list_prints_in_parts(warehouse: duckdb.DuckDBPyConnection) -> None:
    granted = figure(warehouse, 2017, "outcome_granted")
    assert (granted["value"], granted["relation"], granted["n_parts"]) == (4, "sum_only", 2)
    assert granted["cell_keys"] == ["nat.reply_already_public.count", "nat.reply_granted.count"]
    assert figure(warehouse, 2017, "outcome_denied")["value"] == 2, "3 refusals, 1 of what is no information"
    handled = figure(warehouse, 2017, "requests_handled")
    assert (handled["value"], handled["cell_keys"]) == (9, ["nat.replies_total.count"])


def test_what_is_wider_never_joins_a_series(warehouse: duckdb.DuckDBPyConnection) -> None:
    wide = figure(warehouse, 2017, "denied_law_prohibits")
    assert (wide["value"], wide["relation"], wide["is_comparable"]) == (2, "wider", False)
    assert figure(warehouse, 2019, "denied_law_prohibits")["joins_previous"] is False


@pytest.mark.parametrize(
    ("year", "concept", "breaks", "joins"),
    [
        (2019, "outcome_denied", ["B2019"], False),
        (2019, "outcome_granted", ["B2019"], True),
        (2024, "litigation_total", ["B2024"], False),
        (2021, "litigation_total", [], True),
        (2021, "outcome_other", ["B2021"], True),
    ],
)
def test_breaks_part_what_they_touch(
    warehouse: duckdb.DuckDBPyConnection, year: int, concept: str, breaks: list[str], joins: bool
) -> None:
    found = figure(warehouse, year, concept)
    assert (found["breaks_before"], found["joins_previous"]) == (breaks, joins)


def test_other_handling_compares_as_a_sum_only(warehouse: duckdb.DuckDBPyConnection) -> None:
    before, after = (figure(warehouse, year, "outcome_other") for year in (2020, 2021))
    assert (before["value"], before["relation"], before["n_parts"]) == (0, "identical", 1)
    assert (after["value"], after["relation"], after["n_parts"]) == (1, "sum_only", 3)


def test_a_sum_with_a_part_not_printed_is_null(warehouse: duckdb.DuckDBPyConnection) -> None:
    other = figure(warehouse, 2024, "outcome_other")
    assert (other["value"], other["n_printed"], other["n_parts"]) == (None, 2, 3)
    assert other["states_not_printed"] == ["unreadable"]


# --- measures -----------------------------------------------------------------------------------------------


def test_ratios_stand_with_numerator_and_denominator(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert ratio(warehouse, 2019, "granted_or_partial_per_handled") == (10, 20, 0.5, False)
    assert ratio(warehouse, 2019, "granted_or_partial_per_answered") == (10, 16, 0.625, False)
    assert ratio(warehouse, 2019, "carried_out_per_new_and_carried_in") == (5, 25, 0.2, False)
    assert ratio(warehouse, 2019, "review_corrected_per_closed") == (2, 7, 0.285714, False)


def test_nothing_handled_is_no_ratio(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert ratio(warehouse, 2020, "granted_or_partial_per_handled") == (0, 0, None, False)


def test_few_cases_are_hidden(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert ratio(warehouse, 2021, "granted_or_partial_per_handled") == (3, 4, None, True)


def test_a_part_not_printed_gives_no_ratio(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert ratio(warehouse, 2024, "granted_or_partial_per_handled") == (None, None, None, False)
    assert ratio(warehouse, 2024, "direct_suits_per_suits")[:2] == (Decimal(2), Decimal(2))


def test_a_form_without_a_concept_has_no_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    old = "select measure from fct_measures where agency = '甲街道办事处' and report_year = 2017"
    assert {name for (name,) in rows(warehouse, old)} == {
        "granted_or_partial_per_handled",
        "granted_or_partial_per_answered",
        "refused_per_handled",
    }


# --- views of measures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "measure", "breaks", "joins"),
    [
        (2019, "refused_per_handled", ["B2019"], False),  # refusals were counted otherwise
        (2019, "granted_or_partial_per_handled", ["B2019"], True),  # nearly the same
        (2020, "refused_per_handled", [], True),
        (2019, "direct_suits_per_suits", [], False),  # no list before had it
        (2024, "direct_suits_per_suits", ["B2024"], False),  # reconsideration came first
    ],
)
def test_a_rate_names_the_break_in_its_row(
    warehouse: duckdb.DuckDBPyConnection, year: int, measure: str, breaks: list[str], joins: bool
) -> None:
    found = rows(
        warehouse,
        f"select breaks_before, joins_previous from measure_{measure} where name_zh = '甲街道办事处' "
        f"and report_year = {year} and scope = 'own_body'",
    )
    assert found == [(breaks, joins)]


def test_a_rate_leads_to_the_cells_that_were_taken(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select c.cell_key, c.value from measure_granted_or_partial_per_handled m, unnest(m.cell_keys) as k(cell_key) "
        "join fct_cells c on c.filing_id = m.filing_id and c.cell_key = k.cell_key "
        "where m.name_zh = '甲街道办事处' and m.report_year = 2017 order by 1",
    )
    assert found == [
        ("nat.replies_total.count", 9),  # 申请办结数 is not printed
        ("nat.reply_already_public.count", 1),
        ("nat.reply_granted.count", 3),
        ("nat.reply_partial.count", 0),
    ]


def test_an_ended_or_begun_concept_has_a_row_in_every_form(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select concept, form, relation from dim_crosswalk where cell_key is null and concept in "
        "('normative_docs_disclosed', 'rules_in_force', 'proactive_items_cumulative') order by all",
    )
    assert found == [
        ("normative_docs_disclosed", "form_2021", "dropped"),
        ("normative_docs_disclosed", "pre2019_fujian_short", "new"),
        ("proactive_items_cumulative", "form_2019", "dropped"),
        ("proactive_items_cumulative", "form_2021", "dropped"),
        ("proactive_items_cumulative", "pre2019_national", "absent"),
        ("rules_in_force", "form_2019", "new"),
        ("rules_in_force", "pre2019_fujian_short", "new"),
        ("rules_in_force", "pre2019_national", "new"),
    ]
    whole = "select concept, form from dim_concept, dim_form except select concept, form from dim_crosswalk"
    assert rows(warehouse, whole) == []


def test_every_measure_has_its_view(warehouse: duckdb.DuckDBPyConnection) -> None:
    for measure, view in rows(
        warehouse, "select distinct measure, view_name from fct_measures join dim_measure using (measure)"
    ):
        stands = f"select filing_id, ratio from fct_measures where measure = '{measure}' order by all"
        assert rows(warehouse, f"select filing_id, ratio from {view} order by all") == rows(warehouse, stands)


def test_refusals_are_shared_out_by_ground(warehouse: duckdb.DuckDBPyConnection) -> None:
    refused = rows(
        warehouse,
        "select report_year, ground, numerator, denominator, ratio, is_hidden from measure_refusals_by_ground "
        "where name_zh = '甲街道办事处' and numerator > 0 order by ground",
    )
    assert refused == [
        (2019, "denied_state_secret", 3, 4, None, True),
        (2019, "denied_third_party", 1, 4, None, True),
    ]


def test_applicants_are_counted_beside_the_printed_total(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select applicant_type, numerator, denominator, ratio, numerator_best, denominator_best, ratio_best "
        "from measure_requests_by_applicant_type "
        "where name_zh = '甲街道办事处' and report_year = 2019 and numerator > 0",
    )
    assert found == [("natural_person", 15, 20, 0.75, 15, 20, 0.75)]


def test_delay_counts_days_from_both_dates(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select report_year, late_vs_31jan, late_vs_31mar from measure_publication_delay "
        "where name_zh = '甲街道办事处' and scope = 'own_body' order by 1",
    )
    assert found == [
        (2017, None, 2),  # 2018-04-02; 31 January was nobody's day before 2019
        (2019, 0, -60),  # 2020-01-31; 2020 is a leap year
        (2020, 59, 0),  # 2021-03-31
        (2021, 60, 1),  # 2022-04-01
        (2024, None, None),  # no date is printed
    ]


def test_year_on_year_compares_the_same_agencies(warehouse: duckdb.DuckDBPyConnection) -> None:
    """2020 beside 2019 in 福建: 甲 20 to 0, 乙 10 to 16, 丙 11 to 9. 丁 prints nothing in 2020, 戊 did not report; the
    summary of 900 is of another scope.
    """
    found = rows(
        warehouse,
        "select province_zh, scope, previous_value, value, round(change, 4), n_matched, n_reporting, n_expected "
        "from measure_year_on_year where concept = 'requests_received' and report_year = 2020 order by 1",
    )
    assert found == [
        ("江西省", "own_body", 14, 28, 1.0, 1, 1, 1),
        ("福建省", "own_body", 41, 25, -0.3902, 3, 3, 5),
    ]
    gap = "select count(*) from measure_year_on_year where concept = 'requests_received' and report_year in (2019, 2024)"
    assert rows(warehouse, gap) == [(0,)], "2017 and 2019 are two years apart, 2021 and 2024 three"


def test_peers_are_of_one_kind_level_and_province(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Five streets of 福建 granted 50, 10, 20, 30 and 40 % in 2019; the one of 江西 has no peers."""
    found = rows(
        warehouse,
        "select name_zh, n_peers, round(peer_median, 4), share_of_peers_below from measure_peer_percentiles "
        "where measure = 'granted_or_partial_per_handled' and report_year = 2019 order by agency_id",
    )
    assert found == [
        ("甲街道办事处", 5, 0.3, 1.0),
        ("乙街道办事处", 5, 0.3, 0.0),
        ("丙街道办事处", 5, 0.3, 0.25),
        ("丁街道办事处", 5, 0.3, 0.5),
        ("戊街道办事处", 5, 0.3, 0.75),
        ("己街道办事处", 1, None, None),
    ]


# --- coverage -----------------------------------------------------------------------------------------------


def test_expected_are_agencies_that_ever_reported(warehouse: duckdb.DuckDBPyConnection) -> None:
    of_first = rows(
        warehouse,
        "select report_year, outcome, is_archived, late_vs_31mar from fct_expected_reports "
        "where name_zh = '甲街道办事处' order by 1",
    )
    assert [(year, outcome) for year, outcome, *_ in of_first] == [
        (2017, "partial"),  # one cell is blank
        (2018, "missing"),
        (2019, "complete"),
        (2020, "complete"),
        (2021, "complete"),
        (2022, "missing"),
        (2023, "missing"),
        (2024, "partial"),
    ]
    from_first = (
        "select min(report_year), max(report_year) from fct_expected_reports where name_zh = '乙街道办事处'"
    )
    assert rows(warehouse, from_first) == [(2019, 2024)]
    never = "select count(*) from fct_expected_reports where name_zh like '%人民政府'"
    assert rows(warehouse, never) == [(0,)], (
        "nobody looked for the reports of governments that never reported"
    )


def test_missing_reports_are_listed_between_their_neighbours(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select report_year, last_year_before, first_year_after from rpt_missing_reports "
        "where name_zh = '甲街道办事处' order by 1",
    )
    assert found == [(2018, 2017, 2019), (2022, 2021, 2024), (2023, 2021, 2024)]


def test_nobody_is_expected_after_he_was_merged(warehouse: duckdb.DuckDBPyConnection) -> None:
    """戊 filed for 2019; the first list without it is that of 2021, though its version goes on."""
    of_merged = (
        "select report_year, outcome from fct_expected_reports where name_zh = '戊街道办事处' order by 1"
    )
    assert rows(warehouse, of_merged) == [(2019, "complete"), (2020, "missing")]
    assert rows(warehouse, "select valid_to from dim_agency where name_zh = '戊街道办事处'") == [(2020,)]


def test_coverage_counts_what_is_there_of_what_was_expected_and_of_whom_the_register_has(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Of 2020 甲乙丙丁 filed and 戊 did not; of 辛 nothing was ever seen. The county is registered and never filed."""
    coverage = one(
        warehouse,
        "select * from rpt_coverage where report_year = 2020 and province_zh = '福建省' and level = 'town'",
    )
    counted = {name: value for name, value in coverage.items() if name.startswith("n_")}
    assert counted == {
        "n_registered": 6, "n_expected": 5, "n_archived": 4, "n_read": 4, "n_complete": 3, "n_missing": 1,
        "n_dated": 1, "n_late_vs_31jan": 1, "n_late_vs_31mar": 0, "n_waiting": 0, "n_waiting_read": 0,
    }  # fmt: skip
    of_counties = (
        "select n_registered, n_expected from rpt_coverage where report_year = 2020 and level = 'county'"
    )
    assert rows(warehouse, of_counties) == [(1, 0), (1, 0)], "a district in each of the two provinces"
    after_the_merger = (
        "select n_registered, n_expected, n_archived from rpt_coverage "
        "where report_year = 2021 and province_zh = '福建省' and level = 'town'"
    )
    assert rows(warehouse, after_the_merger) == [(5, 4, 1)]


def test_the_register_is_asked_for_whom_no_report_is_archived(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select name_zh, division_type, outcome, is_expected from rpt_registered_bodies "
        "where report_year = 2020 and province_zh = '福建省' and not is_archived order by level, name_zh",
    )
    assert found == [
        ("子区人民政府", "district", "not_expected", False),
        ("戊街道办事处", "street", "missing", True),
        ("辛街道办事处", "street", "not_expected", False),
    ]
    years = "select min(report_year), max(report_year), count(*) from rpt_registered_bodies where name_zh = '辛街道办事处'"
    assert rows(warehouse, years) == [(2017, 2024, 8)], "the years of which anything is archived"


def test_a_total_says_how_many_are_in_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "select scope, value, unit, n_reporting, n_reporting_best, n_filings, n_expected, n_registered "
        "from rpt_concept_totals where concept = 'requests_received' and report_year = 2020 and province_zh = '福建省' order by 1",
    )
    # 丁 filed and printed nothing; 戊 did not file; of 辛 nothing was ever seen
    assert found == [
        ("aggregate", 900, "件", 1, 1, 1, None, None),
        ("own_body", 25, "件", 3, 3, 4, 5, 6),
    ]
    assumed = rows(
        warehouse,
        "select scope, n_scope_assumed from rpt_concept_totals "
        "where concept = 'requests_received' and report_year = 2020 and province_zh = '福建省' order by 1",
    )
    # of the three in the sum only 甲 is told by what it is; 乙 and 丙 were taken to report for themselves
    assert assumed == [("aggregate", 0), ("own_body", 2)]
    wide = one(
        warehouse,
        "select value, n_reporting, n_not_comparable from rpt_concept_totals "
        "where concept = 'denied_law_prohibits' and report_year = 2017",
    )
    assert wide == {"value": None, "n_reporting": 0, "n_not_comparable": 1}
