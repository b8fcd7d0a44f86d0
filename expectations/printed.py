"""The cells of one report, arranged for both readings: what is printed, and what may be read as 0.

Belongs here: which states count as a number in the strict and in the lenient reading, and how numbers are
written in reasons. Does not belong here: rules, verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ingestion.catalog import Catalog, CellSpec, Form

Cells = Mapping[str, tuple[Decimal | None, str]]

REPORTED = "reported"
BLANK = "blank"
ZERO = Decimal(0)


class Report:
    """The cells of one report: `reported` are printed numbers, `lenient` adds those that may be read as 0."""

    def __init__(self, form: Form, cells: Cells, catalog: Catalog) -> None:
        self.catalog = catalog
        self.form = form
        self.cells = cells
        self.reported: dict[str, Decimal] = {
            key: value for key, (value, state) in cells.items() if state == REPORTED and value is not None
        }
        lines: set[tuple[str, ...]] = set()
        for key in self.reported:
            table, row, column = key.split(".")
            lines.add((table, row, ""))
            lines.add((table, "", column))
        self.lenient = dict(self.reported)
        zeros = {code for code, state in catalog.states.items() if state.lenient_as == 0}
        for key, (_, state) in cells.items():
            if state in zeros:
                table, row, column = key.split(".")
                if state != BLANK or (table, row, "") in lines or (table, "", column) in lines:
                    self.lenient[key] = ZERO
        for key in self._totals_left_out():
            del self.lenient[key]

    def _totals_left_out(self) -> set[str]:
        """Blank totals over parts that are not all 0: left out, not 0 (a report of 36 requests prints 35
        handled, 1 carried out by natural persons, and no total of those carried out).
        """
        if len(self.lenient) == len(self.reported):
            return set()
        positive = {key for key, value in self.reported.items() if value}
        left_out: set[str] = set()
        open_totals = [(key, parts) for key, parts in self._totals() if self.state(key) == BLANK]
        while found := {key for key, parts in open_totals if not positive.isdisjoint(parts)} - left_out:
            left_out |= found
            positive |= found
        return left_out & self.lenient.keys()

    def _totals(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(total, its parts) by cell key, along rows and along columns."""
        for table in self.form.tables:
            for column in (one for one in table.columns if one.total_of):
                for row in table.value_rows:
                    line = f"{table.code}.{row.code}"
                    yield f"{line}.{column.code}", tuple(f"{line}.{part}" for part in column.total_of)
            for row in (one for one in table.value_rows if one.total_of):
                for column in table.columns:
                    cells = tuple(f"{table.code}.{part}.{column.code}" for part in row.total_of)
                    yield f"{table.code}.{row.code}.{column.code}", cells

    def parts_of(self, key: str) -> tuple[str, ...]:
        """The cells of the same row that a total adds up; empty for a cell that is no total of its row."""
        table, row, column = key.split(".")
        return tuple(f"{table}.{row}.{part}" for part in self.form.table(table).column(column).total_of)

    def state(self, key: str) -> str:
        return self.cells[key][1] if key in self.cells else "not listed"


def cell_spec(form: Form, key: str) -> CellSpec | None:
    """The cell's specification, optional ones included; None for a key that the form does not know."""
    return form.cells.get(key) or form.optional_cells.get(key)


def plain(value: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
