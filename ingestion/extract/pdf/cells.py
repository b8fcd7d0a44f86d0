"""Texts of a table's cells, and how sure they are.

Belongs here: what a cell says, struck text, glyphs that stand in two cells at once. Does not belong here:
which cells there are (`lattice`, `columns`), tables over several pages (`stitch`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingestion.extract.pdf.geometry import Box, Rule
from ingestion.extract.pdf.lattice import Cell, Table
from ingestion.extract.pdf.lines import (
    APART_GAP,
    CONFIDENCE_IN_DOUBT,
    DIGITS,
    RAISED,
    Line,
    box_of,
    lines_of,
    written_lines,
)
from ingestion.extract.pdf.page_content import Glyph

#: A digit belongs to two cells if this part of it stands on either side of their border.
STRADDLES = 0.2
#: A number that runs over its cell's border may be the neighbour's.
CONFIDENCE_STRADDLES = 0.5
#: A rule through text strikes it if it covers this part of it, between these heights of the font's size.
STRUCK = 0.6
_STRIKE_FROM, _STRIKE_TO = 0.15, 0.6
_WRAPPED = re.compile(r"\d[\d,]*(?:\n[\d,]*\.?\d+)+")


@dataclass(slots=True)
class CellText:
    """What a cell of a page's table says. box: points of the page."""

    page: int
    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box
    text: str
    confidence: float
    legible: bool
    struck: bool
    #: its number runs over a border
    straddles: bool
    #: box of its glyphs, None without any
    ink: Box | None


def texts_of(table: Table, strikes: dict[int, list[Rule]], hidden: set[int]) -> list[CellText]:
    """The texts of a table's cells.

    strikes: by page, rules that are no borders. hidden: ids of glyphs without ink.
    """
    touching = _touching(table)
    padding = _padding(table)
    found: list[CellText] = []
    for cell in table.cells:
        shown = [glyph for glyph in cell.glyphs if id(glyph) not in hidden]
        lines = lines_of(shown)
        said = written_lines(lines)
        text = said.text.strip()
        digits = any(char in DIGITS for char in text)
        straddles = digits and (id(cell) in touching or _straddles(cell))
        confidence = said.confidence
        if cell.doubtful and digits:
            confidence = min(confidence, CONFIDENCE_IN_DOUBT)
        if straddles:
            confidence = min(confidence, CONFIDENCE_STRADDLES)
        if len(lines) > 1 and _is_wrapped(lines, text, cell.box, padding):
            text, confidence = text.replace("\n", ""), min(confidence, CONFIDENCE_IN_DOUBT)
        found.append(
            CellText(
                cell.page, cell.row, cell.col, cell.rowspan, cell.colspan, cell.box, text, confidence,
                legible=said.legible and len(shown) == len(cell.glyphs),
                struck=_is_struck(shown, strikes.get(cell.page, ())),
                straddles=straddles,
                ink=box_of(shown) if shown else None,
            )
        )  # fmt: skip
    return found


def _padding(table: Table) -> float:
    """How close text comes to the left border of its cell."""
    gaps = [min(glyph.x0 for glyph in cell.glyphs) - cell.box[0] for cell in table.cells if cell.glyphs]
    return max(0.0, min(gaps, default=0.0))


def _is_wrapped(lines: Sequence[Line], text: str, box: Box, padding: float) -> bool:
    """Whether a number goes on in the next line because its cell is too narrow: each line before the last is
    so full that no further digit fits. It may still be two numbers, so it is read in doubt.
    """
    if not _WRAPPED.fullmatch(text) or any(glyph.turn for line in lines for glyph in line.glyphs):
        return False
    room = box[2] - box[0] - 2 * padding
    for line in lines[:-1]:
        x0, _, x1, _ = line.box
        if x1 - x0 + min(glyph.x1 - glyph.x0 for glyph in line.glyphs) <= room:
            return False
    return len({round(line.size, 1) for line in lines}) == 1


def _straddles(cell: Cell) -> bool:
    x0, _, x1, _ = cell.box
    for glyph in cell.glyphs:
        if glyph.text in DIGITS and glyph.turn == 0:
            over = STRADDLES * (glyph.x1 - glyph.x0)
            if glyph.x0 < x0 - over or glyph.x1 > x1 + over:
                return True
    return False


def _touching(table: Table) -> set[int]:
    """Ids of cells whose digits go on, without a gap, in the cell beside them: one number over a border."""
    by_row: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.glyphs:
            by_row.setdefault(cell.row, []).append(cell)
    found: set[int] = set()
    for cells in by_row.values():
        for left, right in pairwise(cells):
            if right.col != left.col + left.colspan:
                continue
            last = max(left.glyphs, key=lambda glyph: glyph.x1)
            first = min(right.glyphs, key=lambda glyph: glyph.x0)
            if last.text not in DIGITS or first.text not in DIGITS:
                continue
            width = min(last.x1 - last.x0, first.x1 - first.x0)
            if first.x0 - last.x1 < APART_GAP * width and abs(first.y - last.y) <= RAISED * last.size:
                found |= {id(left), id(right)}
    return found


def strikes_in(table: Table, rules: Iterable[Rule]) -> list[Rule]:
    """Rules inside the table that are no border: they begin and end inside a cell."""
    x0, top, x1, bottom = table.box
    return [
        rule
        for rule in rules
        if top < rule.at < bottom
        and x0 <= rule.start
        and rule.end <= x1
        and all(abs(rule.at - y) > 1.0 for y in table.ys)
    ]


def _is_struck(glyphs: Sequence[Glyph], strikes: Sequence[Rule]) -> bool:
    for glyph in glyphs:
        if glyph.turn:
            continue
        for rule in strikes:
            if glyph.y - _STRIKE_TO * glyph.size <= rule.at <= glyph.y - _STRIKE_FROM * glyph.size:
                covered = min(rule.end, glyph.x1) - max(rule.start, glyph.x0)
                if covered >= STRUCK * (glyph.x1 - glyph.x0):
                    return True
    return False
