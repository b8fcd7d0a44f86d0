"""The files of a release beside the database: Parquet, CSV, XLSX, how to cite it, under which licence.

Belongs here: writing them from the released database. Not here: making and flipping releases (`publish`), the
pages (`dictionary_page`, `dbt_docs`).

CSV and XLSX are for spreadsheets, so they carry what a spreadsheet holds: dimensions, dictionary and `rpt_`
tables. What has the same rows as in the release before, written by the same code, is linked and not written
again: both are immutable, and the register of agencies alone is a quarter of a million rows.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from string import Template

import duckdb

from ingestion.paths import REPOSITORY

#: Tables that spreadsheets get.
FOR_SPREADSHEETS = ("dim_", "rpt_", "meta_")
#: A table with more rows and a report year is given as one Parquet file a year too.
PARTITIONED_ABOVE = 1_000_000
#: Excel shows no more rows, the header included.
SHEET_ROWS = 1_048_576
#: The wheel that DuckDB's XLSX writer comes in; pinned to the version of DuckDB.
EXCEL = "duckdb_extension_excel"
BOM = b"\xef\xbb\xbf"
_TERMS = Path(__file__).with_name("release_terms")
_ATTRIBUTION = REPOSITORY / "ingestion" / "catalog" / "divisions" / "ATTRIBUTION.md"


def export_parquet(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, int],
    folder: Path,
    above: int = PARTITIONED_ABOVE,
) -> None:
    """Write each table (name to rows) as `parquet/<table>.parquet`, rows in a fixed order.

    A table of more than `above` rows that has a report year is there as
    `parquet_by_year/<table>/report_year=Y/` too, for readers that want a few years of it.
    """
    (folder / "parquet").mkdir()
    for table, rows in tables.items():
        whole = folder / "parquet" / f"{table}.parquet"
        connection.execute(
            f"copy (select * from {quoted(table)} order by all) to {text(whole)} "
            "(format parquet, compression zstd)"
        )
        if rows > above and "report_year" in _columns(connection, table):
            by_year = folder / "parquet_by_year" / table
            by_year.mkdir(parents=True)
            connection.execute(
                f"copy (from read_parquet({text(whole)})) to {text(by_year)} "
                "(format parquet, compression zstd, partition_by (report_year))"
            )


def export_spreadsheets(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, int],
    folder: Path,
    unchanged: Callable[[str, Path], Path | None],
) -> None:
    """Write `csv/<table>.csv` (UTF-8 with BOM) and `xlsx/<table>.xlsx` of the tables for spreadsheets.

    unchanged: gives, for a table and a path inside the release, the file of the release before that holds the
    same rows, or None. XLSX is written by an extension of DuckDB that comes as a wheel; on a platform without
    it there is CSV only.
    """
    kinds = {"csv": _write_csv, "xlsx": _write_xlsx}
    if find_spec(EXCEL) is None:
        del kinds["xlsx"]
    for kind, write in kinds.items():
        (folder / kind).mkdir()
        for table, rows in tables.items():
            if not table.startswith(FOR_SPREADSHEETS) or (kind == "xlsx" and rows >= SHEET_ROWS):
                continue
            target = Path(kind) / f"{table}.{kind}"
            same = unchanged(table, target)
            if same is None:
                write(connection, table, folder / target)
            else:
                os.link(same, folder / target)


def _write_csv(connection: duckdb.DuckDBPyConnection, table: str, target: Path) -> None:
    # Excel takes a CSV without the mark for the local code page, and shows Chinese as rubbish.
    plain = target.with_suffix(".plain")
    connection.execute(
        f"copy (select * from {quoted(table)} order by all) to {text(plain)} (format csv, header true)"
    )
    with plain.open("rb") as source, target.open("wb") as file:
        file.write(BOM)
        shutil.copyfileobj(source, file)
    plain.unlink()


def _write_xlsx(connection: duckdb.DuckDBPyConnection, table: str, target: Path) -> None:
    _load_excel(connection)
    connection.execute(
        f"copy (select * from {quoted(table)} order by all) to {text(target)} "
        f"(format xlsx, header true, sheet {text(table)})"
    )


def _load_excel(connection: duckdb.DuckDBPyConnection) -> None:
    """Load DuckDB's excel extension from the wheel it comes in; nothing is fetched from the net."""
    wheel = find_spec(EXCEL)
    assert wheel is not None and wheel.submodule_search_locations
    folder = Path(wheel.submodule_search_locations[0]) / "extensions" / f"v{duckdb.__version__}"
    connection.execute(f"load {text(folder / 'excel.duckdb_extension')}")


def write_terms(folder: Path, release_id: str, released: datetime) -> None:
    """Write CITATION.cff (which release, which day) and DATA_LICENCE.md (whose data, under which terms)."""
    from importlib.metadata import version

    facts = {
        "release": release_id,
        "released": f"{released:%Y-%m-%d}",
        "version": version("gongkai"),
        "attribution": _ATTRIBUTION.read_text("utf-8"),
    }
    for name in ("CITATION.cff", "DATA_LICENCE.md"):
        terms = (_TERMS / name).read_text("utf-8")
        (folder / name).write_text(Template(terms).substitute(facts), encoding="utf-8")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in connection.execute(f"describe {quoted(table)}").fetchall()}


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: Path | str) -> str:
    """A text as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"
