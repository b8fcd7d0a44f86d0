"""From rules to tables: which cells they enclose, with their spans.

Belongs here: which rules make one table, its lines, which parts of them are drawn, and the cells between. Does
not belong here: finding rules, tables without them (`bare`), and what the cells hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from ingestion.extract.scan.page import Page
from ingestion.extract.scan.rules import Mask, Rule, Rules

Box = tuple[int, int, int, int]

#: em: rules this close are one line of the table (double borders, a rule that is drawn cell by cell).
_SAME_LINE = 0.45
#: em: how far a rule may end before the one that it should meet.
_REACH = 0.4
#: em: how far the piece of a rule may lie off its line (a curved page).
_OFF_LINE = 0.22
#: em: strokes of characters are shorter than that, running down and (side by side in a small picture) across.
_LONG_DOWN, _LONG_ACROSS = 1.1, 2.2
#: Share of a side that must be inked: of a rule whose ends are seen, and of one whose ends are not.
_DRAWN_WITH_ENDS = 0.55
_DRAWN = 0.85
#: Below, nothing is drawn there; between, it is in doubt.
_NOT_DRAWN = 0.25
_END = 0.18


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A cell: its place in the table, and the box that its rules enclose, x0, top, x1, bottom in pixels.

    doubtful: a rule that makes or parts it is not clearly drawn. lines_across, lines_down: y and x of the table's
    lines that would part it, were they drawn here.
    """

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box
    doubtful: bool = False
    lines_across: tuple[float, ...] = ()
    lines_down: tuple[float, ...] = ()


@dataclass
class Lattice:
    """A table: box in pixels of the page, its cells in reading order. exact: rules show every cell."""

    box: Box
    n_rows: int
    n_cols: int
    cells: list[Enclosed]
    exact: bool = True
    rows: list[float] = field(default_factory=list)


def tables_of(page: Page, rules: Rules) -> list[Lattice]:
    """The tables that rules draw, from top to bottom; a table without inner verticals has one column."""
    found = []
    traces = _Traces(page, rules)
    for across, down in _together(page, rules):
        lattice = _lattice(page, traces, across, down)
        if lattice is not None:
            found.append(lattice)
    return sorted(found, key=lambda one: (one.box[1], one.box[0]))


def _together(page: Page, rules: Rules) -> list[tuple[list[Rule], list[Rule]]]:
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
    _, labels = cv2.connectedComponents(canvas)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for rule in rules.across:
        middle = (rule.start + rule.end) / 2
        groups.setdefault(_label(labels, middle, rule.where(middle)), ([], []))[0].append(rule)
    for rule in rules.down:
        middle = (rule.start + rule.end) / 2
        groups.setdefault(_label(labels, rule.where(middle), middle), ([], []))[1].append(rule)
    networks = _merged([group for label, group in groups.items() if label])
    alone = [group for group in networks if not group[1] and len(group[0]) < 3]
    ruled = [group for group in networks if group not in alone]
    lone = sorted((rule for group in alone for rule in group[0]), key=lambda rule: rule.at)
    return [*ruled, *(([*stack], []) for stack in _stacks(lone, page.em))]


def _merged(groups: list[tuple[list[Rule], list[Rule]]]) -> list[tuple[list[Rule], list[Rule]]]:
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


def _box(group: tuple[list[Rule], list[Rule]]) -> tuple[float, float, float, float]:
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
    """Rules across that meet none, but lie one below the other with the same ends: a table of lines."""
    stacks: list[list[Rule]] = []
    for rule in lone:
        if rule.end - rule.start < 10 * em:
            continue
        for stack in stacks:
            last = stack[-1]
            same = abs(last.start - rule.start) < 2 * em and abs(last.end - rule.end) < 2 * em
            if same and rule.at - last.at < 12 * em:
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    return [stack for stack in stacks if len(stack) >= 3]


