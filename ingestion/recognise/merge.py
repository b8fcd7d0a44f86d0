"""Several readings of one report to one: a page, its pictures, and the files that are attached to it.

Belongs here: whether two carriers carry the same report, and what one says where they say it both. Does not
belong here: finding carriers and reading them (`ingestion.carriers`).

Nothing is repaired by it. A cell that one carrier prints is that carrier's, with its place in there. Where
two print it and differ, both stand: the cell keeps what the first prints, no longer sure, and the other is
beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ingestion.extract.model import Issue, Locator, OtherReading
from ingestion.recognise.headline_words import load_headline_words
from ingestion.recognise.names import same_body
from ingestion.recognise.reading import (
    REPORTED,
    UNREADABLE,
    CellReading,
    Headline,
    IndicatorReading,
    NarrativeFact,
    Reading,
)
from ingestion.recognise.status import MISSING_ISSUES, is_printed, missing_issues, says_nothing, status_of

#: A cell on which two carriers differ; one that another carrier prints where it is unreadable in the first.
CONFIDENCE_DISAGREED = 0.5
CONFIDENCE_BESIDE_UNREADABLE = 0.85
#: Below this a reading is doubtful, and no evidence against another.
SURE = 0.9
#: How alike two names are of which one was read from ink (沐 for 沭).
_ALIKE_IN_INK = 0.75
#: So many differing cells, and so great a part of the numbers that both print, are another report's.
_OTHERS_CELLS, _OTHERS_PART = 6, 0.5

_HEADLINE_FIELDS = ("agency", "report_year", "title", "published_on", "period_from", "period_to")
#: Issues that another carrier may answer, with the field that it answers.
_OPEN_QUESTIONS = {"agency_not_found": "agency", "year_not_found": "report_year"}

Cells = Mapping[str, CellReading]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell of which two carriers print different things."""

    key: str
    first: CellReading
    second: CellReading

    def issue(self, name: str) -> Issue:
        """As an issue; name: of the second carrier."""
        said = f"the page prints {_quoted(self.first)}, {name} {_quoted(self.second)}; both are kept"
        nothing = {self.first.value or 0, self.second.value or 0} == {0}
        locator = self.first.locator or self.second.locator
        return Issue("carriers_disagree", self.key, said, "info" if nothing else "warning", locator)


def other_report(page: Headline, attached: Reading) -> str | None:
    """Why an attachment is another report than the page's, by its own headline; None if nothing says so."""
    head = attached.headline
    if page.report_year and head.report_year and page.report_year != head.report_year:
        return f"it reports on {head.report_year}, the page on {page.report_year}"
    if page.agency and head.agency and not _is_same_agency(page.agency, head.agency, attached):
        return f"it is of {head.agency}, the page of {page.agency}"
    if "scope" in page.found and "scope" in head.found and page.scope != head.scope:
        return f"its figures are {head.scope}, the page's {page.scope}"
    return None


def _is_same_agency(name: str, other: str, attached: Reading) -> bool:
    if same_body(name, other, load_headline_words()):
        return True
    is_from_ink = not any(cell.confidence == 1.0 for cell in attached.cells.values())
    return is_from_ink and SequenceMatcher(None, name, other).ratio() >= _ALIKE_IN_INK


def merge_attachment(page: Reading, attached: Reading, name: str) -> Reading | Issue:
    """The report of a page with what a file attached to it says; an issue where that is another report.

    The page's headline wins where it says something. `attached` is a report; the page may be none (a landing
    page): then the report is the attachment's. name: of the file, for people.
    """
    why = other_report(page.headline, attached)
    second = _carried(attached)
    differing: list[Difference] = []
    form, cells = page.form, dict(page.cells)
    if not says_nothing(page.cells.values()):
        if not says_nothing(second.cells.values()):
            if page.form == second.form:
                cells, differing = merge_cells(page.cells, second.cells)
            else:
                why = why or f"its tables are of {second.form}, the page's of {page.form}"
    elif second.cells and not (page.cells and says_nothing(second.cells.values())):
        form, cells = second.form, dict(second.cells)
    if why is None and attached.headline.report_year is None:
        why = _why_others(page.cells, second.cells, differing)
    if why is not None:
        return Issue("attachment_other_report", name, f"the attachment is not the page's report: {why}")
    indicators, more = _merge_indicators(page.indicators, second.indicators)
    headline = combined(page.headline, second.headline)
    headline.form = form
    status, reason = status_of(cells, indicators)
    return replace(
        page,
        headline=headline,
        status=status,
        reason=reason,
        form=form,
        cells=cells,
        indicators=indicators,
        narrative=_merge_narrative(page.narrative, second.narrative),
        issues=[
            *(issue for issue in page.issues if _still_holds(issue, headline)),
            *(_told_by(issue, name) for issue in second.issues if issue.code not in _OPEN_QUESTIONS),
            *missing_issues(cells),
            *(one.issue(name) for one in [*differing, *more]),
        ],
    )


