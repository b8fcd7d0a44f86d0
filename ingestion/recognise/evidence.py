"""Whether a document is an annual report on government-information disclosure at all.

Belongs here: that one question and its reason in words. Does not belong here: reading anything out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingestion.extract.model import Document, Grid, ImageBlock, TextBlock
from ingestion.recognise.headline_words import HeadlineWords, load_headline_words
from ingestion.recognise.prose import fold
from ingestion.recognise.titles import (
    MAX_TITLE_CHARS,
    Title,
    best_title,
    parse_title,
    titles_of,
)

_MIN_SECTIONS = 2
_MIN_LABELS = 2
#: Without a title the tables or the sections must speak for themselves.
_MIN_LABELS_ALONE = 3
_MIN_SECTIONS_ALONE = 4
_MAX_HEADING_CHARS = 48
_OPENING_BLOCKS = 6
_LIST_OF_REPORTS = 3
_ABOUT_REPORTS = re.compile("公开|年报|年度报告|年度报表")


def report_evidence(document: Document, title: str | None = None) -> tuple[bool, str]:
    """(is it an annual report, why) — from its title, statutory section headings, form labels and preamble.

    title: a hint from outside; it only supports what the document itself shows. A notice about compiling
    reports, a guide, an interpretation or news about a report is none, even where it carries the empty form.
    """
    words = load_headline_words()
    texts = list(_texts(document))
    sections = _count_sections(texts, words)
    labels = _count_labels(texts, words)
    titles = [found for found in titles_of(document, words) if found.weight]
    own = best_title(titles)
    refusal = _refused_title(document, words)
    hinted = parse_title(title, words, "title hint") if title else None
    preamble = any(words.report_preamble.search(text) for text in texts[:30])
    shown = f"{sections} statutory sections, {labels} form labels"
    if own is None and refusal is not None:
        return False, f"the title names another kind of paper: {refusal}"
    if _is_list(titles) and sections < _MIN_SECTIONS and labels < _MIN_LABELS:
        return False, "a list of reports, not one report"
    if own is not None or hinted is not None:
        source = own or hinted
        assert source is not None
        if sections >= _MIN_SECTIONS or labels >= _MIN_LABELS:
            return True, f"{source.how} {source.text!r}, {shown}"
        if own is not None and own.year is not None and (sections or labels or _has_pictures(document)):
            return True, f"{source.how} {source.text!r}, {shown}"
        if preamble and (own is not None or sections or labels):
            return True, f"{source.how} {source.text!r} and a report's preamble"
        if own is not None and own.year is not None and _is_headed(own, document):
            return True, f"headed {own.text!r}, though neither sections nor tables were found"
    if labels >= _MIN_LABELS_ALONE:
        return True, f"no title, but {shown}"
    if sections >= _MIN_SECTIONS_ALONE:
        return True, f"no title, but {shown}"
    if own is not None:
        return False, f"titled {own.text!r}, but it holds no section, table or preamble of a report ({shown})"
    return False, f"neither the title nor the text is that of an annual report ({shown})"


def _has_pictures(document: Document) -> bool:
    """Pictures in the content: a titled page without text may be the scan of a report."""
    return any(isinstance(block, ImageBlock) for block in document.blocks)


def _texts(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, TextBlock):
            yield fold(block.text).text
        elif isinstance(block, Grid):
            for cell in block.cells:
                if cell.text:
                    yield fold(cell.text).text


def _count_sections(texts: list[str], words: HeadlineWords) -> int:
    """Distinct statutory headings; in a flattened page they stand inside a long text behind 一、 to 九、."""
    found: set[int] = set()
    for text in texts:
        if len(text) <= _MAX_HEADING_CHARS:
            heads = [text] if "情况" in text or "问题" in text or "事项" in text or "概" in text else []
        else:
            heads = [part[:_MAX_HEADING_CHARS] for part in _numbered_parts(text)]
        for head in heads:
            found.update(number for number, pattern in enumerate(words.sections) if pattern.search(head))
    return len(found)


def _numbered_parts(text: str) -> Iterator[str]:
    position = text.find("、")
    while position > 0:
        if text[position - 1] in "一二三四五六七八九":
            yield text[position + 1 : position + 1 + 24]
        position = text.find("、", position + 1)


def _count_labels(texts: list[str], words: HeadlineWords) -> int:
    missing = set(words.form_labels)
    for text in texts:
        if len(text) >= 4 and missing:
            missing.difference_update([label for label in missing if label in text])
    return len(words.form_labels) - len(missing)


def _refused_title(document: Document, words: HeadlineWords) -> str | None:
    """The title of another kind of paper about disclosure or reports, if the document is headed by one."""
    opening = [block for block in document.blocks if isinstance(block, TextBlock)][:_OPENING_BLOCKS]
    candidates = [fold(block.text).text for block in opening]
    if document.title:
        candidates.insert(0, fold(words.separators.split(document.title)[0]).text)
    for text in candidates:
        is_heading = len(text) <= MAX_TITLE_CHARS and "。" not in text
        if words.form_title.search(text):
            return None
        if is_heading and words.veto.search(text) and _ABOUT_REPORTS.search(text):
            return text
    return None


def _is_list(titles: list[Title]) -> bool:
    printed = {(title.year, title.agency) for title in titles if title.how == "title" and title.lines == 1}
    return len(printed) >= _LIST_OF_REPORTS


def _is_headed(title: Title, document: Document) -> bool:
    """Whether the title heads the document and is not a link somewhere on a page."""
    if title.how != "title":
        return True
    for block in [block for block in document.blocks if isinstance(block, TextBlock)][:_OPENING_BLOCKS]:
        if block.text and block.text in title.raw:
            return sum(len(block.text) for block in document.blocks if isinstance(block, TextBlock)) > 200
    return False
