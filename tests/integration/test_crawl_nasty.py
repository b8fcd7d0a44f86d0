"""Sites that misbehave in ways that the big fixture does not have: nothing may be lost, nothing taken for a report."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ingestion.catalog.publishers import Alias
from tests.integration.crawled_site import (
    HOST,
    LIST,
    Site,
    a_publisher,
    listed,
    never,
    page,
    plan,
    report,
    site_at,
    title,
)
from tests.unit.crawl.servers import Asked, Handler, Send, reply, to

A, B = "/zwgk/a.html", "/zwgk/b.html"
ONE, OTHER = "www.jia-fx.gov.cn", "www.yi-fx.gov.cn"
NAMELESS = "2023年政府信息公开工作年度报告"


def template(source: str = "") -> bytes:
    """A report in words that many bodies print alike."""
    head = f'<meta name="ContentSource" content="{source}">' if source else ""
    text = "<p>本报告的统计期限自2023年1月1日起至2023年12月31日止。</p><p>一、总体情况</p><p>未收到申请。</p>"
    return page("政府信息公开工作年度报告", f'<div class="TRS_Editor">{text}</div>', head)


def by_host(answers: dict[str, bytes]) -> Handler:
    async def answer(asked: Asked, send: Send) -> bytes:
        return answers[asked.host]

    return answer


def two_reports(folder: Path) -> Site:
    pages = {LIST: listed((A, title(2023)), (B, title(2022))), A: report(2023), B: report(2022)}
    site = site_at(folder, pages)  # type: ignore[arg-type]
    assert site.one_night("n1").outcomes == {"new": 2}
    return site


@pytest.mark.parametrize(
    ("names", "sources"),
    [
        ((title(2023, "甲镇人民政府"), title(2023, "乙镇人民政府")), ("", "")),
        ((NAMELESS, NAMELESS), ("甲镇人民政府", "乙镇人民政府")),
        ((NAMELESS, NAMELESS), ("", "")),
    ],
    ids=["named in the list", "named on the page", "named by the site alone"],
)
def test_two_towns_in_the_same_words_are_two(
    tmp_path: Path, names: tuple[str, str], sources: tuple[str, str]
) -> None:
    lists = {ONE: listed((A, names[0])), OTHER: listed((A, names[1]))}
    bodies = {ONE: template(sources[0]), OTHER: template(sources[1])}
    site = site_at(
        tmp_path,
        {LIST: by_host(lists), A: by_host(bodies)},
        publishers=(a_publisher(ONE), a_publisher(OTHER)),
    )
    assert [found.outcomes for found in site.night("n1").values()] == [{"new": 1}, {"new": 1}]


def test_a_portal_that_copies_has_copies(tmp_path: Path) -> None:
    first = a_publisher(ONE)
    portal = a_publisher(OTHER).model_copy(update={"copies": first.id})
    pages = {LIST: listed((A, NAMELESS)), A: template()}
    site = site_at(tmp_path, pages, publishers=(first, portal))  # type: ignore[arg-type]
    assert [found.outcomes for found in site.night("n1").values()] == [{"new": 1}, {"duplicate": 1}]


@pytest.mark.parametrize(
    ("instead", "outcome"),
    [
        (
            page("统一身份认证", '<p>用户登录</p><p>密码</p><img src="/logo2.png" width="300">'),
            "blocked_suspect",
        ),
        (reply(b"<html><body> </body></html>"), "empty"),
        (reply(b""), "empty"),
        (reply(gzip.compress(bytes(60 << 20)), 200, "Content-Encoding: gzip"), "too_big"),
        (reply(b"", 503, "Retry-After: 31536000"), "deferred"),
    ],
    ids=["login", "empty page", "no byte", "bomb", "come back in a year"],
)
def test_what_stands_in_a_reports_place_is_no_new_version(
    tmp_path: Path, instead: bytes, outcome: str
) -> None:
    site = two_reports(tmp_path)
    site.pages[A] = instead
    found = site.one_night("n2")
    assert found.outcomes[outcome] >= 1 and not found.outcomes["changed"]
    assert found.findings[0].outcome == outcome
    site.pages[A] = report(2023)
    assert site.one_night("n3").outcomes == {"unchanged_digest": 2}
    assert not any(document.changed_night for document in site.documents())


def test_a_bomb_for_a_list_loses_no_document(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    site.pages[LIST] = reply(gzip.compress(bytes(60 << 20)), 200, "Content-Encoding: gzip")
    found = site.one_night("n2")
    assert found.outcomes == {"unchanged_digest": 2} and found.failed


def test_lists_that_loop_and_lists_without_end(tmp_path: Path) -> None:
    def onward(url: str) -> str:
        return f'<a href="{url}">下一页</a>'

    pages = {
        LIST: listed((A, title(2023)), more=onward("/zwgk/index_2.html")),
        "/zwgk/index_2.html": listed((B, title(2022)), more=onward(LIST)),
        A: report(2023),
        B: report(2022),
    }
    site = site_at(tmp_path / "loop", pages)  # type: ignore[arg-type]
    assert site.one_night("n1").outcomes == {"new": 2} and len(site.asked) <= 5

    async def for_ever(asked: Asked, send: Send) -> bytes:
        number = int(asked.target.partition("p=")[2] or "0")
        junk = [(f"/zwgk/j{number}_{row}.html", f"第{number}期简报之{row}") for row in range(12)]
        first = [(A, title(2023))] if not number else []
        return listed(*first, *junk, more=onward(f"/zwgk/?p={number + 1}"))

    short = a_publisher().model_copy(update={"parameters": {"max_pages": 8}})
    site = site_at(tmp_path / "endless", {LIST: for_ever, A: report(2023)}, publishers=(short,))
    found = site.one_night("n1")
    assert found.outcomes == {"new": 1} and found.lists == 8
    assert [one.outcome for one in found.findings] == ["list_problem"]


def test_two_names_that_send_to_each_other_are_a_finding(tmp_path: Path) -> None:
    bare = HOST.removeprefix("www.")
    there = {HOST: to(f"http://{bare}{LIST}"), bare: to(f"http://{HOST}{LIST}")}
    publisher = a_publisher(aliases=(Alias(host=bare),))
    site = site_at(tmp_path, {LIST: by_host(there)}, publishers=(publisher,))
    found = site.one_night("n1")
    assert [one.outcome for one in found.findings] == ["redirect_loop"] and len(site.asked) == 2


def test_a_cookie_and_a_way_back_to_the_same_address_are_no_loop(tmp_path: Path) -> None:
    async def answer(asked: Asked, send: Send) -> bytes:
        here = reply(b"", 302, "Set-Cookie: s=1; path=/", f"Location: {A}")
        return report(2023) if "s=1" in asked.headers.get("cookie", "") else here

    site = site_at(tmp_path, {LIST: listed((A, title(2023))), A: answer})
    assert site.one_night("n1").outcomes == {"new": 1}


def test_a_list_in_another_order_every_night(tmp_path: Path) -> None:
    years = range(2010, 2022)
    bodies = {f"/zwgk/{year}.html": report(year) for year in years}
    links = [(f"/zwgk/{year}.html", title(year)) for year in years]
    site = site_at(tmp_path, {LIST: listed(*links), **bodies})
    assert site.one_night("n1").outcomes == {"new": 12}
    for night in range(2, 5):
        links = [*links[5:], *links[:5]]
        site.pages[LIST] = listed(*links)
        assert not site.one_night(plan(f"n{night}", whole=never, recheck=never)).outcomes
    site.pages |= {LIST: listed(*links[:6], (A, title(2023)), *links[6:]), A: report(2023)}
    assert site.one_night(plan("n5", whole=never, recheck=never)).outcomes == {"new": 1}


def test_a_session_in_the_links_is_no_new_address(tmp_path: Path) -> None:
    def of(night: int) -> dict[str, bytes]:
        more = f'<p><a href="/zwgk/1.pdf?Expires={night}&amp;Signature=x{night}">附件.pdf</a></p>'
        return {
            LIST: listed((f"{A}?PHPSESSID={night}", title(2023)), (f"{B}?_t={night}", title(2022))),
            A: report(2023, more=more),
            B: report(2022),
        }

    pdf = reply(b"%PDF-1.4\n" + b"x" * 400, kind="application/pdf")
    site = site_at(tmp_path, {**of(1), "/zwgk/1.pdf": pdf})
    assert site.one_night("n1").outcomes == {"new": 2}
    site.pages |= of(2)
    found = site.one_night("n2")
    assert found.outcomes == {"unchanged_digest": 2} and found.parts == {"unchanged_digest": 1}


def test_links_that_a_script_opens(tmp_path: Path) -> None:
    opened = f"javascript:void(0)\" onclick=\"window.open('{B}')"
    dead = 'javascript:;" onclick="show(7)'
    site = site_at(
        tmp_path,
        {
            LIST: listed((A, title(2023)), (opened, title(2022)), (dead, title(2021))),
            A: report(2023),
            B: report(2022),
        },
    )
    found = site.one_night("n1")
    assert found.outcomes == {"new": 2}
    assert [one.outcome for one in found.findings] == ["list_problem"]
    assert title(2021) in found.findings[0].reason


def test_a_column_with_one_entry_a_year(tmp_path: Path) -> None:
    year = "/zwgk/2023/"
    bodies = {f"{year}{name}.html": report(2023, agency=f"{name}局") for name in ("甲", "乙")}
    within = listed(
        *((url, title(2023, f"{name}局")) for url, name in zip(bodies, ("甲", "乙"), strict=True))
    )
    served = {url.replace("甲", "%E7%94%B2").replace("乙", "%E4%B9%99"): body for url, body in bodies.items()}
    site = site_at(tmp_path, {LIST: listed((year, "2023年度政府信息公开年度报告")), year: within, **served})
    found = site.one_night("n1")
    assert found.outcomes == {"not_a_report": 1, "new": 2}
    assert [one.outcome for one in found.findings] == ["list_problem"]


def test_an_address_that_has_another_bodys_report_now(tmp_path: Path) -> None:
    site = two_reports(tmp_path)
    site.pages[A] = report(2020, agency="测试县财政局")
    found = site.one_night("n2")
    assert found.outcomes == {"changed": 1, "unchanged_digest": 1}
    assert [one.outcome for one in found.findings] == ["list_problem"]
    (changed,) = [one for one in site.documents() if one.changed_night]
    assert (changed.title, changed.report_year) == (title(2020, "测试县财政局"), 2020)


def test_what_is_new_goes_before_what_is_known_where_the_budget_is_small(tmp_path: Path) -> None:
    years = range(2000, 2007)
    bodies = {f"/zwgk/{year}.html": report(year) for year in years}
    links = [(f"/zwgk/{year}.html", title(year)) for year in years]
    site = site_at(tmp_path, {LIST: listed(*links), **bodies})
    site.one_night("n1")
    # robots.txt, the list, and four more
    site.publishers = (a_publisher(politeness={"budget": 6}),)
    site.pages |= {LIST: listed(*links, (A, title(2023))), A: report(2023)}
    assert site.one_night("n2").outcomes == {"new": 1, "unchanged_digest": 3, "deferred": 4}


def test_neighbours_and_news_around_a_report_are_no_change_of_it(tmp_path: Path) -> None:
    def of(day: int) -> bytes:
        around = (
            f'<div>上一篇：<a href="/zwgk/p{day}.html">第{day}号公告</a></div><h3>热点新闻</h3><ul>'
            f'<li><a href="/n/{day}.html">新闻第{day}条</a><span>2026-01-0{day}</span></li></ul>'
            f"<p>今天是2026年1月{day}日 星期二 天气晴{day}℃</p><p>您是第{day}00位访客</p>"
        ).encode()
        whole = report(2023).partition(b"\r\n\r\n")[2].replace(b'class="TRS_Editor"', b'class="x"')
        return reply(whole.replace(b"</body>", around + b"</body>"), kind="text/html; charset=utf-8")

    site = site_at(tmp_path, {LIST: listed((A, title(2023))), A: of(1)})
    site.one_night("n1")
    site.pages[A] = of(2)
    assert site.one_night("n2").outcomes == {"unchanged_digest": 1}
    site.pages[A] = reply(of(3).partition(b"\r\n\r\n")[2].replace("信息7条".encode(), "信息9条".encode()))
    assert site.one_night("n3").outcomes == {"changed": 1}, "what the report says counts"
