"""Boxes and rules on a page, and the turn from PDF's coordinates to the page as it is shown.

Belongs here: plain geometry without any knowledge of PDF objects or text. Does not belong here: tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

#: (x0, top, x1, bottom), points, origin top left
Box = tuple[float, float, float, float]


class Rule(NamedTuple):
    """A straight line: at y from x to x (horizontal), or at x from y to y (vertical)."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The visible box of a page in PDF coordinates, and how far it is turned clockwise (0 to 3 quarters)."""

    x0: float
    y0: float
    x1: float
    y1: float
    quarters: int

    @classmethod
    def of(cls, x0: float, y0: float, x1: float, y1: float, degrees: int) -> PageFrame:
        return cls(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), degrees // 90 % 4)

    @property
    def width(self) -> float:
        return self.y1 - self.y0 if self.quarters % 2 else self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.x1 - self.x0 if self.quarters % 2 else self.y1 - self.y0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A place on the page as shown."""
        if self.quarters == 0:
            return x - self.x0, self.y1 - y
        if self.quarters == 1:
            return y - self.y0, x - self.x0
        if self.quarters == 2:
            return self.x1 - x, y - self.y0
        return self.y1 - y, self.x1 - x

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A box on the page as shown."""
        if self.quarters == 0:
            return left - self.x0, self.y1 - top, right - self.x0, self.y1 - bottom
        (xa, ya), (xb, yb) = self.point(left, bottom), self.point(right, top)
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)

    def turn(self, a: float, b: float) -> int:
        """Quarters clockwise by which text that runs along (a, b) is turned on the page as shown."""
        if abs(a) >= abs(b):
            along = 0 if a >= 0 else 2
        else:
            along = 3 if b > 0 else 1
        return (along + self.quarters) % 4


def clusters(values: Iterable[float], tolerance: float) -> list[list[float]]:
    """Values in groups: within a group no neighbours are further apart than the tolerance."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= tolerance:
            groups[-1].append(value)
        else:
            groups.append([value])
    return groups


def merged_rules(rules: Iterable[Rule], tolerance: float) -> list[Rule]:
    """Pieces of one line put together: the same place within the tolerance, gaps no wider than it."""
    ordered = sorted(rules)
    merged: list[Rule] = []
    start = 0
    for end in range(1, len(ordered) + 1):
        if end < len(ordered) and (
            ordered[end].at - ordered[end - 1].at <= tolerance
            and ordered[end].at - ordered[start].at <= 2 * tolerance
        ):
            continue
        line = sorted(ordered[start:end], key=lambda rule: rule.start)
        start = end
        at = _weighted(line)
        reach = line[0]
        for rule in line[1:]:
            if rule.start - reach.end <= tolerance:
                reach = Rule(at, reach.start, max(reach.end, rule.end))
            else:
                merged.append(Rule(at, reach.start, reach.end))
                reach = rule
        merged.append(Rule(at, reach.start, reach.end))
    return merged


def dotted_rules(dots: Iterable[tuple[float, float]], tolerance: float) -> list[Rule]:
    """Rules made of dots, (place across, place along), in line and no further apart than the tolerance."""
    rows: dict[int, list[float]] = {}
    for across, along in dots:
        rows.setdefault(round(across * 2), []).append(along)
    found: list[Rule] = []
    for row, places in rows.items():
        for run in clusters(places, tolerance):
            if len(run) > 2:
                found.append(Rule(row / 2, run[0], run[-1]))
    return found


def _weighted(line: list[Rule]) -> float:
    """Where most of the line's ink lies."""
    total = sum(rule.end - rule.start for rule in line)
    if total <= 0:
        return sum(rule.at for rule in line) / len(line)
    return sum(rule.at * (rule.end - rule.start) for rule in line) / total


def union_box(boxes: Iterable[Box]) -> Box:
    """The smallest box around all."""
    found = list(boxes)
    return (
        min(box[0] for box in found),
        min(box[1] for box in found),
        max(box[2] for box in found),
        max(box[3] for box in found),
    )
