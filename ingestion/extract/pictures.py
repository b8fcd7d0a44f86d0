"""Pictures of a web page that may be its tables: found beside it or inside it, and read in their place.

Belongs here: which pictures are worth it, what they may cost, and putting what was read behind the picture.
Does not belong here: finding files (`companions`), reading ink (`scan`), whether a page needs its pictures at
all (its reader knows whether its own tables are whole).

Tables read here are numbered behind the page's own, so that those keep the number they have without pictures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from ingestion.extract.companions import Companions
from ingestion.extract.model import Block, Document, Grid, ImageBlock, Issue, UnreadableInput
from ingestion.extract.sandbox import DEFAULT_LIMITS, Budget, Limits, is_want_of_memory
from ingestion.extract.sniff import PICTURES, sniff

#: Pictures of one page that are read, and their pixels in all. A report has at most a picture a page: seven
#: sheets of 300 dpi are 60 million.
MAX_PICTURES = 24
MAX_PIXELS = 120_000_000
#: Width and height in pixels below which no table can be read.
SMALLEST = (200, 100)
#: Bytes of a picture file below which it is a blank or a dot, whole or not.
FEWEST_BYTES = 400

_DATA_URI = re.compile(r"data:(?P<type>[^,;]*)(?P<base64>[^,]*;base64)?[^,]*,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    """A picture's bytes. carrier: their sha256 where they are a file; part: which embedded picture it is."""

    data: bytes
    name: str
    carrier: str | None = None
    part: str | None = None


def has_pictures(document: Document) -> bool:
    """Whether there are pictures that were not read and may hold a table."""
    return any(_is_unread(block) for block in document.blocks)


def read_pictures(
    document: Document,
    companions: Companions | None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    used: Callable[[str, str, str], None] | None = None,
) -> int:
    """Reads the pictures of a page: their text and tables come to stand behind them. Returns their number.

    A picture that is not there, or that cannot be read, stays as it was (`read` is False) and is an issue.
    used: is told (reference, name, sha256) of each file that was read. Never raises for what a picture holds.
    """
    from ingestion.extract.scan import decode_picture, read_page_image

    budget = Budget(limits)
    blocks: list[Block] = []
    n_grids = max((grid.index for grid in document.grids()), default=0)
    n_embedded = n_read = n_pixels = n_left = 0
    seen: set[str] = set()
    for block in document.blocks:
        blocks.append(block)
        if not isinstance(block, ImageBlock) or not block.references:
            continue
        n_embedded += _is_embedded(block.references[0])
        if block.read:
            continue
        found, pixels = _picture(block, companions, _part(n_embedded), budget, decode_picture, document)
        if found is None:
            continue
        digest = found.carrier or hashlib.sha256(found.data).hexdigest()
        if used is not None and found.carrier is not None:
            used(block.references[0], found.name, found.carrier)
        if pixels is None or digest in seen:
            block.read = True
            continue
        n_pixels += pixels.shape[0] * pixels.shape[1]
        if n_read >= MAX_PICTURES or n_pixels > MAX_PIXELS:
            n_left += 1
            continue
        seen.add(digest)
        try:
            fresh = read_page_image(
                pixels, first_table=n_grids + 1, budget=budget, part=found.part, carrier=found.carrier
            )
        except UnreadableInput as refusal:
            document.issues.append(_issue("picture_unreadable", block, refusal.reason))
            continue
        except Exception as error:
            if is_want_of_memory(error):
                raise MemoryError from error
            # a fault of ours: the page around the picture is still worth reading
            detail = f"the reader failed on the picture ({type(error).__name__}: {error})"
            document.issues.append(_issue("picture_unreadable", block, detail))
            continue
        n_read += 1
        block.read = True
        n_grids += sum(isinstance(one, Grid) for one in fresh)
        blocks += fresh
    document.blocks = blocks
    if n_left:
        detail = (
            f"{n_left} pictures were not read: a page may have {MAX_PICTURES}, {MAX_PIXELS:,} pixels in all"
        )
        document.issues.append(Issue("pictures_left_out", "document", detail))
    return n_read


def embedded_picture(document: Document, part: str) -> bytes | None:
    """The bytes of the picture inside a page that a locator's `part` names; None if there is no such one.

    document: the page as `read_html` gives it.
    """
    number = 0
    for block in document.blocks:
        if isinstance(block, ImageBlock) and block.references and _is_embedded(block.references[0]):
            number += 1
            if _part(number) == part:
                return _embedded(block.references[0])
    return None


def _picture(
    block: ImageBlock,
    companions: Companions | None,
    part: str,
    budget: Budget,
    decode: Callable[[bytes, Budget], Any],
    document: Document,
) -> tuple[_Found | None, Any]:
    """The picture behind the likeliest of its references, with its pixels; (found, None) for a small one.

    (None, None) after an issue where nothing fit was found. A page that loads its pictures late names a blank
    beside the true one: the blank is small, and no answer to where the true one is.
    """
    missing: list[str] = []
    refusals: list[str] = []
    small: _Found | None = None
    for reference in block.references:
        found = _bytes_of(reference, companions, part)
        if found is None:
            missing.append(reference)
            continue
        try:
            if sniff(found.data) not in PICTURES:
                refusals.append(f"{found.name}: not a picture that can be read ({sniff(found.data)})")
                continue
            if len(found.data) < FEWEST_BYTES:
                small = small or found
                continue
            pixels = decode(found.data, budget)
        except UnreadableInput as refusal:
            refusals.append(f"{found.name}: {refusal.reason}")
            continue
        if pixels.shape[1] >= SMALLEST[0] and pixels.shape[0] >= SMALLEST[1]:
            return found, pixels
        small = small or found
    if refusals:
        document.issues.append(_issue("picture_unreadable", block, "; ".join(refusals)))
    elif missing and (small is None or missing[0] == block.references[0]):
        detail = f"the picture is not beside the page: {missing[0][:200]}"
        document.issues.append(_issue("picture_missing", block, detail))
    else:
        return small, None
    return None, None


def _bytes_of(reference: str, companions: Companions | None, part: str) -> _Found | None:
    if _is_embedded(reference):
        data = _embedded(reference)
        return None if data is None else _Found(data, part, part=part)
    companion = companions.find(reference) if companions is not None else None
    if companion is None:
        return None
    return _Found(companion.data, companion.name, carrier=companion.sha256)


def _is_embedded(reference: str) -> bool:
    return reference[:5].lower() == "data:"


def _part(number: int) -> str:
    """The `part` of a locator in the n-th embedded picture of a page."""
    return f"picture {number}"


def _embedded(reference: str) -> bytes | None:
    """The bytes of a data URI; None where it holds none."""
    head = _DATA_URI.match(reference)
    if head is None:
        return None
    body = reference[head.end() :]
    try:
        if head["base64"]:
            return base64.b64decode(re.sub(r"\s+", "", unquote_to_bytes(body).decode("ascii")), validate=True)
        return unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return None


def _is_unread(block: Block) -> bool:
    return isinstance(block, ImageBlock) and not block.read and bool(block.references)


def _issue(code: str, block: ImageBlock, detail: str) -> Issue:
    line = block.locator.line
    return Issue(code, "document" if line is None else f"line {line}", detail, locator=block.locator)
