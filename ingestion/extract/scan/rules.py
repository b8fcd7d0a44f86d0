"""The rules of tables: long thin ink, across and down, solid, dashed or broken.

Belongs here: which pixels belong to a rule, and rules as straight strokes. Does not belong here: what the
rules enclose (`lattice`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ingestion.extract.scan.page import Page

Mask = npt.NDArray[np.uint8]

#: Lengths in em of what is surely no row of strokes of characters. Shorter pieces of rules (a row is 1.2 em
#: high) are found along the lines that these make known.
_ACROSS = 3.0
_DOWN = 2.0
#: Thicker things are bars and pictures.
_THICKEST = 0.4
#: Dashes: how long, how thick, and how far apart at most. A 1 is 0.7 em high and 0.35 em from the rules.
_DASH, _DASH_THICK, _DASH_GAP = 0.62, 0.25, 0.34
#: ... and how large they are where two of them cross.
_PLUS, _PLUS_THICK = 0.75, 0.22
#: Length of dashed rules, against that of solid ones, from which on dashes are rules and not pieces of text.
_DASHED_SHARE = 0.25
#: Breaks in a solid rule (thin lines of a bad scan).
_BREAK = 0.12
#: Share of a stroke that has ink close by on both its sides: strokes of text do, rules do not.
_CROWDED = 0.3


@dataclass(frozen=True, slots=True)
class Rule:
    """A stroke: `at` is its middle (y of one across, x of one down) half way along, `slope` its change
    per pixel, [start, end) where it runs, all in the page's pixels.
    """

    at: float
    slope: float
    start: float
    end: float
    thickness: float

    def where(self, along: float) -> float:
        """Its middle at `along`."""
        return self.at + self.slope * (along - (self.start + self.end) / 2)


@dataclass
class Rules:
    """across, down: strokes. ink: all ink of the page, lenient. across_ink, down_ink: that of the strokes.
    across_dashes, down_dashes: dashes and what is like them, not closed up; empty where the page has no
    dashed tables. gap: how far dashes are apart at most, in pixels.
    """

    across: list[Rule]
    down: list[Rule]
    ink: Mask
    across_ink: Mask
    down_ink: Mask
    across_dashes: Mask
    down_dashes: Mask
    gap: int

    @property
    def dashed(self) -> bool:
        return self.gap > 0


def find_rules(page: Page) -> Rules:
    """All rules of a page; dashed ones too, where solid ones do not make a table."""
    # thin rules of small pictures are pale, so more is taken for ink here than for text
    level = int(255 - max(28.0, 3.2 * page.noise))
    ink: Mask = (page.grey < level).astype(np.uint8)
    found = _solid(ink, page.em)
    return _with_dashes(found, page.em)


def _solid(ink: Mask, em: float) -> Rules:
    bridge = max(2, round(_BREAK * em))
    across = _long(closed(ink, 1, bridge), em, (1, _ACROSS))
    down = _long(closed(ink, bridge, 1), em, (_DOWN, 1))
    # what crosses a rule does not crowd it
    across_ink, across_rules = _strokes(across, _without(ink, down), em, lying=True)
    down_ink, down_rules = _strokes(down, _without(ink, across), em, lying=False)
    nothing = np.zeros_like(ink)
    return Rules(across_rules, down_rules, ink, across_ink, down_ink, nothing, nothing, 0)


def _without(ink: Mask, rules: Mask) -> Mask:
    near = cv2.dilate(rules, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.subtract(ink, near), dtype=np.uint8)


def _with_dashes(solid: Rules, em: float) -> Rules:
    """The rules with dashed ones, where there are enough of these."""
    ink, gap = solid.ink, round(_DASH_GAP * em)
    across_dashes = _dashes(ink, em, lying=True)
    # a dashed rule goes on behind the rule that crosses it
    across = _long(closed(across_dashes | solid.down_ink, 1, gap), em, (1, _ACROSS))
    across_ink, across_rules = _strokes(across, _without(ink, solid.down_ink), em, lying=True)
    # the dashes of two cells, one drawn after the other, meet where they cross a rule, and make a long one
    down_dashes = _dashes(_without(ink, across_ink | solid.across_ink), em, lying=False)
    down = _long(closed(down_dashes | across_ink | solid.across_ink, gap, 1), em, (_DOWN, 1))
    down_ink, down_rules = _strokes(down, _without(ink, across), em, lying=False)
    across_rules = [rule for rule in across_rules if not _known(rule, solid.across, em)]
    down_rules = [rule for rule in down_rules if not _known(rule, solid.down, em)]
    if _length(across_rules + down_rules) < _DASHED_SHARE * _length(solid.across + solid.down):
        return solid
    return Rules(
        solid.across + across_rules,
        solid.down + down_rules,
        ink,
        solid.across_ink | across_ink,
        solid.down_ink | down_ink,
        across_dashes | solid.down_ink,
        down_dashes | across_ink | solid.across_ink,
        gap,
    )


def closed(mask: Mask, height: int, width: int) -> Mask:
    """`mask` with gaps smaller than a box of that size closed."""
    box = np.ones((height, width), np.uint8)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, box), dtype=np.uint8)


def _dashes(ink: Mask, em: float, *, lying: bool) -> Mask:
    """Ink that runs on for no longer than a dash and is no thicker: a 1 is longer, so are strokes of text."""
    along, over = round(_DASH * em), round(_DASH_THICK * em) + 1
    shape = ((1, along), (over, 1)) if lying else ((along, 1), (1, over))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    size = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    # dashes that cross or meet end to end, and dashes that touch a network of solid rules
    alike = (size <= _PLUS * em) | (size > 4 * em)
    alike |= stats[:, cv2.CC_STAT_AREA] <= _PLUS_THICK * em * size
    alike[0] = False
    long, thick = (cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(one, np.uint8)) for one in shape)
    return np.asarray(alike[labels] & (long == 0) & (thick == 0), dtype=np.uint8)


def _length(rules: list[Rule]) -> float:
    return sum(rule.end - rule.start for rule in rules)


def _long(ink: Mask, em: float, length: tuple[float, float]) -> Mask:
    """What is longer than `length` (down, across; 1 = one pixel); a rule a little askew is kept whole."""
    down, across = (1 if one == 1 else max(3, round(one * em)) for one in length)
    # a stroke askew leaves its row of pixels: its neighbours help it
    thick = cv2.dilate(ink, np.ones((1, 3), np.uint8) if down > 1 else np.ones((3, 1), np.uint8))
    opened = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((down, across), np.uint8))
    return cv2.bitwise_and(opened, ink).astype(np.uint8)


def _strokes(mask: Mask, ink: Mask, em: float, *, lying: bool) -> tuple[Mask, list[Rule]]:
    """The connected pieces of `mask` that are thin enough, as strokes; and the mask without the others."""
    joined = cv2.dilate(mask, np.ones((3, 5) if lying else (5, 3), np.uint8))
    count, labels, _, _ = cv2.connectedComponentsWithStats(joined)
    labels = np.where(mask > 0, labels, 0)
    rules: list[Rule] = []
    good = np.zeros(count, dtype=bool)
    rows, columns = np.nonzero(labels)
    pieces = labels[rows, columns]
    order = np.argsort(pieces, kind="stable")
    rows, columns, pieces = rows[order], columns[order], pieces[order]
    bounds = np.searchsorted(pieces, np.arange(1, count + 1))
    for index in range(1, count):
        part = slice(bounds[index - 1], bounds[index] if index < count else None)
        along, off = (columns[part], rows[part]) if lying else (rows[part], columns[part])
        if len(along) < 4:
            continue
        start, end = int(along.min()), int(along.max()) + 1
        length = end - start
        thickness = len(along) / length
        if thickness > max(4.0, _THICKEST * em) or length < thickness * 3:
            continue
        middle = (start + end) / 2
        spread = along - middle
        weight = float((spread * spread).sum())
        slope = float((spread * (off - off.mean())).sum() / weight) if weight else 0.0
        if abs(slope) > 0.05 or _crowded(ink if lying else ink.T, along, off, thickness, em):
            continue
        good[index] = True
        at = float(off.mean()) + 0.5 - slope * float(spread.mean())
        rules.append(Rule(at, slope, start, end, thickness))
    return np.where(good[labels], mask, 0).astype(np.uint8), rules


def _crowded(
    ink: Mask, along: npt.NDArray[np.intp], off: npt.NDArray[np.intp], thickness: float, em: float
) -> bool:
    """Whether ink lies close by on both sides of much of a stroke (its pixels: along and across it)."""
    reach = round(thickness / 2 + max(2.0, 0.14 * em))
    middle = np.round(off).astype(np.intp)
    before = ink[np.clip(middle - reach, 0, len(ink) - 1), along]
    behind = ink[np.clip(middle + reach, 0, len(ink) - 1), along]
    return float(np.minimum(before.mean(), behind.mean())) > _CROWDED or bool(
        (before & behind).mean() > _CROWDED / 2
    )


def _known(rule: Rule, others: list[Rule], em: float) -> bool:
    return any(
        abs(rule.at - other.at) < 0.3 * em
        and min(rule.end, other.end) - max(rule.start, other.start) > 0.6 * (rule.end - rule.start)
        for other in others
    )
