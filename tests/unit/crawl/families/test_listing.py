"""Links of a list page: which of them are items, with what title and date."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.crawl.families.addressing import Column, resolved
from ingestion.crawl.families.dates import find_date, without_date
from ingestion.crawl.families.listing import ListDocument
from ingestion.crawl.model import ListItem

LIST = "http://www.lianhu-fx.gov.cn/zwgk/nb/"
COLUMN = Column(LIST, ("/zwgk/nb/",), ("www.lianhu-fx.gov.cn",))
FULL = "莲湖县桥南街道办事处2023年政府信息公开工作年度报告"


def items(html: str, url: str = LIST) -> list[ListItem]:
    return ListDocument(html, url).items(COLUMN)


def only(html: str) -> ListItem:
    found = items(html)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    "row",
    [
        f"<li><a href='a.html' title='{FULL}'>莲湖县桥南街道办事处2023年…</a><span>2024-01-08</span></li>",
        f'<li><a title="{FULL}" href="a.html">莲湖县桥南街道办...</a><em>[2024-01-08]</em></li>',
        f'<li title="{FULL}"><a href="a.html">莲湖县桥南街道……</a><i>2024年1月8日</i></li>',
        f'<li><a href="a.html"><span title="{FULL}">莲湖县桥南…</span></a> 2024/1/8</li>',
        f'<li><a href="a.html">{FULL}<span>2024-01-08</span></a></li>',
        f'<li><a href="a.html">{FULL} 2024-01-08</a></li>',
        f'<li><a href="a.html"><b>{FULL[:9]}</b>{FULL[9:]}</a>2024.01.08</li>',
        f'<tr><td>1</td><td>{FULL}</td><td>2024-01-08</td><td><a href="a.html">查看</a></td></tr>',
        f"<dt><a href=a.html>{FULL}</a></dt><dd>2024-01-08</dd>",
        f'<div><p><a href="a.html" target=_blank>{FULL}</a></p><p>发布时间：2024-01-08 09:12</p></div>',
        f'<a href="a.html">{FULL}</a>&nbsp;2024-01-08<br>',
        f'<li><a href="a.html"><img src="new.gif" alt="{FULL}"></a><span>2024-01-08</span></li>',
        f'<li><a href="a.html" title="标题：{FULL}&#10;发布时间：2024-01-08">莲湖县桥南…</a>2024-01-08</li>',
        f'<li><a href="a.html" title="点击查看">{FULL}</a><span>2024-01-08</span></li>',
        f'<li><a href="a.html">莲湖县桥南街道…</a><span style="display:none">{FULL}</span>2024-01-08</li>',
    ],
)
def test_title_and_date_of_a_row_however_it_is_written(row: str) -> None:
    wrap = f"<table>{row}</table>" if row.startswith("<tr") else f"<div>{row}</div>"
    item = only(wrap)
    assert item.url == LIST + "a.html"
    assert item.title == FULL
    assert item.date == "2024-01-08"


def test_a_truncated_title_that_nothing_completes_stays_as_printed() -> None:
    item = only('<ul><li><a href="a.html">莲湖县桥南街道办事处2023年政府信…</a><span>2024-01-08</span></ul>')
    assert item.title == "莲湖县桥南街道办事处2023年政府信…"


def test_a_title_over_two_lines_keeps_both() -> None:
    html = '<ul><li><a href="a.html">桥南街道政府信息公开工作年度报告<br>（2021年）</a></li></ul>'
    assert only(html).title == "桥南街道政府信息公开工作年度报告 （2021年）"


def test_a_date_that_belongs_to_the_title_is_not_the_list_date() -> None:
    item = only('<ul><li><a href="a.html">关于2020年1月1日起信息公开年报的说明</a></li></ul>')
    assert item.title == "关于2020年1月1日起信息公开年报的说明"
    assert item.date is None


def test_navigation_calendar_and_pager_are_no_items() -> None:
    html = f"""<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li></ul></div>
    <table class="rl"><tr><td><a href="/rl?y=2024&m=1">1月</a></td><td><a href="/rl?y=2024&m=2">2月</a></td></table>
    <ul><li><a href="202401/t20240108_1.html">{FULL}</a><span>2024-01-08</span></li></ul>
    <div><a href="index_1.html">2</a><a href="index_1.html">下一页</a><a href="index_4.html">尾页</a></div>
    <ul><li><a href="/yqlj/">友情链接</a></li></ul>"""
    assert only(html).url == LIST + "202401/t20240108_1.html"


def test_every_link_of_a_list_is_an_item_wherever_it_leads() -> None:
    html = f"""<ul><li><a href="a.html">{FULL}</a></li><li><a href="https://mp.weixin.qq.com/s/x">图解</a></li>
    <li><a href="/other/b.html">通知</a></li></ul>"""
    urls = [item.url for item in items(html)]
    assert urls == [
        LIST + "a.html",
        "https://mp.weixin.qq.com/s/x",
        "http://www.lianhu-fx.gov.cn/other/b.html",
    ]


def test_items_that_a_script_writes() -> None:
    html = r"""<ul><script>document.write('<li><a href="./202401/t20240108_1.html" title="FULL">');
    document.writeln("\u83b2湖县…<\/a><span>2024-01-08<\/span><\/li>");</script></ul>""".replace("FULL", FULL)
    item = only(html)
    assert (item.url, item.title, item.date) == (LIST + "202401/t20240108_1.html", FULL, "2024-01-08")


def test_relative_to_the_base_of_the_page() -> None:
    html = f'<base href="/xxgk/"><ul><li><a href="./a.html?x=1&amp;y=2#top">{FULL}</a></li></ul>'
    assert only(html).url == "http://www.lianhu-fx.gov.cn/xxgk/a.html?x=1&y=2"


def test_the_same_address_twice_is_one_item_with_the_fuller_title() -> None:
    html = f'<ul><li><a href="a.html">莲湖县…</a></li><li><a href="a.html">{FULL}</a>2024-01-08</li></ul>'
    item = only(html)
    assert (item.title, item.date) == (FULL, "2024-01-08")


def test_a_selector_of_the_record_names_the_region() -> None:
    html = '<div id="a"><a href="x.html">旧闻</a></div><div id="b"><a href="y.html">甲</a></div>'
    found = ListDocument(html, LIST).items(COLUMN, "#b")
    assert [(item.url, item.title) for item in found] == [(LIST + "y.html", "甲")]


def test_deep_and_wide_pages_are_read_in_reasonable_time() -> None:
    assert len(ListDocument("<div>" * 5000 + "<a href=x>y</a>" * 500, LIST).links) == 500
    assert len(ListDocument("<div><a href=x>y</a>" * 1000, LIST).links) == 1000


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("./202401/t1.html", LIST + "202401/t1.html"),
        ("../xw/t1.html", "http://www.lianhu-fx.gov.cn/zwgk/xw/t1.html"),
        ("../../../t1.html", "http://www.lianhu-fx.gov.cn/t1.html"),
        (" \n a b.html\t", LIST + "a%20b.html"),
        ("年报/1.html", LIST + "%E5%B9%B4%E6%8A%A5/1.html"),
        ("a.jsp?n=%E5%B9%B4", LIST + "a.jsp?n=%E5%B9%B4"),
        ("\\zwgk\\a.html", "http://www.lianhu-fx.gov.cn/zwgk/a.html"),
        ("//www.other-fx.gov.cn/a.html", "http://www.other-fx.gov.cn/a.html"),
        ("javascript:void(0)", None),
        ("JavaScript:go(2)", None),
        ("mailto:a@b.cn", None),
        ("file:///etc/passwd", None),
        ("#top", None),
        ("", None),
        ("http://[bad", None),
        ("http://x:99999999/", None),
    ],
)
def test_resolution(href: str, expected: str | None) -> None:
    assert resolved(LIST, href) == expected


def test_a_query_is_sent_in_the_charset_of_its_page() -> None:
    assert resolved(LIST, "s.jsp?n=年", "gb18030") == LIST + "s.jsp?n=%C4%EA"


@given(st.text(max_size=60))
def test_resolution_gives_an_http_address_or_nothing(href: str) -> None:
    found = resolved(LIST, href)
    assert found is None or (
        found.startswith(("http://", "https://")) and found.isprintable() and " " not in found
    )
    assert found is None or resolved(LIST, found) == found


@given(st.text(alphabet="<>/abul i=\"'href.title2024-01-08年报…&;!-", max_size=300))
def test_any_markup_is_read(html: str) -> None:
    for item in items(html):
        assert item.url.startswith("http")


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_dates_in_all_spellings(day: dt.date) -> None:
    for text in (
        f"[{day}]",
        f"{day:%Y/%m/%d} 09:12",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y.%m.%d}",
    ):
        assert find_date(text) == day.isoformat()
    assert without_date(f"桥南街道年报 [{day}]") == ("桥南街道年报", day.isoformat())


@pytest.mark.parametrize("text", ["2023-02-30", "2024-13-01", "12024-01-01", "2024-01-011", "共3页", ""])
def test_what_the_calendar_does_not_have_is_no_date(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    ("list_path", "page", "allowed"),
    [
        ("/nb/", "/nb/index_1.html", True),
        ("/nb/index.html", "/nb/index_2.html", True),
        ("/xxgk/zfxxgknb.htm", "/xxgk/zfxxgknb/2.htm", True),
        ("/xxgk/zfxxgknb.htm", "/xxgk/tzgg/2.htm", False),
        ("/xxgk/zfxxgknb.htm", "/xxgk/tzgg_2.htm", False),
        ("/c/list.shtml", "/c/list_2.shtml", True),
        ("/list.jsp?urltype=t&id=1", "/list.jsp?a1154t=3&a1154p=2&urltype=t&id=1", True),
        ("/list.jsp?urltype=t&id=1", "/list.jsp?urltype=t&id=2&page=2", False),
        ("/t/p/1", "/t/p/2", True),
        ("/t/p/1", "/t/rl?y=2024&m=2", False),
        ("/t/p", "/t/p?y=2024&m=2", False),
        ("/nb/", "/", False),
        ("/nb/", "/nb/2023/index_1.html", False),
    ],
)
def test_the_border_of_a_column(list_path: str, page: str, allowed: bool) -> None:
    site = "http://www.lianhu-fx.gov.cn"
    column = Column(site + list_path, ("/nb/",), ("www.lianhu-fx.gov.cn",))
    assert column.may_be_page(site + page) is allowed
    assert not column.may_be_page("http://www.other-fx.gov.cn" + page)


def test_hostile_scripts_are_read_in_reasonable_time() -> None:
    html = "<script>" + "document.write(" * 50_000 + "'<a href=x>y</a>'</script>"
    assert [link.text for link in ListDocument(html, LIST).links] == ["y"]
