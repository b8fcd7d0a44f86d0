"""The cheapest sets of cells whose change satisfies the equations of a table, by mixed-integer programming.

Belongs here: the programme and how its answers are checked. Does not belong here: small sets, which
few_cells.py finds exactly and sooner.

Least sum of costs with matrix @ change = -residuals; a cell that changes costs once, whatever its change. The
changes are continuous and bounded as tightly as the residuals allow (with whole numbers and one great bound
the same question takes ten times as long, and its answers carry noise); whole numbers are then solved for
exactly.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from expectations.equations import Ints

#: A cell whose indicator is above this is part of an answer.
CHOSEN = 1e-4
#: Branches of one search over all its answers. Effort is bounded by a count before it is by time, so that a
#: busy machine finds the same.
BRANCHES = 60


def cheapest_sets(
    matrix: Ints,
    residuals: Ints,
    low: Ints,
    step: Ints,
    costs: np.ndarray[tuple[int], np.dtype[np.float64]],
    at_least: int,
    at_most: Callable[[], float],
    deadline: float,
) -> Iterator[tuple[float, dict[int, int] | None]]:
    """(cost, changes) of one set after the other, cheapest first, until no other or `deadline` passes.

    Sets of fewer than `at_least` cells are left out, and those that cost more than `at_most()`, which is
    asked before each. Changes are None for an answer that no whole numbers fulfil; its cost bounds the next
    one all the same. The iterator ends with (inf, None) if there are no more sets, and without it if time or
    `BRANCHES` ran out.
    """
    equations, cells = matrix.shape
    most = float(np.abs(residuals).sum())
    lower = np.maximum(low.astype(float), -most)
    columns = csr_array(matrix.astype(float))
    nothing = csr_array((equations, cells))
    unit = csr_array(np.eye(cells))
    rows = [
        hstack([columns, nothing]),
        hstack([unit, csr_array(np.diag(-lower))]),  # change >= low, where it changes
        hstack([unit, -most * unit]),  # change <= most, where it changes
        csr_array(np.hstack([np.zeros((1, cells)), np.ones((1, cells))])),
        csr_array(np.hstack([np.zeros((1, cells)), costs.reshape(1, -1)])),
    ]
    floor = [-residuals.astype(float), np.zeros(cells), np.full(cells, -np.inf), np.array([float(at_least)])]
    floor.append(np.array([-np.inf]))
    roof = [-residuals.astype(float), np.full(cells, np.inf), np.zeros(cells), np.array([np.inf])]
    roof.append(np.array([np.inf]))
    dearest = len(roof) - 1
    objective = np.concatenate([np.zeros(cells), costs])
    bounds = Bounds(
        np.concatenate([lower, np.zeros(cells)]), np.concatenate([np.full(cells, most), np.ones(cells)])
    )
    integrality = np.concatenate([np.zeros(cells), np.ones(cells)])
    branches = BRANCHES
    while branches > 0 and (left := deadline - time.perf_counter()) > 0:
        roof[dearest][0] = at_most()
        limits = LinearConstraint(vstack(rows, format="csr"), np.concatenate(floor), np.concatenate(roof))
        with _solver_on_stderr():
            answer = milp(
                objective,
                constraints=limits,
                bounds=bounds,
                integrality=integrality,
                options={"time_limit": left, "node_limit": branches},
            )
        if answer.status == 2:
            yield float("inf"), None
            return
        if answer.x is None:
            return
        chosen = np.flatnonzero(answer.x[cells:] > CHOSEN)
        yield float(answer.fun), exact_changes(matrix, residuals, low, step, chosen, answer.x[:cells])
        if answer.status != 0:
            return  # an answer, but nobody knows whether it is the cheapest
        branches -= answer.mip_node_count or 0
        without = np.zeros((1, 2 * cells))
        without[0, cells + chosen] = 1
        rows.append(csr_array(without))
        floor.append(np.array([-np.inf]))
        roof.append(np.array([len(chosen) - 1.0]))


@contextlib.contextmanager
def _solver_on_stderr() -> Iterator[None]:
    """HiGHS writes a line of its own to standard output now and then, past Python and whatever its options
    say; in the middle of the JSON of `gongkai extract --json` that line is a broken document.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def exact_changes(
    matrix: Ints, residuals: Ints, low: Ints, step: Ints, chosen: Ints, near: np.ndarray
) -> dict[int, int] | None:
    """The changes near `near` of the `chosen` cells as whole numbers that fulfil every equation, or None."""
    steps = step[chosen]
    changes = (np.rint(near[chosen] / steps) * steps).astype(np.int64)
    if (matrix[:, chosen] @ changes + residuals).any() or (changes < low[chosen]).any():
        return None
    return {int(cell): int(change) for cell, change in zip(chosen, changes, strict=True) if change}
