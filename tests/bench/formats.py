"""Cells right, missed, flagged and silent, per format and condition, on documents of the generator.

Read as `gongkai extract` reads, in the reader pool. The last rows sum each format up, clean and with faults.
GONGKAI_BENCH_DOCUMENTS sets how many documents a condition gets (default 2; scans and pictures a quarter of it, at
least 1), GONGKAI_BENCH_FORMATS which formats (names with commas), GONGKAI_BENCH_SEED where the seeds begin.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.extraction import extract, files_of
from tests.generator import FORMATS, Made, Wish, conditions, make_all
from tests.generator.make import FORMS
from tests.generator.score import Score, score, summed

#: Formats whose documents take seconds each, since OCR reads them.
SLOW = ("scan", "picture", "web")


def run() -> list[dict[str, Any]]:
    """A row a format and condition (clean documents, then those with faults), then one a format."""
    documents = int(os.environ.get("GONGKAI_BENCH_DOCUMENTS", "2"))
    seed = int(os.environ.get("GONGKAI_BENCH_SEED", "0"))
    named = os.environ.get("GONGKAI_BENCH_FORMATS")
    formats = named.split(",") if named else list(FORMATS)
    scores: list[tuple[str, Score]] = []
    with tempfile.TemporaryDirectory() as folder:
        golds: dict[Path, Made] = {}
        for made in make_all(_wishes(formats, documents, seed)):
            room = Path(folder) / f"{len(golds):05d}"
            room.mkdir()
            for name, data in {made.name: made.data, **made.companions}.items():
                (room / name).write_bytes(data)
            golds[room / made.name] = made
        for extracted, made in zip(extract(files_of(list(golds))), golds.values(), strict=True):
            found = score(json.loads(extracted.text), made.gold)
            for error in found.errors:
                print(f"SILENT {error}", file=sys.stderr)
            faulty = " with faults" if made.gold["faults"] else ""
            scores += [
                (f"{made.format} {made.condition}{faulty}", found),
                (f"all {made.format}{faulty}", found),
            ]
    rows = summed(scores)
    # the sums of formats below the conditions
    return [_row(name, rows[name]) for name in sorted(rows, key=lambda name: name.startswith("all "))]


def _wishes(formats: list[str], count: int, seed: int) -> Iterator[Wish]:
    for format in formats:
        share = max(1, count // 4) if format in SLOW else count
        for place, condition in enumerate(conditions(format)):
            for number in range(share):
                own = seed + number
                form = FORMS[(place + number) % len(FORMS)]
                yield Wish(format, own, form, condition)
                if format not in SLOW:
                    yield Wish(format, own, form, condition, faults=("random",))


def _row(name: str, found: Score) -> dict[str, Any]:
    share = found.right / found.printed if found.printed else None
    flags = 100 * found.flagged_right / found.right if found.right else 0
    return {
        "name": name,
        "ratio": share if share is None else round(share, 5),
        "unit": "cells right / cells printed",
        "detail": (
            f"{found.right} of {found.printed} right, {found.missed} missed, {found.flagged_wrong} wrong and flagged, "
            f"{found.silent} SILENT; {flags:.1f} % of the right ones flagged; "
            f"{found.all_right} of {found.documents} documents all right"
        ),
        "silent": found.silent,
    }
