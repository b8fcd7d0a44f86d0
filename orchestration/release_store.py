"""How the facts of a release stand in its database: narrow tables, under views that show every column.

Belongs here: which columns of a fact are kept how, making the narrow tables and the views, and the proof that
a view shows what the fact had. Not here: in which order rows stand (`release_order`), what else a release
has (`publish`).

A fact of the warehouse repeats in each row whose report it is and what the cell is called; of the millions of
rows of a nation that is most of the file. So a release keeps the facts of LAYOUTS in the schema `store`:

    store.filings       whose report, once a filing, by a number
    store.<fact>_keys   what a form and the catalog say of a row, once a combination, by a number
    store.<fact>        these two numbers, and what differs from row to row

and `main.<fact>` is a view that puts the columns together again, by name, type, order and comment those of
the warehouse. A column that nearly always says what another one implies (`value_best` without a verdict is
`value`) is kept where it does not, and `<column>_own` tells where. That is storage only: nothing is left out
or worked out anew, and `differing` compares every row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import duckdb

from orchestration.sql_words import quoted, text

#: Where the narrow tables are; readers use `main`.
SCHEMA = "store"
#: What makes a filing, first in every fact of a release.
FILING = ("filing_id", "agency_id", "agency", "report_year", "scope", "form")
#: What of fct_filings a fact may repeat, and a layout may name as usual.
_REPEATED = ("sha256", "is_current")
#: The parts of `place` that nearly all places have (`Locator.in_words`); the others are kept as they are.
_PLACE = (
    "nullif(concat_ws(', ', 'page ' || rows.page, 'table ' || rows.table_index, 'row ' || rows.row_index, "
    "'column ' || rows.column_index, 'line ' || rows.line), '')"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How one fact is kept, beside the columns of the filing.

    keys: the columns that a form and the catalog decide; each combination is kept once. usual: column to SQL
    of what it nearly always says, over columns of `rows` (the fact) that are neither keys nor usual
    themselves, and `sha256` and `is_current` of `filings`.
    """

    keys: tuple[str, ...] = ()
    usual: Mapping[str, str] = field(default_factory=dict)


