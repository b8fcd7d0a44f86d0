"""Sheets of paper: what stands on them, in points, and how wide and how broken a text is.

Belongs here: the look of pages, their texts, lines and boxes, measuring and wrapping. Not here: which block of a
report goes where (`layout`), PDF (`pdf_writer`), pixels (`pixels`). y runs down from the top of the page as shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reportlab.pdfbase import pdfmetrics

from tests.generator.faces import face_for

A4 = (595.0, 842.0)
BORDERS = ("full", "no_sides", "no_frame", "no_verticals", "horizontal", "dashed", "double", "rects", "none")
BREAKS = ("natural", "between", "numbers_first", "numbers_second", "heading_left", "label_cut")


@dataclass(frozen=True)
class Look:
    """How the pages look; lengths in points.

    `breaks`: where a page ends within table 3 (see BREAKS; natural = where it is full). `repeat_heads`: the head
    of a table again on top of its next page. `long_lines`: borders drawn in one go, not cell by cell. `order`:
    of the texts in the file, as shown ("visual"), column by column or at random. `tight`: one page as small as
    what is on it.
    """

    page: tuple[float, float] = A4
    margin: float = 54
    size: float = 10.5
    face: str = "song"
    number_face: str | None = None
    border: str = "full"
    line_width: float = 0.5
    padding: float = 3
    breaks: str = "natural"
    repeat_heads: bool = False
    long_lines: bool = False
    backgrounds: bool = False
    vertical_labels: bool = False
    boxed_prose: bool = False
    double_bold: bool = False
    order: str = "visual"
    page_numbers: str | None = "- {n} -"
    running_head: bool = False
    rotate: int = 0
    tight: bool = False
    number_align: str = "center"

    @property
    def leading(self) -> float:
        return self.size * 1.3


@dataclass
class Text:
    """`y`: the baseline. `bold`: drawn twice, a hair apart, as WPS fakes bold."""

    x: float
    y: float
    text: str
    size: float
    face: str
    bold: bool = False


@dataclass
class Line:
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass
class Box:
    """A filled background, `grey` from 0 to 1."""

    x0: float
    y0: float
    x1: float
    y1: float
    grey: float


@dataclass
class Page:
    """`tables`: (code, box) of each piece of a table on the page."""

    width: float
    height: float
    texts: list[Text] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    tables: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)


def width_of(text: str, size: float, face: str) -> float:
    """The width of `text` in points; a character that the face lacks is drawn in another face."""
    return sum(pdfmetrics.stringWidth(char, face_for(char, face), size) for char in text)


def wrap(text: str, width: float, size: float, face: str) -> list[str]:
    """`text` in lines no wider than `width`, broken between any two characters but not within a number."""
    lines = [""]
    for token in _tokens(text):
        if lines[-1] and width_of(lines[-1] + token, size, face) > width:
            lines.append("")
        if width_of(token, size, face) <= width:
            lines[-1] += token
            continue
        for char in token:
            if lines[-1] and width_of(lines[-1] + char, size, face) > width:
                lines.append("")
            lines[-1] += char
    return lines


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for char in text:
        if (tokens and char.isascii() and tokens[-1][-1].isascii() and char != " " and tokens[-1] != " ") or (
            tokens and char in "，。、；：）”》？！"
        ):
            tokens[-1] += char
        else:
            tokens.append(char)
    return tokens
