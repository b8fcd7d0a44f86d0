"""Columns that no rule parts, from where the numbers stand (the band method).

Belongs here: bands between horizontal rules as tables, and edges between columns of numbers and of labels
that the text itself proves. Where the numbers of some row contradict the others, nothing is parted: the text
stays one cell, in which digits stand apart and nobody reads a number. Does not belong here: drawn borders
(`lattice`), rows that no rule parts (`borderless`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from unicodedata import normalize

from ingestion.extract.pdf.geometry import Rule, clusters
from ingestion.extract.pdf.lattice import MIN_PART, SNAP, Cell, Frame, Table
from ingestion.extract.pdf.lines import Line, lines_of, words_of, written_lines

#: Between words of two columns there is more than this, in sizes of the font.
COLUMN_GAP = 0.4
#: Rows with a number that a single column of numbers needs as its proof; two columns prove each other.
MIN_ROWS = 3
MIN_ROWS_OF_TWO = 2
#: A text in the middle of its columns is off it by no more than half of this, points.
OFF_CENTRE = 8.0
#: Labels that begin within these points begin alike; so many rows must have one more label left of them.
SAME_START = 1.0
MIN_GROUPS = 2
#: Horizontal rules of one table begin and end alike, within these points.
SAME_END = 4.0

_NUMBER = re.compile(r"[+\-]?\d[\d,]*(?:\.\d+)?%?|[/—\-○〇]+|无")


@dataclass(slots=True)
class Word:
    """A stretch of text in one line of a cell."""

    x0: float
    x1: float
    y: float
    size: float
    number: bool
    cell: Cell


@dataclass(slots=True)
class Span:
    """The width that the texts of one column take."""

    x0: float
    x1: float

    def overlaps(self, word: Word) -> bool:
        return word.x0 < self.x1 and self.x0 < word.x1


def is_number(text: str) -> bool:
    """A number, or a sign for none, alone."""
    return _NUMBER.fullmatch(normalize("NFKC", text)) is not None


def cell_words(cell: Cell, gap: float = COLUMN_GAP) -> list[list[Word]]:
    """The words of a cell, line by line."""
    found: list[list[Word]] = []
    for line in lines_of(cell.glyphs):
        found.append([_word(word, cell) for word in words_of(line, gap)])
    return found


def _word(line: Line, cell: Cell) -> Word:
    x0, _, x1, _ = line.box
    return Word(x0, x1, line.glyphs[0].y, line.size, is_number(written_lines([line]).text), cell)


def with_text_columns(table: Table, *, ruled: bool) -> Table:
    """The table with its cells parted where columns of numbers stand in them; the same one if there are none.
    ruled: rules show the widths of the head's cells.

    Looked at section by section: a row of one text over the whole width begins a new one, whose columns may
    be others (the articles of one table).
    """
    if any(cell.whole for cell in table.cells):
        return table
    words = {id(cell): cell_words(cell) for cell in table.cells}
    sections: list[_Section] = []
    n_rows = sum(any(word.number for line in lines for word in line) for lines in words.values())
    titles = _titles(table, words)
    starts = sorted({0, *titles.values()})
    for first, last in zip(starts, [*starts[1:], table.n_rows], strict=True):
        cells = [cell for cell in table.cells if first <= cell.row < last]
        found = _section(cells, words, table.xs, titles, n_rows)
        if found is not None:
            sections.append(found)
    return _parted(table, sections, words, ruled) if sections else table


_Words = dict[int, list[list[Word]]]


@dataclass(slots=True)
class _Section:
    """Rows [first, last) with the edges of their columns; rows above `top` are their head."""

    first: int
    last: int
    top: int
    edges: list[float]


def _titles(table: Table, words: _Words) -> dict[int, int]:
    """Rows of one text over the whole width: id of the cell -> row."""
    return {
        id(cell): cell.row
        for cell in table.cells
        if cell.rowspan == 1
        and cell.colspan == table.n_cols
        and [len(line) for line in words[id(cell)]] == [1]
        and not words[id(cell)][0][0].number
    }


def _section(
    cells: Sequence[Cell], words: _Words, drawn: Sequence[float], titles: Collection[int], n_rows: int
) -> _Section | None:
    """The edges that the texts of these cells prove; None where nothing has to be parted."""
    open_cells = {
        id(cell)
        for cell in cells
        for line in words[id(cell)]
        if len(line) > 1 and any(word.number for word in line)
    }
    rows = [
        line
        for cell in cells
        if id(cell) in open_cells
        for line in words[id(cell)]
        if any(w.number for w in line)
    ]
    spans = _number_spans(rows)
    if spans is None:
        return None
    top = min(row[0].cell.row for row in rows)
    left = min(cell.box[0] for cell in cells if id(cell) in open_cells)
    right = max(cell.box[2] for cell in cells if id(cell) in open_cells)
    heads = [
        word
        for cell in cells
        if cell.row < top and id(cell) not in titles
        for line in words[id(cell)]
        for word in line
        if left < (word.x0 + word.x1) / 2 < right
    ]
    labels = [
        [
            word
            for line in words[id(cell)]
            for word in line
            if word.x1 <= spans[0].x0 + 1.0 and not word.number
        ]
        for cell in cells
        if cell.row >= top
    ]
    reach = max((word.x1 for row in labels for word in row), default=None)
    leaves = _leaves([word for word in heads if reach is None or word.x0 >= reach])
    if len(leaves) > len(spans):
        spans = _with_blank_columns(spans, leaves)
    if len(leaves) != len(spans) and not _is_proven(spans, rows, heads, n_rows):
        return None
    edges = [*_label_edges(labels, heads), *_edges_between(spans, heads, drawn)]
    if reach is not None and reach < spans[0].x0:
        edges.append(_edge(reach, spans[0].x0, heads, drawn[1:-1]))
    edges = _without_empty(edges, [word for cell in cells for line in words[id(cell)] for word in line])
    return _Section(min(cell.row for cell in cells), max(cell.row for cell in cells) + 1, top, edges)


def _number_spans(rows: Sequence[Sequence[Word]]) -> list[Span] | None:
    """The columns of numbers; None where two numbers of one row fall into one column."""
    numbers = sorted((word for row in rows for word in row if word.number), key=lambda word: word.x0)
    spans: list[Span] = []
    for word in numbers:
        if spans and word.x0 < spans[-1].x1:
            spans[-1].x1 = max(spans[-1].x1, word.x1)
        else:
            spans.append(Span(word.x0, word.x1))
    for row in rows:
        taken = [
            next(i for i, span in enumerate(spans) if span.overlaps(word)) for word in row if word.number
        ]
        if len(taken) != len(set(taken)):
            return None
    return spans or None


def _leaves(heads: Iterable[Word]) -> list[Span]:
    """The lowest heads, each right over its column, from left to right."""
    leaves: list[Span] = []
    for word in sorted(heads, key=lambda word: (-word.cell.row, -word.y)):
        if not any(leaf.overlaps(word) for leaf in leaves):
            leaves.append(Span(word.x0, word.x1))
    return sorted(leaves, key=lambda leaf: leaf.x0)


def _with_blank_columns(spans: Sequence[Span], leaves: Sequence[Span]) -> list[Span]:
    """The columns of numbers, and those that have a head only: each column of numbers takes a head, in order,
    so that they are as close as can be; the heads that are left stand over nothing.
    """
    # best[i][j]: (distance, heads taken) of the first i columns within the first j heads
    best: list[list[tuple[float, tuple[int, ...]]]] = [[(0.0, ())] * (len(leaves) + 1)]
    for i, span in enumerate(spans, 1):
        row: list[tuple[float, tuple[int, ...]]] = [(inf, ())] * i
        for j in range(i, len(leaves) + 1):
            leaf = leaves[j - 1]
            apart = max(0.0, span.x0 - leaf.x1, leaf.x0 - span.x1)
            before, taken = best[i - 1][j - 1]
            row.append(min(row[j - 1], (before + apart, (*taken, j - 1))))
        best.append(row)
    taken = best[len(spans)][len(leaves)][1]
    blank = [leaf for index, leaf in enumerate(leaves) if index not in taken]
    return sorted([*spans, *blank], key=lambda span: span.x0)


def _is_proven(
    spans: Sequence[Span], rows: Sequence[Sequence[Word]], heads: Sequence[Word], n_rows: int
) -> bool:
    several = sum(sum(word.number for word in row) > 1 for row in rows)
    if several >= MIN_ROWS_OF_TWO or (len(spans) == 1 and n_rows >= MIN_ROWS):
        return True
    # one row of numbers (the review table): each column must have a head of its own
    return all(
        any(span.overlaps(word) and sum(one.overlaps(word) for one in spans) == 1 for word in heads)
        for span in spans
    )


def _edges_between(spans: Sequence[Span], heads: Sequence[Word], drawn: Sequence[float]) -> list[float]:
    return [_edge(left.x1, right.x0, heads, drawn) for left, right in pairwise(spans)]


def _edge(start: float, end: float, heads: Sequence[Word], drawn: Sequence[float]) -> float:
    """An edge between two columns: where no head stands across, or at least none of the lowest (that of a
    group of columns always does); there where a rule ends, or in the middle of the widest strip.
    """
    near = [word for word in heads if word.x1 > start and word.x0 < end]
    places = [start, *(x for word in near for x in (word.x0, word.x1) if start < x < end), end]
    strips = [(left, right) for left, right in pairwise(sorted(places)) if right > left]
    if not strips:
        return (start + end) / 2

    rows = sorted({word.cell.row for word in near}, reverse=True)

    def across(x: float) -> list[int]:
        return [sum(word.x0 < x < word.x1 for word in near if word.cell.row == row) for row in rows]

    fewest = min(across((left + right) / 2) for left, right in strips)
    known = [x for x in drawn if start - 0.5 <= x <= end + 0.5 and across(x) <= fewest]
    if len(known) == 1:
        return known[0]
    free = [strip for strip in strips if across(sum(strip) / 2) == fewest]
    left, right = max(free, key=lambda strip: strip[1] - strip[0])
    return (left + right) / 2


def _label_edges(labels: Sequence[Sequence[Word]], heads: Sequence[Word]) -> list[float]:
    """Edges between columns of labels: strips that every row leaves free (name, unit), and where labels begin
    beside another label (group, row), though the label of a wider row may run across.
    """
    edges: list[float] = []
    intervals = sorted((word.x0, word.x1) for row in labels for word in row)
    reach = intervals[0][1] if intervals else 0.0
    for x0, x1 in intervals:
        if x0 > reach and _rows_on_both_sides(labels, reach, x0) >= MIN_ROWS:
            edges.append(_edge(reach, x0, heads, ()))
        reach = max(reach, x1)
    for starts in clusters((word.x0 for row in labels for word in row), SAME_START):
        if len(starts) >= MIN_ROWS and _rows_on_both_sides(labels, starts[0], starts[0]) >= MIN_GROUPS:
            edge = starts[0] - SAME_START
            if all(abs(edge - other) > COLUMN_GAP * 10 for other in edges):
                edges.append(edge)
    return edges


def _without_empty(edges: Sequence[float], words: Sequence[Word]) -> list[float]:
    """Edges that have text between them: of two in one strip, the one that fewer texts run across."""
    kept: list[float] = []
    for edge in sorted(edges):
        if kept and not any(kept[-1] < (word.x0 + word.x1) / 2 < edge for word in words):
            across = [sum(word.x0 < x < word.x1 for word in words) for x in (kept[-1], edge)]
            kept[-1] = edge if across[1] < across[0] else kept[-1]
            continue
        kept.append(edge)
    return kept


def _rows_on_both_sides(labels: Sequence[Sequence[Word]], left: float, right: float) -> int:
    return sum(any(w.x1 <= left for w in row) and any(w.x0 >= right for w in row) for row in labels)


def _parted(table: Table, sections: Sequence[_Section], words: _Words, ruled: bool) -> Table:
    """The table with its cells cut at the edges of their section, except where a word stands across one."""
    cells: list[Cell] = []
    for cell in table.cells:
        x0, top, x1, bottom = cell.box
        across = [word for line in words[id(cell)] for word in line]
        section = next((one for one in sections if one.first <= cell.row < one.last), None)
        edges = section.edges if section else []
        # where rules end elsewhere in the table, they part two labels but no label from nothing
        ends = [x for x in table.xs if edges and x < min(edges) and _is_between(x, across)]
        cuts = sorted(
            edge
            for edge in {*edges, *ends}
            if x0 + SNAP < edge < x1 - SNAP
            and not any(word.x0 + 1.0 < edge < word.x1 - 1.0 for word in across)
        )
        if ruled and section is not None and cell.row < section.top:
            cuts = _cuts_of_head(cell, cuts, across)
        if not cuts:
            cells.append(cell)
            continue
        for left, right in zip([x0, *cuts], [*cuts, x1], strict=True):
            inside = [
                glyph
                for glyph in cell.glyphs
                if (left == x0 or glyph.cx >= left) and (right == x1 or glyph.cx < right)
            ]
            box = left, top, right, bottom
            cells.append(Cell(cell.row, 0, cell.rowspan, 0, box, inside, page=cell.page))
    groups = clusters((x for cell in cells for x in (cell.box[0], cell.box[2])), SNAP)
    xs = [sum(group) / len(group) for group in groups]
    for cell in cells:
        cell.col = _nearest(xs, cell.box[0])
        cell.colspan = _nearest(xs, cell.box[2]) - cell.col
    cells.sort(key=lambda cell: (cell.row, cell.col))
    return Table(xs, table.ys, cells)


def _cuts_of_head(cell: Cell, cuts: list[float], words: Sequence[Word]) -> list[float]:
    """Where a cell of the head is cut: a text over several columns stands in the middle of them, and takes
    them all. Where that does not come out at edges, the cell is cut at each.
    """
    texts: list[Span] = []
    for word in sorted(words, key=lambda word: word.x0):
        if texts and word.x0 < texts[-1].x1:
            texts[-1].x1 = max(texts[-1].x1, word.x1)
        else:
            texts.append(Span(word.x0, word.x1))
    kept: list[float] = []
    at = cell.box[0]
    for text, following in pairwise(texts):
        expected = text.x0 + text.x1 - at
        between = [edge for edge in cuts if text.x1 <= edge + 1.0 and edge - 1.0 <= following.x0]
        if not between:
            return cuts
        at = min(between, key=lambda edge: abs(edge - expected))
        if len(between) > 1 and abs(at - expected) > OFF_CENTRE:
            return cuts
        kept.append(at)
    return kept


def _is_between(edge: float, words: Sequence[Word]) -> bool:
    return any(word.x1 <= edge + 1.0 for word in words) and any(word.x0 >= edge - 1.0 for word in words)


def _nearest(edges: Sequence[float], x: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - x))


# ---------------------------------------------------------------------------------------------------------
# bands


def bands(loose: Sequence[Rule]) -> list[Frame]:
    """Horizontal rules that touch no vertical one, table by table."""
    return [Frame(rules, []) for rules in _alike(loose)]


def _alike(loose: Sequence[Rule]) -> list[list[Rule]]:
    """Rules in groups that begin and end alike, with the shorter ones between them that are no underlines."""
    groups: list[list[Rule]] = []
    for rule in sorted(loose, key=lambda one: one.start - one.end):
        for group in groups:
            first = group[0]
            width = first.end - first.start
            same = abs(rule.start - first.start) <= SAME_END and abs(rule.end - first.end) <= SAME_END
            inside = rule.start >= first.start - SAME_END and rule.end <= first.end + SAME_END
            at_edge = abs(rule.end - first.end) <= SAME_END
            if same or (inside and (at_edge or rule.end - rule.start >= MIN_PART * width)):
                group.append(rule)
                break
        else:
            groups.append([rule])
    found: list[list[Rule]] = []
    for group in groups:
        first = group[0]
        whole = [rule.at for rule in group if rule.end - rule.start >= 0.9 * (first.end - first.start)]
        if len(whole) >= 2:
            found.append([rule for rule in group if min(whole) <= rule.at <= max(whole)])
    return found
