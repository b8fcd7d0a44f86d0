"""One page taken apart: its tables, its lines of text, its pictures, and whether its text can be trusted.

Belongs here: the decisions about a page as a whole. Does not belong here: anything that needs its neighbours
(`margins`, `stitch`), pdfium (`page_content`, `rendering`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pypdfium2 import PdfPage

from ingestion.extract.pdf.borderless import borderless_tables, stands_in_columns
from ingestion.extract.pdf.columns import bands, cell_words
from ingestion.extract.pdf.geometry import Box, Rule, union_box
from ingestion.extract.pdf.lattice import SNAP, Cell, Table, frames, table_in, with_sides
from ingestion.extract.pdf.lines import DIGITS, Line, lines_of, without_false_bold
from ingestion.extract.pdf.page_content import Glyph, PageContent, Picture
from ingestion.extract.pdf.rendering import without_ink

#: Pictures that cover less of the page are seals, badges and signatures.
MIN_PICTURE = 0.05
MIN_PICTURE_WIDTH, MIN_PICTURE_HEIGHT = 120.0, 40.0
#: A page that is covered by pictures to this part and prints no more text than this is a scan.
SCANNED = 0.5
MAX_SCAN_TEXT = 150
#: Fonts that do not say which characters they draw: more glyphs than this, or this part of a page's.
MAX_UNMAPPED, MAX_UNMAPPED_SHARE = 5, 0.1
#: Drawn shapes of a page without any text: its text was turned into outlines.
MIN_OUTLINES = 100
#: Rows of one cell with more characters than this are prose inside the table's frame.
MAX_TITLE = 60
#: Text of one row of a table that is further apart than this, in sizes of its font, stands in columns.
FAR_APART = 1.2


@dataclass(slots=True)
class PageTable:
    """A table, or the part of one, on one page."""

    page: int
    table: Table
    #: its columns are parted by no rule
    banded: bool = False
    #: it is drawn by vertical rules alone: its outer columns end where their text does
    open_sides: bool = False
    #: it has no rules at all
    borderless: bool = False


@dataclass(slots=True)
class PageLayout:
    """What a page holds, before its neighbours are looked at."""

    number: int
    width: float
    height: float
    tables: list[PageTable] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    #: why the page must be read from its pixels; None: its text is trusted
    scanned: str | None = None
    #: horizontal rules: one that is no border may strike text
    rules: list[Rule] = field(default_factory=list)
    #: ids of digits that the file claims and the page does not show
    unseen: set[int] = field(default_factory=set)
    #: some digits are invisible or unseen
    hides_digits: bool = False
    #: glyphs whose font does not say which character they are
    n_unmapped: int = 0


def lay_out(page: PdfPage, number: int, content: PageContent) -> PageLayout:
    """Takes a page apart."""
    layout = PageLayout(number, content.width, content.height, n_unmapped=content.unmapped)
    glyphs = [glyph for glyph in content.glyphs if glyph.visible]
    layout.scanned = _why_scanned(content, glyphs)
    if layout.scanned is not None:
        return layout
    area = content.width * content.height
    layout.pictures = _large_pictures(content.pictures, glyphs, area)
    glyphs = without_false_bold(glyphs)
    layout.tables, rest = _tables(number, content, glyphs)
    layout.lines = lines_of(rest)
    layout.rules = content.horizontal
    if layout.tables or any(stands_in_columns(line) for line in layout.lines):
        digits = [glyph for glyph in glyphs if glyph.text in DIGITS]
        layout.unseen = {id(glyph) for glyph in without_ink(page, content.width, content.height, digits)}
    invisible = any(glyph.text in DIGITS for glyph in content.glyphs if not glyph.visible)
    layout.hides_digits = bool(layout.unseen) or invisible
    return layout


def add_borderless_tables(layout: PageLayout) -> None:
    """Finds tables without rules among a page's lines, once what repeats on every page is out of them."""
    for table in borderless_tables(layout.lines):
        for cell in table.cells:
            cell.page = layout.number
        taken = {id(glyph) for cell in table.cells for glyph in cell.glyphs}
        layout.lines = [line for line in layout.lines if id(line.glyphs[0]) not in taken]
        layout.tables.append(PageTable(layout.number, table, borderless=True))
    layout.tables.sort(key=lambda part: (part.table.ys[0], part.table.xs[0]))


# ---------------------------------------------------------------------------------------------------------
# trust


