"""Tables whose columns are not drawn: rules across alone, with or without a frame.

Belongs here: columns by where rules begin and end and by the gaps in the text. What is found so is no real
geometry: a blank cell leaves no trace, so such a table is not `exact`. Does not belong here: tables with
verticals (`lattice`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingestion.extract.scan.enclosed import Enclosed, cells_between
from ingestion.extract.scan.ink import CellInk, Inked, around
from ingestion.extract.scan.lattice import Lattice, stroke_lines
from ingestion.extract.scan.rules import Rule
from ingestion.extract.scan.traces import Side, Traces

#: em: rules that begin or end this close do so at one place; shorter rules are strokes of text.
_SAME_END, _SHORTEST = 0.8, 6.0
#: em of paper between the texts of two columns; less where most rows show that one column ends there.
_GAP, _GAP_AT_COLUMN = 0.8, 0.35
#: em: texts whose middles lie this close are of one column; wider ones tell nothing of columns.
_SAME_MIDDLE, _WIDEST = 1.2, 5.0
#: Share of the rows of figures in which a column must show.
_SEEN = 0.3


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A line across the table: where it lies, from where to where."""

    at: float
    start: float
    end: float


def bare_table(
    inked: Inked, traces: Traces, across: Sequence[Rule], frame: Sequence[Rule]
) -> tuple[Lattice, list[CellInk]] | None:
    """The table that these rules make, with the ink of its cells; None if they make none.

    Its cells are numbered along their row. `frame`: rules down at its sides, if any.
    """
    em = inked.em
    long = [rule for rule in across if rule.end - rule.start > _SHORTEST * em]
    lines = [_Stroke(line.at, line.start, line.end) for line in stroke_lines(long, em, 0.0)]
    if len(lines) < 3:
        return None
    left = min([line.start for line in lines] + [rule.at for rule in frame])
    right = max([line.end for line in lines] + [rule.at for rule in frame])
    ends = _places([line.start for line in lines] + [line.end for line in lines], left, right, em)
    xs = [left, *ends, right]
    ys = [line.at for line in lines]
    lying = [[_covers(line, x0, x1, em) for x0, x1 in pairwise(xs)] for line in lines]
    standing = [_standing(x, lines, em) for x in xs]
    drawn = cells_between(traces, xs, ys, lying, standing)
    cells, inks = _parted(drawn, inked, len(lines) - 1)
    width = max((cell.col + 1 for cell in cells), default=0)
    if width < 2:
        return None
    box = (round(left), round(ys[0]), round(right), round(ys[-1]))
    return Lattice(box, len(lines) - 1, width, cells, exact=False), inks


def _places(ends: Sequence[float], left: float, right: float, em: float) -> list[float]:
    """Where rules begin or end inside the table."""
    places: list[float] = []
    for end in sorted(ends):
        inner = left + _SAME_END * em < end < right - _SAME_END * em
        if inner and (not places or end - places[-1] > _SAME_END * em):
            places.append(end)
    return places


def _covers(line: _Stroke, x0: float, x1: float, em: float) -> Side:
    slack = _SAME_END * em
    return Side(line.start < x0 + slack and line.end > x1 - slack, False, line.at)


def _standing(x: float, lines: Sequence[_Stroke], em: float) -> list[Side]:
    """In which rows a column ends at `x`: between two lines across it, if all between them stop there."""
    slack = _SAME_END * em
    across = [index for index, line in enumerate(lines) if line.start < x - slack and line.end > x + slack]
    drawn = [False] * (len(lines) - 1)
    for first, last in pairwise(across):
        if last - first > 1:
            drawn[first:last] = [True] * (last - first)
    return [Side(one, False, x) for one in drawn]


def _parted(drawn: Sequence[Enclosed], inked: Inked, n_rows: int) -> tuple[list[Enclosed], list[CellInk]]:
    """The cells, each parted where its text leaves a gap, and numbered along their row."""
    em = inked.em
    inside = inked.cells(drawn)
    places = _column_ends([_columns(ink, em, ()) for ink in inside], em)
    cells: list[Enclosed] = []
    inks: list[CellInk] = []
    for row in range(n_rows):
        col = 0
        here = [(cell, ink) for cell, ink in zip(drawn, inside, strict=True) if cell.row == row]
        for cell, ink in sorted(here, key=lambda pair: pair[0].box[0]):
            for part in _columns(ink, em, places) or [CellInk()]:
                x0, _, x1, _ = around(part.pieces) if part.pieces else cell.box
                box = (x0, cell.box[1], x1, cell.box[3])
                cells.append(replace(cell, col=col, colspan=1, box=box, lines_down=()))
                inks.append(part)
                col += 1
    return cells, inks


def _column_ends(rows: Sequence[list[CellInk]], em: float) -> list[float]:
    """Where one column of figures ends and the next begins: half way between their middles."""
    figures = [row[1:] for row in rows if len(row) > 2]
    middles = sorted(
        (box[0] + box[2]) / 2
        for row in figures
        for part in row
        if (box := around(part.pieces))[2] - box[0] < _WIDEST * em
    )
    columns: list[list[float]] = []
    for middle in middles:
        if columns and middle - columns[-1][-1] < _SAME_MIDDLE * em / 2:
            columns[-1].append(middle)
        else:
            columns.append([middle])
    seen = [sum(one) / len(one) for one in columns if len(one) >= max(2, _SEEN * len(figures))]
    return [(left + right) / 2 for left, right in pairwise(seen)]


def _columns(ink: CellInk, em: float, ends: Sequence[float]) -> list[CellInk]:
    """The ink of a cell by columns: pieces one above the other, or side by side without a gap."""
    columns: list[CellInk] = []
    right = 0.0
    for piece in sorted(ink.pieces, key=lambda one: one.x):
        gap = piece.x - right
        between = any(right - 0.3 * em < end < piece.x + 0.3 * em for end in ends)
        if columns and gap <= (_GAP_AT_COLUMN if between else _GAP) * em:
            columns[-1].pieces.append(piece)
        else:
            columns.append(CellInk([piece], ink.touching))
        right = max(right, piece.right)
    return columns
