"""Pictures inside a Word file, read like any other picture of a table.

Belongs here: which pictures may hold a table, and what their frame cuts off. Does not belong here: reading
pixels (`ingestion.extract.scan`).
"""

from __future__ import annotations

import dataclasses

from ingestion.extract.model import Block, Grid, Issue, Locator, UnreadableInput
from ingestion.extract.ooxml import Package
from ingestion.extract.sandbox import Budget
from ingestion.extract.sniff import PICTURES, sniff
from ingestion.extract.word.drawings import WordImage

#: Pixels below which no table can be read.
MIN_WIDTH, MIN_HEIGHT = 200, 100


def read_member(package: Package, image: WordImage, first_table: int, budget: Budget) -> list[Block] | Issue:
    """Text and grids of a picture, the grids counted from `first_table`; an issue where it cannot be read.

    Empty for a picture that is too small for a table or shows none. Locators: `part` names the member, bbox
    counts the pixels of the whole picture, also where its frame shows a part of it.
    """
    place = image.src
    if not image.inside:
        return Issue("image_unread", place, "the picture is not in the file, only a reference to it")
    data = package.picture(image.src)
    if data is None:
        return Issue(
            "image_unread", place, "the picture is missing from the file, or larger than any picture"
        )
    try:
        kind = sniff(data)
    except UnreadableInput:
        kind = "no known kind"
    if kind not in PICTURES:
        return Issue("image_unread", place, f"pictures of its kind ({_kind(image.src, kind)}) are not read")
    from ingestion.extract.scan import decode_picture, read_page_image

    try:
        pixels = decode_picture(data, budget)
    except UnreadableInput as refusal:
        return Issue("image_unread", place, refusal.reason)
    height, width = pixels.shape[:2]
    left, top = round(image.crop[0] * width), round(image.crop[1] * height)
    right, bottom = width - round(image.crop[2] * width), height - round(image.crop[3] * height)
    if right - left < MIN_WIDTH or bottom - top < MIN_HEIGHT:
        return []
    blocks = read_page_image(
        pixels[top:bottom, left:right], first_table=first_table, budget=budget, part=image.src
    )
    return [_moved(block, left, top) for block in blocks] if left or top else blocks


def _kind(name: str, sniffed: str) -> str:
    ending = name.rpartition(".")[2].lower()
    return ending if 0 < len(ending) <= 4 else sniffed


def _moved(block: Block, x: int, y: int) -> Block:
    """A block of a part of a picture, at its place in the whole."""
    if isinstance(block, Grid):
        cells = [dataclasses.replace(cell, locator=_shifted(cell.locator, x, y)) for cell in block.cells]
        return dataclasses.replace(block, cells=cells, _occupied=None)
    return dataclasses.replace(block, locator=_shifted(block.locator, x, y))


def _shifted(locator: Locator, x: int, y: int) -> Locator:
    if locator.bbox is None:
        return locator
    x0, top, x1, bottom = locator.bbox
    return dataclasses.replace(locator, bbox=(x0 + x, top + y, x1 + x, bottom + y))
