"""Form rows in grids: walks the tables of a document and says which row of which form table each row is.

Belongs here: the walk, its context (which table, which parent row, which columns its head prints), and the
reports on what it could not use. Tables are found by their labels: titles, heads and row labels; where a
table stands in the document decides nothing. Does not belong here: placing numbers under columns (`align`),
tables in running text (`stream`), lists from before 2019 (`lists`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingestion.catalog.labels import normalise_label
from ingestion.catalog.models import Row
from ingestion.extract.model import Grid, GridCell, Issue, Locator
from ingestion.recognise.elimination import LooseRow
from ingestion.recognise.gridcells import (
    SHOWN,
    as_field,
    is_blank,
    is_value,
    leading_texts,
    looks_like_label,
    row_text,
    shown,
)
from ingestion.recognise.heads import Head, tables_headed_by
from ingestion.recognise.layouts import CONFIDENCE_IN_DOUBT, HEAD_IN_DOUBT
from ingestion.recognise.numbers import is_unit
from ingestion.recognise.rows import CellSlot, FieldText, RowReading
from ingestion.recognise.vocabulary import (
    CONFIDENCE_RESEMBLES,
    MIN_FUZZY_LENGTH,
    FormVocabulary,
    RowMatch,
    TableVocabulary,
)

#: Row labels of the request table that must be seen before a grid without a head is taken for it.
MIN_ROW_LABELS = 3


@dataclass(slots=True)
class Pending:
    """A row whose label was not understood yet: the next row may hold the rest of it."""

    text: str
    cells: list[GridCell]
    label_at: int
    grid: Grid


@dataclass(slots=True)
class Walk:
    """What is known at a place of the document, and what was found so far."""

    table: TableVocabulary | None = None
    parent: str | None = None
    head: Head = field(default_factory=Head)
    pending: Pending | None = None
    loose_text: str | None = None
    rows: list[RowReading] = field(default_factory=list)
    loose_rows: list[LooseRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    tables_seen: dict[str, Locator | None] = field(default_factory=dict)
    #: tables in which a label or the table itself breaks off
    cuts: set[str] = field(default_factory=set)
    #: (table, column) that a head does not print
    unprinted: set[tuple[str, str]] = field(default_factory=set)
    used_grids: set[int] = field(default_factory=set)


class GridWalker:
    """Feeds on headings and grids in document order; the result is in `walk`."""

    def __init__(self, form: FormVocabulary) -> None:
        self.form = form
        self.walk = Walk()

    # ------------------------------------------------------------------------------------------- entry points

    def heading(self, text: str) -> None:
        """A text block between grids: a section heading or a table title moves the walk, prose does not."""
        if len(text) > SHOWN:
            return
        walk = self.walk
        section = self.form.section_titled(text)
        if section is not None:
            self._settle_pending()
            tables = self.form.table_of_section.get(section, [])
            self._enter(self.form.tables[tables[0]] if len(tables) == 1 else None)
            walk.loose_text = None
            return
        titled = self.form.table_titled(text)
        if titled is not None:
            self._settle_pending()
            self._enter(titled)

    def grid(self, grid: Grid) -> None:
        walk = self.walk
        if walk.table is None and not self._is_form_grid(grid):
            return
        used_before = len(walk.rows), len(walk.tables_seen)
        for cells in grid.rows():
            self._row(grid, cells)
        if (len(walk.rows), len(walk.tables_seen)) != used_before:
            walk.used_grids.add(grid.index)

    def finish(self) -> Walk:
        self._settle_pending()
        return self.walk

    # ------------------------------------------------------------------------------------------- one row

    def _row(self, grid: Grid, cells: list[GridCell]) -> None:
        filled = [cell for cell in cells if not is_blank(cell)]
        if not filled:
            self._take_blank_review_row(grid, cells)
            return
        filled = self._take_titles(filled, cells, grid)
        if not filled:
            return
        values = [cell for cell in filled if is_value(cell)]
        if not values and self._take_head(grid, filled):
            return
        if self._take_review_row(grid, cells, filled, values):
            return
        self._take_data_row(grid, cells, filled)

    def _take_titles(self, filled: list[GridCell], cells: list[GridCell], grid: Grid) -> list[GridCell]:
        left = []
        for cell in filled:
            if not self.form.is_heading(cell.text):
                left.append(cell)
                continue
            titled = self.form.table_titled(cell.text)
            if titled is not None and not self._is_own_label(cell.text):
                self._settle_pending()
                self._enter(titled)
                self.walk.tables_seen.setdefault(titled.code, cell.locator)
            elif self.form.section_titled(cell.text) is not None:
                self.heading(cell.text)
            else:
                left.append(cell)
        return left

    def _is_own_label(self, text: str) -> bool:
        table = self.walk.table
        return table is not None and (table.row(text, self.walk.parent) is not None)

    def _take_head(self, grid: Grid, filled: list[GridCell]) -> bool:
        """A row of column labels: remembered with the columns it covers."""
        walk = self.walk
        tables = tables_headed_by(filled, self.form.tables.values(), walk.table, walk.parent)
        if not tables:
            return False
        table = tables[0]
        if table is not walk.table:
            self._settle_pending()
            self._enter(table)
        walk.head.tables = tables
        if len(tables) == 1:
            walk.tables_seen.setdefault(table.code, filled[0].locator)
        for cell in walk.head.take(table, grid, filled):
            self._unused(cell, "head_label_unknown")
        return True

    # ------------------------------------------------------------------------------------------- t4

    def _review_table(self) -> TableVocabulary | None:
        table = self.walk.table
        return table if table is not None and table.is_review else None

    def _take_blank_review_row(self, grid: Grid, cells: list[GridCell]) -> None:
        """An empty row as wide as the review table, right under its head: its cells are blank."""
        table = self._review_table()
        if table is None or not self.walk.head.seen:
            return
        slots = table.line_slots()
        if len(cells) == len(slots) and not any(row.table == table.code for row in self.walk.rows):
            self._add_row(table, table.table.rows[0].code, slots, cells, grid, 1.0, depth=None)

    def _take_review_row(
        self, grid: Grid, cells: list[GridCell], filled: list[GridCell], values: list[GridCell]
    ) -> bool:
        """The one row of numbers of the review table: it has no label, its head says what it is."""
        table = self._review_table()
        if table is None or not values:
            return False
        slots, sure = self.walk.head.review_slots(table, grid)
        labels = [cell for cell in filled if not is_value(cell) and looks_like_label(cell)]
        if labels:
            # 件数 or the like before the numbers: what the label means is not known, so it is read in doubt
            first = labels[0]
            named = len(labels) > 1 or first is not cells[0] or table.row(first.text, None) is not None
            if named or len(cells) != len(slots) + 1 or not self.walk.head.seen:
                return False
            self._add_row(
                table,
                table.table.rows[0].code,
                slots,
                cells[1:],
                grid,
                min(sure, CONFIDENCE_RESEMBLES),
                depth=None,
                doubt=f"what {shown(first.text)} before its numbers means is not known",
            )
            return True
        part = self.walk.head.review_groups(table)
        if part and len(cells) == len(part) * len(table.column_codes):
            # the groups one below the other, each with its own head
            part_slots = [slot for code in part for slot in table.slots(table.by_code[code])]
            self._add_row(table, part[0], part_slots, cells, grid, 1.0, depth=None)
            self.walk.head.end_group()
            return True
        if len(cells) != len(slots) and any(row.table == table.code for row in self.walk.rows):
            return False
        self._add_row(table, table.table.rows[0].code, slots, cells, grid, sure, depth=None)
        return True

    # ------------------------------------------------------------------------------------ rows with labels

    def _take_data_row(self, grid: Grid, cells: list[GridCell], filled: list[GridCell]) -> None:
        walk = self.walk
        lead = leading_texts(cells) or self._label_behind_number(cells)
        if not lead:
            self._row_without_label(grid, cells, filled)
            return
        found = self._find_label(cells, lead)
        if found is None:
            self._unknown_label(grid, cells, lead)
            return
        table, match, at = found
        self._settle_pending()
        if table is not walk.table:
            self._enter(table)
        walk.tables_seen.setdefault(table.code, cells[at].locator)
        walk.loose_text = None
        for index in lead:
            if index < at:
                walk.parent = table.parent_in(cells[index].text) or walk.parent
        row = match.row
        fields = cells[at + 1 :]
        if self._is_subtotal(table, cells, lead, at, row):
            self._values_of_parent(table, match, fields)
            return
        if row.code in table.parents:
            walk.parent = row.code
        elif row.parent is not None:
            walk.parent = row.parent
        if not row.has_cells and not row.optional:
            self._values_of_parent(table, match, fields)
            return
        if row.optional and not any(is_value(cell) for cell in fields):
            return
        self._add_labelled(table, match, grid, cells, at)

    def _is_subtotal(
        self, table: TableVocabulary, cells: list[GridCell], lead: list[int], at: int, row: Row
    ) -> bool:
        """A bare 总计 or 合计 beside the label of a group is the group's, not the table's."""
        if len(normalise_label(cells[at].text)) >= MIN_FUZZY_LENGTH:
            return False
        groups = [table.parent_in(cells[index].text) for index in lead if index < at]
        return bool(groups) and groups[-1] is not None and groups[-1] != row.parent

    def _label_behind_number(self, cells: list[GridCell]) -> list[int]:
        """Where a table numbers its rows in a column of their own: the labels after that number."""
        table = self.walk.table
        at = next((index for index, cell in enumerate(cells) if looks_like_label(cell)), None)
        if table is None or at is None or len([cell for cell in cells[:at] if is_value(cell)]) != 1:
            return []
        lead = [at + index for index in leading_texts(cells[at:])]
        parent = self.walk.parent
        if not lead or lead[-1] + 1 == len(cells):
            return []
        return lead if any(table.row(cells[index].text, parent) for index in lead) else []

    def _find_label(
        self, cells: list[GridCell], lead: list[int]
    ) -> tuple[TableVocabulary, RowMatch, int] | None:
        """A row's label: the last of its leading texts that some table knows, its own table first."""
        walk = self.walk
        for index in reversed(lead):
            text = cells[index].text
            for table in self._tables_in_reach(text):
                parent = self._parent_before(table, cells, lead, index)
                match = table.row(text, parent) or table.row_at_end(text, parent)
                if match is None and walk.pending is None and walk.loose_text and table is walk.table:
                    match = table.row(walk.loose_text + text, parent)
                if match is not None:
                    return self._nearest_label(cells, lead, table, match, index)
        own = walk.table
        if own is not None and walk.pending is None:
            for index in reversed(lead):
                parent = self._parent_before(own, cells, lead, index)
                match = own.resembling_row(cells[index].text, parent)
                if match is not None and any(is_value(cell) for cell in cells[index + 1 :]):
                    self._variant(own, match, cells[index])
                    return own, match, index
        return None

    def _nearest_label(
        self, cells: list[GridCell], lead: list[int], table: TableVocabulary, match: RowMatch, at: int
    ) -> tuple[TableVocabulary, RowMatch, int] | None:
        """The label beside the numbers: what is known at `at` may be the heading of a label not known word
        for word, and then the numbers are not the heading's.
        """
        row, last = match.row, lead[-1]
        if at == last or (row.has_cells and not row.optional):
            return table, match, at
        nearer = table.resembling_row(cells[last].text, row.code)
        if nearer is not None and nearer.row.parent == row.code:
            self._variant(table, nearer, cells[last])
            return table, nearer, last
        unread = len(normalise_label(cells[last].text)) >= MIN_FUZZY_LENGTH
        return None if unread or row.optional else (table, match, at)

    def _variant(self, table: TableVocabulary, match: RowMatch, cell: GridCell) -> None:
        self.walk.issues.append(
            Issue(
                "label_variant",
                f"{table.code}.{match.row.code}",
                f"label {shown(cell.text)} read as {match.row.label_zh}",
                "info",
                cell.locator,
            )
        )

    def _tables_in_reach(self, text: str) -> list[TableVocabulary]:
        """The walk's own table, then those that a row label alone may name.

        Not the small ones, whose rows have everyday names, and never for a bare 其他 or 总计.
        """
        own = self.walk.table
        if len(normalise_label(text)) < MIN_FUZZY_LENGTH:
            return [own] if own is not None else []
        others = (
            table
            for table in self.form.tables.values()
            if table is not own
            and not table.is_review
            and (len(table.table.rows) >= 2 * MIN_ROW_LABELS or table in self.walk.head.tables)
        )
        return [*([own] if own is not None else []), *others]

    def _parent_before(
        self, table: TableVocabulary, cells: list[GridCell], lead: list[int], at: int
    ) -> str | None:
        for index in reversed([one for one in lead if one < at]):
            parent = table.parent_in(cells[index].text)
            if parent is not None:
                return parent
        return self.walk.parent

    def _unknown_label(self, grid: Grid, cells: list[GridCell], lead: list[int]) -> None:
        """Part of a label, or a label that nobody knows: a page break cuts labels in two."""
        walk = self.walk
        table = walk.table
        text = cells[lead[-1]].text
        has_values = any(is_value(cell) for cell in cells)
        if table is None:
            return
        if walk.pending is not None and not has_values:
            joined = walk.pending.text + text
            match = table.row(joined, walk.parent)
            if match is not None and match.row.has_cells:
                pending, walk.pending = walk.pending, None
                walk.cuts.add(table.code)
                self._add_labelled(table, match, pending.grid, pending.cells, pending.label_at)
                walk.issues.append(
                    Issue(
                        "label_joined",
                        f"{table.code}.{match.row.code}",
                        f"label cut in two: {shown(pending.text)} | {shown(text)}",
                        "info",
                        cells[lead[-1]].locator,
                    )
                )
                return
        self._settle_pending()
        if has_values:
            for index in lead[:-1]:
                walk.parent = table.parent_in(cells[index].text) or walk.parent
            walk.pending = Pending(text, cells, lead[-1], grid)
            return
        parent = table.parent_in(text)
        if parent is not None:
            walk.parent = parent
            return
        cut_off = next((one for one in self._tables_in_reach(text) if one.is_fragment(text)), None)
        if cut_off is not None:
            self._take_fragment(cut_off, cells[lead[-1]], grid)
            return
        walk.loose_text = text
        for index in lead:
            self._unused(cells[index], "text_unused")

    def _take_fragment(self, table: TableVocabulary, cell: GridCell, grid: Grid) -> None:
        """A piece of a label that stands alone: its row's numbers are on the page that is not here."""
        walk = self.walk
        if walk.table is not None and table is not walk.table:
            walk.cuts.add(walk.table.code)
            self._enter(table)
        walk.cuts.add(table.code)
        walk.tables_seen.setdefault(table.code, cell.locator)
        walk.used_grids.add(grid.index)
        walk.loose_text = cell.text
        walk.issues.append(
            Issue(
                "label_fragment",
                table.code,
                f"the end or beginning of a label without its numbers: {shown(cell.text)}",
                "warning",
                cell.locator,
            )
        )

    def _settle_pending(self) -> None:
        """The rest of a cut label never came: take what is left of it if only one row fits, else report."""
        walk = self.walk
        pending, walk.pending = walk.pending, None
        if pending is None or walk.table is None:
            return
        table = walk.table
        match = table.resembling_row(pending.text, walk.parent)
        if match is not None:
            self._add_labelled(table, match, pending.grid, pending.cells, pending.label_at)
            walk.issues.append(
                Issue(
                    "label_variant",
                    f"{table.code}.{match.row.code}",
                    f"label {shown(pending.text)} read as {match.row.label_zh}",
                    "info",
                    pending.cells[pending.label_at].locator,
                )
            )
            return
        walk.issues.append(
            Issue(
                "row_label_unknown",
                table.code,
                f"no row of {table.code} is labelled {shown(pending.text)}; its fields "
                f"{shown(row_text(pending.cells[pending.label_at + 1 :]))} are not used",
                "warning",
                pending.cells[pending.label_at].locator,
            )
        )

    def _row_without_label(self, grid: Grid, cells: list[GridCell], filled: list[GridCell]) -> None:
        """Numbers alone: of no provable row here, kept in case only one row is left for them."""
        table = self.walk.table
        if table is None:
            return
        slots = self._slots(table, table.table.value_rows[0], grid)
        self.walk.loose_rows.append(
            LooseRow(
                RowReading(
                    table=table.code,
                    row="",
                    slots=slots,
                    fields=[as_field(cell) for cell in filled],
                    raw=row_text(cells),
                    locator=filled[0].locator,
                    totals=table.totals([slot.key.split(".")[-1] for slot in slots]),
                    block=f"grid{grid.index}",
                ),
                after=len(self.walk.rows),
            )
        )

    def _values_of_parent(self, table: TableVocabulary, match: RowMatch, fields: list[GridCell]) -> None:
        values = [cell for cell in fields if is_value(cell)]
        if values:
            self.walk.issues.append(
                Issue(
                    "subtotal_printed",
                    f"{table.code}.{match.row.code}",
                    f"the form has no cells in this row; printed: {shown(row_text(fields))}",
                    "info",
                    values[0].locator,
                )
            )

    # ------------------------------------------------------------------------------------------- adding rows

    def _add_labelled(
        self, table: TableVocabulary, match: RowMatch, grid: Grid, cells: list[GridCell], at: int
    ) -> None:
        """A row whose label stands in cells[at]; all behind it are its fields, but for a unit (件)."""
        slots = self._slots(table, match.row, grid)
        fields = [cell for cell in cells[at + 1 :] if not is_unit(cell.text)]
        confidence = match.confidence
        doubt = "its label only resembles the form's" if confidence < 1 else None
        if len(slots) > 1 and fields and looks_like_label(fields[0]) and any(map(is_value, fields[1:])):
            # 其他对外管理服务事项 | 行政检查 | 5 | 0 | 5: a label of no row says whose part the numbers are
            # (规章 | 详见网站 | 详见网站 | 详见网站 has a text in each of its cells)
            fields = fields[1:]
            confidence = min(confidence, CONFIDENCE_RESEMBLES)
            doubt = "a label of no row of the form stands before its numbers"
        self._add_row(
            table, match.row.code, slots, fields, grid, confidence, depth=at, label=cells[at], doubt=doubt
        )

    def _add_row(
        self,
        table: TableVocabulary,
        row: str,
        slots: list[CellSlot],
        cells: list[GridCell],
        grid: Grid,
        confidence: float,
        depth: int | None,
        label: GridCell | None = None,
        doubt: str | None = None,
    ) -> None:
        def lowered(sure: float, why: str) -> None:
            nonlocal confidence, doubt
            if sure < confidence:
                confidence, doubt = sure, why

        is_review = table.is_review
        totals, bounds = ([], []) if is_review else table.relations(table.by_code[row], slots)
        placed: list[FieldText | None] | None = None
        in_text: list[FieldText | None] | None = None
        if not grid.exact and self.walk.head.keeps_columns(grid):
            below = self.walk.head.fields_under(table, slots, cells, grid)
            in_text = below[0] if below is not None else None
        if is_review and not grid.exact and len(cells) == len(slots) and self.walk.head.prints_line(table):
            # one field for each label of the head: a blank at an end is one of them
            placed = [as_field(cell) for cell in cells]
        if grid.exact and len(cells) != len(slots):
            under = self.walk.head.fields_under(table, slots, cells, grid)
            if under is not None:
                placed = under[0]
                lowered(under[1], "its fields do not begin where the head's columns do")
        if not is_review:
            lowered(self.walk.head.layout(table, grid).confidence, HEAD_IN_DOUBT)
        elif placed is None and any(cell.colspan > 1 for cell in cells) and any(map(is_blank, cells)):
            # blanks merged into one make sixteen cells look like fifteen
            under = self.walk.head.fields_under(table, slots, cells, grid)
            if under is None or under[0] != [as_field(cell) for cell in cells]:
                lowered(CONFIDENCE_IN_DOUBT, "blank cells merged into one hide how many there are")
        self.walk.rows.append(
            RowReading(
                table=table.code,
                row=row,
                slots=slots,
                fields=[as_field(cell) for cell in cells],
                raw=row_text(cells),
                locator=label.locator if label else (cells[0].locator if cells else None),
                totals=table.line_totals(slots) if is_review else totals,
                bounds=[None] * len(slots) if is_review else bounds,
                blanks_visible=True,
                exact=grid.exact,
                placed=placed,
                under=in_text,
                headed=self.walk.head.heads(table),
                labelled=self.walk.head.labelled(cells, grid) if len(cells) > len(slots) else frozenset(),
                label_confidence=confidence,
                doubt=doubt or (HEAD_IN_DOUBT if confidence < 1 else None),
                depth=depth,
                block=f"grid{grid.index}",
            )
        )

    def _slots(self, table: TableVocabulary, row: Row, grid: Grid) -> list[CellSlot]:
        layout = self.walk.head.layout(table, grid)
        self.walk.unprinted.update((table.code, code) for code in layout.missing)
        return table.slots(row, layout.columns, self.walk.head.units(), layout.doubtful)

    # ------------------------------------------------------------------------------------------- context

    def _enter(self, table: TableVocabulary | None) -> None:
        walk = self.walk
        if table is not walk.table and table not in walk.head.tables:
            walk.head = Head()
        walk.table = table
        walk.parent = None

    def _is_form_grid(self, grid: Grid) -> bool:
        """A grid that begins without any context: does it print a title, a head or enough row labels?"""
        labels: dict[str, set[str]] = {}
        for cell in grid.cells:
            if is_blank(cell) or len(cell.text) > 4 * SHOWN:
                continue
            if self.form.table_titled(cell.text) is not None:
                return True
            for table in self.form.tables.values():
                match = table.row(cell.text, None)
                if match is not None:
                    labels.setdefault(table.code, set()).add(match.row.code)
                column = table.column(cell.text)
                if column is not None:
                    labels.setdefault(table.code, set()).add(f"column {column}")
        return any(len(found) >= MIN_ROW_LABELS for found in labels.values())

    def _unused(self, cell: GridCell, code: str) -> None:
        table = self.walk.table
        self.walk.issues.append(
            Issue(
                code,
                table.code if table else "",
                f"not understood: {shown(cell.text)}",
                "info",
                cell.locator,
            )
        )
