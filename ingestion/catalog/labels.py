"""Labels as printed -> matching keys.

Belongs here: the rules by which two spellings of one printed label are the same label. They hold for every
form and agency; a spelling that only some reports use is an alias in `forms/<form>.yml`, not a rule here.
Does not belong here: numbers, and the decision which row or column a key means (that needs its parent).

Source of the rules: the codebook's section semantics.label_normalisation, quoted at each constant.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ingestion.catalog.traditional import SIMPLIFIED, SOUND, words_of_the_forms

# "NFKC, then drop all whitespace (果 维 持 -> 果维持; 指 标 名 称 -> 指标名称)". Word and web editors also
# leave zero-width characters, soft hyphens and byte order marks inside a label.
_INVISIBLE = re.compile(
    "[\\s\u0000-\u001f\u007f-\u009f\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)

# NFKC makes ① a bare 1, which can no longer be told from a figure: circled numbers become "1." before it.
_CIRCLED = {ord(char): f"{number}." for number, char in enumerate("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", start=1)}
_CIRCLED |= {ord(char): f"{number}." for number, char in enumerate("❶❷❸❹❺❻❼❽❾❿", start=1)}

# "brackets （）()【】〔〕 unified; quotes “”"「」 unified; 、，, unified". Quotes carry no meaning in any
# label and get lost in text extraction (危及三安全一稳定), so they are unified to nothing.
_UNIFIED = str.maketrans(
    {
        **dict.fromkeys("【〔[{〖", "("),
        **dict.fromkeys("】〕]}〗", ")"),
        **dict.fromkeys("“”„‟\"「」『』‘’‚‛'`´＂〝〞〟", None),
        **dict.fromkeys("、，､﹐﹑", ","),
        **dict.fromkeys("：︰﹕∶", ":"),
        **dict.fromkeys("／∕⁄", "/"),
    }
)

_HAN_NUMERALS = "一二三四五六七八九十"

# "strip leading enumerators: 一、 (一) （一） 1. 1、 1． ① and trailing ：:", 其中: before them, and a
# bracket of which the first half was lost (三) 不予公开 in yingqian-2020). "1." before a digit is a decimal.
_ENUMERATOR = re.compile(
    rf"其中[:,]?(?=.)|[{_HAN_NUMERALS}]{{1,3}}[,.:]|\(?[{_HAN_NUMERALS}]{{1,3}}\)"
    r"|\(?\d{1,2}\)(?!\d)|\d{1,2}[.,:](?!\d)"
)

# "drop explanatory bracket （区分处理的…）, （单位：…） before matching, keep the unit": brackets that begin
# so explain a label and are left out by some reports. Any other bracket may tell two rows apart and stays.
# The half that a page break leaves behind is dropped with its missing closing bracket. A long one behind
# a label is the same: 规章（设区的市、自治州人民政府应提供相关数据）, 上一年项目数量（指2019年事项数）.
_EXPLANATION = re.compile(
    r"\((?:区分处理|只计|单位|保留|不同渠道|不同方式|不包括|计量单位|盖章|公章|(?:件|条|项|次|篇|人|人次|个|元|万元)\))"
    r"[^()]*(?:\)|$)|(?<=.)\((?:[指含]|[^()]{14})[^()]*(?:\)|$)|\((?:件|条|项|次|篇|人|人次|个|元|万元)\)"
)

#: Traditional characters for the simplified ones of the forms' labels: readers of pictures see them now and
#: then (規章, 結果維持), the big5 gates of government sites and copies of them print whole reports so, and no
#: label of a form differs from another by them alone. 於 and 後 are characters of names too, not of labels.
LABEL_CHARACTERS: dict[int, str] = {**SIMPLIFIED, ord("於"): "于", ord("後"): "后"}

# the forms' rows match 其[他它] alike: 其它 is the commoner slip for 其他
_OTHER = ("其它", "其他")

_PRINTED_GAP = r"[\s\u00a0\u3000\u200b\ufeff]*"
_PRINTED_ENUMERATOR = re.compile(
    rf"{_PRINTED_GAP}((?:其{_PRINTED_GAP}中{_PRINTED_GAP}[:：,，]?{_PRINTED_GAP}(?=\S))?"
    rf"(?:[（(【〔]?{_PRINTED_GAP}(?:[{_HAN_NUMERALS}]{{1,3}}|\d{{1,2}}){_PRINTED_GAP}[）)】〕](?!\d)"
    rf"|[{_HAN_NUMERALS}]{{1,3}}{_PRINTED_GAP}[、.．，,：:]"
    rf"|[0-9０-９]{{1,2}}{_PRINTED_GAP}[、.．，,：:](?![0-9０-９])"
    r"|[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿])?)"
)


def strip_spaces(text: str) -> str:
    """`text` without whitespace, NBSP and zero-width characters; nothing else changes."""
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=16384)
def normalise_label(text: str) -> str:
    """The matching key of a printed label or heading; "" when only an enumerator or nothing is printed.

    Two labels with the same key are the same label within one parent (rows) or one group (columns); across
    parents 其他 or 总计 occur many times. Idempotent. Source: codebook semantics.label_normalisation.
    """
    # stripping can bring forth something to strip ("其中：1."), so to a fixed point
    while (key := _normalise_once(text)) != text:
        text = key
    return key


def _normalise_once(text: str) -> str:
    key = unicodedata.normalize("NFKC", text.translate(_CIRCLED).translate(_UNIFIED))
    key = SOUND.sub("", _INVISIBLE.sub("", key).translate(_UNIFIED)).translate(LABEL_CHARACTERS)
    key = words_of_the_forms(key)
    key = _ENUMERATOR.sub("", key, count=1) if _ENUMERATOR.match(key) else key
    key = _EXPLANATION.sub("", key)
    # （七）、总计 and, where a reader of pictures saw a speck, （七）.总计
    return key.lstrip(".,·").rstrip(":").replace(*_OTHER)


def split_enumerator(text: str) -> tuple[str | None, str]:
    """(enumerator as printed or None, the rest as printed), both with their outer spaces removed.

    "(一) 予以公开" -> ("(一)", "予以公开"); "其中：1.政府网站公开" -> ("其中：1.", "政府网站公开").
    """
    match = _PRINTED_ENUMERATOR.match(text)
    enumerator = match.group(1).strip() if match else ""
    if match is None or not enumerator:
        return None, text.strip()
    return enumerator, text[match.end() :].strip()


def enumerator_number(enumerator: str | None) -> int | None:
    """The ordinal that a printed enumerator carries: "（三）" -> 3, "十二、" -> 12, "其中：" -> None."""
    if not enumerator:
        return None
    key = unicodedata.normalize("NFKC", enumerator.translate(_CIRCLED))
    digits = re.search(r"\d+", key)
    if digits:
        return int(digits.group())
    numerals = re.search(f"[{_HAN_NUMERALS}]+", key)
    if not numerals:
        return None
    tens, ten, units = numerals.group().rpartition("十")
    number = _HAN_NUMERALS.find(units) + 1 if units else 0
    if ten:
        number += 10 * (_HAN_NUMERALS.find(tens) + 1 if tens else 1)
    return number
