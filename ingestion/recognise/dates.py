"""Dates and years as reports print them: 2021年1月7日, 2024-01-02 15:47, 二○一○年四月十日, 2008年11月31日.

Belongs here: finding printed dates and saying whether the calendar has them. Does not belong here: which of a
document's dates is its publication (see `headline.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingestion.recognise.numerals import parse_numeral, parse_year

#: A year of four digits, Arabic or Chinese; ○, 〇, 零 and the letter O are all met as the zero.
YEAR = r"(?:20\d{2}|二[〇○零OoΟ〇][〇○零OoΟ一二三四五六七八九]{2})"
DATE = r"\d{4}年\d{1,2}月\d{1,2}日"
DAY = r"\d{1,2}月\d{1,2}日"

_CHINESE_DAY = r"[一二三四五六七八九十]{1,3}"
_PRINTED = re.compile(
    rf"(?P<y>{YEAR})年(?P<m>\d{{1,2}}|{_CHINESE_DAY})月(?P<d>\d{{1,2}}|{_CHINESE_DAY})[日号]"
    r"|(?P<iso>(?<!\d)20\d{2}[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)"
)
_ISO = re.compile(r"[-/.]")
_DAY_ONLY = re.compile(r"^(?P<m>\d{1,2})月(?P<d>\d{1,2})日$")


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in folded text: `day` is None where the calendar has no such day."""

    raw: str
    day: date | None
    start: int
    end: int


def find_dates(text: str) -> list[PrintedDate]:
    """Every full date (year, month, day) in folded text, in order."""
    return [
        PrintedDate(match.group(), _day_of(match), match.start(), match.end())
        for match in _PRINTED.finditer(text)
    ]


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has none (31 November)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_date(raw: str, year: int | None = None) -> date | None:
    """The date that `raw` (folded) prints; a bare 12月31日 takes `year`. None if there is no such day."""
    found = find_dates(raw)
    if found:
        return found[0].day
    day_only = _DAY_ONLY.match(raw)
    if day_only is not None and year is not None:
        return calendar_day(year, int(day_only.group("m")), int(day_only.group("d")))
    return None


def _day_of(match: re.Match[str]) -> date | None:
    if match.group("iso"):
        year, month, day = (int(part) for part in _ISO.split(match.group("iso")))
        return calendar_day(year, month, day)
    numbers = (parse_year(match.group("y")), _small(match.group("m")), _small(match.group("d")))
    if any(number is None for number in numbers):
        return None
    return calendar_day(*(number for number in numbers if number is not None))


def _small(text: str) -> int | None:
    return int(text) if text.isascii() else parse_numeral(text)
