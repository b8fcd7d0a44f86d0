"""The equalities of one table as a matrix, and the figures of one report in it.

Belongs here: which identities can accuse a cell of a table, exact residuals, and the elimination of cells
that nobody could read. Does not belong here: the search for wrong cells, what makes a change likely.

Everything is whole numbers: figures are multiplied by `scale`, so that an amount of 0.25 is exact too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from expectations.evaluate import BLANK, IdentityResult, Report, cell_spec
from expectations.identities import Identity
from expectations.instances import Instance

Ints = NDArray[np.int64]

#: A set of equations is held as the bits of one number.
MAX_EQUATIONS = 62
#: Figures above this cannot be added up exactly in 64 bits beside 60 others.
MAX_FIGURE = 10**15


class TooLarge(ValueError):
    """A table with more equations, or greater figures, than can be handled exactly."""


def accuses(identity: Identity) -> bool:
    """Whether an identity is an exact equality between figures of one report that must hold."""
    return (
        identity.test == "linear"
        and identity.kind == "accounting"
        and identity.op == "=="
        and identity.severity == "error"
        and identity.tolerance == 0
        and not identity.needs_previous_report
    )


def tables_of(instance: Instance) -> set[str]:
    """Codes of the tables that an instance has cells in."""
    return {cell.partition(".")[0] for cell in instance.cells}


@dataclass(frozen=True, slots=True)
class Balance:
    """The figures of a table and what its equalities say about them: matrix @ (figures + change) = 0.

    matrix: equations x cells. figures: as printed, times `scale`; 0 for what is blank or unread. low: the
    least change of each cell (a count does not fall below 0). step: the change is a multiple of it.
    free: cells without a figure that may be 0, which no equation is evidence about.
    """

    cells: tuple[str, ...]
    results: tuple[IdentityResult, ...]
    matrix: Ints
    figures: Ints
    low: Ints
    step: Ints
    free: frozenset[int]
    scale: int

    @property
    def residuals(self) -> Ints:
        """matrix @ figures: how much the left side of each equation is too great."""
        found: Ints = self.matrix @ self.figures
        return found

    @property
    def index(self) -> dict[str, int]:
        return {cell: number for number, cell in enumerate(self.cells)}

    def value(self, number: int, change: int = 0) -> Decimal:
        """The figure of a cell, changed by `change`, in the unit that it is printed in."""
        whole = int(self.figures[number]) + change
        return Decimal(whole) if self.scale == 1 else Decimal(whole) / self.scale


def balance(results: Iterable[IdentityResult], table: str, report: Report) -> Balance:
    """The equalities of `table` among `results`, with the figures of `report`.

    Raises TooLarge. Blanks are 0 where the evaluation may read them so; the blanks of a side that is blank
    throughout, beside another that is not, are free: a report that leaves its totals out accuses nobody.
    """
    used = [
        result
        for result in results
        if accuses(result.identity)
        and result.instance_of.absent is None
        and tables_of(result.instance_of) == {table}
    ]
    cells = tuple(dict.fromkeys(cell for result in used for cell in result.instance_of.cells))
    if len(used) > MAX_EQUATIONS:
        raise TooLarge(f"{len(used)} equations")
    places = {cell: number for number, cell in enumerate(cells)}
    matrix = np.zeros((len(used), len(cells)), dtype=np.int64)
    for row, result in enumerate(used):
        for terms, side in ((result.instance_of.lhs, 1), (result.instance_of.rhs, -1)):
            for term in terms:
                matrix[row, places[term.cell]] += side * term.coefficient
    known = {cell: report.lenient[cell] for cell in cells if cell in report.lenient}
    scale = 10 ** max((_decimals(value) for value in known.values()), default=0)
    if any(abs(value) * scale > MAX_FIGURE for value in known.values()):
        raise TooLarge("figures of more than 15 digits")
    figures = np.array([int(known.get(cell, Decimal(0)) * scale) for cell in cells], dtype=np.int64)
    specs = [cell_spec(report.form, cell) for cell in cells]
    signed = np.array([spec is not None and spec.signed for spec in specs], dtype=bool)
    money = np.array([spec is not None and spec.money for spec in specs], dtype=bool)
    free = {number for number, cell in enumerate(cells) if cell not in known}
    free |= {places[cell] for result in used for cell in _left_out(result, report)}
    return Balance(
        cells=cells,
        results=tuple(used),
        matrix=matrix,
        figures=figures,
        low=np.where(signed, -MAX_FIGURE, np.minimum(-figures, 0)),
        step=np.where(money, 1, scale).astype(np.int64),
        free=frozenset(free),
        scale=scale,
    )


def _left_out(result: IdentityResult, report: Report) -> Sequence[str]:
    """The cells of a side that is left blank while the other is not."""
    if result.result != "not_evaluable" or any(
        cell not in report.lenient for cell in result.instance_of.cells
    ):
        return ()
    for terms in (result.instance_of.lhs, result.instance_of.rhs):
        cells = [term.cell for term in terms]
        if cells and all(report.state(cell) == BLANK for cell in cells):
            return cells
    return ()


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left of a balance without its free cells: only equations that speak of figures.

    pivots: (free cell, equation) in the order in which they were solved for; the equation gives the cell from
    the others. The equations are over all cells; columns of free cells are 0 in `matrix`.
    """

    matrix: Ints
    residuals: Ints
    pivots: tuple[tuple[int, Ints], ...]
    unsettled: frozenset[int]


def without_free(given: Balance) -> Reduced:
    """Solve one equation for each free cell and put it into the others."""
    if not given.free:
        return Reduced(given.matrix, given.residuals, (), frozenset())
    rows = [row.copy() for row in given.matrix]
    pivots: list[tuple[int, Ints]] = []
    unsettled = set()
    for cell in sorted(given.free):
        holding = [number for number, row in enumerate(rows) if row[cell]]
        if not holding:
            unsettled.add(cell)
            continue
        # the shortest equation keeps the others short
        chosen = min(
            holding, key=lambda number: (abs(rows[number][cell]) != 1, np.count_nonzero(rows[number]))
        )
        pivot = rows.pop(chosen)
        for number, row in enumerate(rows):
            if row[cell]:
                rows[number] = row * pivot[cell] - pivot * row[cell]
        pivots.append((cell, pivot))
    matrix = np.array(rows, dtype=np.int64).reshape(len(rows), len(given.cells))
    figures = given.figures.copy()
    figures[list(given.free)] = 0
    return Reduced(matrix, matrix @ figures, tuple(pivots), frozenset(unsettled))


def settle(given: Balance, reduced: Reduced, changes: Mapping[int, int]) -> dict[int, int | None] | None:
    """The figures (times scale) of the free cells after `changes`: None for one that stays open.

    None altogether where one would have to be below 0 or is no whole number: then `changes` do not do.
    """
    figures = given.figures.copy()
    figures[list(given.free)] = 0
    for number, change in changes.items():
        figures[number] += change
    found: dict[int, int | None] = dict.fromkeys(reduced.unsettled)
    for cell, pivot in reversed(reduced.pivots):
        if any(pivot[other] and found[other] is None for other in found):
            found[cell] = None
            continue
        rest = int(pivot @ figures)
        value, left = divmod(-rest, int(pivot[cell]))
        if left or value % int(given.step[cell]) or (value < 0 and given.low[cell] > -MAX_FIGURE):
            return None
        found[cell] = value
        figures[cell] = value
    return found
