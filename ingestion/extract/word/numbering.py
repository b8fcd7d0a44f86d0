"""Automatic numbers in front of paragraphs: 一、 and （1） that no run of the document holds.

Belongs here: counting as Word counts, and writing a count as its format says. Does not belong here: which
paragraph is numbered (`body`, `styles`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingestion.extract.word.names import VAL, W, integer, is_on

#: Levels of a list in Word.
LEVELS = 9
#: A list that counts further than this counts for no reader.
_MAX_COUNT = 100_000

_HAN = "〇一二三四五六七八九"
_HAN_UNITS = ("", "十", "百", "千")
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_UNITS = ("", "拾", "佰", "仟")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_COUNTED = frozenset(
    """chineseCounting chineseCountingThousand japaneseCounting japaneseDigitalTenThousand taiwaneseCounting
    taiwaneseCountingThousand koreanCounting""".split()
)
_PLACE = re.compile(r"%([1-9])")
#: A mark that ends so stands directly before its text; behind any other Word leaves a gap.
_CLOSED = "、，。．）】〕：；"


@dataclass(slots=True)
class _Level:
    """One level of a list. restart: the level (1-based) after which it begins anew; None: any above it."""

    start: int = 1
    kind: str = "decimal"
    text: str = ""
    gap: str = " "
    legal: bool = False
    restart: int | None = None
    style: str | None = None


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of one document while it is walked from its beginning to its end."""

    def __init__(self, root: Any) -> None:
        self._lists: dict[str, _List] = {}
        self._list_of: dict[str, _List] = {}
        #: (num id, level) -> the count that it begins with when it is used first
        self._fresh: dict[tuple[str, int], int] = {}
        #: levels that only one num of a list prints otherwise
        self._own: dict[tuple[str, int], _Level] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        if root is not None:
            self._read(root)

    def _read(self, root: Any) -> None:
        by_style: dict[str, str] = {}
        links: dict[str, str] = {}
        for entry in root.iterchildren(f"{W}abstractNum"):
            key = entry.get(f"{W}abstractNumId") or ""
            levels = {}
            for node in entry.iterchildren(f"{W}lvl"):
                depth = integer(node.get(f"{W}ilvl")) or 0
                levels[depth] = _level(node)
            self._lists[key] = _List(levels)
            link, own = entry.find(f"{W}numStyleLink"), entry.find(f"{W}styleLink")
            if link is not None:
                links[key] = link.get(VAL) or ""
            if own is not None:
                by_style[own.get(VAL) or ""] = key
        for key, style in links.items():
            if style in by_style and not self._lists[key].levels:
                self._lists[key] = self._lists[by_style[style]]
        for entry in root.iterchildren(f"{W}num"):
            self._read_num(entry)

    def _read_num(self, entry: Any) -> None:
        key = entry.get(f"{W}numId") or ""
        points_at = entry.find(f"{W}abstractNumId")
        found = self._lists.get(points_at.get(VAL) or "") if points_at is not None else None
        if found is None:
            return
        self._list_of[key] = found
        for override in entry.iterchildren(f"{W}lvlOverride"):
            depth = integer(override.get(f"{W}ilvl")) or 0
            start, level = override.find(f"{W}startOverride"), override.find(f"{W}lvl")
            if level is not None:
                self._own[key, depth] = _level(level)
            if start is not None:
                self._fresh[key, depth] = integer(start.get(VAL)) or 0
        for depth, known in found.levels.items():
            if known.style is not None:
                self._styles.setdefault(known.style, (key, depth))

    def level_of_style(self, key: str, style: str) -> int | None:
        """The level of a list that a paragraph style is tied to."""
        found = self._list_of.get(key)
        for depth, level in found.levels.items() if found is not None else ():
            if level.style == style:
                return depth
        return None

    def next(self, key: str, depth: int) -> str:
        """The mark before the next paragraph of list `key` on level `depth`; "" where none is printed."""
        found = self._list_of.get(key)
        if found is None or not 0 <= depth < LEVELS:
            return ""
        level = self._level(found, key, depth)
        if level is None:
            return ""
        counts = found.counts
        fresh = self._fresh.pop((key, depth), None)
        counts[depth] = fresh if fresh is not None else counts.get(depth, level.start - 1) + 1
        for below in [one for one in counts if one > depth]:
            deeper = self._level(found, key, below)
            if deeper is None or deeper.restart is None or depth < deeper.restart:
                del counts[below]
        if level.kind in ("none", "bullet"):
            # a bullet is no part of what a paragraph says
            return _PLACE.sub("", level.text) + level.gap if level.kind == "none" and level.text else ""
        mark = _PLACE.sub(lambda place: self._count(found, key, int(place[1]) - 1, level), level.text)
        if not mark:
            return ""
        return mark if mark[-1] in _CLOSED else mark + level.gap

    def _count(self, found: _List, key: str, depth: int, printed_in: _Level) -> str:
        level = self._level(found, key, depth)
        if level is None:
            return ""
        count = found.counts.setdefault(depth, level.start)
        return str(count) if printed_in.legal else written(count, level.kind)

    def _level(self, found: _List, key: str, depth: int) -> _Level | None:
        return self._own.get((key, depth)) or found.levels.get(depth)


