"""The elements of HTML, by what they are to a reader of reports: one table, no code.

An element that is not listed is inline: its text joins what stands around it.
"""

from __future__ import annotations

from typing import Any

# What an element is to the walk. The walk compares kinds: up to BR nothing is entered, up to LAST_BLOCK a
# line begins.
INLINE, DROP, BR, BLOCK, HEADING, META, ARTICLE, CAPTION, TABLE = range(9)
LAST_BLOCK = TABLE
ROW, CELL, GROUP, IMG, STRUCK, FIELD, SUP = range(9, 16)

KINDS: dict[Any, int] = {
    **dict.fromkeys(
        [
            "p",
            "div",
            "li",
            "ul",
            "ol",
            "dl",
            "dd",
            "dt",
            "center",
            "blockquote",
            "pre",
            "address",
            "section",
            "aside",
            "figure",
            "figcaption",
            "form",
            "fieldset",
            "legend",
            "hr",
            "body",
            "details",
            "summary",
            "dir",
            "menu",
        ],
        BLOCK,
    ),
    **dict.fromkeys(["h1", "h2", "h3", "h4", "h5", "h6"], HEADING),
    # head holds the title, which is read by itself; options of a menu are not printed on the page
    **dict.fromkeys(
        [
            "script",
            "style",
            "noscript",
            "template",
            "svg",
            "head",
            "title",
            "iframe",
            "object",
            "embed",
            "applet",
            "select",
            "datalist",
            "textarea",
            "annotation",
            "annotation-xml",
            "map",
            "audio",
            "video",
            "canvas",
            "col",
            "colgroup",
        ],
        DROP,
    ),
    **dict.fromkeys(("thead", "tbody", "tfoot"), GROUP),
    **dict.fromkeys(("td", "th"), CELL),
    **dict.fromkeys(("del", "s", "strike"), STRUCK),
    **dict.fromkeys(("article", "main"), ARTICLE),
    **dict.fromkeys(("nav", "header", "footer"), META),
    "br": BR,
    "table": TABLE,
    "tr": ROW,
    "caption": CAPTION,
    "img": IMG,
    "input": FIELD,
    "sup": SUP,
}
