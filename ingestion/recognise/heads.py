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
from ingestion.recognise.gridcells import as_field, is_blank
from ingestion.recognise.numbers import parse_number
from ingestion.recognise.rows import CellSlot, FieldText
from ingestion.recognise.vocabulary import MIN_FUZZY_LENGTH, TableVocabulary

#: The columns' order is not certain: head and geometry disagree.
CONFIDENCE_IN_DOUBT = 0.8

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
    #: columns and groups of columns in the order in which they are printed
    printed: list[str] = field(default_factory=list)
    #: grid columns [start, end) under labels that are none of the form's, such as 小计
    foreign: list[tuple[int, int]] = field(default_factory=list)
    #: groups of the review table that the head prints and that have cells (行政复议, 复议后起诉)
    groups: list[str] = field(default_factory=list)
    #: asked for every row of the table
    _orders: dict[tuple[str, bool], tuple[list[str] | None, float]] = field(default_factory=dict)

    @property
    def seen(self) -> bool:
        return self.grid is not None

    def take(self, table: TableVocabulary, grid: Grid, filled: Iterable[GridCell]) -> list[GridCell]:
        """Remember a row of the head; returns its cells that are no label of the table."""
        filled = list(filled)
        self._orders = {}
        if self.grid != grid.index or self._repeats(table, filled):
            self.cells, self.printed, self.foreign, self.groups = [], [], [], []
        self.grid = grid.index
        unknown: list[GridCell] = []
        for cell in filled:
            column = table.column(cell.text)
            if column is not None:
                unit = unit_in_head(cell.text)
                self.cells.append(HeadCell(column, cell.row, cell.col, cell.col + cell.colspan, unit))
                self._print(column)
            elif not table.is_header_word(cell.text) and not table.row(cell.text, None):
                unknown.append(cell)
                self.foreign.append((cell.col, cell.col + cell.colspan))
            else:
                self._print(table.group_codes.get(normalise_label(cell.text)))
                group = table.row(cell.text, None) if table.is_review else None
                if group is not None and group.row.has_cells:
                    self.groups.append(group.row.code)
        return unknown

    def review_groups(self, table: TableVocabulary) -> list[str]:
        """The groups that this head prints, where it prints some but not all, each with all its results."""
        columns = [item.column for item in self.cells]
        whole = columns == table.column_codes * len(self.groups)
        return self.groups if whole and 0 < len(self.groups) < len(table.table.value_rows) else []

    def end_group(self) -> None:
        """The numbers under the head were read: labels that follow head the next group."""
        self.cells, self.groups = [], []
        self._orders = {}

    def _repeats(self, table: TableVocabulary, filled: list[GridCell]) -> bool:
        """The same labels again: a head repeated on the next page (the review table's repeat by design)."""
        if table.is_review:
            return False
        known = {item.column for item in self.cells}
        return any(table.column(cell.text) in known for cell in filled if table.column(cell.text))

    def units(self) -> dict[str, str]:
        """Printed units of money by column."""
        return {item.column: item.unit for item in self.cells if item.unit}

    def _print(self, code: str | None) -> None:
        if code is not None and code not in self.printed:
            self.printed.append(code)

    def order(self, table: TableVocabulary, grid: Grid) -> tuple[list[str] | None, float]:
        """Column codes as the head prints them (None: as in the form), and how sure that is.

        Two orders are known: by the labels' places in the grid, and by their reading order with the columns
        of a group (商业企业 …) put where the group (法人或其他组织) stands. A head drawn by hand spoils the
        first, a head without its group the second. What neither settles is read in doubt.
        """
        asked = (table.code, grid.exact)
        if asked not in self._orders:
            self._orders[asked] = self._find_order(table, grid)
        return self._orders[asked]

    def _find_order(self, table: TableVocabulary, grid: Grid) -> tuple[list[str] | None, float]:
        if not self.cells or table not in self.tables:
            return None, 1.0
        official = table.column_codes
        placed = [item.column for item in sorted(self.cells, key=lambda item: item.start)]
        orders = [self._reading_order(table, None)]
        if grid.exact:
            orders.append(placed)
        whole = [order for order in orders if sorted(order) == sorted(official)]
        if official in whole:
            return None, 1.0
        if not whole:
            in_order = any(_follows(order, official) for order in orders)
            return None, 1.0 if in_order else CONFIDENCE_IN_DOUBT
        return whole[-1], 1.0 if all(order == whole[-1] for order in orders) else CONFIDENCE_IN_DOUBT

    def _reading_order(self, table: TableVocabulary, group: str | None) -> list[str]:
        found: list[str] = []
        for code in self.printed:
            above = table.group_of.get(code)
            while above is not None and above not in self.printed:
                above = table.group_of.get(above)
            if above != group:
                continue
            found += self._reading_order(table, code) if code in table.group_codes.values() else [code]
        return found

    def fields_under(
        self, table: TableVocabulary, slots: list[CellSlot], cells: list[GridCell], grid: Grid
    ) -> tuple[list[FieldText | None], float] | None:
        """Fields under the head's columns, for a row that has more or fewer cells than columns.

        Head and data often do not line up (colspans drawn by hand), so a result is only given when every
        filled field lands under a column of its own; None otherwise. With the fields comes how sure that is:
        where one does not begin where its column does, a blank may have been drawn too wide or too narrow.
        """
        if self.grid != grid.index:
            return None
        head = sorted(self.cells, key=lambda item: (item.start, -item.row))
        if table.is_review:
            if len(head) != len(slots):
                return None
        elif [item.column for item in head] != [slot.key.split(".")[-1] for slot in slots]:
            return None
        end = max([item.end for item in head] + [last for _, last in self.foreign])
        if any(cell.col >= end for cell in cells):
            return None
        placed: list[FieldText | None] = []
        users: dict[int, int] = {}
        aligned = True
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
            aligned = aligned and cells[index].col == item.start
            placed.append(as_field(cells[index]))
        for index, cell in enumerate(cells):
            number = parse_number(cell.text).value is not None
            last = cell.col + cell.colspan
            foreign = any(start <= cell.col and last <= stop for start, stop in self.foreign)
            unused = index not in users and not is_blank(cell) and not foreign
            if unused or (number and users.get(index, 0) > 1):
                return None
        blanks = any(one is None or one.blank for one in placed)
        return placed, 1.0 if aligned or not blanks else CONFIDENCE_IN_DOUBT


def _follows(order: list[str], official: list[str]) -> bool:
    """Whether the columns that were understood stand in the form's order."""
    return order == [code for code in official if code in order]


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
