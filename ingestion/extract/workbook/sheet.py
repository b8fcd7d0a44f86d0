"""A sheet of a workbook as its reader found it.

Belongs here: the plain classes between the readers of file formats and the grid. Does not belong here: any
decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell shows. printed: it shows something although there is no text to read."""

    text: str
    confidence: float = 1.0
    struck: bool = False
    legible: bool = True

    @property
    def printed(self) -> bool:
        return not self.legible


@dataclass(slots=True)
class Sheet:
    """entries by 0-based (row, column). merged: (top, left, bottom, right), inclusive."""

    name: str
    hidden: bool = False
    entries: dict[tuple[int, int], Entry] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    n_hidden: int = 0
    n_pictures: int = 0
