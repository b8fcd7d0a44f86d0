"""TRS lists: the script that names the pages, in its spellings."""

from __future__ import annotations

import pytest

from ingestion.crawl.families import FAMILIES
from tests.unit.crawl.families.site_script import Site, paths_of, row, walk

TRS = FAMILIES["trs"]


@pytest.mark.parametrize(
    "script",
    [
        'createPageHTML(3, 0, "index", "html");',
        "createPageHTML(3,0,'index','html');",
        "createPageHTML( 3 , 0 , 'index' , \"html\" , 40 )",
        'var countPage = 3; var currentPage = 0;\ncreatePageHTML(countPage, currentPage, "index", "html", 40);',
        'var countPage=3//共多少页\ncreatePageHTML(countPage,0,"index","html")',
        "createPageHTML('page_div', 3, 0, 'index', 'html', 40)",
        'function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt) {}\ncreatePageHTML(3, 0, "index", ".html")',
        'var countPage = 3; var currentPage = 0; document.write("共"+countPage+"页");',
    ],
)
def test_pages_by_the_script(script: str) -> None:
    tail = f"<script>{script}</script>"
    site = Site(
        {
            "/nb_73584/": row("./202401/t20240108_1.html") + tail,
            "/nb_73584/index_1.html": row("../qt/t20230108_2.html") + tail,
            "/nb_73584/index_2.html": row("./202201/t20220108_3.html") + tail,
            "/nb_73584/index_3.html": row("./never.html"),
        }
    )
    assert paths_of(walk(TRS, site, "/nb_73584/")) == [
        "/nb_73584/202401/t20240108_1.html",
        "/qt/t20230108_2.html",
        "/nb_73584/202201/t20220108_3.html",
    ]
    assert site.asked_urls == ["/nb_73584/", "/nb_73584/index_1.html", "/nb_73584/index_2.html"]


def test_a_script_that_counts_pages_from_one_leaves_two_names_to_try() -> None:
    tail = "<script>createPageHTML('p', 2, 1, 'index', 'shtml', 30)</script>"
    for second in ("/nb/index_1.shtml", "/nb/index_2.shtml"):
        site = Site({"/nb/index.shtml": row("./1.shtml") + tail, second: row("./2.shtml") + tail})
        assert paths_of(walk(TRS, site, "/nb/index.shtml")) == ["/nb/1.shtml", "/nb/2.shtml"]


def test_one_page_is_one_request() -> None:
    site = Site({"/nb/": row("./t1.html") * 12 + '<script>createPageHTML(1, 0, "index", "html")</script>'})
    walk(TRS, site, "/nb/")
    assert site.asked_urls == ["/nb/"]
