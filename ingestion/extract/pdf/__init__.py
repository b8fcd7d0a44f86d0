"""PDF: pages with text by what they draw, pages without by their pixels.

`page_content` asks pdfium what a page draws; `lattice`, `columns` and `borderless` find tables in it, `lines`
and `paragraphs` text; `margins` and `stitch` look over the borders of pages; `rendering` gives pages to the
scan reader; `weight` refuses what would cost too much; `layout` and `reader` put it together. Does not belong
here: reading pixels (`ingestion.extract.scan`), labels and forms.
"""

from ingestion.extract.pdf.reader import read_pdf

__all__ = ["read_pdf"]
