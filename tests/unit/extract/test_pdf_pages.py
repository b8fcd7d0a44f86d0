"""PDF pages that cannot be trusted, and files that cost too much: what is read, refused or handed to the scan
reader, and that one bad page does not take the others with it.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

import ingestion.extract.scan as scan
from ingestion.extract import read_document
from ingestion.extract.model import Block, Grid, GridCell, ImageBlock, Locator, TextBlock, UnreadableInput
from tests.unit.extract.sheets import HEIGHT, WIDTH, Sheet, codes, only_grid, pdf, prose, read, texts

XS, YS = (50.0, 150.0, 220.0, 290.0), (60.0, 80.0, 100.0)
TEXTS = [["label", "first", "second"], ["rules", "12", "0"]]


def plain(sheet: Sheet) -> None:
    sheet.table(XS, YS, TEXTS)


def picture(sheet: Sheet, x0: float, y0: float, x1: float, y1: float) -> None:
    pixels = Image.fromarray(np.full((60, 80), 200, np.uint8))
    sheet.canvas.drawImage(ImageReader(pixels), x0, HEIGHT - y1, x1 - x0, y1 - y0)


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Stands in for the scan reader: notes what it was given, and says a table of one cell and a line."""
    asked: list[dict[str, Any]] = []

    def read_page_image(pixels: np.ndarray[Any, Any], **options: Any) -> list[Block]:
        asked.append({"shape": pixels.shape, **options})
        scale, page = options["scale"], options["page"]
        place = Locator(page=page, table=options["first_table"], row=1, column=1, bbox=(0, 0, 10 * scale, 10))
        only = GridCell("5", 0, 0, place, confidence=0.7)
        line = TextBlock("said", Locator(page=page, bbox=(0, 20, 30, 40)), confidence=0.8)
        return [Grid(options["first_table"], [only], 1, 1, "table", True, page), line]

    monkeypatch.setattr(scan, "read_page_image", read_page_image)
    yield asked


# ----------------------------------------------------------------------------------------- pages as scans


def test_page_that_is_a_picture_is_read_from_its_pixels(scanned: list[dict[str, Any]]) -> None:
    document = read(plain, lambda sheet: picture(sheet, 0, 0, WIDTH, HEIGHT))
    assert [(one["page"], one["shape"][2]) for one in scanned] == [(2, 3)]
    height, width = scanned[0]["shape"][:2]
    assert width * scanned[0]["scale"] == pytest.approx(WIDTH, abs=1)
    assert height * scanned[0]["scale"] == pytest.approx(HEIGHT, abs=1)
    assert [grid.index for grid in document.grids()] == [1, 2]
    assert document.grids()[1].cells[0].locator.table == 2
    assert "page_scanned" in codes(document)


def test_ocr_layer_of_somebody_else_is_not_trusted(scanned: list[dict[str, Any]]) -> None:
    def draw(sheet: Sheet) -> None:
        picture(sheet, 0, 0, WIDTH, HEIGHT)
        for row in range(40):
            sheet.text(50, 20 + 11 * row, "invisible text 12 34", mode=3)

    document = read(draw)
    assert len(scanned) == 1
    assert "invisible" not in document.text()


def test_text_under_a_picture_is_not_trusted(scanned: list[dict[str, Any]]) -> None:
    def draw(sheet: Sheet) -> None:
        for row in range(40):
            sheet.text(50, 20 + 11 * row, "covered text 12 34")
        picture(sheet, 0, 0, WIDTH, HEIGHT)

    assert "covered" not in read(draw).text()
    assert len(scanned) == 1


def test_text_over_a_background_is_trusted(scanned: list[dict[str, Any]]) -> None:
    def draw(sheet: Sheet) -> None:
        picture(sheet, 0, 0, WIDTH, HEIGHT)
        plain(sheet)
        for row in range(20):
            sheet.text(50, 150 + 11 * row, "printed over the background")

    assert texts(only_grid(read(draw))) == TEXTS
    assert scanned == []


def test_table_as_picture_in_a_page_with_text_is_read_at_its_place(scanned: list[dict[str, Any]]) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text(50, 50, "above the picture")
        picture(sheet, 60, 200, 340, 300)
        sheet.text(50, 400, "below the picture")
        sheet.text(50, 415, "and one more line of text that ends the page")

    document = read(draw)
    kinds = [
        "image" if isinstance(block, ImageBlock) else "grid" if isinstance(block, Grid) else block.text
        for block in document.blocks
    ]
    assert kinds[:4] == ["above the picture", "image", "grid", "said"]
    image = next(block for block in document.blocks if isinstance(block, ImageBlock))
    assert image.read
    assert image.locator.bbox == pytest.approx((60, 200, 340, 300), abs=0.5)
    place = document.grids()[0].cells[0].locator.bbox
    assert place is not None
    assert place[:2] == pytest.approx((60, 200), abs=1)


def test_seal_is_no_picture_of_a_table(scanned: list[dict[str, Any]]) -> None:
    def draw(sheet: Sheet) -> None:
        plain(sheet)
        picture(sheet, 300, 300, 360, 360)

    read(draw)
    assert scanned == []


