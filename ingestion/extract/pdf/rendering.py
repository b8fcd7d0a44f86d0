"""Pages as pixels: for the scan reader, and to see whether text that a page claims to print leaves ink.

Belongs here: rendering with pdfium within limits of size, and looking at rendered ink. Does not belong here:
reading pixels (`ingestion.extract.scan`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt
from pypdfium2 import PdfPage

from ingestion.extract.pdf.geometry import Box
from ingestion.extract.pdf.page_content import Glyph, Picture

#: Resolution at which a page is read as a scan, and the pixels of a page at most (A3 has 7.7 million).
SCAN_DPI = 200
MAX_PIXELS = 12_000_000
#: Pixels of all pictures of a page that are decoded to render it.
MAX_PICTURE_PIXELS = 150_000_000
#: Ink is darker (or lighter) than its surroundings by this much, of 255.
MIN_CONTRAST = 28
_MAX_INK_PIXELS = 4_000_000
#: 72 dpi are enough to see that there is ink: a digit of 5 points is 3 pixels wide
_INK_SCALE = 1.0
#: A font outside of the file of which more than this part leaves no ink cannot be drawn here.
_UNDRAWN = 0.5

Pixels = npt.NDArray[np.uint8]


def page_pixels(page: PdfPage, width: float, height: float) -> tuple[Pixels, float]:
    """The page as RGB pixels, and points a pixel."""
    scale = min(SCAN_DPI / 72, sqrt(MAX_PIXELS / max(width * height, 1.0)))
    pixels: Pixels = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    return np.ascontiguousarray(pixels[:, :, :3]), 1 / scale


def cropped(pixels: Pixels, points: float, box: Box) -> tuple[Pixels, float, float]:
    """The part of a rendered page within a box of points; and its left and top edge in points."""
    left, top = max(int(box[0] / points), 0), max(int(box[1] / points), 0)
    right, bottom = int(box[2] / points) + 1, int(box[3] / points) + 1
    return np.ascontiguousarray(pixels[top:bottom, left:right]), left * points, top * points


def too_large(pictures: Iterable[Picture]) -> int:
    """Pixels that rendering would have to decode, if they are too many; else 0."""
    total = sum(picture.pixels for picture in pictures)
    return total if total > MAX_PICTURE_PIXELS else 0


def without_ink(page: PdfPage, width: float, height: float, glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Those of the upright `glyphs` that the rendered page does not show.

    Taught by text under white areas, clipped away, in layers that are switched off, or white on white: the
    file claims a number that no reader of the paper can see.
    """
    checked = [glyph for glyph in glyphs if glyph.turn == 0]
    if not checked or width * height > _MAX_INK_PIXELS:
        return []
    pixels: Pixels = page.render(scale=_INK_SCALE, grayscale=True).to_numpy()
    if pixels.ndim == 3:
        pixels = pixels[:, :, 0]
    missing = [glyph for glyph in checked if not _shows(pixels, glyph)]
    substituted = [glyph for glyph in checked if not glyph.embedded]
    if sum(not glyph.embedded for glyph in missing) > _UNDRAWN * len(substituted):
        # the font is neither in the file nor on this machine: no ink says nothing
        missing = [glyph for glyph in missing if glyph.embedded]
    return missing


def _shows(pixels: Pixels, glyph: Glyph) -> bool:
    scale = _INK_SCALE
    left, right = int(glyph.x0 * scale), int(glyph.x1 * scale) + 1
    top, bottom = int((glyph.y - 0.75 * glyph.size) * scale), int(glyph.y * scale) + 1
    patch = pixels[max(top, 0) : bottom, max(left, 0) : right]
    if not patch.size:
        return False
    return int(patch.max()) - int(patch.min()) >= MIN_CONTRAST
