"""Reasons of results on the pages, in both languages.

Belongs here: the Chinese of what the evaluation says in English (reasons.yml). Does not belong here: saying
it (evaluate.py, violations.py), any other text of the pages.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from expectations.report_parts import both, e

_REASONS = Path(__file__).with_name("reasons.yml")


def said_of(why: object) -> str:
    """A reason in both languages as HTML; the English alone where no entry has words for it."""
    english = "" if why is None else str(why)
    chinese = english
    for pattern, zh in _entries():
        chinese = pattern.sub(zh, chinese)
    return e(english) if chinese == english else both(chinese, english)


@cache
def _entries() -> tuple[tuple[re.Pattern[str], str], ...]:
    listed = yaml.safe_load(_REASONS.read_text("utf-8"))
    return tuple((re.compile(one["find"]), one["zh"]) for one in listed)
