"""Normalise: readings to tidy Parquet tables with explicit schemas, one row a cell, fact or issue.

Belongs here: the tables of `schemas.TABLE_SCHEMAS` and those that carry the catalog into the warehouse.
Does not belong here: identities and what they force (`expectations`), anything by agency-year (dbt).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from ingestion.catalog import Catalog, Ledger
from ingestion.catalog.agencies import Register, load_register
from ingestion.catalog.catalog_tables import catalog_tables
from ingestion.normalise import tidy
from ingestion.normalise.agencies import Issuers, agency_ids, resolution_rows
from ingestion.normalise.contacts import leave_contacts_out
from ingestion.normalise.filings import filings_of
from ingestion.normalise.ledger import apply_ledger, corrected, correction_rows, verdict_rows, withdrawn
from ingestion.normalise.schemas import TABLE_SCHEMAS, write_table
from ingestion.paths import DataRoot
from ingestion.readings import StoredReading
from ingestion.resolve import Resolver

__all__ = ["SchemaMismatch", "normalise", "write_tables"]


class SchemaMismatch(ValueError):
    """A value does not fit the declared type of its column; names table and column."""


def normalise(
    stored: Sequence[StoredReading],
    catalog: Catalog,
    ledger: Ledger | None = None,
    register: Register | None = None,
) -> dict[str, pa.Table]:
    """All tidy tables of the given readings, by name. The same readings give the same rows in the same order.

    ledger: what people decided; without it nobody has. register: of agencies; without it the
    shipped one. Raises SchemaMismatch if a value does not fit its column (more than six decimals, more than
    18 digits).
    """
    ledger = ledger or Ledger()
    stored = corrected(stored, ledger)
    issuers = Issuers(Resolver(register or load_register()), catalog).of(stored)
    filings = filings_of(stored, withdrawn(ledger), agency_ids(issuers))
    applied = apply_ledger(ledger, stored, filings, agency_ids(issuers))
    frames = {
        "documents": tidy.documents(stored),
        "filings": tidy.filings(filings),
        "cells": tidy.cells(filings, catalog),
        "applications": tidy.applications(filings, catalog),
        "reviews": tidy.reviews(filings, catalog),
        "disclosures": tidy.disclosures(filings, catalog),
        "indicators": tidy.indicators(filings),
        "narrative_facts": tidy.narrative_facts(filings),
        "issues": tidy.issues(stored, filings),
        "agency_resolutions": tidy.agency_resolutions(list(resolution_rows(filings, issuers))),
        "verdicts": tidy.verdicts(verdict_rows(filings, applied)),
        "corrections": tidy.corrections(correction_rows(ledger, applied)),
    }
    tables = {name: _arrow(name, leave_contacts_out(name, frame)) for name, frame in frames.items()}
    tables.update(catalog_tables(catalog))
    return tables


def write_tables(root: DataRoot, tables: Mapping[str, pa.Table]) -> dict[str, Path]:
    """Write each table to core/tables/<name>.parquet, aside and then renamed; returns the paths."""
    written: dict[str, Path] = {}
    for name, table in tables.items():
        written[name] = root.tables / f"{name}.parquet"
        write_table(table, written[name])
    return written


def _arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    columns = []
    for field in TABLE_SCHEMAS[name]:
        try:
            columns.append(pa.array(frame[field.name].tolist(), type=field.type, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise SchemaMismatch(f"{name}.{field.name}: {error}") from error
    return pa.Table.from_arrays(columns, schema=TABLE_SCHEMAS[name])
