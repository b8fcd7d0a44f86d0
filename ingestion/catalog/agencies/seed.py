"""Registers the governments of the panel that are not yet: `python -m ingestion.catalog.agencies.seed`.

Belongs here: what the lists of places tell about offices. Does not belong here: departments and bodies that
run a zone, which no list has; people register those. A second run changes no line: it only adds.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

from ingestion.catalog.agencies.additions import append, new_id
from ingestion.catalog.agencies.chains import Chain, chains
from ingestion.catalog.agencies.register import (
    FOLDER,
    GOVERNMENT,
    LIST_BASIS,
    STREET_OFFICE,
    TOWN_GOVERNMENT,
    AgencyVersion,
    Register,
)
from ingestion.catalog.divisions import (
    CITY,
    COUNTY,
    FIRST_LIST,
    LAST_LIST,
    PROVINCE,
    STREET,
    Division,
    Divisions,
    load_divisions,
)

_LEVELS = {PROVINCE: "province", CITY: "city", COUNTY: "county", STREET: "town"}


def office_of(place: Division, name: str) -> tuple[str, str]:
    """Official name and kind of the government of a place. name: the place's own, without those above it."""
    if place.level != STREET:
        if name.endswith("委员会"):  # 大柴旦行政委员会
            return name, GOVERNMENT
        if place.level == CITY and re.search(r"(?:地区|盟)$", name):  # 喀什地区, 兴安盟
            return f"{name}行政公署", GOVERNMENT
        return f"{name}人民政府", GOVERNMENT
    if re.search(r"(?:镇|乡|苏木)$", name) or (int(place.code[6:]) >= 100 and not re.search(r"街道?$", name)):
        return f"{name}人民政府", TOWN_GOVERNMENT
    stem = re.sub(r"(?:街道办事处|街道办事|街道办|街道|街)$", "", name)
    if stem == name and name.endswith("区"):
        return f"{name}办事处", STREET_OFFICE
    return f"{stem}街道办事处", STREET_OFFICE


def seed(folder: Path = FOLDER) -> int:
    """Add what is missing to the files of `folder`; returns how many agencies were added."""
    register, divisions = Register(folder=folder), load_divisions()
    taken = {*register.by_id, *register.former}
    ids: dict[Division, str] = {}
    fresh: list[tuple[str, Chain]] = []
    for chain in chains(divisions):
        agency_id = _registered(register, chain)
        if agency_id is None:
            agency_id = new_id(taken)
            taken.add(agency_id)
            fresh.append((agency_id, chain))
        ids.update(dict.fromkeys(chain, agency_id))
    lines: dict[str, list[AgencyVersion]] = defaultdict(list)
    for agency_id, chain in fresh:
        for row, line in _versions(agency_id, chain, divisions):
            above = divisions.above(row, row.valid_to)
            parent = next((ids[place] for place in above if ids.get(place, agency_id) != agency_id), "")
            lines[chain[-1].code[:2]].append(line._replace(territorial_parent_id=parent))
    for province, rows in sorted(lines.items()):
        append(folder / f"{province}.csv", rows)
    return len(fresh)


def _versions(agency_id: str, chain: Chain, divisions: Divisions) -> list[tuple[Division, AgencyVersion]]:
    """One version for each name and code; rows that only spell the office otherwise are one."""
    found: list[tuple[Division, AgencyVersion]] = []
    for row in chain:
        name, kind = office_of(row, divisions.own_name(row))
        last = None if row.valid_to == LAST_LIST else row.valid_to
        if found and (found[-1][1].name_zh, found[-1][1].division_code) == (name, row.code):
            found[-1] = (row, found[-1][1]._replace(valid_to=last))
            continue
        # the first whole list tells that a place was there, not since when
        earlier = found or any(other.valid_to < row.valid_from for other in divisions.by_code[row.code])
        first = None if not earlier and row.valid_from <= FIRST_LIST else row.valid_from
        basis = f"{LIST_BASIS}{row.valid_from}"
        version = AgencyVersion(
            agency_id, name, _LEVELS[row.level], kind, row.code, "", "", first, last, basis
        )
        found.append((row, version))
    return found


def _registered(register: Register, chain: Chain) -> str | None:
    """The id of the government, if it has one: whoever the register has in its place in its time."""
    for row in reversed(chain):
        version = register.in_place(row.code, row.valid_to)
        if version is not None and version.distance(row.valid_to) == 0:
            return version.agency_id
    return None


if __name__ == "__main__":
    print(f"{seed()} agencies added", file=sys.stderr)
