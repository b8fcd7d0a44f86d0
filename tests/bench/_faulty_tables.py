"""Tables 3 and 4 of the form of 2021, consistent by construction, and faults put into them.

Belongs here: what reports of streets, counties and cities look like in numbers, and what goes wrong when a
table is typed, converted or read. Does not belong here: looking for the faults, counting.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ingestion.catalog import load_catalog

FORM = "form_2021"
#: Requests in a year, least and most.
SIZES = {"street": (2, 40), "county": (150, 900), "city": (3_000, 30_000)}

_TABLE = load_catalog().forms[FORM].table("t3")
PARTS = tuple(column.code for column in _TABLE.columns if not column.total_of)
COLUMNS = tuple(column.code for column in _TABLE.columns)
ROWS = tuple(row.code for row in _TABLE.value_rows)
LEAVES = tuple(row.code for row in _TABLE.outcome_leaves)
REVIEWS = tuple(row.code for row in load_catalog().forms[FORM].table("t4").value_rows)
RESULTS = tuple(column.code for column in load_catalog().forms[FORM].table("t4").columns)

Figures = dict[str, int]


@dataclass(frozen=True)
class Printed:
    """A table as it is printed (None: blank) and what it should have said."""

    meant: Mapping[str, int]
    cells: Mapping[str, int | None]

    @property
    def wrong(self) -> dict[str, Decimal]:
        """The cells that a reader of the sums would have to change; a blank stands for 0, and a total column
        that is blank throughout for itself.
        """
        if all(self.cells[cell] is None for cell in self.cells if cell.endswith(".total")):
            return {}
        return {
            cell: Decimal(value) for cell, value in self.meant.items() if (self.cells[cell] or 0) != value
        }


def requests(size: str, rng: random.Random) -> Figures:
    """Table 3: most applicants are people, a third of the outcomes are few and the rest rare."""
    shares = [70, 14, 1, 2, 4, 9]
    outcomes = [40, 8, *([1] * (len(LEAVES) - 2))]
    for at in rng.sample(range(2, len(LEAVES)), 4):
        outcomes[at] = rng.choice((5, 12, 25))
    found = {f"t3.{row}.{part}": 0 for row in ROWS for part in PARTS}
    for applicant in rng.choices(PARTS, shares, k=rng.randint(*SIZES[size])):
        found[f"t3.{'carried_in' if rng.random() < 0.08 else 'new_received'}.{applicant}"] += 1
        if rng.random() < 0.1:
            found[f"t3.carried_out.{applicant}"] += 1
            continue
        found[f"t3.total_handled.{applicant}"] += 1
        found[f"t3.{rng.choices(LEAVES, outcomes)[0]}.{applicant}"] += 1
    for row in ROWS:
        found[f"t3.{row}.total"] = sum(found[f"t3.{row}.{part}"] for part in PARTS)
    return found


def reviews(size: str, rng: random.Random) -> Figures:
    """Table 4: three blocks of four results and their total; about one case for thirty requests."""
    most = max(3, rng.randint(*SIZES[size]) // 30)
    found = {}
    for row in REVIEWS:
        for result in RESULTS[:-1]:
            found[f"t4.{row}.{result}"] = rng.randint(0, most) if rng.random() < 0.6 else 0
        found[f"t4.{row}.{RESULTS[-1]}"] = sum(found[f"t4.{row}.{result}"] for result in RESULTS[:-1])
    return found


# -- faults: each gives the table as printed, or None where this one cannot have the fault -------------------------

Fault = Callable[[Figures, random.Random], "dict[str, int | None] | None"]


def slip(number: int, rng: random.Random) -> int:
    """Another number: mostly one digit taken for another, else two swapped, one lost or one added."""
    while True:
        digits = list(str(number))
        at = rng.randrange(len(digits))
        how = rng.random()
        if how < 0.7:
            digits[at] = rng.choice("0123456789")
        elif how < 0.8 and len(digits) > 1:
            at = rng.randrange(len(digits) - 1)
            digits[at], digits[at + 1] = digits[at + 1], digits[at]
        elif how < 0.9 and len(digits) > 1:
            del digits[at]
        else:
            digits.insert(at, rng.choice("0123456789"))
        if (found := int("".join(digits))) != number:
            return found


def wrong_digits(count: int) -> Fault:
    """`count` cells with a slip; half of them among the cells that are not 0."""

    def fault(meant: Figures, rng: random.Random) -> dict[str, int | None]:
        printed: dict[str, int | None] = dict(meant)
        filled = [cell for cell, value in meant.items() if value] or list(meant)
        chosen: set[str] = set()
        while len(chosen) < count:
            chosen.add(rng.choice(filled if rng.random() < 0.5 else list(meant)))
        for cell in sorted(chosen):
            printed[cell] = slip(meant[cell], rng)
        return printed

    return fault


def _row(row: str) -> list[str]:
    return [f"t3.{row}.{column}" for column in COLUMNS]


def _filled_row(meant: Figures, rng: random.Random) -> list[str]:
    return _row(rng.choice([row for row in ROWS if meant[f"t3.{row}.total"]]))


def shifted_row(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """A row slid by one column, mostly as a whole; 0 or nothing in the place that it left."""
    line = _filled_row(meant, rng)
    values: list[int | None] = [meant[cell] for cell in line]
    at = 0 if rng.random() < 0.6 else rng.randrange(len(line) - 1)
    came_in = rng.choice((0, None))
    if rng.random() < 0.5:
        values = [*values[:at], came_in, *values[at:-1]]
    else:
        values = [*values[:at], *values[at + 1 :], came_in]
    return _changed(meant, line, values)


def split_number(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """The digits of a number in two cells; the row is pushed on, or the second cell was 0."""
    numbers = [cell for cell, value in meant.items() if value >= 10 and not cell.endswith(".total")]
    if not numbers:
        return None
    cell = rng.choice(numbers)
    line = _row(cell.split(".")[1])
    at = line.index(cell)
    digits = str(meant[cell])
    cut = rng.randrange(1, len(digits))
    values: list[int | None] = [meant[one] for one in line]
    parts = [int(digits[:cut]), int(digits[cut:])]
    if values[at + 1] == 0 and rng.random() < 0.5:
        values[at : at + 2] = parts
    else:
        values = [*values[:at], *parts, *values[at + 1 : -1]]
    return _changed(meant, line, values)


def swapped_rows(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """Two rows below one another in each other's place."""
    at = rng.randrange(len(ROWS) - 1)
    above, below = _row(ROWS[at]), _row(ROWS[at + 1])
    return _changed(meant, [*above, *below], [meant[cell] for cell in (*below, *above)])


