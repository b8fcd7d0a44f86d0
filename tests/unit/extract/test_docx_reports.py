"""Whole reports as Word files: every number in its cell, however the file was made."""

from __future__ import annotations

import io

import docx
import pytest

from ingestion.reader import read_snapshot
from orchestration.contract import as_json
from tests.generator import conditions, make
from tests.generator.score import Score, score

#: Pictures of tables are read by OCR, and tried with the pictures.
CONDITIONS = [condition for condition in conditions("docx") if condition != "pictures"]
SEEDS = range(3)


def read(condition: str, form: str, seed: int, *faults: str) -> Score:
    made = make("docx", seed, form, condition, None, faults)
    return score(as_json(read_snapshot(made.data, made.name)), made.gold)


@pytest.mark.parametrize("form", ["form_2021", "form_2019", "pre2019_national", "pre2019_fujian_short"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_number_is_in_its_cell(condition: str, form: str) -> None:
    for seed in SEEDS if form.startswith("form") else [1]:
        result = read(condition, form, seed)
        assert result.errors == []
        assert result.missing == []
        assert result.right == result.printed > 0
        if condition != "tracked" and form.startswith("form"):
            assert result.flagged_right <= result.right * 0.02


@pytest.mark.parametrize("seed", range(8))
def test_faults_are_never_read_silently_wrong(seed: int) -> None:
    result = read(CONDITIONS[seed % len(CONDITIONS)], "form_2021", 100 + seed, "random")
    assert result.errors == []


def test_the_empty_form_is_blank_and_holds_no_zero() -> None:
    made = make("docx", 1, "form_2021", "clean")
    document = docx.Document(io.BytesIO(made.data))
    for table in document.tables:
        for cell in table._cells:
            if cell.text.strip().replace(".", "").isdigit():
                cell.text = "\u3000"
    buffer = io.BytesIO()
    document.save(buffer)
    reading = read_snapshot(buffer.getvalue(), "blank.docx")
    assert reading.status == "blank_form"
    assert {cell.state for cell in reading.cells.values()} == {"blank"}
    assert not any(cell.value is not None for cell in reading.cells.values())
