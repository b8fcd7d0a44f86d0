"""Running text of a page: lines to paragraphs, headings for themselves.

Belongs here: which lines are one paragraph, by where they begin and end. Does not belong here: words that a
heading may have, lines inside tables, what repeats on every page (`margins`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingestion.extract.pdf.borderless import stands_in_columns
from ingestion.extract.pdf.geometry import Box, union_box
from ingestion.extract.pdf.lines import Line, written_lines

#: A line ends its paragraph if it stops this far (sizes of its font) before the right margin.
SHORT_BY = 2.0
#: A line begins a paragraph if it is indented by this much.
INDENT = 1.0
#: Lines of one paragraph are at most this many usual line distances apart.
PITCH = 1.3
#: And this many sizes of the font.
MAX_PITCH = 2.2
SAME_SIZE = 0.12


@dataclass(slots=True)
class Paragraph:
    """Lines that are one text; whole: its last line may go on over the page."""

    lines: list[Line] = field(default_factory=list)
    whole: bool = True
    indented: bool = False

    @property
    def box(self) -> Box:
        return union_box(line.box for line in self.lines)

    @property
    def text(self) -> str:
        return joined(written_lines([line]).text for line in self.lines)

    @property
    def legible(self) -> bool:
        return written_lines(self.lines).legible


def joined(lines: Iterable[str]) -> str:
    """Lines of one paragraph as one text: Chinese needs no space between them, words of letters do."""
    text = ""
    for line in lines:
        if text and text[-1].isascii() and text[-1].isalpha() and line[:1].isascii() and line[:1].isalpha():
            text += " "
        text += line
    return text


def sides(lines: Sequence[Line]) -> tuple[float, float] | None:
    """Where the lines of a page begin and end; None where too few of them show it."""
    if len(lines) < 2:
        return None
    return min(line.box[0] for line in lines), max(line.box[2] for line in lines)


def paragraphs(lines: Sequence[Line], margins: tuple[float, float] | None) -> list[Paragraph]:
    """Paragraphs from top to bottom; margins: where full lines begin and end."""
    ordered = sorted(lines, key=lambda line: line.glyphs[0].y)
    if margins is None:
        return [Paragraph([line]) for line in ordered]
    left, right = margins
    steps = [below.glyphs[0].y - above.glyphs[0].y for above, below in pairwise(ordered)]
    usual = [step for step in steps if step <= 3 * ordered[0].size]
    pitch = median(usual) if usual else 0.0
    found: list[Paragraph] = []
    before: Line | None = None
    columns_before = False
    for line in ordered:
        size = line.size
        in_columns = stands_in_columns(line)
        indented = line.box[0] > left + INDENT * size
        goes_on = (
            before is not None
            and not indented
            and not in_columns
            and not columns_before
            and before.box[2] >= right - SHORT_BY * size
            and line.glyphs[0].y - before.glyphs[0].y <= min(PITCH * pitch, MAX_PITCH * size)
            and abs(before.size - size) <= SAME_SIZE * size
        )
        if goes_on:
            found[-1].lines.append(line)
        else:
            found.append(Paragraph([line], indented=indented))
        found[-1].whole = line.box[2] < right - SHORT_BY * size
        before, columns_before = line, in_columns
    return found
