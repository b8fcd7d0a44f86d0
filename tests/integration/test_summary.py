"""The lines at the end of a run: each tells its document from the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.paths import DataRoot
from orchestration.summary import summary
from tests.integration.warehouse_fixture import write_fixture, write_rows

AGENCY = "福州市鼓楼区人民政府"


def _filing(sha256: str, agency: str | None, scope: str, vintage: int) -> dict[str, Any]:
    return {"filing_id": f"f{sha256}", "sha256": sha256 * 64, "agency": agency, "report_year": 2021, "scope": scope,
            "form": "form_2021", "vintage": vintage}  # fmt: skip


def test_reports_of_one_agency_and_year_are_told_apart_by_scope_vintage_and_at_last_by_file(
    tmp_path: Path,
) -> None:
    root = DataRoot(tmp_path)
    write_fixture(root.tables)
    reports = [
        _filing("a", AGENCY, "own_body", 1),
        _filing("b", AGENCY, "own_body", 2),
        _filing("c", AGENCY, "aggregate", 1),
        _filing("d", "福州市台江区人民政府", "own_body", 1),
        _filing("e", "鼓楼区财政局", "own_body", 1),  # of two cities, and no register tells which
        _filing("f", "鼓楼区财政局", "own_body", 1),
    ]
    documents = [
        {"sha256": one["sha256"], "name": f"{one['sha256'][0]}.html", "state": "complete"} for one in reports
    ]
    tables = ("cells", "narrative_facts", "indicators", "derived_cells", "identity_results", "corrections")
    write_rows(root.tables, {"filings": reports, "documents": documents, **{name: [] for name in tables}})
    said = [line.split(", form_2021")[0] for line in summary(root).lines if ", form_2021" in line]
    assert said == [
        f"{AGENCY} 2021 (own_body, vintage 1)",
        f"{AGENCY} 2021 (own_body, vintage 2)",
        f"{AGENCY} 2021 (aggregate, vintage 1)",
        "福州市台江区人民政府 2021",
        "鼓楼区财政局 2021 (own_body, vintage 1) (e.html)",
        "鼓楼区财政局 2021 (own_body, vintage 1) (f.html)",
    ]
