"""What an article's page says, what belongs to it, and when its content counts as another one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog.errors import CatalogError
from ingestion.crawl.page_words import page_words
from ingestion.crawl.pages import PageDetails, details, jump_of
from tests.unit.crawl.publishers import publisher

SITE = publisher("https://www.gl.gov.cn", "gl.gov.cn")
URL = "https://www.gl.gov.cn/zwgk/zfxxgknb/202401/t20240118_1.html"
TODAY = dt.date(2026, 11, 21)
TITLE = "水部街道2023年政府信息公开工作年度报告"
REPORT = """
<p>一、总体情况</p><p>本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。</p>
<p>二、主动公开政府信息情况</p>
<table><tr><td>第二十条第（一）项</td></tr><tr><td>规章</td><td>{n}</td><td>0</td></tr></table>
<p>三、收到和处理政府信息公开申请情况</p><p>四、政府信息公开行政复议、行政诉讼情况</p>
<p>五、存在的主要问题及改进情况</p><p>六、其他需要报告的事项</p>
"""


def page(
    middle: str = "",
    *,
    head: str = "",
    title: str = f"<h1>{TITLE}</h1>",
    report: str = REPORT,
    container: str = "zoom",
) -> str:
    text = report.replace("{n}", "3")
    return (
        f'<html><head><meta charset="utf-8">{head}</head><body>{title}{middle}'
        f'<div id="{container}">{text}</div></body></html>'
    )


def read(html: str, url: str = URL, list_date: str | None = None) -> PageDetails:
    return details(html.encode(), url, SITE, list_date=list_date, today=TODAY)


# --- dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        "发布日期：2024-01-17 15:47",
        "发布日期:2024-01-17",
        "发布时间：2024年1月17日",
        "发布时间: 2024/01/17",
        "来源:鼓楼区水部街道 时间:2024-01-17 15:47",
        "信息提供日期：2024-01-17",
        "【发布日期】2024-01-17 发布日期：2024-01-17",
        "发 布 日 期：2024-01-17",
        "发布\u3000日期\u3000：2024.01.17",
        "成文日期：2024-01-17",
        "生成日期：2024-01-17",
        "公文生成日期：2024-01-17",
        "更新时间：2024-01-17 10:11",
        "<span>发布日期</span><span>2024-01-17</span>",
        "<table><tr><td>发布日期</td><td>2024-01-17</td></tr></table>",
        "<table><tr><td><p>成 文 日 期</p></td><td><p>2024-01-17</p></td></tr></table>",
        "<table><tr><th>成文日期：</th><td>2024年01月17日</td></tr></table>",
        "<ul><li><b>发布日期：</b><i>2024-01-17</i></li></ul>",
        "<dl><dt>发布日期</dt><dd>2024-01-17</dd></dl>",
        "访问次数:12 发布日期:2024-01-17 字体:大 中 小",
    ],
)
def test_a_visible_date_is_read_in_every_spelling(label: str) -> None:
    found = read(page(f"<div>{label}</div>"))
    assert found.published_on == "2024-01-17"
    assert found.published_why.startswith("label ")


@pytest.mark.parametrize(
    "meta",
    [
        '<meta name="PubDate" content="2024-01-16">',
        '<meta name="pubdate" content="2024-01-16 09:12">',
        '<META NAME="PUBDATE" CONTENT="2024-01-16-09:12:00"/>',
        '<meta content="2024-01-16 09:12" name="PubDate"/>',
        '<meta name="firstpublishedtime" content="2024-01-16-21:50:00">',
    ],
)
def test_the_date_of_meta_comes_first(meta: str) -> None:
    found = read(page("<div>发布日期：2024-01-17</div>", head=meta))
    assert found.published_on == "2024-01-16"
    assert [date.day for date in found.dates] == ["2024-01-16", "2024-01-17", "2024-01-18"]
    assert [date.source.split()[0] for date in found.dates] == ["meta", "label", "url"]


def test_dates_are_believed_in_this_order() -> None:
    html = page("<div>更新时间：2024-01-20 成文日期：2024-01-19 发布时间：2024-01-21</div>")
    found = read(html, list_date="2024-01-22")
    days = [date.day for date in found.dates]
    assert days == ["2024-01-21", "2024-01-19", "2024-01-20", "2024-01-22", "2024-01-18"]
    assert read(page(), list_date="2024-01-22").published_on == "2024-01-22"
    assert read(page()).published_on == "2024-01-18"


@pytest.mark.parametrize(
    ("html", "url", "why"),
    [
        (page("<p>发布日期：1970-01-01</p>"), URL, "clocks begin"),
        (page("<p>发布日期：2031-01-01</p>"), URL, "future"),
        (page("<p>发布日期：2019-12-03</p>"), URL, "before July of the report year 2023"),
        (page("<p>发布日期：2024-02-30</p>"), URL, "no such day"),
        (page(head='<meta name="PubDate" content="2023-06-30">'), URL, "before July"),
    ],
)
def test_a_date_that_cannot_be_is_kept_with_the_reason(html: str, url: str, why: str) -> None:
    found = read(html, url)
    assert found.published_on == "2024-01-18"
    assert why in found.published_why
    assert [date.rejected is None for date in found.dates] == [False, True]


def test_no_date_is_none() -> None:
    found = read(page(), "https://www.gl.gov.cn/xxgk/t19700101_3441457.html")
    assert found.published_on is None
    assert [date.source for date in found.dates] == ["url"]
    assert read(page(), "https://www.gl.gov.cn/xxgk/t17981192.shtml").dates == ()


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/zfxxgknb/202401/t20240118_4752776.htm", "2024-01-18"),
        ("/zfxxgknb/202401/t20240118_12886030_wap.html", "2024-01-18"),
        ("/art/2024/1/8/art_1229709821_67985.html", "2024-01-08"),
        ("/doc/2024/01/08/4153378.shtml", "2024-01-08"),
        ("/nw12344/20240329/d7775c906c0b402a93cbebf4e979c002.html", "2024-03-29"),
        ("/wlht/2024-01/12/article_2024041410521681498.html", "2024-01-12"),
        ("/zfxxgknb/202401/P020240118512345678901.html", None),
        ("/gkmlpt/content/8/8526/post_8526627.html", None),
        ("/public/column/20240118", None),
    ],
)
def test_dates_of_addresses(path: str, day: str | None) -> None:
    days = [date.day for date in read(page(), f"https://www.gl.gov.cn{path}").dates]
    assert days == ([day] if day else [])


# --- titles and issuers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "head", "wanted"),
    [
        (f"<h1>{TITLE}</h1>", "", TITLE),
        ("", f'<meta name="ArticleTitle" content="{TITLE}">', TITLE),
        ("", '<meta name="articletitle" content="水部街道2023年&amp;nbsp;政府信息公开&lt;br/&gt;工作年度报告">', "水部街道2023年 政府信息公开 工作年度报告"),
        ("", f"<title>{TITLE}_政府信息公开年报_某区人民政府</title>", TITLE),
        ("<h1>某区人民政府</h1>", f"<title>{TITLE} - 某区人民政府门户网站</title>", TITLE),
        ("<h3>水部街道政府信息公开工作年度报告<br/>（2023年）</h3>", "", "水部街道政府信息公开工作年度报告 （2023年）"),
        ("<p>水部街道政府信息公开工作年度报告</p><p>（2023年）</p>", "", "水部街道政府信息公开工作年度报告（2023年）"),
        (f"<h1>{TITLE}</h1>", '<meta name="ArticleTitle" content="政府信息公开年报">', TITLE),
    ],
)  # fmt: skip
def test_titles(title: str, head: str, wanted: str) -> None:
    found = read(page(title=title, head=head))
    assert (found.title, found.report_year) == (wanted, 2023)


def test_titles_of_other_years_beside_the_article_are_not_its_own() -> None:
    title = "市府东路街道政府信息公开工作年度报告"
    others = "".join(f"<h3>市府东路街道{year}年政府信息公开工作年度报告</h3>" for year in (2020, 2021))
    report = REPORT.replace("2023", "2024")
    found = read(page(f"<ul>{others}</ul>", title=f"<h1>{title}</h1>", report=report))
    assert (found.title, found.report_year, found.year_source) == (title, 2024, "period")


def test_contradictions_are_remarked_and_the_title_keeps_its_year() -> None:
    head = '<meta name="ArticleTitle" content="水部街道2022年政府信息公开工作年度报告">'
    found = read(page(head=head))
    assert found.report_year == 2022
    assert found.remarks == (
        "h1 says 2023, the title taken 2022",
        "the title says 2022, the period 2023",
    )
    assert read(page()).remarks == ()


@pytest.mark.parametrize(
    "label",
    [
        "发布机构：水部街道办事处",
        "发文机关:水部街道办事处",
        "信息来源：水部街道办事处 发布时间：2024-01-08",
        "来源: 水部街道办事处 时间:2024-01-02 15:47",
        "录入：水部街道办事处 更新时间：2024-01-08 10:11",
        "责任部门：水部街道办事处",
        "<table><tr><td>索 引 号</td><td>H002/2023-00083</td><td>发 布 机 构</td><td>水部街道办事处</td></tr></table>",
        '<meta name="ContentSource" content="水部街道办事处">',
        '<meta name="contentsource" content="水部街道办事处">',
        '<meta name="ContentSource" content="本站"><p>来源：水部街道办事处</p>',
        '<meta name="ContentSource" content=""><p>来源：水部街道办事处</p>',
        '<div class="crumb">当前位置：<a>首页</a> &gt; <a>街镇</a> &gt; <a>水部街道办事处</a> &gt; 年报</div>',
        "<div>您现在的位置：首页 &gt; 水部街道办事处 &gt; 政府信息公开年报</div>",
    ],
)
def test_issuers_where_the_title_names_none(label: str) -> None:
    title = "<h1>2023年政府信息公开工作年度报告</h1>"
    found = read(page(label, title=title))
    assert found.issuer == "水部街道办事处"
    assert found.issuer_source != "title"


def test_the_issuer_of_the_title_is_kept_before_the_office_that_typed_it_in() -> None:
    found = read(page("<p>来源：党政综合办公室</p>"))
    assert (found.issuer, found.issuer_source) == ("水部街道", "title")
    assert [said.value for said in found.issuers] == ["水部街道", "党政综合办公室"]


def test_the_signature_names_the_issuer_last() -> None:
    report = REPORT + "<p>水部街道办事处</p><p>2024年1月8日</p>"
    found = read(page(title="<h1>2023年政府信息公开工作年度报告</h1>", report=report))
    assert (found.issuer, found.issuer_source) == ("水部街道办事处", "signature")


# --- the text ----------------------------------------------------------------------------------------


def test_meta_inside_the_article_does_not_end_it() -> None:
    """JCMS brackets the text by <meta>; a parser that hoists it loses the text."""
    marked = '<!--<$[信息内容]>begin--><meta name="ContentStart">{}<meta name="ContentEnd"><!--end-->'
    plain, bracketed = read(page()), read(page(report=marked.replace("{}", REPORT)))
    assert bracketed.has_report_text
    assert bracketed.content_digest == plain.content_digest


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
@pytest.mark.parametrize("declared", ["gb2312", "utf-8"])
def test_charsets_are_told_by_the_bytes(codec: str, declared: str) -> None:
    title = "富源县㙓河镇𠮷安街道2023年政府信息公开工作年度报告"
    html = page(title=f"<h1>{title}</h1>").replace('charset="utf-8"', f'charset="{declared}"')
    found = details(html.encode(codec), URL, SITE, today=TODAY)
    assert (found.title, found.has_report_text) == (title, True)
    sniffed = (codec == "utf-8") != (declared == "utf-8")
    assert found.charset == f"{codec} (sniffed)" if sniffed else codec


@pytest.mark.parametrize(
    ("report", "wanted"),
    [
        (REPORT, True),
        ("<p>所列数据的统计期限自2023年1月1日起</p>", True),
        (REPORT.replace("统计期限自", "自"), True),
        ("<p>一、概述</p><p>二、主动公开情况</p><p>三、依申请公开情况</p><p>四、复议、诉讼情况</p>", True),
        ("<p>水部街道2023年政府信息公开工作年度报告，详见附件。</p>", False),
        ("<p>请各单位于1月20日前报送总体情况、主动公开情况、存在的主要问题和其他需要报告的事项。</p>", False),
    ],
)
def test_the_text_of_a_report_is_known(report: str, wanted: bool) -> None:
    assert read(page(report=report)).has_report_text is wanted


def test_deep_and_broken_markup_is_read() -> None:
    html = f"<html><body>{'<div class=nav>' * 3000}{'<div>' * 3000}<h1>{TITLE}</h1>{REPORT}"
    found = read(html)
    assert (found.title, found.has_report_text) == (TITLE, True)


# --- the digest --------------------------------------------------------------------------------------

FRAMES = {
    "container": page,
    # no container of a known name: the page without its furniture is the article
    "whole page": lambda *parts, **more: page(*parts, container="detail_17", **more),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("访问次数：12", "访问次数：13"),
        ("浏览次数:<span>1,200</span>次", "浏览次数:<span>1,201</span>次"),
        ("<p>(点击: )</p>", "<p>(点击: 18)</p>"),
        ('点击<span id="dynclicks_wbnews_1">7</span>', '点击<span id="dynclicks_wbnews_1">8</span>'),
        ('已下载<span id="nattach17">146</span>次', '已下载<span id="nattach17">9</span>次'),
        ("现在是2024年1月3日 星期三 10:11:12.345", "现在是2024年1月4日 星期四 00:00:01.1"),
        ("服务器时间：2024-01-03 10:11:12", "服务器时间：2024-01-03 10:11:13"),
        ("<script>var now='1';</script>", "<script>var now='2';</script>"),
        ("<!-- 1 -->", "<!-- 2 -->"),
        ('<div class="leftNav"><a href="/a">新栏目</a></div>', ""),
        ("<div class='footer'>主办：区政府</div>", "<div class='footer'>主办：区政府办</div>"),
        ("<nav><a href='/b.pdf'>指南</a></nav>", ""),
        ("<style>p{color:red}</style>", ""),
        ("<div>来源：某区 </div>\n\n", "<div>来源： 某区</div>".replace("： ", "：")),
    ],
)
def test_what_is_no_content_changes_no_digest(frame: object, one: str, other: str) -> None:
    assert callable(frame)
    assert read(frame(one)).content_digest == read(frame(other)).content_digest


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<td>3</td><td>0</td>", "<td>8</td><td>0</td>"),  # one digit of a table
        ("<td>3</td><td>0</td>", "<td>30</td><td></td>"),  # the same digits in other cells
        ("<td>3</td>", "<td></td>"),
        ("存在的主要问题", "存在的问题"),
        ("<p>六、", '<p><img src="W020240118.png"></p><p>六、'),
        ("<p>六、", '<p><a href="P020240118.pdf">附件</a></p><p>六、'),
    ],
)
def test_content_changes_the_digest(frame: object, one: str, other: str) -> None:
    assert callable(frame)
    before = REPORT.replace("{n}", "3")
    assert one in before
    assert (
        read(frame(report=before)).content_digest
        != read(frame(report=before.replace(one, other))).content_digest
    )


def test_a_copy_on_another_host_has_the_same_digest() -> None:
    other = publisher("http://www.yunhe2.gov.cn")
    report = REPORT + '<a href="/attach/0/1.doc">附件</a><img src="/picture/0/2.jpg">'
    copy = details(page(report=report).encode(), "http://www.yunhe2.gov.cn/a.html", other, today=TODAY)
    assert copy.content_digest == read(page(report=report)).content_digest


def test_two_pages_without_content_are_not_one() -> None:
    one = read("<html><body></body></html>")
    assert one.content_digest != read("<html><body></body></html>", URL.replace("_1", "_2")).content_digest
    assert one.content_digest == read("<html><body> </body></html>").content_digest


def test_a_container_without_the_tables_is_not_the_article() -> None:
    """An editor's element may hold the first paragraph only; a figure outside of it must count."""

    def split(figure: str) -> str:
        table = f"<table><tr><td>本年新收政府信息公开申请数量</td><td>{figure}</td></tr></table>"
        return f'<html><body><h1>{TITLE}</h1><div class="TRS_Editor"><p>一、总体情况</p></div>{table}</body></html>'

    assert read(split("3")).content_digest != read(split("4")).content_digest


