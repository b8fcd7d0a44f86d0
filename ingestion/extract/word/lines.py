"""What stands in a line of a Word document, as it is printed: runs, fields, tracked changes, marks.

Belongs here: which elements carry text, and what is not sure about the text of the cell that it stands in.
Does not belong here: paragraphs and tables (`body`).

What is printed is what Word shows with all changes shown as made: an insertion counts, a deletion does not.
A number that a change cuts through, a raised digit beside it, a sign that no text stands for: each makes its
cell doubtful or unread, and none becomes a digit of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ingestion.extract.blocks import BREAK, Flow
from ingestion.extract.marks import DIGIT
from ingestion.extract.sandbox import Budget, refusal
from ingestion.extract.word.cells import WordCell
from ingestion.extract.word.drawings import Drawing, drawing_of
from ingestion.extract.word.names import (
    CHAR,
    CONTENT_PART,
    DEL_TEXT,
    FLD_CHAR,
    FLD_CHAR_TYPE,
    ID,
    INSTR,
    INSTR_TEXT,
    M_T,
    MC,
    MC_ALTERNATE_CONTENT,
    MC_CHOICE,
    MC_FALLBACK,
    O_OLE_OBJECT,
    R_EMBED,
    RUBY,
    RUBY_BASE,
    SDT_CONTENT,
    SDT_PR,
    SHOWING_PROMPT,
    SYM,
    V_IMAGEDATA,
    VAL,
    M,
    T,
    W,
)
from ingestion.extract.word.numbering import Numbering
from ingestion.extract.word.styles import PLAIN, Look, Styles, look_of

#: Elements inside one another that carry text (links, insertions, content controls); tables have a limit of
#: their own.
MAX_NESTED = 200
#: Confidence in a number that a change cuts through, that stands in a box of its own, or that Word counts.
IN_DOUBT = 0.6

# What an element is to the walk.
RUN, INSIDE, INSERTED, DELETED, CONTROL, CHOICE, FIELD, MATH, TURNED, BLOCK, TABLE = range(11)
KINDS = {
    f"{W}r": RUN,
    f"{W}hyperlink": INSIDE,
    f"{W}smartTag": INSIDE,
    f"{W}customXml": INSIDE,
    f"{W}dir": INSIDE,
    f"{W}bdo": TURNED,
    f"{W}fldSimple": FIELD,
    f"{W}ins": INSERTED,
    f"{W}moveTo": INSERTED,
    f"{W}del": DELETED,
    f"{W}moveFrom": DELETED,
    f"{W}sdt": CONTROL,
    f"{MC}AlternateContent": CHOICE,
    f"{M}oMath": MATH,
    f"{M}oMathPara": MATH,
    f"{W}p": BLOCK,
    f"{W}tbl": TABLE,
}
_RPR, _DRAWING = f"{W}rPr", f"{W}drawing"
_BREAKS = {f"{W}br": BREAK, f"{W}cr": BREAK, f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}noBreakHyphen": "-"}
_NOTES = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
_PICTURES = frozenset({f"{W}pict", f"{W}object"})
#: Fields that print something which stands nowhere as text.
_SILENT_FIELDS = frozenset(["eq", "autonum", "autonumlgl", "autonumout", "listnum", "symbol", "macrobutton"])
#: Parts of a formula that are but characters in a line, and what is said of them.
_MATH_PLAIN = frozenset(
    f"{M}{name}" for name in ("oMath", "r", "t", "rPr", "sty", "scr", "nor", "lit", "ctrlPr")
)


@dataclass(slots=True)
class _Field:
    """A field that is open. shown: its result has begun; before that stands its instruction."""

    shown: bool = False
    code: str = ""
    #: a list to choose from: what is chosen is printed and stands in no run
    choice: bool = False


@dataclass(slots=True)
class Found:
    """What the walk met beside text. counts: of what a reader must know, by issue code."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    #: footnotes and endnotes in the order in which the text refers to them
    notes: list[tuple[str, str]] = field(default_factory=list)

    def note(self, code: str, example: str = "") -> None:
        self.counts[code] += 1
        if example:
            self.examples.setdefault(code, " ".join(example.split())[:40])


