"""Tables without any rule: rows of labels and numbers that stand in columns.

Belongs here: which lines of a page are such a table, and which lines are one row (a label over several lines
has its numbers beside the middle of them). Where rows cannot be told apart, each line is a row of one cell,
of which nobody reads a number. Does not belong here: the columns (`columns`), rules (`lattice`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingestion.extract.pdf.columns import is_number
from ingestion.extract.pdf.geometry import Box
from ingestion.extract.pdf.lattice import Cell, Table
from ingestion.extract.pdf.lines import Line, box_of, words_of, written_lines
from ingestion.extract.pdf.page_content import Glyph

#: Numbers of a row stand this far (sizes of the font) from what is left of them.
APART = 1.2
#: Rows of numbers that make a table; one row is enough if it has so many numbers.
MIN_ROWS = 3
MIN_NUMBERS = 5
#: Rows of one table are at most this many lines apart (titles, heads and labels stand between).
MAX_BETWEEN = 6
#: Lines of a head above the first row.
MAX_HEAD = 6
#: Heads of two columns are this far apart.
HEAD_GAP = 0.45
#: Words of a head that may end a page and belong to the next one's table.
MIN_HEADS = 3
#: Words of one line are this far apart: the label of a group and that of its row nearly touch.
WORD_GAP = 0.3
#: Lines of one label are this close, in sizes of the font.
SAME_LABEL = 1.6
#: Where rows are as close as that, the lines of a label must be closer.
LABEL_GAPS = (SAME_LABEL, 1.35)


@dataclass(slots=True)
class _Word:
    """A stretch of text, and the line it stands in."""

    glyphs: list[Glyph]
    box: Box
    y: float
    number: bool


@dataclass(slots=True)
class _Block:
    """Words under one another that are one label."""

    words: list[_Word] = field(default_factory=list)

    @property
    def top(self) -> float:
        return min(word.box[1] for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.box[3] for word in self.words)

    @property
    def x0(self) -> float:
        return min(word.box[0] for word in self.words)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def covers(self, y: float) -> bool:
        """Whether something at this height stands beside the block."""
        over = 0.3 * self.words[0].glyphs[0].size
        return self.top - over <= y <= self.bottom + over

    @property
    def glyphs(self) -> list[Glyph]:
        return [glyph for word in self.words for glyph in word.glyphs]


def borderless_tables(lines: Sequence[Line]) -> list[Table]:
    """Tables among the lines of a page, one column wide: their columns are for `with_text_columns` to prove.

    A few rows, or a head alone, at the end of the page or at its beginning may be one with the neighbour's.
    """
    words = [_words(line) for line in lines]
    anchors = _anchors(words)
    regions = _regions(words, anchors)
    tables: list[Table] = []
    for first, last, rows in regions:
        numbers = max(sum(word.number for word in words[index]) for index in rows)
        at_edge = first == 0 or last + 1 == len(words)
        if len(rows) >= MIN_ROWS or numbers >= MIN_NUMBERS or at_edge:
            tables.append(_table(words[first : last + 1]))
    ended = regions[-1][1] if regions else -1
    if words and ended < len(words) - 1 and len(words[-1]) >= MIN_HEADS and _is_head(words[-1]):
        tables.append(_table(words[-1:]))
    return tables


def _anchors(words: Sequence[Sequence[_Word]]) -> list[int]:
    """Lines with numbers of a table: beside a label, or under other numbers (a label of two lines)."""
    rows = [line for line in words if _is_row(line)]
    columns = [word.box for line in rows for word in line if word.number]
    return [
        index
        for index, line in enumerate(words)
        if _is_row(line)
        or (
            all(word.number for word in line)
            and all(any(word.box[0] < x1 and x0 < word.box[2] for x0, _, x1, _ in columns) for word in line)
        )
    ]


def stands_in_columns(line: Line) -> bool:
    """Whether a line is a row of a table rather than prose."""
    return _is_row(_words(line))


def _words(line: Line) -> list[_Word]:
    found: list[_Word] = []
    for word in words_of(line, WORD_GAP):
        text = written_lines([word]).text
        found.append(_Word(word.glyphs, word.box, word.glyphs[0].y, is_number(text)))
    return found


def _is_row(words: Sequence[_Word]) -> bool:
    """Words that stand apart, the last of them a number; not an entry of a table of contents."""
    if len(words) < 2 or not words[-1].number:
        return False
    if any(
        "…" in one or "...." in one or "····" in one
        for one in ("".join(g.text for g in w.glyphs) for w in words)
    ):
        return False
    size = words[-1].glyphs[0].size
    return words[-1].box[0] - words[-2].box[2] >= APART * size


def _regions(words: Sequence[Sequence[_Word]], anchors: Sequence[int]) -> list[tuple[int, int, list[int]]]:
    """(first line, last line, rows of numbers) of each stretch of rows, with its head above."""
    groups: list[list[int]] = []
    for index in anchors:
        between = words[groups[-1][-1] + 1 : index] if groups else []
        if (
            groups
            and len(between) <= MAX_BETWEEN
            and not any(_is_prose(line, words[index]) for line in between)
        ):
            groups[-1].append(index)
        else:
            groups.append([index])
    found: list[tuple[int, int, list[int]]] = []
    for group in groups:
        first, last = group[0], group[-1]
        floor = found[-1][1] + 1 if found else 0
        while first > max(floor, group[0] - MAX_HEAD) and (
            _is_head(words[first - 1])
            or _is_over_numbers(words[first - 1], words[group[0]])
            or _is_label(words[first - 1], words[first], words[group[0]])
        ):
            first -= 1
        while last + 1 < len(words) and _is_label(words[last + 1], words[last], words[group[-1]]):
            last += 1
        found.append((first, last, group))
    return found


def _is_prose(line: Sequence[_Word], row: Sequence[_Word]) -> bool:
    """One stretch of text from where the labels begin into the column of the row's last number."""
    return len(line) == 1 and line[0].box[0] <= row[0].box[2] and line[0].box[2] > row[-1].box[0]


