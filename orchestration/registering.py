"""Registering an agency that the register has not: checked first, then written, whole or not at all.

Belongs here: what a new agency must say, ids for it, and the files of a data root's own register. Does not
belong here: the shipped register's seed, which comes from the lists (`ingestion.catalog.agencies.seed`), what
the queue tells of an agency (`orchestration.queue_entries`).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from ingestion.catalog import CatalogError
from ingestion.catalog.agencies.additions import append_all, new_id
from ingestion.catalog.agencies.register import (
    ALIAS_KINDS,
    ALIASES,
    BODIES,
    KINDS,
    LEVELS,
    AgencyVersion,
    Alias,
    Register,
)
from ingestion.catalog.divisions.names import plain
from ingestion.paths import DataRoot
from ingestion.resolve import Resolver
from orchestration import lock

#: Columns of a reviewed file; name_zh, kind, level and basis must say something.
FILE_COLUMNS = (
    "name_zh", "kind", "level", "division_code", "territorial_parent_id", "reporting_parent_id", "valid_from",
    "valid_to", "basis", "aliases", "agency_id",
)  # fmt: skip
ALIAS_MARK = "|"
#: Refused lines that are told at once.
LISTED = 20
#: A name is looked up in the first list, the last, and that of the year it began in.
_FIRST_LIST = 2016


class Refused(Exception):
    """What is to be registered cannot be; the message says which lines and why. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency, or with `agency_id` more names of one that is registered. aliases: NAME or NAME:KIND.
    line: of the reviewed file, 0 where there is none.
    """

    name_zh: str
    kind: str
    level: str
    basis: str
    division_code: str = ""
    territorial_parent_id: str = ""
    reporting_parent_id: str = ""
    valid_from: str = ""
    valid_to: str = ""
    aliases: tuple[str, ...] = ()
    agency_id: str = ""
    line: int = 0

    @property
    def said_names(self) -> tuple[str, ...]:
        """The names that become aliases, as they are written."""
        return self.aliases or ((self.name_zh,) if self.agency_id and self.name_zh else ())

    def __str__(self) -> str:
        name = self.name_zh or self.agency_id or "no name"
        return f"line {self.line} ({name})" if self.line else name


def read_entries(path: Path) -> list[Entry]:
    """The lines of a reviewed CSV file with the columns of `FILE_COLUMNS`, those that say nothing left out.

    Raises Refused.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            columns = tuple(next(lines, ()))
            unknown = [name for name in columns if name not in FILE_COLUMNS]
            if unknown or "name_zh" not in columns or len(set(columns)) < len(columns):
                raise Refused(
                    f"{path}: the first line names columns, each once, of {', '.join(FILE_COLUMNS)}"
                    + (f"; not {', '.join(map(repr, unknown))}" if unknown else "")
                )
            numbered = [(lines.line_num, line) for line in lines if any(part.strip() for part in line)]
    except (OSError, UnicodeDecodeError, csv.Error) as broken:
        raise Refused(f"{path} cannot be read: {broken}") from broken
    _refuse(
        f"line {at} ({line[0]}): {len(line)} fields instead of {len(columns)}"
        for at, line in numbered
        if len(line) != len(columns)
    )
    if not numbered:
        raise Refused(f"{path}: no line says anything")
    return [_entry(dict(zip(columns, line, strict=True)), at) for at, line in numbered]


def _entry(line: Mapping[str, str], at: int) -> Entry:
    said = {name: value.strip() for name, value in line.items()}
    aliases = tuple(one.strip() for one in said.pop("aliases", "").split(ALIAS_MARK) if one.strip())
    for name in ("kind", "level", "basis"):
        said.setdefault(name, "")
    return Entry(**said, aliases=aliases, line=at)


