"""Filings among the readings: which documents are reports, which vintage of a report is current.

Belongs here: the filing, its key and its vintages. Does not belong here: rows of tables (`tidy`), what people
say a document is (`ledger`, applied to the readings before).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from ingestion.readings import StoredReading
from ingestion.recognise.reading import REPORTED, Reading

#: Issues of a document that cannot be read yet: it waits, and is read once it can be.
WAITING_FOR = frozenset({"format_not_supported_yet", "waiting_for_converter"})

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filing:
    """A report of one body on one year, as one snapshot states it.

    `beside` says why a vintage is kept beside the current one although it came later, else None. A withdrawn
    one is kept, and never current.
    """

    filing_id: str
    stored: StoredReading
    vintage: int
    is_current: bool
    beside: str | None = None
    withdrawn: bool = False

    @property
    def reading(self) -> Reading:
        return self.stored.reading

    def key(self) -> Row:
        """The filing key columns that stand on every fact row."""
        headline = self.reading.headline
        return {
            "filing_id": self.filing_id,
            "sha256": self.reading.document.sha256,
            "agency": headline.agency,
            "report_year": headline.report_year,
            "scope": headline.scope,
            "form": self.reading.form,
        }


def is_filing(reading: Reading) -> bool:
    """Whether the document is a report, so far as it can be read."""
    return reading.status not in ("not_a_report", "unreadable")


def is_waiting(reading: Reading) -> bool:
    """Whether the document cannot be read here yet."""
    return any(issue.code in WAITING_FOR for issue in reading.issues)


def filings_of(
    stored: Sequence[StoredReading],
    withdrawn: frozenset[str] = frozenset(),
    agency_ids: Mapping[str, str | None] = MappingProxyType({}),
) -> list[Filing]:
    """The filings among the readings, with their vintages, in the archive's order.

    agency_ids: sha256 -> id of the agency; one without an id is of the body that its printed name and its
    site say (`issued_as`).
    Vintages of one (agency, report year, scope) count in the order in which their snapshots first came: two
    spellings of one registered agency are two vintages, each with its name as printed. The
    newest is current, with three exceptions that stay beside it: a copy that says nothing new, a snapshot of
    which fewer numbers could be read (a page that lost its tables must not empty an agency-year), and one of
    `withdrawn` (sha256), which neither takes over nor stands in the way of others. A document without agency
    or year is a filing that no agency-year can claim, so it is never current. Files that belong to the report
    of a page are no filings.
    """
    groups: dict[tuple[str | None, str | None, int | None, str], list[StoredReading]] = {}
    parts = attached_to(stored)
    for item in stored:
        if not is_filing(item.reading) or item.snapshot.sha256 in parts:
            continue
        headline = item.reading.headline
        agency_id = agency_ids.get(item.snapshot.sha256)
        body = (agency_id, None if agency_id else issued_as(item))
        groups.setdefault((*body, headline.report_year, headline.scope), []).append(item)
    order = {item.reading.document.sha256: number for number, item in enumerate(stored)}
    filings: list[Filing] = []
    for (_, _, year, scope), items in groups.items():
        current, beside = _current_vintage(
            [(n, item.reading) for n, item in enumerate(items) if item.snapshot.sha256 not in withdrawn]
        )
        for number, item in enumerate(items):
            agency = item.reading.headline.agency
            identity = json.dumps([agency, year, scope, item.reading.document.sha256], ensure_ascii=False)
            filings.append(
                Filing(
                    filing_id=hashlib.sha256(identity.encode()).hexdigest()[:16],
                    stored=item,
                    vintage=number + 1,
                    is_current=agency is not None and year is not None and number == current,
                    beside=beside.get(number),
                    withdrawn=item.snapshot.sha256 in withdrawn,
                )
            )
    return sorted(filings, key=lambda filing: order[filing.reading.document.sha256])


def issued_as(stored: StoredReading) -> str | None:
    """The body's name as printed and where its report came from; None where no name is printed.

    Enough to tell bodies apart that are in no register: 鼓楼区财政局 reports in four cities.
    """
    agency, snapshot = stored.reading.headline.agency, stored.snapshot
    host = urlsplit(snapshot.url).hostname if snapshot.url else None
    return f"{agency} ({host or snapshot.source})" if agency is not None else None


def attached_to(stored: Iterable[StoredReading]) -> dict[str, StoredReading]:
    """sha256 of each file that belongs to a page -> that page; of several pages the first in the archive."""
    pages: dict[str, StoredReading] = {}
    for item in stored:
        for carrier in item.reading.carriers:
            if carrier.sha256 != item.snapshot.sha256:
                pages.setdefault(carrier.sha256, item)
    return pages


def _current_vintage(numbered: Sequence[tuple[int, Reading]]) -> tuple[int | None, dict[int, str]]:
    """Number of the current vintage among those given, and for those that did not take over the reason."""
    if not numbered:
        return None, {}
    (current, newest), *later = numbered
    beside: dict[int, str] = {}
    for number, reading in later:
        said, known = _said(reading), _said(newest)
        if said.cells == known.cells and said.prose <= known.prose:
            beside[number] = "a copy: it says the same as the current vintage"
        elif said.numbers < known.numbers:
            beside[number] = (
                f"{said.numbers} numbers could be read in it, {known.numbers} in the current vintage"
            )
        else:
            current, newest = number, reading
    return current, beside


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reading says, without where it stands in which file."""

    cells: tuple[object, ...]
    prose: frozenset[tuple[str, object, str | None]]
    numbers: int


def _said(reading: Reading) -> _Said:
    listed = [cell for row in reading.indicators for cell in row.values.values()]
    return _Said(
        cells=(
            reading.form,
            tuple(sorted((key, str(cell.value), cell.state) for key, cell in reading.cells.items())),
            tuple(
                (row.label, row.unit, cell.value)
                for row in reading.indicators
                for cell in row.values.values()
            ),
        ),
        prose=frozenset((fact.fact, fact.value, fact.qualifier) for fact in reading.narrative),
        numbers=sum(1 for cell in [*reading.cells.values(), *listed] if cell.state == REPORTED),
    )
