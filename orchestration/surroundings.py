"""The surroundings of a table's cell as text for a terminal: head, row before, its own row, row after.

Belongs here: which rows and columns are shown and how they are laid out. Not here: finding the grid
(`places`). Nothing here knows a form: a head is what stands above the first row with numbers.
"""

from __future__ import annotations

import re
import shutil
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingestion.extract.model import Grid, GridCell

#: Columns of a terminal where there is none, and the most that are used of a wide one.
WIDTH, MAX_WIDTH = 100, 160
#: Rows shown of a head; those of the forms have up to three.
MAX_HEAD_ROWS = 4
#: Columns shown on either side of a cell in a table that no terminal can hold, and characters of one cell.
MAX_SIDE_COLUMNS = 12
MAX_CHARS = 60
MARK = "«{}»"
#: What says that rows or columns are left out.
GAP = "…"
#: What would write elsewhere on a terminal, or worse: a document may hold anything.
_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
#: A number cell at a glance; a year heads a column.
_NUMBER = re.compile(r"(?!(?:19|20)\d\d年)[-+−－＋]?[\d０-９][\d０-９,.，．%\s]*\D{0,3}")


def table_text(grid: Grid, cell: GridCell, width: int | None = None) -> str:
    """The rows around `cell` of `grid`, its text between « and »; lines of at most `width` terminal columns.

    A cell over several rows or columns is shown once, and again in the row of `cell`.
    """
    heads, following = _heads(grid, cell.row), cell.row + cell.rowspan
    beside = [
        row for row in (cell.row - 1, cell.row, following) if 0 <= row < grid.n_rows and row not in heads
    ]
    rows = [*heads, *beside]
    columns = _columns(grid, cell, rows)
    table = Table(box=box.SQUARE, show_header=False, show_lines=True)
    for _ in columns:
        table.add_column(overflow="fold", max_width=MAX_CHARS)
    seen: set[tuple[int, int]] = set()
    before = -1
    for row in rows:
        if row > before + 1 and row != following:
            table.add_row(*[Text(GAP) for _ in columns])
        if row == cell.row:
            seen.clear()
        table.add_row(*[Text(_shown(grid.at(row, column), cell, seen)) for column in columns])
        before = row
    out = StringIO()
    shown = width or min(MAX_WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    Console(file=out, width=shown, color_system=None, force_terminal=False, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def harmless(text: str) -> str:
    """The text without control characters, which a terminal would obey; tabs and line ends stay."""
    return text.translate(_CONTROLS)


def _heads(grid: Grid, before: int) -> list[int]:
    """The rows that head the row `before`: those at the top without numbers, and the last such rows above it.

    Section 二 prints its articles as one table, each with a head of its own. A head within the table has no
    empty cell: what has some is a row that was left blank.
    """
    rows = grid.rows()[:before]
    numbered = [any(_NUMBER.fullmatch(cell.text) for cell in row) for row in rows]
    top = max(1, next((row for row, has_numbers in enumerate(numbered) if has_numbers), 1))
    top = min(top, before)
    end = before
    while end > top and not _is_head(rows[end - 1]):
        end -= 1
    start = end
    while start > top and _is_head(rows[start - 1]):
        start -= 1
    return [*range(min(top, MAX_HEAD_ROWS)), *range(max(start, end - MAX_HEAD_ROWS), end)]


def _is_head(cells: list[GridCell]) -> bool:
    return bool(cells) and all(cell.text and not _NUMBER.fullmatch(cell.text) for cell in cells)


def _columns(grid: Grid, cell: GridCell, rows: list[int]) -> list[int]:
    """The columns in which a cell of the rows begins, near the cell in question where there are too many."""
    filled = []
    begun: set[int] = set()
    for column in range(grid.n_cols):
        here = [found for row in rows if (found := grid.at(row, column)) is not None]
        fresh = [found for found in here if id(found) not in begun and (found.text or found is cell)]
        begun.update(id(found) for found in here)
        if fresh:
            filled.append(column)
    if len(filled) <= 2 * MAX_SIDE_COLUMNS:
        return filled
    at = filled.index(cell.col) if cell.col in filled else 0
    near = filled[max(1, at - MAX_SIDE_COLUMNS) : at + MAX_SIDE_COLUMNS]
    return [filled[0], *near]  # the first column has the labels


def _shown(found: GridCell | None, cell: GridCell, seen: set[tuple[int, int]]) -> str:
    if found is None or (found.row, found.col) in seen:
        return ""
    seen.add((found.row, found.col))
    text = harmless(found.text)
    text = text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + GAP
    return MARK.format(text) if found is cell else text
