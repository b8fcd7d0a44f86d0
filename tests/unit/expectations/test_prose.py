"""Prose against tables, against itself: what fails, what holds, and above all what nobody can tell."""

from __future__ import annotations

import pytest

from expectations.about import Noted
from expectations.identities import load_identities
from expectations.wording import check_wording, load_wording
from ingestion.catalog import load_catalog
from tests.unit.expectations.judged import Case, check, told
from tests.unit.expectations.reports import shanghai_2019

NEW, IN = "t3.new_received.total", "t3.carried_in.total"
HANDLED, OUT = "t3.total_handled.total", "t3.carried_out.total"
MADE_2019 = "t2_1.normative_docs.made_new"

received = told("requests_received", 4, "收到申请4件")
on_time = told("requests_handled_on_time", None, "均按时办结", "收到申请4件,均按时办结")
both = told("requests_received", 4, "收到申请4件", "收到申请4件,均按时办结")

CASES = [
    # N01: 收到 may include what was carried in, 新收 may not
    Case("N01", "holds", {NEW: 4}, (received,), words="= 4"),
    Case("N01", "holds", {NEW: 3, IN: 1}, (received,), words="= 4"),
    Case("N01", "fails", {NEW: 3}, (received,), words="4 in prose, 3 in the table", marked=(NEW,)),
    Case("N01", "fails", {NEW: 1, IN: 1}, (told("requests_received", 2, "新收申请2件"),), marked=(NEW,)),
    # a blank total is the sum of the applicants beside it
    Case("N01", "holds", {NEW: 4, IN: None}, (told("requests_received", 4, "含上年结转4件"),)),
    Case("N01", "not_evaluable", {NEW: 3}, (told("requests_received", 4, "办理申请4件"),), words="cannot tell"),
    Case("N01", "not_evaluable", {NEW: 3}, (received, told("requests_received", 5, "收到申请5件")), words="several"),
    Case("N01", "not_evaluable", {NEW: 3}, (told("requests_received", 95, "全县收到申请95件", qualifier="area_wide"),)),
    Case("N01", "not_evaluable", facts=(), words="no such figure in prose"),
    Case("N01", "not_evaluable", facts=None, words="not at hand"),
    Case("N01", "not_evaluable", facts=(received,), lost="t3.", words="t3.new_received.total (missing_table)"),
    Case("N01", "fails", {"fj.requests_received.year": 1}, (received,), form="pre2019_fujian_short", year=2017,
         marked=("fj.requests_received.year",)),
    # the whole area's report may speak of the whole area
    Case("N01", "holds", {NEW: 95}, (told("requests_received", 95, "全县收到申请95件", qualifier="area_wide"),),
         scope="aggregate"),
    # N02
    Case("N02", "holds", {HANDLED: 4}, (told("requests_handled", 4, "办结4件"),)),
    Case("N02", "fails", {HANDLED: 3}, (told("requests_handled", 4, "答复4件"),), marked=(HANDLED,)),
    Case("N02", "not_evaluable", {HANDLED: 3}, (told("requests_handled", 4, "办理4件"),), words="cannot tell"),
    Case("N02", "holds", {HANDLED: 4}, (both, on_time), words="= 4"),
    Case("N02", "holds", {HANDLED: 5, IN: 1}, (both, on_time)),
    Case("N02", "fails", {HANDLED: 9}, (both, on_time), words="4 in prose, 9 in the table"),
    # "34 received, 2 carried in, all handled as asked ... 1 carried over": all of what?
    Case("N02", "not_evaluable", {HANDLED: 3}, (both, on_time, told("requests_carried_out", 1, "结转1件"))),
    Case("N02", "not_evaluable", {HANDLED: 9},
         (both, on_time, told("requests_carried_in", 2, "上年结转2件", on_time.sentence))),
    # N03
    Case("N03", "holds", {OUT: 2}, (told("requests_carried_out", 2, "结转下年2件"),)),
    Case("N03", "fails", {OUT: 1}, (told("requests_carried_out", 2, "结转下年2件"),), marked=(OUT,)),
    Case("N03", "holds", facts=(both, on_time)),
    Case("N03", "fails", {OUT: 1}, (both, on_time), words="is 0 in prose, 1 in the table"),
    # N04: the class is the sum of its rows
    Case("N04", "holds", {"t3.denied_state_secret.total": 2, "t3.denied_third_party.total": 1},
         (told("requests_by_outcome", 3, "不予公开3件", qualifier="denied"),)),
    Case("N04", "fails", {"t3.unable_not_held.total": 265, "t3.unable_unclear.total": 72},
         (told("requests_by_outcome", 265, "无法提供265件", qualifier="unable"),), words="265 in prose, 337"),
    Case("N04", "not_applicable", words="no class figures"),
    # N05
    Case("N05", "holds", {"t4.lit_direct.total": 1, "t4.lit_after_review.total": 2},
         (told("litigation_cases", 3, "行政诉讼3件"),)),
    Case("N05", "fails", {"t4.review.total": 1}, (told("reconsideration_cases", 2, "行政复议2件"),),
         marked=("t4.review.total",)),
    Case("N05", "fails", {"t4.lit_direct.total": 1}, (told("litigation_cases", 2, "诉讼2件"),), words="2 in prose, 1"),
    # N06
    Case("N06", "holds", facts=(told("requests_received", 0, "未收到申请"),)),
    Case("N06", "fails", {NEW: 1}, (told("requests_received", 0, "未收到申请"),), marked=(NEW,)),
    # nothing received this year, though some were carried in
    Case("N06", "holds", {IN: 1}, (told("requests_received", 0, "未收到申请"),)),
    Case("N06", "not_evaluable", facts=(received,), words="denies no"),
    # N07: a shortfall proves nothing, unless as many parts are listed as the text announces
    Case("N07", "holds", facts=(told("proactive_items", 12, "12条", "s"), told("proactive_items_by_class", 8, "8条", "s"),
         told("proactive_items_by_class", 4, "4条", "s")), words="12 = 8 + 4"),
    Case("N07", "fails", facts=(told("standardised_items", 24, "24项", "将2个领域共24个事项"),
         told("standardised_items_by_class", 11, "11项", "s"), told("standardised_items_by_class", 9, "9项", "s")),
         words="24 stated, the parts 11 + 9 add up to 20"),
    Case("N07", "not_evaluable", facts=(told("standardised_items", 24, "24项", "将3个领域共24个事项"),
         told("standardised_items_by_class", 20, "20项", "s")), noted=(Noted("enumeration_sum_differs", "standardised_items"),)),
    Case("N07", "fails", facts=(told("proactive_items", 12, "12条", "s"), told("proactive_items_by_class", 13, "13条", "s")),
         noted=(Noted("enumeration_sum_differs", "proactive_items"),)),
    Case("N07", "not_evaluable", facts=(told("proactive_items", 12, "12条", "s"),
         told("proactive_items_by_class", 8, "8条", "s")), words="cannot tell whether"),
    Case("N07", "fails", facts=(told("requests_received", 1, "1件", "s"), told("requests_by_channel", 2, "网络2件", "s"))),
    # N08
    Case("N08", "holds", facts=(told("requests_received", 8, "8件", "收到8件,公开2件,占25%;其他6件,占75%"),)),
    Case("N08", "fails", facts=(told("requests_received", 8, "8件", "收到8件,公开2件,占20%;其他6件,占75%"),),
         words="2/8 is 25.00 %, printed 20 %"),
    Case("N08", "not_evaluable", facts=(told("staff", 8, "8件", "收到8件,公开2件,占25%;其他6件,占75%"),),
         words="cannot tell what the percentages are of"),
    # SH2019: three shares of 805 are right, the fourth is not, and the parts are not all of it
    Case("N08", "fails", facts=(told("requests_handled", 805, "答复805件"), told("requests_received", 859, "受理859件"),
         told("requests_by_outcome", 258, "258件", "公开258件，占33.9%；不予公开35件，占4.34%；无法提供265件，占32.9%；"
              "不予处理158件，占19.6%")), words="258/805 is 32.05 %, printed 33.9 %"),
    Case("N08", "not_evaluable", facts=(received,), words="no percentages"),
    # N09
    Case("N09", "holds", {MADE_2019: 3}, (told("normative_documents", 3, "制发规范性文件3件", qualifier="issued"),),
         form="form_2019", year=2020),
    Case("N09", "fails", {MADE_2019: 2}, (told("normative_documents", 3, "制发规范性文件3件", qualifier="issued"),),
         form="form_2019", year=2020, words="3 in prose, 2 in the table"),
    Case("N09", "not_evaluable", {"t2_1.normative_docs.issued": 2},
         (told("proactive_items_by_class", 9, "政策解读9条", qualifier="规范性文件解读"),)),
    # N10
    Case("N10", "holds", period=("2022年1月1日", "12月31日")),
    Case("N10", "fails", period=("2021年1月1日", "2022年12月31日")),
    Case("N10", "fails", noted=(Noted("period_invalid", detail="2008年11月31日"),), words="11月31日"),
    Case("N10", "not_evaluable", words="no whole period"),
    # N11
    Case("N11", "holds", title="2022年政府信息公开工作年度报告", words="the title"),
    Case("N11", "fails", title="2021年政府信息公开工作年度报告", words="the title says 2021"),
    Case("N11", "not_evaluable", words="prints a year"),
    # N12
    Case("N12", "holds", facts=(told("processing_fee_collected", 0, "未收取信息处理费"),)),
    Case("N12", "holds", facts=(told("fees_collected", 0, "未发生政府信息公开收费"),)),
    Case("N12", "fails", facts=(received,), words="no statement"),
    Case("N12", "not_evaluable", facts=(told("other_matters", None, "无。", qualifier="none"),), words="nothing to report"),
    Case("N12", "not_evaluable", facts=(told("staff", 1, "1人", "1人负责信息处理费收缴"),), words="cannot tell"),
    # N13
    Case("N13", "holds", facts=(told("proactive_items", 16, "16条"), told("proactive_items_cumulative", 516, "516条"))),
    Case("N13", "fails", facts=(told("proactive_items", 16, "16条"), told("proactive_items_cumulative", 9, "9条"))),
    Case("N13", "not_evaluable", words="cannot tell whether",
         facts=(told("proactive_items_by_channel", 2139, "网站2139条"), told("proactive_items_cumulative", 516, "516条"))),
    Case("N13", "fails", {"fj.complaints.year": 3, "fj.complaints.cumulative": 1}, form="pre2019_fujian_short", year=2017,
         marked=("fj.complaints.cumulative", "fj.complaints.year"), words="1 >= 3 is wrong"),
    # A12, Q10, I09: amounts, activity and notices in prose
    Case("A12", "holds", {"t2_8.admin_fee.amount": "0.038"}, (told("processing_fee_collected", 380, "380元", unit="元"),)),
    Case("A12", "fails", facts=(told("processing_fee_collected", 380, "380元", unit="元"),), words="380 元 collected"),
    Case("Q10", "holds", {NEW: 1}, words="not all cells are 0"),
    Case("Q10", "holds", facts=(told("requests_received", 0, "未收到申请"),), words="none either"),
    Case("Q10", "fails", facts=(received,), words="收到申请4件"),
    Case("Q10", "not_evaluable", facts=(told("proactive_items", 110, "公开110条"),)),
    Case("I09", "holds", {"t3.other_fee_unpaid.total": 1}, (told("processing_fee_notices", 1, "收费通知1件"),)),
    Case("I09", "fails", {"t3.other_fee_unpaid.total": 1}, words="without any processing_fee_notices"),
    Case("I09", "not_evaluable", {"t3.other_fee_unpaid.total": 1}, None, words="not at hand"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_prose(case: Case) -> None:
    check(case)


def test_every_identity_of_prose_fails_once_and_holds_once() -> None:
    shown = {(case.identity, case.result) for case in CASES}
    of_prose = {one.id for one in load_identities().identities if one.id.startswith("N")}
    assert {(one, result) for one in of_prose for result in ("fails", "holds")} <= shown


def test_totals_left_blank_are_the_sum_of_their_row(monkeypatch: pytest.MonkeyPatch) -> None:
    # SH2019 prints the totals of four rows only: its classes are the sums of the applicants
    facts = [("granted+partial", 258), ("denied", 35), ("unable", 265), ("not_processed", 158)]
    case = Case(
        "N04",
        "fails_lenient",
        facts=tuple(told("requests_by_outcome", value, f"{name}{value}件", qualifier=name) for name, value in facts),
        words="258 in prose, 275 in the table; «unable265件» is 265 in prose, 337 in the table",
        form="form_2019",
        year=2019,
    )  # fmt: skip
    monkeypatch.setattr(Case, "cells", property(lambda _: shanghai_2019()))
    check(case)


def test_the_lexicon_names_cells_and_figures_that_exist() -> None:
    assert check_wording(load_catalog(), load_identities()) > 50


def test_what_is_not_in_the_lexicon_means_cannot_tell() -> None:
    for figure in load_wording().figures.values():
        assert figure.means("甲乙丙") == () or figure.qualifier, figure.facts
