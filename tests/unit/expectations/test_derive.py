"""Forced values: what they are, what they rest on, and that they are never wrong."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.derive import Derived, derive
from tests.unit.expectations.reports import (
    COLUMNS,
    LEAVES,
    PARTS,
    Cells,
    carried,
    form_cells,
    leaf_cells,
    requests_table,
    shanghai_2019,
    with_values,
)

UNREAD = (None, "unreadable")


def hidden(cells: Cells, *keys: str) -> Cells:
    return cells | dict.fromkeys(keys, UNREAD)


def test_a_row_whose_total_is_one_part_has_zeros_elsewhere() -> None:
    # 营前街道 2020: six numbers are printed for seven columns
    cells = requests_table({("partial", "natural_person"): 4}, {}, "form_2019")
    middle = [f"t3.{row}.{part}" for row in LEAVES for part in PARTS[1:]]
    assert derive("form_2019", hidden(cells, *middle)) == {
        key: Derived(Decimal(0), ("I03", "Q01")) for key in sorted(middle)
    }


def test_a_single_gap_needs_one_identity() -> None:
    cells = with_values(form_cells("form_2021"), {"t4.review.maintained": 3, "t4.review.total": 5})
    assert derive("form_2021", hidden(cells, "t4.review.pending")) == {
        "t4.review.pending": Derived(Decimal(2), ("R01",))
    }


def test_blanks_of_a_report_that_fills_few_totals() -> None:
    said = derive("form_2019", shanghai_2019())
    assert said["t3.granted.total"].value == 272
    assert said["t3.other.natural_person"] == Derived(Decimal(0), ("I02", "Q01"))


def test_nothing_is_forced_without_numbers_or_without_gaps() -> None:
    assert derive("form_2021", form_cells("form_2021", None, "missing_image")) == {}
    assert derive("form_2021", form_cells("form_2021")) == {}


def test_an_open_sum_forces_nothing() -> None:
    cells = requests_table({("partial", "natural_person"): 4}, {}, "form_2019")
    lost = [f"t3.{row}.{column}" for row in ("new_received", "carried_in") for column in COLUMNS]
    said = derive("form_2019", hidden(cells, *lost))
    assert set(lost) - set(said) == {key for key in lost if key.endswith((".natural_person", ".total"))}
    assert {derived.by for derived in said.values()} == {("I01", "Q01")}


def test_nothing_comes_from_a_contradiction() -> None:
    # maintained 4 of a total of 1: no value of the gap is possible
    cells = with_values(form_cells("form_2021"), {"t4.review.maintained": 4, "t4.review.total": 1})
    assert derive("form_2021", hidden(cells, "t4.review.pending")) == {}


def test_nothing_comes_from_figures_that_a_failure_points_at() -> None:
    cells = requests_table({("granted", "natural_person"): 5}, {}, "form_2019")
    wrong = with_values(cells, {"t3.total_handled.natural_person": 9})
    said = derive("form_2019", hidden(wrong, "t3.new_received.natural_person", "t3.granted.other_org"))
    assert "t3.new_received.natural_person" not in said or said["t3.new_received.natural_person"].by == (
        "I03",
    )
    assert said["t3.granted.other_org"].value == 0


def test_what_a_report_can_break_rightly_forces_nothing() -> None:
    cells = with_values(form_cells("pre2019_fujian_short"), {"fj.requests_received.year": 3})
    assert derive("pre2019_fujian_short", hidden(cells, "fj.req_mail.year")) == {}  # it may have come by fax


def test_one_row_for_other_handling_is_derived_as_one() -> None:
    replaced = ("t3.other_no_correction.", "t3.other_fee_unpaid.", "t3.other_misc.")
    cells = {key: cell for key, cell in form_cells("form_2021").items() if not key.startswith(replaced)}
    cells |= {f"t3.other.{column}": (Decimal(0), "reported") for column in COLUMNS}
    assert derive("form_2021", hidden(cells, "t3.other.total")) == {
        "t3.other.total": Derived(Decimal(0), ("I02",))
    }


@settings(max_examples=80, deadline=None)
@given(leaf_cells, carried, st.data())
def test_a_forced_value_is_the_hidden_one(
    leaves: dict[tuple[str, str], int], carried_out: dict[str, int], data: st.DataObject
) -> None:
    cells = requests_table(leaves, carried_out, "form_2019")
    keys = sorted(key for key in cells if key.startswith("t3."))
    gone = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=120, unique=True))
    for key, derived in derive("form_2019", hidden(cells, *gone)).items():
        assert key in gone
        assert derived.value == cells[key][0]
        assert derived.by


@settings(max_examples=30, deadline=None)
@given(leaf_cells, carried, st.sampled_from(LEAVES), st.sampled_from(COLUMNS))
def test_a_single_gap_is_always_filled(
    leaves: dict[tuple[str, str], int], carried_out: dict[str, int], row: str, column: str
) -> None:
    cells = requests_table(leaves, carried_out, "form_2019")
    key = f"t3.{row}.{column}"
    assert derive("form_2019", hidden(cells, key))[key].value == cells[key][0]
