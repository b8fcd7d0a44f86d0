"""Two spellings of one printed label get one key; different labels keep different keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog import enumerator_number, normalise_label, split_enumerator, strip_spaces


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("果 维 持", "果维持"),
        ("指\u00a0标 名\u3000称", "指标名称"),
        ("(一) 予以公开", "予以公开"),
        ("（一）予以公开", "予以公开"),
        ("㈠予以公开", "予以公开"),
        ("三) 不予公开", "不予公开"),
        ("【三】不予公开", "不予公开"),
        ("1.属于国家秘密", "属于国家秘密"),
        ("1、 属于国家秘密", "属于国家秘密"),
        ("１．属于国家秘密", "属于国家秘密"),
        ("①属于国家秘密", "属于国家秘密"),
        ("⒈属于国家秘密", "属于国家秘密"),
        ("（1）属于国家秘密", "属于国家秘密"),
        ("十二、其他", "其他"),
        ("其它", "其他"),
        ("三、本年度辦理結(jié)果", "本年度办理结果"),
        ("上一年項(xiàng)目數(shù)量", "上一年项目数量"),
        ("一、本年新收政府資訊公開申請數量", "本年新收政府信息公开申请数量"),
        ("行政規範性檔案", "行政规范性文件"),
        ("複議後起訴", "复议后起诉"),
        ("其\n他\n结\n果", "其他结果"),
        ("危及“三安全一稳定”", "危及三安全一稳定"),
        ('危及"三安全一稳定"', "危及三安全一稳定"),
        ("危及「三安全一稳定」", "危及三安全一稳定"),
        ("危及三安全一稳定", "危及三安全一稳定"),
        ("其中：1.政府网站公开", "政府网站公开"),
        ("其中:①当面申请数", "当面申请数"),
        ("其中：主动公开规范性文件数", "主动公开规范性文件数"),
        ("部分公开（区分处理的，只计这一情形，不计其他情形）", "部分公开"),
        ("(二) 部分公开 (区分处理的, 只计这一情形, 不计其他情形)", "部分公开"),
        ("（二）部分公开（区分处理的，只计这一", "部分公开"),
        ("本年收费金额（单位：万元）", "本年收费金额"),
        ("本年收费金额(单位:万元,保留4位小数)", "本年收费金额"),
        ("采购总金额（万元）", "采购总金额"),
        ("填报单位：", "填报单位"),
        ("其他法律、行政法规禁止公开", "其他法律,行政法规禁止公开"),
        ("其他法律，行政法规禁止公开", "其他法律,行政法规禁止公开"),
        ("本年增／减", "本年增/减"),
        ("第二十条  第（一）项", "第二十条第(一)项"),
        ("二\ufeff、\u200b上年结转", "上年结转"),
        ("一、", ""),
        ("", ""),
    ],
)
def test_key(printed: str, key: str) -> None:
    assert normalise_label(printed) == key


@pytest.mark.parametrize(
    "printed",
    [
        # a number that only looks like an enumerator must not lose digits
        "1.5",
        "12.50",
        "1,234",
        "3",
        # brackets that tell rows apart, and the note row, stay
        "(本列数据的勾稽关系为:第一项加第二项之和,等于第三项加第四项之和)",
        "公开政府信息数(微博)",
        # 其中 alone is a label, not a prefix
        "其中",
        "2018年度",
        "一般申请",
    ],
)
def test_kept_whole(printed: str) -> None:
    assert normalise_label(printed) == printed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("行政许可", "行政处罚"),
        ("第二十条第（五）项", "第二十条第（六）项"),
        ("其他", "其他处理"),
        ("公开政府信息数（微博）", "公开政府信息数（微信）"),
    ],
)
def test_different_labels_stay_apart(one: str, other: str) -> None:
    assert normalise_label(one) != normalise_label(other)


_PIECES = st.sampled_from(
    ["一、", "（二）", "三)", "1.", "①", "其中：", "其他", "其它", "（单位：", "万元）", "(", ")", "：", ":", " ",
     "\u00a0", "“", "”", "、", "，", "总计", "予以公开", "区分处理", "1", "2.5", "\u200b", "ﾞ", "件）", "十", "㈠", "Ⅳ", "／"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=12).map("".join)))
def test_idempotent(text: str) -> None:
    once = normalise_label(text)
    assert normalise_label(once) == once


@given(
    st.text(alphabet="予以公开部分总计"), st.sampled_from([" ", "\n", "\u00a0", "\u3000", "\u200b", "\ufeff"])
)
def test_spaces_inside_never_matter(text: str, space: str) -> None:
    assert normalise_label(space.join(text)) == normalise_label(text)


@pytest.mark.parametrize(
    ("printed", "parts", "number"),
    [
        ("(一) 予以公开", ("(一)", "予以公开"), 1),
        ("其中：1.政府网站公开", ("其中：1.", "政府网站公开"), 1),
        ("其中：主动公开规范性文件数", ("其中：", "主动公开规范性文件数"), None),
        ("三) 不予公开", ("三)", "不予公开"), 3),
        ("十二、其他", ("十二、", "其他"), 12),
        ("二十、其他", ("二十、", "其他"), 20),
        ("８．属于行", ("８．", "属于行"), 8),
        ("③信函及传真申请数", ("③", "信函及传真申请数"), 3),
        ("总计", (None, "总计"), None),
        ("1.5", (None, "1.5"), None),
        ("其中", (None, "其中"), None),
    ],
)
def test_split_enumerator(printed: str, parts: tuple[str | None, str], number: int | None) -> None:
    assert split_enumerator(printed) == parts
    assert enumerator_number(parts[0]) == number


def test_strip_spaces_changes_nothing_else() -> None:
    assert strip_spaces(" （一）\u00a0予\u200b以　公开\n") == "（一）予以公开"
