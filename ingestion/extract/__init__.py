"""Bytes to `Document`: grids of located cells and text blocks.

One module a format (`html`, `text`); `sniff` decides by content which one reads, `decode` finds the charset,
`sandbox` limits the cost. Nothing here knows a form, a label or the meaning of a number.
"""

from __future__ import annotations

import hashlib

from ingestion.extract.decode import decode
from ingestion.extract.html import read_html
from ingestion.extract.model import Document, Grid, ImageBlock, Issue, TextBlock, UnreadableInput
from ingestion.extract.sandbox import DEFAULT_LIMITS, Budget, Limits
from ingestion.extract.sniff import HTML, TEXT, sniff
from ingestion.extract.text import read_text

__all__ = ["Document", "Limits", "UnreadableInput", "read_document"]


def read_document(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Reads one snapshot. `name` is kept for people; what the file is, its bytes say.

    Raises `UnreadableInput`: `empty_file`, `not_text`, `undecodable`, `format_not_supported_yet`, or a code
    that begins with `quarantined` when a limit is passed.
    """
    budget = Budget(limits)
    budget.check_bytes(len(data))
    media_type = sniff(data)
    if media_type not in (HTML, TEXT):
        raise UnreadableInput("format_not_supported_yet", f"{media_type} files are not read yet", media_type)
    budget.check_text_bytes(len(data))
    decoded = decode(data, markup=media_type == HTML)
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
    if 0 in data and "\0" in text:
        detail = f"{text.count(chr(0)):,} zero bytes are left out; offsets are counted without them"
        document.issues.append(Issue("zero_bytes", "document", detail, "info"))
        text = text.replace("\0", "")
    if media_type == HTML:
        # the bytes serve the parser where nothing was taken from them
        whole = decoded.encoding == "utf-8" and text is decoded.text and len(text) and not decoded.issues
        read_html(text, document, budget, data if whole and not data.startswith(b"\xef") else None)
    else:
        document.blocks = read_text(text, budget)
    if not any(isinstance(block, Grid | TextBlock | ImageBlock) for block in document.blocks):
        detail = "the file holds neither text nor tables nor pictures"
        document.issues.append(Issue("no_content", "document", detail, "error"))
    return document
