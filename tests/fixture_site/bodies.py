"""What the reports of the fixture web say: generated text and tables, the same for the same document always.

Belongs here: from a document's facts to HTML, PDF, DOCX and pictures. Does not belong here: the page of the
content system round it (`hosts`). All is made when it is first asked for, and kept.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache

from ingestion.catalog import load_catalog
from tests.fixture_site.documents import Document
from tests.generator import html_writer, prose, recipes, story, word_writer
from tests.generator.figures import figures
from tests.generator.paper import Look
from tests.generator.story import Grid, Paragraph, Story

_OPENING = (
    "本报告根据《中华人民共和国政府信息公开条例》（国务院令第711号）第五十条的规定编制，"
    "所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。"
)


@lru_cache(maxsize=256)
def told(document: Document) -> Story:
    """The report, without title and date: these stand in the page round it."""
    form = load_catalog().forms[document.form]
    rng = random.Random(f"fixture/{document.agency}/{document.year}")
    year = document.text_year or document.year
    agency = document.agency if document.named_in_text else "本机关"
    words = prose.words(year, rng, agency)
    words = replace(words, title=document.title.replace("\n", ""), opening=(_OPENING.format(year=year),))
    drawn = figures(form, "zeros" if document.cells else "small", rng)
    drawn |= dict(document.cells)
    whole = story.story(form, words, drawn, rng)
    blocks = [b for b in whole.blocks if isinstance(b, Grid) or b.kind not in ("title", "date")]
    return replace(whole, blocks=blocks)


def content(document: Document) -> str:
    """The part of its page that is the report, as HTML; a short note where the report is attached."""
    if document.shape in ("page_with_pdf", "page_with_docx"):
        return f"<p>{document.title}，详见附件。</p>\n"
    if document.shape == "page_with_pictures":
        names = iter(pictures(document))
        parts = (
            f'<p style="text-align:center"><img src="{next(names)}?e=.png" width="600"></p>\n'
            if isinstance(block, Grid)
            else html_writer.block_html(block, html_writer.cell_html)
            for block in told(document).blocks
        )
        return "".join(parts)
    return html_writer.body(told(document))


@lru_cache(maxsize=16)
def pdf(document: Document) -> bytes:
    """The report as a PDF of its own, with its title."""
    return recipes.pdf(_titled(document), Look(), _rng(document))


@lru_cache(maxsize=16)
def docx(document: Document) -> bytes:
    """The report as a Word file of its own, with its title."""
    return word_writer.clean(_titled(document))


@lru_cache(maxsize=4)
def pictures(document: Document) -> dict[str, bytes]:
    """Pictures of its tables: path on its host (as VSB keeps them) -> PNG."""
    drawn = recipes.table_pictures(told(document), "150", _rng(document))
    return {f"/__local/A/BC/{document.number}/{code}.png": data for code, data in drawn.items()}


def _titled(document: Document) -> Story:
    whole = told(document)
    return replace(whole, blocks=[Paragraph(document.title, "title"), *whole.blocks])


def _rng(document: Document) -> random.Random:
    return random.Random(document.code)
