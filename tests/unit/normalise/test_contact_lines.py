"""What contacts are and what they are not: planted ones never come out, statistics always do."""

from __future__ import annotations

import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.normalise.contact_lines import is_contact_row
from ingestion.normalise.contacts import without_contacts

_SURNAMES = st.sampled_from([*"王李张刘陈杨黄赵吴周林郑谢许蔡于高任成关安单文方程时向全解管", "欧阳", "司马"])
_GIVEN = st.sampled_from(
    [
        *"伟敏静丽强磊洋艳勇军杰娟涛超霞平刚芳燕玲辉",
        "小明",
        "建国",
        "秀英",
        "志强",
        "美玲",
        "文斌",
        "国华",
        "天一",
        "文科",
    ]
)
_COLON_ROLES = st.sampled_from(
    [
        *(
            "联系人：",
            "联 系 人：",
            "填表人: ",
            "填报人：　",
            "审核人： ",
            "经办人：",
            "负责人:",
            "单位负责人：",
            "联系人姓名：",
        ),
        *("审核：", "填报：", "校对：", "签发：", "聯繫人：", "联系人｜", "联系人 / "),
    ]
)
_BARE_ROLES = st.sampled_from(["联系人", "联络员", "填表人", "经办人 ", "审核人　", "联系人（"])
_PAUSE = st.sampled_from(["，", "；", "）", "。", "\n", "　电话", "、", ",", ""])


def _digits(n: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=n, max_size=n)


_LANDLINES = st.builds("{}{}".format, st.sampled_from("2345678"), st.one_of(_digits(6), _digits(7)))
_BROKEN = st.builds(
    "{}{}{}{}".format, st.sampled_from("2345678"), _digits(3), st.sampled_from(" -—－"), _digits(4)
)
_AREAS = st.sampled_from(["", "0591-", "0595—", "（0591）", "010 ", "0591－", "+86 591 ", "０５９１－"])
_MOBILES = st.builds(
    "1{}{}{}{}{}".format,
    st.sampled_from(["38", "59", "77"]),
    *(gap := st.shared(st.sampled_from(["", " ", "-", "　"]), key="gap"), _digits(4)),
    *(gap, _digits(4)),
)
_EXTENSIONS = st.sampled_from(["", "转8012", "-801", "分机8012"])
_TELEPHONES = st.one_of(
    st.builds("{}{}{}".format, _AREAS, st.one_of(_LANDLINES, _BROKEN), _EXTENSIONS), _MOBILES
)
_TELEPHONE_WORDS = st.sampled_from(
    [
        "电话：",
        "联系电话",
        "请致电",
        "传真:",
        "手机",
        "电 话：",
        "咨询电话为",
        "拨打",
        "電話：",
        "热线（",
        "电话号码：",
    ]
)
_COUNTS = st.one_of(
    st.integers(0, 99_999).map(str),
    st.integers(1_000_000, 199_999_999).map(str),
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.integers(1_000_000, 99_999_999).map("{:,}".format),
    st.decimals(0, 99_999_999_999, places=2).map(str),
)
_COUNTED = st.sampled_from(["件", "条", "人次", "次", "份", "万元", "元", "%", "个", " 件", "余条", "篇"])
_STATISTICS = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        [
            *(
                "本年新收",
                "新收政府信息公开申请",
                "热线",
                "热线受理",
                "电话咨询",
                "来电",
                "传真",
                "微信公众号推送信息",
                "联系群众",
            ),
            *(
                "负责人解读",
                "主要负责人接访",
                "审核",
                "签发文件",
                "各部门负责人应诉",
                "QQ解答",
                "采购金额",
                "收费总额为",
                "拨打",
            ),
        ]
    ),
    _COUNTS,
    _COUNTED,
)


def _figures(text: str) -> str:
    return "".join(re.findall(r"\d", unicodedata.normalize("NFKC", text)))


@given(_STATISTICS, _COLON_ROLES, st.lists(st.tuples(_SURNAMES, _GIVEN), min_size=1, max_size=3), _PAUSE)
def test_names_behind_a_role_and_a_colon_never_come_out(
    statistic: str, role: str, people: list[tuple[str, str]], pause: str
) -> None:
    names = ["".join(person) for person in people]
    kept = without_contacts(f"{statistic}（{role}{'、'.join(names)}{pause}）")
    assert kept.startswith(statistic)
    assert not [name for name in names if name in kept], kept


