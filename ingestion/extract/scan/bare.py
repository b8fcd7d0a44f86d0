"""Tables whose columns are not drawn: rules across alone, with or without a frame.

Belongs here: columns by where rules begin and end and by the gaps in the text. What is found so is no real
geometry: a blank cell leaves no trace, so such a table is not `exact`. Does not belong here: tables with
verticals (`lattice`), columns that the numbers prove once they are read (`open_grids`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingestion.extract.scan.enclosed import Box, Enclosed, cells_between
from ingestion.extract.scan.ink import CellInk, Inked, Piece, around
from ingestion.extract.scan.lattice import Lattice, stroke_lines
from ingestion.extract.scan.rules import Rule
from ingestion.extract.scan.traces import Side, Traces

#: em: rules that begin or end this close do so at one place; shorter rules are strokes of text.
_SAME_END, _SHORTEST = 0.8, 6.0
#: em of paper between the texts of two columns; less where figures show that one column ends there.
_GAP, _GAP_AT_COLUMN = 0.45, 0.3
#: em: texts whose middles lie this close are of one column; wider ones tell nothing of columns.
_SAME_MIDDLE, _WIDEST = 1.2, 5.0
#: Share of the rows of figures in which a column must show.
_SEEN = 0.3
#: em: a comma is low and small, a bracket tall (taller than a 1) and slim.
_LOW, _TALL, _SLIM = 0.4, 0.85, 0.32
#: Pieces to the left and to the right among which those over a comma are looked for.
_NEAR = 12


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
    cells, inks, owners = _parted(drawn, inked, len(lines) - 1)
    width = max((cell.col + 1 for cell in cells), default=0)
    if width < 2:
        return None
    box = (round(left), round(ys[0]), round(right), round(ys[-1]))
    return Lattice(box, len(lines) - 1, width, cells, False, drawn, owners), inks


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
    """In which rows a column ends at `x`: between two lines across it, if none between them crosses it and
    some of them stops there.
    """
    slack = _SAME_END * em
    across = [index for index, line in enumerate(lines) if line.start < x - slack and line.end > x + slack]
    drawn = [False] * (len(lines) - 1)
    for first, last in pairwise(across):
        between = lines[first + 1 : last]
        if any(min(abs(line.start - x), abs(line.end - x)) <= slack for line in between):
            drawn[first:last] = [True] * (last - first)
    return [Side(one, False, x) for one in drawn]


def _parted(
    drawn: Sequence[Enclosed], inked: Inked, n_rows: int
) -> tuple[list[Enclosed], list[CellInk], list[int]]:
    """The cells, each parted where its text leaves a gap, numbered along their row; and which drawn cell each
    was part of.
    """
    em = inked.em
    inside = inked.cells(drawn)
    ends = _column_ends([_columns(ink, em, ()) for ink in inside], em)
    cells: list[Enclosed] = []
    inks: list[CellInk] = []
    owners: list[int] = []
    for row in range(n_rows):
        col = 0
        here = [index for index, cell in enumerate(drawn) if cell.row == row]
        for index in sorted(here, key=lambda one: drawn[one].box[0]):
            cell = drawn[index]
            parts = _columns(inside[index], em, ends)
            boxes = [_part_box(part, cell) for part in parts]
            # between them something too faint to be read may stand: that is no blank
            for box in _gaps(boxes, cell, em):
                if parts and inked.is_faint(box):
                    parts.append(CellInk(faint=True))
                    boxes.append(box)
            if not parts:
                parts, boxes = [inside[index]], [cell.box]
            for box, part in sorted(zip(boxes, parts, strict=True), key=lambda pair: pair[0][0]):
                cells.append(replace(cell, col=col, colspan=1, box=box, lines_down=()))
                inks.append(part)
                owners.append(index)
                col += 1
    return cells, inks, owners


def _part_box(part: CellInk, cell: Enclosed) -> Box:
    x0, _, x1, _ = around(part.pieces)
    return x0, cell.box[1], x1, cell.box[3]


def _gaps(boxes: Sequence[Box], cell: Enclosed, em: float) -> list[Box]:
    """Where no text stands in a drawn cell, wide enough for a figure."""
    edges = [cell.box[0], *(x for box in boxes for x in (box[0], box[2])), cell.box[2]]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(x0, cell.box[1], x1, cell.box[3]) for x0, x1 in pairs if x1 - x0 > em]


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
    """The ink of a cell by columns: pieces one above the other, or side by side without a gap. Where figures
    show that a column ends, the ink counts alone: of two heads there, one may begin with a sign of its own.
    """
    columns: list[CellInk] = []
    ink_end = reach_end = 0.0
    pieces = sorted(ink.pieces, key=lambda one: one.x)
    for at, piece in enumerate(pieces):
        start, end = _reach(piece, pieces[max(0, at - _NEAR) : at + _NEAR], em)
        at_end = any(ink_end - 0.3 * em < place < piece.x + 0.3 * em for place in ends)
        gap, least = (piece.x - ink_end, _GAP_AT_COLUMN) if at_end else (start - reach_end, _GAP)
        if columns and gap <= least * em:
            columns[-1].pieces.append(piece)
            ink_end, reach_end = max(ink_end, piece.right), max(reach_end, end)
        else:
            columns.append(CellInk([piece], ink.touching))
            ink_end, reach_end = piece.right, end
    return columns


def _reach(piece: Piece, near: Sequence[Piece], em: float) -> tuple[float, float]:
    """From where to where a piece of ink takes its line: signs of Chinese text are as wide as characters.
    near: the pieces beside it, itself among them.
    """
    if piece.h < _LOW * em and piece.w < _LOW * em:
        # nothing stands over a comma; 公 and 织 end with strokes as small, and there is no paper behind them
        top, bottom = piece.bottom - em, piece.bottom
        over = any(
            one.x < piece.right and one.right > piece.x and one.y < bottom and one.bottom > top
            for one in near
            if one is not piece
        )
        return piece.x, piece.right if over else max(float(piece.right), piece.x + 0.8 * em)
    if piece.h > _TALL * em and piece.w < _SLIM * em:
        return piece.x - 0.45 * em, piece.right + 0.45 * em
    return piece.x, piece.right