def merged_rows(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """The figures of two outcomes in one row, digits after digits, and none in the other."""
    at = rng.randrange(len(LEAVES) - 1)
    above, below = _row(LEAVES[at]), _row(LEAVES[at + 1])
    together: list[int | None] = [int(f"{meant[a]}{meant[b]}") for a, b in zip(above, below, strict=True)]
    return _changed(meant, [*above, *below], [*together, *([None] * len(below))])


def total_column_as_zero(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """The total column was lost and its cells read as 0."""
    totals = [f"t3.{row}.total" for row in ROWS]
    return _changed(meant, totals, [0] * len(totals))


def total_column_blank(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """The total column was left blank: nothing printed is wrong."""
    return {cell: None if cell.endswith(".total") else value for cell, value in meant.items()}


def blank_for_zero(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """Every 0 left blank: nothing printed is wrong."""
    return {cell: value or None for cell, value in meant.items()}


def blank_for_zero_and_digit(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """Every 0 left blank, and one slip in a number."""
    printed: dict[str, int | None] = {cell: value or None for cell, value in meant.items()}
    cell = rng.choice([cell for cell, value in meant.items() if value])
    printed[cell] = slip(meant[cell], rng)
    return printed


def lost_number(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """A blank in the place of a number, in a table that prints its zeros. Not of a total: bodies leave totals
    out, so a blank one accuses nobody.
    """
    filled = [cell for cell, value in meant.items() if value and not _is_total(cell)]
    return dict(meant) | {rng.choice(filled): None} if filled else None


def _is_total(cell: str) -> bool:
    _, row, column = cell.split(".")
    return bool(_TABLE.row(row).total_of or _TABLE.column(column).total_of)


def unit_of_row(meant: Figures, rng: random.Random) -> dict[str, int | None] | None:
    """A row ten thousand times too great, as 元 for 万元 makes it."""
    line = _filled_row(meant, rng)
    return _changed(meant, line, [meant[cell] * 10_000 for cell in line])


def _changed(meant: Figures, cells: list[str], values: list[int | None]) -> dict[str, int | None] | None:
    printed = dict(meant) | dict(zip(cells, values, strict=True))
    return None if all((printed[cell] or 0) == value for cell, value in meant.items()) else printed


FAULTS: dict[str, Fault] = {
    **{f"{count} wrong {'cell' if count == 1 else 'cells'}": wrong_digits(count) for count in range(1, 6)},
    "number split": split_number,
    "row shifted": shifted_row,
    "rows merged": merged_rows,
    "adjacent rows swapped": swapped_rows,
    "total column read as 0": total_column_as_zero,
    "total column blank": total_column_blank,
    "blank for 0": blank_for_zero,
    "blank for 0, 1 wrong cell": blank_for_zero_and_digit,
    "number lost": lost_number,
    "row in 元 for 万元": unit_of_row,
}
