"""Documents that mean harm, or look as if they did: small to make, costly to read.

One function a case, by the table of what broke other readers. Made on the fly, since some weigh 100 MB. No
reader's code is used; what is expected of each stands beside it.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


class Case(NamedTuple):
    """codes: issues of which one must tell what is wrong; empty: it must be read as if it were harmless."""

    name: str
    make: Callable[[], bytes]
    codes: frozenset[str]


CASES: list[Case] = []


def case(name: str, *codes: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def added(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES.append(Case(name, make, frozenset(codes)))
        return make

    return added


# --- PDF -------------------------------------------------------------------------------------------------


def pdf(*objects: bytes, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, 1 and on, with a cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R %s>>\n" % (len(objects) + 1, root, trailer)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def stream(data: bytes, *entries: bytes) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), b" ".join(entries), data)


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def one_page(content: bytes, *more: bytes, box: bytes = b"0 0 595 842", resources: bytes = b"") -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> %s >> >>"
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page % (box, resources),
        content,
        FONT,
        *more,
    )


HELLO = stream(b"BT /F 12 Tf 72 700 Td (Annual report) Tj ET")


def repeated(block: bytes, times: int) -> bytes:
    """A zlib stream of the block, `times` times, without compressing it so often."""
    first = zlib.compressobj(9)
    begin = first.compress(block) + first.flush(zlib.Z_FULL_FLUSH)
    again = zlib.compressobj(9, zlib.DEFLATED, -15)
    middle = again.compress(block) + again.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = last.flush()
    total = 1
    for _ in range(times):
        total = zlib.adler32(block, total)
    return begin + middle * (times - 1) + end + struct.pack(">I", total)


@case("zero.pdf", "empty_file")
def zero() -> bytes:
    return b""


@case("page.pdf")
def page_called_pdf() -> bytes:
    return "<html><body><h1>通知</h1><p>今天放假。</p></body></html>".encode()


@case("truncated.pdf", "pdf_damaged", "pdf_unreadable")
def truncated() -> bytes:
    return one_page(HELLO)[:200]


@case("script.pdf")
def script() -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while(1){}) >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        HELLO,
        FONT,
    )


def encrypted(user: str) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    lock = StandardEncryption(user, ownerPassword="owner", canPrint=0, canCopy=0)
    canvas = Canvas(out, encrypt=lock)
    canvas.drawString(72, 700, "Annual report")
    canvas.save()
    return out.getvalue()


@case("owner-locked.pdf")
def owner_locked() -> bytes:
    """Printing and copying are forbidden; anyone may open it."""
    return encrypted("")


@case("locked.pdf", "pdf_password", "password_needed", "pdf_encrypted", "pdf_locked")
def locked() -> bytes:
    return encrypted("secret")


@case("loop.pdf", "pdf_damaged", "pdf_unreadable", "no_content")
def page_tree_loop() -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 100 >>",
        b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 99 >>",
    )


@case("10000-pages.pdf", "quarantined_pages")
def many_pages() -> bytes:
    count = 10_000
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R /Resources << /Font << /F 4 0 R >> >> >>"
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return pdf(b"<< /Type /Catalog /Pages 2 0 R >>", pages, HELLO, FONT, *([page] * count))


@case("content-bomb.pdf", "quarantined_content", "quarantined_time", "quarantined_memory")
def content_bomb() -> bytes:
    """136 MB of text operators in some hundred kilobytes."""
    block = b"BT /F 12 Tf 1 0 0 1 72 700 Tm (1234567890) Tj ET\n" * 20_000
    return one_page(stream(repeated(block, 136), b"/Filter /FlateDecode"))


@case("giant-picture.pdf", "page_unreadable", "picture_too_large", "quarantined_pixels", "page_not_read")
def giant_picture() -> bytes:
    """20,000 x 20,000 pixels of one bit, alone on its page."""
    entries = b"/Type /XObject /Subtype /Image /Width 20000 /Height 20000 /BitsPerComponent 8"
    data = repeated(bytes(20_000) * 50, 400)
    picture = stream(data, entries, b"/ColorSpace /DeviceGray /Filter /FlateDecode")
    content = stream(b"q 595 0 0 842 0 0 cm /I Do Q")
    return one_page(content, picture, resources=b"/XObject << /I 6 0 R >>")


@case("giant-page.pdf")
def giant_page() -> bytes:
    return one_page(HELLO, box=b"0 0 720000 720000")


# --- Word ------------------------------------------------------------------------------------------------


def docx(body: str, *members: tuple[str, bytes]) -> bytes:
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>'
    return package(("word/document.xml", document.encode()), *members)


def package(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        archive.writestr("[Content_Types].xml", types)
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


CELL = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"


@case("media-bomb.docx")
def media_bomb() -> bytes:
    """Pictures that nobody refers to, 256 MB of them; the directory says 4 GiB."""
    body = f"<w:p><w:r><w:t>{'正文' * 100}</w:t></w:r></w:p>"
    data = bytearray(docx(body, *((f"word/media/image{n}.png", bytes(64 << 20)) for n in range(4))))
    place = data.find(b"PK\x01\x02")
    while place >= 0:  # each of the four claims 1 GiB
        if b"media" in data[place + 46 : place + 80]:
            data[place + 24 : place + 28] = struct.pack("<I", 1 << 30)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


@case("document-bomb.docx", "quarantined_bytes", "quarantined_unpacked", "quarantined_zip")
def document_bomb() -> bytes:
    text = b"<w:p><w:r><w:t>1</w:t></w:r></w:p>" * 30_000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        with archive.open("word/document.xml", "w") as member:
            member.write(f"<w:document {W}><w:body>".encode())
            for _ in range(300):
                member.write(text)
            member.write(b"</w:body></w:document>")
    return out.getvalue()


@case(
    "laughs.docx",
    "docx_unreadable",
    "quarantined_entities",
    "docx_damaged",
    "quarantined_doctype",
    "docx_has_doctype",
)
def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'
    text += f"<w:document {W}><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p></w:body></w:document>"
    return package(("word/document.xml", text.encode()))


@case("span.docx")
def giant_span() -> bytes:
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="100000000"/></w:tcPr><w:p><w:r><w:t>头</w:t></w:r></w:p></w:tc>'
    rows = f"<w:tr>{wide}</w:tr><w:tr>{CELL.format('甲')}{CELL.format(1)}</w:tr>"
    return docx(f"<w:p><w:r><w:t>{'正文' * 100}</w:t></w:r></w:p><w:tbl>{rows}</w:tbl>")


# --- web pages -------------------------------------------------------------------------------------------

PROSE = f"<p>{'这是一段普通的文字。' * 40}</p>"


@case("colspan.html")
def giant_colspan() -> bytes:
    return f"{PROSE}<table><tr><td colspan=100000000>甲<tr><td>乙<td>1</table>".encode()


@case("rowspans.html", "quarantined_spans", "span_capped")
def rowspans() -> bytes:
    rows = "<tr><td rowspan=65534 colspan=1000>甲</td><td>1</td></tr>" * 300
    return f"{PROSE}<table>{rows}</table>".encode()


@case("deep.html", "quarantined_depth")
def deep() -> bytes:
    table = "<table><tr><td>甲</td><td>1</td></tr></table>"
    return ("<body>" + "<div>" * 200_000 + table + "</div>" * 200_000).encode()


@case("nested-tables.html", "quarantined_depth", "quarantined_nested_tables")
def nested_tables() -> bytes:
    return ("<body>" + "<table><tr><td>" * 5_000 + "1" + "</td></tr></table>" * 5_000).encode()


@case("104-MB.html", "quarantined_bytes")
def long_page() -> bytes:
    row = "<tr><td>甲</td><td>1</td></tr>".encode()
    return b"<html><body><table>" + row * (104_000_000 // len(row)) + b"</table></body></html>"


# --- pictures --------------------------------------------------------------------------------------------


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@case("giant.png", "quarantined_pixels")
def giant_png() -> bytes:
    """60,000 x 60,000 pixels in half a megabyte."""
    return png(60_000, 60_000, repeated(bytes(7_501) * 100, 600))
