"""What the quality report shows, gathered by filing.

Belongs here: the plain classes that the pages are written from. Does not belong here: reading tables
(`report`), HTML (`report_index`, `report_filing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from expectations.confront import DOUBTFUL_BELOW
from ingestion.catalog import Catalog, Form

Row = dict[str, Any]
#: Instances that are no part of a form.
WHOLE = {"table": ("全表", "whole table"), "document": ("全文", "whole report")}


def is_doubtful(cell: Row) -> bool:
    """Whether the number of a cell was read with too little confidence; a cell without a number never is."""
    return cell["value"] is not None and (cell["confidence"] or 0) < DOUBTFUL_BELOW


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

    @property
    def failing(self) -> list[Row]:
        """Failed results, the gravest first; what fails only with blanks read as 0 comes last."""
        grave = {"error": 0, "warning": 1, "info": 2}
        failed = [row for row in self.results if row["result"] in ("fails", "fails_lenient")]
        return sorted(
            failed, key=lambda row: (row["result"] == "fails_lenient", grave.get(row["severity"], 3))
        )

    @property
    def doubtful(self) -> set[str]:
        """Cells whose number was read with less confidence than a person should rely on."""
        return {key for key, cell in self.cells.items() if is_doubtful(cell)}

    def place_in_form(self, instance: str) -> tuple[str, str]:
        """An instance by the labels of the codes that name it, in both languages.

        granted.total is 予以公开 / 总计, Granted / Total.
        """
        if instance in WHOLE or self.form is None:
            return WHOLE.get(instance, (instance, ""))
        labels: dict[str, tuple[str, str]] = {}
        for table in self.form.tables:
            for entry in (*table.rows, *table.columns):
                labels.setdefault(entry.code, (entry.label_zh, entry.label_en))
        named = [labels.get(code, (code, code)) for code in instance.split(".") if "t2_" not in code]
        return " / ".join(zh for zh, _ in named), " / ".join(en for _, en in named)

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
