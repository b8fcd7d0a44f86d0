"""What the style sheet says about a paragraph or a run: heading, list, hidden, struck, raised.

Belongs here: styles with what they are based on, and the few properties of characters that change what is
printed. Does not belong here: fonts, sizes and colours for their own sake; text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from ingestion.extract.word.names import VAL, W, integer, is_on

#: Styles based on styles; a longer chain is a loop.
_MAX_CHAIN = 12
#: Levels of an outline that are headings; Word calls body text level 9.
_LAST_HEADING = 8
_HEADING_NAME = re.compile(r"(?:heading|标题)\s*[1-9]$", re.IGNORECASE)
_TITLE_NAMES = frozenset({"title", "标题"})
#: Fonts whose letters and digits are printed as signs.
_SIGN_FONTS = ("wingdings", "webdings", "symbol", "zapfdingbats")
#: Without one of these words in it a part has no run that is printed otherwise than it reads.
_LOOKS = (b"vanish", b"trike", b"vertAlign", b"position", b"rStyle", b"ingdings", b"ebdings", b"Symbol")
#: Properties that change nothing that is read, most frequent first: two thirds of a file that WPS wrote,
#: where every cell tells its four borders. Without them parser and walk have half the work. Fonts of signs,
#: letters in white or too small to see, and what white letters stand on do matter.
_TRIVIAL = re.compile(
    rb"<w:(?:top|left|bottom|right|rFonts\b(?![^<>]*(?:ingdings|ebdings|ymbol))"
    rb"|color\b(?![^<>]*(?:[Ff].[Ff].[Ff].|ackground1|ight1|lt1|bg1))|sz\b(?![^<>]*val=.[0-3][^\d.])|szCs"
    rb"|ind|jc|spacing|b|bCs|i|iCs|kern|lang|shd\b(?![^<>]*fill=.(?!FFFFFF|ffffff)[\dA-Fa-f]{6})|vAlign|insideH"
    rb"|insideV|widowControl|keepNext|keepLines|suppressLineNumbers|snapToGrid|noWrap|trHeight|autoSpaceDE"
    rb"|autoSpaceDN|adjustRightInd|lastRenderedPageBreak)\b[^<>]*/>"
)
_UNSEEN = re.compile(
    rb":color\s[^<>]*(?:val=.[Ff].[Ff].[Ff].|ackground1|ight1|lt1|bg1)|:sz\s[^<>]*val=.[0-3][^\d.]"
)
#: A colour that is not seen on paper, and what the theme calls so.
_WHITE = re.compile(r"(?:f.){3}", re.IGNORECASE)
_THEME_WHITE = frozenset(["background1", "light1", "bg1", "lt1"])
#: Brightness (of 255) of a shading up to which white letters are seen on it.
_LIGHT = 200
#: Half points of type below which nobody sees a digit.
_SMALLEST_TYPE = 4


class Look(NamedTuple):
    """How characters are printed. level: 0 on the line, else raised or lowered. signs: a font of signs.

    raised_by_hand: by so many half points and not as a superscript, which a whole table may be. tiny: too
    small to see.
    """

    hidden: bool = False
    struck: bool = False
    level: int = 0
    raised_by_hand: bool = False
    signs: bool = False
    white: bool = False
    tiny: bool = False


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """What a paragraph inherits. kind: of text block. numbering: (list, level) of its automatic number."""

    kind: str | None = None
    numbering: tuple[str, int] | None = None
    look: Look = PLAIN


def without_trivia(data: bytes) -> bytes:
    """A part without properties that only change how things look; elements that hold text all stay."""
    return _TRIVIAL.sub(b"", data)


def without_table_styles(data: bytes) -> bytes:
    """A style sheet without the styles of tables, which are most of it and say nothing of text."""
    head, *styles = data.split(b"<w:style ")
    if not styles:
        return data
    *others, last = styles
    kept = [style for style in others if b'w:type="table"' not in style[: style.find(b">")]]
    return b"<w:style ".join([head, *kept, last])


def may_look(data: bytes) -> bool:
    """Whether a part may hold characters that `look_of` has something to say about."""
    return any(word in data for word in _LOOKS) or _UNSEEN.search(data) is not None


def look_of(properties: Any, inherited: Look, styles: Styles) -> Look:
    """The look of a run with these properties (<w:rPr>)."""
    hidden, struck, level, by_hand, signs, white, tiny = inherited
    for node in properties:
        match node.tag:
            case _Tag.STYLE:
                hidden, struck, level, by_hand, signs, white, tiny = styles.character(
                    node.get(VAL), inherited
                )
            case _Tag.VANISH:
                hidden = is_on(node.get(VAL))
            case _Tag.STRIKE | _Tag.DSTRIKE:
                struck = struck or is_on(node.get(VAL))
            case _Tag.VERT_ALIGN:
                value = node.get(VAL)
                level = 1 if value == "superscript" else -1 if value == "subscript" else 0
                by_hand = False
            case _Tag.POSITION:
                if not level:
                    level = integer(node.get(VAL)) or 0
                    by_hand = True
            case _Tag.FONTS:
                named = (node.get(_Tag.ASCII) or "").lower()
                if named:
                    signs = named.startswith(_SIGN_FONTS)
            case _Tag.COLOR:
                white = _is_white(node)
            case _Tag.SIZE:
                tiny = (integer(node.get(VAL)) or 0) < _SMALLEST_TYPE
    return Look(hidden, struck, level, by_hand, signs, white, tiny)


def _is_white(colour: Any) -> bool:
    """The value that was kept wins; "auto" and none leave it to the theme."""
    value = colour.get(VAL) or "auto"
    if value != "auto":
        return _WHITE.fullmatch(value) is not None
    return colour.get(_Tag.THEME_COLOR) in _THEME_WHITE and colour.get(_Tag.THEME_SHADE) is None


def is_dark(fill: str | None) -> bool:
    """Whether white letters are seen on a shading of this colour (six hexadecimal digits)."""
    if fill is None or len(fill) != 6:
        return False
    try:
        red, green, blue = (int(fill[n : n + 2], 16) for n in (0, 2, 4))
    except ValueError:
        return False
    return 0.3 * red + 0.59 * green + 0.11 * blue < _LIGHT


class _Tag:
    """Elements and attributes of run properties."""

    STYLE = f"{W}rStyle"
    VANISH = f"{W}vanish"
    STRIKE = f"{W}strike"
    DSTRIKE = f"{W}dstrike"
    VERT_ALIGN = f"{W}vertAlign"
    POSITION = f"{W}position"
    FONTS = f"{W}rFonts"
    ASCII = f"{W}ascii"
    COLOR = f"{W}color"
    THEME_COLOR = f"{W}themeColor"
    THEME_SHADE = f"{W}themeShade"
    SIZE = f"{W}sz"


class Styles:
    """The styles of one document; each is worked out when it is asked for."""

    def __init__(self, root: Any, *, looks: bool) -> None:
        self._looks = looks
        self._styles: dict[str, Any] = {}
        self._paragraphs: dict[str | None, ParagraphStyle] = {}
        self._default: str | None = None
        for node in root.iterchildren(f"{W}style") if root is not None else ():
            key = node.get(f"{W}styleId") or ""
            self._styles[key] = node
            default = node.get(f"{W}default")
            if default is not None and is_on(default) and node.get(f"{W}type") == "paragraph":
                self._default = key

    def paragraph(self, key: str | None) -> ParagraphStyle:
        """What a paragraph of this style inherits; None: of the default style."""
        found = self._paragraphs.get(key)
        if found is None:
            found = self._paragraphs[key] = self._read(key if key is not None else self._default)
        return found

    def _read(self, key: str | None) -> ParagraphStyle:
        kind: str | None = None
        outline: int | None = None
        list_key: str | None = None
        depth: int | None = None
        look = PLAIN
        for node in reversed(self._chain(key)):
            name = node.find(f"{W}name")
            called = (name.get(VAL) or "").lower() if name is not None else ""
            if called in _TITLE_NAMES:
                kind = "title"
            elif _HEADING_NAME.match(called):
                kind = "heading"
            properties = node.find(f"{W}pPr")
            if properties is not None:
                level = properties.find(f"{W}outlineLvl")
                outline = integer(level.get(VAL)) if level is not None else outline
                found = numbering_of(properties)
                if found is not None:
                    list_key = found[0] if found[0] is not None else list_key
                    depth = found[1] if found[1] is not None else depth
            characters = node.find(f"{W}rPr") if self._looks else None
            if characters is not None:
                look = look_of(characters, look, self)
        if outline is not None and kind is None:
            kind = "heading" if 0 <= outline <= _LAST_HEADING else None
        numbering = (list_key, depth if depth is not None else -1) if list_key is not None else None
        return ParagraphStyle(kind, numbering, look)

    def character(self, key: str | None, inherited: Look) -> Look:
        """The look of a run in this character style."""
        look = inherited
        for node in reversed(self._chain(key)):
            properties = node.find(f"{W}rPr")
            if properties is not None:
                # a style does not name another one in its properties
                look = look_of([one for one in properties if one.tag != _Tag.STYLE], look, self)
        return look

    def _chain(self, key: str | None) -> list[Any]:
        """The style and what it is based on, nearest first."""
        chain: list[Any] = []
        while key is not None and key in self._styles and len(chain) < _MAX_CHAIN:
            node = self._styles[key]
            chain.append(node)
            parent = node.find(f"{W}basedOn")
            key = parent.get(VAL) if parent is not None else None
        return chain


def numbering_of(properties: Any) -> tuple[str | None, int | None] | None:
    """(list, level) as paragraph properties (<w:pPr>) name them, each None where they are silent."""
    numbered = properties.find(f"{W}numPr")
    if numbered is None:
        return None
    key, depth = numbered.find(f"{W}numId"), numbered.find(f"{W}ilvl")
    return (
        key.get(VAL) if key is not None else None,
        integer(depth.get(VAL)) if depth is not None else None,
    )
