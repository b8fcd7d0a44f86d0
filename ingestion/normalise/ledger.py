"""The ledger applied: what a document is, and the verdicts on its cells.

Belongs here: which filing and cell an entry is about, whether it still fits what is read there, and what
becomes of each entry. Does not belong here: the entries themselves (`ingestion.catalog.corrections`), what
follows for a number (`value_best`, dbt). Nothing here changes a cell: verdicts stand beside what was read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ingestion.catalog import CellCorrection, DocumentCorrection, Entered, Ledger
from ingestion.extract.model import Issue
from ingestion.normalise.filings import Filing, attached_to, is_filing, is_waiting
from ingestion.readings import StoredReading
from ingestion.recognise.reading import (
    SCOPE_ASSUMED,
    SCOPE_BY_KIND,
    SCOPE_BY_LEDGER,
    SCOPE_DOUBT,
    CellReading,
    Headline,
)

#: The issue of a document of which a person has said what it is, and the mark in `found` of each such field.
CORRECTED = "corrected_by_ledger"
CORRECTABLE = ("agency", "report_year", "scope")

#: What became of an entry.
APPLIED = "applied"
SUPERSEDED = "superseded"  # a later entry says something about the same
ANSWERED = "answered"  # a misread cell is read now as the entry says
NOT_ARCHIVED = "not_archived"  # its snapshot is not in this archive
NOT_READ = "not_read"  # it is, but waits for a converter
FITS_NOTHING = "fits_nothing"  # its snapshot is archived, and nothing there is as it says
OUTCOMES = (APPLIED, SUPERSEDED, ANSWERED, NOT_ARCHIVED, NOT_READ, FITS_NOTHING)

_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry. n_filings: how many it is about; why: the reason where it fits nothing."""

    outcome: str
    n_filings: int = 0
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the ledger. outcomes: by correction id; verdicts: (filing id, cell key) -> the entry
    that counts there.
    """

    outcomes: Mapping[str, Outcome]
    verdicts: Mapping[tuple[str, str], Entered]


# ------------------------------------------------------------------------------------------------- documents


def corrected(stored: Sequence[StoredReading], ledger: Ledger) -> list[StoredReading]:
    """The readings with the headlines that the ledger gives them; what was read stays in `found`."""
    said = _said_of_documents(ledger)
    return [
        _as_said(one, said[one.snapshot.sha256]) if one.snapshot.sha256 in said else one for one in stored
    ]


def withdrawn(ledger: Ledger) -> frozenset[str]:
    """sha256 of the documents that are withdrawn."""
    return frozenset(
        sha256 for sha256, fields in _said_of_documents(ledger).items()
        if "withdrawn" in fields and fields["withdrawn"].withdrawn
    )  # fmt: skip


def _said_of_documents(ledger: Ledger) -> dict[str, dict[str, DocumentCorrection]]:
    """sha256 -> field -> the entry that counts for it, the last that says something about it."""
    said: dict[str, dict[str, DocumentCorrection]] = {}
    for _, entry in ledger.documents:
        for name in (*CORRECTABLE, "withdrawn"):
            if getattr(entry, name) is not None:
                said.setdefault(entry.document, {})[name] = entry
    return said


def _as_said(stored: StoredReading, fields: Mapping[str, DocumentCorrection]) -> StoredReading:
    reading = stored.reading
    headline = replace(reading.headline, found=dict(reading.headline.found))
    issues = list(reading.issues)
    for name, entry in fields.items():
        if name == "withdrawn":
            if entry.withdrawn:
                issues.append(_issue("filing", "withdrawn", entry))
            continue
        was, now = getattr(headline, name), getattr(entry, name)
        issues.append(_issue(name, f"{now}; read as {_in_words(was)}", entry))
        _correct(headline, name, was, entry)
    if "scope" in fields:
        headline.scope_basis = SCOPE_BY_LEDGER
        issues = [issue for issue in issues if issue.code != SCOPE_DOUBT]
    elif "agency" in fields and headline.scope_basis == SCOPE_BY_KIND:
        headline.scope_basis = SCOPE_ASSUMED  # what told it was the kind of another body
    return StoredReading(stored.snapshot, replace(reading, headline=headline, issues=issues))


def _correct(headline: Headline, name: str, was: Any, entry: DocumentCorrection) -> None:
    setattr(headline, name, getattr(entry, name))
    headline.found[name] = {
        "how": CORRECTED,
        "reason": entry.reason,
        "who": entry.who,
        "when": entry.when.isoformat(),
        "read": was,
        "found": headline.found.get(name),
    }


def _issue(place: str, what: str, entry: DocumentCorrection) -> Issue:
    detail = f"{what}, says {entry.who} on {entry.when.isoformat()}: {entry.reason}"
    return Issue(CORRECTED, place, detail, "info")


def _in_words(value: object) -> str:
    return "none" if value is None else str(value)


# ------------------------------------------------------------------------------------------------------ cells


def apply_ledger(
    ledger: Ledger,
    stored: Sequence[StoredReading],
    filings: Sequence[Filing],
    agency_ids: Mapping[str, str | None] = MappingProxyType({}),
) -> Applied:
    """What becomes of every entry. stored, filings: as `corrected` made them. agency_ids: by sha256;
    an entry about an agency is about its reports under whichever of its names.

    An entry that fits nothing changes nothing and stops nothing: it is one of the outcomes, with its reason.
    """
    found = _Found.of(stored, filings, agency_ids) if ledger.entries else None
    outcomes: dict[str, Outcome] = {}
    verdicts: dict[tuple[str, str], Entered] = {}
    for one in ledger.entries:
        assert found is not None
        if isinstance(one.entry, DocumentCorrection):
            outcomes[one.correction_id] = found.unfit(one.entry) or Outcome(APPLIED, 1)
            continue
        fitting, outcome = _fitting(one.entry, found)
        outcomes[one.correction_id] = outcome
        verdicts.update({(filing.filing_id, one.entry.cell): one for filing in fitting})
    counting = {one.correction_id for one in verdicts.values()} | _counting_documents(ledger)
    for name, outcome in outcomes.items():
        if outcome.outcome == APPLIED and name not in counting:
            outcomes[name] = replace(outcome, outcome=SUPERSEDED)
    return Applied(outcomes, verdicts)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is archived, as entries ask for it."""

    archived: Mapping[str, StoredReading]
    parts: Mapping[str, StoredReading]
    by_snapshot: Mapping[str, Filing]
    by_body: Mapping[tuple[Any, ...], list[Filing]]

    @classmethod
    def of(
        cls,
        stored: Sequence[StoredReading],
        filings: Sequence[Filing],
        agency_ids: Mapping[str, str | None],
    ) -> _Found:
        names: dict[str, set[str | None]] = {}
        for filing in filings:
            agency_id = agency_ids.get(filing.reading.document.sha256)
            if agency_id is not None:
                names.setdefault(agency_id, set()).add(filing.reading.headline.agency)
        by_body: dict[tuple[Any, ...], list[Filing]] = {}
        for filing in filings:
            headline = filing.reading.headline
            agency_id = agency_ids.get(filing.reading.document.sha256)
            for name in names[agency_id] if agency_id is not None else {headline.agency}:
                by_body.setdefault((name, headline.report_year, headline.scope), []).append(filing)
        return cls(
            {one.snapshot.sha256: one for one in stored},
            attached_to(stored),
            {filing.reading.document.sha256: filing for filing in filings},
            by_body,
        )

    def unfit(self, entry: CellCorrection | DocumentCorrection) -> Outcome | None:
        """What becomes of an entry whose snapshot is no filing here; None where it is one."""
        document = self.archived.get(entry.seen_in)
        if document is None:
            return Outcome(NOT_ARCHIVED)
        if is_waiting(document.reading):
            return Outcome(NOT_READ)
        if entry.seen_in in self.parts or not is_filing(document.reading):
            return Outcome(FITS_NOTHING, why=_no_filing(document, self.parts.get(entry.seen_in)))
        return None


