"""Suspect cells: the smallest sets that mend a table, slips of the grid, what is unique, readings that were seen."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.edits import unmerged
from expectations.equations import balance
from expectations.evaluate import Report, evaluate
from expectations.few_cells import FewCells
from expectations.identities import IdentityError, load_identities
from expectations.localise import Explanation, Localisation, localise
from expectations.many_cells import cheapest_sets
from expectations.weights import Evidence, one_slip, read_number
from ingestion.catalog import load_catalog
from tests.unit.expectations.reports import COLUMNS, Cells, requests_table, shanghai_2019, with_values

FORM = "form_2021"
ROWS = tuple(row.code for row in load_catalog().forms[FORM].table("t3").value_rows)
#: Outcomes that no two rows or columns share, so that nothing mends by chance.
OUTCOMES = {
    ("granted", "natural_person"): 4021,
    ("granted", "biz_enterprise"): 317,
    ("partial", "natural_person"): 258,
    ("partial", "other_org"): 19,
    ("denied_state_secret", "natural_person"): 63,
    ("unable_not_held", "natural_person"): 1704,
    ("unable_not_held", "legal_service_org"): 41,
    ("rejected_petition", "natural_person"): 86,
    ("other_misc", "public_interest_org"): 7,
}


def table() -> Cells:
    return requests_table(OUTCOMES, {"natural_person": 152, "biz_enterprise": 12}, FORM)


def said(cells: Cells, **known: object) -> Localisation:
    found = localise(FORM, cells, deadline_ms=5000, **known)  # type: ignore[arg-type]
    assert len(found) == 1
    return found[0]


def suggested(explanation: Explanation) -> dict[str, Decimal | None]:
    return {one.cell: one.suggestion for one in explanation.cells}


def meant(before: Cells, after: Cells) -> dict[str, Decimal]:
    """The true figures of the cells that print another one."""
    return {cell: value for cell, (value, _) in before.items() if value != (after[cell][0] or 0)}  # type: ignore[misc]


def row(code: str) -> list[str]:
    return [f"t3.{code}.{column}" for column in COLUMNS]


def with_row(cells: Cells, code: str, values: list[int | None]) -> Cells:
    return with_values(cells, dict(zip(row(code), values, strict=True)))


def values_of(cells: Cells, code: str) -> list[int]:
    return [int(cells[cell][0] or 0) for cell in row(code)]


# -- cells ---------------------------------------------------------------------------------------------------------


def test_a_consistent_table_accuses_nobody() -> None:
    assert localise(FORM, table()) == []


def test_one_wrong_cell_is_found_with_its_true_figure_and_stays_as_printed() -> None:
    cells = with_values(table(), {"t3.unable_not_held.natural_person": 1104})
    found = said(cells)
    assert found.table == "t3"
    assert set(found.violated) == {"I02 natural_person", "I03 unable_not_held"}
    assert found.unique
    suspect = found.best[0].cells[0]
    assert (suspect.cell, suspect.printed, suspect.suggestion) == (
        "t3.unable_not_held.natural_person",
        1104,
        1704,
    )
    assert cells["t3.unable_not_held.natural_person"] == (Decimal(1104), "reported")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_cell_of_the_request_table_by_any_amount(data: st.DataObject) -> None:
    before = table()
    cell = data.draw(st.sampled_from([f"t3.{code}.{column}" for code in ROWS for column in COLUMNS]))
    value = data.draw(st.integers(0, 10**7).filter(lambda number: number != before[cell][0]))
    found = said(with_values(before, {cell: value}))
    assert {cell: before[cell][0]} in [suggested(one) for one in found.best]
    # some slips of the grid mend the sums too; then the answer must not be called the only one
    assert suggested(found.best[0]) == {cell: before[cell][0]} or not found.unique


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(ROWS), st.sampled_from(COLUMNS), st.integers(0, 9999)),
        min_size=1,
        max_size=4,
    )
)
def test_every_explanation_satisfies_every_identity(faults: list[tuple[str, str, int]]) -> None:
    cells = with_values(table(), {f"t3.{code}.{column}": value for code, column, value in faults})
    for localisation in localise(FORM, cells, deadline_ms=5000):
        assert localisation.best
        weights = [one.weight for one in localisation.best]
        assert weights == sorted(weights)
        assert len(weights) <= 10
        for explanation in localisation.best:
            new = suggested(explanation)
            assert all(value is not None and value >= 0 for value in new.values())
            mended = {**cells, **{cell: (value, "reported") for cell, value in new.items()}}
            assert localise(FORM, mended) == []


def test_two_cells_that_could_change_places_are_not_called_unique() -> None:
    # +30 in two cells: the other two corners of the rectangle explain the sums just as well
    before = requests_table(
        {(code, part): 150 for code in ("granted", "partial") for part in ("natural_person", "other_org")},
        {},
        FORM,
    )
    cells = with_values(before, {"t3.granted.natural_person": 180, "t3.partial.other_org": 180})
    found = said(cells)
    assert not found.unique
    corners = {frozenset(suggested(one)) for one in found.best[:2]}
    assert corners == {
        frozenset({"t3.granted.natural_person", "t3.partial.other_org"}),
        frozenset({"t3.granted.other_org", "t3.partial.natural_person"}),
    }
    assert found.best[0].weight == found.best[1].weight


def test_the_doubtful_reading_breaks_the_tie() -> None:
    before = requests_table(
        {(code, part): 150 for code in ("granted", "partial") for part in ("natural_person", "other_org")},
        {},
        FORM,
    )
    truth = {"t3.granted.other_org": Decimal(150), "t3.partial.natural_person": Decimal(150)}
    cells = with_values(before, dict.fromkeys(truth, 180))
    found = said(cells, confidence=dict.fromkeys(truth, 0.3))
    assert suggested(found.best[0]) == truth
    assert found.unique
    assert "confidence 0.30" in found.best[0].cells[0].reason
    seen = said(cells, others=dict.fromkeys(truth, ("150",)))
    assert suggested(seen.best[0]) == truth
    assert "also read so" in seen.best[0].cells[0].reason


def test_last_years_carry_over_breaks_the_tie() -> None:
    before = table()
    both = {"t3.carried_in.natural_person": 2044, "t3.carried_out.research_inst": 0}
    cells = with_values(before, {"t3.carried_in.natural_person": 2014, "t3.carried_out.research_inst": 30})
    truth = {key: before[key][0] for key in both}
    told = {"t3.carried_out.natural_person": before["t3.carried_in.natural_person"][0]}
    found = said(cells, last_year=told)
    assert suggested(found.best[0]) == truth
    assert found.best[0].weight < said(cells).best[0].weight


def test_five_wrong_cells_and_more_than_algebra_tries() -> None:
    before = table()
    faults = {
        "t3.granted.natural_person": 4921,
        "t3.partial.other_org": 13,
        "t3.unable_not_held.legal_service_org": 141,
        "t3.rejected_petition.total": 56,
        "t3.new_received.biz_enterprise": 1,
        "t3.other_misc.public_interest_org": 207,
    }
    for count in (5, 6):
        cells = with_values(before, dict(list(faults.items())[:count]))
        assert meant(before, cells) == suggested(said(cells).best[0])


def test_without_time_nothing_is_called_unique() -> None:
    cells = with_values(table(), {"t3.granted.natural_person": 4921, "t3.partial.other_org": 13})
    found = localise(FORM, cells, deadline_ms=0)[0]
    assert not found.unique
    assert found.why_not == "time"


def test_table_4_is_its_own_case_and_four_results_stay_open() -> None:
    cells = with_values(table(), {"t4.review.maintained": 3, "t4.review.corrected": 7, "t4.review.total": 21})
    found = said(cells)
    assert found.table == "t4"
    assert not found.unique  # any of the five cells may be wrong
    assert len(found.best) >= 3
    assert localise(FORM, cells, table="t3") == []


def test_an_unknown_form_is_an_error() -> None:
    with pytest.raises(IdentityError):
        localise("form_1999", {})


# -- blanks --------------------------------------------------------------------------------------------------------


def test_a_lost_number_is_the_suspect_and_not_its_total() -> None:
    cells = with_values(table(), {"t3.partial.natural_person": None})
    found = said(cells)
    assert suggested(found.best[0]) == {"t3.partial.natural_person": 258}
    assert found.best[0].cells[0].printed is None
    assert found.unique


def test_totals_left_out_throughout_accuse_nobody() -> None:
    # SH2019 prints totals on four rows only
    assert localise("form_2019", shanghai_2019()) == []


def test_a_wrong_number_among_blanks_is_found() -> None:
    # only the total of its column sees the cell: the row prints none. Other numbers of the column are as likely
    cells = with_values(shanghai_2019(), {"t3.unable_not_held.natural_person": 225})
    found = localise("form_2019", cells)[0]
    assert not found.unique
    alike = [suggested(one) for one in found.best if one.weight == found.best[0].weight]
    assert {"t3.unable_not_held.natural_person": 252} in alike
    assert all(cells[cell][0] is not None for one in alike for cell in one)


def test_cells_that_nobody_could_read_are_never_suspects() -> None:
    cells = dict(with_values(table(), {"t3.granted.total": 4388}))
    lost = ["t3.partial.biz_enterprise", "t3.partial.other_org"]
    for cell in lost:
        cells[cell] = (None, "unreadable")
    found = said(cells)
    assert suggested(found.best[0]) == {"t3.granted.total": 4338}
    assert found.unique
    assert not any(one.cell in lost for way in found.best for one in way.cells)


def test_a_row_that_nobody_could_read_leaves_it_open_which_cell_of_another_row_is_wrong() -> None:
    cells = dict(with_values(table(), {"t3.granted.total": 4388}))
    for cell in row("partial"):
        cells[cell] = (None, "unreadable")
    found = said(cells)
    assert not found.unique  # every column lacks a figure, so only the row itself speaks
    assert {"t3.granted.total": 4338} in [suggested(one) for one in found.best]
    assert not any(one.cell in row("partial") for way in found.best for one in way.cells)


# -- slips of the grid ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["granted", "unable_not_held", "total_handled", "new_received", "carried_out"]
)
@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("came_in", [0, None])
def test_a_row_that_slid_by_one_column(code: str, at: int, came_in: int | None) -> None:
    before = table()
    values = values_of(before, code)
    right = with_row(before, code, [*values[:at], came_in, *values[at:-1]])
    left = with_row(before, code, [*values[:at], *values[at + 1 :], came_in])
    for cells, kind in ((right, "row_shifted_right"), (left, "row_shifted_left")):
        found = said(cells)
        assert found.best[0].kind == kind
        assert suggested(found.best[0]) == meant(before, cells)


def test_a_number_in_two_cells_with_the_row_pushed_on_or_not() -> None:
    before = table()
    values = values_of(before, "granted")
    pushed = with_row(before, "granted", [40, 21, *values[1:-1]])
    found = said(pushed)
    assert (found.best[0].kind, suggested(found.best[0])) == ("number_split", meant(before, pushed))
    beside = with_row(before, "denied_state_secret", [6, 3, *values_of(before, "denied_state_secret")[2:]])
    found = said(beside)
    assert (found.best[0].kind, suggested(found.best[0])) == ("number_split", meant(before, beside))


def test_two_rows_written_into_one() -> None:
    before = table()
    upper, lower = values_of(before, "granted"), values_of(before, "partial")
    together: list[int | None] = [int(f"{a}{b}") for a, b in zip(upper, lower, strict=True)]
    cells = with_row(with_row(before, "granted", together), "partial", [None] * 7)
    found = said(cells)
    assert (found.best[0].kind, suggested(found.best[0])) == ("rows_merged", meant(before, cells))


def test_rows_in_each_others_place_where_sums_can_tell() -> None:
    before = table()
    handled, out = values_of(before, "total_handled"), values_of(before, "carried_out")
    cells = with_row(with_row(before, "total_handled", list(out)), "carried_out", list(handled))
    found = said(cells)
    assert (found.best[0].kind, suggested(found.best[0])) == ("rows_swapped", meant(before, cells))
    # two outcomes in each other's place add up as before: no sum is evidence of it
    granted, partial = values_of(before, "granted"), values_of(before, "partial")
    assert (
        localise(FORM, with_row(with_row(before, "granted", list(partial)), "partial", list(granted))) == []
    )


def test_a_total_column_read_as_zeros() -> None:
    before = table()
    cells = with_values(before, {f"t3.{code}.total": 0 for code in ROWS})
    found = said(cells)
    assert (found.best[0].kind, suggested(found.best[0])) == ("total_column_missing", meant(before, cells))
    assert found.unique


def test_rows_cut_off_leave_bounds_where_the_sums_leave_them_open() -> None:
    before = table()
    lost: dict[str, int | str | None] = {}
    for code in ("unable_not_held", "unable_needs_creation", "unable_unclear"):
        lost |= dict.fromkeys(row(code))
    found = said(with_values(before, lost))
    cut = next(one for one in found.best if one.kind == "page_cut")
    natural = next(one for one in cut.cells if one.cell == "t3.unable_not_held.natural_person")
    assert natural.suggestion is None
    assert (natural.lower, natural.upper) == (0, 1704)
    assert not found.unique


def test_a_row_ten_thousand_times_too_great() -> None:
    before = table()
    cells = with_row(before, "partial", [value * 10_000 for value in values_of(before, "partial")])
    found = said(cells)
    assert (found.best[0].kind, suggested(found.best[0])) == ("unit_10000", meant(before, cells))


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_merged_digits_come_apart_again(upper: int, lower: int) -> None:
    pairs = unmerged(Decimal(f"{upper}{lower}"), Decimal(upper + lower))
    assert (upper, lower) in pairs


# -- the two searches agree ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3])
def test_algebra_and_programming_find_the_same_sets(size: int) -> None:
    rng = random.Random(size)
    before = table()
    cells = [f"t3.{code}.{column}" for code in ROWS for column in COLUMNS]
    faulty = with_values(before, {cell: rng.randrange(5000) for cell in rng.sample(cells, size)})
    report = Report(load_catalog().forms[FORM], faulty, load_catalog())
    problem = balance(evaluate(FORM, faulty), "t3", report)
    few = FewCells(problem.matrix, problem.low, problem.step)
    by_algebra = few.ways(problem.residuals, size).found
    bound = size + 0.5
    costs = np.ones(len(problem.cells))
    answers = cheapest_sets(
        problem.matrix, problem.residuals, problem.low, problem.step, costs, 0, lambda: bound, float("inf")
    )
    by_programming = [changes for cost, changes in answers if changes is not None]
    assert {frozenset(one.items()) for one in by_programming} == {
        frozenset(one.items()) for one in by_algebra
    }
    for smaller in range(1, size):
        assert few.ways(problem.residuals, smaller).found == ()


# -- weights -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "other", "near"),
    [("123", "128", True), ("123", "132", True), ("123", "12", True), ("123", "1023", True), ("5", "-5", True),
     ("123", "321", False), ("123", "99", False), ("0", "12", False), ("0", "7", True), ("12", "1200", False)],
)  # fmt: skip
def test_one_slip(printed: str, other: str, near: bool) -> None:
    assert one_slip(Decimal(printed), Decimal(other)) is near
    assert one_slip(Decimal(other), Decimal(printed)) is near


@given(
    st.floats(0, 1),
    st.lists(st.integers(0, 50).map(str), max_size=2),
    st.none() | st.integers(0, 50).map(Decimal),
    st.none() | st.integers(0, 50).map(Decimal),
    st.none() | st.integers(0, 50).map(Decimal),
    st.integers(0, 50).map(Decimal),
)
def test_no_change_costs_less_than_the_least(
    sure: float,
    others: list[str],
    expected: Decimal | None,
    before: Decimal | None,
    printed: Decimal | None,
    proposed: Decimal,
) -> None:
    def known(value: Decimal | None) -> Mapping[str, Decimal]:
        return {} if value is None else {"t3.a.b": value}

    evidence = Evidence(
        {"t3.a.b": sure}, {"t3.a.b": others}, known(expected), known(before), prints_zeros=True
    )
    if printed != proposed:
        assert evidence.cost("t3.a.b", printed, proposed) >= evidence.least("t3.a.b", printed)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,204", 1204),
        (" 7 ", 7),
        ("1O", None),
        ("", None),
        ("NaN", None),
        ("１２", 12),
        ("1e5", None),
        ("1_0", None),
        ("1,2", None),
    ],
)
def test_read_number(text: str, number: int | None) -> None:
    assert read_number(text) == number


# -- what can accuse -----------------------------------------------------------------------------------------------


def test_only_equalities_that_must_hold_accuse() -> None:
    # stock and flow of documents in force may break rightly, and wait for last year's report besides
    cells = with_values(table(), {"t2_1.rules.in_force": 1, "t2_1.rules.issued": 9})
    assert localise(FORM, cells) == []
    identities = load_identities()
    without_rows = identities.model_copy(
        update={"identities": tuple(one for one in identities.identities if one.id != "I03")}
    )
    wrong = with_values(table(), {"t3.unable_not_held.natural_person": 1104})
    found = localise(FORM, wrong, identities=without_rows)[0]
    assert found.violated == ("I02 natural_person",)
    assert not found.unique, "a column's sum alone does not tell which of its rows is wrong"