class Lines:
    """The walk as far as a line of text goes; `body.Walk` is the whole."""

    def __init__(
        self,
        styles: Styles,
        numbering: Numbering,
        relations: dict[str, tuple[str, str | None]],
        budget: Budget,
        *,
        looks: bool,
    ) -> None:
        self.page = Flow()
        self.found = Found()
        self._styles = styles
        self._numbering = numbering
        self._relations = relations
        self._budget = budget
        self._looks = looks
        self._fields: list[_Field] = []
        #: fields of which the instruction is being read: nothing is printed
        self._silent = 0
        self._cell: WordCell | None = None
        self._depth = 0
        self._tables = 0
        #: the look that the paragraph gives its runs
        self._look = PLAIN
        #: what hangs on the paragraph that is open: boxes of text that stand beside it
        self._boxes: list[Any] = []
        #: (first piece, behind the last, look) of raised and lowered characters in the open paragraph
        self._raised: list[tuple[int, int, Look]] = []

    def blocks(self, parent: Any, flow: Flow) -> None:
        """Paragraphs and tables below `parent`, into `flow`."""
        raise NotImplementedError

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_NESTED:
            raise refusal("quarantined_depth", "elements are nested {} deep", self._depth, MAX_NESTED)

    # ------------------------------------------------------------------------------------------ inside a line

    def _inline(self, parent: Any, flow: Flow) -> None:
        for child in parent:
            kind = KINDS.get(child.tag)
            if kind == RUN:
                self._run(child, flow)
            elif kind is not None:
                self._inline_of(child, kind, flow)

    def _inline_of(self, element: Any, kind: int, flow: Flow) -> None:
        self._enter()
        if kind == RUN:
            self._run(element, flow)
        elif kind == INSERTED:
            self._insertion(element, flow)
        elif kind == DELETED:
            self._deletion(element)
        elif kind == CONTROL:
            content = content_of(element)
            if content is not None:
                self._inline(content, flow)
        elif kind == CHOICE:
            self._inline(chosen(element), flow)
        elif kind == MATH:
            self._math(element, flow)
        elif kind == TURNED:
            begins = len(flow.pieces)
            self._inline(element, flow)
            if element.get(VAL) == "rtl" and DIGIT.search("".join(flow.pieces[begins:])):
                self._unread("digits from right to left")
        elif kind == FIELD:
            self._inline(element, flow)
            if _silent_field(element.get(INSTR) or ""):
                self._unread("field")
        elif kind in (BLOCK, TABLE):
            self.blocks((element,), flow)
        else:
            self._inline(element, flow)
        self._depth -= 1

    def _insertion(self, element: Any, flow: Flow) -> None:
        """An insertion that nobody has accepted yet is printed; inside a number it makes it doubtful."""
        self.found.note("tracked_changes")
        before = _has_text(flow.pieces)
        self._inline(element, flow)
        cell = self._cell
        if cell is not None and flow is cell:
            if before:
                cell.doubt = IN_DOUBT
            cell.marked = True

    def _deletion(self, element: Any) -> None:
        text = "".join(element.itertext(T, DEL_TEXT))
        self.found.note("tracked_changes", text)
        if self._cell is not None and text.strip():
            self._cell.marked = True
            self._cell.doubt = IN_DOUBT
            self._cell.deleted.append(text)

    def _math(self, element: Any, flow: Flow) -> None:
        flow.pieces.append("".join(element.itertext(M_T, T)))
        if any(
            node.tag.startswith(M) and node.tag not in _MATH_PLAIN for node in element.iterdescendants("*")
        ):
            self._unread("formula")

    def _run(self, run: Any, flow: Flow) -> None:
        look = self._look
        pieces = flow.pieces
        begins = len(pieces)
        for node in run:
            tag = node.tag
            if tag == T:
                text = node.text
                if text and not self._silent:
                    pieces.append(text)
            elif tag == _RPR:
                if self._looks:
                    look = look_of(node, look, self._styles)
            else:
                self._piece(node, tag, flow, run)
        if look is not PLAIN and look != PLAIN and len(pieces) > begins:
            self._shown_as(look, flow, begins)

    def _piece(self, node: Any, tag: Any, flow: Flow, run: Any) -> None:
        """What stands in a run beside text."""
        if tag == FLD_CHAR:
            self._field_mark(node)
        elif tag == INSTR_TEXT:
            if self._fields and not self._fields[-1].shown:
                self._fields[-1].code += node.text or ""
        elif self._silent:
            return
        elif tag in _BREAKS:
            flow.pieces.append(_BREAKS[tag])
        elif tag == SYM:
            # a sign of a font of signs: no digit, whatever its number
            flow.pieces.append(_sign(node.get(CHAR)))
        elif tag in _NOTES:
            self.found.note("note_mark")
            self.found.notes.append((_NOTES[tag], node.get(ID) or ""))
        elif tag == _DRAWING or tag in _PICTURES:
            self._drawing(node, flow)
        elif tag == MC_ALTERNATE_CONTENT:
            self._enter()
            for one in chosen(node):
                self._piece(one, one.tag, flow, run)
            self._depth -= 1
        elif tag == RUBY:
            base = node.find(RUBY_BASE)
            if base is not None:
                self._enter()
                self._inline(base, flow)
                self._depth -= 1
        elif tag == CONTENT_PART:
            self._unread("ink")

    def _shown_as(self, look: Look, flow: Flow, begins: int) -> None:
        """A run that is hidden, struck through, raised or in a font of signs."""
        text = "".join(flow.pieces[begins:])
        if look.hidden:
            if text.strip():
                self.found.note("hidden_text", text)
            # pictures and tables of the run keep their places
            items = {index for index, item, _ in flow.events if index >= begins and item is not None}
            for index in range(begins, len(flow.pieces)):
                if index not in items:
                    flow.pieces[index] = ""
            return
        cell = self._cell if flow is self._cell else None
        if look.struck and text.strip() and cell is not None:
            cell.struck = True
        has_digit = DIGIT.search(text) is not None
        if look.level and cell is not None and text.strip():
            if cell.raised is None:
                cell.raised = []
            cell.raised.append((begins, len(flow.pieces), look.raised_by_hand))
        elif look.level and has_digit:
            self._raised.append((begins, len(flow.pieces), look))
        if has_digit and cell is not None and (look.signs or look.tiny or (look.white and not cell.dark)):
            cell.unread = cell.marked = True
            self.found.note("sign_unread" if look.signs else "white_text", text)

    def _set_apart(self, flow: Flow, begins: int) -> None:
        """In prose, too, a note mark must not become a digit of the number before it."""
        raised, pieces = self._raised, flow.pieces
        inside = {index for start, end, _ in raised for index in range(start, end)}
        others = "".join(pieces[index] for index in range(begins, len(pieces)) if index not in inside)
        for start, end, look in raised:
            if look.raised_by_hand and not DIGIT.search(others):
                continue  # a line moved up as a whole
            before = "".join(pieces[begins:start]).rstrip()
            after = "".join(pieces[end:]).lstrip()
            if before and DIGIT.match(before[-1]):
                pieces[start] = "^" + pieces[start]
            if after and DIGIT.match(after[0]):
                pieces[end - 1] += "^"

    # ----------------------------------------------------------------------------------- fields and drawings

    def _field_mark(self, node: Any) -> None:
        kind = node.get(FLD_CHAR_TYPE)
        if kind == "begin":
            chosen = node.find(f"{W}ffData/{W}ddList")
            self._fields.append(_Field(choice=chosen is not None))
            self._silent += 1
        elif self._fields and kind == "separate":
            if not self._fields[-1].shown:
                self._fields[-1].shown = True
                self._silent -= 1
        elif self._fields and kind == "end":
            ended = self._fields.pop()
            if not ended.shown:
                self._silent -= 1
            if ended.choice or (not ended.shown and _silent_field(ended.code)):
                self._unread("field")

    def _close_fields(self) -> None:
        """An instruction that the paragraph's end cuts: what follows is printed again."""
        self.found.note("field_unclosed", next((one.code for one in self._fields if not one.shown), ""))
        if self._cell is not None:
            self._cell.unread = self._cell.marked = True
        for one in self._fields:
            one.shown = True
        self._silent = 0

    def _drawing(self, node: Any, flow: Flow) -> None:
        drawing: Drawing = drawing_of(node, self._relations)
        for image in drawing.images:
            flow.add(image)
        self._boxes += drawing.boxes
        for text in drawing.words:
            flow.pieces += [BREAK, text, BREAK]
        for code, example in drawing.unread:
            self.found.note(code, example)
            if code == "formula_unread":
                self._unread("formula")

    def _unread(self, what: str) -> None:
        """Something is printed here that stands nowhere as text."""
        self.found.note("sign_unread", what)
        if self._cell is not None:
            self._cell.unread = self._cell.marked = True


