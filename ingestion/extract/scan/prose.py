"""Text outside the tables: found by the detector, read line by line, joined to paragraphs.

Belongs here: regions outside of tables, lines, paragraphs. Not here: tables, and what a text means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ingestion.extract.scan import engine
from ingestion.extract.scan.enclosed import Box
from ingestion.extract.scan.ink import Inked

#: Height of characters (pixels) at which the detector sees a page.
_DETECTOR_EM = 20.0
#: Confidence at most: one policy alone reads running text.
_MOST = 0.89
#: Pieces of ink as large as characters, outside of tables, that make the search worth while.
_MIN_PIECES = 2


@dataclass
class Paragraph:
    """Text as printed, lines joined, with its box in pixels of the page; confidence: of its worst line."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float


@dataclass
class _Line:
    text: str
    box: tuple[float, float, float, float]
    confidence: float


def read_prose(inked: Inked, tables: Sequence[Box]) -> list[Paragraph]:
    """Paragraphs outside of the tables, from top to bottom."""
    em = inked.em
    grey = inked.grey.copy()
    outside = np.ones(grey.shape, dtype=bool)
    reach = round(0.25 * em)
    for x0, top, x1, bottom in tables:
        outside[max(0, top - reach) : bottom + reach, max(0, x0 - reach) : x1 + reach] = False
    grey[~outside] = 255
    middles = inked.middles.astype(np.int32)
    tall = (
        (inked.stats[:, 3] > 0.4 * em) & (inked.stats[:, 3] < 4 * em) & (inked.stats[:, 4] > 0.03 * em * em)
    )
    tall[0] = False
    tall &= outside[middles[:, 1], middles[:, 0]]
    if tall.sum() < _MIN_PIECES:
        return []
    top = int(max(0, inked.stats[tall, 1].min() - em))
    bottom = int(min(grey.shape[0], (inked.stats[tall, 1] + inked.stats[tall, 3]).max() + em))
    shrink = min(1.0, _DETECTOR_EM / em)
    part = grey[top:bottom]
    size = (max(32, round(part.shape[1] * shrink)), max(32, round(part.shape[0] * shrink)))
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    boxes = engine.find_text(small)
    ratio_x, ratio_y = part.shape[1] / size[0], part.shape[0] / size[1]
    lines: list[tuple[float, float, float, float]] = []
    for box in boxes:
        lines.append(
            (box.x0 * ratio_x, box.top * ratio_y + top, box.x1 * ratio_x, box.bottom * ratio_y + top)
        )
    crops = [grey[int(box[1]) : int(box[3]) + 1, int(box[0]) : int(box[2]) + 1] for box in lines]
    readings = engine.read_lines([np.ascontiguousarray(crop) for crop in crops])
    read = [
        _Line(reading.text, box, round(min(_MOST, reading.weakest), 3))
        for reading, box in zip(readings, lines, strict=True)
        if reading.text
    ]
    return _paragraphs(_in_rows(read), em)


def _in_rows(lines: list[_Line]) -> list[_Line]:
    """Boxes side by side on one line as one line."""
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda one: one.box[1]):
        middle = (line.box[1] + line.box[3]) / 2
        if rows and rows[-1][0].box[1] < middle < rows[-1][0].box[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    found = []
    for row in rows:
        row.sort(key=lambda one: one.box[0])
        boxes = [line.box for line in row]
        box = (boxes[0][0], min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        found.append(_Line(" ".join(line.text for line in row), box, min(line.confidence for line in row)))
    return found


def _paragraphs(lines: list[_Line], em: float) -> list[Paragraph]:
    """Lines joined where one fills the width and the next begins at the margin."""
    if not lines:
        return []
    left = min(line.box[0] for line in lines)
    right = max(line.box[2] for line in lines)
    found: list[Paragraph] = []
    last: _Line | None = None
    for line in lines:
        height = line.box[3] - line.box[1]
        goes_on = (
            last is not None
            and last.box[2] > right - 2.2 * em
            and line.box[0] < left + 1.2 * em
            and line.box[1] - last.box[3] < 1.6 * em
            and abs(height - (last.box[3] - last.box[1])) < 0.4 * em
        )
        if goes_on:
            paragraph = found[-1]
            box = paragraph.box
            paragraph.text += line.text
            paragraph.confidence = min(paragraph.confidence, line.confidence)
            paragraph.box = (
                min(box[0], line.box[0]), box[1], max(box[2], line.box[2]), line.box[3],
            )  # fmt: skip
        else:
            found.append(Paragraph(line.text, line.box, line.confidence))
        last = line
    return found
