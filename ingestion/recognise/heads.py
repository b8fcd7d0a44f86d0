"""A table's head: its column labels, where they stand, and what stands under them.

Belongs here: recognising a row of labels as a head, remembering its columns, their order and their printed
units, and finding a row's fields under it by real table geometry. Does not belong here: rows with labels
(`grids`), choosing between placements by sums (`align`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingestion.catalog.labels import normalise_label
from ingestion.extract.model import Grid, GridCell
from ingestion.recognise.align import CellSlot, FieldText
from ingestion.recognise.gridcells import as_field, is_blank
from ingestion.recognise.numbers import parse_number
from ingestion.recognise.vocabulary import MIN_FUZZY_LENGTH, TableVocabulary

_UNIT = re.compile(r"[（(][^（()）]*?(?P<unit>亿元|万元|元)[^（()）]*[)）]")


def unit_in_head(text: str) -> str | None:
    """The unit of money that a column label prints in brackets."""
    found = _UNIT.search(text)
    return found["unit"] if found else None


@dataclass(slots=True)
class HeadCell:
    """A column label in a table's head and the grid columns it covers, [start, end)."""

    column: str
    row: int
    start: int
    end: int
    #: unit of money printed in the label, as in 采购总金额（万元）
    unit: str | None = None


@dataclass(slots=True)
class Head:
    """The head that is in force: its cells, the grid that printed it, and the tables it may be a head of."""

    cells: list[HeadCell] = field(default_factory=list)
    grid: int | None = None
    #: t2_5 and t2_6 have the same columns: a row label tells which of them it is
    tables: list[TableVocabulary] = field(default_factory=list)

    @property
    def seen(self) -> bool:
        return self.grid is not None

    def take(self, table: TableVocabulary, grid: Grid, filled: Iterable[GridCell]) -> list[GridCell]:
        """Remember a row of the head; returns its cells that are no label of the table."""
        filled = list(filled)
        if self.grid != grid.index or self._repeats(table, filled):
            self.cells = []
        self.grid = grid.index
        unknown: list[GridCell] = []
        for cell in filled:
            column = table.column(cell.text)
            if column is not None:
                unit = unit_in_head(cell.text)
                self.cells.append(HeadCell(column, cell.row, cell.col, cell.col + cell.colspan, unit))
            elif not table.is_header_word(cell.text) and not table.row(cell.text, None):
                unknown.append(cell)
        return unknown

    def _repeats(self, table: TableVocabulary, filled: list[GridCell]) -> bool:
        """The same labels again: a head repeated on the next page (the review table's repeat by design)."""
        if table.is_review:
            return False
        known = {item.column for item in self.cells}
        return any(table.column(cell.text) in known for cell in filled if table.column(cell.text))

    def units(self) -> dict[str, str]:
        """Printed units of money by column."""
        return {item.column: item.unit for item in self.cells if item.unit}

    def order(self, table: TableVocabulary, grid: Grid) -> list[str] | None:
        """Column codes as the head prints them, if it prints each once and in real columns."""
        if self.grid != grid.index or not grid.exact:
            return None
        ordered = [item.column for item in sorted(self.cells, key=lambda item: item.start)]
        return ordered if sorted(ordered) == sorted(table.column_codes) else None

    def fields_under(
        self, table: TableVocabulary, slots: list[CellSlot], cells: list[GridCell], grid: Grid
    ) -> list[FieldText | None] | None:
        """Fields under the head's columns, for a row that has more or fewer cells than columns.

        Head and data often do not line up (colspans drawn by hand), so a result is only given when every
        filled field lands under a column of its own; None otherwise.
        """
        if self.grid != grid.index:
            return None
        head = sorted(self.cells, key=lambda item: (item.start, -item.row))
        if table.is_review:
            if len(head) != len(slots):
                return None
        elif [item.column for item in head] != [slot.key.split(".")[-1] for slot in slots]:
            return None
        placed: list[FieldText | None] = []
        users: dict[int, int] = {}
        for item in head:
            over = [
                (min(item.end, cell.col + cell.colspan) - max(item.start, cell.col), -index)
                for index, cell in enumerate(cells)
                if cell.col < item.end and item.start < cell.col + cell.colspan
            ]
            if not over:
                placed.append(None)
                continue
            index = -max(over)[1]
            users[index] = users.get(index, 0) + 1
            placed.append(as_field(cells[index]))
        for index, cell in enumerate(cells):
            number = parse_number(cell.text).value is not None
            if (not is_blank(cell) and index not in users) or (number and users.get(index, 0) > 1):
                return None
        return placed


def tables_headed_by(
    filled: list[GridCell], tables: Iterable[TableVocabulary], own: TableVocabulary | None, parent: str | None
) -> list[TableVocabulary]:
    """The tables that a row of labels is a head of, `own` first; empty for any other row."""
    scored: list[tuple[int, TableVocabulary]] = []
    for table in tables:
        columns = [cell for cell in filled if table.column(cell.text)]
        words = [cell for cell in filled if table.is_header_word(cell.text)]
        rows = [cell for cell in filled if table.row(cell.text, parent)]
        if table.is_review:
            groups = [cell for cell in filled if table.row(cell.text, None) or cell in words]
            enough = len(columns) >= 2 or len(groups) == len(filled)
            score = len(columns) + len(groups)
        else:
            enough = bool(columns or words) and (
                len(columns) + len(words) * 2 >= max(2, len(filled) / 2) or _is_telling(columns, filled)
            )
            enough = enough and (len(rows) == 0 or len(columns) > len(rows) or bool(words))
            score = len(columns) + len(words)
        if enough and score:
            scored.append((score, table))
    best = max((score for score, _ in scored), default=0)
    return sorted((table for score, table in scored if score == best), key=lambda table: table is not own)


def _is_telling(columns: list[GridCell], filled: list[GridCell]) -> bool:
    """A lone column label that is too long to be anything else."""
    if len(filled) != 1 or len(columns) != 1:
        return False
    return len(normalise_label(filled[0].text)) >= 2 * MIN_FUZZY_LENGTH
