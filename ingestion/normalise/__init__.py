"""Normalise: readings to tidy Parquet tables with explicit schemas, one row a cell, fact or issue.

Belongs here: the tables of `schemas.TABLE_SCHEMAS` and those that carry the catalog into the warehouse.
Does not belong here: identities and what they force (`expectations`), anything by agency-year (dbt).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.catalog import Catalog
from ingestion.catalog.catalog_tables import catalog_tables
from ingestion.normalise import tidy
from ingestion.normalise.schemas import TABLE_SCHEMAS
from ingestion.paths import DataRoot
from ingestion.readings import StoredReading


class SchemaMismatch(ValueError):
    """A value does not fit the declared type of its column; names table and column."""


def normalise(stored: Sequence[StoredReading], catalog: Catalog) -> dict[str, pa.Table]:
    """All tidy tables of the given readings, by name. The same readings give the same rows in the same order.

    Raises SchemaMismatch if a value does not fit its column (more than six decimals, more than 18 digits).
    """
    filings = tidy.filings_of(stored)
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
    }
    tables = {name: _arrow(name, frame) for name, frame in frames.items()}
    tables.update(catalog_tables(catalog))
    return tables


def write_tables(root: DataRoot, tables: Mapping[str, pa.Table]) -> dict[str, Path]:
    """Write each table to core/tables/<name>.parquet, aside and then renamed; returns the paths."""
    root.tables.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for name, table in tables.items():
        path = root.tables / f"{name}.parquet"
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        pq.write_table(table, temporary, compression="zstd")
        temporary.replace(path)
        written[name] = path
    return written


def _arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    columns = []
    for field in TABLE_SCHEMAS[name]:
        values = [None if value is None else value for value in frame[field.name].tolist()]
        try:
            columns.append(pa.array(values, type=field.type, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise SchemaMismatch(f"{name}.{field.name}: {error}") from error
    return pa.Table.from_arrays(columns, schema=TABLE_SCHEMAS[name])
