"""Tables from the rules that are drawn on a page.

Belongs here: which rules belong together, the grid of places between them, and which places are one cell
because no rule parts them. Missing outer rules and the side that a page break leaves open are taken as drawn.
Does not belong here: columns that no rule parts (`columns`), texts of cells (`cells`).

A cell is all the places that no rule separates, so a missing piece of a border makes a cell larger and never
loses its text (pdfplumber drops a cell whose corner is not drawn, and the number in it).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingestion.extract.pdf.geometry import Box, Rule, clusters, merged_rules
from ingestion.extract.pdf.page_content import Glyph

#: Rules that are closer than this are one rule drawn twice, or one that the next piece misses by a bit.
SNAP = 3.0
#: Shorter pieces are no rules.
MIN_RULE = 5.0
#: Horizontal rules that touch no other one are underlines, if they are shorter than this part of their table.
MIN_PART = 0.25
#: A border is there if rules cover this part of it.
COVERED = 0.6
#: A strip between two rules without any text in it is a double rule, if it is narrower than this.
MAX_DOUBLE = 6.0


@dataclass(slots=True)
class Cell:
    """A cell: places [row, row + rowspan) x [col, col + colspan), and the glyphs that stand in it."""

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box
    glyphs: list[Glyph] = field(default_factory=list)
    #: its borders do not close: it was cut out of a larger area in doubt
    doubtful: bool = False
    page: int = 0
    #: text in columns of which nothing proves where they part
    whole: bool = False


@dataclass(slots=True)
class Table:
    """A table on one page: column edges, row edges, and cells in reading order."""

    xs: list[float]
    ys: list[float]
    cells: list[Cell]

    @property
    def box(self) -> Box:
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    @property
    def n_rows(self) -> int:
        return len(self.ys) - 1

    @property
    def n_cols(self) -> int:
        return len(self.xs) - 1


@dataclass(slots=True)
class Frame:
    """Rules that hang together."""

    horizontal: list[Rule]
    vertical: list[Rule]
    #: the sides, where no rule says them
    sides: tuple[float, ...] = ()

    @property
    def box(self) -> Box:
        xs = [*self.sides, *(rule.at for rule in self.vertical)]
        ys = [rule.at for rule in self.horizontal]
        xs += [edge for rule in self.horizontal for edge in (rule.start, rule.end)]
        ys += [edge for rule in self.vertical for edge in (rule.start, rule.end)]
        return min(xs), min(ys), max(xs), max(ys)


def frames(horizontal: Sequence[Rule], vertical: Sequence[Rule]) -> tuple[list[Frame], list[Rule]]:
    """Rules in groups that touch each other (or vertical ones alone, side by side: a row without frame that a
    page break left behind), and the horizontal rules that touch no vertical one.
    """
    across = [rule for rule in merged_rules(horizontal, SNAP) if rule.end - rule.start >= MIN_RULE]
    down = [rule for rule in merged_rules(vertical, SNAP) if rule.end - rule.start >= MIN_RULE]
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, rule in enumerate(across):
        for j, other in enumerate(down, len(across)):
            if (
                rule.start - SNAP <= other.at <= rule.end + SNAP
                and other.start - SNAP <= rule.at <= other.end + SNAP
            ):
                parent[root(i)] = root(j)
    groups: dict[int, Frame] = defaultdict(lambda: Frame([], []))
    for index in range(len(parent)):
        group = groups[root(index)]
        if index < len(across):
            group.horizontal.append(across[index])
        else:
            group.vertical.append(down[index - len(across)])
    found = [group for group in groups.values() if group.horizontal and group.vertical]
    loose = [rule for group in groups.values() if not group.vertical for rule in group.horizontal]
    for frame in found:
        x0, top, x1, bottom = frame.box
        if any(x0 + SNAP < rule.at < x1 - SNAP for rule in frame.vertical):
            continue
        # without inner verticals, the rule under a head of several columns touches nothing
        inside = [
            rule
            for rule in loose
            if x0 <= rule.start
            and rule.end <= x1
            and top < rule.at < bottom
            and rule.end - rule.start >= MIN_PART * (x1 - x0)
        ]
        frame.horizontal += inside
        loose = [rule for rule in loose if rule not in inside]
    alone = [rule for group in groups.values() if not group.horizontal for rule in group.vertical]
    return [*found, *_side_by_side(alone)], loose


def _side_by_side(rules: Iterable[Rule]) -> list[Frame]:
    """Vertical rules that begin and end alike, two or more."""
    found: list[Frame] = []
    for rule in rules:
        for frame in found:
            first = frame.vertical[0]
            if abs(rule.start - first.start) <= SNAP and abs(rule.end - first.end) <= SNAP:
                frame.vertical.append(rule)
                break
        else:
            found.append(Frame([], [rule]))
    return [frame for frame in found if len(frame.vertical) > 1]


def with_sides(frame: Frame, glyphs: Iterable[Glyph]) -> Frame:
    """A frame of vertical rules alone, with the sides where the text beside them ends."""
    _, top, _, bottom = frame.box
    beside = [glyph for glyph in glyphs if top <= glyph.cy <= bottom]
    if not beside:
        return frame
    left, right = min(glyph.x0 for glyph in beside), max(glyph.x1 for glyph in beside)
    return Frame([], frame.vertical, (left - SNAP, right + SNAP))


def table_in(frame: Frame, glyphs: Iterable[Glyph]) -> Table | None:
    """The table that a frame of rules draws, with its glyphs; None where it has no place."""
    inside = _within(frame.box, glyphs)
    xs = _edges([rule.at for rule in frame.vertical], [*frame.sides, *_ends(frame.horizontal)])
    ys = _edges([rule.at for rule in frame.horizontal], _ends(frame.vertical))
    xs = _without_double(xs, [glyph.cx for glyph in inside])
    ys = _without_double(ys, [glyph.cy for glyph in inside])
    if len(xs) < 2 or len(ys) < 2:
        return None
    return built(xs, ys, *_borders(frame, xs, ys), inside)


def built(
    xs: list[float],
    ys: list[float],
    right: list[list[bool]],
    below: list[list[bool]],
    glyphs: Iterable[Glyph],
) -> Table:
    """Cells from places and borders, without the edges that part nothing, and the glyphs in them."""
    areas = _areas(right, below, len(ys) - 1, len(xs) - 1)
    rows = sorted({edge for area in areas for edge in (area[0], area[1])})
    cols = sorted({edge for area in areas for edge in (area[2], area[3])})
    cells = [
        Cell(
            rows.index(top),
            cols.index(left),
            rows.index(bottom) - rows.index(top),
            cols.index(end) - cols.index(left),
            (xs[left], ys[top], xs[end], ys[bottom]),
            doubtful=doubtful,
        )
        for top, bottom, left, end, doubtful in areas
    ]
    cells.sort(key=lambda cell: (cell.row, cell.col))
    table = Table([xs[at] for at in cols], [ys[at] for at in rows], cells)
    fill(table, glyphs)
    return table


def fill(table: Table, glyphs: Iterable[Glyph]) -> None:
    """Puts each glyph into the cell that its middle stands in."""
    at: dict[tuple[int, int], Cell] = {}
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.rowspan):
            for col in range(cell.col, cell.col + cell.colspan):
                at[row, col] = cell
    for glyph in glyphs:
        row = min(max(bisect_right(table.ys, glyph.cy) - 1, 0), table.n_rows - 1)
        col = min(max(bisect_right(table.xs, glyph.cx) - 1, 0), table.n_cols - 1)
        at[row, col].glyphs.append(glyph)


def _within(box: Box, glyphs: Iterable[Glyph]) -> list[Glyph]:
    x0, top, x1, bottom = box
    return [glyph for glyph in glyphs if x0 <= glyph.cx <= x1 and top <= glyph.cy <= bottom]


def _ends(rules: Iterable[Rule]) -> list[float]:
    return [edge for rule in rules for edge in (rule.start, rule.end)]


def _edges(drawn: Sequence[float], ends: Sequence[float]) -> list[float]:
    """Where edges are: at drawn rules, and where rules across end without meeting one."""
    edges = [sum(group) / len(group) for group in clusters(drawn, SNAP)]
    for group in clusters(ends, SNAP):
        at = sum(group) / len(group)
        if all(abs(at - edge) > 1.5 * SNAP for edge in edges):
            edges.append(at)
    return sorted(edges)


def _without_double(edges: list[float], places: Sequence[float]) -> list[float]:
    """Edges without the second line of double rules; the outer line of an outer rule stays."""
    kept = edges[:1]
    for edge in edges[1:]:
        narrow = edge - kept[-1] < MAX_DOUBLE
        if narrow and not any(kept[-1] < place < edge for place in places):
            if edge == edges[-1] and len(kept) > 1:
                kept[-1] = edge
            continue
        kept.append(edge)
    return kept


def _borders(frame: Frame, xs: list[float], ys: list[float]) -> tuple[list[list[bool]], list[list[bool]]]:
    """right[row][col]: a rule between this place and the next one; below[row][col]: one under this place."""
    n_rows, n_cols = len(ys) - 1, len(xs) - 1
    down = _by_edge(frame.vertical, xs)
    across = _by_edge(frame.horizontal, ys)
    right = [
        [_is_covered(down.get(col + 1, ()), ys[row], ys[row + 1]) for col in range(n_cols)]
        for row in range(n_rows)
    ]
    below = [
        [_is_covered(across.get(row + 1, ()), xs[col], xs[col + 1]) for col in range(n_cols)]
        for row in range(n_rows)
    ]
    return right, below


def _by_edge(rules: Iterable[Rule], edges: list[float]) -> dict[int, list[Rule]]:
    found: dict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        nearest = min(range(len(edges)), key=lambda index: abs(edges[index] - rule.at))
        if abs(edges[nearest] - rule.at) <= MAX_DOUBLE:
            found[nearest].append(rule)
    return found


def _is_covered(rules: Iterable[Rule], start: float, end: float) -> bool:
    covered = sum(max(0.0, min(rule.end, end) - max(rule.start, start)) for rule in rules)
    return covered >= COVERED * (end - start)


_Area = tuple[int, int, int, int, bool]


def _areas(right: list[list[bool]], below: list[list[bool]], n_rows: int, n_cols: int) -> list[_Area]:
    """Rectangles (top, bottom, left, end, doubtful) of places that no border parts."""
    owner = [[-1] * n_cols for _ in range(n_rows)]
    found: list[_Area] = []
    for row in range(n_rows):
        for col in range(n_cols):
            if owner[row][col] >= 0:
                continue
            members = _flood(row, col, right, below, owner, len(found), n_rows, n_cols)
            top, bottom = min(r for r, _ in members), max(r for r, _ in members) + 1
            left, end = min(c for _, c in members), max(c for _, c in members) + 1
            whole = len(members) == (bottom - top) * (end - left)
            if whole and not _is_parted(members, right, below):
                found.append((top, bottom, left, end, False))
            else:
                found += _cut_up(members, right, below)
    return found


def _is_parted(members: Iterable[tuple[int, int]], right: list[list[bool]], below: list[list[bool]]) -> bool:
    """Whether a rule that ends inside an area parts some of its places."""
    inside = set(members)
    return any(
        ((r, c + 1) in inside and right[r][c]) or ((r + 1, c) in inside and below[r][c]) for r, c in inside
    )


def _flood(
    row: int, col: int, right: list[list[bool]], below: list[list[bool]],
    owner: list[list[int]], name: int, n_rows: int, n_cols: int,
) -> list[tuple[int, int]]:  # fmt: skip
    members = [(row, col)]
    owner[row][col] = name
    for r, c in members:
        for near, r2, c2 in (
            (c + 1 < n_cols and not right[r][c], r, c + 1),
            (c > 0 and not right[r][c - 1], r, c - 1),
            (r + 1 < n_rows and not below[r][c], r + 1, c),
            (r > 0 and not below[r - 1][c], r - 1, c),
        ):
            if near and owner[r2][c2] < 0:
                owner[r2][c2] = name
                members.append((r2, c2))
    return members


def _cut_up(
    members: Iterable[tuple[int, int]], right: list[list[bool]], below: list[list[bool]]
) -> list[_Area]:
    """An area that is no rectangle, in rectangles: a rule that ends inside it goes on as an edge.

    Stretches of places in a row are cut where a rule above or below them begins or ends; stretches of equal
    width under one another, with no rule between them, are one cell.
    """
    inside = set(members)
    cuts = _cuts(inside, right, below)
    stretches: list[_Area] = []
    open_below: dict[tuple[int, int], int] = {}
    for row in sorted({r for r, _ in inside}):
        pieces: list[list[int]] = []
        for col in sorted(c for r, c in inside if r == row):
            if pieces and pieces[-1][-1] == col - 1 and (row, col) not in cuts:
                pieces[-1].append(col)
            else:
                pieces.append([col])
        now: dict[tuple[int, int], int] = {}
        for piece in pieces:
            left, end = piece[0], piece[-1] + 1
            above = open_below.get((left, end))
            if above is not None and not any(below[row - 1][col] for col in piece):
                stretches[above] = (stretches[above][0], row + 1, left, end, True)
                now[left, end] = above
            else:
                now[left, end] = len(stretches)
                stretches.append((row, row + 1, left, end, True))
        open_below = now
    return stretches


def _cuts(
    inside: set[tuple[int, int]], right: list[list[bool]], below: list[list[bool]]
) -> set[tuple[int, int]]:
    """Places before which a row of the area is cut; a cut goes on up and down as far as no rule ends it."""
    found: set[tuple[int, int]] = set()
    for row, col in inside:
        if (row, col - 1) not in inside:
            continue
        differs = below[row][col - 1] != below[row][col]
        differs = differs or (row > 0 and below[row - 1][col - 1] != below[row - 1][col])
        if right[row][col - 1] or differs:
            found.add((row, col))
    waiting = list(found)
    while waiting:
        row, col = waiting.pop()
        for other, rule in ((row - 1, row - 1), (row + 1, row)):
            near = {(other, col - 1), (other, col)}
            if (
                near <= inside
                and (other, col) not in found
                and not (below[rule][col - 1] and below[rule][col])
            ):
                found.add((other, col))
                waiting.append((other, col))
    return found