def content_of(control: Any) -> Any:
    """What a content control prints; None for one that only asks for an entry ("单击此处输入文字。")."""
    properties = control.find(SDT_PR)
    content = control.find(SDT_CONTENT)
    if properties is None or content is None or properties.find(SHOWING_PROMPT) is None:
        return content
    return content if any(DIGIT.search(text) for text in content.itertext(T)) else None


def _has_text(pieces: list[str]) -> bool:
    return any(piece.strip(BREAK + " \t\u3000\xa0") for piece in pieces)


def chosen(element: Any) -> Any:
    """The one alternative of several that is printed: the first that holds something, else the fallback."""
    choices = list(element.iterchildren(MC_CHOICE, MC_FALLBACK))
    for choice in choices:
        if any(_shows(node) for node in choice.iter()):
            return choice
    return choices[0] if choices else ()


def _shows(node: Any) -> bool:
    return node.tag == T or node.get(R_EMBED) is not None or node.tag in (V_IMAGEDATA, O_OLE_OBJECT)


def _silent_field(code: str) -> bool:
    words = code.split()
    return bool(words) and words[0].lower() in _SILENT_FIELDS


def _sign(code: str | None) -> str:
    """A sign by its code, in the private area where fonts of signs have theirs."""
    try:
        number = int(code or "", 16)
    except ValueError:
        return "\ufffd"
    return (
        chr(0xF000 + number)
        if number < 0x100
        else chr(number)
        if number < 0xD800 or 0xE000 <= number < 0x10000
        else "\ufffd"
    )
