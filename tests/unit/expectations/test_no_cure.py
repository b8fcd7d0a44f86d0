"""No rule can cure a failure: a wrong cell of a consistent report breaks an equality, whatever the amount.

For every form and every cell that an accounting equality contains: in a consistent table, the cell is changed by any
amount, and such an equality fails strictly. The cells that no equality of one report protects are listed
below, with what is left to watch them.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.evaluate import evaluate
from expectations.instances import Instance, instances
from ingestion.catalog import load_catalog
from tests.unit.expectations.reports import PARTS, Cells, form_cells, requests_table, with_values

FORMS = sorted(load_catalog().forms)
COUNTED = 40  # numbers drawn for the cells of a consistent report


def equalities(form: str) -> list[Instance]:
    """Linear accounting equalities within one report."""
    return [
        one
        for one in instances(form)
        if one.identity.test == "linear"
        and one.identity.op == "=="
        and one.identity.kind == "accounting"
        and not one.identity.needs_previous_report
        and one.absent is None
    ]


def protected(form: str) -> set[str]:
    return {cell for one in equalities(form) for cell in one.cells}


def consistent(form: str, numbers: list[int]) -> Cells:
    """A report that every equality of its form holds for, made from its free cells."""
    at = iter(numbers * 20)
    if form.startswith("form_"):
        table = load_catalog().forms[form].table("t3")
        rows = table.row("total_handled").total_of
        leaves = {(row, part): next(at) for row in rows for part in PARTS}
        cells = requests_table(leaves, {part: next(at) for part in PARTS}, form)
        for block in ("review", "lit_direct", "lit_after_review"):
            parts = {
                f"t4.{block}.{column}": next(at)
                for column in ("maintained", "corrected", "other_result", "pending")
            }
            cells = with_values(cells, parts | {f"t4.{block}.total": sum(parts.values())})
        return cells
    cells = with_values(form_cells(form), {key: next(at) for key in load_catalog().forms[form].cells})
    for _ in range(
        3
    ):  # totals of totals: grounds of refusal below refusals below replies below completed requests
        if form == "pre2019_national":
            cells = cells | _completed_as_replied(cells)
        for one in equalities(form):
            total, parts = (one.lhs, one.rhs) if len(one.lhs) == 1 else (one.rhs, one.lhs)
            summed = sum((cells[term.cell][0] or Decimal(0)) * term.coefficient for term in parts)
            cells = cells | {total[0].cell: (Decimal(summed), "reported")}
    return cells


def _completed_as_replied(cells: Cells) -> Cells:
    """Requests completed (P02) are the requests replied to (P12): the parts of the one follow from the other."""
    replies, extended = (
        cells[f"nat.{row}.count"][0] or Decimal(0) for row in ("replies_total", "completed_extended")
    )
    late = min(extended, replies)
    parts = {"nat.completed_extended.count": late, "nat.completed_on_time.count": replies - late}
    return {key: (value, "reported") for key, value in parts.items()}


def broken(form: str, cells: Cells) -> set[tuple[str, str]]:
    wanted = {(one.identity.id, one.name) for one in equalities(form)}
    return {
        (one.id, one.instance)
        for one in evaluate(form, cells)
        if (one.id, one.instance) in wanted and one.result == "fails"
    }


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=4, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 10**6), min_size=COUNTED, max_size=COUNTED),
    amount=st.integers(-(10**6), 10**9).filter(bool)
    | st.sampled_from([Decimal("0.5"), Decimal("-0.000001")]),
)
def test_any_change_of_a_protected_cell_breaks_an_equality(
    form: str, numbers: list[int], amount: int | Decimal
) -> None:
    cells = consistent(form, numbers)
    assert broken(form, cells) == set()
    by_cell: dict[str, set[tuple[str, str]]] = {}
    for one in equalities(form):
        for cell in one.cells:
            by_cell.setdefault(cell, set()).add((one.identity.id, one.name))
    for cell, touched in by_cell.items():
        was = cells[cell][0]
        assert was is not None
        assert broken(form, cells | {cell: (was + amount, "reported")}) == touched, cell


#: Cells that stand in no equality of one report, written by hand (<table>.<row>: columns); beside them what is left
#: to watch them. A change of one of these can go unseen: what reads them must be right by itself.
UNPROTECTED = {
    "form_2021": {
        "t2_1.rules": "issued repealed in_force",  # A01 with last year's report, A02, A10
        "t2_1.normative_docs": "issued repealed in_force",  # A01, A02, N09
        "t2_5.admin_license": "decisions",  # nothing but Q01, Q02, Q09
        "t2_6.admin_penalty": "decisions",
        "t2_6.admin_coercion": "decisions",
        "t2_8.admin_fee": "amount",  # A11, A12, Q03
    },
    "form_2019": {
        "t2_1.rules": "made_new disclosed_new disclosed_total",  # A03, A04, A05, A10
        "t2_1.normative_docs": "made_new disclosed_new disclosed_total",  # A03, A04, A05, N09
        "t2_5.admin_license": "items_prev items_delta decisions",  # A06, A07 with last year's report, A08
        "t2_5.other_external_service": "items_prev items_delta decisions",
        "t2_6.admin_penalty": "items_prev items_delta decisions",
        "t2_6.admin_coercion": "items_prev items_delta decisions",
        "t2_8.admin_fee": "items_prev items_delta",  # A06, A07
        "t2_9.central_procurement": "projects amount",  # A09
    },
    "pre2019_national": {
        f"nat.{row}": "count"
        for row in (
            *("proactive_total", "proactive_normative", "normative_issued"),  # P08, P09, P10, P10a
            *("channel_gazette", "channel_website", "channel_weibo", "channel_wechat", "channel_other"),
            *("hot_issues_responded", "press_conf", "press_conf_lead", "web_interviews"),  # P11, P11a, P14
            *("web_interviews_lead", "policy_interpretations", "weibo_wechat_responses", "other_responses"),
            *("trainees", "training_sessions"),  # P15
            *(
                "complaints",
                "fees_charged",
                "budget",
                "meetings",
                "org_units",
                "reading_points",
            ),  # Q01, Q02, Q09
        )
    },
    "pre2019_fujian_short": {
        f"fj.{row}": "year cumulative"  # S05, and S06 with last year's list
        for row in (
            *("proactive_total", "channel_website", "channel_gazette"),  # S03, S03a, S04
            *("fee_waived", "review_total", "litigation_total", "complaints"),
        )
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_cells_that_no_equality_protects(form: str) -> None:
    listed = {f"{row}.{column}" for row, columns in UNPROTECTED[form].items() for column in columns.split()}
    assert load_catalog().forms[form].cells.keys() - protected(form) == listed
