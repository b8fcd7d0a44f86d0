"""Tables whose columns are not drawn, once their texts are read: columns by where numbers stand.

Belongs here: such a table with what rules do draw of it, put together over pages, and made a real grid where
the numbers prove its columns. Does not belong here: the proof itself (`ingestion.extract.pdf.columns`, which
does it for pages with text), pixels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingestion.extract.model import Grid, GridCell, Locator
from ingestion.extract.pdf.columns import with_text_columns
from ingestion.extract.pdf.geometry import clusters
from ingestion.extract.pdf.lattice import SNAP, Cell, Table
from ingestion.extract.pdf.page_content import Glyph
from ingestion.extract.scan.enclosed import Enclosed

#: Size of the texts, for the proof, whose lengths are in points.
_SIZE = 10.5
#: Height of a row there: any, as long as two rows are no line.
_ROW = 4 * _SIZE
#: Signs within a text, after or before which there is paper; em: as wide as that may be.
_ENDS, _BEGINS = re.compile(r"[、，；：。）)”》]$"), re.compile(r"[（(“《]")
_SIGN = 1.2


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """What rules enclose: rows, and from where to where, in em from the left of its table."""

    row: int
    rowspan: int
    x0: float
    x1: float
    locator: Locator


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a text lies: which drawn cell it stands in, and from where to where, in em."""

    drawn: int
    x0: float
    x1: float


