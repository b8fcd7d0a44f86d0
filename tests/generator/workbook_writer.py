"""A story as a workbook (.xlsx), as people type a report into a sheet.

Belongs here: what openpyxl can do, one condition a function. Not here: what is printed (`story`).
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from tests.generator.story import Cell, Grid, Paragraph, Story

#: What is done to the place of a cell after its value has been put there.
Finish = Callable[[Any, Cell], None]

_WHOLE = re.compile(r"[+-]?\d+")


def _number(cell: Cell) -> Any:
    text = cell.text
    if not cell.key or not text:
        return text or None
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if text.replace(".", "", 1).isdigit() else text


def _typed(cell: Cell) -> Any:
    return cell.text or None


def _put(
    sheet: Any, grid: Grid, top: int, left: int, value: Callable[[Cell], Any], finish: Finish | None = None
) -> int:
    """Writes a table with its merged ranges; returns the row behind it."""
    for number, line in enumerate(grid.placed()):
        for column, cell in line:
            place = sheet.cell(top + number, left + column, value(cell))
            if finish is not None:
                finish(place, cell)
            if cell.rows > 1 or cell.columns > 1:
                bottom = min(top + number + cell.rows, top + len(grid.rows)) - 1
                right = left + column + cell.columns - 1
                sheet.merge_cells(
                    start_row=top + number, start_column=left + column, end_row=bottom, end_column=right
                )
    return top + len(grid.rows)


def _fill(
    sheet: Any,
    story: Story,
    value: Callable[[Cell], Any] = _number,
    finish: Finish | None = None,
    left: int = 1,
    gap: int = 1,
) -> None:
    """The whole report in one sheet, lines of text merged over its width."""
    row = 1
    width = max((len(grid.widths) for grid in story.grids), default=1)
    for block in story.blocks:
        if isinstance(block, Paragraph):
            sheet.cell(row, left, block.text)
            sheet.merge_cells(start_row=row, start_column=left, end_row=row, end_column=left + width - 1)
            row += 1
        else:
            row = _put(sheet, block, row, left, value, finish) + gap


def _saved(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def clean(story: Story, rng: random.Random) -> bytes:
    """Numbers as numbers, one sheet."""
    book = openpyxl.Workbook()
    _fill(book.active, story)
    return _saved(book)


def typed(story: Story, rng: random.Random) -> bytes:
    """Numbers as text, spaces around them, the table away from the corner."""
    book = openpyxl.Workbook()

    def value(cell: Cell) -> Any:
        return (
            rng.choice(("{}", " {}", "{}\u3000")).format(cell.text) if cell.key and cell.text else cell.text
        )

    _fill(book.active, story, value, left=rng.randint(1, 4), gap=rng.randint(0, 2))
    return _saved(book)


def formats(story: Story, rng: random.Random) -> bytes:
    """Formats that print a unit, separators or decimals with the number."""
    book = openpyxl.Workbook()

    def finish(place: Any, cell: Cell) -> None:
        if isinstance(place.value, int):
            place.number_format = rng.choice(
                ("General", "0", "0_ ", "#,##0", '0"件"', "0.00", "@", "0;-0;0", "_ * #,##0_ ", "[>=0]0;-0")
            )

    _fill(book.active, story, finish=finish)
    return _saved(book)


def no_zeros(story: Story, rng: random.Random) -> bytes:
    """Zeros that are not shown: by the format, by the sheet, or in white, which may be left unread."""
    book = openpyxl.Workbook()
    kind = rng.choice(("format", "sheet", "white"))
    code = rng.choice(("0;-0;;@", "#", '[=0]"";0', '0;-0;""'))
    if kind == "sheet":
        book.active.sheet_view.showZeros = False

    def finish(place: Any, cell: Cell) -> None:
        if kind == "format" and isinstance(place.value, int):
            place.number_format = code
        if cell.key and place.value == 0:
            story.gold[cell.key] = None
            if kind == "white":
                place.font = Font(color="FFFFFFFF")

    _fill(book.active, story, finish=finish)
    return _saved(book)


def scratch(story: Story, rng: random.Random) -> bytes:
    """Hidden rows, columns and sheets with other numbers; white totals on dark ground."""
    book = openpyxl.Workbook()
    sheet = book.active

    def finish(place: Any, cell: Cell) -> None:
        if cell.key and cell.key.endswith(".total"):
            place.font, place.fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F4E79")

    _fill(sheet, story, finish=finish)
    column = sheet.max_column + 1
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, column, rng.randrange(100))
    sheet.column_dimensions[get_column_letter(column)].hidden = True
    draft = book.create_sheet("底稿")
    _fill(draft, story, lambda cell: rng.randrange(100) if cell.key else _typed(cell))
    draft.sheet_state = rng.choice(("hidden", "veryHidden"))
    return _saved(book)


def sheets(story: Story, rng: random.Random) -> bytes:
    """A sheet for each table, the title above it."""
    book = openpyxl.Workbook()
    first = book.active
    for number, grid in enumerate(story.grids):
        sheet = first if not number else book.create_sheet(f"附表{number + 1}")
        sheet.cell(1, 1, story.words.title)
        _put(sheet, grid, 3, 1, _number)
    return _saved(book)


WorkbookWriter = Callable[[Story, random.Random], bytes]
WRITERS: Mapping[str, WorkbookWriter] = {
    "clean": clean,
    "typed": typed,
    "formats": formats,
    "no_zeros": no_zeros,
    "scratch": scratch,
    "sheets": sheets,
}
