"""Small tables drawn as pictures, for the tests of the readers of scans.

Belongs here: drawing, with the borders and the ink that a test asks for. Not here: whole reports (the generator).
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ingestion.extract.scan.decode import Pixels

FONT = Path(__file__).parents[2] / "generator" / "fonts" / "song.ttf"


@dataclass
class Table:
    """`cells`: (row, col, text) or (row, col, text, rowspan, colspan); what is not listed is an empty cell.

    `widths` and `heights` in pixels; `inks`: another grey or colour for the text of a cell; `unruled`: sides that
    are not drawn, ("v", row, col) the one right of a cell, ("h", row, col) the one below it.
    """

    widths: list[int]
    heights: list[int]
    cells: list[tuple]
    size: int = 22
    margin: int = 40
    dash: tuple[int, int] | None = None
    verticals: bool = True
    inks: dict[tuple[int, int], object] = field(default_factory=dict)
    unruled: Iterable[tuple[str, int, int]] = ()

    def place(self, row: int, col: int, rowspan: int = 1, colspan: int = 1) -> tuple[int, int, int, int]:
        x0, y0 = self.margin + sum(self.widths[:col]), self.margin + sum(self.heights[:row])
        return x0, y0, x0 + sum(self.widths[col : col + colspan]), y0 + sum(self.heights[row : row + rowspan])

    def draw(self) -> Pixels:
        size = (sum(self.widths) + 2 * self.margin, sum(self.heights) + 2 * self.margin)
        image = Image.new("RGB", size, "white")
        pen = ImageDraw.Draw(image)
        font = ImageFont.truetype(str(FONT), self.size)
        given = {(row, col): rest for row, col, *rest in self.cells}
        covered: set[tuple[int, int]] = set()
        for row in range(len(self.heights)):
            for col in range(len(self.widths)):
                if (row, col) in covered:
                    continue
                text, rowspan, colspan = (*given.get((row, col), [""]), 1, 1)[:3]
                covered |= {(row + i, col + j) for i in range(rowspan) for j in range(colspan)}
                x0, y0, x1, y1 = self.place(row, col, rowspan, colspan)
                self._line(pen, (x0, y0, x1, y0), ("h", row - 1, col) in self.unruled)
                self._line(pen, (x0, y1, x1, y1), ("h", row + rowspan - 1, col) in self.unruled)
                if self.verticals or col == 0:
                    self._line(pen, (x0, y0, x0, y1), ("v", row, col - 1) in self.unruled)
                if self.verticals or col + colspan == len(self.widths):
                    self._line(pen, (x1, y0, x1, y1), ("v", row, col + colspan - 1) in self.unruled)
                ink = self.inks.get((row, col), "black")
                middle = ((x0 + x1) / 2, (y0 + y1) / 2)
                pen.multiline_text(middle, text, font=font, fill=ink, anchor="mm", align="center")
        return np.array(image)

    def _line(
        self, pen: ImageDraw.ImageDraw, ends: tuple[int, int, int, int], left_out: bool = False
    ) -> None:
        if left_out:
            return
        x0, y0, x1, y1 = ends
        if self.dash is None:
            pen.line(ends, fill="black", width=2)
            return
        on, off = self.dash
        length = max(x1 - x0, y1 - y0)
        for start in range(0, length, on + off):
            end = min(start + on, length)
            if x0 == x1:
                pen.line((x0, y0 + start, x0, y0 + end), fill="black", width=2)
            else:
                pen.line((x0 + start, y0, x0 + end, y0), fill="black", width=2)


def requests(**changes: object) -> Table:
    """Head, three rows of numbers, a group of two: small, with everything that tables of the forms have."""
    cells = [
        (0, 0, "收到和处理申请情况", 1, 2),
        (0, 2, "自然人"),
        (0, 3, "商业企业"),
        (0, 4, "总计"),
        (1, 0, "一、本年新收申请", 1, 2),
        (1, 2, "17"),
        (1, 3, "3"),
        (1, 4, "20"),
        (2, 0, "（三）不\n予公开", 2, 1),
        (2, 1, "1.属于国家秘密"),
        (2, 2, "6"),
        (2, 3, "0"),
        (2, 4, "6"),
        (3, 1, "2.保护第三方\n合法权益"),
        (3, 3, "81"),
        (3, 4, "81"),
    ]
    table = Table([110, 190, 90, 110, 90], [44, 44, 44, 70], cells)
    for name, value in changes.items():
        setattr(table, name, value)
    return table


NUMBERS = {
    (1, 2): "17",
    (1, 3): "3",
    (1, 4): "20",
    (2, 2): "6",
    (2, 3): "0",
    (2, 4): "6",
    (3, 2): "",
    (3, 3): "81",
    (3, 4): "81",
}


def encoded(pixels: Pixels, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, kind, **options)
    return target.getvalue()
