"""Tables drawn with rules: their lines and cells.

Belongs here: the lines of a table, with those that are too short or not drawn at all (a missing frame). Does
not belong here: finding rules, which sides are drawn (`traces`), tables without inner verticals (`bare`), and
what the cells hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ingestion.extract.scan.enclosed import Box, Enclosed, cells_between
from ingestion.extract.scan.page import Page
from ingestion.extract.scan.rules import Rule
from ingestion.extract.scan.traces import Side, Traces

#: em: rules this close are one line of the table (double borders, a rule that is drawn cell by cell).
_SAME_LINE = 0.45
#: em: height of a row that strokes of its text may split for the while.
_SPLIT_BAND = 4.0


@dataclass
class Lattice:
    """A table: box in pixels of the page, its cells in reading order.

    exact: rules show every cell. If not, `drawn` is what rules enclose, and `owners` says for each cell in
    which of these it stands.
    """

    box: Box
    n_rows: int
    n_cols: int
    cells: list[Enclosed]
    exact: bool = True
    drawn: Sequence[Enclosed] = ()
    owners: Sequence[int] = ()


@dataclass(slots=True)
class Line:
    """A line of the table: where it lies, and from where to where its strokes reach."""

    at: float
    start: float
    end: float

    def lives(self, first: float, last: float) -> bool:
        """Whether its strokes reach into [first, last): further off, ink under the line is something else."""
        return self.start < last and first < self.end


def lattice_of(page: Page, traces: Traces, across: list[Rule], down: list[Rule]) -> Lattice | None:
    em = page.em
    slack = (6.0 if traces.dashed else 2.5) * em
    lying, standing = stroke_lines(across, em, slack), stroke_lines(down, em, slack)
    if len(lying) < 2 and len(standing) < 2:
        return None
    left, right = _extent(across, standing, em)
    top, bottom = _extent(down, lying, em)
    lying = _with_ends(lying, top, bottom)
    standing = _with_ends(standing, left, right)
    if len(standing) < 2 or len(lying) < 2:
        return None
    if standing[-1].at - standing[0].at < 3 * em or lying[-1].at - lying[0].at < 1.1 * em:
        return None
    standing = _with_short_lines(traces, standing, lying, em, lying=False)
    lying = _with_short_lines(traces, lying, standing, em, lying=True)
    rows = _sides(traces, lying, standing, lying=True)
    columns = _sides(traces, standing, lying, lying=False)
    ys, rows, columns = _without_undrawn([line.at for line in lying], rows, columns)
    xs, columns, rows = _without_undrawn([line.at for line in standing], columns, rows)
    cells = cells_between(traces, xs, ys, rows, columns)
    box = (round(xs[0]), round(ys[0]), round(xs[-1]), round(ys[-1]))
    return Lattice(box, len(ys) - 1, len(xs) - 1, cells)


def _sides(traces: Traces, lines: list[Line], bands: list[Line], *, lying: bool) -> list[list[Side]]:
    """Per line, its sides between the lines that cross it."""
    found = []
    for line in lines:
        sides = []
        for first, last in pairwise(bands):
            alive = line.lives(first.at, last.at)
            nothing = Side(False, False, line.at)
            sides.append(traces.side(line.at, first.at, last.at, lying=lying) if alive else nothing)
        found.append(sides)
    return found


def stroke_lines(rules: list[Rule], em: float, slack: float) -> list[Line]:
    """Lines from strokes: strokes close to each other are one line."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda one: one.at):
        if groups and rule.at - _middle(groups[-1]) < _SAME_LINE * em:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return [
        Line(_middle(group), min(one.start for one in group) - slack, max(one.end for one in group) + slack)
        for group in groups
    ]


def _middle(strokes: list[Rule]) -> float:
    lengths = [rule.end - rule.start for rule in strokes]
    return sum(rule.at * length for rule, length in zip(strokes, lengths, strict=True)) / sum(lengths)


def _extent(rules: list[Rule], lines: list[Line], em: float) -> tuple[float | None, float | None]:
    """From where to where rules run beyond the lines that cross them, where several do."""
    if not rules:
        return None, None
    longest = max(rule.end - rule.start for rule in rules)
    starts = sorted(rule.start for rule in rules if rule.end - rule.start > 0.3 * longest)
    ends = sorted((rule.end for rule in rules if rule.end - rule.start > 0.3 * longest), reverse=True)
    start, end = starts[min(1, len(starts) - 1)], ends[min(1, len(ends) - 1)]
    beyond = not lines or start < lines[0].at - 0.9 * em
    behind = not lines or end > lines[-1].at + 0.9 * em
    return start if beyond else None, end if behind else None


def _with_ends(lines: list[Line], first: float | None, last: float | None) -> list[Line]:
    """The frame that is not drawn: where the other rules begin and end."""
    lines = [Line(first, first, first), *lines] if first is not None else lines
    return [*lines, Line(last, last, last)] if last is not None else lines


def _with_short_lines(
    traces: Traces, lines: list[Line], bands: list[Line], em: float, *, lying: bool
) -> list[Line]:
    """Rules that run through one band only and are too short to be told from text without it."""
    trace = traces.lying if lying else traces.standing
    found = list(lines)
    off = max(4, round(0.3 * em))
    low, high = max(0, round(lines[0].at)), min(len(trace.solid), round(lines[-1].at) + 1)
    for before, behind in _spans(bands, em):
        first, last = round(before.at + 3), round(behind.at - 3)
        if last - first < (2.2 if lying else 0.95) * em:  # in less, a 1 fills the band
            continue
        share = (trace.solid[low:high, last] - trace.solid[low:high, first]) / (last - first)
        drawn = share > 0.92
        if trace.found is not None:
            drawn |= trace.found.rows(low, high, first, last)
        tall = np.flatnonzero(drawn)
        for run in np.split(tall, np.flatnonzero(np.diff(tall) > 1) + 1) if len(tall) else ():
            middle = low + float(run.mean())
            if min(abs(middle - line.at) for line in found) <= 0.8 * em or len(run) > max(5.0, 0.4 * em):
                continue
            if trace.beside(round(middle), first, last, off) <= 0.45:
                found.append(Line(middle, before.at - em, behind.at + em))
    return sorted(found, key=lambda line: line.at)


def _spans(bands: list[Line], em: float) -> Iterator[tuple[Line, Line]]:
    """Neighbouring lines, and those with strokes of text between them that pass for lines so far."""
    for at, before in enumerate(bands):
        for step, behind in enumerate(bands[at + 1 : at + 4]):
            if step == 0 or behind.at - before.at < _SPLIT_BAND * em:
                yield before, behind


def _without_undrawn(
    lines: list[float], along: list[list[Side]], crossing: list[list[Side]]
) -> tuple[list[float], list[list[Side]], list[list[Side]]]:
    """Drop inner lines of which no part is drawn (a stroke of text was taken for a rule)."""
    keep = [
        index
        for index in range(len(lines))
        if index in (0, len(lines) - 1) or any(side.drawn for side in along[index])
    ]
    if len(keep) == len(lines):
        return lines, along, crossing
    # two bands become one: what crosses them is drawn where it is drawn in both
    merged = []
    for sides in crossing:
        row = []
        for first, last in pairwise(keep):
            some = sides[first:last]
            drawn = all(side.drawn for side in some)
            row.append(Side(drawn, not drawn and any(s.drawn or s.doubtful for s in some), some[0].at))
        merged.append(row)
    return [lines[index] for index in keep], [along[index] for index in keep], merged
