"""Who reports on which year: the five samples by eye, title forms of real reports, and contradictions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ingestion.catalog import load_catalog
from ingestion.extract.model import Document, Issue
from ingestion.recognise.headline import read_headline, report_evidence
from ingestion.recognise.headline_words import load_headline_words
from ingestion.recognise.reading import Headline
from ingestion.recognise.titles import parse_title
from tests.unit.recognise.documents import sample, text_document

SAMPLES = ["dongnanyu-2021", "liucheng-2018", "shuangyang-2020", "shuibu-2023", "yingqian-2020"]
BODY = """
本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。

一、总体情况

本年度工作有序推进。

二、主动公开政府信息情况

三、收到和处理政府信息公开申请情况

六、其他需要报告的事项

无。
"""


def head_of(
    text: str | Document, title: str | None = None, url: str | None = None, issuer: str | None = None
) -> tuple[Headline, list[Issue]]:
    document = text_document(text) if isinstance(text, str) else text
    return read_headline(document, load_catalog(), title, url, issuer)


def sayings(head: Headline, field: str) -> set[tuple[Any, str]]:
    return {(saying["value"], saying["how"]) for saying in head.found.get(field, {}).get("sayings", [])}


def codes(issues: list[Issue]) -> list[str]:
    return [issue.code for issue in issues]


@pytest.mark.parametrize(
    ("name", "agency", "year", "published", "period"),
    [
        (
            "yingqian-2020",
            "福州市长乐区人民政府营前街道办事处",
            2020,
            None,
            ("2020年1月1日", "2020年12月31日"),
        ),
        ("dongnanyu-2021", "老城区东南隅街道办事处", 2021, None, (None, "2021年12月31日")),
        (
            "shuibu-2023",
            "福州市鼓楼区水部街道办事处",
            2023,
            date(2024, 1, 2),
            ("2023年1月1日", "2023年12月31日"),
        ),
        (
            "shuangyang-2020",
            "洛江区人民政府双阳街道办事处",
            2020,
            date(2021, 1, 7),
            ("2008年11月31日", "2020年12月30日"),
        ),
        ("liucheng-2018", "南安市柳城街道办事处", 2018, date(2018, 12, 31), ("2018年1月1日", "12月31日")),
    ],
)
def test_samples(
    name: str, agency: str, year: int, published: date | None, period: tuple[str | None, str | None]
) -> None:
    head, _ = head_of(sample(name))
    assert (head.agency, head.report_year, head.scope) == (agency, year, "own_body")
    assert head.published_on == published
    assert (head.period_from, head.period_to) == period


@pytest.mark.parametrize(
    ("name", "title", "line"),
    [
        ("yingqian-2020", "福州市长乐区营前街道办事处2020年度政府信息公开工作年度报告", 5),
        ("dongnanyu-2021", "老城区东南隅街道办事处2021年政府信息公开工作年度报告", 3),
        ("shuibu-2023", "福州市鼓楼区水部街道2023年政府信息公开工作年度报告", 2),
        ("shuangyang-2020", "双阳街道关于2020年政府信息公开工作年度报告", 3),
        ("liucheng-2018", "2018年南安市柳城街道办事处信息公开工作年度报告", 1),
    ],
)
def test_titles_of_the_samples_stand_where_found_says(name: str, title: str, line: int) -> None:
    head, _ = head_of(sample(name))
    assert head.title == title
    assert head.found["title"]["locator"]["line"] == line
    assert head.found["report_year"]["how"] == "title"


def test_every_name_of_the_issuer_is_kept_with_its_place() -> None:
    head, _ = head_of(sample("yingqian-2020"))
    assert head.found["agency"]["how"] == "letterhead"
    assert ("福州市长乐区营前街道办事处", "title") in sayings(head, "agency_also")
    head, _ = head_of(sample("shuangyang-2020"))
    assert (head.found["agency"]["how"], head.found["agency"]["locator"]["line"]) == ("signature", 413)
    assert sayings(head, "agency_also") == {("双阳街道", "title")}
    head, _ = head_of(sample("shuibu-2023"))
    assert ("鼓楼区水部街道", "label") in sayings(head, "agency_also")


def test_dates_of_page_and_signature_are_both_kept() -> None:
    head, _ = head_of(sample("shuibu-2023"))
    assert (head.found["page_date"]["value"], head.found["page_date"]["how"]) == ("2024-01-02", "时间")
    assert head.found["signed_on"]["value"] == "2024-01-02"
    head, _ = head_of(
        "某县财政局2009年政府信息公开年度报告\n发布时间：2010-05-12 00:00\n正文。\n某县财政局\n二○一○年四月十日"
    )
    assert head.published_on == date(2010, 5, 12)
    assert head.found["signed_on"]["value"] == "2010-04-10"


def test_a_printing_note_is_no_signature() -> None:
    text = "一、总体情况 略。 六、其他需要报告的事项 无 甲县经济发展局 2021年1月26日 甲县经济发展局办公室 2020年1月26日印发"
    head, _ = head_of(text)
    assert (head.agency, head.published_on) == ("甲县经济发展局", date(2021, 1, 26))


def test_document_number() -> None:
    head, _ = head_of(sample("shuangyang-2020"))
    assert head.found["document_number"]["value"] == "泉洛政双〔2021〕1号"


def test_an_impossible_period_is_kept_raw_and_reported() -> None:
    head, issues = head_of(sample("shuangyang-2020"))
    assert head.period_from == "2008年11月31日"
    assert codes(issues) == ["period_invalid", "period_unusual"]
    assert "2008年11月31日" in issues[0].detail


@pytest.mark.parametrize("name", ["dongnanyu-2021", "liucheng-2018", "shuibu-2023", "yingqian-2020"])
def test_the_other_samples_raise_nothing(name: str) -> None:
    assert head_of(sample(name))[1] == []


#: Title forms of real reports: (title, year, issuer as printed in it).
TITLES: list[tuple[str, int | None, str | None]] = [
    ("鞍山市人力资源和社会保障局2020年度政府信息公开工作报告", 2020, "鞍山市人力资源和社会保障局"),
    ("鼓楼区2019年政府信息公开年报", 2019, "鼓楼区"),
    ("2022年汇龙镇人民政府信息公开工作年度报告", 2022, "汇龙镇人民政府"),
    ("2022年上海市政府信息公开工作年度报告", 2022, "上海市"),
    ("沈阳市人力资源和社会保障局2021年度政府信息公开工作报告(文字版)", 2021, "沈阳市人力资源和社会保障局"),
    ("2024年度沌口街政府信息公开工作年度报告", 2024, "沌口街"),
    ("关于2020年政府信息公开工作年度报告", 2020, None),
    ("乌兰浩特市新城街办事处2022年政府信息公开工作年度报告", 2022, "乌兰浩特市新城街办事处"),
    ("××街道2023年度政务公开工作年度报告", 2023, None),
    ("双阳街道关于2020年政府信息公开工作年度报告", 2020, "双阳街道"),
    ("二○一○年甲县人民政府政府信息公开工作年度报告", 2010, "甲县人民政府"),
    ("长安区砲里街道2022年政府信息公开工作年度报告", 2022, "长安区砲里街道"),
    ("甲市委机构编制委员会办公室2023年政府信息公开工作年度报告", 2023, "甲市委机构编制委员会办公室"),
    ("市府东路街道政府信息公开工作年度报告", None, "市府东路街道"),
    ("甲縣農業農村局2021年政府信息公開工作年度報(bào)告", 2021, "甲县农业农村局"),
    ("國家稅務總局甲縣稅務局2021年政府資訊公開工作年度報告", 2021, "国家税务总局甲县税务局"),
    ("甲县第二中学2021年政府信息公开工作年度报告", 2021, "甲县第二中学"),
]
NOT_TITLES = [
    "国务院办公厅关于做好政府网站年度报表发布工作的通知",
    "中华人民共和国政府信息公开工作年度报告格式",
    "2023年度政务新媒体年度报表",
    "某大学2022-2023学年信息公开工作年度报告",
    "2023年度企业环境信息依法披露年度报告",
    "海关总署发布2012年政府信息公开工作年度报告",
    "2023年度法治政府建设年度报告",
    "雄关街道办事处信息公开指南",
    "【工作推进】固镇县召开2023年度政府信息公开工作年报编制和发布部署会",
    "关于2023年度政府信息公开工作年度报告考核情况的通报",
    "政府网站监管年度报表(2023年度)",
    "一图读懂某区2023年政府信息公开工作年度报告",
    "问答解读：某区2023年政府信息公开工作年度报告",
    "本局编制了2023年政府信息公开工作年度报告。",
]


@pytest.mark.parametrize(("text", "year", "agency"), TITLES)
def test_title_forms(text: str, year: int | None, agency: str | None) -> None:
    title = parse_title(text, load_headline_words(), "title")
    assert title is not None
    assert (title.year, title.agency) == (year, agency)


@pytest.mark.parametrize("text", NOT_TITLES)
def test_titles_of_other_papers(text: str) -> None:
    assert parse_title(text, load_headline_words(), "title") is None


@pytest.mark.parametrize(
    "lines",
    [
        "甲县乙镇人民政府\n2022年政府信息公开工作年度报告",
        "2022年甲县乙镇人民政府\n政府信息公开工作\n年度报告",
        "甲县乙镇人民政府政府信息公开工作年度报告\n（2022年）",
    ],
)
def test_titles_over_several_lines(lines: str) -> None:
    head, issues = head_of(lines + BODY.format(year=2022))
    assert (head.agency, head.report_year, codes(issues)) == ("甲县乙镇人民政府", 2022, [])


def test_the_publication_year_and_other_years_are_not_the_report_year() -> None:
    text = (
        "2025年2月5日\n甲县财政局2024年政府信息公开工作年度报告\n发布日期：2025-02-05\n"
        "根据2019年修订的《条例》编制。\n一、总体情况\n2023年以来，工作有序。"
    )
    head, issues = head_of(text)
    assert (head.report_year, head.published_on) == (2024, date(2025, 2, 5))
    assert codes(issues) == []


def test_the_period_gives_the_year_where_the_title_has_none() -> None:
    head, _ = head_of("甲县财政局政府信息公开工作年度报告\n" + BODY.format(year=2021))
    assert head.report_year == 2021
    assert head.found["report_year"]["how"] == "statistical period"


def test_title_against_period_is_a_conflict() -> None:
    head, issues = head_of("甲县财政局2022年政府信息公开工作年度报告\n" + BODY.format(year=2021))
    assert head.report_year == 2022
    assert codes(issues) == ["year_conflict"]
    assert sayings(head, "report_year_also") == {(2021, "statistical period")}


def test_a_short_period_is_unusual() -> None:
    text = "甲县财政局2022年政府信息公开工作年度报告\n统计时限为2022年1月1日至2022年11月30日。"
    assert codes(head_of(text)[1]) == ["period_unusual"]


def test_a_hint_fills_what_is_open_and_never_wins() -> None:
    untitled = "一、总体情况\n\n工作有序推进。"
    head, _ = head_of(untitled, title="甲县财政局2020年政府信息公开工作年度报告")
    assert (head.agency, head.report_year) == ("甲县财政局", 2020)
    assert head.found["agency"]["how"] == "title hint"
    head, issues = head_of(sample("shuibu-2023"), title="东街街道2022年政府信息公开工作年度报告")
    assert (head.agency, head.report_year) == ("福州市鼓楼区水部街道办事处", 2023)
    assert codes(issues) == ["title_hint_contradicts"]
    _, issues = head_of(sample("shuibu-2023"), title="水部街道2023年政府信息公开工作年度报告")
    assert issues == []


def test_the_site_names_the_issuer_only_where_nobody_else_does() -> None:
    unnamed = "关于2020年政府信息公开工作的年度报告\n我局工作如下。" + BODY.format(year=2020)
    head, issues = head_of(unnamed, issuer="青山县民政局")
    assert head.agency == "青山县民政局"
    assert codes(issues) == ["agency_from_site"]
    head, issues = head_of(sample("shuibu-2023"), issuer="青山县民政局")
    assert head.agency == "福州市鼓楼区水部街道办事处"
    assert issues == []


def test_years_in_the_address_are_never_read() -> None:
    head, issues = head_of("一、总体情况\n\n工作有序推进。", url="https://x.example/2022n/art_2024.html")
    assert head.report_year is None
    assert codes(issues) == ["year_not_found", "agency_not_found"]


def test_the_year_most_sentences_open_with_is_a_guess_that_says_so() -> None:
    text = "2021年，公布信息184条。五、存在的主要问题。2021年，我局工作有序。甲县公安局 2022年1月7日"
    head, issues = head_of(text)
    assert (head.report_year, head.agency) == (2021, "甲县公安局")
    assert codes(issues) == ["year_from_body"]


def test_an_own_name_in_brackets_or_of_an_office_inside_is_no_issuer() -> None:
    text = (
        "2020年政府信息公开工作年度报告\n由我局编制，可与街道政府信息公开领导小组办公室联系。"
        + BODY.format(year=2020)
    )
    head, issues = head_of(text)
    assert head.agency is None
    assert codes(issues) == ["agency_not_found"]


@pytest.mark.parametrize(
    "text",
    [
        "政府信息公开工作年度报告\n特向社会公布甲县水务局2020年度政府信息公开工作年度报告。\n一、总体情况",
        "政府信息公开工作年度报告\n现向社会公布2020年度甲县水务局政府信息公开年度报告。\n一、总体情况",
        "政府信息公开工作年度报告\n本报告由甲县水务局综合办公室编制。\n一、总体情况",
        "一、总体情况\n本报告由甲县水务局编制，统计期限为2020年1月1日至2020年12月31日。",
        "一、总体情况\n如对本报告有疑问，请联系甲县水务局办公室。",
        "一、總體情況\n發佈機構: 甲縣水務局\n本報告所列數(shù)據(jù)的統(tǒng)計期限為2020年1月1日至12月31日。",
    ],
)
def test_the_issuer_in_the_words_of_the_report_about_itself(text: str) -> None:
    head, _ = head_of(text + BODY.format(year=2020))
    assert head.agency == "甲县水务局"


def test_words_before_the_issuer_do_not_make_it_longer_than_its_title() -> None:
    title = "甲县卫生健康局2020年度政府信息公开工作报告\n"
    head, _ = head_of(
        title + "特向社会公布甲县卫生健康局2020年度政府信息公开工作年度报告。" + BODY.format(year=2020)
    )
    assert head.agency == "甲县卫生健康局"


def test_another_signer_than_the_title_names_is_a_conflict() -> None:
    text = "甲县财政局2020年政府信息公开工作年度报告" + BODY.format(year=2020) + "\n乙县农业局\n2021年1月5日"
    head, issues = head_of(text)
    assert head.agency == "甲县财政局"
    assert codes(issues) == ["agency_conflict"]


def test_a_place_is_completed_by_its_government_but_a_government_not_by_its_office() -> None:
    body = BODY.format(year=2022)
    head, _ = head_of(f"句容市2022年政府信息公开工作年度报告{body}\n句容市人民政府办公室\n2023年1月5日")
    assert head.agency == "句容市人民政府办公室"
    head, _ = head_of(
        f"长沙市人民政府2022年政府信息公开工作年度报告{body}\n长沙市人民政府办公厅\n2023年1月5日"
    )
    assert head.agency == "长沙市人民政府"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("甲县2022年政府信息公开工作年度报告", "own_body"),
        ("甲县全县2022年政府信息公开工作年度报告", "aggregate"),
        ("甲县2022年政府信息公开工作年度报告(汇总)\n", "aggregate"),
        ("甲县2022年政府信息公开工作年度报告\n本报告所列数据包括全县各乡镇、各部门。", "aggregate"),
        ("甲县2022年政府信息公开工作年度报告\n报告全文由总体情况等六部分组成，全面反映工作。", "own_body"),
        ("甲县本级2022年政府信息公开工作年度报告\n本报告所列数据包括全县各部门。", "own_body"),
    ],
)
def test_scope(text: str, scope: str) -> None:
    assert head_of(text)[0].scope == scope


def test_a_title_that_the_page_repeats_beats_its_neighbours() -> None:
    text = "\n\n".join(f"甲镇{year}年政府信息公开工作年度报告" for year in (2021, 2022, 2023)) + BODY.format(
        year=2022
    )
    document = text_document(text, media_type="text/html")
    document.title = "甲镇2022年政府信息公开工作年度报告_政府信息公开年报_甲县人民政府"
    head, issues = head_of(document)
    assert (head.report_year, codes(issues)) == (2022, [])


def test_metadata_of_the_page() -> None:
    document = text_document("一、总体情况\n工作有序推进。", media_type="text/html")
    document.meta = {
        "ArticleTitle": "甲镇2022年政府信息公开工作年度报告",
        "PubDate": "2023-01-04 14:42",
        "ContentSource": "甲县甲镇人民政府",
    }
    head, _ = head_of(document)
    assert (head.report_year, head.published_on, head.agency) == (2022, date(2023, 1, 4), "甲县甲镇人民政府")
    assert head.found["published_on"]["how"] == "meta PubDate"


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_reports(name: str) -> None:
    is_report, reason = report_evidence(sample(name))
    assert is_report, reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "某市召开防汛工作会议\n\n会议指出，要压实责任。\n\n二、工作要求",
        "关于做好2023年政府信息公开工作年度报告编制工作的通知\n\n各部门：\n\n一、总体情况\n\n二、主动公开政府信息情况\n\n"
        "三、收到和处理政府信息公开申请情况\n\n申请人情况\n\n法律服务机构\n\n社会公益组织\n\n结转下年度继续办理",
        "雄关街道办事处信息公开指南\n\n本指南说明主动公开和依申请公开。\n\n一、主动公开\n\n二、依申请公开",
        "海关总署发布2012年政府信息公开工作年度报告\n\n3月25日，海关总署在网站发布年度报告，主动公开政府信息1200条。",
        "政府信息公开年报\n\n甲镇2021年政府信息公开工作年度报告\n\n甲镇2022年政府信息公开工作年度报告\n\n"
        "甲镇2023年政府信息公开工作年度报告\n\n下一页",
        "一图读懂某区2023年政府信息公开工作年度报告\n\n收到政府信息公开申请12件。",
        "首页\n\n甲镇人民政府\n\n政府信息公开年报\n\n政府信息公开指南\n\n通知公告",
    ],
)
def test_other_papers_are_no_reports(text: str) -> None:
    is_report, reason = report_evidence(text_document(text))
    assert not is_report
    assert reason


def test_an_untitled_fragment_with_the_statutory_labels_is_a_report() -> None:
    text = "申请人情况\n\n法律服务机构\n\n本年新收政府信息公开申请数量\n\n0\n\n结转下年度继续办理"
    assert report_evidence(text_document(text))[0]
