"""One page's pixels to its blocks in reading order.

Belongs here: the order of the steps, and the locators. Does not belong here: the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.extract.model import Block, Grid, Locator, TextBlock
from ingestion.extract.sandbox import Budget
from ingestion.extract.scan.cells import grid_cells, read_cells
from ingestion.extract.scan.decode import Pixels
from ingestion.extract.scan.ink import Inked
from ingestion.extract.scan.lattice import Lattice, tables_of
from ingestion.extract.scan.page import Page, prepare, rewarped
from ingestion.extract.scan.prose import read_prose
from ingestion.extract.scan.rules import find_rules
from ingestion.extract.scan.slant import correction


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
    `first_table`. Every cell carries its confidence and the readings that were not chosen.
    """
    if min(pixels.shape[:2]) < 16:
        return []
    place = _Place(page, scale, part, carrier)
    straight = prepare(pixels)
    rules = find_rules(straight)
    matrix = correction(straight, rules)
    if matrix is not None:
        straight = rewarped(straight, pixels, 0, matrix)
        rules = find_rules(straight)
    lattices = tables_of(straight, rules)
    inked = Inked(straight, rules)
    blocks: list[tuple[float, Block]] = []
    for number, lattice in enumerate(lattices, start=first_table):
        blocks.append((lattice.box[1], _grid(lattice, inked, straight, number, place, budget)))
    for line in read_prose(inked, [lattice.box for lattice in lattices]):
        budget.add_block()
        locator = place.locator(straight, line.box)
        blocks.append((line.box[1], TextBlock(line.text, locator, "paragraph", line.confidence)))
    return [block for _, block in sorted(blocks, key=lambda pair: pair[0])]


def _grid(lattice: Lattice, inked: Inked, page: Page, number: int, place: _Place, budget: Budget) -> Grid:
    budget.add_block()
    budget.add_cells(len(lattice.cells))
    readings = read_cells(lattice, inked)
    locators = [
        place.locator(page, cell.box, table=number, row=cell.row + 1, column=cell.col + 1)
        for cell in lattice.cells
    ]
    cells = grid_cells(readings, locators)
    return Grid(number, cells, lattice.n_rows, lattice.n_cols, "table", lattice.exact, place.page)
