"""What a cell's style makes of its number: shown by a format, as a date, in white, struck through.

Belongs here: from a stored number and its style to what is shown. Does not belong here: where a file keeps
its styles (`sheets`, `binary`), format codes by themselves (`formats`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ingestion.extract.workbook.formats import BUILT_IN, IN_DOUBT, UNKNOWN, shown
from ingestion.extract.workbook.sheet import Entry

#: Formats of dates that a workbook names by number.
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_DATE_FORMAT = re.compile(r"[ymdhs]|aaa", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|\\.|\[[^\]]*\]")


class Style(NamedTuple):
    """code: of the format. white: in white letters on what may be white paper."""

    code: str = "General"
    struck: bool = False
    date: bool = False
    white: bool = False


def style_of(number: int, code: str | None, *, struck: bool, white: bool) -> Style:
    """number: of the format; code: as the file spells it out, None where only the number says which it is."""
    if code is None:
        return Style(BUILT_IN.get(number, UNKNOWN), struck, number in _DATES, white)
    date = code.lower() != "general" and _DATE_FORMAT.search(_QUOTED.sub("", code)) is not None
    return Style(code, struck, date or number in _DATES, white)


def number_entry(value: float, printed: str, style: Style, *, zeros: bool) -> Entry | None:
    """What a cell with this number shows; None for a blank.

    printed: the number as the file has it. zeros: the sheet shows them.
    """
    if value == 0 and not zeros:
        return None
    if style.date:
        # a date is printed, and the number behind it is not
        return Entry(printed, IN_DOUBT, struck=style.struck, legible=False)
    text, sure = shown(value, style.code)
    return Entry(text, sure, struck=style.struck, legible=not style.white) if text else None
