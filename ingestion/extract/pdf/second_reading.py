"""The numbers of a PDF read once more by another parser: pdfplumber against pdfium.

Belongs here: which cells are worth it, what pdfplumber sees at their places, and what a disagreement does to
a cell. Does not belong here: choosing between the two. Agreement proves nothing (both read the same file, and
neither looks at the ink), so it changes nothing; disagreement leaves the text as it is and casts doubt on it.

pdfplumber needs more than half as long for one page with a table as we do for a whole report, so it is asked
for cells in doubt alone. One page of each document, read twice whatever it holds, took reports with tables on
three of six pages from 0.40 to 0.64 of the time of pdfplumber's own tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pdfplumber
from pdfminer.layout import LTChar, LTContainer

from ingestion.extract.model import Grid, Issue, Locator, OtherReading
from ingestion.extract.pdf.cells import CellText
from ingestion.extract.pdf.geometry import PageFrame
from ingestion.extract.pdf.layout import PageLayout
from ingestion.extract.pdf.lines import DIGITS, UNKNOWN, without_false_bold, written
from ingestion.extract.pdf.page_content import Glyph
from ingestion.extract.pdf.weight import interpreting_cost
from ingestion.extract.sandbox import Budget, is_want_of_memory

HOW = "pdfplumber"
#: Of two parsers one is wrong, and nothing says which.
CONFIDENCE_DISAGREED = 0.6
#: Pages of a document that are read twice; the longest real tables fill eight.
MAX_COMPARED = 12
#: Bytes that pdfminer interprets for them, all together: drawing instructions and tables of characters. It
#: takes some seconds for a megabyte; a page with a full table has 30 KB, one drawn glyph by glyph 500 KB.
MAX_COST = 2 * 1024 * 1024
#: The sizes of a page in both parsers differ by no more than this, points.
SAME_SIZE = 1.0
#: Cells that an issue names.
_NAMED = 5
_CID = re.compile(r"\(cid:\d+\)")
#: All that a number is made of, and what tells it from another one, once forms of one character are one.
_NO_NUMBER = re.compile(r"[^0-9.,%+\-]")
_DASHES = dict.fromkeys(map(ord, "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")


@dataclass(slots=True)
class PrintedTable:
    """A table read from the text of its pages; `texts` are the cells of `grid`, in the same order."""

    grid: Grid
    texts: Sequence[CellText]
    borderless: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell of a table on one page."""

    grid: Grid
    at: int
    text: CellText
    number: bool
    doubtful: bool


def compare(
    data: bytes, tables: Sequence[PrintedTable], layouts: Mapping[int, PageLayout], budget: Budget
) -> list[Issue]:
    """Reads doubtful numbers again, lowers the confidence of those that read differently, says where.

    Changes the cells of the grids in place. Issues: `parsers_disagree`, and for pages that pdfplumber cannot
    or shall not read `not_read_twice`. Raises MemoryError and what `budget` raises, nothing else.
    """
    by_page = _places(tables, layouts)
    reading = _SecondReading(data, by_page, layouts, budget)
    for number in sorted(by_page):
        if any(place.doubtful for place in by_page[number]):
            reading.compare_page(number, whole=False)
    if reading.disagreed:
        # a font that says the wrong characters once does so wherever it is used
        for number in sorted(by_page):
            reading.compare_page(number, whole=True)
    return reading.issues()


def _places(tables: Sequence[PrintedTable], layouts: Mapping[int, PageLayout]) -> dict[int, list[_Place]]:
    """The cells of all tables by the page they stand on."""
    found: dict[int, list[_Place]] = {}
    for table in tables:
        for at, text in enumerate(table.texts):
            number = any(char in DIGITS for char in text.text)
            doubtful = not text.legible or (
                number
                and (
                    text.confidence < 1
                    or text.straddles
                    or table.borderless
                    or layouts[text.page].n_unmapped > 0
                )
            )
            found.setdefault(text.page, []).append(_Place(table.grid, at, text, number, doubtful))
    return found


