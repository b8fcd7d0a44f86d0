"""The bytes of a page to a tree of elements, by libxml2.

Belongs here: what is taken out of the bytes before they are parsed because it has no meaning, and noticing
when the parser gives up. Does not belong here: damaged markup (`fragments`), what elements mean (`html`).
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from ingestion.extract.model import UnreadableInput
from ingestion.extract.sandbox import MAX_DEPTH, refusal

#: Tags of Word that carry no text and, unless something is hidden or struck, no meaning: inline elements join
#: anyway. Without them parser and walk have half the work, and libxml2 does not report an error per <o:p>.
#: Line numbers stay: a tag that holds a line end is left in. So is one with "<" or ">" in an attribute.
_PRE = re.compile(rb"(<pre\b[^>]*>)(.*?)(?=</pre|<pre\b|\Z)", re.IGNORECASE | re.DOTALL)
_BARE_INLINE = re.compile(rb"""</?(?:span|font|o:p)\b(?:[^<>"'\n]+|"[^"<>\n]*"|'[^'<>\n]*')*+>""")
#: A cell behind the end of a row begins another one in browsers; libxml2 adds it to the row before.
_ROW_WITHOUT_TAG = re.compile(rb"</(?:tr|TR)>(?=(?:\s|<!--[^>]*-->)*<(?:td|TD|th|TH)\b)")


def parse(utf8: bytes, *, thin: bool) -> Any:
    """The root element, or None if there is nothing to parse.

    thin: no tag of the page hides or strikes anything, so those that only style text may go.
    Raises `UnreadableInput`: `quarantined_depth`, `markup_unreadable`.
    """
    if thin:
        utf8 = _BARE_INLINE.sub(b"", utf8)
    if b"<pre" in utf8 or b"<PRE" in utf8:
        # the only element whose line ends are printed as such
        utf8 = _PRE.sub(lambda found: found[1] + found[2].replace(b"\n", b"<br>\n"), utf8)
    utf8 = _ROW_WITHOUT_TAG.sub(b"</tr><tr>", utf8)
    # one parser a document: it collects the errors, and the depth error is the only sign of a cut tree
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False
    )
    try:
        root = etree.fromstring(utf8, parser)
    except etree.XMLSyntaxError as error:
        if "empty" in str(error).lower():
            return None
        raise UnreadableInput("markup_unreadable", f"the HTML parser gives up: {error}") from error
    for entry in parser.error_log.filter_from_fatals():
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            measured = _depth(utf8.decode("utf-8", "replace"))
            raise refusal("quarantined_depth", "elements are nested {} deep", measured, MAX_DEPTH)
    return root


_TAG = re.compile(r"<(/?)([a-zA-Z][\w:]*)[^<>]*?(/?)>")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)


def _depth(text: str) -> int:
    """How deep elements are nested, counted tag by tag; only for the report on a refusal."""
    depth = deepest = 0
    for found in _TAG.finditer(text):
        if found[1]:
            depth = max(0, depth - 1)
        elif not found[3] and found[2].lower() not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return max(deepest, MAX_DEPTH + 1)