def test_a_correction_at_another_address_is_no_copy() -> None:
    again = page(title=f"<h1>{TITLE}（更正）</h1>")
    assert read(again).content_digest != read(page()).content_digest


# --- attachments and pictures ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<a href="./P020240118.xls" appendix="true" download="a.xls">a.xls</a>', "/zwgk/zfxxgknb/202401/P020240118.xls"),
        ('<a href="./W020240118.jpg" data-appendix="true">表</a>', "/zwgk/zfxxgknb/202401/W020240118.jpg"),
        ('<a href="/module/download/downfile.jsp?classid=0&amp;showname=a.pdf&amp;filename=0a.pdf">附件</a>',
         "/module/download/downfile.jsp?classid=0&showname=a.pdf&filename=0a.pdf"),
        ('<a href="/attach/-1/2402151557302341324.pdf">附件</a>', "/attach/-1/2402151557302341324.pdf"),
        ('<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;owner=1&amp;wbfileid=2">x</a>',
         "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2"),
        ('<a href="/gkmlpt/attachment/7/7890/7890123.docx">附件</a>', "/gkmlpt/attachment/7/7890/7890123.docx"),
        ('<a href="/files/2024/a.DOCX#page=1">附件</a>', "/files/2024/a.DOCX"),
        ('<iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2Fa.pdf"></iframe>', "/files/a.pdf"),
        ('<embed src="/files/a.pdf">', "/files/a.pdf"),
        ('<object data="/files/a.pdf"></object>', "/files/a.pdf"),
        ("""<a href="javascript:void(0)" onclick="window.open('/files/a.pdf')">下载</a>""", "/files/a.pdf"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", [True, False], ids=["in the article", "below it"])
def test_attachments_of_every_family(markup: str, address: str, inside: bool) -> None:
    if inside:
        html = page(report=REPORT + markup)
    else:
        html = page().replace("</body>", f"<div>附件：{markup}</div></body>")
    assert [url for url, _ in read(html).attachments] == [f"https://www.gl.gov.cn{address}"]


def test_attachments_keep_their_names_and_hosts() -> None:
    host = "https://oss.cloud.zj.gov.cn/jcms_files/a.pdf"
    report = REPORT + f'<a href="{host}" title="2023年年度报告.pdf">2023年…</a><a href="{host}">再次下载</a>'
    assert read(page(report=report)).attachments == ((host, "2023年年度报告.pdf"),)


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="sidebar"><a href="/files/guide.pdf">指南</a></div>',
        '<div><a href="/files/form.doc">依申请公开申请表</a></div>',  # the column's, not the report's
        '<a href="mailto:a@b.gov.cn">信箱</a><a href="javascript:window.print()">打印</a><a href="#">顶部</a>',
        '<a href="t20240117_2.html">上一篇</a>',
        '<a href="file:///C:/a.doc">坏</a><a href="http://[::1/a.doc">坏</a>',
    ],
)
def test_links_beside_the_article_are_not_attached(markup: str) -> None:
    assert read(page(markup)).attachments == ()


