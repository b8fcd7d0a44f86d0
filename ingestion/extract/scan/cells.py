"""The cells of a table, read: two policies for everything that may be a number, their agreement as evidence.

Policy A (`ocr_ink`) reads any ink of a cell as it was printed; policy B (`ocr_digit`) reads only the ink that
looks like the table's digits, cleaned. What only one of them sees, or both read differently, is doubtful and
both readings stand. Belongs here: which text and confidence a cell gets. Does not belong here: what a number
is worth, labels, and any correction of what was read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.extract.model import GridCell, Locator, OtherReading
from ingestion.extract.scan import engine
from ingestion.extract.scan.decode import Pixels
from ingestion.extract.scan.enclosed import Enclosed
from ingestion.extract.scan.engine import Reading
from ingestion.extract.scan.ink import (
    PADDING_DIGIT,
    PADDING_INK,
    CellInk,
    DigitLook,
    Inked,
    Piece,
    digit_look,
    like_digits,
    lines_of,
    side_by_side,
    stacked,
    stands_apart,
    words_of,
)

HOW_INK, HOW_DIGIT = "ocr_ink", "ocr_digit"

#: Confidence of a number that both policies read, and of one that only one of them read.
MOST_AGREED, LEAST_AGREED = 0.98, 0.9
MOST_ALONE = 0.89
#: ... where something about the cell itself is in doubt: a rule, ink that runs into it.
MOST_IN_DOUBT = 0.8
#: Both must find the text this likely before it counts as agreed. Of 4,700 numbers that both read alike in
#: bad pictures and less likely than 0.95, one was wrong: at 0.18.
SURE = 0.6

#: A numbered item, as labels are: its number is no number of the table.
_NUMBERED = re.compile(r"[(（]?\d{1,2}[.．、,，)）].*[\u4e00-\u9fff]{2}", re.DOTALL)
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass
class _Cell:
    """A cell on its way: its ink, the pieces that each policy reads, what they read."""

    place: Enclosed
    ink: CellInk
    lines: list[list[Piece]]
    digits: list[Piece]
    first: Reading = engine.EMPTY
    second: Reading | None = None


def read_cells(
    places: Sequence[Enclosed], inks: Sequence[CellInk], inked: Inked
) -> list[tuple[Enclosed, str, float, tuple[OtherReading, ...], bool]]:
    """Per cell: its place, text, confidence, the readings that were not chosen, and whether it is legible."""
    look = digit_look(inks, inked.em)
    cells = [
        _Cell(place, ink, lines_of(ink.pieces, inked.em), like_digits(ink.pieces, look, inked.em))
        for place, ink in zip(places, inks, strict=True)
    ]
    _read_ink(cells, inked)
    _read_digits(cells, inked)
    return [(cell.place, *_judged(cell, look, inked)) for cell in cells]


def _read_ink(cells: Sequence[_Cell], inked: Inked) -> None:
    """Policy A: every line of a cell as it was printed; where figures stand apart in one, each for itself."""
    crops: list[list[list[Pixels]]] = []
    for cell in cells:
        parts = [inked.crop(line, PADDING_INK) for line in cell.lines]
        crops.append([[side_by_side(parts)]] if stacked(cell.lines, inked.em) else [[part] for part in parts])
    for cell, reading in zip(cells, _read(crops), strict=True):
        cell.first = reading
    apart = [
        cell
        for cell in cells
        if not _HAN.search(cell.first.text) and any(len(words_of(line, inked.em)) > 1 for line in cell.lines)
    ]
    crops = [
        [[inked.crop(word, PADDING_INK) for word in words_of(line, inked.em)] for line in cell.lines]
        for cell in apart
    ]
    for cell, reading in zip(apart, _read(crops), strict=True):
        cell.first = reading


def _read_digits(cells: Sequence[_Cell], inked: Inked) -> None:
    """Policy B: what looks like the table's digits, for every cell that may hold a number."""
    asked = [cell for cell in cells if cell.digits and _may_be_number(cell.first.text)]
    crops = [
        [
            [inked.cleaned(word, PADDING_DIGIT) for word in words_of(line, inked.em)]
            for line in lines_of(cell.digits, inked.em)
        ]
        for cell in asked
    ]
    for cell, reading in zip(asked, _read(crops), strict=True):
        cell.second = reading


