"""VSB (博达): static page numbers that run backwards, so that only the link to the next page leads on.

Page 1 is `zfxxgknb.htm`, page 2 of 11 is `zfxxgknb/10.htm`, the last `zfxxgknb/1.htm`; when the list grows
the same name means another page. The dynamic spelling is `list.jsp?urltype=tree.TreeTempUrl&…&a1154p=2`. A
column can be the article: `n2022n/xz/zgz.htm`, folders that begin with a figure being given an n.
"""

from __future__ import annotations

import re

from ingestion.crawl.families.static_lists import StaticLists

FAMILY = StaticLists(
    code="vsb",
    urls=re.compile(
        r"/info/\d+/\d+\.html?\b|urltype=(tree\.TreeTempUrl|news\.\w+)|/n(19|20)\d\d[a-z]*/[^?#]*[a-z]\w*\.htm\b"
        r"|/system/_content/download\.jsp"
    ),
    marks=re.compile(r"pb_sys_common|\bp_pages\b|_showDynClick|vsb_content|_newscontent_fromname"),
)
