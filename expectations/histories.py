"""The filings of the tidy tables, one report year after the other, each with last year's report at hand.

Belongs here: reading cells, prose and notes of a year, and finding the filing that another is compared with.
Does not belong here: tests, writing.

Two report years are held at a time, as Arrow columns; a filing becomes Python objects only while it is looked
at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from expectations.about import OWN_BODY, About, Fact, Noted, Other, Surroundings
from expectations.doubts import Doubts, doubts_of
from expectations.printed import Report
from ingestion.catalog import Catalog

KEY = ("filing_id", "sha256", "agency", "report_year", "scope", "form")
_HEADLINE = ("title", "published_on", "period_from", "period_to", "is_current")
_CELL = ("filing_id", "cell_key", "value", "state")
_DOUBT = ("filing_id", "cell_key", "confidence", "others")
_FACT = ("filing_id", "position", "fact", "value", "unit", "raw", "sentence", "qualifier")
_NOTE = ("filing_id", "position", "code", "place", "detail")
Row = dict[str, Any]


@dataclass(slots=True)
class FilingCells:
    """One filing's key, cells and doubts about them, as they stand in the tidy tables."""

    key: tuple[Any, ...]
    cells: dict[str, tuple[Decimal | None, str]] = field(default_factory=dict)
    doubts: Doubts = field(default_factory=Doubts)

    @property
    def filing_id(self) -> str:
        return str(self.key[0])

    @property
    def form(self) -> str | None:
        form: str | None = self.key[5]
        return form

    @property
    def report_year(self) -> int | None:
        year: int | None = self.key[3]
        return year


class _ByFiling:
    """Rows of a table by filing, as slices of columns that are sorted by filing."""

    def __init__(self, table: pa.Table, then_by: str) -> None:
        table = table.unify_dictionaries().combine_chunks()
        ids, names = _ranked(table["filing_id"])
        order = np.lexsort((_ranked(table[then_by])[0], ids))
        if (np.diff(order) != 1).any():
            table = table.take(pa.array(order))
        self.table = table
        counts = np.bincount(ids, minlength=len(names))
        starts = np.concatenate(([0], np.cumsum(counts)))
        self.at = {name: (int(starts[at]), int(counts[at])) for at, name in enumerate(names)}

    def columns(self, filing_id: str, *names: str) -> list[list[Any]]:
        start, length = self.at.get(filing_id, (0, 0))
        part = self.table.slice(start, length)
        return [part[name].to_pylist() for name in names]


