"""A fact's place, shown: the picture of it, the table around it, or the lines of the source.

Belongs here: finding the bytes and the grid of a cell again, in a reader process, since a document decides
what its reader does. Not here: drawing (`pictures`), laying out a table as text (`surroundings`), asking for
the fact (`lookup`). Whatever goes wrong is one sentence: that a snapshot is damaged or a page cannot be
rendered must not hide the fact itself.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from ingestion.archive import Archive, ArchiveError
from ingestion.extract import read_document
from ingestion.extract.model import Grid, GridCell, Locator, UnreadableInput
from ingestion.extract.sandbox import Budget
from ingestion.extract.sniff import CONVERTED, DOCX, HTML, MHTML, PDF, PICTURES, TEXT, sniff
from ingestion.paths import DataRoot
from ingestion.pool import Job, PoolFailed, PoolLimits, ReaderPool
from ingestion.reader import refused
from ingestion.recognise.reading import Reading
from orchestration.pictures import Box, NoPicture, page_picture, picture_cut
from orchestration.surroundings import harmless, table_text

#: Seconds that a picture of a place may take. A table is found by reading the document again, which may take
#: as long as its first reading did.
PICTURE_SECONDS = 60.0
#: Lines of a text document that are shown of one cell, and characters of one line.
EXCERPT_LINES, EXCERPT_CHARS = 6, 300
#: Lines of a row in a text that prints one cell a line, and lines shown on either side of it.
MOST_ROW_LINES, LINES_AROUND = 30, 2
_SPACES = re.compile(r"\s+")


class PlaceLost(Exception):
    """The place cannot be shown; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """Which place to show. It crosses to another process.

    sha256: of the document. raw: the cell as printed. table: boxes of the cells of its table, in the units of
    its own box. row: first and last line of its row in a text.
    """

    root: DataRoot
    sha256: str
    name: str
    raw: str | None
    locator: Locator
    table: tuple[Box, ...] = ()
    row: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """text: lines for a terminal. picture: a PNG. One of them, or `problem`, which says why there is none."""

    text: tuple[str, ...] = ()
    picture: bytes | None = None
    problem: str | None = None


def locator_of(row: Mapping[str, Any]) -> Locator:
    """The locator of a row of the facts; a release from before a column existed has nothing in it."""
    edges = json.loads(row["bbox"]) if row.get("bbox") else None
    return Locator(
        page=row["page"],
        table=row["table_index"],
        row=row["row_index"],
        column=row["column_index"],
        line=row["line"],
        line_end=row["line_end"],
        char_start=row["char_start"],
        char_end=row["char_end"],
        bbox=(edges[0], edges[1], edges[2], edges[3]) if edges else None,
        part=row.get("part"),
        carrier=row.get("carrier"),
    )


def shown_place(request: PlaceRequest) -> ShownPlace:
    """The place, looked up in a reader process. Never raises for what the document holds."""
    path = Archive(request.root).path_of(request.locator.carrier or request.sha256)
    job = Job(path=path, name=request.name, key=request)
    limits = PoolLimits(seconds=PICTURE_SECONDS if request.locator.bbox is not None else None)
    try:
        with ReaderPool(1, read=_nothing_yet, shape=_place_as_json, limits=limits) as pool:
            result = next(pool.read([job]))
    except PoolFailed as failure:
        return ShownPlace(problem=str(failure))
    return ShownPlace(
        text=tuple(result.facts["text"]),
        picture=result.body or None,
        problem=result.facts["problem"],
    )


def _nothing_yet(job: Job) -> Reading:
    """The pool reads, then gives the reading a shape; a place needs no reading, only the process."""
    return refused(b"", job.name, "not_read", "", quarantined=False)


def _place_as_json(job: Job, reading: Reading) -> tuple[dict[str, Any], bytes]:
    if reading.quarantined:  # the process died on it
        return {"text": [], "problem": reading.reason}, b""
    try:
        shown = look_up(job.key)
    except MemoryError:
        raise
    except Exception as error:
        shown = ShownPlace(problem=f"it cannot be shown ({type(error).__name__}: {error})")
    return {"text": shown.text, "problem": shown.problem}, shown.picture or b""


def look_up(request: PlaceRequest) -> ShownPlace:
    """The place, looked up in this process; what cannot be shown is a problem in words."""
    locator = request.locator
    try:
        data = _bytes_of(request)
        media_type = sniff(data)
        if locator.bbox is not None:
            return ShownPlace(picture=_picture(data, media_type, request))
        if media_type != TEXT and locator.table is not None:
            grid, cell = _found_again(_read_again(data, media_type, request), request)
            return ShownPlace(text=tuple(table_text(grid, cell).splitlines()))
        if locator.line is not None and media_type in (TEXT, HTML):
            return ShownPlace(text=tuple(_excerpt(data, media_type, locator, request.row)))
    except (ArchiveError, PlaceLost, NoPicture) as problem:
        return ShownPlace(problem=str(problem))
    except UnreadableInput as refusal:
        return ShownPlace(problem=refusal.reason)
    return ShownPlace(problem="only the text is known, not where it stands")


