"""The Document model: locators survive JSON, grids know what covers a place."""

from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.extract.model import Document, Grid, GridCell, Locator, TextBlock, UnreadableInput, table_cell

ints = st.none() | st.integers(0, 10**6)
coordinate = st.floats(0, 10_000, allow_nan=False)
locators = st.builds(
    Locator,
    page=ints,
    table=ints,
    row=ints,
    column=ints,
    bbox=st.none() | st.tuples(coordinate, coordinate, coordinate, coordinate),
    line=ints,
    line_end=ints,
    char_start=ints,
    char_end=ints,
)


@given(locators)
def test_a_locator_survives_json(locator: Locator) -> None:
    assert Locator.from_dict(json.loads(json.dumps(locator.to_dict()))) == locator


def test_only_what_is_known_of_a_place_is_stored() -> None:
    assert Locator(table=2, row=3, column=7).to_dict() == {"table": 2, "row": 3, "column": 7}
    assert Locator(char_start=0).to_dict() == {"char_start": 0}


def test_an_unknown_field_of_a_locator_is_an_error() -> None:
    with pytest.raises(TypeError):
        Locator.from_dict({"sheet": 1})


def test_a_grid_answers_which_cell_covers_a_place() -> None:
    label = GridCell("label", 0, 0, Locator(), rowspan=2)
    number = GridCell("1", 1, 1, Locator())
    grid = Grid(1, [label, number], 2, 3, "table", exact=True)
    assert grid.at(1, 0) is label
    assert grid.at(1, 1) is number
    assert grid.at(0, 1) is None
    assert grid.rows() == [[label], [number]]


def test_the_text_of_a_document_is_its_text_blocks() -> None:
    grid = Grid(1, [], 0, 0, "table", exact=True)
    blocks = [TextBlock("one", Locator()), grid, TextBlock("two", Locator())]
    assert Document("a", "0" * 64, "text/plain", 3, blocks=blocks).text() == "one\ntwo"


def test_a_refusal_says_whether_the_input_was_hostile() -> None:
    assert UnreadableInput("quarantined_depth", "too deep").quarantined
    assert not UnreadableInput("empty_file", "no bytes").quarantined


def test_a_cell_of_a_table_is_an_ordinary_frozen_cell() -> None:
    cell = table_cell("5", 2, 3, 1, 40, rowspan=2, colspan=1, struck=True)
    place = Locator(table=1, row=3, column=4, line=40)
    assert cell == GridCell("5", 2, 3, place, rowspan=2, colspan=1, struck=True)
    assert hash(cell) == hash(GridCell("5", 2, 3, place, rowspan=2, colspan=1, struck=True))
    assert (type(cell), type(cell.locator)) == (GridCell, Locator)
    with pytest.raises(FrozenInstanceError):
        cell.text = "6"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        cell.locator.row = 1  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(cell)) == cell
