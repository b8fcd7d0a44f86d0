"""The quality report: what was read, what is missing, and which identity fails where, as pages to read.

Belongs here: gathering the tables of a folder by filing and writing the pages. Does not belong here: verdicts
(they are read, never made), the look of the pages (report_parts.py), their
text (report_index.py, report_filing.py).
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq

from expectations.report_filing import filing_page
from expectations.report_index import index_page
from expectations.report_view import FilingView, QualityView, Row
from expectations.report_violations import write_violations
from expectations.violations import violations
from ingestion.catalog import Catalog, load_catalog

#: Digits of a division code that name a city.
CITY = 4


def build_quality_report(
    tables: Path, out: Path, catalog: Catalog | None = None, before: Path | None = None
) -> Path:
    """Write `index.html`, the violations and a page a filing below `out` from the tables of a folder; returns
    the index.

    `before` is the Parquet file of identity results of the last release: what is new and solved since. The
    same tables give the same bytes. Pages of an older report in `out/filings` are removed.
    """
    view = gather(tables, catalog or load_catalog())
    pages = out / "filings"
    if pages.exists():
        shutil.rmtree(pages)
    pages.mkdir(parents=True)
    for one in view.filings:
        (pages / f"{one.slug}.html").write_text(filing_page(one, view), encoding="utf-8")
    found, solved = violations(tables, before)
    write_violations(out, view, found, solved, compared=before is not None)
    index = out / "index.html"
    index.write_text(index_page(view), encoding="utf-8")
    return index


def gather(tables: Path, catalog: Catalog) -> QualityView:
    """Read the tables and arrange them by filing, in the order of agency, year and id."""
    identities = _rows(tables, "catalog_identities")
    documents = sorted(_rows(tables, "documents"), key=lambda row: (str(row["name"]), str(row["sha256"])))
    by_sha = {row["sha256"]: row for row in documents}
    filings: dict[str, FilingView] = {}
    slugs: set[str] = set()
    for row in sorted(_rows(tables, "filings"), key=_filing_order):
        form = catalog.forms.get(row["form"]) if row["form"] else None
        slug = _slug(str(row["filing_id"]), slugs)
        filings[row["filing_id"]] = FilingView(row, by_sha.get(row["sha256"], {}), slug, form)
    for filing_id, region in _regions(tables).items():
        if filing_id in filings:
            filings[filing_id].region = region
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


def _regions(tables: Path) -> dict[str, str]:
    """Filing id -> province and city of its body, where it is known which body that is."""
    codes = {
        row["filing_id"]: str(row["division_code"])[:CITY]
        for row in _rows(tables, "agency_resolutions")
        if row["division_code"]
    }
    wanted = set(codes.values())
    path = tables / "divisions.parquet"
    columns = ["division_code", "province_zh", "city_zh"]
    places: dict[str, str] = {}
    if wanted and path.is_file():
        table = pq.read_table(path, columns=columns)
        for code, province, city in zip(*(table[name].to_pylist() for name in columns), strict=True):
            if code[:CITY] in wanted and province and (city or code[:CITY] not in places):
                # the four municipalities have no city between them and their districts
                places[code[:CITY]] = province if city in (None, province) else f"{province} {city}"
    return {filing_id: places[code] for filing_id, code in codes.items() if code in places}


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
