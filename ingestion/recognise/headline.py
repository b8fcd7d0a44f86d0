"""The headline of a report: who reports on which year, in which scope, over which period, published when.

Belongs here: gathering what a document says about itself and choosing between its sayings, each kept in
`found` with where it stands. Does not belong here: the form (that is told by the tables), names or years from
outside (a hint only fills what the document leaves open), and the path or address of the document, which is
never evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ingestion.extract.model import Document, Issue, Locator, TextBlock
from ingestion.recognise.dating import period_year, read_dates, read_document_number, read_period
from ingestion.recognise.evidence import report_evidence
from ingestion.recognise.headline_words import HeadlineWords, load_headline_words
from ingestion.recognise.issuer import read_agency
from ingestion.recognise.names import same_body
from ingestion.recognise.numerals import parse_year
from ingestion.recognise.prose import fold, mask
from ingestion.recognise.reading import Headline
from ingestion.recognise.sayings import Line, Saying, labelled_values, preamble_of
from ingestion.recognise.scope import read_scope
from ingestion.recognise.titles import Title, best_title, parse_title, title_year, titles_of

if TYPE_CHECKING:
    from ingestion.catalog import Catalog

__all__ = ["read_headline", "report_evidence"]

_OPENING_YEAR = re.compile(r"(?:^|[。;!?]|情况|事项)(20\d{2})年度?(?!\d)(?!\d{1,2}月)")
_YEAR_OF_WORK = re.compile(r"(20\d{2})年度?(?:政府信息公开|政务公开)工作")


def read_headline(
    document: Document,
    catalog: Catalog,
    title: str | None = None,
    url: str | None = None,
    issuer: str | None = None,
) -> tuple[Headline, list[Issue]]:
    """The headline of `document` and what is doubtful in it. Raises LexiconError if the lexicon is broken.

    title: a hint from the source; it fills only what the document leaves open, and a contradiction is the
    issue `title_hint_contradicts`. url: recorded by the caller, never read: years and codes in paths are
    wrong too often. issuer: whom the site names; it counts only where document and title name nobody.
    `form` stays None here. Fields in `found`: title, agency, report_year, scope,
    published_on, page_date, meta_date, signed_on, period, document_number, each {value, raw, how, locator};
    `agency_also` and `report_year_also` hold {"sayings": [...]} that were not chosen.
    """
    words = load_headline_words()
    lines = [Line(block, fold(block.text)) for block in document.blocks if isinstance(block, TextBlock)]
    labelled = list(labelled_values(document, lines, words))
    issues: list[Issue] = []
    head = Headline()

    titles = _of_the_sheet_asked_for(titles_of(document, words), title)
    chosen = best_title(titles)
    if chosen is not None:
        head.title = chosen.text
        head.found["title"] = Saying(chosen.text, chosen.raw, chosen.how, chosen.locator).to_found()
    preamble = preamble_of(lines)
    hint = parse_title(title, words, "title hint") if title else None

    read_period(document, words, head, issues)
    _read_year(document, lines, preamble, titles, chosen, title, words, head, issues)
    read_agency(document, lines, preamble, labelled, chosen, hint, issuer, words, head, issues)
    read_scope(lines, preamble, chosen, hint, words, head)
    read_dates(document, lines, labelled, words, head)
    read_document_number(lines, labelled, words, head)
    if head.title is None and title:
        head.title = fold(title).text
        head.found["title"] = Saying(head.title, title, "title hint", None).to_found()
    _check_hint(hint, title, words, head, issues)
    _report_ink(lines, head, issues)
    return head, issues


def _report_ink(lines: Sequence[Line], head: Headline, issues: list[Issue]) -> None:
    """Says which part of the headline was read from a picture: one wrong character makes another body.

    Case: a title read as 东山区卫牛健康局, for 卫生健康局.
    """
    ink = {line.block.locator: line.block.confidence for line in lines if line.block.confidence < 1.0}
    for name in ("agency", "report_year") if ink else ():
        place = head.found.get(name, {}).get("locator")
        found = Locator.from_dict(place) if place else None
        sure = min((ink[at] for at in ink if found is not None and _same_place(at, found)), default=None)
        if sure is not None:
            detail = f"{head.found[name]['raw']} was read from a picture, with a confidence of {sure:.2f}"
            issues.append(Issue(f"{name}_read_from_picture", name, detail, "warning", found))


def _same_place(block: Locator, found: Locator) -> bool:
    return (block.page, block.part, block.carrier, block.bbox) == (
        found.page, found.part, found.carrier, found.bbox
    )  # fmt: skip


def _of_the_sheet_asked_for(titles: list[Title], hint: str | None) -> list[Title]:
    """Titles of several sheets of a workbook, a year each: those of the year that the source names."""
    parts = {title.locator.part for title in titles if title.locator is not None}
    year = title_year(hint) if hint else None
    return [title for title in titles if len(parts) < 2 or title.year == year] or titles


def _read_year(
    document: Document,
    lines: Sequence[Line],
    preamble: Sequence[Line],
    titles: Sequence[Title],
    chosen: Title | None,
    hint: str | None,
    words: HeadlineWords,
    head: Headline,
    issues: list[Issue],
) -> None:
    sayings = list(_year_sayings(document, preamble, titles, chosen, words, head))
    if not sayings and hint:
        year = title_year(hint)
        if year is not None:
            sayings.append(Saying(year, hint, "title hint", None))
    if not sayings:
        guess = _year_of_body(lines)
        if guess is not None:
            sayings.append(guess)
            issues.append(
                Issue(
                    "year_from_body",
                    "report_year",
                    f"neither title nor period states the year; sentences of the text open with {guess.raw}",
                    "info",
                    guess.locator,
                )
            )
    if not sayings:
        issues.append(
            Issue("year_not_found", "report_year", "the document does not say on which year it reports")
        )
        return
    head.report_year = sayings[0].value
    head.found["report_year"] = sayings[0].to_found()
    others = [saying for saying in sayings[1:] if saying.value != sayings[0].value]
    if others:
        head.found["report_year_also"] = {"sayings": [saying.to_found() for saying in others]}
        told = ", ".join(f"{saying.how} {saying.value}" for saying in others)
        issues.append(
            Issue(
                "year_conflict",
                "report_year",
                f"{sayings[0].how} says {sayings[0].value}, but {told}; the former is kept",
                "warning",
                sayings[0].locator,
            )
        )


def _year_sayings(
    document: Document,
    preamble: Sequence[Line],
    titles: Sequence[Title],
    chosen: Title | None,
    words: HeadlineWords,
    head: Headline,
) -> Iterator[Saying]:
    """Years of the report in order of trust: title, other titles, period, preamble, a value column's head."""
    if chosen is not None and chosen.year is not None:
        yield Saying(chosen.year, chosen.raw, chosen.how, chosen.locator)
    else:
        for title in titles:
            if title.year is not None:
                yield Saying(title.year, title.raw, title.how, title.locator)
                break
    of_period = period_year(head)
    if of_period is not None:
        period = head.found["period"]
        locator = Locator.from_dict(period["locator"]) if period["locator"] else None
        yield Saying(of_period, period["raw"], str(period["how"]), locator)
    # Titles of other years stand beside an article; only sentences are the preamble.
    printed = "\n".join(title.raw for title in titles)
    for line in preamble:
        match = words.year_preamble.search(mask(line.text))
        if match is not None and line.block.text not in printed:
            year = parse_year(match.group("y") or match.group("y2"))
            if year is not None:
                first, last = line.folded.span(*match.span())
                yield Saying(year, line.block.text[first:last], "preamble", line.at(first, last))
                break
    for grid in document.grids():
        for cell in grid.cells[:12]:
            heading = words.year_table.match(fold(cell.text).text)
            if heading is not None:
                year = parse_year(heading.group("y"))
                if year is not None:
                    yield Saying(year, cell.text, "table heading", cell.locator)
                    return


