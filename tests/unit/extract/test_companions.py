"""What a page points to, and its pictures read in their place."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image

from ingestion.extract import read_document
from ingestion.extract.companions import Asked, Companion
from ingestion.extract.model import Document, Grid, GridCell, ImageBlock, Locator, TextBlock, UnreadableInput
from ingestion.extract.pictures import has_pictures, read_pictures


def png(width: int = 640, height: int = 480, shade: int = 255) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (shade, shade, shade)).save(file, "PNG")
    return file.getvalue()


def data_uri(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def read(body: str, head: str = "") -> Document:
    return read_document(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "page.html")


def pictures(document: Document) -> list[ImageBlock]:
    return [block for block in document.blocks if isinstance(block, ImageBlock)]


@dataclass
class Files:
    """Companions by reference; keeps what was asked for."""

    files: dict[str, bytes]
    asked: list[str] = field(default_factory=list)

    def find(self, reference: str) -> Companion | None:
        self.asked.append(reference)
        data = self.files.get(reference)
        if data is None:
            return None
        return Companion(reference, reference.rsplit("/", 1)[-1], hashlib.sha256(data).hexdigest(), data)


@pytest.fixture
def ink(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """In place of OCR: each picture is a line of text and a table of one cell; keeps how it was called."""
    calls: list[dict[str, Any]] = []

    def read_page_image(pixels: Any, *, first_table: int, budget: Any, **where: Any) -> list[Any]:
        calls.append({"size": pixels.shape[:2], "first_table": first_table, **where})
        place = Locator(table=first_table, row=1, column=1, bbox=(0, 0, 9, 9), **where)
        cell = GridCell(f"n{len(calls)}", 0, 0, place, confidence=0.95)
        return [TextBlock(f"t{len(calls)}", Locator(**where)), Grid(first_table, [cell], 1, 1, "table", True)]

    monkeypatch.setattr("ingestion.extract.scan.read_page_image", read_page_image)
    return calls


# ------------------------------------------------------------------------------------------ what a page names


@pytest.mark.parametrize(
    ("tag", "references"),
    [
        ('<img src="a.png">', ["a.png"]),
        ('<img src="blank.gif" data-src="a.png">', ["a.png", "blank.gif"]),
        ('<img src="" data-original="a.png">', ["a.png"]),
        ('<img data-lazy-src=" a.png ">', ["a.png"]),
        ('<img src="s.png" srcset="s.png 1x, l.png 2x">', ["l.png", "s.png"]),
        ('<img src="./W1.jpg" oldsrc="W1.jpg">', ["./W1.jpg", "W1.jpg"]),
        ('<img src="a.png" width="640" height="480">', ["a.png"]),
        ('<img src="a.png" style="width: 640px; height:80px">', []),
        ('<img src="a.png" width="150">', []),
    ],
)
def test_the_references_of_a_picture(tag: str, references: list[str]) -> None:
    (block,) = pictures(read(tag))
    assert list(block.references) == references


def test_icons_are_no_pictures_and_neither_are_those_of_the_menu() -> None:
    page = (
        '<div class="nav"><img src="logo.png"><a href="/">首页</a></div><img src="dot.gif" width="16">'
        '<p>正文</p><img src="a.png"><div class="footer"><img src="police.png"></div>'
    )
    assert [block.src for block in pictures(read(page))] == ["a.png"]


def test_a_base_address_holds_for_pictures_and_links() -> None:
    document = read(
        '<img src="../a.png"><a href="P1.pdf">附件</a>', '<base href="http://x.gov.cn/nb/2024/t1.htm">'
    )
    assert pictures(document)[0].references == ("http://x.gov.cn/nb/a.png",)
    assert [link.href for link in document.links] == ["http://x.gov.cn/nb/2024/P1.pdf"]


def test_a_data_uri_is_whole_for_the_reader_and_short_for_people() -> None:
    (block,) = pictures(read(f'<img src="{data_uri(png())}">'))
    assert block.references == (data_uri(png()),)
    assert block.src == "data:image/png;base64"


@pytest.mark.parametrize(
    ("anchor", "link"),
    [
        ('<a href="./P1.pdf">2022年年报</a>', ("./P1.pdf", "2022年年报")),
        ('<a href="a.DOCX?x=1">全文</a>', ("a.DOCX?x=1", "全文")),
        ('<a href="/d?id=3" appendix="true" title="年报.xls">表</a>', ("/d?id=3", "表 年报.xls")),
        ('<a href="/d/3" download="年报.doc">表</a>', ("/d/3", "表 年报.doc")),
        (
            '附件【<a href="/system/_content/download.jsp?owner=1&amp;wbfileid=2">x.xlsx</a>】',
            ("/system/_content/download.jsp?owner=1&wbfileid=2", "x.xlsx"),
        ),
        ('<a href="/f/77">附件1</a>', ("/f/77", "附件1")),
        ('<a href="/module/download/downfile.jsp?filename=0f.pdf">x</a>', None),
        ('<iframe src="P1.pdf"></iframe>', ("P1.pdf", "")),
        ('<iframe src="/pdfjs/viewer.html?file=/nb/P1.pdf"></iframe>', ("/nb/P1.pdf", "")),
        ('<object data="P1.pdf" title="年报"></object>', ("P1.pdf", "")),
    ],
)
def test_links_to_files(anchor: str, link: tuple[str, str] | None) -> None:
    (found,) = read(f"<p>{anchor}</p>").links
    if link is not None:
        assert (found.href, found.text) == link


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="t2.htm">2021年政府信息公开工作年度报告</a>',
        '<a href="/">首页</a>',
        '<a href="#a.pdf">上</a>',
        "<a href=\"javascript:open('a.pdf')\">打印</a>",
        '<a name="a.pdf">书签</a>',
        '<a href="mailto:a.pdf@x.cn">邮箱</a>',
        '<a href="http://a.pdf.gov.cn/">网站</a>',
        '<div class="sidebar"><a href="a.pdf">2021年年报</a></div>',
        "<footer><a href='a.pdf'>使用帮助</a></footer>",
        '<iframe src="counter.html?site=3"></iframe>',
    ],
)
def test_links_that_are_none_to_files(anchor: str) -> None:
    assert read(f"<p>{anchor}</p>").links == []


def test_a_file_is_linked_once() -> None:
    document = read('<a href="a.pdf">表</a><a href="b.pdf">书</a><a href="a.pdf">再</a>')
    assert [link.href for link in document.links] == ["a.pdf", "b.pdf"]


# ---------------------------------------------------------------------------------------------- what is read


def test_tables_of_a_picture_come_behind_it_and_are_numbered_behind_the_pages_own(ink: list[Any]) -> None:
    page = (
        '<p>前</p><img src="a.png"><table><tr><td>1</td><td>2</td></tr></table>'
        f'<img src="{data_uri(png(shade=9))}"><p>后</p>'
    )
    document = read(page)
    assert has_pictures(document)
    assert read_pictures(document, Files({"a.png": png()})) == 2
    shown = [
        block.text if isinstance(block, TextBlock) else f"table {block.index}"
        for block in document.blocks
        if not isinstance(block, ImageBlock)
    ]
    assert shown == ["前", "t1", "table 2", "table 1", "t2", "table 3", "后"]
    assert [block.read for block in pictures(document)] == [True, True]
    assert not has_pictures(document)
    carriers = [grid.cells[0].locator.carrier for grid in document.grids()]
    parts = [grid.cells[0].locator.part for grid in document.grids()]
    assert carriers == [hashlib.sha256(png()).hexdigest(), None, None]
    assert parts == [None, None, "picture 1"]


def test_a_missing_picture_is_an_issue_that_names_it(ink: list[Any]) -> None:
    document = read('<p>前</p>\n<img src="tables/a.png">')
    assert read_pictures(document, Files({})) == 0
    (issue,) = document.issues
    assert (issue.code, issue.place) == ("picture_missing", "line 2")
    assert "tables/a.png" in issue.detail
    assert [block.read for block in pictures(document)] == [False]


def test_a_page_that_loads_late_is_asked_for_the_true_picture(ink: list[Any]) -> None:
    tag = '<img src="blank.gif" data-src="true.png">'
    document = read(tag)
    read_pictures(document, Files({"blank.gif": png(1, 1), "true.png": png()}))
    assert [call["size"] for call in ink] == [(480, 640)]
    document = read(tag)
    assert read_pictures(document, Files({"blank.gif": png(1, 1)})) == 0
    assert [issue.code for issue in document.issues] == ["picture_missing"]


def test_what_is_too_small_for_a_table_is_looked_at_and_done(ink: list[Any]) -> None:
    document = read('<img src="a.png">')
    assert read_pictures(document, Files({"a.png": png(199, 480)})) == 0
    assert (ink, document.issues, has_pictures(document)) == ([], [], False)


@pytest.mark.parametrize("data", [b"<html>404</html>", b"", png()[:1000], b"GIF89a" + bytes(900)])
def test_what_is_no_picture_is_an_issue_and_stops_nothing(ink: list[Any], data: bytes) -> None:
    document = read('<img src="a.png"><img src="b.png">')
    assert read_pictures(document, Files({"a.png": data, "b.png": png()})) == 1
    assert [issue.code for issue in document.issues] == ["picture_unreadable"]
    assert [block.read for block in pictures(document)] == [False, True]


def test_a_reader_of_pictures_that_fails_leaves_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> list[Any]:
        raise IndexError("a fault of ours")

    monkeypatch.setattr("ingestion.extract.scan.read_page_image", fails)
    document = read('<p>正文</p><img src="a.png">')
    assert read_pictures(document, Files({"a.png": png()})) == 0
    assert [issue.code for issue in document.issues] == ["picture_unreadable"]


def test_a_limit_passed_inside_a_picture_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> list[Any]:
        raise UnreadableInput("quarantined_cells", "too many cells")

    monkeypatch.setattr("ingestion.extract.scan.read_page_image", refuses)
    document = read('<img src="a.png">')
    assert read_pictures(document, Files({"a.png": png()})) == 0
    assert document.issues[0].detail == "too many cells"


def test_a_picture_shown_twice_is_read_once(ink: list[Any]) -> None:
    document = read('<img src="a.png"><img src="copy.png">')
    read_pictures(document, Files({"a.png": png(), "copy.png": png()}))
    assert len(ink) == 1
    assert not has_pictures(document)


def test_a_page_full_of_pictures_is_read_up_to_a_limit(
    ink: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.extract.pictures.MAX_PICTURES", 2)
    files = {f"{number}.png": png(shade=number) for number in range(4)}
    document = read("".join(f'<img src="{name}">' for name in files))
    assert read_pictures(document, Files(files)) == 2
    assert [issue.code for issue in document.issues] == ["pictures_left_out"]
    assert [block.read for block in pictures(document)] == [True, True, False, False]


@pytest.mark.parametrize(
    "uri", ["data:image/png;base64,@@@", "data:image/png", "data:,", "data:;base64,AAAA"]
)
def test_broken_data_uris_are_issues(ink: list[Any], uri: str) -> None:
    document = read(f'<img src="{uri}">')
    assert read_pictures(document, None) == 0
    assert document.issues[0].code.startswith("picture_")


def test_what_was_asked_for_is_remembered_with_what_was_found() -> None:
    asked = Asked(Files({"a.png": b"a"}))
    assert asked.find("a.png") is not None
    assert asked.find("b.png") is None
    assert asked.marks == {"a.png": hashlib.sha256(b"a").hexdigest(), "b.png": None}
