"""The place of a cell, shown: frames are looked for in the pixels, marks in the text."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import docx
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from ingestion.archive import Archive
from ingestion.extract.model import Locator
from ingestion.paths import DataRoot
from orchestration import places
from orchestration.pictures import FRAME_COLOUR, Box, file_name
from orchestration.places import PlaceRequest, ShownPlace, look_up, shown_place

Pixels = npt.NDArray[np.uint8]
#: The number in question is printed in blue, everything else in black: so its ink can be told.
BLUE = (0.0, 0.0, 1.0)


@dataclass
class Place:
    """Puts bytes into an archive and asks for a place in them."""

    root: DataRoot

    def request(
        self, data: bytes, locator: Locator, raw: str = "12", table: tuple[Box, ...] = ()
    ) -> PlaceRequest:
        sha256 = Archive(self.root).add_bytes(data, source="manual", name="report").sha256
        assert sha256 is not None
        return PlaceRequest(self.root, sha256, "report", raw, locator, table)

    def picture(self, data: bytes, locator: Locator, table: tuple[Box, ...] = ()) -> Pixels:
        shown = look_up(self.request(data, locator, table=table))
        assert shown.picture is not None, shown.problem
        return pixels_of(shown.picture)

    def shown(self, data: bytes, locator: Locator, raw: str = "12") -> ShownPlace:
        return look_up(self.request(data, locator, raw))


@pytest.fixture
def place(data_root: DataRoot) -> Place:
    return Place(data_root)


def pixels_of(png: bytes) -> Pixels:
    opened = Image.open(io.BytesIO(png))
    assert opened.format == "PNG"
    return np.asarray(opened.convert("RGB"))


def inside_frame(pixels: Pixels) -> tuple[slice, slice]:
    """The rectangle within the frame."""
    ys, xs = np.nonzero((pixels == FRAME_COLOUR).all(axis=2))
    assert ys.size, "no frame is drawn"
    thick = 3
    return slice(ys.min() + thick, ys.max() - thick + 1), slice(xs.min() + thick, xs.max() - thick + 1)


def assert_framed(pixels: Pixels) -> None:
    """All blue ink stands inside the frame, and no other ink does."""
    red, green, blue = (pixels[:, :, band].astype(int) for band in range(3))
    is_blue = (blue > 150) & (red < 120) & (green < 120)
    is_black = (blue < 100) & (red < 100) & (green < 100)
    rows, columns = inside_frame(pixels)
    assert is_blue.sum() > 10
    assert is_blue[rows, columns].sum() == is_blue.sum()
    assert not is_black[rows, columns].any()
    assert is_black.any(), "what stands around the cell is shown too"


def page_of_numbers(
    size: tuple[float, float] = (595, 842), rotation: int = 0, crop: Box | None = None
) -> bytes:
    """Rows of numbers 20 points apart, the one in question at (300, 500) from the lower left, 12 points high."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size)
    if crop is not None:
        canvas.setCropBox(crop)
    canvas.setPageRotation(rotation)
    canvas.setFont("Helvetica", 12)
    for row in range(5):
        for column in range(5):
            if (row, column) != (2, 2):
                canvas.drawString(200 + 50 * column, 460 + 20 * row, str(row * 5 + column))
    canvas.setFillColorRGB(*BLUE)
    canvas.drawString(300, 500, "12")
    canvas.showPage()
    canvas.save()
    return file.getvalue()


# Helvetica prints "12" at 12 points 13.3 wide and 9 high.
@pytest.mark.parametrize(
    ("data", "box"),
    [
        (page_of_numbers(), (299, 842 - 510, 315, 842 - 498)),
        # turned to the right: what was x from the left is y from the top, what was y from below is x from the left
        (page_of_numbers(rotation=90), (498, 299, 510, 315)),
        (page_of_numbers(rotation=180), (595 - 315, 498, 595 - 299, 510)),
        (page_of_numbers(crop=(100, 200, 500, 700)), (199, 190, 215, 202)),
        (page_of_numbers((720_000, 720_000)), (299, 720_000 - 510, 315, 720_000 - 498)),
        (page_of_numbers((400, 100_000)), (299, 100_000 - 510, 315, 100_000 - 498)),
    ],
    ids=["upright", "turned", "upside-down", "cropped", "huge", "long"],
)
def test_the_frame_surrounds_the_number_on_a_page(place: Place, data: bytes, box: Box) -> None:
    pixels = place.picture(data, Locator(page=1, table=1, row=3, column=3, bbox=box))
    assert max(pixels.shape) <= 2001
    assert_framed(pixels)


