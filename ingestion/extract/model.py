"""The `Document` model: what every reader of a format produces and every later step starts from.

Belongs here: grids of located cells, text blocks, in-content images, issues, and the one exception of this
room. Does not belong here: anything that knows a format, a label, a form or the meaning of a number. Texts
are kept as printed; nothing in this model changes a character of a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

GridKind = Literal["table", "tabbed", "piped", "cell_per_line"]
#: meta: the masthead of a page. navigation: ways to other pages (menus, breadcrumbs, lists of other papers).
TextKind = Literal["heading", "paragraph", "title", "meta", "navigation"]
Severity = Literal["info", "warning", "error"]

_LOCATOR_PLAIN = (
    "page", "table", "row", "column", "line", "line_end", "char_start", "char_end", "part", "carrier"
)  # fmt: skip

_LOCATOR_SAID = ("page", "table", "row", "column", "line")


class UnreadableInput(Exception):
    """Bytes that cannot become a `Document`.

    `code` is stable and machine-readable (`empty_file`, `not_text`, `format_not_supported_yet`,
    `quarantined_bytes`, ...); every code that begins with `quarantined` means hostile or oversized input.
    `reason` is one sentence for a person, with the measured figure where a limit was exceeded.
    """

    def __init__(self, code: str, reason: str, media_type: str | None = None) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason
        #: what the bytes are, where that was told before they were refused
        self.media_type = media_type

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"

    @property
    def quarantined(self) -> bool:
        """True if a limit on hostile input was exceeded (as against: a format that is not read)."""
        return self.code.startswith("quarantined")


@dataclass(frozen=True, slots=True)
class Locator:
    """Where something stands in its document. Only what is truly known is set.

    page, table, row, column, line, line_end: 1-based; table is the grid's index in the document; line and
    line_end count lines of the decoded text. char_start, char_end: 0-based half-open offsets in the decoded
    text. bbox: (x0, top, x1, bottom), origin top left: points of the page as shown (PDF), pixels of the
    picture (pictures). part: which part of the snapshot the rest counts in, where it has parts: the member of
    a Word file that is a picture (word/media/image1.png), the sheet of a workbook, the n-th embedded picture.
    carrier: sha256 of the bytes it stands in, where those are not the document's own snapshot but a picture
    or an attachment that belongs to it.
    """

    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    line: int | None = None
    line_end: int | None = None
    char_start: int | None = None
    char_end: int | None = None
    part: str | None = None
    carrier: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; fields that are not known are left out."""
        found: dict[str, Any] = {}
        for name in _LOCATOR_PLAIN:
            value = getattr(self, name)
            if value is not None:
                found[name] = value
        if self.bbox is not None:
            found["bbox"] = list(self.bbox)
        return found

    def in_words(self) -> str | None:
        """For people: "page 3, table 1, row 4, column 2", "line 88"; None where nothing of that is known."""
        said = ", ".join(
            f"{name} {value}" for name in _LOCATOR_SAID if (value := getattr(self, name)) is not None
        )
        if self.part is not None:
            said = f"{self.part}, {said}" if said else self.part
        if self.carrier is not None:
            said = f"{said} in {self.carrier[:12]}" if said else f"in {self.carrier[:12]}"
        if not said and self.char_start is not None:
            return f"characters {self.char_start} to {self.char_end}"
        return said or None

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Locator:
        """Inverse of `to_dict`; raises TypeError on a field that a locator does not have."""
        values = dict(stored)
        bbox = values.pop("bbox", None)
        if bbox is not None:
            x0, top, x1, bottom = (float(edge) for edge in bbox)
            return cls(bbox=(x0, top, x1, bottom), **values)
        return cls(**values)


