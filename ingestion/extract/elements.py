"""The elements of HTML, by what they are to a reader of reports: one table, no code.

An element that is not listed is inline: its text joins what stands around it.
"""

from __future__ import annotations

from typing import Any

# What an element is to the walk. The walk compares kinds: up to BR nothing is entered, up to LAST_BLOCK a
# line begins.
INLINE, DROP, BR, BLOCK, REGION, HEADING, META, NAVIGATION, ARTICLE, CAPTION, TABLE = range(11)
LAST_BLOCK = TABLE
ROW, CELL, GROUP, IMG, STRUCK, FIELD, SUP, LINK = range(11, 19)

KINDS: dict[Any, int] = {
    **dict.fromkeys(
        [
            "p",
            "li",
            "dd",
            "dt",
            "center",
            "blockquote",
            "pre",
            "address",
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
    # what a page is built of: some of these are menus and footers, as their names tell
    **dict.fromkeys(["div", "ul", "ol", "dl", "section"], REGION),
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
    **dict.fromkeys(("nav", "footer", "aside"), NAVIGATION),
    "header": META,
    "a": LINK,
    "br": BR,
    "table": TABLE,
    "tr": ROW,
    "caption": CAPTION,
    "img": IMG,
    "input": FIELD,
    "sup": SUP,
}
