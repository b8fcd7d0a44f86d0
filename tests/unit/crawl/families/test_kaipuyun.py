"""Kaipuyun: the channel in the page, rows of the interface, the static pages where it refuses."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ingestion.crawl.families import FAMILIES
from ingestion.crawl.model import Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.crawl.families.site_script import HOST, Page, Site, items_of, paths_of, problems_of, row, walk

KAIPUYUN = FAMILIES["kaipuyun"]
CHANNEL = "2cb303fdee614232b79552d52bb057d6"
LIST = "/linan/c100186/list.shtml"
ROWS = [
    {
        "title": f"第{n}号<em>年报</em>",
        "url": f"/linan/c100186/202401/c01_{n}.shtml",
        "publishedTimeStr": "2024-01-22 10:00:00",
        "domainMetaList": [
            {"domainMetadataName": "发文信息", "resultList": [{"key": "source", "value": "县政府"}]}
        ],
    }
    for n in range(5)
]


def api(request: Request) -> Page:
    query = {name: found[0] for name, found in parse_qs(urlsplit(request.url).query).items()}
    if query.get("_isJson") != "true":
        return "<html></html>"
    size, number = int(query["_pageSize"]), int(query["page"])
    return json.dumps(
        {"data": {"rows": size, "total": 5, "results": ROWS[(number - 1) * size : number * size]}}
    )


@pytest.mark.parametrize(
    ("page", "path"),
    [
        (f"<ul></ul><script>var url='/common/search/{CHANNEL}?_isAgg=true';</script>", "/common/search/"),
        (f"<script>load('/searchList/{CHANNEL}')</script>", "/searchList/"),
        (f"<script>var channelId = '{CHANNEL}';</script>", "/common/search/"),
        (f'<input type="hidden" id="channelId" value="{CHANNEL}">', "/common/search/"),
        (f'<div data-channel-id="{CHANNEL}"></div>', "/common/search/"),
    ],
)
def test_the_channel_is_found_and_its_rows_are_read(page: str, path: str) -> None:
    site = Site({LIST: page, path + CHANNEL: api})
    pages = walk(KAIPUYUN, site, LIST, parameters={"page_size": 4})
    assert paths_of(pages) == [f"/linan/c100186/202401/c01_{n}.shtml" for n in range(5)]
    assert (items_of(pages)[0].title, items_of(pages)[0].date) == ("第0号年报", "2024-01-22")
    assert not problems_of(pages)
    assert len(site.asked) == 3


def test_the_wrapping_of_tax_sites() -> None:
    body = json.dumps({"results": {"data": {"total": 5, "results": ROWS}}})
    site = Site({LIST: f"<script>channelId='{CHANNEL}'</script>", f"/common/search/{CHANNEL}": body})
    assert len(paths_of(walk(KAIPUYUN, site, LIST))) == 5


@pytest.mark.parametrize("refusal", [Outcome.BLOCKED_WAF, Outcome.HTTP_ERROR, "<html>token</html>"])
def test_static_pages_where_the_interface_gives_nothing(refusal: Page) -> None:
    first = f"<script>channelId='{CHANNEL}'</script>共 2 页" + row("202401/c01_1.shtml")
    site = Site(
        {
            LIST: first,
            f"/common/search/{CHANNEL}": refusal,
            "/linan/c100186/list_2.shtml": row("202401/c01_2.shtml"),
        }
    )
    pages = walk(KAIPUYUN, site, LIST)
    assert paths_of(pages) == ["/linan/c100186/202401/c01_1.shtml", "/linan/c100186/202401/c01_2.shtml"]
    # the refusal itself is not hidden
    assert any(not page.answer.ok or page.problem for page in pages)


def test_rows_without_an_address_and_a_count_that_is_not_reached_are_said() -> None:
    body = json.dumps({"data": {"total": 2, "results": [ROWS[0], {"title": "无址"}]}})
    site = Site({LIST: f"<script>channelId='{CHANNEL}'</script>", f"/common/search/{CHANNEL}": body})
    problems = problems_of(walk(KAIPUYUN, site, LIST))
    assert "1 rows have no address" in problems


def test_relative_addresses_are_of_the_list() -> None:
    assert HOST in items_of(walk(KAIPUYUN, Site({LIST: row("202401/c01_1.shtml")}), LIST))[0].url
