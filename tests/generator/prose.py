"""The words between the tables: agencies, titles, sections one to six, contact lines.

Belongs here: made-up prose as reports have it, numbers in it included (a trap for readers that look for numbers
anywhere). Not here: tables, which come from the catalog. The fonts of `fonts/` hold every character used here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

AGENCIES = (
    "清河县人民政府",
    "清河县财政局",
    "东山区教育局",
    "临江市自然资源局",
    "青石镇人民政府",
    "柳河街道办事处",
    "临江市公安局",
    "东山区卫生健康局",
    "青石镇人民政府办公室",
    "临江市市场监督管理局",
    "清河县农业农村局",
    "东山区人民政府办公室",
)

TITLES = (
    "{agency}{year}年政府信息公开工作年度报告",
    "{agency}{year}年度政府信息公开工作年度报告",
    "{year}年{agency}政府信息公开工作年度报告",
)

_OPENING = (
    "本报告根据《中华人民共和国政府信息公开条例》（国务院令第711号）第五十条的规定编制，所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
    "根据《中华人民共和国政府信息公开条例》要求，现公布{agency}{year}年度政府信息公开工作年度报告。",
)
_CONTACT = (
    "如对本报告有疑问，请与{agency}办公室联系（地址：解放路12号；邮编：350200；电话：0591-28812345；传真：28816789）。",
    "联系电话：0591-86352022，电子邮箱：xxgk@example.gov.cn。",
)
_GENERAL = (
    "{year}年，本机关认真贯彻落实党中央、国务院关于政务公开工作的决策部署，坚持以公开为常态、不公开为例外，不断提高政府工作透明度。",
    "（一）主动公开情况。全年通过政府门户网站发布信息{n}条，其中机构职能类信息{m}条，财政预决算类信息2条，重点领域信息{k}条。",
    "（二）依申请公开情况。本机关进一步规范办理程序，做到件件有登记、有审查、有答复，全部按时办结。",
    "（三）政府信息管理情况。严格执行“先审查、后公开”制度，明确{k}名分管负责同志和{m}名工作人员具体负责。",
    "（四）平台建设情况。加强门户网站和政务新媒体建设，微信公众号推送信息{n}篇，开展在线访谈{k}次。",
    "（五）监督保障情况。举办培训班{k}期，培训{m}人次，将政务公开纳入年度考核，分值权重为4%。",
)
_PROBLEMS = (
    "一是公开内容的深度和广度有待进一步拓展，二是工作人员业务能力还需加强，三是政策解读形式比较单一。",
    "下一步，我们将从以下{k}个方面加以改进：加强学习培训，完善制度机制，丰富解读形式，及时回应社会关切。",
)
_OTHER = (
    "本年度未收取信息处理费。",
    "{year}年本机关承办人大代表建议{k}件、政协提案{m}件，办理结果均已公开。",
    "无其他需要报告的事项。",
)
_RUNNING = ("{year}年政府信息公开工作年度报告", "{agency}", "政府信息公开")


@dataclass(frozen=True)
class Words:
    """The texts of one report; `published`: the date as printed below the title."""

    agency: str
    year: int
    title: str
    published: str
    opening: tuple[str, ...]
    general: tuple[str, ...]
    problems: tuple[str, ...]
    other: tuple[str, ...]
    running_head: str


def words(year: int, rng: random.Random, agency: str | None = None) -> Words:
    """Random words for the report about `year`."""
    agency = agency or rng.choice(AGENCIES)

    def filled(text: str) -> str:
        numbers = {"n": rng.randrange(10, 3000), "m": rng.randrange(1, 90), "k": rng.randrange(2, 9)}
        return text.format(agency=agency, year=year, **numbers)

    def some(texts: tuple[str, ...], least: int) -> tuple[str, ...]:
        count = rng.randint(least, len(texts))
        chosen = sorted(rng.sample(range(len(texts)), count))
        return tuple(filled(texts[place]) for place in chosen)

    return Words(
        agency=agency,
        year=year,
        title=filled(rng.choice(TITLES)),
        published=f"{year + 1}年{rng.randint(1, 3)}月{rng.randint(1, 28)}日",
        opening=(*some(_OPENING, 1), *some(_CONTACT, 0)),
        general=some(_GENERAL, 2),
        problems=some(_PROBLEMS, 1),
        other=some(_OTHER, 1),
        running_head=filled(rng.choice(_RUNNING)),
    )


def vocabulary() -> set[str]:
    """Every character that these texts can print, beside digits and ASCII."""
    texts = (
        *AGENCIES,
        *TITLES,
        *_OPENING,
        *_CONTACT,
        *_GENERAL,
        *_PROBLEMS,
        *_OTHER,
        *_RUNNING,
        "年月日第页共",
    )
    return set("".join(texts))
