"""The places of the panel, found by their names: streets and towns by the end of a name, what lies above them
anywhere in it.

Belongs here: look-up. Does not belong here: the choice between places of one name (`resolver`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ingestion.catalog.divisions import CITY, COUNTY, PROVINCE, STREET, Division, Divisions, load_divisions
from ingestion.catalog.divisions.names import name_keys, upper_stem

#: Longest name of a province, city or county looked for in running text.
_LONGEST = 15


@dataclass(frozen=True, slots=True)
class Above:
    """A place above a candidate: its level (`county` also for a city without counties), name and stem."""

    level: str
    name: str
    stem: str
    rank: str


@dataclass(frozen=True, slots=True)
class Token:
    """A name of a province, city or county in a text. levels: of the places that are called exactly so, in
    any year; empty where it is only the stem of one (长乐).
    """

    text: str
    start: int
    end: int
    levels: frozenset[str]


@dataclass(frozen=True)
class Gazetteer:
    """Look-up over the panel; built once a process."""

    divisions: Divisions

    @cached_property
    def streets(self) -> Mapping[str, tuple[Division, ...]]:
        """The places below a county by each form of their name, of all years."""
        found: dict[str, list[Division]] = {}
        for row in self.divisions.rows:
            if row.level == STREET:
                for key in name_keys(row.name):
                    found.setdefault(key, []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def uppers(self) -> Mapping[str, tuple[Division, ...]]:
        """Provinces, cities and counties by their exact name, of all years."""
        found: dict[str, list[Division]] = {}
        for row in self.divisions.upper:
            if not row.is_placeholder and not (row.level == COUNTY and row.code[4:] == "00"):
                found.setdefault(row.name, []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    @cached_property
    def _words(self) -> Mapping[str, frozenset[str]]:
        words = {name: frozenset(row.level for row in rows) for name, rows in self.uppers.items()}
        for name in self.uppers:
            words.setdefault(upper_stem(name), frozenset())
        return words

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Names of provinces, cities and counties in `text`, each the longest that begins there."""
        words, found, at = self._words, [], 0
        while at < len(text):
            for length in range(min(_LONGEST, len(text) - at), 1, -1):
                levels = words.get(text[at : at + length])
                if levels is not None:
                    found.append(Token(text[at : at + length], at, at + length, levels))
                    at += length
                    break
            else:
                at += 1
        return tuple(found)

    @cached_property
    def _above(self) -> dict[tuple[str, int], tuple[Above, ...]]:
        return {}

    def above(self, row: Division, year: int) -> tuple[Above, ...]:
        """The places above `row` in the list of `year`, the highest first, placeholders left out."""
        key = (row.parent, year)
        known = self._above.get(key)
        if known is None:
            known = self._above[key] = self._lineage(row, year)
        return known

    def _lineage(self, row: Division, year: int) -> tuple[Above, ...]:
        ranks = {PROVINCE: PROVINCE, CITY: CITY, COUNTY: COUNTY}
        places = [place for place in self.divisions.above(row, year) if not place.is_placeholder]
        if row.level == STREET and places and places[0].level == CITY:
            ranks[CITY] = COUNTY  # 东莞市 has towns and no county
        lineage = [Above(ranks[p.level], p.name, upper_stem(p.name), p.level) for p in places]
        return tuple(reversed(lineage))


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    return Gazetteer(load_divisions())
