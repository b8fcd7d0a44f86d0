"""Scans and pictures: pixels to located cells and text.

Belongs here: everything between the pixels of a page and its blocks. `decode` makes pixels of a file, `page`
straightens them (`slant`: what perspective leaves), `rules` finds rules and `grouping` which of them make a
table, `lattice`, `traces` and `enclosed` its cells, `bare` those without verticals (`tables` chooses), `ink`
and `cells` read them cell by cell, `prose` reads what stands outside of them, `engine` runs the models,
`reading` puts it together, `over_pages` joins tables that a page break cut. Does not belong here: forms and
labels, and any repair of what was read.
"""

from __future__ import annotations

from ingestion.extract.model import Document
from ingestion.extract.sandbox import Budget
from ingestion.extract.scan.decode import Pixels, decode_pages, decode_picture
from ingestion.extract.scan.over_pages import joined_over_pages
from ingestion.extract.scan.reading import read_page_image

__all__ = ["Pixels", "decode_picture", "joined_over_pages", "read_page_image", "read_picture"]


def read_picture(data: bytes, document: Document, budget: Budget) -> None:
    """Fills `document` from a picture file; every page of a TIFF is a page of the document.

    Raises `UnreadableInput` (`damaged_picture`, `quarantined_...`).
    """
    pages = 0
    for pages, pixels in enumerate(decode_pages(data, budget), start=1):
        first_table = len(document.grids()) + 1
        document.blocks += read_page_image(pixels, first_table=first_table, budget=budget, page=pages)
    document.pages = pages
    document.blocks = joined_over_pages(document.blocks, range(1, pages + 1))
