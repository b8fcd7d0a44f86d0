"""JCMS jpaas: parameters from a script, parts that an interface builds, its spellings and answers."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ingestion.crawl.families import FAMILIES
from ingestion.crawl.model import Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.crawl.families.site_script import HOST, Page, Site, paths_of, problems_of, row, walk

JPAAS = FAMILIES["jpaas"]
LIST = "/col/col1229743683/index.html"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
#: Five reports, two a page.
PATHS = [f"/col/col1229743683/art/2024/art_{n:032x}.html" for n in range(5)]


def page(parse_type: str | None = "bulidstatic", tag: str = "信息列表") -> str:
    spelled = f"'parseType':'{parse_type}'," if parse_type else ""
    data = f"{{{spelled}'webId':'33','tplSetId':'f1','pageType':'column','tagId':'{tag}','editType':'null','pageId':'12'}}"
    return f'<script src="/a.js" url="{UNIT}" queryData="{data}"></script>'


def api(request: Request, *, spelling: str = "", as_text: bool = False, repeats: bool = False) -> Page:
    query = {name: found[0] for name, found in parse_qs(urlsplit(request.url).query).items()}
    if not request.referer or not request.ajax:
        return Outcome.BLOCKED_WAF
    if query["webId"] != "33" or query["pageId"] != "12" or query["tplSetId"] != "f1":
        return '{"success":false,"data":null}'
    if spelling and query["parseType"] != spelling:
        return '{"success":false,"data":null}'
    number = int(json.loads(query["paramJson"])["pageNo"])
    shown = PATHS[(number - 1) * 2 : number * 2] or (PATHS[-1:] if repeats else [])
    html = "<ul>" + "".join(row(path) for path in shown) + "</ul>"
    return json.dumps({"success": True, "data": html if as_text else {"html": html}})


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("repeats", [True, False])
def test_all_pages_of_the_part(as_text: bool, repeats: bool) -> None:
    site = Site({LIST: page(), UNIT: lambda request: api(request, as_text=as_text, repeats=repeats)})
    pages = walk(JPAAS, site, LIST)
    assert paths_of(pages) == PATHS
    assert not problems_of(pages)
    assert site.asked[1].referer == HOST + LIST


@pytest.mark.parametrize("spelling", ["bulidstatic", "buildstatic"])
@pytest.mark.parametrize("said", ["bulidstatic", "buildstatic", None])
def test_both_spellings(spelling: str, said: str | None) -> None:
    site = Site({LIST: page(said), UNIT: lambda request: api(request, spelling=spelling)})
    pages = walk(JPAAS, site, LIST)
    assert paths_of(pages) == PATHS
    assert not problems_of(pages)


def test_a_first_page_that_stands_in_the_list_does_not_end_it() -> None:
    html = page() + "<ul>" + "".join(row(path) for path in PATHS[:2]) + "</ul>"
    assert paths_of(walk(JPAAS, Site({LIST: html, UNIT: api}), LIST)) == PATHS


def test_parts_without_a_list_are_passed_over() -> None:
    def parts(request: Request) -> Page:
        if "tagId=nav" in request.url:
            return json.dumps(
                {"success": True, "data": {"html": '<div class="nav"><a href="/">首页</a></div>'}}
            )
        return api(request)

    pages = walk(JPAAS, Site({LIST: page(tag="nav") + page(), UNIT: parts}), LIST)
    assert paths_of(pages) == PATHS


def test_what_is_not_understood_is_said() -> None:
    assert problems_of(walk(JPAAS, Site({LIST: "<p></p>"}), LIST)) == ["the page has no part to build"]
    nothing = json.dumps({"success": True, "data": {"html": ""}})
    assert problems_of(walk(JPAAS, Site({LIST: page(), UNIT: nothing}), LIST)) == [
        "no part of the page lists anything"
    ]
    refused = walk(JPAAS, Site({LIST: page(), UNIT: '{"success":false,"data":null}'}), LIST)
    assert "the interface answered something else than a part of a page" in problems_of(refused)
