"""Conditions by which a sheet of a workbook hides numbers: zeros in white are the usual case.

Belongs here: which cells a condition covers and whether it hides a value. Does not belong here: which styles
hide (`sheets`), formulas: a condition that is one cannot be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
#: Conditions of one sheet that are looked at.
_MAX_CONDITIONS = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """ranges: (top, left, bottom, right), 0-based, inclusive. sign, bounds: what is compared with what; None
    where that is a formula."""

    ranges: tuple[tuple[int, int, int, int], ...]
    sign: str | None
    bounds: tuple[float, ...]

    def covers(self, row: int, col: int) -> bool:
        return any(top <= row <= bottom and left <= col <= right for top, left, bottom, right in self.ranges)

    def hides(self, value: str | None) -> bool | None:
        """Whether a cell's number is hidden; None if that cannot be told. value: as the file has it."""
        if value is None or self.sign is None:
            return None
        try:
            number = float(value)
        except ValueError:
            return None
        low, high = self.bounds[0], self.bounds[-1]
        found = {
            "equal": number == low,
            "notEqual": number != low,
            "lessThan": number < low,
            "lessThanOrEqual": number <= low,
            "greaterThan": number > low,
            "greaterThanOrEqual": number >= low,
            "between": low <= number <= high,
            "notBetween": not low <= number <= high,
        }
        return found.get(self.sign)


def conditions_of(root: Any, unseen: frozenset[int]) -> list[Condition]:
    """The conditions of a sheet with one of the `unseen` styles."""
    found: list[Condition] = []
    for group in root.iterfind(f"{_S}conditionalFormatting") if unseen else ():
        ranges = tuple(_ranges(group.get("sqref") or ""))
        for rule in group.iterchildren(f"{_S}cfRule"):
            style = rule.get("dxfId") or ""
            if not style.isdigit() or int(style) not in unseen or len(found) >= _MAX_CONDITIONS:
                continue
            bounds = _numbers([formula.text or "" for formula in rule.iterchildren(f"{_S}formula")])
            plain = rule.get("type") == "cellIs" and bool(bounds)
            found.append(Condition(ranges, rule.get("operator") if plain else None, bounds))
    return found


def _ranges(references: str) -> list[tuple[int, int, int, int]]:
    found = []
    for reference in references.split():
        ends = _RANGE.fullmatch(reference.replace("$", ""))
        if ends is not None:
            left, top = _column(ends[1]), int(ends[2]) - 1
            right, bottom = (_column(ends[3]), int(ends[4]) - 1) if ends[3] else (left, top)
            found.append((top, left, bottom, right))
    return found


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _numbers(formulas: list[str]) -> tuple[float, ...]:
    """The numbers of a condition; empty if one of them is a formula."""
    try:
        return tuple(float(formula) for formula in formulas)
    except ValueError:
        return ()
