"""The facts, opened for questions: those of the current release; where there is none yet, the tidy tables.

Belongs here: the same names over both. Not here: any question (`lookup`, `cases`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.paths import DataRoot
from orchestration.publish import DATABASE, table_names
from orchestration.sql_words import text

# The same names over a release and over the tidy tables, so that every question is asked once.
_FROM_RELEASE = {
    "documents": "select * from release.main.fct_documents",
    "filings": "select * from release.main.fct_filings",
    "cells": "select * from release.main.fct_cells",
    "results": "select * from release.main.fct_identity_results",
    "identities": "select * from release.main.dim_identity",
    "corrections": "select * from release.main.fct_corrections",
    "suggestions": """
        select s.*, l.kind, l.is_unique, l.violated from release.main.fct_suspects s
        join release.main.fct_localisations l using (filing_id, table_code, rank)""",
    "reconciled": "select * from release.main.fct_reconciled_cells",
    "agency_names": """
        select agency_id, name_zh as name from release.main.dim_agency where n_filings > 0
        union all select agency_id, alias from release.main.dim_agency_alias where kind <> 'region'""",
    "agency_queue": """
        select filing_id, sha256, report_year, agency, how, why, of_place, candidates, names_seen
        from release.main.fct_agency_queue""",
}
_FROM_TABLES = {
    "documents": "select * from tidy.documents",
    "filings": """
        select f.*, r.agency_id from tidy.filings f left join tidy.agency_resolutions r using (filing_id)""",
    "cells": """
        select c.*, s.cell_key is not null as is_suspect, d.value as derived_value,
            v.correction_id, from_json(d."by", '["VARCHAR"]') as derived_by,
            from_json(s.identity_ids, '["VARCHAR"]') as suspected_by
        from tidy.cells c
        left join tidy.cell_suspects s using (filing_id, cell_key)
        left join tidy.derived_cells d using (filing_id, cell_key)
        left join tidy.verdicts v using (filing_id, cell_key)""",
    "results": """
        select * replace (from_json(suspects, '["VARCHAR"]') as suspects) from tidy.identity_results""",
    "identities": "select * from tidy.catalog_identities",
    "corrections": "select * from tidy.corrections",
    "suggestions": """
        select s.*, l.kind, l.is_unique, from_json(l.violated, '["VARCHAR"]') as violated
        from tidy.suspected_cells s join tidy.localisations l using (filing_id, table_code, rank)""",
    "reconciled": """
        select * replace (from_json(rests_on, '["VARCHAR"]') as rests_on) from tidy.reconciled_cells""",
    "agency_names": """
        select distinct agency_id, name_zh as name from tidy.agency_resolutions where agency_id is not null
        union all select agency_id, alias from tidy.agency_aliases where kind <> 'region'""",
    "agency_queue": """
        select filing_id, sha256, report_year, agency, how, why, of_place, candidates,
            from_json(names_seen, '["VARCHAR"]') as names_seen
        from tidy.agency_resolutions where agency_id is null""",
}
#: What stands for a view over tables that a release lacks since it was made before they existed: the table,
#: and an empty view.
_LATER = {
    "corrections": ("fct_corrections", "select null as correction_id where false"),
    "suggestions": ("fct_suspects", "select null as filing_id, null as rank where false"),
    "reconciled": ("fct_reconciled_cells", "select null as filing_id, null as cell_key where false"),
    "agency_names": ("dim_agency_alias", "select null as agency_id, null as name where false"),
    "agency_queue": (
        "fct_agency_queue",
        "select null as filing_id, null as report_year, null as agency, null as why where false",
    ),
}
#: The last tables that a run writes, of normalise and of confront: where they are, all are.
_LAST_WRITTEN = (
    "corrections",
    "verdicts",
    "agency_resolutions",
    "agency_aliases",
    "identity_results",
    "reconciled_cells",
)


class NothingFound(Exception):
    """There is nothing of that kind; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Facts:
    """An open connection with the views documents, filings, cells, results, identities, corrections,
    suggestions (cells of explanations, with what they might have said), reconciled, agency_names
    and agency_queue.
    """

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
    """Open the current release, else the tidy tables. Raises NothingFound where there is neither."""
    database = root.current / DATABASE
    with duckdb.connect(":memory:") as connection:
        if database.exists():
            path = (
                database.resolve()
            )  # one release for all questions, also when `current` is flipped meanwhile
            connection.execute(f"attach {text(path)} as release (read_only)")
            tables = set(table_names(connection, "release"))
            views = _FROM_RELEASE | {
                name: empty for name, (table, empty) in _LATER.items() if table not in tables
            }
            where = f"release {path.parent.name}"
        elif all((root.tables / f"{name}.parquet").exists() for name in _LAST_WRITTEN):
            connection.execute("create schema tidy")
            for parquet in sorted(root.tables.glob("*.parquet")):
                view = f'create view tidy."{parquet.stem}" as from read_parquet({text(parquet)})'
                connection.execute(view)
            views, where = _FROM_TABLES, "the tidy tables (there is no release yet)"
        else:
            raise NothingFound("nothing has been read yet; `gongkai run` reads what is archived")
        for name, query in views.items():
            connection.execute(f"create view {name} as {query}")
        yield Facts(connection, root, where)
