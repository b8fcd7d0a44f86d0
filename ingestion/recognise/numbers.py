"""From the text of a number cell to its number and state.

Belongs here: how one cell's printed text is read (codebook of the forms, "how blanks and numbers are
read"): states of cells without a number, thousands separators, units, notes in brackets, signed
changes. Does not belong here: which cell it is, or any comparison with other cells.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ingestion.catalog import load_catalog
from ingestion.recognise.reading import BLANK, REPORTED, UNREADABLE

#: Reading a letter as a digit, or joining digits that stand apart, is a choice and says so.
DOUBTFUL = 0.6

_SPACE = re.compile(r"\s+")
#: Characters without width: "1\u200b8" is seen as 18. Word's line breaking and web editors leave them behind.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]+")
_ZERO_LOOKALIKES = frozenset("○〇o")

# The measure words that offices write behind a number in a cell; 万元 and 元 change what it means.
_UNIT = r"(?P<unit>亿元|万元|元|人次|件次|件|条|项|次|篇|人|个|份|宗|名|起|例|部|期|篇次)?"
_UNIT_ALONE = re.compile(_UNIT)
_PLAIN = r"\d+(?:\.\d+)?"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?P<sign>[+-])?(?P<number>{_GROUPED}|{_PLAIN}){_UNIT}(?P<note>\(.*\))?[。;]?", re.DOTALL
)
_SPLIT_DIGITS = re.compile(r"\d [\d,.]|[,.] \d")

# Signed changes: "+3", "增3", "↑3", "增加3项", and two parts in one cell: "+3/-1", "增3/减1", "3/0".
_UP = r"(?:\+|增加?|新增|↑)"
_DOWN = r"(?:-|减少?|↓)"
_DELTA = re.compile(rf"(?P<direction>{_UP}|{_DOWN})?(?P<number>{_PLAIN}){_UNIT}")
_DELTA_PAIR = re.compile(
    rf"{_UP}?(?P<up>{_PLAIN})(?:件|项|个)?[/,、;](?:{_DOWN})?(?P<down>{_PLAIN})(?:件|项|个)?"
)
_DIRECTION_DOWN = re.compile(_DOWN)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number cell's text, understood: `value` only with state `reported`; `unit` as printed in the cell."""

    state: str
    value: Decimal | None = None
    unit: str | None = None
    parts: tuple[Decimal, ...] | None = None
    confidence: float = 1.0
    note: str | None = None

    @property
    def is_value(self) -> bool:
        """True when the cell holds content of a number cell: a number, or a word or sign for none."""
        return self.state not in (BLANK, UNREADABLE)


def fold(text: str) -> str:
    """NFKC with the dashes, minus signs and quotes of Chinese typography brought to one each."""
    folded = unicodedata.normalize("NFKC", text)
    return folded.replace("\u2212", "-").replace("\u3000", " ")


@lru_cache(maxsize=8192)
def parse_number(text: str, *, signed: bool = False) -> Printed:
    """Read one number cell. `signed` is for the columns that print a change (本年增/减 of the form of 2019).

    Never raises and never guesses: a text that is not surely a number or a known word for "none" is
    `unreadable`. Money keeps its printed unit; nothing is converted.
    """
    folded = _SPACE.sub(" ", _INVISIBLE.sub("", fold(text))).strip()
    if not folded:
        return Printed(BLANK)
    compact = folded.replace(" ", "").lower()
    if any(unicodedata.category(char) == "No" for char in text):
        return Printed(UNREADABLE, note="a raised or circled digit stands in the cell")
    if _SPLIT_DIGITS.search(folded.split("(")[0]):
        return Printed(UNREADABLE, note="digits stand apart in one cell")
    state = load_catalog().state_of(folded)
    if state is not None:
        return Printed(state)
    if compact in _ZERO_LOOKALIKES:
        return Printed(REPORTED, Decimal(0), confidence=DOUBTFUL, note="a letter that looks like 0")
    if signed:
        delta = _parse_delta(compact)
        if delta is not None:
            return delta
    match = _NUMBER.fullmatch(compact)
    if match is None:
        return Printed(UNREADABLE)
    number = match["number"].replace(",", "")
    if not _plain_digits(number.split(".")[0]):
        return Printed(UNREADABLE, note="a number with a leading zero")
    value = Decimal(number)
    if match["sign"] == "-":
        value = -value
    return Printed(REPORTED, value, unit=match["unit"], note=match["note"])


def is_unit(text: str) -> bool:
    """True for a measure word that stands alone, as in a column of units."""
    word = _SPACE.sub("", fold(text))
    return bool(word) and _UNIT_ALONE.fullmatch(word) is not None


def _parse_delta(compact: str) -> Printed | None:
    single = _DELTA.fullmatch(compact)
    if single and _plain_digits(single["number"].split(".")[0]):
        value = Decimal(single["number"])
        if single["direction"] and _DIRECTION_DOWN.fullmatch(single["direction"]):
            value = -value
        return Printed(REPORTED, value, unit=single["unit"])
    pair = _DELTA_PAIR.fullmatch(compact)
    if pair and all(_plain_digits(pair[part].split(".")[0]) for part in ("up", "down")):
        up, down = Decimal(pair["up"]), -Decimal(pair["down"])
        return Printed(REPORTED, up + down, parts=(up, down), note="net of two printed parts")
    return None


def _plain_digits(digits: str) -> bool:
    """ASCII digits without a leading zero: "00" is two cells glued together, not a number."""
    return digits.isascii() and digits.isdigit() and (len(digits) == 1 or digits[0] != "0")
