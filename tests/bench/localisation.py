"""Localisation of wrong cells on tables of the form of 2021 with known faults, at three sizes of agency.

For each fault and size: the share of tables for which the cheapest explanation is exactly the wrong cells
with their true figures (for faults that leave nothing wrong: for which nothing is accused), the share where
it is among the ten listed, claims of a unique answer and how many of them are wrong, and times. The share of
tables in which an equality fails at all is `detected`; only those can be explained. Times are wall times of
`localise` alone on this machine, with its load; a table's identities are evaluated before.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from expectations.evaluate import evaluate
from expectations.localise import Localisation, localise
from tests.bench._faulty_tables import FAULTS, FORM, SIZES, Fault, Printed, requests, reviews, wrong_digits

#: 15 faults of table 3 and one of table 4, three sizes: 5,760 tables.
TABLES = int(os.environ.get("GONGKAI_BENCH_TABLES", "120"))


@dataclass
class Count:
    """What came out for the tables with one fault and size."""

    tables: int = 0
    detected: int = 0
    exact: int = 0
    listed: int = 0
    claims: int = 0
    wrong_claims: int = 0
    unfinished: int = 0
    ms: list[float] = field(default_factory=list)

    def add(self, printed: Printed, said: Sequence[Localisation], ms: float) -> None:
        """Count one table; without a failing equality nothing is explained, which is right if nothing is
        wrong.
        """
        wrong = printed.wrong
        ways = [
            {one.cell: one.suggestion for one in explanation.cells}
            for localisation in said
            for explanation in localisation.best
        ]
        self.tables += 1
        self.detected += bool(said)
        right = ways[0] == wrong if ways else not wrong
        self.exact += right
        self.listed += wrong in ways if ways else right
        claimed = any(localisation.unique for localisation in said)
        self.claims += claimed
        self.wrong_claims += claimed and not right
        self.unfinished += any(localisation.why_not is not None for localisation in said)
        self.ms.append(ms)


def run() -> list[dict[str, Any]]:
    """One row for each fault and size, and the sums over all."""
    rows, counts = [], []
    for fault_name, fault in FAULTS.items():
        for size in SIZES:
            count = measure(fault, size, TABLES)
            counts.append(count)
            rows.append(_row(f"localise {fault_name}, {size}", count))
    for size in SIZES:
        count = measure(wrong_digits(1), size, TABLES, of="t4")
        counts.append(count)
        rows.append(_row(f"localise 1 wrong cell of table 4, {size}", count))
    return [*rows, *_sums(counts)]


def measure(fault: Fault, size: str, tables: int, of: str = "t3") -> Count:
    """Make `tables` faulty tables and count what is said of them; the same tables every time."""
    rng = random.Random(f"{fault.__qualname__} {size} {of}")
    count = Count()
    while count.tables < tables:
        meant = requests(size, rng) if of == "t3" else reviews(size, rng)
        cells = fault(meant, rng)
        if cells is None:
            continue
        printed = Printed(meant, cells)
        given = {
            cell: (None, "blank") if value is None else (Decimal(value), "reported")
            for cell, value in cells.items()
        }
        results = evaluate(FORM, given)
        started = time.perf_counter()
        said = localise(FORM, given, results=results)
        count.add(printed, said, (time.perf_counter() - started) * 1000)
    return count


def _row(name: str, count: Count) -> dict[str, Any]:
    return {
        "name": name,
        "ratio": round(count.exact / count.tables, 4),
        "unit": f"exact cell sets / {count.tables} tables",
        "detail": (
            f"detected {count.detected}, among the ten {count.listed}, unique {count.claims}, wrongly "
            f"{count.wrong_claims}, unfinished {count.unfinished}, {_times(count.ms)}"
        ),
    }


def _sums(counts: Iterable[Count]) -> list[dict[str, Any]]:
    counts = list(counts)
    tables = sum(count.tables for count in counts)
    claims = sum(count.claims for count in counts)
    wrong = sum(count.wrong_claims for count in counts)
    times = [ms for count in counts for ms in count.ms]
    load = os.getloadavg()[0]
    return [
        {
            "name": "localise: wrong claims of a unique answer",
            "ratio": round(wrong / claims, 5),
            "unit": f"wrong claims / {claims} claims",
            "detail": f"{wrong} wrong claims over {tables} tables",
        },
        {
            "name": "localise: time of a table",
            "ratio": round(statistics.median(times) / 20, 3),
            "unit": "median / 20 ms",
            "detail": f"{_times(times)} over {tables} tables, load {load:.1f} on {os.cpu_count()} cores",
        },
    ]


def _times(ms: Sequence[float]) -> str:
    last = statistics.quantiles(ms, n=100)[98] if len(ms) > 1 else ms[0]
    return f"median {statistics.median(ms):.1f} ms, 99th percentile {last:.1f} ms"
