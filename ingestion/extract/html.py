"""HTML pages and fragments to blocks: what is on the page, in document order.

lxml (libxml2) parses, because it keeps what a browser throws away (a <td> without its <table>), stops at a
known depth and says so; a stack of our own walks over the tree once. Belongs here: which elements are text,
table, picture or noise. Does not belong here: charsets (`decode`), whether a table is data or page layout and
how its cells become blocks (`blocks`), spans (`spans`).

Inline elements join without a separator, since Word splits "10" over two spans; <br> and block elements
break the line. No digit is added, dropped or moved.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from ingestion.extract.blocks import Assembly, Flow, RawCell, RawImage, RawTable
from ingestion.extract.elements import (
    ARTICLE,
    BR,
    CAPTION,
    CELL,
    DROP,
    FIELD,
    GROUP,
    HEADING,
    IMG,
    INLINE,
    KINDS,
    LAST_BLOCK,
    LINK,
    META,
    NAVIGATION,
    REGION,
    ROW,
    STRUCK,
    SUP,
    TABLE,
)
from ingestion.extract.fragments import mend
from ingestion.extract.head import read_head
from ingestion.extract.looks import Looks, looks_of, page_styles
from ingestion.extract.marks import HAN, settle_marks
from ingestion.extract.markup import parse
from ingestion.extract.model import Document, Issue, TextKind
from ingestion.extract.navigation import Regions
from ingestion.extract.references import base_of, file_links, leads_to_a_page, picture_references
from ingestion.extract.sandbox import Budget
from ingestion.extract.spans import span_of

#: Pictures smaller than this in either direction are icons, bullets and trackers.
MIN_IMAGE = 50
#: Width and height in pixels below which no table can be read in a picture.
MIN_TABLE_IMAGE = (200, 100)
#: Sizes in pixels up to which a picture in a cell is a spacer and prints nothing.
_SPACER = 4
_PIXELS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*$", re.IGNORECASE)
_STYLE_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d+(?:\.\d+)?)px", re.IGNORECASE)
#: libxml2 counts lines in 16 bits for some nodes.
_LAST_LINE = 65534


def read_html(text: str, document: Document, budget: Budget, utf8: bytes | None = None) -> None:
    """Fills title, meta, blocks and issues of `document` from the page's decoded text.

    utf8: the bytes of `text` where they are at hand.
    Raises `UnreadableInput` with a code that begins with `quarantined` when a limit is passed.
    """
    mended = mend(text)
    document.issues.extend(mended.issues)
    budget.check_chars(len(mended.text))
    budget.check_tags(mended.text)
    if utf8 is None or mended.text is not text:
        utf8 = mended.text.encode("utf-8", "replace")
    styles = page_styles(utf8)
    root = parse(utf8, thin=not styles.matter)
    if root is None:
        return
    looks = looks_of(root, styles.sheet) if styles.matter else Looks()
    read_head(root, document)
    base = base_of(root)
    regions = Regions()
    document.links = file_links(root, base, regions, lines=mended.lines_hold)
    walk = _Walk(budget, looks, base, regions, lines=mended.lines_hold)
    walk.run(root)
    if walk.hidden_is_the_page():
        # the article itself is hidden until a script shows it
        walk = _Walk(budget, replace(looks, hidden=frozenset()), base, regions, lines=mended.lines_hold)
        walk.run(root)
        detail = "nearly all of the page is hidden by its style; it is read as if it were shown"
        document.issues.append(Issue("hidden_content_read", "document", detail))
    elif walk.hidden_cells:
        detail = f"{walk.hidden_cells} table cells are hidden by their style and left out"
        document.issues.append(Issue("hidden_cells", "document", detail, "info"))
    document.issues += _what_looks_say(looks, walk)
    assembly = Assembly(budget, plain_lines=mended.plain_lines, lines_hold=mended.lines_hold)
    assembly.flow(walk.page)
    assembly.finish(cut_at_end=mended.cut_at_end)
    document.blocks = assembly.blocks
    document.issues.extend(assembly.issues)


def _what_looks_say(looks: Looks, walk: _Walk) -> list[Issue]:
    """Issues on cells that do not print what stands in them."""
    issues = []
    if looks.n_unseen:
        detail = f"{looks.n_unseen} texts in cells are there but not seen, and left out"
        issues.append(Issue("hidden_text", "document", detail, "info"))
    if walk.n_unread:
        detail = f"{walk.n_unread} cells print digits that are no text, in white, or raised beside others"
        issues.append(Issue("sign_unread", "document", detail))
    if walk.marks:
        detail = f"{len(walk.marks)} marks of notes are left out of cells, the first: “{walk.marks[0][:40]}”"
        issues.append(Issue("note_mark", "document", detail, "info"))
    return issues


class _Walk:
    """One pass over the tree. `page` receives text, tables and pictures in document order."""

    def __init__(
        self,
        budget: Budget,
        looks: Looks,
        base: str | None,
        regions: Regions,
        *,
        lines: bool,
    ) -> None:
        self.budget = budget
        self._looks = looks
        self.base = base
        self.regions = regions
        self.lines = lines
        self.page = Flow()
        #: where text goes now: the page, or the cell that is open
        self.flow: Flow = self.page
        self.tables: list[RawTable] = []
        self.hidden_cells = 0
        self.n_unread = 0
        #: marks of notes that were left out of cells
        self.marks: list[str] = []
        self.hidden_chars = 0
        #: the part of the page that is open: its masthead, a way to other pages, or None
        self.region: TextKind | None = None
        self.in_article = False
        self.n_orphans = 0

    def run(self, root: Any) -> None:
        """Walks over everything below `root`."""
        #: what to restore when an element ends: (children left, element, kind, state saved by `_open`)
        stack: list[tuple[Any, Any, int, Any]] = []
        kind_of = KINDS.get
        hidden, raised, struck = self._looks.hidden, self._looks.raised, self._looks.struck
        plain = self._looks.plain
        if root.text:
            self.flow.pieces.append(root.text)
        children, element, kind, saved = iter(root), root, INLINE, None
        while True:
            for child in children:
                child_kind = kind_of(child.tag, INLINE)
                if hidden and child in hidden:
                    self._count_hidden(child)
                    child_kind = DROP
                elif not plain and child_kind in (INLINE, LINK):
                    child_kind = SUP if child in raised else STRUCK if child in struck else child_kind
                if child_kind == INLINE:
                    text = child.text
                    if text:
                        self.flow.pieces.append(text)
                    if not len(child):
                        text = child.tail
                        if text:
                            self.flow.pieces.append(text)
                        continue
                    child_saved = None
                elif child_kind <= BR:
                    if child_kind == BR:
                        self.flow.line_break(child)
                    text = child.tail
                    if text:
                        self.flow.pieces.append(text)
                    continue
                elif child_kind == CELL and plain and len(child) < 2 and self._plain_cell(child, element):
                    text = child.tail
                    if text and not text.isspace():
                        self.flow.pieces.append(text)
                    continue
                else:
                    child_saved = self._open(child, child_kind, element)
                    text = child.text
                    if text:
                        self.flow.pieces.append(text)
                stack.append((children, element, kind, saved))
                children, element, kind, saved = iter(child), child, child_kind, child_saved
                break
            else:
                if self.n_orphans:
                    self._close_orphans(element)
                if not stack:
                    return
                if kind != INLINE:
                    self._close(element, kind, saved)
                text = element.tail
                children, element, kind, saved = stack.pop()
                if text:
                    if self.n_orphans and not text.isspace():
                        self._close_orphans(element)
                    self.flow.pieces.append(text)

    def _plain_cell(self, element: Any, parent: Any) -> bool:
        """Reads a cell of text alone or of one paragraph: most cells by far, in a third of the time."""
        text = element.text
        paragraph = None
        if len(element):
            paragraph = element[0]
            if paragraph.tag != "p" or len(paragraph):
                return False
            around = paragraph.tail
            if (text and not text.isspace()) or (around and not around.isspace()):
                return False
            text = paragraph.text
        cell = RawCell(span_of(element.get("rowspan")), span_of(element.get("colspan")), self._line(element))
        self.budget.add_cells()
        self._table_for(element, parent).add_cell(cell)
        if paragraph is not None:
            cell.mark(paragraph, None)
        if text:
            cell.pieces.append(text)
        return True

    # --------------------------------------------------------------------------- elements that open and close

    def _open(self, element: Any, kind: int, parent: Any) -> Any:
        """Enters an element that is not inline; what it returns comes back to `_close`."""
        if kind == CELL:
            table = self._table_for(element, parent)
            rowspan, colspan = span_of(element.get("rowspan")), span_of(element.get("colspan"))
            cell = RawCell(rowspan, colspan, self._line(element))
            self.budget.add_cells()
            table.add_cell(cell)
            before = (self.flow, table.open_cell)
            self.flow = table.open_cell = cell
            return before
        if kind == ROW:
            table = self._table_for(element, parent)
            table.start_row(flat=element.get("height") == "0")
            return self._enter(table.loose)
        if kind == GROUP:
            if self.tables and self.tables[-1].open_cell is None:
                self.tables[-1].start_group(foot=element.tag == "tfoot")
            return None
        if self.n_orphans and kind <= LAST_BLOCK:
            self._close_orphans(parent)
        if kind == TABLE:
            self.budget.check_nested_tables(len(self.tables) + 1)
            table = RawTable(self._line(element))
            self.flow.add(table)
            self.tables.append(table)
            return self._enter(table.loose)
        if kind == CAPTION and self.tables:
            return self._enter(self.tables[-1].caption)
        if kind <= LAST_BLOCK:
            return self._open_block(element, kind)
        if kind == STRUCK:
            if isinstance(self.flow, RawCell) and not self.flow.struck:
                self.flow.struck = any(text.strip() for text in element.itertext())
        elif kind == LINK:
            return len(self.flow.pieces)
        elif kind == IMG:
            self._image(element)
        elif kind == FIELD:
            # a figure in a form field is on the page like any other
            shown = (element.get("type") or "text").lower() in ("text", "number", "tel")
            if shown and isinstance(self.flow, RawCell):
                self.flow.pieces.append(element.get("value") or "")
        elif kind == SUP:
            if isinstance(self.flow, RawCell):
                return len(self.flow.pieces)
            self._superscript(element)
        return None

    def _open_block(self, element: Any, kind: int) -> tuple[TextKind | None, bool] | None:
        """A line begins. Returns the region that ends with it, if a region begins."""
        before = None
        if kind >= REGION and kind != HEADING:
            before = self._open_region(element, kind)
        self.flow.mark(element, self.region or ("heading" if kind == HEADING else None))
        return before

    def _open_region(self, element: Any, kind: int) -> tuple[TextKind | None, bool] | None:
        before = (self.region, self.in_article)
        if self.in_article:
            return None
        name = self.regions.kind(element) if kind == REGION else None
        if kind == ARTICLE or name == "article":
            self.region, self.in_article = None, True
        elif kind == META:
            self.region = "meta"
        elif name is not None or (kind == NAVIGATION and self.regions.is_furniture(element)):
            self.region = "navigation"
        else:
            return None
        return before

    def _close(self, element: Any, kind: int, saved: Any) -> None:
        """Leaves an element that is not inline."""
        if kind == CELL:
            cell, (self.flow, self.tables[-1].open_cell) = self.flow, saved
            if isinstance(cell, RawCell) and (cell.marked or cell.raised or element in self._looks.unread):
                self._judge(cell, seen=element not in self._looks.unread)
        elif kind == ROW:
            self.flow = saved
        elif kind == GROUP:
            if self.tables and self.tables[-1].open_cell is None:
                self.tables[-1].start_group(foot=False)
        elif kind == TABLE:
            self.tables.pop()
            self.flow = saved
            self.flow.mark(None, self.region)
        elif kind == SUP:
            if isinstance(self.flow, RawCell) and saved is not None:
                if self.flow.raised is None:
                    self.flow.raised = []
                self.flow.raised.append((saved, len(self.flow.pieces), False))
        elif kind == LINK:
            if leads_to_a_page(element.get("href")):
                self.flow.link(saved)
        elif isinstance(saved, Flow):  # a caption of a table
            self.flow = saved
        elif kind <= LAST_BLOCK:
            if saved is not None:
                self.region, self.in_article = saved
            self.flow.mark(None, self.region)

    def _judge(self, cell: RawCell, *, seen: bool) -> None:
        """What marks, pictures and looks in a cell mean for its text: labels bear them, numbers do not."""
        self.marks += settle_marks(cell)
        text = cell.read()
        if HAN.search(text):
            cell.doubt, cell.unread, cell.marked = 1.0, False, False
            return
        if not seen:
            cell.unread = cell.marked = True
        if not text and cell.images():
            cell.unread = False  # a picture large enough to be looked at by itself
        self.n_unread += cell.unread

    def _enter(self, flow: Flow) -> Flow:
        before, self.flow = self.flow, flow
        return before

    def _table_for(self, element: Any, parent: Any) -> RawTable:
        """The open table, or a new one for rows and cells that have lost theirs (a page cut in a table)."""
        if self.tables:
            return self.tables[-1]
        table = RawTable(self._line(element), owner=parent)
        self.flow.add(table)
        self.tables.append(table)
        self.n_orphans += 1
        return table

    def _close_orphans(self, parent: Any) -> None:
        """Ends a table that had no <table>: at the end of its parent, or at other content in there."""
        if self.tables and self.tables[-1].owner is parent:
            self.tables.pop()
            self.n_orphans -= 1

    # ----------------------------------------------------------------------------------------- smaller things

    def _line(self, element: Any) -> int | None:
        if not self.lines:
            return None
        line = element.sourceline
        return line if line is not None and line < _LAST_LINE else None

    def _count_hidden(self, element: Any) -> None:
        n_chars = len("".join("".join(element.itertext()).split()))
        if n_chars:
            self.hidden_chars += n_chars
            self.hidden_cells += sum(1 for _ in element.iter("td", "th"))

    def hidden_is_the_page(self) -> bool:
        """True if more text was hidden than shown."""
        if self.hidden_chars < 200:
            return False
        return self.hidden_chars > 3 * self.page.n_chars()

    def _image(self, element: Any) -> None:
        sides = dict(_STYLE_SIZE.findall(element.get("style") or ""))
        width, height = (
            _pixels(element.get(name)) or _pixels(sides.get(name)) or math.inf for name in ("width", "height")
        )
        if min(width, height) > _SPACER and isinstance(self.flow, RawCell):
            # a digit may be drawn: a cell of digits with a picture in it is not read
            self.flow.marked = self.flow.unread = True
        if min(width, height) < MIN_IMAGE:
            return
        small = width < MIN_TABLE_IMAGE[0] or height < MIN_TABLE_IMAGE[1]
        if self.region == "navigation" and (small or math.isinf(width)):
            return
        references = picture_references(element, self.base)
        if references:
            # a picture inside the bytes is named by its kind, not by its megabytes
            first = references[0]
            shown = first.split(",", 1)[0] if first[:5].lower() == "data:" else first
            alt = (element.get("alt") or element.get("title") or "").strip()
            image = RawImage(shown[:2000], alt[:500], self._line(element), () if small else tuple(references))
            self.flow.add(image)

    def _superscript(self, element: Any) -> None:
        """A footnote mark must not become a digit of the number before it: 10<sup>1</sup> is not 101."""
        mark = next(filter(None, (text.strip() for text in element.itertext())), "")
        before = "".join(self.flow.pieces[-4:]).rstrip()
        if mark[:1].isdigit() and before[-1:].isdigit():
            self.flow.pieces.append("^")


def _pixels(size: str | None) -> float | None:
    found = _PIXELS.match(size or "")
    return float(found[1]) if found else None
