"""Recognition: which report a document is, which form, which cell each number is, what its prose states.

Belongs here: everything between located text (`ingestion.extract`) and a `Reading`. Does not belong here:
reading formats, arithmetic over several cells as a judgement on the report (that is `expectations`).
"""

from __future__ import annotations

from ingestion.catalog import Catalog
from ingestion.extract.model import Document, Issue
from ingestion.recognise.headline import read_headline, report_evidence
from ingestion.recognise.narrative import read_narrative
from ingestion.recognise.reading import (
    BLANK,
    MISSING_IMAGE,
    MISSING_PAGE_BREAK,
    MISSING_TABLE,
    REPORTED,
    UNREADABLE,
    CellReading,
    DocumentFacts,
    Headline,
    IndicatorReading,
    NarrativeFact,
    Reading,
    Status,
)
from ingestion.recognise.tables import TableReading, read_tables

NOT_FOUND_STATES = frozenset({MISSING_TABLE, MISSING_IMAGE, MISSING_PAGE_BREAK, UNREADABLE})


def recognise(
    document: Document, catalog: Catalog, title: str | None = None, url: str | None = None
) -> Reading:
    """Understand one document. `title` and `url` are what a list page knew of it; the document wins.

    Returns a Reading whose `cells` lists every cell of the form once the form is known; never raises for
    what a document contains.
    """
    headline, issues = read_headline(document, catalog, title, url)
    is_report, evidence = report_evidence(document, title)
    tables = read_tables(document, catalog, headline.report_year)
    issues = [*document.issues, *issues]
    if headline.report_year is None and tables.years:
        headline.report_year = tables.years[0]
        headline.found["report_year"] = {"raw": str(tables.years[0]), "how": "head of the indicator list"}
    elif tables.years and headline.report_year not in tables.years:
        detail = f"the list is headed {tables.years}, the report year is {headline.report_year}"
        issues.append(Issue("year_conflict", "headline", detail))
    printed = any(cell.state == REPORTED for cell in tables.cells.values())
    status, reason = _status(tables, is_report or printed, evidence)
    if status == "not_a_report":
        return Reading(_carrier(document), headline, status, reason, issues=issues)
    headline.form = tables.form
    facts, narrative_issues = read_narrative(document, catalog, headline.report_year)
    return Reading(
        document=_carrier(document),
        headline=headline,
        status=status,
        reason=reason,
        form=tables.form,
        cells=tables.cells,
        indicators=tables.indicators,
        narrative=facts,
        issues=[*issues, *tables.issues, *narrative_issues],
    )


def _status(tables: TableReading, is_report: bool, evidence: str) -> tuple[Status, str | None]:
    states = [cell.state for cell in tables.cells.values()]
    if not is_report and all(state in NOT_FOUND_STATES or state == BLANK for state in states):
        return "not_a_report", evidence
    found = [state for state in states if state not in NOT_FOUND_STATES]
    if not states or not found:
        if tables.indicators and any(
            cell.state == REPORTED for row in tables.indicators for cell in row.values.values()
        ):
            return "partial", "only rows that the catalog does not know were read"
        if UNREADABLE in states:
            return "no_tables", "its tables were found, but no number can be told to belong to a cell"
        kinds = sorted(set(states))
        return "no_tables", f"its tables are not in the document ({', '.join(kinds)})" if kinds else (
            "it holds no statistical table"
        )
    if REPORTED not in found:
        return (
            ("blank_form", "every cell is blank")
            if len(found) == len(states)
            else ("no_tables", "no number is printed")
        )
    lost = len(states) - len(found)
    if lost:
        return "partial", f"{lost} of {len(states)} cells are missing or cannot be read"
    return "complete", None


def _carrier(document: Document) -> DocumentFacts:
    return DocumentFacts(
        name=document.name,
        sha256=document.sha256,
        media_type=document.media_type,
        n_bytes=document.n_bytes,
        encoding=document.encoding,
        pages=document.pages,
    )


__all__ = [
    "CellReading",
    "DocumentFacts",
    "Headline",
    "IndicatorReading",
    "NarrativeFact",
    "Reading",
    "recognise",
]
