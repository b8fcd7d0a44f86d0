"""Doubtful readings: the identities choose among what was really seen, and otherwise nothing."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.evaluate import evaluate
from expectations.reconcile import reconcile
from ingestion.catalog import load_catalog
from tests.unit.expectations.reports import Cells, requests_table, with_values

FORM = "form_2021"
ROWS = tuple(row.code for row in load_catalog().forms[FORM].table("t3").value_rows)
PARTS = ("natural_person", "biz_enterprise", "research_inst", "other_org", "total")


def table() -> Cells:
    return requests_table(
        {
            ("granted", "natural_person"): 4021,
            ("granted", "biz_enterprise"): 317,
            ("partial", "other_org"): 19,
            ("unable_not_held", "natural_person"): 1704,
        },
        {"natural_person": 152},
        FORM,
    )


def test_the_reading_that_fits_is_chosen_and_says_what_it_rests_on() -> None:
    cells = with_values(table(), {"t3.unable_not_held.natural_person": 1104})
    chosen = reconcile(FORM, cells, {"t3.unable_not_held.natural_person": ("1T04", "1704", "1764")})
    assert [(one.cell, one.printed, one.chosen, one.text) for one in chosen] == [
        ("t3.unable_not_held.natural_person", 1104, 1704, "1704")
    ]
    assert set(chosen[0].rests_on) == {"I02 natural_person", "I03 unable_not_held"}


def test_a_number_that_nobody_read_is_never_chosen() -> None:
    cells = with_values(table(), {"t3.unable_not_held.natural_person": 1104})
    assert reconcile(FORM, cells, {"t3.unable_not_held.natural_person": ("1764", "7104")}) == []
    assert reconcile(FORM, cells, {"t3.granted.natural_person": ("4921",)}) == []


def test_what_fits_as_it_stands_is_left_alone() -> None:
    assert reconcile(FORM, table(), {"t3.unable_not_held.natural_person": ("1104",)}) == []


def test_two_fitting_combinations_choose_nothing() -> None:
    corners = [
        f"t3.{code}.{part}" for code in ("granted", "partial") for part in ("natural_person", "other_org")
    ]
    before = requests_table(
        {(code, part): 150 for code in ("granted", "partial") for part in ("natural_person", "other_org")},
        {},
        FORM,
    )
    cells = with_values(before, {corners[0]: 180, corners[3]: 180})
    both = dict.fromkeys((corners[0], corners[3]), ("150",))
    assert {one.cell for one in reconcile(FORM, cells, both)} == {corners[0], corners[3]}
    # the other two corners were also read as 30 less: now two readings of the page satisfy every sum
    assert reconcile(FORM, cells, both | dict.fromkeys((corners[1], corners[2]), ("120",))) == []


def test_a_cell_that_could_not_be_read_takes_the_reading_that_fits() -> None:
    cells = {**table(), "t3.granted.biz_enterprise": (None, "unreadable")}
    chosen = reconcile(FORM, cells, {"t3.granted.biz_enterprise": ("311", "317")})
    assert [(one.cell, one.printed, one.chosen) for one in chosen] == [
        ("t3.granted.biz_enterprise", None, 317)
    ]


def test_cases_far_apart_are_settled_one_by_one() -> None:
    cells = with_values(table(), {"t3.unable_not_held.natural_person": 1104, "t4.review.total": 8})
    others = {"t3.unable_not_held.natural_person": ("1704",), "t4.review.total": ("6", "9")}
    assert [one.cell for one in reconcile(FORM, cells, others)] == ["t3.unable_not_held.natural_person"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_chosen_was_read_and_makes_the_sums_hold(data: st.DataObject) -> None:
    before = table()
    number = st.integers(0, 9999)
    cell = st.tuples(st.sampled_from(ROWS), st.sampled_from(PARTS)).map(lambda at: f"t3.{at[0]}.{at[1]}")
    misread = data.draw(st.dictionaries(cell, number, min_size=1, max_size=4))
    noise = data.draw(st.dictionaries(cell, number, max_size=4))
    cells = with_values(before, misread)
    others: dict[str, tuple[str, ...]] = {key: (str(read),) for key, read in noise.items()}
    # a second reading saw the right number in some of the cells that were misread
    for key in data.draw(st.sets(st.sampled_from(sorted(misread)))):
        others[key] = (*others.get(key, ()), str(int(before[key][0] or 0)))
    chosen = reconcile(FORM, cells, others)
    for one in chosen:
        assert one.text in others[one.cell]
        assert Decimal(one.text) == one.chosen != cells[one.cell][0] == one.printed
    settled = {**cells, **{one.cell: (one.chosen, "reported") for one in chosen}}
    results = {f"{one.id} {one.instance}": one.result for one in evaluate(FORM, settled)}
    for one in chosen:
        assert {results[name] for name in one.rests_on} == {"holds"}


def test_a_reading_that_is_no_number_or_too_long_is_never_chosen() -> None:
    cells = {**table(), "t3.granted.biz_enterprise": (None, "unreadable")}
    assert reconcile(FORM, cells, {"t3.granted.biz_enterprise": ("3l7", "无", "")}) == []
    assert reconcile(FORM, cells, {"t3.granted.biz_enterprise": ("9" * 40,)}) == []
