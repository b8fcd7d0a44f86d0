"""PDF: pages with text by what they draw, pages without by their pixels.

`page_content` asks pdfium what a page draws, `lattice` and `columns` find tables in it, `lines` and `paragraphs`
text, `margins` and `stitch` look over the borders of pages, `weight` refuses what would cost too much. Does not
belong here: reading pixels (`ingestion.extract.scan`), labels and forms.
"""

from ingestion.extract.pdf.reader import read_pdf

__all__ = ["read_pdf"]