@given(_STATISTICS, _BARE_ROLES, _SURNAMES, _GIVEN, _TELEPHONE_WORDS, _TELEPHONES)
def test_names_right_behind_a_role_never_come_out_of_a_contact_line(
    statistic: str, role: str, surname: str, given_name: str, word: str, number: str
) -> None:
    kept = without_contacts(f"{statistic}（{role}{surname}{given_name}，{word}{number}）")
    assert kept.startswith(statistic)
    assert f"{surname}{given_name}" not in kept
    assert _figures(kept) == _figures(statistic), kept


@given(
    _STATISTICS,
    _TELEPHONE_WORDS,
    st.lists(_TELEPHONES, min_size=1, max_size=4),
    st.sampled_from(["、", "，", "/", "；", " 或 ", "　", "和", ","]),
    _STATISTICS,
)
def test_no_number_of_a_list_of_telephones_comes_out_and_every_count_does(
    before: str, word: str, numbers: list[str], between: str, after: str
) -> None:
    kept = without_contacts(f"{before}，{word}{between.join(numbers)}。{after}")
    assert kept.startswith(before) and kept.endswith(after)
    assert _figures(kept) == _figures(before) + _figures(after), kept


@given(st.lists(_STATISTICS, min_size=1, max_size=4), st.sampled_from("，；。、"))
def test_statistics_always_come_out_as_printed(statistics: list[str], pause: str) -> None:
    printed = pause.join(statistics)
    assert without_contacts(printed) == printed


