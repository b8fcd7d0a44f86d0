"""Rows of indicator lists by labels that a reader of ink saw with characters wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog import load_catalog
from ingestion.recognise.listed_rows import ListedRow, listed_rows
from ingestion.recognise.vocabulary import TableVocabulary, vocabularies

(TABLE,) = vocabularies(load_catalog())["pre2019_national"].tables.values()
LABELS = [min(row.keys) for row in TABLE.table.rows]


def codes(found: Sequence[ListedRow]) -> list[str | None]:
    return [one.row.code if one.row is not None else None for one in found]


def read(labels: Sequence[str], confidence: float, table: TableVocabulary = TABLE) -> list[ListedRow]:
    return listed_rows(table, [(label, confidence) for label in labels])


def at(label: str) -> int:
    return next(index for index, other in enumerate(LABELS) if label in other)


def test_labels_as_printed_name_every_row_surely() -> None:
    found = read(LABELS, 1.0)

    assert codes(found) == [row.code for row in TABLE.table.rows]
    assert {one.confidence for one in found} == {1.0}


def test_a_label_with_wrong_characters_is_the_row_that_is_missing_in_doubt() -> None:
    place = at("其他方式回应事件数")
    seen = [*LABELS]
    seen[place] = seen[place].replace("方式回", "力式凹")

    found = read(seen, 0.7)

    assert codes(found) == [row.code for row in TABLE.table.rows]
    assert found[place].confidence < 0.9
    assert {one.confidence for one in found[:place]} == {1.0}


def test_a_label_of_a_text_is_never_another_row() -> None:
    place = at("其他方式回应事件数")
    seen = [*LABELS]
    seen[place] = seen[place].replace("方式回", "力式凹")

    assert codes(read(seen, 1.0))[place] is None


def test_a_row_that_was_read_elsewhere_is_not_missing() -> None:
    """A local row beside it that resembles it stays a local row."""
    place = at("其他方式回应事件数")
    seen = [*LABELS]
    seen.insert(place + 1, LABELS[place].replace("方式回", "力式凹"))

    assert codes(read(seen, 0.7))[place + 1] is None


def test_a_local_row_read_well_in_place_of_a_missing_one_is_no_row_of_the_catalog() -> None:
    place = at("其他方式回应事件数")
    seen = [*LABELS]
    seen[place] = "走进直播间答复事件数"

    assert codes(read(seen, 0.97))[place] is None


@given(st.data())
def test_wrong_characters_never_name_the_row_of_another_label(data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, len(LABELS) - 1), max_size=8))
    seen = [*LABELS]
    for place in places:
        label = list(seen[place])
        wrong = data.draw(
            st.sets(st.integers(0, len(label) - 1), min_size=1, max_size=max(1, len(label) // 3))
        )
        for index in wrong:
            label[index] = data.draw(st.sampled_from("鬱龘爨籲"))
        seen[place] = "".join(label)

    found = read(seen, 0.7)

    for index, (row, one) in enumerate(zip(TABLE.table.rows, found, strict=True)):
        assert one.row is None or one.row.code == row.code
        assert one.row is None or index not in places or one.confidence < 0.9


@pytest.mark.parametrize("left_out", range(0, len(LABELS), 7))
def test_a_row_that_is_not_printed_takes_no_other_label(left_out: int) -> None:
    seen = [label for index, label in enumerate(LABELS) if index != left_out]

    expected = [row.code for index, row in enumerate(TABLE.table.rows) if index != left_out]
    assert all(code in (None, other) for code, other in zip(codes(read(seen, 0.7)), expected, strict=True))
