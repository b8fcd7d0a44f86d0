"""Numbers under columns: what the print proves is read, what it does not is unreadable."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.recognise.align import place_rows
from ingestion.recognise.rows import CellSlot, FieldText, RowReading

COLUMNS = ["np", "biz", "res", "pub", "leg", "oth", "total"]
TOTALS = [(6, [0, 1, 2, 3, 4, 5])]


def row(
    name: str,
    texts: list[str],
    *,
    bounded: bool = True,
    blanks_visible: bool = True,
    exact: bool = False,
    glued: bool = False,
    depth: int | None = 0,
) -> RowReading:
    return RowReading(
        table="t3",
        row=name,
        slots=[CellSlot(f"t3.{name}.{column}") for column in COLUMNS],
        fields=[FieldText(text) for text in texts],
        raw=" ".join(texts),
        totals=TOTALS,
        bounds=[f"t3.handled.{column}" if bounded else None for column in COLUMNS],
        blanks_visible=blanks_visible,
        exact=exact,
        glued=glued,
        depth=depth,
        block="g",
    )


def values(rows: list[RowReading], name: str) -> list[int | str]:
    """Values of a row as read, the state where there is none."""
    placed = place_rows(rows)
    found: list[int | str] = []
    for column in COLUMNS:
        (cell,) = placed[f"t3.{name}.{column}"]
        found.append(cell.state if cell.value is None else int(cell.value))
    return found


def test_as_many_fields_as_columns_are_read_as_they_stand_even_if_the_sum_is_wrong() -> None:
    printed = row("a", ["1", "0", "0", "0", "0", "0", "9"])
    assert values([printed], "a") == [1, 0, 0, 0, 0, 0, 9]
    assert place_rows([printed])["t3.a.total"][0].confidence == 1


def test_a_visible_blank_is_blank_and_not_zero() -> None:
    assert values([row("a", ["3", "", "0", "0", "0", "0", "3"])], "a") == [3, "blank", 0, 0, 0, 0, 3]


def test_six_numbers_for_seven_columns_alone_prove_nothing() -> None:
    assert values([row("a", ["0"] * 6, blanks_visible=False)], "a") == ["unreadable"] * 7


def test_a_lost_column_is_located_by_the_handled_row_and_shared_by_sister_rows() -> None:
    """As in the report of 营前街道: nineteen rows lost one of seven columns, one of them holds a 4."""
    handled = row("handled", ["4", "0", "0", "0", "0", "0", "4"], bounded=False)
    partial = row("partial", ["4", "0", "0", "0", "0", "4"])
    zeros = [row(f"z{i}", ["0"] * 6) for i in range(3)]
    rows = [handled, partial, *zeros]
    assert values(rows, "partial") == [4, *["unreadable"] * 5, 4]
    assert values(rows, "z1") == [0, *["unreadable"] * 5, 0]
    assert place_rows(rows)["t3.z1.np"][0].confidence < 0.9


def test_eight_zeros_for_seven_columns_are_zero_in_every_placement() -> None:
    assert values([row("a", ["0"] * 8)], "a") == [0] * 7


def test_eight_numbers_that_leave_two_readings_are_unreadable_where_these_differ() -> None:
    read = values([row("a", ["2", "1", "0", "0", "0", "0", "0", "9"])], "a")
    assert read == ["unreadable", "unreadable", 0, 0, 0, 0, "unreadable"]


def test_a_sum_chooses_where_one_number_too_many_is_printed() -> None:
    assert values([row("a", ["1", "2", "0", "0", "0", "0", "0", "3"])], "a") == [1, 2, 0, 0, 0, 0, 3]


def test_padding_between_label_and_numbers_is_not_a_blank_cell() -> None:
    sisters = [row(f"s{i}", ["", "1", "0", "0", "0", "0", "0", "1", ""]) for i in range(2)]
    open_row = row("a", ["", "2", "", "", "", "", "", "2", ""])
    assert values([*sisters, open_row], "a") == [2, *["blank"] * 5, 2]


def test_glued_digits_need_a_sum_that_leaves_one_split() -> None:
    assert values([row("a", ["310000031"], glued=True, blanks_visible=False)], "a") == [31, 0, 0, 0, 0, 0, 31]
    assert values([row("a", ["0000000"], glued=True, blanks_visible=False)], "a") == [0] * 7
    assert values([row("a", ["1000009"], glued=True, blanks_visible=False)], "a") == ["unreadable"] * 7
    ambiguous = RowReading(
        table="t2",
        row="r",
        slots=[CellSlot(f"t2.r.{c}") for c in "abc"],
        fields=[FieldText("300")],
        raw="300",
        glued=True,
    )
    assert {cell.state for cells in place_rows([ambiguous]).values() for cell in cells} == {"unreadable"}


def test_split_digits_never_carry_full_confidence() -> None:
    placed = place_rows([row("a", ["310000031"], glued=True, blanks_visible=False)])
    assert all(
        cell.confidence is not None and cell.confidence < 0.9 for cells in placed.values() for cell in cells
    )


counts = st.lists(st.integers(min_value=0, max_value=200), min_size=6, max_size=6)


@given(counts)
@settings(max_examples=200)
def test_glued_rows_are_read_rightly_or_not_at_all(parts: list[int]) -> None:
    truth = [*parts, sum(parts)]
    glued = "".join(str(part) for part in truth)
    for column, cells in place_rows([row("a", [glued], glued=True, blanks_visible=False)]).items():
        index = COLUMNS.index(column.split(".")[-1])
        assert cells[0].value in (None, Decimal(truth[index]))


@given(counts, st.integers(min_value=0, max_value=6))
@settings(max_examples=200)
def test_a_row_that_lost_one_number_never_gives_a_wrong_one(parts: list[int], lost: int) -> None:
    truth = [*parts, sum(parts)]
    texts = [str(value) for index, value in enumerate(truth) if index != lost]
    handled = row("handled", [str(value) for value in truth], bounded=False)
    for column, cells in place_rows([handled, row("a", texts, blanks_visible=False)]).items():
        if column.startswith("t3.a."):
            index = COLUMNS.index(column.split(".")[-1])
            assert cells[0].value in (None, Decimal(truth[index]))
