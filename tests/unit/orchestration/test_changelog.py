"""What `gongkai releases diff` tells of two small releases: sentences first, then rows by their key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.changelog import changelog
from orchestration.publish import publish
from orchestration.release_diff import change_records, change_rows, diff

STREET, BUREAU = "甲市乙区丙街道办事处", "甲市财政局"
TOTAL, GRANTED = "t3.new_received.total", "t3.granted.total"
TABLES = {
    "fct_cells": "filing_id varchar, agency_id varchar, agency varchar, report_year integer, scope varchar, "
    "form varchar, is_current boolean, cell_key varchar, value decimal(24, 6), value_best decimal(24, 6), "
    "verdict varchar, verdict_status varchar, correction_id varchar, raw varchar, state varchar, sha256 varchar",
    "fct_filings": "filing_id varchar, agency_id varchar, agency varchar, report_year integer, scope varchar, "
    "form varchar, status varchar, vintage integer, is_withdrawn boolean, sha256 varchar",
    "fct_issues": "filing_id varchar, code varchar, document varchar, detail varchar",
    "fct_documents": "sha256 varchar, name varchar, state varchar, reason varchar",
    "fct_corrections": "correction_id varchar, kind varchar, snapshot varchar, agency varchar, "
    "report_year integer, scope varchar, is_withdrawn boolean, verdict varchar, reason varchar, who varchar, "
    "decided_on date",
    "meta_tables": "table_name varchar, primary_key varchar[]",
    "rpt_totals": "report_year integer, value decimal(24, 6)",
}
META = [
    {"table_name": "fct_cells", "primary_key": ["filing_id", "cell_key"]},
    {"table_name": "rpt_totals", "primary_key": []},
]


def body(agency: str, filing: str, sha256: str) -> dict[str, Any]:
    return {"filing_id": filing, "agency": agency, "report_year": 2020, "scope": "own_body", "sha256": sha256,
            "form": "form_2021"}  # fmt: skip


def cell(
    agency: str, filing: str, key: str, raw: str | None, state: str = "reported", **said: Any
) -> dict[str, Any]:
    value = None if raw is None else raw
    best = {"value": value, "value_best": value, "raw": raw, "state": state, "is_current": True}
    return {**body(agency, filing, f"sha-{filing}"), "cell_key": key, **best, **said}


def filing(agency: str, name: str, vintage: int = 1) -> dict[str, Any]:
    return {
        **body(agency, name, f"sha-{name}"),
        "status": "complete",
        "vintage": vintage,
        "is_withdrawn": False,
    }


def document(name: str, state: str = "read", reason: str | None = None) -> dict[str, Any]:
    return {"sha256": f"sha-{name}", "name": f"{name}.html", "state": state, "reason": reason}


def release(root: Path, rows: dict[str, list[dict[str, Any]]]) -> str:
    warehouse = root / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    lines = root / "rows.json"
    with duckdb.connect(str(warehouse)) as connection:
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} ({columns})")
            held = rows.get(table, META if table == "meta_tables" else [])
            if held:
                lines.write_text("\n".join(map(json.dumps, held)), encoding="utf-8")
                connection.execute(
                    f"insert into {table} by name from read_json('{lines}', format='newline_delimited')"
                )
    return publish(root / "releases", warehouse, {}, {}).id


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Of two nights: a verdict, a report issued again with another number, a new one, one that is gone."""
    missing = cell(STREET, "a", TOTAL, None, "missing_page_break")
    release(
        tmp_path,
        {
            "fct_cells": [missing, cell(BUREAU, "b1", GRANTED, "12")],
            "fct_filings": [filing(STREET, "a"), filing(BUREAU, "b1"), filing("丁县人民政府", "gone")],
            "fct_documents": [document("a"), document("b1"), document("gone"), document("broken")],
            "rpt_totals": [{"report_year": 2020, "value": 12}, {"report_year": 2020, "value": 12}],
        },
    )
    decided = {
        "value_best": "4",
        "verdict": "extraction_error",
        "verdict_status": "settled",
        "correction_id": "own:1",
    }
    verdict = {
        "correction_id": "own:1",
        "kind": "cell",
        "who": "root",
        "reason": "page 2",
        "decided_on": "2026-01-01",
    }
    release(
        tmp_path,
        {
            "fct_cells": [
                missing | decided,
                cell(BUREAU, "b1", GRANTED, "12", is_current=False),
                cell(BUREAU, "b2", GRANTED, "14.5"),
            ],
            "fct_filings": [
                filing(STREET, "a"), filing(BUREAU, "b1"), filing(BUREAU, "b2", 2), filing("戊镇人民政府", "new")
            ],
            "fct_documents": [
                document("a"), document("b1"), document("b2"), document("new"),
                document("broken", "unreadable", "random bytes"),
            ],
            "fct_corrections": [verdict],
            "rpt_totals": [{"report_year": 2020, "value": 14.5}, {"report_year": 2020, "value": 12}],
        },
    )  # fmt: skip
    return tmp_path / "releases"


