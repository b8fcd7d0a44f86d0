"""Which rows of the panel are one government through time: kept codes, recodings, renamings.

Belongs here: the rules by which the register was seeded. Does not belong here: ids, files (`seed`), and which
county went on as which where no name tells it (`county_successions.csv`). Where a rule leaves a doubt the
chain ends: a body that was merged or that cannot be followed is closed, and whoever came after it is another
one.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from ingestion.catalog.divisions import STREET, Division, Divisions, successions
from ingestion.catalog.divisions.names import street_stem, upper_stem

#: Counties that went on under a code and a name that say nothing of the old ones, with what that rests on.
COUNTY_SUCCESSIONS = Path(__file__).with_name("county_successions.csv")

Chain = tuple[Division, ...]
_Pair = tuple[Division, Division]
_Key = Callable[[Division, int], Hashable]


class _Links:
    """Which row follows which. A row that is linked is out of every later question."""

    def __init__(self) -> None:
        self.after: dict[Division, Division] = {}
        self.before: dict[Division, Division] = {}

    def add(self, pairs: Iterable[_Pair]) -> None:
        """Link what is free; not where two rows would follow one, or one two."""
        free = [pair for pair in dict.fromkeys(pairs) if self.is_free(*pair)]
        olds, news = Counter(old for old, _ in free), Counter(new for _, new in free)
        for old, new in free:
            if olds[old] == news[new] == 1:
                self.after[old], self.before[new] = new, old

    def is_free(self, old: Division, new: Division) -> bool:
        return old not in self.after and new not in self.before

    def chains(self, rows: Iterable[Division]) -> list[Chain]:
        """`rows` by government, each from its first row on."""
        found = []
        for row in rows:
            if row not in self.before:
                chain = [row]
                while (later := self.after.get(chain[-1])) is not None:
                    chain.append(later)
                found.append(tuple(chain))
        return found


def chains(divisions: Divisions) -> list[Chain]:
    """The rows of every place with a government, put together by government, oldest row first.

    The surest sign is asked first, and the name before the code: where the towns of a county are numbered
    anew, one is given the code of its neighbour. Counties come before towns, since a town is looked for in
    its county, whatever that was called.
    """
    rows = sorted(
        (row for row in divisions.rows
         if not row.is_statistical_only and row.code[:2] < "70" and not _is_other_spelling(row, divisions)),
        key=lambda row: (row.code, row.valid_from),
    )  # fmt: skip
    upper, streets = (
        [row for row in rows if row.level != STREET],
        [row for row in rows if row.level == STREET],
    )
    links = _Links()

    def sibling_of(row: Division, year: int) -> Hashable:
        return row.level, _group(row, divisions), upper_stem(row.name)

    links.add(_kept(upper, _upper_stem))
    links.add(_gone_on(upper, county_successions()))
    links.add(_moved(upper, links, sibling_of))
    # 济源: from the province to a city or back
    links.add(_moved(upper, links, lambda row, year: (row.level, row.code[:2], row.name)))
    links.add(_renamed(upper, links, sibling_of))

    counties: dict[str, list[tuple[Division, Chain]]] = defaultdict(list)
    for chain in links.chains(upper):
        for row in chain:
            counties[row.code].append((row, chain))

    def county(row: Division, year: int) -> Hashable:
        found = (
            chain[0] for place, chain in counties[row.parent] if place.valid_from <= year <= place.valid_to
        )
        return next(found, row.parent)

    names = {row: divisions.own_name(row) for row in streets}
    stems = {row: street_stem(name) for row, name in names.items()}

    def by_stem(row: Division, year: int) -> Hashable:
        return county(row, year), stems[row]

    links.add(_kept(streets, names.__getitem__))
    links.add(_moved(streets, links, lambda row, year: (county(row, year), names[row])))
    links.add(_kept(streets, stems.__getitem__))
    links.add(_gone_on(streets, successions()))
    # 娄村满族乡 became 娄村镇, with the number of a town
    links.add(_moved(streets, links, by_stem))
    links.add(_renamed(streets, links, by_stem))
    return links.chains(rows)


def county_successions() -> dict[str, tuple[str, int]]:
    """Given-up code of a county -> the code under which it went on, and the first year of that."""
    with COUNTY_SUCCESSIONS.open(encoding="utf-8", newline="") as file:
        return {row["old_code"]: (row["new_code"], int(row["year"])) for row in csv.DictReader(file)}


def _is_other_spelling(row: Division, divisions: Divisions) -> bool:
    """Whether the code has another name in all years of the row and more.

    Case: 阎各庄镇 in lists of years that say 闫各庄镇 too.
    """
    return any(
        other.valid_from <= row.valid_from and row.valid_to <= other.valid_to
        for other in divisions.by_code[row.code]
        if other is not row and other.level == row.level and not other.is_statistical_only
    )


def _upper_stem(row: Division) -> str:
    return upper_stem(row.name)


def _group(row: Division, divisions: Divisions) -> str:
    """Where its siblings are: in its parent, or in the place above where that only holds codes together
    (密云县 and 密云区 have different parents in the codes of 北京).
    """
    parent = divisions.at(row.parent, row.valid_to)
    return row.parent[:2] if parent is not None and parent.is_placeholder else row.parent


def _successive(rows: Iterable[Division]) -> Iterator[_Pair]:
    """Rows of one code and level, one after the other."""
    by_code: dict[tuple[str, str], list[Division]] = defaultdict(list)
    for row in rows:
        by_code[row.code, row.level].append(row)
    for same in by_code.values():
        for before, after in pairwise(same):
            if after.valid_from > before.valid_to:
                yield before, after


def _kept(rows: Iterable[Division], name: Callable[[Division], str]) -> Iterator[_Pair]:
    """A code that goes on, and the name with it."""
    return (pair for pair in _successive(rows) if name(pair[0]) == name(pair[1]))


def _moved(rows: list[Division], links: _Links, key: _Key) -> Iterator[_Pair]:
    """A name that goes on under another code: gone from one list, there in the next."""
    begun: dict[tuple[Hashable, int], list[Division]] = defaultdict(list)
    for row in rows:
        if row not in links.before:
            begun[key(row, row.valid_from), row.valid_from].append(row)
    for row in rows:
        if row not in links.after:
            yield from ((row, new) for new in begun.get((key(row, row.valid_to), row.valid_to + 1), ()))


def _gone_on(rows: list[Division], successors: Mapping[str, tuple[str, int]]) -> Iterator[_Pair]:
    """A code that was given up for another."""
    ended = {(row.code, row.valid_to): row for row in rows}
    begun = {(row.code, row.valid_from): row for row in rows}
    for old, (new, year) in successors.items():
        before, after = ended.get((old, year - 1)), begun.get((new, year))
        if before is not None and after is not None:
            yield before, after


def _renamed(rows: list[Division], links: _Links, key: _Key) -> Iterator[_Pair]:
    """A code that goes on under another name is the same government.

    Unless the new name came from elsewhere (漠河县 took over 232701 from 加格达奇区), or the old one moved on
    to a new code: then the code was given to another place. Places that are followed already are elsewhere.
    """
    ended: dict[tuple[Hashable, int], set[str]] = defaultdict(set)
    begun: dict[tuple[Hashable, int], set[str]] = defaultdict(set)
    for row in rows:
        if row not in links.after:
            ended[key(row, row.valid_to), row.valid_to].add(row.code)
        if row not in links.before:
            begun[key(row, row.valid_from), row.valid_from].add(row.code)
    for before, after in _successive(rows):
        first, last = after.valid_from, before.valid_to
        came = ended.get((key(after, first), first - 1), set()) - {after.code}
        went = begun.get((key(before, last), last + 1), set()) - {before.code}
        if not came and not went:
            yield before, after
