"""In which order the rows of a release stand, and how large its blocks are: what makes its files small.

Belongs here: copying the tables of a warehouse in that order. Not here: which tables, views and macros a
release has (`publish`), the files beside the database (`release_files`).

A column takes little where neighbours are alike. Of a table with a row a cell the numbers are alike down a
column of the form (hundreds of reports that all print 0), and what says whose report it is within a report.
So large tables stand in blocks of filings, by year and id, and inside a block by what follows after the
filing: cell key, then value. On 50,000 agency-years that is a third of the file that the order of reading
gives, and a query for one filing or year still reads few row groups.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from orchestration.sql_words import quoted, text

#: What makes a filing; the columns after these decide the order within a block.
FILING = ("filing_id", "agency_id", "agency", "report_year", "scope", "form")
FILINGS_IN_A_BLOCK = 2048
#: How many columns after those of the filing are sorted by: a key, and the number.
SORTED_BY = 6
#: A table with fewer rows stays as it is.
LARGE = 100_000
#: Bytes a block. DuckDB's default is the greatest and suits millions of rows: numbers are packed and texts
#: share a dictionary within a block. A release of a few thousand rows would take ten times the space.
SMALL_BLOCKS, LARGE_BLOCKS = 16_384, 262_144
#: What sorting may hold in memory; the rest is put beside the target.
MEMORY = "2GB"


def copy_in_order(source: Path, target: Path, storage: str) -> None:
    """Copy the database `source` (its schema `main` only) to the new file `target`, large tables in order.

    storage: the storage version that DuckDB writes.
    """
    spill = target.with_suffix(".spill")
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"set temp_directory = {text(spill)}")
        connection.execute(f"attach {text(source)} as whole (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'whole' and not internal order by 1"
        ).fetchall()
        rows = {name: _count(connection, name) for (name,) in tables}
        block = LARGE_BLOCKS if sum(rows.values()) > 10 * LARGE else SMALL_BLOCKS
        connection.execute(
            f"attach {text(target)} as release (block_size {block}, storage_version '{storage}')"
        )
        connection.execute("copy from database whole to release (schema)")
        if "fct_filings" in rows:
            connection.execute(
                "create temp table blocks as select filing_id, "
                f"(row_number() over (order by report_year, filing_id) - 1) // {FILINGS_IN_A_BLOCK} as block "
                "from whole.main.fct_filings"
            )
        for table, n in rows.items():
            ordered = f"whole.main.{quoted(table)}"
            columns = columns_of(connection, "whole", table)
            if n > LARGE and "fct_filings" in rows and is_ordered(columns):
                after = ", ".join(f"rows.{quoted(one)}" for one in columns[len(FILING) :][:SORTED_BY])
                ordered = (
                    f"(select rows.* from {ordered} as rows left join blocks using (filing_id) "
                    f"order by blocks.block, {after}, rows.filing_id)"
                )
            connection.execute(f"insert into release.main.{quoted(table)} from {ordered}")
            connection.execute("checkpoint release")
    shutil.rmtree(spill, ignore_errors=True)


def order_in_parquet(columns: list[str]) -> str:
    """The order of a table of these columns in Parquet: a fixed one, report by report.

    Unlike the database, Parquet packs repetitions of any length: what says whose report it is takes nothing,
    and a report's places follow one another. Cells take half of what they take in the order of the database.
    """
    if not is_ordered(columns):
        return "order by all"
    after = columns[len(FILING) :][:SORTED_BY]
    return f"order by {', '.join(map(quoted, ('filing_id', *after)))}"


def is_ordered(columns: list[str]) -> bool:
    """Whether a table of these columns has rows of filings, which this module orders."""
    return tuple(columns[: len(FILING)]) == FILING


def columns_of(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> list[str]:
    """The columns of a table in `main`, in their order."""
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = 'main' "
        "and table_name = ? order by column_index",
        [database, table],
    ).fetchall()
    return [name for (name,) in found]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"select count(*) from whole.main.{quoted(table)}").fetchone()
    return int(found[0]) if found else 0
