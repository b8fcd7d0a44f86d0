"""The ledger applied to readings: what fits, what fails by name, and that nothing that was read is touched."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ingestion.catalog import CellCorrection, DocumentCorrection, Entered, Ledger, load_catalog
from ingestion.extract.model import Issue, Locator
from ingestion.normalise import normalise
from ingestion.normalise.filings import filings_of
from ingestion.normalise.ledger import apply_ledger
from ingestion.readings import StoredReading
from ingestion.recognise.reading import Carrier, CellReading, NarrativeFact
from ingestion.recognise.scope import with_scope_basis
from tests.unit.normalise.test_tidy import stored

CATALOG = load_catalog()
KEY = "t3.partial.total"
AGENCY = "甲街道办事处"


def ledger(*entries: dict[str, Any]) -> Ledger:
    said = {"reason": "看过原件", "who": "tester", "when": dt.date(2022, 3, 1)}
    made = [
        DocumentCorrection.model_validate(said | one)
        if "document" in one
        else CellCorrection.model_validate({"cell": KEY, "status": "settled"} | said | one)
        for one in entries
    ]
    return Ledger(tuple(Entered("own", "own.yml", number, one) for number, one in enumerate(made, start=1)))


def of(sha: str, printed: str | None = "4", verdict: str = "source_error", **more: Any) -> dict[str, Any]:
    return {"snapshot": sha * 64, "printed": printed, "verdict": verdict, **more}


def of_body(sha: str, printed: str = "4", **more: Any) -> dict[str, Any]:
    seen = {"agency": AGENCY, "report_year": 2021, "scope": "own_body", "evidence": {"snapshot": sha * 64}}
    return {"printed": printed, "verdict": "source_error", **seen, **more}


def tables(said: Ledger, *items: StoredReading) -> dict[str, list[dict[str, Any]]]:
    return {name: table.to_pylist() for name, table in normalise(items, CATALOG, said).items()}


def why(said: Ledger, *items: StoredReading) -> list[str]:
    """The reasons of the entries that fit nothing; no other entry has one, and none gives a verdict."""
    found = tables(said, *items)
    unfit = [row for row in found["corrections"] if row["outcome"] == "fits_nothing"]
    assert [row for row in found["corrections"] if row["why"] is not None] == unfit
    assert not {row["correction_id"] for row in unfit} & {row["correction_id"] for row in found["verdicts"]}
    return [f"{row['about']}: {row['why']}" for row in unfit]


def outcomes(said: Ledger, *items: StoredReading) -> list[tuple[str, int]]:
    return [(row["outcome"], row["n_filings"]) for row in tables(said, *items)["corrections"]]


# --- cells -------------------------------------------------------------------------------------------------


def test_a_verdict_stands_beside_the_cell_and_changes_nothing_in_it() -> None:
    found = tables(ledger(of("a", value=5)), stored("a"))
    (verdict,) = found["verdicts"]
    assert (verdict["cell_key"], verdict["value_printed"], verdict["value"]) == (KEY, Decimal(4), Decimal(5))
    assert (verdict["verdict"], verdict["status"]) == ("source_error", "settled")
    assert verdict["filing_id"] == found["filings"][0]["filing_id"]
    plain = tables(Ledger(), stored("a"))
    assert {name: rows for name, rows in found.items() if name not in ("verdicts", "corrections")} == {
        name: rows for name, rows in plain.items() if name not in ("verdicts", "corrections")
    }


@pytest.mark.parametrize(
    ("printed", "raw", "value"),
    [
        ("4", "4", "4"),
        ("4", " ４ ", "4"),
        ("4", "4件", "4"),  # another reader keeps the unit in the text
        ("1,204", "1204", "1204"),
        ("0.50", "0.5", "0.5"),
        ("／", "/", None),
        (None, None, None),
        (None, " ", None),
        ("", None, None),
    ],
)
def test_a_verdict_survives_another_reading_of_the_same_print(
    printed: str | None, raw: str | None, value: str | None
) -> None:
    read = CellReading(
        KEY, None if value is None else Decimal(value), raw, "reported" if value else "blank",
        0.8, locator=Locator(page=9, table=1, row=1, column=1),
    )  # fmt: skip
    again = stored("a", cell=read)
    again.reading.reader_version = "another"
    assert outcomes(ledger(of("a", printed)), again) == [("applied", 1)]


@pytest.mark.parametrize(
    ("printed", "raw", "value"), [("4", "5", "5"), ("4", None, None), (None, "4", "4"), ("4", "44", "44")]
)
def test_an_entry_that_fits_no_more_fails_by_name(
    printed: str | None, raw: str | None, value: str | None
) -> None:
    read = CellReading(
        KEY, None if value is None else Decimal(value), raw, "reported" if value else "blank", 1.0
    )
    (said,) = why(ledger(of("a", printed)), stored("a", cell=read))
    assert said.startswith(f"{KEY} of snapshot aaaaaaaaaaaa: ")
    assert (f"«{raw}»" if raw else "nothing (blank)") in said and "\n" not in said


def test_entries_that_fit_nothing_are_named_and_the_others_are_applied() -> None:
    said = ledger(
        of("a", "9"),
        {**of("a"), "cell": "t3.granted.total"},
        of("b"),
        of_body("a", agency="乙局", printed="7"),
        {"document": "b" * 64, "withdrawn": True},
        of("a"),
    )
    unread = stored("b", status="unreadable")
    unread.reading.reason = "the file is empty"
    assert outcomes(said, stored("a"), unread) == [("fits_nothing", 0)] * 5 + [("applied", 1)]
    text = "; ".join(why(said, stored("a"), unread))
    for words in ("has no such cell", "unreadable: the file is empty", "乙局 2021"):
        assert words in text


def test_a_snapshot_that_is_not_archived_here_stops_nothing() -> None:
    said = ledger(of("c"), of_body("c", "9"), {"document": "c" * 64, "withdrawn": True})
    assert outcomes(said, stored("a")) == [("not_archived", 0)] * 3
    assert tables(said, stored("a"))["verdicts"] == []


def test_an_agency_year_that_prints_the_same_here_needs_no_snapshot_of_the_other_archive() -> None:
    """Pages differ in a byte at every fetch: the evidence of a shipped entry is hardly ever archived twice."""
    assert outcomes(ledger(of_body("c")), stored("a")) == [("applied", 1)]


def test_a_document_that_waits_for_a_converter_stops_nothing() -> None:
    waiting = stored("a", status="unreadable")
    waiting.reading.issues = [Issue("waiting_for_converter", "document", "no converter")]
    assert outcomes(ledger(of("a")), waiting) == [("not_read", 0)]


def test_a_file_that_belongs_to_a_page_is_no_report_of_its_own() -> None:
    page = stored("a")
    page.reading.carriers = [Carrier("b" * 64, "x.docx", "x.docx", "attachment")]
    (said,) = why(ledger({"document": "b" * 64, "withdrawn": True}), page, stored("b"))
    assert "belongs to the page x.html" in said


def test_a_misreading_that_is_read_rightly_by_now_is_answered() -> None:
    said = ledger(of("a", "3", "extraction_error", value=4))
    assert outcomes(said, stored("a")) == [("answered", 0)]
    assert tables(said, stored("a"))["verdicts"] == []
    assert why(said, stored("a", "8")), "read otherwise, and not rightly"
    assert why(ledger(of("a", "3", value=4)), stored("a")), "what is printed does not get better by reading"


def test_an_entry_about_an_agency_year_is_about_every_vintage_that_prints_it() -> None:
    vintages = [stored("a"), stored("b", "5"), stored("c")]
    found = tables(ledger(of_body("a")), *vintages)
    by_id = {row["filing_id"]: row["sha256"][0] for row in found["filings"]}
    assert {by_id[row["filing_id"]] for row in found["verdicts"]} == {"a", "c"}
    assert outcomes(ledger(of("a")), *vintages) == [("applied", 1)]


def test_an_entry_about_an_agency_year_survives_another_reading_of_the_name() -> None:
    assert outcomes(ledger(of_body("a")), stored("a", agency="某区甲街道办事处")) == [("applied", 1)]


def test_an_entry_about_an_agency_is_about_its_reports_under_each_of_its_names() -> None:
    items = [stored("a"), stored("b", agency="某区甲街道办事处"), stored("c", agency="乙局")]
    ids = {"a" * 64: "ag_1", "b" * 64: "ag_1", "c" * 64: "ag_2"}
    filings = filings_of(items, frozenset(), ids)
    applied = apply_ledger(ledger(of_body("a")), items, filings, ids)
    assert {
        filing.reading.document.sha256[0] for filing in filings if (filing.filing_id, KEY) in applied.verdicts
    } == {
        "a",
        "b",
    }


def test_of_two_verdicts_the_later_one_counts() -> None:
    said = ledger(of("a"), of("a", verdict="not_an_error"), of_body("a", status="open", value=7))
    assert outcomes(said, stored("a")) == [("superseded", 1), ("superseded", 1), ("applied", 1)]
    (verdict,) = tables(said, stored("a"))["verdicts"]
    assert (verdict["correction_id"], verdict["status"]) == ("own:3", "open")


# --- documents ---------------------------------------------------------------------------------------------


def test_a_document_becomes_the_filing_that_a_person_says_it_is() -> None:
    said = ledger({"document": "a" * 64, "agency": "乙局", "report_year": 2020, "scope": "aggregate"})
    item = stored("a")
    found = tables(said, item)
    (filing,) = found["filings"]
    assert (filing["agency"], filing["report_year"], filing["scope"]) == ("乙局", 2020, "aggregate")
    assert filing["is_current"] and {row["agency"] for row in found["cells"]} == {"乙局"}
    corrected = json.loads(filing["found"])["agency"]
    assert (corrected["how"], corrected["read"], corrected["who"]) == (
        "corrected_by_ledger",
        AGENCY,
        "tester",
    )
    details = [row["detail"] for row in found["issues"] if row["code"] == "corrected_by_ledger"]
    assert len(details) == 3 and f"乙局; read as {AGENCY}, says tester on 2022-03-01: 看过原件" in details
    assert item.reading.headline.agency == AGENCY, "the reading itself is not changed"
    assert filing["filing_id"] != tables(Ledger(), item)["filings"][0]["filing_id"]


def test_a_document_without_an_agency_becomes_current_once_a_person_names_it() -> None:
    said = ledger({"document": "a" * 64, "agency": AGENCY})
    (filing,) = tables(said, stored("a", agency=None))["filings"]
    assert filing["is_current"] and filing["agency"] == AGENCY


def test_a_scope_that_a_person_says_is_told_by_the_ledger_and_in_no_doubt_any_more() -> None:
    item = stored("a", agency="甲县人民政府")
    figure = NarrativeFact(
        "requests_received",
        Decimal(4),
        "件",
        "受理政府信息公开申请4件",
        "2021年全县受理政府信息公开申请4件。",
    )
    cells = item.reading.cells | {
        "t3.new_received.total": CellReading("t3.new_received.total", Decimal(4), "4", "reported")
    }
    read = with_scope_basis(replace(item.reading, cells=cells, narrative=[figure]))
    assert read.headline.scope_basis == "in_doubt"
    for fields, basis, doubts in (
        ({"scope": "aggregate"}, "ledger", 0),
        ({"scope": "own_body"}, "ledger", 0),
        ({"agency": "甲县财政局"}, "in_doubt", 1),
        ({"report_year": 2020}, "in_doubt", 1),
    ):
        found = tables(ledger({"document": "a" * 64, **fields}), replace(item, reading=read))
        (filing,) = found["filings"]
        assert filing["scope_basis"] == basis, fields
        assert [row["code"] for row in found["issues"]].count("scope_in_doubt") == doubts


def test_the_kind_of_the_body_that_a_person_names_tells_the_scope() -> None:
    item = stored("a", agency="甲县乙街道办事处")
    item = replace(item, reading=with_scope_basis(item.reading))
    said = ledger({"document": "a" * 64, "agency": "甲县人民政府"})
    told = [tables(one, item)["filings"][0]["scope_basis"] for one in (Ledger(), said)]
    assert told == ["agency_kind", "assumed"]


def test_a_withdrawn_filing_stays_and_the_one_before_it_is_current_again() -> None:
    said = ledger({"document": "b" * 64, "withdrawn": True})
    found = tables(said, stored("a"), stored("b", "5"))
    assert [(row["vintage"], row["is_current"], row["withdrawn"]) for row in found["filings"]] == [
        (1, True, False),
        (2, False, True),
    ]
    assert {row["sha256"][0] for row in found["cells"]} == {"a", "b"}
    assert [row["place"] for row in found["issues"] if row["code"] == "corrected_by_ledger"] == ["filing"]
    (alone,) = tables(said, stored("b"))["filings"]
    assert not alone["is_current"] and alone["withdrawn"]


def test_what_is_said_of_a_document_adds_up_and_can_be_taken_back() -> None:
    said = ledger(
        {"document": "a" * 64, "agency": "乙局", "withdrawn": True},
        {"document": "a" * 64, "report_year": 2020},
        {"document": "a" * 64, "withdrawn": False},
        {"document": "a" * 64, "agency": "丙局"},
    )
    (filing,) = tables(said, stored("a"))["filings"]
    assert (filing["agency"], filing["report_year"], filing["is_current"]) == ("丙局", 2020, True)
    assert [outcome for outcome, _ in outcomes(said, stored("a"))] == [
        "superseded",
        "applied",
        "applied",
        "applied",
    ]


def test_a_verdict_on_an_agency_year_follows_the_document_that_was_moved_there() -> None:
    said = ledger({"document": "b" * 64, "agency": AGENCY}, of_body("a"))
    assert outcomes(said, stored("a"), stored("b", agency="乙局"))[1] == ("applied", 2)


def test_the_same_readings_and_ledger_give_the_same_rows() -> None:
    said = ledger(of("a"), {"document": "b" * 64, "withdrawn": True})
    items = [stored("a"), stored("b", "5")]
    assert tables(said, *items) == tables(said, *[replace(item) for item in items])
