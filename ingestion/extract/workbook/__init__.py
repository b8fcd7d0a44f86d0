"""Workbooks (.xlsx, .xls, .et, .ods): every sheet that is shown becomes a grid.

Belongs here: from the bytes of the file to the blocks of a `Document`. `sheets` reads the XML of .xlsx, with
the formats that say what a number looks like; `calamine` reads the others, which keep their formats to
themselves; `formats` writes a number as its format says. Does not belong here: what a table is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.extract.model import Document, Grid, GridCell, Issue, Locator, TextBlock, occupied_places
from ingestion.extract.sandbox import Budget
from ingestion.extract.sniff import XLSX
from ingestion.extract.workbook.calamine import read_other
from ingestion.extract.workbook.sheet import Entry, Sheet
from ingestion.extract.workbook.sheets import read_xlsx

__all__ = ["read_workbook"]

#: A text longer than this is no label: the longest of all forms have some 40 characters.
_LABEL = 60
_NUMBER = re.compile(r"[-+]?[\d,.]+%?")
_BLANK = Entry("")


def read_workbook(data: bytes, document: Document, budget: Budget) -> None:
    """Fills blocks and issues of `document` from a workbook.

    Locators: `part` is the name of the sheet, row and column count as the sheet does. What is hidden is not
    printed: it is left out, and an issue says so. Raises `UnreadableInput`: `damaged_container`,
    `password_protected`, or a code that begins with `quarantined` when a limit is passed.
    """
    sheets = read_xlsx(data, budget) if document.media_type == XLSX else None
    # a workbook in Excel's binary parts calls itself .xlsx too
    for sheet in sheets if sheets is not None else read_other(data):
        if sheet.hidden:
            detail = f"the sheet {sheet.name} is hidden and left out"
            document.issues.append(Issue("hidden_text", sheet.name, detail, "info"))
            continue
        if sheet.n_hidden:
            detail = f"{sheet.n_hidden} rows or columns of {sheet.name} are hidden and left out"
            document.issues.append(Issue("hidden_text", sheet.name, detail, "info"))
        if sheet.n_pictures:
            detail = f"{sheet.n_pictures} pictures or charts of {sheet.name} are not read"
            document.issues.append(Issue("image_unread", sheet.name, detail))
        _add_sheet(sheet, document, budget)


def _add_sheet(sheet: Sheet, document: Document, budget: Budget) -> None:
    """Lines of text that stand alone (titles, sections, notes) are text; what is between them is grids."""
    filled = {place: entry for place, entry in sheet.entries.items() if entry.text or not entry.legible}
    if not filled:
        return
    spans = dict(_spans(sheet))
    covered = {place for origin, span in spans.items() for place in _covered(origin, span)}
    printed: dict[int, list[int]] = {}
    for row, col in sorted(filled.keys() - covered):
        printed.setdefault(row, []).append(col)
    columns = [col for _, col in filled]
    layout = _Layout(sheet, filled, spans, covered, printed, min(columns), max(columns) + 1)
    rows: list[int] = []
    for row in range(min(printed), max(printed) + 1):
        if row in sheet.hidden_rows:
            continue
        if layout.is_line(row):
            _add_grid(layout, rows, document, budget)
            rows = []
            col = printed[row][0]
            budget.add_block()
            place = Locator(row=row + 1, column=col + 1, part=sheet.name)
            document.blocks.append(TextBlock(filled[row, col].text, place))
        else:
            rows.append(row)
    _add_grid(layout, rows, document, budget)


@dataclass(slots=True)
class _Layout:
    """A sheet with what its merged ranges cover.

    printed: columns with something in them, by row. first_col, n_cols: where these begin and end.
    """

    sheet: Sheet
    filled: dict[tuple[int, int], Entry]
    spans: dict[tuple[int, int], tuple[int, int]]
    covered: set[tuple[int, int]]
    printed: dict[int, list[int]]
    first_col: int
    n_cols: int

    def columns_of(self, rows: list[int]) -> tuple[int, int]:
        """Where a table of these rows begins and ends: the sheet is as wide as its widest one."""
        printed = [
            (col, col + self.spans.get((row, col), (1, 1))[1])
            for row in rows
            for col in self.printed.get(row, ())
        ]
        return min(first for first, _ in printed), min(max(end for _, end in printed), self.n_cols)

    def is_line(self, row: int) -> bool:
        """A single text that is no row's label: across the whole sheet, long, or apart from what is above."""
        columns = self.printed.get(row, [])
        if len(columns) != 1:
            return False
        entry = self.filled[row, columns[0]]
        if not entry.legible or _NUMBER.fullmatch(entry.text):
            return False
        _, width = self.spans.get((row, columns[0]), (1, 1))
        return (
            width >= max(2, self.n_cols - self.first_col)
            or len(entry.text) > _LABEL
            or row - 1 not in self.printed
        )


def _add_grid(layout: _Layout, rows: list[int], document: Document, budget: Budget) -> None:
    sheet = layout.sheet
    while rows and rows[0] not in layout.printed:
        rows = rows[1:]
    if not any(row in layout.printed for row in rows):
        return
    index = len(document.grids()) + 1
    first, n_cols = layout.columns_of(rows)
    columns = [col for col in range(first, n_cols) if col not in sheet.hidden_columns]
    budget.add_cells(len(rows) * len(columns))
    cells: list[GridCell] = []
    for number, row in enumerate(rows):
        for col in columns:
            if (row, col) in layout.covered:
                continue
            entry = layout.filled.get((row, col), _BLANK)
            height, width = layout.spans.get((row, col), (1, 1))
            cells.append(
                GridCell(
                    entry.text,
                    number,
                    col - first,
                    Locator(table=index, row=row + 1, column=col + 1, part=sheet.name),
                    max(1, sum(row <= one < row + height for one in rows)),
                    max(1, min(width, n_cols - col)),
                    struck=entry.struck,
                    confidence=entry.confidence,
                    legible=entry.legible,
                )
            )
    budget.add_places(sum(cell.rowspan * cell.colspan for cell in cells))
    budget.add_block()
    document.blocks.append(Grid(index, cells, len(rows), n_cols - first, "table", exact=True))


def _spans(sheet: Sheet) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Merged ranges as origin -> (rows, columns)."""
    for top, left, bottom, right in sheet.merged:
        yield (top, left), (bottom - top + 1, right - left + 1)


def _covered(origin: tuple[int, int], span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The places of a merged range without its origin."""
    for place in occupied_places(GridCell("", *origin, Locator(), *span)):
        if place != origin:
            yield place
