"""Whole reports as PDF: every border style and every bad page break of the generator, cell by cell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.reader import read_snapshot
from tests.generator import conditions, make

#: Without any rule a table is read as far as its places prove it. A row that a page break cuts between its label
#: and its numbers is drawn in `tests/unit/recognise/test_page_breaks.py`.
ELSEWHERE = {"borderless", "random", "break_numbers_second"}


@pytest.mark.parametrize("condition", [one for one in conditions("pdf") if one not in ELSEWHERE])
@pytest.mark.parametrize("form", ["form_2021", "form_2019", "pre2019_national"])
def test_every_cell_is_read(form: str, condition: str) -> None:
    made = make("pdf", seed=31, form=form, condition=condition, profile="mixed")
    reading = read_snapshot(made.data, made.name)
    undecidable = set(made.gold["undecidable"])
    printed = {
        key: one for key, one in made.gold["cells"].items() if one is not None and key not in undecidable
    }
    found = {key: one.value for key, one in reading.cells.items() if one.value is not None}
    wrong = {
        key: (one, found.get(key))
        for key, one in printed.items()
        if key not in found or found[key] != Decimal(str(one))
    }
    assert wrong == {}
    assert set(found) <= set(printed) | undecidable


@pytest.mark.parametrize("seed", [32, 33, 34])
def test_table_without_rules_is_never_silently_wrong(seed: int) -> None:
    made = make("pdf", seed=seed, form="form_2021", condition="borderless")
    reading = read_snapshot(made.data, made.name)
    silent = {}
    read = 0
    for key, cell in reading.cells.items():
        if cell.value is None or (cell.confidence or 0) < 0.9:
            continue
        read += 1
        printed = made.gold["cells"].get(key)
        if printed is None or cell.value != Decimal(str(printed)):
            silent[key] = (printed, cell.value)
    assert silent == {}
    assert read >= 0.5 * sum(value is not None for value in made.gold["cells"].values())
