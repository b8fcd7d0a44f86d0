"""A report before it has a format: paragraphs and tables of cells, in reading order.

Belongs here: what stands where, with spans, and which cell of the form each number is. Writers turn it into
bytes, faults change it first. Not here: numbers (`figures`), looks (the writers).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ingestion.catalog import Form, Row, Table
from tests.generator.figures import Figures, Number
from tests.generator.prose import Words

Kind = Literal["title", "date", "heading", "body"]


@dataclass
class Cell:
    """One printed cell. `key`: the form's cell that it is; None for labels, heads and empty corners.

    `numbers`: more than one text printed apart inside the cell ("1" and "0" of a 10); writers that can, draw
    them apart. `vertical`: a label that may be set one character a line.
    """

    text: str
    rows: int = 1
    columns: int = 1
    key: str | None = None
    head: bool = False
    vertical: bool = False
    numbers: tuple[str, ...] = ()


@dataclass
class Grid:
    """A table: rows of cells as HTML has them, a cell that reaches down is not repeated below.

    `widths`: of each column, in relative units. `heads`: rows of the head, at the top. `code`: s2, t3, t4, nat, fj.
    """

    code: str
    rows: list[list[Cell]]
    widths: list[float]
    heads: int = 0

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells, row by row."""
        return (cell for row in self.rows for cell in row)

    def placed(self) -> list[list[tuple[int, Cell]]]:
        """Each row's cells with their column, counting from 0."""
        taken: set[tuple[int, int]] = set()
        found = []
        for number, row in enumerate(self.rows):
            column = 0
            line = []
            for cell in row:
                while (number, column) in taken:
                    column += 1
                line.append((column, cell))
                taken |= {(number + r, column + c) for r in range(cell.rows) for c in range(cell.columns)}
                column += cell.columns
            found.append(line)
        return found


@dataclass
class Paragraph:
    text: str
    kind: Kind = "body"


@dataclass
class Story:
    """A whole report. `blocks` in reading order; `gold` by key: number, or None for a printed blank."""

    form: Form
    words: Words
    gold: dict[str, Number | None]
    blocks: list[Paragraph | Grid]
    undecidable: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    @property
    def grids(self) -> list[Grid]:
        return [block for block in self.blocks if isinstance(block, Grid)]

    def grid(self, code: str) -> Grid:
        """The table of that code; KeyError if the report has none."""
        for grid in self.grids:
            if grid.code == code:
                return grid
        raise KeyError(code)

    def printed(self) -> dict[str, str]:
        """The text in each cell of the form that is printed."""
        return {cell.key: cell.text for grid in self.grids for cell in grid.cells if cell.key}


def shown(value: Number | None, signed: bool = False) -> str:
    """A number as a report prints it."""
    if value is None:
        return ""
    return f"+{value}" if signed and value > 0 else str(value)


def story(form: Form, words: Words, gold: Figures, rng: random.Random) -> Story:
    """The report of `form` with these words and numbers, printed as the form wants it."""
    blocks: list[Paragraph | Grid] = [Paragraph(words.title, "title")]
    if rng.random() < 0.5:
        blocks.append(Paragraph(words.published, "date"))
    blocks += [Paragraph(text) for text in words.opening]
    bodies = {
        "s1": words.general,
        form.sections[-2].code: words.problems,
        form.sections[-1].code: words.other,
    }
    for number, section in enumerate(form.sections):
        enumerator = section.enumerator or f"{'一二三四五六七八九十'[number]}、"
        blocks.append(Paragraph(f"{enumerator}{section.label_zh}", "heading"))
        if section.kind == "narrative" or form.kind == "attachment":
            blocks += [Paragraph(text) for text in bodies.get(section.code, words.general[:1])]
        blocks += _section_tables(form, section.code, words, gold)
    return Story(form, words, dict(gold), blocks)


def _section_tables(form: Form, section: str, words: Words, gold: Figures) -> list[Paragraph | Grid]:
    tables = [table for table in form.tables if table.section == section]
    if not tables:
        return []
    if section == "s2":
        return [_disclosures(tables, gold)]
    (table,) = tables
    if table.code == "t3":
        return [_requests(table, gold)]
    if table.code == "t4":
        return [_reviews(table, gold)]
    return [Paragraph(table.label_zh, "heading"), _indicators(table, words.year, gold)]


