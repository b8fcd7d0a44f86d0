"""Names of places in comparable form: what is left of 街道, 办事处 and 人民政府, and the stem of a county.

Belongs here: the forms that one name takes. Does not belong here: which place a name means
(`ingestion.resolve`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOISE = re.compile(r"[\s“”\"'「」《》【】·]+")
_OFFICE_OF_STREET = re.compile(r"(?:街道办事处|街道办事|街道办|街办|办事处|街道)$")
_GOVERNMENT = re.compile(r"人民政府|行政公署")
_GOVERNMENT_OF_TOWN = re.compile(r"(?<=[镇乡市县区旗])政府$")
_STREET_ENDS = ("街道办事处", "街办事处", "街道办事", "街道办", "街办", "办事处", "街道", "街")

#: What some lists call a place that has no name of its own; the end of every other street.
_NO_NAME = frozenset({"街道", "街道办事处", "街街道"})

_PEOPLES = (
    "壮族 回族 满族 苗族 彝族 土家族 藏族 蒙古族 蒙古 侗族 布依族 瑶族 白族 朝鲜族 "
    "哈尼族 黎族 哈萨克族 哈萨克 傣族 畲族 傈僳族 东乡族 仡佬族 拉祜族 佤族 水族 纳西族 "
    "羌族 土族 仫佬族 锡伯族 锡伯 柯尔克孜族 柯尔克孜 景颇族 达斡尔族 达斡尔 撒拉族 "
    "布朗族 毛南族 塔吉克族 塔吉克 普米族 阿昌族 怒族 鄂温克族 京族 基诺族 德昂族 保安族 "
    "俄罗斯族 裕固族 乌孜别克族 门巴族 鄂伦春族 鄂伦春 独龙族 赫哲族 珞巴族 塔塔尔族 "
    "维吾尔族 维吾尔 各族 回 满 苗 "
).split()
_OF_PEOPLES = re.compile(
    "(?:" + "|".join(sorted((p for p in _PEOPLES if len(p) > 1), key=len, reverse=True)) + ")+"
)
_AUTONOMOUS = re.compile(r"自治(?:区|州|县|旗)$")
_UPPER_END = re.compile(r"(?:特别行政区|地区|林区|特区|矿区|新区|省|市|县|区|州|盟|旗)$")


def plain(text: str) -> str:
    """Without blanks, quotes and the words 人民政府 (of a league 行政公署), full-width forms as plain."""
    name = _GOVERNMENT.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", text)))
    return _GOVERNMENT_OF_TOWN.sub("", name)


@lru_cache(maxsize=4096)
def upper_stem(name: str) -> str:
    """What people call a province, city or county: 长乐 for 长乐区 and 长乐市, 墨江 for 墨江哈尼族自治县.

    The name itself where less than two characters would be left (城区, 忠县).
    """
    cut = _AUTONOMOUS.sub("", name)
    stem = _OF_PEOPLES.sub("", cut) if cut != name else _UPPER_END.sub("", name)
    return stem if len(stem) >= 2 else name


def street_stem(name: str) -> str:
    """What is left of the name of a street, town or township without its kind: 营前 for 营前街道."""
    name = plain(name)
    short = _OFFICE_OF_STREET.sub("", name)
    if short == name:
        short = re.sub(r"(?:镇|乡|苏木|街)$", "", name)
    short = _OF_PEOPLES.sub("", short) if len(_OF_PEOPLES.sub("", short)) >= 2 else short
    return short if len(short) >= 2 else name


def name_keys(name: str) -> tuple[str, ...]:
    """Forms under which a place of the panel is found, its own plain name first."""
    name = plain(name)
    keys = [name, *spellings(name)]
    if name.endswith("乡"):
        short = _OF_PEOPLES.sub("", name[:-1])
        if len(short) >= 2:
            keys.append(short + "乡")
    return tuple(key for key in dict.fromkeys(keys) if key not in _NO_NAME)


def spellings(text: str) -> tuple[str, ...]:
    """The plain text with its end written out as 街道, in each way it can be meant.

    街办事处 is short for 街道办事处, or the end of a street that is itself called 北街: both are given.
    """
    for end in _STREET_ENDS:
        if text.endswith(end) and len(text) > len(end):
            stem = text[: -len(end)]
            found = [stem + "街道"]
            if end in ("街办事处", "街办", "街"):
                found.append(stem + "街街道")
            return tuple(found)
    return (text,)