def test_the_whole_row_and_the_head_above_the_table_are_shown(place: Place) -> None:
    """Row label at the left margin, head 40 points above the first row of numbers."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    canvas.drawString(60, 700, "HEAD")
    canvas.drawString(60, 300, "LABEL")
    canvas.drawString(540, 300, "LAST")
    canvas.drawString(60, 100, "FAR BELOW")
    canvas.setFillColorRGB(*BLUE)
    canvas.drawString(300, 300, "12")
    canvas.save()
    table: tuple[Box, ...] = tuple(
        (290, 842 - 660 + step, 330, 842 - 640 + step) for step in range(0, 360, 20)
    )
    pixels = place.picture(file.getvalue(), Locator(page=1, bbox=(290, 842 - 315, 330, 842 - 295)), table)
    dark = pixels.max(axis=2) < 120
    scale = 150 / 72
    assert abs(pixels.shape[1] - 595 * scale) <= 2
    assert pixels.shape[0] < 842 * scale - 100, "what is far from the row is left out"
    rows, _ = inside_frame(pixels)
    assert dark[: rows.start - 500].any(), "the head"
    assert dark[rows, : int(150 * scale)].any(), "the label"
    assert dark[rows, int(530 * scale) :].any(), "the last cell of the row"


def picture_of_numbers(size: tuple[int, int], at: tuple[int, int], height: int) -> bytes:
    """A white picture with black blots in a row, and a blue one of `height` pixels at `at`."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    x, y = at
    for left in range(height, size[0] - height, 4 * height):
        if abs(left - x) > 2 * height:
            draw.rectangle((left, y, left + height // 2, y + height), fill="black")
    draw.rectangle((x, y, x + height // 2, y + height), fill="blue")
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("size", "at", "height"),
    [((1240, 400), (600, 200), 20), ((4960, 3000), (4000, 2500), 80), ((20_000, 300), (15_000, 100), 30)],
    ids=["as-it-is", "600-dpi", "a-long-strip"],
)
def test_the_frame_surrounds_the_number_in_a_picture(
    place: Place, size: tuple[int, int], at: tuple[int, int], height: int
) -> None:
    data = picture_of_numbers(size, at, height)
    box = (at[0] - 4, at[1] - 4, at[0] + height // 2 + 4, at[1] + height + 4)
    pixels = place.picture(data, Locator(table=1, bbox=box))
    assert max(pixels.shape) <= 2001
    assert_framed(pixels)


def test_a_picture_inside_a_word_file_and_one_beside_the_document(place: Place) -> None:
    png = picture_of_numbers((1000, 300), (500, 100), 20)
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr("word/media/image1.png", png)
    box = (496.0, 96.0, 514.0, 124.0)
    assert_framed(place.picture(word.getvalue(), Locator(bbox=box, part="word/media/image1.png")))
    carrier = Archive(place.root).add_bytes(png, source="manual", name="table.png").sha256
    assert_framed(place.picture(b"<html><img src=table.png></html>", Locator(bbox=box, carrier=carrier)))
    absent = place.shown(word.getvalue(), Locator(bbox=box, part="word/media/image2.png"))
    assert absent.problem is not None
    assert "no picture word/media/image2.png" in absent.problem


def test_a_picture_inside_a_page(place: Place) -> None:
    """The second one that is there; small ones and those in files of their own are not counted."""
    urls = [
        "data:image/png;base64," + base64.b64encode(png).decode()
        for png in (
            picture_of_numbers((300, 200), (100, 50), 20),
            picture_of_numbers((900, 300), (500, 100), 20),
        )
    ]
    page = f'<html><p>2021年报告</p><img src="x.png"><img src="{urls[0]}"><img src="{urls[1]}"></html>'
    box = (496.0, 96.0, 514.0, 124.0)
    assert_framed(place.picture(page.encode(), Locator(table=1, bbox=box, part="picture 2")))
    absent = place.shown(page.encode(), Locator(table=1, bbox=box, part="picture 3"))
    assert absent.problem == "the page has no picture 3"


def word_file() -> bytes:
    document = docx.Document()
    document.add_paragraph("2021年政府信息公开工作年度报告")
    table = document.add_table(rows=3, cols=3)
    for row, texts in enumerate([("信息内容", "制作", "公开"), ("规章", "5", "12"), ("文件", "7", "8")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_the_table_around_a_cell_of_a_word_file(place: Place) -> None:
    shown = place.shown(word_file(), Locator(table=1, row=2, column=3))
    assert row_with(shown.text, "规章") == ["规章", "5", "«12»"]
    assert row_with(shown.text, "信息内容") == ["信息内容", "制作", "公开"]
    assert row_with(shown.text, "文件") == ["文件", "7", "8"]


def test_a_converted_document_is_looked_up_in_what_the_converter_made(place: Place) -> None:
    rtf = rb"{\rtf1 the original}"
    request = place.request(rtf, Locator(table=1, row=2, column=3))
    gone = look_up(request)
    assert gone.problem is not None
    assert "which is gone" in gone.problem
    made = place.root.build / "converted" / "some-converter" / f"{request.sha256}.docx"
    made.parent.mkdir(parents=True)
    made.write_bytes(word_file())
    assert row_with(look_up(request).text, "规章") == ["规章", "5", "«12»"]


HTML = """<html><meta charset="utf-8"><body><h1>2021年</h1>
<table>
<tr><td rowspan=2>本列数据的勾稽关系</td><td colspan=2>申请人情况</td></tr>
<tr><td>自然人</td><td>商业企业</td></tr>
<tr><td>一、新收</td><td>7</td><td>8</td></tr>
<tr><td>二、结转</td><td>1</td><td>0</td></tr>
<tr><td>三、予以公开</td><td>5</td><td>12</td></tr>
<tr><td>四、部分公开</td><td>3</td><td></td></tr>
<tr><td>五、不予公开</td><td>9</td><td>9</td></tr>
</table>
"""


def row_with(lines: tuple[str, ...], text: str) -> list[str]:
    return [cell.strip() for line in lines if text in line for cell in line.strip("│").split("│")]


def test_the_table_around_a_cell_of_a_page(place: Place) -> None:
    shown = place.shown(HTML.encode(), Locator(table=1, row=5, column=3, line=7))
    assert row_with(shown.text, "三、") == ["三、予以公开", "5", "«12»"]
    assert row_with(shown.text, "二、") == ["二、结转", "1", "0"]
    assert row_with(shown.text, "四、") == ["四、部分公开", "3", ""]
    assert row_with(shown.text, "商业企业") == ["", "自然人", "商业企业"]
    joined = "\n".join(shown.text)
    assert "申请人情况" in joined
    assert "一、" not in joined
    assert "五、" not in joined
    assert joined.count("«") == 1


def test_a_blank_cell_is_marked_too(place: Place) -> None:
    shown = look_up(place.request(HTML.encode(), Locator(table=1, row=6, column=3, line=8), raw=""))
    assert row_with(shown.text, "四、") == ["四、部分公开", "3", "«»"]


def test_a_list_is_headed_by_its_years(place: Place) -> None:
    """A year in the head is no number of the first row."""
    page = """<table><tr><td>指标</td><td>2014年</td></tr><tr><td>甲</td><td>1</td></tr>
<tr><td>乙</td><td>2</td></tr><tr><td>丙</td><td>12</td></tr></table>"""
    shown = place.shown(page.encode(), Locator(table=1, row=4, column=2, line=2))
    assert row_with(shown.text, "指标") == ["指标", "2014年"]
    assert row_with(shown.text, "丙") == ["丙", "«12»"]


def test_each_article_of_a_long_table_has_its_own_head(place: Place) -> None:
    rows = ["第一项", "内容|制作", "规章|5", "第五项", "内容|处理", "许可|3", "处罚|12", "第六项"]
    cells = ["".join(f"<td>{text}</td>" for text in row.split("|")) for row in rows]
    page = "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
    shown = place.shown(page.encode(), Locator(table=1, row=7, column=2, line=1))
    printed = [row_with((line,), "") for line in shown.text if line.startswith("│")]
    first = [row[0] for row in printed]
    assert first == ["第一项", "内容", "…", "第五项", "内容", "许可", "处罚", "第六项"]
    assert printed[4][1] == "处理"


def test_columns_stand_below_each_other_in_terminal_columns(place: Place) -> None:
    """A hanzi takes two: the bars of all lines stand at the same columns of the terminal."""
    from rich.cells import cell_len

    shown = place.shown(HTML.encode(), Locator(table=1, row=5, column=3, line=7))
    bars = {
        tuple(cell_len(line[:index]) for index, char in enumerate(line) if char == "│")
        for line in shown.text
        if line.startswith("│")
    }
    assert len(bars) == 1


def test_a_cell_that_says_something_else_now_is_not_shown_as_this_one(place: Place) -> None:
    shown = place.shown(HTML.encode(), Locator(table=1, row=5, column=3, line=7), raw="2")
    assert shown.text == ()
    assert shown.problem is not None
    assert "read otherwise now" in shown.problem


def test_the_lines_of_a_text(place: Place) -> None:
    """A form feed ends no line: page breaks of a text must not shift what is shown."""
    text = "第一页\f\n无\r\n部分公开\t12\n结束\n"
    shown = place.shown(text.encode(), Locator(line=3, table=1, row=1, column=2))
    assert shown.text == ("    3 | 部分公开    12",)


def test_control_characters_do_not_reach_the_terminal(place: Place) -> None:
    shown = place.shown("部分公开\t12\x1b[2J\n".encode(), Locator(line=1))
    assert "\x1b" not in "".join(shown.text)


def test_what_cannot_be_shown_says_why(place: Place) -> None:
    page = page_of_numbers()
    box = (299.0, 332.0, 315.0, 344.0)
    for data, locator, words in [
        (page, Locator(page=7, bbox=box), "has 1 pages, and this is on page 7"),
        (page, Locator(page=1, bbox=(5000, 10, 5010, 20)), "outside of the page"),
        (page, Locator(page=1, bbox=(20, 20, 20, 20)), "outside of the page"),
        (page[: len(page) // 3], Locator(page=1, bbox=box), "cannot be rendered"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), Locator(bbox=box), "picture"),
        (HTML.encode(), Locator(), "only the text is known"),
    ]:
        shown = place.shown(data, locator)
        assert shown.problem is not None
        assert words in shown.problem
        assert shown.picture is None


def test_a_damaged_or_missing_snapshot_says_so(place: Place) -> None:
    request = place.request(page_of_numbers(), Locator(page=1, bbox=(299, 332, 315, 344)))
    path = Archive(place.root).path_of(request.sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")
    assert "have changed on disk" in (look_up(request).problem or "")
    path.unlink()
    assert "no snapshot" in (look_up(request).problem or "")


def test_the_place_is_looked_up_in_another_process(place: Place) -> None:
    shown = shown_place(place.request(page_of_numbers(), Locator(page=1, bbox=(299, 332, 315, 344))))
    assert shown.problem is None
    assert shown.picture is not None
    assert_framed(pixels_of(shown.picture))
    text = shown_place(place.request(HTML.encode(), Locator(table=1, row=5, column=3, line=7)))
    assert any("«12»" in line for line in text.text)


def test_a_page_that_takes_for_ever_is_given_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """3 million lines, in a file of 100 KB."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842), pageCompression=1)
    canvas.addLiteral("0 0 m 595 842 l 0 842 l 595 0 l S\n" * 3_000_000)
    canvas.save()
    monkeypatch.setattr(places, "PICTURE_SECONDS", 1.0)
    shown = shown_place(place.request(file.getvalue(), Locator(page=1, bbox=(299, 332, 315, 344))))
    assert shown.picture is None
    assert "stopped after" in (shown.problem or "")


def test_names_of_files_are_safe() -> None:
    name = file_name("../某市/人民 政府", 2021, "t3.granted.total")
    assert Path(name).name == name
    assert name.endswith("2021-t3.granted.total.png")
    assert not name.startswith(".")
    assert len(file_name("府" * 300, 2021, "t3.granted.total").encode()) < 255
