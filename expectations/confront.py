"""Confrontation of the tidy tables with the identities: from `cells` and `filings` to verdicts beside them.

Belongs here: the order in which filings are asked, which rows an answer becomes, and files that are put in
place together. Does not belong here: what is asked of a report (one_report.py), rules, arithmetic, gates.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.evaluate import IdentityResult
from expectations.histories import with_surroundings
from expectations.identities import Identities, load_identities
from expectations.localise import Localisation
from expectations.one_report import (
    DOUBTFUL_BELOW,
    Confrontation,
    confront_cells,
    confront_reading,
    json_number,
)  # fmt: skip
from expectations.schemas import RESULT_SCHEMAS
from ingestion.catalog import Catalog, load_catalog
from ingestion.normalise.schemas import write_table

__all__ = ["DOUBTFUL_BELOW", "Confrontation", "confront", "confront_cells", "confront_reading", "json_number"]

_PER_FILING = tuple(name for name in RESULT_SCHEMAS if name != "catalog_identities")
#: Filings turned into Arrow at a time: Python rows are several times larger than the columns they become.
PORTION = 500
#: The kind of a localisation that found no explanation.
UNEXPLAINED = "none"

Row = tuple[Any, ...]


def confront(
    tables: Path,
    out: Path | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
) -> dict[str, int]:
    """Confront every filing of `tables` with the identities, its prose and last year's; write to `out`.

    Reads `filings`, `agency_resolutions`, `cells`, `narrative_facts` and `issues`. Writes `derived_cells`,
    `identity_results`, `cell_suspects`, `localisations`, `suspected_cells`, `reconciled_cells` and
    `catalog_identities` (schemas in expectations/schemas.py), by report year, filing and key, each replaced
    atomically, the same bytes for the same input; returns their numbers of rows. Two report years are in
    memory at a time. Filings without a known form have no rows.
    """
    out = out or tables
    catalog = catalog or load_catalog()
    identities = identities or load_identities()
    filings = (pair for pair in with_surroundings(tables, catalog) if pair[0].form is not None)
    with _Writers(out) as writers:
        while portion := list(itertools.islice(filings, PORTION)):
            rows: dict[str, list[Row]] = {name: [] for name in _PER_FILING}
            for filing, around in portion:
                said = confront_cells(
                    str(filing.form), filing.cells, None, catalog, identities, around, filing.doubts
                )
                _add_rows(rows, filing.key, said)
            for name in _PER_FILING:
                writers.add(name, _table(name, rows[name]))
    listed = identity_rows(identities)
    write_table(_table("catalog_identities", listed), out / "catalog_identities.parquet")
    return writers.counts | {"catalog_identities": len(listed)}


def _add_rows(rows: dict[str, list[Row]], key: Row, said: Confrontation) -> None:
    """What the identities say about the filing of this key, as rows of each table."""
    rows["derived_cells"] += [
        (*key, cell, derived.value, _json(derived.by)) for cell, derived in said.derived.items()
    ]
    rows["identity_results"] += [_result_row(key, result) for result in said.results]
    rows["cell_suspects"] += [(*key, cell, _json(ids)) for cell, ids in said.suspects.items()]
    rows["reconciled_cells"] += [
        (*key, one.cell, one.printed, one.chosen, one.text, _json(one.rests_on)) for one in said.reconciled
    ]
    for localisation in said.localisations:
        _add_localisation(rows, key, localisation)


def _add_localisation(rows: dict[str, list[Row]], key: Row, said: Localisation) -> None:
    violated = _json(said.violated)
    for rank, one in enumerate(said.best, start=1):
        unique = said.unique and rank == 1
        rows["localisations"].append(
            (*key, said.table, rank, one.kind, one.weight, len(one.cells), unique, violated, said.why_not)
        )
        rows["suspected_cells"] += [
            (
                *(*key, said.table, rank, cell.cell),
                *(cell.printed, cell.suggestion, cell.lower, cell.upper, cell.reason),
            )
            for cell in one.cells
        ]
    if not said.best:
        why = said.why_not or "no change of cells satisfies every identity"
        rows["localisations"].append((*key, said.table, 0, UNEXPLAINED, None, 0, False, violated, why))


class _Writers:
    """The result tables, written portion by portion aside and put in place together at the end."""

    def __init__(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.counts = dict.fromkeys(_PER_FILING, 0)
        self._paths = {name: out / f"{name}.parquet" for name in _PER_FILING}
        self._aside = {name: out / f".{name}.parquet.{os.getpid()}.tmp" for name in _PER_FILING}
        self._open = {
            name: pq.ParquetWriter(self._aside[name], RESULT_SCHEMAS[name], compression="zstd")
            for name in _PER_FILING
        }

    def add(self, name: str, table: pa.Table) -> None:
        self.counts[name] += table.num_rows
        self._open[name].write_table(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._open.values():
            writer.close()
        for name, path in self._aside.items():
            if kind is None:
                path.replace(self._paths[name])
            path.unlink(missing_ok=True)


def identity_rows(identities: Identities) -> list[Row]:
    """Rows of `catalog_identities`, in the order of the file."""
    return [
        (
            one.id,
            one.name.zh,
            one.name.en,
            one.kind,
            one.severity,
            one.grade,
            _json(one.forms),
            one.test,
            one.op,
            one.formula,
            one.tolerance,
            one.needs_previous_report,
            one.forces,
            one.marks,
            one.source,
            one.note,
        )
        for one in identities.identities
    ]


def _result_row(key: tuple[Any, ...], result: IdentityResult) -> Row:
    identity = result.identity
    return (
        *key,
        identity.id,
        result.instance,
        result.result,
        result.lhs,
        result.rhs,
        result.residual,
        result.operands,
        _json(result.suspects) if result.suspects else "[]",
        identity.severity,
        identity.kind,
        result.why,
    )


def _json(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _table(name: str, rows: list[Row]) -> pa.Table:
    schema = RESULT_SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(column, type=kind.type) for column, kind in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
