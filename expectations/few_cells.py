"""Every way to satisfy the equations of a table by changing one, two or three cells, by algebra.

Belongs here: the exact search. Does not belong here: which of the ways is likely, more than three cells
(many_cells.py).

A smallest set of cells never closes a ring (a ring has a change that no equation sees, so one of its cells is
not needed). So one of its cells always stands alone in some equation that fails, and that equation gives its
change; what remains is the same question with one cell less. The search tries every failing equation and
every cell in it, all of them side by side as rows of one array.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expectations.equations import Ints

Masks = NDArray[np.uint64]

#: Rows of the search at one time; 40 equations of 8 bytes each make it 64 MB.
MAX_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Ways:
    """Sets of changes (cell -> change, in scaled units) and whether they are all there are of that size."""

    found: tuple[dict[int, int], ...]
    complete: bool


class FewCells:
    """The search over one table: equations x cells, least change and step of each cell; `fixed` stay."""

    def __init__(self, matrix: Ints, low: Ints, step: Ints, fixed: frozenset[int] = frozenset()) -> None:
        self.matrix = matrix
        self.low = low
        self.step = step
        movable: NDArray[np.bool_] = np.asarray(matrix.any(axis=0))
        movable[list(fixed)] = False
        equations, cells = np.nonzero(matrix * movable)
        self.cells_of = cells
        self.starts = np.searchsorted(equations, np.arange(len(matrix) + 1))
        self.columns = np.ascontiguousarray(matrix.T)
        masks = _masks(self.columns)
        order = np.argsort(masks, kind="stable")
        self.order = order[movable[order]]
        self.sorted_masks = masks[self.order]
        self.apart = _apart(matrix[:, movable])

    def least(self, residuals: Ints) -> int:
        """No fewer cells than this can do."""
        return int(self._least(residuals.reshape(1, -1))[0])

    def _least(self, rows: Ints) -> Ints:
        """A cell mends at most one of the equations that have no cell in common (the rows' sums, say)."""
        found: Ints = ((rows != 0).astype(np.int64) @ self.apart).max(axis=1, initial=0)
        return found

    def ways(self, residuals: Ints, size: int, deadline: float = float("inf")) -> Ways:
        """All sets of `size` cells that bring `residuals` to 0; `deadline` on time.perf_counter()."""
        rows = residuals.reshape(1, -1)
        chosen = np.zeros((1, 0), dtype=np.int64)
        changes = np.zeros((1, 0), dtype=np.int64)
        for left in range(size - 1, 0, -1):
            if time.perf_counter() > deadline:
                return Ways((), complete=False)
            grown = self._grow(rows, chosen, changes, left)
            if grown is None:
                return Ways((), complete=False)
            rows, chosen, changes = grown
        rows, chosen, changes = self._last(rows, chosen, changes)
        found: dict[tuple[tuple[int, int], ...], dict[int, int]] = {}
        for cells, moved in zip(chosen.tolist(), changes.tolist(), strict=True):
            pairs = tuple(sorted(zip(cells, moved, strict=True)))
            found[pairs] = dict(pairs)
        return Ways(tuple(found.values()), complete=True)

    def _grow(self, rows: Ints, chosen: Ints, changes: Ints, left: int) -> tuple[Ints, Ints, Ints] | None:
        """One more cell in each row, in every way; rows that `left` more cells cannot mend are dropped."""
        at, equation = np.nonzero(rows)
        counts = self.starts[equation + 1] - self.starts[equation]
        if int(counts.sum()) > MAX_ROWS:
            return None
        at = np.repeat(at, counts)
        offsets = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        cell = self.cells_of[np.repeat(self.starts[equation], counts) + offsets]
        equation = np.repeat(equation, counts)
        change, whole = self._change(rows[at, equation], self.matrix[equation, cell], cell)
        whole &= ~(chosen[at] == cell[:, None]).any(axis=1)
        at, cell, change = at[whole], cell[whole], change[whole]
        grown = rows[at] + self.columns[cell] * change[:, None]
        keep = (self._least(grown) <= left) & grown.any(axis=1)
        if left == 1:
            keep &= np.isin(_masks(grown), self.sorted_masks)
        at, cell, change, grown = at[keep], cell[keep], change[keep], grown[keep]
        # the same cells with the same changes are reached in several orders: go on with one of them
        cells = np.column_stack([chosen[at], cell])
        moved = np.column_stack([changes[at], change])
        order = np.argsort(cells, axis=1)
        cells, moved = np.take_along_axis(cells, order, 1), np.take_along_axis(moved, order, 1)
        if cells.shape[1] > 1 and len(cells):
            _, first = np.unique(np.hstack([cells, moved]), axis=0, return_index=True)
            cells, moved, grown = cells[first], moved[first], grown[first]
        return grown, cells, moved

    def _last(self, rows: Ints, chosen: Ints, changes: Ints) -> tuple[Ints, Ints, Ints]:
        """The rows that one more cell brings to 0, with that cell."""
        masks = _masks(rows)
        begin = np.searchsorted(self.sorted_masks, masks, side="left")
        counts = np.searchsorted(self.sorted_masks, masks, side="right") - begin
        counts[masks == 0] = 0
        at = np.repeat(np.arange(len(rows)), counts)
        offsets = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        cell = self.order[np.repeat(begin, counts) + offsets]
        equation = np.argmax(rows[at] != 0, axis=1) if len(at) else at
        change, whole = self._change(rows[at, equation], self.matrix[equation, cell], cell)
        mended = rows[at] + self.columns[cell] * change[:, None]
        whole &= ~mended.any(axis=1) & ~(chosen[at] == cell[:, None]).any(axis=1)
        at, cell, change = at[whole], cell[whole], change[whole]
        return mended[whole], np.column_stack([chosen[at], cell]), np.column_stack([changes[at], change])

    def _change(self, residual: Ints, factor: Ints, cell: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """The change that brings a residual to 0, and whether the cell may make it."""
        change = -residual // factor
        allowed = (
            (change * factor == -residual) & (change >= self.low[cell]) & (change % self.step[cell] == 0)
        )
        return change, allowed


def _apart(matrix: Ints) -> Ints:
    """Equations x groups, 1 where an equation is in a group; no two equations of a group share a cell."""
    groups: list[list[int]] = []
    for number, row in enumerate(matrix != 0):
        for group in groups:
            if not (row & (matrix[group] != 0).any(axis=0)).any():
                group.append(number)
                break
        else:
            groups.append([number])
    found = np.zeros((len(matrix), len(groups)), dtype=np.int64)
    for column, group in enumerate(groups):
        found[group, column] = 1
    return found


def _masks(rows: Ints) -> Masks:
    """The equations that are not 0 in each row, as bits."""
    bits = np.zeros((len(rows), 64), dtype=bool)
    bits[:, : rows.shape[1]] = rows != 0
    return np.packbits(bits, axis=1).view(np.uint64).ravel()
