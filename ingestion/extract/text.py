"""Plain text and Markdown: which lines are a table's and which are running text.

Four shapes of tables survive in the text of real reports: rows of fields between tabs; one cell a line, each
line beginning with a tab and rows set off by blank lines; Markdown rows between pipes; one cell a line with a
pipe behind it (`piped_cells`). Everything else is one text block a line. A column number is here only a count
of fields (`Grid.exact` is False): text loses merged cells, and a page break may cut a row in two, so what a
field means is found by labels, elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

from ingestion.extract.model import Grid, GridCell, GridKind, ImageBlock, Locator, TextBlock
from ingestion.extract.piped_cells import cells_of_piped_lines
from ingestion.extract.sandbox import Budget
from ingestion.extract.text_fields import (
    BARE_PIPE,
    ENUMERATED,
    MAX_ROW_LINE,
    Field,
    Line,
    field_of,
    joined,
)

#: A line with a single leading tab is a table cell up to this length and an indented paragraph beyond it. The
#: longest label of any form has 45 characters.
MAX_CELL_LINE = 120
#: No row of a form is longer: where no blank line ends one, the rows are not to be told and it is text.
MAX_ROW_CELLS = 24
#: Half of the cells of a one-cell-a-line table are shorter than this; indented paragraphs are not.
MAX_MEDIAN_CELL = 30
#: A line without a tab between two tabbed rows is a row of one field up to this length.
MAX_LONE_FIELD = 60
#: A line without a tab after the last cell of a row is the rest of that cell's label up to this length.
MAX_LABEL_REST = 20

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_PAGE_NUMBER = re.compile(r"\f?\s*[-—–－]*\s*第?\s*(\d{1,3})\s*(?:页.{0,10}|/\s*\d+)?[-—–－]*\s*")
_HEADING = re.compile(r"#{1,6}[ \t\u3000]+(?P<text>.*?)[ \t]*#*$")
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<src>[^)\s]+)[^)]*\)$")
_RULE_CELL = re.compile(r":?-{2,}:?$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BOLD = re.compile(r"\*\*(?P<text>[^*]+)\*\*$")
_NUMERIC = re.compile(r"[-+−]?[\d０-９][\d０-９,.，．%％\s]*$")


def split_lines(text: str) -> list[Line]:
    """The lines of `text`; \\n, \\r\\n and \\r end a line."""
    lines = []
    for number, found in enumerate(_LINE.finditer(text), 1):
        if found.start() == len(text) and number > 1:
            break
        lines.append(Line(found[1], number, found.start()))
    return lines


def read_text(text: str, budget: Budget) -> list[Grid | TextBlock | ImageBlock]:
    """Blocks of `text` in order. Raises `UnreadableInput` when a limit of `budget` is passed."""
    budget.check_lines(text)
    return _TextReader(_without_page_numbers(split_lines(text)), budget).read()


def _without_page_numbers(lines: list[Line]) -> list[Line]:
    """Without the numbers that stand last on their pages and count the pages one by one.

    Form feeds end the pages (pdftotext writes them). A page number between two cells would pass for a cell;
    one number alone proves nothing and stays.
    """
    last: list[tuple[int, int]] = []  # (index of the line, number on it or -1) for each page
    below = -1
    for index, line in enumerate(lines):
        if line.text.startswith("\f") and below >= 0:
            found = _PAGE_NUMBER.fullmatch(lines[below].text)
            last.append((below, int(found[1]) if found else -1))
        if line.text.strip():
            below = index
    numbered = {
        index
        for page, (index, number) in enumerate(last)
        for other, (_, neighbour) in ((at, last[at]) for at in (page - 1, page + 1) if 0 <= at < len(last))
        if number >= 0 and neighbour >= 0 and neighbour - number == other - page
    }
    return [line for index, line in enumerate(lines) if index not in numbered] if numbered else lines


class _TextReader:
    """Walks over the lines once; every line ends up in exactly one block or is blank."""

    def __init__(self, lines: list[Line], budget: Budget) -> None:
        self.lines = lines
        self.budget = budget
        self.blocks: list[Grid | TextBlock | ImageBlock] = []
        self.n_grids = 0
        #: lines before this one were asked for cells with a pipe behind each, and are none
        self.no_cells_until = 0

    def read(self) -> list[Grid | TextBlock | ImageBlock]:
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            if line.blank:
                at += 1
            elif line.piped or line.text.strip() == "|":
                at = self._cells_behind_pipes(at)
            elif "\t" in line.text and self._stretch_is_tabbed(at):
                at = self._tabbed(at)
            elif line.lone_cell and len(line.text) <= MAX_CELL_LINE:
                at = self._cell_per_line(at)
            else:
                self._text(line)
                at += 1
        return self.blocks

    # ------------------------------------------------------------------------------------------ pipes

    def _cells_behind_pipes(self, at: int) -> int:
        """One cell a line with its pipe behind it, or else Markdown."""
        rows, end = None, at
        if at >= self.no_cells_until:
            rows, end, self.no_cells_until = cells_of_piped_lines(self.lines, at)
        if end == at:
            if self.lines[at].piped:
                return self._piped(at)
            self._text(self.lines[at])
            return at + 1
        if rows is None:
            for line in self.lines[at:end]:
                self._text(line)
        else:
            self.budget.add_cells(sum(map(len, rows)))
            self._grid(rows, "piped")
        return end

    def _piped(self, at: int) -> int:
        """Consecutive pipe rows; the row above a rule (|---|) heads a new table."""
        tables: list[list[list[Field]]] = [[]]
        start = at
        while at < len(self.lines) and self.lines[at].piped:
            fields = _pipe_fields(self.lines[at])
            self.budget.add_cells(len(fields))
            if fields and all(_RULE_CELL.match(text) for text, _ in fields):
                if len(tables[-1]) > 1:
                    tables.append([tables[-1].pop()])
            else:
                tables[-1].append(fields)
            at += 1
        if max((len(row) for rows in tables for row in rows), default=0) < 2:
            for line in self.lines[start:at]:
                self._text(line)
            return at
        for rows in tables:
            self._grid(rows, "piped")
        return at

    # ------------------------------------------------------------------------------------------- tabs

    def _stretch_is_tabbed(self, at: int) -> bool:
        """Whether the lines up to the next blank one have fields between tabs (as against one cell a line).

        A row such as "\\t小计" looks like either; its neighbours tell.
        """
        for number in range(at, len(self.lines)):
            line = self.lines[number]
            if line.blank or line.piped or not (line.tabbed or line.lone_cell):
                return False
            if line.tabbed:
                return True
            if len(line.text) > MAX_CELL_LINE:
                return False
        return False

    def _tabbed(self, at: int) -> int:
        """Consecutive rows of fields. One field alone stays in only if a tabbed row follows at once."""
        rows: list[list[Field]] = []
        start = at
        while at < len(self.lines):
            line = self.lines[at]
            if line.blank or line.piped or len(line.text) > MAX_ROW_LINE:
                break
            if "\t" not in line.text:
                below = self.lines[at + 1] if at + 1 < len(self.lines) else None
                if len(line.text.strip()) > MAX_LONE_FIELD or below is None or "\t" not in below.text:
                    break
            elif line.lone_cell and len(line.text) > MAX_CELL_LINE:
                break
            rows.append(list(_tab_fields(line)))
            self.budget.add_cells(len(rows[-1]))
            at += 1
        if at == start:  # one endless line with tabs in it
            self._text(self.lines[at])
            return at + 1
        if len(rows) == 1 and _reads_as_text(self.lines[start], rows[0]):
            self._text(self.lines[start])
        else:
            self._grid(rows, "tabbed")
        return at

    # -------------------------------------------------------------------------------- one cell a line

    def _cell_per_line(self, at: int) -> int:
        """Stretches of one-cell lines, each a row, set off by one blank line; two blank lines end the table.

        A line without a tab belongs to the cell before ("\\t本年新" + "制作数量") if another cell of the row
        follows, or if it can be the rest of a label; it never continues a number.
        """
        rows: list[list[Field]] = []
        start = at
        while at < len(self.lines) and self.lines[at].lone_cell:
            row, at, complete = self._stretch(at)
            rows.append(row)
            self.budget.add_cells(len(row))
            if not complete or at + 1 >= len(self.lines) or not self.lines[at].blank:
                break
            below = self.lines[at + 1]
            if not below.lone_cell or len(below.text) > MAX_CELL_LINE or self._stretch_is_tabbed(at + 1):
                break
            at += 1
        cells = [text for row in rows for text, _ in row if text]
        without_rows = max(map(len, rows)) > MAX_ROW_CELLS
        if len(cells) < 2 or without_rows or median(map(len, cells)) > MAX_MEDIAN_CELL:
            for line in self.lines[start:at]:
                if not line.blank:
                    self._text(line)
        else:
            self._grid(rows, "cell_per_line")
        return at

    def _stretch(self, at: int) -> tuple[list[Field], int, bool]:
        """One row: its cells, the line after it, and whether it ran up to a blank line."""
        row: list[Field] = []
        while at < len(self.lines):
            line = self.lines[at]
            if line.blank:
                return row, at, True
            if line.lone_cell:
                if len(line.text) > MAX_CELL_LINE:
                    return row, at, False
                row.append(field_of(line.text, line, 0))
            elif not line.tabbed and not line.piped and self._continues(row[-1][0], at):
                row[-1] = joined(row[-1], self.lines[at - 1], line)
            else:
                return row, at, False
            at += 1
        return row, at, True

    def _continues(self, before: str, at: int) -> bool:
        text = self.lines[at].text.strip()
        if not before or len(text) > MAX_CELL_LINE:
            return False
        if _NUMERIC.match(before):
            return bool(_NUMERIC.match(text))
        below = self.lines[at + 1] if at + 1 < len(self.lines) else None
        if below is not None and below.lone_cell:
            return True
        return len(text) <= MAX_LABEL_REST and not ENUMERATED.match(text)

    # ---------------------------------------------------------------------------------------- emitting

    def _text(self, line: Line) -> None:
        text, locator = field_of(line.text, line, 0)
        if not text:
            return
        self.budget.add_block()
        image = _IMAGE.match(text)
        heading = _HEADING.match(text)
        if image:
            self.blocks.append(ImageBlock(image["src"], image["alt"], locator))
        elif heading:
            title, place = field_of(heading["text"], line, line.text.index(text) + heading.start("text"))
            self.blocks.append(TextBlock(title, place, "heading"))
        else:
            self.blocks.append(TextBlock(text, locator))

    def _grid(self, rows: list[list[Field]], kind: GridKind) -> None:
        self.budget.add_block()
        self.n_grids += 1
        cells = [
            GridCell(text, r, c, _in_grid(place, self.n_grids, r, c))
            for r, row in enumerate(rows)
            for c, (text, place) in enumerate(row)
        ]
        n_cols = max(map(len, rows), default=0)
        self.blocks.append(Grid(self.n_grids, cells, len(rows), n_cols, kind, exact=False))


# --------------------------------------------------------------------------------------------------- fields


def _tab_fields(line: Line) -> Iterator[Field]:
    offset = 0
    for raw in line.text.split("\t"):
        yield field_of(raw, line, offset)
        offset += len(raw) + 1


def _pipe_fields(line: Line) -> list[Field]:
    text = line.text
    edges = [found.start() for found in BARE_PIPE.finditer(text)]
    starts = [0, *(edge + 1 for edge in edges)]
    fields = []
    for start, end in zip(starts, [*edges, len(text)], strict=True):
        printed, place = field_of(text[start:end], line, start)
        fields.append((_unmarked(printed), place))
    # the pipes at the ends of a row are its frame, not fields
    if not text[: edges[0]].strip():
        del fields[0]
    if fields and not text[edges[-1] + 1 :].strip():
        del fields[-1]
    return fields


def _unmarked(printed: str) -> str:
    """A Markdown cell without its markup: escaped pipes, <br>, bold, &nbsp;."""
    if "\\|" in printed:
        printed = printed.replace("\\|", "|")
    if "<" in printed:
        printed = "\n".join(part.strip() for part in _BREAK.split(printed)).strip()
    if "&nbsp;" in printed:
        printed = printed.replace("&nbsp;", "\xa0").strip()
    bold = _BOLD.match(printed)
    return bold["text"].strip() if bold else printed


def _in_grid(place: Locator, table: int, row: int, col: int) -> Locator:
    return Locator(
        table=table,
        row=row + 1,
        column=col + 1,
        line=place.line,
        line_end=place.line_end,
        char_start=place.char_start,
        char_end=place.char_end,
    )


def _reads_as_text(line: Line, fields: list[Field]) -> bool:
    """A single tabbed line that is no table row: an indented signature, or 来源 and 时间 in one line."""
    printed = [text for text, _ in fields if text]
    if len(printed) <= 1:
        return not line.text.endswith("\t")
    return len(fields) == 2 and not any(_NUMERIC.match(text) for text in printed)
