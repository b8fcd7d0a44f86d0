"""Rows of cells with rowspan and colspan to cells at their places in a grid.

Belongs here: the placement algorithm of HTML tables (the "forming a table" algorithm of the HTML standard),
with caps for hostile spans and without overlaps. Does not belong here: markup, and what a cell says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ingestion.extract.model import GridCell, table_cell
from ingestion.extract.sandbox import MAX_COLSPAN, Budget

_LEADING_INTEGER = re.compile(r"\s*\+?(\d{1,12})")


class Spanned(Protocol):
    """A cell as found in its row. colspan, rowspan: as printed (see `span_of`)."""

    text: str
    rowspan: int
    colspan: int
    line: int | None
    struck: bool


@dataclass(slots=True)
class Placed:
    """cells in reading order. capped: cells whose span was cut down, with what was printed for it."""

    cells: list[GridCell]
    n_rows: int
    n_cols: int
    capped: list[tuple[GridCell, str]] = field(default_factory=list)


def span_of(printed: str | None) -> int:
    """The integer at the start of a span attribute ("2", " 3px"), 1 for garbage; 0 stays 0."""
    if printed is None:
        return 1
    found = _LEADING_INTEGER.match(printed)
    return int(found[1]) if found else 1


def place(rows: Sequence[Sequence[Spanned]], table: int, sections: Sequence[int], budget: Budget) -> Placed:
    """Gives every cell its origin and its true span.

    rows: cells in printed order. table: 1-based grid index, for the locators. sections: for every row, the
    index of the first row after its row group: no rowspan reaches beyond it, and rowspan=0 reaches up to it.
    A colspan ends before a column that a cell from above still covers, while the next cell starts where the
    standard puts it. A colspan above `MAX_COLSPAN` covers what the widest other row leaves it.
    Raises `UnreadableInput` when the places that they cover pass the limit.
    """
    oversize = any(cell.colspan > MAX_COLSPAN for row in rows for cell in row)
    width = _width_without_oversize(rows) if oversize else 0
    #: per column, the first row that is free again
    free_from: list[int] = []
    placed = Placed([], len(rows), 0)
    cells = placed.cells
    places = 0
    for r, row in enumerate(rows):
        c = 0
        for cell in row:
            n_free = len(free_from)
            while c < n_free and free_from[c] > r:
                c += 1
            rowspan, colspan = cell.rowspan, cell.colspan
            if rowspan == 1 and colspan == 1:
                if c < n_free:
                    free_from[c] = r + 1
                else:  # beyond, where a colspan before was cut short
                    free_from.extend([0] * (c - n_free))
                    free_from.append(r + 1)
                cells.append(table_cell(cell.text, r, c, table, cell.line, 1, 1, cell.struck))
                places += 1
                c += 1
                continue
            room = max(1, sections[r] - r)
            rowspan = room if rowspan == 0 or rowspan > room else rowspan
            step = colspan = max(1, colspan)
            if colspan > MAX_COLSPAN:
                step = colspan = max(1, width - c)
            for column in range(c, min(c + colspan, n_free)):
                if free_from[column] > r:
                    colspan = column - c
                    break
            if c + colspan > n_free:
                free_from.extend([0] * (c + colspan - n_free))
            free_from[c : c + colspan] = [r + rowspan] * colspan
            placed_cell = table_cell(cell.text, r, c, table, cell.line, rowspan, colspan, cell.struck)
            cells.append(placed_cell)
            places += rowspan * colspan
            if colspan != max(1, cell.colspan):
                placed.capped.append((placed_cell, f"colspan={cell.colspan}"))
            # a rowspan beyond the last row is common and harmless (editors leave it when rows are deleted)
            elif cell.rowspan > room and cell.rowspan > len(rows) + MAX_COLSPAN:
                placed.capped.append((placed_cell, f"rowspan={cell.rowspan}"))
            c += step
        if places > budget.limits.max_places:
            break  # refused below
    budget.add_places(places)
    placed.n_cols = len(free_from)
    return placed


def _width_without_oversize(rows: Sequence[Sequence[Spanned]]) -> int:
    """Columns of the widest row if oversize colspans count 1 (rowspans from above are left out)."""
    return max(sum(_modest(cell.colspan) for cell in row) for row in rows)


def _modest(colspan: int) -> int:
    return 1 if colspan > MAX_COLSPAN else max(1, colspan)
