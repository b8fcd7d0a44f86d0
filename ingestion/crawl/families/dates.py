"""The date that a list prints beside a link.

Does not belong here: which of a document's dates counts (`crawl.pages`).
"""

from __future__ import annotations

import datetime as dt
import re

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?")
_TIME = r"(?:\s*T?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?"
_OPEN, _CLOSE = r"[\s\[(（【]*", r"[\s\])）】]*"
_ONLY = re.compile(
    rf"{_OPEN}(?:(?:发布|更新)?(?:时间|日期)\s*[:：])?\s*(?:(?:19|20)\d\d\s*[-/.年])?\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}日?"
    rf"{_TIME}{_CLOSE}|{_OPEN}(?:19|20)\d\d[-/.年]\d{{1,2}}月?{_CLOSE}"
)
#: A date set in front of a title or behind it, in brackets or in figures; 年月日 in a title belongs to it.
_FRONT = re.compile(
    rf"^[\[(（【]?\s*((?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}){_TIME}\s*[\])）】]?\s*(?=\D)"
)
_BACK = re.compile(
    rf"\s*[\[(（【]?\s*(?<!\d)((?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}){_TIME}\s*[\])）】]?$"
)


def find_date(text: str) -> str | None:
    """The first whole date of a text as ISO 8601; None where there is none that the calendar has."""
    for match in _DATE.finditer(text):
        try:
            return dt.date(int(match[1]), int(match[3]), int(match[4])).isoformat()
        except ValueError:
            continue
    return None


def is_date(text: str) -> bool:
    """Whether a text is nothing but a date, whole or not, with its brackets, label and time of day."""
    return _ONLY.fullmatch(text.strip()) is not None


def without_date(title: str) -> tuple[str, str | None]:
    """A title without the date that is set before or behind it, and that date; a title that is one stays."""
    for place in (_BACK, _FRONT):
        match = place.search(title)
        date = find_date(match[1]) if match else None
        rest = (title[: match.start()] + title[match.end() :]).strip() if match else ""
        if date is not None and rest:
            return rest, date
    return title, None
