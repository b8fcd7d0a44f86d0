"""The register of agencies: offices through time, under ids that never change.

Belongs here: what a line of the register says, reading it, and what must hold of it. Does not belong here:
adding to it (`additions`), seeding it (`seed`), what a printed name means (`ingestion.resolve`).

An agency is an office, a division is a place: codes change (长乐市 became 长乐区), offices stay. An id is
random, assigned once, never derived from anything and never given again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ingestion.catalog.agencies.check_digit import is_uscc
from ingestion.catalog.errors import CatalogError

FOLDER = Path(__file__).resolve().parent

ID = re.compile(r"ag_[0-9a-hjkmnp-tv-z]{8}")
LEVELS = ("national", "province", "city", "county", "town")
GOVERNMENT, STREET_OFFICE, TOWN_GOVERNMENT = "government", "street_office", "town_government"
#: Kinds that stand for their place: one at a time.
TERRITORIAL = (GOVERNMENT, STREET_OFFICE, TOWN_GOVERNMENT)
KINDS = (*TERRITORIAL, "department", "dispatched", "public_institution")
ALIAS_KINDS = ("title", "seal", "short", "site", "ocr", "region")
EVENTS = ("renamed", "merged", "split", "recoded", "upgraded", "founded", "closed")
SCHEMES = ("gbt2260", "nbs9", "nbs12", "uscc")

VERSION_COLUMNS = (
    "agency_id", "name_zh", "level", "kind", "division_code", "territorial_parent_id", "reporting_parent_id",
    "valid_from", "valid_to", "valid_basis",
)  # fmt: skip
ALIAS_COLUMNS = ("agency_id", "alias", "kind", "evidence", "first_year", "last_year")
EVENT_COLUMNS = ("agency_id", "event", "year", "other_agency_id", "basis")
CODE_COLUMNS = ("agency_id", "scheme", "value", "valid_from", "valid_to")

#: The basis of a version that a list of places tells: this and the year of the list.
LIST_BASIS = "nbs_"

FORMER_COLUMNS = ("former_id", "agency_id", "basis")

BODIES, ALIASES, EVENTS_FILE, CODES = "bodies.csv", "aliases.csv", "events.csv", "codes.csv"
#: Ids under which one body stood twice, before its two parts were found to be one.
FORMER = "former_ids.csv"
COLUMNS = {BODIES: VERSION_COLUMNS, ALIASES: ALIAS_COLUMNS, EVENTS_FILE: EVENT_COLUMNS, CODES: CODE_COLUMNS,
           FORMER: FORMER_COLUMNS}  # fmt: skip


class AgencyVersion(NamedTuple):
    """An agency while its name, place and parents were these. valid_from, valid_to: report years, both
    inclusive; None where the list that tells begins or ends. reporting_parent_id: who runs it, where that is
    not its territorial parent (西咸新区 runs streets of 未央区), else "".
    """

    agency_id: str
    name_zh: str
    level: str
    kind: str
    division_code: str
    territorial_parent_id: str
    reporting_parent_id: str
    valid_from: int | None
    valid_to: int | None
    valid_basis: str

    def distance(self, year: int) -> int:
        """Years between `year` and the version's validity; 0 within it."""
        return max((self.valid_from or year) - year, year - (self.valid_to or year), 0)


class Alias(NamedTuple):
    """Another name. evidence: sha256 of a document, or words; kind `region`: how its area is called."""

    agency_id: str
    alias: str
    kind: str
    evidence: str
    first_year: int | None
    last_year: int | None


class Event(NamedTuple):
    """What happened to an agency that its versions do not tell. merged: it ended, and its place, or a part of
    it, is the other agency's; split: it began, and its place, or a part of it, was. year: the first without
    it, or with it.
    """

    agency_id: str
    event: str
    year: int
    other_agency_id: str
    basis: str


class FormerId(NamedTuple):
    """An id that is given up, and the body that it stood for a part of."""

    former_id: str
    agency_id: str
    basis: str


class ExternalCode(NamedTuple):
    """A code by which others know it."""

    agency_id: str
    scheme: str
    value: str
    valid_from: int | None
    valid_to: int | None


