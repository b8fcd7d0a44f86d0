"""How sure the reading of a cell is and why, and where several fields of a row stand together.

Belongs here: the doubts of number, text, column and row put together, with the strongest one's reason for
people. Does not belong here: what lowers a confidence (`align`, `grids`, `geometry`, readers of formats).
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.extract.model import Locator
from ingestion.recognise.numbers import Printed
from ingestion.recognise.reading import BLANK
from ingestion.recognise.rows import CellSlot, FieldText, RowReading

Box = tuple[float, float, float, float]
#: A confidence, and the reason why it is less than 1.
Doubt = tuple[float, str | None]


def doubts_of(row: RowReading, slot: CellSlot, item: FieldText, printed: Printed) -> list[Doubt]:
    """How sure a cell is by its number, its text, its column and its row, each with the reason for people."""
    return [
        (printed.confidence, None),
        (item.confidence, f"its characters were read with confidence {item.confidence:.2f}"),
        (slot.confidence, "the label of its column only resembles the form's"),
        (row.label_confidence, row.doubt),
    ]


def sure_of(printed: Printed, doubts: Sequence[Doubt]) -> tuple[float | None, str | None]:
    """The confidence of a cell, and its note with the reason for the strongest doubt.

    A blank has no reading to be sure of, but its place may be in doubt: then a number may stand there.
    """
    confidence, why = min(doubts, key=lambda doubt: doubt[0])
    if confidence >= 1:
        return (None if printed.state == BLANK else confidence), printed.note
    return confidence, "; ".join(part for part in (printed.note, why) if part) or None


def place_of(places: Sequence[Locator | None]) -> Locator | None:
    """Where several fields of a row stand together; what differs between them is left open."""
    known = [place for place in places if place is not None]
    if not known:
        return None
    first = known[0]
    same = {
        name: getattr(first, name)
        for name in ("page", "table", "row", "column", "part", "carrier")
        if all(getattr(place, name) == getattr(first, name) for place in known)
    }
    lines = [line for place in known for line in (place.line, place.line_end) if line is not None]
    starts = [place.char_start for place in known if place.char_start is not None]
    ends = [place.char_end for place in known if place.char_end is not None]
    boxes = [place.bbox for place in known if place.bbox is not None]
    together = "page" in same and len(boxes) == len(known)
    return Locator(
        **same,
        bbox=_around(boxes) if together else None,
        line=min(lines, default=None),
        line_end=max(lines) if lines and max(lines) != min(lines) else None,
        char_start=min(starts, default=None),
        char_end=max(ends, default=None),
    )


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)
