"""A story laid out on sheets of paper, tables with their spans over page breaks.

Belongs here: where each block stands, and what a page break does to a table. Not here: what pages are made of
(`paper`), drawing them (`pdf_writer`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.generator.paper import Box, Line, Look, Page, Text, width_of, wrap
from tests.generator.story import Cell, Grid, Paragraph, Story


def lay_out(story: Story, look: Look, rng: random.Random) -> list[Page]:
    """The pages of `story`."""
    return _Layout(story, look, rng).run()


@dataclass
class _Cut:
    """Page breaks wanted in a table: before row `before`, or inside row `inside`."""

    before: int | None = None
    inside: int | None = None


class _Layout:
    def __init__(self, story: Story, look: Look, rng: random.Random) -> None:
        self.story, self.look, self.rng = story, look, rng
        self.pages: list[Page] = []
        self.y = 0.0
        self.new_page()

    def run(self) -> list[Page]:
        blocks = self.story.blocks
        for number, block in enumerate(blocks):
            if isinstance(block, Grid):
                if number and self.look.breaks == "heading_left" and block.code in ("t3", "nat", "fj"):
                    self.new_page()  # the section's heading stays behind
                self.table(block)
            else:
                self.paragraph(block)
        if self.look.tight:
            self.pages[-1].height = self.y + self.look.margin
        self.furniture()
        for page in self.pages:
            self.reorder(page)
        return self.pages

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def bottom(self) -> float:
        return self.look.page[1] - self.look.margin

    def new_page(self) -> None:
        width, height = self.look.page
        self.pages.append(Page(width, height))
        self.y = self.look.margin

    def write(self, x: float, y: float, text: str, size: float, face: str, bold: bool = False) -> None:
        if text.strip():
            self.page.texts.append(Text(x, y, text, size, face, bold))

    def paragraph(self, block: Paragraph) -> None:
        look = self.look
        size = look.size * {"title": 1.6, "heading": 1.15}.get(block.kind, 1.0)
        face = "hei" if block.kind in ("title", "heading") else look.face
        leading = size * 1.5
        left, right = look.margin, look.page[0] - look.margin
        text = block.text if block.kind in ("title", "date") else f"　　{block.text}"
        boxed = look.boxed_prose and block.kind == "body"
        lines = wrap(text, right - left - (12 if boxed else 0), size, face)
        top = self.y
        for line in lines:
            if self.y + leading > self.bottom and not look.tight:
                if boxed and self.y > top:
                    self.frame(left, top, right, self.y)
                self.new_page()
                top = self.y
            x = left + (6 if boxed else 0)
            if block.kind in ("title", "date"):
                x = (left + right - width_of(line, size, face)) / 2
            bold = look.double_bold and block.kind in ("title", "heading")
            self.write(x, self.y + leading * 0.75, line, size, face, bold)
            self.y += leading
        if boxed:
            self.frame(left, top, right, self.y)
        else:
            self.y += size * 0.3

    def frame(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.page.lines += [
            Line(x0, y0, x1, y0),
            Line(x0, y1, x1, y1),
            Line(x0, y0, x0, y1),
            Line(x1, y0, x1, y1),
        ]

    # tables ---------------------------------------------------------------------------------------------

    def table(self, grid: Grid) -> None:
        look = self.look
        total = look.page[0] - 2 * look.margin
        widths = [width * total / sum(grid.widths) for width in grid.widths]
        edges = [look.margin]
        for width in widths:
            edges.append(edges[-1] + width)
        placed = [(number, column, cell) for number, row in enumerate(grid.placed()) for column, cell in row]
        lines = {id(cell): self.lines_of(cell, edges[c + cell.columns] - edges[c]) for _, c, cell in placed}
        heights = self.heights(grid, placed, lines)
        cut = self.cut_of(grid, lines, heights)
        waiting = {id(cell): list(lines[id(cell)]) for _, _, cell in placed}
        first = 0
        piece: list[tuple[int, float]] = []  # (row, height) standing on this page
        for number, height in enumerate(heights):
            if number == cut.before and piece:
                self.piece(grid, placed, edges, piece, waiting, last=False)
                self.next_piece(grid, placed, edges, heights, lines, number)
                piece = []
            if number == cut.inside:
                part = look.leading + 2 * look.padding
                self.piece(grid, placed, edges, [*piece, (number, part)], waiting, last=False, cut=True)
                self.next_piece(grid, placed, edges, heights, lines, number)
                piece = [(number, max(height - part, 0) + 2 * look.padding)]
                continue
            used = sum(h for _, h in piece)
            if not look.tight and self.y + used + height > self.bottom and (piece or self.y > look.margin):
                if piece:
                    self.piece(grid, placed, edges, piece, waiting, last=False)
                self.next_piece(grid, placed, edges, heights, lines, number if piece or first else 0)
                piece = []
            piece.append((number, height))
            first = number
        self.piece(grid, placed, edges, piece, waiting, last=True)
        self.y += look.size * 0.8

    def next_piece(
        self,
        grid: Grid,
        placed: Sequence[tuple[int, int, Cell]],
        edges: Sequence[float],
        heights: Sequence[float],
        lines: dict[int, list[str]],
        number: int,
    ) -> None:
        self.new_page()
        if self.look.repeat_heads and number >= grid.heads > 0:
            again = {key: list(value) for key, value in lines.items()}
            self.piece(grid, placed, edges, [(n, heights[n]) for n in range(grid.heads)], again, last=False)

    def lines_of(self, cell: Cell, width: float) -> list[str]:
        look = self.look
        if cell.vertical and look.vertical_labels:
            return [char for char in cell.text if char.strip()]
        face = self.face_of(cell)
        lines = wrap(cell.text, width - 2 * look.padding, look.size, face) if cell.text else []
        if cell.key and len(lines) > 1:
            # a number over two lines: 16970 and 6 below it may be one number or two
            self.story.undecidable.add(cell.key)
        return lines

    def face_of(self, cell: Cell) -> str:
        return self.look.number_face or self.look.face if cell.key else self.look.face

    def heights(
        self, grid: Grid, placed: Sequence[tuple[int, int, Cell]], lines: dict[int, list[str]]
    ) -> list[float]:
        look = self.look
        heights = [look.leading + 2 * look.padding] * len(grid.rows)
        for number, _, cell in placed:
            if cell.rows == 1:
                heights[number] = max(heights[number], len(lines[id(cell)]) * look.leading + 2 * look.padding)
        for number, _, cell in placed:
            needed = len(lines[id(cell)]) * look.leading + 2 * look.padding
            last = number + cell.rows - 1
            heights[last] += max(0.0, needed - sum(heights[number : last + 1]))
        return heights

    def cut_of(self, grid: Grid, lines: dict[int, list[str]], heights: Sequence[float]) -> _Cut:
        """Where the page break goes that the look asks for; only the tables of many rows get one."""
        body = range(grid.heads + 1, len(grid.rows) - 1)
        if grid.code not in ("t3", "nat", "fj") or self.look.tight:
            return _Cut()
        if self.look.breaks == "between":
            return _Cut(before=self.rng.choice(body))
        if self.look.breaks in ("numbers_first", "numbers_second"):
            # a label of two lines or more, so that something is left for the next page
            rows = [n for n in body if any(len(lines[id(c)]) > 1 and c.rows == 1 for c in grid.rows[n])]
            return _Cut(inside=self.rng.choice(rows)) if rows else _Cut(before=self.rng.choice(body))
        if self.look.breaks == "label_cut":
            # after the first row of a group, whose label then has more lines than its piece
            rows = [
                n + 1
                for n in body
                if any(
                    1 < c.rows < 10
                    and len(lines[id(c)]) * self.look.leading + 2 * self.look.padding > heights[n]
                    for c in grid.rows[n]
                )
            ]
            return _Cut(before=self.rng.choice(rows)) if rows else _Cut(before=self.rng.choice(body))
        return _Cut()

    def piece(
        self,
        grid: Grid,
        placed: Sequence[tuple[int, int, Cell]],
        edges: Sequence[float],
        rows: Sequence[tuple[int, float]],
        waiting: dict[int, list[str]],
        last: bool,
        cut: bool = False,
    ) -> None:
        """Draw `rows` here; each cell writes as many of its waiting lines as its box on this page holds.

        `last`: no row of the table follows; `cut`: the last of these rows goes on overleaf.
        """
        if not rows:
            return
        look = self.look
        tops: dict[int, float] = {}
        y = self.y
        for number, height in rows:
            tops[number] = y
            y += height
        bottoms = {number: tops[number] + height for number, height in rows}
        box = (edges[0], self.y, edges[-1], y)
        final = rows[-1][0]
        for number, column, cell in placed:
            own = [n for n in range(number, number + cell.rows) if n in tops]
            if not own:
                continue
            x0, x1 = edges[column], edges[column + cell.columns]
            y0, y1 = tops[own[0]], bottoms[own[-1]]
            bottom = number + cell.rows - 1
            ends_here = last or bottom < final or (bottom == final and not cut)
            self.fill(cell, x0, y0, x1, y1, waiting[id(cell)], ends_here)
            self.borders(box, x0, y0, x1, y1)
            if look.backgrounds and cell.head:
                self.page.boxes.append(Box(x0, y0, x1, y1, 0.88))
        self.page.tables.append((grid.code, box))
        self.y = y

    def fill(
        self, cell: Cell, x0: float, y0: float, x1: float, y1: float, waiting: list[str], ends_here: bool
    ) -> None:
        look = self.look
        room = int((y1 - y0 - 2 * look.padding + 0.01) / look.leading)
        cut = not ends_here and cell.rows == 1
        if cut and cell.key and look.breaks == "numbers_second":
            return
        count = len(waiting) if ends_here else min(room, len(waiting))
        now, waiting[:] = waiting[:count], waiting[count:]
        if not now:
            return
        face = self.face_of(cell)
        spare = (y1 - y0) - len(now) * look.leading
        y = y0 + (look.padding if cut or waiting else max(spare / 2, 0))
        for line in now:
            width = width_of(line, look.size, face)
            x = x0 + look.padding
            if cell.key and look.number_align == "right":
                x = x1 - look.padding - width
            elif cell.key or cell.head or (cell.vertical and look.vertical_labels):
                x = (x0 + x1 - width) / 2
            baseline = y + look.leading * 0.77
            if cell.numbers and line == cell.text:
                self.apart(cell, x0, x1, baseline, face)
            else:
                self.write(x, baseline, line, look.size, face, look.double_bold and cell.head)
            y += look.leading

    def apart(self, cell: Cell, x0: float, x1: float, baseline: float, face: str) -> None:
        """The pieces of one number as texts of their own, a small gap between them."""
        gap = self.look.size * 0.25
        widths = [width_of(part, self.look.size, face) for part in cell.numbers]
        x = (x0 + x1 - sum(widths) - gap * (len(widths) - 1)) / 2
        for part, width in zip(cell.numbers, widths, strict=True):
            self.write(x, baseline, part, self.look.size, face)
            x += width + gap

    def borders(
        self, box: tuple[float, float, float, float], x0: float, y0: float, x1: float, y1: float
    ) -> None:
        border = self.look.border
        if border == "none":
            return
        for line in (Line(x0, y0, x1, y0), Line(x0, y1, x1, y1)):
            on_frame = line.y0 in (box[1], box[3])
            if not (border == "no_frame" and on_frame) and line not in self.page.lines:
                self.page.lines.append(line)
        for line in (Line(x0, y0, x0, y1), Line(x1, y0, x1, y1)):
            on_frame = line.x0 in (box[0], box[2])
            hidden = (
                border == "horizontal"
                or (border in ("no_frame", "no_sides") and on_frame)
                or (border == "no_verticals" and not on_frame)
            )
            if not hidden and line not in self.page.lines:
                self.page.lines.append(line)

    # the page's own ---------------------------------------------------------------------------------------

    def furniture(self) -> None:
        look = self.look
        small = 9.0
        for number, page in enumerate(self.pages, start=1):
            if look.page_numbers and not look.tight:
                text = look.page_numbers.format(n=number, total=len(self.pages))
                x = (page.width - width_of(text, small, look.face)) / 2
                page.texts.append(Text(x, page.height - look.margin / 2, text, small, look.face))
            if look.running_head and not look.tight:
                text = self.story.words.running_head
                x = (page.width - width_of(text, small, look.face)) / 2
                page.texts.insert(0, Text(x, look.margin / 2, text, small, look.face))
                page.lines.append(
                    Line(look.margin, look.margin / 2 + 4, page.width - look.margin, look.margin / 2 + 4)
                )

    def reorder(self, page: Page) -> None:
        if self.look.order == "columns":
            page.texts.sort(key=lambda text: (round(text.x / 40), text.y))
        elif self.look.order == "shuffled":
            self.rng.shuffle(page.texts)
