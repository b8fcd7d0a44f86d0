"""The quality report: what was read, what is missing, and which identity fails where, as pages to read.

Belongs here: gathering the tables of a folder by filing and writing the pages. Does not belong here: verdicts
(they are read, never made), the look of the pages (report_parts.py), their
text (report_index.py, report_filing.py).
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.catalog import Catalog, Form, load_catalog

Row = dict[str, Any]


@dataclass(slots=True)
class FilingView:
    """One filing with everything that is known about it; `form` is None where none was recognised."""

    filing: Row
    document: Row
    slug: str
    form: Form | None
    cells: dict[str, Row] = field(default_factory=dict)
    derived: dict[str, Row] = field(default_factory=dict)
    suspects: dict[str, Row] = field(default_factory=dict)
    results: list[Row] = field(default_factory=list)
    indicators: list[Row] = field(default_factory=list)
    narrative: list[Row] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)

    #: identities that only count cells: what they say is shown as the map, not as a contradiction
    counting: frozenset[str] = frozenset()

    @property
    def failing(self) -> list[Row]:
        """Failed results, the gravest first, without those that only count cells."""
        grave = {"error": 0, "warning": 1, "info": 2}
        failed = [
            row
            for row in self.results
            if row["result"] in ("fails", "fails_lenient") and row["identity_id"] not in self.counting
        ]
        return sorted(
            failed, key=lambda row: (row["result"] == "fails_lenient", grave.get(row["severity"], 3))
        )

    def place_in_form(self, instance: str) -> str:
        """An instance by the labels of the codes that name it: granted.total -> 予以公开 / 总计."""
        whole = {"table": "全表", "document": "全文"}
        if instance in whole or self.form is None:
            return whole.get(instance, instance)
        labels: dict[str, str] = {}
        for table in self.form.tables:
            for entry in (*table.rows, *table.columns):
                labels.setdefault(entry.code, entry.label_zh)
        return " / ".join(labels.get(code, code) for code in instance.split(".") if "t2_" not in code)

    @property
    def states(self) -> dict[str, str]:
        return {key: str(cell["state"]) for key, cell in self.cells.items()}

    @property
    def name(self) -> str:
        return str(self.filing["agency"] or self.document.get("name") or self.filing["filing_id"])


@dataclass(slots=True)
class QualityView:
    """All that the report shows."""

    catalog: Catalog
    documents: list[Row]
    filings: list[FilingView]
    identities: list[Row]
    loose_issues: list[Row]


def build_quality_report(tables: Path, out: Path, catalog: Catalog | None = None) -> Path:
    """Write `index.html` and a page a filing below `out` from the tables of a folder; returns the index.

    The same tables give the same bytes. Pages of an older report in `out/filings` are removed.
    """
    from expectations.report_filing import filing_page
    from expectations.report_index import index_page

    view = gather(tables, catalog or load_catalog())
    pages = out / "filings"
    if pages.exists():
        shutil.rmtree(pages)
    pages.mkdir(parents=True)
    for one in view.filings:
        (pages / f"{one.slug}.html").write_text(filing_page(one, view), encoding="utf-8")
    index = out / "index.html"
    index.write_text(index_page(view), encoding="utf-8")
    return index


def gather(tables: Path, catalog: Catalog) -> QualityView:
    """Read the tables and arrange them by filing, in the order of agency, year and id."""
    identities = _rows(tables, "catalog_identities")
    counting = frozenset(row["identity_id"] for row in identities if row["test"] == "every_cell_printed")
    documents = sorted(_rows(tables, "documents"), key=lambda row: (str(row["name"]), str(row["sha256"])))
    by_sha = {row["sha256"]: row for row in documents}
    filings: dict[str, FilingView] = {}
    slugs: set[str] = set()
    for row in sorted(_rows(tables, "filings"), key=_filing_order):
        form = catalog.forms.get(row["form"]) if row["form"] else None
        slug = _slug(str(row["filing_id"]), slugs)
        filings[row["filing_id"]] = FilingView(
            row, by_sha.get(row["sha256"], {}), slug, form, counting=counting
        )
    for table, place in (("cells", "cells"), ("derived_cells", "derived"), ("cell_suspects", "suspects")):
        for row in _rows(tables, table):
            if row["filing_id"] in filings:
                getattr(filings[row["filing_id"]], place)[row["cell_key"]] = row
    for table, place in (
        ("identity_results", "results"),
        ("indicators", "indicators"),
        ("narrative_facts", "narrative"),
    ):
        for row in _rows(tables, table):
            if row["filing_id"] in filings:
                getattr(filings[row["filing_id"]], place).append(row)
    loose: list[Row] = []
    by_document: dict[str, list[FilingView]] = defaultdict(list)
    for view in filings.values():
        by_document[view.filing["sha256"]].append(view)
    for row in _rows(tables, "issues"):
        # an issue found before a filing was known belongs to its document's filings all the same
        homes = [filings[row["filing_id"]]] if row["filing_id"] in filings else by_document[row["sha256"]]
        for view in homes:
            view.issues.append(row)
        if not homes:
            loose.append(row)
    return QualityView(catalog, documents, list(filings.values()), identities, loose)


def _rows(tables: Path, name: str) -> list[Row]:
    path = tables / f"{name}.parquet"
    rows: list[Row] = pq.read_table(path).to_pylist() if path.is_file() else []
    return rows


def _filing_order(row: Row) -> tuple[str, int, str, str]:
    return str(row["agency"] or "~"), row["report_year"] or 0, str(row["scope"]), str(row["filing_id"])


def _slug(filing_id: str, taken: set[str]) -> str:
    """A file name for a filing: its id in safe characters, numbered where two would be alike."""
    plain = re.sub(r"[^0-9A-Za-z_-]+", "-", filing_id).strip("-")[:80] or "filing"
    slug, count = plain, 1
    while slug.lower() in taken:
        count += 1
        slug = f"{plain}-{count}"
    taken.add(slug.lower())
    return slug
