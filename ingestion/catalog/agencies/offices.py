"""Offices of governments (办公室, 办公厅), by how their names end.

Belongs here: which name is that of a government's office, and of which government. Does not belong here:
whose report one signs (`ingestion.normalise.agencies`).

A government's report is prepared, signed and often published by its office, which is the competent one for
open government (政府信息公开条例 article 49); the same office, as a body, reports on itself too. So its name
alone never says whose a report is.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("government_offices.csv")
_GOVERNMENT = "人民政府"


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(sorted((line["ending"] for line in csv.DictReader(file)), key=len, reverse=True))


def names_an_office(text: str) -> bool:
    """Whether the office of a government is named anywhere in `text`."""
    return any(ending in text for ending in _endings())


def government_of(name: str) -> str | None:
    """长沙市人民政府 for 长沙市人民政府办公厅; None for every other name."""
    text = "".join(unicodedata.normalize("NFKC", name).split())
    ending = next((one for one in _endings() if text.endswith(one) and len(text) > len(one)), None)
    return None if ending is None else text.removesuffix(ending) + _GOVERNMENT
