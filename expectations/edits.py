"""Whole-structure hypotheses: what one slip in the grid of a table does to many cells at once.

Belongs here: the hypotheses, each as the figures that the table would have had. Does not belong here: whether
they satisfy the equations, which of them is likely.

A row that slid by one column is three to seven wrong cells, and the smallest set of cells that mends the sums
is then rarely the true one (half of the time at best). Each hypothesis counts as one edit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from ingestion.catalog import Table

Kind = Literal[
    "row_shifted_left",
    "row_shifted_right",
    "number_split",
    "rows_swapped",
    "rows_merged",
    "total_column_missing",
    "page_cut",
    "unit_10000",
]

#: One slip of the grid, and one whose trace (a blank, a repeated number) is not in the place to expect.
ONE_SLIP: Final = 1.0
ODD_SLIP: Final = 1.3
#: What needs no slip to look so: rows without a number in a table that prints no zeros, a row of printed 0s.
NO_TRACE: Final = 1.8
TEN_THOUSAND: Final = 10_000

Figures = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Edit:
    """A hypothesis. values: what the cells would have said. lost: cells whose figures are nowhere in the
    table and follow from the equations, if at all.
    """

    kind: Kind
    weight: float
    values: tuple[tuple[str, Decimal], ...]
    lost: tuple[str, ...] = ()


def edits(
    table: Table, rows: tuple[str, ...], figures: Figures, suspect_rows: frozenset[str]
) -> Iterator[Edit]:
    """Every hypothesis about a table that prints `rows` (codes, from top to bottom).

    figures: cell key -> figure, None for blank or unread. suspect_rows: rows whose own sums fail; slips
    within one row are only tried there, or everywhere if there are none.
    """
    lines = _lines(table, rows)
    wanted = [
        line for line in lines if not suspect_rows or any(cell.split(".")[1] in suspect_rows for cell in line)
    ]
    if len(suspect_rows) <= 1 or len(lines) == 1:
        for line in wanted:
            yield from _shifts(line, figures)
            yield from _splits(line, figures)
    if table.layout == "rows" and len(lines[0]) > 1:
        for above, below in itertools.pairwise(lines):
            yield from _swapped(above, below, figures)
            yield from _merged(above, below, figures)
        yield from _page_cut(lines, figures)
    yield from _total_column(table, rows, figures)
    yield from _units(lines, figures)


def _lines(table: Table, rows: tuple[str, ...]) -> list[list[str]]:
    """The cells of each printed line: a row of figures, or the blocks of one line side by side."""
    lines = [[f"{table.code}.{row}.{column.code}" for column in table.columns] for row in rows]
    return lines if table.layout == "rows" else [[cell for line in lines for cell in line]]


def _empty(value: Decimal | None) -> bool:
    return not value


def _edit(
    kind: Kind, weight: float, line: list[str], meant: list[Decimal | None], figures: Figures, lost: str
) -> Iterator[Edit]:
    values = tuple(
        (cell, value or Decimal(0)) for cell, value in zip(line, meant, strict=True) if cell != lost
    )
    if any((figures.get(cell) or 0) != value for cell, value in values):
        yield Edit(kind, weight, values, (lost,))


def _shifts(line: list[str], figures: Figures) -> Iterator[Edit]:
    """From some column on, every figure stands one cell too far; one has dropped out at the end."""
    printed = [figures.get(cell) for cell in line]
    last = len(line) - 1
    for at in range(last):
        # an empty cell came in, or a merged one was written twice
        trace = _empty(printed[at]) or printed[at] in (printed[at + 1], printed[at - 1] if at else None)
        meant = [*printed[:at], *printed[at + 1 :], None]
        yield from _edit(
            "row_shifted_right", ONE_SLIP if trace else ODD_SLIP, line, meant, figures, line[last]
        )
        trace = _empty(printed[last]) or printed[last] == printed[last - 1]
        meant = [*printed[:at], None, *printed[at:last]]
        yield from _edit("row_shifted_left", ONE_SLIP if trace else ODD_SLIP, line, meant, figures, line[at])


def _splits(line: list[str], figures: Figures) -> Iterator[Edit]:
    """The digits of one number stand in two cells; the cells after it were pushed on, or not."""
    printed = [figures.get(cell) for cell in line]
    last = len(line) - 1
    for at in range(last):
        head, tail = printed[at], printed[at + 1]
        if not head or tail is None or not (_is_count(head) and _is_count(tail)):
            continue
        for zeros in ("", "0"):
            whole = Decimal(f"{int(head)}{zeros}{int(tail)}")
            pushed = [*printed[:at], whole, *printed[at + 2 :], None]
            yield from _edit("number_split", ONE_SLIP, line, pushed, figures, line[last])
            values = ((line[at], whole), (line[at + 1], Decimal(0)))
            yield Edit("number_split", ONE_SLIP, values)


def _is_count(value: Decimal) -> bool:
    return value >= 0 and value == value.to_integral_value()


def _swapped(above: list[str], below: list[str], figures: Figures) -> Iterator[Edit]:
    upper = [figures.get(cell) for cell in above]
    lower = [figures.get(cell) for cell in below]
    if upper != lower and not any(value is None for value in (*upper, *lower)):
        values = zip((*above, *below), (*lower, *upper), strict=True)
        yield Edit("rows_swapped", ONE_SLIP, tuple((cell, value or Decimal(0)) for cell, value in values))


def _merged(above: list[str], below: list[str], figures: Figures) -> Iterator[Edit]:
    """The figures of two rows were written into the upper or the lower one, digits after digits.

    Which digits belong to which row the equations must say: both rows are lost. That is tried by the caller
    with `unmerged`.
    """
    for full, empty in ((above, below), (below, above)):
        if any(figures.get(cell) for cell in full) and all(_empty(figures.get(cell)) for cell in empty):
            printed = any(figures.get(cell) is not None for cell in empty)
            yield Edit("rows_merged", NO_TRACE if printed else ONE_SLIP, (), (*above, *below))


def unmerged(printed: Decimal, total: Decimal) -> list[tuple[Decimal, Decimal]]:
    """The ways to part the digits of `printed` in two numbers with the sum `total`."""
    if not _is_count(printed):
        return []
    digits = str(int(printed))
    # a 0 before other digits is not seen any more: 0 and 5 are written as 5
    parts = [(Decimal(digits[:at] or 0), Decimal(digits[at:])) for at in range(len(digits))]
    return [pair for pair in parts if sum(pair) == total]


def _page_cut(lines: list[list[str]], figures: Figures) -> Iterator[Edit]:
    """Rows that print nothing at all, next to each other, between or after rows that do."""
    nothing = [all(figures.get(cell) is None for cell in line) for line in lines]
    if all(nothing):
        return
    prints_zeros = any(figures.get(cell) == 0 for line in lines for cell in line)
    weight = ONE_SLIP if prints_zeros else NO_TRACE
    start = None
    for number, empty in enumerate([*nothing, False]):
        if empty and start is None:
            start = number
        if not empty and start is not None:
            yield Edit("page_cut", weight, (), tuple(cell for line in lines[start:number] for cell in line))
            start = None


def _total_column(table: Table, rows: tuple[str, ...], figures: Figures) -> Iterator[Edit]:
    for column in table.columns:
        if not column.total_of or len(rows) < 2:
            continue
        totals = [f"{table.code}.{row}.{column.code}" for row in rows]
        if all(_empty(figures.get(cell)) for cell in totals):
            sums = [
                sum(
                    (figures.get(f"{table.code}.{row}.{part}") or Decimal(0) for part in column.total_of),
                    Decimal(0),
                )
                for row in rows
            ]
            values = tuple((cell, value) for cell, value in zip(totals, sums, strict=True) if value)
            if values:
                yield Edit("total_column_missing", ONE_SLIP, values)


def _units(lines: list[list[str]], figures: Figures) -> Iterator[Edit]:
    """元 for 万元 or the other way about, in one row or one column (one cell is a set of one cell)."""
    columns = [list(column) for column in zip(*lines, strict=True)] if len(lines) > 1 else []
    for cells in (*lines, *columns):
        printed = [(cell, value) for cell in cells if (value := figures.get(cell))]
        if not printed:
            continue
        yield Edit("unit_10000", ODD_SLIP, tuple((cell, value * TEN_THOUSAND) for cell, value in printed))
        if all(value % TEN_THOUSAND == 0 for _, value in printed):
            yield Edit("unit_10000", ONE_SLIP, tuple((cell, value / TEN_THOUSAND) for cell, value in printed))
