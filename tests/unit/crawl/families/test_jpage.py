"""JCMS jpage: records in the page, the rest of them from servers of several dialects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from ingestion.crawl.families import FAMILIES
from ingestion.crawl.model import Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.crawl.families.site_script import HOST, Page, Site, items_of, paths_of, problems_of, walk

JPAGE = FAMILIES["jpage"]
LIST = "/col/col82540/index.html"
PROXY = "/module/web/jpage/dataproxy.jsp"


def article(number: int) -> str:
    return f"/art/2024/1/{number % 28 + 1}/art_82540_{number}.html"


def record(number: int) -> str:
    return f"<record><![CDATA[<li><a href='{article(number)}' title='第{number}号年度报告'>第{number}号…</a><span>2024-01-15</span></li>]]></record>"


def page(embedded: int, total: int | None, per_page: int = 2, proxy: str = PROXY) -> str:
    count = f"totalRecord:{total}," if total is not None else ""
    return f"""<div id="345950" class="default_pgContainer"></div>
    <script type="text/xml"><datastore><nextgroup><![CDATA[<a href="{proxy}?page=1&amp;webid=89&path=http://h/&columnid=82540&unitid=345950&webname={quote("莲湖县")}&permissiontype=0">]]></nextgroup>
    <recordset>{"".join(record(n) for n in range(1, embedded + 1))}</recordset></datastore></script>
    <script>$('#345950').jpage({{perPage:{per_page},{count}proxyUrl:'{proxy}'}});</script>"""


def store(numbers: range | list[int], total: int | None = None) -> str:
    count = f"<totalrecord>{total}</totalrecord>" if total is not None else ""
    return f"<datastore>{count}<recordset>{''.join(map(record, numbers))}</recordset></datastore>"


def asked(request: Request) -> Mapping[str, str]:
    fields = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    return fields | dict(request.form or ())


def serves(
    total: int, obeys: Callable[[Request, Mapping[str, str]], bool], announces: bool = True
) -> Callable[[Request], Page]:
    """An interface with that many records that wants to be asked in a certain way."""

    def proxy(request: Request) -> Page:
        fields = asked(request)
        if not obeys(request, fields):
            return Outcome.HTTP_ERROR
        first, last = int(fields["startrecord"]), int(fields["endrecord"])
        return store(range(first, min(last, total) + 1), total if announces else None)

    return proxy


@pytest.mark.parametrize(
    "obeys",
    [
        lambda request, fields: request.method == "POST" and fields["webname"] == "莲湖县",
        lambda request, fields: request.method == "GET" and fields["webname"] == "莲湖县",
        lambda request, fields: request.method == "POST" and fields["webname"] == quote("莲湖县"),
        lambda request, fields: request.method == "GET" and fields["webname"] == quote("莲湖县"),
    ],
)
@pytest.mark.parametrize("announces", [True, False])
def test_all_records_in_every_dialect(
    obeys: Callable[[Request, Mapping[str, str]], bool], announces: bool
) -> None:
    site = Site({LIST: page(6, 17 if announces else None), PROXY: serves(17, obeys, announces)})
    pages = walk(JPAGE, site, LIST)
    assert paths_of(pages) == [article(n) for n in range(1, 18)]
    assert not problems_of(pages)
    assert all(p.answer.ok for p in pages)


def test_the_fields_are_those_of_the_page() -> None:
    site = Site({LIST: page(6, 7), PROXY: serves(7, lambda *_: True)})
    walk(JPAGE, site, LIST, parameters={"source_content_type": 3})
    request = site.asked[1]
    assert request.url == f"{HOST}{PROXY}?startrecord=7&endrecord=12&perpage=2"
    assert dict(request.form or ()) == {
        "col": "1",
        "appid": "1",
        "webid": "89",
        "path": "http://h/",
        "columnid": "82540",
        "sourceContentType": "3",
        "unitid": "345950",
        "webname": "莲湖县",
        "permissiontype": "0",
    }
    assert (request.referer, request.ajax) == (HOST + LIST, True)


@pytest.mark.parametrize("unit", [2, 6])
@pytest.mark.parametrize("for_ever", [True, False])
def test_a_server_that_obeys_page_only(unit: int, for_ever: bool) -> None:
    def proxy(request: Request) -> Page:
        number = int(asked(request).get("page", "1"))
        last = -(-7 // unit)
        number = min(number, last) if for_ever else number
        return store([n for n in range((number - 1) * unit + 1, number * unit + 1) if n <= 7], 7)

    site = Site({LIST: page(6, 7), PROXY: proxy})
    pages = walk(JPAGE, site, LIST)
    assert paths_of(pages) == [article(n) for n in range(1, 8)]
    assert not problems_of(pages)
    assert len(site.asked) <= 8


def test_fewer_records_than_announced_are_said() -> None:
    site = Site({LIST: page(6, 9), PROXY: serves(7, lambda *_: True, announces=False)})
    assert problems_of(walk(JPAGE, site, LIST)) == ["the list announces 9 records, and 7 were found"]


def test_a_count_that_is_too_small_does_not_end_the_list() -> None:
    site = Site({LIST: page(6, 6), PROXY: serves(17, lambda *_: True, announces=False)})
    assert len(paths_of(walk(JPAGE, site, LIST))) == 17


def test_a_short_list_needs_no_interface() -> None:
    site = Site({LIST: page(5, 5)})
    assert len(paths_of(walk(JPAGE, site, LIST))) == 5
    assert len(site.asked) == 1


def test_another_path_of_the_interface() -> None:
    proxy = "/module/jpage/dataproxy.jsp"
    site = Site({LIST: page(6, 7, proxy=proxy), proxy: serves(7, lambda *_: True)})
    assert len(paths_of(walk(JPAGE, site, LIST))) == 7


def test_records_that_no_dialect_gets_are_a_failed_list() -> None:
    pages = walk(JPAGE, Site({LIST: page(6, 40), PROXY: Outcome.HTTP_ERROR}), LIST)
    assert len(items_of(pages)) == 6
    assert pages[-1].answer.outcome is Outcome.HTTP_ERROR


def test_a_block_is_not_answered_with_other_dialects() -> None:
    site = Site({LIST: page(6, 40), PROXY: Outcome.BLOCKED_WAF})
    pages = walk(JPAGE, site, LIST)
    assert len(site.asked) == 2
    assert pages[-1].answer.outcome is Outcome.BLOCKED_WAF


def test_records_however_they_are_written() -> None:
    records = [
        """<li><a href='/art/1.html' title="甲年度报告" target=_blank>甲…</a></li>""",
        """<li><a title='乙年度报告' href="/art/2.html?a=1&amp;b=2">乙...</a></li>""",
        """<tr><td><a target="_blank" href="/art/3.html">丙年度报告</a></td><td>2024-01-15</td></tr>""",
        """<li><a href="http://other-fx.gov.cn/4.html">丁]] & 戊</a>""",
    ]
    body = "".join(f"<record><![CDATA[{record}]]></record>" for record in records)
    html = f"<script type='text/xml'><DataStore><recordset>{body}</recordset></DataStore></script>"
    pages = walk(JPAGE, Site({LIST: html, PROXY: store([])}), LIST)
    assert [(item.url.removeprefix(HOST), item.title) for item in items_of(pages)] == [
        ("/art/1.html", "甲年度报告"),
        ("/art/2.html?a=1&b=2", "乙年度报告"),
        ("/art/3.html", "丙年度报告"),
        ("http://other-fx.gov.cn/4.html", "丁]] & 戊"),
    ]


def test_a_page_without_a_datastore_is_said() -> None:
    assert problems_of(walk(JPAGE, Site({LIST: "<p>x</p>"}), LIST)) == [
        "the page has no datastore and calls for none"
    ]


def test_two_lists_of_one_page_are_asked_for_with_their_own_fields() -> None:
    def unit(number: int, first: int) -> str:
        link = f"{PROXY}?page=1&webid=89&columnid=8{number}&unitid=34595{number}"
        records = "".join(record(n) for n in range(first, first + 6))
        return (
            f"<script>$('#34595{number}').jpage({{perPage:2,totalRecord:7}})</script><datastore><nextgroup>"
            f'<![CDATA[<a href="{link}">]]></nextgroup><recordset>{records}</recordset></datastore>'
        )

    def proxy(request: Request) -> Page:
        fields = asked(request)
        assert fields["columnid"][1:] == fields["unitid"][5:]
        return store([{"1": 7, "2": 27}[fields["unitid"][5:]]], 7)

    site = Site({LIST: unit(1, 1) + unit(2, 21), PROXY: proxy})
    assert sorted(paths_of(walk(JPAGE, site, LIST))) == sorted(
        article(n) for n in (*range(1, 8), *range(21, 28))
    )


def test_hostile_stores_are_read_in_reasonable_time() -> None:
    walk(JPAGE, Site({LIST: "<datastore><record><![CDATA[" * 3_000, PROXY: "<record " * 100_000}), LIST)
