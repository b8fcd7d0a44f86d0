"""Cells of a Word table to their places: a grid of columns that a person would count.

Belongs here: <w:tblGrid>, spans, merged cells, phantom columns. Does not belong here: what a cell says
(`body`), and what a table is for (`ingestion.extract.blocks`).

A cell stands between two edges of the table's grid. Editors and converters leave edges behind that no one
sees: a .doc saved as .docx had sixteen columns for fifteen, one of them 2 twips wide, and every reader that
counted columns failed. So edges that lie closer together than a letter is wide are one edge.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.extract.blocks import RawCell
from ingestion.extract.model import OtherReading

#: Edges that are closer (in twips, a twentieth of a point) are the same edge: 2 mm.
SAME_EDGE = 120
#: Columns that Word allows; a wider span is no one's intention and gets what the grid has left.
MAX_SPAN = 63
#: Width of a column of which nothing is known.
_UNKNOWN = 1000


class WordCell(RawCell):
    """A <w:tc>. start, end: half-open, in columns of the <w:tblGrid>; col: 0-based place once it is resolved.

    down, left: it goes on what stands above or left of it. width: in twips as the cell itself says, or None.
    dark: white letters are seen in it.
    """

    __slots__ = ("col", "dark", "deleted", "down", "end", "left", "owner_row", "start", "width")

    def __init__(self, start: int, span: int, width: int | None, *, down: str | None, left: bool) -> None:
        super().__init__(1, span, None)
        self.start = start
        self.end = start + span
        self.width = width
        self.down = down
        self.left = left
        self.col = start
        self.owner_row = 0
        self.dark = False
        #: what a change that nobody has accepted takes out of it
        self.deleted: list[str] = []

    def others(self) -> tuple[OtherReading, ...]:
        """What it said before changes that nobody has accepted."""
        before = "".join(self.deleted).strip()
        return (OtherReading(before, self.doubt, "before_changes"),) if before and self.doubt < 1 else ()


def resolve(
    rows: list[list[WordCell]], widths: Sequence[int | None]
) -> tuple[list[list[WordCell]], list[str]]:
    """The cells that are printed, row by row, with `col`, `colspan` and `rowspan` set; and the texts of cells
    that stand merged into others, which Word keeps and does not print.

    widths: of the columns of the table's grid, in twips.
    """
    for row in rows:
        _place_by_width(row, widths)
    column = _columns(rows, widths)
    hidden: list[str] = []
    printed: list[list[WordCell]] = []
    above: dict[int, WordCell] = {}
    for number, row in enumerate(rows):
        kept: list[WordCell] = []
        before: WordCell | None = None
        for cell in row:
            start, end = column[cell.start], column[cell.end]
            if cell.left and before is not None:
                before.colspan = end - before.col
                _hide(cell, hidden)
                continue
            if start == end:
                continue  # a phantom: nothing is printed in it
            cell.col, cell.colspan, cell.owner_row = start, end - start, number
            owner = above.get(start)
            if (
                cell.down == "continue"
                and owner is not None
                and owner.colspan == cell.colspan
                and owner.owner_row + owner.rowspan == number
            ):
                owner.rowspan += 1
                _hide(cell, hidden)
                before = owner
                continue
            if cell.down is not None:
                above[start] = cell
            else:
                above.pop(start, None)
            kept.append(cell)
            before = cell
        printed.append(kept)
    return printed, hidden


def _hide(cell: WordCell, hidden: list[str]) -> None:
    text = cell.read()
    if text:
        hidden.append(text)


def _place_by_width(row: list[WordCell], widths: Sequence[int | None]) -> None:
    """A row whose spans contradict the widths that its cells state stands where the widths say.

    Word draws by width. Cases: heads of pages saved as Word files, which span columns by width alone; rows
    that begin a twip late without saying so, and are a column off from there on. Only widths that lead from
    edge to edge of the grid, and to its end, are believed.
    """
    own = [cell.width for cell in row if cell.width is not None and cell.width > 0]
    if not row or len(own) < len(row) or row[0].start or None in widths:
        return
    n_columns = len(widths)
    edges = _edges(widths, n_columns)
    if all(
        cell.end <= n_columns and abs(edges[cell.end] - edges[cell.start] - width) <= SAME_EDGE
        for cell, width in zip(row, own, strict=True)
    ):
        return
    place, starts = 0, [0]
    for width in own:
        place += width
        near = min(range(len(edges)), key=lambda index: abs(edges[index] - place))
        if abs(edges[near] - place) > SAME_EDGE or near <= starts[-1]:
            return
        starts.append(near)
    if edges[-1] - edges[starts[-1]] <= SAME_EDGE:
        for cell, start, end in zip(row, starts[:-1], starts[1:], strict=True):
            cell.start, cell.end = start, end


def _edges(widths: Sequence[int | None], n_columns: int) -> list[int]:
    """Where the edges of the grid lie, in twips from the left; there is one more than columns."""
    known = [width for width in widths if width is not None and width >= 0]
    # a grid that is all zeros, or counts in something else, says nothing
    usable = len(known) == len(widths) and sum(known) > SAME_EDGE * 2 * max(1, len(known))
    edges = [0]
    for index in range(n_columns):
        width = widths[index] if usable and index < len(widths) else None
        edges.append(edges[-1] + (width if width is not None else _UNKNOWN))
    return edges


def _columns(rows: Sequence[Sequence[WordCell]], widths: Sequence[int | None]) -> list[int]:
    """For every edge of the grid, the column that begins there; edges at the same place begin the same."""
    n_columns = max((cell.end for row in rows for cell in row), default=0)
    edges = _edges(widths, max(n_columns, len(widths)))
    column = _merged(edges, frozenset())
    # a narrow cell with something in it is no phantom
    real = frozenset(
        cell.end for row in rows for cell in row if column[cell.start] == column[cell.end] and cell.read()
    )
    return _merged(edges, real) if real else column


def _merged(edges: Sequence[int], real: frozenset[int]) -> list[int]:
    column, first = [0], edges[0]
    for index in range(1, len(edges)):
        if index in real or edges[index] - first > SAME_EDGE:
            column.append(column[-1] + 1)
            first = edges[index]
        else:
            column.append(column[-1])
    return column
