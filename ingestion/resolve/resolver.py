"""The choice: which place and office a name means in a year, accepted only where the county agrees.

Belongs here: candidates, their score, and when none is taken. Does not belong here: look-up (`gazetteer`),
what a filing tells besides a name (`issuers`).

A wrong agency is worse than none: 盐湖区迎宾路街道 is in no list, and four other streets have its name. So a
candidate is taken only if the name, or what is known of its region, says the county it lies in or the body
that runs it, nothing said contradicts it, and no other one is as good.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from ingestion.catalog.agencies import ID, TERRITORIAL, AgencyVersion, Register, load_register
from ingestion.catalog.agencies.offices import government_of
from ingestion.catalog.divisions import CITY, COUNTY, PROVINCE, STREET, Division, list_year
from ingestion.catalog.divisions.names import plain, spellings, upper_stem
from ingestion.resolve.answers import Candidate, Resolution
from ingestion.resolve.gazetteer import Gazetteer, Token, load_gazetteer

WEIGHTS = {"county": 4, "city": 2, "province": 1}
#: What a candidate needs: its county, or the body that runs it.
ENOUGH = WEIGHTS["county"]
REGISTERED = 9  # a name that is registered as such
LISTED = 10  # candidates that are told

#: Words that may stand between the county and the office: a zone, or what is left of an unknown county.
_BETWEEN = re.compile(r"(?:区|市|县|州|盟|旗|新城|管委会|管理委员会|街道|镇|乡|,|、)$")


class _Said(NamedTuple):
    """What is said of the region: names of places, and ids of bodies that run a zone."""

    tokens: tuple[Token, ...]
    zones: frozenset[str]


class _Judged(NamedTuple):
    row: Division
    score: int
    contradicted: str | None
    by_zone: bool
    length: int


@dataclass(frozen=True)
class Resolver:
    """Names to agencies. One resolver serves any number of names; about a tenth of a millisecond each."""

    register: Register = field(default_factory=load_register)
    gazetteer: Gazetteer = field(default_factory=load_gazetteer)

    def resolve(
        self, name: str, year: int | None = None, region: str | None = None, context: str | None = None
    ) -> Resolution:
        """Which agency `name` means.

        year: the report year; its list is asked first (those of 2016 to 2023 are there), then all others;
        without one the last list. region: what is known of where it is, in words (福建 福州). context: text
        around it, which only counts where it names the county of one candidate in full.
        """
        text = plain(name)
        if not text:
            return Resolution(name, year, None, None, None, 0, "no_name", "there is no name")
        found = self._registered(name, text, year)
        if found is not None:
            return found
        government = government_of(name)
        if government is not None:
            return self._of_office(name, government, year, region)
        said = self._said(plain(region)) if region else _Said((), frozenset())
        asked = list_year(year)
        current = self._candidates(text, asked, said, in_list=True)
        best, rivals = _accepted(current)
        if best is None and not rivals:
            best, rivals = _accepted(self._candidates(text, asked, said, in_list=False))
            rest = current
        else:
            rest = [one for one in current if one is not best]
        if best is not None:
            return self._taken(name, year, asked, best, rest)
        if not rivals and context and (one := self._by_context(current, asked, plain(context))) is not None:
            rest = [other for other in current if other is not one]
            told = self._taken(name, year, asked, one._replace(score=one.score + ENOUGH), rest)
            why = f"its county is the only one named in the text: {told.name_zh}"
            return replace(told, how="context", why=why)
        return self._refused(name, text, year, asked, said, rivals, current)

    # --------------------------------------------------------------------------------------- registered names

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        """Ids by plain name, of what people registered: bodies, and aliases of any agency."""
        found: dict[str, set[str]] = {}
        for body in self.register.bodies:
            found.setdefault(plain(body.name_zh), set()).add(body.agency_id)
        for alias in self.register.aliases:
            if alias.kind != "region":
                found.setdefault(plain(alias.alias), set()).add(alias.agency_id)
        return found

    @cached_property
    def zones(self) -> dict[str, str]:
        """Ids of bodies that run a zone, by how the zone is called."""
        return {plain(one.alias): one.agency_id for one in self.register.aliases if one.kind == "region"}

    def _registered(self, name: str, text: str, year: int | None) -> Resolution | None:
        ids = {self.register.current_id(text)} if ID.fullmatch(text) else self._names.get(text)
        if not ids:
            return None
        asked = year or list_year(None)
        found = [
            self._of_version(version, REGISTERED, asked)
            for agency_id in sorted(ids)
            if (version := self.register.at(agency_id, asked)) is not None
        ]
        if not found:
            return None
        if len(found) == 1:
            why = f"registered under exactly this name: {found[0].name_zh}"
            return _resolution(name, year, found[0], "registered_name", why, found)
        why = "several agencies are registered under this name"
        return Resolution(name, year, None, None, None, 0, "tie", why, tuple(found))

    # ------------------------------------------------------------------------------------------------- places

    def _said(self, text: str) -> _Said:
        zones = frozenset(agency_id for called, agency_id in self.zones.items() if called in text)
        return _Said(self.gazetteer.tokens(text), zones)

    def _candidates(self, text: str, asked: int, said: _Said, *, in_list: bool) -> list[_Judged]:
        """What the name may mean, best first: in the list of the year, or in all others."""
        found: dict[str, _Judged] = {}
        for spelling in dict.fromkeys((text, *spellings(text))):
            for start in range(len(spelling) - 1):
                rows = self.gazetteer.streets.get(spelling[start:])
                if rows is None:
                    continue
                prefix = spelling[:start]
                here = self._said(prefix)
                if _is_cut(prefix, here, self.zones):
                    continue
                told = _Said((*here.tokens, *said.tokens), here.zones | said.zones)
                for row in rows:
                    if (row.valid_from <= asked <= row.valid_to) is in_list:
                        judged = self._judged(row, asked, told, len(spelling) - start)
                        if row.code not in found or _rank(judged) < _rank(found[row.code]):
                            found[row.code] = judged
        for judged in self._upper(text, asked, said, in_list):
            found[judged.row.code] = judged
        ordered = sorted(found.values(), key=_rank)
        if in_list:
            return ordered
        # of the years in which it had the name, the nearest
        return sorted(ordered, key=lambda one: (_rank(one)[:2], _years_off(one.row, asked)))

    def _judged(self, row: Division, asked: int, told: _Said, length: int) -> _Judged:
        above = self.gazetteer.above(row, min(max(asked, row.valid_from), row.valid_to))
        credited: set[str] = set()
        contradicted = None
        for token in told.tokens:
            level = next((place.level for place in above if place.name == token.text), None)
            if level is None:
                level = next(
                    (
                        place.level for place in above
                        if place.stem == (token.text if not token.levels else upper_stem(token.text))
                        and (not token.levels or place.rank in token.levels)
                    ), None,
                )  # fmt: skip
            if level is None:
                contradicted = contradicted or token.text
            else:
                credited.add(level)
        by_zone = False
        if told.zones and row.level == STREET:
            version = self.register.in_place(row.code, asked)
            by_zone = version is not None and version.reporting_parent_id in told.zones
        if by_zone:
            credited.add("county")
        return _Judged(row, sum(WEIGHTS[level] for level in credited), contradicted, by_zone, length)

    def _upper(self, text: str, asked: int, said: _Said, in_list: bool) -> list[_Judged]:
        """The name as that of a county or above: nothing but names of places, the last one the body's own."""
        tokens = self.gazetteer.tokens(text)
        if not tokens or sum(token.end - token.start for token in tokens) != len(text):
            return []
        found = []
        for row in self.gazetteer.uppers.get(tokens[-1].text, ()):
            if (row.valid_from <= asked <= row.valid_to) is in_list:
                one = self._judged(row, asked, _Said((*tokens[:-1], *said.tokens), said.zones), len(text))
                own = WEIGHTS["county"] if one.score < ENOUGH else 0
                said_itself = one.contradicted is not None and one.contradicted in (
                    row.name,
                    upper_stem(row.name),
                )
                found.append(
                    one._replace(
                        score=one.score + own, contradicted=None if said_itself else one.contradicted
                    )
                )
        return found

    def _by_context(self, candidates: Sequence[_Judged], asked: int, context: str) -> _Judged | None:
        found = [
            one for one in candidates
            if one.contradicted is None and one.row.level == STREET
            and any(
                place.level == "county" and len(place.name) > 2 and place.name in context
                for place in self.gazetteer.above(one.row, asked)
            )
        ]  # fmt: skip
        return found[0] if len(found) == 1 else None

    # ---------------------------------------------------------------------------------------------- answers

    def _taken(
        self, name: str, year: int | None, asked: int, best: _Judged, rest: Sequence[_Judged]
    ) -> Resolution:
        chosen = self._candidate(best, asked)
        others = [self._candidate(one, asked) for one in rest[:LISTED]]
        in_list = best.row.valid_from <= asked <= best.row.valid_to
        told = "the body that runs it agrees" if best.by_zone else "its county agrees"
        if best.row.level != STREET:
            told = "the name says it"
        how = "reporting_parent" if best.by_zone else "county" if best.row.level == STREET else "own_name"
        if not in_list:
            how = f"{how}_other_year"
            lists = f"{best.row.valid_from} to {best.row.valid_to}"
            told += f", by the lists of {lists}; that of {asked} has no such name"
        why = f"{told}: {chosen.name_zh}"
        if chosen.agency_id is None:
            why += "; the place has no registered office"
        return _resolution(name, year, chosen, how, why, (chosen, *others))

    def _refused(
        self, name: str, text: str, year: int | None, asked: int, said: _Said,
        rivals: Sequence[_Judged], current: Sequence[_Judged],
    ) -> Resolution:  # fmt: skip
        shown = tuple(self._candidate(one, asked) for one in [*rivals, *current][:LISTED])
        if rivals:
            how, why = "tie", f"{len(rivals)} places fit equally well"
        elif current and all(one.contradicted for one in current):
            how = "contradicted"
            why = f"what is said of its region fits none of {_places(len(current))} of that name"
        elif current:
            how = "no_county"
            why = f"{_places(len(current))} of that name, and nothing says the county of one of them"
        else:
            place = self._place_of(text, asked, said)
            if place is not None:
                why = f"no such body is registered; by its name it is one of {place.name_zh}"
                return Resolution(name, year, None, None, None, 0, "not_registered", why, (), place)
            how, why = "no_such_name", "no list of places and no registered name has it"
        return Resolution(name, year, None, None, None, 0, how, why, tuple(dict.fromkeys(shown)))

    def _of_office(self, name: str, government: str, year: int | None, region: str | None) -> Resolution:
        """A government's office waits, with the government as candidate: it reports for both."""
        told = self.resolve(government, year, region)
        if not told.candidates:
            return replace(told, name=name)
        place = told.candidates[0] if told.is_resolved else None
        why = f"the office of {told.name_zh or government} reports on itself and for the government"
        candidates = told.candidates if place is None else (place,)
        return Resolution(name, year, None, None, None, 0, "government_office", why, candidates, place)

    def _place_of(self, text: str, asked: int, said: _Said) -> Candidate | None:
        """The place whose department a name may be: 洛阳市 for 洛阳市财政局."""
        for end in range(len(text) - 1, 1, -1):
            candidates = self._candidates(text[:end], asked, said, in_list=True)
            best, _ = _accepted(candidates)
            if best is not None:
                return self._candidate(best, asked)
        return None

    def _candidate(self, one: _Judged, asked: int) -> Candidate:
        row = one.row
        version = (
            None if row.is_statistical_only else self.register.in_place(row.code, min(asked, row.valid_to))
        )
        if version is not None and not row.valid_from <= asked <= row.valid_to:
            version = self.register.at(version.agency_id, asked, row.code[:2]) or version
        if version is None:
            above = self.gazetteer.above(row, min(max(asked, row.valid_from), row.valid_to))
            named = "".join(place.name for place in above[-2:]) + row.name
            return Candidate(None, row.code, named, one.score, one.contradicted)
        return self._of_version(version, one.score, asked, one.contradicted)

    def _of_version(
        self, version: AgencyVersion, score: int, asked: int, contradicted: str | None = None
    ) -> Candidate:
        named = self.full_name(version, asked)
        return Candidate(version.agency_id, version.division_code or None, named, score, contradicted)

    def full_name(self, version: AgencyVersion, year: int) -> str:
        """The name of an office with the city and the county it lies in; of others as it is registered."""
        place = version.division_code if version.kind in TERRITORIAL else ""
        row = self.gazetteer.divisions.at(place, list_year(year))
        if row is None or row.level in (PROVINCE, CITY):
            return version.name_zh
        above = self.gazetteer.above(row, min(max(list_year(year), row.valid_from), row.valid_to))
        kept = above if len(above) == 1 or above[1].rank == COUNTY else above[1:]
        return "".join(one.name for one in kept) + version.name_zh


