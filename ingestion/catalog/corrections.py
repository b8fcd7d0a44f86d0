"""The ledger: what people decided about printed cells and about what documents are, validated on load.

Belongs here: the shape of an entry, which files make up the ledger, what must hold of it without any
document. Does not belong here: applying it (`ingestion.normalise.ledger`), writing entries (`ledger_file`).
It is no part of `Catalog`: an entry decides how no document is read, and it is read anew for every run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import CATALOG_ROOT, Catalog
from ingestion.catalog.models import Entry, Text
from ingestion.catalog.yaml_source import parse, read_yaml

#: The shipped ledger; also the name of the one in a data root.
LEDGER_FILE = "corrections.yml"
FIELD = "corrections"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Scope = Literal["own_body", "aggregate"]
Verdict = Literal["source_error", "extraction_error", "corrected_upstream", "not_an_error"]
VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        "source_error": "the document prints it wrong",
        "extraction_error": "the document prints something else: it was misread",
        "corrected_upstream": "the agency has corrected it since",
        "not_an_error": "it is right as printed",
    }
)


class Evidence(Entry):
    """Where the decision can be checked: a snapshot, and the place in it in words."""

    snapshot: Sha256
    locator: Text | None = None


class CellCorrection(Entry):
    """A verdict on one printed cell.

    It is about one snapshot, or about every vintage of an agency, report year and scope that prints `printed`
    there; null: nothing is printed. `value`: the right number in the cell's own unit, where it is known. An
    open entry is a note: nothing follows it yet.
    """

    cell: Text
    agency: Text | None = None
    report_year: int | None = None
    scope: Scope | None = None
    snapshot: Sha256 | None = None
    printed: str | None
    verdict: Verdict
    value: Annotated[Decimal, Field(max_digits=24, decimal_places=6, allow_inf_nan=False)] | None = None
    reason: Text
    evidence: Evidence | None = None
    who: Text
    when: dt.date
    status: Literal["open", "settled"]

    @field_validator("value", mode="before")
    @classmethod
    def _a_number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("must be a number")
        return value

    @model_validator(mode="after")
    def _one_address(self) -> CellCorrection:
        named = [self.agency, self.report_year, self.scope]
        if self.snapshot is not None and any(part is not None for part in named):
            raise ValueError("names a snapshot and an agency-year; it must be one of them")
        if self.snapshot is None and any(part is None for part in named):
            raise ValueError("must name a snapshot, or agency, report_year and scope")
        if self.snapshot is None and self.evidence is None:
            raise ValueError(
                "evidence.snapshot is missing: an agency-year does not say which document was seen"
            )
        if self.verdict == "not_an_error" and self.value is not None:
            raise ValueError("not_an_error has no other value than the printed one")
        return self

    @property
    def seen_in(self) -> str:
        """sha256 of the snapshot that must have such a cell where it is archived."""
        return self.snapshot or (self.evidence.snapshot if self.evidence is not None else "")

    @property
    def about(self) -> str:
        """What it is about, in words."""
        if self.snapshot is not None:
            return f"{self.cell} of snapshot {self.snapshot[:12]}"
        return f"{self.cell} of {self.agency} {self.report_year}, {self.scope}"


class DocumentCorrection(Entry):
    """What a document is, where that is not what was read in it; None: as read."""

    document: Sha256
    agency: Text | None = None
    report_year: int | None = None
    scope: Scope | None = None
    withdrawn: bool | None = None
    reason: Text
    who: Text
    when: dt.date

    @model_validator(mode="after")
    def _says_something(self) -> DocumentCorrection:
        if all(said is None for said in (self.agency, self.report_year, self.scope, self.withdrawn)):
            raise ValueError("says nothing: agency, report_year, scope or withdrawn is missing")
        return self

    @property
    def seen_in(self) -> str:
        """sha256 of the document."""
        return self.document

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return f"document {self.document[:12]}"


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry with where it stands. ledger: shipped or own; position: in its file, from 1."""

    ledger: Literal["shipped", "own"]
    file: str
    position: int
    entry: CellCorrection | DocumentCorrection

    @property
    def correction_id(self) -> str:
        """Names it in one release: own:3 is the third entry of the data root's file."""
        return f"{self.ledger}:{self.position}"

    @property
    def place(self) -> str:
        """File and place, for messages."""
        return f"{self.file}: {FIELD}.{self.position} ({self.entry.about})"


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries in the order in which they count: of two about the same thing the later one does."""

    entries: tuple[Entered, ...] = ()

    @property
    def cells(self) -> Iterable[tuple[Entered, CellCorrection]]:
        """The entries about cells."""
        return ((one, one.entry) for one in self.entries if isinstance(one.entry, CellCorrection))

    @property
    def documents(self) -> Iterable[tuple[Entered, DocumentCorrection]]:
        """The entries about documents."""
        return ((one, one.entry) for one in self.entries if isinstance(one.entry, DocumentCorrection))


def load_ledger(catalog: Catalog, own: Path | None = None, *, shipped: Path | None = None) -> Ledger:
    """The shipped ledger and that of a data root (`own`, which need not be there), in this order.

    Raises CatalogError with file, place and reason for an entry that is none, for a cell that no form has,
    and for a report year outside of the warehouse.
    """
    entries = read_entries(shipped or CATALOG_ROOT / LEDGER_FILE, catalog, "shipped", LEDGER_FILE)
    if own is not None and own.exists():
        entries += read_entries(own, catalog, "own", str(own))
    return Ledger(tuple(entries))


def read_entries(path: Path, catalog: Catalog, ledger: Literal["shipped", "own"], name: str) -> list[Entered]:
    """The entries of one file; name: how errors call it. Raises CatalogError as `load_ledger` does."""
    data = read_yaml(path, name)
    unknown = sorted(str(key) for key in set(data) - {FIELD})
    if unknown:
        raise CatalogError(name, unknown[0], "is not a field of the ledger")
    listed: Any = data.get(FIELD)
    if listed is None:
        listed = []
    if not isinstance(listed, list):
        raise CatalogError(name, FIELD, "must be a list")
    found = []
    for position, said in enumerate(listed, start=1):
        found.append(Entered(ledger, name, position, entry_of(said, name, f"{FIELD}.{position}", catalog)))
    return found


def entry_of(said: object, name: str, place: str, catalog: Catalog) -> CellCorrection | DocumentCorrection:
    """One entry, checked against the catalog. Raises CatalogError with file `name` and `place`."""
    if not isinstance(said, dict) or ("cell" in said) == ("document" in said):
        raise CatalogError(name, place, "must name a cell or a document")
    entry: CellCorrection | DocumentCorrection
    if "cell" in said:
        entry = parse(CellCorrection, said, name, place)
    else:
        entry = parse(DocumentCorrection, said, name, place)
    if entry.report_year is not None and entry.report_year not in catalog.report_years.years:
        years = catalog.report_years.years
        reason = f"is {entry.report_year}, the warehouse has {years.first} to {years.last}"
        raise CatalogError(name, f"{place}.report_year", reason)
    if isinstance(entry, CellCorrection):
        forms = catalog.forms.values()
        if not any(entry.cell in form.cells or entry.cell in form.optional_cells for form in forms):
            raise CatalogError(name, f"{place}.cell", f"no form has a cell {entry.cell!r}")
    return entry
