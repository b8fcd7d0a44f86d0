"""NFCMS lists: the second page is index_2.html, whether linked or not."""

from __future__ import annotations

from ingestion.crawl.families import FAMILIES
from tests.unit.crawl.families.site_script import Site, paths_of, row, walk

NFCMS = FAMILIES["nfcms"]


def test_the_second_page_is_index_2() -> None:
    first = "<ul>" + "".join(row(f"/nb/content/post_{n}.html") for n in range(12)) + "</ul>"
    site = Site({"/nb/index.html": first, "/nb/index_2.html": row("/nb/content/post_99.html")})
    assert paths_of(walk(NFCMS, site, "/nb/index.html"))[-1] == "/nb/content/post_99.html"
    assert "/nb/index_1.html" not in site.asked_urls


def test_a_folder_has_the_same_pages() -> None:
    first = "<ul>" + "".join(row(f"/nb/content/post_{n}.html") for n in range(12)) + "</ul>"
    site = Site({"/nb/": first, "/nb/index_2.html": row("/nb/content/post_99.html")})
    assert len(paths_of(walk(NFCMS, site, "/nb/"))) == 13
