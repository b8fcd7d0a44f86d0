"""What complete answers mean: by status, by marks, by what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog.errors import CatalogError
from ingestion.crawl.answers import ANSWERS_FILE, classify, load_marks
from ingestion.crawl.model import Kind
from ingestion.crawl.outcomes import Outcome

URL = "http://www.lan-fx.gov.cn/zwgk/t1.html"
SENTENCES = "一、总体情况。本机关主动公开政府信息，办理依申请公开，开展监督保障。" * 30


def told(
    body: str | bytes, status: int = 200, kind: Kind = "page", url: str = URL, **headers: str
) -> Outcome:
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return classify(status=status, headers=named, body=data, kind=kind, url=url).outcome


def page(text: str, title: str = "某县人民政府", head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{text}</body></html>"


NAVIGATION = "".join(f"<li><a href='/{n}'>栏目名称{n}</a></li>" for n in range(60))
REPORT = page(f"<h1>2023年政府信息公开工作年度报告</h1><p>{SENTENCES}</p>")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (REPORT, Outcome.OK),
        (page("您访问的页面不存在或已删除"), Outcome.SOFT404),
        (page(f"<ul>{NAVIGATION}</ul><p>抱歉，您要访问的页面不存在！</p>"), Outcome.SOFT404),
        (page("返回首页", title="404 Not Found"), Outcome.SOFT404),
        (page("<p>返 回 首 页</p>", title=" 出错了 "), Outcome.SOFT404),
        (page("<p>很抱歉，文章 不\n存在</p>"), Outcome.SOFT404),
        ("The page you requested could not be found", Outcome.SOFT404),
        (page("<h1>网站维护中</h1>请稍后访问"), Outcome.BLOCKED_MAINTENANCE),
        (page("", title="系统升级公告"), Outcome.BLOCKED_MAINTENANCE),
        (page("<p>您的请求可能存在威胁，已被WEB 应用防火墙拦截</p>"), Outcome.BLOCKED_WAF),
        (page("<form>请输入验证码<input name=codeValue></form>"), Outcome.BLOCKED_CAPTCHA),
        (
            page("", head='<meta id="a" content="x" r="m"><script>$_ts=window["$_ts"]</script>'),
            Outcome.BLOCKED_RS,
        ),
        (page("", head='<script>var arg1="A";document.cookie="acw_sc__v2="+x</script>'), Outcome.BLOCKED_WAF),
        ("<html><script>eval(function(p,a,c){return p}(1,2,3))</script></html>", Outcome.BLOCKED_SUSPECT),
        ("", Outcome.EMPTY),
        ("\r\n \t", Outcome.EMPTY),
    ],
)
def test_pages_with_status_200(body: str, outcome: Outcome) -> None:
    assert told(body) is outcome


@pytest.mark.parametrize(
    "body",
    [
        # a report may say each of these words
        page(f"<p>{SENTENCES}网站维护中发现的问题，页面不存在的链接，请输入验证码后查询。</p>"),
        page(f"<p>统计期限自2023年1月1日。{SENTENCES[:900]}您访问的页面不存在</p>"),
        # a list that a script fills is no challenge, nor is a shell around a frame
        page('<div id="app"></div><script>window._CONFIG={SID:"755325",TREE:[]}</script>'),
        '<html><script>var a=1</script><iframe src="/list.html"></iframe></html>',
        '<html><meta http-equiv="refresh" content="0;url=/a/"><script>var a=1</script></html>',
        # an interface that has nothing to list
        '{"total":0,"articles":[]}',
        '{"success":true,"data":{"html":""}}',
        # the cookie of a network is no challenge, and a search box has no captcha to be solved
        page(f"<p>{SENTENCES}</p><script>var a='__jsl_clearance'</script>"),
    ],
)
def test_pages_that_only_look_like_it(body: str) -> None:
    assert told(body) is Outcome.OK
    assert told(body, kind="list") is Outcome.OK


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Outcome.NOT_FOUND),
        (410, Outcome.NOT_FOUND),
        (401, Outcome.BLOCKED_WAF),
        (403, Outcome.BLOCKED_WAF),
        (405, Outcome.BLOCKED_WAF),
        (468, Outcome.BLOCKED_WAF),
        (412, Outcome.BLOCKED_RS),
        (521, Outcome.BLOCKED_JSL),
        (400, Outcome.HTTP_ERROR),
        (451, Outcome.HTTP_ERROR),
        (500, Outcome.HTTP_ERROR),
        (300, Outcome.HTTP_ERROR),
        (302, Outcome.HTTP_ERROR),  # without a Location
        (304, Outcome.HTTP_ERROR),  # without validators sent
        (202, Outcome.HTTP_ERROR),
        (204, Outcome.EMPTY),
        (206, Outcome.TRUNCATED),
        (203, Outcome.OK),
    ],
)
def test_statuses(status: int, outcome: Outcome) -> None:
    assert told(REPORT, status) is (Outcome.EMPTY if status == 204 else outcome)


def test_304_is_believed_only_where_validators_were_sent() -> None:
    verdict = classify(status=304, headers={}, body=b"", kind="page", url=URL, conditional=True)
    assert verdict.outcome is Outcome.UNCHANGED_304


def test_a_challenge_is_one_whatever_its_status_says() -> None:
    assert told("<script>$_ts=1</script>", 202) is Outcome.BLOCKED_RS
    assert told("<script>document.cookie='__jsl_clearance=1'</script>", 200) is Outcome.BLOCKED_JSL
    assert told(page("网站维护中"), 503) is Outcome.BLOCKED_MAINTENANCE


def test_where_a_script_would_go_is_said() -> None:
    body = b'<html><script>window.location.href="/new/list.html"</script></html>'
    verdict = classify(status=200, headers={}, body=body, kind="page", url=URL)
    assert verdict.outcome is Outcome.BLOCKED_SUSPECT
    assert "/new/list.html" in (verdict.reason or "")


PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
OFFICE = '<html xmlns:o="urn:schemas-microsoft-com:office:office"><script>x</script><table><tr><td>1</td></tr></table></html>'
SITE_PAGE = f"<html><body><script src='/a.js'></script><ul>{NAVIGATION}</ul></body></html>"


@pytest.mark.parametrize(
    ("body", "name", "outcome"),
    [
        (PDF, "a.pdf", Outcome.OK),
        (PDF, "download.jsp?wbfileid=1", Outcome.OK),
        (b"\x00\x01\x02\x03\xff\xfe" * 50, "a.dat", Outcome.OK),
        (page("文件不存在"), "a.pdf", Outcome.SOFT404),
        (SITE_PAGE, "a.pdf", Outcome.SOFT404),
        (SITE_PAGE, "a.jpg", Outcome.SOFT404),
        (SITE_PAGE, "download.jsp?wbfileid=1", Outcome.SOFT404),
        (SITE_PAGE, "a.doc", Outcome.SOFT404),
        (OFFICE, "a.doc", Outcome.OK),
        (OFFICE, "download.jsp?showname=%E5%B9%B4%E6%8A%A5.xls", Outcome.OK),
        (OFFICE, "download.jsp?wbfileid=1", Outcome.SOFT404),
        (page("<table><tr><td>1</td></tr></table>"), "a.doc", Outcome.OK),
        (SITE_PAGE, "a.html", Outcome.OK),
        ("文件不存在", "a.doc", Outcome.SOFT404),
        (page("<form>请输入验证码<input name=codeValue></form>"), "a.doc", Outcome.BLOCKED_CAPTCHA),
    ],
)
def test_a_page_where_a_file_was_asked_for(body: str | bytes, name: str, outcome: Outcome) -> None:
    assert told(body, kind="file", url=f"http://www.lan-fx.gov.cn/f/{name}") is outcome


def test_the_name_in_a_content_disposition_counts() -> None:
    url = "http://www.lan-fx.gov.cn/download.jsp"
    assert (
        told(OFFICE, kind="file", url=url, content_disposition='attachment; filename="附件.doc"')
        is Outcome.OK
    )


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (REPORT.encode("gb18030"), "text/html; charset=utf-8", "gb18030 (sniffed)"),
        (REPORT.encode("gb18030"), "text/html; charset=GBK", "gb18030 (declared)"),
        (REPORT.encode(), "text/html", "utf-8 (sniffed)"),
        (b"\xef\xbb\xbf" + REPORT.encode(), "text/html; charset=gbk", "utf-8 (bom)"),
        (PDF, "application/pdf", None),
    ],
)
def test_the_charset_and_how_it_is_known(body: bytes, content_type: str, charset: str | None) -> None:
    headers = {"content-type": content_type}
    assert classify(status=200, headers=headers, body=body, kind="page", url=URL).charset == charset


@given(st.binary(max_size=400), st.integers(200, 599), st.sampled_from(["list", "page", "file", "robots"]))
def test_nothing_that_comes_makes_it_fail(body: bytes, status: int, kind: Kind) -> None:
    verdict = classify(status=status, headers={}, body=body, kind=kind, url=URL)
    assert verdict.outcome is Outcome.OK or verdict.reason


def test_a_page_of_five_thousand_boxes_is_looked_at() -> None:
    assert told("<div>" * 5000 + "年度报告" + "</div>" * 5000) is Outcome.OK


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("outcome: soft404", "outcome: changed", "not_found_title"),
        ("outcome: soft404", "outcome: soft405", "not_found_title"),
        ("code: rs_script", "code: jsl_script", "jsl_script"),
        ("- Hostnotallowed", "- Host not allowed", "waf_page"),
        ("text_at_most: 600", "text_at_least: 600", "waf_page"),
    ],
)
def test_marks_that_cannot_be_meant_are_refused(tmp_path: Path, old: str, new: str, place: str) -> None:
    text = ANSWERS_FILE.read_text("utf-8")
    assert old in text
    broken = tmp_path / "answers.yml"
    broken.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogError, match=place):
        load_marks(broken)


@pytest.mark.parametrize(
    "script",
    [
        "window._CONFIG={SID:'999001',TREE:[]}",
        f"var channelId='{'a' * 32}'",
        "$.get('/api-gateway/jpaas-publish-server/front/page/build/unit')",
    ],
    ids=["gkmlpt", "kaipuyun", "jpaas"],
)
def test_a_list_that_a_script_fills_is_no_challenge(script: str) -> None:
    shell = f"<html><body><ul></ul><script>{script}</script></body></html>"
    assert told(shell, kind="list") is Outcome.OK
    assert told("<html><body><script>var a=1</script></body></html>", kind="list") is Outcome.BLOCKED_SUSPECT
