"""Pictures of places: the part of a page or picture around one cell, with the cell framed, as a PNG.

Belongs here: what part is shown, at which resolution, the drawing, and writing the file. Not here: which
bytes it is and what the cell says (`places`). Sizes are clamped before anything is rendered: a page may say
that it is 720,000 points wide, and a picture may have the pixels of a poster.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

#: x0, top, x1, bottom with the origin top left: points of a page as shown, or pixels of a picture.
Box = tuple[float, float, float, float]

POINTS_PER_INCH = 72
#: At 150 dpi the digits of a printed table are as high as those on a screen; below 100 dpi 3 and 8 are alike.
DPI, LEAST_DPI = 150, 100
#: Pixels of a side of what is drawn: an A4 page at 150 dpi has 1240 x 1754.
MAX_SIDE = 2000
#: A picture is never enlarged, and at most made this much smaller (600 dpi to 150 dpi).
LEAST_SCALE = 0.25
#: What is shown above a table's first numbers (its head) and below the row in question, in row heights.
HEAD_ROWS, ROWS_BELOW = 6.0, 1.5
#: Magenta: neither print nor stamps have it.
FRAME_COLOUR = (230, 0, 126)
FRAME_WIDTH = 3
#: Pixels between a cell and its frame, which so hides no ink.
FRAME_GAP = 2
#: Names of files end somewhere: 255 bytes, and a hanzi has three.
_MAX_NAME = 70
_UNSAFE = re.compile(r"[^\w.]+")


class NoPicture(Exception):
    """There is nothing to draw; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What part is shown: region in points or pixels of the whole, scale in pixels drawn for each of them."""

    region: Box
    scale: float


def cut_of_page(cell: Box, table: Sequence[Box], size: tuple[float, float]) -> Cut:
    """The part of a PDF page (size in points) to show for `cell`; table: boxes of cells of the same table."""
    resolution = MAX_SIDE * POINTS_PER_INCH / size[0] if size[0] > 0 else DPI
    dpi = DPI if resolution < LEAST_DPI else min(DPI, resolution)
    return _cut(cell, table, size, dpi / POINTS_PER_INCH)


def cut_of_picture(cell: Box, table: Sequence[Box], size: tuple[float, float]) -> Cut:
    """The part of a picture (size in pixels) to show for `cell`; table: boxes of cells of the same table."""
    scale = max(LEAST_SCALE, min(1.0, MAX_SIDE / size[0])) if size[0] > 0 else 1.0
    return _cut(cell, table, size, scale)


def _cut(cell: Box, table: Sequence[Box], size: tuple[float, float], scale: float) -> Cut:
    """Raises NoPicture for a cell outside of the page."""
    width, height = size
    x0, top, x1, bottom = cell
    if not (x0 < x1 and top < bottom and x0 < width and x1 > 0 and top < height and bottom > 0):
        raise NoPicture(f"its place {_said(cell)} lies outside of the page, which is {width:g} x {height:g}")
    most = MAX_SIDE / scale
    row_height = min(bottom - top, most / 10)
    boxes = [cell, *table]
    left, right = _span(0.0, width, (x0, x1), min(box[0] for box in boxes) - most / 3, most)
    first = min(box[1] for box in boxes) - HEAD_ROWS * row_height
    above, below = _span(
        max(0.0, first), min(height, bottom + ROWS_BELOW * row_height), (top, bottom), 0, most
    )
    return Cut((left, above, right, below), scale)


def _span(
    start: float, end: float, cell: tuple[float, float], wish: float, most: float
) -> tuple[float, float]:
    """At most `most` of start..end, from `wish` on where that keeps the cell inside, else around the cell."""
    if end - start <= most:
        return start, end
    if max(start, wish) + most >= cell[1]:
        start = max(start, wish)
    else:
        start = max(start, min(cell[0], cell[1] - 0.75 * most))
    return start, min(end, start + most)


def page_picture(data: bytes, page_number: int, cell: Box, table: Sequence[Box]) -> bytes:
    """PNG of a cell of a PDF: page_number 1-based, boxes in points of the page as shown.

    Raises NoPicture where the page is not there or cannot be rendered.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        pdf = PdfDocument(data)
        if not 1 <= page_number <= len(pdf):
            raise NoPicture(f"the file has {len(pdf)} pages, and this is on page {page_number}")
        page = pdf[page_number - 1]
        size = page.get_size()
        cut = cut_of_page(cell, table, size)
        left, top, right, bottom = cut.region
        margins = (left, max(0.0, size[1] - bottom), max(0.0, size[0] - right), top)
        drawn = page.render(scale=cut.scale, crop=margins).to_pil().convert("RGB")
    except PdfiumError as error:
        raise NoPicture(f"the page cannot be rendered ({error})") from error
    return _framed(drawn, cell, cut)


def picture_cut(pixels: Any, cell: Box, table: Sequence[Box]) -> bytes:
    """PNG of a cell of a picture. pixels: uint8 (height, width, 3), RGB; boxes in its pixels.

    Raises NoPicture for a cell outside of it.
    """
    height, width = pixels.shape[:2]
    cut = cut_of_picture(cell, table, (width, height))
    left, top, right, bottom = (round(edge) for edge in cut.region)
    drawn = Image.fromarray(pixels[top:bottom, left:right])
    if cut.scale < 1:
        smaller = (max(1, round(drawn.width * cut.scale)), max(1, round(drawn.height * cut.scale)))
        drawn = drawn.resize(smaller, Image.Resampling.LANCZOS)
    return _framed(drawn, cell, Cut((left, top, right, bottom), cut.scale))


def _framed(drawn: Image.Image, cell: Box, cut: Cut) -> bytes:
    left, top = cut.region[:2]
    out = FRAME_GAP + FRAME_WIDTH
    x0, y0 = (cell[0] - left) * cut.scale - out, (cell[1] - top) * cut.scale - out
    x1, y1 = (cell[2] - left) * cut.scale + out, (cell[3] - top) * cut.scale + out
    edges = (max(0.0, x0), max(0.0, y0), min(drawn.width - 1.0, x1), min(drawn.height - 1.0, y1))
    ImageDraw.Draw(drawn).rectangle(edges, outline=FRAME_COLOUR, width=FRAME_WIDTH)
    png = BytesIO()
    drawn.save(png, format="PNG")
    return png.getvalue()


def write_picture(png: bytes, target: Path) -> None:
    """Put the picture at `target`, whole or not at all. Raises OSError where that is not possible."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        aside.write_bytes(png)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def file_name(*parts: object) -> str:
    """A safe name of a PNG: the parts with dashes between; of what they hold, letters and digits are kept."""
    safe = "-".join(_UNSAFE.sub("_", str(part)) for part in parts)
    return safe[-_MAX_NAME:].lstrip(".-_") + ".png"


def _said(box: Box) -> str:
    return "(" + ", ".join(f"{edge:g}" for edge in box) + ")"
