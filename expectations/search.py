"""The search for explanations of one table: single cells, slips of the grid, then more and more cells.

Belongs here: what is tried in which order, and when no other answer can be close to the best. Does not belong
here: the algebra (equations.py, few_cells.py, many_cells.py), hypotheses about whole rows (edits.py), what
makes a change likely (weights.py).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import numpy as np

from expectations.edits import TEN_THOUSAND, Edit, edits
from expectations.equations import MAX_FIGURE, Balance, Ints, Reduced, settle, without_free
from expectations.evaluate import Report
from expectations.few_cells import FewCells
from expectations.many_cells import cheapest_sets
from expectations.merged_rows import part_rows
from expectations.weights import Evidence

#: At most so many explanations are listed.
LISTED: Final = 10
#: An answer is unique if every other one costs at least so much more: half an ordinary cell. Digits alone
#: (near and far) do not make that difference in one cell, and do in two.
MARGIN: Final = 0.5
#: Sets of up to so many cells are found by algebra, larger ones by programming.
BY_ALGEBRA: Final = 5
#: Programming lists so many answers: the second says whether the first is the only one, each takes longer.
BY_PROGRAMMING: Final = 4
#: An explanation of more cells than this explains nothing: the table was misread, or is another one.
MOST_CELLS: Final = 8


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell that an explanation changes. printed: None where no number is printed.

    suggestion: what would satisfy the identities; None where they leave it open, between `lower` and `upper`
    (None: no bound). reason: what is printed there and what speaks for the change.
    """

    cell: str
    printed: Decimal | None
    suggestion: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way to satisfy every identity of a table; an ordinary wrong cell weighs 1, as does one slip of a
    grid.
    """

    kind: str
    cells: tuple[Suspect, ...]
    weight: float


@dataclass(slots=True)
class Search:
    """The explanations of one table so far, by what they change."""

    table: str
    given: Balance
    report: Report
    evidence: Evidence
    deadline: float
    found: dict[tuple[tuple[str, Decimal | None], ...], Explanation] = field(default_factory=dict)
    why_not: str | None = None
    reduced: Reduced = field(init=False)
    costs: np.ndarray[tuple[int], np.dtype[np.float64]] = field(init=False)

    def run(self) -> None:
        """Single cells, slips of the grid, then more and more cells until no other answer can be close."""
        self.reduced = without_free(self.given)
        self.costs = np.array(
            [self.evidence.least(cell, self.report.reported.get(cell)) for cell in self.given.cells]
        )
        if not self.reduced.residuals.any():
            self._add_cells({})  # filling what is blank or unread is all it takes
            return
        few = FewCells(self.reduced.matrix, self.given.low, self.given.step, self.given.free)
        least = few.least(self.reduced.residuals)
        cheapest = np.sort(np.delete(self.costs, list(self.given.free)))
        if least <= 1:
            self._by_algebra(few, 1)
        self._edits()
        size = first = max(2, least)
        for size in range(first, BY_ALGEBRA + 1):
            if self._settled(float(cheapest[:size].sum())):
                return
            if not self._by_algebra(few, size):
                break
        else:
            size = max(BY_ALGEBRA + 1, first)
        if size > len(cheapest):
            return  # every cell is changed already
        if self._settled(float(cheapest[:size].sum())):
            return
        if size > MOST_CELLS:
            self.why_not = f"{size} or more cells would have to change"
            return
        self._by_programming(size)

    def _settled(self, bound: float) -> bool:
        """Whether nothing that costs at least `bound` is close to the best."""
        return bound >= self._close()

    def _by_algebra(self, few: FewCells, size: int) -> bool:
        ways = few.ways(self.reduced.residuals, size, self.deadline)
        for changes in ways.found:
            self._add_cells(changes)
        return ways.complete

    def _by_programming(self, size: int) -> None:
        movable = [number for number in range(len(self.given.cells)) if number not in self.given.free]
        answers = cheapest_sets(
            self.reduced.matrix[:, movable],
            self.reduced.residuals,
            self.given.low[movable],
            self.given.step[movable],
            self.costs[movable],
            size,
            self._close,
            self.deadline,
        )
        for number, (cost, changes) in enumerate(answers):
            if cost == float("inf"):
                return
            if changes:
                self._add_cells({movable[at]: change for at, change in changes.items()})
            if number + 1 == BY_PROGRAMMING:
                self.why_not = f"more than {BY_PROGRAMMING} answers of {size} or more cells"
                return
        self.why_not = "time" if time.perf_counter() > self.deadline else "effort"

    def _close(self) -> float:
        """What an answer may cost at most to be close to the best so far."""
        return min((one.weight for one in self.found.values()), default=float("inf")) + MARGIN

    def _add_cells(self, changes: Mapping[int, int]) -> None:
        filled = settle(self.given, self.reduced, changes)
        if filled is None:
            return
        suspects = [
            self._suspect(number, self.given.value(number, change)) for number, change in changes.items()
        ]
        suspects += self._filled(filled)
        kind = "cells"
        if len(suspects) == 1 and _ten_thousandfold(suspects[0].printed, suspects[0].suggestion):
            kind = "unit_10000"
        self._add(kind, suspects, sum(self._cost(one) for one in suspects))

    def _filled(self, filled: Mapping[int, int | None]) -> Iterator[Suspect]:
        """The blanks that a failing identity needs a number in; what nobody could read is no fault."""
        failing = {
            cell for result in self.given.results if result.failed for cell in result.instance_of.cells
        }
        for number, value in filled.items():
            if self.given.cells[number] in failing and value != 0:
                proposed = None if value is None else Decimal(value) / self.given.scale
                yield self._suspect(number, proposed)

    def _cost(self, suspect: Suspect) -> float:
        return self.evidence.cost(suspect.cell, suspect.printed, suspect.suggestion)

    def _suspect(self, number: int, proposed: Decimal | None) -> Suspect:
        cell = self.given.cells[number]
        printed = self.report.reported.get(cell)
        lower = None if proposed is None and self.given.low[number] < 0 and printed is None else Decimal(0)
        return Suspect(
            cell,
            printed,
            proposed,
            proposed if proposed is not None else lower,
            proposed,
            self.evidence.reason(cell, self.report.state(cell), printed, proposed),
        )

    def _add(self, kind: str, suspects: Iterable[Suspect], weight: float) -> None:
        ordered = tuple(sorted(suspects, key=lambda one: one.cell))
        key = tuple((one.cell, one.suggestion) for one in ordered)
        kept = self.found.get(key)
        if ordered and (kept is None or weight < kept.weight):
            self.found[key] = Explanation(kind, ordered, round(weight, 4))

    # -- slips of the grid --------------------------------------------------------------------------------

    def _edits(self) -> None:
        table = self.report.form.table(self.table)
        index = self.given.index
        rows = tuple(dict.fromkeys(cell.split(".")[1] for cell in self._printed_order()))
        figures = {cell: self.report.reported.get(cell) for cell in self.given.cells}
        if any(f"{table.code}.{row}.{column.code}" not in index for row in rows for column in table.columns):
            return  # a table that is not a full grid of cells (a list of indicators) has no rows to slip
        reach = [sum(1 << int(at) for at in np.flatnonzero(column)) for column in self.given.matrix.T]
        speaking = ~self.given.matrix[:, list(self.given.free)].any(axis=1)
        failing = sum(1 << int(at) for at in np.flatnonzero(self.given.residuals * speaking))
        for edit in edits(table, rows, figures, self._suspect_rows()):
            touched = 0
            for cell, value in edit.values:
                if value != (figures[cell] or 0):
                    touched |= reach[index[cell]]
            for cell in edit.lost:
                touched |= reach[index[cell]]
            if any(abs(value) * self.given.scale > MAX_FIGURE for _, value in edit.values):
                continue  # two numbers of 15 digits side by side are not one
            if failing & ~touched:
                continue  # an equation that fails does not see the edit
            if edit.kind == "rows_merged":
                values = part_rows(self.given, edit.lost)
                if values:
                    self._add_edit(edit, values)
            elif edit.kind == "page_cut":
                self._add_cut(edit)
            else:
                changed = {index[cell]: int(value * self.given.scale) for cell, value in edit.values}
                if (settled := self._complete(changed, [index[cell] for cell in edit.lost])) is not None:
                    self._add_edit(edit, settled)

    def _printed_order(self) -> list[str]:
        order = {row.code: number for number, row in enumerate(self.report.form.table(self.table).rows)}
        return sorted(self.given.cells, key=lambda cell: order[cell.split(".")[1]])

    def _suspect_rows(self) -> frozenset[str]:
        """Rows with a failing equation of their own."""
        residuals = self.given.residuals
        found = set()
        for number in np.flatnonzero(residuals):
            rows = {
                self.given.cells[cell].split(".")[1] for cell in np.flatnonzero(self.given.matrix[number])
            }
            if len(rows) == 1:
                found |= rows
        return frozenset(found)

    def _complete(self, figures: dict[int, int], lost: Sequence[int]) -> dict[int, int] | None:
        """Figures with what the equations say of the `lost` cell; None where an equation is not fulfilled."""
        open_cells = self.given.free - figures.keys() | set(lost)
        changed = self.given.figures.copy()
        changed[list(open_cells)] = 0
        changed[list(figures)] = list(figures.values())
        if any(
            self.given.low[number] == -self.given.figures[number] and value < 0
            for number, value in figures.items()
        ):
            return None
        residuals: Ints = self.given.matrix @ changed
        opened = np.count_nonzero(self.given.matrix[:, list(open_cells)], axis=1)
        settled = dict(figures)
        for number in lost:
            alone = np.flatnonzero((self.given.matrix[:, number] != 0) & (opened == 1))
            if not len(alone):
                return None
            value, left = divmod(-int(residuals[alone[0]]), int(self.given.matrix[alone[0], number]))
            if left or value < 0:
                return None
            settled[number] = value
            residuals = residuals + self.given.matrix[:, number] * value
            opened = opened - (self.given.matrix[:, number] != 0)
        return None if residuals[opened == 0].any() else settled

    def _add_edit(self, edit: Edit, figures: Mapping[int, int]) -> None:
        suspects = [
            self._suspect(number, Decimal(value) / self.given.scale)
            for number, value in figures.items()
            if value != self.given.figures[number]
        ]
        self._add(edit.kind, suspects, edit.weight)

    def _add_cut(self, edit: Edit) -> None:
        """Rows that are cut off may hold anything that the equations allow."""
        lost = {self.given.index[cell] for cell in edit.lost}
        opened = replace(self.given, free=self.given.free | lost)
        reduced = without_free(opened)
        if reduced.residuals.any() or (filled := settle(opened, reduced, {})) is None:
            return
        suspects = []
        for number in sorted(lost):
            value = filled[number]
            if value is None:
                most = _at_most(opened, number)
                upper = None if most is None else Decimal(most) / self.given.scale
                suspects.append(replace(self._suspect(number, None), upper=upper))
            elif value:
                suspects.append(self._suspect(number, Decimal(value) / self.given.scale))
        self._add(edit.kind, suspects, edit.weight)


def _at_most(given: Balance, number: int) -> int | None:
    """The greatest figure (times scale) that an equation of known and other open cells leaves for a cell."""
    figures = given.figures.copy()
    figures[list(given.free)] = 0
    found = []
    for row in given.matrix[given.matrix[:, number] != 0]:
        factors = {int(row[cell]) for cell in given.free if row[cell]}
        if len(factors) == 1:  # none of the other open cells can make room for more
            found.append(-int(row @ figures) // factors.pop())
    return min(found, default=None)


def _ten_thousandfold(printed: Decimal | None, meant: Decimal | None) -> bool:
    return bool(printed and meant) and (
        printed == meant * TEN_THOUSAND or meant == printed * TEN_THOUSAND  # type: ignore[operator]
    )