# ---------------------------------------------------------------------------------------------------------
# which parts of a line are drawn


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of a place in the table: is it drawn, is that in doubt, and where does it lie."""

    drawn: bool
    doubtful: bool
    at: float


class _Traces:
    """How much of any stretch of a page is inked along a line, lying or standing."""

    def __init__(self, page: Page, rules: Rules) -> None:
        self.em = page.em
        self.dashed = rules.dashed
        bridge = max(2, round(0.12 * page.em))
        across = cv2.bitwise_or(
            cv2.morphologyEx(rules.ink, cv2.MORPH_CLOSE, np.ones((1, bridge), np.uint8)), rules.across_ink
        )
        down = cv2.bitwise_or(
            cv2.morphologyEx(rules.ink, cv2.MORPH_CLOSE, np.ones((bridge, 1), np.uint8)), rules.down_ink
        )
        self.lying = _Trace(across, rules.across_dashes, rules.gap, round(_LONG_ACROSS * page.em))
        self.standing = _Trace(
            np.ascontiguousarray(down.T),
            np.ascontiguousarray(rules.down_dashes.T),
            rules.gap,
            round(_LONG_DOWN * page.em),
        )

    def side(self, at: float, start: float, end: float, *, lying: bool) -> _Side:
        """What is drawn of the stretch [start, end) on the line at `at`."""
        trace = self.lying if lying else self.standing
        off = max(2, round(_OFF_LINE * self.em))
        low, high = max(0, round(at) - off), min(len(trace.solid), round(at) + off + 1)
        inset = min(3.0, (end - start) / 6)
        last = min(max(round(start + inset) + 1, round(end - inset)), trace.solid.shape[1] - 1)
        first = min(round(start + inset), last - 1)
        if low >= high or first < 0:
            return _Side(False, False, at)
        solid, best = _best(trace.solid[low:high], first, last)
        tip = max(2, round((last - first) * _END))
        tips = min(
            _share(trace.solid[low + best], first, tip), _share(trace.solid[low + best], last - tip, tip)
        )
        beside = trace.beside(low + best, first, last, max(4, round(0.3 * self.em)))
        long, _ = _best(trace.long[low:high], first, last)
        whole = solid >= _DRAWN and beside <= 0.45
        if whole or (long >= _DRAWN_WITH_ENDS and tips >= 0.4 and beside <= 0.25):
            return _Side(True, False, low + best)
        if trace.known is not None:
            dashed = np.flatnonzero(trace.known.rows(low, high, first, last))
            if len(dashed):
                return _Side(True, False, float(low + dashed[len(dashed) // 2]))
        return _Side(False, long > (0.5 if self.dashed else _NOT_DRAWN) and beside <= 0.25, low + best)


    def inked(self, at: float, start: float, end: float, *, lying: bool) -> bool:
        """Whether any ink lies on the line at `at`, well within [start, end)."""
        trace = self.lying if lying else self.standing
        inset = 0.25 * self.em
        first, last = round(start + inset), round(end - inset)
        row = min(max(round(at), 0), len(trace.solid) - 1)
        return last > first and _share(trace.solid[row], first, last - first) > 0.03


class _Trace:
    """Ink along the rows of a mask, as running sums: as it is, only its long stretches, and with dashes closed up.

    known: any ink, for lines of which one knows where they run; found: only what looks like dashes, to find them.
    """

    def __init__(self, ink: Mask, dashes: Mask, gap: int, long: int) -> None:
        thick = np.ones((3, 1), np.uint8)
        solid = cv2.dilate(ink, thick)
        self.solid = _sums(solid)
        self.long = _sums(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, long), np.uint8)))
        self.known = _Dashes(solid, gap) if gap else None
        self.found = _Dashes(cv2.dilate(dashes, thick), gap) if gap else None

    def beside(self, row: int, first: int, last: int, off: int) -> float:
        """Share of ink at `off` rows from `row`, on the emptier side: a rule has paper beside it, text has not."""
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
        """Which rows within [low, high) are dashed from `first` to `last`. One piece of ink is no row of dashes,
        nor is one with ink beside it: pieces of characters.
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


# ---------------------------------------------------------------------------------------------------------
# one table


@dataclass(slots=True)
class _Line:
    """A line of the table: where it lies, and from where to where its strokes reach."""

    at: float
    start: float
    end: float

    def lives(self, first: float, last: float) -> bool:
        """Whether its strokes reach into [first, last): further off, ink under the line is something else."""
        return self.start < last and first < self.end


def _lattice(page: Page, traces: _Traces, across: list[Rule], down: list[Rule]) -> Lattice | None:
    em = page.em
    slack = (6.0 if traces.dashed else 2.5) * em
    lying, standing = _lines(across, em, slack), _lines(down, em, slack)
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
    cells = _cells(traces, xs, ys, rows, columns)
    box = (round(xs[0]), round(ys[0]), round(xs[-1]), round(ys[-1]))
    return Lattice(box, len(ys) - 1, len(xs) - 1, cells, rows=ys)


