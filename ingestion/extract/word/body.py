"""The tree of a Word document to its flow: paragraphs, tables and pictures as they are printed, in order.

Belongs here: blocks, their styles and automatic numbers, rows and cells with what is said of them. Does not
belong here: what stands in a line (`lines`), where a cell stands (`cells`), how cells and texts become blocks
of a document (`assembly`), the container (`ooxml`).
"""

from __future__ import annotations

from typing import Any

from ingestion.extract.blocks import Flow, RawTable
from ingestion.extract.marks import DIGIT, HAN, settle_marks
from ingestion.extract.model import TextKind
from ingestion.extract.word.cells import MAX_SPAN, WordCell, resolve
from ingestion.extract.word.lines import (
    BLOCK,
    CHOICE,
    CONTROL,
    DELETED,
    IN_DOUBT,
    INSERTED,
    INSIDE,
    KINDS,
    TABLE,
    Lines,
    chosen,
    content_of,
)
from ingestion.extract.word.names import (
    ALT_CHUNK,
    CELL_DEL,
    CELL_INS,
    CELL_MERGE,
    CUSTOM_XML,
    DEL,
    DEL_TEXT,
    FILL,
    GRID_BEFORE,
    GRID_COL,
    GRID_SPAN,
    H_MERGE,
    HIDDEN,
    INS,
    MC_ALTERNATE_CONTENT,
    MOVE_TO,
    NUM_PR,
    OUTLINE_LVL,
    P_PR,
    P_STYLE,
    SDT,
    SDT_CONTENT,
    SHADING,
    SMART_TAG,
    SUB_DOC,
    TBL_GRID,
    TC,
    TC_PR,
    TC_W,
    TR,
    TR_PR,
    TYPE,
    V_MERGE,
    VAL,
    WIDTH,
    T,
    integer,
    is_on,
)
from ingestion.extract.word.styles import is_dark, numbering_of

# What is said of a cell, and of a paragraph, that matters here.
_SPAN, _WIDTH, _DOWN, _LEFT, _CHANGED, _SHADED = range(6)
_OF_CELL = {
    GRID_SPAN: _SPAN,
    TC_W: _WIDTH,
    V_MERGE: _DOWN,
    H_MERGE: _LEFT,
    SHADING: _SHADED,
    **dict.fromkeys((CELL_DEL, CELL_INS, CELL_MERGE), _CHANGED),
}
#: What may stand around rows and cells.
_AROUND_ROWS = frozenset({SDT, SDT_CONTENT, CUSTOM_XML, INS, MOVE_TO, SMART_TAG, MC_ALTERNATE_CONTENT})
_STYLE, _LIST, _OUTLINE = range(3)
_OF_PARAGRAPH = {P_STYLE: _STYLE, NUM_PR: _LIST, OUTLINE_LVL: _OUTLINE}


