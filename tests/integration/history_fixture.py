"""One agency through three eras, and its peers: what series, measures and coverage are tried on.

Made by hand. 甲 reported in the national list of 2017, in both forms, on one side and the other of each break;
the five others are peers of 2019 and 2020, so that a percentile has an n. 己 lies in another province. 戊 was merged
into 甲, and of 辛 no report was ever seen.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.integration.warehouse_fixture import Row, SmallFiling, filing_rows, write_rows

COUNTY, OTHER_COUNTY = "ag_county01", "ag_county02"
#: Street offices by their printed name; 甲 to 戊 are peers, 己 is of another province.
STREETS = {f"{name}街道办事处": f"ag_street0{number}" for number, name in enumerate("甲乙丙丁戊己", start=1)}
A, B, C, D, E, F = STREETS.values()
NEVER_SEEN = "ag_street08"


def _totals(**rows: int) -> dict[str, str]:
    return {f"t3.{row}.total": str(value) for row, value in rows.items()}


def _of(
    name: str, year: int, received: int, granted: int, published_on: dt.date | None = None
) -> SmallFiling:
    """A street that handled 10 requests and granted some of them."""
    values = _totals(new_received=received, total_handled=10, granted=granted)
    return SmallFiling(
        f"{name}{year}", f"{name}街道办事处", year, "form_2019", values, published_on=published_on
    )


HISTORY = [
    SmallFiling(
        "甲2017",
        "甲街道办事处",
        2017,
        "pre2019_national",
        {
            "nat.requests_received.count": "10",
            "nat.replies_total.count": "9",
            "nat.reply_already_public.count": "1",
            "nat.reply_granted.count": "3",
            "nat.reply_refused.count": "3",
            "nat.refused_not_gov_info.count": "1",
            "nat.refused_other_legal.count": "2",
        },
        # 申请办结数 is not printed: the figure is that of 申请答复数
        states={"nat.requests_completed": "blank"},
        published_on=dt.date(2018, 4, 2),
    ),
    SmallFiling(
        "甲2019",
        "甲街道办事处",
        2019,
        "form_2019",
        _totals(new_received=20, granted=8, partial=2, denied_state_secret=3, denied_third_party=1,
                unable_not_held=2, other=4, total_handled=20, carried_in=5, carried_out=5)
        | {"t3.new_received.natural_person": "15", "t4.review.total": "8", "t4.review.corrected": "2",
           "t4.review.pending": "1", "t4.lit_direct.total": "6", "t4.lit_direct.corrected": "1"},
        published_on=dt.date(2020, 1, 31),
    ),
    # nothing was handled: no ratio has a value, and none is 0
    SmallFiling(
        "甲2020",
        "甲街道办事处",
        2020,
        "form_2019",
        _totals(new_received=0, other=0, total_handled=0),
        scope_basis="agency_kind",
        published_on=dt.date(2021, 3, 31),
    ),
    SmallFiling(
        "甲2021",
        "甲街道办事处",
        2021,
        "form_2021",
        _totals(new_received=4, granted=3, other_no_correction=0, other_fee_unpaid=0, other_misc=1, total_handled=4),
        # the form of 2021 prints what is in force where that of 2019 printed what was published
        published_on=dt.date(2022, 4, 1),
    ),
    SmallFiling(
        "甲2024",
        "甲街道办事处",
        2024,
        "form_2021",
        _totals(new_received=30, granted=6, other_no_correction=1, other_misc=2, total_handled=30)
        | {"t4.review.total": "9", "t4.lit_direct.total": "2"},
        states={"t3.partial.total": "blank", "t3.other_fee_unpaid.total": "unreadable"},
    ),
    _of("乙", 2019, 10, 1, dt.date(2020, 2, 10)),
    _of("丙", 2019, 11, 2),
    _of("丁", 2019, 12, 3),
    _of("戊", 2019, 13, 4),
    _of("己", 2019, 14, 9),
    _of("乙", 2020, 16, 1),
    _of("丙", 2020, 9, 2),
    # the agency did not print what it received: it is in no panel
    SmallFiling(
        "丁2020",
        "丁街道办事处",
        2020,
        "form_2019",
        _totals(total_handled=10),
        states={"t3.new_received.total": "blank"},
    ),
    _of("己", 2020, 28, 9),
    # a summary for the whole county is never added to what its bodies report
    SmallFiling(
        "甲2020汇总", "甲街道办事处", 2020, "form_2019", _totals(new_received=900), scope="aggregate",
        scope_basis="title",
    ),
]  # fmt: skip


def write_history(folder: Path, filings: list[SmallFiling] | None = None) -> None:
    """Write every table that the warehouse reads as `<folder>/<table>.parquet`."""
    given = HISTORY if filings is None else filings
    tables = filing_rows(given)
    tables["agency_versions"] = [
        _agency(COUNTY, "子区人民政府", "county", "government", "350188"),
        _agency(OTHER_COUNTY, "丑区人民政府", "county", "government", "360188"),
        *(
            _agency(
                agency_id, name, "town", "street_office", f"{'36' if agency_id == F else '35'}0188{number:03}"
            )
            for number, (name, agency_id) in enumerate(STREETS.items(), start=1)
        ),
        _agency(NEVER_SEEN, "辛街道办事处", "town", "street_office", "350188008"),
    ]
    tables["agency_events"] = [
        {"agency_id": E, "event": "merged", "year": 2021, "other_agency_id": A, "basis": "a notice"}
    ]
    tables["divisions"] = [
        _place(row["division_code"]) for row in tables["agency_versions"] if row["division_code"]
    ]
    tables["agency_resolutions"] = [
        {"filing_id": one.filing_id, "sha256": one.sha256, "agency": one.agency, "report_year": one.report_year,
         "agency_id": STREETS.get(one.agency or ""), "score": 4, "how": "county", "why": "its county agrees",
         "names_seen": "[]", "candidates": "[]"}
        for one in given
    ]  # fmt: skip
    write_rows(folder, tables)


def _agency(agency_id: str, name: str, level: str, kind: str, code: str) -> Row:
    return {
        "agency_id": agency_id, "version": 1, "name_zh": name, "full_name_zh": name, "level": level, "kind": kind,
        "division_code": code, "valid_basis": "nbs_2016", "is_latest": True,
    }  # fmt: skip


def _place(code: str) -> Row:
    return {
        "division_code": code, "level": "county" if len(code) == 6 else "street", "name_zh": code,
        "province_zh": "福建省" if code.startswith("35") else "江西省", "valid_from": 2016, "valid_to": 2023,
        "raw": code, "is_statistical_only": False,
    }  # fmt: skip
