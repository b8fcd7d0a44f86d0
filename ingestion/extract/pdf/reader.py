"""`read_pdf`: bytes of a PDF to the blocks of a `Document`.

Belongs here: opening, the order of the steps, blocks in reading order, issues. Does not belong here: the
steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pypdfium2.raw as raw
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from ingestion.extract.model import (
    Block,
    Document,
    Grid,
    GridCell,
    ImageBlock,
    Issue,
    Locator,
    Severity,
    TextBlock,
    UnreadableInput,
)
from ingestion.extract.pdf.borderless import MIN_ROWS, stands_in_columns
from ingestion.extract.pdf.layout import PageLayout, PageTable, add_borderless_tables, lay_out
from ingestion.extract.pdf.lines import CONFIDENCE_IN_DOUBT, Line, lines_of
from ingestion.extract.pdf.margins import without_margins
from ingestion.extract.pdf.page_content import PageContent, TooMuch, read_page
from ingestion.extract.pdf.paragraphs import Paragraph, joined, paragraphs, sides
from ingestion.extract.pdf.rendering import cropped, page_pixels, too_large
from ingestion.extract.pdf.second_reading import PrintedTable, compare
from ingestion.extract.pdf.stitch import goes_on, grid_of, rounded, texts_of_parts
from ingestion.extract.pdf.weight import check_weight
from ingestion.extract.sandbox import Budget, refusal

#: Pages of a document; the longest real annual report has some sixty.
MAX_PAGES = 500
_MEDIA_TYPE = "application/pdf"


def read_pdf(data: bytes, document: Document, budget: Budget) -> None:
    """Fills `document` with the blocks of a PDF, its pages and issues.

    Raises `UnreadableInput`: `pdf_encrypted` (a password is needed), `pdf_damaged` (no page can be opened),
    `quarantined_pages`, `quarantined_content`. A page that cannot be read is an issue, the others are read.
    """
    pdf = _opened(data)
    try:
        document.pages = len(pdf)
        if len(pdf) > MAX_PAGES:
            raise refusal("quarantined_pages", "the document has {} pages", len(pdf), MAX_PAGES)
        try:
            check_weight(data)
        except PDFPasswordIncorrect as error:
            raise _encrypted() from error
        reading = _Reading(pdf, document, budget)
        reading.run()
        document.issues += compare(data, reading.printed, reading.layouts, budget)
        scanned = {number for number, layout in reading.layouts.items() if layout.scanned is not None}
        if len(scanned) > 1:
            from ingestion.extract.scan import joined_over_pages

            document.blocks = joined_over_pages(document.blocks, scanned)
    finally:
        pdf.close()


def _opened(data: bytes) -> PdfDocument:
    try:
        pdf = PdfDocument(data)
    except PdfiumError as error:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise _encrypted() from error
        raise UnreadableInput("pdf_damaged", f"the PDF cannot be opened ({error})", _MEDIA_TYPE) from error
    if len(pdf) == 0:
        raise UnreadableInput("pdf_damaged", "the PDF has no pages", _MEDIA_TYPE)
    return pdf


def _encrypted() -> UnreadableInput:
    return UnreadableInput("pdf_encrypted", "the PDF is locked with a password", _MEDIA_TYPE)


@dataclass(slots=True)
class _Read:
    """A page, read: its layout, and the blocks of pixels that had to be read instead."""

    layout: PageLayout
    pixels: list[tuple[float, list[Block]]]


class _Reading:
    """One document being read."""

    def __init__(self, pdf: PdfDocument, document: Document, budget: Budget) -> None:
        self.pdf = pdf
        self.document = document
        self.budget = budget
        self.n_failed = 0
        self.too_much: str | None = None
        self.n_tables = 0
        self.layouts: dict[int, PageLayout] = {}
        #: tables that were not read from pixels
        self.printed: list[PrintedTable] = []

    def run(self) -> None:
        self.pdf.init_forms()
        pages = [self._page(index) for index in range(len(self.pdf))]
        if self.n_failed == len(pages) and self.too_much:
            raise UnreadableInput("quarantined_content", f"a page is too much: {self.too_much}", _MEDIA_TYPE)
        if self.n_failed == len(pages):
            raise UnreadableInput("pdf_damaged", "no page of the PDF can be opened", _MEDIA_TYPE)
        kept = without_margins([(page.layout.height, page.layout.lines) for page in pages])
        for page, lines in zip(pages, kept, strict=True):
            page.layout.lines = lines
            add_borderless_tables(page.layout)
            self.layouts[page.layout.number] = page.layout
        self._emit(pages)

    # ------------------------------------------------------------------------------------------- pages

    def _page(self, index: int) -> _Read:
        number = index + 1
        self.budget.tick()
        try:
            page = self._loaded(index)
            content = read_page(page)
            layout = lay_out(page, number, content)
            pixels = self._read_pixels(page, layout, content)
            page.close()
        except UnreadableInput:
            raise
        except (PdfiumError, TooMuch, MemoryError, ArithmeticError, LookupError, ValueError) as error:
            self.n_failed += 1
            if isinstance(error, TooMuch):
                self.too_much = str(error)
            self._issue("page_unreadable", number, f"page {number} cannot be read: {error}", "error")
            return _Read(PageLayout(number, 0.0, 0.0), [])
        if layout.unseen:
            detail = (
                f"{len(layout.unseen)} digits of page {number} are in the file but do not show on the page"
            )
            self._issue("text_hidden", number, detail)
        return _Read(layout, pixels)

    def _loaded(self, index: int) -> PdfPage:
        """The page, with the values of form fields and annotations drawn into it."""
        page = self.pdf[index]
        if _has_fields(page):
            page.flatten()
            page.close()
            page = self.pdf[index]
        return page

    # ------------------------------------------------------------------------------------------- pixels

    def _read_pixels(
        self, page: PdfPage, layout: PageLayout, content: PageContent
    ) -> list[tuple[float, list[Block]]]:
        """What had to be read from the rendered page, with the place on the page (points from the top)."""
        if layout.scanned is None and not layout.pictures:
            return []
        boxes = layout.pictures or [(0.0, 0.0, layout.width, layout.height)]
        number = layout.number
        pixels_to_decode = too_large(content.pictures)
        if pixels_to_decode:
            detail = f"the pictures of page {number} have {pixels_to_decode:,} pixels and are not read"
            self._issue("picture_too_large", number, detail, "error")
            return [(box[1], [self._image(number, box)]) for box in boxes]
        if layout.scanned is not None:
            self._issue(
                "page_scanned", number, f"page {number} is read from its picture: {layout.scanned}", "info"
            )
        from ingestion.extract.scan import read_page_image

        pixels, points = page_pixels(page, layout.width, layout.height)
        found: list[tuple[float, list[Block]]] = []
        for box in boxes:
            part, left, top = cropped(pixels, points, box)
            blocks = read_page_image(part, first_table=1, budget=self.budget, page=number, scale=points)
            image = self._image(number, box)
            image.read = True
            found.append((box[1], [image, *(_moved(block, left, top) for block in blocks)]))
        return found

    def _image(self, number: int, box: tuple[float, float, float, float]) -> ImageBlock:
        return ImageBlock("", "", Locator(page=number, bbox=rounded(box)))

    # ------------------------------------------------------------------------------------------- blocks

    def _emit(self, pages: list[_Read]) -> None:
        """Blocks in reading order; a table that begins a page may go on with the one that ended the last."""
        open_parts: list[PageTable] = []
        carried: Paragraph | None = None
        for page in pages:
            first = True
            for item in _in_order(page):
                if isinstance(item, PageTable):
                    if (
                        open_parts
                        and first
                        and open_parts[-1].page == item.page - 1
                        and goes_on(open_parts, item)
                    ):
                        open_parts.append(item)
                    else:
                        self._close(open_parts)
                        open_parts = [item]
                    first = False
                    continue
                self._close(open_parts)
                open_parts = []
                if isinstance(item, Paragraph):
                    self._paragraph(item, page.layout.number, carried if first else None)
                    carried = item
                else:
                    for block in item:
                        self._add(block)
                first = False
        self._close(open_parts)

    def _close(self, parts: list[PageTable]) -> None:
        if not parts:
            return
        table, texts = texts_of_parts(parts, self.layouts)
        in_columns = sum(stands_in_columns(line) for part in parts for line in _lines(part))
        if table.n_cols == 1 and in_columns < MIN_ROWS:
            # a frame around prose; text in columns that nothing proves stays a table without numbers
            for part in parts:
                for paragraph in paragraphs(_lines(part), sides(_lines(part))):
                    self._paragraph(paragraph, part.page, None)
            return
        grid = grid_of(table, texts, self.n_tables + 1, self.budget)
        self._add(grid)
        self.printed.append(PrintedTable(grid, texts, parts[0].borderless))
        for part in parts:
            straddling = [cell for cell in texts if cell.straddles and cell.page == part.page]
            if straddling:
                shown = ", ".join(f"“{cell.text}”" for cell in straddling[:5])
                detail = f"{len(straddling)} numbers run over the border of their cell: {shown}"
                self._issue("number_over_border", part.page, detail)

    def _paragraph(self, item: Paragraph, number: int, before: Paragraph | None) -> None:
        blocks = self.document.blocks
        goes_over = before is not None and not before.whole and not item.indented
        if goes_over and blocks and isinstance(blocks[-1], TextBlock):
            blocks[-1].text = joined((blocks[-1].text, item.text))
            return
        confidence = 1.0 if item.legible else CONFIDENCE_IN_DOUBT
        self._add(TextBlock(item.text, Locator(page=number, bbox=rounded(item.box)), confidence=confidence))

    def _add(self, block: Block) -> None:
        self.budget.add_block()
        if isinstance(block, Grid):
            self.n_tables += 1
            if block.index != self.n_tables:
                block = _renumbered(block, self.n_tables)
        self.document.blocks.append(block)

    def _issue(self, code: str, number: int, detail: str, severity: Severity = "warning") -> None:
        self.document.issues.append(Issue(code, f"page {number}", detail, severity, Locator(page=number)))


def _lines(part: PageTable) -> list[Line]:
    return lines_of([glyph for cell in part.table.cells for glyph in cell.glyphs])


def _has_fields(page: PdfPage) -> bool:
    """Form fields and written notes, whose text is not among what the page itself draws."""
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        subtype = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if subtype in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP):
            return True
    return False


def _in_order(page: _Read) -> Iterator[PageTable | Paragraph | list[Block]]:
    """Tables, paragraphs and pictures of a page from top to bottom."""
    layout = page.layout
    items: list[tuple[float, PageTable | Paragraph | list[Block]]] = [
        (part.table.box[1], part) for part in layout.tables
    ]
    tops = [part.table.box[1] for part in layout.tables] + [top for top, _ in page.pixels]
    lines = sorted(layout.lines, key=lambda line: line.glyphs[0].y)
    groups: dict[int, list[Line]] = {}
    margins = sides(layout.lines)
    for line in lines:
        groups.setdefault(sum(top < line.glyphs[0].y for top in tops), []).append(line)
    for group in groups.values():
        items += [(paragraph.box[1], paragraph) for paragraph in paragraphs(group, margins)]
    items += page.pixels
    items.sort(key=lambda item: item[0])
    for _, item in items:
        yield item


def _moved(block: Block, left: float, top: float) -> Block:
    """A block that was read from a part of the page, at its place on the page."""
    if isinstance(block, Grid):
        cells = [replace(cell, locator=_shifted(cell.locator, left, top)) for cell in block.cells]
        return replace(block, cells=cells, _occupied=None)
    return replace(block, locator=_shifted(block.locator, left, top))


def _shifted(place: Locator, left: float, top: float) -> Locator:
    if place.bbox is None:
        return place
    x0, y0, x1, y1 = place.bbox
    return replace(place, bbox=rounded((x0 + left, y0 + top, x1 + left, y1 + top)))


def _renumbered(grid: Grid, index: int) -> Grid:
    cells: list[GridCell] = [replace(cell, locator=replace(cell.locator, table=index)) for cell in grid.cells]
    return replace(grid, index=index, cells=cells, _occupied=None)
