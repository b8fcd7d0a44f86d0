"""Pages drawn as PDF.

Belongs here: reportlab, how each border style is drawn, image-only pages. Not here: what stands where (`paper`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import groupby

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.generator.faces import face_for, faces
from tests.generator.paper import Line, Look, Page, Text


def write_pdf(pages: Sequence[Page], look: Look) -> bytes:
    """The pages as a PDF with text; the same bytes for the same pages."""
    faces()
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    for page in pages:
        canvas.setPageSize((page.width, page.height))
        if look.rotate:
            _turn(canvas, page, look.rotate)
        for box in page.boxes:
            canvas.setFillGray(box.grey)
            canvas.rect(box.x0, page.height - box.y1, box.x1 - box.x0, box.y1 - box.y0, stroke=0, fill=1)
        canvas.setFillGray(0)
        _draw_lines(canvas, page, look)
        for text in page.texts:
            _draw_text(canvas, text, page.height)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def write_scan(
    pictures: Sequence[bytes], sizes: Sequence[tuple[float, float]], layers: Sequence[Sequence[Text]] = ()
) -> bytes:
    """A PDF of pictures (PNG or JPEG), each filling a page of its size in points.

    `layers`: per page, texts that lie invisible over the picture, as OCR programs of scanners leave them.
    """
    faces()
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    for number, (picture, (width, height)) in enumerate(zip(pictures, sizes, strict=True)):
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(io.BytesIO(picture)), 0, 0, width, height)
        for text in layers[number] if layers else ():
            _draw_text(canvas, text, height, mode=3)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _turn(canvas: Canvas, page: Page, rotate: int) -> None:
    """Store the page lying on its side, with the /Rotate that shows it upright (reportlab turns the MediaBox)."""
    canvas.setPageRotation(rotate)
    if rotate == 90:
        canvas.translate(page.height, 0)
        canvas.rotate(90)
    else:
        canvas.translate(0, page.width)
        canvas.rotate(-90)


def _draw_text(canvas: Canvas, text: Text, height: float, mode: int = 0) -> None:
    x = text.x
    for face, run in groupby(text.text, key=lambda char: face_for(char, text.face)):
        piece = "".join(run)
        for shift in (0, 0.3) if text.bold else (0,):
            written = canvas.beginText(x + shift, height - text.y)
            written.setFont(face, text.size)
            written.setTextRenderMode(mode)
            written.textOut(piece)
            canvas.drawText(written)
        x += canvas.stringWidth(piece, face, text.size)


def _draw_lines(canvas: Canvas, page: Page, look: Look) -> None:
    canvas.setLineWidth(look.line_width)
    canvas.setDash(*((3, 2) if look.border == "dashed" else ()))
    lines = list(_joined(page.lines)) if look.long_lines else page.lines
    for line in lines:
        y0, y1 = page.height - line.y0, page.height - line.y1
        if look.border == "rects":
            width = look.line_width
            canvas.rect(
                line.x0 - width / 2,
                min(y0, y1) - width / 2,
                line.x1 - line.x0 + width,
                abs(y1 - y0) + width,
                stroke=0,
                fill=1,
            )
        elif look.border == "double":
            across, up = (0, 1) if line.y0 == line.y1 else (1, 0)
            for shift in (-0.75, 0.75):
                canvas.line(
                    line.x0 + shift * across, y0 + shift * up, line.x1 + shift * across, y1 + shift * up
                )
        else:
            canvas.line(line.x0, y0, line.x1, y1)
    canvas.setDash()


def _joined(lines: Iterable[Line]) -> Iterable[Line]:
    """Lines that continue or overlap each other as one."""
    for upright in (False, True):
        some = [line for line in lines if (line.x0 == line.x1) is upright]
        some.sort(key=lambda line: (line.x0, line.y0) if upright else (line.y0, line.x0))
        current: Line | None = None
        for line in some:
            touches = current is not None and (
                (upright and line.x0 == current.x0 and line.y0 <= current.y1)
                or (not upright and line.y0 == current.y0 and line.x0 <= current.x1)
            )
            if current is not None and touches:
                current = Line(current.x0, current.y0, max(current.x1, line.x1), max(current.y1, line.y1))
                continue
            if current is not None:
                yield current
            current = line
        if current is not None:
            yield current