def test_pictures_of_the_article_without_icons() -> None:
    report = (
        REPORT
        + '<img src="./W020240118.png" oldsrc="W020240118.png"><img src="/picture/0/1.jpg" width="600">'
        + '<img src="/__local/A/BC/1/t2.png?e=.png"><img src="/images/loading.gif" data-src="/upload/3.jpg">'
        + '<img src="/images/icon_pdf.gif"><img src="/_res/dialogs/fileTypeImages/doc.png">'
        + '<img src="/upload/dot.png" width="16" height="16"><img src="/x/y.png" style="width:12px">'
        + '<img src="data:image/gif;base64,R0lGOD"><img src="/images/ewm.png"><img>'
    )
    html = page('<img src="/upload/banner7.jpg">', report=report)
    assert read(html).pictures == (
        "https://www.gl.gov.cn/zwgk/zfxxgknb/202401/W020240118.png",
        "https://www.gl.gov.cn/picture/0/1.jpg",
        "https://www.gl.gov.cn/__local/A/BC/1/t2.png?e=.png",
        "https://www.gl.gov.cn/upload/3.jpg",
    )


def test_links_are_relative_to_the_base_of_the_page() -> None:
    report = REPORT + '<a href="a.pdf">附件</a>'
    found = read(page(head='<base href="/files/2024/">', report=report))
    assert [url for url, _ in found.attachments] == ["https://www.gl.gov.cn/files/2024/a.pdf"]


