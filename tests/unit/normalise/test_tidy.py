"""Tidy tables: exact numbers, states beside them, vintages of a filing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from ingestion.catalog import load_catalog
from ingestion.extract.model import Issue, Locator
from ingestion.normalise import SchemaMismatch, normalise
from ingestion.readings import StoredReading
from ingestion.recognise.reading import CellReading, DocumentFacts, Headline, Reading

CATALOG = load_catalog()


@dataclass(frozen=True)
class Added:
    at: str = "2022-02-01T08:00:00.125+08:00"


@dataclass(frozen=True)
class Snapshot:
    """What normalise asks of a snapshot."""

    sha256: str
    name: str = "x.html"
    source: str = "manual"
    title: str | None = None
    url: str | None = None
    issuer: str | None = None
    first: Added = Added()
    changes: tuple[tuple[int, str], ...] = ()
    first_seq: int = 1


def stored(
    sha: str,
    value: str = "4",
    *,
    agency: str | None = "甲街道办事处",
    status: str = "partial",
    cell: CellReading | None = None,
) -> StoredReading:
    key = "t3.partial.total"
    cell = cell or CellReading(
        key, Decimal(value), value, "reported", 1.0, locator=Locator(table=2, row=3, column=7)
    )
    reading = Reading(
        document=DocumentFacts("x.html", sha * 64, "text/html", 10),
        headline=Headline(agency=agency, report_year=2021),
        status=status,  # type: ignore[arg-type]
        form="form_2021" if status != "unreadable" else None,
        cells={cell.key: cell} if status != "unreadable" else {},
        issues=[Issue("some_issue", "t3", "a detail")],
        reader_version="v",
    )
    return StoredReading(Snapshot(sha * 64), reading)  # type: ignore[arg-type]


def rows(table: str, *items: StoredReading) -> list[dict[str, object]]:
    found: list[dict[str, object]] = normalise(items, CATALOG)[table].to_pylist()
    return found


def test_a_cell_keeps_number_text_state_and_place() -> None:
    (cell,) = rows("cells", stored("a", "5949.088667"))
    assert cell["value"] == Decimal("5949.088667")
    assert (cell["raw"], cell["state"], cell["confidence"]) == ("5949.088667", "reported", 1.0)
    assert (cell["table_index"], cell["row_index"], cell["column_index"]) == (2, 3, 7)
    assert cell["place"] == "table 2, row 3, column 7"


def test_a_blank_is_null_and_never_zero() -> None:
    (row,) = rows(
        "applications", stored("a", cell=CellReading("t3.granted.natural_person", None, None, "blank"))
    )
    assert (row["value"], row["state"], row["is_outcome_leaf"], row["is_total"]) == (
        None,
        "blank",
        True,
        False,
    )


def test_totals_are_marked_by_row_and_by_column() -> None:
    (column_total,) = rows("applications", stored("a"))
    assert column_total["is_total"] is True
    cell = CellReading("t3.total_handled.natural_person", Decimal(1), "1", "reported", 1.0)
    (row_total,) = rows("applications", stored("a", cell=cell))
    assert (row_total["is_total"], row_total["is_outcome_leaf"]) == (True, False)


def test_a_changed_document_is_a_new_vintage_and_becomes_current() -> None:
    found = rows("filings", stored("a", "4"), stored("b", "5"))
    assert [(row["vintage"], row["is_current"]) for row in found] == [(1, False), (2, True)]


def test_a_copy_in_other_bytes_does_not_take_over() -> None:
    found = rows("filings", stored("a", "4"), stored("b", "4"))
    assert [(row["vintage"], row["is_current"]) for row in found] == [(1, True), (2, False)]


def test_a_later_snapshot_that_lost_its_numbers_stays_beside_and_says_why() -> None:
    lost = stored("b", cell=CellReading("t3.partial.total", None, None, "missing_table"))
    found = rows("filings", stored("a", "4"), lost)
    assert [(row["vintage"], row["is_current"]) for row in found] == [(1, True), (2, False)]
    details = [
        row["detail"]
        for row in rows("issues", stored("a", "4"), lost)
        if row["code"] == "vintage_beside_current"
    ]
    assert details == ["0 numbers could be read in it, 1 in the current vintage"]


def test_a_filing_without_an_agency_is_kept_but_claims_no_agency_year() -> None:
    (row,) = rows("filings", stored("a", agency=None))
    assert (row["agency"], row["is_current"]) == (None, False)
    assert len(rows("cells", stored("a", agency=None))) == 1


def test_documents_without_a_name_or_a_year_are_no_vintages_of_one_another() -> None:
    found = rows("filings", stored("a", agency=None), stored("b", "5", agency=None))
    assert [(row["vintage"], row["is_current"]) for row in found] == [(1, False), (1, False)]
    undated = [stored("a", agency="甲街道办事处"), stored("b", "5", agency="甲街道办事处")]
    for item in undated:
        item.reading.headline = replace(item.reading.headline, report_year=None)
    found = rows("filings", *undated)
    assert [(row["vintage"], row["is_current"]) for row in found] == [(1, False), (1, False)]


def test_an_unreadable_document_is_listed_with_its_reason_and_its_issues() -> None:
    tables = normalise([stored("a", status="unreadable")], CATALOG)
    assert tables["documents"].to_pylist()[0]["state"] == "unreadable"
    assert tables["filings"].num_rows == 0
    (issue,) = tables["issues"].to_pylist()
    assert (issue["code"], issue["filing_id"]) == ("some_issue", None)


def test_the_same_readings_give_the_same_tables() -> None:
    items = [stored("a"), stored("b", "7")]
    first, second = normalise(items, CATALOG), normalise(items, CATALOG)
    assert all(first[name].equals(second[name]) for name in first)


def test_a_number_that_does_not_fit_its_column_is_refused_with_its_place() -> None:
    with pytest.raises(SchemaMismatch, match=r"cells\.value"):
        normalise([stored("a", "0.1234567")], CATALOG)


def test_two_spellings_of_one_agency_are_vintages_of_one_agency_year() -> None:
    """Each keeps its name as printed; only one counts."""
    items = [stored("a", "4", agency="鼓楼区水部街道办事处"), stored("b", "5", agency="福州市鼓楼区水部街道")]
    found = rows("filings", *items)
    assert [(row["agency"], row["vintage"], row["is_current"]) for row in found] == [
        ("鼓楼区水部街道办事处", 1, False),
        ("福州市鼓楼区水部街道", 2, True),
    ]
    whose = rows("agency_resolutions", *items)
    assert len({row["agency_id"] for row in whose}) == 1 and whose[0]["division_code"] == "350102008"


def test_names_that_cannot_be_told_are_not_put_together() -> None:
    """双阳街道 of two districts: each waits, and neither takes the other's place."""
    items = [stored("a", "4", agency="双阳街道"), stored("b", "5", agency="双阳街道办事处")]
    assert [row["is_current"] for row in rows("filings", *items)] == [True, True]
    assert [(row["agency_id"], row["how"]) for row in rows("agency_resolutions", *items)] == [
        (None, "no_county"),
        (None, "no_county"),
    ]


def test_bodies_of_one_name_on_two_sites_have_no_vintages_together() -> None:
    # 鼓楼区财政局 reports in four cities, and none of them is in the register
    items = [
        replace(item, snapshot=replace(item.snapshot, url=f"http://{host}/a.html"))  # type: ignore[call-arg]
        for item, host in (
            (stored("a", agency="鼓楼区财政局"), "gl.fuzhou.example"),
            (stored("b", "5", agency="鼓楼区财政局"), "njgl.example"),
        )
    ]
    found = rows("filings", *items)
    assert [(row["vintage"], row["is_current"]) for row in found] == [(1, True), (1, True)]


def test_documents_say_when_they_were_archived_in_utc() -> None:
    documents = normalise([stored("a")], CATALOG)["documents"].to_pylist()
    assert documents[0]["retrieved_at"].isoformat() == "2022-02-01T00:00:00.125000"
