"""Facts in prose: the five samples by eye, wordings seen elsewhere, and what must never become a fact."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog import load_catalog
from ingestion.extract.model import Issue
from ingestion.recognise.lexicon import LEXICON_DIR, LexiconError, load_narrative
from ingestion.recognise.narrative import read_narrative
from ingestion.recognise.reading import NarrativeFact
from tests.unit.recognise.documents import sample, text_document

Row = tuple[str, str | None, str | None, str | None, str]

#: (fact, value, unit, qualifier, words as printed), read by eye from data/samples.
YINGQIAN: list[Row] = [
    ("proactive_items_by_channel", "12", "条", "website", "在长乐区人民政府网站主动公开的政府信息共 12 条"),
    ("proactive_items_by_class", "8", "条", "机构主要职能办事程序类信息", "机构主要职能办事程序类信息 8 条"),
    ("proactive_items_by_class", "1", "条", "行政法规规章和规范性文件", "行政法规规章和规范性文件 1 条"),
    (
        "proactive_items_by_class",
        "3",
        "条",
        "国民经济和社会发展规划专项区域规划及相关政策",
        "国民经济和社会发展规划专项区域规划及相关政策 3 条",
    ),
    ("requests_received", "4", "条", None, "收到依申请 4 条"),
    ("requests_by_channel", "4", "条", "online", "其中网络申请 4 条"),
    ("requests_handled_on_time", None, None, "all", "均按时办结"),
    ("staff", "1", "名", "designated", "指定一名干部"),
    ("budget", "0", "万元", None, "投入工作经费0万元"),
    ("other_matters", None, None, "none", "无须要说明的事项。"),
]
DONGNANYU: list[Row] = [
    ("standardised_fields", "7", "个", None, "7个领域"),
    ("standardised_items", "24", "个", None, "24个基层政务公开事项"),
    ("standardised_items_by_class", "1", "项", "公共文化服务领域", "公共文化服务领域1项"),
    ("standardised_items_by_class", "4", "项", "就业领域", "就业领域4项"),
    ("standardised_items_by_class", "4", "项", "社会保险领域", "社会保险领域4项"),
    ("standardised_items_by_class", "4", "项", "社会救助领域", "社会救助领域4项"),
    ("standardised_items_by_class", "1", "项", "卫生健康领域", "卫生健康领域1项"),
    ("standardised_items_by_class", "5", "项", "养老服务领域", "养老服务领域5项"),
    ("standardised_items_by_class", "1", "项", "生态环境领域", "生态环境领域1项"),
    ("proactive_items_by_channel", "42", "条", "led_screen", "电子屏播报信息42条"),
    ("proactive_items_by_channel", "132", "条", "notice_board", "公示栏公示信息132条"),
    ("staff", "4", "名", "both", "确定4名专兼职业务骨干"),
    ("other_matters", None, None, "none", "无"),
]
SHUIBU: list[Row] = [
    ("proactive_items_by_channel", "16", "条", "website", "通过鼓楼区政府门户网站共发布政府信息16条"),
    ("proactive_items_by_class", "4", "条", "机构职能类信息", "机构职能类信息4条"),
    (
        "proactive_items_by_class",
        "8",
        "条",
        "人事信息、公务员招录考试信息",
        "人事信息、公务员招录考试信息8条",
    ),
    ("proactive_items_by_class", "4", "条", "其他应当主动公开的政府信息", "其他应当主动公开的政府信息4条"),
    ("proactive_items_cumulative", "516", "条", None, "历年累计政府信息公开数为516条"),
    ("requests_received", "1", "件", None, "收到政府信息公开申请1件"),
    ("requests_by_channel", "1", "件", "online", "申请1件,为网络申请件"),
    ("requests_received_cumulative", "2", "件", "cumulative_wording_ambiguous", "累计受理依申请公开2件"),
    ("staff", "1", "名", None, "配备1名工作人员"),
    ("processing_fee_collected", "0", None, "negative_statement", "未收取信息处理费"),
]
SHUANGYANG: list[Row] = [
    ("staff", "1", "位", "part_time", "配备了1位稳定性较高的兼职工作人员"),
    ("staff", "1", "名", "designated", "指定一名工作人员"),
    ("proactive_items", "110", "条", None, "主动公开政府信息110条"),
    ("proactive_items_cumulative", "651", "条", None, "历年累计主动公开政府信息651条"),
    ("full_text_electronic_rate", "100", "%", None, "全文电子化率达100％"),
    ("other_matters", None, None, "none", "无。"),
]
_LIUCHENG_CLASSES = [
    ("机构设置类信息", "1"),
    ("预决算公开类信息", "2"),
    ("应急管理类信息", "2"),
    ("为民办实事类信息", "6"),
    ("落实与反馈类信息", "2"),
    ("依法行政类信息", "2"),
    ("民政工作类信息", "5"),
    ("监督检查类信息", "9"),
    ("工作动态类信息", "128"),
    ("其他信息类", "88"),
    ("环境卫生、公共卫生、安全生产、食品药品、产品质量监督检查情况类信息", "5"),
]
LIUCHENG: list[Row] = [
    ("approval_items", "62", "项", None, "行政审批和公共服务事项总数达62项"),
    ("approval_cases_handled", "1317", "项", None, "审批和公共服务事项总办件数达1317项"),
    ("proactive_items", "250", "条", "cumulative_wording_ambiguous", "累计主动公开政府信息250条"),
    ("full_text_electronic_rate", "100", "%", None, "全文电子化率达100%"),
    *(("proactive_items_by_class", n, "条", label, f"{label}{n}条") for label, n in _LIUCHENG_CLASSES),
    ("villages_with_boards", "15", "个", None, "15个村（居）均设立村（居）务公开栏"),
    ("requests_received", "0", "件", None, "受理政府信息公开申请0件"),
    (
        "reconsideration_cases",
        "0",
        None,
        "negative_statement",
        "未发生针对本部门有关政府信息公开事务的行政复议",
    ),
    (
        "complaints",
        "0",
        None,
        "negative_statement",
        "未发生针对本部门有关政府信息公开事务的行政复议案和投诉案",
    ),
    ("other_matters", None, None, "none", "无"),
]
GOLD = {
    "yingqian-2020": YINGQIAN,
    "dongnanyu-2021": DONGNANYU,
    "shuibu-2023": SHUIBU,
    "shuangyang-2020": SHUANGYANG,
    "liucheng-2018": LIUCHENG,
}


def row(fact: NarrativeFact) -> Row:
    value = None if fact.value is None else format(fact.value, "f")
    return (fact.fact, value, fact.unit, fact.qualifier, fact.raw)


def read(text: str, report_year: int | None = None) -> list[NarrativeFact]:
    return read_with_issues(text, report_year)[0]


def read_with_issues(text: str, report_year: int | None = None) -> tuple[list[NarrativeFact], list[Issue]]:
    return read_narrative(text_document(text), load_catalog(), report_year)


def values(text: str) -> dict[str, str | None]:
    """fact (with its qualifier) -> value, for texts of one or two sentences."""
    return {fact.fact + (f":{fact.qualifier}" if fact.qualifier else ""): row(fact)[1] for fact in read(text)}


@pytest.mark.parametrize("name", sorted(GOLD))
def test_samples_give_exactly_the_facts_read_by_eye(name: str) -> None:
    facts, _ = read_narrative(sample(name), load_catalog())
    assert [row(fact) for fact in facts] == GOLD[name]


@pytest.mark.parametrize("name", sorted(GOLD))
def test_every_fact_stands_in_its_sentence_and_at_its_place(name: str) -> None:
    document = sample(name)
    lines = (Path(__file__).parents[3] / "data" / "samples" / f"{name}.txt").read_text(encoding="utf-8")
    facts, _ = read_narrative(document, load_catalog())
    for fact in facts:
        assert fact.raw in fact.sentence
        assert fact.locator is not None and fact.locator.line is not None
        assert fact.raw in lines.split("\n")[fact.locator.line - 1]
        assert fact.locator.table is None, "a table cell is never a narrative fact"


def test_sentences_of_the_samples() -> None:
    facts, _ = read_narrative(sample("shuibu-2023"), load_catalog())
    sentences = {fact.fact: fact.sentence for fact in facts}
    assert sentences["requests_received"] == (
        "本年度我街道共收到政府信息公开申请1件,为网络申请件,申请事项为辖区长者食堂相关财政数据、人口数据。"
    )
    assert sentences["processing_fee_collected"] == "2023年度本单位未收取信息处理费。"


def test_a_list_that_does_not_add_up_is_said_not_corrected() -> None:
    facts, issues = read_narrative(sample("dongnanyu-2021"), load_catalog())
    assert [fact.value for fact in facts if fact.fact == "standardised_items"] == [Decimal(24)]
    (issue,) = [issue for issue in issues if issue.code == "enumeration_sum_differs"]
    assert "24 stated, the 7 parts listed add up to 20" in issue.detail
    for name in ("yingqian-2020", "shuibu-2023", "liucheng-2018"):
        codes = {found.code for found in read_narrative(sample(name), load_catalog())[1]}
        assert "enumeration_sum_differs" not in codes


def test_bare_cumulative_wording_is_an_issue() -> None:
    _, issues = read_narrative(sample("liucheng-2018"), load_catalog())
    assert [issue.place for issue in issues if issue.code == "cumulative_wording_ambiguous"] == [
        "proactive_items"
    ]
    assert values("全年累计主动公开政府信息20条。") == {"proactive_items": "20"}
    assert values("自条例施行以来累计主动公开政府信息200条。") == {"proactive_items_cumulative": "200"}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "全年共收到政府信息公开申请12件（含上年结转2件），均在法定期限内答复。",
            {
                "requests_received_incl_carry_over": "12",
                "requests_carried_in": "2",
                "requests_handled_on_time:all": None,
            },
        ),
        (
            "全年收到政府信息公开申请34件，上年结转政府信息公开申请2件，转下一年度办理答复的有1件。",
            {"requests_received": "34", "requests_carried_in": "2", "requests_carried_out": "1"},
        ),
        (
            "答复政府信息公开申请805件（含上年度结转申请18件，另有72件申请按照《条例》顺延到下年度答复）。"
            "予以公开及部分公开258件，占33.9%；不予公开35件，占4.34%；无法提供265件，其他处理0件。",
            {
                "requests_handled": "805",
                "requests_carried_in": "18",
                "requests_carried_out": "72",
                "requests_by_outcome:granted+partial": "258",
                "requests_by_outcome:denied": "35",
                "requests_by_outcome:unable": "265",
                "requests_by_outcome:other": "0",
            },
        ),
        (
            "我局共受理依申请公开政府信息申请两件，已办结两件。",
            {"requests_received": "2", "requests_handled": "2"},
        ),
        ("收到政府信息公开申请十二条。", {"requests_received": "12"}),
        ("2020年度我街办未接到提出公开政府信息的申请。", {"requests_received:negative_statement": "0"}),
        ("2009年度，我局没有收到信息公开申请。", {"requests_received:negative_statement": "0"}),
        (
            "收到政府信息公开申请9件，其中：当面申请2件，网上申请3件，信函申请4件。",
            {
                "requests_received": "9",
                "requests_by_channel:in_person": "2",
                "requests_by_channel:online": "3",
                "requests_by_channel:mail": "4",
            },
        ),
        ("历年累计收到政府信息公开申请25件。", {"requests_received_cumulative": "25"}),
        (
            "未发生因政府信息公开申请提起的行政复议和行政诉讼案件。",
            {"reconsideration_cases:negative_statement": "0", "litigation_cases:negative_statement": "0"},
        ),
        (
            "信息公开类行政复议7件，诉讼9件，均获维持。",
            {"reconsideration_cases": "7", "litigation_cases": "9"},
        ),
        (
            "因政府信息公开引起的行政复议、行政诉讼均为0件。",
            {"reconsideration_cases": "0", "litigation_cases": "0"},
        ),
        (
            "2024年有1件涉及政府信息公开工作的行政复议，该行政复议件未被复议审查机关纠错。涉及的行政诉讼数为0件。",
            {"reconsideration_cases": "1", "litigation_cases": "0"},
        ),
        (
            "依据《政府信息公开信息处理费管理办法》，发出收费通知1件，总金额380元，实际收取380元。",
            {
                "processing_fee_notices": "1",
                "processing_fee_charged": "380",
                "processing_fee_collected": "380",
            },
        ),
        ("共有行政复议12件，其中涉及政府信息公开的行政复议1件。", {"reconsideration_cases": "1"}),
        (
            "当面申请数2件，涉及政府信息公开的行政诉讼数为0。",
            {"requests_by_channel:in_person": "2", "litigation_cases": "0"},
        ),
        ("全年投入政务公开专项经费三万元。", {"budget": "30000"}),
        ("2023年，无收取信息处理费情况。", {"processing_fee_collected:negative_statement": "0"}),
        ("未收取任何政府信息公开费用。", {"fees_collected:negative_statement": "0"}),
        ("安排政务公开专项经费12.5万元。", {"budget": "12.5"}),
        (
            "制发行政规范性文件3件，现行有效规范性文件8件。",
            {"normative_documents:issued": "3", "normative_documents:in_force": "8"},
        ),
        ("组织政务公开业务培训3次，培训120人次。", {"training": "120"}),
        (
            "共受理依申请政府信息公开事项31例，其中通过网络收到申请26件，通过来信收到申请5件。",
            {"requests_received": "31", "requests_by_channel:online": "26", "requests_by_channel:mail": "5"},
        ),
        ("同意公开或部分公开的申请共8件。", {"requests_by_outcome:granted+partial": "8"}),
        ("历年累计收到依申请公开数为12。", {"requests_received_cumulative": "12"}),
        ("收到涉及征地、拆迁等方面的政府信息公开申请9件。", {"requests_received": "9"}),
        ("收到依申请公开请求2件。", {"requests_received": "2"}),
        ("接到2项政府信息公开的申请。", {"requests_received": "2"}),
        ("收到3件由自然人发起的政府信息公开申请。", {"requests_received": "3"}),
        (
            "因政府信息公开申请行政复议2件，尚未审结行政复议1件和提起行政诉讼0件，尚未审结行政诉讼0件。",
            {"reconsideration_cases": "2"},
        ),
        ("全年收到政府信息公開申請(qǐng)6件。", {"requests_received": "6"}),
        ("配备专职工作人员一名负责信息公开。", {"staff:full_time": "1"}),
        ("“某某发布”微信公众号共编发文章1640篇。", {"channel_posts:wechat": "1640"}),
        (
            "主动公开政府信息86条，其中：组织机构类信息2条；政务（工作）动态类信息83条；其他信息1条。",
            {
                "proactive_items": "86",
                "proactive_items_by_class:组织机构类信息": "2",
                "proactive_items_by_class:政务(工作)动态类信息": "83",
                "proactive_items_by_class:其他信息": "1",
            },
        ),
        (
            "主动公开规章13件，行政规范性文件60件。",
            {"proactive_items_by_class:规章": "13", "proactive_items_by_class:行政规范性文件": "60"},
        ),
    ],
)
def test_wordings(text: str, facts: dict[str, str | None]) -> None:
    assert values(text) == facts


@pytest.mark.parametrize(
    "text",
    [
        "联系电话：0595-86352022，政府信息公开申请可传真86365022。",
        "政府信息公开申请受理机构（地址：龙庭路39号，邮编：350001，电话：83210639，电子邮箱：sbdgw888@163.com）。",
        "收到政府信息公开申请，请拨打12345条热线。",
        "根据国办公开办函〔2021〕30号文件主动公开政府信息。",
        "依照《中华人民共和国政府信息公开条例》（国务院令第711号）第二十条主动公开政府信息。",
        "力争主动公开政府信息不少于100条。",
        "收到政府信息公开申请近100件。",
        "收到政府信息公开申请三四件。",
        "收到政府信息公开申请数十件。",
        "主动公开政府信息100余条。",
        "去年收到政府信息公开申请5件。",
        "收到政府信息公开申请较上年增加3件。",
        "受理低保申请12件，政府信息公开工作有序推进。",
        "办理行政复议案件200件。",
        "答复12345热线工单300件，政府信息公开工作有序推进。",
        "确保政府信息公开申请全部按时办结。",
        "如未收到政府信息公开申请的答复，可申请行政复议。",
        "其中主动公开，作为依申请公开信息数161条，不予公开信息数79。",
        "（五）不予处理1.信访举报投诉类申请0000000",
        "行政复议行政诉讼结果维持结果纠正其他结果尚未审结总计未经复议直接起诉复议后起诉",
        "一、本年新收政府信息公开申请数量801000081",
        "件件有回音，事事有落实，一条龙服务，一件件政府信息公开。",
        "未发生泄密事件，未经复议直接起诉。",
        "本年度未发生因政府信息公开被行政复议纠错的情况。",
        "本年度受理行政复议申请12件，行政诉讼3件，政府信息公开工作有序推进。",
        "办理人大代表建议35件，均按时办结，并在政府信息公开申请专栏公开。",
        "共办理市长热线12345工单2345件，满意率99%。",
        "（二）政府信息公开申请：行政复议数 0",
        "不予公开和无法提供的申请5件。",
        "2022年上半年，共受理政府信息公开申请267件。",
        "历年收到政府信息公开申请30个。",
        "因政府信息公开，去年仍有尚未审结的行政诉讼。",
    ],
)
def test_what_is_no_fact(text: str) -> None:
    assert [row(fact) for fact in read(text)] == []


def test_a_flattened_table_is_never_read_as_prose() -> None:
    text = (
        "全年主动公开政府信息117条。 二、主动公开政府信息情况 第二十条第（一）项 信息内容 本年新制作数量 规章 0 0 0 "
        "规范性文件 10 10 10 采购总金额 32995元 三、收到和处理政府信息公开申请情况 申请人情况 自然人 总计 "
        "一、本年新收政府信息公开申请数量 收到政府信息公开申请8件 行政复议 行政诉讼 结果维持 尚未审结 总计 0 0 0 "
        "五、存在的主要问题 略。 六、其他需要报告的事项 无 某某局 2021年1月26日"
    )
    assert [row(fact)[:2] for fact in read(text)] == [("proactive_items", "117"), ("other_matters", None)]


def test_a_count_split_by_a_hard_wrap_is_joined() -> None:
    text = (
        "全年收到政府信息公开申请 34 件，上年结转政府信息公开\n"
        "申请 2 件，所有申请均已按要求办理完成。所有办结的信息公开\n"
        "申请中同意公开答复 9 件，部分公开答复 0 件，不予公开答复 2\n"
        "件，无法提供的 10 件，不予处理 0 件，其他处理 14 件，转下一\n"
        "年度办理答复的有 1 件。"
    )
    facts = {(fact.fact, fact.qualifier): fact for fact in read(text)}
    assert facts["requests_carried_in", None].value == 2
    denied = facts["requests_by_outcome", "denied"]
    assert denied.value == 2 and denied.locator is not None
    assert (denied.locator.line, denied.locator.line_end) == (3, 4)
    assert facts["requests_carried_out", None].value == 1


def test_separate_short_lines_are_not_joined() -> None:
    assert read("本年度收到政府信息公开申请\n12\n件") == []


def test_figures_of_another_year_are_left_out_and_said() -> None:
    text = "2022年收到政府信息公开申请5件，2023年收到政府信息公开申请8件。"
    facts, issues = read_with_issues(text, report_year=2023)
    assert [fact.value for fact in facts] == [Decimal(8)]
    assert [issue.code for issue in issues] == ["narrative_other_year"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "2022年结转至2023年的申请2件，结转至2024年3件。",
            {"requests_carried_in": 2, "requests_carried_out": 3},
        ),
        ("2022年结转申请2件。", {"requests_carried_in": 2}),
        ("2023年结转申请3件。", {}),
        ("结转至2023年的申请2件。", {}),
    ],
)
def test_a_year_tells_what_was_carried_in_from_what_was_carried_out(text: str, facts: dict[str, int]) -> None:
    assert {fact.fact: fact.value for fact in read(text, report_year=2023)} == facts


def test_an_area_wide_figure_says_so() -> None:
    assert values("全区各部门共收到政府信息公开申请95件。") == {"requests_received:area_wide_wording": "95"}


def test_units_are_kept_as_printed() -> None:
    (fact,) = read("全年主动公开政府信息1.2万条。")
    assert (fact.value, fact.unit) == (Decimal("1.2"), "万条")


def test_the_same_article_twice_on_a_page_gives_its_facts_once() -> None:
    sentence = "本年度主动公开政府信息110条。"
    assert len(read(f"{sentence}\n\n{sentence}")) == 1


@given(st.integers(min_value=0, max_value=10**7))
def test_any_count_is_read_exactly(count: int) -> None:
    (fact,) = read(f"本年度共收到政府信息公开申请{count}件。")
    assert fact.value == count
    (grouped,) = read(f"本年度共收到政府信息公开申请{count:,}件。")
    assert grouped.value == count


@given(
    st.text(
        alphabet="政府信息公开申请收到受理主动0123456789件条一二十未无（）：，。；、 \n年月日", max_size=80
    )
)
def test_no_text_breaks_the_reader_and_raw_is_always_printed(text: str) -> None:
    printed = re.sub(r"\s", "", text)
    for fact in read(text):
        assert re.sub(r"\s", "", fact.raw) in printed
        assert re.sub(r"\s", "", fact.sentence) in printed


def test_the_lexicon_names_every_fact_in_two_languages() -> None:
    lexicon = load_narrative()
    assert len(lexicon.names) >= 20
    assert all(zh and en for zh, en in lexicon.names.values())


def test_a_broken_lexicon_is_refused_with_its_place(tmp_path: Path) -> None:
    good = (LEXICON_DIR / "narrative.yml").read_text(encoding="utf-8")
    broken = tmp_path / "narrative.yml"
    broken.write_text(good.replace("«requests_or_by_request»", "«no_such_fragment»", 1), encoding="utf-8")
    with pytest.raises(LexiconError, match=r"narrative.yml.*facts.*no_such_fragment"):
        load_narrative(broken)
    broken.write_text(good + "\nsurprise: 1\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="surprise"):
        load_narrative(broken)
