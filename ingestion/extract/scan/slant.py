"""What is left of a page's perspective once its skew is taken out, by the slant of its rules.

Belongs here: the matrix that makes rules lie and stand. Does not belong here: resampling (`page`), and pages
bent along a curve: their tables are followed rule by rule (`traces`).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ingestion.extract.scan.page import Matrix, Page
from ingestion.extract.scan.rules import Rule, Rules

#: em: rules shorter than that say nothing of a slant this small.
_LONG = 6.0
#: Pixels by which a corner of the ruled area must be off before the page is resampled again.
_WORTH = 2.5
_MOST_SLANT = 0.06


def correction(page: Page, rules: Rules) -> Matrix | None:
    """3x3 matrix from the page's pixels to straighter ones, or None where they are straight enough."""
    across = [rule for rule in rules.across if rule.end - rule.start > _LONG * page.em]
    down = [rule for rule in rules.down if rule.end - rule.start > _LONG * page.em]
    if len(across) < 2:
        return None
    left, right = min(rule.start for rule in across), max(rule.end for rule in across)
    top, bottom = min(rule.at for rule in across), max(rule.at for rule in across)
    if right - left < 10 * page.em or bottom - top < 3 * page.em:
        return None
    lying, standing = _Slant(across), _Slant(down)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    corners = []
    for y in (top, bottom):
        for x in (left, right):
            # the rule across through (middle, y) and the one down through (x, middle) meet here
            along, aside = lying(y), standing(x)
            if abs(along) > _MOST_SLANT or abs(aside) > _MOST_SLANT:
                return None
            across_by = (x - middle_x + aside * (y - middle_y)) / (1 - along * aside)
            corners.append((middle_x + across_by, y + along * across_by))
    goal = [(left, top), (right, top), (left, bottom), (right, bottom)]
    if float(np.abs(np.array(corners) - np.array(goal)).max()) < _WORTH:
        return None
    matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), np.array(goal, np.float32))
    return np.asarray(matrix, dtype=np.float64)


class _Slant:
    """The slant of rules as a straight line over their places (robust against a few false ones)."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.base = self.change = self.centre = 0.0
        if not rules:
            return
        at = np.array([rule.at for rule in rules])
        slopes = np.array([rule.slope for rule in rules])
        weights = np.array([rule.end - rule.start for rule in rules])
        good = np.abs(slopes - _weighted_median(slopes, weights)) < 0.02
        at, slopes, weights = at[good], slopes[good], weights[good]
        self.centre = float(np.average(at, weights=weights))
        spread = at - self.centre
        room = float((weights * spread * spread).sum())
        self.base = float(np.average(slopes, weights=weights))
        if len(at) >= 3 and room > 0:
            self.change = float((weights * spread * (slopes - self.base)).sum() / room)

    def __call__(self, at: float) -> float:
        return self.base + self.change * (at - self.centre)


def _weighted_median(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(running, running[-1] / 2))])