@dataclass
class OpenGrid(Grid):
    """A grid whose cells are the texts of each row, counted along it; and their places.

    stretches: one for each cell. width: in em; extent: in units of the locators.
    """

    drawn: tuple[DrawnCell, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    width: float = 0.0
    extent: float = 0.0


def open_grid(
    grid: Grid,
    drawn: Sequence[Enclosed],
    places: Sequence[Locator],
    boxes: Sequence[tuple[int, float, float]],
    em: float,
) -> OpenGrid:
    """The grid with the places of its texts: drawn cells with their locators, and for each cell of the grid
    the drawn one it stands in and where it begins and ends (pixels); em in pixels.
    """
    left, right = min(cell.box[0] for cell in drawn), max(cell.box[2] for cell in drawn)
    cells = tuple(
        DrawnCell(cell.row, cell.rowspan, (cell.box[0] - left) / em, (cell.box[2] - left) / em, place)
        for cell, place in zip(drawn, places, strict=True)
    )
    stretches = tuple(Stretch(owner, (x0 - left) / em, (x1 - left) / em) for owner, x0, x1 in boxes)
    edges = [place.bbox for place in places if place.bbox is not None]
    extent = max(box[2] for box in edges) - min(box[0] for box in edges)
    return OpenGrid(
        grid.index, grid.cells, grid.n_rows, grid.n_cols, grid.kind, grid.exact, grid.page,
        drawn=cells, stretches=stretches, width=(right - left) / em, extent=extent,
    )  # fmt: skip


def put_together(above: OpenGrid, below: OpenGrid) -> OpenGrid:
    """The rows of `below`, the same table on the next page, under those of `above`."""
    share = above.width / below.width
    cells = [*above.cells, *(replace(cell, row=cell.row + above.n_rows) for cell in below.cells)]
    drawn = [
        replace(cell, row=cell.row + above.n_rows, x0=cell.x0 * share, x1=cell.x1 * share)
        for cell in below.drawn
    ]
    stretches = [
        Stretch(one.drawn + len(above.drawn), one.x0 * share, one.x1 * share) for one in below.stretches
    ]
    return replace(
        above,
        cells=cells,
        n_rows=above.n_rows + below.n_rows,
        n_cols=max(above.n_cols, below.n_cols),
        drawn=(*above.drawn, *drawn),
        stretches=(*above.stretches, *stretches),
        _occupied=None,
    )


def with_columns(grid: OpenGrid) -> Grid:
    """A real grid, blank cells and all, where the numbers prove the columns; the same one where not."""
    table = _table(grid)
    parted = with_text_columns(table, ruled=True)
    if parted is table:
        return grid
    cells = [_cell(cell, grid) for cell in parted.cells]
    return Grid(grid.index, cells, parted.n_rows, parted.n_cols, grid.kind, True, grid.page)


def _table(grid: OpenGrid) -> Table:
    """The drawn cells, each with its texts as if these were characters; `order`: which text it is."""
    edges = clusters((x * _SIZE for cell in grid.drawn for x in (cell.x0, cell.x1)), SNAP)
    xs = [sum(group) / len(group) for group in edges]
    glyphs: list[list[Glyph]] = [[] for _ in grid.drawn]
    reaches = _reaches(grid)
    for number, (cell, stretch) in enumerate(zip(grid.cells, grid.stretches, strict=True)):
        if not cell.text and cell.legible:
            continue
        text = "".join(cell.text.split()) or "?"
        y = (cell.row + 1) * _ROW
        x0, x1 = stretch.x0 * _SIZE, reaches[number] * _SIZE
        glyphs[stretch.drawn].append(Glyph(text, x0, x1, y, y - _SIZE, y, _SIZE, 0, number))
    cells: list[Cell] = []
    for drawn, texts in zip(grid.drawn, glyphs, strict=True):
        first, last = (_nearest(xs, x * _SIZE) for x in (drawn.x0, drawn.x1))
        box = xs[first], drawn.row * _ROW, xs[last], (drawn.row + drawn.rowspan) * _ROW
        cells.append(Cell(drawn.row, first, drawn.rowspan, last - first, box, texts))
    return Table(xs, [row * _ROW for row in range(grid.n_rows + 1)], cells)


def _reaches(grid: OpenGrid) -> list[float]:
    """How far each text reaches, in em: up to the next one where a sign of Chinese text stands between them,
    which is as wide as a character and mostly paper. Case: 四、 政府信息公开行政复议、 行政诉讼情况.
    """
    found = [one.x1 for one in grid.stretches]
    places = sorted(range(len(found)), key=lambda at: (grid.stretches[at].drawn, grid.stretches[at].x0))
    for left, right in pairwise(places):
        one, other = grid.stretches[left], grid.stretches[right]
        signed = _ENDS.search(grid.cells[left].text) or _BEGINS.match(grid.cells[right].text)
        if one.drawn == other.drawn and signed and other.x0 - one.x1 < _SIGN:
            found[left] = other.x0
    return found


def _nearest(xs: Sequence[float], x: float) -> int:
    return min(range(len(xs)), key=lambda index: abs(xs[index] - x))


def _cell(cell: Cell, grid: OpenGrid) -> GridCell:
    """The texts of a cell as one: those of a label come apart at its brackets."""
    parts = [grid.cells[glyph.order] for glyph in sorted(cell.glyphs, key=lambda one: one.x0)]
    if len(parts) == 1:
        return replace(parts[0], row=cell.row, col=cell.col, rowspan=cell.rowspan, colspan=cell.colspan)
    if not parts:
        place = _place(cell, grid)
        return GridCell("", cell.row, cell.col, place, cell.rowspan, cell.colspan)
    boxes = [part.locator.bbox for part in parts if part.locator.bbox is not None]
    around = (
        min(box[0] for box in boxes), min(box[1] for box in boxes),
        max(box[2] for box in boxes), max(box[3] for box in boxes),
    )  # fmt: skip
    return GridCell(
        " ".join(part.text for part in parts if part.text),
        cell.row,
        cell.col,
        replace(parts[0].locator, bbox=around),
        cell.rowspan,
        cell.colspan,
        confidence=min(part.confidence for part in parts),
        legible=all(part.legible for part in parts),
    )


def _place(cell: Cell, grid: OpenGrid) -> Locator:
    """Where a blank cell lies: the part of the drawn cell that it was cut out of."""
    left, right = cell.box[0] / _SIZE, cell.box[2] / _SIZE
    middle = (left + right) / 2
    drawn = next(
        one
        for one in grid.drawn
        if one.row <= cell.row < one.row + one.rowspan and one.x0 <= middle <= one.x1
    )
    if drawn.locator.bbox is None or drawn.x1 <= drawn.x0:
        return drawn.locator
    x0, top, x1, bottom = drawn.locator.bbox
    unit = (x1 - x0) / (drawn.x1 - drawn.x0)
    start, end = x0 + (left - drawn.x0) * unit, x0 + (right - drawn.x0) * unit
    return replace(drawn.locator, bbox=(round(start, 1), top, round(end, 1), bottom))
