"""Facts about the reports as files, validated on load: forms, states, units, report years, publishers.

`load_catalog()` gives the whole; `normalise_label` is the only way to compare a printed label with it.
"""

from ingestion.catalog.corrections import (
    VERDICTS,
    CellCorrection,
    DocumentCorrection,
    Entered,
    Evidence,
    Ledger,
    load_ledger,
)
from ingestion.catalog.errors import CatalogError
from ingestion.catalog.labels import enumerator_number, normalise_label, split_enumerator, strip_spaces
from ingestion.catalog.ledger_file import append_entry
from ingestion.catalog.loader import CATALOG_ROOT, NOT_READ_WITH, Catalog, load_catalog
from ingestion.catalog.models import (
    Bilingual,
    Break,
    CellSpec,
    Column,
    DeadlineRule,
    Form,
    HeaderLabel,
    Law,
    ReportYears,
    Row,
    Section,
    Source,
    SourceDocument,
    State,
    StubColumn,
    Table,
    Unit,
    YearRange,
)
from ingestion.catalog.publishers import Publisher
from ingestion.catalog.source_files import load_publishers
from ingestion.catalog.yaml_source import parse, read_yaml

__all__ = [
    "CATALOG_ROOT",
    "NOT_READ_WITH",
    "VERDICTS",
    "Bilingual",
    "Break",
    "Catalog",
    "CatalogError",
    "CellCorrection",
    "CellSpec",
    "Column",
    "DeadlineRule",
    "DocumentCorrection",
    "Entered",
    "Evidence",
    "Form",
    "HeaderLabel",
    "Law",
    "Ledger",
    "Publisher",
    "ReportYears",
    "Row",
    "Section",
    "Source",
    "SourceDocument",
    "State",
    "StubColumn",
    "Table",
    "Unit",
    "YearRange",
    "append_entry",
    "enumerator_number",
    "load_catalog",
    "load_ledger",
    "load_publishers",
    "normalise_label",
    "parse",
    "read_yaml",
    "split_enumerator",
    "strip_spaces",
]