@dataclass(slots=True)
class _SecondReading:
    """What pdfplumber has read of a document so far."""

    data: bytes
    by_page: Mapping[int, Sequence[_Place]]
    layouts: Mapping[int, PageLayout]
    budget: Budget
    disagreed: dict[int, list[str]] = field(default_factory=dict)
    #: pages by the reason why they were not read
    left_out: dict[str, list[int]] = field(default_factory=dict)
    _pages: dict[int, Any] | None = None
    #: what stands in each cell of the pages that were read; None: the page was tried in vain
    _read: dict[int, list[list[Glyph]] | None] = field(default_factory=dict)
    _compared: set[tuple[int, int]] = field(default_factory=set)
    _cost: int = 0

    def compare_page(self, number: int, *, whole: bool) -> None:
        """Compares the doubtful cells of a page, or all of its numbers."""
        places = self.by_page[number]
        if number not in self._read:
            self.budget.tick()
            self._read[number] = self._glyphs_in_cells(number)
        glyphs = self._read[number]
        if glyphs is None:
            return
        for which, place in enumerate(places):
            if (place.doubtful or (whole and place.number)) and (number, which) not in self._compared:
                self._compared.add((number, which))
                self._compare(place, glyphs[which])

    def issues(self) -> list[Issue]:
        """What came of it, for people."""
        found = []
        for number, told in sorted(self.disagreed.items()):
            shown = ", ".join(told[:_NAMED])
            detail = f"two parsers of the file read {len(told)} numbers of page {number} differently: {shown}"
            found.append(Issue("parsers_disagree", f"page {number}", detail, "warning", Locator(page=number)))
        for reason, pages in self.left_out.items():
            shown = ", ".join(map(str, pages))
            detail = f"the numbers of page {shown} were read by one parser only: {reason}"
            place = Locator(page=pages[0])
            found.append(Issue("not_read_twice", f"page {pages[0]}", detail, "info", place))
        return found

    def _compare(self, place: _Place, glyphs: list[Glyph]) -> None:
        said = written(glyphs)
        number = _number(said.text)
        if not number or not said.legible or number == _number(place.text.text):
            return  # nothing read is no other reading: pdfplumber does not see the values of form fields
        cell = place.grid.cells[place.at]
        other = OtherReading(said.text.strip(), CONFIDENCE_DISAGREED, HOW)
        place.grid.cells[place.at] = replace(
            cell, others=(*cell.others, other), confidence=min(cell.confidence, CONFIDENCE_DISAGREED)
        )
        self.disagreed.setdefault(place.text.page, []).append(f"“{cell.text}” or “{other.text}”")

    def _glyphs_in_cells(self, number: int) -> list[list[Glyph]] | None:
        """The glyphs in each cell of a page; None, with the reason kept, where it is not read."""
        try:
            return _in_cells(self._glyphs_of(number), self.by_page[number])
        except _NotRead as error:
            reason = str(error)
        except Exception as error:
            if is_want_of_memory(error):
                raise MemoryError from error
            reason = f"the other could not ({type(error).__name__}: {error})"[:200]
        self.left_out.setdefault(reason, []).append(number)
        return None

    def _glyphs_of(self, number: int) -> list[Glyph]:
        layout = self.layouts[number]
        if layout.hides_digits:
            raise _NotRead("the other cannot tell digits that do not show from those that do")
        if sum(found is not None for found in self._read.values()) >= MAX_COMPARED:
            raise _NotRead(f"{MAX_COMPARED} pages are enough")
        if self._pages is None:
            self._pages = {}
            pdf = pdfplumber.open(BytesIO(self.data), pages=sorted(self.by_page))
            self._pages = {page.page_number: page for page in pdf.pages}
        page = self._pages.get(number)
        if page is None:
            raise _NotRead("the other does not find it")
        self._cost += interpreting_cost(page.page_obj, MAX_COST - self._cost)
        if self._cost > MAX_COST:
            raise _NotRead("it would take too long")
        return _glyphs(page, layout)


class _NotRead(Exception):
    """A page that is left to pdfium alone; the message says why."""


def _glyphs(page: Any, layout: PageLayout) -> list[Glyph]:
    """The characters of pdfplumber's page, in points of the page as shown. Raises `_NotRead`.

    They are taken from its layout: its `chars` are the same with two dozen attributes each, and doubled ones
    are found for less by `without_false_bold`.
    """
    source = page.page_obj
    (x0, y0, x1, y1), crop = source.mediabox, source.cropbox
    media = PageFrame.of(x0, y0, x1, y1, source.rotate)
    left, top, right, bottom = media.box(
        max(x0, crop[0]), max(y0, crop[1]), min(x1, crop[2]), min(y1, crop[3])
    )
    if abs(right - left - layout.width) > SAME_SIZE or abs(bottom - top - layout.height) > SAME_SIZE:
        raise _NotRead("the two do not agree on its size")
    upright = PageFrame(0.0, 0.0, media.width, media.height, 0)
    glyphs = []
    for order, char in enumerate(_chars(page.layout)):
        text = UNKNOWN if _CID.fullmatch(char.get_text()) else char.get_text()
        if not text.strip():
            continue
        a, b, _, _, _, baseline = char.matrix
        turn = upright.turn(a, b)
        y = media.height - baseline - top
        over, under = media.height - char.y1 - top, media.height - char.y0 - top
        if turn == 0:
            over, under = y - 0.8 * char.size, y + 0.08 * char.size  # as `page_content` does it
        size = char.size if turn % 2 == 0 else char.width
        glyphs.append(Glyph(text, char.x0 - left, char.x1 - left, y, over, under, size, turn, order))
    return without_false_bold(glyphs)


def _chars(layout: LTContainer[Any]) -> Iterator[LTChar]:
    """All characters of a page, those of its forms included."""
    stack: list[Iterator[Any]] = [iter(layout)]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
        elif isinstance(item, LTChar):
            yield item
        elif isinstance(item, LTContainer):
            stack.append(iter(item))


def _in_cells(glyphs: Sequence[Glyph], places: Sequence[_Place]) -> list[list[Glyph]]:
    """The glyphs of each cell: those where pdfium saw its text, and whatever else stands in its box.

    A number that runs over its cell's border is one number in both readings; by boxes alone, the second one
    would end at the border.
    """
    found: list[list[Glyph]] = [[] for _ in places]
    inks = [(which, place.text.ink) for which, place in enumerate(places) if place.text.ink is not None]
    boxes = [(which, place.text.box) for which, place in enumerate(places)]
    for glyph in glyphs:
        for which, box in (*inks, *boxes):
            if box[0] <= glyph.cx <= box[2] and box[1] <= glyph.cy <= box[3]:
                found[which].append(glyph)
                break
    return found


def _number(text: str) -> str:
    """What a text says as a number: widths of characters, kinds of dashes and spaces do not matter."""
    return _NO_NUMBER.sub("", unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES))
