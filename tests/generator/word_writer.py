"""A story as a .docx written by python-docx: plain, as a tidy office would leave it.

Belongs here: what python-docx can do. Odd markup is written as XML (`word_xml`).
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import docx.document
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from tests.generator.story import Grid, Story

_WRITTEN = datetime(2024, 1, 15, tzinfo=UTC)


def clean(story: Story) -> bytes:
    """Paragraphs and tables with merged cells; the same bytes for the same story."""
    document = Document()
    document.core_properties.created = document.core_properties.modified = _WRITTEN
    for block in story.blocks:
        if isinstance(block, Grid):
            _table(document, block)
            continue
        paragraph = document.add_paragraph(block.text)
        if block.kind in ("title", "date"):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if block.kind in ("title", "heading"):
            paragraph.runs[0].bold = True
    document.add_paragraph()  # LibreOffice drops a table that ends the document
    target = io.BytesIO()
    document.save(target)
    return _undated(target)


def _table(document: docx.document.Document, grid: Grid) -> None:
    table = document.add_table(rows=len(grid.rows), cols=len(grid.widths))
    table.style = "Table Grid"
    cells = [list(row.cells) for row in table.rows]
    for number, row in enumerate(grid.placed()):
        for column, cell in row:
            box = cells[number][column]
            if cell.rows > 1 or cell.columns > 1:
                box = box.merge(cells[number + cell.rows - 1][column + cell.columns - 1])
            box.text = cell.text


def _undated(source: io.BytesIO) -> bytes:
    """The same archive without the time of writing, which python-docx puts on every member."""
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, (2024, 1, 15, 9, 0, 0))
            new.writestr(member, old.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
