"""Recognition: which report a document is, which form, which cell each number is, what its prose states.

Belongs here: everything between located text (`ingestion.extract`) and a `Reading`. Does not belong here:
reading formats, arithmetic over several cells as a judgement on the report (that is `expectations`).
"""

from __future__ import annotations

from dataclasses import replace

from ingestion.catalog import Catalog
from ingestion.extract.model import Document, Issue, TextBlock
from ingestion.recognise.headline import read_headline, report_evidence
from ingestion.recognise.narrative import read_narrative
from ingestion.recognise.reading import (
    BLANK,
    REPORTED,
    CellReading,
    DocumentFacts,
    Headline,
    IndicatorReading,
    NarrativeFact,
    Reading,
    Status,
)
from ingestion.recognise.status import NOT_FOUND_STATES, status_of
from ingestion.recognise.tables import TableReading, read_tables


def recognise(
    document: Document,
    catalog: Catalog,
    title: str | None = None,
    url: str | None = None,
    issuer: str | None = None,
) -> Reading:
    """Understand one document. `title` and `url` are what a list page knew of it, `issuer` whom its site
    names as the one who published it; the document wins.

    Returns a Reading whose `cells` lists every cell of the form once the form is known; never raises for
    what a document contains.
    """
    document = _content(document)
    headline, issues = read_headline(document, catalog, title, url, issuer)
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


def _content(document: Document) -> Document:
    """The document without the ways to other pages: what stands there is said by those.

    Case: a menu with 行政许可 | 行政处罚 | 行政事业性收费 is no table of section two, and a link to the paper
    before this one (上一篇：…2021年…报告) no title.
    """
    blocks = [
        block
        for block in document.blocks
        if not (isinstance(block, TextBlock) and block.kind == "navigation")
    ]
    return document if len(blocks) == len(document.blocks) else replace(document, blocks=blocks)


def _status(tables: TableReading, is_report: bool, evidence: str) -> tuple[Status, str | None]:
    states = [cell.state for cell in tables.cells.values()]
    if not is_report and all(state in NOT_FOUND_STATES or state == BLANK for state in states):
        return "not_a_report", evidence
    return status_of(tables.cells, tables.indicators)


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
