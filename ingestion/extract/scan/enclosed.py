"""The cells between the drawn sides of a table's lines, with their spans.

Belongs here: which places of the table no drawn side parts, and what to do where they make no rectangle. Does
not belong here: which lines there are (`lattice`), which sides are drawn (`traces`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.extract.scan.traces import Side, Traces

Box = tuple[int, int, int, int]

#: Rows or columns around a cell in which a line must be drawn to be thought missing in it.
_NEAR = 3
#: Whole cells in the bounding box of a broken region above which it cannot have been one cell: strokes of
#: text that pass for rules make a few, a rule that fades out in a skewed picture may lay half a table open.
_MOST_SWALLOWED = 8


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A cell: its place in the table, and the box that its rules enclose, x0, top, x1, bottom in pixels.

    doubtful: a rule that makes or parts it is not clearly drawn. lines_across, lines_down: y and x of the
    table's lines that would part it, were they drawn here.
    """

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box
    doubtful: bool = False
    lines_across: tuple[float, ...] = ()
    lines_down: tuple[float, ...] = ()


def cells_between(
    traces: Traces,
    xs: list[float],
    ys: list[float],
    lying: list[list[Side]],
    standing: list[list[Side]],
) -> list[Enclosed]:
    n_rows, n_cols = len(ys) - 1, len(xs) - 1
    regions = _regions(n_rows, n_cols, lying, standing)
    cells: list[Enclosed] = []
    broken: list[list[tuple[int, int]]] = []
    for places in regions:
        rows = sorted({row for row, _ in places})
        cols = sorted({col for _, col in places})
        whole = len(places) == len(rows) * len(cols)
        doubtful = _in_doubt(places, lying, standing)
        if whole:
            cells.append(enclosed(rows, cols, xs, ys, lying, standing, doubtful))
            continue
        # no rectangle: a rule is missing, or a stroke was taken for one
        broken.append(places)
    cells += _of_broken(broken, cells, traces, xs, ys, lying, standing)
    return sorted(cells, key=lambda cell: (cell.row, cell.col))


def _of_broken(
    regions: list[list[tuple[int, int]]],
    whole: list[Enclosed],
    traces: Traces,
    xs: list[float],
    ys: list[float],
    lying: list[list[Side]],
    standing: list[list[Side]],
) -> list[Enclosed]:
    """Cells, all in doubt, of regions that are no rectangles.

    Where ink crosses the sides that are not drawn, the region and the few cells in its bounding box were one
    cell and a stroke of its text was taken for a rule; else a rule is missing, and each place is a cell.
    """
    found: list[Enclosed] = []
    taken: set[tuple[int, int]] = set()
    for places in sorted(regions, key=len, reverse=True):
        if places[0] in taken:
            continue
        rows = range(min(row for row, _ in places), max(row for row, _ in places) + 1)
        cols = range(min(col for _, col in places), max(col for _, col in places) + 1)
        inside = {(row, col) for row in rows for col in cols}
        swallowed = [cell for cell in whole if (cell.row, cell.col) in inside and _places_of(cell) <= inside]
        others = {place for cell in swallowed for place in _places_of(cell)}
        others |= {place for region in regions if set(region) <= inside for place in region}
        few = len(swallowed) <= _MOST_SWALLOWED
        crossed = few and _crossed(traces, set(places), xs, ys)
        if crossed and others | set(places) == inside and not inside & taken:
            for cell in swallowed:
                whole.remove(cell)
            found.append(enclosed(list(rows), list(cols), xs, ys, lying, standing, True))
            taken |= inside
            continue
        found += [enclosed([row], [col], xs, ys, lying, standing, True) for row, col in sorted(places)]
        taken |= set(places)
    return found


def _places_of(cell: Enclosed) -> set[tuple[int, int]]:
    rows, cols = range(cell.row, cell.row + cell.rowspan), range(cell.col, cell.col + cell.colspan)
    return {(row, col) for row in rows for col in cols}


def _crossed(traces: Traces, places: set[tuple[int, int]], xs: list[float], ys: list[float]) -> bool:
    """Whether ink lies across a side between two of the places."""
    for row, col in places:
        if (row + 1, col) in places and traces.inked(ys[row + 1], xs[col], xs[col + 1], lying=True):
            return True
        if (row, col + 1) in places and traces.inked(xs[col + 1], ys[row], ys[row + 1], lying=False):
            return True
    return False


def _regions(
    n_rows: int, n_cols: int, lying: list[list[Side]], standing: list[list[Side]]
) -> list[list[tuple[int, int]]]:
    """Places that no drawn side parts; a side in doubt parts them too."""
    parent = list(range(n_rows * n_cols))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for row in range(n_rows):
        for col in range(n_cols):
            below, right = lying[row + 1][col], standing[col + 1][row]
            if row + 1 < n_rows and not below.drawn and not below.doubtful:
                parent[root((row + 1) * n_cols + col)] = root(row * n_cols + col)
            if col + 1 < n_cols and not right.drawn and not right.doubtful:
                parent[root(row * n_cols + col + 1)] = root(row * n_cols + col)
    regions: dict[int, list[tuple[int, int]]] = {}
    for row in range(n_rows):
        for col in range(n_cols):
            regions.setdefault(root(row * n_cols + col), []).append((row, col))
    return list(regions.values())


def _in_doubt(places: list[tuple[int, int]], lying: list[list[Side]], standing: list[list[Side]]) -> bool:
    last_row, last_col = len(lying) - 1, len(standing) - 1
    for row, col in places:
        sides = [lying[row][col]] if row else []
        sides += [lying[row + 1][col]] if row + 1 < last_row else []
        sides += [standing[col][row]] if col else []
        sides += [standing[col + 1][row]] if col + 1 < last_col else []
        if any(side.doubtful for side in sides):
            return True
    return False


def enclosed(
    rows: list[int],
    cols: list[int],
    xs: list[float],
    ys: list[float],
    lying: list[list[Side]],
    standing: list[list[Side]],
    doubtful: bool,
) -> Enclosed:
    first_row, last_row, first_col, last_col = rows[0], rows[-1], cols[0], cols[-1]
    top = [side.at for side in lying[first_row][first_col : last_col + 1] if side.drawn]
    bottom = [side.at for side in lying[last_row + 1][first_col : last_col + 1] if side.drawn]
    left = [side.at for side in standing[first_col][first_row : last_row + 1] if side.drawn]
    right = [side.at for side in standing[last_col + 1][first_row : last_row + 1] if side.drawn]
    box = (
        round(float(np.median(left)) if left else xs[first_col]),
        round(float(np.median(top)) if top else ys[first_row]),
        round(float(np.median(right)) if right else xs[last_col + 1]),
        round(float(np.median(bottom)) if bottom else ys[last_row + 1]),
    )
    inner_rows, inner_cols = range(first_row + 1, last_row + 1), range(first_col + 1, last_col + 1)
    across = tuple(ys[at] for at in inner_rows if _drawn_near(lying[at], first_col, last_col))
    down = tuple(xs[at] for at in inner_cols if _drawn_near(standing[at], first_row, last_row))
    return Enclosed(first_row, first_col, len(rows), len(cols), box, doubtful, across, down)


def _drawn_near(sides: list[Side], first: int, last: int) -> bool:
    """Whether a line is drawn beside a cell: a line of another part of the table would not part it."""
    return any(side.drawn for side in sides[max(0, first - _NEAR) : last + 1 + _NEAR])
