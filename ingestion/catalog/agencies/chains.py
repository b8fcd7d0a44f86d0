"""Which rows of the panel are one government through time: kept codes, recodings, renamings.

Belongs here: the rules by which the register was seeded. Does not belong here: ids, files (`seed`). Where a
rule leaves a doubt the chain ends: a body that was merged or that cannot be followed is closed, and whoever
came after it is another one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from ingestion.catalog.divisions import STREET, Division, Divisions, successions
from ingestion.catalog.divisions.names import street_stem, upper_stem

Chain = tuple[Division, ...]


def chains(divisions: Divisions) -> list[Chain]:
    """The rows of every place with a government, put together by government, oldest row first.

    A row follows another where the code went on, or was given up for the row's code (`successions`; of
    counties and cities, the same stem in the same city). Not where two rows would follow one, or one two.
    """
    rows = [
        row for row in divisions.rows
        if not row.is_statistical_only and row.code[:2] < "70" and not _is_other_spelling(row, divisions)
    ]  # fmt: skip
    ends: dict[str, list[Division]] = defaultdict(list)
    for row in rows:
        ends[row.code].append(row)
    follows: dict[Division, list[Division]] = defaultdict(list)
    for before, after in _continued(ends) + _succeeded(rows, ends):
        follows[before].append(after)
    preceded: dict[Division, list[Division]] = defaultdict(list)
    for before, later in follows.items():
        for after in later:
            preceded[after].append(before)
    found: list[Chain] = []
    for row in sorted(rows, key=lambda row: (row.code, row.valid_from)):
        if _only(preceded, follows, row) is not None:
            continue
        chain = [row]
        while (later_row := _next(preceded, follows, chain[-1])) is not None:
            chain.append(later_row)
        found.append(tuple(chain))
    return found


def _is_other_spelling(row: Division, divisions: Divisions) -> bool:
    """Whether the code has another name in all years of the row and more.

    Case: 阎各庄镇 in lists of years that say 闫各庄镇 too.
    """
    return any(
        other.valid_from <= row.valid_from and row.valid_to <= other.valid_to
        for other in divisions.by_code[row.code]
        if other is not row and other.level == row.level and not other.is_statistical_only
    )


def _only(
    preceded: dict[Division, list[Division]], follows: dict[Division, list[Division]], row: Division
) -> Division | None:
    """The one row before it, if that has no other follower."""
    before = preceded.get(row, [])
    return before[0] if len(before) == 1 and len(follows[before[0]]) == 1 else None


def _next(
    preceded: dict[Division, list[Division]], follows: dict[Division, list[Division]], row: Division
) -> Division | None:
    after = follows.get(row, [])
    return after[0] if len(after) == 1 and len(preceded[after[0]]) == 1 else None


def _stem(row: Division) -> str:
    return street_stem(row.name) if row.level == STREET else upper_stem(row.name)


def _continued(by_code: dict[str, list[Division]]) -> list[tuple[Division, Division]]:
    """A code that goes on under another name is the same government.

    Unless the new name came from elsewhere (漠河县 took over 232701 from 加格达奇区), or the old one moved on
    to a new code: then the code was given to another place.
    """
    places: dict[str, list[Division]] = defaultdict(list)
    for rows in by_code.values():
        for row in rows:
            places[row.parent].append(row)
    found = []
    for rows in by_code.values():
        ordered = sorted(rows, key=lambda row: row.valid_from)
        for before, after in pairwise(ordered):
            if after.valid_from <= before.valid_to or before.level != after.level:
                continue
            if _stem(before) != _stem(after):
                others = [row for row in places[after.parent] if row.code != after.code]
                came = any(
                    _stem(row) == _stem(after) and row.valid_to == after.valid_from - 1 for row in others
                )
                went = any(
                    row.name == before.name and row.valid_from == before.valid_to + 1 for row in others
                )
                if came or went:
                    continue
            found.append((before, after))
    return found


def _succeeded(
    rows: Iterable[Division], by_code: dict[str, list[Division]]
) -> list[tuple[Division, Division]]:
    found = []
    for old, (new, year) in successions().items():
        before, after = by_code.get(old), by_code.get(new)
        if before and after:
            last = max(before, key=lambda row: row.valid_to)
            first = min(after, key=lambda row: row.valid_from)
            if last.valid_to == year - 1 and first.valid_from == year:
                found.append((last, first))
    upper = [row for row in rows if row.level != STREET]
    newborn: dict[tuple[str, str, int], list[Division]] = defaultdict(list)
    for row in upper:
        if row.valid_from == min(other.valid_from for other in by_code[row.code]):
            newborn[row.parent, _stem(row), row.valid_from].append(row)
            if row.parent[2:] != "0000":  # 济源: from the province to a city or back
                newborn[row.parent[:2], row.name, row.valid_from].append(row)
    for row in upper:
        if row.valid_to == max(other.valid_to for other in by_code[row.code]):
            same = newborn.get((row.parent, _stem(row), row.valid_to + 1)) or newborn.get(
                (row.parent[:2], row.name, row.valid_to + 1), []
            )
            found += [(row, after) for after in same if after.code != row.code]
    return found
