"""Names of issuing bodies: what counts as one, which two are the same, which is the most complete.

Belongs here: the shape and comparison of names as printed. Does not belong here: where a document prints them
(`issuer.py`), and a registry of bodies (names are never completed from outside the document).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.extract.model import Locator
from ingestion.recognise.headline_words import HeadlineWords

_QUOTES = re.compile(r"[“”\"'「」《》【】]")


@dataclass(frozen=True, slots=True)
class NamePlace:
    """A name of the issuer and where the document prints it. `how`: title, signature, letterhead, ..."""

    name: str
    raw: str
    how: str
    locator: Locator | None


def clean_name(text: str, words: HeadlineWords) -> str | None:
    """The body that folded `text` names; None if it names none (我局, 党政办, a bare number)."""
    name = _QUOTES.sub("", text).strip(":,、")
    suffix = words.file.agency.letterhead_suffix
    if name.endswith(suffix):
        name = name[: -len(suffix)]
    if words.never.search(name):
        return None
    return name if words.full_name.match(name) or words.short_name.match(name) else None


def is_full_name(name: str, words: HeadlineWords) -> bool:
    """Whether the name ends like an organ (街道办事处, 局) and not like a place (街道, 市)."""
    return words.full_name.match(name) is not None


def same_body(name: str, other: str, words: HeadlineWords) -> bool:
    """Whether two printed names can mean one body: one key ends with the other, or a place's office signs."""
    first, second = _key(name, words), _key(other, words)
    if not first or not second:
        return False
    if first.endswith(second) or second.endswith(first):
        return True
    shorter, longer = sorted((name, other), key=len)
    if is_full_name(shorter, words):
        # 长沙市人民政府 and its 办公厅 report each for itself.
        return False
    _, found, rest = longer.partition(shorter)
    return bool(found) and rest in words.offices


def most_complete(places: Sequence[NamePlace], words: HeadlineWords) -> NamePlace:
    """Of names for one body: a full name before a short one, then the longest, then the first found."""
    return max(
        enumerate(places),
        key=lambda item: (is_full_name(item[1].name, words), len(item[1].name), -item[0]),
    )[1]


def _key(name: str, words: HeadlineWords) -> str:
    for end, replacement in words.equal_ends:
        if name.endswith(end):
            name = name[: -len(end)] + replacement
            break
    for filler in words.file.agency.fillers:
        name = name.replace(filler, "")
    return name
