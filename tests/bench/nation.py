"""A synthetic nation through the warehouse: time of the marts, memory, questions of the cookbook, size of the release.

The tables are those of `_nation`: three forms, agencies of the register, results of a real confrontation.
GONGKAI_BENCH_AGENCY_YEARS names how many (50000 is what the limits are about: about nine million cells); a
smaller nation by default, for `make bench`, where the fixed cost of the register and of each model weighs more.

Each stage runs in a process of its own, so that its peak is its own. What is compared:

    marts      dbt's own time of every model but fct_cells, one model at a time, with loading the same cells from
               Parquet into one table by the same DuckDB with as many threads, before and after
    question   the SQL of the cookbook on the released database, with the same SQL by DuckDB alone where every
               table is a view on the Parquet of that release: the same rows, so what differs is the file
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from tests.bench._nation import write_nation

AGENCY_YEARS = int(os.environ.get("GONGKAI_BENCH_AGENCY_YEARS", "1000"))
REPOSITORY = Path(__file__).parents[2]
THREADS = 2
#: The limits, for `NATION` agency-years.
NATION, MARTS, QUESTION = 50_000, 4, 3
MEMORY, DATABASE, PARQUET = 4e9, 300e6, 150e6
#: Shorter than this nothing can be told from the start of a query.
LEAST_SECONDS = 0.02


def run() -> list[dict[str, Any]]:
    """The marts against the load, the peak, the slowest question, and the sizes; each over its limit."""
    with tempfile.TemporaryDirectory() as folder:
        filings = write_nation(Path(folder) / "core" / "tables", AGENCY_YEARS)
        loads = [_stage("load", folder)["seconds"]]
        built = _stage("build", folder)
        loads.append(_stage("load", folder)["seconds"])
        released, asked = _stage("release", folder), _stage("ask", folder)
    load = sum(loads) / len(loads)
    slow = ", ".join(f"{name} {seconds:.1f}" for name, seconds in built["models"][:5])
    scale = AGENCY_YEARS / NATION
    name = f"nation of {AGENCY_YEARS:,} agency-years"
    return [
        {
            "name": f"{name}: marts but fct_cells",
            "ratio": round(built["seconds"] / load / MARTS, 3),
            "unit": f"time / {MARTS} x load of the cells",
            "detail": f"{filings:,} filings; marts {built['seconds']:.1f} s, load {load:.2f} s; {slow}",
        },
        {
            "name": f"{name}: peak memory of dbt",
            "ratio": round(built["bytes"] / MEMORY, 3),
            "unit": "peak / 4 GB",
            "detail": f"{built['bytes'] / 1e6:,.0f} MB; making the release {released['bytes'] / 1e6:,.0f} MB",
        },
        {
            "name": f"{name}: slowest question",
            "ratio": round(asked["ratio"] / QUESTION, 3),
            "unit": f"time / {QUESTION} x on its Parquet",
            "detail": f"{asked['title']}: {asked['seconds']:.3f} s, of {asked['questions']} questions",
        },
        *(
            {
                "name": f"{name}: size of the {what}",
                "ratio": round(released[key] / (limit * scale), 3),
                "unit": f"bytes / {limit * scale / 1e6:,.0f} MB",
                "detail": f"{released[key] / 1e6:.1f} MB, of which register and catalog {released[key + '_fixed'] / 1e6:.1f}",
            }
            for what, key, limit in (("database", "database", DATABASE), ("Parquet", "parquet", PARQUET))
        ),
    ]


def _stage(name: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.nation", name, folder]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _load(folder: Path) -> dict[str, Any]:
    """The cells from Parquet into one table of a database file."""
    target = folder / "load.duckdb"
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"set threads = {THREADS}")
        connection.execute("set enable_progress_bar = false")
        started = time.perf_counter()
        connection.execute(f"create table cells as from read_parquet('{folder}/core/tables/cells.parquet')")
        seconds = time.perf_counter() - started
    target.unlink()
    return {"seconds": seconds}


def _build(folder: Path) -> dict[str, Any]:
    """All models, one after the other; the time of each is dbt's own."""
    from dbt.cli.main import dbtRunner

    project = str(REPOSITORY / "dbt_project")
    os.environ.update(
        GONGKAI_TABLES=str(folder / "core" / "tables"),
        GONGKAI_DBT_PATH=str(folder / "warehouse.duckdb"),
        DBT_PROJECT_DIR=project,
        DBT_PROFILES_DIR=project,
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    aside = str(folder / "dbt")
    told = ["--quiet", "run", "--threads", "1", "--target-path", aside, "--log-path", aside]
    outcome: Any = dbtRunner().invoke(told)
    assert outcome.success, outcome.exception or outcome.result
    times = {result.node.name: result.execution_time for result in outcome.result.results}
    marts = {name: seconds for name, seconds in times.items() if name != "fct_cells"}
    slowest = sorted(times.items(), key=lambda one: -one[1])
    return {"seconds": sum(marts.values()), "models": slowest}


def _release(folder: Path) -> dict[str, Any]:
    """The database and the Parquet as a release has them, and what of it any small release has too."""
    from orchestration.publish import copy_warehouse, table_names
    from orchestration.release_files import export_parquet
    from orchestration.sql_words import quoted

    release = folder / "release"
    release.mkdir()
    copy_warehouse(folder / "warehouse.duckdb", release / "gongkai.duckdb")
    with duckdb.connect(str(release / "gongkai.duckdb"), read_only=True) as connection:
        counts = {name: connection.sql(f"from {quoted(name)}").shape[0] for name in table_names(connection)}
        export_parquet(connection, counts, release)
    files = {path: path.stat().st_size for path in (release / "parquet").rglob("*.parquet")}
    fixed = sum(size for path, size in files.items() if path.stem.startswith(("dim_", "meta_")))
    database = (release / "gongkai.duckdb").stat().st_size
    return {
        "database": database,
        "database_fixed": fixed,
        "parquet": sum(files.values()),
        "parquet_fixed": fixed,
    }


def _ask(folder: Path) -> dict[str, Any]:
    """Every question of the cookbook on the database and on views over the Parquet; the worst ratio of times."""
    from orchestration.publish import table_names
    from orchestration.release_files import parquet_of
    from orchestration.sql_words import quoted
    from tests.cookbook import questions

    release = folder / "release"
    worst: dict[str, Any] = {"ratio": 0.0, "questions": 0}
    with (
        duckdb.connect(str(release / "gongkai.duckdb"), read_only=True) as database,
        duckdb.connect() as alone,
    ):
        tables = table_names(database)
        for table in tables:
            alone.execute(f"create view {quoted(table)} as from {parquet_of(release, table)}")
        for name, view in database.execute(
            "select view_name, sql from duckdb_views() where not internal and schema_name = 'main'"
        ).fetchall():
            if name not in tables:
                alone.execute(view)
        for name, parameters, definition in database.execute(
            "select function_name, parameters, macro_definition from duckdb_functions() "
            "where not internal and function_type = 'table_macro' and database_name = current_database()"
        ).fetchall():
            alone.execute(f"create macro {name}({', '.join(parameters)}) as table {definition}")
        for connection in (database, alone):
            connection.execute(f"set threads = {THREADS}")
            connection.execute("set enable_progress_bar = false")
        for question in questions():
            own, other = _seconds(database, question.sql), _seconds(alone, question.sql)
            worst["questions"] += 1
            if (ratio := max(own, LEAST_SECONDS) / max(other, LEAST_SECONDS)) > worst["ratio"]:
                worst |= {"ratio": ratio, "title": question.title, "seconds": own}
    return worst


def _seconds(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    """The best of three: the first reads the file, and others work on this machine too."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        connection.execute(sql).fetchall()
        times.append(time.perf_counter() - started)
    return min(times)


def _peak() -> int:
    """The most memory that this process held. Not `ru_maxrss`: a child begins with that of its parent there."""
    said = Path("/proc/self/status").read_text("ascii")
    (kilobytes,) = (line.split()[1] for line in said.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024


STAGES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "load": _load,
    "build": _build,
    "release": _release,
    "ask": _ask,
}

if __name__ == "__main__":
    said = STAGES[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"bytes": _peak(), **said}))