@dataclass(frozen=True, slots=True)
class OtherReading:
    """What else a cell may say: a text that a reader really saw there, how sure it was, and which one it was.

    how: a stable code of the way of reading (`ocr_ink`, `ocr_digit`, `text_layer`, ...; `carrier`: read in
    another carrier of the same report). locator: where it stands, if that is another place than the cell's.
    """

    text: str
    confidence: float
    how: str
    locator: Locator | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        found: dict[str, Any] = {"text": self.text, "confidence": self.confidence, "how": self.how}
        if self.locator is not None:
            found["locator"] = self.locator.to_dict()
        return found

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> OtherReading:
        """Inverse of `to_dict`."""
        place = stored.get("locator")
        locator = Locator.from_dict(place) if place else None
        return cls(stored["text"], stored["confidence"], stored["how"], locator)


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell as printed: inner line breaks are "\\n", ends are stripped (NBSP included).

    row, col: 0-based origin in the grid. struck: some of the cell's text is struck through or marked deleted.
    confidence: 1 for text that the file itself holds, less for what was read from ink or joined in doubt.
    others: readings that were seen and not chosen. legible: False where something is printed that could not
    be read; the text is then what little was made of it, and never a number.
    """

    text: str
    row: int
    col: int
    locator: Locator
    rowspan: int = 1
    colspan: int = 1
    struck: bool = False
    confidence: float = 1.0
    others: tuple[OtherReading, ...] = ()
    legible: bool = True


class _LocatorDraft:
    """A `Locator` while it is built; see `table_cell`."""

    __slots__ = Locator.__slots__


class _CellDraft:
    """A `GridCell` while it is built; see `table_cell`."""

    __slots__ = GridCell.__slots__


def table_cell(
    text: str,
    row: int,
    col: int,
    table: int,
    line: int | None,
    rowspan: int = 1,
    colspan: int = 1,
    struck: bool = False,
) -> GridCell:
    """The same as `GridCell(...)` with `Locator(table=..., row=row + 1, column=col + 1, line=line)`.

    A page has hundreds of cells, and a frozen dataclass pays for each field of each: 1.4 µs a cell, which was
    a tenth of the time of a whole page. Filled as drafts of the same layout and frozen then, they take 0.4.
    """
    place: Any = _LocatorDraft()
    place.page = place.bbox = place.line_end = place.char_start = place.char_end = None
    place.part = place.carrier = None
    place.table = table
    place.row = row + 1
    place.column = col + 1
    place.line = line
    place.__class__ = Locator
    cell: Any = _CellDraft()
    cell.text = text
    cell.row = row
    cell.col = col
    cell.locator = place
    cell.rowspan = rowspan
    cell.colspan = colspan
    cell.struck = struck
    cell.confidence = 1.0
    cell.others = ()
    cell.legible = True
    cell.__class__ = GridCell
    frozen: GridCell = cell
    return frozen


@dataclass
class Grid:
    """A table: located cells in reading order.

    index: 1-based position among the document's grids. exact: the geometry is real (HTML, Word, PDF tables);
    False where a column number is only the count of fields before it in a line of text.
    """

    index: int
    cells: list[GridCell]
    n_rows: int
    n_cols: int
    kind: GridKind
    exact: bool
    page: int | None = None
    _occupied: dict[tuple[int, int], GridCell] | None = field(default=None, repr=False, compare=False)

    def rows(self) -> list[list[GridCell]]:
        """The cells by the row they originate in; n_rows lists, a list may be empty."""
        by_row: list[list[GridCell]] = [[] for _ in range(self.n_rows)]
        for cell in self.cells:
            by_row[cell.row].append(cell)
        return by_row

    def at(self, row: int, col: int) -> GridCell | None:
        """The cell that occupies (row, col), 0-based, spans included; None where nothing was printed."""
        if self._occupied is None:
            occupied: dict[tuple[int, int], GridCell] = {}
            for cell in self.cells:
                for place in occupied_places(cell):
                    occupied.setdefault(place, cell)
            self._occupied = occupied
        return self._occupied.get((row, col))


def occupied_places(cell: GridCell) -> Iterator[tuple[int, int]]:
    """Every (row, col) that a cell covers, 0-based."""
    for row in range(cell.row, cell.row + cell.rowspan):
        for col in range(cell.col, cell.col + cell.colspan):
            yield row, col


@dataclass
class TextBlock:
    """Running text between the grids: a paragraph, a heading, a line of a text file.

    confidence: 1 for text that the file itself holds, less for what was read from ink.
    """

    text: str
    locator: Locator
    kind: TextKind = "paragraph"
    confidence: float = 1.0


@dataclass
class ImageBlock:
    """A picture in the content: a table may be hidden in it (state `missing_image`).

    read: its text and tables, if any, were read and stand in the blocks right behind it. references: under
    which it may be found, the likeliest first (a page that loads its pictures late names several); a data URI
    is whole here and cut in `src`. Empty for a picture that is too small to hold a table.
    """

    src: str
    alt: str
    locator: Locator
    read: bool = False
    references: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the content to a file: perhaps the report itself, or its tables, as an attachment.

    href: as the page resolves it (<base href> applied), percent-encoding untouched. text: of the link, with
    the file name that the page gives where that says more.
    """

    href: str
    text: str
    locator: Locator


@dataclass(frozen=True)
class Issue:
    """Something a reader of the results must know: a stable code, where, and one sentence of detail."""

    code: str
    place: str
    detail: str
    severity: Severity = "warning"
    locator: Locator | None = None


Block = Grid | TextBlock | ImageBlock


@dataclass
class Document:
    """One snapshot, read: blocks in document order.

    sha256: hex digest of the bytes as archived. n_bytes: their number. encoding: the Python codec that the
    bytes were decoded with, None for binary formats. pages: None where the format has no pages. title and
    meta: what the page says about itself (HTML <title>, <meta name=... content=...>), not what the text says.
    links: files that the content links to.
    """

    name: str
    sha256: str
    media_type: str
    n_bytes: int
    encoding: str | None = None
    pages: int | None = None
    blocks: list[Block] = field(default_factory=list)
    title: str | None = None
    meta: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def text(self) -> str:
        """The running text, one block a line, without the grids."""
        return "\n".join(block.text for block in self.blocks if isinstance(block, TextBlock))

    def grids(self) -> list[Grid]:
        """The grids in document order."""
        return [block for block in self.blocks if isinstance(block, Grid)]
