"""The tables of a page, whatever shows their cells.

Belongs here: which way of finding a table's cells is taken. Not here: the ways (`lattice`, `bare`).
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.extract.scan.bare import bare_table
from ingestion.extract.scan.grouping import together
from ingestion.extract.scan.ink import CellInk, Inked
from ingestion.extract.scan.lattice import Lattice, lattice_of
from ingestion.extract.scan.page import Page
from ingestion.extract.scan.rules import Rules
from ingestion.extract.scan.traces import Traces


@dataclass
class FoundTable:
    """A table with the ink of each of its cells."""

    lattice: Lattice
    inks: list[CellInk]


def tables_of(page: Page, rules: Rules, inked: Inked) -> list[FoundTable]:
    """The tables that rules draw, from top to bottom."""
    found: list[FoundTable] = []
    traces = Traces(page, rules)
    for across, down in together(page, rules):
        lattice = lattice_of(page, traces, across, down)
        bare = None
        if lattice is None or lattice.n_cols < 2:
            bare = bare_table(inked, traces, across, down)
        if bare is not None:
            found.append(FoundTable(*bare))
        elif lattice is not None and (down or lattice.n_cols > 1):
            found.append(FoundTable(lattice, inked.cells(lattice.cells)))
    return sorted(found, key=lambda one: (one.lattice.box[1], one.lattice.box[0]))
