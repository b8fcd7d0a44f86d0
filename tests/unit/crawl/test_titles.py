"""What a title says: a report, something else, or a question; whose, and about which year."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog.errors import CatalogError
from ingestion.crawl.title_words import title_words
from ingestion.crawl.titles import classify


@pytest.mark.parametrize(
    ("title", "agency", "year"),
    [
        ("市府东路街道政府信息公开工作年度报告", "市府东路街道", None),
        ("海滨街道政府信息公开工作年度报告\n(2021年)", "海滨街道", 2021),
        ("2018年深圳市福田区香蜜湖街道政府信息公开工作年度报告", "深圳市福田区香蜜湖街道", 2018),
        ("关于2020年政府信息公开工作年度报告", None, 2020),
        ("南安市柳城街道办事处信息公开工作年度报告", "南安市柳城街道办事处", None),
        ("安徽省人民政府2017年政府信息公开工作报告", "安徽省人民政府", 2017),
        ("鞍山市人力资源和社会保障局2020年度政府信息公开工作报告", "鞍山市人力资源和社会保障局", 2020),
        ("福州市 鼓楼区2019年政 府信息公开　工作年度报\xa0告", "福州市鼓楼区", 2019),
        ("沈阳市人社局2021年度政府信息公开工作报告（文字版）", "沈阳市人社局", 2021),
        ("某区财政局2023年政府信息公开工作年度报告（更正）", "某区财政局", 2023),
        ("2022年汇龙镇人民政府信息公开工作年度报告", "汇龙镇人民政府", 2022),
        ("长安区砲里街道2022年政府信息公开工作年度报告", "长安区砲里街道", 2022),
        ("汕头市濠江区礐石街道2022年政府信息公开工作年度报告", "汕头市濠江区礐石街道", 2022),
        ("富源县㙓河镇2022年政府信息公开工作年度报告", "富源县㙓河镇", 2022),
        ("某县𠮷安镇2022年政府信息公开工作年度报告", "某县𠮷安镇", 2022),
        ("鼓楼区2019年政府信息公开年报", "鼓楼区", 2019),
        ("闸弄口街道2018年度政府信息公开年度工作情况报告", "闸弄口街道", 2018),
        ("浦口区人民政府办公室2024年度政府信息公开年度报告", "浦口区人民政府办公室", 2024),
        ("某区政府办政府信息公开2020年度报告", "某区政府办", 2020),
        ("海关总署2010年海关信息公开工作年度报告", "海关总署", 2010),
        ("二〇二一年某县教育局政府信息公开工作年度报告", "某县教育局", 2021),
        ("【年报】某镇人民政府2023年政府信息公开工作年度报告 [2024-01-15]", "某镇人民政府", 2023),
        ("1.某镇2023年政府信息公开工作年度报告.pdf", "某镇", 2023),
        ("《某镇2023年政府信息公开工作年度报告》", "某镇", 2023),
        ("海淀区学院路街道办事处2023年政府信息公开工作年度报告", "海淀区学院路街道办事处", 2023),
        ("昆明市呈贡区大学城管委会2023年政府信息公开工作年度报告", "昆明市呈贡区大学城管委会", 2023),
        ("市发改委2023年政府信息公开工作年度报告", "市发改委", 2023),
    ],
)
def test_reports_in_all_their_spellings(title: str, agency: str | None, year: int | None) -> None:
    verdict = classify(title)
    assert (verdict.verdict, verdict.agency, verdict.report_year) == ("report", agency, year)


@pytest.mark.parametrize(
    "title",
    [
        "问答解读：某局2023年政府信息公开工作年度报告",
        "关于做好2023年政府信息公开工作年度报告编制和发布工作的通知",
        "关于2023年度政府信息公开工作年度报告考核情况的通报",
        "一图读懂某区2023年政府信息公开工作年度报告",
        "海关总署发布2012年政府信息公开工作年度报告",
        "【工作推进】某县召开2023年度政府信息公开工作年报编制和发布部署会",
        "中华人民共和国政府信息公开工作年度报告格式",
        "某大学2022-2023学年信息公开工作年度报告",
        "某职业学院2023年信息公开工作年度报告",
        "2023年度政府网站工作年度报表",
        "2023年度法治政府建设年度报告",
        "2023年度企业环境信息依法披露年度报告",
        "某街道政府信息公开指南",
        "2023年东城区政务公开工作要点",
        "2023年行政执法统计年报",
        "某局2023年度部门决算",
        "政府信息公开工作年度报告",
        "我区举行春节联欢会",
    ],
)
def test_other_papers_are_none(title: str) -> None:
    assert classify(title).verdict == "not"


@pytest.mark.parametrize(
    "title",
    [
        "",
        "某街道2023年度政务公开工作年度报告",
        "昌江区委信访局2022年政府信息公开工作年度报告",
        "中共某县委宣传部2022年政府信息公开工作年度报告",
        "某县总工会2022年政府信息公开工作年度报告",
        "某局信息公开报告",
        "某局2015年信息公开报告",
        "某局2015年政府信息公开工作总结",
        "鼓楼区人民政府办公室2023年政府信息公…",
        "鼓楼区人民政府办公室2023年...",
        "2023年年报",
        "2023年度",
        "关于公布某局2023年政府信息公开工作年度报告的公告",
        "市环境信息中心2023年政府信息公开工作年度报告",
        "县绩效考核办公室2023年政府信息公开工作年度报告",
        "某局2023年政府信息公开工作年度报告汇编材料",
        "某区完成2023年政府信息公开工作年度报告",
    ],
)
def test_what_only_the_text_can_tell_goes_to_review(title: str) -> None:
    assert classify(title).verdict == "review"


def test_a_column_name_over_an_article_is_looked_at() -> None:
    title = "政府信息公开工作年度报告"
    assert classify(title, "http://a.gov.cn/zwgk/zfxxgknb/").verdict == "not"
    assert classify(title, "http://a.gov.cn/zwgk/zfxxgknb/index_1.html").verdict == "not"
    assert classify(title, "http://a.gov.cn/zfxxgknb/202301/t20230118_11520599.html").verdict == "review"
    assert classify(title, "http://a.gov.cn/zfxxgknb/P020230118.pdf").verdict == "review"


def test_year_and_issuer_never_come_from_the_address() -> None:
    title = "政府信息公开工作年度报告(文字版)"
    verdict = classify(title, "http://xxgk.jl.gov.cn/zcbm/fgw_98017/2022n/202201/t20220118_1542173.html")
    assert (verdict.agency, verdict.report_year) == (None, None)


@pytest.mark.parametrize(
    ("title", "agency", "year"),
    [
        ("某局2021-2022年政府信息公开工作年度报告", None, None),  # two years are none
        ("福州市2023年鼓楼区政府信息公开年报", None, 2023),  # whose: the city's or the district's?
        ("全省2023年政府信息公开工作年度报告", None, 2023),
        ("我局2023年政府信息公开工作年度报告", None, 2023),
        ("××街道2023年政府信息公开工作年度报告", None, 2023),
    ],
)
def test_what_a_title_does_not_say_stays_open(title: str, agency: str | None, year: int | None) -> None:
    verdict = classify(title)
    assert (verdict.agency, verdict.report_year) == (agency, year)


@given(st.text(max_size=200), st.one_of(st.none(), st.text(max_size=60)))
def test_no_title_is_too_odd(title: str, url: str | None) -> None:
    verdict = classify(title, url)
    assert verdict.why
    assert verdict.verdict != "report" or "公开" in "".join(title.split())


def test_blanks_change_nothing() -> None:
    title = "某区人民政府办公室2022年政府信息公开工作年度报告"
    assert classify("\n ".join(title)) == classify(title)


def test_a_broken_pattern_is_named(tmp_path: Path) -> None:
    from ingestion.crawl.title_words import _FILE

    broken = tmp_path / "titles.yml"
    broken.write_text(_FILE.read_text("utf-8").replace("  notice: ", "  notice: '(' #"), "utf-8")
    with pytest.raises(CatalogError, match=r"titles\.yml: never\.notice: not a regular expression"):
        title_words(broken)