_BEST = {"value_best": "rows.value"}
LAYOUTS: Mapping[str, Layout] = {
    "fct_application_flow": Layout(
        (
            "applicant_type",
            "new_received_cell_key",
            "carried_in_cell_key",
            "handled_cell_key",
            "carried_out_cell_key",
            "unit",
        ),
        {f"{name}_best": f"rows.{name}" for name in ("new_received", "carried_in", "handled", "carried_out")},
    ),
    "fct_application_outcomes": Layout(("outcome", "applicant_type", "cell_key", "unit"), _BEST),
    "fct_cells": Layout(
        ("cell_key", "table_code", "row_code", "column_code"),
        {
            **_BEST,
            "is_current": "filings.is_current",
            "sha256": "filings.sha256",
            "place": _PLACE,
        },
    ),
    "fct_disclosures": Layout(("table_code", "item", "measure", "cell_key", "unit"), _BEST),
    "fct_identity_results": Layout(
        ("identity_id", "instance", "severity", "kind", "operands"),
        {"is_current": "filings.is_current", "residual": "rows.lhs - rows.rhs"},
    ),
    "fct_legacy_indicators": Layout((), {**_BEST, "sha256": "filings.sha256"}),
    "fct_measures": Layout(
        ("measure", "relation", "breaks_before", "joins_previous", "cell_keys"), {"ratio_best": "rows.ratio"}
    ),
    "fct_narrative_facts": Layout(("fact", "unit"), {"sha256": "filings.sha256"}),
    "fct_printed_totals": Layout(
        ("table_code", "row_code", "column_code", "cell_key", "direction", "unit"),
        {**_BEST, "difference": "rows.value - rows.parts_sum"},
    ),
    "fct_reviews": Layout(("channel", "result", "cell_key", "unit"), _BEST),
    "fct_series": Layout(("concept", "unit", "relation", "cell_keys"), _BEST),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a fact: its type, and its comment if it has one."""

    name: str
    type: str
    comment: str | None


def stored(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[Column]]:
    """The facts of an attached warehouse to keep narrow, by name with all their columns: those that have the
    columns of their layout.

    A warehouse of other columns is published all the same, only its file is larger.
    """
    tables = columns_of(connection, database)

    def has(table: str, columns: set[str]) -> bool:
        return columns <= {one.name for one in tables.get(table, ())}

    if not has("fct_filings", {*FILING, *_REPEATED}):
        return {}
    return {
        fact: tables[fact]
        for fact, layout in sorted(LAYOUTS.items())
        if has(fact, {*FILING, *layout.keys, *layout.usual})
    }


def keep_filings(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, facts: Collection[str]
) -> None:
    """Make `store.filings` in `target`: every filing that fct_filings or one of the facts of `source` names.

    filing_no: integer, from 1 by year and id, without meaning outside this file.
    """
    listed = ", ".join(map(quoted, FILING))
    named = " union ".join(
        f"select {listed} from {source}.main.{quoted(one)}" for one in ("fct_filings", *facts)
    )
    repeated = ", ".join(f"filings.{name}" for name in _REPEATED)
    connection.execute(f"create schema {target}.{SCHEMA}")
    connection.execute(
        f"create table {target}.{SCHEMA}.filings as "
        "select cast(row_number() over (order by named.report_year, filing_id) as integer) as filing_no, "
        f"named.*, {repeated} from ({named}) as named "
        f"left join {source}.main.fct_filings as filings using (filing_id) order by 1"
    )


def keep(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    fact: str,
    columns: list[Column],
    per_block: int,
    sorted_by: int,
) -> None:
    """Keep a fact of `source` narrow in `target`, a view in place of the table of that name in its `main`.

    Rows stand in blocks of `per_block` filings, inside by key, by the first `sorted_by` other columns, and by
    filing.
    """
    layout = LAYOUTS[fact]
    rest = [
        one.name
        for one in columns
        if one.name not in FILING and one.name not in layout.keys and one.name not in layout.usual
    ]
    narrow, keys = f"{SCHEMA}.{quoted(fact)}", f"{SCHEMA}.{quoted(f'{fact}_keys')}"
    origin = f"{source}.main.{quoted(fact)}"
    kept = [
        "filings.filing_no",
        *(["keys.key_no"] if layout.keys else []),
        *(f"rows.{quoted(one)}" for one in rest),
    ]
    for column, usual in layout.usual.items():
        own = f"rows.{quoted(column)} is distinct from {usual}"
        kept += [
            f"{own} as {quoted(f'{column}_own')}",
            f"if({own}, rows.{quoted(column)}, null) as {quoted(column)}",
        ]
    joins = f"join {target}.{SCHEMA}.filings as filings on {_same(FILING, 'filings')}"
    if layout.keys:
        listed = ", ".join(map(quoted, layout.keys))
        connection.execute(
            f"create table {target}.{keys} as "
            f"select cast(row_number() over (order by {listed}) as integer) as key_no, * "
            f"from (select distinct {listed} from {origin}) order by 1"
        )
        joins += f" join {target}.{keys} as keys on {_same(layout.keys, 'keys')}"
    order = [*(["key_no"] if layout.keys else []), *(f"rows.{quoted(one)}" for one in rest[:sorted_by])]
    connection.execute(
        f"create table {target}.{narrow} as select {', '.join(kept)} from {origin} as rows {joins} "
        f"order by {', '.join([f'filing_no // {per_block}', *order, 'filing_no'])}"
    )
    connection.execute(f"drop table {target}.main.{quoted(fact)}")
    _view(connection, target, fact, columns)


def _view(connection: duckdb.DuckDBPyConnection, target: str, fact: str, columns: list[Column]) -> None:
    layout = LAYOUTS[fact]
    shown = []
    for column in columns:
        name = quoted(column.name)
        if column.name in FILING:
            said = f"filings.{name}"
        elif column.name in layout.keys:
            said = f"keys.{name}"
        elif column.name in layout.usual:
            usual = f"cast({layout.usual[column.name]} as {column.type})"
            said = f"if(rows.{quoted(f'{column.name}_own')}, rows.{name}, {usual})"
        else:
            said = f"rows.{name}"
        shown.append(f"{said} as {name}")
    joins = f"join {SCHEMA}.filings as filings on rows.filing_no = filings.filing_no"
    if layout.keys:
        joins += f" join {SCHEMA}.{quoted(f'{fact}_keys')} as keys on rows.key_no = keys.key_no"
    # Made from inside the database: a view that names it would not open under another name.
    connection.execute(f"use {target}")
    connection.execute(
        f"create view main.{quoted(fact)} as select {', '.join(shown)} "
        f"from {SCHEMA}.{quoted(fact)} as rows {joins}"
    )
    connection.execute("use memory")


def comment(connection: duckdb.DuckDBPyConnection, source: str, target: str, facts: Collection[str]) -> None:
    """Let the views say of themselves and their columns what the facts say, and the store that it is one."""
    told = dict(
        connection.execute(
            "select table_name, comment from duckdb_tables() "
            "where database_name = ? and schema_name = 'main'",
            [source],
        ).fetchall()
    )
    given = columns_of(connection, source)
    kept: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = ? and schema_name = ?",
        [target, SCHEMA],
    ).fetchall():
        kept.setdefault(table, []).append(column)
    statements = []
    for table, columns in kept.items():
        fact = "fct_filings" if table == "filings" else table.removesuffix("_keys")
        said = {one.name: one.comment for one in given[fact] if one.comment}
        if table in facts:
            view = f"{target}.main.{quoted(fact)}"
            if told[fact]:
                statements.append(f"comment on view {view} is {text(told[fact])}")
            for column, about in said.items():
                statements.append(f"comment on column {view}.{quoted(column)} is {text(about)}")
        where = f"{target}.{SCHEMA}.{quoted(table)}"
        storage = f"存储用。请读 {fact}。 / Storage. Read {fact}."
        statements.append(f"comment on table {where} is {text(storage)}")
        for column in columns:
            if (words := _of_the_store(column, said)) is not None:
                statements.append(f"comment on column {where}.{quoted(column)} is {text(words)}")
    # in one transaction: there are hundreds, and each alone would be written to the disk
    connection.execute(";\n".join(["begin", *statements, "commit"]))


def _of_the_store(column: str, said: Mapping[str, str]) -> str | None:
    about = column.removesuffix("_own")
    if column.endswith("_no"):
        return "存储用的编号，文件之外没有意义。 / A number of the storage, without meaning elsewhere."
    if about != column and about in said:
        return f"是否以本行的 {about} 为准。 / Whether {about} is what this row keeps; else others imply it."
    return said.get(column)


def differing(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, facts: Collection[str]
) -> list[str]:
    """The facts that do not show in `target` what they hold in `source`: other columns or other rows."""
    before, after = columns_of(connection, source), columns_of(connection, target)
    return [
        fact
        for fact in facts
        if before[fact] != after.get(fact)
        or _print(connection, source, fact, before[fact]) != _print(connection, target, fact, before[fact])
    ]


def columns_of(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[Column]]:
    """The columns of every table and view in `main` of an attached database, in their order."""
    found: dict[str, list[Column]] = {}
    for name, *column in connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = ? and schema_name = 'main' order by table_name, column_index",
        [database],
    ).fetchall():
        found.setdefault(name, []).append(Column(*column))
    return found


def _print(
    connection: duckdb.DuckDBPyConnection, database: str, table: str, columns: list[Column]
) -> tuple[object, ...] | None:
    """A print of the rows that does not depend on their order; a row counts as often as it is there."""
    listed = ", ".join(quoted(one.name) for one in columns)
    return connection.execute(
        f"select count(*), sum(hash({listed})), bit_xor(hash(1, {listed})) "
        f"from {database}.main.{quoted(table)}"
    ).fetchone()


def _same(columns: tuple[str, ...], side: str) -> str:
    return " and ".join(f"rows.{quoted(one)} is not distinct from {side}.{quoted(one)}" for one in columns)