def _year_of_body(lines: Sequence[Line]) -> Saying | None:
    """The year with which most sentences open, if one leads clearly; only where nothing else tells."""
    counts: Counter[str] = Counter()
    first: dict[str, Locator] = {}
    for line in lines:
        for match in _OPENING_YEAR.finditer(line.text):
            counts[match.group(1)] += 1
            first.setdefault(match.group(1), line.block.locator)
        for match in _YEAR_OF_WORK.finditer(mask(line.text)):
            counts[match.group(1)] += 1
            first.setdefault(match.group(1), line.block.locator)
    leaders = counts.most_common(2)
    if not leaders or (len(leaders) == 2 and leaders[0][1] == leaders[1][1]):
        return None
    year = leaders[0][0]
    return Saying(int(year), f"{year}年", "openings of sentences", first[year])


def _check_hint(
    hint: Title | None, title: str | None, words: HeadlineWords, head: Headline, issues: list[Issue]
) -> None:
    """What the source's title says against what the document says; the document wins."""
    if not title:
        return
    year = title_year(title)
    told = head.found.get("report_year", {}).get("how")
    contradictions: list[str] = []
    if year is not None and head.report_year not in (None, year) and told != "title hint":
        contradictions.append(f"year {year}, the document {head.report_year}")
    if hint is not None and hint.agency and head.agency and not same_body(hint.agency, head.agency, words):
        contradictions.append(f"issuer {hint.agency}, the document {head.agency}")
    if contradictions:
        issues.append(
            Issue(
                "title_hint_contradicts",
                "title",
                f"the title given with the document ({title}) says {'; '.join(contradictions)}",
            )
        )