def merge_pictures(page: Reading, whole: Reading) -> Reading:
    """The reading of a page with its pictures; what the page itself prints stands as read without them.

    Both are readings of the same page, `whole` of one whose pictures have become tables and text.
    """
    headline = combined(page.headline, whole.headline)
    headline.form = whole.form
    if says_nothing(page.cells.values()):
        return replace(whole, headline=headline)
    if page.form != whole.form:
        detail = f"with its pictures the page looks like {whole.form}, without them like {page.form}"
        issue = Issue("pictures_other_form", "form", f"{detail}; its pictures are not used")
        return replace(page, issues=[*page.issues, issue])
    twice = {issue.place for issue in whole.issues if issue.code == "cell_conflict"}
    cells, differing = merge_cells(page.cells, whole.cells, twice)
    indicators, more = _merge_indicators(page.indicators, whole.indicators)
    status, reason = status_of(cells, indicators)
    kept = [issue for issue in whole.issues if issue.code not in MISSING_ISSUES | {"cell_conflict"}]
    return replace(
        whole,
        headline=headline,
        status=status,
        reason=reason,
        cells=cells,
        indicators=indicators,
        issues=[*kept, *missing_issues(cells), *(one.issue("its picture") for one in [*differing, *more])],
    )


# ---------------------------------------------------------------------------------------------------------
# cells


def merge_cells(
    first: Cells, second: Cells, twice: Collection[str] = ()
) -> tuple[dict[str, CellReading], list[Difference]]:
    """Each cell from the carrier that prints it, and those on which both differ.

    A table of which the first prints nothing is the second's as a whole; one that it prints is its own, so
    that a blank of it is a blank. twice: cells that `second` met in both carriers, with different contents.
    """
    own, theirs = _by_table(first), _by_table(second)
    cells: dict[str, CellReading] = {}
    differing: list[Difference] = []
    for code in dict.fromkeys([*own, *theirs]):
        table, other = own.get(code, {}), theirs.get(code, {})
        if says_nothing(table.values()) and not (table and says_nothing(other.values())):
            cells.update(other)
            continue
        for key, cell in table.items():
            beside = other.get(key)
            if beside is None:
                cells[key] = cell
                continue
            cells[key], differs = _one_cell(cell, beside, key in twice)
            if differs:
                differing.append(Difference(key, cell, beside))
    return cells, differing


def _one_cell(first: CellReading, second: CellReading, met_twice: bool) -> tuple[CellReading, bool]:
    """What both carriers together say of a cell, and whether they differ."""
    if not is_printed(first):
        if not is_printed(second):
            return (second if second.state == UNREADABLE and first.state != UNREADABLE else first), False
        if first.state != UNREADABLE:
            return second, False
        # something is printed in the first that could not be read: it may be something else
        return _less_sure(second, CONFIDENCE_BESIDE_UNREADABLE, first), False
    if not is_printed(second):
        if second.state == UNREADABLE and met_twice:
            return _less_sure(first, CONFIDENCE_DISAGREED, second), True
        return first, False
    if (first.state, first.value, first.parts) == (second.state, second.value, second.parts) and (
        first.unit == second.unit or None in (first.unit, second.unit)
    ):
        return (second if _is_sure(second) and not _is_sure(first) else first), False
    if _is_sure(first) and not _is_sure(second):
        return replace(first, others=(*first.others, *_as_other(second))), False
    if _is_sure(second) and not _is_sure(first):
        return replace(second, others=(*second.others, *_as_other(first))), False
    return _less_sure(first, CONFIDENCE_DISAGREED, second), True


def _is_sure(cell: CellReading) -> bool:
    return cell.confidence is None or cell.confidence >= SURE


def _less_sure(cell: CellReading, confidence: float, other: CellReading) -> CellReading:
    lowered = None if cell.confidence is None else min(cell.confidence, confidence)
    return replace(cell, confidence=lowered, others=(*cell.others, *_as_other(other)))


def _as_other(cell: CellReading) -> tuple[OtherReading, ...]:
    sure = 1.0 if cell.confidence is None else cell.confidence
    return (OtherReading(cell.raw or "", sure, "carrier", cell.locator),)


def _by_table(cells: Cells) -> dict[str, dict[str, CellReading]]:
    found: dict[str, dict[str, CellReading]] = {}
    for key, cell in cells.items():
        found.setdefault(key.split(".")[0], {})[key] = cell
    return found


