"""Chinese numerals in prose: well-formed words only, and back again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.recognise.numerals import NUMERAL_CHARS, parse_count, parse_numeral, parse_year, write_numeral

DIGITS = "零一二三四五六七八九"


def spoken(value: int) -> str:
    """The numeral word of 0..99,999, built digit by digit: another way than the one under test."""
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        return spoken(high) + "万" + ("" if low == 0 else ("零" if low < 1000 else "") + full(low))
    return spoken_below_ten_thousand(value)


def full(value: int) -> str:
    """Like spoken, but 一十 where a higher part stands before it."""
    word = ""
    zero = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            word += ("零" if zero and word else "") + DIGITS[digit] + name
            zero = False
        else:
            zero = True
    return word


def spoken_below_ten_thousand(value: int) -> str:
    if value == 0:
        return "零"
    word = full(value)
    return word[1:] if word.startswith("一十") else word


@given(st.integers(min_value=0, max_value=99_999))
def test_every_count_below_a_hundred_thousand_is_read(value: int) -> None:
    assert parse_numeral(spoken(value)) == value
    assert write_numeral(value) == spoken(value)


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_what_is_written_is_read_back(value: int) -> None:
    assert parse_numeral(write_numeral(value)) == value


@given(st.text(alphabet=NUMERAL_CHARS, min_size=1, max_size=9))
def test_what_is_read_is_the_one_way_to_write_it(word: str) -> None:
    value = parse_numeral(word)
    if value is not None:
        plain = word.replace("两", "二").replace("〇", "零").replace("○", "零")
        assert write_numeral(value).lstrip("一") == plain.lstrip("一")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("一", 1),
        ("两", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一百一十", 110),
        ("两百", 200),
        ("一千零五十", 1050),
        ("一万零五", 10_005),
        ("一万二千", 12_000),
        ("十二万", 120_000),
        ("三亿", 300_000_000),
    ],
)
def test_words_by_eye(word: str, value: int) -> None:
    assert parse_numeral(word) == value


@pytest.mark.parametrize(
    "word", ["", "三四", "七八十", "一百五", "十百", "零五", "百", "万", "二〇二一", "一一"]
)
def test_approximations_and_digit_strings_are_no_counts(word: str) -> None:
    assert parse_numeral(word) is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2010", 2010),
        ("二○一○", 2010),
        ("二〇二一", 2021),
        ("二零一八", 2018),
        ("二O一八", 2018),
        ("十八", None),
        ("201", None),
    ],
)
def test_years(text: str, year: int | None) -> None:
    assert parse_year(text) == year


def test_counts_keep_their_decimals() -> None:
    assert parse_count("1,016,823") == Decimal(1016823)
    assert parse_count("0.4") == Decimal("0.4")
    assert parse_count("十二") == Decimal(12)
