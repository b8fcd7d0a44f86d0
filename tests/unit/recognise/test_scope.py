"""Whose figures a report gives, and what tells it: title, sentence, kind of the body, nothing, or nothing while
the prose speaks against it. The scope itself never turns on what the prose counts.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.catalog import load_catalog
from ingestion.reader import read_snapshot
from ingestion.recognise.headline_words import load_headline_words
from ingestion.recognise.lexicon import load_narrative
from ingestion.recognise.reading import Reading
from ingestion.recognise.scope import with_scope_basis

BODY = """

根据《中华人民共和国政府信息公开条例》编制本报告。{preamble}统计期限为2022年1月1日至2022年12月31日。

一、总体情况

{prose}

二、主动公开政府信息情况

三、收到和处理政府信息公开申请情况

<table><tr><th rowspan="3" colspan="3">（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）</th>
<th colspan="7">申请人情况</th></tr>
<tr><th rowspan="2">自然人</th><th colspan="5">法人或其他组织</th><th rowspan="2">总计</th></tr>
<tr><th>商业企业</th><th>科研机构</th><th>社会公益组织</th><th>法律服务机构</th><th>其他</th></tr>
<tr><td colspan="3">一、本年新收政府信息公开申请数量</td><td>{n}</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td>
<td>{n}</td></tr>
<tr><td colspan="3">二、上年结转政府信息公开申请数量</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td>
<td>0</td></tr></table>

四、政府信息公开行政复议、行政诉讼情况

五、存在的主要问题及改进情况

六、其他需要报告的事项

