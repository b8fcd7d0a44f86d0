"""Rows and columns put into a table of a story, or taken out, with the spans around them kept right.

Belongs here: edits of a Grid's shape. Not here: why anybody would (`faults`).
"""

from __future__ import annotations

from tests.generator.story import Cell, Grid


def insert_column(grid: Grid, at: int, width: float, text: dict[int, str] | None = None) -> None:
    """A new column before column `at`; cells that reach over the place grow, else a cell with `text` of the row
    (or nothing) comes in.
    """
    covered = _covered(grid, at)
    placed = grid.placed()
    for number, row in enumerate(grid.rows):
        if number in covered:
            continue
        before = sum(1 for column, _ in placed[number] if column < at)
        row.insert(before, Cell((text or {}).get(number, ""), head=number < grid.heads))
    for line in placed:
        for column, cell in line:
            if column < at < column + cell.columns:
                cell.columns += 1
    grid.widths.insert(at, width)


def delete_column(grid: Grid, at: int) -> None:
    """Take column `at` out, with the cells that stand in it alone."""
    placed = grid.placed()
    for number, line in enumerate(placed):
        for column, cell in line:
            if column <= at < column + cell.columns:
                if cell.columns > 1:
                    cell.columns -= 1
                else:
                    grid.rows[number] = [other for other in grid.rows[number] if other is not cell]
    del grid.widths[at]


def delete_row(grid: Grid, at: int) -> None:
    """Take row `at` out; labels that begin in it and reach further down move to the next row."""
    placed = grid.placed()
    below = placed[at + 1] if at + 1 < len(placed) else []
    moving = []
    for number, line in enumerate(placed[: at + 1]):
        for column, cell in line:
            if number + cell.rows <= at:
                continue
            if number < at:
                cell.rows -= 1
            elif cell.rows > 1:
                cell.rows -= 1
                moving.append((column, cell))
    if moving:
        grid.rows[at + 1] = [cell for _, cell in sorted([*moving, *below], key=lambda pair: pair[0])]
    del grid.rows[at]


def _covered(grid: Grid, at: int) -> set[int]:
    """The rows in which one cell covers both column at - 1 and column at."""
    return {
        number + reach
        for number, line in enumerate(grid.placed())
        for column, cell in line
        if column < at < column + cell.columns
        for reach in range(cell.rows)
    }
