"""One page's pixels to its blocks in reading order.

Belongs here: the order of the steps, and the locators. Does not belong here: the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.extract.model import Block, Grid, GridCell, Locator, TextBlock
from ingestion.extract.sandbox import Budget
from ingestion.extract.scan.cells import grid_cells, read_cells
from ingestion.extract.scan.decode import Pixels
from ingestion.extract.scan.ink import Inked
from ingestion.extract.scan.open_grids import open_grid
from ingestion.extract.scan.page import Page, lies_on_its_side, no_larger, prepare, rewarped
from ingestion.extract.scan.prose import read_prose
from ingestion.extract.scan.rules import find_rules
from ingestion.extract.scan.slant import correction
from ingestion.extract.scan.tables import FoundTable, tables_of

#: Pixels: smaller pictures hold no text.
_SMALLEST = 16
#: Pieces of ink above which a picture is no page: a page of 2,000 characters in the worst of scans has 7,000.
_MOST_PIECES = 150_000
#: Share of Chinese characters read so surely that a page must be upright. Upside down it is below 0.1,
#: in the worst of upright pictures above 0.5.
_UPRIGHT_SHARE, _READ_WELL = 0.3, 0.6


@dataclass(frozen=True, slots=True)
class _Place:
    """What the locators of one page have in common."""

    page: int | None
    scale: float
    part: str | None
    carrier: str | None

    def locator(self, page: Page, box: tuple[float, float, float, float], **place: int) -> Locator:
        x0, top, x1, bottom = (round(edge * self.scale, 1) for edge in page.source_box(*box))
        return Locator(
            page=self.page, bbox=(x0, top, x1, bottom), part=self.part, carrier=self.carrier, **place
        )


def read_page_image(
    pixels: Pixels,
    *,
    first_table: int,
    budget: Budget,
    page: int | None = None,
    scale: float = 1.0,
    part: str | None = None,
    carrier: str | None = None,
) -> list[Block]:
    """Tables and text of one page, given as uint8 (h, w, 3) RGB, in reading order.

    Locators: bbox = pixels * scale, `page`, `part` and `carrier` as given; grids are counted from
    `first_table`. Every cell carries its confidence and the readings that were not chosen. A picture that is
    no page (a photograph, noise) has no blocks.
    """
    if min(pixels.shape[:2]) < _SMALLEST:
        return []
    pixels, shrunk = no_larger(pixels)
    place = _Place(page, scale / shrunk, part, carrier)
    best: list[Block] = []
    most = -1
    first = prepare(pixels)
    if first.pieces > _MOST_PIECES:
        return []
    turns = (1, 3) if lies_on_its_side(first) else (0, 2)
    for quarter_turns in turns:
        straight = prepare(pixels, quarter_turns) if quarter_turns else first
        blocks = _read(pixels, straight, quarter_turns, first_table, place, budget)
        understood, share = _understood(blocks)
        if understood > most:
            best, most = blocks, understood
        if share >= _UPRIGHT_SHARE or not blocks:
            break
    return best


def _read(
    pixels: Pixels, straight: Page, quarter_turns: int, first_table: int, place: _Place, budget: Budget
) -> list[Block]:
    """The page's blocks, read with that side up."""
    rules = find_rules(straight)
    matrix = correction(straight, rules)
    if matrix is not None:
        straight = rewarped(straight, pixels, quarter_turns, matrix)
        rules = find_rules(straight)
    inked = Inked(straight, rules)
    tables = tables_of(straight, rules, inked)
    blocks: list[tuple[float, Block]] = []
    for number, table in enumerate(tables, start=first_table):
        blocks.append((table.lattice.box[1], _grid(table, inked, straight, number, place, budget)))
    for line in read_prose(inked, [table.lattice.box for table in tables]):
        budget.add_block()
        locator = place.locator(straight, line.box)
        blocks.append((line.box[1], TextBlock(line.text, locator, "paragraph", line.confidence)))
    return [block for _, block in sorted(blocks, key=lambda pair: pair[0])]


def _understood(blocks: list[Block]) -> tuple[int, float]:
    """Chinese characters that were read with some confidence, and their share of all that were read (1.0
    where there are none): of a page upside down, hardly any are.
    """
    every = sure = 0
    for block in blocks:
        texts: list[GridCell | TextBlock] = []
        if isinstance(block, Grid):
            texts += block.cells
        elif isinstance(block, TextBlock):
            texts.append(block)
        for one in texts:
            count = sum("\u4e00" <= char <= "\u9fff" for char in one.text)
            every += count
            sure += count if one.confidence >= _READ_WELL else 0
    return sure, sure / every if every else 1.0


def _grid(table: FoundTable, inked: Inked, page: Page, number: int, place: _Place, budget: Budget) -> Grid:
    lattice = table.lattice
    budget.add_block()
    budget.add_cells(len(lattice.cells))
    readings = read_cells(lattice.cells, table.inks, inked)
    locators = [
        place.locator(page, cell.box, table=number, row=cell.row + 1, column=cell.col + 1)
        for cell in lattice.cells
    ]
    cells = grid_cells(readings, locators)
    grid = Grid(number, cells, lattice.n_rows, lattice.n_cols, "table", lattice.exact, place.page)
    if lattice.exact:
        return grid
    drawn = [
        place.locator(page, cell.box, table=number, row=cell.row + 1, column=cell.col + 1)
        for cell in lattice.drawn
    ]
    stretches = [
        (owner, cell.box[0], cell.box[2]) for owner, cell in zip(lattice.owners, lattice.cells, strict=True)
    ]
    return open_grid(grid, lattice.drawn, drawn, stretches, page.em)
