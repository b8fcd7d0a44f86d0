"""Families of content systems: how the lists of their sites are walked, one module each.

Belongs here: recognising a family, paging, and reading what a list links to. Does not belong here: how an
answer is got (`fetcher`), whether an item is a report (`titles`), what its page says (`pages`).
"""

from __future__ import annotations

from ingestion.catalog.publishers import FAMILIES as CODES
from ingestion.crawl.families import (
    gkmlpt,
    jcms_xxgk,
    jpaas,
    jpage,
    kaipuyun,
    longxun,
    nfcms,
    static,
    trs,
    vsb,
)
from ingestion.crawl.model import Family

#: In the order in which they are recognised: a page of JCMS may carry marks of several of its modules.
FAMILIES: dict[str, Family] = {
    module.FAMILY.code: module.FAMILY
    for module in (jpage, jcms_xxgk, jpaas, gkmlpt, nfcms, kaipuyun, longxun, vsb, trs, static)
}
assert set(FAMILIES) == set(CODES)


def recognise(url: str, html: str | None = None) -> str:
    """The code of the family that a list page shows, else the one that its address shows, else "static"."""
    if html is not None:
        for code, family in FAMILIES.items():
            if family.knows_page(html):
                return code
    return next((code for code, family in FAMILIES.items() if family.knows_url(url)), static.FAMILY.code)
