"""Longxun lists: reports by the year in their address, and the newer spellings."""

from __future__ import annotations

from ingestion.crawl.families import FAMILIES
from tests.unit.crawl.families.site_script import Site, items_of, paths_of, row, walk

LONGXUN = FAMILIES["longxun"]


def test_years_and_reordered_queries_are_items_as_linked() -> None:
    at = "/public/column/161000001"
    site = Site(
        {
            f"{at}?type=3&action=list&nav=4&isNianbao=1": "<ul>"
            f'<li><a href="{at}?type=3&amp;action=detail&amp;nav=3&amp;title=2023">2023</a></li>'
            f'<li><a href="{at}?title=2022&amp;nav=3&amp;action=detail&amp;type=3">桥南街道2022年信息公开年报</a></li></ul>'
        }
    )
    pages = walk(LONGXUN, site, f"{at}?type=3&action=list&nav=4&isNianbao=1")
    assert [(item.url.partition("?")[2], item.title) for item in items_of(pages)] == [
        ("type=3&action=detail&nav=3&title=2023", "2023"),
        ("title=2022&nav=3&action=detail&type=3", "桥南街道2022年信息公开年报"),
    ]


def test_lists_of_the_newer_sites() -> None:
    folder = "/XxgkContent/showList/17/0/"
    site = Site(
        {
            f"{folder}page_1.html": row("/XxgkAnnualReport/show/6477.html")
            + '<a href="page_2.html">下一页</a>',
            f"{folder}page_2.html": row("/OpennessAnnualReport/show/5469.html"),
        }
    )
    assert paths_of(walk(LONGXUN, site, f"{folder}page_1.html")) == [
        "/XxgkAnnualReport/show/6477.html",
        "/OpennessAnnualReport/show/5469.html",
    ]
