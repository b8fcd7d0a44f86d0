"""What a form's own sums say about fields that were placed under columns.

Belongs here: a field as a number, whether a row's sum holds, and what a wrong sum gives away about the
reading: one number in two cells, columns in another order. Sums choose and cast doubt; they never change or
make a number. Does not belong here: making placements (`align`), the checks of a report's arithmetic
(`expectations`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from ingestion.recognise.numbers import Printed, parse_number
from ingestion.recognise.reading import UNREADABLE
from ingestion.recognise.rows import CellSlot, FieldText, RowReading

#: Rows with a sum to look at that a table must have before its sums say anything about its columns.
MIN_LINES = 3

#: A field for each slot of a row; None where nothing is placed.
Candidate = tuple[FieldText | None, ...]


def parsed(slot: CellSlot, item: FieldText | None) -> Printed | None:
    if item is None:
        return None
    if item.struck and not item.blank:
        return Printed(UNREADABLE, note="the number is struck through")
    if not item.legible:
        return Printed(UNREADABLE, note="something is printed here that could not be read")
    return parse_number(item.text, signed=slot.signed)


def amount_of(slot: CellSlot, item: FieldText | None) -> Decimal | None:
    """The number in a slot; 0 for a printed word or sign for nothing, None where no number can be told."""
    printed = parsed(slot, item)
    if printed is None or printed.state == UNREADABLE:
        return None
    return printed.value if printed.value is not None else Decimal(0)


def sums_hold(row: RowReading, candidate: Candidate) -> bool:
    for total_index, part_indexes in row.totals:
        total = amount_of(row.slots[total_index], candidate[total_index])
        amounts = [amount_of(row.slots[index], candidate[index]) for index in part_indexes]
        present = sum((amount for amount in amounts if amount is not None), Decimal(0))
        if total is None:
            continue
        if present > total or (None not in amounts and present != total):
            return False
    return True


def split_over_cells(row: RowReading, placed: Candidate) -> frozenset[str]:
    """Keys of neighbouring cells whose digits, read as one number, would make a sum right that is wrong.

    Case: "8" | "7" where 87 is meant and the cell behind it was empty. Nothing is joined: which of the two is
    printed wrong cannot be told, so both are read in doubt.
    """
    found: set[str] = set()
    for total_index, part_indexes in row.totals:
        total = amount_of(row.slots[total_index], placed[total_index])
        amounts = {index: amount_of(row.slots[index], placed[index]) or Decimal(0) for index in part_indexes}
        short = None if total is None else total - sum(amounts.values(), Decimal(0))
        if not short:
            continue
        for left, right in pairwise(part_indexes):
            one, other = placed[left], placed[right]
            if right != left + 1 or one is None or other is None:
                continue
            digits = [_digits(one), _digits(other)]
            if all(digits) and Decimal("".join(digits)) - amounts[left] - amounts[right] == short:
                found.update((row.slots[left].key, row.slots[right].key))
    return frozenset(found)


def _digits(item: FieldText) -> str:
    text = item.text.strip()
    return text if text.isdecimal() else ""


def tables_against_their_sums(placed: Sequence[tuple[RowReading, Candidate]]) -> set[tuple[str, str]]:
    """(table, block) of tables none of whose rows adds up, though with the columns in another order they do,
    or whose columns no head names.

    Cases: a head that says one order over figures in another; 小计 where 总计 should be, in a table whose
    head was lost. A sum or two that are wrong in print say nothing about the columns.
    """
    tables: dict[tuple[str, str], list[tuple[RowReading, Candidate]]] = defaultdict(list)
    for row, fields in placed:
        if len(row.totals) == 1:
            tables[row.table, row.block].append((row, fields))
    doubted: set[tuple[str, str]] = set()
    for table, rows in tables.items():
        lines = [line for row, fields in rows if (line := _line(row, fields)) is not None]
        if len(lines) < MIN_LINES or any(2 * line[at] == sum(line) for line, at in lines):
            continue
        other_order = set.intersection(
            *({index for index, value in enumerate(line) if 2 * value == sum(line)} for line, _ in lines)
        )
        if other_order or not rows[0][0].headed:
            doubted.add(table)
    return doubted


def _line(row: RowReading, placed: Candidate) -> tuple[list[Decimal], int] | None:
    """A row's total and parts as numbers, and where its total is; None where a sum could say nothing."""
    ((total, parts),) = row.totals
    places = sorted((total, *parts))
    amounts = [amount_of(row.slots[index], placed[index]) for index in places]
    line = [amount for amount in amounts if amount is not None]
    if len(line) < len(places) or sum(1 for amount in line if amount) < 2:
        return None
    return line, places.index(total)