def _bytes_of(request: PlaceRequest) -> bytes:
    """The bytes that the locator counts in: the document's, or those of a picture or attachment of it."""
    return Archive(request.root).read(request.locator.carrier or request.sha256)


# ------------------------------------------------------------------------------------------------- pictures


def _picture(data: bytes, media_type: str, request: PlaceRequest) -> bytes:
    locator, box = request.locator, request.locator.bbox
    assert box is not None
    if media_type in CONVERTED:
        data, media_type = _converted(request), DOCX
    if media_type == PDF:
        return page_picture(data, locator.page or 1, box, request.table)
    if media_type == DOCX and locator.part is not None:
        data = _member(data, locator.part)
    elif media_type in (HTML, MHTML) and locator.part is not None:
        data = _embedded(data, request.name, locator.part)
    elif media_type not in PICTURES:
        raise PlaceLost(f"its place is one in a picture, and the snapshot is {media_type}")
    # Pillow and numpy: only a picture needs them
    from ingestion.extract.scan.decode import decode_pages

    pixels = next(islice(decode_pages(data, Budget()), (locator.page or 1) - 1, None), None)
    if pixels is None:
        raise PlaceLost(f"the picture has no page {locator.page}")
    return picture_cut(pixels, box, request.table)


def _member(data: bytes, name: str) -> bytes:
    """A picture inside a Word file. Its size is asked before it is unpacked."""
    budget = Budget()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            budget.check_bytes(archive.getinfo(name).file_size)
            return archive.read(name)
    except KeyError:
        raise PlaceLost(f"the document has no picture {name}") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise PlaceLost(f"the picture {name} cannot be unpacked ({error})") from error


def _embedded(data: bytes, name: str, part: str) -> bytes:
    """A picture inside a page, as a data URI."""
    from ingestion.extract.pictures import embedded_picture

    picture = embedded_picture(read_document(data, name), part)
    if picture is None:
        raise PlaceLost(f"the page has no {part}")
    return picture


def _converted(request: PlaceRequest) -> bytes:
    """The .docx that the converter made of the document."""
    sha256 = request.locator.carrier or request.sha256
    made = sorted((request.root.build / "converted").glob(f"**/{sha256}.docx"), key=_age)
    if not made:
        raise PlaceLost(
            "its place counts in the file that the converter made, which is gone; "
            "`gongkai run --reread` makes it again"
        )
    return made[0].read_bytes()


def _age(path: Path) -> float:
    return -path.stat().st_mtime


# --------------------------------------------------------------------------------------------------- tables


def _read_again(data: bytes, media_type: str, request: PlaceRequest) -> Sequence[Grid]:
    converted = _converted(request) if media_type in CONVERTED else None
    return read_document(data, request.name, converted=converted).grids()


def _found_again(grids: Sequence[Grid], request: PlaceRequest) -> tuple[Grid, GridCell]:
    """The grid and the cell. A cell that says something else now is not shown as this one."""
    locator = request.locator
    assert locator.table is not None
    first = [grid for grid in grids if grid.index == locator.table]
    for grid in (*first, *(grid for grid in grids if grid.index != locator.table)):
        for cell in _cells_at(grid, locator):
            if _says(cell, request.raw):
                return grid, cell
    raise PlaceLost(
        "the document is read otherwise now than when these facts were made: `gongkai run` makes new ones"
    )


def _cells_at(grid: Grid, locator: Locator) -> Iterator[GridCell]:
    for cell in grid.cells:
        at = cell.locator
        if (at.row, at.column, at.line, at.part) == (locator.row, locator.column, locator.line, locator.part):
            yield cell


def _says(cell: GridCell, raw: str | None) -> bool:
    """Whether the cell prints `raw`, alone or with words around it ("22（其中修订16件）")."""
    if raw is None:
        return True
    wanted, printed = _SPACES.sub("", raw), _SPACES.sub("", cell.text)
    return wanted == printed or re.search(rf"(?<!\d){re.escape(wanted)}(?!\d)", printed) is not None


# ---------------------------------------------------------------------------------------------------- lines


def _excerpt(data: bytes, media_type: str, locator: Locator, row: tuple[int, int] | None) -> Iterator[str]:
    """The lines of the source at the place with their numbers, those of the cell marked: its whole row, where
    it is known which lines that is, and the lines around it.
    """
    from ingestion.extract.decode import decode
    from ingestion.extract.text import split_lines

    first = locator.line or 1
    last = min(locator.line_end or first, first + EXCERPT_LINES - 1)
    start, end = first, last
    if row is not None and row[0] <= first and row[1] - row[0] < MOST_ROW_LINES:
        start, end = max(1, row[0] - LINES_AROUND), max(last, row[1]) + LINES_AROUND
    for line in split_lines(decode(data, markup=media_type == HTML).text)[start - 1 : end]:
        mark = ">" if first <= line.number <= last and end > last else " "
        yield f"{mark}{line.number:>4} | {harmless(line.text).expandtabs(4)[:EXCERPT_CHARS]}"
