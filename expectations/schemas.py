"""Schemas of the tables that confrontation writes beside the tidy tables, and the way they are written.

Belongs here: column names, types and order of `derived_cells`, `identity_results`, `cell_suspects`,
`localisations`, `suspected_cells`, `reconciled_cells` and `catalog_identities`. The schemas of what was read
belong to `ingestion/normalise/schemas.py`.
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
    # one row a filing, identity and instance; operands and suspects are JSON lists. An operand is {"cell",
    # "sign", "side"}: a cell of this filing, a cell of last year's (key@y-1) or of another one with its
    # "filing", or a figure in prose (prose.<fact>)
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
    # one row an explanation of what fails in a table, cheapest first, at most ten a table. `violated` is a
    # JSON list of "id instance"; `is_unique` says of rank 1 that no other is close; rank 0, kind `none`: no
    # explanation was found; `why_not` says why, also where the search was not finished
    "localisations": _schema(
        *FILING_KEY,
        ("table_code", _T),
        ("rank", pa.int32()),
        ("kind", _T),
        ("weight", pa.float64()),
        ("n_cells", pa.int32()),
        ("is_unique", pa.bool_()),
        ("violated", _T),
        ("why_not", _T),
    ),
    # one row a cell of an explanation. Suggestions stand beside the printed number and are never put in its
    # place; null where the identities leave it open between `lower` and `upper`
    "suspected_cells": _schema(
        *FILING_KEY,
        ("table_code", _T),
        ("rank", pa.int32()),
        ("cell_key", _T),
        ("printed", VALUE),
        ("suggestion", VALUE),
        ("lower", VALUE),
        ("upper", VALUE),
        ("reason", _T),
    ),
    # one row a doubtful cell for which the identities choose another reading that was really seen (`text`, as
    # the number `chosen`) than the one that stands (`printed`); `rests_on` is a JSON list of "id instance"
    "reconciled_cells": _schema(
        *FILING_KEY,
        ("cell_key", _T),
        ("printed", VALUE),
        ("chosen", VALUE),
        ("text", _T),
        ("rests_on", _T),
    ),
    # the identities themselves; `forms` is a JSON list; `grade` is the severity in three: an equality that
    # must hold (identity), an order that must hold (inequality), something to look at (smell)
    "catalog_identities": _schema(
        ("identity_id", _T),
        ("name_zh", _T),
        ("name_en", _T),
        ("kind", _T),
        ("severity", _T),
        ("grade", _T),
        ("forms", _T),
        ("test", _T),
        ("op", _T),
        ("formula", _T),
        ("tolerance", VALUE),
        ("needs_previous_report", pa.bool_()),
        ("derives", pa.bool_()),
        ("marks_cells", pa.bool_()),
        ("source", _T),
        ("note", _T),
    ),
}

RESULTS = ("holds", "fails", "holds_lenient", "fails_lenient", "not_evaluable", "not_applicable")
