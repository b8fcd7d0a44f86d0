"""What a file is, by its bytes."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import HTML, TEXT, sniff

OOXML = "application/vnd.openxmlformats-officedocument."


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"\r\n \n%PDF-1.4", "application/pdf"),
        (zipped("[Content_Types].xml", "word/document.xml"), OOXML + "wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), OOXML + "spreadsheetml.sheet"),
        (zipped("a.txt"), "application/zip"),
        (ole("WordDocument"), "application/msword"),
        (ole("Workbook"), "application/vnd.ms-excel"),
        (ole("WordDocument WpsCustomData"), "application/vnd.ms-works"),
        (ole("Nothing"), "application/x-ole-storage"),
        (rb"{\rtf1\ansi", "application/rtf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"II*\x00\x08\x00", "image/tiff"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "image/bmp"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n<html>", "multipart/related"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "application/xml"),
    ],
)
def test_formats_that_come_later_are_named_and_refused(data: bytes, media_type: str) -> None:
    assert sniff(data) == media_type
    with pytest.raises(UnreadableInput) as refusal:
        read_document(data, "report.html")
    assert refusal.value.code == "format_not_supported_yet"
    assert media_type in refusal.value.reason
    assert not refusal.value.quarantined


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
