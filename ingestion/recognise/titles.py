"""Titles of annual reports: which lines are one, the year and the issuer in them.

Belongs here: the shape of a title (also one split over lines) and the places of a document that hold titles.
Does not belong here: choosing the report year against the period, the issuer against the signature
(`headline.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.extract.model import Document, Locator, TextBlock
from ingestion.recognise.dates import YEAR
from ingestion.recognise.headline_words import HeadlineWords
from ingestion.recognise.names import clean_name
from ingestion.recognise.numerals import parse_year
from ingestion.recognise.prose import fold, paragraph_of

MAX_TITLE_CHARS = 64
_MAX_TITLE_LINES = 3
_TITLE_REGION_BLOCKS = 60
_LABEL_REGION_BLOCKS = 25
_LABEL_REGION_CHARS = 600
_SENTENCE_MARK = re.compile(r"[。;,:!?|]")
_YEAR = re.compile(rf"(?P<y>{YEAR})年?(?:度)?")
_TITLE_YEAR = re.compile(rf"(?P<y>{YEAR})(?:年度?|度)|(?<!\d)(?P<bare>20\d{{2}})(?!\d)")
_LEADING = re.compile(r"^(?:#|\*|·|关于|附件\d?:?|正文|[【\[][^】\]]{1,8}[】\]])+")
_ABOUT = re.compile(r"(?:关于|的)+$")
_WRAPPING = re.compile(r"[《》“”\"]")


@dataclass(frozen=True, slots=True)
class Title:
    """A title of an annual report. text: folded; raw: as printed, lines joined by a line break."""

    text: str
    raw: str
    year: int | None
    agency: str | None
    how: str
    locator: Locator | None
    lines: int = 1

    @property
    def weight(self) -> int:
        """How much it tells: the year counts twice."""
        return (2 if self.year is not None else 0) + (1 if self.agency is not None else 0)


def parse_title(text: str, words: HeadlineWords, how: str, locator: Locator | None = None) -> Title | None:
    """The title that `text` (as printed) is; None if it is none: a sentence, a notice, a guide, news."""
    folded = _WRAPPING.sub("", fold(text).text).lstrip("#*·")
    if not 6 <= len(folded) <= MAX_TITLE_CHARS or _SENTENCE_MARK.search(folded):
        return None
    core = words.core.search(folded)
    if core is None or words.veto.search(folded):
        return None
    return Title(folded, text, _year(folded), _agency(folded[: core.start()], words), how, locator)


def title_year(text: str) -> int | None:
    """The year that a title speaks of; None if it names none."""
    return _year(fold(text).text)


def titles_of(document: Document, words: HeadlineWords) -> list[Title]:
    """Every title that the document prints or declares, in order of trust: text, labels, meta, <title>."""
    blocks = [block for block in document.blocks if isinstance(block, TextBlock)][:_TITLE_REGION_BLOCKS]
    return [
        *_printed_titles(blocks, words),
        *_labelled_titles(blocks, words),
        *_declared_titles(document, words),
    ]


def best_title(titles: Sequence[Title]) -> Title | None:
    """The one that tells most; of equals the one said twice (in the text and by the page), then the first.

    A page may list the titles of other years beside the article.
    """
    said = Counter(text for text, _ in {(title.text, title.how) for title in titles})
    return max(titles, key=lambda title: (title.weight, said[title.text], -title.lines), default=None)


def _printed_titles(blocks: Sequence[TextBlock], words: HeadlineWords) -> list[Title]:
    found: list[Title] = []
    texts = [fold(block.text).text if len(block.text) <= 2 * MAX_TITLE_CHARS else "" for block in blocks]
    for index, text in enumerate(texts):
        if not text or _SENTENCE_MARK.search(text):
            continue
        for count in range(1, _MAX_TITLE_LINES + 1):
            part = texts[index : index + count]
            if len(part) < count or not all(part) or any(_SENTENCE_MARK.search(line) for line in part):
                break
            # A title ends with the core, or with the year in brackets on a line of its own.
            if words.core_anywhere.search("".join(part)) is None:
                continue
            first, last = blocks[index].locator, blocks[index + count - 1].locator
            locator = first if count == 1 else _joined(first, last)
            raw = "\n".join(block.text for block in blocks[index : index + count])
            title = parse_title(raw, words, "title", locator)
            if title is not None:
                found.append(Title(title.text, raw, title.year, title.agency, "title", locator, lines=count))
    return found


def _joined(first: Locator, last: Locator) -> Locator:
    return Locator(
        page=first.page,
        line=first.line,
        line_end=last.line_end or last.line,
        char_start=first.char_start,
        char_end=last.char_end,
    )


def _labelled_titles(blocks: Sequence[TextBlock], words: HeadlineWords) -> list[Title]:
    """标题: … as exports of articles print it."""
    found: list[Title] = []
    for block in blocks[:_LABEL_REGION_BLOCKS]:
        for match in words.labelled.finditer(block.text[:_LABEL_REGION_CHARS]):
            if match.group("label") in words.file.title.labels:
                place = paragraph_of(block).locate(*match.span("value"))
                title = parse_title(match.group("value"), words, "label", place)
                if title is not None:
                    found.append(title)
    return found


def _declared_titles(document: Document, words: HeadlineWords) -> list[Title]:
    found: list[Title] = []
    for name, value in document.meta.items():
        if name.lower() in words.file.title.meta:
            found.extend(_segments(value, words, f"meta {name}"))
    if document.title:
        found.extend(_segments(document.title, words, "page title"))
    return found


def _segments(text: str, words: HeadlineWords, how: str) -> list[Title]:
    """A page title often carries the column and the site: 标题_栏目_网站."""
    whole = parse_title(text, words, how)
    if whole is not None:
        return [whole]
    parts = (parse_title(part.strip(), words, how) for part in words.separators.split(text))
    return [part for part in parts if part is not None]


def _year(text: str) -> int | None:
    """The year of the title; of several the last that is marked 年, which stands next to the core."""
    marked = [match.group("y") for match in _TITLE_YEAR.finditer(text) if match.group("y")]
    if marked:
        return parse_year(marked[-1])
    bare = [match.group("bare") for match in _TITLE_YEAR.finditer(text) if match.group("bare")]
    return int(bare[0]) if len(set(bare)) == 1 else None


def _agency(prefix: str, words: HeadlineWords) -> str | None:
    """The issuer in the part of a title before 政府信息公开."""
    rest = _YEAR.sub("", prefix)
    rest = _ABOUT.sub("", _LEADING.sub("", rest)).removesuffix("年度")
    if rest.endswith("人民"):
        # 汇龙镇人民政府信息公开…: the word 政府 belongs to the issuer.
        rest += "政府"
    return clean_name(rest, words) if rest else None
