"""What a file is, by its bytes. File names and declared media types are not asked: both lie.

Belongs here: magic numbers and the difference between markup, text and garbage. Does not belong here: which
characters the bytes stand for (`decode`) and anything that opens a container.
"""

from __future__ import annotations

import re

from ingestion.extract import ole
from ingestion.extract.model import UnreadableInput

HTML = "text/html"
TEXT = "text/plain"
PDF = "application/pdf"
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = _OOXML + "wordprocessingml.document"
XLSX = _OOXML + "spreadsheetml.sheet"
_ODF = "application/vnd.oasis.opendocument."
WORKBOOKS = frozenset({XLSX, "application/vnd.ms-excel", _ODF + "spreadsheet"})
WORD = "application/msword"
RTF = "application/rtf"
WORKS = "application/vnd.ms-works"
WORD_XML = "application/vnd.ms-wordml"
ODT = _ODF + "text"
#: Formats that are read as .docx once a converter made one of them, with the file ending that names them. A
#: .wps of Kingsoft's writer is a Word file by its bytes; one of Microsoft's Works is not.
CONVERTED = {WORD: "doc", RTF: "rtf", WORKS: "wps", WORD_XML: "xml", ODT: "odt"}
LOCKED = "application/encrypted"
MHTML = "multipart/related"
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/tiff", "image/webp", "image/bmp"})

#: How much of a file is looked at to tell text from garbage.
_SAMPLE = 64 * 1024
#: Share of control bytes above which a file is no text (random bytes: 10 %; NUL-ridden pages stay below).
_CONTROL_SHARE = 0.02
#: Control bytes that even a short text may have.
_CONTROL_FREE = 4

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
)
#: Names of streams at the root of an OLE file and what they make of it. What Kingsoft's WPS writes is Word's
#: and Excel's own format, be it called .doc, .wps, .xls or .et; only the Works of Microsoft are another one.
_OLE_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", LOCKED),
    ("WordDocument", WORD),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("MatOST", WORKS),
    ("CONTENTS", WORKS),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_ZIP_MEMBERS: tuple[tuple[bytes, str], ...] = (
    (b"word/", DOCX),
    (b"xl/", XLSX),
    (b"ppt/", _OOXML + "presentationml.presentation"),
    (b"OFD.xml", "application/ofd"),
)

_ODF_KIND = re.compile(
    rb"mimetype(application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))PK"
)

_CONTROL_BYTES = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D, 0x1A, 0x1B}) + b"\x7f"
#: A page says what it is near its start ...
_PAGE_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|frameset)\b", re.IGNORECASE)
#: ... and a fragment by any tag of a table (028: a page cut in the middle of a table begins with "<td").
_TABLE_TAG = re.compile(rb"</?(?:table|tbody|tr|td|th)(?:\s[^<>]*)?>", re.IGNORECASE)
#: Other markup counts if there is more than a stray tag of it.
_ANY_TAG = re.compile(
    rb"<\\?/?(?:p|div|span|br|font|h[1-6]|a|b|i|u|em|strong|ul|ol|li|img|center|section|article|script|style"
    rb"|meta|title|o:p)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_MIN_TAGS = 2
_XML = re.compile(rb"\s*<\?xml\b", re.IGNORECASE)
#: Word's documents as one XML file: that of 2003, and the later one that holds all parts.
_WORD_XML = re.compile(
    rb"<\?mso-application\s+progid=.Word\.Document|schemas\.microsoft\.com/office/word/2003/wordml"
)
_MIME = re.compile(rb"\s*(?:From:|MIME-Version:|Content-Type:\s*multipart/)", re.IGNORECASE)


def sniff(data: bytes) -> str:
    """The media type of `data`.

    Raises `UnreadableInput`: `empty_file` (no bytes, or white space only), `not_text` (binary content of no
    known kind).
    """
    head = data[:4096]
    if not head.strip(b" \t\r\n\f\v\x00") and not data.strip(b" \t\r\n\f\v\x00"):
        size = f"{len(data):,} bytes of white space" if data else "no bytes"
        raise UnreadableInput("empty_file", f"the file holds {size}")
    container = _container(data, head)
    if container is not None:
        return container
    wide = utf16_codec(data)
    if wide is not None:
        sample = data[: _SAMPLE - _SAMPLE % 2].decode(wide, "replace").encode("utf-8", "replace")
    else:
        sample = data[:_SAMPLE]
        controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
        if controls > _CONTROL_FREE and controls > len(sample) * _CONTROL_SHARE:
            share = controls / len(sample)
            raise UnreadableInput("not_text", f"binary content of no known kind ({share:.0%} control bytes)")
    return _markup(sample)


def _container(data: bytes, head: bytes) -> str | None:
    """Formats that are known by a magic number."""
    if b"%PDF-" in head[:1024]:
        return PDF
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(ole.MAGIC):
        streams = ole.root_streams(data)
        for stream, media_type in _OLE_STREAMS:
            # where the directory is damaged, the name alone must do
            if stream in streams or (not streams and stream.encode("utf-16-le") in data):
                return media_type
        return "application/x-ole-storage"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        # member names stand in clear in the central directory at the end, and in the local headers
        names = data[:65536] + data[-65536:]
        for member, media_type in _ZIP_MEMBERS:
            if member in names:
                return media_type
        # a document of OpenDocument says first of all what it is, and is not compressed there
        declared = _ODF_KIND.search(names[:256])
        return declared[1].decode() if declared else "application/zip"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"BM") and head[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    if _MIME.match(head) and b"multipart/" in head:
        return MHTML
    return None


def _markup(sample: bytes) -> str:
    """HTML, XML or text, for bytes whose markup is ASCII."""
    if _XML.match(sample) and _WORD_XML.search(sample[:4096]):
        return WORD_XML
    if _PAGE_TAG.search(sample) or _TABLE_TAG.search(sample):
        return HTML
    if _XML.match(sample):
        return "application/xml"
    for found, _ in enumerate(_ANY_TAG.finditer(sample), 1):
        if found >= _MIN_TAGS:
            return HTML
    return TEXT


def utf16_codec(data: bytes) -> str | None:
    """The UTF-16 codec of `data` by its BOM, or by where its zero bytes stand; None if it is not UTF-16.

    Without a BOM there must be zero bytes (digits, line ends and Latin letters have one each), and the pairs
    must make sense one way round. Where the zero bytes stand decides nothing: 一 and 开 end in one.
    """
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return None  # UTF-32, which nobody serves
    if data.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if data.startswith(b"\xfe\xff"):
        return "utf-16-be"
    sample = data[:16384]
    zeros = sample.count(0)
    if zeros < max(4, len(sample) // 200):
        return None
    if zeros < len(sample) // 5 and _is_utf8(sample.replace(b"\x00", b"")):
        return None  # a page with stray zero bytes: pairs of Latin letters would pass for hanzi
    pairs = sample[: len(sample) // 2 * 2]
    for codec in ("utf-16-le", "utf-16-be"):
        text = pairs.decode(codec, "replace")
        if sum(map(_of_a_report, text)) >= len(text) * 9 // 10:
            return codec
    return None


def _is_utf8(sample: bytes) -> bool:
    try:
        sample[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(sample) - 8
    return True


def _of_a_report(char: str) -> bool:
    """ASCII, hanzi, or CJK and full-width punctuation."""
    return (
        "\t" <= char < "\x7f"
        or "\u2000" <= char < "\u2070"
        or "\u3000" <= char < "\u3040"
        or "\u4e00" <= char < "\ua000"
        or "\uff00" <= char < "\ufff0"
        or char == "\xa0"
    )