@given(
    st.from_regex(r"[a-z][a-z0-9._]{1,10}[@＠][a-z0-9]{2,8}([.．][a-z]{2,4}){1,2}", fullmatch=True),
    _STATISTICS,
)
def test_no_e_mail_comes_out(mail: str, statistic: str) -> None:
    for written in (mail, mail.translate({ord(c): ord(c) + 0xFEE0 for c in string.ascii_lowercase})):
        assert without_contacts(f"{statistic}，邮箱：{written}，{statistic}") == (
            f"{statistic}，邮箱：〔略〕，{statistic}"
        )


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("（联系人王小明，电话：86382345、86382346）。", "（联系人〔略〕，电话：〔略〕、〔略〕）。"),
        ("联 系 人：王小明", "联 系 人：〔略〕"),
        ("审核：王小明 填报：李四", "审核：〔略〕 填报：〔略〕"),
        ("负责人王小明", "负责人〔略〕"),
        (
            "填表人：李 四\u3000校对：王五\u3000签发：赵六",
            "填表人：〔略〕\u3000校对：〔略〕\u3000签发：〔略〕",
        ),
        ("经办人 王小明", "经办人 〔略〕"),
        ("校对 王小明 签发 李四 电话86382345", "校对 〔略〕 签发 〔略〕 电话〔略〕"),
        ("wxm＠gl．gov．cn", "〔略〕"),
        ("如有疑问请致电86382345。", "如有疑问请致电〔略〕。"),
        ("电话：0591-8638 2345", "电话：〔略〕"),
        ("手机 138 1234 5678", "手机 〔略〕"),
        ("手机：138-1234-5678，电话：86382345转8012", "手机：〔略〕，电话：〔略〕"),
        ("电话86382345-801、86382346/86382347", "电话〔略〕、〔略〕/〔略〕"),
        ("QQ：12345678 微信：wxm_123", "QQ：〔略〕 微信：〔略〕"),
        ("微信号wxm123，QQ群123456789", "微信号〔略〕，QQ群〔略〕"),
        ("联系人：欧阳建国（主任），联系电话86382345", "联系人：〔略〕（主任），联系电话〔略〕"),
        ("联系人：阿依古丽·买买提", "联系人：〔略〕"),
        ("联系人：小王 86382345", "联系人：〔略〕 〔略〕"),
        ("联系人：王主任", "联系人：〔略〕主任"),
        (
            "联系人：王小明、李四、赵六，电话：86382345，86382346",
            "联系人：〔略〕、〔略〕、〔略〕，电话：〔略〕，〔略〕",
        ),
        (
            "填报人：王小明 审核人：李四 单位负责人：赵六 填报日期：2022年1月20日",
            "填报人：〔略〕 审核人：〔略〕 单位负责人：〔略〕 填报日期：2022年1月20日",
        ),
        ("联系人王小明86382345", "联系人〔略〕"),
        ("聯繫人：王小明，電話：86382345", "聯繫人：〔略〕，電話：〔略〕"),
        ("联系人：王小明电话86382345", "联系人：〔略〕电话〔略〕"),
        ("（联系人：杨震，联系电话：23163147）", "（联系人：〔略〕，联系电话：〔略〕）"),
        ("电话:0436-4698002;传真:0436-4698002邮箱", "电话:〔略〕;传真:〔略〕邮箱"),
        ("电话:5863213,传真:5862199)查询", "电话:〔略〕,传真:〔略〕)查询"),
        ("（0591）86382345", "〔略〕"),
        ("+86 591 86382345", "〔略〕"),
        ("负责人为王小明，", "负责人为〔略〕，"),
        ("审核王小明，校对李四，", "审核〔略〕，校对〔略〕，"),
        ("联系人 | 王小明 | 电话 | 86382345", "联系人 | 〔略〕 | 电话 | 〔略〕"),
        ("组长：王小明 副组长：李四、王五", "组长：〔略〕 副组长：〔略〕、〔略〕"),
        ("联系人：Wang Xiaoming", "联系人：〔略〕"),
        ("责任编辑：王小明", "责任编辑：〔略〕"),
        ("编辑：王小明 来源：鼓楼区政府", "编辑：〔略〕 来源：鼓楼区政府"),
        ("电话：12345、86382345", "电话：12345、〔略〕"),
        ("电话：86382345 2021年1月20日", "电话：〔略〕 2021年1月20日"),
        ("手机１３８\u3000１２３４\u3000５６７８", "手机〔略〕"),
        ("联系人（王小明）电话（86382345）", "联系人（〔略〕）电话（〔略〕）"),
        ("热线400-123-4567", "热线〔略〕"),
        ("邮箱 wxm@163.com、lisi@163.com", "邮箱 〔略〕、〔略〕"),
        ("办公室王小明（86382345）", "办公室〔略〕（〔略〕）"),
        ("联系人：才旦卓玛", "联系人：〔略〕"),
        ("请与王小明同志联系，电话86382345", "请与〔略〕同志联系，电话〔略〕"),
        ("电 话 ： 8 6 3 8 2 3 4 5", "电 话 ： 〔略〕"),
        ("电话：86 38 23 45", "电话：〔略〕"),
        ("传真：0591—86382345、86382346（24小时）", "传真：〔略〕、〔略〕（24小时）"),
        ("分管领导王小明，联系人李四", "分管领导〔略〕，联系人〔略〕"),
        ("咨询电话为：86382345或86382346", "咨询电话为：〔略〕或〔略〕"),
        ("工作人员王小明", "工作人员〔略〕"),
        ("分管领导：王小明；电话：1380013 8000", "分管领导：〔略〕；电话：〔略〕"),
        ("电话：86382345（王小明）", "电话：〔略〕（〔略〕）"),
        ("负责人王小明参加接访", "负责人〔略〕参加接访"),
        ("由王小明负责，电话86382345", "由〔略〕负责，电话〔略〕"),
        ("王小明 13800138000", "〔略〕 〔略〕"),
        ("电话：八六三八二三四五", "电话：〔略〕"),
        ("E-mail：wxm at gl.gov.cn", "E-mail：〔略〕"),
        ("电话：0591-86382345/86382346，网站标识码：350012", "电话：〔略〕/〔略〕，网站标识码：350012"),
        ("单位负责人（签字）：王小明", "单位负责人（签字）：〔略〕"),
        ("“王小明”; its fields “86382345” are not used", "“〔略〕”; its fields “〔略〕” are not used"),
        ("电话：0591-863…", "电话：〔略〕…"),
        ("邮箱wxm@…", "邮箱〔略〕…"),
    ],
)
def test_contacts_go_and_their_labels_stay(printed: str, kept: str) -> None:
    assert without_contacts(printed) == kept