def _sides(traces: _Traces, lines: list[_Line], bands: list[_Line], *, lying: bool) -> list[list[_Side]]:
    """Per line, its sides between the lines that cross it."""
    found = []
    for line in lines:
        sides = []
        for first, last in zip(bands, bands[1:], strict=False):
            alive = line.lives(first.at, last.at)
            nothing = _Side(False, False, line.at)
            sides.append(traces.side(line.at, first.at, last.at, lying=lying) if alive else nothing)
        found.append(sides)
    return found


def _lines(rules: list[Rule], em: float, slack: float) -> list[_Line]:
    """Lines from strokes: strokes close to each other are one line."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda one: one.at):
        if groups and rule.at - _middle(groups[-1]) < _SAME_LINE * em:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return [
        _Line(
            _middle(group), min(one.start for one in group) - slack, max(one.end for one in group) + slack
        )
        for group in groups
    ]


def _middle(strokes: list[Rule]) -> float:
    lengths = [rule.end - rule.start for rule in strokes]
    return sum(rule.at * length for rule, length in zip(strokes, lengths, strict=True)) / sum(lengths)


def _extent(rules: list[Rule], lines: list[_Line], em: float) -> tuple[float | None, float | None]:
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


def _with_ends(lines: list[_Line], first: float | None, last: float | None) -> list[_Line]:
    """The frame that is not drawn: where the other rules begin and end."""
    lines = [_Line(first, first, first), *lines] if first is not None else lines
    return [*lines, _Line(last, last, last)] if last is not None else lines


def _with_short_lines(
    traces: _Traces, lines: list[_Line], bands: list[_Line], em: float, *, lying: bool
) -> list[_Line]:
    """Rules that run through one band only and are too short to be told from text without it."""
    trace = traces.lying if lying else traces.standing
    found = list(lines)
    off = max(4, round(0.3 * em))
    low, high = max(0, round(lines[0].at)), min(len(trace.solid), round(lines[-1].at) + 1)
    for before, behind in zip(bands, bands[1:], strict=False):
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
                found.append(_Line(middle, before.at - em, behind.at + em))
    return sorted(found, key=lambda line: line.at)


def _without_undrawn(
    lines: list[float], along: list[list[_Side]], crossing: list[list[_Side]]
) -> tuple[list[float], list[list[_Side]], list[list[_Side]]]:
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
        for first, last in zip(keep, keep[1:], strict=False):
            some = sides[first:last]
            drawn = all(side.drawn for side in some)
            row.append(_Side(drawn, not drawn and any(s.drawn or s.doubtful for s in some), some[0].at))
        merged.append(row)
    return [lines[index] for index in keep], [along[index] for index in keep], merged


def _cells(
    traces: _Traces,
    xs: list[float],
    ys: list[float],
    lying: list[list[_Side]],
    standing: list[list[_Side]],
) -> list[Enclosed]:
    n_rows, n_cols = len(ys) - 1, len(xs) - 1
    regions = _regions(n_rows, n_cols, lying, standing)
    cells: list[Enclosed] = []
    broken: list[list[tuple[int, int]]] = []
    for places in regions:
        rows = sorted({row for row, _ in places})
        cols = sorted({col for _, col in places})
        whole = len(places) == len(rows) * len(cols)
        doubtful = _in_doubt(places, lying, standing)
        if whole:
            cells.append(_enclosed(rows, cols, xs, ys, lying, standing, doubtful))
            continue
        # no rectangle: a rule is missing, or a stroke was taken for one
        broken.append(places)
    cells += _of_broken(broken, cells, traces, xs, ys, lying, standing)
    return sorted(cells, key=lambda cell: (cell.row, cell.col))


def _of_broken(
    regions: list[list[tuple[int, int]]],
    whole: list[Enclosed],
    traces: _Traces,
    xs: list[float],
    ys: list[float],
    lying: list[list[_Side]],
    standing: list[list[_Side]],
) -> list[Enclosed]:
    """Cells, all in doubt, of regions that are no rectangles.

    Where ink crosses the sides that are not drawn, the region and what lies in its bounding box was one cell
    and a stroke of its text was taken for a rule; else a rule is missing, and each place is a cell.
    """
    found: list[Enclosed] = []
    taken: set[tuple[int, int]] = set()
    for places in sorted(regions, key=len, reverse=True):
        if places[0] in taken:
            continue
        rows = range(min(row for row, _ in places), max(row for row, _ in places) + 1)
        cols = range(min(col for _, col in places), max(col for _, col in places) + 1)
        inside = {(row, col) for row in rows for col in cols}
        swallowed = [
            cell for cell in whole if (cell.row, cell.col) in inside and _places_of(cell) <= inside
        ]
        others = {place for cell in swallowed for place in _places_of(cell)}
        others |= {place for region in regions if set(region) <= inside for place in region}
        crossed = _crossed(traces, set(places), xs, ys)
        if crossed and others | set(places) == inside and not inside & taken:
            for cell in swallowed:
                whole.remove(cell)
            found.append(_enclosed(list(rows), list(cols), xs, ys, lying, standing, True))
            taken |= inside
            continue
        found += [_enclosed([row], [col], xs, ys, lying, standing, True) for row, col in sorted(places)]
        taken |= set(places)
    return found


def _places_of(cell: Enclosed) -> set[tuple[int, int]]:
    rows, cols = range(cell.row, cell.row + cell.rowspan), range(cell.col, cell.col + cell.colspan)
    return {(row, col) for row in rows for col in cols}


def _crossed(traces: _Traces, places: set[tuple[int, int]], xs: list[float], ys: list[float]) -> bool:
    """Whether ink lies across a side between two of the places."""
    for row, col in places:
        if (row + 1, col) in places and traces.inked(ys[row + 1], xs[col], xs[col + 1], lying=True):
            return True
        if (row, col + 1) in places and traces.inked(xs[col + 1], ys[row], ys[row + 1], lying=False):
            return True
    return False


def _regions(
    n_rows: int, n_cols: int, lying: list[list[_Side]], standing: list[list[_Side]]
) -> list[list[tuple[int, int]]]:
    """Places that no drawn side parts; a side in doubt parts them too."""
    parent = list(range(n_rows * n_cols))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for row in range(n_rows):
        for col in range(n_cols):
            below, right = lying[row + 1][col], standing[col + 1][row]
            if row + 1 < n_rows and not below.drawn and not below.doubtful:
                parent[root((row + 1) * n_cols + col)] = root(row * n_cols + col)
            if col + 1 < n_cols and not right.drawn and not right.doubtful:
                parent[root(row * n_cols + col + 1)] = root(row * n_cols + col)
    regions: dict[int, list[tuple[int, int]]] = {}
    for row in range(n_rows):
        for col in range(n_cols):
            regions.setdefault(root(row * n_cols + col), []).append((row, col))
    return list(regions.values())


def _in_doubt(places: list[tuple[int, int]], lying: list[list[_Side]], standing: list[list[_Side]]) -> bool:
    last_row, last_col = len(lying) - 1, len(standing) - 1
    for row, col in places:
        sides = [lying[row][col]] if row else []
        sides += [lying[row + 1][col]] if row + 1 < last_row else []
        sides += [standing[col][row]] if col else []
        sides += [standing[col + 1][row]] if col + 1 < last_col else []
        if any(side.doubtful for side in sides):
            return True
    return False


def _enclosed(
    rows: list[int],
    cols: list[int],
    xs: list[float],
    ys: list[float],
    lying: list[list[_Side]],
    standing: list[list[_Side]],
    doubtful: bool,
) -> Enclosed:
    first_row, last_row, first_col, last_col = rows[0], rows[-1], cols[0], cols[-1]
    top = [side.at for side in lying[first_row][first_col : last_col + 1] if side.drawn]
    bottom = [side.at for side in lying[last_row + 1][first_col : last_col + 1] if side.drawn]
    left = [side.at for side in standing[first_col][first_row : last_row + 1] if side.drawn]
    right = [side.at for side in standing[last_col + 1][first_row : last_row + 1] if side.drawn]
    box = (
        round(float(np.median(left)) if left else xs[first_col]),
        round(float(np.median(top)) if top else ys[first_row]),
        round(float(np.median(right)) if right else xs[last_col + 1]),
        round(float(np.median(bottom)) if bottom else ys[last_row + 1]),
    )
    inner = tuple(ys[first_row + 1 : last_row + 1]), tuple(xs[first_col + 1 : last_col + 1])
    return Enclosed(first_row, first_col, len(rows), len(cols), box, doubtful, *inner)
