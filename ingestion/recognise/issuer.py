"""Who reports: every place where a document names its issuer, and the choice between them.

Belongs here: title, signature, letterhead, preamble, labels and metadata as sources of the name. Does not
belong here: what a name looks like and when two are the same (`names.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingestion.extract.model import Document, Issue
from ingestion.recognise.dates import find_dates
from ingestion.recognise.headline_words import HeadlineWords
from ingestion.recognise.names import NamePlace, clean_name, most_complete, same_body
from ingestion.recognise.prose import fold
from ingestion.recognise.reading import Headline
from ingestion.recognise.sayings import SIGNED, Line, Saying
from ingestion.recognise.titles import Title

#: Lines among which a report speaks of itself, menus of the page before it included.
_FIRST_LINES = 20


def read_agency(
    document: Document,
    lines: Sequence[Line],
    preamble: Sequence[Line],
    labelled: Sequence[tuple[str, Saying]],
    chosen: Title | None,
    hint: Title | None,
    site: str | None,
    words: HeadlineWords,
    head: Headline,
    issues: list[Issue],
) -> None:
    """The most complete printed name that agrees with the title's; without one, the signature leads.

    site: whom the site names as the issuer, asked last. Case: 关于2020年政府信息公开工作的年度报告, whose
    text says 我办 throughout and whose issuer stands in the breadcrumb alone.
    """
    places: list[NamePlace] = []
    if chosen is not None and chosen.agency is not None:
        places.append(NamePlace(chosen.agency, chosen.raw, chosen.how, chosen.locator))
    places.extend(_signatures(lines, words))
    places.extend(_letterheads(lines, words))
    places.extend(_names_in_preamble(preamble, words))
    places.extend(_declared_names(document, labelled, words))
    if not places:
        # what a report says of itself may stand below its first heading
        of_itself = [line for line in lines[:_FIRST_LINES] if words.report_preamble.search(line.text)]
        places.extend(_names_in_preamble(of_itself, words))
    if not places:
        places.extend(_opening_names(lines, words))
    if not places and hint is not None and hint.agency is not None:
        places.append(NamePlace(hint.agency, hint.raw, "title hint", None))
    if not places and site:
        places.append(NamePlace(site, site, "site", None))
        detail = f"the document does not name the body that reports; its site names {site}"
        issues.append(Issue("agency_from_site", "agency", detail, "warning"))
    if not places:
        issues.append(Issue("agency_not_found", "agency", "the document does not name the body that reports"))
        return
    anchor = places[0]
    agreeing = [place for place in places if same_body(anchor.name, place.name, words)]
    best = most_complete(agreeing, words)
    head.agency = best.name
    head.found["agency"] = Saying(best.name, best.raw, best.how, best.locator).to_found()
    others = _distinct(place for place in places if place.name != best.name)
    if others:
        head.found["agency_also"] = {
            "sayings": [Saying(o.name, o.raw, o.how, o.locator).to_found() for o in others]
        }
    signed = [place for place in others if place.how == "signature"]
    foreign = [place for place in signed if not same_body(anchor.name, place.name, words)]
    if foreign:
        issues.append(
            Issue(
                "agency_conflict",
                "agency",
                f"{anchor.how} names {anchor.name}, the signature {foreign[0].name}; the former is kept",
                "warning",
                foreign[0].locator,
            )
        )


def _signatures(lines: Sequence[Line], words: HeadlineWords) -> Iterator[NamePlace]:
    """A name with the date beside it or on the next line; a printing note (…印发) is none. The last first."""
    found: list[NamePlace] = []
    for index, line in enumerate(lines):
        if "年" not in line.text or "日" not in line.text:
            continue
        if len(line.text) <= 16 and index > 0:
            days = find_dates(line.text)
            if days and days[0].start == 0 and days[0].end == len(line.text):
                name = clean_name(lines[index - 1].text, words)
                if name is not None:
                    before = lines[index - 1].block
                    found.append(NamePlace(name, before.text, "signature", before.locator))
                continue
        for match in SIGNED.finditer(line.block.text):
            if words.printing.search(match.group("after")):
                continue
            name = clean_name(fold(match.group("a")).text, words)
            if name is not None:
                place = line.at(match.start("a"), match.end("d"))
                raw = line.block.text[match.start("a") : match.end("d")]
                found.append(NamePlace(name, raw, "signature", place))
    yield from reversed(found)


def _letterheads(lines: Sequence[Line], words: HeadlineWords) -> Iterator[NamePlace]:
    suffix = words.file.agency.letterhead_suffix
    for line in lines[:6]:
        if line.text.endswith(suffix) and len(line.text) < 50:
            name = clean_name(line.text, words)
            if name is not None:
                yield NamePlace(name, line.block.text, "letterhead", line.block.locator)


def _names_in_preamble(preamble: Sequence[Line], words: HeadlineWords) -> Iterator[NamePlace]:
    for line in preamble:
        for pattern in words.preamble_names:
            match = pattern.search(line.text)
            name = clean_name(match.group("a"), words) if match is not None else None
            if match is not None and name is not None:
                first, last = line.folded.span(*match.span("a"))
                yield NamePlace(name, line.block.text[first:last], "preamble", line.at(first, last))


def _declared_names(
    document: Document, labelled: Sequence[tuple[str, Saying]], words: HeadlineWords
) -> Iterator[NamePlace]:
    for label, saying in labelled:
        if label in words.file.agency.labels:
            name = clean_name(fold(str(saying.value)).text, words)
            if name is not None:
                yield NamePlace(name, saying.raw, "label", saying.locator)
    for key, value in document.meta.items():
        if key.lower() in words.file.agency.meta:
            name = clean_name(fold(value).text, words)
            if name is not None:
                yield NamePlace(name, value, f"meta {key}", None)


def _opening_names(lines: Sequence[Line], words: HeadlineWords) -> Iterator[NamePlace]:
    for line in lines[:5]:
        match = words.opening_name.match(line.text)
        name = clean_name(match.group("a"), words) if match is not None else None
        if match is not None and name is not None:
            yield NamePlace(name, match.group("a"), "first sentence", line.block.locator)
            return


def _distinct(places: Iterator[NamePlace]) -> list[NamePlace]:
    return list({(place.name, place.how): place for place in places}.values())
