"""Questions a person asks of the facts: where does this number come from, what does not add up, what was read.

Belongs here: queries and their answers as text. Not here: making any of it. The facts are those of the current
release; where there is none yet, those of the tidy tables.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from ingestion.archive import Archive, ArchiveError
from ingestion.paths import DataRoot
from orchestration.agencies import match_agency
from orchestration.publish import DATABASE

STATES = (
    "read",
    "partial",
    "no_tables",
    "blank_form",
    "not_a_report",
    "unreadable",
    "quarantined",
    "waiting",
)
EXCERPT_LINES = 6

# The same names over a release and over the tidy tables, so that every question is asked once.
_FROM_RELEASE = {
    "documents": "select * from fct_documents",
    "filings": "select * from fct_filings",
    "cells": "select * from fct_cells",
    "results": "select * from fct_identity_results",
    "identities": "select * from dim_identity",
}
_FROM_TABLES = {
    "documents": "select * from documents",
    "filings": "select * from filings",
    "cells": """
        select c.*, s.cell_key is not null as is_suspect, d.value as derived_value,
            from_json(d."by", '["VARCHAR"]') as derived_by
        from cells c
        left join cell_suspects s using (filing_id, cell_key)
        left join derived_cells d using (filing_id, cell_key)""",
    "results": """
        select * replace (from_json(suspects, '["VARCHAR"]') as suspects) from identity_results""",
    "identities": "select * from catalog_identities",
}


class NothingFound(Exception):
    """There is nothing of that kind; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Facts:
    """An open connection with the views documents, filings, cells, results and identities."""

    connection: duckdb.DuckDBPyConnection
    root: DataRoot
    where: str

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """All rows of a query, as dictionaries."""
        cursor = self.connection.execute(query, list(values))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def opened(root: DataRoot) -> Iterator[Facts]:
    """Open the current release, or the tidy tables where there is none. Raises NothingFound without either."""
    database = root.current / DATABASE
    with duckdb.connect(":memory:") as connection:
        if database.exists():
            path = str(database.resolve()).replace("'", "''")
            connection.execute(f"attach '{path}' as release (read_only)")
            source, prefix = _FROM_RELEASE, "use release"
            connection.execute(prefix)
            where = f"release {database.resolve().parent.name}"
            target = "memory.main."
        elif (root.tables / "identity_results.parquet").exists():
            connection.execute("create schema tidy")
            for parquet in sorted(root.tables.glob("*.parquet")):
                path = str(parquet).replace("'", "''")
                connection.execute(f'create view tidy."{parquet.stem}" as from read_parquet(\'{path}\')')
            connection.execute("use memory.tidy")
            source, where, target = _FROM_TABLES, "the tidy tables (no release yet)", "memory.main."
        else:
            raise NothingFound("nothing has been read yet; `gongkai run` reads what is archived")
        for name, query in source.items():
            connection.execute(f"create temp table {name}_ as {query}" if False else f"create view {target}{name} as {query}")
        yield Facts(connection, root, where)