{matters}
"""


def report(agency: str, prose: str = "", n: int = 21, preamble: str = "", matters: str = "无。") -> Reading:
    text = f"{agency}2022年政府信息公开工作年度报告" + BODY.format(
        prose=prose or "我们重视公开工作。", n=n, preamble=preamble, matters=matters
    )
    paragraphs = "".join(
        part if part.startswith("<table") else f"<p>{part}</p>" for part in text.split("\n\n") if part.strip()
    )
    reading = read_snapshot(f"<html><body>{paragraphs}</body></html>".encode(), "report.html")
    assert reading.cells["t3.new_received.total"].value == n
    return reading


def told(reading: Reading) -> tuple[str, str]:
    return reading.headline.scope, reading.headline.scope_basis


def doubts(reading: Reading) -> list[str]:
    return [issue.detail for issue in reading.issues if issue.code == "scope_in_doubt"]


@pytest.mark.parametrize(
    ("agency", "told_by"),
    [
        ("甲市乙区丙街道办事处", "agency_kind"),
        ("甲县丙镇人民政府", "agency_kind"),
        ("甲县丙乡人民政府", "agency_kind"),
        ("甲县财政局", "agency_kind"),
        ("甲市卫生健康委员会", "agency_kind"),
        ("甲市人民防空办公室", "agency_kind"),
        # each of these may speak for itself or for all
        ("甲市乙区人民政府", "assumed"),
        ("甲市乙区人民政府办公室", "assumed"),
        ("甲市经济技术开发区管理委员会", "assumed"),
        ("甲市经济技术开发区管委会", "assumed"),
    ],
)
def test_what_a_body_is_tells_whether_it_has_others_to_add_up(agency: str, told_by: str) -> None:
    assert told(report(agency)) == ("own_body", told_by)


def test_a_title_tells_the_scope() -> None:
    assert told(report("甲县全县")) == ("aggregate", "title")
    assert told(report("甲县本级")) == ("own_body", "title")


@pytest.mark.parametrize(
    ("preamble", "scope"),
    [
        ("本报告综合各乡镇、各部门年度报告而成。", "aggregate"),
        ("本报告由县政府办公室汇总各县直部门、各镇的情况编制。", "aggregate"),
        ("本报告由办公室汇总甲市各县（市、区）、市政府各有关部门公开工作情况编制而成。", "aggregate"),
        ("本报告所列为县本级数据。", "own_body"),
    ],
)
def test_the_preamble_tells_the_scope(preamble: str, scope: str) -> None:
    reading = report("甲县人民政府", preamble=preamble)
    assert told(reading) == (scope, "statement")
    assert reading.headline.found["scope"]["raw"] in preamble, "the words that tell it are kept"


@pytest.mark.parametrize(
    ("matters", "scope"),
    [
        ("本报告数据统计范围包括县政府所属部门和乡镇。", "aggregate"),
        ("本年报的统计口径为全县各级行政机关。", "aggregate"),
        ("本报告数据统计范围为县政府本级；各乡镇另行公布。", "own_body"),
        ("本报告数据仅含本机关，各部门的报告另见各部门网站。", "own_body"),
        ("本报告的数据不含各乡镇。", "own_body"),
    ],
)
def test_a_sentence_about_the_scope_of_the_figures_counts_wherever_it_stands(
    matters: str, scope: str
) -> None:
    reading = report("甲县人民政府", matters=matters)
    assert told(reading) == (scope, "statement")
    assert reading.headline.found["scope"]["locator"] is not None


@pytest.mark.parametrize(
    "sentence",
    [
        "统计范围为2022年1月1日至2022年12月31日，全县各部门认真落实。",  # a period
        "全县各部门、各乡镇主动公开意识进一步增强。",
        "加强县本级财政预算公开。",
        "我们按时向本级政府报送材料。",
        "本报告数据统计范围以外的事项，由各部门解释。",
        "本报告数据统计范围包括县政府本级，各乡镇情况另附。",  # may be either
        "我们用大数据为本单位和群众办事。",
    ],
)
def test_other_sentences_tell_nothing(sentence: str) -> None:
    for reading in (report("甲县人民政府", prose=sentence), report("甲县人民政府", preamble=sentence)):
        assert told(reading) == ("own_body", "assumed")
        assert "scope" not in reading.headline.found


@pytest.mark.parametrize("words", ["全县", "全县各级行政机关", "县政府各部门", "各乡镇"])
def test_prose_that_counts_an_areas_requests_as_the_table_does_puts_the_scope_in_doubt(words: str) -> None:
    reading = report(
        "甲县人民政府", prose=f"2022年，工作有序。{words}共受理政府信息公开申请21件，均按期答复。"
    )
    assert told(reading) == ("own_body", "in_doubt"), "doubt never turns the scope round"
    (said,) = doubts(reading)
    assert f"{words}共受理政府信息公开申请21件" in said and "t3.new_received.total" in said


@pytest.mark.parametrize(
    ("prose", "n"),
    [
        ("全县共受理政府信息公开申请56件，其中县政府21件。", 21),  # the area's is another number
        ("我县共受理政府信息公开申请21件。", 21),  # the government calls itself so
        ("全县共受理政府信息公开申请0件。", 0),  # where nobody received any, the body itself has none either
        ("按照全县统一部署，我办共受理政府信息公开申请21件。", 21),
        ("健全县级制度，共受理政府信息公开申请21件。", 21),
        ("政府健全市场机制共受理政府信息公开申请21件。", 21),
    ],
)
def test_prose_that_says_nothing_of_an_area_or_another_number_is_no_doubt(prose: str, n: int) -> None:
    reading = report("甲县人民政府", prose=prose, n=n)
    assert (told(reading), doubts(reading)) == (("own_body", "assumed"), [])


def test_what_the_body_is_does_not_outweigh_its_own_sentence() -> None:
    sentence = "全市共收到政府信息公开申请21件。"
    assert told(report("甲市公安局", prose=sentence)) == ("own_body", "in_doubt")
    inner = "全镇共收到政府信息公开申请21件。"
    assert told(report("甲县丙镇人民政府", prose=inner)) == ("own_body", "agency_kind"), (
        "a town is all of itself"
    )


@pytest.mark.parametrize(
    ("title", "matters", "expected"),
    [
        ("甲县全县", "无。", ("aggregate", "title")),
        ("甲县人民政府", "本报告数据统计范围为县政府本级。", ("own_body", "statement")),
    ],
)
def test_what_was_said_is_in_no_doubt(title: str, matters: str, expected: tuple[str, str]) -> None:
    reading = report(title, prose="全县共受理政府信息公开申请21件。", matters=matters)
    assert (told(reading), doubts(reading)) == (expected, [])


@pytest.mark.parametrize(
    ("agency", "preamble", "expected"),
    [
        ("甲市乙区丙街道办事处", "本报告综合街道各部门、各社区情况编制。", ("own_body", "agency_kind")),
        ("甲县丙镇人民政府", "本报告由党政办综合镇机关各单位材料汇总形成。", ("own_body", "agency_kind")),
        ("甲县财政局", "本报告由局办公室综合各单位材料汇总形成。", ("own_body", "agency_kind")),
        ("甲市水务局", "本报告所列数据包括全市水务系统。", ("aggregate", "statement")),
        ("甲县人民政府", "本报告由办公室综合各部门材料汇总形成。", ("aggregate", "statement")),
    ],
)
def test_the_parts_of_an_office_are_no_area(agency: str, preamble: str, expected: tuple[str, str]) -> None:
    assert told(report(agency, preamble=preamble)) == expected


def test_asked_again_a_doubt_is_said_once() -> None:
    reading = report("甲县人民政府", prose="全县共受理政府信息公开申请21件。")
    again = with_scope_basis(reading)
    assert (told(again), doubts(again)) == (told(reading), doubts(reading))
    assert len(doubts(again)) == 1


def test_the_prose_of_a_page_is_held_against_the_table_of_its_attachment() -> None:
    """Each file alone gives no doubt; the report that both are does."""
    page = report("甲县人民政府", prose="全县共受理政府信息公开申请21件。", n=7)
    attached = report("甲县人民政府", n=21)
    assert doubts(page) == doubts(attached) == []
    whole = with_scope_basis(replace(page, cells=attached.cells))
    assert (told(whole), len(doubts(whole))) == (("own_body", "in_doubt"), 1)


def test_every_figure_that_is_compared_is_one_that_prose_states_and_a_form_prints() -> None:
    words, facts = load_headline_words(), {entry.spec.fact for entry in load_narrative().facts}
    cells = {key for form in load_catalog().forms.values() for key in form.cells}
    assert words.scope_totals and words.scope_totals.keys() <= facts
    assert {key for keys in words.scope_totals.values() for key in keys} <= cells