def _why_others(own: Cells, theirs: Cells, differing: Sequence[Difference]) -> str | None:
    """Why the numbers of an attachment that names no year are another report's; None if they need not be."""
    shared = [
        key
        for key, cell in own.items()
        if key in theirs
        and {cell.state, theirs[key].state} == {REPORTED}
        and (cell.value or theirs[key].value)
    ]
    numbers = [one for one in differing if one.first.state == one.second.state == REPORTED]
    if len(numbers) < _OTHERS_CELLS or len(numbers) < _OTHERS_PART * len(shared):
        return None
    return f"{len(numbers)} of {len(shared)} numbers are others, and it names no year"


def _quoted(cell: CellReading) -> str:
    where = cell.locator.in_words() if cell.locator is not None else None
    said = f"“{' '.join(cell.raw.split())}”" if cell.raw else f"nothing ({cell.state})"
    return f"{said} ({where})" if where else said


# ---------------------------------------------------------------------------------------------------------
# everything else


def combined(first: Headline, second: Headline) -> Headline:
    """The first headline, with what it leaves open as the second tells it."""
    headline = replace(first, found=dict(first.found))
    for name in _HEADLINE_FIELDS:
        if getattr(headline, name) is None and getattr(second, name) is not None:
            setattr(headline, name, getattr(second, name))
            if name in second.found:
                headline.found[name] = second.found[name]
    if "scope" not in first.found and "scope" in second.found:
        headline.scope = second.scope
    for name, found in second.found.items():
        if not name.endswith("_also"):
            headline.found.setdefault(name, found)
    return headline


def _merge_indicators(
    first: Sequence[IndicatorReading], second: Sequence[IndicatorReading]
) -> tuple[list[IndicatorReading], list[Difference]]:
    """Rows of both lists; of a row in both, each column as a cell is merged."""
    if not first or not second:
        return list(first or second), []
    theirs = {(row.code, row.label): row for row in second}
    rows: list[IndicatorReading] = []
    differing: list[Difference] = []
    for row in first:
        other = theirs.pop((row.code, row.label), None)
        if other is None:
            rows.append(row)
            continue
        values, differ = dict(row.values), []
        for column, beside in other.values.items():
            if column not in values:
                values[column] = beside
                continue
            cell = values[column]
            values[column], differs = _one_cell(cell, beside, False)
            if differs:
                differ.append(Difference(f"{row.label}.{column}", cell, beside))
        rows.append(replace(row, values=values))
        differing += differ
    return [*rows, *theirs.values()], differing


def _merge_narrative(first: Sequence[NarrativeFact], second: Sequence[NarrativeFact]) -> list[NarrativeFact]:
    """Facts of both; what the second only says again is left out."""
    said = {(fact.fact, fact.value, fact.unit, fact.qualifier) for fact in first}
    more = [fact for fact in second if (fact.fact, fact.value, fact.unit, fact.qualifier) not in said]
    return [*first, *more]


def _still_holds(issue: Issue, headline: Headline) -> bool:
    if issue.code in MISSING_ISSUES:
        return False
    answered = _OPEN_QUESTIONS.get(issue.code)
    return answered is None or getattr(headline, answered) is None


def _told_by(issue: Issue, name: str) -> Issue:
    return replace(issue, place=f"{name}: {issue.place}")


def _carried(reading: Reading) -> Reading:
    """The reading with its own bytes as the carrier of every place in it, and without stale issues."""
    carrier = reading.document.sha256
    found = {
        name: {**said, "locator": {**said["locator"], "carrier": carrier}} if said.get("locator") else said
        for name, said in reading.headline.found.items()
    }
    return replace(
        reading,
        headline=replace(reading.headline, found=found),
        cells={key: _cell_in(cell, carrier) for key, cell in reading.cells.items()},
        indicators=[
            replace(
                row,
                values={column: _cell_in(cell, carrier) for column, cell in row.values.items()},
                locator=_in(row.locator, carrier),
            )
            for row in reading.indicators
        ],
        narrative=[replace(fact, locator=_in(fact.locator, carrier)) for fact in reading.narrative],
        issues=[
            replace(issue, locator=_in(issue.locator, carrier))
            for issue in reading.issues
            if issue.code not in MISSING_ISSUES
        ],
    )


def _cell_in(cell: CellReading, carrier: str) -> CellReading:
    if not is_printed(cell) and cell.locator is None:
        return cell
    return replace(cell, locator=_in(cell.locator, carrier) or Locator(carrier=carrier))


def _in(locator: Locator | None, carrier: str) -> Locator | None:
    if locator is None or locator.carrier is not None:
        return locator
    return replace(locator, carrier=carrier)