def _read(cells: Sequence[Sequence[Sequence[Pixels]]]) -> list[Reading]:
    """Readings of cells given as lines of words: one batch, words joined by spaces, lines by breaks."""
    flat = iter(engine.read_lines([crop for lines in cells for words in lines for crop in words]))
    found = []
    for lines in cells:
        readings = [[next(flat) for _ in words] for words in lines]
        texts = (" ".join(one.text for one in words if one.text) for words in readings)
        every = [one for words in readings for one in words]
        confidence = math.prod(one.confidence for one in every)
        weakest = min((one.weakest for one in every), default=1.0)
        found.append(Reading("\n".join(text for text in texts if text), confidence, weakest))
    return found


def _may_be_number(text: str) -> bool:
    """Not for what is surely a label: two Chinese characters and no number but that of a numbered item."""
    if _NUMBERED.match(text) and not re.search(r"\d", text[3:]):
        return False
    return len(_HAN.findall(text)) < 2 or any(char.isdigit() for char in text)


def _judged(cell: _Cell, look: DigitLook, inked: Inked) -> tuple[str, float, tuple[OtherReading, ...], bool]:
    first, second = cell.first, cell.second
    if not cell.ink.pieces:
        return "", 1.0, (), not cell.ink.faint
    doubtful = cell.place.doubtful or cell.ink.touching
    if _may_be_number(first.text):
        doubtful |= stands_apart(cell.place, cell.digits or cell.ink.pieces, inked.em)
    most = MOST_IN_DOUBT if doubtful else MOST_AGREED
    if second is None and not _may_be_number(first.text):
        return first.text, round(min(most, first.weakest), 3), (), True
    if second is None:
        return _without_digits(cell, look)
    if first.text == second.text and len(first.text) == 1 and first.text.isdigit():
        if inked.is_slash(cell.digits):
            # both policies took the / of an empty cell for a 1
            others = (OtherReading("/", 0.5, "slanted_stroke"),)
            return first.text, round(min(first.confidence, MOST_ALONE) * 0.6, 3), others, True
    if first.text == second.text and first.text:
        return first.text, round(min(most, _agreed(min(first.confidence, second.confidence))), 3), (), True
    if not first.text and not second.text:
        return "", 0.0, (), False
    chosen, other, other_how = first, second, HOW_DIGIT
    if second.text and (not first.text or second.confidence > first.confidence + 0.05):
        chosen, other, other_how = second, first, HOW_INK
    others = (OtherReading(other.text, round(other.confidence, 3), other_how),)
    confidence = round(min(chosen.confidence, MOST_ALONE, most) * 0.8, 3)
    return chosen.text, confidence, others, True


def _agreed(probability: float) -> float:
    if probability < SURE:
        return min(probability, MOST_ALONE)
    return LEAST_AGREED + (MOST_AGREED - LEAST_AGREED) * (probability - SURE) / (1 - SURE)


def _without_digits(cell: _Cell, look: DigitLook) -> tuple[str, float, tuple[OtherReading, ...], bool]:
    """Ink that policy B takes for none: dust and rests of a stamp, or something faint or odd."""
    first = cell.first
    tallest = max(piece.h for piece in cell.ink.pieces)
    if tallest < 0.35 * look.height and first.text in ("", ".", "·", "'", "-", ",", "、"):
        return (
            "",
            0.85,
            (OtherReading(first.text, round(first.confidence, 3), HOW_INK),) if first.text else (),
            True,
        )
    others = (OtherReading("", 0.0, HOW_DIGIT),)
    return first.text, round(min(first.confidence, MOST_ALONE) * 0.6, 3), others, bool(first.text)


def grid_cells(
    readings: Sequence[tuple[Enclosed, str, float, tuple[OtherReading, ...], bool]],
    locators: Sequence[Locator],
) -> list[GridCell]:
    """The cells of the document model, each at its locator."""
    return [
        GridCell(
            text,
            place.row,
            place.col,
            locator,
            place.rowspan,
            place.colspan,
            confidence=confidence,
            others=others,
            legible=legible,
        )
        for (place, text, confidence, others, legible), locator in zip(readings, locators, strict=True)
    ]
