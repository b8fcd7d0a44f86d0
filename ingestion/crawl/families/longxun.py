"""Longxun (龙讯, Anhui): `/public/column/161057226?type=3&action=list&nav=4&isNianbao=1` and its successors.

An old report's address ends in `title=2023`: the title is the year, the text of a year is replaced in place,
and the order of the parameters varies. Newer sites have `/OpennessAnnualReport/show/5469.html`,
`/XxgkAnnualReport/show/6477.html` and lists `/XxgkContent/showList/<department>/0/page_1.html`.
"""

from __future__ import annotations

import re

from ingestion.crawl.families.static_lists import StaticLists

FAMILY = StaticLists(
    code="longxun",
    urls=re.compile(
        r"/public/column/\d+|/(Openness|Xxgk)AnnualReport/|/XxgkContent/(showList|show)/|"
        r"/(openness/)?public/\d+/\d+\.html\b"
    ),
    marks=re.compile(r"""isNianbao=1|/(Openness|Xxgk)AnnualReport/show/|/XxgkContent/showList/"""),
    next_names=("page_{n}.html", "?page={n}"),
)
