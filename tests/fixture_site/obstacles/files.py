"""Attachments that are not what they are called, have dangerous names, or are bombs.

Belongs here: routes /f. Does not belong here: what a reader makes of such files (`tests.hostile_documents`).
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
from functools import lru_cache
from urllib.parse import quote

from tests import hostile_documents
from tests.fixture_site import bodies
from tests.fixture_site.documents import Q01, Q02
from tests.fixture_site.hosts.vsb import without_referer
from tests.fixture_site.obstacles.routes import Routes
from tests.fixture_site.replies import TYPES, not_found
from tests.fixture_site.server import Asked, Headers, Reply
from tests.generator import html_writer

OCTETS = "application/octet-stream"
DOWNLOAD = "/f/download.jsp"
DOWNFILE = "/f/downfile.jsp"
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
SHOWN = "2023年度报告附表.pdf"
#: Content-Disposition of /f/cd1 to /f/cd6, as sent.
DISPOSITIONS: dict[str, str] = {
    "/f/cd1": 'attachment; filename="../../etc/cron.d/x"',
    "/f/cd2": 'attachment; filename="C:\\x\\y.doc"',
    "/f/cd3": 'attachment; filename="年度报告.pdf"',  # sent as GBK
    "/f/cd4": f"attachment; filename*=UTF-8''{quote('年度报告.pdf')}",
    "/f/cd5": f'attachment; filename="{"报" * 300}.pdf"',
    "/f/cd6": f"attachment; filename*=UTF-8''a%00b{quote(chr(0x202E))}fdp.exe",
}
#: The routes that send an Office package that must not be opened, and what it would do.
REFUSED = ("/f/bomb.docx", "/f/xxe.docx")


def small_pdf(mark: str) -> bytes:
    """A page of its own for each mark."""
    text = b"BT /F 12 Tf 72 700 Td (Annual report %s) Tj ET" % mark.encode()
    return hostile_documents.one_page(hostile_documents.stream(text))


def _named(asked: Asked) -> Reply:
    value = DISPOSITIONS[asked.path]
    if asked.path == "/f/cd3":
        value = value.encode("gbk").decode("utf-8", "surrogateescape")
    return Reply(small_pdf(asked.path), headers=[("Content-Disposition", value)], content_type=OCTETS)


def _error_called_pdf(asked: Asked) -> Reply:
    text = "<html><head><title>提示</title></head><body>文件不存在</body></html>"
    return Reply(text.encode(), content_type="application/pdf")


def rtf() -> bytes:
    """A short RTF."""
    return (
        b"{\\rtf1\\ansi\\ansicpg936 " + "".join(f"\\u{ord(c)}?" for c in "年度报告附表").encode() + b"\\par}"
    )


def ole() -> bytes:
    """A compound file with a stream WordDocument, which is what a .wps of Kingsoft's is; it holds no text."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    stream = b"\xec\xa5\xc1\x00".ljust(4096, b"\0")
    count = len(stream) // sector
    table = [0xFFFFFFFD, end, *range(3, 2 + count), end]
    table += [free] * (sector // 4 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<III", 0, 1, 1) + struct.pack("<III", 0, 4096, end)
    head += struct.pack("<III", 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        encoded = (name + "\0").encode("utf-16-le") if name else b""
        links = struct.pack("<HBBIII", len(encoded), kind, 1, free, free, child)
        return encoded.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry("WordDocument", 2, free, 2, len(stream))
    return head + struct.pack(f"<{len(table)}I", *table) + folder + entry("", 0, free, 0, 0) * 2 + stream


@lru_cache(maxsize=1)
def word_page() -> bytes:
    """A report that Word saved as a web page, under the name .doc."""
    return html_writer.word_made(bodies.told(Q02), random.Random(1))


@lru_cache(maxsize=1)
def zip_bomb() -> bytes:
    """A .docx of 64 KB whose only part unpacks to 64 MB, a thousand times as much."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        with archive.open("word/document.xml", "w") as member:
            for _ in range(64):
                member.write(b" " * (1 << 20))
    return out.getvalue()


def entity_docx() -> bytes:
    """A .docx that asks its reader for a file of the reader's own machine."""
    text = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY read SYSTEM "file:///etc/passwd">]>'
        f"<w:document {hostile_documents.W}><w:body><w:p><w:r><w:t>年度报告&read;</w:t></w:r></w:p></w:body></w:document>"
    )
    return hostile_documents.package(("word/document.xml", text.encode()))


def _deep(asked: Asked) -> Reply:
    text = f"<html><body>{'<div>' * 5000}年度报告{'</div>' * 5000}</body></html>"
    return Reply(text.encode())


def _download(asked: Asked) -> Reply:
    """wbfileid A wants a Referer, B wants a captcha whatever is sent."""
    if asked.query.get("urltype") != "news.DownloadAttachUrl":
        return not_found()
    if asked.query.get("wbfileid") == "B":
        text = '<html><head><title>验证码</title></head><body><form>请输入验证码：<input name="codeValue"><img src="/system/resource/js/filedownload/createimage.jsp"></form></body></html>'
        return Reply(text.encode())
    if "referer" not in asked.headers:
        return without_referer()
    return _sent(bodies.docx(Q01), 'attachment; filename="附件.doc"')


def _downfile(asked: Asked) -> Reply:
    if asked.query.get("filename") != f"{HEX}.pdf":
        return not_found()
    return Reply(small_pdf("downfile"), content_type=TYPES["pdf"])


def _sent(body: bytes, disposition: str | None = None) -> Reply:
    headers: Headers = [("Content-Disposition", disposition)] if disposition else []
    return Reply(body, headers=headers, content_type=OCTETS)


ROUTES: Routes = {
    "/f/a.pdf": _error_called_pdf,
    "/f/noext": lambda asked: _sent(small_pdf("noext")),
    "/f/rtf.doc": lambda asked: Reply(rtf(), content_type="application/msword"),
    "/f/html.doc": lambda asked: Reply(word_page(), content_type="application/msword"),
    "/f/x.wps": lambda asked: _sent(ole()),
    **dict.fromkeys(DISPOSITIONS, _named),
    DOWNLOAD: _download,
    DOWNFILE: _downfile,
    "/f/bomb.docx": lambda asked: Reply(zip_bomb(), content_type=TYPES["docx"]),
    "/f/xxe.docx": lambda asked: Reply(entity_docx(), content_type=TYPES["docx"]),
    "/f/deep.html": _deep,
}