def _is_head(line: Sequence[_Word]) -> bool:
    size = line[0].glyphs[0].size
    gaps = [right.box[0] - left.box[2] for left, right in pairwise(line)]
    return bool(gaps) and min(gaps) >= HEAD_GAP * size and not line[-1].number


def _is_over_numbers(line: Sequence[_Word], row: Sequence[_Word]) -> bool:
    """The head of several columns: nothing but one text behind the labels."""
    return len(line) == 1 < len(row) and row[0].box[2] < line[0].box[0] and line[0].box[2] < row[-1].box[2]


def _is_label(line: Sequence[_Word], beside: Sequence[_Word], row: Sequence[_Word]) -> bool:
    """Whether a line is part of the label of the row next to it."""
    size = line[0].glyphs[0].size
    return (
        len(line) == 1
        and abs(line[0].y - beside[0].y) <= SAME_LABEL * size
        and line[0].box[2] < row[-1].box[0]
        and line[0].box[0] < row[0].box[2]
    )


def _table(lines: Sequence[Sequence[_Word]]) -> Table:
    """Rows from the lines of a region.

    Where rows are as close as the lines of one label, or one label has two rows of numbers, what belongs
    together cannot be told: then each line is a row of one cell, which nobody can read a number from.
    """
    rows = next((found for gap in LABEL_GAPS if (found := _rows(lines, gap)) is not None), None)
    proven = rows is not None
    if rows is None:
        rows = [[glyph for word in line for glyph in word.glyphs] for line in lines]
    box = box_of(glyph for row in rows for glyph in row)
    cells: list[Cell] = []
    for index, row in enumerate(rows):
        _, top, _, bottom = box_of(row)
        cells.append(Cell(index, 0, 1, 1, (box[0], top, box[2], bottom), row, whole=not proven))
    ys = [cell.box[1] for cell in cells] + [box[3]]
    return Table([box[0], box[2]], ys, cells)


