"""Guangdong NFCMS: `/content/post_9469010.html`; the second page of a list is `index_2.html`.

`mpost_….html` is the mobile twin of a page. The gkmlpt platform of the same province has the same names below
`/gkmlpt/` and is another family.
"""

from __future__ import annotations

import re

from ingestion.crawl.families.static_lists import StaticLists

FAMILY = StaticLists(
    code="nfcms",
    urls=re.compile(r"^(?!.*/gkmlpt/).*/content/m?post_\d+\.html\b"),
    marks=re.compile(r"NFCMS_(SITE|POST)_ID"),
    next_names=("{stem}_{n}.{ext}", "index_{n}.html"),
)
