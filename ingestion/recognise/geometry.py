"""Doubts about a table's geometry: columns that nobody fills, heads and blanks out of line.

Belongs here: what the rows of one real table (`exact`) say about each other's columns before any number is
placed. Does not belong here: sums.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingestion.recognise.rows import RowReading

#: A reading in doubt has this confidence at most.
CONFIDENCE_IN_DOUBT = 0.85
#: Rows that a table must have before an empty column means anything.
MIN_ROWS = 3


def doubting_the_head(rows: Sequence[RowReading]) -> list[RowReading]:
    """Rows that were placed under a head which does not cover other rows of the table: read in doubt.

    A table wider than its head is out of line with it, and a blank hides by how much.
    """
    wider = {
        (row.table, row.block)
        for row in rows
        if row.exact and row.placed is None and len(row.fields) > len(row.slots)
    }
    kept: list[RowReading] = []
    for row in rows:
        blank = row.placed is not None and any(item is None or item.blank for item in row.placed)
        if blank and (row.table, row.block) in wider:
            row = replace(row, label_confidence=min(row.label_confidence, CONFIDENCE_IN_DOUBT))
        kept.append(row)
    return kept


def without_dead_columns(rows: Sequence[RowReading]) -> list[RowReading]:
    """Rows of real tables without the columns that no row fills, where that leaves one field a cell.

    Converters and editors leave empty columns behind. A column that some row fills is none of them, and its
    blank in another row may be a cell of the form. Columns count from the first behind the label: rowspans
    drawn by hand shift whole rows.
    """
    filled: dict[tuple[str, str], set[int]] = defaultdict(set)
    count: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.exact:
            count[row.table, row.block] += 1
            offsets = zip(field_offsets(row), row.fields, strict=True)
            filled[row.table, row.block].update(offset for offset, item in offsets if not item.blank)
    kept: list[RowReading] = []
    for row in rows:
        enough = count[row.table, row.block] >= MIN_ROWS
        if row.exact and row.placed is None and enough and len(row.fields) > len(row.slots):
            alive = filled[row.table, row.block]
            offsets = zip(field_offsets(row), row.fields, strict=True)
            fields = [item for offset, item in offsets if offset in alive]
            if len(fields) == len(row.slots):
                row = replace(row, fields=fields)
        kept.append(row)
    return kept


def field_offsets(row: RowReading) -> list[int]:
    """How many columns behind the first field each field begins."""
    columns = [item.locator.column or 0 if item.locator else 0 for item in row.fields]
    return [column - columns[0] for column in columns]


def doubting_merged_blanks(rows: Sequence[RowReading]) -> list[RowReading]:
    """Rows of real tables with as many fields as cells but other gaps between them than most: read in doubt.

    Blank cells merged into one make a row of eight fields look like one of seven.
    """
    shapes: dict[tuple[str, str], Counter[tuple[int, ...]]] = defaultdict(Counter)
    for row in rows:
        if row.exact and row.placed is None and len(row.fields) == len(row.slots):
            shapes[row.table, row.block][tuple(field_offsets(row))] += 1
    kept: list[RowReading] = []
    for row in rows:
        seen = shapes.get((row.table, row.block))
        blank = any(item.blank for item in row.fields)
        if row.exact and row.placed is None and blank and seen:
            usual = seen.most_common(1)[0][0]
            if tuple(field_offsets(row)) != usual:
                row = replace(row, label_confidence=min(row.label_confidence, CONFIDENCE_IN_DOUBT))
        kept.append(row)
    return kept