@dataclass(frozen=True)
class Register:
    """The shipped register, with what the folder `own` of a data root adds. Files are read when asked for."""

    folder: Path = FOLDER
    own: Path | None = None
    _provinces: dict[str, tuple[AgencyVersion, ...]] = field(default_factory=dict, compare=False, repr=False)
    _places: dict[str, dict[str, list[AgencyVersion]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def provinces(self) -> tuple[str, ...]:
        """The two-digit codes of the files of governments."""
        return tuple(sorted(path.stem for path in self.folder.glob("[0-9][0-9].csv")))

    def of_province(self, code: str) -> tuple[AgencyVersion, ...]:
        """Governments of the province with the two digits `code`, oldest version of each first."""
        if code not in self._provinces:
            path = self.folder / f"{code}.csv"
            self._provinces[code] = tuple(_versions(path)) if path.exists() else ()
        return self._provinces[code]

    @cached_property
    def bodies(self) -> tuple[AgencyVersion, ...]:
        """What people registered: departments, bodies that run a zone, offices that no list has."""
        return tuple(
            one._replace(
                territorial_parent_id=self.current_id(one.territorial_parent_id),
                reporting_parent_id=self.current_id(one.reporting_parent_id),
            )
            for path in self._files(BODIES)
            for one in _versions(path)
        )

    @cached_property
    def former(self) -> Mapping[str, FormerId]:
        """What became of ids that are given up, by id."""
        return {
            row[0]: FormerId(*row) for path in self._files(FORMER) for _, row in _lines(path, FORMER_COLUMNS)
        }

    def current_id(self, agency_id: str) -> str:
        """The id itself, or the one that it was given up for: what people noted or registered before."""
        return self.former[agency_id].agency_id if agency_id in self.former else agency_id

    @cached_property
    def aliases(self) -> tuple[Alias, ...]:
        """Each kind of other name once: what is registered in a data root may be shipped later."""
        found: dict[tuple[str, str, str], Alias] = {}
        for path in self._files(ALIASES):
            for at, row in _lines(path, ALIAS_COLUMNS):
                years = _year(row[4], path, at), _year(row[5], path, at)
                agency_id = self.current_id(row[0])
                one = Alias(agency_id, row[1], _one_of(ALIAS_KINDS, row[2], path, at), row[3], *years)
                found.setdefault((one.agency_id, one.alias, one.kind), one)
        return tuple(found.values())

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return tuple(
            Event(
                self.current_id(row[0]), _one_of(EVENTS, row[1], path, at), _said_year(row[2], path, at),
                self.current_id(row[3]), row[4],
            )
            for path in self._files(EVENTS_FILE)
            for at, row in _lines(path, EVENT_COLUMNS)
        )  # fmt: skip

    @cached_property
    def codes(self) -> tuple[ExternalCode, ...]:
        found = []
        for path in self._files(CODES):
            for at, row in _lines(path, CODE_COLUMNS):
                if _one_of(SCHEMES, row[1], path, at) == "uscc" and not is_uscc(row[2]):
                    raise CatalogError(_named(path), f"line {at}", f"{row[2]} has a wrong check character")
                years = _year(row[3], path, at), _year(row[4], path, at)
                found.append(ExternalCode(self.current_id(row[0]), row[1], row[2], *years))
        return tuple(found)

    def in_place(self, code: str, year: int) -> AgencyVersion | None:
        """The government of the place `code` in `year`: of several, the nearest in time; None if none is
        registered.
        """
        versions = self._by_place(code[:2]).get(code)
        return min(versions, key=lambda version: version.distance(year)) if versions else None

    def at(self, agency_id: str, year: int, province: str | None = None) -> AgencyVersion | None:
        """The agency in `year`, or the version nearest in time. province: two digits, where known."""
        versions = [one for one in self.bodies if one.agency_id == agency_id]
        if not versions and province is not None:
            versions = self._by_id_of(province).get(agency_id, [])
        if not versions and province is None:
            versions = self.by_id.get(agency_id, [])
        return min(versions, key=lambda version: version.distance(year)) if versions else None

    def _by_place(self, province: str) -> dict[str, list[AgencyVersion]]:
        if province not in self._places:
            places: dict[str, list[AgencyVersion]] = {}
            own = (one for one in self.bodies if one.division_code[:2] == province)
            for version in (*self.of_province(province), *own):
                if version.kind in TERRITORIAL:
                    places.setdefault(version.division_code, []).append(version)
            self._places[province] = places
        return self._places[province]

    def _by_id_of(self, province: str) -> dict[str, list[AgencyVersion]]:
        key = f"ids of {province}"
        if key not in self._places:
            found: dict[str, list[AgencyVersion]] = {}
            for version in self.of_province(province):
                found.setdefault(version.agency_id, []).append(version)
            self._places[key] = found
        return self._places[key]

    @cached_property
    def by_id(self) -> Mapping[str, list[AgencyVersion]]:
        """Every version of every agency, oldest first; validated as a whole. Reads all files.

        Raises CatalogError if an id stands for two agencies, or a parent, alias, event or code for none.
        """
        found: dict[str, list[AgencyVersion]] = {}
        for province in self.provinces:
            for version in self.of_province(province):
                found.setdefault(version.agency_id, []).append(version)
        for version in self.bodies:
            found.setdefault(version.agency_id, []).append(version)
        for versions in found.values():
            versions.sort(key=lambda version: version.valid_from or 0)
        _check(found, self)
        return found

    def _files(self, name: str) -> Iterator[Path]:
        for folder in (self.folder, self.own):
            if folder is not None and (folder / name).exists():
                yield folder / name


@lru_cache(maxsize=4)
def load_register(own: Path | None = None) -> Register:
    """The register, with the additions in folder `own`. Nothing is read before it is asked for.

    Raises CatalogError, then, naming file, line and reason. `load_register.cache_clear()` after adding.
    """
    return Register(own=own)


def _check(found: Mapping[str, list[AgencyVersion]], register: Register) -> None:
    places: set[tuple[str, str, int | None]] = set()
    for agency_id, versions in found.items():
        if not ID.fullmatch(agency_id):
            raise CatalogError("register", agency_id, "not an id: ag_ and eight letters or digits")
        for before, after in pairwise(versions):
            if before.valid_to is None or after.valid_from is None or after.valid_from <= before.valid_to:
                raise CatalogError("register", agency_id, "two versions are valid in one year")
        for version in versions:
            for parent in (version.territorial_parent_id, version.reporting_parent_id):
                if parent and (parent not in found or parent == agency_id):
                    raise CatalogError("register", agency_id, f"its parent {parent} is no other agency")
            if version.kind in TERRITORIAL and version.division_code:
                place = (version.division_code, version.kind, version.valid_from)
                if place in places:
                    raise CatalogError(
                        "register", version.division_code, "it has two governments from one year on"
                    )
                places.add(place)
    named: list[tuple[object, ...]] = [*register.aliases, *register.events, *register.codes]
    for line in named:
        if line[0] not in found:
            raise CatalogError("register", str(tuple(line)), "it is about an agency that is not registered")
    for event in register.events:
        if event.other_agency_id and event.other_agency_id not in found:
            raise CatalogError("register", str(tuple(event)), "the other agency is not registered")
    for former_id, one in register.former.items():
        if former_id in found or one.agency_id not in found:
            raise CatalogError(
                "register", former_id, "a former id stands for another agency that is registered"
            )


def _versions(path: Path) -> Iterator[AgencyVersion]:
    for at, row in _lines(path, VERSION_COLUMNS):
        if row[2] not in LEVELS or row[3] not in KINDS or not row[0] or not row[1] or not row[9]:
            raise CatalogError(_named(path), f"line {at}", f"not a version of an agency: {','.join(row)}")
        first, last = _year(row[7], path, at), _year(row[8], path, at)
        if first is not None and last is not None and last < first:
            raise CatalogError(_named(path), f"line {at}", "it ends before it begins")
        yield AgencyVersion(row[0], row[1], row[2], row[3], row[4], row[5], row[6], first, last, row[9])


def _lines(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        if tuple(next(lines, ())) != columns:
            raise CatalogError(_named(path), "line 1", f"the columns are not {','.join(columns)}")
        for at, row in enumerate(lines, start=2):
            if len(row) != len(columns):
                raise CatalogError(_named(path), f"line {at}", f"{len(row)} fields instead of {len(columns)}")
            yield at, row


def _year(text: str, path: Path, at: int) -> int | None:
    if not text:
        return None
    if len(text) != 4 or not text.isdigit():
        raise CatalogError(_named(path), f"line {at}", f"{text!r} is no year")
    return int(text)


def _said_year(text: str, path: Path, at: int) -> int:
    year = _year(text, path, at)
    if year is None:
        raise CatalogError(_named(path), f"line {at}", "it has no year")
    return year


def _one_of(allowed: Iterable[str], word: str, path: Path, at: int) -> str:
    if word not in allowed:
        raise CatalogError(_named(path), f"line {at}", f"{word!r} is none of {', '.join(allowed)}")
    return word


def _named(path: Path) -> str:
    """The file as people find it: one of the shipped register by its end, one of a data root in full."""
    return f"{path.parent.name}/{path.name}" if path.parent == FOLDER else str(path)
