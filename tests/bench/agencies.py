"""Names of agencies: how many are told rightly, and how long one takes.

1,500 towns and streets of each of three lists, drawn by a fixed seed, each as county and name; the answer must
be the one of that year's list. What was promised: 98.5 % right, under 0.2 % wrong, under 0.2 ms a name.
"""

from __future__ import annotations

import time
from typing import Any

from ingestion.catalog.divisions import load_divisions
from ingestion.resolve import Resolver
from tests.unit.resolve.test_resolver import trial

N = 1500
MOST_MILLISECONDS = 0.2


def run() -> list[dict[str, Any]]:
    """Two rows a year (time against the promise; share of right ones), and the time to load."""
    load_divisions.cache_clear()
    started = time.process_time()
    resolver = Resolver()
    resolver.resolve("福州市鼓楼区水部街道", 2020)
    loading = time.process_time() - started
    rows: list[dict[str, Any]] = [
        {
            "name": "register: first name",
            "ratio": loading / 0.3,
            "unit": "0.3 s",
            "detail": f"{loading:.2f} s",
        }
    ]
    for year in (2018, 2021, 2023):
        trial(year, N)
        found = trial(year, N)
        told = f"{found.right} right, {len(found.wrong)} wrong of {N}"
        rows.append(
            {"name": f"names of {year}: right", "ratio": found.right / N, "unit": "all", "detail": told}
        )
        rows.append(
            {"name": f"names of {year}: time", "ratio": found.milliseconds / MOST_MILLISECONDS,
             "unit": f"{MOST_MILLISECONDS} ms", "detail": f"{found.milliseconds:.3f} ms a name"}
        )  # fmt: skip
    return rows