# --- jumps and copies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0;url=/a/b.html", "https://www.gl.gov.cn/a/b.html"),
        ("0; URL='http://other.com/'", "http://other.com/"),
        ("3;URL=c.html", "https://www.gl.gov.cn/zwgk/zfxxgknb/202401/c.html"),
        ("300", None),
        (f"60;url={URL}", None),
        ("0;url=javascript:alert(1)", None),
    ],
)
def test_refreshing_to_another_page(content: str, target: str | None) -> None:
    html = page(head=f'<meta http-equiv="Refresh" content="{content}">')
    assert read(html).jump == target
    assert jump_of(html.encode(), URL) == target


def test_jumps_of_scripts_are_told_apart() -> None:
    found = read(page(head='<script>window.location.href = "/a.html";</script>'))
    assert (found.jump, found.script_jump) == (None, "https://www.gl.gov.cn/a.html")


@pytest.mark.parametrize(
    "html",
    [
        page(title=f"<h1>皇冠体育{TITLE}</h1>"),
        page("<p>bet365官网</p><p>亚博体育</p><p>真人娱乐</p>"),
        page("<p>政府信息公開(kāi)工作年度報(bào)告，現將(jiāng)有關(guān)情況</p>"),
        page("<p>" + "縣人民政府辦公室關於做好政務資訊公開與應對網絡問題的報告" * 3 + "</p>"),
    ],
)
def test_copied_and_hijacked_pages_are_told(html: str) -> None:
    assert read(html).tampered


@pytest.mark.parametrize(
    "text",
    [
        "区文化和体育局推进全民健身，全年查处网络博彩案件1起。",
        "商場名称“鴻興樓”沿用舊字。",
        "（bet）指标",
    ],
)
def test_honest_pages_are_not(text: str) -> None:
    assert not read(page(f"<p>{text}</p>")).tampered


def test_a_domain_of_somebody_else_is_remarked() -> None:
    text = "<p>可在区政府门户网站（www.156152.com）下载。</p>"
    assert read(page(report=REPORT + text)).remarks == ("calls www.156152.com its own site",)
    assert not read(page(report=REPORT + text.replace("156152.com", "gl.gov.cn"))).remarks


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_page_is_too_odd(body: bytes) -> None:
    found = details(b"<html><body>" + body, URL, SITE, today=TODAY)
    assert len(found.content_digest) == 64


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    from ingestion.crawl.page_words import _FILE

    broken = tmp_path / "pages.yml"
    broken.write_text(_FILE.read_text("utf-8").replace("smallest: 50", "smallest: x"), "utf-8")
    with pytest.raises(CatalogError, match=r"pages\.yml: pictures\.smallest: "):
        page_words(broken)
