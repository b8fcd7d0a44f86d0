"""What one PDF page draws: glyphs, rules, fills and pictures, as pdfium interprets them.

Belongs here: every call into pdfium that asks a page for its content, and the turn into coordinates of the
page as shown (points, origin top left, /Rotate and the crop box applied). Does not belong here: what the
content means: lines of text (`lines`), tables (`lattice`), whether ink is really there (`ink`).

Why pdfium and not pdfminer: one interpretation of a page in C costs a tenth of pdfminer's, so no page has to
be guessed to be without a table in order to save time; and it tells what pdfminer hides: render modes, which
pictures lie over which text, fonts without Unicode.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot
from typing import Any

import pypdfium2.raw as raw
from pypdfium2 import PdfPage

from ingestion.extract.pdf.geometry import Box, PageFrame, Rule, dotted_rules

#: Objects of one page; the densest real page (each glyph drawn for itself) has some 10,000.
MAX_OBJECTS = 200_000
#: Glyphs of one page.
MAX_GLYPHS = 100_000
#: Forms inside forms; pdfium itself stops there too.
MAX_FORM_DEPTH = 12
#: A rule is at most this thick, points; what is thicker is a filled area.
MAX_RULE = 3.0
#: Word draws a dotted border as squares of half a point; they are no further apart than this.
MAX_DOT, DOT_GAP = 1.6, 3.0
#: A path that draws a whole table at once has a few hundred segments; drawings (maps, charts) have more.
MAX_SEGMENTS = 4_000
#: A filled path of so few segments is one area: a background, not a set of borders.
MAX_AREA = 6
#: Darkness (0 to 255, smallest channel) from which ink is as white as paper.
WHITE = 245

#: No character is wider, in sizes of its font; an ellipsis and a dash of two characters are 2.
WIDEST = 2.5

_INVISIBLE_MODES = (3, 7)
#: pdfium's mark for a hyphen at the end of a line, as a soft hyphen or of its own
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})
_SPACES = frozenset(
    {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xA0, 0x2002, 0x2003, 0x2009, 0x200B, 0x3000, 0xFEFF}
)


@dataclass(slots=True)
class Glyph:
    """One drawn character.

    x0, x1: its advance box; y: its baseline; size: of the font, points as drawn. turn: 0 upright, 1 turned
    clockwise, 2 upside down, 3 turned counter-clockwise. order: of the drawing. visible: False for text that
    its render mode or a picture above it hides. embedded: its font is inside the file (or its colour is
    white), so that ink must show where it stands. top, bottom: box of a turned glyph, else of the font's size
    around the baseline.
    """

    text: str
    x0: float
    x1: float
    y: float
    top: float
    bottom: float
    size: float
    turn: int
    order: int
    visible: bool = True
    embedded: bool = True

    @property
    def cx(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Picture:
    """A picture on the page: its place, its pixels, and when it was drawn."""

    box: Box
    order: int
    pixels: int


@dataclass(slots=True)
class PageContent:
    """What a page draws; boxes in points of the page as shown."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    n_paths: int = 0
    #: glyphs whose font does not say which character they are
    unmapped: int = 0


class TooMuch(Exception):
    """A page with more objects or glyphs than any report has; the message has the figures."""


@dataclass(slots=True)
class _Ink:
    """What is known of a text object: asked once, not for each of its glyphs."""

    order: int
    visible: bool
    embedded: bool


def read_page(page: PdfPage) -> PageContent:
    """The content of a loaded page. Raises `TooMuch`."""
    frame = PageFrame.of(*_page_box(page), page.get_rotation())
    content = PageContent(frame.width, frame.height)
    inks: dict[int, _Ink] = {}
    _read_objects(page, frame, content, inks)
    content.horizontal += dotted_rules([(y, x) for x, y in content.dots], DOT_GAP)
    content.vertical += dotted_rules(content.dots, DOT_GAP)
    _read_glyphs(page, frame, content, inks)
    _hide_covered(content)
    return content


def _page_box(page: PdfPage) -> tuple[float, float, float, float]:
    box = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(box)):
        width, height = page.get_size()
        return 0.0, 0.0, width, height
    return box.left, box.bottom, box.right, box.top


# ---------------------------------------------------------------------------------------------------------
# objects


_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_Matrix = tuple[float, float, float, float, float, float]


