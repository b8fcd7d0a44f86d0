"""Filings among the readings: which documents are reports, which vintage of a report is current.

Belongs here: the filing, its key and its vintages. Does not belong here: rows of tables (`tidy`), what people
say a document is (`ledger`, applied to the readings before).

Vintages are numbered by their first coming, which never changes. Which one is current is told by showings: a
filing is shown when its snapshot first comes, and again whenever an address that had shown something else
comes to show its snapshot, or a file that its page is read with (`Snapshot.changes`). So an earlier text that
is put back is current again, and that a site was merely asked later than another tells nothing. All of this
stands in the log of the archive: night after night or from nothing, it comes out the same.
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
from ingestion.recognise.reading import REPORTED, UNREADABLE, Reading

#: Issues of a document that cannot be read yet: it waits, and is read once it can be.
WAITING_FOR = frozenset({"format_not_supported_yet", "waiting_for_converter"})

#: What the states of cells begin with that the document does not have.
MISSING_PREFIX = "missing_"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filing:
    """A report of one body on one year, as one snapshot states it.

    `beside` says why a vintage is kept beside the current one although it was shown later, else None. A
    withdrawn one is kept, and never current. took_over_from: ids of the filings in whose place it became
    current, one for each time; none for the first of an agency-year. put_back: how it came to be current in
    the place of a later vintage, None where it is not.
    """

    filing_id: str
    stored: StoredReading
    vintage: int
    is_current: bool
    beside: str | None = None
    withdrawn: bool = False
    took_over_from: tuple[str, ...] = ()
    put_back: str | None = None

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
    spellings of one registered agency are two vintages, each with its name as printed. The one shown last is
    current (see above), with three exceptions that stay beside it: a copy that says nothing new, a snapshot
    of which fewer numbers could be read (a page that lost its tables must not empty an agency-year), and one
    of `withdrawn` (sha256), which neither takes over nor stands in the way of others. What was current before
    and is put back need not say anything new, nor as many numbers, if no more of its cells were lost in
    reading. A document without agency or year is a filing that no agency-year can claim, so it is never
    current, and no vintage of another. Files that belong to the report of a page are no filings.
    """
    groups: dict[tuple[str | None, str | None, int | None, str, str | None], list[StoredReading]] = {}
    parts = attached_to(stored)
    for item in stored:
        if not is_filing(item.reading) or item.snapshot.sha256 in parts:
            continue
        headline = item.reading.headline
        agency_id = agency_ids.get(item.snapshot.sha256)
        issuer = None if agency_id else issued_as(item)
        # two that lack a name, or a year, have nothing in common: each is the only vintage of itself
        unclaimed = (agency_id or issuer) is None or headline.report_year is None
        alone = item.snapshot.sha256 if unclaimed else None
        groups.setdefault((agency_id, issuer, headline.report_year, headline.scope, alone), []).append(item)
    order = {item.reading.document.sha256: number for number, item in enumerate(stored)}
    filings: list[Filing] = []
    changes = {item.snapshot.sha256: item.snapshot.changes for item in stored if item.snapshot.changes}
    for (agency_id, issuer, year, _, _), items in groups.items():
        shown = [
            showing
            for showing in _showings(items, changes)
            if items[showing.number].snapshot.sha256 not in withdrawn
        ]
        turns, beside = _turns(shown, items)
        is_claimed = year is not None and (agency_id or issuer) is not None
        ids = [_filing_id(item) for item in items]
        for number, item in enumerate(items):
            is_current = bool(turns) and turns[-1][0].number == number
            mine = [(showing, before) for showing, before in turns if showing.number == number and is_claimed]
            filings.append(
                Filing(
                    filing_id=ids[number],
                    stored=item,
                    vintage=number + 1,
                    is_current=is_current and year is not None and item.reading.headline.agency is not None,
                    beside=beside.get(number),
                    withdrawn=item.snapshot.sha256 in withdrawn,
                    took_over_from=tuple(ids[before] for _, before in mine if before is not None),
                    put_back=_put_back(*mine[-1]) if mine and is_current else None,
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


def _filing_id(stored: StoredReading) -> str:
    headline, sha256 = stored.reading.headline, stored.reading.document.sha256
    identity = [headline.agency, headline.report_year, headline.scope, sha256]
    return hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Showing:
    """A vintage, by its number from 0, is shown: for the first time (changed_at None), or by a change."""

    number: int
    changed_at: str | None = None


def _showings(
    items: Sequence[StoredReading], changes: Mapping[str, tuple[tuple[int, str], ...]]
) -> list[_Showing]:
    """All showings of the vintages of an agency-year, in the order of the archive's log.

    changes: by sha256. The first coming of a snapshot is a showing, whether or not it changed an address. A
    change of a file that a page is read with is one of the page, which itself may say the same throughout.
    """
    ordered: list[tuple[int, _Showing]] = []
    for number, item in enumerate(items):
        first = item.snapshot.first_seq
        ordered.append((first, _Showing(number)))
        own = {item.snapshot.sha256, *(carrier.sha256 for carrier in item.reading.carriers)}
        later = {seq: at for sha256 in own for seq, at in changes.get(sha256, ()) if seq > first}
        ordered += [(seq, _Showing(number, at)) for seq, at in later.items()]
    return [showing for _, showing in sorted(ordered, key=lambda one: (one[0], one[1].number))]


def _turns(
    showings: Iterable[_Showing], items: Sequence[StoredReading]
) -> tuple[list[tuple[_Showing, int | None]], dict[int, str]]:
    """The showings that took over, each with the number of the vintage that was current before; and for the
    vintages that did not take over when they were shown last, the reason.
    """
    turns: list[tuple[_Showing, int | None]] = []
    beside: dict[int, str] = {}
    current: int | None = None
    for showing in showings:
        number = showing.number
        if number == current:
            continue
        if current is not None:
            was_current = any(earlier.number == number for earlier, _ in turns)
            said, known = _said(items[number].reading), _said(items[current].reading)
            reason = _why_beside(said, known, was_current)
            if reason is not None:
                beside[number] = reason
                continue
        beside.pop(number, None)
        turns.append((showing, current))
        current = number
    return turns, beside


def _why_beside(said: _Said, known: _Said, was_current: bool) -> str | None:
    """Why a vintage that is shown does not take over from the current one; None where it does."""
    if not was_current and said.cells == known.cells and said.prose <= known.prose:
        return "a copy: it says the same as the current vintage"
    is_whole = said.numbers > 0 and said.lost <= known.lost
    if said.numbers < known.numbers and not (was_current and is_whole):
        return f"{said.numbers} numbers could be read in it, {known.numbers} in the current vintage"
    return None


def _put_back(showing: _Showing, before: int | None) -> str | None:
    """How a vintage came to stand in the place of a later one; None where it did not."""
    if showing.changed_at is None or before is None or before < showing.number:
        return None
    return f"shown again in the place of vintage {before + 1} on {showing.changed_at[:10]} (UTC)"


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reading says, without where it stands in which file.

    lost: cells of the form that are not there or cannot be read; what is printed as blank is not lost.
    """

    cells: tuple[object, ...]
    prose: frozenset[tuple[str, object, str | None]]
    numbers: int
    lost: int


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
        lost=sum(
            1
            for cell in reading.cells.values()
            if cell.state == UNREADABLE or cell.state.startswith(MISSING_PREFIX)
        ),
    )
