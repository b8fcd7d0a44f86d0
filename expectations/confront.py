"""Confrontation of the tidy tables with the identities: from `cells` and `filings` to verdicts beside them.

Belongs here: reading and writing the tables, and the JSON form for one document. Does not belong here: rules,
arithmetic, gates.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.derive import Derived, derive
from expectations.evaluate import Cells, IdentityResult, evaluate, suspect_cells
from expectations.identities import Identities, load_identities
from expectations.schemas import RESULT_SCHEMAS
from ingestion.catalog import Catalog
from ingestion.normalise.schemas import write_table

KEY = ("filing_id", "sha256", "agency", "report_year", "scope", "form")
_PER_FILING = ("derived_cells", "identity_results", "cell_suspects")
#: Filings turned into Arrow at a time: Python rows are several times larger than the columns they become.
PORTION = 500
#: A number read with less confidence is doubtful: a person should look at it. The dbt variable of this name
#: says the same to the warehouse; a test holds the two together.
DOUBTFUL_BELOW = 0.9


@dataclass(frozen=True, slots=True)
class Confrontation:
    """What the identities say about one report."""

    results: list[IdentityResult]
    derived: dict[str, Derived]
    suspects: dict[str, tuple[str, ...]]


@dataclass(slots=True)
class FilingCells:
    """One filing's key and cells, as they stand in the tidy tables."""

    key: tuple[Any, ...]
    cells: dict[str, tuple[Decimal | None, str]] = field(default_factory=dict)

    @property
    def form(self) -> str | None:
        form: str | None = self.key[5]
        return form

    @property
    def report_year(self) -> int | None:
        year: int | None = self.key[3]
        return year


def confront_cells(
    form: str,
    cells: Cells,
    report_year: int | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
) -> Confrontation:
    """Evaluate, derive and localise for the cells of one report: cell key -> (value, state)."""
    results = evaluate(form, cells, catalog, identities, report_year)
    return Confrontation(results, derive(form, cells, catalog, identities, results), suspect_cells(results))


def confront_reading(
    form: str | None,
    cells: Mapping[str, tuple[Decimal | None, str]],
    report_year: int | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
) -> dict[str, Any]:
    """The same for `gongkai extract --json`, in the shapes of its output.

    Returns `identities` (id, instance, result, lhs, rhs, suspects), `derived` (cell key -> value and by) and
    `suspects` (cell key -> identity ids); all empty where no form is known.
    """
    if form is None:
        return {"identities": [], "derived": {}, "suspects": {}}
    said = confront_cells(form, cells, report_year, catalog, identities)
    return {
        "identities": [
            {
                "id": result.id,
                "instance": result.instance,
                "result": result.result,
                "lhs": json_number(result.lhs),
                "rhs": json_number(result.rhs),
                "suspects": list(result.suspects),
            }
            for result in said.results
        ],
        "derived": {
            cell: {"value": json_number(derived.value), "by": list(derived.by)}
            for cell, derived in said.derived.items()
        },
        "suspects": {cell: list(ids) for cell, ids in said.suspects.items()},
    }


def confront(
    tables: Path,
    out: Path | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
) -> dict[str, int]:
    """Confront every filing of `tables` (`filings.parquet`, `cells.parquet`) and write the results to `out`.

    Writes `derived_cells`, `identity_results`, `cell_suspects` and `catalog_identities` (schemas in
    expectations/schemas.py), sorted by filing and key, each replaced atomically, the same bytes for the same
    input; returns their numbers of rows. Filings without a known form have no rows.
    """
    out = out or tables
    identities = identities or load_identities()
    made: dict[str, list[pa.Table]] = {name: [_table(name, [])] for name in _PER_FILING}
    filings = (filing for filing in read_filings(tables) if filing.form is not None)
    while portion := list(itertools.islice(filings, PORTION)):
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _PER_FILING}
        for filing in portion:
            said = confront_cells(str(filing.form), filing.cells, filing.report_year, catalog, identities)
            rows["derived_cells"] += [
                (*filing.key, cell, derived.value, _json(derived.by))
                for cell, derived in said.derived.items()
            ]
            rows["identity_results"] += [_result_row(filing.key, result) for result in said.results]
            rows["cell_suspects"] += [(*filing.key, cell, _json(ids)) for cell, ids in said.suspects.items()]
        for name in _PER_FILING:
            made[name].append(_table(name, rows[name]))
    written = {name: pa.concat_tables(parts) for name, parts in made.items()}
    for name, table in written.items():
        write_table(table, out / f"{name}.parquet")
    listed = identity_rows(identities)
    write_table(_table("catalog_identities", listed), out / "catalog_identities.parquet")
    return {name: table.num_rows for name, table in written.items()} | {"catalog_identities": len(listed)}


def read_filings(tables: Path) -> Iterator[FilingCells]:
    """The filings of the tidy tables with their cells, in the order of their ids."""
    keys = pq.read_table(tables / "filings.parquet", columns=list(KEY))
    cells = pq.read_table(tables / "cells.parquet", columns=["filing_id", "cell_key", "value", "state"])
    cells = cells.sort_by([("filing_id", "ascending"), ("cell_key", "ascending")])
    counts = {row["values"]: row["counts"] for row in pc.value_counts(cells["filing_id"]).to_pylist()}
    start = 0
    starts = {}
    for filing_id in sorted(counts):
        starts[filing_id] = start
        start += counts[filing_id]
    for row in sorted(keys.to_pylist(), key=lambda row: str(row["filing_id"])):
        filing = FilingCells(tuple(row[name] for name in KEY))
        length = counts.get(row["filing_id"], 0)
        if length:
            part = cells.slice(starts[row["filing_id"]], length)
            listed = zip(
                part["cell_key"].to_pylist(),
                part["value"].to_pylist(),
                part["state"].to_pylist(),
                strict=True,
            )
            filing.cells = {key: (value, state) for key, value, state in listed}
        yield filing


def identity_rows(identities: Identities) -> list[tuple[Any, ...]]:
    """Rows of `catalog_identities`, in the order of the file."""
    return [
        (
            one.id,
            one.name.zh,
            one.name.en,
            one.kind,
            one.severity,
            _json(one.forms),
            one.test,
            one.op,
            one.formula,
            one.tolerance,
            one.needs_previous_report,
            one.forces,
            one.source,
            one.note,
        )
        for one in identities.identities
    ]


def json_number(value: Decimal | None) -> int | float | None:
    """A count as an int; an amount with decimals as the float that prints the same digits."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _result_row(key: tuple[Any, ...], result: IdentityResult) -> tuple[Any, ...]:
    identity = result.identity
    return (
        *key,
        identity.id,
        result.instance,
        result.result,
        result.lhs,
        result.rhs,
        result.residual,
        result.instance_of.operands,
        _json(result.suspects) if result.suspects else "[]",
        identity.severity,
        identity.kind,
        result.why,
    )


def _json(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _table(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    schema = RESULT_SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(column, type=kind.type) for column, kind in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
