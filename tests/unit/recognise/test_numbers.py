"""How one number cell is read: never a guess, never a blank as 0."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.recognise.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0", "0", None),
        ("１２", "12", None),
        (" 12 ", "12", None),
        ("1,234", "1234", None),
        ("1，234", "1234", None),
        ("5949.088667", "5949.088667", None),
        ("251000元", "251000", "元"),
        ("12.5万元", "12.5", "万元"),
        ("3件", "3", "件"),
        ("22（其中修订16件）", "22", None),
        ("+19", "19", None),
        ("0.00", "0.00", None),
        ("-2", "-2", None),
        ("1\u200b8", "18", None),  # characters without width are not seen
        ("\ufeff1\u00ad0", "10", None),
    ],
)
def test_printed_numbers(text: str, value: str, unit: str | None) -> None:
    printed = parse_number(text)
    assert (printed.state, printed.value, printed.unit) == ("reported", Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", "blank"),
        ("\u00a0", "blank"),
        ("\u3000 ", "blank"),
        ("/", "slash"),
        ("／", "slash"),
        ("—", "dash"),
        ("－－", "dash"),
        ("----", "dash"),
        ("无", "text_none"),
        ("本单位未制作规章", "text_none"),
        ("未制定规范性文件。", "text_none"),
        ("不适用", "not_applicable"),
        ("N/A", "not_applicable"),
    ],
)
def test_words_and_signs_for_nothing_are_not_zero(text: str, state: str) -> None:
    printed = parse_number(text)
    assert (printed.state, printed.value) == (state, None)


@pytest.mark.parametrize(
    "text",
    [
        "1 0",
        "10 5",
        "1\n0",
        "00",
        "007",
        "10²",
        "①",
        "1,23",
        "见附件",
        "12,34,567",
        "一",
        "3/4",
        "1.2.3",
        "五",
    ],
)
def test_what_is_not_surely_a_number_is_unreadable(text: str) -> None:
    printed = parse_number(text)
    assert (printed.state, printed.value) == ("unreadable", None)


@pytest.mark.parametrize(
    ("text", "value", "parts"),
    [
        ("+3", 3, None),
        ("增3", 3, None),
        ("↑3", 3, None),
        ("减2", -2, None),
        ("－2", -2, None),
        ("↓2", -2, None),
        ("+3/-1", 2, (3, -1)),
        ("增3/减1", 2, (3, -1)),
        ("3/0", 3, (3, 0)),
    ],
)
def test_changes_keep_their_sign_and_both_parts(text: str, value: int, parts: tuple[int, int] | None) -> None:
    printed = parse_number(text, signed=True)
    assert printed.state == "reported"
    assert printed.value == value
    assert printed.parts == (None if parts is None else tuple(Decimal(part) for part in parts))


def test_a_letter_for_zero_is_read_with_doubt() -> None:
    printed = parse_number("○")
    assert printed.value == 0
    assert printed.confidence < 0.9


@given(st.integers(min_value=0, max_value=10**12))
def test_plain_and_grouped_digits_read_back(number: int) -> None:
    assert parse_number(str(number)).value == number
    assert parse_number(f"{number:,}").value == number


@given(st.text(max_size=30), st.booleans())
def test_any_text_gets_a_state_and_only_reported_has_a_value(text: str, signed: bool) -> None:
    printed = parse_number(text, signed=signed)
    assert (printed.value is not None) == (printed.state == "reported")


@pytest.mark.parametrize("text", ["00", "+03", "3/00", "减012"])
def test_changes_with_a_leading_zero_are_two_cells_glued(text: str) -> None:
    assert parse_number(text, signed=True).state == "unreadable"
