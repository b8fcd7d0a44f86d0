"""Markup that is damaged or wrapped before it is parsed: pages cut in the middle of a table, JS strings.

Belongs here: what must be mended in the source because a parser would drop it without a word. Every mending
is an issue. Does not belong here: what the parser itself mends (missing end tags).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingestion.extract.model import Issue, Locator

#: Text before the first cell's end tag that can be the content of that cell; a longer one is not.
_MAX_CELL_REST = 500
_FIRST_TABLE_TAG = re.compile(r"<(/?)(table|tbody|thead|tfoot|tr|td|th)\b", re.IGNORECASE)
_PAGE_START = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_PAGE_END = re.compile(r"</(?:html|body)\s*>\s*\Z", re.IGNORECASE)
_BLOCK_MARKUP = re.compile(r"<(?:p|div|br|html|body|h[1-6]|li)\b", re.IGNORECASE)
#: Attributes of the longest tag that can stand cut at the start of a file.
_MAX_CUT_TAG = 4000
#: A tag that the end of the file cuts.
_CUT_END = re.compile(r"""<[/a-zA-Z!][^<>]{0,4000}\Z""")
_JS_ESCAPE = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|(.))""", re.DOTALL)
_JS_CHARS = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " ", "v": " ", "\n": ""}


@dataclass(slots=True)
class Mended:
    """text: what to parse. lines_hold: its line numbers are those of the document.

    plain_lines: there is no block markup, so line ends outside of tables are line ends (Markdown with tables
    in HTML). cut_at_end: the file ends inside a table.
    """

    text: str
    lines_hold: bool = True
    plain_lines: bool = False
    cut_at_end: bool = False
    issues: list[Issue] = field(default_factory=list)


def mend(text: str) -> Mended:
    """The source with its damage mended as far as it can be."""
    mended = Mended(text)
    if "</" not in text and "<\\/" in text:
        mended.text = text = _JS_ESCAPE.sub(_unescaped, text)
        mended.lines_hold = False
        detail = "the markup stands in a JavaScript string; its escapes are undone"
        mended.issues.append(Issue("script_string", "document", detail, "info"))
    whole_page = _PAGE_START.search(text[:4096]) is not None
    if whole_page and _PAGE_END.search(text[-200:]):
        return mended
    if not whole_page:
        mended.text = text = _mend_start(text, mended)
        mended.plain_lines = _BLOCK_MARKUP.search(text) is None
    opened = text.count("<table") + text.count("<TABLE")
    closed = text.count("</table") + text.count("</TABLE")
    # a fragment that begins inside a table has one end tag more than it opens
    if _begins_in_table(text, whole_page):
        opened += 1
    mended.cut_at_end = opened > closed and not _PAGE_END.search(text[-200:])
    cut = _CUT_END.search(text[-4100:]) if mended.cut_at_end else None
    if cut:
        detail = f"the file ends inside a tag: {cut[0][:60]!r}"
        mended.issues.append(Issue("cut_markup", "end of the file", detail, "info"))
    return mended


def _begins_in_table(text: str, whole_page: bool) -> bool:
    if whole_page:
        return False
    first = _FIRST_TABLE_TAG.search(text)
    return first is not None and (bool(first[1]) or first[2].lower() != "table")


def _mend_start(text: str, mended: Mended) -> str:
    """A fragment that starts in the middle of a tag or of a cell."""
    cut = _cut_tag(text)
    if cut:
        # spaces keep the line numbers
        text = re.sub(r"[^\n]", " ", cut) + text[len(cut) :]
        detail = f"the file begins inside a tag: {cut[:60]!r}"
        mended.issues.append(Issue("cut_markup", "start of the file", detail, "info"))
    first = _FIRST_TABLE_TAG.search(text)
    if first is None or (not first[1] and first[2].lower() == "table"):
        return text
    if first[1] and first[2].lower() in ("td", "th") and first.start() <= _MAX_CELL_REST:
        # what stands before a cell's end tag is the rest of that cell; a parser would make it loose text
        text = "<td>" + text
    line = text.count("\n", 0, first.start()) + 1
    detail = "the file begins inside a table: what stood before it and the columns of its first row are lost"
    mended.issues.append(Issue("table_cut_at_start", f"line {line}", detail, locator=Locator(line=line)))
    return text


def _cut_tag(text: str) -> str:
    """The tail of a tag that the start of the file cuts: attributes up to ">". Empty if there is none."""
    end = text.find(">", 0, _MAX_CUT_TAG) + 1
    head = text[:end]
    if not end or "<" in head:
        return ""
    attributes = "='" in head or '="' in head or head[:-1].rstrip("/ ").endswith(("'", '"'))
    return head if attributes else ""


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        code = int(found[1], 16)
        return chr(code) if code and not 0xD800 <= code < 0xE000 else " "
    return _JS_CHARS.get(found[2], found[2])
