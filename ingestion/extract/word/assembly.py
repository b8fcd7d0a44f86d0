"""What the walk over a document found, to blocks: grids with the places that Word gives, pictures read.

Belongs here: the last step of the Word reader. Does not belong here: what is data and what is layout, which
is decided for pages and Word files alike (`ingestion.extract.blocks`).
"""

from __future__ import annotations

from ingestion.extract.blocks import Assembly, RawImage, RawRow
from ingestion.extract.model import Grid, ImageBlock, Issue, Locator, table_cell
from ingestion.extract.ooxml import Package
from ingestion.extract.sandbox import Budget
from ingestion.extract.spans import Placed
from ingestion.extract.word.cells import WordCell
from ingestion.extract.word.drawings import WordImage
from ingestion.extract.word.pictures import read_member


class WordAssembly(Assembly):
    """Collects the blocks of one Word document."""

    def __init__(self, package: Package, budget: Budget) -> None:
        super().__init__(budget, plain_lines=False, lines_hold=False)
        self._package = package

    def place(self, rows: list[RawRow], index: int) -> Placed:
        """Cells at the columns that `cells.resolve` found."""
        cells = []
        width = places = 0
        for r, row in enumerate(rows):
            for raw in row.cells:
                assert isinstance(raw, WordCell)
                rowspan = min(raw.rowspan, len(rows) - r)
                cells.append(table_cell(raw.text, r, raw.col, index, None, rowspan, raw.colspan, raw.struck))
                width = max(width, raw.col + raw.colspan)
                places += rowspan * raw.colspan
        self.budget.add_places(places)
        return Placed(cells, len(rows), width)

    def _image(self, image: RawImage, locator: Locator) -> None:
        super()._image(image, locator)
        if not isinstance(image, WordImage):
            return
        block = self.blocks[-1]
        read = read_member(self._package, image, self.n_grids + 1, self.budget)
        if isinstance(read, Issue):
            self.issues.append(read)
        elif read:
            assert isinstance(block, ImageBlock)
            block.read = True
            self.blocks += read
            self.n_grids += sum(isinstance(one, Grid) for one in read)
