"""Years of agencies made up with planted breaks: each identity across years shows each of its results."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from expectations.confront import confront
from expectations.identities import load_identities
from expectations.instances import instances
from tests.unit.expectations.reports import Cells, Tables, form_cells, with_values


def carry(row: str, natural: int, enterprise: int = 0) -> dict[str, int]:
    return {
        f"t3.{row}.natural_person": natural,
        f"t3.{row}.biz_enterprise": enterprise,
        f"t3.{row}.total": natural + enterprise,
    }


def report(form: str, *values: Mapping[str, int | None]) -> Cells:
    return with_values(form_cells(form), {key: value for one in values for key, value in one.items()})


def listed(year: int, cumulative: int) -> dict[str, int]:
    return {"fj.proactive_total.year": year, "fj.proactive_total.cumulative": cumulative}


@pytest.fixture
def confronted(tables: Tables) -> Any:
    """Confront the tables as filled so far; results by (filing, identity) and instance."""

    def run() -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
        folder: Path = tables.write()
        confront(folder)
        found: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
        for row in pq.read_table(folder / "identity_results.parquet").to_pylist():
            found[row["filing_id"], row["identity_id"]][row["instance"]] = row
        return found

    return run


def test_three_years_with_a_break_in_carry_over(tables: Tables, confronted: Any) -> None:
    first = report("form_2021", carry("carried_out", 3, 1))
    second = report("form_2021", carry("carried_in", 3, 1), carry("carried_out", 103))
    third = report("form_2021", carry("carried_in", 77))
    for year, cells in ((2021, first), (2022, second), (2023, third)):
        tables.add(f"a{year}", "form_2021", cells, year, agency="阳光街道办事处")
    said = confronted()
    assert said["a2021", "X01"]["total"]["result"] == "not_evaluable"
    assert "none of 2020 by 阳光街道办事处" in said["a2021", "X01"]["total"]["why"]
    kept = said["a2022", "X01"]["total"]
    assert (kept["result"], kept["lhs"], kept["rhs"]) == ("holds", 4, 4)
    broken = said["a2023", "X01"]["total"]
    assert (broken["result"], broken["lhs"], broken["rhs"], broken["residual"]) == ("fails", 77, 103, -26)
    assert json.loads(broken["operands"]) == [
        {"cell": "t3.carried_in.total", "sign": 1, "side": "lhs"},
        {"cell": "t3.carried_out.total@y-1", "sign": 1, "side": "rhs", "filing": "a2022"},
    ]
    assert json.loads(broken["suspects"]) == ["t3.carried_in.total"]
    assert said["a2023", "X02"]["natural_person"]["result"] == "fails"
    assert said["a2023", "X02"]["biz_enterprise"]["result"] == "holds"


def test_years_belong_to_the_registered_agency_and_not_to_the_printed_name(
    tables: Tables, confronted: Any
) -> None:
    """北街街道办事处 lies in eight cities, and one office prints its name in several ways."""
    left = report("form_2021", carry("carried_out", 3, 1))
    taken = report("form_2021", carry("carried_in", 9))
    for name, cells, year, printed, agency_id in (
        ("one2021", left, 2021, "北街街道办事处", "ag_aaaaaaaa"),
        ("other2022", taken, 2022, "北街街道办事处", "ag_bbbbbbbb"),
        ("one2022", taken, 2022, "甘州区人民政府北街街道办事处", "ag_aaaaaaaa"),
    ):
        tables.add(name, "form_2021", cells, year, agency=printed)
        tables.rows["agency_resolutions"].append({"filing_id": name, "agency_id": agency_id})
    said = confronted()
    assert said["other2022", "X01"]["total"]["result"] == "not_evaluable"
    assert said["one2022", "X01"]["total"]["result"] == "fails"
    assert json.loads(said["one2022", "X01"]["total"]["operands"])[1]["filing"] == "one2021"


def test_one_person_more_and_one_enterprise_less_is_seen_behind_equal_totals(
    tables: Tables, confronted: Any
) -> None:
    tables.add("a2021", "form_2021", report("form_2021", carry("carried_out", 3, 1)), 2021, agency="甲局")
    tables.add("a2022", "form_2021", report("form_2021", carry("carried_in", 2, 2)), 2022, agency="甲局")
    said = confronted()
    assert said["a2022", "X01"]["total"]["result"] == "holds"
    assert {name for name, row in said["a2022", "X02"].items() if row["result"] == "fails"} == {
        "natural_person",
        "biz_enterprise",
    }


def test_blanks_of_either_year_are_read_leniently(tables: Tables, confronted: Any) -> None:
    tables.add("a2021", "form_2021", form_cells("form_2021"), 2021, agency="甲局")
    blank = report("form_2021", {"t3.carried_in.natural_person": None, "t3.carried_in.biz_enterprise": None})
    tables.add("a2022", "form_2021", blank, 2022, agency="甲局")
    out = report("form_2021", carry("carried_in", 0), {"t3.carried_out.total": 5})
    tables.add("b2021", "form_2021", out, 2021, agency="乙局")
    lacking = report("form_2021", {"t3.carried_in.total": None})
    tables.add("b2022", "form_2021", lacking, 2022, agency="乙局")
    said = confronted()
    assert said["a2022", "X02"]["natural_person"]["result"] == "holds_lenient"
    # a total left blank is not a total of 0
    assert said["b2022", "X01"]["total"]["result"] == "not_evaluable"


def test_a_cumulative_that_shrinks(tables: Tables, confronted: Any) -> None:
    for year, cells in (
        (2015, listed(100, 600)),
        (2016, listed(150, 750)),
        (2017, listed(20, 700)),
    ):
        form = "pre2019_fujian_short"
        tables.add(f"a{year}", form, report(form, cells), year, agency="柳树街道办事处")
    said = confronted()
    assert [said[f"a{year}", "S06"]["proactive_total"]["result"] for year in (2015, 2016, 2017)] == [
        "not_evaluable",
        "holds",
        "fails",
    ]
    assert said["a2017", "S06"]["proactive_total"]["rhs"] == 770
    moves = said["a2017", "X04"]["document"]
    assert (moves["result"], moves["lhs"], moves["rhs"]) == ("fails", 700, 770)
    assert "shrinks" in moves["why"]
    assert said["a2016", "X04"]["document"]["result"] == "holds"


def test_a_cumulative_in_prose(tables: Tables, confronted: Any) -> None:
    for year, annual, whole in ((2020, 110, 651), (2021, 50, 701), (2022, 10, 700)):
        tables.add(f"a{year}", "form_2021", form_cells("form_2021"), year, agency="双阳街道办事处")
        tables.say(f"a{year}", "proactive_items", annual, f"主动公开政府信息{annual}条")
        tables.say(f"a{year}", "proactive_items_cumulative", whole, f"历年累计主动公开政府信息{whole}条")
    said = confronted()
    assert [said[f"a{year}", "X04"]["document"]["result"] for year in (2020, 2021, 2022)] == [
        "not_evaluable",
        "holds",
        "fails",
    ]
    assert "expect 541 last year" in said["a2020", "X04"]["document"]["why"]
    named = json.loads(said["a2021", "X04"]["document"]["operands"])
    assert {
        "cell": "prose.proactive_items_cumulative@y-1",
        "sign": 1,
        "side": "rhs",
        "filing": "a2020",
    } in named


def test_a_merged_agency_has_no_last_year_of_its_own(tables: Tables, confronted: Any) -> None:
    for name, agency, out in (("a", "东街道办事处", 4), ("b", "西街道办事处", 3)):
        cells = report("form_2021", carry("carried_out", out))
        tables.add(f"{name}2021", "form_2021", cells, 2021, agency=agency)
    both = report("form_2021", carry("carried_in", 7))
    tables.add("new2022", "form_2021", both, 2022, agency="东西街道办事处")
    tables.add("a2022", "form_2021", both, 2022, agency="东街道办事处")  # took the other over, kept its name
    said = confronted()
    merged = said["new2022", "X01"]["total"]
    assert merged["result"] == "not_evaluable"
    assert "none of 2021 by 东西街道办事处" in merged["why"]
    assert said["a2022", "X01"]["total"]["result"] == "fails"


def test_across_the_forms_only_what_both_have_is_compared(tables: Tables, confronted: Any) -> None:
    old = report("form_2019", carry("carried_out", 2), {"t2_1.rules.disclosed_total": 9})
    new = report("form_2021", carry("carried_in", 2), {"t2_1.rules.in_force": 9})
    tables.add("a2020", "form_2019", old, 2020, agency="甲局")
    tables.add("a2021", "form_2021", new, 2021, agency="甲局")
    said = confronted()
    assert said["a2021", "X01"]["total"]["result"] == "holds"
    stock = said["a2021", "A01"]["rules"]
    assert stock["result"] == "not_evaluable"
    assert stock["why"] == "the report of 2020 is on form_2019, which has no cell t2_1.rules.in_force"


def test_over_the_break_of_2019(tables: Tables, confronted: Any) -> None:
    def before(received: int, done: int) -> Cells:
        values = {"nat.requests_received.count": received, "nat.requests_completed.count": done}
        return report("pre2019_national", values)

    for name, received, carried_in in (("a", 10, 3), ("b", 10, 1)):
        tables.add(f"{name}2018", "pre2019_national", before(received, 8), 2018, agency=name)
        cells = report("form_2019", carry("carried_in", carried_in))
        tables.add(f"{name}2019", "form_2019", cells, 2019, agency=name)
        tables.add(f"{name}2020", "form_2019", cells, 2020, agency=name)
    blank = before(10, 8) | {"nat.requests_completed.count": (None, "unreadable")}
    tables.add("c2018", "pre2019_national", blank, 2018, agency="c")
    tables.add("c2019", "form_2019", form_cells("form_2019"), 2019, agency="c")
    said = confronted()
    assert said["a2019", "X03"]["total"]["result"] == "holds"
    assert said["b2019", "X03"]["total"]["result"] == "fails"
    assert said["a2020", "X03"]["total"]["result"] == "not_applicable"
    assert said["c2019", "X03"]["total"]["why"] == (
        "no number for nat.requests_completed.count of 2018 (unreadable)"
    )


def test_stocks_and_flows(tables: Tables, confronted: Any) -> None:
    def documents(in_force: int | None, issued: int, repealed: int) -> Cells:
        row = "t2_1.normative_docs"
        values = {f"{row}.in_force": in_force, f"{row}.issued": issued, f"{row}.repealed": repealed}
        return report("form_2021", values)

    for year, cells in (
        (2021, documents(10, 2, 0)),
        (2022, documents(11, 3, 2)),
        (2023, documents(20, 1, 0)),
    ):
        tables.add(f"a{year}", "form_2021", cells, year, agency="甲局")
    for year, total, new, delta, prev in ((2019, 5, 5, 2, 3), (2020, 7, 2, 0, 5), (2021, 20, 1, 0, 9)):
        values = {"t2_1.normative_docs.disclosed_total": total, "t2_1.normative_docs.disclosed_new": new}
        values |= {"t2_6.admin_penalty.items_delta": delta, "t2_6.admin_penalty.items_prev": prev}
        tables.add(f"b{year}", "form_2019", report("form_2019", values), year, agency="乙局")
    said = confronted()
    assert [said[f"a{year}", "A01"]["normative_docs"]["result"] for year in (2021, 2022, 2023)] == [
        "not_evaluable",
        "holds",
        "fails",
    ]
    assert [said[f"b{year}", "A05"]["normative_docs"]["result"] for year in (2019, 2020, 2021)] == [
        "not_evaluable",
        "holds",
        "fails",
    ]
    assert [said[f"b{year}", "A07"]["t2_6.admin_penalty"]["result"] for year in (2019, 2020, 2021)] == [
        "not_evaluable",
        "holds",
        "fails",
    ]


def test_cases_over_two_years(tables: Tables, confronted: Any) -> None:
    first = {"t4.review.maintained": 1, "t4.review.pending": 2, "t4.review.total": 3}
    again = {"t4.review.pending": 2, "t4.review.total": 2}
    suits = {"t4.lit_after_review.maintained": 1, "t4.lit_after_review.total": 1}
    for year, values in (
        (2021, first | carry("new_received", 1)),
        (2022, again | suits),
        (2023, suits),
        (2024, suits),
    ):
        tables.add(f"a{year}", "form_2021", report("form_2021", values), year, agency="甲局")
    said = confronted()
    results = {
        name: [next(iter(said[f"a{year}", name].values()))["result"] for year in range(2021, 2025)]
        for name in ("R06", "R07", "X05")
    }
    assert results == {
        "R06": ["holds", "holds", "fails", "fails"],  # requests of 2021 explain the cases of 2022
        "R07": ["not_evaluable", "holds", "fails", "fails"],
        "X05": ["not_evaluable", "holds", "fails", "holds"],
    }


def test_cases_without_requests_of_either_year(tables: Tables, confronted: Any) -> None:
    case = {"t4.review.pending": 1, "t4.review.total": 1}
    blank = {"t3.carried_in.total": None}
    lost = {"t3.carried_in.total": (None, "missing_page_break")}
    for name, before, now in (
        ("holds", carry("new_received", 1), case),
        ("fails", {}, case),
        ("holds_lenient", carry("new_received", 1) | blank, case),
        ("fails_lenient", blank, case),
        ("not_evaluable", {}, case),
    ):
        last = report("form_2021", before) | (lost if name == "not_evaluable" else {})
        tables.add(f"{name}-1", "form_2021", last, 2021, agency=name)
        tables.add(f"{name}-2", "form_2021", report("form_2021", now), 2022, agency=name)
    tables.add("alone", "form_2021", report("form_2021", case), 2022, agency="alone")
    said = confronted()
    names = ("holds", "fails", "holds_lenient", "fails_lenient", "not_evaluable")
    found = {name: said[f"{name}-2", "R06"]["document"] for name in names}
    assert {name: row["result"] for name, row in found.items()} == {name: name for name in names}
    assert found["not_evaluable"]["why"] == (
        "the report of 2021 prints no number for t3.carried_in.total (missing_page_break)"
    )
    assert "none of 2021 by alone" in said["alone", "R06"]["document"]["why"]


def test_copies_and_jumps(tables: Tables, confronted: Any) -> None:
    values = carry("new_received", 70, 2) | {"t2_5.admin_license.decisions": 900}
    other = carry("new_received", 7000, 2) | {"t2_5.admin_license.decisions": 901}
    for name, later in (("a", values), ("b", other), ("c", {"t4.review.total": 1})):
        tables.add(f"{name}2021", "form_2021", report("form_2021", values), 2021, agency=name)
        tables.add(f"{name}2022", "form_2021", report("form_2021", later), 2022, agency=name)
    said = confronted()
    copied = {name: said[f"{name}2022", "X06"]["document"] for name in "abc"}
    assert [copied[name]["result"] for name in "abc"] == ["fails", "holds", "not_evaluable"]
    assert copied["c"]["why"] == "1 cells are not 0: too few to tell a copy"
    assert said["a2022", "Q09"]["document"]["result"] == "holds"
    jumped = said["b2022", "Q09"]["document"]
    assert jumped["result"] == "fails"
    assert "t3.new_received.natural_person: 70 -> 7000" in jumped["why"]
    assert said["a2021", "Q09"]["document"]["result"] == "not_evaluable"


def test_an_area_contains_its_own_body_and_is_never_its_last_year(tables: Tables, confronted: Any) -> None:
    for name, area, own in (("a", 90, 3), ("b", 2, 3)):
        for scope, received in (("aggregate", area), ("own_body", own)):
            cells = report("form_2021", carry("new_received", received), carry("carried_out", received))
            tables.add(f"{name}-{scope}", "form_2021", cells, 2021, agency=name, scope=scope)
        later = report("form_2021", carry("carried_in", own))
        tables.add(f"{name}2022", "form_2021", later, 2022, agency=name)
    alone = form_cells("form_2021")
    tables.add("c", "form_2021", alone, 2021, agency="c", scope="aggregate")
    said = confronted()
    assert said["a-own_body", "X07"]["document"]["result"] == "not_applicable"
    assert said["a-aggregate", "X07"]["document"]["result"] == "not_evaluable"
    assert "subordinate bodies are not listed" in said["a-aggregate", "X07"]["document"]["why"]
    assert said["b-aggregate", "X07"]["document"]["result"] == "fails"
    assert "no own-body report" in said["c", "X07"]["document"]["why"]
    assert said["a2022", "X01"]["total"]["result"] == said["b2022", "X01"]["total"]["result"] == "holds"


def test_only_current_vintages_are_compared(tables: Tables, confronted: Any) -> None:
    right = report("form_2021", carry("carried_out", 4))
    tables.add("a2021old", "form_2021", form_cells("form_2021"), 2021, agency="甲局", is_current=False)
    tables.add("a2021", "form_2021", right, 2021, agency="甲局")
    tables.add("a2022", "form_2021", report("form_2021", carry("carried_in", 4)), 2022, agency="甲局")
    tables.add("a2022old", "form_2021", form_cells("form_2021"), 2022, agency="甲局", is_current=False)
    tables.add("b2022", "form_2021", form_cells("form_2021"), 2022, agency=None)
    said = confronted()
    assert said["a2022", "X01"]["total"]["result"] == "holds"
    assert "older vintage" in said["a2022old", "X01"]["total"]["why"]
    assert "nobody can tell" in said["b2022", "X01"]["total"]["why"]


def test_last_year_on_no_known_form(tables: Tables, confronted: Any) -> None:
    tables.add("a2021", "form_2021", {}, 2021, agency="甲局", status="no_tables")
    tables.rows["filings"][-1]["form"] = None
    tables.add("a2022", "form_2021", form_cells("form_2021"), 2022, agency="甲局")
    assert confronted()["a2022", "X01"]["total"]["why"] == "the report of 2021 is on no known form"


def test_every_identity_across_years_is_planted_here() -> None:
    planted = {"A01", "A05", "A07", "R06", "R07", "S06", "X01", "X02", "X03", "X04", "X05", "X06", "Q09"}
    assert {one.id for one in load_identities().identities if one.needs_previous_report} == planted


def test_a_break_between_years_takes_no_forced_value_away(tables: Tables) -> None:
    first = report("form_2021", carry("carried_out", 3))
    second = report("form_2021", carry("carried_in", 7), carry("total_handled", 7), carry("granted", 7))
    second |= {"t3.new_received.total": (None, "unreadable")}
    tables.add("a2021", "form_2021", first, 2021, agency="甲局")
    tables.add("a2022", "form_2021", second, 2022, agency="甲局")
    folder = tables.write()
    confront(folder)
    derived = pq.read_table(folder / "derived_cells.parquet").to_pylist()
    assert [(row["filing_id"], row["cell_key"], row["value"]) for row in derived] == [
        ("a2022", "t3.new_received.total", Decimal(0))
    ]


PAIRS = [
    (one.id, form, next(iter(one.previous), form))
    for one in load_identities().identities
    if one.needs_previous_report and one.test == "linear"
    for form in one.forms
]


@pytest.mark.parametrize(("identity", "form", "form_before"), PAIRS)
def test_every_relation_across_years_shows_all_its_results(
    identity: str, form: str, form_before: str, tables: Tables, confronted: Any
) -> None:
    instance = next(one for one in instances(form) if one.identity.id == identity)
    right = instance.by_previous_form.get(form_before, instance.rhs)
    # one more on a side that may not be the larger one; 1 on either side breaks an equality
    broken = next(
        term for term in (right if instance.identity.op == ">=" else instance.lhs) if term.coefficient == 1
    )
    other = next(term for term in (*instance.lhs, *right) if term.key != broken.key)
    nothing: Mapping[str, Any] = {}
    cases = {
        "holds": (nothing, nothing),
        "fails": ({broken: (Decimal(1), "reported")}, nothing),
        "holds_lenient": (nothing, {other: (None, "slash")}),
        "fails_lenient": ({broken: (Decimal(1), "reported")}, {other: (None, "slash")}),
        "not_evaluable": (nothing, {other: (None, "missing_page_break")}),
    }
    for name, changes in cases.items():
        changed = {term: cell for change in changes for term, cell in change.items()}
        now = {term.key: cell for term, cell in changed.items() if not term.previous}
        before = {term.key: cell for term, cell in changed.items() if term.previous}
        tables.add(f"{name}-1", form_before, form_cells(form_before) | before, 2018, agency=name)
        tables.add(f"{name}-2", form, form_cells(form) | now, 2019, agency=name)
    said = confronted()
    got = {name: said[f"{name}-2", identity][instance.name] for name in cases}
    assert {name: row["result"] for name, row in got.items()} == {name: name for name in cases}
    assert got["not_evaluable"]["why"].startswith(f"no number for {other.key}")
