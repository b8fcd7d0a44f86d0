"""Lines of plain text and the fields in them, with their places.

Belongs here: what a line looks like, and a field's text with the characters it stands on. Does not belong
here: which lines make a table (`text`, `piped_cells`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.extract.model import Locator

#: A line with tabs or pipes is a table row up to this length: a row of prose cells still is, a file is not.
MAX_ROW_LINE = 8000
BARE_PIPE = re.compile(r"(?<!\\)\|")
#: Opens a label or a heading: （一）, 二、.
ENUMERATED = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[)）、.．]")
#: str.strip() leaves these at the ends of a cell.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end. number: 1-based. start: 0-based offset of its first character in the text."""

    text: str
    number: int
    start: int

    @property
    def blank(self) -> bool:
        """Nothing printed and no tab; a line that holds only a tab is an empty cell."""
        return "\t" not in self.text and not self.text.strip()

    @property
    def lone_cell(self) -> bool:
        """One leading tab and no other: a cell of a table that has one cell a line."""
        return self.text.startswith("\t") and self.text.count("\t") == 1

    @property
    def tabbed(self) -> bool:
        """Two or more fields between tabs, as against one indented field."""
        return "\t" in self.text and not self.lone_cell

    @property
    def piped(self) -> bool:
        """A Markdown row: a bare pipe at one end at least, and something beside it."""
        stripped = self.text.strip()
        if not 2 <= len(stripped) <= MAX_ROW_LINE or "|" not in stripped:
            return False
        return stripped[0] == "|" or (stripped[-1] == "|" and stripped[-2] != "\\")


#: (text, locator without table, row and column) of a cell on its way into a grid.
Field = tuple[str, Locator]


def field_of(raw: str, line: Line, offset: int) -> Field:
    """The printed part of `raw`, which stands `offset` characters into the line, and its place."""
    text = raw.strip().strip(_INVISIBLE).strip()
    start = line.start + offset + (raw.index(text) if text else 0)
    place = Locator(line=line.number, char_start=start, char_end=start + len(text))
    return text, place


def joined(before: Field, above: Line, line: Line) -> Field:
    """A cell that ends on the line above, and goes on in `line`: all between them stands as printed."""
    text, place = before
    rest, rest_place = field_of(line.text, line, 0)
    assert place.char_end is not None and rest_place.char_start is not None
    trailing = above.text[place.char_end - above.start :]
    leading = line.text[: rest_place.char_start - line.start]
    whole = Locator(
        line=place.line,
        line_end=line.number,
        char_start=place.char_start,
        char_end=rest_place.char_end,
    )
    return f"{text}{trailing}\n{leading}{rest}", whole