def _rows(lines: Sequence[Sequence[_Word]], gap: float) -> list[list[Glyph]] | None:
    """The glyphs of each row, from top to bottom; None where that is not certain.

    gap: how far apart (sizes of the font) the lines of one label are at most.
    """
    words = [word for line in lines for word in line]
    numbers = _number_rows(_blocks([word for word in words if word.number], gap))
    size = median(word.glyphs[0].size for word in words)
    middles = [_middle(blocks) for blocks in numbers]
    steps = [below - above for above, below in pairwise(middles)]
    if any(step <= gap * size for step in steps) or any(_is_two_rows(row) for row in numbers):
        return None
    blocks = _blocks([word for word in words if not word.number], gap)
    made: list[tuple[float, list[Glyph]]] = [
        (middle, _glyphs(row)) for middle, row in zip(middles, numbers, strict=True)
    ]
    alone: list[tuple[float, list[_Block]]] = []
    for block in blocks:
        beside = [index for index, middle in enumerate(middles) if block.covers(middle)]
        if len(beside) == 1:
            made[beside[0]][1].extend(block.glyphs)
        elif not beside:
            alone.append((block.middle, [block]))
        else:
            # the label of a group of rows; each of them must have one of its own
            for index in beside:
                if not any(other.x0 > block.x0 and other.covers(middles[index]) for other in blocks):
                    return None
            alone.append((middles[beside[0]] - 0.1, [block]))
    made += [(middle, _glyphs(row)) for middle, row in _side_by_side(alone)]
    made.sort(key=lambda item: item[0])
    return [glyphs for _, glyphs in made]


def _number_rows(blocks: Sequence[_Block]) -> list[list[_Block]]:
    """Numbers beside one another; one that is broken over two lines is one block and stays one text."""
    rows: list[list[_Block]] = []
    for block in sorted(blocks, key=lambda one: one.middle):
        if rows and any(block.covers(other.middle) or other.covers(block.middle) for other in rows[-1]):
            rows[-1].append(block)
        else:
            rows.append([block])
    return rows


def _is_two_rows(row: Sequence[_Block]) -> bool:
    """Every number goes on in a second line: these are two rows, not broken numbers."""
    return len(row) > 1 and all(len(block.words) > 1 for block in row)


def _middle(blocks: Sequence[_Block]) -> float:
    return median(block.middle for block in blocks)


def _glyphs(blocks: Sequence[_Block]) -> list[Glyph]:
    return [glyph for block in blocks for glyph in block.glyphs]


def _blocks(words: Sequence[_Word], gap: float) -> list[_Block]:
    """Words close under one another, in blocks."""
    blocks: list[_Block] = []
    for word in sorted(words, key=lambda one: (one.y, one.box[0])):
        for block in blocks:
            if _goes_on(block.words[-1], word, gap):
                block.words.append(word)
                break
        else:
            blocks.append(_Block([word]))
    return blocks


def _goes_on(above: _Word, below: _Word, gap: float) -> bool:
    """Whether a word is the next line of a label: close, and begun or centred like the one above."""
    size = below.glyphs[0].size
    if not 0 < below.y - above.y <= gap * size:
        return False
    (left, _, right, _), (x0, _, x1, _) = above.box, below.box
    return min(abs(left - x0), abs(left + right - x0 - x1) / 2) <= size / 2


def _side_by_side(alone: Sequence[tuple[float, list[_Block]]]) -> list[tuple[float, list[_Block]]]:
    """Blocks without numbers, those in one line (a head) together."""
    found: list[tuple[float, list[_Block]]] = []
    for y, blocks in sorted(alone, key=lambda item: item[0]):
        size = blocks[0].words[0].glyphs[0].size
        if found and y - found[-1][0] <= 0.4 * size:
            found[-1][1].extend(blocks)
        else:
            found.append((y, list(blocks)))
    return found
