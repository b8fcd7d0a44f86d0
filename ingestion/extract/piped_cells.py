"""Tables in text that have a pipe behind every cell and one cell a line.

Belongs here: cutting such a stretch of lines into rows. Does not belong here: Markdown tables, which have one
row a line (`text`).

Converters of web pages write a cell that holds a paragraph like this: the cell's text, then its pipe, then
the next cell on the next line. A row ends where its pipes are as many as the table has columns; a row of
merged cells is filled up with bare pipes (`|||`). Only these runs say how wide the table is, so every one of
them must end a row of the same width; where one does not, another table begins behind the last that did, or
nothing is cut and the lines stay text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.extract.model import Locator
from ingestion.extract.text_fields import BARE_PIPE, ENUMERATED, MAX_ROW_LINE, Field, Line, field_of

#: Fewer lines than this are no stretch of cells: a Markdown row with one filled field looks the same.
MIN_CELL_LINES = 6
#: No form has more columns.
MAX_WIDTH = 24
#: A line without a pipe above a cell's line is the beginning of that cell up to this length.
MAX_FIRST_PART = 20

_FRAME = re.compile(r"[|\s]*")


@dataclass(slots=True)
class _Stretch:
    """Fields in the order of their pipes, and what the runs of bare pipes say."""

    fields: list[Field] = field(default_factory=list)
    #: indexes of the fields that a run of bare pipes stands for
    fill: set[int] = field(default_factory=set)
    #: counts of fields behind each run
    ends: list[int] = field(default_factory=list)


def cells_of_piped_lines(lines: Sequence[Line], at: int) -> tuple[list[list[Field]] | None, int, int]:
    """The rows of the stretch that begins at lines[at], and the index of the line behind it.

    Rows are None where the lines are such a stretch and its rows are not to be told; the index is `at` where
    they are no such stretch. The last number is the index up to which that holds for every line from `at` on:
    a caller that asks again from there never reads a line twice.
    """
    stretch = _Stretch()
    start, n_filled = at, 0
    first_parts: list[Line] = []
    while at < len(lines):
        line = lines[at]
        if _ends_with_pipe(line.text) and len(line.text) <= MAX_ROW_LINE:
            pieces = BARE_PIPE.split(line.text)
            n_in_line = sum(1 for piece in pieces if piece.strip())
            if n_in_line > 1:
                return None, start, at
            n_filled += n_in_line
            _take(stretch, line, first_parts)
            first_parts = []
        elif not first_parts and _begins_a_cell(lines, at) and at > start:
            first_parts = [line]
        else:
            break
        at += 1
    at -= len(first_parts)
    if at - start < MIN_CELL_LINES or n_filled < MIN_CELL_LINES // 2:
        return None, start, max(at, start + 1)
    return _rows(stretch), at, at


def _begins_a_cell(lines: Sequence[Line], at: int) -> bool:
    """Whether a line without a pipe is the upper part of the cell that ends on the next line."""
    text = lines[at].text.strip()
    if (
        not text
        or len(text) > MAX_FIRST_PART
        or ENUMERATED.match(text)
        or "|" in text
        or at + 1 >= len(lines)
    ):
        return False
    below = lines[at + 1].text.strip()
    # a lone pipe below a text without one closes it; a run of them fills a row up
    return _ends_with_pipe(below) and (below == "|" or not _FRAME.fullmatch(below))


def _ends_with_pipe(text: str) -> bool:
    text = text.rstrip()
    return text.endswith("|") and not text.endswith("\\|")


def _take(stretch: _Stretch, line: Line, first_parts: list[Line]) -> None:
    """The fields that end on this line, one for each of its pipes."""
    before = len(stretch.fields)
    offset = 0
    for found in BARE_PIPE.finditer(line.text):
        piece = field_of(line.text[offset : found.start()], line, offset)
        stretch.fields.append(_with_first_part(first_parts, line, piece) if first_parts else piece)
        first_parts = []
        offset = found.end()
    printed = line.text.rstrip()
    label = printed.rstrip("|")
    n_pipes = len(printed) - len(label)
    if n_pipes > 1:
        filled = any(text for text, _ in stretch.fields[before:])
        # of "0|||" the first pipe ends the cell itself
        glued = filled and bool(label) and not label[-1].isspace()
        stretch.fill.update(range(len(stretch.fields) - n_pipes + int(glued), len(stretch.fields)))
        stretch.ends.append(len(stretch.fields))


def _with_first_part(first_parts: list[Line], line: Line, rest: Field) -> Field:
    above = first_parts[0]
    text, place = field_of(above.text, above, 0)
    whole = Locator(
        line=place.line, line_end=line.number, char_start=place.char_start, char_end=rest[1].char_end
    )
    assert place.char_end is not None and rest[1].char_start is not None
    trailing = above.text[place.char_end - above.start :]
    leading = line.text[: rest[1].char_start - line.start]
    return f"{text}{trailing}\n{leading}{rest[0]}", whole


def _rows(stretch: _Stretch) -> list[list[Field]] | None:
    """The fields in rows of one width, without what only fills them up; None where no width fits.

    Without a title between them two tables are one stretch: the second one begins behind the last run that
    ends a row of the first, or behind one row more whose blank end was not filled up.
    """
    rows: list[list[Field]] = []
    start, ends = 0, stretch.ends
    while start < len(stretch.fields):
        if len(ends) < 2:
            return None
        width = ends[0] - start
        if not 2 <= width <= MAX_WIDTH:
            return None
        if all((end - start) % width == 0 for end in ends):
            return rows + _rows_of_width(stretch, start, len(stretch.fields), width)
        n_ends, unfilled = _second_table(ends, start, width)
        if n_ends == 0:
            return None
        rows += _rows_of_width(stretch, start, ends[n_ends - 1], width)
        start = ends[n_ends - 1] + unfilled
        if unfilled:
            rows.append(stretch.fields[ends[n_ends - 1] : start])
        ends = ends[n_ends:]
    return rows


def _second_table(ends: list[int], start: int, width: int) -> tuple[int, int]:
    """How many runs end a row of the first table, and how many fields its last row has without a run.

    Two runs at least say how wide it is, and all that follow end rows of one other width; (0, 0) where no
    place is such.
    """
    for n in range(2, len(ends) - 1):
        if (ends[n - 1] - start) % width or (ends[n - 2] - start) % width:
            break
        other = ends[n + 1] - ends[n]
        unfilled = ends[n] - ends[n - 1] - other
        begin = ends[n - 1] + unfilled
        if other > 1 and 0 <= unfilled < width and all((end - begin) % other == 0 for end in ends[n:]):
            return n, unfilled
    return 0, 0


def _rows_of_width(stretch: _Stretch, start: int, stop: int, width: int) -> list[list[Field]]:
    numbered = list(enumerate(stretch.fields))[start:stop]
    cut = [numbered[at : at + width] for at in range(0, len(numbered), width)]
    keeps_blanks = any(_has_inner_blank(row) for row in cut)
    rows = [_without_fill(row, stretch.fill, keeps_blanks) for row in cut]
    while rows and all(len(row) > 1 and not row[0][0] for row in rows):
        rows = [row[1:] for row in rows]
    return rows


def _has_inner_blank(row: list[tuple[int, Field]]) -> bool:
    filled = [at for at, (_, (text, _)) in enumerate(row) if text]
    return bool(filled) and any(not row[at][1][0] for at in range(filled[0], filled[-1]))


def _without_fill(row: list[tuple[int, Field]], fill: set[int], keeps_blanks: bool) -> list[Field]:
    """A row of figures ends with its last cell: a blank that fills it up is no cell of the form.

    Some converters leave blank cells out and fill the row up for them. Then 3 and 3 of a row of seven may
    stand anywhere, and only a row without any figure has blanks that are surely blank.
    """
    figures = any(text and not any("\u4e00" <= char <= "\u9fff" for char in text) for _, (text, _) in row)
    kept = [(at, item) for at, item in row if not (figures and at in fill)]
    if figures and not keeps_blanks:
        while kept and not kept[-1][1][0]:
            kept.pop()
    return [item for _, item in kept]
