"""Readings to tidy rows: one function a table, pandas frames with the columns of `schemas`.

Belongs here: flattening a reading into rows and classing its cells by the catalog (leaf, total, table).
Does not belong here: sums, agency-years, files.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from ingestion.catalog import Catalog, Form
from ingestion.extract.model import Issue, Locator
from ingestion.normalise.filings import MISSING_PREFIX, Filing, attached_to, is_waiting, issued_as
from ingestion.normalise.schemas import TABLE_SCHEMAS
from ingestion.readings import StoredReading
from ingestion.recognise.reading import REPORTED, UNREADABLE, CellReading, Reading

#: What a document's state is called, by the status of its reading.
DOCUMENT_STATES = {"complete": "read"}
#: The state of a file that is part of the report of a page: no filing of its own.
ATTACHED = "attached"

Row = dict[str, Any]


# ---------------------------------------------------------------------------------------------------------
# tables


def documents(stored: Sequence[StoredReading]) -> pd.DataFrame:
    rows = []
    parts = attached_to(stored)
    for item in stored:
        reading, snapshot = item.reading, item.snapshot
        state, reason = _document_state(reading), reading.reason
        page = parts.get(snapshot.sha256)
        if page is not None and state != "quarantined":
            state, reason = ATTACHED, f"it belongs to the page {page.snapshot.name} and was read with it"
        rows.append(
            {
                "sha256": reading.document.sha256,
                "name": snapshot.name,
                "source": snapshot.source,
                "title_hint": snapshot.title,
                "url": snapshot.url,
                "media_type": reading.document.media_type,
                "encoding": reading.document.encoding,
                "n_bytes": reading.document.n_bytes,
                "n_pages": reading.document.pages,
                "state": state,
                "reason": reason,
                "attached_to": page.snapshot.sha256 if page is not None else None,
                "reader_version": reading.reader_version,
                "retrieved_at": _utc(snapshot.first.at),
            }
        )
    return _frame("documents", rows)


def _utc(at: str) -> dt.datetime:
    """A moment of the fetch log as UTC without a zone, so that no reader's time zone changes it."""
    return dt.datetime.fromisoformat(at).astimezone(dt.UTC).replace(tzinfo=None)


def _document_state(reading: Reading) -> str:
    if reading.quarantined:
        return "quarantined"
    if is_waiting(reading):
        return "waiting"
    return DOCUMENT_STATES.get(reading.status, reading.status)


def filings(items: Iterable[Filing]) -> pd.DataFrame:
    rows = []
    for item in items:
        headline = item.reading.headline
        states = [cell.state for cell in item.reading.cells.values()]
        rows.append(
            {
                **item.key(),
                "title": headline.title,
                "published_on": headline.published_on,
                "period_from": headline.period_from,
                "period_to": headline.period_to,
                "status": item.reading.status,
                "n_cells": len(states),
                "n_reported": states.count(REPORTED),
                "n_blank": sum(
                    1
                    for state in states
                    if state not in (REPORTED, UNREADABLE) and not state.startswith(MISSING_PREFIX)
                ),
                "n_missing": sum(1 for state in states if state.startswith(MISSING_PREFIX)),
                "n_unreadable": states.count(UNREADABLE),
                "vintage": item.vintage,
                "is_current": item.is_current,
                "found": json.dumps(headline.found, ensure_ascii=False, sort_keys=True, default=str),
                "withdrawn": item.withdrawn,
                "issued_as": issued_as(item.stored),
                "took_over_from": json.dumps(item.took_over_from) if item.took_over_from else None,
                "scope_basis": headline.scope_basis,
            }
        )
    return _frame("filings", rows)


def cells(items: Iterable[Filing], catalog: Catalog) -> pd.DataFrame:
    rows = []
    for item in items:
        form = catalog.forms.get(item.reading.form or "")
        for key, cell in item.reading.cells.items():
            table, row, column = key.split(".")
            rows.append(
                {
                    **item.key(),
                    "cell_key": key,
                    "table_code": table,
                    "row_code": row,
                    "column_code": column,
                    "value": cell.value,
                    "raw": cell.raw,
                    "state": cell.state,
                    "confidence": cell.confidence,
                    "unit": cell.unit,
                    "parts": json.dumps([str(part) for part in cell.parts]) if cell.parts else None,
                    "note": cell.note,
                    "optional": form is not None and key not in form.cells,
                    "others": json.dumps([one.to_dict() for one in cell.others], ensure_ascii=False)
                    if cell.others
                    else None,
                    **_place(cell.locator),
                }
            )
    return _frame("cells", rows)


def applications(items: Iterable[Filing], catalog: Catalog) -> pd.DataFrame:
    """Table 三 of the forms of 2019 and 2021: one row a (filing, row, applicant column)."""
    rows = []
    for item, form, key, cell in _cells_of(items, catalog, ("t3",)):
        _, row, column = key.split(".")
        rows.append(
            {
                **item.key(),
                "cell_key": key,
                "row_code": row,
                "applicant_type": column,
                "is_outcome_leaf": row in _outcome_leaves(form) or _is_single_row_leaf(form, row),
                "is_total": bool(
                    form.table("t3").column(column).total_of or form.table("t3").row(row).total_of
                ),
                "value": cell.value,
                "state": cell.state,
                "unit": "件",
            }
        )
    return _frame("applications", rows)


