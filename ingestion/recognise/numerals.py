"""Chinese numerals as they stand in prose: 一名, 两件, 十二条, 一万二千, and years such as 二○一○.

Belongs here: numeral words to integers and back. Does not belong here: numbers of table cells (those are
Arabic digits with a state, see `numbers.py`), units, or the decision whether a numeral is a count.
"""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_SMALL_UNITS = ("", "十", "百", "千")
_LARGE_UNITS = ("", "万", "亿")
_VALUE = {digit: value for value, digit in enumerate(_DIGITS)}
_UNIT_VALUE = {"十": 10, "百": 100, "千": 1000}
_LARGE_VALUE = {"亿": 100_000_000, "万": 10_000}
_SPELLINGS = str.maketrans({"两": "二", "〇": "零", "○": "零"})
_LEADING_ONE = re.compile(r"^一十")

#: Characters of numeral words, for building patterns.
NUMERAL_CHARS = "零〇○一二两三四五六七八九十百千万亿"

_YEAR_DIGITS = str.maketrans("零〇○OoΟ○一二三四五六七八九", "0000000123456789")
_YEAR_SHAPE = re.compile(r"^[0-9]{4}$")
_PLAIN_COUNT = re.compile(r"\d+(?:\.\d+)?")


def parse_numeral(text: str) -> int | None:
    """The integer that a Chinese numeral word spells, 0 to 10^12; None if it is not a well-formed numeral.

    Strict on purpose: 三四件 ("three or four") and 一百五 are spoken approximations, not counts, so what does
    not spell back to the same word is refused. 两 counts as 二, 〇 and ○ as 零.
    """
    word = text.translate(_SPELLINGS)
    if not word:
        return None
    total = 0
    for part, factor in _large_parts(word):
        section = _section(part)
        if section is None:
            return None
        total += section * factor
    spelled = _LEADING_ONE.sub("十", word)
    return total if write_numeral(total) == spelled else None


def write_numeral(value: int) -> str:
    """The standard numeral word of 0 <= value < 10^12 (12 is 十二, 110 is 一百一十, 10005 is 一万零五)."""
    if value == 0:
        return "零"
    words: list[str] = []
    sections: list[int] = []
    rest = value
    while rest:
        rest, section = divmod(rest, 10_000)
        sections.append(section)
    for place in range(len(sections) - 1, -1, -1):
        section = sections[place]
        if section == 0:
            continue
        higher = any(sections[place + 1 :])
        if higher and (section < 1000 or sections[place + 1] == 0):
            words.append("零")
        words.append(_write_section(section) + _LARGE_UNITS[place])
    return _LEADING_ONE.sub("十", "".join(words))


def parse_year(text: str) -> int | None:
    """A year of four digits, Arabic or Chinese (2010, 二○一○, 二〇一〇); None if it is neither."""
    digits = text.translate(_YEAR_DIGITS)
    return int(digits) if _YEAR_SHAPE.match(digits) else None


def parse_count(text: str) -> Decimal | None:
    """A printed count: Arabic digits (thousands separators allowed, decimals) or a numeral word."""
    if text[:1].isascii():
        plain = text.replace(",", "")
        return Decimal(plain) if _PLAIN_COUNT.fullmatch(plain) else None
    value = parse_numeral(text)
    return None if value is None else Decimal(value)


def _large_parts(word: str) -> list[tuple[str, int]]:
    parts: list[tuple[str, int]] = []
    rest = word
    for unit in ("亿", "万"):
        head, found, tail = rest.partition(unit)
        if found:
            parts.append((head, _LARGE_VALUE[unit]))
            rest = tail
    if rest:
        parts.append((rest, 1))
    return parts


def _section(part: str) -> int | None:
    """Value below 10,000; None where a digit or unit stands where it cannot."""
    if not part:
        return None
    total, pending = 0, None
    for char in part:
        if char in _UNIT_VALUE:
            total += (1 if pending is None else pending) * _UNIT_VALUE[char]
            pending = None
        elif char in _VALUE:
            if pending:
                return None
            pending = _VALUE[char]
        else:
            return None
    return total + (pending or 0)


def _write_section(value: int) -> str:
    words: list[str] = []
    gap = False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        if gap:
            words.append("零")
            gap = False
        words.append(_DIGITS[digit] + _SMALL_UNITS[place])
    return "".join(words)
