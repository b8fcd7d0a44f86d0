"""What of a page people do not see, or see raised, struck through or drawn: looks that change what is read.

Belongs here: styles in attributes and in the page's own style sheets, as far as they decide whether a digit
is seen. Does not belong here: fonts, sizes and colours for their own sake, sheets beside the page, scripts.

Elements that only a style sheet hides, or that are there but invisible, count within tables alone: elsewhere
a script shows them later (tabs, pages that fade in), and whole articles would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.extract.stylesheet import Sheet, declarations

_DIGIT = re.compile(r"[0-9０-９]")
_CELLS = ("td", "th")
_IN_TABLES = (*_CELLS, "tr")
#: Words that a page must hold for its elements to be looked at: a search for many at once takes longer than
#: the parser does.
_WORDS = (
    b"-through", b" hidden", b"visibility", b"transparent", b"text-raise", b"footnote", b"-999", b"overflow",
    b"<textarea",
b"<select", b"<svg", b"<canvas", b"<bdo", b"<msup", b"<mfrac", b"<msub",
)  # fmt: skip
#: ... and words that nearly all pages hold, with what must follow.
_FURTHER = (
    (b"display", re.compile(rb"display\s*:\s*none")),
    (b"opacity", re.compile(rb"opacity\s*:\s*0")),
    (b"font-size", re.compile(rb"font-size\s*:\s*(?:0\b|[01](?:\.0)?p[xt]|0?\.\d+p[xt])")),
    (b"vertical-align", re.compile(rb"vertical-align\s*:\s*(?:su[pb]|-?\.?\d)")),
    (b"position", re.compile(rb"position\s*:\s*relative;\s*top")),
)
#: The same for `color`, which must be no end of a longer name (`background-color`). What stands before it is
#: looked at afterwards: a pattern that begins with a look behind takes a page byte by byte, 30 times as long.
_COLOUR = re.compile(rb"color\s*[:=]\s*[\"']?(?:white|#fff\b|#f.f.f.|rgba?\()")
_PART_OF_NAME = re.compile(rb"[-\w]")
_STYLE_SHEET = re.compile(rb"<style\b[^>]*>([^<]*+(?:<(?!/style)[^<]*+)*+)")

_STRUCK = re.compile(r"line-through")
_ZERO = re.compile(r"[-+]?0*\.?0*(?:[a-z]+|%)?")
_SIZE = re.compile(r"([-+]?\d*\.?\d+)\s*(px|pt|em|rem|%|cm|mm|in)?")
#: Points (or pixels) of type below which nobody sees a digit.
_SMALLEST_TYPE = 2
#: Pixels by which a text stands beside the page.
_BESIDE_THE_PAGE = -500
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_CHANNELS = re.compile(r"rgba?\(\s*(\d+)\s*[, ]\s*(\d+)\s*[, ]\s*(\d+)\s*(?:[,/]\s*([\d.]+%?)\s*)?\)")
#: Channels of a colour from here on make it white on paper.
_WHITE_FROM = 240
_NO_COLOUR = frozenset(["inherit", "initial", "unset", "none", "auto", "windowtext", "currentcolor", ""])
#: What formulas are built of beside characters in a line.
_BUILT = ("msup", "msub", "msubsup", "mfrac", "mroot", "msqrt", "munder", "mover", "munderover", "menclose")


@dataclass(slots=True)
class Looks:
    """hidden: elements of which nothing is shown. raised, struck: inline elements. unread: cells in which
    something is printed that is no text, or text of which nobody knows whether it is seen. n_unseen: texts in
    cells that were taken out of the tree.
    """

    hidden: frozenset[Any] = frozenset()
    raised: frozenset[Any] = frozenset()
    struck: frozenset[Any] = frozenset()
    unread: frozenset[Any] = frozenset()
    n_unseen: int = 0

    @property
    def plain(self) -> bool:
        """True if all text is printed as it stands."""
        return not (self.hidden or self.raised or self.struck or self.unread)


@dataclass(slots=True)
class PageStyles:
    """matter: whether any element may look otherwise than it reads. sheet: rules of the page itself."""

    matter: bool
    sheet: Sheet = field(default_factory=Sheet)


def page_styles(utf8: bytes) -> PageStyles:
    """What the bytes of a page say about looks, before they are parsed."""
    folded = utf8.lower()
    sheet = Sheet()
    if b"<style" in folded:
        sources = _STYLE_SHEET.findall(folded)
        folded = _STYLE_SHEET.sub(b"", folded)
        sheet = Sheet.of((source.decode("utf-8", "replace") for source in sources), folded)
    matter = (
        bool(sheet.rules)
        or any(word in folded for word in _WORDS)
        or any(word in folded and further.search(folded) for word, further in _FURTHER)
        or _is_coloured(folded)
    )
    return PageStyles(matter, sheet)


def _is_coloured(folded: bytes) -> bool:
    """Whether something of a page may be white, or of a colour given by its channels."""
    found = _COLOUR.search(folded)
    while found is not None:
        start = found.start()
        if not _PART_OF_NAME.match(folded[start - 1 : start]):
            return True
        found = _COLOUR.search(folded, start + 1)
    return False


def looks_of(root: Any, sheet: Sheet) -> Looks:
    """How the elements of a page look. Texts in cells that nobody sees are taken out of the tree."""
    reader = _Reader(root, sheet)
    return reader.looks()


class _Reader:
    """One page. `own` keeps the declarations of each element that was asked for."""

    def __init__(self, root: Any, sheet: Sheet) -> None:
        self.root = root
        self.by_sheet = sheet.matches(root)
        self.own: dict[Any, dict[str, str]] = {}
        self.n_unseen = 0
        self.unread: set[Any] = set()
        #: whether an element stands on a known dark ground
        self.dark: dict[Any, bool] = {}

    def looks(self) -> Looks:
        hidden, raised, struck, white = set(), set(), set(), []
        for element in self._styled():
            style = self.style(element)
            in_table = element.tag in _IN_TABLES or next(element.iterancestors(*_CELLS), None) is not None
            display = (style if in_table else _inline(element)).get("display", "")
            if element.get("hidden") is not None or "none" in display:
                hidden.add(element)
            elif in_table and _is_unseen(element, style):
                self._take_out(element, "visibility")
            if in_table and _is_tiny(style.get("font-size")):
                self._take_out(element, "font-size")
            colour = style.get("color")
            if colour and _is_transparent(colour) and in_table:
                self._take_out(element, "color")
            elif colour and _is_white(colour):
                white.append(element)
            if element.tag not in _IN_TABLES and _is_raised(element, style):
                raised.add(element)
            if _STRUCK.search(f"{style.get('text-decoration', '')} {style.get('text-decoration-line', '')}"):
                struck.add(element)
        self._fields()
        for element in white:
            self._doubt_white(element)
        return Looks(
            frozenset(hidden), frozenset(raised), frozenset(struck), frozenset(self.unread), self.n_unseen
        )

    def _styled(self) -> list[Any]:
        found: list[Any] = self.root.xpath("//*[@style or @hidden or @color or starts-with(@class, 'Mso')]")
        known = set(found)
        return [*found, *(element for element in self.by_sheet if element not in known)]

    def style(self, element: Any) -> dict[str, str]:
        """The declarations that hold for an element itself, lower-case, by property."""
        found = self.own.get(element)
        if found is None:
            found = dict(self.by_sheet.get(element, ()))
            colour = element.get("color")
            if colour and element.tag == "font":
                found["color"] = colour.strip().lower()
            found.update(_inline(element))
            self.own[element] = found
        return found

    def _take_out(self, element: Any, reason: str) -> None:
        """Takes the text below an element out of the tree; what undoes the reason keeps its own."""
        stack = [element]
        while stack:
            node = stack.pop()
            if node.text and node.text.strip():
                self.n_unseen += 1
                node.text = None
            for child in node:
                if child.tail and child.tail.strip():
                    self.n_unseen += 1
                    child.tail = None
                if isinstance(child.tag, str) and not self._undoes(child, reason):
                    stack.append(child)

    def _undoes(self, element: Any, reason: str) -> bool:
        value = self.style(element).get(reason)
        if value is None or value in ("inherit", "unset"):
            return False
        if reason == "visibility":
            return value == "visible"
        if reason == "color":
            return not _is_transparent(value)
        relative = value.endswith(("em", "%")) and not value.endswith("rem")
        return not relative and not _is_tiny(value)

    def _doubt_white(self, element: Any) -> None:
        """White digits on what may be white paper: their cell is not read."""
        self.unread.update(cell for cell in _cells_of_digits(element, self) if cell is not None)

    def on_dark(self, element: Any) -> bool:
        """Whether the nearest background around an element is known and is not white."""
        node, below = element, []
        while node is not None and node not in self.dark:
            below.append(node)
            ground = self._ground(node)
            if ground is not None:
                self.dark[node] = ground
                break
            node = node.getparent()
        found = self.dark.get(node, False) if node is not None else False
        self.dark.update(dict.fromkeys(below, found))
        return found

    def _ground(self, element: Any) -> bool | None:
        """Whether the background of an element itself is dark; None where it has none."""
        style = self.style(element)
        ground = style.get("background-color") or style.get("background") or ""
        ground = ground or (element.get("bgcolor") or "").strip().lower()
        if not ground or ground in ("none", "transparent", "inherit", "initial"):
            return None
        return "url(" not in ground and not _is_white(ground) and not _is_transparent(ground)

    def _fields(self) -> None:
        """Fields of a form print what stands in them; what is drawn stands nowhere as text."""
        for element in list(self.root.iter("textarea", "select", "svg", "canvas", "bdo", *_BUILT)):
            cell = next(element.iterancestors(*_CELLS), None)
            if cell is None:
                continue
            if element.tag == "textarea":
                element.tag = "span"
            elif element.tag == "select":
                options = list(element.iter("option"))
                chosen = next((one for one in options if one.get("selected") is not None), None)
                shown = chosen if chosen is not None else (options[0] if options else None)
                text = "".join(shown.itertext()) if shown is not None else ""
                for option in list(element):
                    element.remove(option)
                element.tag, element.text = "span", text
            elif element.tag != "bdo" or (element.get("dir") or "").lower() == "rtl":
                self.unread.add(cell)


def _cells_of_digits(element: Any, reader: _Reader) -> Iterator[Any]:
    """The cells of digits below an element that stand in its colour, on no background that is known."""
    stack = [element]
    while stack:
        node = stack.pop()
        pieces = [node.text or "", *(child.tail or "" for child in node)]
        if any(_DIGIT.search(piece) for piece in pieces) and not reader.on_dark(node):
            yield node if node.tag in _CELLS else next(node.iterancestors(*_CELLS), None)
        for child in node:
            if isinstance(child.tag, str) and reader.style(child).get("color", "inherit") in _NO_COLOUR:
                stack.append(child)


def _inline(element: Any) -> dict[str, str]:
    return declarations((element.get("style") or "").lower())


def _is_unseen(element: Any, style: dict[str, str]) -> bool:
    if style.get("visibility") in ("hidden", "collapse"):
        return True
    opacity = style.get("opacity")
    if opacity is not None and _ZERO.fullmatch(opacity):
        return True
    if element.tag not in _IN_TABLES and "hidden" in style.get("overflow", ""):
        # a box without height cuts off what stands in it; cells grow with their text
        if any(_ZERO.fullmatch(style.get(side, "1")) for side in ("width", "height")):
            return True
    far = style.get("position") in ("absolute", "fixed") and any(
        _length(style.get(side)) < _BESIDE_THE_PAGE for side in ("left", "top", "right")
    )
    return far or _length(style.get("text-indent")) < _BESIDE_THE_PAGE


def _is_tiny(size: str | None) -> bool:
    found = _SIZE.fullmatch(size or "")
    if found is None:
        return False
    value, unit = float(found[1]), found[2] or "px"
    return value == 0 or (unit in ("px", "pt") and value < _SMALLEST_TYPE)


def _is_raised(element: Any, style: dict[str, str]) -> bool:
    """Raised or lowered beside the text around it: in Word's pages, too, and its marks of notes."""
    if "mso-footnote-id" in style or "mso-endnote-id" in style:
        return True
    if (element.get("class") or "") in ("MsoFootnoteReference", "MsoEndnoteReference"):
        return True
    align = style.get("vertical-align", "")
    if align in ("super", "sub") or (_SIZE.fullmatch(align) and _length(align)):
        return True
    if _length(style.get("mso-text-raise")):
        return True
    return style.get("position") == "relative" and bool(_length(style.get("top")))


def _length(printed: str | None) -> float:
    found = _SIZE.fullmatch(printed or "")
    return float(found[1]) if found else 0.0


def _is_transparent(colour: str) -> bool:
    if colour == "transparent":
        return True
    found = _CHANNELS.search(colour)
    return found is not None and found[4] is not None and float(found[4].rstrip("%")) == 0


def _is_white(colour: str) -> bool:
    """White, or so near to it that it is not seen on paper."""
    first = colour.split()[0] if colour.split() else ""
    if first == "white":
        return True
    found = _HEX.search(colour)
    if found is not None:
        digits = found[1]
        channels = (
            [digits[n] * 2 for n in range(3)] if len(digits) < 6 else [digits[:2], digits[2:4], digits[4:6]]
        )
        return all(int(channel, 16) >= _WHITE_FROM for channel in channels)
    mixed = _CHANNELS.search(colour)
    return mixed is not None and all(int(mixed[n]) >= _WHITE_FROM for n in (1, 2, 3))
