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
from orchestration.release_order import order_in_parquet
from orchestration.sql_words import quoted, text
from orchestration.workbooks import columns_of, furnish

#: Tables that spreadsheets get.
FOR_SPREADSHEETS = ("dim_", "rpt_", "meta_")
#: A table with more rows and a report year is given as one Parquet file a year.
PARTITIONED_ABOVE = 1_000_000
#: Of zstd: a sixth smaller than DuckDB's default of 3, and the writing takes as long.
LEVEL = 9
#: What the folder of a year is called where there is none; readers of partitioned Parquet take it for null.
NO_YEAR = "__HIVE_DEFAULT_PARTITION__"
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

    A table of more than `above` rows that has a report year is the folder `parquet/<table>/` instead, with
    one file a year under `report_year=Y/`; it is there once only, for such tables are most of a release.
    """
    (folder / "parquet").mkdir()
    for table, rows in tables.items():
        columns = _columns(connection, table)
        order = order_in_parquet(columns)
        if rows > above and "report_year" in columns:
            _write_years(connection, table, order, folder / "parquet" / table)
        else:
            target = folder / "parquet" / f"{table}.parquet"
            _write_parquet(connection, f"from {quoted(table)} {order}", target)


def _write_years(connection: duckdb.DuckDBPyConnection, table: str, order: str, folder: Path) -> None:
    """One file a year, one after the other: DuckDB's own partitioning mixes the rows of its threads."""
    years = connection.execute(f"select distinct report_year from {quoted(table)} order by 1").fetchall()
    for (year,) in years:
        said, value = (NO_YEAR, "null") if year is None else (year, year)
        target = folder / f"report_year={said}" / "rows.parquet"
        target.parent.mkdir(parents=True)
        query = (
            f"select * exclude (report_year) from {quoted(table)} "
            f"where report_year is not distinct from {value} {order}"
        )
        _write_parquet(connection, query, target)


def _write_parquet(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    connection.execute(
        f"copy ({query}) to {text(target)} (format parquet, compression zstd, compression_level {LEVEL})"
    )


def parquet_of(folder: Path, table: str) -> str:
    """What DuckDB reads the Parquet of a table of a release with."""
    whole = folder / "parquet" / f"{table}.parquet"
    if whole.exists():
        return f"read_parquet({text(whole)})"
    years = f"{folder}/parquet/{table}/*/*.parquet"
    return f"read_parquet({text(years)}, hive_partitioning = true, hive_types = {{'report_year': integer}})"


def export_spreadsheets(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, int],
    folder: Path,
    unchanged: Callable[[str, Path], Path | None],
) -> list[str]:
    """Write `csv/<table>.csv` (UTF-8 with BOM) and `xlsx/<table>.xlsx` of the tables for spreadsheets.

    unchanged: gives, for a table and a path inside the release, the file of the release before that holds the
    same rows, or None. XLSX is written by an extension of DuckDB that comes as a wheel; on a platform without
    it there is CSV only. Returns what is left out, in words.
    """
    kinds, left_out = {"csv": _write_csv, "xlsx": _write_xlsx}, []
    if not excel_extension().exists():
        del kinds["xlsx"]
        left_out.append(f"xlsx: {EXCEL} {duckdb.__version__} is not installed where the release was made")
    for kind, write in kinds.items():
        (folder / kind).mkdir()
        for table, rows in tables.items():
            if not table.startswith(FOR_SPREADSHEETS):
                continue
            if kind == "xlsx" and rows >= SHEET_ROWS:
                left_out.append(f"xlsx/{table}.xlsx: {rows} rows are more than a sheet holds")
                continue
            target = Path(kind) / f"{table}.{kind}"
            same = unchanged(table, target)
            if same is None:
                write(connection, table, folder / target)
            else:
                os.link(same, folder / target)
    return left_out


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
    # from the wheel it comes in; nothing is fetched from the net
    connection.execute(f"load {text(excel_extension())}")
    connection.execute(
        f"copy (select * from {quoted(table)} order by all) to {text(target)} "
        f"(format xlsx, header true, sheet {text(table)})"
    )
    furnish(target, table, columns_of(connection, table), connection.table(quoted(table)).shape[0])


def excel_extension() -> Path:
    """Where the wheel of the excel extension keeps the one for this DuckDB; not there without the wheel."""
    wheel = find_spec(EXCEL)
    folders = wheel.submodule_search_locations if wheel is not None else None
    folder = Path(folders[0]) if folders else Path(EXCEL)
    return folder / "extensions" / f"v{duckdb.__version__}" / "excel.duckdb_extension"


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


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {quoted(table)}").fetchall()]
