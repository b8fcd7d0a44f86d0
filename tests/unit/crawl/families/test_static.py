"""Plain lists: pagers that are said, linked or tried, the column's border, shells, and that every walk ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingestion.crawl.families import FAMILIES
from ingestion.crawl.model import Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.crawl.families.site_script import (
    HOST,
    Site,
    items_of,
    paths_of,
    problems_of,
    row,
    walk,
)

STATIC = FAMILIES["static"]


def ten(first: int, folder: str = "/nb/") -> str:
    return "<ul>" + "".join(row(f"{folder}{n}.html") for n in range(first, first + 10)) + "</ul>"


def test_the_link_to_the_next_page_is_followed_to_the_last() -> None:
    site = Site(
        {
            "/nb/": row("/nb/1.html") + '<a href="list_b.html">下一篇</a><a href="index_7.html">下一页</a>',
            "/nb/index_7.html": row("/nb/2.html") + '<a class="next" href="index_9.html">&gt;</a>',
            "/nb/index_9.html": row("/nb/3.html") + '<a href="javascript:void(0)">下一页</a>',
        }
    )
    pages = walk(STATIC, site, "/nb/")
    assert paths_of(pages) == ["/nb/1.html", "/nb/2.html", "/nb/3.html"]
    assert not problems_of(pages)


def test_numbers_lead_on_where_no_word_does() -> None:
    numbers = '<a href="index.html">1</a><a href="index_2.html">2</a><a href="index_3.html">3</a>'
    site = Site({f"/nb/index{n}.html": row(f"/nb/{n or 1}a.html") + numbers for n in ("", "_2", "_3")})
    assert len(paths_of(walk(STATIC, site, "/nb/index.html"))) == 3


def test_names_of_the_second_page_are_tried_for_a_full_list_that_says_nothing() -> None:
    for second, third in (
        ("/nb/list_1.shtml", "/nb/list_2.shtml"),
        ("/nb/list_2.shtml", "/nb/list_3.shtml"),
        ("/nb/index_1.html", "/nb/index_2.html"),
        ("/nb/list.shtml?page=2", "/nb/list.shtml?page=3"),
    ):
        pages = {"/nb/list.shtml": ten(0), second: ten(10), third: row("/nb/20.html")}
        found = walk(STATIC, Site(pages), "/nb/list.shtml")
        assert len(paths_of(found)) == 21, second
        assert all(page.answer.ok for page in found)  # what was tried in vain is no failed list


def test_a_short_list_is_not_tried_on() -> None:
    site = Site({"/nb/index.html": row("/nb/1.html")})
    walk(STATIC, site, "/nb/index.html")
    assert site.asked_urls == ["/nb/index.html"]


def test_a_server_that_answers_any_name_with_its_home_page_has_no_second_page() -> None:
    def page(request: Request) -> str:
        return ten(0) if request.url.endswith("/nb/index.html") else ten(0, "/xwzx/")

    site = Site({f"/nb/{name}": page for name in ("index.html", "index_1.html", "index_2.html")})
    assert paths_of(walk(STATIC, site, "/nb/index.html")) == [f"/nb/{n}.html" for n in range(10)]


def test_a_next_page_outside_of_the_column_is_not_asked_for_and_said() -> None:
    site = Site(
        {"/nb/": row("/nb/1.html") + '<a href="/xwzx/index_1.html">下一页</a>', "/xwzx/index_1.html": ten(0)}
    )
    pages = walk(STATIC, site, "/nb/")
    assert site.asked_urls == ["/nb/"]
    assert problems_of(pages) == [
        f"the link to the next page leads out of the column: {HOST}/xwzx/index_1.html"
    ]


def test_a_page_that_fails_ends_the_walk_and_is_yielded() -> None:
    site = Site(
        {"/nb/": row("/nb/1.html") + '<a href="index_1.html">下一页</a>', "/nb/index_1.html": Outcome.TIMEOUT}
    )
    pages = walk(STATIC, site, "/nb/")
    assert [page.answer.outcome for page in pages] == [Outcome.OK, Outcome.TIMEOUT]


def test_what_is_no_list_is_said() -> None:
    assert problems_of(walk(STATIC, Site({"/nb/": "<p>欢迎</p>"}), "/nb/")) == [
        "no list was found on the page"
    ]


def test_fewer_pages_than_the_list_says_is_said() -> None:
    site = Site({"/nb/": "<p>共 3 页</p>" + row("/nb/1.html")})
    problem = "the list says that it has 3 pages, and no way to page 2 is known"
    assert problems_of(walk(STATIC, site, "/nb/")) == [problem]
    assert problems_of(walk(STATIC, site, "/nb/", parameters={"pager": "none"})) == [problem]


def test_a_shell_leads_to_the_frame_with_the_list() -> None:
    site = Site(
        {
            "/nb/": '<iframe src="/visitcount/a.html"></iframe><iframe src="https://weather-fx.com/"></iframe>'
            '<iframe src="/gk/list.html?dept=7"></iframe>',
            "/gk/list.html?dept=7": row("/gk/1.html") + '<iframe src="/gk/deeper.html"></iframe>',
        }
    )
    pages = walk(STATIC, site, "/nb/")
    assert paths_of(pages) == ["/gk/1.html"]
    assert site.asked_urls == ["/nb/", "/gk/list.html?dept=7"]
    assert site.asked[1].referer == HOST + "/nb/"
    assert not problems_of(pages)


def test_a_list_that_is_the_report_is_an_item() -> None:
    text = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>六、存在的主要问题</p>"
    site = Site({"/nb/1.html": f"<h1>桥南街道2023年政府信息公开工作年度报告</h1>{text}"})
    (item,) = items_of(walk(STATIC, site, "/nb/1.html"))
    assert (item.url, item.title) == (HOST + "/nb/1.html", "桥南街道2023年政府信息公开工作年度报告")


def test_a_report_under_the_name_of_its_column_has_no_title() -> None:
    text = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>六、存在的主要问题</p>"
    site = Site({"/nb/1.html": f"<title>莲湖县</title><h1>政府信息公开年报</h1>{text}"})
    assert [item.title for item in items_of(walk(STATIC, site, "/nb/1.html"))] == [""]


def test_links_are_relative_to_where_a_redirect_led() -> None:
    site = Site({"/nb/": row("./1.html")}, moved={HOST + "/nb": HOST + "/nb/"})
    assert paths_of(walk(STATIC, site, "/nb")) == ["/nb/1.html"]


def test_two_lists_of_one_publisher_are_both_walked() -> None:
    site = Site({"/a/": row("/a/1.html"), "/b/": row("/b/1.html")})
    assert len(paths_of(walk(STATIC, site, "/a/", list_urls=[HOST + "/a/", HOST + "/b/"]))) == 2


def test_next_for_ever_with_the_same_items_ends() -> None:
    def page(request: Request) -> str:
        number = int(request.url.rpartition("/")[2])
        calendar = f'<table class="rl"><tr><td><a href="/t/rl?y=2024&amp;m={number}">{number}月</a></td></tr></table>'
        return row("/t/d/1.html") + row("/t/d/2.html") + calendar + f'<a href="{number + 1}">下一页</a>'

    site = Site({f"/t/p/{n}": page for n in range(1, 200)})
    pages = walk(STATIC, site, "/t/p/1")
    assert paths_of(pages) == ["/t/d/1.html", "/t/d/2.html"]
    assert site.asked_urls == ["/t/p/1", "/t/p/2"]


def test_new_items_for_ever_end_at_the_limit_and_it_is_said() -> None:
    def page(request: Request) -> str:
        number = int(request.url.rpartition("/")[2])
        return row(f"/t/d/{number}.html") + f'<a href="{number + 1}">下一页</a>'

    site = Site({f"/t/p/{n}": page for n in range(1, 200)})
    pages = walk(STATIC, site, "/t/p/1", parameters={"max_pages": 7})
    assert len(site.asked) == 7
    assert problems_of(pages) == ["stopped at the limit of 7 pages, and the list goes on"]


@given(st.data())
def test_every_family_ends_whatever_a_server_says(data: st.DataObject) -> None:
    """A server that answers every request with one of a few pages, each of which points on."""
    parts = st.sampled_from(
        [
            row("/nb/1.html"),
            ten(0),
            '<a href="index_2.html">下一页</a>',
            '<a class="p_next" href="/nb/index_3.html">下页</a>',
            '<script>createPageHTML(900, 0, "index", "html");</script>',
            "<script>window._CONFIG={SID:'1'}</script>",
            '{"total":900,"articles":[{"title":"a","url":"/nb/7.html"}]}',
            '{"data":{"total":900,"results":[{"title":"a","url":"/nb/8.html"}]}}',
            """<script querydata="{'webId':'1','pageId':'2'}"></script>""",
            '{"success":true,"data":{"html":"<li><a href=/nb/9.html>年报</a></li>"}}',
            "<datastore><record><![CDATA[<a href='/nb/3.html'>a</a>]]></record></datastore>dataproxy.jsp",
            f"<script>var channelId='{'0' * 32}'</script>",
        ]
    )
    bodies = data.draw(st.lists(st.lists(parts, max_size=3).map("".join), min_size=1, max_size=4))

    class Any(dict[str, str]):
        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
            return bodies[hash(key) % len(bodies)]

    for family in FAMILIES.values():
        site = Site(Any())
        walk(family, site, "/nb/index.html#5", parameters={"max_pages": 6})
        assert len(site.asked) <= 6 + 6  # one round of spellings may be under way at the limit