def _ranked(column: pa.ChunkedArray) -> tuple[Any, list[Any]]:
    """Each value's place among the sorted distinct ones, and these: Arrow does not sort dictionaries."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # no rows at all
        return np.zeros(0, dtype=np.int64), []
    values = whole.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda at: values[at])
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values))
    return rank[whole.indices.to_numpy(zero_copy_only=False)], [values[at] for at in order]


class Year:
    """The filings of one report year (None: those that tell no year)."""

    def __init__(self, tables: Path, year: int | None, filings: Sequence[Row], prose: bool) -> None:
        self.year = year
        self.filings = {str(row["filing_id"]): row for row in filings}
        of_year = pc.field("report_year").is_null() if year is None else pc.field("report_year") == year
        self._cells = _ByFiling(_read(tables / "cells.parquet", _CELL, of_year), "cell_key")
        doubted = (pc.field("confidence") < 1) | pc.field("others").is_valid()
        # few cells are read with a doubt: all their columns would be two thirds of the memory of a year
        self._doubts = _ByFiling(_read(tables / "cells.parquet", _DOUBT, of_year & doubted), "cell_key")
        self._facts = self._notes = None
        if prose:
            self._facts = _ByFiling(_read(tables / "narrative_facts.parquet", _FACT, of_year), "position")
            ours = pc.field("filing_id").isin(pa.array(list(self.filings), pa.string()))
            self._notes = _ByFiling(_read(tables / "issues.parquet", _NOTE, ours), "position")
        self.current: dict[tuple[str, str], str] = {}
        for filing_id, row in sorted(self.filings.items()):
            if row["is_current"] and row["body"] is not None:
                self.current.setdefault((row["body"], row["scope"]), filing_id)

    def cells(self, filing_id: str) -> dict[str, tuple[Decimal | None, str]]:
        keys, values, states = self._cells.columns(filing_id, "cell_key", "value", "state")
        return {key: (value, state) for key, value, state in zip(keys, values, states, strict=True)}

    def doubts(self, filing_id: str) -> Doubts:
        return doubts_of(zip(*self._doubts.columns(filing_id, *_DOUBT[1:]), strict=True))

    def about(self, filing_id: str) -> About:
        row = self.filings[filing_id]
        facts = notes = None
        if self._facts is not None and self._notes is not None:
            facts = tuple(Fact(*one) for one in zip(*self._facts.columns(filing_id, *_FACT[2:]), strict=True))
            listed = zip(*self._notes.columns(filing_id, *_NOTE[2:]), strict=True)
            notes = tuple(Noted(code, place or "", detail or "") for code, place, detail in listed)
        headline = {name: row[name] for name in ("agency", "scope", *_HEADLINE[:-1])}
        return About(report_year=self.year, facts=facts, noted=notes, **headline)

    def other(self, filing_id: str, catalog: Catalog) -> Other | None:
        """The filing as one to compare with; None without a known form or year."""
        form = catalog.forms.get(self.filings[filing_id]["form"] or "")
        if form is None or self.year is None:
            return None
        return Other(
            filing_id, self.year, Report(form, self.cells(filing_id), catalog), self.about(filing_id)
        )


def _read(path: Path, columns: Sequence[str], wanted: pc.Expression) -> pa.Table:
    """Rows of a table, keys as dictionaries: 20 million cell keys are 200 texts."""
    named = [name for name in columns if name in ("filing_id", "cell_key", "state")]
    parquet = ds.ParquetFileFormat(read_options=ds.ParquetReadOptions(dictionary_columns=named))
    return ds.dataset(path, format=parquet).to_table(columns=list(columns), filter=wanted)


def years_of(tables: Path, prose: bool = True) -> Iterator[Year]:
    """The report years of the tidy tables in their order; those filings that tell no year come first."""
    wanted = [*KEY, *_HEADLINE, "issued_as"]
    rows = pq.read_table(tables / "filings.parquet", columns=wanted)
    rows = rows.append_column("body", _bodies(tables, rows))
    years: list[int | None] = sorted(set(rows["report_year"].to_pylist()) - {None})
    if rows["report_year"].null_count:
        years.insert(0, None)
    for year in years:
        mask = pc.is_null(rows["report_year"]) if year is None else pc.equal(rows["report_year"], year)
        yield Year(tables, year, rows.filter(mask).to_pylist(), prose)


def _bodies(tables: Path, filings: pa.Table) -> pa.Array:
    """Whose each filing is: the registered agency, or name and site as printed where none could be told.

    One agency prints its name in several ways, and streets of one name lie in many cities.
    """
    resolved = pq.read_table(tables / "agency_resolutions.parquet", columns=["filing_id", "agency_id"])
    known = dict(zip(resolved["filing_id"].to_pylist(), resolved["agency_id"].to_pylist(), strict=True))
    pairs = zip(filings["filing_id"].to_pylist(), filings["issued_as"].to_pylist(), strict=True)
    return pa.array([known.get(filing_id) or name for filing_id, name in pairs], pa.string())


def read_filings(tables: Path) -> Iterator[FilingCells]:
    """The filings of the tidy tables with their cells, by report year and id."""
    for year in years_of(tables, prose=False):
        for filing_id, row in sorted(year.filings.items()):
            yield FilingCells(tuple(row[name] for name in KEY), year.cells(filing_id))


def with_surroundings(
    tables: Path, catalog: Catalog, prose: bool = True
) -> Iterator[tuple[FilingCells, Surroundings]]:
    """The same with what each is judged by: its prose, and last year's current filing of its agency and
    scope.

    Without `prose`, what the reports say besides their cells is not read.
    """
    before: Year | None = None
    for year in years_of(tables, prose):
        if before is not None and (before.year is None or before.year + 1 != year.year):
            before = None
        for filing_id, row in sorted(year.filings.items()):
            key = tuple(row[name] for name in KEY)
            filing = FilingCells(key, year.cells(filing_id), year.doubts(filing_id))
            previous, why = _previous(row, before, catalog)
            own = None
            if row["scope"] != OWN_BODY and row["body"] is not None:
                beside = year.current.get((row["body"], OWN_BODY))
                own = year.other(beside, catalog) if beside is not None else None
            yield filing, Surroundings(year.about(filing_id), previous, why, own)
        before = year


def _previous(row: Row, before: Year | None, catalog: Catalog) -> tuple[Other | None, str]:
    """Last year's filing, or the reason why there is none to compare with."""
    if row["report_year"] is None or row["body"] is None:
        return None, "without agency and report year nobody can tell which report is last year's"
    if not row["is_current"]:
        return None, "an older vintage: last year's report is compared with the current one"
    last = row["report_year"] - 1
    found = before.current.get((row["body"], row["scope"])) if before is not None else None
    if before is None or found is None:
        # a body that was merged has no last year of its own: its predecessors are not guessed
        return None, f"needs the previous year's report: none of {last} by {row['agency']} ({row['scope']})"
    other = before.other(found, catalog)
    if other is None:
        return None, f"the report of {last} is on no known form"
    return other, ""
