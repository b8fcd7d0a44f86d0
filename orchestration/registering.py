"""Registering an agency that the register has not: checked first, then written, whole or not at all.

Belongs here: what a new agency must say, ids for it, and the files of a data root's own register. Does not
belong here: the shipped register's seed, which comes from the lists (`ingestion.catalog.agencies.seed`).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from ingestion.catalog import CatalogError
from ingestion.catalog.agencies.additions import append, new_id
from ingestion.catalog.agencies.register import ALIASES, BODIES, KINDS, LEVELS, AgencyVersion, Alias, Register
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


class Refused(Exception):
    """What is to be registered cannot be; the message says which line and why. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency, or with `agency_id` more names of one that is registered. aliases: NAME or NAME:KIND."""

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


def read_entries(path: Path) -> list[Entry]:
    """The lines of a reviewed CSV file with the columns of `FILE_COLUMNS`, those that say nothing left out.

    Raises Refused.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            unknown = set(lines.fieldnames or ()) - set(FILE_COLUMNS)
            if unknown or "name_zh" not in (lines.fieldnames or ()):
                raise Refused(
                    f"{path}: columns are {', '.join(FILE_COLUMNS)}; not {', '.join(sorted(unknown))}"
                )
            return [_entry(line) for line in lines]
    except (OSError, UnicodeDecodeError, csv.Error) as broken:
        raise Refused(f"{path} cannot be read: {broken}") from broken


def _entry(line: Mapping[str, str | None]) -> Entry:
    said = {name: (value or "").strip() for name, value in line.items() if name in FILE_COLUMNS}
    aliases = tuple(one.strip() for one in said.pop("aliases", "").split(ALIAS_MARK) if one.strip())
    for name in ("kind", "level", "basis"):
        said.setdefault(name, "")
    return Entry(**said, aliases=aliases)


def register(root: DataRoot, entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """Add all entries to the data root's own register, or none; returns (agency id, name) of each.

    Raises Refused where one says too little, names what is registered under that name already, or would break
    the register; LockHeld while another one adds.
    """
    with lock.hold(root.agencies_lock, "gongkai agencies add", wait=10.0):
        known = Register(own=root.agencies)
        taken, names = set(known.by_id), _names(known)
        bodies: list[AgencyVersion] = []
        aliases: list[Alias] = []
        for number, entry in enumerate(entries, start=1):
            agency_id = entry.agency_id or new_id(taken)
            problem = _problem(entry, names, taken)
            if problem is not None:
                raise Refused(f"entry {number} ({entry.name_zh or entry.agency_id}): {problem}")
            taken.add(agency_id)
            if not entry.agency_id:
                names[plain(entry.name_zh)] = agency_id
                bodies.append(_version(agency_id, entry))
            aliases += [_alias(agency_id, one, entry) for one in _said_names(entry)]
        _rehearse(root.agencies, bodies, aliases)
        if bodies:
            append(root.agencies / BODIES, bodies)
        if aliases:
            append(root.agencies / ALIASES, aliases)
    if bodies:
        return [(body.agency_id, body.name_zh) for body in bodies]
    return [(alias.agency_id, alias.alias) for alias in aliases]


def entry_of_queued(
    resolver: Resolver, name: str, year: int | None, region: str | None, kind: str, basis: str
) -> Entry:
    """The entry for a name that waits: its place and level as its name says them. Raises Refused."""
    found = resolver.resolve(name, year, region)
    if found.is_resolved and found.agency_id is not None:
        raise Refused(f"{name} is {found.name_zh} ({found.agency_id}) already")
    place = found.of_place
    if place is None or place.agency_id is None:
        raise Refused(f"{name}: {found.why}; say its --level and --parent")
    parent = resolver.register.at(place.agency_id, year or 9999)
    assert parent is not None
    return Entry(name, kind, parent.level, basis, territorial_parent_id=parent.agency_id)


def _names(register: Register) -> dict[str, str]:
    found = {plain(body.name_zh): body.agency_id for body in register.bodies}
    return found | {plain(alias.alias): alias.agency_id for alias in register.aliases}


def _problem(entry: Entry, names: Mapping[str, str], taken: Iterable[str]) -> str | None:
    if entry.agency_id:
        if entry.agency_id not in taken:
            return f"no agency has the id {entry.agency_id}"
        return None if _said_names(entry) and entry.basis else "say the other name and the basis"
    if not entry.name_zh or not entry.basis:
        return "an agency needs its full name and a basis"
    if entry.kind not in KINDS or entry.level not in LEVELS:
        return f"kind is one of {', '.join(KINDS)}, level one of {', '.join(LEVELS)}"
    if not all(
        year == "" or (year.isdigit() and len(year) == 4) for year in (entry.valid_from, entry.valid_to)
    ):
        return "a year has four digits"
    if plain(entry.name_zh) in names:
        return f"this name is registered already, as {names[plain(entry.name_zh)]}"
    return None


def _said_names(entry: Entry) -> tuple[str, ...]:
    return entry.aliases or ((entry.name_zh,) if entry.agency_id and entry.name_zh else ())


def _version(agency_id: str, entry: Entry) -> AgencyVersion:
    first, last = (int(year) if year.isdigit() else None for year in (entry.valid_from, entry.valid_to))
    return AgencyVersion(
        agency_id, entry.name_zh, entry.level, entry.kind, entry.division_code, entry.territorial_parent_id,
        entry.reporting_parent_id, first, last, entry.basis,
    )  # fmt: skip


def _alias(agency_id: str, said: str, entry: Entry) -> Alias:
    name, _, kind = said.partition(":")
    return Alias(agency_id, name, kind or "title", entry.basis, None, None)


def _rehearse(own: Path, bodies: Sequence[AgencyVersion], aliases: Sequence[Alias]) -> None:
    """The whole register is read with the additions before anything is written."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "agencies"
        if own.exists():
            copytree(own, trial)
        append(trial / BODIES, bodies)
        append(trial / ALIASES, aliases)
        try:
            Register(own=trial).by_id  # noqa: B018
        except CatalogError as broken:
            raise Refused(str(broken)) from broken