def _level(node: Any) -> _Level:
    level = _Level()
    for child in node:
        value = child.get(VAL)
        match child.tag.rpartition("}")[2]:
            case "start":
                level.start = integer(value) or 0
            case "numFmt":
                level.kind = value or "decimal"
            case "lvlText":
                level.text = value or ""
            case "suff":
                level.gap = "" if value == "nothing" else " "
            case "isLgl":
                level.legal = is_on(value)
            case "lvlRestart":
                level.restart = integer(value)
            case "pStyle":
                level.style = value
            case "rPr":
                hidden = child.find(f"{W}vanish")
                if hidden is not None and is_on(hidden.get(VAL)):
                    level.kind = "bullet"
            case "AlternateContent":
                # formats that only newer versions know: the choice within is theirs
                newer = child.find(f".//{W}numFmt")
                if newer is not None:
                    level.kind = newer.get(VAL) or "decimal"
    return level


def written(count: int, kind: str) -> str:
    """A count in one of Word's number formats; formats that are not known here count in digits."""
    if not 0 <= count <= _MAX_COUNT:
        return str(count)
    if kind in _COUNTED:
        return _han(count, _HAN, _HAN_UNITS)
    if kind == "chineseLegalSimplified":
        return _han(count, _LEGAL, _LEGAL_UNITS)
    if kind == "ideographDigital":
        return "".join(_HAN[int(digit)] for digit in str(count))
    if kind == "ideographTraditional" and 1 <= count <= len(_STEMS):
        return _STEMS[count - 1]
    if kind == "ideographZodiac" and 1 <= count <= len(_BRANCHES):
        return _BRANCHES[count - 1]
    if kind == "decimalZero":
        return f"{count:02d}"
    if kind in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord("０") + int(digit)) for digit in str(count))
    if kind in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= count <= 20:
        return chr(ord("①") + count - 1)
    if kind == "decimalEnclosedFullstop" and 1 <= count <= 20:
        return chr(ord("⒈") + count - 1)
    if kind == "decimalEnclosedParen" and 1 <= count <= 20:
        return chr(ord("⑴") + count - 1)
    if kind == "ideographEnclosedCircle" and 1 <= count <= 10:
        return chr(ord("㊀") + count - 1)
    if kind in ("upperLetter", "lowerLetter") and count >= 1:
        letter = chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter if kind == "upperLetter" else letter.lower()
    if kind in ("upperRoman", "lowerRoman") and 1 <= count < 4000:
        roman = _roman(count)
        return roman if kind == "upperRoman" else roman.lower()
    return str(count)


def _han(count: int, digits: str, units: tuple[str, ...]) -> str:
    """A count below 10,000 as it is said: 十二, 二十, 一百〇五."""
    if not 0 < count < 10_000:
        return digits[0] if count == 0 else str(count)
    said, gap = "", False
    for position in range(len(str(count)) - 1, -1, -1):
        digit = count // 10**position % 10
        if digit == 0:
            gap = bool(said)
            continue
        if gap:
            said += digits[0]
            gap = False
        said += digits[digit] + units[position]
    return said[1:] if 10 <= count < 20 else said


def _roman(count: int) -> str:
    said = ""
    for value, sign in _ROMAN:
        while count >= value:
            said += sign
            count -= value
    return said
