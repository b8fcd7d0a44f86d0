"""The calendar: lists every night of the season, all known documents once in four weeks."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.crawl.plan import RECHECK_DAYS, WHOLE_EVERY, in_season, plan_for, whole_night


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 12, 14), False),
        (dt.date(2026, 12, 15), True),
        (dt.date(2026, 12, 31), True),
        (dt.date(2027, 1, 1), True),
        (dt.date(2027, 4, 30), True),
        (dt.date(2027, 5, 1), False),
    ],
)
def test_the_season_runs_from_the_middle_of_december_to_the_end_of_april(
    day: dt.date, expected: bool
) -> None:
    assert in_season(day) is expected


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31)), st.text(min_size=1, max_size=20))
def test_each_list_is_walked_whole_once_a_week_and_each_document_asked_once_in_four(
    day: dt.date, key: str
) -> None:
    nights = [plan_for(day + dt.timedelta(days=number)) for number in range(RECHECK_DAYS)]
    assert sum(night.recheck(key) for night in nights) == 1
    assert sum(night.whole(key) for night in nights) == RECHECK_DAYS // WHOLE_EVERY
    assert all(night.due(key) for night in nights if night.whole(key))


@given(st.text(min_size=1, max_size=20))
def test_lists_are_walked_every_night_of_the_season_and_weekly_beside_it(name: str) -> None:
    winter = [plan_for(dt.date(2027, 1, 1) + dt.timedelta(days=number)) for number in range(14)]
    summer = [plan_for(dt.date(2027, 7, 1) + dt.timedelta(days=number)) for number in range(14)]
    assert all(night.due(name) for night in winter)
    assert sum(night.due(name) for night in summer) == 2


def test_no_night_carries_all_documents() -> None:
    keys = [f"www.a.gov.cn/t{number}.html" for number in range(2800)]
    counts = [
        sum(plan_for(dt.date(2027, 7, 1) + dt.timedelta(days=number)).recheck(key) for key in keys)
        for number in range(RECHECK_DAYS)
    ]
    assert max(counts) < 2 * len(keys) / RECHECK_DAYS


def test_a_whole_night_leaves_nothing_out() -> None:
    plan = whole_night("2027-07-01")
    assert plan.due("a") and plan.whole("a") and plan.recheck("b")
