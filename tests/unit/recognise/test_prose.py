"""Folding and masking of running text: every character must find its way back to the printed one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.recognise.prose import MASK, fold, mask

#: Letters, digits, signs in both widths, blanks of all kinds, hanzi and their doubles of other blocks.
PRINTED = st.text(
    st.sampled_from("年公开０９ＡｂA9，。：；（）《》〔﹝﹞∶﹪⼀⽉豈金 \t\n\u3000\xa0\u200b-—／~％＋"),
    max_size=40,
)
FULL_WIDTH = st.text(st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E), max_size=120)


@given(PRINTED | FULL_WIDTH)
def test_each_folded_character_is_the_narrow_form_of_the_printed_one(printed: str) -> None:
    folded = fold(printed)
    named = {"﹝": "〔", "﹞": "〕", "∶": ":"}
    for index, char in enumerate(folded.text):
        first, last = folded.span(index, index + 1)
        source = printed[first:last]
        assert len(source) == 1
        expected = named.get(source) or unicodedata.normalize("NFKC", source)
        assert char == expected or (char == " " and (source.isspace() or source == "\u200b"))


@given(PRINTED | FULL_WIDTH)
def test_only_blanks_are_dropped(printed: str) -> None:
    kept = [char for char in printed if not char.isspace() and char != "\u200b"]
    assert len(fold(printed).text.replace(" ", "")) == len(kept)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("根据国办发〔2014〕32号公开12条", "公开12条"),
        ("按闽政办(2020)15号要求公开12条", "要求公开12条"),
        ("依据《条例》第20条公开12条", "依据公开12条"),
        ("电话(0591)28805025,公开12条", ",公开12条"),
        ("2021年3月5日公开12条", "公开12条"),
        ("公开(2020)12条", "公开(2020)12条"),
    ],
)
def test_numbers_that_count_nothing_are_masked(text: str, shown: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert masked.replace(MASK, "") == shown
