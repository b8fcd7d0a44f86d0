"""Rows of numbers that stand apart from their labels: which row each must be, where only one answer is left.

Belongs here: the one argument that gives an unlabelled row its label. It needs everything at once: labelled
rows of the same table before and after it, exactly as many unlabelled rows between them as the form has rows
there, every one of those rows' labels printed somewhere in the document, and column totals that come out
right with the result. Position alone proves nothing (a row printed in another shape shifts all that follow),
so what is read this way never has full confidence and is reported. Case: reports converted from PDF to
Markdown, where wrapped labels fall out of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingestion.extract.model import Issue
from ingestion.recognise.align import place_rows
from ingestion.recognise.rows import RowReading
from ingestion.recognise.vocabulary import MIN_FUZZY_LENGTH, TableVocabulary

#: Never read as certain: the label was not beside the numbers.
CONFIDENCE_BY_ELIMINATION = 0.7
#: Wrapped labels of neighbouring cells run into each other: this much of a label's beginning must be whole.
LABEL_SHARE = 0.6


@dataclass(slots=True)
class LooseRow:
    """A row of numbers without a label: `after` counts the labelled rows found before it."""

    reading: RowReading
    after: int


def rows_by_elimination(
    table: TableVocabulary, labelled: Sequence[RowReading], loose: Sequence[LooseRow], printed: str
) -> tuple[list[RowReading], list[Issue]]:
    """The loose rows with the label that is left for each; empty unless all of the argument holds.

    `labelled`: every row found with its label, all tables, in document order. `printed`: all text of the
    document as labels are compared.
    """
    found: list[RowReading] = []
    for at in sorted({item.after for item in loose}):
        run = [item for item in loose if item.after == at]
        between = _rows_between(table, labelled, at)
        complete = all(len(item.reading.fields) == len(item.reading.slots) for item in run)
        if len(between) != len(run) or not complete:
            continue
        if not all(_is_printed(table, code, printed) for code in between):
            continue
        for code, item in zip(between, run, strict=True):
            row = table.by_code[code]
            item.reading.row = code
            columns = [slot.key.split(".")[-1] for slot in item.reading.slots]
            item.reading.slots = table.slots(row, columns)
            item.reading.bounds = table.bounds(row, columns)
            item.reading.label_confidence = CONFIDENCE_BY_ELIMINATION
            item.reading.doubt = "its numbers stand apart from its label: no other row is left for them"
            found.append(item.reading)
    if not found or not _totals_come_out(table, [*labelled, *found]):
        return [], []
    issues = [
        Issue(
            "row_by_elimination",
            f"{table.code}.{item.row}",
            f"numbers apart from their label; no other row is left for “{' '.join(item.raw.split())}”",
            "warning",
            item.locator,
        )
        for item in found
    ]
    return found, issues


def _rows_between(table: TableVocabulary, labelled: Sequence[RowReading], at: int) -> list[str]:
    """Codes of the form's rows between the labelled rows on both sides of place `at`."""
    if at == 0 or at >= len(labelled):
        return []
    before, behind = labelled[at - 1], labelled[at]
    if before.table != table.code or behind.table != table.code:
        return []
    first, last = table.order[before.row], table.order[behind.row]
    return [row.code for row in table.table.rows[first + 1 : last] if row.has_cells]


def _is_printed(table: TableVocabulary, code: str, printed: str) -> bool:
    """The row's label stands in the document, or so much of its beginning that it can be no other."""
    return any(
        label[: max(MIN_FUZZY_LENGTH, round(len(label) * LABEL_SHARE))] in printed
        for label in table.by_code[code].keys
        if len(label) >= MIN_FUZZY_LENGTH
    )


def _totals_come_out(table: TableVocabulary, rows: Sequence[RowReading]) -> bool:
    """Every column's total row equals its parts, all of them read."""
    values = {
        key: cells[0].value
        for key, cells in place_rows([row for row in rows if row.table == table.code]).items()
        if len(cells) == 1
    }
    totals = [row for row in table.table.rows if row.total_of]
    for total in totals:
        for column in table.column_codes:
            whole = values.get(f"{table.code}.{total.code}.{column}")
            parts = [values.get(f"{table.code}.{part}.{column}") for part in total.total_of]
            if whole is None or None in parts:
                return False
            if sum((part for part in parts if part is not None), Decimal(0)) != whole:
                return False
    return bool(totals)