def test_font_without_characters_is_read_from_its_pixels(scanned: list[dict[str, Any]]) -> None:
    content = b"BT /F1 20 Tf 72 400 Td <0003000400050006000700080009000A> Tj ET"
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>"
    )
    read_document(hand_made(content, b"<</Font<</F1 " + font + b">>>>"), "x.pdf")
    assert len(scanned) == 1


def test_picture_too_large_to_decode_is_told(scanned: list[dict[str, Any]]) -> None:
    image = packed(
        b"\0" * (2500 * 20000),
        b"/Type/XObject/Subtype/Image/Width 20000/Height 20000/ColorSpace/DeviceGray/BitsPerComponent 1",
    )
    resources = b"<</XObject<</X 5 0 R>>>>"
    document = read_document(hand_made(b"400 0 0 500 0 0 cm /X Do", resources, image), "x.pdf")
    assert "picture_too_large" in codes(document)
    assert [block.read for block in document.blocks if isinstance(block, ImageBlock)] == [False]
    assert scanned == []


def test_enormous_page_is_rendered_small(scanned: list[dict[str, Any]]) -> None:
    image = packed(
        b"\0" * 100,
        b"/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray/BitsPerComponent 8",
    )
    data = hand_made(
        b"700000 0 0 700000 0 0 cm /X Do", b"<</XObject<</X 5 0 R>>>>", image, box=b"0 0 720000 720000"
    )
    read_document(data, "x.pdf")
    height, width = scanned[0]["shape"][:2]
    assert height * width <= 13_000_000


# ---------------------------------------------------------------------------------------------- refusals


def refusal(data: bytes) -> UnreadableInput:
    with pytest.raises(UnreadableInput) as caught:
        read_document(data, "x.pdf")
    return caught.value


@pytest.mark.parametrize("size", [5, 30, 400])
def test_cut_off_file_is_damaged(size: int) -> None:
    assert refusal(pdf(plain)[:size]).code == "pdf_damaged"


def test_page_tree_that_loops_is_damaged() -> None:
    data = objects(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99>>")
    assert refusal(data).code == "pdf_damaged"


def locked(user: str) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(
        target, pagesize=(WIDTH, HEIGHT), encrypt=StandardEncryption(user, ownerPassword="owner", canPrint=0)
    )
    plain(Sheet(canvas))
    canvas.save()
    return target.getvalue()


def test_locked_with_a_password() -> None:
    assert refusal(locked("secret")).code == "pdf_encrypted"


def test_only_printing_forbidden_is_read() -> None:
    assert texts(only_grid(read_document(locked(""), "x.pdf"))) == TEXTS


def test_too_many_pages_are_refused_by_their_number() -> None:
    kids = b"[" + b"3 0 R " * 501 + b"]"
    data = objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids" + kids + b"/Count 501>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )
    found = refusal(data)
    assert (found.code, "501" in found.reason) == ("quarantined_pages", True)


def test_content_that_unpacks_to_too_much_is_refused_unread() -> None:
    data = hand_made(b"0 0 m 10 10 l S\n" * 600_000, b"<<>>")
    assert len(data) < 100_000
    assert refusal(data).code == "quarantined_content"


def test_forms_that_draw_forms_are_counted_as_often_as_drawn() -> None:
    forms = []
    for depth in range(8):
        inner = b"/X Do\n" * 10 if depth < 7 else b"0 0 m 9 9 l S\n"
        xobject = b"/XObject<</X %d 0 R>>" % (depth + 6) if depth < 7 else b""
        forms.append(packed(inner, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<" + xobject + b">>"))
    data = hand_made(b"/X Do\n", b"<</XObject<</X 5 0 R>>>>", *forms)
    assert len(data) < 10_000
    assert refusal(data).code == "quarantined_content"


def test_form_that_draws_itself_ends() -> None:
    form = packed(
        b"/X Do 0 0 m 9 9 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"
    )
    document = read_document(hand_made(b"/X Do\n", b"<</XObject<</X 5 0 R>>>>", form), "x.pdf")
    assert "no_content" in codes(document)


def test_page_that_cannot_be_read_leaves_the_others() -> None:
    content = packed(b"BT /F1 12 Tf 20 400 Td (Still here) Tj ET", b"")
    data = objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[9 0 R 3 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 500]/Contents 4 0 R/Resources<</Font<</F1"
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        content,
    )
    document = read_document(data, "x.pdf")
    assert prose(document) == ["Still here"]
    assert document.pages == 2
    (issue,) = [issue for issue in document.issues if issue.code == "page_unreadable"]
    assert issue.place == "page 1"


# ---------------------------------------------------------------------------------------- PDFs by hand


def packed(content: bytes, entries: bytes) -> bytes:
    data = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode" % len(data) + entries + b">>\nstream\n" + data + b"\nendstream"


def objects(*bodies: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n" % size + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    )  # fmt: skip


def hand_made(content: bytes, resources: bytes, *more: bytes, box: bytes = b"0 0 400 500") -> bytes:
    """A PDF of one page with this content; `more` are the objects from 5 on."""
    return objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]/Contents 4 0 R/Resources" + resources + b">>",
        packed(content, b""),
        *more,
    )
