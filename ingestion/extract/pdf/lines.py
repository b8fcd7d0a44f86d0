"""Glyphs put together to lines and texts by where they stand, whatever order the file draws them in.

Belongs here: one glyph drawn twice (false bold), lines, words, and the rule when two digits are one number:
the gap between them, measured in their own width. Nothing is joined by guess: digits that stand apart keep
a space between them, and whoever reads numbers refuses them. Does not belong here: cells and paragraphs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

from ingestion.extract.pdf.geometry import Box
from ingestion.extract.pdf.page_content import Glyph

#: Gap between two digits of one number, in widths of a digit: kerning and the spacing of justified lines stay
#: below the first; from the second on they stand apart (a space is at least half a digit wide).
JOINED_GAP = 0.25
APART_GAP = 0.45
#: The same between a digit and a Chinese character, and between two of these, in sizes of the font; a
#: justified line spreads its characters by up to half of one.
WORD_GAP = 0.45
CHINESE_GAP = 0.9
#: The same between two letters: the narrowest space is a quarter of the size.
LETTER_GAP = 0.15
#: The same character drawn again within this part of its width is false bold.
BOLD_SHIFT = 0.2
#: Baselines of one line differ by less than this part of the size; raised digits by more.
SAME_LINE = 0.45
RAISED = 0.15
#: Glyphs that lie over one another by more than this part of their width were printed over one another.
OVERPRINT = 0.5
#: What is joined in doubt has at most this confidence.
CONFIDENCE_IN_DOUBT = 0.85
UNKNOWN = "\ufffd"

_NUMERIC = frozenset("0123456789０１２３４５６７８９.,．，%")
DIGITS = frozenset("0123456789０１２３４５６７８９")


@dataclass(slots=True)
class Line:
    """Glyphs on one baseline, from left to right."""

    glyphs: list[Glyph]

    @property
    def box(self) -> Box:
        return box_of(self.glyphs)

    @property
    def size(self) -> float:
        return max(glyph.size for glyph in self.glyphs)


@dataclass(frozen=True, slots=True)
class Written:
    """A text put together from glyphs.

    confidence: below 1 where it was joined in doubt. legible: False where characters are unknown or printed
    over one another.
    """

    text: str
    confidence: float = 1.0
    legible: bool = True


def box_of(glyphs: Iterable[Glyph]) -> Box:
    """The box around glyphs (at least one)."""
    x0 = top = inf
    x1 = bottom = -inf
    for glyph in glyphs:
        if glyph.x0 < x0:
            x0 = glyph.x0
        if glyph.x1 > x1:
            x1 = glyph.x1
        if glyph.top < top:
            top = glyph.top
        if glyph.bottom > bottom:
            bottom = glyph.bottom
    return x0, top, x1, bottom


def without_false_bold(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Each glyph once: drawn again at (nearly) the same place it only makes the print bold."""
    kept: list[Glyph] = []
    by_place: dict[tuple[str, int], list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        row = round(glyph.y / 2)
        shift = BOLD_SHIFT * max(glyph.x1 - glyph.x0, 0.3 * glyph.size)
        drawn = any(
            abs(other.x0 - glyph.x0) <= shift and abs(other.y - glyph.y) <= shift
            for near in (row - 1, row, row + 1)
            for other in by_place.get((glyph.text, near), ())
        )
        if not drawn:
            by_place[glyph.text, row].append(glyph)
            kept.append(glyph)
    return kept


def lines_of(glyphs: Sequence[Glyph]) -> list[Line]:
    """Lines from top to bottom. Turned text is read along its own direction."""
    turns = Counter(glyph.turn for glyph in glyphs)
    turn = turns.most_common(1)[0][0] if turns else 0
    if turn:
        glyphs = [_upright(glyph, turn) for glyph in glyphs]
    lines: list[Line] = []
    for glyph in sorted(glyphs, key=lambda one: one.y):
        if lines:
            last = lines[-1].glyphs
            reach = SAME_LINE * max(glyph.size, last[0].size)
            if glyph.y - last[0].y <= reach and glyph.y - last[-1].y <= reach:
                last.append(glyph)
                continue
        lines.append(Line([glyph]))
    for line in lines:
        line.glyphs.sort(key=lambda one: one.x0)
    return lines


def _upright(glyph: Glyph, turn: int) -> Glyph:
    """The glyph as if the page were held so that text with this turn is upright."""
    x0, top, x1, bottom = glyph.x0, glyph.top, glyph.x1, glyph.bottom
    if turn == 1:
        box = top, -x1, bottom, -x0
    elif turn == 3:
        box = -bottom, x0, -top, x1
    else:
        box = -x1, -bottom, -x0, -top
    return replace(glyph, x0=box[0], top=box[1], x1=box[2], bottom=box[3], y=box[3], turn=0)


def written(glyphs: Sequence[Glyph]) -> Written:
    """The text of one cell or region: its lines with "\\n" between them."""
    return written_lines(lines_of(glyphs))


def written_lines(lines: Sequence[Line]) -> Written:
    confidence, legible = 1.0, True
    texts: list[str] = []
    for line in lines:
        text, sure, readable = _line_text(line.glyphs)
        texts.append(text)
        confidence = min(confidence, sure)
        legible = legible and readable
    return Written("\n".join(texts), confidence, legible)


def _line_text(glyphs: Sequence[Glyph]) -> tuple[str, float, bool]:
    confidence, legible = 1.0, True
    parts: list[str] = []
    before: Glyph | None = None
    for glyph in glyphs:
        if glyph.text == UNKNOWN:
            legible = False
        if before is not None:
            gap = glyph.x0 - before.x1
            if before.text in _NUMERIC and glyph.text in _NUMERIC:
                width = min(before.x1 - before.x0, glyph.x1 - glyph.x0) or glyph.size / 2
                if gap < -OVERPRINT * width and before.text in DIGITS and glyph.text in DIGITS:
                    legible = False
                if gap > APART_GAP * width or _raised(before, glyph):
                    parts.append(" ")
                elif gap > JOINED_GAP * width:
                    confidence = CONFIDENCE_IN_DOUBT
            elif before.text.isascii() and glyph.text.isascii():
                if gap > LETTER_GAP * glyph.size:
                    parts.append(" ")
            elif gap > WORD_GAP * glyph.size and not (
                gap <= CHINESE_GAP * glyph.size and _is_wide(before) and _is_wide(glyph)
            ):
                parts.append(" ")
        parts.append(glyph.text)
        before = glyph
    return "".join(parts), confidence, legible


def _raised(before: Glyph, glyph: Glyph) -> bool:
    """A footnote's number behind a number is none of its digits."""
    small, large = sorted((before.size, glyph.size))
    return abs(before.y - glyph.y) > RAISED * large or small < 0.8 * large


def _is_wide(glyph: Glyph) -> bool:
    return glyph.text >= "\u2e80"


def words_of(line: Line, gap: float = WORD_GAP) -> list[Line]:
    """Stretches of a line without a gap wider than `gap` sizes of its font."""
    words: list[Line] = []
    for glyph in line.glyphs:
        if words and glyph.x0 - words[-1].glyphs[-1].x1 <= gap * glyph.size:
            words[-1].glyphs.append(glyph)
        else:
            words.append(Line([glyph]))
    return words