@pytest.mark.parametrize(
    "printed",
    [
        "本年新收86382345件",
        "热线86382345件",
        "电话咨询1203人次，热线受理1234567件",
        "各科室负责人为成员，负责人参加新闻发布会3次",
        "负责人解读3次，负责人应诉率100%",
        "机关负责人应诉2次，公布咨询电话",
        "微信公众号推送信息2893篇",
        "微信公众号发布信息1234567条",
        "审核程序，审核管理、审核方式",
        "审核：通过",
        "联系人：办公室",
        "联系人：党政办 电话：12345",
        "联系人：金融办",
        "联系人：鼓楼区人民政府办公室",
        "联系人：平和县政府办公室",
        "政府集中采购总金额13812345678.50元",
        "政府集中采购总金额13812345678",
        "泉洛政双〔2021〕3号（2021-01-28）",
        "传真申请数0件，信函申请数12件；电话答复 3 件，共 1 234 567 条",
        "电话1234567次，传真2345678件",
        "热线 2020-2021年 传真（2020—2021）",
        "新收138 1234 5678",
        "各部门负责人任组长，主要负责人高度重视，",
        "签发文件12件，签发公文3件",
        "填报单位：鼓楼区金山街道办事处",
        "审核全街道政府信息公开工作",
        "政务热线：共12345件，来电1234567个",
        "信息联络员12人",
        "编辑：共1203条",
        "来源：福州市政府",
        "成员单位12个，领导：1人",
        "主任：共3人",
        "安排经办人员2名",
        "QQ在线解答12345次，QQ12345次，微信1234567条",
        "通过审核的250条",
        "分管领导：市政府",
        "负责人：各科室负责人",
        "网址 http://www.gl.gov.cn/t20210128_13812345678.htm",
        "邮编350001；编号35010219900101",
        "12345热线1386000件，12345、1386000件",
        "申请量12345678，其中电话申请1234567件，传真12件",
        "联系群众1234567人",
        "成立由局长任组长的领导小组",
    ],
)
def test_words_offices_and_counts_stay(printed: str) -> None:
    assert without_contacts(printed) == printed


@pytest.mark.parametrize(
    ("label", "unit", "value", "contact"),
    [
        ("联系人", "王小明", "86382345", True),
        ("单位负责人", "填报人", "王小明", True),
        ("填表人：王小明", "部", "86382345", True),
        ("联系电话", "个", "86382345", True),
        ("手 机 号 码", None, "138 1234 5678", True),
        ("联系电话", "次", "86382345", False),
        ("咨询电话接听数", None, "1234567", False),
        ("3.咨询电话", "人次", "1203", False),
        ("传真申请数", "件", "1234567", False),
        ("负责人参加新闻发布会次数", "次", "3", False),
        ("联系人数", "人", "3", False),
    ],
)
def test_a_row_of_a_list_that_is_a_contact_line_is_told(
    label: str, unit: str | None, value: str, contact: bool
) -> None:
    assert is_contact_row(label, unit, value) is contact


OFFICES = """党政综合办 综合办公室 社会事务办 经济发展办公室 便民服务中心 政务公开科 法规科 宣传部 安监所 计生办 文化站 财政所
司法所 党建办 应急办 水利站 高新区管委会 公安局 方志办 温泉街道 任丘市政府 向阳街道办事处 文秘科 金融办 平和县政府办公室 局办公室
信息中心 双江乡人民政府 石冲口镇人民政府 万安县人民政府 云霄县财政局 石家庄市委员会 办公室工作人员""".split()


@pytest.mark.parametrize(
    "line",
    ["联系人：{}", "负责人{}，电话：", "审核：{} 填报：{}", "（联系人：{}，电话：12345）", "填报人 {}。"],
)
def test_an_office_in_the_place_of_a_person_stays(line: str) -> None:
    for office in OFFICES:
        printed = line.format(*[office] * line.count("{}"))
        assert without_contacts(printed) == printed
