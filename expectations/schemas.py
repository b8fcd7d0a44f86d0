"""Schemas of the tables that confrontation writes beside the tidy tables, and the way they are written.

Belongs here: column names, types and order of `derived_cells`, `identity_results`, `cell_suspects` and
`catalog_identities`. The schemas of what was read belong to `ingestion/normalise/schemas.py`.
"""

from __future__ import annotations

import pyarrow as pa

from ingestion.normalise.schemas import FILING_KEY, VALUE

_T = pa.string()


def _schema(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns])


RESULT_SCHEMAS: dict[str, pa.Schema] = {
    # one row a cell that is not printed and that identities force; `by` is a JSON list of identity ids
    "derived_cells": _schema(*FILING_KEY, ("cell_key", _T), ("value", VALUE), ("by", _T)),
    # one row a filing, identity and instance; operands and suspects are JSON lists
    "identity_results": _schema(
        *FILING_KEY,
        ("identity_id", _T),
        ("instance", _T),
        ("result", _T),
        ("lhs", VALUE),
        ("rhs", VALUE),
        ("residual", VALUE),
        ("operands", _T),
        ("suspects", _T),
        ("severity", _T),
        ("kind", _T),
        ("why", _T),
    ),
    # one row a cell that a failing identity points at; `identity_ids` is a JSON list
    "cell_suspects": _schema(*FILING_KEY, ("cell_key", _T), ("identity_ids", _T)),
    # the identities themselves; `forms` is a JSON list
    "catalog_identities": _schema(
        ("identity_id", _T),
        ("name_zh", _T),
        ("name_en", _T),
        ("kind", _T),
        ("severity", _T),
        ("forms", _T),
        ("test", _T),
        ("op", _T),
        ("formula", _T),
        ("tolerance", VALUE),
        ("needs_previous_report", pa.bool_()),
        ("derives", pa.bool_()),
        ("source", _T),
        ("note", _T),
    ),
}

RESULTS = ("holds", "fails", "holds_lenient", "fails_lenient", "not_evaluable", "not_applicable")
