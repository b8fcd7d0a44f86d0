"""A table's geometry: columns that nobody fills, heads and blanks out of line, text that keeps its columns.

Belongs here: what the rows of one table say about each other's columns before any number is placed. Does not
belong here: sums.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingestion.recognise.rows import FieldText, RowReading

#: A reading in doubt has this confidence at most.
CONFIDENCE_IN_DOUBT = 0.85
#: Rows that a table must have before an empty column means anything.
MIN_ROWS = 3


def keeping_columns(rows: Sequence[RowReading]) -> list[RowReading]:
    """Rows of tables in text that keep their columns, with each field in its place.

    Either every row's figures stand under the head's labels, counted in fields; or every row prints one field
    for each column behind its label, blanks included, and labels of several depths or a row without blanks
    show that none of them belongs to the label.
    """
    by_table: dict[tuple[str, str], list[RowReading]] = defaultdict(list)
    for row in rows:
        if not row.exact and row.blanks_visible and row.depth is not None:
            by_table[row.table, row.block].append(row)
    placed: dict[int, list[FieldText | None]] = {}
    for table in by_table.values():
        if all(row.under is not None for row in table):
            placed.update((id(row), row.under or []) for row in table)
        elif _one_field_a_column(table):
            placed.update((id(row), list(row.fields)) for row in table)
    return [replace(row, placed=placed[id(row)]) if id(row) in placed else row for row in rows]


def _one_field_a_column(table: Sequence[RowReading]) -> bool:
    if len(table) < MIN_ROWS or any(len(row.fields) != len(row.slots) for row in table):
        return False
    whole = any(all(not item.blank for item in row.fields) for row in table)
    return whole or len({row.depth for row in table}) > 1


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
            row = row.doubted(CONFIDENCE_IN_DOUBT, "other rows of the table are wider than its head")
        kept.append(row)
    return kept


def without_dead_columns(rows: Sequence[RowReading]) -> list[RowReading]:
    """Rows without the columns that no row fills, where that leaves one field a cell.

    Converters and editors leave empty columns behind. A column that some row fills is none of them, and its
    blank in another row may be a cell of the form; so may one under a label of the head, and then what is
    left is read in doubt. Columns count from the first behind the label: rowspans drawn by hand shift whole
    rows. In text they count only where every row of the table has as many fields.
    """
    filled: dict[tuple[str, str], set[int]] = defaultdict(set)
    count: Counter[tuple[str, str]] = Counter()
    widths: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in rows:
        if row.exact or row.blanks_visible:
            table = row.table, row.block
            count[table] += 1
            widths[table].add(len(row.fields))
            filled[table].update(
                offset for offset, item in zip(field_offsets(row), row.fields, strict=True) if not item.blank
            )
    kept: list[RowReading] = []
    for row in rows:
        table = row.table, row.block
        regular = row.exact or len(widths[table]) == 1
        if regular and row.placed is None and count[table] >= MIN_ROWS and len(row.fields) > len(row.slots):
            alive = [index for index, offset in enumerate(field_offsets(row)) if offset in filled[table]]
            if len(alive) == len(row.slots):
                row = replace(row, fields=[row.fields[index] for index in alive])
                if row.labelled - set(alive):
                    row = row.doubted(
                        CONFIDENCE_IN_DOUBT, "a column that no row fills, left out, has a label in the head"
                    )
                if not row.exact:
                    row.placed = list(row.fields)
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
                why = "its cells do not begin where those of most rows do: blanks may be merged"
                row = row.doubted(CONFIDENCE_IN_DOUBT, why)
        kept.append(row)
    return kept
