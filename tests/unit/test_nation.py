"""The made-up nation that the warehouse is measured on: it has the columns that dbt reads, and real relations."""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.schemas import RESULT_SCHEMAS
from ingestion.catalog.agencies.agency_tables import AGENCY_SCHEMAS
from ingestion.normalise.schemas import TABLE_SCHEMAS
from tests.bench._nation import write_nation


def test_a_small_nation_has_every_table_and_its_own_agencies(tmp_path: Path) -> None:
    filings = write_nation(tmp_path, 24)
    schemas = {**TABLE_SCHEMAS, **RESULT_SCHEMAS, **AGENCY_SCHEMAS}
    with duckdb.connect() as connection:
        for name, schema in schemas.items():
            columns = connection.execute(f"describe from '{tmp_path}/{name}.parquet'").fetchall()
            assert [column[0] for column in columns] == schema.names, name
            connection.execute(f"create view {name} as from '{tmp_path}/{name}.parquet'")
        assert connection.execute("select count(*) from filings").fetchone() == (filings,)
        assert connection.execute("select count(distinct form) from cells").fetchone() == (3,)
        known = "select count(distinct agency_id) from agency_resolutions semi join agency_versions using (agency_id)"
        assert connection.execute(known).fetchone() == (3,)
        twice = "select filing_id, cell_key from cells group by all having count(*) > 1"
        assert connection.execute(twice).fetchall() == []
        for name in ("cells", "identity_results", "narrative_facts", "applications", "indicators"):
            stray = f"select count(*) from {name} anti join filings using (filing_id, sha256, agency, form)"
            assert connection.execute(stray).fetchone() == (0,), name
        a_filing = "select count(*) / count(distinct filing_id) from identity_results where form <> 'pre2019_national'"
        found = connection.execute(a_filing).fetchone()
        assert found is not None and found[0] > 200
