"""What is plausible and complete in one report: each hint fails where it should, and holds where it should."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.about import Noted
from expectations.identities import load_identities
from tests.unit.expectations import test_prose
from tests.unit.expectations.judged import Case, ask, check, told

T19: dict[str, Any] = {"form": "form_2019", "year": 2020}
NAT: dict[str, Any] = {"form": "pre2019_national", "year": 2017}
RULES = {"t2_1.rules.issued": 1}
FEE = "t2_8.admin_fee.amount"


def wide(place: str, printed: str, wanted: int = 7) -> Noted:
    count = len(printed.split())
    return Noted("row_too_wide", place, f"{count} fields for {wanted} cells; printed: “{printed}”")


CASES = [
    # I06: what a total forces to 0 is 0
    Case("I06", "holds", {"t3.granted.natural_person": 2, "t3.granted.total": 2}, words="25 rows"),
    Case("I06", "fails", {"t3.granted.natural_person": 2}, words="not 0: t3.granted.natural_person"),
    Case("I06", "fails", {"t3.granted.natural_person": 2, "t3.granted.other_org": 1, "t3.granted.total": 2}),
    # two parts that both equal the total contradict it: I03 says so, nothing follows
    Case("I06", "holds", {f"t3.granted.{one}": 2 for one in ("natural_person", "other_org", "total")}, words="24 rows"),
    Case("I06", "not_evaluable", lost="t3."),
    Case("R04", "holds", {"t4.lit_direct.total": 1}, words="derived"),
    Case("R04", "not_evaluable", lost="t4.lit_after", words="t4.lit_after_review.total"),
    # R05
    Case("R05", "fails", {"t4.lit_direct.total": 1}, year=2024, words="in 2024"),
    Case("R05", "holds", {"t4.lit_after_review.total": 1}, year=2024),
    Case("R05", "not_applicable", {"t4.lit_direct.total": 1}, year=2023),
    Case("R05", "not_evaluable", {"t4.lit_direct.total": 1}, year=None, words="year is not known"),
    # A08, A09, P15
    Case("A08", "fails", {"t2_6.admin_penalty.decisions": 3}, **T19, words="but"),
    Case("A08", "holds", {"t2_6.admin_penalty.decisions": 3, "t2_6.admin_penalty.items_prev": 1}, **T19),
    # abolished during the year: there were some
    Case("A08", "holds", {"t2_6.admin_penalty.decisions": 3, "t2_6.admin_penalty.items_prev": 1,
                          "t2_6.admin_penalty.items_delta": -1}, **T19),
    Case("A08", "fails_lenient", {"t2_6.admin_penalty.decisions": 3, "t2_6.admin_penalty.items_prev": None}, **T19),
    Case("A09", "holds", {"t2_9.central_procurement.projects": 6, "t2_9.central_procurement.amount": 251000}, **T19),
    Case("A09", "fails", {"t2_9.central_procurement.projects": 6}, **T19),
    Case("A09", "fails", {"t2_9.central_procurement.amount": 251000}, **T19),
    Case("P15", "fails", {"nat.trainees.count": 20}, **NAT),
    Case("P15", "holds", {"nat.trainees.count": 20, "nat.training_sessions.count": 1}, **NAT),
    # A10: only where the name leaves no doubt
    Case("A10", "holds", words="no rules"),
    Case("A10", "fails", RULES, words="makes no rules"),
    Case("A10", "fails", RULES, agency="南安市财政局"),
    Case("A10", "fails", RULES, agency="罗源县人民政府"),
    Case("A10", "holds", RULES, agency="上海市人民政府"),
    Case("A10", "not_evaluable", RULES, agency="上海市人民政府办公厅"),
    Case("A10", "not_evaluable", RULES, agency="福州市人民政府", words="cannot tell"),
    Case("A10", "not_evaluable", RULES, agency=None),
    # A11: 元 written as 万元
    Case("A11", "holds", {FEE: "12.5"}),
    Case("A11", "fails", {FEE: 25000}, words="25000 万元 for", marked=(FEE,)),
    Case("A11", "fails", {FEE: 380}, (told("processing_fee_collected", 380, "收取380元", unit="元"),), marked=(FEE,)),
    Case("A11", "not_evaluable", {FEE: 25000}, agency="福州市人民政府"),
    Case("A11", "not_evaluable", lost="t2_8.", words="missing_table"),
    # Q05, Q06
    Case("Q05", "holds", words="7 a row"),
    Case("Q05", "fails", noted=(wide("t3.granted", "1 0 0 0 0 0 0 1"),), words="t3.granted (8)"),
    Case("Q05", "fails", noted=(Noted("cell_unreadable", "t3.granted", "all: the row prints 6 fields for 7 cells; printed: “4 0 0 0 0 4”"),),
         words="t3.granted (6)"),
    # a label that the page break left behind is no number, and a row of nothing is lost, not narrow
    Case("Q05", "holds", noted=(wide("t3.granted", "| 0 | 0 | 0 | 0 | 0 | 0 | 0 | 6.属于四类过程性信"),)),
    Case("Q05", "holds", noted=(Noted("cell_unreadable", "t3.granted", "the row prints 0 fields for 7 cells; printed: “”"),)),
    Case("Q05", "not_evaluable", noted=None),
    Case("Q06", "holds", words="no row prints a number too many"),
    Case("Q06", "fails", {"t3.granted.total": None}, noted=(wide("t3.granted", "1 0 0 0 0 0 0 10"),), words="10 0 0 0 0 0 10"),
    Case("Q06", "not_evaluable", {"t3.granted.total": None}, noted=(wide("t3.granted", "1 2 3 4 5 6 7 8"),), words="0 repairs"),
    # eight zeros of which seven were read: nothing to repair
    Case("Q06", "holds", noted=(wide("t3.granted", "0 0 0 0 0 0 0 0"),)),
    # Q07, Q08
    Case("Q07", "holds"),
    Case("Q07", "fails", {"t4.review.total": None}, words="t4: 0, blank"),
    Case("Q08", "holds"),
    Case("Q08", "fails", noted=(Noted("narrative_other_year", "", "2019年"),), words="2019年"),
    Case("Q08", "not_evaluable", agency=None),
    # F01, F03
    Case("F01", "holds"),
    Case("F01", "fails", lost="t4.", words="t4 (15 cells)"),
    Case("F03", "holds", published_on="2023-01-31"),
    Case("F03", "fails", published_on="2023-02-01", words="2023-01-31"),
    Case("F03", "holds", published_on="2023-03-31", agency="福州市人民政府"),
    Case("F03", "fails", published_on="2023-04-01", agency="福州市人民政府"),
    Case("F03", "fails", published_on="2023-04-01", agency=None),
    Case("F03", "not_evaluable", published_on="2023-03-01", agency=None, words="January or March"),
    Case("F03", "not_evaluable"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_report(case: Case) -> None:
    check(case)


#: Verdicts about two reports of an agency are planted in test_histories.py; those of linear identities follow from
#: arithmetic (test_evaluate.py, test_no_cure.py); definitions have none.
ELSEWHERE = {"aggregate", "copied_forward", "jump", "prose_cumulative_moves", "untested", "derived_sum"}


def test_every_test_of_a_whole_report_fails_once_and_holds_once() -> None:
    shown = {(case.identity, case.result) for case in (*CASES, *test_prose.CASES)}
    asked = {
        one.id
        for one in load_identities().identities
        if one.test not in ELSEWHERE | {"linear", "nonnegative", "integral", "money_decimals"}
        and one.test not in ("every_cell_printed", "form_matches_year")  # test_evaluate.py
        and one.id != "R06"  # looks at two years: test_histories.py
    }
    assert len(asked) == 29
    assert {(one, result) for one in asked for result in ("fails", "holds")} <= shown


def test_definitions_have_no_verdict_and_say_why() -> None:
    for one in (one for one in load_identities().identities if one.test == "untested"):
        found = ask(Case(one.id, ""))
        assert (found.result, found.why) == ("not_evaluable", one.untested)


def test_hints_mark_cells_only_where_their_entry_says_so() -> None:
    marking = {one.id for one in load_identities().identities if one.grade == "smell" and one.marks}
    assert marking == {
        "A02", "A03", "A07", "A11", "N01", "N02", "N03", "N05", "N06", "P05", "P06", "P10", "P10a", "P12", "Q03", "S06",
        "S07", "X02",
    }  # fmt: skip
    assert all(one.marks for one in load_identities().identities if one.grade != "smell")
