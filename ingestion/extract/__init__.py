"""Bytes to `Document`: grids of located cells and text blocks.

One module a format (`html`, `text`); `sniff` decides by content which one reads, `decode` finds the charset,
`sandbox` limits the cost. Nothing here knows a form, a label or the meaning of a number.
"""

from __future__ import annotations

import hashlib

from ingestion.extract.decode import decode
from ingestion.extract.html import read_html
from ingestion.extract.mhtml import page_of
from ingestion.extract.model import Document, Grid, ImageBlock, Issue, TextBlock, UnreadableInput
from ingestion.extract.sandbox import DEFAULT_LIMITS, Budget, Limits
from ingestion.extract.sniff import (
    CONVERTED,
    DOCX,
    HTML,
    LOCKED,
    MHTML,
    PDF,
    PICTURES,
    TEXT,
    WORKBOOKS,
    sniff,
)
from ingestion.extract.text import read_text

__all__ = ["Document", "Limits", "UnreadableInput", "read_document"]


def read_document(
    data: bytes, name: str, limits: Limits = DEFAULT_LIMITS, converted: bytes | None = None
) -> Document:
    """Reads one snapshot. `name` is kept for people; what the file is, its bytes say.

    converted: the same document as .docx, for the formats that are read so (`sniff.CONVERTED`).
    Raises `UnreadableInput`: `empty_file`, `not_text`, `undecodable`, `format_not_supported_yet`,
    `waiting_for_converter`, or a code that begins with `quarantined` when a limit is passed.
    """
    budget = Budget(limits)
    budget.check_bytes(len(data))
    media_type = sniff(data)
    if media_type not in (HTML, TEXT, MHTML):
        return _read_binary(data, name, media_type, budget, converted)
    budget.check_text_bytes(len(data))
    page = page_of(data) if media_type == MHTML else data
    decoded = decode(page, markup=media_type != TEXT)
    budget.check_chars(len(decoded.text))
    document = Document(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
        n_bytes=len(data),
        encoding=decoded.encoding,
        issues=decoded.issues,
    )
    text = decoded.text
    if 0 in page and "\0" in text:
        detail = f"{text.count(chr(0)):,} zero bytes are left out; offsets are counted without them"
        document.issues.append(Issue("zero_bytes", "document", detail, "info"))
        text = text.replace("\0", "")
    if media_type != TEXT:
        # the bytes serve the parser where nothing was taken from them
        whole = decoded.encoding == "utf-8" and text is decoded.text and len(text) and not decoded.issues
        read_html(text, document, budget, page if whole and not page.startswith(b"\xef") else None)
    else:
        document.blocks = read_text(text, budget)
    _report_emptiness(document)
    return document


def _read_binary(
    data: bytes, name: str, media_type: str, budget: Budget, converted: bytes | None
) -> Document:
    """The formats that are no text. Readers are imported when they are needed: OCR alone takes a second."""
    document = Document(
        name=name, sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, n_bytes=len(data)
    )
    if media_type == PDF:
        from ingestion.extract.pdf import read_pdf

        read_pdf(data, document, budget)
    elif media_type == DOCX:
        from ingestion.extract.word import read_docx

        read_docx(data, document, budget)
    elif media_type in CONVERTED:
        if converted is None:
            reason = (
                f"{media_type} files are read through LibreOffice, which is not here (README, optional parts)"
            )
            raise UnreadableInput("waiting_for_converter", reason, media_type)
        from ingestion.extract.word import read_docx

        budget.check_bytes(len(converted))
        read_docx(converted, document, budget)
    elif media_type in WORKBOOKS:
        from ingestion.extract.workbook import read_workbook

        read_workbook(data, document, budget)
    elif media_type in PICTURES:
        from ingestion.extract.scan import read_picture

        read_picture(data, document, budget)
    elif media_type == LOCKED:
        raise UnreadableInput("password_protected", "the file is protected by a password", media_type)
    else:
        raise UnreadableInput("format_not_supported_yet", f"{media_type} files are not read yet", media_type)
    _report_emptiness(document)
    return document


def _report_emptiness(document: Document) -> None:
    if not any(isinstance(block, Grid | TextBlock | ImageBlock) for block in document.blocks):
        detail = "the file holds neither text nor tables nor pictures"
        document.issues.append(Issue("no_content", "document", detail, "error"))
