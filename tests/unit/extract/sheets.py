"""PDF pages drawn by hand for the tests of the PDF reader: each test says what stands where on the paper.

Belongs here: drawing with reportlab in coordinates of the page as shown (origin top left). Not here: reports with
forms (`tests.generator`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from reportlab.pdfgen.canvas import Canvas

from ingestion.extract import read_document
from ingestion.extract.model import Document, Grid, GridCell, TextBlock

WIDTH, HEIGHT = 400.0, 500.0
SIZE = 10.0


class Sheet:
    """One page to draw on; y runs down from the top."""

    def __init__(self, canvas: Canvas, height: float = HEIGHT) -> None:
        self.canvas = canvas
        self.height = height

    def text(self, x: float, y: float, text: str, size: float = SIZE, mode: int = 0) -> None:
        """`text` with its baseline at y."""
        written = self.canvas.beginText(x, self.height - y)
        written.setFont("Helvetica", size)
        written.setTextRenderMode(mode)
        written.textOut(text)
        self.canvas.drawText(written)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5) -> None:
        self.canvas.setLineWidth(width)
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def area(self, x0: float, y0: float, x1: float, y1: float, grey: float = 0.0) -> None:
        self.canvas.setFillGray(grey)
        self.canvas.rect(x0, self.height - y1, x1 - x0, y1 - y0, stroke=0, fill=1)
        self.canvas.setFillGray(0)

    def table(self, xs: Sequence[float], ys: Sequence[float], texts: Sequence[Sequence[str]]) -> None:
        """A table with all its rules, each text 5 points right of and 12 below its cell's corner."""
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        self.fill(xs, ys, texts)

    def fill(self, xs: Sequence[float], ys: Sequence[float], texts: Sequence[Sequence[str]]) -> None:
        """The texts alone."""
        for y, row in zip(ys, texts, strict=False):
            for x, text in zip(xs, row, strict=False):
                if text:
                    self.text(x + 5, y + 12, text)


def pdf(*pages: Callable[[Sheet], None], setup: Callable[[Canvas], None] | None = None) -> bytes:
    """A PDF of these pages."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), invariant=1)
    for draw in pages:
        if setup is not None:
            setup(canvas)
        draw(Sheet(canvas))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def read(*pages: Callable[[Sheet], None], setup: Callable[[Canvas], None] | None = None) -> Document:
    return read_document(pdf(*pages, setup=setup), "sheet.pdf")


def only_grid(document: Document) -> Grid:
    (grid,) = document.grids()
    return grid


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in grid.rows()]


def cell(grid: Grid, row: int, col: int) -> GridCell:
    found = grid.at(row, col)
    assert found is not None
    return found


def prose(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, TextBlock)]


def codes(document: Document) -> set[str]:
    return {issue.code for issue in document.issues}