def register(root: DataRoot, entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """Add all entries to the data root's own register, or none; returns (agency id, names) of each.

    Raises Refused where one says too little, names what is registered or listed under that name already, or
    would break the register; LockHeld while another one adds.
    """
    with lock.hold(root.agencies_lock, "gongkai agencies add", wait=10.0):
        known = _Known.of(Register(own=root.agencies))
        bodies: list[AgencyVersion] = []
        aliases: list[Alias] = []
        added: list[tuple[str, str]] = []
        problems: list[str] = []
        for entry in entries:
            agency_id = entry.agency_id or new_id(known.ids)
            problem = known.problem(entry, agency_id)
            if problem is not None:
                problems.append(f"{entry}: {problem}")
                continue
            known.take(entry, agency_id)
            if not entry.agency_id:
                bodies.append(_version(agency_id, entry))
            aliases += [_alias(agency_id, one, entry) for one in entry.said_names]
            added.append((agency_id, entry.name_zh or ", ".join(entry.said_names)))
        _refuse(problems)
        _rehearse(root.agencies, bodies, aliases)
        _append(root.agencies, bodies, aliases)
    return added


def _refuse(problems: Iterator[str] | Sequence[str]) -> None:
    told = list(problems)
    if told:
        more = [f"and {len(told) - LISTED} more lines"] if len(told) > LISTED else []
        raise Refused("\n  ".join(["nothing was registered", *told[:LISTED], *more]))


@dataclass(frozen=True)
class _Known:
    """Names and ids that are taken, also by the lines before."""

    resolver: Resolver
    ids: set[str]
    names: dict[str, str]

    @classmethod
    def of(cls, register: Register) -> _Known:
        names = {plain(body.name_zh): body.agency_id for body in register.bodies}
        names |= {plain(alias.alias): alias.agency_id for alias in register.aliases}
        return cls(Resolver(register), {*register.by_id, *register.former}, names)

    def take(self, entry: Entry, agency_id: str) -> None:
        self.ids.add(agency_id)
        for name in (entry.name_zh, *(one.partition(":")[0] for one in entry.said_names)):
            if name:
                self.names[plain(name)] = agency_id

    def problem(self, entry: Entry, agency_id: str) -> str | None:
        """Why the entry cannot be registered."""
        if entry.agency_id:
            if entry.agency_id not in self.ids:
                return f"no agency has the id {entry.agency_id}"
            if not entry.said_names or not entry.basis:
                return "say the other name and the basis"
        elif not entry.name_zh or not entry.basis:
            return "an agency needs its full name and a basis"
        elif entry.kind not in KINDS or entry.level not in LEVELS:
            return f"kind is one of {', '.join(KINDS)}, level one of {', '.join(LEVELS)}"
        years = [year for year in (entry.valid_from, entry.valid_to) if year]
        if not all(year.isdigit() and len(year) == 4 for year in years):
            return "a year has four digits"
        if years != sorted(years):
            return "it ends before it begins"
        for parent in (entry.territorial_parent_id, entry.reporting_parent_id):
            if parent and parent not in self.ids:
                return f"its parent {parent} is no other agency"
        kinds = [(one.partition(":")[2] or "title") for one in entry.said_names]
        if any(kind not in ALIAS_KINDS for kind in kinds):
            return f"the kind of another name is one of {', '.join(ALIAS_KINDS)}"
        names = [] if entry.agency_id else [entry.name_zh]
        names += [one.partition(":")[0] for one in entry.said_names if not one.endswith(":region")]
        return next((why for name in names if (why := self._taken(name, entry, agency_id)) is not None), None)

    def _taken(self, name: str, entry: Entry, agency_id: str) -> str | None:
        """Whose name it is already. A registered name is taken before any list is asked, so one that a place
        bears would make that place's reports another's: 双阳街道 is in four districts.
        """
        if plain(name) in self.names:
            return f"the name {name} is registered already, as {self.names[plain(name)]}"
        years = (_FIRST_LIST, int(entry.valid_from) if entry.valid_from else None, None)
        for year in dict.fromkeys(years):
            found = self.resolver.resolve(name, year)
            if found.how in ("government_office", "not_registered"):
                continue
            others = [
                one for one in found.candidates
                if one.contradicted is None and one.agency_id not in (None, agency_id)
            ]  # fmt: skip
            if others:
                listed = ", ".join(f"{one.name_zh} ({one.agency_id})" for one in others[:4])
                return f"{name} is the name of {listed} already; write the name with its city and county"
        return None


def _version(agency_id: str, entry: Entry) -> AgencyVersion:
    first, last = (int(year) if year else None for year in (entry.valid_from, entry.valid_to))
    return AgencyVersion(
        agency_id, entry.name_zh, entry.level, entry.kind, entry.division_code, entry.territorial_parent_id,
        entry.reporting_parent_id, first, last, entry.basis,
    )  # fmt: skip


def _alias(agency_id: str, said: str, entry: Entry) -> Alias:
    name, _, kind = said.partition(":")
    return Alias(agency_id, name, kind or "title", entry.basis, None, None)


def _append(folder: Path, bodies: Sequence[AgencyVersion], aliases: Sequence[Alias]) -> None:
    files: dict[Path, Sequence[Sequence[object]]] = {folder / BODIES: bodies, folder / ALIASES: aliases}
    append_all({path: rows for path, rows in files.items() if rows})


def _rehearse(own: Path, bodies: Sequence[AgencyVersion], aliases: Sequence[Alias]) -> None:
    """The whole register is read with the additions before anything is written."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "agencies"
        if own.exists():
            copytree(own, trial)
        _append(trial, bodies, aliases)
        try:
            Register(own=trial).by_id  # noqa: B018
        except CatalogError as broken:
            raise Refused(str(broken)) from broken
