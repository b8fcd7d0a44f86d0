"""A web page with what belongs to it: its pictures and its attachments, read and merged into one reading.

Belongs here: when they are looked for, in which order, and how many. Does not belong here: where they lie
(`ingestion.beside`), reading pictures and files (`ingestion.extract`), what two carriers say of one cell
(`ingestion.recognise.merge`).

A page whose own tables are whole is not slowed down by its pictures. Its attachments are read all the same:
a figure that stands differently in the attached file is news.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ingestion.extract.companions import Asked, Companion, Companions
from ingestion.extract.model import Document, ImageBlock, Issue, Link, Severity
from ingestion.extract.pictures import has_pictures, read_pictures
from ingestion.recognise.merge import merge_attachment, merge_pictures, other_report
from ingestion.recognise.reading import MISSING_IMAGE, Carrier, Reading

#: Attachments of one page that are read, and pictures of a whole page that are looked for.
MAX_ATTACHMENTS = 8
_MAX_PICTURES = 60
#: A year in the text of a link, and no day of it.
_YEAR_OF_LINK = re.compile(r"(?<!\d)(20\d{2})年(?!\s*\d{1,2}\s*月)")
#: Reasons for which a document is read once something else is there.
_WAITING = frozenset({"waiting_for_converter", "format_not_supported_yet"})


@dataclass(frozen=True, slots=True)
class Chain:
    """The reading of documents, as far as a page needs it for what belongs to it.

    recognise: a document of the page's own hints, as it stands now. read_file: a file beside the page, alone.
    """

    recognise: Callable[[Document], Reading]
    read_file: Callable[[Companion], Reading]


@dataclass(slots=True)
class _Page:
    """What was found out about a page so far."""

    document: Document
    reading: Reading
    asked: Asked
    carriers: dict[str, Carrier] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def claim(self, reference: str, name: str, sha256: str, kind: str) -> None:
        """This file belongs to the page's report."""
        carrier = Carrier(sha256, name, reference, "picture" if kind == "picture" else "attachment")
        self.carriers.setdefault(sha256, carrier)


def read_page(document: Document, reading: Reading, companions: Companions | None, chain: Chain) -> Reading:
    """The reading of a page, completed by its pictures and attachments as far as they are there.

    reading: of the page alone. Raises `UnreadableInput` only for limits that the page itself passes.
    """
    page = _Page(document, reading, Asked(companions))
    if has_pictures(document):
        _take_pictures(page, chain)
    if companions is not None and document.links:
        _take_attachments(page, chain)
    page.reading.carriers = list(page.carriers.values())
    page.reading.companions = page.asked.marks
    page.reading.issues += page.issues
    return page.reading


# ---------------------------------------------------------------------------------------------------------
# pictures


def _take_pictures(page: _Page, chain: Chain) -> None:
    if not _lacks_tables(page.reading):
        pictures = [block for block in page.document.blocks if isinstance(block, ImageBlock)]
        for block in pictures[:_MAX_PICTURES]:
            for reference in block.references:
                found = None if reference[:5].lower() == "data:" else page.asked.find(reference)
                if found is not None:
                    page.claim(reference, found.name, found.sha256, "picture")
        return
    known = len(page.document.issues)
    n_read = read_pictures(
        page.document,
        page.asked,
        used=lambda reference, name, sha256: page.claim(reference, name, sha256, "picture"),
    )
    if n_read:
        page.reading = merge_pictures(page.reading, chain.recognise(page.document))
    else:
        page.reading.issues += page.document.issues[known:]


def _lacks_tables(reading: Reading) -> bool:
    """Whether cells of the report may stand in a picture."""
    if reading.status not in ("partial", "no_tables"):
        return False
    return not reading.cells or any(cell.state == MISSING_IMAGE for cell in reading.cells.values())


# ---------------------------------------------------------------------------------------------------------
# attachments


def _take_attachments(page: _Page, chain: Chain) -> None:
    found = _found_attachments(page)
    readings: list[tuple[Companion, Reading]] = []
    for link, companion in found:
        attached = chain.read_file(companion)
        refusal = _why_unread(attached)
        if refusal is None:
            readings.append((companion, _as_linked(attached, link.text, page.reading)))
        else:
            page.issues.append(Issue(refusal[0], companion.name, refusal[1], refusal[2], link.locator))
    if page.reading.status == "not_a_report" and not _is_landing_page(page, readings):
        return
    for companion, attached in readings:
        merged = merge_attachment(page.reading, attached, companion.name)
        if isinstance(merged, Issue):
            # beside a whole report another one is no news
            is_whole = page.reading.status == "complete"
            page.issues.append(replace(merged, severity="info") if is_whole else merged)
        else:
            page.reading = merged
            page.claim(companion.reference, companion.name, companion.sha256, "attachment")


def _as_linked(attached: Reading, text: str, page: Reading) -> Reading:
    """An attachment that names no year itself is of the year that its link names, if that is another one.

    Case: bare tables, linked as 2022年度统计表.docx from the report of 2023.
    """
    years = {int(year) for year in _YEAR_OF_LINK.findall(text)}
    own, year = attached.headline.report_year, page.headline.report_year
    if own is not None or year is None or len(years) != 1 or year in years:
        return attached
    return replace(attached, headline=replace(attached.headline, report_year=years.pop()))


def _found_attachments(page: _Page) -> list[tuple[Link, Companion]]:
    """The files that the page links to and that are there, each once; those that are not are remembered."""
    found: dict[str, tuple[Link, Companion]] = {}
    n_links = 0
    for link in page.document.links:
        companion = page.asked.find(link.href)
        if companion is None or companion.sha256 in found or companion.sha256 == page.document.sha256:
            continue
        n_links += 1
        if n_links > MAX_ATTACHMENTS:
            detail = f"the page links to more than {MAX_ATTACHMENTS} files; the others are not read with it"
            page.issues.append(Issue("attachments_left_out", "document", detail, "info"))
            break
        found[companion.sha256] = (link, companion)
    return list(found.values())


def _why_unread(attached: Reading) -> tuple[str, str, Severity] | None:
    """Code, detail and severity of the issue that says why an attachment tells nothing; None if it does."""
    if attached.status == "not_a_report":
        return "attachment_not_a_report", f"the attachment is no report: {attached.reason}", "info"
    if attached.status != "unreadable":
        return None
    if any(issue.code in _WAITING for issue in attached.issues):
        return "attachment_waiting", f"the attachment cannot be read yet: {attached.reason}", "warning"
    return "attachment_unreadable", f"the attachment cannot be read: {attached.reason}", "warning"


def _is_landing_page(page: _Page, readings: list[tuple[Companion, Reading]]) -> bool:
    """Whether a page that is no report itself is the page of the one report attached to it.

    Its own title must name the year, and none of its attachments may be another report: a list of reports is
    the page of none of them.
    """
    head = page.reading.headline
    if head.report_year is None or "title" not in head.found or not readings:
        return False
    others = [(companion, why) for companion, attached in readings if (why := other_report(head, attached))]
    for companion, why in others:
        detail = f"the page is no report, and the attached one is not the one of its title: {why}"
        page.issues.append(Issue("attachment_other_report", companion.name, detail, "info"))
    return not others
