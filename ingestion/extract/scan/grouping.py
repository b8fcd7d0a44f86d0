"""Which rules make one table.

Belongs here: rules that meet, and rules across alone that lie one below the other. Does not belong here: what
they enclose (`lattice`).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ingestion.extract.scan.page import Page
from ingestion.extract.scan.rules import Rule, Rules

#: em: how far a rule may end before the one that it should meet.
_REACH = 0.4
#: em: length of a rule that may belong to a table without verticals, and how far the next may lie below it.
_STACKED, _NEXT_ROW = 6.0, 12.0

RuleGroup = tuple[list[Rule], list[Rule]]


def together(page: Page, rules: Rules) -> list[RuleGroup]:
    """Rules by table: those that meet, or nearly."""
    height, width = page.grey.shape
    reach = round(_REACH * page.em)
    canvas = np.zeros((height, width), dtype=np.uint8)
    for rule in rules.across:
        start, end = (int(rule.start) - reach, round(rule.where(rule.start))), int(rule.end) + reach
        cv2.line(canvas, start, (end, round(rule.where(rule.end))), 1, 3)
    for rule in rules.down:
        start, end = (round(rule.where(rule.start)), int(rule.start) - reach), int(rule.end) + reach
        cv2.line(canvas, start, (round(rule.where(rule.end)), end), 1, 3)
    labels = np.asarray(cv2.connectedComponents(canvas)[1], dtype=np.int32)
    groups: dict[int, RuleGroup] = {}
    for rule in rules.across:
        middle = (rule.start + rule.end) / 2
        groups.setdefault(_label(labels, middle, rule.where(middle)), ([], []))[0].append(rule)
    for rule in rules.down:
        middle = (rule.start + rule.end) / 2
        groups.setdefault(_label(labels, rule.where(middle), middle), ([], []))[1].append(rule)
    networks = _merged([group for label, group in groups.items() if label])
    alone = [group for group in networks if not group[1] and len(group[0]) < 2]
    ruled = [group for group in networks if group not in alone]
    lone = sorted((rule for group in alone for rule in group[0]), key=lambda rule: rule.at)
    return [*ruled, *(([*stack], []) for stack in _stacks(lone, page.em))]


def _merged(groups: list[RuleGroup]) -> list[RuleGroup]:
    """Groups with those that lie within them (rules that dashes or breaks leave without a meeting)."""
    boxes = [_box(group) for group in groups]
    order = sorted(range(len(groups)), key=lambda index: -_area(boxes[index]))
    kept: list[int] = []
    for index in order:
        x0, top, x1, bottom = boxes[index]
        middle = (x0 + x1) / 2, (top + bottom) / 2
        for other in kept:
            left, high, right, low = boxes[other]
            if left <= middle[0] <= right and high <= middle[1] <= low:
                groups[other][0].extend(groups[index][0])
                groups[other][1].extend(groups[index][1])
                break
        else:
            kept.append(index)
    return [groups[index] for index in kept]


def _box(group: RuleGroup) -> tuple[float, float, float, float]:
    across, down = group
    xs = [end for rule in across for end in (rule.start, rule.end)] + [rule.at for rule in down]
    ys = [end for rule in down for end in (rule.start, rule.end)] + [rule.at for rule in across]
    return min(xs), min(ys), max(xs), max(ys)


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _label(labels: npt.NDArray[np.int32], x: float, y: float) -> int:
    row, column = min(max(round(y), 0), labels.shape[0] - 1), min(max(round(x), 0), labels.shape[1] - 1)
    return int(labels[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].max())


def _stacks(lone: Sequence[Rule], em: float) -> list[list[Rule]]:
    """Rules across that meet none, but lie one below the other: a table of lines."""
    stacks: list[list[Rule]] = []
    for rule in lone:
        if rule.end - rule.start < _STACKED * em:
            continue
        for stack in stacks:
            left, right = min(one.start for one in stack), max(one.end for one in stack)
            inside = left - 2 * em < rule.start and rule.end < right + 2 * em
            if inside and rule.at - stack[-1].at < _NEXT_ROW * em:
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    # two may be all that a page break left of a table: its verticals are too short to be found alone
    return [stack for stack in stacks if len(stack) >= 2]
