"""Reports inside the pages of the CMS families: menus, breadcrumbs, other years' reports around them.

The furniture is written as those families write it, with everything in it that could be mistaken for the
report: other years, other bodies, labels of the form. What is read must be what the article alone says.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.extract import read_document
from ingestion.extract.model import TextBlock
from ingestion.extract.navigation import leads_away
from ingestion.reader import read_snapshot
from ingestion.recognise.reading import Reading
from tests.unit.report_pages import TITLE, report

OTHER_YEARS = [TITLE.replace("2022", str(year)) for year in (2018, 2019, 2020, 2021, 2023)]
OTHER_BODY = "丙县丁局2021年政府信息公开工作年度报告"
MENU = ["首页", "政务公开", "行政许可", "行政处罚", "行政强制", "行政事业性收费", "规章", "行政规范性文件"]

_WHOLE = report(t3__new_received__total="4", t3__new_received__natural_person="4")
ARTICLE = _WHOLE[_WHOLE.index("<p>一、") : _WHOLE.index("</body>")].replace(
    "<p>工作平稳。</p>", "<p>2022年，我局共收到政府信息公开申请4件。</p>"
)


def items(texts: list[str], tag: str = "li", date: str = "") -> str:
    return "".join(
        f'<{tag}><a href="./t{n}.htm" title="{text}">{text}</a>{date}</{tag}>' for n, text in enumerate(texts)
    )


def page(body: str, head: str = "") -> str:
    return f'<html><head><meta charset="utf-8"><title>政府信息公开_丙县人民政府</title>{head}</head><body>{body}</body></html>'


META = '<meta name="PubDate" content="2023-01-18 09:12"><meta name="SiteName" content="丙县人民政府">'

SHAPES = {
    "TRS": page(
        f'<div class="top"><ul class="nav">{items(MENU)}</ul></div>'
        f'<div class="dqwz">您当前的位置：<a href="/">首页</a> &gt; <a href="../">政府信息公开</a> &gt; '
        f'<a href="./">丙县丁局</a></div><div class="sub-nav"><ul>{items(OTHER_YEARS, date="<span>2022-01-20</span>")}</ul>'
        f'</div><div class="xl-title">{TITLE}</div><div>来源：甲县乙局&nbsp;&nbsp;时间：2023-01-18 09:12</div>'
        f'<div class="view TRS_UEDITOR trs_paper_default trs_web">{ARTICLE}</div>'
        f'<div>上一篇：<a href="a.htm">{OTHER_YEARS[3]}</a></div><div>下一篇：<a href="b.htm">{OTHER_BODY}</a></div>'
        '<div class="footer"><p>主办：丙县人民政府</p><p>备案号：浙ICP备12345678号</p></div>',
        META,
    ),
    "JCMS": page(
        f'<div id="header"><ul id="menu">{items(MENU)}</ul></div>'
        "<table><tr><td>索 引 号</td><td>H002/2023-00083</td><td>发布日期</td><td>2023-01-18</td></tr>"
        "<tr><td>发布机构</td><td>甲县乙局</td><td>公开方式</td><td>主动公开</td></tr></table>"
        f'<h1>{TITLE}</h1><div id="zoom"><!--ZJEG_RSS.content.begin--><meta name="ContentStart">{ARTICLE}'
        f'<meta name="ContentEnd"></div><div class="related"><h3>相关文档</h3><ul>{items([OTHER_BODY, *OTHER_YEARS])}</ul></div>'
    ),
    "NFCMS": page(
        f'<div class="main-nav">{items(MENU, "span")}</div><div class="position"><a href="/">首页</a>&gt;<a href="/n">年报</a></div>'
        f'<h3 class="tit">{TITLE}</h3><p>信息提供日期：2023-01-18 来源：甲县乙局</p>'
        f'<div class="news_cont_d_wrap">{ARTICLE}</div><ul class="prev-next">{items(OTHER_YEARS[:2])}</ul>',
        META,
    ),
    "VSB": page(
        f'<div class="left"><dl>{items(OTHER_YEARS, "dd")}</dl></div><form name="_newscontent_fromname">'
        f'<h2>{TITLE}</h2><div>发布时间：2023-01-18 来源：<a href="/yj">甲县乙局</a> (点击: )</div>'
        f'<div id="vsb_content"><div class="v_news_content">{ARTICLE}</div></div>'
        f'<p>上一条：<a href="1.htm">{OTHER_YEARS[0]}</a> 下一条：<a href="2.htm">{OTHER_YEARS[1]}</a></p></form>',
        META,
    ),
    "tables for layout": page(
        f'<table width="1000"><tr><td colspan="2">{items(MENU, "span")}</td></tr><tr><td width="200">'
        f"<table>{''.join(f'<tr><td>·<a href=x.asp?id={n}>{text}</a></td></tr>' for n, text in enumerate(OTHER_YEARS))}</table>"
        f'</td><td><center><font size="5">{TITLE}</font></center><div>发布日期：2023-01-18　来源：甲县乙局</div>'
        f"{ARTICLE}</td></tr><tr><td colspan=2>版权所有：丙县人民政府 电话：0591-12345678</td></tr></table>"
    ),
    "HTML5": page(
        f"<header><nav><ul>{items(MENU)}</ul></nav></header><aside><ul>{items(OTHER_YEARS)}</ul></aside>"
        f"<main><h1>{TITLE}</h1><time>发布日期：2023-01-18</time><p>来源：甲县乙局</p>{ARTICLE}</main>"
        f"<footer><p>{OTHER_BODY}</p></footer>",
        META,
    ),
}


def read(text: str) -> Reading:
    return read_snapshot(text.encode(), "page.html")


ALONE = read(f"<html><body><h1>{TITLE}</h1><p>发布日期：2023-01-18 来源：甲县乙局</p>{ARTICLE}</body></html>")


@pytest.mark.parametrize("shape", SHAPES)
def test_around_an_article_nothing_speaks_for_it(shape: str) -> None:
    reading = read(SHAPES[shape])
    assert reading.status == "complete"
    assert (reading.headline.agency, reading.headline.report_year) == ("甲县乙局", 2022)
    assert (reading.headline.title, reading.headline.scope) == (TITLE, "own_body")
    assert str(reading.headline.published_on) == "2023-01-18"
    assert {key: (cell.raw, cell.state, cell.confidence) for key, cell in reading.cells.items()} == {
        key: (cell.raw, cell.state, cell.confidence) for key, cell in ALONE.cells.items()
    }
    assert [(fact.fact, fact.value) for fact in reading.narrative] == [
        (fact.fact, fact.value) for fact in ALONE.narrative
    ]
    known = {issue.code for issue in ALONE.issues} | {"table_unrecognised"}
    assert {issue.code for issue in reading.issues} <= known


@pytest.mark.parametrize("shape", SHAPES)
def test_no_text_of_a_page_is_lost(shape: str) -> None:
    document = read_document(SHAPES[shape].encode(), "page.html")
    shown = document.text() + "".join(cell.text for grid in document.grids() for cell in grid.cells)
    for text in [TITLE, "我局共收到政府信息公开申请4件", OTHER_YEARS[0], "行政强制"][
        : 4 if shape != "VSB" else 3
    ]:
        assert text in shown


def test_a_page_that_is_all_called_navigation_is_read() -> None:
    reading = read(
        page(f'<div class="nav-content"><div class="menu-page"><h1>{TITLE}</h1>{ARTICLE}</div></div>')
    )
    assert (reading.status, reading.headline.report_year) == ("complete", 2022)
    assert [fact.fact for fact in reading.narrative] == [fact.fact for fact in ALONE.narrative]


def test_tables_in_what_is_called_navigation_are_read() -> None:
    reading = read(page(f'<h1>{TITLE}</h1><div class="tab-menu">{ARTICLE}</div>'))
    assert reading.status == "complete"


def test_a_link_around_the_whole_page_leads_nowhere() -> None:
    """An <a> that nobody closed."""
    reading = read(page(f'<h1>{TITLE}</h1><a href="/top"><p>发布日期：2023-01-18</p>{ARTICLE}'))
    assert [fact.fact for fact in reading.narrative] == [fact.fact for fact in ALONE.narrative]


@pytest.mark.parametrize(
    "line",
    [
        '来源：<a href="/y">甲县乙局</a>',
        '本报告可在<a href="http://www.x.gov.cn">甲县人民政府网站</a>下载。',
        '<a href="P1.pdf">甲县乙局2022年政府信息公开工作年度报告</a>',
        '<a href="#_Toc1">一、总体情况</a>',
        '<a name="_Toc1">一、总体情况</a>',
        '全年主动公开信息<a href="/x">120条</a>，较上年增长一成',
    ],
)
def test_lines_that_are_the_articles_own(line: str) -> None:
    (block,) = (
        one for one in read_document(f"<p>{line}</p>".encode(), "x.html").blocks if isinstance(one, TextBlock)
    )
    assert block.kind == "paragraph"


@pytest.mark.parametrize(
    "line",
    [
        '上一篇：<a href="1.htm">甲县乙局2021年政府信息公开工作年度报告</a>',
        '<a href="/">首页</a> | <a href="/a">政务公开</a>',
        '当前位置：<a href="/">首页</a> » <a href="/nb">信息公开年报</a> » 正文',
        '·<a href="2.htm">甲县乙局2021年政府信息公开工作年度报告</a> [2022-01-20]',
        '【<a href="javascript:print()">打印</a>】【<a href="javascript:close()">关闭</a>】',
    ],
)
def test_lines_that_lead_away(line: str) -> None:
    (block,) = (
        one for one in read_document(f"<p>{line}</p>".encode(), "x.html").blocks if isinstance(one, TextBlock)
    )
    assert block.kind == "navigation"


@given(st.text(max_size=60), st.lists(st.text(max_size=30), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_line_with_a_sentence_never_leads_away(text: str, linked: list[str]) -> None:
    assert not leads_away(f"{text}。", linked)


def test_thousands_of_regions_inside_one_another_cost_little() -> None:
    deep = (
        "".join('<div class="nav"><p>一。</p><p>二。</p>' for _ in range(600)) + "<a href='a.pdf'>x</a>" * 150
    )
    start = time.perf_counter()
    document = read_document(f"<html><body>{deep * 3}</body></html>".encode(), "x.html")
    assert time.perf_counter() - start < 5
    assert len(document.blocks) > 1000
