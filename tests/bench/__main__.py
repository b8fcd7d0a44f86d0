"""Run every benchmark of this folder: `python -m tests.bench [NAME...]`, or `make bench`.

A benchmark is a module with `run() -> list[dict]`, each row a mapping of

    name    what was measured
    ratio   the figure; of times, below 1 is better than what it is compared with
    unit    what the figure is a ratio of ("our time / pandas.read_html")
    detail  the numbers behind it, for people

Prints one table and writes the rows to build/bench.json under the data root. Ratios are taken within one run
on one machine, so they can be compared between machines where seconds cannot. Exit status 1 when a benchmark
raised: its row then says so in place of a figure.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import platform
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import tests.bench
from ingestion.paths import DataRoot

Row = dict[str, Any]


def discover(names: Sequence[str] = ()) -> dict[str, Callable[[], Sequence[Mapping[str, Any]]]]:
    """The `run` functions of the modules here, by module name; only those in `names` if any are given."""
    found: dict[str, Callable[[], Sequence[Mapping[str, Any]]]] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(tests.bench.__path__)):
        if module.startswith("_") or (names and module not in names):
            continue
        run = getattr(importlib.import_module(f"tests.bench.{module}"), "run", None)
        if callable(run):
            found[module] = run
    return found


def measure(benchmarks: Mapping[str, Callable[[], Sequence[Mapping[str, Any]]]]) -> list[Row]:
    """The rows of all benchmarks, each with its `bench` and the `seconds` its module took."""
    rows: list[Row] = []
    for module, run in benchmarks.items():
        print(f"bench: {module}", file=sys.stderr, flush=True)
        started = time.perf_counter()
        try:
            measured = [dict(row) for row in run()]
        except Exception as error:
            traceback.print_exc()
            measured = [{"name": module, "ratio": None, "unit": "", "detail": f"raised {error!r}"}]
        seconds = round(time.perf_counter() - started, 2)
        rows.extend({"bench": module, **row, "seconds": seconds} for row in measured)
    return rows


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as aligned text."""
    cells = [["benchmark", "ratio", "of", "detail"]]
    for row in rows:
        ratio = "-" if row.get("ratio") is None else f"{row['ratio']:.2f}"
        cells.append([str(row.get("name")), ratio, str(row.get("unit", "")), str(row.get("detail", ""))])
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    lines = ["  ".join([*(f"{line[c]:<{widths[c]}}" for c in range(3)), line[3]]).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def main(names: Sequence[str]) -> int:
    benchmarks = discover(names)
    unknown = sorted(set(names) - set(benchmarks))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(discover())}", file=sys.stderr)
        return 2
    rows = measure(benchmarks)
    target = DataRoot.from_env().bench
    target.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    result = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **machine, "rows": rows}
    target.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(table(rows))
    return 1 if any(row.get("ratio") is None for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
