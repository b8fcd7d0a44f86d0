"""The register and the list of places as tables for the warehouse.

Belongs here: columns and rows of `agency_versions`, `agency_aliases`, `agency_events`, `agency_codes` and
`divisions`, and what of them follows from the versions (codes, renamings, beginnings and ends). Does not
belong here: which filing is whose (`ingestion.normalise.agencies`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import pyarrow as pa

from ingestion.catalog.agencies.register import LIST_BASIS, TERRITORIAL, AgencyVersion, Register
from ingestion.catalog.divisions import STREET, load_divisions

_T, _I = pa.string(), pa.int32()

AGENCY_SCHEMAS: dict[str, pa.Schema] = {
    "agency_versions": pa.schema(
        [("agency_id", _T), ("version", _I), ("name_zh", _T), ("full_name_zh", _T), ("level", _T),
         ("kind", _T), ("division_code", _T), ("territorial_parent_id", _T), ("reporting_parent_id", _T),
         ("valid_from", _I), ("valid_to", _I), ("valid_basis", _T), ("is_latest", pa.bool_())]
    ),
    "agency_aliases": pa.schema(
        [("agency_id", _T), ("alias", _T), ("kind", _T), ("evidence", _T), ("first_year", _I),
         ("last_year", _I)]
    ),
    "agency_events": pa.schema(
        [("agency_id", _T), ("event", _T), ("year", _I), ("other_agency_id", _T), ("before", _T),
         ("after", _T), ("basis", _T)]
    ),
    "agency_codes": pa.schema(
        [("agency_id", _T), ("scheme", _T), ("value", _T), ("valid_from", _I), ("valid_to", _I)]
    ),
    "divisions": pa.schema(
        [("division_code", _T), ("level", _T), ("name_zh", _T), ("parent_code", _T), ("province_zh", _T),
         ("city_zh", _T), ("county_zh", _T), ("valid_from", _I), ("valid_to", _I), ("raw", _T),
         ("is_statistical_only", pa.bool_())]
    ),
}  # fmt: skip

#: Township, town, street: each is a step up.
_RANKS = {"乡": 0, "镇": 1, "街道": 2, "县": 0, "市": 1, "区": 1}


def agency_tables(register: Register) -> dict[str, pa.Table]:
    """The tables of `AGENCY_SCHEMAS`; reads the whole register (about a second). Raises CatalogError."""
    rows = {
        "agency_versions": _version_rows(register),
        "agency_aliases": _alias_rows(register),
        "agency_events": _event_rows(register),
        "agency_codes": _code_rows(register),
        "divisions": _division_rows(),
    }
    return {name: _table(AGENCY_SCHEMAS[name], rows[name]) for name in AGENCY_SCHEMAS}


def _table(schema: pa.Schema, rows: Iterable[Iterable[object]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [
        pa.array([None if value == "" else value for value in column], type=field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _version_rows(register: Register) -> Iterator[tuple[object, ...]]:
    names = _place_names()
    for agency_id, versions in register.by_id.items():
        for number, one in enumerate(versions, start=1):
            full = names(one) + one.name_zh
            yield (
                agency_id, number, one.name_zh, full, one.level, one.kind, one.division_code,
                one.territorial_parent_id, one.reporting_parent_id, one.valid_from, one.valid_to,
                one.valid_basis, number == len(versions),
            )  # fmt: skip


def _place_names() -> Callable[[AgencyVersion], str]:
    """City and county in front of an office's own name, as they were called when its version ended."""
    divisions = load_divisions()

    def names(one: AgencyVersion) -> str:
        if one.kind not in TERRITORIAL or one.level not in ("county", "town"):
            return ""
        year = one.valid_to or one.valid_from or 9999
        row = divisions.at(one.division_code, year if one.valid_to else 9999)
        above = (
            []
            if row is None
            else [p for p in divisions.above(row, min(year, row.valid_to)) if not p.is_placeholder]
        )
        kept = above[:-1] if len(above) > 1 and above[-2].level == "city" else above
        return "".join(place.name for place in reversed(kept))

    return names


def _alias_rows(register: Register) -> Iterator[tuple[object, ...]]:
    """Other names, and ids that are given up: whoever noted one finds the body."""
    yield from register.aliases
    for one in register.former.values():
        yield one.agency_id, one.former_id, "former_id", one.basis, None, None


def _event_rows(register: Register) -> Iterator[tuple[object, ...]]:
    """What is registered, and what the versions tell: every change, every end and every beginning."""
    for event in register.events:
        yield (event.agency_id, event.event, event.year, event.other_agency_id, None, None, event.basis)
    known = {(event.agency_id, event.event) for event in register.events}
    for agency_id, versions in register.by_id.items():
        first, last = versions[0], versions[-1]
        if first.valid_from is not None and not {(agency_id, "founded"), (agency_id, "split")} & known:
            basis = _basis(first, first.valid_from, first.valid_from - 1)
            yield agency_id, "founded", first.valid_from, None, None, first.name_zh, basis
        if last.valid_to is not None and not {(agency_id, "closed"), (agency_id, "merged")} & known:
            basis = _basis(last, last.valid_to, last.valid_to + 1)
            yield agency_id, "closed", last.valid_to + 1, None, last.name_zh, None, basis
        for before, after in pairwise(versions):
            for name, was, now in _changes(before, after):
                yield agency_id, name, after.valid_from, None, was, now, after.valid_basis


def _basis(version: AgencyVersion, listed: int, not_listed: int) -> str:
    """How its end or beginning is known: by two lists, or as people registered it."""
    if version.valid_basis.startswith(LIST_BASIS):
        return f"{LIST_BASIS}{listed} has it, {LIST_BASIS}{not_listed} has not"
    return version.valid_basis


def _changes(before: AgencyVersion, after: AgencyVersion) -> Iterator[tuple[str, str, str]]:
    if before.division_code != after.division_code:
        yield "recoded", before.division_code, after.division_code
    if before.name_zh != after.name_zh:
        steps = [_rank(before), _rank(after)]
        upgraded = steps[0] is not None and steps[1] is not None and steps[0] < steps[1]
        yield "upgraded" if upgraded else "renamed", before.name_zh, after.name_zh


def _rank(one: AgencyVersion) -> int | None:
    name = one.name_zh.removesuffix("人民政府").removesuffix("办事处")
    return next((rank for end, rank in _RANKS.items() if name.endswith(end)), None)


def _code_rows(register: Register) -> Iterator[tuple[object, ...]]:
    """Codes that people registered, and those of the place that an office stands for."""
    yield from register.codes
    for agency_id, versions in register.by_id.items():
        for one in versions:
            if one.kind in TERRITORIAL and one.division_code:
                scheme = "nbs9" if len(one.division_code) == 9 else "gbt2260"
                yield agency_id, scheme, one.division_code, one.valid_from, one.valid_to
                yield agency_id, "nbs12", one.division_code.ljust(12, "0"), one.valid_from, one.valid_to


def _division_rows() -> Iterator[tuple[object, ...]]:
    divisions = load_divisions()
    for row in divisions.rows:
        above = {
            place.level: place.name
            for place in divisions.above(row, row.valid_to)
            if not place.is_placeholder
        }
        if row.level != STREET and not row.is_placeholder:
            above[row.level] = row.name
        yield (
            row.code, row.level, row.name, row.parent, above.get("province"), above.get("city"),
            above.get("county"), row.valid_from, row.valid_to, row.raw, row.is_statistical_only,
        )  # fmt: skip
