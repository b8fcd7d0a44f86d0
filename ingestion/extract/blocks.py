"""What the walk over a page found, to the blocks of a `Document`.

Belongs here: the raw shapes between markup and model, whether a table holds data or lays out the page, and
the text of a cell. Does not belong here: elements and attributes (`html`), spans (`spans`).

A table is page layout if its cells hold further tables or long prose: then its texts become text blocks, and
its inner tables grids of their own, in document order. What remains is data. Nothing is dropped either way.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from ingestion.extract.model import (
    Block,
    Grid,
    GridCell,
    ImageBlock,
    Issue,
    Locator,
    OtherReading,
    TextBlock,
    TextKind,
)
from ingestion.extract.navigation import leads_away
from ingestion.extract.sandbox import Budget
from ingestion.extract.spans import Placed, place

#: Stands for a line break among pieces of text; no parsed page can contain it.
BREAK = "\0"
#: A cell longer than this is prose. Labels and notes of all forms stay below 100 characters.
PROSE = 200
#: A table with this many numbers is data, whatever prose stands in it.
MANY_NUMBERS = 10
#: ... and a table with inner tables is data too from here on, if it has no prose.
SOME_NUMBERS = 4
#: Issues of one kind that are listed singly.
_LISTED = 20

#: Stripped from the ends: white space, no-break and ideographic spaces, zero-width characters, breaks.
_ENDS = " \t\r\n\f\v\0\xa0\u3000\u2002\u2003\u2009\u200b\u200c\u200d\u2060\ufeff"
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_INNER_SPACE = re.compile(r"[ \t\r\n\f\v\0]")
#: A line end of the source between two hanzi is none on the page (Word breaks its source lines anywhere).
_HAN = r"[\u2e80-\u9fff\uff00-\uffef]"
_HAN_LINE_END = re.compile(rf"(?<={_HAN})[ \t]*[\r\n][ \t\r\n\f\v]*(?={_HAN})")
_NUMBER = re.compile(r"[-+−＋－]?\s*[\d０-９][\d０-９,.，．\s]*\D{0,3}\Z")
_END_OF_LINK = itemgetter(1)
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+(.*)")


@dataclass(slots=True)
class RawImage:
    """An <img> that is big enough to be content. references: as in `ImageBlock`."""

    src: str
    alt: str
    line: int | None
    references: tuple[str, ...] = ()


class Flow:
    """Text with breaks, and the tables and pictures between it.

    events: (index in pieces, what begins there, its role): an element that begins a line (None where one
    ends), a `RawTable` or a `RawImage`. Roles are kinds of text block other than paragraph.
    """

    __slots__ = ("events", "has_items", "links", "pieces", "role")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        #: (first piece, behind the last) of what links to other pages; None: nothing does
        self.links: list[tuple[int, int]] | None = None
        #: whether a table or a picture is among the events
        self.has_items = False
        self.events: list[tuple[int, Any, TextKind | None]] = []
        self.role: TextKind | None = None

    def mark(self, element: Any, role: TextKind | None) -> None:
        """A line begins here, with the element that makes it begin."""
        self.role = role
        self.events.append((len(self.pieces), element, role))
        self.pieces.append(BREAK)

    def line_break(self, element: Any) -> None:
        """A line begins here, of the same role as before."""
        self.mark(element, self.role)

    def add(self, item: RawTable | RawImage) -> None:
        """A table or a picture stands here."""
        self.has_items = True
        self.events.append((len(self.pieces), item, self.role))
        self.pieces.append(BREAK)

    def link(self, start: int) -> None:
        """What came since the piece `start` links to another page."""
        if self.links is None:
            self.links = []
        self.links.append((start, len(self.pieces)))

    def n_chars(self) -> int:
        """Characters in it without white space, tables included."""
        total = len("".join("".join(self.pieces).split()))
        for _, item, _ in self.events:
            if isinstance(item, RawTable):
                total += sum(flow.n_chars() for flow in item.flows())
        return total


class RawCell(Flow):
    """A <td> or <th>. rowspan, colspan: as printed. text: as printed, once `read` has put it there.

    doubt: confidence in its text. unread: something is printed in it that is not its text. raised: (first
    piece, behind the last, moved by hand) of what is raised or lowered, see `marks`. marked: one of these is
    to be looked at.
    """

    __slots__ = ("colspan", "doubt", "line", "marked", "raised", "rowspan", "struck", "text", "unread")

    def __init__(self, rowspan: int, colspan: int, line: int | None) -> None:
        # a page has thousands: the base class's attributes are set here
        self.pieces = []
        self.links = None
        self.events = []
        self.has_items = False
        self.role = None
        self.text = ""
        self.rowspan = rowspan
        self.colspan = colspan
        self.line = line
        self.struck = False
        self.doubt = 1.0
        self.unread = self.marked = False
        self.raised: list[tuple[int, int, bool]] | None = None

    def others(self) -> tuple[OtherReading, ...]:
        """What else it may say."""
        return ()

    def nested(self) -> list[RawTable]:
        """Tables in it, boxes of one short cell left out: those are text with a frame."""
        return [item for _, item, _ in self.events if isinstance(item, RawTable) and item.box_text() is None]

    def images(self) -> list[RawImage]:
        """Pictures in it."""
        return [item for _, item, _ in self.events if isinstance(item, RawImage)]

    def read(self) -> str:
        """The text as printed, lines between "\\n"; it is kept in `text`."""
        pieces = self.pieces
        if self.has_items:
            pieces = list(pieces)
            for index, item, _ in self.events:
                if isinstance(item, RawTable):
                    pieces[index] = f"{BREAK}{item.box_text() or ''}{BREAK}"
        self.text = text = tidy("".join(pieces))
        return text


@dataclass(slots=True)
class RawRow:
    """A <tr>. flat: it has no height (Word ends tables of uneven rows with such a row of blank cells)."""

    cells: list[RawCell]
    group: int
    flat: bool = False


class RawTable:
    """A <table>, or rows and cells that have lost theirs (owner: the element that they stand in)."""

    __slots__ = ("_box", "caption", "foot", "group", "in_foot", "line", "loose", "open_cell", "owner", "rows")

    def __init__(self, line: int | None, owner: Any = None) -> None:
        self.line = line
        self.owner = owner
        self.rows: list[RawRow] = []
        #: rows of a <tfoot>, which may stand above the <tbody>
        self.foot: list[RawRow] = []
        self.group = 0
        self.in_foot = False
        #: the cell that text goes to at the moment
        self.open_cell: RawCell | None = None
        self.caption = Flow()
        #: text between the cells, which browsers show above the table
        self.loose = Flow()
        #: what `box_text` found, kept: boxes stand in boxes
        self._box: tuple[str | None] | None = None

    def start_group(self, *, foot: bool) -> None:
        """A row group begins (or the one before ends): no rowspan crosses this place."""
        self.group += 1
        self.in_foot = foot

    def start_row(self, *, flat: bool = False) -> None:
        """A <tr> begins."""
        (self.foot if self.in_foot else self.rows).append(RawRow([], self.group, flat))

    def add_cell(self, cell: RawCell) -> None:
        """A cell of the current row, or of a first row that nothing began."""
        rows = self.foot if self.in_foot else self.rows
        if not rows:
            self.start_row()
        rows[-1].cells.append(cell)

    def printed_rows(self) -> list[RawRow]:
        """All rows as a browser shows them."""
        return self.rows + self.foot

    def flows(self) -> list[Flow]:
        """Everything with text in it, in the order shown."""
        return [self.caption, self.loose, *(cell for row in self.printed_rows() for cell in row.cells)]

    def box_text(self) -> str | None:
        """The text of a table with a single short cell, which is a frame around text; None for others."""
        if self._box is None:
            self._box = (self._read_box(),)
        return self._box[0]

    def _read_box(self) -> str | None:
        cells = [cell for row in self.printed_rows() for cell in row.cells]
        if len(cells) != 1 or cells[0].nested() or cells[0].images():
            return None
        if self.caption.n_chars() or self.loose.n_chars():
            return None
        text = cells[0].read()
        return text if len(text) <= PROSE else None


def tidy(text: str) -> str:
    """Text as the page shows it: white space of the source collapsed, breaks as "\\n", ends stripped.

    No-break spaces inside are kept, blank lines are not.
    """
    text = text.strip(_ENDS)
    if not _INNER_SPACE.search(text):
        return text
    if "\n" in text or "\r" in text:
        text = _HAN_LINE_END.sub("", text)
    text = _SPACE.sub(" ", text)
    if BREAK not in text:
        return text
    lines = (line.strip(_ENDS) for line in text.split(BREAK))
    return "\n".join(line for line in lines if line)


class Assembly:
    """Collects blocks and issues of one page; grids are numbered as they come."""

    def __init__(self, budget: Budget, *, plain_lines: bool, lines_hold: bool) -> None:
        self.budget = budget
        #: line ends of the source are line ends (text with tables in HTML)
        self.plain_lines = plain_lines
        #: line numbers of the parser are those of the document
        self.lines_hold = lines_hold
        self.blocks: list[Block] = []
        self.issues: list[Issue] = []
        self.n_grids = 0
        self.n_capped = 0

    def flow(self, flow: Flow) -> None:
        """Text, tables and pictures of a flow, in order."""
        pieces, start = flow.pieces, 0
        line = flow.line if isinstance(flow, RawCell) else None
        kind: TextKind | None = None
        for index, item, role in flow.events:
            if start < index:
                if flow.links and _leads_away(flow, start, index):
                    kind = "navigation"
                self._text("".join(pieces[start:index]), line, kind)
            start, kind = index, role
            if isinstance(item, RawTable):
                self.table(item)
                line = None
            elif isinstance(item, RawImage):
                self._image(item, Locator(line=item.line))
                line = None
            else:
                line = item.sourceline if item is not None and self.lines_hold else None
        if start < len(pieces):
            if flow.links and _leads_away(flow, start, len(pieces)):
                kind = "navigation"
            self._text("".join(pieces[start:]), line, kind)

    def _text(self, raw: str, line: int | None, kind: TextKind | None) -> None:
        raw = raw.strip(_ENDS)
        if not raw:
            return
        if self.plain_lines and "\n" in raw:
            for part in raw.split("\n"):
                self._text(part, None, kind)
            return
        text = tidy(raw)
        if self.plain_lines:
            heading = _MARKDOWN_HEADING.match(text)
            if heading:
                text, kind = heading[1], "heading"
        if text:
            self.budget.add_block()
            self.blocks.append(TextBlock(text, Locator(line=line), kind or "paragraph"))

    def _image(self, image: RawImage, locator: Locator) -> None:
        self.budget.add_block()
        self.blocks.append(ImageBlock(image.src, image.alt, locator, references=image.references))

    # ------------------------------------------------------------------------------------------- tables

    def table(self, table: RawTable) -> None:
        """A data table becomes a grid (or several, between rows of prose); a layout table its contents."""
        self.flow(table.caption)
        self._loose(table)
        rows = table.printed_rows()
        texts = [[cell.read() for cell in row.cells] for row in rows]
        if _is_layout(rows, texts):
            for row in rows:
                for cell in row.cells:
                    self.flow(cell)
            return
        start = 0
        for r, row_texts in enumerate(texts):
            printed = [text for text in row_texts if text]
            if len(printed) == 1 and len(printed[0]) > PROSE:
                self._grid(rows[start:r])
                for cell in rows[r].cells:
                    self.flow(cell)
                start = r + 1
        self._grid(rows[start:])

    def _loose(self, table: RawTable) -> None:
        before = len(self.blocks)
        self.flow(table.loose)
        shown = [block for block in self.blocks[before:] if isinstance(block, TextBlock)]
        if shown:
            detail = f"text stands in a table outside of its cells: “{shown[0].text[:40]}”"
            self.issues.append(Issue("text_outside_cells", _at_line(table.line), detail, "info"))

    def _grid(self, rows: list[RawRow]) -> None:
        rows = [row for row in rows if not (row.flat and not any(cell.text for cell in row.cells))]
        if not any(row.cells for row in rows):
            return
        self.budget.add_block()
        self.n_grids += 1
        index = self.n_grids
        placed = self.place(rows, index)
        raw_cells = [cell for row in rows for cell in row.cells]
        for number, raw in enumerate(raw_cells):
            if raw.marked:
                placed.cells[number] = replace(
                    placed.cells[number], confidence=raw.doubt, legible=not raw.unread, others=raw.others()
                )
        self.blocks.append(Grid(index, placed.cells, placed.n_rows, placed.n_cols, "table", exact=True))
        for cell, printed in placed.capped:
            self._capped(cell, printed)
        for raw, grid_cell in zip(raw_cells, placed.cells, strict=True):
            if not raw.has_items:
                continue
            for image in raw.images():
                self._image(image, grid_cell.locator)
            for nested in raw.nested():
                detail = "a table stands in a cell of a data table: it follows as a grid of its own"
                self.issues.append(Issue("nested_table", f"table {index}", detail, "info", grid_cell.locator))
                self.table(nested)

    def place(self, rows: list[RawRow], index: int) -> Placed:
        """Where the cells of grid `index` stand; a format that says so itself replaces it."""
        ends = _section_ends([row.group for row in rows])
        return place([row.cells for row in rows], index, ends, self.budget)

    def _capped(self, cell: GridCell, printed: str) -> None:
        self.n_capped += 1
        if self.n_capped > _LISTED:
            return
        where = cell.locator
        detail = f"{printed} is cut down to {cell.colspan} columns and {cell.rowspan} rows"
        place_name = f"table {where.table}, row {where.row}, column {where.column}"
        self.issues.append(Issue("span_capped", place_name, detail, locator=where))

    def finish(self, *, cut_at_end: bool) -> None:
        """Issues that only the end can tell."""
        if self.n_capped > _LISTED:
            detail = f"{self.n_capped - _LISTED:,} further spans are cut down"
            self.issues.append(Issue("span_capped", "document", detail))
        if not cut_at_end:
            return
        grids = [block for block in self.blocks if isinstance(block, Grid)]
        where = grids[-1].cells[-1].locator if grids and grids[-1].cells else None
        detail = "the file ends inside a table: its last cell may be cut, the rows after it are not known"
        self.issues.append(Issue("table_cut_at_end", "end of the file", detail, locator=where))


def _leads_away(flow: Flow, start: int, end: int) -> bool:
    """Whether the pieces from start to end are but links to other pages."""
    links = flow.links or []
    first = bisect_right(links, start, key=_END_OF_LINK)
    linked = []
    for begins, ends in links[first:]:
        if begins >= end:
            break
        part = "".join(flow.pieces[max(begins, start) : min(ends, end)])
        if part.strip(_ENDS):
            linked.append(part)
    return bool(linked) and leads_away("".join(flow.pieces[start:end]).strip(_ENDS), linked)


def _is_layout(rows: list[RawRow], texts: list[list[str]]) -> bool:
    """True for a table that only arranges the page.

    A single cell and a single column of prose are layout, too: a cell without a second one beside it has no
    label.
    """
    printed = [text for row in texts for text in row if text]
    longest = max(map(len, printed), default=0)
    if not printed and not any(cell.has_items for row in rows for cell in row.cells):
        return not any(row.cells for row in rows)
    has_tables = any(cell.has_items and cell.nested() for row in rows for cell in row.cells)
    if has_tables:
        return longest > PROSE or _count_numbers(printed) < SOME_NUMBERS
    if max(len(row.cells) for row in rows) == 1:
        return _count_numbers(printed) < SOME_NUMBERS
    if longest <= PROSE:
        return False
    prose = sum(len(text) for text in printed if len(text) > PROSE)
    return prose * 2 > sum(map(len, printed)) and _count_numbers(printed) < MANY_NUMBERS


def _count_numbers(printed: list[str]) -> int:
    return sum(1 for text in printed if _NUMBER.match(text))


def _section_ends(groups: list[int]) -> list[int]:
    """For every row, the index of the first row that is not of its row group."""
    ends = [len(groups)] * len(groups)
    for r in range(len(groups) - 2, -1, -1):
        ends[r] = ends[r + 1] if groups[r] == groups[r + 1] else r + 1
    return ends


def _at_line(line: int | None) -> str:
    return "document" if line is None else f"line {line}"
