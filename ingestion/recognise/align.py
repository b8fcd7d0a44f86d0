"""Which printed number belongs under which column: only what can be proved.

Belongs here: placing the fields of one row on the row's cells when there are as many, fewer, more, or
when digits are glued together. Every placement that the print allows is a candidate; what the row's own
total, the column's total and its sister rows rule out is dropped; a cell on which all that is left agrees
is reported, everything else is unreadable with the row's text kept. Does not belong here: finding rows
and labels. The sums used are the form's own structure (`total_of` in the catalog), and they only choose
between placements: where one placement is printed plainly, no sum is asked.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from ingestion.recognise.certainty import doubts_of, place_of, sure_of
from ingestion.recognise.geometry import (
    doubting_merged_blanks,
    doubting_the_head,
    keeping_columns,
    without_dead_columns,
)
from ingestion.recognise.reading import UNREADABLE, CellReading
from ingestion.recognise.rows import CellSlot, FieldText, RowReading
from ingestion.recognise.splits import only_split, splits_with_sums
from ingestion.recognise.sums import (
    Candidate,
    amount_of,
    parsed,
    split_over_cells,
    sums_hold,
    tables_against_their_sums,
)

#: All placements left say the same, but the print itself does not show which is true.
CONFIDENCE_AGREED = 0.95
#: Sums decided between placements, or digits had to be split.
CONFIDENCE_BY_SUM = 0.85
#: Sister rows with the same damage decided.
CONFIDENCE_BY_SISTERS = 0.8
TOLD_BY_SISTERS = "other rows of the table told their places"
#: Rows of equal damage that must agree before they may speak for each other.
MIN_SISTERS = 3
#: The digits of two neighbouring cells would make the row's sum right if they were one number.
CONFIDENCE_SPLIT = 0.6
#: Share of a table's rows that must print one number for each column, so that wider ones are the exception.
USUAL_SHARE = 0.9
#: Above this number of placements a row is not worth the search: it is unreadable.
MAX_CANDIDATES = 20_000


@dataclass(slots=True)
class _Open:
    """A row with the placements still possible, and what was needed to get there."""

    row: RowReading
    candidates: list[Candidate]
    confidence: float
    #: why that is less than 1, for people
    doubt: str | None = None

    def lower(self, confidence: float, why: str) -> None:
        if confidence < self.confidence:
            self.confidence, self.doubt = confidence, why


def place_rows(rows: Sequence[RowReading]) -> dict[str, list[CellReading]]:
    """Cell readings by key; a key read in several rows (a table printed twice) has several readings."""
    rows = without_dead_columns(doubting_the_head(keeping_columns(rows)))
    starts = _learn_starts(rows)
    rows = doubting_merged_blanks(rows)
    wide = _too_wide(rows)
    opened = [_open(row, starts, in_doubt=(row.table, row.block) in wide) for row in rows]
    undecided = [item for item in opened if len(item.candidates) > 1]
    if undecided:
        known = _known_values(opened)
        for item in undecided:
            _filter(item, known)
        _let_sisters_speak(undecided)
    _doubt_columns(opened)
    readings: dict[str, list[CellReading]] = defaultdict(list)
    for item in opened:
        for reading in _emit(item):
            readings[reading.key].append(reading)
    return readings


# ---------------------------------------------------------------------------------------------------------
# candidates


def _too_wide(rows: Sequence[RowReading]) -> set[tuple[str, str]]:
    """Tables that print more numbers in some row than the form has: an added column (小计) may be any.

    Not where the head is the form's own and nearly every row prints a number for each of its columns, one
    beside the other: then it is those few rows that have one too many. (The case: a street's table of 25
    rows with 0 in all seven columns, and an eighth 0 in its two last rows.)
    """
    numbers: dict[tuple[str, str], Counter[bool | None]] = defaultdict(Counter)
    for row in rows:
        if row.placed is not None or len(row.slots) < 2:
            continue
        inner, sure = _strip_blanks(row.fields), row.headed and row.label_confidence == 1.0
        if len(inner) > len(row.slots):
            numbers[row.table, row.block][True] += 1
        elif sure and len(inner) == len(row.slots) and not any(item.blank for item in inner):
            numbers[row.table, row.block][False] += 1
        else:
            numbers[row.table, row.block][None] += 1
    return {
        table
        for table, seen in numbers.items()
        if seen[True] and (seen[False] < MIN_SISTERS or seen[False] < USUAL_SHARE * seen.total())
    }


def _open(row: RowReading, starts: dict[tuple[str, int], int], *, in_doubt: bool = False) -> _Open:
    if row.placed is not None and (None not in row.placed or not row.totals):
        # A column without a field: the row is short, and it may have lost its field further left, which only
        # its sum can tell.
        if None not in row.placed:
            return _Open(row, [tuple(row.placed)], 1.0)
        why = "the row prints nothing below some column, and may have lost it further left"
        return _Open(row, [tuple(row.placed)], CONFIDENCE_BY_SISTERS, why)
    if row.glued:
        why = "the row's digits are printed without gaps, and were split"
        return _Open(row, _glued_candidates(row), CONFIDENCE_BY_SUM, why)
    width = len(row.slots)
    inner = _strip_blanks(row.fields)
    if not inner:
        if row.blanks_visible and row.fields and (row.exact or len(row.fields) >= width):
            first = row.fields[0]
            return _Open(
                row, [tuple(row.fields[i] if i < len(row.fields) else first for i in range(width))], 1.0
            )
        return _Open(row, [], 1.0)
    if row.blanks_visible and row.exact and len(row.fields) == width:
        return _Open(row, [tuple(row.fields)], 1.0)
    if len(inner) == width:
        # Where other rows are too wide, a blank end may be one of the cells.
        doubtful = in_doubt and width > 1 and len(row.fields) > width
        if not doubtful:
            return _Open(row, [tuple(inner)], 1.0)
        why = "other rows of the table print more numbers than the form has columns"
        return _Open(row, [tuple(inner)], CONFIDENCE_BY_SUM, why)
    unequal = _unequal(row)
    if len(inner) > width:
        return _Open(row, _limited(combinations(inner, width)), CONFIDENCE_AGREED, unequal)
    candidates: list[Candidate] = []
    if row.blanks_visible:
        candidates = list(_windows(row, width))
        start = starts.get((row.block, row.depth)) if row.depth is not None else None
        if start is not None and start + width <= len(row.fields):
            window = tuple(row.fields[start : start + width])
            if window in candidates:
                return _Open(row, [window], CONFIDENCE_BY_SISTERS, f"{unequal}; {TOLD_BY_SISTERS}")
    candidates += _injections(inner, width)
    return _Open(row, candidates, CONFIDENCE_AGREED, unequal)


def _unequal(row: RowReading) -> str:
    count = sum(1 for item in row.fields if not item.blank)
    return f"the row prints {count} fields for {len(row.slots)} cells"


def _learn_starts(rows: Sequence[RowReading]) -> dict[tuple[str, int], int]:
    """How far behind its label a row of a text table starts, from the rows that leave no doubt."""
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for row in rows:
        if row.depth is None or row.exact or not row.blanks_visible:
            continue
        filled = [index for index, item in enumerate(row.fields) if not item.blank]
        if filled and filled[-1] - filled[0] + 1 == len(row.slots):
            seen[(row.block, row.depth)].add(filled[0])
    return {key: next(iter(starts)) for key, starts in seen.items() if len(starts) == 1}


def _windows(row: RowReading, width: int) -> Iterator[Candidate]:
    filled = [index for index, item in enumerate(row.fields) if not item.blank]
    for start in range(max(0, filled[-1] - width + 1), min(filled[0], len(row.fields) - width) + 1):
        yield tuple(row.fields[start : start + width])


def _injections(inner: Sequence[FieldText], width: int) -> list[Candidate]:
    placements: list[Candidate] = []
    for positions in combinations(range(width), len(inner)):
        placement: list[FieldText | None] = [None] * width
        for position, item in zip(positions, inner, strict=True):
            placement[position] = item
        placements.append(tuple(placement))
        if len(placements) > MAX_CANDIDATES:
            return []
    return placements


def _limited(candidates: Iterator[tuple[FieldText, ...]]) -> list[Candidate]:
    taken: list[Candidate] = []
    for candidate in candidates:
        taken.append(candidate)
        if len(taken) > MAX_CANDIDATES:
            return []
    return taken


def _strip_blanks(fields: Sequence[FieldText]) -> list[FieldText]:
    filled = [index for index, item in enumerate(fields) if not item.blank]
    return list(fields[filled[0] : filled[-1] + 1]) if filled else []


_GLUED = re.compile(r"\d+(?:\.\d+)?元?")


def _glued_candidates(row: RowReading) -> list[Candidate]:
    """Splits of one run of digits into exactly as many numbers as cells.

    A split counts only where the print proves it: one cell; zeros that stand each for itself and leave no
    second split ("002" is 0|0|2, but "300" may be 3|0|0 or 30|0|blank); or a total equal to its parts.
    """
    text = "".join(item.text for item in row.fields)
    width = len(row.slots)
    locator = row.fields[0].locator if row.fields else None
    if width == 1:
        return [(FieldText(text, locator),)] if _GLUED.fullmatch(text) else []
    if not text.isascii() or not text.isdigit():
        return []
    only = only_split(text, width)
    if only is not None:
        splits = [only]
    elif row.totals:
        splits = splits_with_sums(text, width, row.totals)
    else:
        splits = []
    return [tuple(FieldText(part, locator) for part in split) for split in splits]


# ---------------------------------------------------------------------------------------------------------
# ruling placements out


def _known_values(opened: Sequence[_Open]) -> dict[str, Decimal]:
    """Values of the cells that are placed without doubt: they bound the rest."""
    known: dict[str, Decimal] = {}
    for item in opened:
        if len(item.candidates) != 1:
            continue
        for slot, placed in zip(item.row.slots, item.candidates[0], strict=True):
            printed = parsed(slot, placed)
            if slot.key and printed is not None and printed.value is not None:
                known[slot.key] = printed.value
    return known


def _filter(item: _Open, known: dict[str, Decimal]) -> None:
    row = item.row
    before = len(item.candidates)
    bounded = [candidate for candidate in item.candidates if _within_bounds(row, candidate, known)]
    summed = [candidate for candidate in bounded if sums_hold(row, candidate)]
    # A report may break its own sums: then no sum may choose, and the row stays open.
    item.candidates = summed or item.candidates
    if len(item.candidates) < before:
        item.lower(CONFIDENCE_BY_SUM, f"{_unequal(row)}; the row's sum chose their places")


def _within_bounds(row: RowReading, candidate: Candidate, known: dict[str, Decimal]) -> bool:
    for slot, placed, bound in zip(row.slots, candidate, row.bounds or [None] * len(row.slots), strict=True):
        limit = known.get(bound) if bound else None
        amount = amount_of(slot, placed)
        if limit is not None and amount is not None and amount > limit:
            return False
    return True


def _let_sisters_speak(opened: Sequence[_Open]) -> None:
    """Rows of one table with the same number of fields too few lost the same column.

    Only placements that all sisters allow stay. Case: a request table whose page breaks took one of seven
    columns from nineteen rows; one row with a number in it shows that the lost column is an inner one.
    """
    groups: dict[tuple[str, int, int], list[_Open]] = defaultdict(list)
    for item in opened:
        if len(item.candidates) > 1 and not item.row.glued:
            filled = len(_strip_blanks(item.row.fields))
            if filled < len(item.row.slots):
                groups[(item.row.table, len(item.row.slots), filled)].append(item)
    for group in groups.values():
        if len(group) < MIN_SISTERS:
            continue
        shared = set.intersection(*({_pattern(c) for c in item.candidates} for item in group))
        if not shared:
            continue
        for item in group:
            left = [candidate for candidate in item.candidates if _pattern(candidate) in shared]
            if len(left) < len(item.candidates):
                item.candidates = left
                item.lower(CONFIDENCE_BY_SISTERS, f"{_unequal(item.row)}; {TOLD_BY_SISTERS}")


def _pattern(candidate: Candidate) -> tuple[bool, ...]:
    return tuple(placed is not None and not placed.blank for placed in candidate)


def _doubt_columns(opened: Sequence[_Open]) -> None:
    """Tables whose sums speak against their columns are read in doubt."""
    placed = [(item.row, item.candidates[0]) for item in opened if len(item.candidates) == 1]
    doubted = tables_against_their_sums(placed)
    for item in opened:
        if (item.row.table, item.row.block) in doubted:
            sure = CONFIDENCE_BY_SISTERS
            item.row = item.row.doubted(sure, "the sums of the table's rows speak against its columns")


# ---------------------------------------------------------------------------------------------------------
# what is left


def _emit(item: _Open) -> Iterator[CellReading]:
    row = item.row
    apart = split_over_cells(row, item.candidates[0]) if len(item.candidates) == 1 else frozenset()
    if len(item.candidates) == 1 and item.confidence == 1.0 and None not in item.candidates[0]:
        for reading in _emit_as_printed(row, item.candidates[0]):
            yield _doubting_split(reading) if reading.key in apart else reading
        return
    for index, slot in enumerate(row.slots):
        if not slot.key:
            continue
        placed = [candidate[index] for candidate in item.candidates]
        if not _agree(slot, placed):
            yield CellReading(
                key=slot.key,
                value=None,
                raw=row.raw or None,
                state=UNREADABLE,
                locator=place_of([row.locator, *(one.locator for one in row.fields)]),
                note=_unequal(row),
            )
            continue
        first = placed[0]
        assert first is not None
        printed = parsed(slot, first)
        assert printed is not None
        same_place = all(one is first for one in placed)
        doubts = doubts_of(row, slot, first, printed)
        if len(placed) > 1 or item.confidence < CONFIDENCE_AGREED:
            doubts.append((item.confidence, item.doubt))
        confidence, note = sure_of(printed, doubts)
        reading = CellReading(
            key=slot.key,
            value=printed.value,
            raw=first.text.strip(),
            state=printed.state,
            confidence=confidence,
            unit=printed.unit,
            locator=first.locator if same_place else place_of([one.locator for one in placed if one]),
            parts=printed.parts,
            note=note,
            others=first.others if same_place else (),
        )
        yield _doubting_split(reading) if slot.key in apart else reading


def _emit_as_printed(row: RowReading, fields: Candidate) -> Iterator[CellReading]:
    """The common case: one placement, which the print itself shows."""
    for slot, item in zip(row.slots, fields, strict=True):
        assert item is not None
        if not slot.key:
            continue
        printed = parsed(slot, item)
        assert printed is not None
        confidence, note = sure_of(printed, doubts_of(row, slot, item, printed))
        yield CellReading(
            slot.key,
            printed.value,
            item.text.strip(),
            printed.state,
            confidence,
            printed.unit,
            item.locator,
            printed.parts,
            note,
            item.others,
        )


def _doubting_split(reading: CellReading) -> CellReading:
    if reading.confidence is None:
        return reading
    note = "with the neighbouring cell's digits it would be one number that makes the row's sum right"
    return replace(reading, confidence=min(reading.confidence, CONFIDENCE_SPLIT), note=note)


def _agree(slot: CellSlot, placed: Sequence[FieldText | None]) -> bool:
    """Every placement puts a field here, and all of them say the same."""
    if len(placed) == 1:
        return placed[0] is not None
    outcomes = set()
    for item in placed:
        printed = parsed(slot, item)
        if printed is None:
            return False
        outcomes.add((printed.state, printed.value, printed.unit))
    return len(outcomes) == 1
