"""Schemas of the tidy tables: the contract between reading documents and everything after.

Belongs here: column names, types and order of each Parquet file under `core/tables`, and how such a file is
written. One number is `decimal128(24, 6)`: counts and amounts in 万元 with their printed decimals, never a
float.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

VALUE = pa.decimal128(24, 6)

#: What makes a filing: on every fact table, in this order.
FILING_KEY: list[tuple[str, pa.DataType]] = [
    ("filing_id", pa.string()),
    ("sha256", pa.string()),
    ("agency", pa.string()),
    ("report_year", pa.int32()),
    ("scope", pa.string()),
    ("form", pa.string()),
]

#: Where a printed text stands in the archived document, or in the file beside it that has the sha256
#: `carrier`; `part` is the part of the file that the rest counts in. `place` says the same for people.
PLACE: list[tuple[str, pa.DataType]] = [
    ("page", pa.int32()),
    ("table_index", pa.int32()),
    ("row_index", pa.int32()),
    ("column_index", pa.int32()),
    ("line", pa.int32()),
    ("line_end", pa.int32()),
    ("char_start", pa.int32()),
    ("char_end", pa.int32()),
    ("bbox", pa.string()),
    ("part", pa.string()),
    ("carrier", pa.string()),
    ("place", pa.string()),
]


def _schema(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns])


_T = pa.string()
_I = pa.int32()

TABLE_SCHEMAS: dict[str, pa.Schema] = {
    "documents": _schema(
        ("sha256", _T),
        ("name", _T),
        ("source", _T),
        ("title_hint", _T),
        ("url", _T),
        ("media_type", _T),
        ("encoding", _T),
        ("n_bytes", pa.int64()),
        ("n_pages", _I),
        ("state", _T),
        ("reason", _T),
        ("attached_to", _T),
        ("reader_version", _T),
        ("retrieved_at", pa.timestamp("us")),
    ),
    "filings": _schema(
        *FILING_KEY,
        ("title", _T),
        ("published_on", pa.date32()),
        ("period_from", _T),
        ("period_to", _T),
        ("status", _T),
        ("n_cells", _I),
        ("n_reported", _I),
        ("n_blank", _I),
        ("n_missing", _I),
        ("n_unreadable", _I),
        ("vintage", _I),
        ("is_current", pa.bool_()),
        ("found", _T),
        ("withdrawn", pa.bool_()),
        ("issued_as", _T),
        ("took_over_from", _T),
        ("scope_basis", _T),
    ),
    "cells": _schema(
        *FILING_KEY,
        ("cell_key", _T),
        ("table_code", _T),
        ("row_code", _T),
        ("column_code", _T),
        ("value", VALUE),
        ("raw", _T),
        ("state", _T),
        ("confidence", pa.float64()),
        ("unit", _T),
        ("parts", _T),
        ("note", _T),
        ("optional", pa.bool_()),
        ("others", _T),
        *PLACE,
    ),
    "applications": _schema(
        *FILING_KEY,
        ("cell_key", _T),
        ("row_code", _T),
        ("applicant_type", _T),
        ("is_outcome_leaf", pa.bool_()),
        ("is_total", pa.bool_()),
        ("value", VALUE),
        ("state", _T),
        ("unit", _T),
    ),
    "reviews": _schema(
        *FILING_KEY,
        ("cell_key", _T),
        ("channel", _T),
        ("result", _T),
        ("is_total", pa.bool_()),
        ("value", VALUE),
        ("state", _T),
        ("unit", _T),
    ),
    "disclosures": _schema(
        *FILING_KEY,
        ("cell_key", _T),
        ("table_code", _T),
        ("row_code", _T),
        ("column_code", _T),
        ("value", VALUE),
        ("state", _T),
        ("unit", _T),
    ),
    "indicators": _schema(
        *FILING_KEY,
        ("position", _I),
        ("label", _T),
        ("code", _T),
        ("unit", _T),
        ("column_code", _T),
        ("value", VALUE),
        ("raw", _T),
        ("state", _T),
        ("confidence", pa.float64()),
        *PLACE,
    ),
    "narrative_facts": _schema(
        *FILING_KEY,
        ("position", _I),
        ("fact", _T),
        ("value", VALUE),
        ("unit", _T),
        ("raw", _T),
        ("sentence", _T),
        ("qualifier", _T),
        ("confidence", pa.float64()),
        *PLACE,
    ),
    "issues": _schema(
        ("sha256", _T),
        ("filing_id", _T),
        ("position", _I),
        ("code", _T),
        ("place", _T),
        ("detail", _T),
        ("severity", _T),
        ("line", _I),
    ),
    # one row a filing: which agency its issuer is, or the candidates and why none was taken
    "agency_resolutions": _schema(
        ("filing_id", _T),
        ("sha256", _T),
        ("agency", _T),
        ("report_year", _I),
        ("agency_id", _T),
        ("division_code", _T),
        ("name_zh", _T),
        ("score", _I),
        ("how", _T),
        ("why", _T),
        ("names_seen", _T),
        ("candidates", _T),
        ("of_place", _T),
    ),
    # one row a cell that the ledger has a verdict on; `value` is the right number where the entry knows it
    "verdicts": _schema(
        *FILING_KEY,
        ("cell_key", _T),
        ("value_printed", VALUE),
        ("verdict", _T),
        ("status", _T),
        ("value", VALUE),
        ("correction_id", _T),
    ),
    # one row an entry of the ledger, applied or not; `about` says in words what it is about, `why` the reason
    # where it fits nothing although its snapshot is archived
    "corrections": _schema(
        ("correction_id", _T),
        ("ledger", _T),
        ("position", _I),
        ("kind", _T),
        ("snapshot", _T),
        ("agency", _T),
        ("report_year", _I),
        ("scope", _T),
        ("withdrawn", pa.bool_()),
        ("cell_key", _T),
        ("printed", _T),
        ("verdict", _T),
        ("value", VALUE),
        ("status", _T),
        ("reason", _T),
        ("evidence_snapshot", _T),
        ("evidence_locator", _T),
        ("who", _T),
        ("decided_on", pa.date32()),
        ("outcome", _T),
        ("n_filings", _I),
        ("why", _T),
        ("about", _T),
    ),
}


def write_table(table: pa.Table, path: Path) -> None:
    """Write `table` to `path` atomically: a reader sees the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        pq.write_table(table, aside, compression="zstd")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
