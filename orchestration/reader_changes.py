"""Numbers that the same document gives now and did not give in the current release: the reader has changed.

Belongs here: comparing the tidy cells with the release that readers have, and keeping what earlier releases
found. Does not belong here: changes between vintages and by verdicts (the warehouse sees both sides of
those), comparing two releases (`revisions`).

Only the release before knows what another reader saw, so this table is history: a data root that is built
from nothing has none of it. That is why nothing else may get into it: a page whose attachment came later, or
a document whose title was learnt, is read otherwise by the same reader, and a build from nothing reads it so
at once.
"""

from __future__ import annotations

import os

import duckdb

from ingestion.paths import DataRoot
from orchestration.publish import DATABASE, table_names
from orchestration.sql_words import text

TABLE = "reader_changes"
#: of the table, as DuckDB creates them
COLUMNS = """
    filing_id varchar, cell_key varchar, release varchar, agency_id varchar, agency varchar,
    report_year integer, scope varchar, form varchar, old_value decimal(24, 6), new_value decimal(24, 6),
    old_state varchar, new_state varchar, detail varchar"""

#: The tidy tables that are compared with the release.
_FILES = {
    "cells": "cells",
    "documents": "documents",
    "filings": "filings",
    "resolutions": "agency_resolutions",
}

# A document with one filing on each side: what is one report now and was two before is no revision of a cell.
_FOUND = """
insert into changes
with before as (
    select c.sha256, c.form, c.cell_key, any_value(c.value) as value, any_value(c.state) as state,
        any_value(d.reader_version) as reader
    from release.main.fct_cells c join release.main.fct_documents d using (sha256)
    group by c.sha256, c.form, c.cell_key having count(*) = 1
),
after as (
    select c.sha256, c.form, c.cell_key, any_value(c.value) as value, any_value(c.state) as state,
        any_value(d.reader_version) as reader, any_value(c.filing_id) as filing_id,
        any_value(c.agency) as agency, any_value(c.report_year) as report_year, any_value(c.scope) as scope,
        any_value(r.agency_id) as agency_id
    from read_parquet({cells}) c join read_parquet({documents}) d using (sha256)
    left join read_parquet({resolutions}) r using (filing_id)
    group by c.sha256, c.form, c.cell_key having count(*) = 1
)
select after.filing_id, cell_key, {release}, after.agency_id, after.agency, after.report_year, after.scope,
    form, before.value, after.value, before.state, after.state,
    'reader ' || before.reader || ' -> ' || after.reader
from before join after using (sha256, form, cell_key)
where before.reader is distinct from after.reader
    and (before.value is distinct from after.value or before.state is distinct from after.state)
"""
# Whose report a document is may have been corrected or registered since, and with that the id of its filing.
_KEPT = """
insert into changes
with present as (
    select f.sha256, f.filing_id, r.agency_id, f.agency, f.report_year, f.scope
    from read_parquet({filings}) f left join read_parquet({resolutions}) r using (filing_id)
)
select coalesce(p.filing_id, t.filing_id), t.cell_key, t.evidence,
    if(p.filing_id is null, t.agency_id, p.agency_id), if(p.filing_id is null, t.agency, p.agency),
    if(p.filing_id is null, t.report_year, p.report_year), coalesce(p.scope, t.scope), t.form,
    t.old_value, t.new_value, t.old_state, t.new_state, t.detail
from release.main.fct_changes t
left join release.main.fct_filings f on t.filing_id = f.filing_id
left join present p on f.sha256 = p.sha256
where t.cause = 'new_reader'
"""


def collect_reader_changes(root: DataRoot) -> int:
    """Write what the current release shows otherwise than the tidy tables do, and what it knew of releases
    before it, as one more tidy table; returns its rows. What is known from before stands with the filing and
    the agency that its document is of now, as long as it is a filing.

    Without a release, or with one from before these tables, it is empty.
    """
    database = root.current / DATABASE
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"create table changes ({COLUMNS})")
        if database.exists():
            path = database.resolve()
            connection.execute(f"attach {text(path)} as release (read_only)")
            there = set(table_names(connection, "release"))
            given = {name: text(root.tables / f"{file}.parquet") for name, file in _FILES.items()}
            if there >= {"fct_changes", "fct_filings"}:
                connection.execute(_KEPT.format(**given))
            if there >= {"fct_cells", "fct_documents"}:
                connection.execute(_FOUND.format(release=text(path.parent.name), **given))
        target = root.tables / f"{TABLE}.parquet"
        aside = target.with_suffix(".building")
        connection.execute(f"copy (select * from changes order by all) to {text(aside)} (format parquet)")
        os.replace(aside, target)
        found = connection.execute("select count(*) from changes").fetchone()
    return int(found[0]) if found else 0
