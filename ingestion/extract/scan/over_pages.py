"""Tables of scanned pages that go on over a page break, put together as one grid.

Belongs here: which table that begins a page goes on with the one that ended the page before, by its columns.
Does not belong here: rows and labels that the break cut in two (`ingestion.recognise.page_breaks`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ingestion.extract.model import Block, Grid, GridCell, ImageBlock, TextBlock
from ingestion.extract.scan.open_grids import OpenGrid, put_together, with_columns

#: Share of a table's width by which the same edge may lie elsewhere on two pages (a scanner's feed, skew).
_SAME_EDGE = 0.012
#: Width of the table on one page against that on the other.
_SAME_WIDTH = 0.03
#: What stands below and above a table that goes on: a page number.
_PAGE_NUMBER = re.compile(r"[\s\-—–·.第页共/]*\d{0,3}[\s\-—–·.第页共/]*\d{0,3}[\s\-—–·.第页共/]*")


@dataclass(slots=True)
class _Shape:
    """A grid's columns: its width in the locators' units, and where column `n` begins, as a share of it."""

    width: float
    edges: dict[int, float]


def joined_over_pages(blocks: Sequence[Block], pages: Collection[int]) -> list[Block]:
    """The blocks with the tables of these (scanned) pages joined over page breaks; grids numbered anew.

    Running heads and page numbers between the parts stay where they are, behind the joined table.
    """
    found: list[Block] = []
    open_at: int | None = None
    for block in blocks:
        if isinstance(block, Grid):
            above = found[open_at] if open_at is not None else None
            whole = _joined(above, block, pages) if isinstance(above, Grid) else None
            if whole is not None and open_at is not None:
                found[open_at] = whole
                continue
            open_at = len(found)
        elif not _is_furniture(block, found):
            open_at = None
        found.append(block)
    return _numbered([with_columns(block) if isinstance(block, OpenGrid) else block for block in found])


def _is_furniture(block: Block, before: Sequence[Block]) -> bool:
    """A picture of a page, a page number, or a running head that an earlier page printed too."""
    if isinstance(block, ImageBlock):
        return True
    if not isinstance(block, TextBlock):
        return False
    again = any(isinstance(one, TextBlock) and one.text == block.text for one in before)
    return bool(_PAGE_NUMBER.fullmatch(block.text)) or again


def _joined(above: Grid, below: Grid, pages: Collection[int]) -> Grid | None:
    """Both as one, if the second begins the page behind the first's last one and has its columns."""
    last = max((cell.locator.page or 0 for cell in above.cells), default=0)
    if below.page is None or below.page not in pages or last not in pages or below.page != last + 1:
        return None
    if isinstance(above, OpenGrid) and isinstance(below, OpenGrid):
        return put_together(above, below) if _alike(above.extent, below.extent) else None
    if not above.exact or not below.exact:
        return None
    upper = _shape([cell for cell in above.cells if cell.locator.page == last])
    lower = _shape(below.cells)
    whole = _shape(above.cells)
    if upper is None or lower is None or whole is None:
        return None
    fewer, more = sorted((list(whole.edges.values()), list(lower.edges.values())), key=len)
    if not _alike(upper.width, lower.width) or not all(_nearest(more, edge) is not None for edge in fewer):
        return None
    return _put_together(above, below, whole.edges, lower.edges)


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME_WIDTH * max(one, other)


def _shape(cells: Sequence[GridCell]) -> _Shape | None:
    """The columns of cells, by the places where their grid columns begin and end."""
    starts: dict[int, list[float]] = {}
    for cell in cells:
        if cell.locator.bbox is None:
            return None
        starts.setdefault(cell.col, []).append(cell.locator.bbox[0])
        starts.setdefault(cell.col + cell.colspan, []).append(cell.locator.bbox[2])
    if not starts:
        return None
    places = {at: sum(starts[at]) / len(starts[at]) for at in sorted(starts)}
    left, right = min(places.values()), max(places.values())
    if right <= left:
        return None
    return _Shape(right - left, {at: (place - left) / (right - left) for at, place in places.items()})


def _nearest(edges: Sequence[float], edge: float) -> int | None:
    at = min(range(len(edges)), key=lambda index: abs(edges[index] - edge))
    return at if abs(edges[at] - edge) <= _SAME_EDGE else None


def _put_together(above: Grid, below: Grid, first: Mapping[int, float], second: Mapping[int, float]) -> Grid:
    """The rows of `below` under those of `above`, in one set of columns."""
    own = list(first.values())
    edges = sorted([*own, *(edge for edge in second.values() if _nearest(own, edge) is None)])
    cells = [_moved(cell, first, edges, 0) for cell in above.cells]
    cells += [_moved(cell, second, edges, above.n_rows) for cell in below.cells]
    n_rows = above.n_rows + below.n_rows
    return Grid(above.index, cells, n_rows, len(edges) - 1, above.kind, above.exact, above.page)


def _moved(cell: GridCell, own: Mapping[int, float], edges: Sequence[float], rows: int) -> GridCell:
    """A cell in the columns of the whole; `own`: where the columns of the grid begin that it comes from."""
    start, end = (
        min(range(len(edges)), key=lambda index: abs(edges[index] - own[at]))
        for at in (cell.col, cell.col + cell.colspan)
    )
    return replace(cell, row=cell.row + rows, col=start, colspan=max(1, end - start))


def _numbered(blocks: list[Block]) -> list[Block]:
    """Grids numbered from 1, their cells' locators with them."""
    number = 0
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Grid):
            number += 1
            cells = [
                replace(
                    cell,
                    locator=replace(cell.locator, table=number, row=cell.row + 1, column=cell.col + 1),
                )
                for cell in block.cells
            ]
            block = replace(block, index=number, cells=cells, _occupied=None)
        found.append(block)
    return found
