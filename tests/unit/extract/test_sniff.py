"""What a file is, by its bytes."""

from __future__ import annotations

import base64
import io
import random
import struct
import zipfile

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import HTML, TEXT, sniff

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NONE = 0xFFFFFFFF
OOXML = "application/vnd.openxmlformats-officedocument."


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def opendocument(kind: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", "<x/>")
    return buffer.getvalue()


def ole(*streams: str, inside: str = "") -> bytes:
    """A compound file: a header, one sector of the sector table, directory sectors; `inside` lies in a storage."""
    entries = [_entry("Root Entry", 5, child=1)]
    names = [*streams, *(["ObjectPool"] if inside else [])]
    for number, name in enumerate(names):
        right = number + 2 if number + 1 < len(names) else _NONE
        child = len(names) + 1 if name == "ObjectPool" else _NONE
        entries.append(_entry(name, 1 if name == "ObjectPool" else 2, right=right, child=child))
    if inside:
        entries.append(_entry(inside, 2))
    directory = b"".join(entries)
    directory += bytes(-len(directory) % 512)
    n_sectors = len(directory) // 512
    chain = [0xFFFFFFFD, *range(2, n_sectors + 1), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    header = bytearray(OLE + bytes(504))
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<II", header, 44, 1, 1)
    struct.pack_into("<109I", header, 76, 0, *[_NONE] * 108)
    return bytes(header) + table + directory


def _entry(name: str, kind: int, right: int = _NONE, child: int = _NONE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _NONE, right, child) + bytes(48)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"\r\n \n%PDF-1.4", "application/pdf"),
        (zipped("[Content_Types].xml", "word/document.xml"), OOXML + "wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), OOXML + "spreadsheetml.sheet"),
        (zipped("a.txt"), "application/zip"),
        (ole("1Table", "WordDocument"), "application/msword"),
        (ole("Workbook"), "application/vnd.ms-excel"),
        # a table of Excel inside a Word file, and the other way round
        (ole("1Table", "WordDocument", inside="Workbook"), "application/msword"),
        (ole("Workbook", inside="WordDocument"), "application/vnd.ms-excel"),
        # .wps and .et of Kingsoft's office are what Word and Excel write; .wps of Microsoft's Works is not
        (ole("WpsCustomData", "WordDocument"), "application/msword"),
        (ole("ETExtData", "Workbook"), "application/vnd.ms-excel"),
        (ole("MatOST", "CONTENTS"), "application/vnd.ms-works"),
        (ole("EncryptedPackage", "EncryptionInfo"), "application/encrypted"),
        (ole("Nothing"), "application/x-ole-storage"),
        # a directory that was cut off
        (OLE + bytes(600) + "WordDocument".encode("utf-16-le"), "application/msword"),
        (rb"{\rtf1\ansi", "application/rtf"),
        (opendocument("text"), "application/vnd.oasis.opendocument.text"),
        (opendocument("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><x/>',
            "application/vnd.ms-wordml",
        ),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"II*\x00\x08\x00", "image/tiff"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "image/bmp"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n<html>", "multipart/related"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "application/xml"),
    ],
)
def test_formats_are_told_by_their_bytes(data: bytes, media_type: str) -> None:
    assert sniff(data) == media_type


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped("a.txt"), "format_not_supported_yet"),
        (ole("Nothing"), "format_not_supported_yet"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "format_not_supported_yet"),
        (ole("WordDocument"), "waiting_for_converter"),
        (rb"{\rtf1\ansi", "waiting_for_converter"),
        (ole("EncryptedPackage"), "password_protected"),
    ],
)
def test_what_is_not_read_here_is_refused_and_named(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        read_document(data, "report.html")
    assert refusal.value.code == code
    assert refusal.value.media_type == sniff(data)
    assert not refusal.value.quarantined


def test_a_page_saved_with_its_pictures_is_a_page() -> None:
    page = "<html><table><tr><td>规章</td><td>12</td></tr><tr><td>文件</td><td>3</td></tr></table></html>"
    coded = base64.encodebytes(page.encode("gb18030")).decode()
    saved = (
        "From: <Saved by WPS>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n"
        "--x\nContent-Type: image/png\n\nAAAA\n"
        f"--x\nContent-Type: text/html; charset=gb2312\nContent-Transfer-Encoding: base64\n\n{coded}\n--x--\n"
    )
    document = read_document(saved.encode(), "report.doc")
    assert [cell.text for cell in document.grids()[0].cells] == ["规章", "12", "文件", "3"]
    with pytest.raises(UnreadableInput) as refusal:
        read_document(saved.encode().partition(b"--x\nContent-Type: text")[0], "report.doc")
    assert refusal.value.code == "damaged_container"


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><p>报告",
        "<HTML><BODY>报告</BODY></HTML>",
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        "<td colspan=3>行政处罚</td></tr>",
        "</td><td>0</td>",
        "<p>一、总体情况</p>",
        '"<table><tr><td>0<\\/td><\\/tr><\\/table>"'.replace("<table>", "<table>"),
        "一、总体情况<br>无<br>",
        "  \n" * 3000 + "<table><tr><td>0",
    ],
)
def test_pages_and_fragments_of_pages_are_html(text: str) -> None:
    assert sniff(text.encode()) == HTML
    assert sniff(text.encode("gb18030")) == HTML
    assert sniff(text.encode("utf-16")) == HTML


@pytest.mark.parametrize(
    "text",
    [
        "营前街道2020年度政府信息公开工作年度报告\n一、总体情况\n",
        "# 标题\n| a | b |\n|---|---|\n",
        "公开率 < 100 且 > 50",
        "BMW 公司",
        "见附件 <a> 一处",
    ],
)
def test_text_is_text(text: str) -> None:
    assert sniff(text.encode()) == TEXT
    assert sniff(text.encode("utf-16")) == TEXT


@pytest.mark.parametrize("data", [b"", b" \r\n\t ", b"\x00" * 5000])
def test_a_file_without_content_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        sniff(data)
    assert refusal.value.code == "empty_file"


@pytest.mark.parametrize("size", [2_000, 10_000_000])
def test_random_bytes_are_refused_with_a_reason(size: int) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        read_document(random.Random(7).randbytes(size), "noise.html")
    assert refusal.value.code == "not_text"
    assert "%" in refusal.value.reason


def test_a_page_with_stray_zero_bytes_is_still_a_page() -> None:
    page = "<table><tr><td>行政处罚</td>\0<td>1\x002</td></tr></table>" + "<p>无其他需要报告的事项。</p>" * 9
    document = read_document(page.encode(), "a")
    assert [cell.text for cell in document.grids()[0].cells] == ["行政处罚", "12"]
    assert "zero_bytes" in {issue.code for issue in document.issues}
