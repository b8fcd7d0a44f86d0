"""What copies of a text do to its characters: traditional ones, and their sounds in brackets behind them.

Belongs here: the simplified form of a traditional character, words that converters put for those of the
forms (`lexicon/traditional.yml`), and the marks of sound that some sites of copies print (報(bào)告).
Does not belong here: labels of one form, and which of their spellings are the same (`labels`).
"""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from ingestion.catalog.yaml_source import parse, read_yaml

_FILE = Path(__file__).parent / "lexicon" / "traditional.yml"


class Traditional(BaseModel):
    """`traditional.yml`: words for words of equal length, and pairs of characters, given as one text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: dict[str, str]
    pairs: dict[str, str]

    @field_validator("words")
    @classmethod
    def _equal_length(cls, words: dict[str, str]) -> dict[str, str]:
        for word, official in words.items():
            if len(word) != len(official):
                raise ValueError(f"{word} and {official} are not of equal length, so places would move")
        return words

    @field_validator("pairs", mode="before")
    @classmethod
    def _each_once(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        listed = value.split()
        for pair in listed:
            if len(pair) != 2:
                raise ValueError(f"{pair} is not a character and its simplified form")
        found = {pair[0]: pair[1] for pair in listed}
        if len(found) != len(listed) or found.keys() & set(found.values()):
            raise ValueError("a character stands twice, or is simplified and traditional")
        return found


_READ = parse(Traditional, read_yaml(_FILE), _FILE.name)

#: For `str.translate`: one character for one, so that places in the text stay true.
SIMPLIFIED: dict[int, str] = {ord(traditional): simple for traditional, simple in _READ.pairs.items()}
_WORDS: tuple[tuple[str, str], ...] = tuple(_READ.words.items())

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
#: A sound behind its character: with its tone, or one of the few common ones that have none.
SOUND = re.compile(rf"(?<=[\u4e00-\u9fff])\((?:(?=[^()]{{0,6}}[{_TONED}])[a-zü{_TONED}]{{1,6}}|men|me|zhe)\)")


def words_of_the_forms(label: str) -> str:
    """A label in simplified characters with the words of the forms (政府资讯: 政府信息), of equal length."""
    for word, official in _WORDS:
        label = label.replace(word, official)
    return label
