"""What several carriers say of one report: whose cell it is, and what happens where they differ."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.extract.model import Issue, Locator
from ingestion.recognise.merge import combined, merge_attachment, merge_cells, other_report
from ingestion.recognise.reading import (
    CellReading,
    DocumentFacts,
    Headline,
    IndicatorReading,
    NarrativeFact,
    Reading,
)

ATTACHED = "a" * 64


def cell(key: str, printed: str | None, state: str = "", confidence: float | None = 1.0) -> CellReading:
    """printed: a number, "" for a blank cell, None for one that is not there (or `state`)."""
    place = Locator(table=1, row=2, column=3)
    if printed is None:
        return CellReading(key, None, None, state or "missing_table")
    if printed == "":
        return CellReading(key, None, "", state or "blank", None, locator=place)
    value = Decimal(printed) if not state else None
    return CellReading(key, value, printed, state or "reported", confidence, locator=place)


def cells(*found: CellReading) -> dict[str, CellReading]:
    return {one.key: one for one in found}


def reading(
    *found: CellReading, sha256: str = "b" * 64, form: str | None = "form_2021", **head: object
) -> Reading:
    headline = Headline(form=form)
    for name, value in head.items():
        setattr(headline, name, value)
        headline.found[name] = {"value": value, "raw": str(value), "how": "title", "locator": {"line": 3}}
    facts = DocumentFacts("x", sha256, None, 1)
    return Reading(facts, headline, "partial", form=form, cells=cells(*found))


def attached(*found: CellReading, **head: Any) -> Reading:
    return reading(*found, sha256=ATTACHED, **head)


# ------------------------------------------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("first", "second", "raw", "confidence", "others"),
    [
        # one carrier prints it
        (cell("t.r.c", "3"), cell("t.r.c", None), "3", 1.0, []),
        (cell("t.r.c", None), cell("t.r.c", "3"), "3", 1.0, []),
        (cell("t.r.c", "3"), cell("t.r.c", "?", "unreadable"), "3", 1.0, []),
        # both, and they agree: the surer one, the page's if both are
        (cell("t.r.c", "3"), cell("t.r.c", "3"), "3", 1.0, []),
        (cell("t.r.c", "3", confidence=0.6), cell("t.r.c", "3"), "3", 1.0, []),
        (cell("t.r.c", "3", confidence=0.6), cell("t.r.c", "3", confidence=0.7), "3", 0.6, []),
        # a doubtful reading is no evidence against a sure one
        (cell("t.r.c", "3"), cell("t.r.c", "8", confidence=0.6), "3", 1.0, ["8"]),
        (cell("t.r.c", "3", confidence=0.6), cell("t.r.c", "8"), "8", 1.0, ["3"]),
        # both stand, and nobody is sure any more
        (cell("t.r.c", "3"), cell("t.r.c", "8"), "3", 0.5, ["8"]),
        (cell("t.r.c", "3"), cell("t.r.c", "/", "slash"), "3", 0.5, ["/"]),
        (cell("t.r.c", ""), cell("t.r.c", "8"), "", None, ["8"]),
        # something is printed in the page that may be something else
        (cell("t.r.c", "1O", "unreadable"), cell("t.r.c", "10"), "10", 0.85, ["1O"]),
    ],
)
def test_one_cell_of_two_carriers(
    first: CellReading, second: CellReading, raw: str, confidence: float | None, others: list[str]
) -> None:
    # a second cell keeps the table one that the page prints
    beside = cell("t.r.d", "1")
    merged, differing = merge_cells(cells(first, beside), cells(second, beside))
    found = merged["t.r.c"]
    assert (found.raw, found.confidence, [one.text for one in found.others]) == (raw, confidence, others)
    assert bool(differing) == (confidence == 0.5 or found.state == "blank")


def test_a_table_of_which_the_page_prints_nothing_comes_as_a_whole() -> None:
    own = cells(cell("t.r.c", ""), cell("t.r.d", ""), cell("u.r.c", "1"), cell("u.r.d", ""))
    theirs = cells(cell("t.r.c", "3"), cell("t.r.d", ""), cell("t.other.c", "4"), cell("u.r.d", "9"))
    merged, differing = merge_cells(own, theirs)
    assert {key: one.raw for key, one in merged.items()} == {
        "t.r.c": "3",
        "t.r.d": "",
        "t.other.c": "4",
        "u.r.c": "1",
        "u.r.d": "",
    }
    assert [one.key for one in differing] == ["u.r.d"]


def test_a_row_that_only_the_attachment_prints_does_not_enter_a_table_of_the_page() -> None:
    """（六）其他处理 as one row beside the three that the page prints would count them twice."""
    own = cells(cell("t3.other_misc.total", "3"))
    merged, _ = merge_cells(own, cells(cell("t3.other.total", "3"), cell("t3.other_misc.total", "3")))
    assert list(merged) == ["t3.other_misc.total"]


printed = st.sampled_from([None, "", "0", "3", "12"])
certain = st.sampled_from([1.0, 0.98, 0.89, 0.4])


@given(st.lists(st.tuples(printed, certain, printed, certain), min_size=1, max_size=6))
def test_no_merge_makes_a_number_that_no_carrier_prints(
    rows: list[tuple[str | None, float, str | None, float]],
) -> None:
    own = cells(*(cell(f"t.r{n}.c", one[0], confidence=one[1]) for n, one in enumerate(rows)))
    theirs = cells(*(cell(f"t.r{n}.c", one[2], confidence=one[3]) for n, one in enumerate(rows)))
    merged, _ = merge_cells(own, theirs)
    assert merged.keys() == own.keys()
    for key, found in merged.items():
        assert found.raw in (own[key].raw, theirs[key].raw)
        sure = found.confidence is not None and found.confidence >= 0.9
        surely_printed = {
            one.value
            for one in (own[key], theirs[key])
            if one.value is not None and one.confidence is not None and one.confidence >= 0.9
        }
        if sure:
            assert surely_printed == {found.value}


# --------------------------------------------------------------------------------------------------- readings


def test_the_headline_of_the_page_wins_where_it_says_something() -> None:
    page = reading(agency="乙局", title="乙局年报")
    other = attached(agency="甲县乙局", report_year=2022, published_on=date(2023, 1, 8))
    merged = merge_attachment(page, other, "a.pdf")
    assert isinstance(merged, Reading)
    head = merged.headline
    assert (head.agency, head.report_year, head.title) == ("乙局", 2022, "乙局年报")
    assert head.found["report_year"]["locator"] == {"line": 3, "carrier": ATTACHED}
    assert head.found["agency"]["locator"] == {"line": 3}
    assert page.headline.report_year is None


def test_what_the_attachment_answers_is_no_issue_any_more() -> None:
    page = reading(cell("t3.r.c", None))
    page.issues = [
        Issue("year_not_found", "report_year", ""),
        Issue("table_missing", "t3", ""),
        Issue("x", "y", ""),
    ]
    merged = merge_attachment(page, attached(cell("t3.r.c", "3"), report_year=2022), "a.pdf")
    assert isinstance(merged, Reading)
    assert [issue.code for issue in merged.issues] == ["x"]
    assert merged.status == "complete"


def test_what_is_odd_in_the_attachment_is_told_with_its_name() -> None:
    other = attached(cell("t3.r.c", "3"))
    other.issues = [Issue("cell_unreadable", "t3.r", "", locator=Locator(page=2))]
    merged = merge_attachment(reading(), other, "a.pdf")
    assert isinstance(merged, Reading)
    assert [(one.place, one.locator) for one in merged.issues] == [
        ("a.pdf: t3.r", Locator(page=2, carrier=ATTACHED))
    ]


@pytest.mark.parametrize(
    ("page", "other", "is_other"),
    [
        ({"report_year": 2022}, {"report_year": 2021}, True),
        ({"report_year": 2022}, {"report_year": 2022}, False),
        ({"report_year": 2022}, {}, False),
        ({"agency": "甲县乙局"}, {"agency": "甲县丙局"}, True),
        ({"agency": "水部街道"}, {"agency": "鼓楼区水部街道办事处"}, False),
        ({"scope": "own_body"}, {"scope": "aggregate"}, True),
        ({}, {"scope": "aggregate"}, False),
    ],
)
def test_another_report_says_so_in_its_headline(
    page: dict[str, Any], other: dict[str, Any], is_other: bool
) -> None:
    found = attached(cell("t3.r.c", "3"), **other)
    assert (other_report(reading(**page).headline, found) is not None) is is_other
    assert isinstance(merge_attachment(reading(**page), found, "a"), Issue) is is_other


def test_a_name_misread_from_ink_is_the_same_body() -> None:
    page = reading(agency="江苏省沭阳县财政局").headline
    misread = attached(cell("t3.r.c", "3", confidence=0.98), agency="江苏省沐阳县财政局")
    printed_so = attached(cell("t3.r.c", "3"), agency="江苏省沐阳县财政局")
    assert other_report(page, misread) is None
    assert other_report(page, printed_so) is not None


def test_tables_of_another_form_do_not_mix() -> None:
    page = reading(cell("t3.r.c", "3"))
    assert isinstance(merge_attachment(page, attached(cell("t3.r.c", "3"), form="form_2019"), "a"), Issue)
    merged = merge_attachment(
        reading(cell("t3.r.c", None)), attached(cell("t3.r.d", "3"), form="form_2019"), "a"
    )
    assert isinstance(merged, Reading)
    assert (merged.form, merged.headline.form, list(merged.cells)) == ("form_2019", "form_2019", ["t3.r.d"])


def test_rows_of_indicator_lists_are_merged_like_cells() -> None:
    def row(label: str, **values: str) -> IndicatorReading:
        return IndicatorReading(label, None, "条", {name: cell(name, text) for name, text in values.items()})

    page, other = reading(form=None), attached(form=None)
    page.indicators = [row("主动公开数", year="3")]
    other.indicators = [row("主动公开数", year="8", cumulative="9"), row("受理数", year="1")]
    merged = merge_attachment(page, other, "a")
    assert isinstance(merged, Reading)
    first, second = merged.indicators
    assert (first.values["year"].raw, first.values["year"].confidence) == ("3", 0.5)
    assert first.values["cumulative"].raw == "9"
    assert second.label == "受理数"
    assert second.values["year"].locator == Locator(table=1, row=2, column=3, carrier=ATTACHED)
    assert [issue.place for issue in merged.issues] == ["主动公开数.year"]


def test_a_fact_said_twice_is_one() -> None:
    def fact(value: str) -> NarrativeFact:
        return NarrativeFact("requests_received", Decimal(value), "件", value, value, locator=Locator(line=1))

    page, other = reading(), attached()
    page.narrative, other.narrative = [fact("4")], [fact("4"), fact("5")]
    merged = merge_attachment(page, other, "a")
    assert isinstance(merged, Reading)
    assert [(one.value, one.locator and one.locator.carrier) for one in merged.narrative] == [
        (Decimal(4), None),
        (Decimal(5), ATTACHED),
    ]


def test_combining_changes_neither_headline() -> None:
    first, second = (
        Headline(agency="乙局"),
        Headline(report_year=2022, found={"report_year": {"value": 2022}}),
    )
    assert combined(first, second).report_year == 2022
    assert (first.report_year, first.found) == (None, {})
