"""JCMS xxgk: reports by organ and year, and the module's search."""

from __future__ import annotations

from ingestion.crawl.families import FAMILIES
from ingestion.crawl.families.jcms_xxgk import JcmsXxgk
from ingestion.crawl.model import Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.crawl.families.site_script import Site, items_of, paths_of, problems_of, walk

XXGK = FAMILIES["jcms_xxgk"]
ANNUAL = "/module/xxgk/xxgkAnnualReport.jsp"
TEXT = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>四、行政复议</p><p>五、存在的主要问题</p>"


def test_years_are_asked_as_pages_and_shells_are_no_items() -> None:
    def report(year: int) -> str:
        return f"<title>莲湖县</title><h1>桥南街道{year}年政府信息公开工作年度报告</h1>{TEXT}"

    site = Site(
        {
            f"{ANNUAL}?area=001&fbtime=2023": report(2023),
            f"{ANNUAL}?area=001&fbtime=2022": "<html><title>莲湖县</title><div>政府信息公开年报</div></html>",
            f"{ANNUAL}?area=001&fbtime=2021": f"<title>莲湖县</title><p>桥南街道2021年政府信息公开年度报告</p>{TEXT}",
        }
    )
    pages = walk(
        JcmsXxgk(lambda: 2024), site, f"{ANNUAL}?area=001&fbtime=2019", parameters={"first_year": 2020}
    )
    assert [(item.url[-4:], item.title) for item in items_of(pages)] == [
        ("2023", "桥南街道2023年政府信息公开工作年度报告"),
        ("2021", "桥南街道2021年政府信息公开年度报告"),
    ]
    assert [request.url[-4:] for request in site.asked] == ["2023", "2022", "2021", "2020"]
    assert {request.kind for request in site.asked} == {"page"}
    assert all(page.answer.ok for page in pages)  # a year that has no page is no failure


def test_a_year_that_could_not_be_asked_ends_the_walk() -> None:
    site = Site({ANNUAL: Outcome.DEFERRED})
    pages = walk(XXGK, site, f"{ANNUAL}?area=001")
    assert [page.answer.outcome for page in pages] == [Outcome.DEFERRED]
    assert len(site.asked) == 1


def search(request: Request) -> str:
    fields = dict(request.form or ())
    assert fields["area"] == "002482429"
    rows = {"1": (101, 102), "2": (103, 104), "3": (105,)}.get(fields["currpage"], (105,))
    columns = {101: 7, 102: 8, 103: 8, 104: 8, 105: 7}
    items = "".join(
        f'<tr class="tr_main_value_odd"><td><a class="bt_link" href="/art/2024/1/2/art_{columns[n]}_{n}.html">年报{n}</a></td></tr>'
        for n in rows
    )
    return f"<table>{items}</table><div>共3页</div>"


def test_the_search_is_narrowed_to_the_column_and_does_not_end_at_a_page_without_it() -> None:
    tree = '<iframe src="/module/xxgk/tree.jsp?area=002482429&amp;jdid=3096"></iframe>'
    site = Site({"/col/col7/index.html": tree, "/module/xxgk/search.jsp": search})
    pages = walk(XXGK, site, "/col/col7/index.html")
    assert paths_of(pages) == ["/art/2024/1/2/art_7_101.html", "/art/2024/1/2/art_7_105.html"]
    assert not problems_of(pages)
    assert len(site.asked) == 4


def test_the_search_itself_as_list() -> None:
    site = Site({"/module/xxgk/search.jsp": search})
    pages = walk(XXGK, site, "/module/xxgk/search.jsp?infotypeId=A0212&area=002482429&divid=div12")
    assert len(paths_of(pages)) == 5
    assert dict(site.asked[0].form or ())["infotypeId"] == "A0212"
