"""Pages that answer 200 and are no document."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ingestion.crawl import pages
from ingestion.crawl.frontier import Frontier
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.standins import Doubt, StandIns
from tests.unit.crawl.publishers import publisher

SITE = "https://www.gl.gov.cn"
URL = f"{SITE}/zwgk/zfxxgknb/202401/t20240108_1.htm"
NAME = "鼓楼区2023年政府信息公开工作年度报告"


def html(text: str, title: str = "鼓楼区人民政府") -> bytes:
    return f"<html><head><title>{title}</title></head><body>{text}</body></html>".encode()


ERROR = html("<p>很抱歉，您要看的内容已经搬走，10 秒后返回。查询时间 2026-01-02 10:00:01</p>")
LATER = html("<p>很抱歉，您要看的内容已经搬走，9 秒后返回。查询时间 2026-01-02 10:00:59</p>")


def doubt_of(
    folder: Path, body: bytes, error: bytes | Outcome, times: int = 1, before: bytes | None = None
) -> tuple[Doubt | None, list[str]]:
    """What is thought of a page; and what was asked for. error: what the host says to a nonsense address."""
    asked: list[str] = []

    async def ask(request: Request) -> Answer:
        asked.append(request.url)
        if isinstance(error, Outcome):
            return Answer(request, request.url, error, status=404, reason="it says so", attempts=1)
        return Answer(request, request.url, Outcome.OK, status=200, body=error, attempts=1)

    async def run() -> Doubt | None:
        frontier = Frontier(folder / "crawl.sqlite", folder / "warc")
        frontier.begin("1")
        standins = StandIns(publisher(), "1", ask, frontier)
        found = None
        for _ in range(times):
            answer = Answer(Request(URL), URL, Outcome.OK, status=200, body=body)
            found = await standins.doubt(answer, pages.details(body, URL, publisher()), (NAME, None), before)
        frontier.close()
        return found

    return asyncio.run(run()), asked


def test_a_page_like_that_of_an_impossible_address_is_an_error_page(tmp_path: Path) -> None:
    doubt, asked = doubt_of(tmp_path, ERROR, LATER, times=3)
    assert doubt is not None and doubt[0] is Outcome.SOFT404
    assert len(asked) == 1, "asked once a host and night, however many such pages there are"
    assert asked[0].startswith(f"{SITE}/")


@pytest.mark.parametrize(
    "body",
    [
        html(f"<h1>{NAME}</h1><p>正在整理。</p>"),
        html("<p>本报告的统计期限自2023年1月1日起至2023年12月31日止。</p>"),
    ],
)
def test_a_page_that_has_something_of_a_report_is_never_doubted(tmp_path: Path, body: bytes) -> None:
    assert doubt_of(tmp_path, body, body) == (None, [])


NEWS = "".join(
    f"<p>{n}月，全县召开会议，部署第{n}项重点工作，听取各乡镇汇报并提出要求。</p>" for n in range(80)
)


@pytest.mark.parametrize(
    ("body", "error", "is_error"),
    [
        (ERROR.replace(b"</p>", b'</p><img src="/img/404.png" width="700">'),) * 2 + (True,),
        (html("<p>很抱歉</p><p><a href='/guide.pdf'>附件</a></p>"),) * 2 + (True,),
        # the home page, with whatever is on top of it at the moment
        (html(NEWS), html("<p>今日要闻：全县一季度经济运行情况通报。</p>" + NEWS), True),
        (html("<p>很抱歉</p><p><a href='./P1.pdf'>附件</a></p>"), html("<p>很抱歉</p><p>附件</p>"), False),
        (html('<img src="./W1.jpg" width="700">'), html('<img src="/img/404.png" width="700">'), False),
        (html(NEWS), ERROR, False),
    ],
    ids=["picture", "attachment", "home page", "its own attachment", "its own picture", "long"],
)
def test_length_and_pictures_do_not_make_an_error_page_a_document(
    tmp_path: Path, body: bytes, error: bytes, is_error: bool
) -> None:
    doubt, _ = doubt_of(tmp_path, body, error)
    assert (doubt is not None and doubt[0] is Outcome.SOFT404) is is_error


def test_a_list_that_names_the_document_is_not_the_document(tmp_path: Path) -> None:
    body = html(f'<ul><li><a href="1.htm">{NAME}</a></li><li><a href="2.htm">公告</a></li></ul>')
    assert (doubt_of(tmp_path, body, body)[0] or (None,))[0] is Outcome.SOFT404


def test_a_page_that_has_nothing_of_what_stood_there_is_not_taken_over(tmp_path: Path) -> None:
    before = html("<p>一年来，本局做了很多工作。</p><p>公开信息若干条。</p>")
    login = html('<p>用户登录</p><p>用户名</p><p>密码</p><img src="/logo2.png" width="200">')
    doubt, _ = doubt_of(tmp_path, login, Outcome.NOT_FOUND, before=before)
    assert doubt is not None and doubt[0] is Outcome.BLOCKED_SUSPECT
    edited = html("<p>一年来，本局做了很多工作。</p><p>公开信息三条。</p>")
    assert doubt_of(tmp_path, edited, Outcome.NOT_FOUND, before=before)[0] is None


def test_a_page_without_a_character_is_empty(tmp_path: Path) -> None:
    doubt, asked = doubt_of(tmp_path, html(""), ERROR)
    assert doubt is not None and doubt[0] is Outcome.EMPTY and asked == []


def test_a_host_that_answers_nonsense_with_an_error_has_no_error_page(tmp_path: Path) -> None:
    assert doubt_of(tmp_path, ERROR, Outcome.HTTP_ERROR)[0] is None, "else it would wait for ever"


def test_a_host_that_says_404_is_believed_when_it_does_not(tmp_path: Path) -> None:
    assert doubt_of(tmp_path, ERROR, Outcome.NOT_FOUND)[0] is None
    assert doubt_of(tmp_path, ERROR, html("<p>首页 新闻 通知 办事 互动</p>"))[0] is None


def test_what_cannot_be_compared_tonight_is_left_open(tmp_path: Path) -> None:
    doubt, _ = doubt_of(tmp_path, ERROR, Outcome.TIMEOUT)
    assert doubt is not None and doubt[0] is Outcome.DEFERRED


def test_a_page_that_only_leads_on_is_no_document(tmp_path: Path) -> None:
    page = html("<script>location.href='/zwgk/other.htm'</script><p>正在跳转</p>")
    doubt, asked = doubt_of(tmp_path, page, ERROR)
    assert doubt is not None and doubt[0] is Outcome.BLOCKED_SUSPECT and "/zwgk/other.htm" in doubt[1]
    assert asked == [], "a script's address is recorded, never asked for"


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        (f"{SITE}/", Outcome.SOFT404),
        (f"{SITE}/zwgk/zfxxgknb/", Outcome.SOFT404),
        ("https://www.other.gov.cn/1.htm", Outcome.REFUSED_GUARD),
        (f"{SITE}/zwgk/zfxxgknb/202401/t20240108_2.htm", None),
    ],
)
def test_where_a_page_may_send_its_reader(tmp_path: Path, target: str, outcome: Outcome | None) -> None:
    async def ask(request: Request) -> Answer:
        raise AssertionError(f"nothing is asked for, not even {request.url}")

    frontier = Frontier(tmp_path / "crawl.sqlite", tmp_path / "warc")
    standins = StandIns(publisher(), "1", ask, frontier)
    doubt = standins.jump("//www.gl.gov.cn/x.htm", Answer(Request(URL), URL, Outcome.OK), target)
    frontier.close()
    assert (doubt[0] if doubt else None) is outcome
