"""How much of a line of a table is drawn, stretch by stretch.

Belongs here: ink along lines, solid or dashed, told from text that crosses them. Does not belong here: which
lines a table has, and the cells (`lattice`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ingestion.extract.scan.page import Page
from ingestion.extract.scan.rules import Mask, Rules, closed

#: em: how far the piece of a rule may lie off its line (a curved page).
_OFF_LINE = 0.22
#: em: strokes of characters are shorter than that, running down and (side by side in a small picture) across.
_LONG_DOWN, _LONG_ACROSS = 1.1, 2.2
#: Share of a side that must be inked: of a rule whose ends are seen, and of one whose ends are not.
_DRAWN_WITH_ENDS = 0.55
_DRAWN = 0.85
#: Below, nothing is drawn there; between, it is in doubt.
_NOT_DRAWN = 0.25
_END, _ENDS_DRAWN = 0.18, 0.7


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a place in the table: is it drawn, is that in doubt, and where does it lie."""

    drawn: bool
    doubtful: bool
    at: float


class Traces:
    """How much of any stretch of a page is inked along a line, lying or standing."""

    def __init__(self, page: Page, rules: Rules) -> None:
        self.em = page.em
        self.dashed = rules.dashed
        bridge = max(2, round(0.12 * page.em))
        across = closed(rules.ink, 1, bridge) | rules.across_ink
        down = closed(rules.ink, bridge, 1) | rules.down_ink
        self.lying = _Trace(across, rules.across_dashes, rules.gap, round(_LONG_ACROSS * page.em))
        self.standing = _Trace(
            np.ascontiguousarray(down.T),
            np.ascontiguousarray(rules.down_dashes.T),
            rules.gap,
            round(_LONG_DOWN * page.em),
        )

    def side(self, at: float, start: float, end: float, *, lying: bool) -> Side:
        """What is drawn of the stretch [start, end) on the line at `at`."""
        trace = self.lying if lying else self.standing
        off = max(2, round(_OFF_LINE * self.em))
        low, high = max(0, round(at) - off), min(len(trace.solid), round(at) + off + 1)
        inset = min(3.0, (end - start) / 6)
        last = min(max(round(start + inset) + 1, round(end - inset)), trace.solid.shape[1] - 1)
        first = min(round(start + inset), last - 1)
        if low >= high or first < 0:
            return Side(False, False, at)
        solid, best = _best(trace.solid[low:high], first, last)
        tip = max(2, round((last - first) * _END))
        tips = min(
            _share(trace.solid[low + best], first, tip), _share(trace.solid[low + best], last - tip, tip)
        )
        beside = trace.beside(low + best, first, last, max(4, round(0.3 * self.em)))
        long, _ = _best(trace.long[low:high], first, last)
        whole = solid >= _DRAWN and beside <= 0.45
        if whole or (long >= _DRAWN_WITH_ENDS and tips >= _ENDS_DRAWN and beside <= 0.25):
            return Side(True, False, low + best)
        if trace.known is not None:
            dashed = np.flatnonzero(trace.known.rows(low, high, first, last))
            if len(dashed):
                return Side(True, False, float(low + dashed[len(dashed) // 2]))
        return Side(False, long > (0.5 if self.dashed else _NOT_DRAWN) and beside <= 0.25, low + best)

    def inked(self, at: float, start: float, end: float, *, lying: bool) -> bool:
        """Whether any ink lies on the line at `at`, well within [start, end)."""
        trace = self.lying if lying else self.standing
        inset = 0.25 * self.em
        first, last = round(start + inset), round(end - inset)
        row = min(max(round(at), 0), len(trace.solid) - 1)
        return last > first and _share(trace.solid[row], first, last - first) > 0.03


class _Trace:
    """Ink along the rows of a mask, as running sums: as it is, its long stretches, and with dashes closed up.

    known: any ink, for lines of which one knows where they run; found: what looks like dashes, to find them.
    """

    def __init__(self, ink: Mask, dashes: Mask, gap: int, long: int) -> None:
        thick = np.ones((3, 1), np.uint8)
        solid = cv2.dilate(ink, thick)
        self.solid = _sums(solid)
        self.long = _sums(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, long), np.uint8)))
        self.known = _Dashes(solid, gap) if gap else None
        self.found = _Dashes(cv2.dilate(dashes, thick), gap) if gap else None

    def beside(self, row: int, first: int, last: int, off: int) -> float:
        """Share of ink `off` rows away from `row`, on the emptier side: beside a rule there is paper."""
        rows = [at for at in (row - off, row + off) if 0 <= at < len(self.solid)]
        return min((_share(self.solid[at], first, last - first) for at in rows), default=0.0)


class _Dashes:
    """Dashes along the rows of a mask, as running sums."""

    def __init__(self, ink: npt.NDArray[np.generic], gap: int) -> None:
        mask = np.asarray(ink, dtype=np.uint8)
        self.gap = gap
        self.closed = _sums(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)))
        begins = mask.copy()
        begins[:, 1:] &= 1 - mask[:, :-1]
        self.begins = _sums(begins)

    def rows(self, low: int, high: int, first: int, last: int) -> npt.NDArray[np.bool_]:
        """Which rows within [low, high) are dashed from `first` to `last`. One piece of ink is no row of
        dashes, nor is one with ink beside it: pieces of characters.
        """
        shares = (self.closed[:, last] - self.closed[:, first]) / (last - first)
        begins = self.begins[low:high, last] - self.begins[low:high, first]
        above, below = (np.roll(shares, turn) for turn in (self.gap, -self.gap))
        alone = np.maximum(above, below) < 0.35
        return np.asarray(((shares > _DRAWN) & alone)[low:high] & (begins >= 2))


def _best(sums: npt.NDArray[np.float32], first: int, last: int) -> tuple[float, int]:
    shares = (sums[:, last] - sums[:, first]) / (last - first)
    # of equals, the one in the middle
    best = np.flatnonzero(shares >= shares.max() - 1e-6)
    index = int(best[len(best) // 2])
    return float(shares[index]), index


def _share(sums: npt.NDArray[np.float32], first: int, length: int) -> float:
    return float(sums[first + length] - sums[first]) / length


def _sums(mask: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    sums = np.zeros((mask.shape[0], mask.shape[1] + 1), dtype=np.float32)
    np.cumsum(mask, axis=1, out=sums[:, 1:])
    return sums
