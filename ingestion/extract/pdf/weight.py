"""What a page costs before anything interprets it: the size of its decoded content, forms counted as often as
they are drawn.

Belongs here: measuring with bounded decoding, and the refusal. Does not belong here: interpreting content.
Taught by 136 MB of content in a file of 249 KB (pdfium: 24 s and 2.2 GB to load the page) and by forms that
draw forms that draw forms.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pdfminer.ascii85 import ascii85decode, asciihexdecode
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, dict_value, resolve1, stream_value

from ingestion.extract.model import UnreadableInput
from ingestion.extract.sandbox import refusal

#: Bytes of drawing instructions of one page, decoded. Pages that draw each glyph for itself have 500 KB; a
#: vector map has some MB.
MAX_CONTENT = 8 * 1024 * 1024
#: The same over all pages of a document.
MAX_ALL_CONTENT = 64 * 1024 * 1024
#: Bytes of a table of characters inside a font.
MAX_CMAP = 4 * 1024 * 1024
#: Bytes of a font program; a whole Chinese font has 20 MB.
MAX_FONT = 32 * 1024 * 1024
_DRAWS = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")
#: A form inside a form inside a form: no report goes deeper, and cycles must end.
_MAX_DEPTH = 12

#: pdfminer tells of every oddity of a damaged file; the reader's issues tell what matters of them
logging.getLogger("pdfminer").setLevel(logging.ERROR)


def check_weight(data: bytes) -> None:
    """Raises `UnreadableInput` (quarantined_content) for a document whose pages decode to too much.

    A file that pdfminer cannot take apart is not measured; the reader's process has limits of its own.
    """
    try:
        document = PDFDocument(PDFParser(BytesIO(data)))
        pages = list(PDFPage.create_pages(document))
    except PDFPasswordIncorrect:
        raise
    except Exception:
        return
    total = 0
    for number, page in enumerate(pages, 1):
        try:
            size = _page_size(page)
        except UnreadableInput:
            raise
        except Exception:
            continue
        if size > MAX_CONTENT:
            what = f"the drawing instructions of page {number} have {{}} bytes"
            raise refusal("quarantined_content", what, size, MAX_CONTENT)
        total += size
    if total > MAX_ALL_CONTENT:
        what = "the drawing instructions of all pages have {} bytes"
        raise refusal("quarantined_content", what, total, MAX_ALL_CONTENT)


def interpreting_cost(page: PDFPage, limit: int) -> int:
    """Bytes that pdfminer interprets for a page: drawing instructions, and its fonts' tables of characters.

    Font programs count as far as they are larger than any real one, which pdfminer decodes without a limit.
    Little more than `limit` is decoded. Raises `UnreadableInput` and whatever pdfminer raises.
    """
    cost = _page_size(page)
    for spec in (resolve1(dict_value(page.resources).get("Font")) or {}).values():
        for stream, free in _streams_of_font(dict_value(spec)):
            cost += max(0, len(_decoded(stream, free + limit + 1)) - free)
            if cost > limit:
                return cost
    return cost


def _streams_of_font(font: dict[Any, Any]) -> Iterator[tuple[PDFStream, int]]:
    """(stream, bytes that cost nothing)."""
    table = resolve1(font.get("ToUnicode"))
    if isinstance(table, PDFStream):
        yield table, 0
    for one in [font, *(dict_value(inner) for inner in resolve1(font.get("DescendantFonts")) or [])]:
        descriptor = resolve1(one.get("FontDescriptor")) or {}
        for name in ("FontFile", "FontFile2", "FontFile3"):
            program = resolve1(descriptor.get(name))
            if isinstance(program, PDFStream):
                yield program, MAX_FONT


def _page_size(page: PDFPage) -> int:
    size = 0
    draws: Counter[bytes] = Counter()
    for part in page.contents:
        decoded = _decoded(stream_value(part), MAX_CONTENT + 1 - size)
        size += len(decoded)
        if size > MAX_CONTENT:
            return size
        draws.update(_DRAWS.findall(decoded))
    resources = dict_value(page.resources)
    _check_fonts(resources)
    return size + _forms_size(resources, draws, {}, 0)


def _forms_size(resources: dict[Any, Any], draws: Counter[bytes], known: dict[int, int], depth: int) -> int:
    """Bytes that drawing these names costs, forms inside forms included."""
    if not draws or depth > _MAX_DEPTH:
        return 0
    forms = resolve1(resources.get("XObject")) or {}
    total = 0
    for name, times in draws.items():
        form = resolve1(forms.get(name.decode("latin-1")))
        if not isinstance(form, PDFStream) or _is_image(form):
            continue
        size = known.get(id(form))
        if size is None:
            known[id(form)] = 0  # a form that draws itself is drawn once
            decoded = _decoded(form, MAX_CONTENT + 1)
            inner = dict_value(form.get("Resources") or resources)
            size = len(decoded)
            if size <= MAX_CONTENT:
                size += _forms_size(inner, Counter(_DRAWS.findall(decoded)), known, depth + 1)
            known[id(form)] = size
        total += times * size
        if total > MAX_CONTENT:
            break
    return total


def _is_image(form: PDFStream) -> bool:
    return getattr(form.get("Subtype"), "name", None) == "Image"


def _check_fonts(resources: dict[Any, Any]) -> None:
    for spec in (resolve1(resources.get("Font")) or {}).values():
        font = resolve1(spec)
        table = resolve1(font.get("ToUnicode")) if isinstance(font, dict) else None
        if isinstance(table, PDFStream) and len(_decoded(table, MAX_CMAP + 1)) > MAX_CMAP:
            raise refusal("quarantined_content", "a font's characters take {} bytes", MAX_CMAP + 1, MAX_CMAP)


def _decoded(stream: PDFStream, limit: int) -> bytes:
    """The stream's content, as far as the limit and as far as its filters can be followed."""
    if stream.rawdata is None:
        return bytes(stream.get_data()[:limit])
    data = stream.rawdata
    if stream.decipher is not None and stream.objid is not None and stream.genno is not None:
        data = stream.decipher(stream.objid, stream.genno, data, stream.attrs)
    for name, _ in stream.get_filters():
        kind = getattr(name, "name", str(name))
        if kind in ("FlateDecode", "Fl"):
            data = _inflated(data, limit)
        elif kind in ("ASCII85Decode", "A85"):
            data = ascii85decode(data)
        elif kind in ("ASCIIHexDecode", "AHx"):
            data = asciihexdecode(data)
        elif kind in ("LZWDecode", "LZW", "RunLengthDecode", "RL"):
            # Old ways of packing that cannot be cut short cheaply: a small piece of them may hold anything
            # below some thousandfold, and reports of the years in which they were used are small.
            return data.ljust(min(limit, len(data) * 64))
        else:
            break
    return data[:limit]


def _inflated(data: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, limit)
    except zlib.error:
        return b""
