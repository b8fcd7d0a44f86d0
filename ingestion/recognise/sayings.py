"""What a document says about itself, with where it says it: the material of the headline.

Belongs here: text blocks folded once, sayings (a value, its words, their place), labelled values such as
来源:…, the preamble, and the shape of a signature. Does not belong here: choosing between sayings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from ingestion.catalog.traditional import SIMPLIFIED
from ingestion.extract.model import Document, Locator, TextBlock
from ingestion.recognise.headline_words import HeadlineWords
from ingestion.recognise.prose import Folded, fold, paragraph_of

_PREAMBLE_BLOCKS = 30
_PREAMBLE_CHARS = 1600
_LABEL_BLOCKS = 25
_LABEL_CHARS = 600
_SECTION_ONE = re.compile(r"^#*一、")
#: A signer and a date in one line of printed text; a name begins after a blank or a stop.
SIGNED = re.compile(
    r"(?:^|[\s。；;])(?P<a>[\u4e00-\u9fff（）()]{4,40})\s*(?P<d>(?:20\d{2}|二[〇○零OoΟ]..)\s*年\s*"
    r"[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日)(?P<after>.{0,4})"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A text block of the document with its folded text."""

    block: TextBlock
    folded: Folded

    @property
    def text(self) -> str:
        return self.folded.text

    def at(self, start: int, end: int) -> Locator:
        """Where the printed characters start to end of the block stand."""
        return paragraph_of(self.block).locate(start, end)


@dataclass(frozen=True, slots=True)
class Saying:
    """A value the document states: how, in which words, where."""

    value: Any
    raw: str
    how: str
    locator: Locator | None

    def to_found(self) -> dict[str, Any]:
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return {
            "value": value,
            "raw": self.raw,
            "how": self.how,
            "locator": self.locator.to_dict() if self.locator else None,
        }


def labelled_values(
    document: Document, lines: Sequence[Line], words: HeadlineWords
) -> Iterator[tuple[str, Saying]]:
    """(label, value) of 来源:… 时间:… lines near the top, and of small tables such as 发布机构 | ….

    Only the top: further down such words belong to the text.
    """
    for line in lines[:_LABEL_BLOCKS]:
        printed = line.block.text[:_LABEL_CHARS]
        for match in words.labelled.finditer(printed.translate(SIMPLIFIED)):
            raw = printed[slice(*match.span())]
            yield match.group("label"), Saying(match.group("value"), raw, "label", line.at(*match.span()))
    for grid in document.grids()[:2]:
        for row in grid.rows():
            for cell, value in pairwise(row):
                label = fold(cell.text).text.rstrip(":")
                if label in words.all_labels and value.text:
                    yield label, Saying(value.text, f"{cell.text} {value.text}", "label", value.locator)


def preamble_of(lines: Sequence[Line]) -> list[Line]:
    """The text before the first section: where a report speaks about itself."""
    found: list[Line] = []
    size = 0
    for line in lines[:_PREAMBLE_BLOCKS]:
        if _SECTION_ONE.match(line.text) and len(line.text) < 60:
            break
        found.append(line)
        size += len(line.text)
        if size > _PREAMBLE_CHARS:
            break
    return found
