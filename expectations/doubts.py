"""How surely the cells of a report were read, and what else was read in them.

Belongs here: the shape of it, and how it is taken from the tidy columns. Does not belong here: what follows
for a suspicion (weights.py) or for a choice between readings (reconcile.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Doubts:
    """confidence: 0 to 1, of the cells that were read with less than 1. others: texts that were really seen
    in a cell and not taken, surest first. A cell that is in neither was read whole.
    """

    confidence: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def doubts_of(rows: Iterable[tuple[str, float | None, str | None]]) -> Doubts:
    """From (cell_key, confidence, others) of the table `cells`: `others` is a JSON list of readings."""
    confidence: dict[str, float] = {}
    others: dict[str, tuple[str, ...]] = {}
    for cell, sure, listed in rows:
        if sure is not None and sure < 1:
            confidence[cell] = sure
        if listed:
            seen = sorted(json.loads(listed), key=lambda one: -one["confidence"])
            others[cell] = tuple(dict.fromkeys(one["text"] for one in seen))
    return Doubts(confidence, others)
