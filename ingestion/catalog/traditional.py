"""What copies of a text do to its characters: traditional ones, and their sounds in brackets behind them.

Belongs here: the simplified form of a traditional character, words that converters put for those of the
forms (`lexicon/traditional.yml`), and the marks of sound that some sites of copies print (報(bào)告).
Does not belong here: labels of one form, and which of their spellings are the same (`labels`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "lexicon" / "traditional.yml"
_READ: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))

#: For `str.translate`: one character for one, so that places in the text stay true.
SIMPLIFIED: dict[int, str] = {ord(pair[0]): pair[1] for pair in _READ["pairs"].split()}
_WORDS: tuple[tuple[str, str], ...] = tuple(_READ["words"].items())

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
#: A sound behind its character: with its tone, or one of the few common ones that have none.
SOUND = re.compile(rf"(?<=[\u4e00-\u9fff])\((?:(?=[^()]{{0,6}}[{_TONED}])[a-zü{_TONED}]{{1,6}}|men|me|zhe)\)")


def words_of_the_forms(label: str) -> str:
    """A label in simplified characters with the words of the forms (政府资讯: 政府信息), of equal length."""
    for word, official in _WORDS:
        label = label.replace(word, official)
    return label
