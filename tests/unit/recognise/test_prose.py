"""Folding and masking of running text: every character must find its way back to the printed one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import catalog
from ingestion.catalog.traditional import SIMPLIFIED
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
    named = {"﹝": "〔", "﹞": "〕", "∶": ":", "豈": "岂"}
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


def test_traditional_characters_fold_to_simplified_ones_and_names_in_simplified_text_stay() -> None:
    assert fold("東鄉區氣象局、國家稅務總局").text == "东乡区气象局、国家税务总局"
    for name in ("乾县", "於潜镇", "昇平街道", "徵江县", "堃山镇"):
        assert fold(name).text == name


def test_no_name_of_the_register_is_folded_to_another() -> None:
    files = sorted((Path(catalog.__file__).parent / "agencies").glob("*.csv"))
    assert len(files) > 30
    for file in files:
        characters = "".join(sorted(set(file.read_text(encoding="utf-8"))))
        assert [char for char in characters if ord(char) in SIMPLIFIED] == [], file.name


def test_sounds_behind_characters_are_dropped_and_other_brackets_stay() -> None:
    printed = "主動(dòng)公開報(bào)告，我們(men)用客戶端(app)和電(diàn)話(A座)"
    folded = fold(printed)
    assert folded.text == "主动公开报告,我们用客户端(app)和电话(A座)"
    first, last = folded.span(*(folded.text.index("报告") + at for at in (0, 2)))
    assert printed[first:last] == "報(bào)告"


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
