"""What a change of a printed figure costs: the cheaper, the more likely that this cell is the wrong one.

Belongs here: what makes a change likely. Does not belong here: arithmetic between cells, which changes there
are. An ordinary change costs 1, so that of two explanations the one with fewer cells is the cheaper.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

#: Two more or less wrong readings of one digit are likelier than a new number.
NEAR: Final = 0.8
FAR: Final = 1.2
#: A reading that somebody saw in this very cell.
SEEN: Final = 0.4
#: A blank is not 0; where a table prints its zeros, a blank is rather a number that was lost.
BLANK_AMONG_ZEROS: Final = 0.5
BLANK: Final = 0.9
#: What last year's report says (its carried out is this year's carried in).
FULFILS_LAST_YEAR: Final = 0.5
BREAKS_LAST_YEAR: Final = 1.5
#: Nothing known makes a change cheaper than this.
CHEAPEST: Final = 0.1
#: A figure that moved more than so many times since last year is odd, if both are above `SMALL`.
JUMP: Final = 8
SMALL: Final = 20
JUMPED: Final = 0.85

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of cells beside their figures.

    confidence: 0 to 1, of the reading. others: texts that were also read. expected: the figure that last
    year's report implies. last_year: the same cell a year ago. prints_zeros: whether the table prints 0s.
    """

    confidence: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)
    expected: Mapping[str, Decimal] = field(default_factory=dict)
    last_year: Mapping[str, Decimal] = field(default_factory=dict)
    prints_zeros: bool = False

    def cost(self, cell: str, printed: Decimal | None, proposed: Decimal | None) -> float:
        """Of changing `cell` from `printed` (None: blank) to `proposed` (None: not known to which)."""
        cost = self._base(cell, printed is None)
        if proposed is None:
            return cost
        if any(read_number(text) == proposed for text in self.others.get(cell, ())):
            cost *= SEEN
        elif printed is not None:
            cost *= NEAR if one_slip(printed, proposed) else FAR
        expected = self.expected.get(cell)
        if expected is not None:
            if proposed == expected:
                cost *= FULFILS_LAST_YEAR
            elif printed == expected:
                cost *= BREAKS_LAST_YEAR
        before = self.last_year.get(cell)
        if before is not None and printed is not None and _jumped(before, printed):
            cost *= 1 if _jumped(before, proposed) else JUMPED
        return max(cost, CHEAPEST)

    def least(self, cell: str, printed: Decimal | None) -> float:
        """No change of the cell costs less."""
        cost = self._base(cell, printed is None) * (SEEN if self.others.get(cell) else 1)
        if printed is not None and not self.others.get(cell):
            cost *= NEAR
        if cell in self.expected:
            cost *= FULFILS_LAST_YEAR
        before = self.last_year.get(cell)
        if before is not None and printed is not None and _jumped(before, printed):
            cost *= JUMPED
        return max(cost, CHEAPEST)

    def reason(self, cell: str, state: str, printed: Decimal | None, proposed: Decimal | None) -> str:
        """What speaks for the change, in words."""
        said = []
        if printed is None:
            said.append(f"no number is printed ({state})")
        elif proposed is None:
            said.append("the identities leave the number open")
        elif one_slip(printed, proposed):
            said.append("one slip of a digit away")
        if proposed is not None and any(read_number(text) == proposed for text in self.others.get(cell, ())):
            said.append("also read so")
        if (sure := self.confidence.get(cell, 1.0)) < 1:
            said.append(f"read with confidence {sure:.2f}")
        if proposed is not None and self.expected.get(cell) == proposed:
            said.append("as last year's report implies")
        return "; ".join(said) or "the identities of the table meet here"

    def _base(self, cell: str, blank: bool) -> float:
        base = (BLANK_AMONG_ZEROS if self.prints_zeros else BLANK) if blank else 1.0
        return base * (0.4 + 0.6 * min(max(self.confidence.get(cell, 1.0), 0.0), 1.0))


def one_slip(printed: Decimal, meant: Decimal) -> bool:
    """Whether one slip leads from one number to the other: a digit taken for another, two neighbours swapped,
    a digit lost or added, or the sign.
    """
    if printed == -meant:
        return True
    a, b = (f"{abs(value):f}" for value in (printed, meant))
    if (printed < 0) != (meant < 0) and 0 not in (printed, meant):
        return False
    if len(a) == len(b):
        wrong = [at for at in range(len(a)) if a[at] != b[at]]
        if len(wrong) == 1:
            return True
        first, last = wrong[0], wrong[-1]
        return len(wrong) == 2 and last == first + 1 and a[first] == b[last] and a[last] == b[first]
    if len(a) > len(b):
        a, b = b, a
    return len(b) == len(a) + 1 and any(b[:at] + b[at + 1 :] == a for at in range(len(b)))


def read_number(text: str) -> Decimal | None:
    """The number that a text is, in plain digits (thousands may be parted by commas); None for any other."""
    plain = text.strip().replace("，", ",")
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def _jumped(before: Decimal, now: Decimal) -> bool:
    small, great = sorted((abs(before), abs(now)))
    return great > SMALL and great > JUMP * max(small, Decimal(1))
