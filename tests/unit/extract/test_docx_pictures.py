"""Pictures inside Word files: which are read, as people saw them, and what is told of the others."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ingestion.extract import read_document, scan
from ingestion.extract.model import Block, Document, Grid, GridCell, ImageBlock, Locator, TextBlock
from tests.unit.extract.word_files import docx, p, tbl, tr

EMU = 9525


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 255, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def drawing(width: int = 600, height: int = 400, crop: str = "", link: str = "r:embed") -> str:
    cut = f"<a:srcRect {crop}/>" if crop else ""
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="{width * EMU}" cy="{height * EMU}"/><wp:docPr id="1" descr="附表"/>'
        f'<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip {link}="rId7"/>{cut}</pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def read(body: str, image: bytes = b"", target: str = "media/image1.png") -> Document:
    return read_document(
        docx(body, parts={f"word/{target}": image} if image else {}, relations={"rId7": ("image", target)}),
        "x.docx",
    )


def images(document: Document) -> list[ImageBlock]:
    return [block for block in document.blocks if isinstance(block, ImageBlock)]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Plays the reader of pictures: one table of one cell, and a record of what it was given."""
    calls: list[dict[str, Any]] = []

    def played(pixels: Any, *, first_table: int, budget: Any, part: str) -> list[Block]:
        calls.append({"size": (pixels.shape[1], pixels.shape[0]), "first_table": first_table, "part": part})
        place = Locator(table=first_table, row=1, column=1, bbox=(1.0, 2.0, 3.0, 4.0), part=part)
        cell = GridCell("12", 0, 0, place, confidence=0.8)
        return [Grid(first_table, [cell], 1, 1, "table", exact=True)]

    monkeypatch.setattr(scan, "read_page_image", played)
    return calls


def test_a_picture_of_a_table_stands_in_its_place_between_the_tables(reader: list[dict[str, Any]]) -> None:
    table = tbl(tr("规章", "1"), tr("文件", "2"))
    document = read(table + p("说明", drawing()) + table, png(600, 400))
    assert [grid.index for grid in document.grids()] == [1, 2, 3]
    assert [cell.locator.table for cell in document.grids()[2].cells] == [3] * 4
    assert reader == [{"size": (600, 400), "first_table": 2, "part": "word/media/image1.png"}]
    (image,) = images(document)
    assert (image.src, image.alt, image.read) == ("word/media/image1.png", "附表", True)
    assert [type(block) for block in document.blocks] == [Grid, TextBlock, ImageBlock, Grid, Grid]


def test_only_what_its_frame_shows_is_read(reader: list[dict[str, Any]]) -> None:
    document = read(p(drawing(crop='l="10000" t="25000" r="10000"')), png(1000, 400))
    assert reader[0]["size"] == (800, 300)
    assert document.grids()[0].cells[0].locator.bbox == (101.0, 102.0, 103.0, 104.0)


@pytest.mark.parametrize(("shown", "stored"), [((40, 40), (600, 400)), ((600, 400), (150, 90))])
def test_icons_hold_no_table(
    reader: list[dict[str, Any]], shown: tuple[int, int], stored: tuple[int, int]
) -> None:
    read(p(drawing(*shown)), png(*stored))
    assert reader == []


def test_drawings_that_are_no_pixels_are_told() -> None:
    document = read(p(drawing()), b"\x01\x00\x00\x00" + bytes(100), "media/image1.emf")
    assert not images(document)[0].read
    (issue,) = [issue for issue in document.issues if issue.code == "image_unread"]
    assert "emf" in issue.detail


@pytest.mark.parametrize("image", [b"", b"\x89PNG\r\n\x1a\n damaged", png(600, 400)[:-60]])
def test_a_picture_that_cannot_be_read_is_told_and_harms_nothing(image: bytes) -> None:
    document = read(p("正文", drawing()), image)
    assert [block.text for block in document.blocks if isinstance(block, TextBlock)] == ["正文"]
    assert [issue.place for issue in document.issues if issue.code == "image_unread"] == [
        "word/media/image1.png"
    ]


def test_a_picture_that_lies_elsewhere_is_not_fetched() -> None:
    document = read(p(drawing(link="r:link")), target="http://127.0.0.1:9/table.png")
    assert [issue.code for issue in document.issues] == ["image_unread"]


def test_the_picture_of_an_embedded_table_is_looked_at(reader: list[dict[str, Any]]) -> None:
    shape = '<v:shape style="width:400pt;height:200pt"><v:imagedata r:id="rId7" o:title="x"/></v:shape>'
    body = p(f'<w:r><w:object>{shape}<o:OLEObject ProgID="Excel.Sheet.12" r:id="rId9"/></w:object></w:r>')
    document = read(body, png(600, 400))
    assert len(reader) == 1
    assert "embedded_object_unread" in {issue.code for issue in document.issues}
