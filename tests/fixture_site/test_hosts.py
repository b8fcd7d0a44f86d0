"""What each site of the fixture web lists and answers, and how it changes from night to night."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from tests.fixture_site import (
    FixtureSite,
    expected,
)
from tests.fixture_site.documents import (
    FIRST_NIGHT,
    HUAIYANG,
    JINHE,
    L2020,
    LINAN,
    NANPU,
    NANPU_NEW,
    Q01,
    Q02_REISSUED,
    QINGSHAN,
    S2024,
    SHUIXI,
    Y2019,
    YUNHE,
    YUNHE2,
)
from tests.fixture_site.hosts import gkmlpt, jpaas, jpage, kaipuyun, longxun, trs, vsb
from tests.fixture_site.visitor import links_of, run, visiting


@run
async def test_qingshan_lists_sixteen_links_on_three_pages() -> None:
    async with visiting(FixtureSite()) as visitor:
        base = f"http://{QINGSHAN}{trs.COLUMN}"
        pages = [await visitor.html(base + name) for name in ("", "index_1.html", "index_2.html")]
        found = [links_of(page) for page in pages]
        assert [len(links) for links in found] == [6, 6, 4]
        assert [f'createPageHTML(3, {n}, "index", "html")' in page for n, page in enumerate(pages)] == [
            True
        ] * 3
        urls = [urljoin(base, link) for links in found for link in links]
        assert len([url for url in urls if url in {d.url for d in FIRST_NIGHT}]) == 10
        assert {link[:2] for links in found for link in links} == {"./", "..", "ht"}
        slashless = await visitor.get(base.rstrip("/"))
        assert (slashless.status_code, slashless.headers["location"]) == (301, trs.COLUMN)
        robots = (await visitor.get(f"http://{QINGSHAN}/robots.txt")).text
        assert "Disallow: /admin/" in robots and "Crawl-delay: 1" in robots


@run
async def test_yunhe_gives_its_last_record_only_to_the_right_form() -> None:
    async with visiting(FixtureSite()) as visitor:
        page = await visitor.html(f"http://{YUNHE}{jpage.LIST}")
        assert page.count("<record>") == 6 and Y2019.target not in page
        proxy = f"http://{YUNHE}{jpage.PROXY}?startrecord=7&endrecord=12&perpage=2"
        form = {"columnid": jpage.COLUMN, "unitid": jpage.UNIT, "webid": jpage.WEB}
        right = await visitor.get(proxy, "POST", data=form)
        assert right.text.count("<record>") == 1 and Y2019.target in right.text
        for wrong in ({}, {**form, "unitid": "1"}):
            assert (await visitor.get(proxy, "POST", data=wrong)).status_code == 400
        assert (await visitor.get(proxy)).status_code == 400


@run
async def test_yunhe2_obeys_the_page_only_and_repeats_its_last_one() -> None:
    async with visiting(FixtureSite()) as visitor:
        proxy = f"http://{YUNHE2}{jpage.PROXY}"
        texts = [(await visitor.get(f"{proxy}?page={n}")).text for n in (1, 2, 3, 9)]
        assert [text.count("<record>") for text in texts] == [6, 1, 1, 1]
        assert (await visitor.get(proxy, "POST", data={"startrecord": "7", "endrecord": "12"})).text == texts[
            0
        ]


@run
async def test_details_of_yunhe_differ_at_every_hit_in_counter_and_clock_only() -> None:
    def bare(page: str) -> str:
        return re.sub(r"访问次数:\d+|现在是[^<]+", "", page)

    async with visiting(FixtureSite()) as visitor:
        first, second = [await visitor.get(f"http://{YUNHE}{Y2019.target}") for _ in range(2)]
        assert first.text != second.text and bare(first.text) == bare(second.text)
        assert not {"etag", "last-modified"} & set(first.headers)
        copy = await visitor.html(f"http://{YUNHE2}{Y2019.target}")
        assert bare(copy) == bare(first.text)


@run
async def test_nanpu_counts_pages_from_one_and_jumps_elsewhere() -> None:
    async with visiting(FixtureSite()) as visitor:
        assert f"SID: '{gkmlpt.SID}'" in await visitor.html(f"http://{NANPU}{gkmlpt.BASE}/index")
        api = f"http://{NANPU}{gkmlpt.BASE}/api/all/{gkmlpt.CATEGORY}?sid={gkmlpt.SID}&page="
        pages = [(await visitor.get(f"{api}{n}")).json() for n in range(4)]
        assert pages[0] == pages[1]
        assert [len(page["articles"]) for page in pages[1:]] == [5, 3, 0]
        rows = [row for page in pages[1:] for row in page["articles"]]
        assert [row["post_url"] for row in rows if row["post_url"]] == [gkmlpt.ELSEWHERE]
        assert len({row["url"] for row in rows} & {d.url for d in FIRST_NIGHT}) == 6
        robots = await visitor.get(f"http://{NANPU}/robots.txt")
        assert robots.status_code == 200 and "<html" in robots.text


@pytest.mark.parametrize(("night", "sizes"), [(1, [3, 3, 1]), (3, [3, 3, 3, 1])])
def test_pages_of_shuixi_run_backwards(night: int, sizes: list[int]) -> None:
    @run
    async def walk() -> None:
        async with visiting(FixtureSite(night)) as visitor:
            url, found, names = f"http://{SHUIXI}{vsb.LIST}.htm", [], []
            while True:
                page = await visitor.html(url)
                found.append([urljoin(url, link) for link in links_of(page)])
                following = re.search(r'p_next p_fun"><a href="([^"]+)', page)
                if following is None:
                    break
                url = urljoin(url, following[1])
                names.append(url.rpartition("/")[2])
            assert [len(links) for links in found] == sizes
            assert names == [f"{len(sizes) - n}.htm" for n in range(1, len(sizes))]
            reports = {d.url for d in (*FIRST_NIGHT, S2024)} & {url for links in found for url in links}
            assert len(reports) == (5 if night == 1 else 6)
            for report in reports:
                assert "v_news_content" in await visitor.html(report)

    walk()


@run
async def test_linan_fills_its_list_by_a_search() -> None:
    async with visiting(FixtureSite()) as visitor:
        page = await visitor.html(f"http://{LINAN}{kaipuyun.LIST}")
        assert '<ul id="list-ul"></ul>' in page and kaipuyun.SEARCH in page
        search = f"http://{LINAN}{kaipuyun.SEARCH}?_isAgg=true&_isJson=true&_pageSize=20&page="
        pages = [(await visitor.get(f"{search}{n}")).json()["data"] for n in (1, 2, 3)]
        assert [len(data["results"]) for data in pages] == [4, 2, 0]
        tags = {(await visitor.get(L2020.url)).headers["etag"] for _ in range(3)}
        assert len(tags) == 3


@run
async def test_huaiyang_does_not_care_for_the_order_of_parameters() -> None:
    async with visiting(FixtureSite()) as visitor:
        links = links_of(await visitor.html(f"http://{HUAIYANG}{longxun.LIST}"))
        assert (
            len(links) == 6
            and len({frozenset(urlsplit(link.replace("&amp;", "&")).query.split("&")) for link in links}) == 5
        )
        assert "2021年政府信息公开工作年度报告</h1>" in await visitor.html(
            f"http://{HUAIYANG}{longxun.REORDERED}"
        )


@run
async def test_jinhe_wants_a_referer_and_its_own_page_parameter() -> None:
    async with visiting(FixtureSite()) as visitor:
        page = await visitor.html(f"http://{JINHE}{jpaas.LIST}")
        assert len(links_of(page)) == 3 and "queryData=\"{'parseType':" in page
        unit = f"http://{JINHE}{jpaas.UNIT}"
        assert (await visitor.get(unit, params=jpaas.PARAMETERS)).status_code == 403

        async def count(**more: str) -> list[str]:
            answer = await visitor.get(
                unit + "?" + str(httpx2.QueryParams({**jpaas.PARAMETERS, **more})),
                headers={"Referer": f"http://{JINHE}/"},
            )
            return links_of(answer.json()["data"]["html"])

        first = await count()
        assert await count(pageNo="2") == first and len(first) == 3
        assert len(await count(paramJson='{"pageNo":2,"pageSize":"15"}')) == 1


@run
async def test_qingshan_keeps_to_its_validators() -> None:
    async with visiting(FixtureSite()) as visitor:
        plain = await visitor.get(Q01.url, headers={"Accept-Encoding": "identity"})
        packed = await visitor.get(Q01.url, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["etag"] == "W/" + plain.headers["etag"]
        assert packed.headers["content-encoding"] == "gzip" and packed.content == plain.content
        for name, value in (
            ("If-None-Match", packed.headers["etag"]),
            ("If-Modified-Since", plain.headers["last-modified"]),
        ):
            assert (await visitor.get(Q01.url, headers={name: value})).status_code == 304
        visitor.site.night = 2
        for url in expected.UNCHANGED_304:
            tag = (await visitor.get(url)).headers["etag"]
            again = await visitor.get(url, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")
        visitor.site.night = 3
        corrected = await visitor.get(Q01.url, headers={"If-None-Match": plain.headers["etag"]})
        assert corrected.status_code == 200 and corrected.content != plain.content


@run
async def test_shuixi_ignores_the_validators_that_it_sends() -> None:
    async with visiting(FixtureSite()) as visitor:
        first = await visitor.get(S2024.url.replace("2502", "2345"))
        again = await visitor.get(
            str(S2024.url.replace("2502", "2345")), headers={"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (200, first.content)
        assert "charset" not in first.headers["content-type"]


@run
async def test_night_two_is_night_one() -> None:
    async with visiting(FixtureSite()) as visitor:
        static = [d for d in FIRST_NIGHT if d.host not in (YUNHE, HUAIYANG)]
        bodies_by_night = []
        for night in (1, 2):
            visitor.site.night = night
            bodies_by_night.append([(await visitor.get(d.url)).content for d in static])
        assert bodies_by_night[0] == bodies_by_night[1]


@run
async def test_night_three_changes_what_it_should() -> None:
    async with visiting(FixtureSite()) as visitor:
        before = {d.url: (await visitor.get(d.url)).text for d in FIRST_NIGHT}
        for url in (Q02_REISSUED.url, S2024.url):
            assert (await visitor.get(url)).status_code == 404
        visitor.site.night = 3
        for url in (Q02_REISSUED.url, S2024.url):
            assert (await visitor.get(url)).status_code == 200
        assert Q02_REISSUED.title in await visitor.html(f"http://{QINGSHAN}{trs.COLUMN}")
        assert (await visitor.get(Y2019.url)).status_code == 404
        assert (await visitor.get(f"http://{YUNHE2}{Y2019.target}")).status_code == 200
        soft = await visitor.get(L2020.url)
        assert soft.status_code == 200 and "不存在" in soft.text
        refused = await visitor.get(f"http://{JINHE}{jpaas.LIST}")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "3600")
        assert (await visitor.get(f"http://{JINHE}/robots.txt")).status_code == 404
        moved = await visitor.get(f"http://{NANPU}{gkmlpt.BASE}/index")
        assert (moved.status_code, moved.headers["location"]) == (
            301,
            f"http://{NANPU_NEW}{gkmlpt.BASE}/index",
        )
        for document in FIRST_NIGHT:
            if document.host == NANPU:
                assert (await visitor.get(f"http://{NANPU_NEW}{document.target}")).text == before[
                    document.url
                ]
        for url in expected.CHANGED:
            text = (await visitor.get(url)).text
            tables = [re.findall(r"<td>(\d*)</td>", page) for page in (before[url], text)]
            assert tables[0] != tables[1]


def test_lists_of_the_three_nights_differ_only_where_they_should() -> None:
    assert trs.links(1) == trs.links(2) and vsb.links(1) == vsb.links(2)
    added = [link for link in trs.links(3) if link not in trs.links(1)]
    assert [title for _, title, _ in added] == [Q02_REISSUED.title]
    assert len(vsb.links(3)) == 10
