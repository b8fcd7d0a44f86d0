"""What the quality report shows, gathered by filing.

Belongs here: the plain classes that the pages are written from. Does not belong here: reading tables
(`report`), HTML (`report_index`, `report_filing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingestion.catalog import Catalog, Form

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
    region: str | None = None

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
