"""Rows and labels that a page break cut in two, put together again where the labels prove it.

Belongs here: the last row on one page and the first on the next: halves of one label, numbers on one side and
the label on the other. Does not belong here: which table goes on over a page (the readers of formats know
that by geometry), labels cut for other reasons (`grids`).

Nothing is joined by guess: two texts are one label only if the whole is a label of some form and one of the
halves is none. Where numbers stand behind a break and whose they are cannot be proven, the blanks before the
break are no blanks: they are marked as not legible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingestion.catalog import Catalog
from ingestion.catalog.labels import normalise_label
from ingestion.extract.model import Document, Grid, GridCell
from ingestion.recognise.gridcells import is_blank, is_value
from ingestion.recognise.vocabulary import vocabularies

#: Cells above and below a break stand in one column if their edges differ by less than this, points.
SAME_COLUMN = 6.0
#: Numbers whose label stands on the other side of the break, without any half of it on theirs.
CONFIDENCE_OTHER_SIDE = 0.85


def mended(document: Document, catalog: Catalog) -> Document:
    """The document with what page breaks cut put together; the same one if it has no tables over pages."""
    breaks = [
        (at, row)
        for at, grid in enumerate(document.blocks)
        if isinstance(grid, Grid)
        for row in _breaks(grid)
    ]
    if not breaks:
        return document
    labels = _labels(catalog)
    units = frozenset(catalog.units)
    blocks = list(document.blocks)
    for at, row in breaks:
        grid = blocks[at]
        assert isinstance(grid, Grid)
        blocks[at] = _mended(grid, row, labels, units)
    return replace(document, blocks=blocks)


def _breaks(grid: Grid) -> list[int]:
    """Rows that begin a page; 0-based."""
    pages: dict[int, int] = {}
    for cell in grid.cells:
        if cell.locator.page is None or cell.locator.bbox is None:
            return []
        pages.setdefault(cell.row, cell.locator.page)
    rows = sorted(pages)
    return [below for above, below in pairwise(rows) if pages[above] != pages[below]]


def _labels(catalog: Catalog) -> frozenset[str]:
    """Every text that stands in a form: labels of rows and columns, heads, titles; normalised."""
    found: set[str] = set()
    for form in vocabularies(catalog).values():
        for table in form.tables.values():
            found.update(
                table.rows, table.columns, table.groups, table.row_headers, table.titles, table.notes
            )
            found.update(table.unit_headers)
        found.update(form.sections)
    return frozenset(found)


@dataclass(slots=True)
class _Halves:
    """The cells above and below a break that stand over one another, and what becomes of them."""

    above: list[GridCell]
    below: list[GridCell]
    changed: dict[int, GridCell] = field(default_factory=dict)

    def now(self, cell: GridCell) -> GridCell:
        return self.changed.get(id(cell), cell)


def _mended(grid: Grid, row: int, labels: frozenset[str], units: frozenset[str]) -> Grid:
    above = [cell for cell in grid.cells if cell.row < row <= cell.row + cell.rowspan]
    below = [cell for cell in grid.cells if cell.row == row]
    halves = _Halves(above, below)
    pairs = [(upper, lower) for lower in below for upper in above if _same_column(upper, lower)]
    joined = _join_labels(halves, pairs, labels)
    last = [cell for cell in above if cell.row == max(one.row for one in above)]
    _move_numbers(halves, pairs, last, joined, labels, units)
    if not halves.changed:
        return grid
    emptied = all(is_blank(halves.now(cell)) for cell in below)
    kept = [cell for cell in grid.cells if not (emptied and cell.row == row and cell.rowspan == 1)]
    return replace(grid, cells=[halves.now(cell) for cell in kept], _occupied=None)


def _same_column(upper: GridCell, lower: GridCell) -> bool:
    one, other = upper.locator.bbox, lower.locator.bbox
    assert one is not None and other is not None
    if upper.col == lower.col and upper.colspan == lower.colspan:
        return True  # a scanner shifts a page by more than edges may differ
    return abs(one[0] - other[0]) <= SAME_COLUMN and abs(one[2] - other[2]) <= SAME_COLUMN


def _join_labels(halves: _Halves, pairs: Sequence[tuple[GridCell, GridCell]], labels: frozenset[str]) -> bool:
    """Puts halves of labels together above the break; whether there were any."""
    joined = False
    for upper, lower in pairs:
        if is_blank(upper) or is_blank(lower) or is_value(upper) or is_value(lower):
            continue
        whole = normalise_label(upper.text + lower.text)
        halves_known = all(normalise_label(half.text) in labels for half in (upper, lower))
        if whole in labels and not halves_known:
            halves.changed[id(upper)] = replace(upper, text=f"{upper.text}\n{lower.text}")
            halves.changed[id(lower)] = replace(lower, text="")
            joined = True
    return joined


def _move_numbers(
    halves: _Halves,
    pairs: Sequence[tuple[GridCell, GridCell]],
    last: Sequence[GridCell],
    joined: bool,
    labels: frozenset[str],
    units: frozenset[str],
) -> None:
    """Numbers of the row that the break cut, to the side where its label stands."""
    numbers_above = [cell for cell in last if is_value(cell)]
    numbers_below = [cell for cell in halves.below if is_value(cell)]
    words_above = _words(last, units)
    words_below = _words([halves.now(cell) for cell in halves.below], units)
    by_upper = {id(upper): lower for upper, lower in pairs}
    by_lower = {id(lower): upper for upper, lower in pairs}
    if numbers_above and numbers_below and not words_below:
        # the break cut through the numbers: neither half is one
        for cell in numbers_below:
            upper = by_lower.get(id(cell))
            if upper is not None and not is_blank(upper):
                halves.changed[id(upper)] = replace(upper, legible=False)
                halves.changed[id(cell)] = replace(cell, text="")
    elif numbers_below and words_above and not numbers_above:
        labelled = normalise_label(halves.now(words_above[-1]).text) in labels
        all_paired = all(id(cell) in by_lower and is_blank(by_lower[id(cell)]) for cell in numbers_below)
        if not words_below and all_paired and labelled:
            for cell in numbers_below:
                upper = by_lower[id(cell)]
                halves.changed[id(upper)] = _at(cell, upper)
                halves.changed[id(cell)] = replace(cell, text="")
        elif all_paired and not (words_below and normalise_label(words_below[-1].text) in labels):
            for cell in last:
                lower = by_upper.get(id(cell))
                if is_blank(cell) and lower is not None and is_value(lower):
                    halves.changed[id(cell)] = replace(cell, legible=False)
    elif numbers_above and words_below and not numbers_below and not words_above and not joined:
        if normalise_label(words_below[-1].text) not in labels:
            return
        for cell in numbers_above:
            other = by_upper.get(id(cell))
            if other is not None:
                sure = min(cell.confidence, CONFIDENCE_OTHER_SIDE)
                halves.changed[id(other)] = replace(_at(cell, other), confidence=sure)
                halves.changed[id(cell)] = replace(cell, text="")


def _words(cells: Sequence[GridCell], units: frozenset[str]) -> list[GridCell]:
    """Cells with words, those of a column of units (条, 件) left out: the last one is the row's own label."""
    return [
        cell
        for cell in cells
        if not is_blank(cell) and not is_value(cell) and normalise_label(cell.text) not in units
    ]


def _at(cell: GridCell, place: GridCell) -> GridCell:
    """The cell's content in another cell's place of the grid; its locator still says where it is printed."""
    return replace(cell, row=place.row, col=place.col, rowspan=place.rowspan, colspan=place.colspan)
