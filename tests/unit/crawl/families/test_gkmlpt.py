"""gkmlpt: configuration in the page, rows of the interface, counts that cannot be trusted."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ingestion.crawl.families import FAMILIES
from ingestion.crawl.model import Request
from tests.unit.crawl.families.site_script import HOST, Site, items_of, paths_of, problems_of, walk

GKMLPT = FAMILIES["gkmlpt"]
PAGE = "<script>window._CONFIG={SID:'755325',TREE:[{id:2114,name:'年报'}]};</script>"


def article(number: int, **more: object) -> dict[str, object]:
    url = f"{HOST}/gmbs/gkmlpt/content/8/8526/post_{number}.html"
    return {
        "id": number,
        "title": f"第{number}号年报",
        "url": url,
        "post_url": "",
        "display_publish_time": 1611770000,
        **more,
    }


def site_of(articles: list[dict[str, object]], total: int, size: int = 3) -> Site:
    def api(request: Request) -> str:
        number = max(int(parse_qs(urlsplit(request.url).query)["page"][0]), 1)
        return json.dumps({"total": total, "articles": articles[(number - 1) * size : number * size]})

    return Site({"/gmbs/gkmlpt/index": PAGE, "/gmbs/gkmlpt/api/all/2114": api})


@pytest.mark.parametrize("total", [7, 2, 0])
def test_all_pages_whatever_the_count_says(total: int) -> None:
    site = site_of([article(n) for n in range(1, 8)], total)
    pages = walk(GKMLPT, site, "/gmbs/gkmlpt/index#2114")
    assert len(items_of(pages)) == 7
    assert not problems_of(pages)
    assert site.asked_urls[:2] == ["/gmbs/gkmlpt/index", "/gmbs/gkmlpt/api/all/2114?page=1&sid=755325"]
    assert site.asked[1].referer == HOST + "/gmbs/gkmlpt/index"


def test_a_count_that_is_not_reached_is_said() -> None:
    pages = walk(GKMLPT, site_of([article(1)], 9), "/gmbs/gkmlpt/index#2114")
    assert problems_of(pages) == ["the list announces 9 records, and 1 were found"]


def test_rows_that_lead_elsewhere_and_rows_without_an_address() -> None:
    rows = [
        article(1, post_url="https://www.other-fx.gov.cn/a.html"),
        article(8526627, url="", title="A<em>年报</em>&nbsp;"),
    ]
    items = items_of(walk(GKMLPT, site_of(rows, 2), "/gmbs/gkmlpt/index#2114"))
    assert items[0].url == "https://www.other-fx.gov.cn/a.html"
    assert items[1].url == HOST + "/gmbs/gkmlpt/content/8/8526/post_8526627.html"
    assert items[1].title == "A年报"


def test_times_are_chinese_days() -> None:
    # 27 January 2021, 17:53 UTC
    assert items_of(walk(GKMLPT, site_of([article(1)], 1), "/gmbs/gkmlpt/index#2114"))[0].date == "2021-01-28"


def test_what_is_missing_is_said() -> None:
    site = Site({"/gkmlpt/index": "<html></html>"})
    assert "SID" in problems_of(walk(GKMLPT, site, "/gkmlpt/index#2114"))[0]
    site = Site({"/gkmlpt/index": PAGE})
    assert "category" in problems_of(walk(GKMLPT, site, "/gkmlpt/index"))[0]


def test_an_interface_that_answers_html_is_said() -> None:
    site = Site({"/gkmlpt/index": PAGE, "/gkmlpt/api/all/2114": "<html>维护</html>"})
    assert problems_of(walk(GKMLPT, site, "/gkmlpt/index#2114"))


def test_the_interface_is_asked_where_the_page_answered() -> None:
    moved = "http://www.xinpu-fx.gov.cn"
    site = Site(
        {
            f"{moved}/gkmlpt/index": PAGE,
            f"{moved}/gkmlpt/api/all/2114": json.dumps({"articles": [article(1)]}),
        },
        moved={HOST + "/gkmlpt/index": moved + "/gkmlpt/index"},
    )
    pages = walk(GKMLPT, site, "/gkmlpt/index#2114", aliases=[{"host": "www.xinpu-fx.gov.cn"}])
    assert len(paths_of(pages)) == 1