def told(releases: Path, **how: Any) -> list[str]:
    return list(changelog(releases, "previous", "current", **how))


def test_it_begins_with_the_verdicts_in_words(releases: Path) -> None:
    head, first, *_ = told(releases)
    assert head == "1 verdict:"
    assert first.startswith(f"  {STREET} 2020, 本年新收政府信息公开申请数量 / 总计 · ")
    assert first.endswith(f"[{TOTAL}]: nothing printed (missing_page_break) -> 4 (extraction_error, root)")


def test_reports_are_added_issued_again_and_removed(releases: Path) -> None:
    lines = told(releases)

    def under(heading: str) -> str:
        return lines[lines.index(heading) + 1]

    assert under("1 report added:") == "  戊镇人民政府 2020 (form_2021; new.html), complete"
    assert under("1 report issued again:") == f"  {BUREAU} 2020 (form_2021; b2.html), vintage 1 -> 2"
    assert under("1 report removed:") == "  丁县人民政府 2020 (form_2021; gone.html)"
    assert "  broken.html: read -> unreadable (random bytes)" in lines


def test_a_report_that_was_put_back_is_told_once_for_each_time(tmp_path: Path) -> None:
    filings = {
        "fct_filings": [filing(BUREAU, "b1"), filing(BUREAU, "b2", 2)],
        "fct_documents": [document("b1"), document("b2")],
    }

    def put_back(day: str) -> dict[str, list[dict[str, Any]]]:
        detail = f"shown again in the place of vintage 2 on {day} (UTC)"
        issue = {"filing_id": "b1", "code": "vintage_put_back", "document": "b1.html", "detail": detail}
        return {**filings, "fct_issues": [issue]}

    release(tmp_path, filings)
    release(tmp_path, put_back("2026-01-03"))
    lines = told(tmp_path / "releases")
    assert lines[:2] == [
        "1 report put back as before:",
        f"  {BUREAU} 2020 (form_2021; b1.html), vintage 1: "
        "shown again in the place of vintage 2 on 2026-01-03 (UTC)",
    ]
    release(tmp_path, {**put_back("2026-01-03"), "rpt_totals": [{"report_year": 2020, "value": 1}]})
    assert not any("put back" in line for line in told(tmp_path / "releases"))
    release(tmp_path, put_back("2026-01-09"))
    assert "on 2026-01-09" in told(tmp_path / "releases")[1]


def test_cells_are_told_with_both_labels_and_numbers_as_people_write_them(releases: Path) -> None:
    (line,) = [line for line in told(releases) if "vintage 1 -> 2" in line and "[" in line]
    assert line.startswith(f"  {BUREAU} 2020, 予以公开 / 总计 · Granted")
    assert f"[{GRANTED}]: 12 -> 14.5 (" in line


def test_rows_are_counted_and_shown_by_their_key_on_demand(releases: Path) -> None:
    lines = told(releases)
    assert "  rpt_totals: 1 removed, 1 added" in lines, "two rows of the same are two rows"
    assert not any(line.startswith("rpt_totals") for line in lines)
    every = told(releases, everything=True)
    assert "rpt_totals added report_year=2020, value=14.5" in every
    (changed,) = [line for line in every if line.startswith("fct_cells changed filing_id=a")]
    assert changed.startswith(f"fct_cells changed filing_id=a, cell_key={TOTAL}  ")
    assert "value_best: null -> 4" in changed


def test_programs_get_the_key_and_each_column(releases: Path) -> None:
    rows = [row for row in change_rows(releases, "previous", "current") if row["kind"] == "changed"]
    assert {
        "table": "fct_cells", "kind": "changed", "key": json.dumps({"filing_id": "a", "cell_key": TOTAL}),
        "column": "value_best", "old": None, "new": "4",
    } in rows  # fmt: skip
    (record,) = [one for one in change_records(releases, "previous", "current") if one["kind"] == "changed"
                 and one["key"].get("filing_id") == "a"]  # fmt: skip
    assert record["key"] == {"filing_id": "a", "cell_key": TOTAL}
    assert record["columns"]["value_best"] == {"old": None, "new": 4}
    json.dumps(list(change_records(releases, "previous", "current")))


def test_a_key_that_names_several_rows_loses_none(tmp_path: Path) -> None:
    twice = [cell(STREET, "a", TOTAL, "1"), cell(STREET, "a", TOTAL, "2")]
    release(tmp_path, {"fct_cells": twice})
    release(tmp_path, {"fct_cells": [twice[0], cell(STREET, "a", TOTAL, "3"), cell(STREET, "a", TOTAL, "4")]})
    changes = [
        one.kind for one in diff(tmp_path / "releases", "previous", "current") if one.table == "fct_cells"
    ]
    assert changes == ["removed", "added", "added"]
