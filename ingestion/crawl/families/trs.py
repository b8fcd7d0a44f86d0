"""TRS WCM and 海云: `createPageHTML(5, 0, "index", "html")`, pages index.html, index_1.html, …

Seen in lists: arguments in single quotes, spaced, as variables, behind the id of an element; items written by
document.write; columns with a number (`zfxxgknb_73584`); `./` and `../` links. All of that is read for every
static list; known here are the addresses.
"""

from __future__ import annotations

import re

from ingestion.crawl.families.static_lists import StaticLists

FAMILY = StaticLists(
    code="trs",
    urls=re.compile(r"/t\d{8}_\d+(_\w+)?\.s?html?\b|/t\d{6,10}\.s?html?\b"),
    marks=re.compile(r"(?<!function )\bcreatePageHTML\s*\(|TRS_Editor|TRS_UEDITOR", re.IGNORECASE),
    next_names=("index_{k}.{ext}", "{stem}_{k}.{ext}"),
)