class Walk(Lines):
    """One pass over one or more parts of a document. `page` receives what is printed."""

    # ------------------------------------------------------------------------------------------- block level

    def blocks(self, parent: Any, flow: Flow) -> None:
        """Paragraphs and tables below `parent`, into `flow`."""
        self._enter()
        for child in parent:
            kind = KINDS.get(child.tag)
            if kind == BLOCK:
                self._paragraph(child, flow)
            elif kind == TABLE:
                self._table(child, flow)
            elif kind == CONTROL:
                content = content_of(child)
                if content is not None:
                    self.blocks(content, flow)
            elif kind == CHOICE:
                self.blocks(chosen(child), flow)
            elif kind in (INSIDE, INSERTED):
                self.blocks(child, flow)
            elif kind == DELETED:
                self._deletion(child)
            elif kind is not None:
                flow.mark(None, None)
                self._inline_of(child, kind, flow)
            elif child.tag in (ALT_CHUNK, SUB_DOC):
                self.found.note("embedded_part_unread", child.tag.rpartition("}")[2])
        self._depth -= 1

    def _paragraph(self, paragraph: Any, flow: Flow) -> None:
        outer = self._look, self._boxes, self._raised
        self._boxes, self._raised = [], []
        properties = paragraph[0] if len(paragraph) else None
        if properties is not None and properties.tag != P_PR:
            properties = None
        kind, mark = self._style(properties)
        flow.mark(None, kind)
        begins = len(flow.pieces)
        if mark:
            flow.pieces.append(mark)
            if self._cell is not None and DIGIT.search(mark):
                self._cell.marked = True
                self._cell.doubt = IN_DOUBT
        self._inline(paragraph, flow)
        if self._silent:
            self._close_fields()
        if self._raised:
            self._set_apart(flow, begins)
        boxes = self._boxes
        self._look, self._boxes, self._raised = outer
        for box in boxes:
            self._box(box, flow)

    def _style(self, properties: Any) -> tuple[TextKind | None, str]:
        """Kind of text block and automatic number of a paragraph; its look is set."""
        key, outline, numbered = None, None, None
        for node in properties if properties is not None else ():
            what = _OF_PARAGRAPH.get(node.tag)
            if what is None:
                continue
            if what == _STYLE:
                key = node.get(VAL)
            elif what == _LIST:
                numbered = numbering_of(properties)
            else:
                outline = integer(node.get(VAL))
        style = self._styles.paragraph(key)
        self._look = style.look
        kind: Any = style.kind
        if outline is not None:
            kind = "heading" if 0 <= outline <= 8 else None
        list_key, depth = numbered if numbered is not None else (None, None)
        if list_key is None and style.numbering is not None:
            list_key, inherited = style.numbering
            if depth is None:
                tied = self._numbering.level_of_style(list_key, key or "") if inherited < 0 else inherited
                depth = tied
        if list_key in (None, "0"):
            return kind, ""
        return kind, self._numbering.next(list_key, depth or 0) if list_key else ""

    def _box(self, box: Any, flow: Flow) -> None:
        """A box of text beside its paragraph. In a cell it may be anywhere on the page."""
        if self._cell is not None and any(DIGIT.search(text) for text in box.itertext(T)):
            self._cell.doubt = IN_DOUBT
            self._cell.marked = True
            self.found.note("box_in_cell")
        self.blocks(box, flow)

    # ------------------------------------------------------------------------------------------------ tables

    def _table(self, element: Any, flow: Flow) -> None:
        self._tables += 1
        self._budget.check_nested_tables(self._tables)
        outer_cell, outer_fields = self._cell, self._fields
        widths: list[int | None] = []
        rows: list[list[WordCell]] = []
        table = RawTable(None)
        for node in element:
            if node.tag == TBL_GRID:
                widths = [integer(column.get(WIDTH)) for column in node.iterchildren(GRID_COL)]
        n_columns = min(len(widths), MAX_SPAN * 4)
        for row in _members(element, TR):
            cells = self._row(row, n_columns)
            if cells is not None:
                rows.append(cells)
        self._cell, self._fields = outer_cell, outer_fields
        self._tables -= 1
        printed, hidden = resolve(rows, widths[:n_columns])
        for text in hidden:
            self.found.note("hidden_text", text)
        for row_cells in printed:
            table.start_row()
            table.rows[-1].cells = list(row_cells)
        flow.add(table)
        flow.mark(None, None)

    def _row(self, element: Any, n_columns: int) -> list[WordCell] | None:
        """The cells of a row; None for a row that is not printed."""
        start = 0
        properties = element.find(TR_PR)
        for node in properties if properties is not None else ():
            tag = node.tag
            if tag == GRID_BEFORE:
                start = min(max(0, integer(node.get(VAL)) or 0), MAX_SPAN)
            elif tag == HIDDEN and is_on(node.get(VAL)):
                self.found.note("hidden_text", "".join(element.itertext(T)))
                return None
            elif tag == DEL:
                self.found.note("tracked_changes", "".join(element.itertext(T, DEL_TEXT)))
                return None
            elif tag == INS:
                self.found.note("tracked_changes")
        cells: list[WordCell] = []
        for node in _members(element, TC):
            cell = self._cell_of(node, start, n_columns)
            cells.append(cell)
            start = cell.end
        return cells

    def _cell_of(self, element: Any, start: int, n_columns: int) -> WordCell:
        self._budget.add_cells()
        span, width, down, left, changed, dark = 1, None, None, False, False, False
        properties = element[0] if len(element) else None
        if properties is not None and properties.tag == TC_PR:
            for node in properties:
                what = _OF_CELL.get(node.tag)
                if what is None:
                    continue
                if what == _SPAN:
                    span = max(1, integer(node.get(VAL)) or 1)
                elif what == _WIDTH:
                    width = integer(node.get(WIDTH)) if node.get(TYPE, "dxa") == "dxa" else None
                elif what == _DOWN:
                    down = node.get(VAL, "continue")
                elif what == _LEFT:
                    left = node.get(VAL, "continue") == "continue"
                elif what == _SHADED:
                    dark = is_dark(node.get(FILL))
                else:
                    changed = True
        if span > MAX_SPAN:
            # 100,000,000 columns are one cell's fancy; the grid knows how many there are
            self.found.note("span_capped", f"gridSpan={span}")
            span = max(1, n_columns - start)
        cell = WordCell(start, span, width, down=down, left=left)
        cell.dark = dark
        self._cell, self._fields = cell, []
        silent, self._silent = self._silent, 0
        self.blocks(element, cell)
        self._silent = silent
        if changed:
            self.found.note("tracked_changes")
            cell.marked = cell.struck = True
        for mark in settle_marks(cell) if cell.raised else ():
            self.found.note("note_mark", mark)
        if cell.marked:
            _judge(cell)
        return cell


def _judge(cell: WordCell) -> None:
    """What the marks of a cell mean for its text: labels bear them, numbers do not."""
    text = cell.read()
    if HAN.search(text):
        cell.doubt, cell.unread = 1.0, False
    elif not text and not cell.unread:
        # a blank is one only if nobody can still see what stood there
        cell.doubt, cell.unread = 1.0, bool(DIGIT.search("".join(cell.deleted)))


def _members(parent: Any, tag: str) -> list[Any]:
    """Rows of a table or cells of a row, also those inside content controls and custom XML."""
    found: list[Any] = []
    for child in parent:
        name = child.tag
        if name == tag:
            found.append(child)
        elif name in _AROUND_ROWS:
            found += _wrapped(child, tag)
    return found


def _wrapped(parent: Any, tag: str) -> list[Any]:
    found: list[Any] = []
    stack = [parent]
    while stack:
        node = stack.pop()
        if node.tag == tag:
            found.append(node)
        elif node.tag == SDT:
            stack += node.iterchildren(SDT_CONTENT)
        elif node.tag == MC_ALTERNATE_CONTENT:
            stack += reversed(list(chosen(node)))
        elif node.tag in _AROUND_ROWS:
            stack += reversed(list(node))
    return found
