"""A reading compared with what is really printed.

Belongs here: the counts of the issue (right, missed, flagged, silent) for one document, and their sums. Not here:
reading. Takes the object of `gongkai extract --json` and a gold object of `make.gold_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from ingestion.catalog import load_catalog

DOUBTFUL_BELOW = 0.9


@dataclass
class Score:
    """Cells of one document, or of many.

    printed: cells with a number in print; right: read so (flagged or not); missed: no number read; flagged_right:
    right, but suspect or of confidence below 0.9; flagged_wrong: wrong, and marked so; silent: wrong and not
    marked; a number where none is printed included, and a number in print said to be blank or a slash. `errors` names each silent error, `documents` counts.
    """

    printed: int = 0
    right: int = 0
    missed: int = 0
    flagged_right: int = 0
    flagged_wrong: int = 0
    silent: int = 0
    documents: int = 0
    all_right: int = 0
    errors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Count `other` in."""
        for name in ("printed", "right", "missed", "flagged_right", "flagged_wrong", "silent", "documents"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.all_right += other.all_right
        self.errors += other.errors
        self.missing += other.missing


def score(found: Mapping[str, Any], gold: Mapping[str, Any]) -> Score:
    """Compare one reading with its gold, cell by cell."""
    result = Score(documents=1)
    cells: Mapping[str, Mapping[str, Any]] = found.get("cells") or {}
    undecidable = set(gold.get("undecidable", ()))
    name = gold["document"]
    for key, value in gold["cells"].items():
        cell = cells.get(key) or {}
        read = cell.get("value")
        may_be_left = key in undecidable
        if value is not None and not may_be_left:
            result.printed += 1
        if read is None:
            if value is not None and not may_be_left:
                result.missed += 1
                if cell.get("state") in _empty_states() and not _flagged(cell):
                    _wrong(result, cell, f"{name} {key}: printed {value!r}, read {cell['state']}")
                result.missing.append(f"{name} {key}: printed {value!r}, read {cell.get('state')}")
        elif _same(read, value):
            if not may_be_left:
                result.right += 1
                result.flagged_right += _flagged(cell)
        else:
            _wrong(result, cell, f"{name} {key}: printed {gold['printed'].get(key)!r}, read {read!r}")
    for key, cell in cells.items():
        if key not in gold["cells"] and cell.get("value") is not None:
            _wrong(result, cell, f"{name} {key}: not printed, read {cell['value']!r}")
    result.all_right = int(result.right == result.printed and not result.silent and not result.flagged_wrong)
    return result


@cache
def _empty_states() -> frozenset[str]:
    """States that say: nothing is printed there, or a mark for nothing."""
    return frozenset(state.code for state in load_catalog().states.values() if state.kind == "empty")


def _wrong(result: Score, cell: Mapping[str, Any], error: str) -> None:
    if _flagged(cell):
        result.flagged_wrong += 1
    else:
        result.silent += 1
        result.errors.append(f"{error} (raw {cell.get('raw')!r}, confidence {cell.get('confidence')})")


def _flagged(cell: Mapping[str, Any]) -> bool:
    confidence = cell.get("confidence")
    return bool(cell.get("suspect")) or (confidence is not None and confidence < DOUBTFUL_BELOW)


def _same(read: Any, value: Any) -> bool:
    return value is not None and Decimal(str(read)) == Decimal(str(value))


def table(scores: Mapping[str, Score]) -> str:
    """The scores as aligned text, a line each, and a last line for all together."""
    total = Score()
    for one in scores.values():
        total.add(one)
    lines = [
        ("", "docs", "all right", "printed", "right", "missed", "fl.right", "fl.wrong", "SILENT", "right %")
    ]
    for name, one in [*scores.items(), ("all", total)]:
        share = f"{100 * one.right / one.printed:.2f}" if one.printed else "-"
        numbers = (one.documents, one.all_right, one.printed, one.right, one.missed)
        flagged = (one.flagged_right, one.flagged_wrong, one.silent)
        lines.append((name, *(str(number) for number in (*numbers, *flagged)), share))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        line[0].ljust(widths[0])
        + "".join(f"  {text:>{width}}" for text, width in zip(line[1:], widths[1:], strict=True))
        for line in lines
    )


def summed(scores: Iterable[tuple[str, Score]]) -> dict[str, Score]:
    """Scores of many documents, added up by name."""
    sums: dict[str, Score] = {}
    for name, one in scores:
        sums.setdefault(name, Score()).add(one)
    return sums
