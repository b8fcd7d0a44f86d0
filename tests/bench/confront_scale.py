"""Confrontation of many filings in one process: time and peak memory at several sizes, whether time is linear.

The filings are synthetic reports on the form of 2021 by bodies with five years each, one in twenty with one
to three wrong digits in table 3. Each size is confronted in a fresh process, so that its peak is its own; time
is that of the processor, which does not count what else the machine does. GONGKAI_BENCH_FILINGS names the sizes
("10000,30000,100000"); small ones by default, for `make bench`.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.confront import confront
from ingestion.catalog import load_catalog
from ingestion.normalise.schemas import TABLE_SCHEMAS
from tests.bench._faulty_tables import FORM, SIZES, requests, wrong_digits

SIZES_MEASURED = tuple(int(one) for one in os.environ.get("GONGKAI_BENCH_FILINGS", "1000,3000").split(","))
YEARS = (2021, 2022, 2023, 2024, 2025)
VIOLATED = 0.05
LIMIT = 2_000_000_000
REPOSITORY = Path(__file__).parents[2]
PORTION = 500


def run() -> list[dict[str, Any]]:
    """For each size its peak memory, and the time of a filing at the greatest over that at the least size."""
    rows, times = [], []
    for size in SIZES_MEASURED:
        with tempfile.TemporaryDirectory() as folder:
            write_filings(Path(folder), size)
            command = [sys.executable, "-m", "tests.bench.confront_scale", folder]
            done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        found: dict[str, float] = json.loads(done.stdout)
        times.append(found["seconds"] / size)
        rows.append(
            {
                "name": f"confront {size:,} filings: peak memory",
                "ratio": round(found["bytes"] / LIMIT, 3),
                "unit": "peak / 2 GB",
                "detail": (
                    f"{found['bytes'] / 1e6:,.0f} MB resident, {found['seconds']:.1f} s of processor "
                    f"({1000 * found['seconds'] / size:.2f} ms a filing), {found['wall']:.1f} s of wall, "
                    f"{found['localised']:,.0f} tables localised, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
                ),
            }
        )
    rows.append(
        {
            "name": "confront: growth of time",
            "ratio": round(times[-1] / times[0], 3),
            "unit": f"ms a filing of {SIZES_MEASURED[-1]:,} / of {SIZES_MEASURED[0]:,}",
            "detail": ", ".join(f"{1000 * one:.2f} ms" for one in times),
        }
    )
    return rows


def write_filings(folder: Path, count: int) -> None:
    """The tidy tables that confrontation reads, with `count` filings; the same every time."""
    rng = random.Random(count)
    with pq.ParquetWriter(folder / "cells.parquet", TABLE_SCHEMAS["cells"], compression="zstd") as writer:
        for start in range(0, count, PORTION):
            portion = [_headline(number) for number in range(start, min(count, start + PORTION))]
            writer.write_table(_cells(portion, rng))
    headlines = [
        {**head, "title": "年度报告", "is_current": True, "vintage": 1, "issued_as": head["agency"]}
        for head in map(_headline, range(count))
    ]
    for name in ("filings", "agency_resolutions", "narrative_facts", "issues"):
        pq.write_table(_table(name, headlines if name == "filings" else []), folder / f"{name}.parquet")


def _headline(number: int) -> dict[str, Any]:
    return {
        "filing_id": f"{number:016x}",
        "sha256": f"{number:064x}",
        "agency": f"机关{number // len(YEARS)}",
        "report_year": YEARS[number % len(YEARS)],
        "scope": "own_body",
        "form": FORM,
    }


def _cells(headlines: list[dict[str, Any]], rng: random.Random) -> pa.Table:
    keys = list(load_catalog().forms[FORM].cells)
    columns: dict[str, list[Any]] = {name: [] for name in (*headlines[0], "cell_key", "value", "raw")}
    for headline in headlines:
        figures = _figures(rng)
        values = [figures.get(key, 0) for key in keys]
        for name, value in headline.items():
            columns[name] += [value] * len(keys)
        columns["cell_key"] += keys
        columns["value"] += map(Decimal, values)
        columns["raw"] += map(str, values)
    length = len(columns["cell_key"])
    columns |= {"state": ["reported"] * length, "confidence": [1.0] * length}
    return _filled("cells", columns, length)


def _figures(rng: random.Random) -> Mapping[str, int]:
    """Table 3 of a street or county; one in twenty with wrong digits."""
    meant = requests(rng.choice([size for size in SIZES if size != "city"]), rng)
    if rng.random() >= VIOLATED:
        return meant
    printed = wrong_digits(rng.choice((1, 1, 2, 3)))(meant, rng)
    return {cell: value or 0 for cell, value in printed.items()} if printed else meant


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    columns = {column: [row[column] for row in rows] for column in (rows[0] if rows else ())}
    return _filled(name, columns, len(rows))


def _filled(name: str, columns: Mapping[str, list[Any]], length: int) -> pa.Table:
    schema = TABLE_SCHEMAS[name]
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(length, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _measure(folder: Path) -> dict[str, float]:
    wall, processor = time.perf_counter(), time.process_time()
    counts = confront(folder, folder / "out")
    wall, seconds = time.perf_counter() - wall, time.process_time() - processor
    ranks = pq.read_table(folder / "out" / "localisations.parquet", columns=["rank"])["rank"].to_pylist()
    assert counts["identity_results"], "nothing was confronted"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "wall": wall, "bytes": peak, "localised": sum(rank <= 1 for rank in ranks)}


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
