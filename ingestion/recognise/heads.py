"""A table's head: its column labels, where they stand, and what stands under them.

Belongs here: recognising a row of labels as a head, remembering its columns, their order and their printed
units, and finding a row's fields under it by real table geometry. Does not belong here: rows with labels
(`grids`), choosing between placements by sums (`align`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingestion.catalog.labels import normalise_label
from ingestion.extract.model import Grid, GridCell
from ingestion.recognise.gridcells import as_field, is_blank
from ingestion.recognise.layouts import (
    CONFIDENCE_IN_DOUBT,
    FOREIGN,
    Layout,
    PrintedLabels,
    layout_with_guesses,
)
from ingestion.recognise.numbers import parse_number
from ingestion.recognise.rows import CellSlot, FieldText
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
    #: column that a label of no column resembles
    guess: str | None = None

    def column_if(self, accepted: frozenset[str]) -> str:
        """Its column, where these guesses are accepted."""
        return self.guess if self.guess in accepted and self.guess is not None else self.column


@dataclass(slots=True)
class Head:
    """The head that is in force: its cells, the grid that printed it, and the tables it may be a head of."""

    cells: list[HeadCell] = field(default_factory=list)
    grid: int | None = None
    #: t2_5 and t2_6 have the same columns: a row label tells which of them it is
    tables: list[TableVocabulary] = field(default_factory=list)
    printed: PrintedLabels = field(default_factory=PrintedLabels)
    #: groups of the review table that the head prints, as `column` (行政复议, 行政诉讼, 复议后起诉)
    groups: list[HeadCell] = field(default_factory=list)
    #: rows were read below it, or it began in another grid
    _read: bool = False
    _over_grids: bool = False
    _regular: dict[int, bool] = field(default_factory=dict)
    #: asked for every row of the table
    _layouts: dict[tuple[str, bool], Layout] = field(default_factory=dict)

    @property
    def seen(self) -> bool:
        return self.grid is not None

    def heads(self, table: TableVocabulary) -> bool:
        """Whether it prints columns of this table."""
        return table in self.tables and any(item.column != FOREIGN for item in self.cells)

    def take(self, table: TableVocabulary, grid: Grid, filled: Iterable[GridCell]) -> list[GridCell]:
        """Remember a row of the head; returns its cells that are no label of the table."""
        filled = list(filled)
        self._layouts = {}
        if self._is_new(table, grid, filled):
            self.cells, self.groups, self.printed = [], [], PrintedLabels()
            self._read = self._over_grids = False
        elif self.grid not in (None, grid.index):
            self._over_grids = True
        self.grid = grid.index
        unknown: list[GridCell] = []
        figures_from = self._figures_from(table, filled)
        for cell in filled:
            column = table.column(cell.text)
            if column is not None:
                unit = unit_in_head(cell.text)
                self.cells.append(HeadCell(column, cell.row, cell.col, cell.col + cell.colspan, unit))
                self.printed.add(column, cell.row)
            elif not table.is_header_word(cell.text) and not (table.is_review and table.row(cell.text, None)):
                if not table.row(cell.text, None):
                    unknown.append(cell)
                if cell.col == 0 and cell.colspan <= figures_from:
                    continue  # it heads the row labels, as the rest of a note that a rule cuts in two does
                guess = self.printed.guess(table, cell.text)
                place = cell.col, cell.col + cell.colspan
                self.cells.append(HeadCell(FOREIGN, cell.row, *place, guess=guess))
                self.printed.add_foreign(guess, cell.row)
            else:
                self.printed.add(table.group_codes.get(normalise_label(cell.text)), cell.row)
                group = table.row(cell.text, None) if table.is_review else None
                if group is not None:
                    place = cell.col, cell.col + cell.colspan
                    self.groups.append(HeadCell(group.row.code, cell.row, *place))
        return unknown

    def _figures_from(self, table: TableVocabulary, filled: list[GridCell]) -> int:
        """The grid column in which the figures begin, as far as the head tells; 0 where it does not."""
        starts = [item.start for item in self.cells if item.column != FOREIGN]
        for cell in filled:
            if table.column(cell.text) is not None or normalise_label(cell.text) in table.group_codes:
                starts.append(cell.col)
        return min(starts, default=0)

    def _is_new(self, table: TableVocabulary, grid: Grid, filled: list[GridCell]) -> bool:
        """Whether a new head begins here: in another grid, unless a page break cut the head in two."""
        if self._repeats(table, filled):
            return True
        if self.grid == grid.index:
            return False
        return self._read or table.is_review or table not in self.tables

    def review_groups(self, table: TableVocabulary) -> list[str]:
        """The groups that this head prints, where it prints some but not all, each with all its results."""
        columns = [item.column for item in self.cells]
        groups = [item.column for item in self._groups_with_cells(table)]
        whole = columns == table.column_codes * len(groups)
        return groups if whole and 0 < len(groups) < len(table.table.value_rows) else []

    def _groups_with_cells(self, table: TableVocabulary) -> list[HeadCell]:
        return [item for item in self.groups if table.by_code[item.column].has_cells]

    def review_slots(self, table: TableVocabulary, grid: Grid) -> tuple[list[CellSlot], float]:
        """The cells of the review table's line as its head prints them, and how sure that is.

        Without labels that contradict it, the form's order stands: heads of this table are often cut.
        """
        official = table.line_slots()
        by_place = grid.exact and self.grid == grid.index
        columns = self.columns() if by_place else self.cells
        groups = sorted(self.groups, key=lambda item: item.start) if by_place else self.groups
        order = [table.order[code] for code in dict.fromkeys(item.column for item in groups)]
        printed = [item.column for item in columns]
        expected = table.column_codes * len(table.table.value_rows)
        known = [code for code in printed if code != FOREIGN]
        if order == sorted(order) and _begins_alike(known, expected):
            return official, 1.0
        if by_place:
            with_cells = self._groups_with_cells(table)
            keys = [
                f"{table.code}.{group.column}.{item.column}"
                for item in columns
                for group in with_cells
                if group.start <= item.start < group.end
            ]
            by_key = {slot.key: slot for slot in official}
            if sorted(keys) == sorted(by_key):
                return [by_key[key] for key in keys], 1.0
        return official, CONFIDENCE_IN_DOUBT

    def prints_line(self, table: TableVocabulary) -> bool:
        """Whether every column of the review table's line is labelled, once and in the form's order."""
        printed = [item.column for item in self.cells]
        return printed == table.column_codes * len(table.table.value_rows)

    def end_group(self) -> None:
        """The numbers under the head were read: labels that follow head the next group."""
        self.cells, self.groups = [], []
        self._layouts = {}

    def _repeats(self, table: TableVocabulary, filled: list[GridCell]) -> bool:
        """The same labels again: a head repeated on the next page (the review table's repeat by design)."""
        if table.is_review:
            return False
        known = {item.column for item in self.cells}
        return any(table.column(cell.text) in known for cell in filled if table.column(cell.text))

    def units(self) -> dict[str, str]:
        """Printed units of money by column."""
        return {item.column: item.unit for item in self.cells if item.unit}

    def layout(self, table: TableVocabulary, grid: Grid) -> Layout:
        """The columns that the head prints for the rows of `table`.

        Two orders are known: by the labels' places in the grid, and by their reading order with the columns
        of a group (商业企业 …) put where the group (法人或其他组织) stands. A head drawn by hand spoils the
        first, a head without its group the second. What neither settles is read in doubt.
        """
        self._read = True
        asked = (table.code, grid.exact)
        if asked not in self._layouts:
            self._layouts[asked] = self._find_layout(table, grid)
        return self._layouts[asked]

    def _find_layout(self, table: TableVocabulary, grid: Grid) -> Layout:
        columns = self.columns()
        if table not in self.tables or not columns:
            return Layout()
        if all(item.column == FOREIGN for item in columns):
            # columns of another form, perhaps: reports of 2021 print the head of 2019 above the rows of 2021
            return Layout(confidence=CONFIDENCE_IN_DOUBT)

        def orders(accepted: frozenset[str]) -> list[list[str]]:
            found = [self.printed.order(table, accepted)]
            if grid.exact and not self._over_grids:
                found.append([item.column_if(accepted) for item in columns])
            return found

        layout = layout_with_guesses(table, orders, [item.guess for item in self.cells])
        by_place = grid.exact and not self._over_grids
        hides_one = layout.missing and (self._over_grids or self._may_hide_one(columns))
        if hides_one or not (by_place or self.printed.places_foreign(table)):
            # the head does not say that a column is not printed: its label may be the one not understood
            return replace(layout, confidence=min(layout.confidence, CONFIDENCE_IN_DOUBT))
        return layout

    def _may_hide_one(self, columns: list[HeadCell]) -> bool:
        """Whether an unknown label stands before the first known one, and not over the row labels."""
        first = min((item.start for item in columns if item.column != FOREIGN), default=0)
        return any(item.column == FOREIGN and 0 < item.start < first for item in self.cells)

    def keeps_columns(self, grid: Grid) -> bool:
        """Whether a table in text has a field for every column in each row, and none beyond the head."""
        if grid.index not in self._regular:
            widths = {len(cells) for cells in grid.rows()}
            self._regular[grid.index] = widths == {grid.n_cols}
        columns = self.columns()
        return self._regular[grid.index] and bool(columns) and columns[-1].end == grid.n_cols

    def columns(self) -> list[HeadCell]:
        """The cells that head a column of figures, left to right.

        A label that is none of the form's is left out where it stands over labels of the form (a group by
        another name) or before all of them (序号, or what heads the labels of the rows).
        """
        known = [item for item in self.cells if item.column != FOREIGN]
        first = min((item.start for item in known), default=0)
        leaves = [
            item
            for item in self.cells
            if item.column != FOREIGN
            or (
                item.start >= first
                and not any(
                    one.row > item.row and item.start <= one.start and one.end <= item.end for one in known
                )
            )
        ]
        return sorted(leaves, key=lambda item: (item.start, -item.row))

    def _is_foreign(self, cell: GridCell) -> bool:
        """Whether a cell stands wholly under a label that is none of the form's (序号)."""
        return any(
            item.column == FOREIGN and item.start <= cell.col and cell.col + cell.colspan <= item.end
            for item in self.cells
        )

    def labelled(self, cells: list[GridCell], grid: Grid) -> frozenset[int]:
        """Indexes of the cells of a row that stand wholly under a label of the head, in a real table."""
        if not grid.exact or self.grid != grid.index or self._over_grids:
            return frozenset()
        heads = self.columns()
        return frozenset(
            index
            for index, cell in enumerate(cells)
            if any(item.start <= cell.col and cell.col + cell.colspan <= item.end for item in heads)
        )

    def fields_under(
        self, table: TableVocabulary, slots: list[CellSlot], cells: list[GridCell], grid: Grid
    ) -> tuple[list[FieldText | None], float] | None:
        """Fields under the head's columns, for a row that has more or fewer cells than columns.

        Head and data often do not line up (colspans drawn by hand), so a result is only given when every
        filled field lands under a column of its own; None otherwise. With the fields comes how sure that is:
        where one does not begin where its column does, a blank may have been drawn too wide or too narrow.
        """
        if self.grid != grid.index or self._over_grids:
            return None
        head = self.columns()
        if table.is_review:
            if len(head) != len(slots):
                return None
        else:
            accepted = self.layout(table, grid).doubtful
            if [item.column_if(accepted) for item in head] != [slot.key.split(".")[-1] for slot in slots]:
                return None
        end = max(item.end for item in head)
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
            unused = index not in users and not is_blank(cell) and not self._is_foreign(cell)
            if unused or (number and users.get(index, 0) > 1):
                return None
        blanks = any(one is None or one.blank for one in placed)
        return placed, 1.0 if aligned or not blanks else CONFIDENCE_IN_DOUBT


def _begins_alike(known: list[str], expected: list[str]) -> bool:
    """Whether labels that were understood can stand in the expected order, some left out."""
    rest = iter(expected)
    return all(code in rest for code in known)


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
