"""VSB lists: page numbers that run backwards, the dynamic spelling, columns that are articles."""

from __future__ import annotations

from ingestion.crawl.families import FAMILIES
from tests.unit.crawl.families.site_script import HOST, Site, items_of, paths_of, row, walk

VSB = FAMILIES["vsb"]


def pager(next_href: str | None, number: int, count: int) -> str:
    on = f'<span class="p_next p_fun"><a href="{next_href}">下页</a></span>' if next_href else ""
    off = "" if next_href else '<span class="p_next_d p_fun_d">下页</span>'
    last = '<span class="p_last p_fun"><a href="zfxxgknb/1.htm">尾页</a></span>'
    return f'<div class="pb_sys_common"><span class="p_pages">{on}{off}{last}</span> <span class="p_t">{number}/{count}</span></div>'


def test_backward_page_numbers() -> None:
    site = Site(
        {
            "/xxgk/zfxxgknb.htm": row("../info/1055/3.htm") + pager("zfxxgknb/2.htm", 1, 3),
            "/xxgk/zfxxgknb/2.htm": row("../../info/1055/2.htm") + pager("1.htm", 2, 3),
            "/xxgk/zfxxgknb/1.htm": row("../../info/1055/1.htm") + pager(None, 3, 3),
        }
    )
    pages = walk(VSB, site, "/xxgk/zfxxgknb.htm")
    assert paths_of(pages) == ["/info/1055/3.htm", "/info/1055/2.htm", "/info/1055/1.htm"]
    assert [page.problem for page in pages] == [None, None, None]


def test_a_page_without_a_way_on_before_the_last_is_said() -> None:
    site = Site({"/xxgk/nb.htm": row("../info/1055/3.htm") + pager(None, 1, 3)})
    assert walk(VSB, site, "/xxgk/nb.htm")[-1].problem == (
        "the list says that it has 3 pages, and no way to page 2 is known"
    )


def test_dynamic_lists() -> None:
    first = "/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1154"
    second = "/list.jsp?a1154t=2&a1154p=2&a1154c=15&urltype=tree.TreeTempUrl&wbtreeid=1154"
    site = Site(
        {
            first: row("info/1154/2.htm") + f'<a href="{second.replace("&", "&amp;")}" class="Next">下页</a>',
            second: row("info/1154/1.htm")
            + '<a href="/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=99">下页</a>',
        }
    )
    assert paths_of(walk(VSB, site, first)) == ["/info/1154/2.htm", "/info/1154/1.htm"]


def test_columns_that_are_articles_are_items() -> None:
    row_of_column = '<ul><li id="line_u7_0"><a href="xz/zgz.htm" title="青石镇2022年政府信息公开年报">青石镇</a></li></ul>'
    (item,) = items_of(walk(VSB, Site({"/zfxxgk/n2022n/xz.htm": row_of_column}), "/zfxxgk/n2022n/xz.htm"))
    assert (item.url, item.title) == (HOST + "/zfxxgk/n2022n/xz/zgz.htm", "青石镇2022年政府信息公开年报")


def test_a_list_in_gb18030() -> None:
    site = Site(
        {"/xxgk/nb.htm": ("<meta charset=gb2312><ul>" + row("../info/1/1.htm") + "</ul>").encode("gb18030")}
    )
    assert items_of(walk(VSB, site, "/xxgk/nb.htm"))[0].title == "莲湖县2023年政府信息公开工作年度报告"