def reviews(items: Iterable[Filing], catalog: Catalog) -> pd.DataFrame:
    """Table 四: one row a (filing, channel, result)."""
    rows = []
    for item, form, key, cell in _cells_of(items, catalog, ("t4",)):
        _, channel, result = key.split(".")
        rows.append(
            {
                **item.key(),
                "cell_key": key,
                "channel": channel,
                "result": result,
                "is_total": bool(form.table("t4").column(result).total_of),
                "value": cell.value,
                "state": cell.state,
                "unit": "件",
            }
        )
    return _frame("reviews", rows)


def disclosures(items: Iterable[Filing], catalog: Catalog) -> pd.DataFrame:
    """Table 二 in its parts (t2_1 … t2_9); the unit is the one that cell or head prints, else the form's."""
    rows = []
    for item, form, key, cell in _cells_of(items, catalog, ("t2_",)):
        table, row, column = key.split(".")
        spec = form.cells.get(key)
        rows.append(
            {
                **item.key(),
                "cell_key": key,
                "table_code": table,
                "row_code": row,
                "column_code": column,
                "value": cell.value,
                "state": cell.state,
                "unit": cell.unit or (spec.unit if spec is not None else None),
            }
        )
    return _frame("disclosures", rows)


def indicators(items: Iterable[Filing]) -> pd.DataFrame:
    """Lists from before 2019, known rows and local ones: one row a (filing, list row, value column)."""
    rows = []
    for item in items:
        for position, row in enumerate(item.reading.indicators, start=1):
            for column, cell in row.values.items():
                rows.append(
                    {
                        **item.key(),
                        "position": position,
                        "label": row.label,
                        "code": row.code,
                        "unit": row.unit,
                        "column_code": column,
                        "value": cell.value,
                        "raw": cell.raw,
                        "state": cell.state,
                        "confidence": cell.confidence,
                        **_place(cell.locator or row.locator),
                    }
                )
    return _frame("indicators", rows)


def narrative_facts(items: Iterable[Filing]) -> pd.DataFrame:
    rows = []
    for item in items:
        for position, fact in enumerate(item.reading.narrative, start=1):
            rows.append(
                {
                    **item.key(),
                    "position": position,
                    "fact": fact.fact,
                    "value": fact.value,
                    "unit": fact.unit,
                    "raw": fact.raw,
                    "sentence": fact.sentence,
                    "qualifier": fact.qualifier,
                    "confidence": fact.confidence,
                    **_place(fact.locator),
                }
            )
    return _frame("narrative_facts", rows)


def issues(stored: Sequence[StoredReading], items: Iterable[Filing]) -> pd.DataFrame:
    """Issues of every reading, and of each vintage that stays beside the current one or was put back.

    What there is to say of a file that belongs to a page is said by the page's reading.
    """
    by_snapshot = {item.reading.document.sha256: item for item in items}
    parts = attached_to(stored)
    rows = []
    for entry in stored:
        sha256 = entry.reading.document.sha256
        if sha256 in parts and not entry.reading.quarantined:
            continue
        filing = by_snapshot.get(sha256)
        found = list(entry.reading.issues)
        if filing is not None and filing.beside is not None:
            found.append(Issue("vintage_beside_current", "filing", filing.beside, "info"))
        if filing is not None and filing.put_back is not None:
            found.append(Issue("vintage_put_back", "filing", filing.put_back, "info"))
        for position, issue in enumerate(found, start=1):
            rows.append(
                {
                    "sha256": sha256,
                    "filing_id": filing.filing_id if filing is not None else None,
                    "position": position,
                    "code": issue.code,
                    "place": issue.place,
                    "detail": issue.detail,
                    "severity": issue.severity,
                    "line": issue.locator.line if issue.locator else None,
                }
            )
    return _frame("issues", rows)


def agency_resolutions(rows: list[Row]) -> pd.DataFrame:
    """Rows of `agencies.resolution_rows`: one a filing."""
    return _frame("agency_resolutions", rows)


def verdicts(rows: list[Row]) -> pd.DataFrame:
    """Rows of `ledger.verdict_rows`: one a cell with a verdict."""
    return _frame("verdicts", rows)


def corrections(rows: list[Row]) -> pd.DataFrame:
    """Rows of `ledger.correction_rows`: one an entry of the ledger."""
    return _frame("corrections", rows)


# ---------------------------------------------------------------------------------------------------------


def _cells_of(
    items: Iterable[Filing], catalog: Catalog, tables: tuple[str, ...]
) -> Iterable[tuple[Filing, Form, str, CellReading]]:
    for item in items:
        form = catalog.forms.get(item.reading.form or "")
        if form is None:
            continue
        for key, cell in item.reading.cells.items():
            if key.startswith(tables):
                yield item, form, key, cell


def _outcome_leaves(form: Form) -> frozenset[str]:
    return frozenset(leaf.code for table in form.tables for leaf in table.outcome_leaves)


def _is_single_row_leaf(form: Form, row: str) -> bool:
    """（六）其他处理 printed as one row in the form of 2021 is one leaf in place of its three."""
    return any(one.code == row and one.optional for table in form.tables for one in table.rows)


def _place(locator: Locator | None) -> Row:
    at = locator or Locator()
    return {
        "page": at.page,
        "table_index": at.table,
        "row_index": at.row,
        "column_index": at.column,
        "line": at.line,
        "line_end": at.line_end,
        "char_start": at.char_start,
        "char_end": at.char_end,
        "bbox": json.dumps(at.bbox) if at.bbox else None,
        "part": at.part,
        "carrier": at.carrier,
        "place": at.in_words(),
    }


def _frame(table: str, rows: list[Row]) -> pd.DataFrame:
    """Object columns throughout: pandas would turn a count with a missing neighbour into a float."""
    return pd.DataFrame(rows, columns=TABLE_SCHEMAS[table].names, dtype=object)