def _objects(page: PdfPage) -> Iterator[tuple[Any, int, _Matrix]]:
    """(object, type, matrix from its coordinates to the page's) in the order of drawing, forms opened."""
    seen = 0
    stack: list[tuple[Any, int, int, _Matrix]] = [(None, 0, raw.FPDFPage_CountObjects(page.raw), _IDENTITY)]
    while stack:
        holder, at, count, matrix = stack.pop()
        if at == count:
            continue
        stack.append((holder, at + 1, count, matrix))
        if holder is None:
            item = raw.FPDFPage_GetObject(page.raw, at)
        else:
            item = raw.FPDFFormObj_GetObject(holder, at)
        if not item:
            continue
        seen += 1
        if seen > MAX_OBJECTS:
            raise TooMuch(f"it draws more than {MAX_OBJECTS:,} objects")
        kind = raw.FPDFPageObj_GetType(item)
        yield item, kind, matrix
        if kind == raw.FPDF_PAGEOBJ_FORM and len(stack) <= MAX_FORM_DEPTH:
            inner = _times(_matrix_of(item), matrix)
            stack.append((item, 0, raw.FPDFFormObj_CountObjects(item), inner))


def _matrix_of(item: Any) -> _Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, ctypes.byref(found)):
        return _IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(first: _Matrix, second: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _read_objects(page: PdfPage, frame: PageFrame, content: PageContent, inks: dict[int, _Ink]) -> None:
    for order, (item, kind, matrix) in enumerate(_objects(page), 1):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            inks[ctypes.addressof(item.contents)] = _ink_of(item, order)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            content.n_paths += 1
            _read_path(item, matrix, frame, content)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            box = _bounds(item, matrix, frame)
            if box is not None:
                content.pictures.append(Picture(box, order, _pixels_of(item)))


def _ink_of(item: Any, order: int) -> _Ink:
    visible = raw.FPDFTextObj_GetTextRenderMode(item) not in _INVISIBLE_MODES
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pale = False
    if raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        pale = alpha.value < 16 or min(red.value, green.value, blue.value) >= WHITE
    embedded = bool(raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(item)))
    # white text is real on a dark head: whether it shows is for the ink to say
    return _Ink(order, visible, embedded or pale)


