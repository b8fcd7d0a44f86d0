"""A row of a form table as it was found: the cells it must fill, the fields it prints.

Belongs here: the plain classes that the finders (`grids`, `stream`, `elimination`) hand to the placing
(`align`). Does not belong here: any decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ingestion.extract.model import Locator, OtherReading


@dataclass(slots=True)
class FieldText:
    """One printed field of a row, as it stands, with its place."""

    text: str
    locator: Locator | None = None
    #: struck through or marked as deleted: whether it counts is not ours to decide
    struck: bool = False
    #: how sure the reader of the format is of the text, and what else it saw there
    confidence: float = 1.0
    others: tuple[OtherReading, ...] = ()
    #: False: something stands here that could not be read, so it is neither a number nor a blank
    legible: bool = True

    @property
    def blank(self) -> bool:
        return self.legible and not self.text.strip(" \t\r\n\u00a0\u3000\u200b\ufeff")


@dataclass(frozen=True, slots=True)
class CellSlot:
    """A cell that the row should fill: its key and how its column is printed.

    Without a key: a column that is printed and is none of the form's.
    """

    key: str
    signed: bool = False
    #: unit of money that the form or the table's head prints for the column
    unit: str | None = None
    #: how sure it is that the column is this one
    confidence: float = 1.0


@dataclass(slots=True)
class RowReading:
    """A row of a form table as found: the slots it must fill, in printed order, and the fields it shows.

    `totals` are pairs (index of a total, indexes of its parts) within `slots`. `bounds` names, per slot,
    the cell whose value the slot cannot exceed (the column's total). `blanks_visible`: empty cells are
    among the fields. `exact`: field positions are real table geometry. `glued`: the fields came as one
    run of digits. `placed`: geometry already put each slot's field (None: nothing stands there). `under`:
    the same of a table in text, whose columns are only counts of fields: worth something if all rows of the
    table agree. `labelled`: indexes of the fields that stand under a label of the head. `headed`: a head says
    which column is which.
    """

    table: str
    row: str
    slots: list[CellSlot]
    fields: list[FieldText]
    raw: str
    locator: Locator | None = None
    totals: list[tuple[int, list[int]]] = field(default_factory=list)
    bounds: list[str | None] = field(default_factory=list)
    blanks_visible: bool = False
    exact: bool = False
    glued: bool = False
    placed: list[FieldText | None] | None = None
    under: list[FieldText | None] | None = None
    labelled: frozenset[int] = frozenset()
    headed: bool = True
    label_confidence: float = 1.0
    #: why that is less than 1, for people
    doubt: str | None = None
    #: index of the label's field in its row: rows with equal depth start their numbers equally far behind it
    depth: int | None = None
    block: str = ""

    def doubted(self, confidence: float, why: str) -> RowReading:
        """The same row, at most as sure as `confidence`; the strongest doubt is the one that is told."""
        if confidence >= self.label_confidence:
            return self
        return replace(self, label_confidence=confidence, doubt=why)
