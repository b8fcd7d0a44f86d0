"""The dates of a report: its statistical period, its publication, its signature; and its document number.

Belongs here: finding them and keeping each with where it stands. Does not belong here: the report year
(`headline.py`): a publication date is never evidence for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.extract.model import Document, Issue, Locator
from ingestion.recognise.dates import find_dates, read_date
from ingestion.recognise.headline_words import HeadlineWords
from ingestion.recognise.names import clean_name
from ingestion.recognise.prose import fold, paragraphs
from ingestion.recognise.reading import Headline
from ingestion.recognise.sayings import SIGNED, Line, Saying


def read_period(document: Document, words: HeadlineWords, head: Headline, issues: list[Issue]) -> None:
    """The statistical period as printed; impossible and unusual ones are issues, never corrected."""
    until: tuple[Saying, str] | None = None
    for paragraph in paragraphs(document):
        folded = fold(paragraph.text)
        if "统计" not in folded.text and "截" not in folded.text:
            continue
        match = words.period.search(folded.text)
        if match is not None:
            first, last = folded.span(match.start("from"), match.end("to"))
            raw = paragraph.text[first:last]
            locator = paragraph.locate(first, last)
            head.period_from, head.period_to = match.group("from"), match.group("to")
            head.found["period"] = Saying(
                f"{head.period_from} - {head.period_to}", raw, "statistical period", locator
            ).to_found()
            _judge_period(head.period_from, head.period_to, raw, locator, issues)
            return
        cut = words.period_until.search(folded.text)
        if until is None and cut is not None:
            first, last = folded.span(*cut.span())
            locator = paragraph.locate(first, last)
            until = (
                Saying(cut.group("to"), paragraph.text[first:last], "cut-off date", locator),
                cut.group("to"),
            )
    if until is not None:
        head.period_to = until[1]
        head.found["period"] = until[0].to_found()


def _judge_period(first: str, last: str, raw: str, locator: Locator, issues: list[Issue]) -> None:
    begins = read_date(first)
    year = int(first[:4])
    ends = read_date(last, year)
    for printed, day in ((first, begins), (last, ends)):
        if day is None:
            issues.append(
                Issue("period_invalid", "period", f"{raw}: the calendar has no {printed}", "warning", locator)
            )
    whole_year = (
        begins is not None
        and ends is not None
        and begins.year == ends.year
        and (begins.month, begins.day, ends.month, ends.day) == (1, 1, 12, 31)
    )
    if not whole_year:
        detail = f"{raw}: not 1 January to 31 December of one year"
        issues.append(Issue("period_unusual", "period", detail, "warning", locator))


def period_year(head: Headline) -> int | None:
    """The year of the period's end; its start may be a slip."""
    if head.period_to is None:
        return None
    printed = head.period_to if head.period_to[:4].isdigit() else head.period_from
    return int(printed[:4]) if printed and printed[:4].isdigit() else None


def read_dates(
    document: Document,
    lines: Sequence[Line],
    labelled: Sequence[tuple[str, Saying]],
    words: HeadlineWords,
    head: Headline,
) -> None:
    """published_on: the page's own date, then the page's metadata, then the date of the signature."""
    page = _labelled_date(labelled, words)
    declared = _declared_date(document, words)
    signed = _signing_date(lines, words)
    for name, saying in (("page_date", page), ("meta_date", declared), ("signed_on", signed)):
        if saying is not None:
            head.found[name] = saying.to_found()
    best = page or declared or signed
    if best is not None:
        head.published_on = best.value
        head.found["published_on"] = best.to_found()


def _labelled_date(labelled: Sequence[tuple[str, Saying]], words: HeadlineWords) -> Saying | None:
    dates = words.file.dates
    for label, saying in labelled:
        if label in dates.labels and label not in dates.signing_labels:
            day = read_date(fold(str(saying.value)).text)
            if day is not None:
                return Saying(day, saying.raw, label, saying.locator)
    return None


def _declared_date(document: Document, words: HeadlineWords) -> Saying | None:
    for key, value in document.meta.items():
        if key.lower() in words.file.dates.meta:
            day = read_date(fold(value).text)
            if day is not None:
                return Saying(day, value, f"meta {key}", None)
    return None


def _signing_date(lines: Sequence[Line], words: HeadlineWords) -> Saying | None:
    """The last date that stands alone on a line or behind the signer's name, printing notes excepted."""
    for line in reversed(lines):
        if "年" not in line.text or "日" not in line.text:
            continue
        if len(line.text) <= 16:
            days = find_dates(line.text)
            if days and days[0].day and days[0].start == 0 and days[0].end == len(line.text):
                return Saying(days[0].day, line.block.text, "date of signature", line.block.locator)
            continue
        for match in reversed(list(SIGNED.finditer(line.block.text))):
            if words.printing.search(match.group("after")):
                continue
            if clean_name(fold(match.group("a")).text, words) is None:
                continue
            day = read_date(fold(match.group("d")).text)
            if day is not None:
                return Saying(day, match.group("d"), "date of signature", line.at(*match.span("d")))
    return None


def read_document_number(
    lines: Sequence[Line], labelled: Sequence[tuple[str, Saying]], words: HeadlineWords, head: Headline
) -> None:
    for line in lines[:12]:
        if words.document_number.match(line.text):
            head.found["document_number"] = Saying(
                line.text, line.block.text, "line", line.block.locator
            ).to_found()
            return
    for label, saying in labelled:
        if label in words.file.document_number_labels and words.document_number.match(
            fold(str(saying.value)).text
        ):
            head.found["document_number"] = saying.to_found()
            return