def _pixels_of(item: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(item, width, height):
        return 0
    return width.value * height.value


def _bounds(item: Any, matrix: _Matrix, frame: PageFrame) -> Box | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    if matrix is _IDENTITY:
        return frame.box(left.value, bottom.value, right.value, top.value)
    corners = [_apply(matrix, x, y) for x in (left.value, right.value) for y in (bottom.value, top.value)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return frame.box(min(xs), min(ys), max(xs), max(ys))


def _apply(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


# ---------------------------------------------------------------------------------------------------------
# paths


def _read_path(item: Any, matrix: _Matrix, frame: PageFrame, content: PageContent) -> None:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, mode, stroke) or not (mode.value or stroke.value):
        return
    box = _bounds(item, matrix, frame)
    if box is None:
        return
    filled = bool(mode.value) and not stroke.value
    if not _is_dark(item, stroked=not filled) or _add_rule(content, box):
        return
    n_segments = raw.FPDFPath_CountSegments(item)
    if n_segments > MAX_SEGMENTS or (filled and n_segments <= MAX_AREA):
        return
    matrix = _times(_matrix_of(item), matrix)
    for x0, y0, x1, y1 in _straight_parts(item, n_segments, matrix, frame, filled):
        _add_rule(content, (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))


def _add_rule(content: PageContent, box: Box) -> bool:
    """Keeps a thin box as a rule or as a dot of a dotted one; False for anything else."""
    x0, top, x1, bottom = box
    width, height = x1 - x0, bottom - top
    if max(width, height) <= MAX_DOT:
        content.dots.append(((x0 + x1) / 2, (top + bottom) / 2))
    elif height <= MAX_RULE and width > height:
        content.horizontal.append(Rule((top + bottom) / 2, x0, x1))
    elif width <= MAX_RULE:
        content.vertical.append(Rule((x0 + x1) / 2, top, bottom))
    return min(width, height) <= MAX_RULE


def _is_dark(item: Any, *, stroked: bool) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    ask = raw.FPDFPageObj_GetStrokeColor if stroked else raw.FPDFPageObj_GetFillColor
    if not ask(item, red, green, blue, alpha):
        return True
    return alpha.value >= 16 and min(red.value, green.value, blue.value) < WHITE


def _straight_parts(
    item: Any, n_segments: int, matrix: _Matrix, frame: PageFrame, filled: bool
) -> Iterator[tuple[float, float, float, float]]:
    """The straight pieces of a path; of filled subpaths (borders as thin areas in one path) the boxes."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    subpaths: list[tuple[list[tuple[float, float]], bool]] = []
    for index in range(n_segments):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        place = frame.point(*_apply(matrix, x.value, y.value))
        if kind == raw.FPDF_SEGMENT_MOVETO:
            points = []
            subpaths.append((points, False))
        elif kind != raw.FPDF_SEGMENT_LINETO:
            points = []
        points.append(place)
        if raw.FPDFPathSegment_GetClose(segment) and points:
            points.append(points[0])
    for places, _ in subpaths:
        if filled:
            xs, ys = [place[0] for place in places], [place[1] for place in places]
            yield min(xs), min(ys), max(xs), max(ys)
        else:
            for (x0, y0), (x1, y1) in pairwise(places):
                yield x0, y0, x1, y1


# ---------------------------------------------------------------------------------------------------------
# glyphs


def _read_glyphs(page: PdfPage, frame: PageFrame, content: PageContent, inks: dict[int, _Ink]) -> None:
    text_page = raw.FPDFText_LoadPage(page.raw)
    if not text_page:
        return
    try:
        _glyphs_of(text_page, frame, content, inks)
    finally:
        raw.FPDFText_ClosePage(text_page)


def _glyphs_of(text_page: Any, frame: PageFrame, content: PageContent, inks: dict[int, _Ink]) -> None:
    count = raw.FPDFText_CountChars(text_page)
    if count > MAX_GLYPHS:
        raise TooMuch(f"it prints {count:,} characters, the limit is {MAX_GLYPHS:,}")
    unicode_of, box_of, origin_of = (
        raw.FPDFText_GetUnicode,
        raw.FPDFText_GetLooseCharBox,
        raw.FPDFText_GetCharOrigin,
    )
    matrix_of, size_of, object_of = (
        raw.FPDFText_GetMatrix,
        raw.FPDFText_GetFontSize,
        raw.FPDFText_GetTextObject,
    )
    rect, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    tight = [ctypes.c_double() for _ in range(4)]
    rect_at, matrix_at, x_at, y_at = (ctypes.byref(one) for one in (rect, matrix, x, y))
    hidden = _Ink(0, True, False)
    glyphs = content.glyphs
    for index in range(count):
        code = unicode_of(text_page, index)
        if code in _SPACES:
            continue
        if code in _HYPHENS:
            code = 0x2D
        if code < 0x20 or 0xE000 <= code <= 0xF8FF or code >= 0xF0000 or code == 0xFFFD:
            if code < 0x20 and raw.FPDFText_IsGenerated(text_page, index) == 1:
                continue
            content.unmapped += 1
            code = 0xFFFD
        if not box_of(text_page, index, rect_at) or not origin_of(text_page, index, x_at, y_at):
            continue
        matrix_of(text_page, index, matrix_at)
        owner = object_of(text_page, index)
        ink = inks.get(ctypes.addressof(owner.contents), hidden) if owner else hidden
        x0, top, x1, bottom = frame.box(rect.left, rect.bottom, rect.right, rect.top)
        size = size_of(text_page, index) * hypot(matrix.c, matrix.d)
        turn = frame.turn(matrix.a, matrix.b)
        baseline = frame.point(x.value, y.value)[1]
        if max(x1 - x0, bottom - top) > WIDEST * size:
            # characters of a vertical font: their advance has nothing to do with their width
            raw.FPDFText_GetCharBox(text_page, index, *tight)
            x0, top, x1, bottom = frame.box(
                *(edge.value for edge in (tight[0], tight[2], tight[1], tight[3]))
            )
            baseline = bottom
        if turn == 0:
            # a font's own ascent and descent are often wrong; the middle of its glyphs is not
            top, bottom = baseline - 0.8 * size, baseline + 0.08 * size
        if x1 <= 0 or bottom <= 0 or x0 >= frame.width or top >= frame.height:
            continue
        glyphs.append(
            Glyph(chr(code), x0, x1, baseline, top, bottom, size, turn, ink.order, ink.visible, ink.embedded)
        )


def _hide_covered(content: PageContent) -> None:
    """Text drawn before a picture that lies over it does not show: somebody's OCR, or a table pasted over."""
    for picture in content.pictures:
        x0, top, x1, bottom = picture.box
        if (x1 - x0) * (bottom - top) < 100:
            continue
        for glyph in content.glyphs:
            if glyph.order < picture.order and x0 <= glyph.cx <= x1 and top <= glyph.cy <= bottom:
                glyph.visible = False