def _accepted(candidates: Sequence[_Judged]) -> tuple[_Judged | None, list[_Judged]]:
    """The one that is taken; None and those that are equally good, or nothing at all."""
    good = [one for one in candidates if one.score >= ENOUGH and one.contradicted is None]
    if not good:
        return None, []
    best = good[0]
    equal = [one for one in good if (one.score, one.length) == (best.score, best.length)]
    return (best, []) if len(equal) == 1 else (None, equal)


def _rank(one: _Judged) -> tuple[bool, int, int, str]:
    """Order of candidates: not contradicted, score, length of the name that it explains."""
    return (one.contradicted is not None, -one.score, -one.length, one.row.code)


def _years_off(row: Division, year: int) -> int:
    return max(row.valid_from - year, year - row.valid_to, 0)


def _is_cut(prefix: str, said: _Said, zones: Iterable[str]) -> bool:
    """Whether the hit begins inside of another name: 水部街道 is no match for 鼓楼区新水部街道."""
    last = max((token.end for token in said.tokens), default=0)
    rest = prefix[last:]
    if not rest:
        return False
    return _BETWEEN.search(rest) is None and not any(rest.endswith(zone) for zone in zones)


def _places(number: int) -> str:
    return "one place" if number == 1 else f"{number} places"


def _resolution(
    name: str, year: int | None, chosen: Candidate, how: str, why: str, candidates: Sequence[Candidate]
) -> Resolution:
    return Resolution(
        name, year, chosen.agency_id, chosen.division_code, chosen.name_zh, chosen.score, how, why,
        tuple(dict.fromkeys(candidates)),
    )  # fmt: skip