def _why_scanned(content: PageContent, visible: list[Glyph]) -> str | None:
    if content.unmapped > max(MAX_UNMAPPED, MAX_UNMAPPED_SHARE * len(content.glyphs)):
        return "its fonts do not say which characters they draw"
    area = content.width * content.height
    covered = sum(_area(picture.box) for picture in content.pictures) / area if area > 0 else 0.0
    if not visible:
        if covered >= MIN_PICTURE:
            return "it is a picture"
        if content.glyphs:
            return "its text is invisible"
        return "its text is drawn as outlines" if content.n_paths >= MIN_OUTLINES else None
    if covered >= SCANNED and len(visible) <= MAX_SCAN_TEXT:
        return "it is a picture with little text on it"
    return None


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _large_pictures(pictures: list[Picture], visible: list[Glyph], area: float) -> list[Box]:
    """Pictures that may hold a table: large, and not the background of text."""
    boxes: list[Box] = []
    for picture in pictures:
        x0, top, x1, bottom = picture.box
        for index, other in enumerate(boxes):
            # a picture in strips
            if abs(other[0] - x0) <= 3 and abs(other[2] - x1) <= 3 and abs(other[3] - top) <= 3:
                boxes[index] = union_box([other, picture.box])
                break
        else:
            boxes.append(picture.box)
    found: list[Box] = []
    for box in boxes:
        x0, top, x1, bottom = box
        if (
            x1 - x0 < MIN_PICTURE_WIDTH
            or bottom - top < MIN_PICTURE_HEIGHT
            or _area(box) < MIN_PICTURE * area
        ):
            continue
        on_it = [glyph for glyph in visible if x0 < glyph.cx < x1 and top < glyph.cy < bottom]
        if len(on_it) <= 20:
            found.append(box)
    return found


# ---------------------------------------------------------------------------------------------------------
# tables


def _tables(number: int, content: PageContent, glyphs: list[Glyph]) -> tuple[list[PageTable], list[Glyph]]:
    """The tables of a page from top to bottom, and the glyphs outside of them."""
    drawn, loose = frames(content.horizontal, content.vertical)
    left = glyphs
    parts: list[PageTable] = []
    for frame in [*drawn, *bands(loose)]:
        if not frame.horizontal:
            frame = with_sides(frame, left)
        table = table_in(frame, left)
        if table is None or not any(cell.glyphs for cell in table.cells):
            continue
        if not frame.vertical:
            for cell in table.cells:
                cell.doubtful = False  # a rule that ends inside a band is the edge of a column
        pieces = _without_prose(table)
        for piece in pieces:
            for cell in piece.cells:
                cell.page = number
            banded = not any(frame.box[0] + SNAP < rule.at < frame.box[2] - SNAP for rule in frame.vertical)
            parts.append(PageTable(number, piece, banded, not frame.horizontal))
        left = _outside(pieces, left)
    parts.sort(key=lambda part: (part.table.ys[0], part.table.xs[0]))
    return parts, left


def _outside(tables: list[Table], glyphs: list[Glyph]) -> list[Glyph]:
    taken = {id(glyph) for table in tables for cell in table.cells for glyph in cell.glyphs}
    return [glyph for glyph in glyphs if id(glyph) not in taken] if taken else glyphs


def _without_prose(table: Table) -> list[Table]:
    """The table without stretches of rows that are one long text each: prose in a frame is no table.

    Taught by a page whose every line of prose stood in a box of its own, 22 rows of one column that swallowed
    the head of the real table below them.
    """
    single: list[str | None] = []
    for row in range(table.n_rows):
        cells = [cell for cell in table.cells if cell.row <= row < cell.row + cell.rowspan]
        alone = len(cells) == 1 and cells[0].rowspan == 1 and not _has_columns(cells[0])
        single.append("".join(glyph.text for glyph in cells[0].glyphs) if alone else None)
    prose = [False] * table.n_rows
    start = 0
    for row in range(table.n_rows + 1):
        if row < table.n_rows and single[row] is not None:
            continue
        texts = [text for text in single[start:row] if text]
        if sum(map(len, texts)) > MAX_TITLE and max(map(len, texts)) > MAX_TITLE / 2:
            prose[start:row] = [True] * (row - start)
        start = row + 1
    if not any(prose):
        return [table]
    return [_rows_of(table, first, last) for first, last in _stretches(prose)]


def _has_columns(cell: Cell) -> bool:
    """Numbers that stand apart from the text: a row of a table without vertical rules."""
    return any(len(line) > 1 and any(word.number for word in line) for line in cell_words(cell, FAR_APART))


def _stretches(prose: list[bool]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for row, is_prose in enumerate(prose):
        if is_prose:
            continue
        if found and found[-1][1] == row:
            found[-1] = (found[-1][0], row + 1)
        else:
            found.append((row, row + 1))
    return found


def _rows_of(table: Table, first: int, last: int) -> Table:
    cells = [
        Cell(cell.row - first, cell.col, cell.rowspan, cell.colspan, cell.box, cell.glyphs, cell.doubtful)
        for cell in table.cells
        if first <= cell.row < last
    ]
    return Table(table.xs, table.ys[first : last + 1], cells)
