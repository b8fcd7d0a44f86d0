"""A register of five agencies for the small warehouse, and which filings are whose.

Made by hand: one agency was recoded and upgraded, one is run by a body that is not the government of its place,
and filings without a name wait in the queue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]

DISTRICT, SUNNY, MOON, WILLOW, WATER, ZONE = (f"ag_0000000{number}" for number in range(6))
#: Printed names of the fixture's filings. 阳光街道 spells itself in two ways.
IDS = {
    "阳光街道办事处": SUNNY,
    "星河区阳光街道": SUNNY,
    "月光区人民政府": MOON,
    "柳树街道办事处": WILLOW,
    "水边街道": WATER,
}


def register_rows() -> dict[str, list[Row]]:
    """Rows of the tables of the register."""
    return {
        "agency_versions": [
            _version(DISTRICT, "星河区人民政府", "county", "government", "350199"),
            _version(MOON, "月光区人民政府", "county", "government", "350198"),
            _version(SUNNY, "阳光乡人民政府", "town", "town_government", "350188201", 1, None, 2018, parent=DISTRICT,
                     is_latest=False),
            _version(SUNNY, "阳光街道办事处", "town", "street_office", "350199001", 2, 2019, None, parent=DISTRICT),
            _version(WILLOW, "柳树街道办事处", "town", "street_office", "350199002", parent=DISTRICT),
            _version(WATER, "水边街道办事处", "town", "street_office", "350199003", parent=DISTRICT, run_by=ZONE),
            _version(ZONE, "水边新区管理委员会", "county", "dispatched", None),
        ],
        "agency_aliases": [{"agency_id": ZONE, "alias": "水边新区", "kind": "region", "evidence": "its site"}],
        "agency_events": [
            {"agency_id": SUNNY, "event": event, "year": 2019, "before": before, "after": after, "basis": "nbs_2019"}
            for event, before, after in [
                ("recoded", "350188201", "350199001"), ("upgraded", "阳光乡人民政府", "阳光街道办事处"),
            ]
        ],
        "agency_codes": [{"agency_id": SUNNY, "scheme": "nbs9", "value": "350199001", "valid_from": 2019}],
        "divisions": [
            _place("350199", "county", "星河区", "350100", "星河区"),
            _place("350199001", "street", "阳光街道", "350199", "星河区"),
            _place("350199400", "street", "星河开发区", "350199", "星河区", is_statistical_only=True),
        ],
    }  # fmt: skip


def resolution_rows(filings: Iterable[Row]) -> list[Row]:
    """One row for each filing, of which the key is given."""
    return [
        {
            "filing_id": key["filing_id"], "sha256": key["sha256"], "agency": key["agency"],
            "report_year": key["report_year"], "agency_id": IDS.get(key["agency"]), "score": 4,
            "how": "county" if key["agency"] in IDS else "no_name",
            "why": "its county agrees" if key["agency"] in IDS else "there is no name",
            "names_seen": '["某街道政府信息公开工作年度报告"]', "candidates": "[]",
        }
        for key in filings
    ]  # fmt: skip


def _version(
    agency_id: str, name: str, level: str, kind: str, code: str | None, number: int = 1,
    valid_from: int | None = None, valid_to: int | None = None, parent: str | None = None,
    run_by: str | None = None, is_latest: bool = True,
) -> Row:  # fmt: skip
    place = "福州市星河区" if level == "town" else ""
    return {
        "agency_id": agency_id, "version": number, "name_zh": name, "full_name_zh": place + name, "level": level,
        "kind": kind, "division_code": code, "territorial_parent_id": parent, "reporting_parent_id": run_by,
        "valid_from": valid_from, "valid_to": valid_to, "valid_basis": "nbs_2016", "is_latest": is_latest,
    }  # fmt: skip


def _place(
    code: str, level: str, name: str, parent: str, county: str, is_statistical_only: bool = False
) -> Row:
    return {
        "division_code": code, "level": level, "name_zh": name, "parent_code": parent, "province_zh": "福建省",
        "city_zh": "福州市", "county_zh": county, "valid_from": 2016, "valid_to": 2023, "raw": name,
        "is_statistical_only": is_statistical_only,
    }  # fmt: skip
