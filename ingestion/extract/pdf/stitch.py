"""Tables that go on over pages, put together by their geometry, and turned into grids.

Belongs here: which table on a page is the continuation of the one before, one set of columns for both, and
locators. Does not belong here: labels: whether a row that a page break cut in two is one row is for those to
decide who know the labels (`ingestion.recognise.page_breaks`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingestion.extract.model import Grid, GridCell, Locator
from ingestion.extract.pdf.cells import CellText, strikes_in, texts_of
from ingestion.extract.pdf.columns import with_text_columns
from ingestion.extract.pdf.geometry import Box, clusters
from ingestion.extract.pdf.lattice import Cell, Table
from ingestion.extract.pdf.layout import PageLayout, PageTable
from ingestion.extract.sandbox import Budget

#: Column edges of one table on two pages differ by less than this, points.
SAME_EDGE = 4.0


def goes_on(above: Sequence[PageTable], below: PageTable) -> bool:
    """Whether a table that begins a page has the columns of the one that ended the page before.

    Its edges must all be edges of the other, or the other way round: rows over the whole width show fewer.
    Tables without vertical rules only show their sides, tables of vertical rules alone all but their sides.
    """
    if below.borderless or above[-1].borderless:
        return below.borderless and above[-1].borderless and _over_one_another(above[-1].table, below.table)
    first, second = _edges([part.table.xs for part in above if not part.open_sides]), below.table.xs
    if not first:
        return False
    if below.open_sides:
        return len(second) > 3 and _has_all(first, second[1:-1])
    if abs(first[0] - second[0]) > SAME_EDGE or abs(first[-1] - second[-1]) > SAME_EDGE:
        return False
    if below.banded and all(part.banded for part in above):
        return True
    fewer, more = (first, second) if len(first) <= len(second) else (second, first)
    return _has_all(more, fewer)


def _over_one_another(above: Table, below: Table) -> bool:
    common = min(above.xs[-1], below.xs[-1]) - max(above.xs[0], below.xs[0])
    return common > 0.5 * max(above.xs[-1] - above.xs[0], below.xs[-1] - below.xs[0])


def _has_all(edges: Sequence[float], others: Sequence[float]) -> bool:
    return all(any(abs(edge - other) <= SAME_EDGE for edge in edges) for other in others)


def texts_of_parts(
    parts: Sequence[PageTable], layouts: Mapping[int, PageLayout]
) -> tuple[Table, list[CellText]]:
    """The whole table of these parts, and the texts of its cells; layouts: of its pages, by number."""
    table = with_text_columns(_whole(parts), ruled=not parts[0].borderless)
    strikes = {part.page: strikes_in(part.table, layouts[part.page].rules) for part in parts}
    return table, texts_of(table, strikes, set().union(*(layouts[part.page].unseen for part in parts)))


def grid_of(table: Table, texts: Sequence[CellText], index: int, budget: Budget) -> Grid:
    """A table as a grid; index: 1-based among the document's grids."""
    budget.add_cells(len(texts))
    budget.add_places(sum(cell.rowspan * cell.colspan for cell in texts))
    cells = [_grid_cell(cell, index) for cell in texts]
    return Grid(index, cells, table.n_rows, table.n_cols, "table", exact=True, page=texts[0].page)


def _grid_cell(cell: CellText, index: int) -> GridCell:
    place = Locator(
        page=cell.page, table=index, row=cell.row + 1, column=cell.col + 1, bbox=rounded(cell.box)
    )
    return GridCell(
        cell.text, cell.row, cell.col, place, cell.rowspan, cell.colspan, cell.struck, cell.confidence,
        legible=cell.legible,
    )  # fmt: skip


def rounded(box: Box) -> Box:
    """A box to a tenth of a point."""
    return round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1)


def _whole(parts: Sequence[PageTable]) -> Table:
    """The parts under one another in one set of columns; row edges lose their meaning."""
    if len(parts) == 1:
        return parts[0].table
    edges = _edges([part.table.xs for part in parts if not part.open_sides])
    if parts[0].borderless:
        edges = [edges[0], edges[-1]]
    cells: list[Cell] = []
    rows = 0
    for part in parts:
        if part.open_sides or part.borderless:
            part.table.xs = [edges[0], *part.table.xs[1:-1], edges[-1]]
        columns = [_nearest(edges, x) for x in part.table.xs]
        for cell in part.table.cells:
            col = columns[cell.col]
            span = columns[cell.col + cell.colspan] - col
            cells.append(replace(cell, row=rows + cell.row, col=col, colspan=span))
        rows += part.table.n_rows
    return Table(edges, [float(row) for row in range(rows + 1)], cells)


def _edges(sets: Sequence[Sequence[float]]) -> list[float]:
    """Edges of all parts."""
    return [sum(group) / len(group) for group in clusters((x for xs in sets for x in xs), SAME_EDGE)]


def _nearest(edges: Sequence[float], x: float) -> int:
    at = bisect_left(edges, x)
    if at == len(edges) or (at > 0 and x - edges[at - 1] < edges[at] - x):
        return at - 1
    return at