def _fitting(entry: CellCorrection, found: _Found) -> tuple[list[Filing], Outcome]:
    """The filings that print what the entry is about, and what becomes of it."""
    unfit = found.unfit(entry)
    candidates: list[Filing] = []
    if entry.snapshot is None:
        candidates += found.by_body.get((entry.agency, entry.report_year, entry.scope), [])
    # the document in which it was seen counts also where it is read as another body's now
    seen = None if unfit is not None else found.by_snapshot[entry.seen_in]
    if seen is not None and seen not in candidates:
        candidates.append(seen)
    fitting = [filing for filing in candidates if _fits_in(entry, filing)]
    if fitting:
        return fitting, Outcome(APPLIED, len(fitting))
    if unfit is not None:
        return [], unfit
    if any(_answers(entry, filing.reading.cells.get(entry.cell)) for filing in candidates):
        return [], Outcome(ANSWERED)
    return [], Outcome(FITS_NOTHING, why=_no_fit(entry, candidates))


def _counting_documents(ledger: Ledger) -> set[str]:
    """Ids of the entries about documents of which at least one field counts."""
    fields = _said_of_documents(ledger)
    counted = {id(entry) for said in fields.values() for entry in said.values()}
    return {one.correction_id for one, entry in ledger.documents if id(entry) in counted}


