"""Two rows whose figures were written into one: which digits belong to which row.

Belongs here: parting the digits by what the equations say of both rows. Does not belong here: which rows may
have been merged (edits.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from expectations.edits import unmerged
from expectations.equations import Balance

#: More combinations than this say nothing: some of them fits by chance.
MAX_WAYS: Final = 256


def part_rows(given: Balance, cells: Sequence[str]) -> dict[int, int] | None:
    """The figures (times scale) of two rows, upper before lower, in place of the digits that stand in one.

    None unless exactly one way to part the digits fulfils every equation of the table.
    """
    index = given.index
    half = len(cells) // 2
    pairs = [(index[cells[at]], index[cells[at + half]]) for at in range(half)]
    residuals = given.residuals
    ways = []
    for upper, lower in pairs:
        together = np.flatnonzero(
            (given.matrix[:, upper] != 0) & (given.matrix[:, upper] == given.matrix[:, lower])
        )
        if given.scale != 1 or not len(together) or given.free & {upper, lower}:
            return None
        printed = int(given.figures[upper] + given.figures[lower])
        total = printed - int(residuals[together[0]]) // int(given.matrix[together[0], upper])
        ways.append(unmerged(Decimal(printed), Decimal(total)))
    found = []
    if 0 < np.prod([len(way) for way in ways]) <= MAX_WAYS:
        for parted in itertools.product(*ways):
            figures = given.figures.copy()
            for (upper, lower), (first, second) in zip(pairs, parted, strict=True):
                figures[upper], figures[lower] = int(first), int(second)
            if not (given.matrix @ figures).any():
                found.append({number: int(figures[number]) for pair in pairs for number in pair})
    return found[0] if len(found) == 1 else None