def _number(table: Table, row: Row, column: str, gold: Figures) -> Cell:
    key = f"{table.code}.{row.code}.{column}"
    return Cell(shown(gold[key], table.column(column).signed), key=key)


def _disclosures(tables: list[Table], gold: Figures) -> Grid:
    rows: list[list[Cell]] = []
    for table in tables:
        count = len(table.columns)
        # three columns of figures in all; the last one takes what is left
        spans = [1] * (count - 1) + [3 - (count - 1)]
        rows.append([Cell(table.label_zh, columns=4, head=True)])
        heads = [
            Cell(c.label_zh, columns=span, head=True) for c, span in zip(table.columns, spans, strict=True)
        ]
        rows.append([Cell("信息内容", head=True), *heads])
        for row in table.value_rows:
            line = [_number(table, row, column.code, gold) for column in table.columns]
            for cell, span in zip(line, spans, strict=True):
                cell.columns = span
            rows.append([Cell(row.label_zh), *line])
    return Grid("s2", rows, [3, 2, 2, 2])


def _requests(table: Table, gold: Figures) -> Grid:
    columns = table.columns
    groups = {group.code: group.label_zh for group in table.column_groups}
    firms = [column for column in columns if column.group == "legal_persons"]
    rows = [
        [
            Cell(table.note_labels[0], rows=3, columns=3, head=True),
            Cell(groups["applicants"], columns=len(columns), head=True),
        ],
        [
            Cell(columns[0].label_zh, rows=2, head=True),
            Cell(groups["legal_persons"], columns=len(firms), head=True),
            Cell(columns[-1].label_zh, rows=2, head=True),
        ],
        [Cell(column.label_zh, head=True) for column in firms],
    ]

    def leaves(row: Row) -> int:
        below = table.children(row.code)
        return sum(map(leaves, below)) if below else 1

    def emit(row: Row, before: list[Cell], level: int) -> None:
        below = table.children(row.code)
        if not below:
            label = Cell(row.printed_label, columns=4 - level)
            rows.append([*before, label, *(_number(table, row, column.code, gold) for column in columns)])
            return
        before = [*before, Cell(row.printed_label, rows=leaves(row), vertical=True)]
        for child in below:
            emit(child, before, level + 1)
            before = []

    for row in table.children(None):
        emit(row, [], 1)
    return Grid("t3", rows, [1.2, 2, 5, *([1.5] * len(columns))], heads=3)


def _reviews(table: Table, gold: Figures) -> Grid:
    results = [column.label_zh for column in table.columns]
    direct, after = table.children("litigation")
    rows = [
        [
            Cell(table.row("review").label_zh, columns=5, head=True),
            Cell(table.row("litigation").label_zh, columns=10, head=True),
        ],
        [
            *(Cell(result, rows=2, head=True, vertical=True) for result in results),
            Cell(direct.label_zh, columns=5, head=True),
            Cell(after.label_zh, columns=5, head=True),
        ],
        [Cell(result, head=True, vertical=True) for result in results * 2],
        [_number(table, row, column.code, gold) for row in table.value_rows for column in table.columns],
    ]
    return Grid("t4", rows, [1.0] * 15, heads=3)


def _indicators(table: Table, year: int, gold: Figures) -> Grid:
    stub = [column for column in table.stub_columns if column.code != "order"]
    heads = [column.label_zh if column.code != "year" else f"{year}年度" for column in table.columns]
    rows = [
        [*(Cell(column.label_zh, head=True) for column in stub), *(Cell(head, head=True) for head in heads)]
    ]
    for row in table.rows:
        label = Cell(f"{'　' * (row.level - 1)}{row.printed_label}")
        if not row.has_cells:
            rows.append([label, *(Cell("——") for _ in range(1 + len(heads)))])
            continue
        numbers = [_number(table, row, column.code, gold) for column in table.columns]
        rows.append([label, Cell(row.unit or table.unit or ""), *numbers])
    return Grid(table.code, rows, [6, 1.5, *([2.0] * len(heads))], heads=1)