def fits(entry: CellCorrection, value: Decimal | None, raw: str | None) -> bool:
    """Whether the cell is read as it was when the verdict was given: the same text, or the same number."""
    if entry.printed is None or not _plain(entry.printed):
        return value is None and not _plain(raw or "")
    if _plain(entry.printed) == _plain(raw or ""):
        return True
    return value is not None and _as_number(entry.printed) == value


def _fits_in(entry: CellCorrection, filing: Filing) -> bool:
    cell = filing.reading.cells.get(entry.cell)
    return cell is not None and fits(entry, cell.value, cell.raw)


def _answers(entry: CellCorrection, cell: CellReading | None) -> bool:
    """A misread cell that is read rightly now: that a reader got better must not stop anybody's night."""
    if entry.verdict != "extraction_error" or cell is None or entry.value is None:
        return False
    return cell.value == entry.value


def _plain(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))


def _as_number(text: str) -> Decimal | None:
    plain = _plain(text)
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def _no_filing(document: StoredReading, page: StoredReading | None) -> str:
    if page is not None:
        return f"the file belongs to the page {page.snapshot.name} and is no report of its own"
    reading = document.reading
    why = f": {reading.reason}" if reading.reason else ""
    return f"the document is no report that could be read ({reading.status}{why})"


def _no_fit(entry: CellCorrection, candidates: Sequence[Filing]) -> str:
    cells = [filing.reading.cells.get(entry.cell) for filing in candidates]
    printed = [cell for cell in cells if cell is not None]
    if not printed:
        forms = sorted({str(filing.reading.form) for filing in candidates})
        return f"the form {', '.join(forms)} has no such cell there"
    now = " and ".join(dict.fromkeys(_quoted(cell.raw, cell.state) for cell in printed))
    return f"it prints {now} now, and the entry is about {_quoted(entry.printed, 'nothing')}"


def _quoted(raw: str | None, state: str) -> str:
    if raw is not None:
        return f"«{raw}»"
    return state if state == "nothing" else f"nothing ({state})"


# ----------------------------------------------------------------------------------------------------- tables


def verdict_rows(filings: Iterable[Filing], applied: Applied) -> list[dict[str, Any]]:
    """A row for each cell with a verdict. `value` is what the entry gives, null where it gives none."""
    rows = []
    of_filing: dict[str, list[tuple[str, Entered]]] = {}
    for (filing_id, key), one in applied.verdicts.items():
        of_filing.setdefault(filing_id, []).append((key, one))
    for filing in filings:
        for key, one in sorted(of_filing.get(filing.filing_id, ()), key=lambda pair: pair[0]):
            entry = one.entry
            assert isinstance(entry, CellCorrection)
            rows.append(
                {
                    **filing.key(),
                    "cell_key": key,
                    "value_printed": filing.reading.cells[key].value,
                    "verdict": entry.verdict,
                    "status": entry.status,
                    "value": entry.value,
                    "correction_id": one.correction_id,
                }
            )
    return rows


def correction_rows(ledger: Ledger, applied: Applied) -> list[dict[str, Any]]:
    """A row for each entry of the ledger with what became of it."""
    rows = []
    for one in ledger.entries:
        entry = one.entry
        became = applied.outcomes[one.correction_id]
        row = {
            "correction_id": one.correction_id,
            "ledger": one.ledger,
            "position": one.position,
            "agency": entry.agency,
            "report_year": entry.report_year,
            "scope": entry.scope,
            "reason": entry.reason,
            "who": entry.who,
            "decided_on": entry.when,
            "outcome": became.outcome,
            "n_filings": became.n_filings,
            "why": became.why,
            "about": entry.about,
        }
        if isinstance(entry, CellCorrection):
            seen = entry.evidence
            row |= {
                "kind": "cell",
                "snapshot": entry.snapshot,
                "cell_key": entry.cell,
                "printed": entry.printed,
                "verdict": entry.verdict,
                "value": entry.value,
                "status": entry.status,
                "evidence_snapshot": seen.snapshot if seen is not None else entry.snapshot,
                "evidence_locator": seen.locator if seen is not None else None,
            }
        else:
            row |= {
                "kind": "document",
                "snapshot": entry.document,
                "withdrawn": entry.withdrawn,
                "status": "settled",
                "evidence_snapshot": entry.document,
            }
        rows.append(row)
    return rows
