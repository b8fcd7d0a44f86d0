"""Verdicts in six states: strictly first, then with blanks as 0, and the cells a failure points at."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.evaluate import IdentityResult, evaluate, suspect_cells
from tests.unit.expectations.reports import (
    COLUMNS,
    Cells,
    carried,
    form_cells,
    leaf_cells,
    requests_table,
    shanghai_2019,
    with_values,
)


def verdicts(form: str, cells: Cells, year: int | None = None) -> dict[tuple[str, str], IdentityResult]:
    return {(one.id, one.instance): one for one in evaluate(form, cells, report_year=year)}


def test_blank_zeros_hold_leniently_and_printed_rows_strictly() -> None:
    said = verdicts("form_2019", shanghai_2019(), 2019)
    assert said["I01", "natural_person"].result == "holds"
    assert said["I01", "total"].result == "holds"
    assert said["I01", "biz_enterprise"].result == "holds_lenient"
    for part in ("natural_person", "biz_enterprise", "legal_service_org", "other_org"):
        assert said["I02", part].result == "holds_lenient"
    for row in ("new_received", "carried_in", "total_handled", "carried_out"):
        assert said["I03", row].result == "holds_lenient"
    assert said["R01", "table"].result == said["R02", "table"].result == "holds_lenient"
    assert said["A03", "rules"].result == said["A03", "normative_docs"].result == "holds"
    assert said["F02", "document"].result == "holds"


def test_totals_left_out_are_no_failure() -> None:
    # 805 handled beside a column of blank totals: reading those as 0 would accuse a report that is right
    said = verdicts("form_2019", shanghai_2019())
    assert said["I02", "total"].result == "not_evaluable"
    assert said["I03", "granted"].result == "not_evaluable"
    assert not [one for one in said.values() if one.failed and one.identity.kind == "accounting"]


def test_a_blank_total_over_printed_parts_is_left_out_and_not_zero() -> None:
    # a report of 36 requests prints 35 handled, 1 carried out by a natural person, and no total of those
    cells = requests_table({("granted", "natural_person"): 35}, {"natural_person": 1}, "form_2021")
    said = verdicts("form_2021", with_values(cells, {"t3.carried_out.total": None}))
    assert said["I01", "total"].result == "not_evaluable"
    assert said["I01", "total"].why == "no number for t3.carried_out.total (blank)"
    none = requests_table({("granted", "natural_person"): 35}, {}, "form_2021")
    said = verdicts("form_2021", with_values(none, {"t3.carried_out.total": None}))
    assert said["I01", "total"].result == said["I03", "carried_out"].result == "holds_lenient"
    # a total of rows whose own parts are totals that were left out
    row = {f"t3.{row}.total": None for row in ("granted", "total_handled")}
    assert verdicts("form_2021", with_values(cells, row))["I01", "total"].result == "not_evaluable"


def test_an_entirely_empty_block_is_missing_and_not_zero() -> None:
    cells = form_cells("form_2019", None, "blank")
    assert {one.result for one in evaluate("form_2019", cells) if one.identity.test == "linear"} == {
        "not_evaluable",
        "not_applicable",
    }


def test_a_blank_is_zero_only_beside_a_printed_number() -> None:
    cells = with_values(form_cells("form_2019", None, "blank"), {"t4.review.total": 0})
    said = verdicts("form_2019", cells)
    assert said["R01", "table"].result == "holds_lenient"
    assert (
        said["R02", "table"].result == "not_evaluable"
    )  # lit_direct prints nothing; only its total has company


@pytest.mark.parametrize("state", ["slash", "dash", "text_none", "not_applicable"])
def test_marks_for_nothing_are_read_as_zero(state: str) -> None:
    cells = form_cells("form_2021") | {"t4.review.pending": (None, state)}
    assert verdicts("form_2021", cells)["R01", "table"].result == "holds_lenient"


@pytest.mark.parametrize("state", ["missing_page_break", "missing_table", "missing_image", "unreadable"])
def test_what_was_not_read_is_not_zero(state: str) -> None:
    cells = form_cells("form_2021") | {"t4.review.pending": (None, state)}
    verdict = verdicts("form_2021", cells)["R01", "table"]
    assert verdict.result == "not_evaluable"
    assert verdict.why == f"no number for t4.review.pending ({state})"
    assert verdict.lhs is None
    assert verdict.rhs == 0


def test_a_strict_failure_says_both_sides() -> None:
    cells = with_values(form_cells("form_2021"), {"t4.review.total": 2, "t4.review.pending": 1})
    verdict = verdicts("form_2021", cells)["R01", "table"]
    assert (verdict.result, verdict.lhs, verdict.rhs, verdict.residual) == ("fails", 1, 2, -1)


def test_a_lenient_failure_is_told_from_a_strict_one() -> None:
    cells = with_values(form_cells("form_2021"), {"t4.review.total": 3, "t4.review.pending": None})
    verdict = verdicts("form_2021", cells)["R01", "table"]
    assert (verdict.result, verdict.lhs, verdict.rhs) == ("fails_lenient", 0, 3)


def test_a_reported_cell_without_a_value_is_not_zero() -> None:
    cells = form_cells("form_2021") | {"t4.review.pending": (None, "reported")}
    assert verdicts("form_2021", cells)["R01", "table"].result == "not_evaluable"


def test_amounts_are_exact() -> None:
    cells = with_values(
        form_cells("pre2019_national"),
        {
            "nat.staff_fulltime.count": "0.1",
            "nat.staff_parttime.count": "0.2",
            "nat.staff_total.count": "0.3",
        },
    )
    assert verdicts("pre2019_national", cells)["P07", "table"].result == "holds"


def test_what_needs_another_report_or_another_cell_says_so() -> None:
    said = verdicts("form_2019", form_cells("form_2019"))
    assert said["I04", "table"].result == "not_applicable"
    assert said["X01", "total"].result == "not_evaluable"
    assert said["X01", "total"].why == "needs the previous year's report"


def test_single_cells() -> None:
    cells = with_values(
        form_cells("form_2019"),
        {
            "t2_5.admin_license.items_delta": -2,
            "t2_5.admin_license.items_prev": 1,
            "t2_9.central_procurement.amount": "12.5",
            "t4.review.total": -1,
            "t3.granted.total": "1.5",
        },
    )
    said = verdicts("form_2019", cells)
    assert said["Q01", "document"].suspects == ("t4.review.total",)  # a yearly change may be negative
    assert said["Q02", "document"].suspects == ("t3.granted.total",)  # an amount may have decimals
    assert said["A06", "t2_5.admin_license"].result == "fails"


def test_money_has_four_decimals_at_most() -> None:
    for amount, result in (("1.2345", "holds"), ("1.23456", "fails"), ("1.234500", "holds")):
        cells = with_values(form_cells("form_2021"), {"t2_8.admin_fee.amount": amount})
        assert verdicts("form_2021", cells)["Q03", "document"].result == result


def test_cells_are_counted() -> None:
    complete = verdicts("form_2019", form_cells("form_2019"))["Q04", "document"]
    assert (complete.result, complete.lhs) == ("holds", 198)
    lacking = with_values(form_cells("form_2019"), {"t3.granted.total": None})
    assert verdicts("form_2019", lacking)["Q04", "document"].residual == -1


def test_form_and_year() -> None:
    cells = form_cells("form_2019")
    assert verdicts("form_2019", cells, 2020)["F02", "document"].result == "holds"
    assert verdicts("form_2019", cells, 2023)["F02", "document"].result == "fails"
    assert verdicts("form_2019", cells)["F02", "document"].result == "not_evaluable"
    unseen = form_cells("form_2021", None, "missing_image")
    assert verdicts("form_2021", unseen, 2023)["F02", "document"].result == "not_evaluable"


def test_one_row_for_other_handling() -> None:
    replaced = ("t3.other_no_correction.", "t3.other_fee_unpaid.", "t3.other_misc.")
    cells = {key: cell for key, cell in form_cells("form_2021").items() if not key.startswith(replaced)}
    cells |= {f"t3.other.{column}": (Decimal(0), "reported") for column in COLUMNS}
    cells = with_values(
        cells,
        {f"t3.{row}.{column}": 2 for row in ("other", "total_handled", "new_received") for column in COLUMNS},
    )
    cells = with_values(cells, {f"t3.{row}.total": 12 for row in ("other", "total_handled", "new_received")})
    said = verdicts("form_2021", cells)
    assert said["I02", "total"].result == said["I03", "other"].result == "holds"
    assert said["I03", "other_misc"].result == "not_applicable"
    assert (
        Counter(one.result for one in said.values())["fails"] == 1
    )  # Q04: 18 cells of the form are not there


def test_crossing_failures_point_at_one_cell() -> None:
    cells = requests_table({("granted", "natural_person"): 5, ("partial", "other_org"): 2}, {}, "form_2019")
    wrong = with_values(cells, {"t3.granted.natural_person": 8})
    said = evaluate("form_2019", wrong)
    assert suspect_cells(said) == {"t3.granted.natural_person": ("I02", "I03", "I05")}


def test_a_lone_failure_points_at_all_its_cells_and_a_hint_at_none() -> None:
    cells = with_values(form_cells("form_2019"), {"t4.review.total": 1, "t2_1.rules.disclosed_new": 1})
    cells = with_values(cells, {"t2_1.rules.disclosed_total": 1})
    said = evaluate("form_2019", cells)
    assert {(one.id, one.result) for one in said if one.failed} == {("R01", "fails"), ("A04", "fails")}
    assert set(suspect_cells(said)) == {
        f"t4.review.{column}" for column in ("maintained", "corrected", "other_result", "pending", "total")
    }


@settings(max_examples=40, deadline=None)
@given(leaf_cells, carried)
def test_a_table_built_from_its_parts_holds_everywhere(
    leaves: dict[tuple[str, str], int], carried_out: dict[str, int]
) -> None:
    said = evaluate("form_2019", requests_table(leaves, carried_out, "form_2019"), report_year=2020)
    assert {one.result for one in said} == {"holds", "not_evaluable", "not_applicable"}
    waiting = {one.id for one in said if one.result == "not_evaluable" and one.identity.test == "linear"}
    assert waiting == {"A05", "A07", "R07", "X01", "X02", "X03", "X05"}
    assert all(one.why for one in said if one.result in ("not_evaluable", "not_applicable"))


@settings(max_examples=60, deadline=None)
@given(leaf_cells, carried, st.data())
def test_one_wrong_cell_breaks_exactly_its_equations(
    leaves: dict[tuple[str, str], int], carried_out: dict[str, int], data: st.DataObject
) -> None:
    cells = requests_table(leaves, carried_out, "form_2019")
    key = data.draw(st.sampled_from(sorted(key for key in cells if key.startswith("t3."))))
    was = cells[key][0]
    assert was is not None
    wrong = with_values(cells, {key: int(was) + data.draw(st.integers(1, 9))})
    equations = [one for one in evaluate("form_2019", wrong) if one.identity.op == "=="]
    broken = {(one.id, one.instance) for one in equations if one.result == "fails"}
    touched = {
        (one.id, one.instance)
        for one in equations
        if key in one.instance_of.cells and one.result != "not_evaluable"
    }
    assert broken == touched
    assert 1 <= len(broken) <= 3
    assert key in suspect_cells(evaluate("form_2019", wrong))
