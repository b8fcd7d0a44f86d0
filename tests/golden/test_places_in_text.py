"""Every place that a reading of the sample texts gives leads to the characters that it says are printed there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.extract.decode import decode
from ingestion.reader import read_snapshot

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
TEXTS = sorted(SAMPLES.glob("*-20*.txt"))


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_characters_at_a_cell_place_are_those_it_prints(path: Path) -> None:
    text = decode(path.read_bytes()).text
    for cell in read_snapshot(path.read_bytes(), path.name).cells.values():
        place = cell.locator
        if place is None or place.char_start is None or not cell.raw:
            continue
        printed = text[place.char_start : place.char_end]
        if place.column is not None or place.table is None:
            assert printed == cell.raw, cell.key
        else:
            # several fields of a row: which of them is the cell's is not told, so all of them are shown
            assert squeezed(cell.raw) in squeezed(printed) and cell.note, cell.key


def test_an_eighth_zero_in_two_rows_doubts_those_two_rows() -> None:
    # 东南隅街道 2021: 25 rows of seven numbers, and (七) 总计 and 四、结转 with eight; by eye all are 0
    path = SAMPLES / "dongnanyu-2021.txt"
    cells = read_snapshot(path.read_bytes(), path.name).cells
    wide = ("t3.total_handled.", "t3.carried_out.")
    for key, cell in cells.items():
        if not key.startswith("t3."):
            continue
        assert cell.value == 0
        if key.startswith(wide):
            assert cell.confidence == 0.95
            assert cell.note == "the row prints 8 fields for 7 cells"
            assert cell.locator is not None and cell.locator.column is None
        else:
            assert cell.confidence == 1 and cell.note is None
