"""What recognition says about one document: the `Reading` and its parts.

Belongs here: the plain data classes that leave recognition, and their stable JSON form (it is what
the readings store keeps and what everything downstream starts from). Does not belong here: how a
cell is found, any arithmetic, any table format.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ingestion.extract.model import Issue, Locator, OtherReading

Status = Literal["complete", "blank_form", "partial", "no_tables", "not_a_report", "unreadable"]

#: States of a cell, `ingestion/catalog/states.yml` says what each means.
REPORTED = "reported"
BLANK = "blank"
UNREADABLE = "unreadable"
MISSING_TABLE = "missing_table"
MISSING_IMAGE = "missing_image"
MISSING_PAGE_BREAK = "missing_page_break"

#: What tells the scope of a report: the title, a sentence about its figures, what the body is (a street
#: office has no area to add up), nothing (own_body by the rule), nothing while the prose speaks against it, a
#: person.
SCOPE_BY_TITLE, SCOPE_BY_STATEMENT, SCOPE_BY_KIND = "title", "statement", "agency_kind"
SCOPE_ASSUMED, SCOPE_IN_DOUBT, SCOPE_BY_LEDGER = "assumed", "in_doubt", "ledger"
#: The issue that says which sentence speaks against it.
SCOPE_DOUBT = "scope_in_doubt"


# Not frozen, though never changed: a frozen one takes three times as long to make, and a report has 200.
@dataclass(slots=True)
class CellReading:
    """One cell of the form: what is printed (`raw`), its number, and the state that explains it.

    `value` is exact (Decimal) and only present where `state` is `reported`. `confidence` is 1 for a
    cell that was read whole and less where a choice was made; None where nothing was read. `parts`
    keeps both numbers of a cell that prints two ("+3/-1"). `others` are readings that were really seen there
    and not chosen: nothing here chooses again.
    """

    key: str
    value: Decimal | None
    raw: str | None
    state: str
    confidence: float | None = None
    unit: str | None = None
    locator: Locator | None = None
    parts: tuple[Decimal, ...] | None = None
    note: str | None = None
    others: tuple[OtherReading, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "value": _number(self.value),
            "raw": self.raw,
            "state": self.state,
            "confidence": self.confidence,
            "unit": self.unit,
            "locator": self.locator.to_dict() if self.locator else None,
            "parts": [_number(part) for part in self.parts] if self.parts else None,
            "note": self.note,
            "others": [one.to_dict() for one in self.others] or None,
        }

    @classmethod
    def from_dict(cls, key: str, data: dict[str, Any]) -> CellReading:
        return cls(
            key=key,
            value=_decimal(data["value"]),
            raw=data["raw"],
            state=data["state"],
            confidence=data["confidence"],
            unit=data["unit"],
            locator=_locator(data["locator"]),
            parts=tuple(Decimal(part) for part in data["parts"]) if data.get("parts") else None,
            note=data.get("note"),
            others=tuple(OtherReading.from_dict(one) for one in data.get("others") or ()),
        )


@dataclass(frozen=True, slots=True)
class IndicatorReading:
    """One row of an indicator list from before 2019; `code` is None for a row the catalog does not know."""

    label: str
    code: str | None
    unit: str | None
    values: dict[str, CellReading]
    locator: Locator | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "code": self.code,
            "unit": self.unit,
            "values": {column: cell.to_dict() for column, cell in self.values.items()},
            "locator": self.locator.to_dict() if self.locator else None,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> IndicatorReading:
        return cls(
            label=data["label"],
            code=data["code"],
            unit=data["unit"],
            values={column: CellReading.from_dict(column, cell) for column, cell in data["values"].items()},
            locator=_locator(data["locator"]),
        )


@dataclass(frozen=True, slots=True)
class NarrativeFact:
    """A number (or a plain statement) that stands in prose, with the sentence it stands in.

    confidence: of the text it was read from; 1 for text that the file itself holds, less for ink.
    """

    fact: str
    value: Decimal | None
    unit: str | None
    raw: str
    sentence: str
    qualifier: str | None = None
    locator: Locator | None = None
    confidence: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "fact": self.fact,
            "value": _number(self.value),
            "unit": self.unit,
            "raw": self.raw,
            "sentence": self.sentence,
            "qualifier": self.qualifier,
            "locator": self.locator.to_dict() if self.locator else None,
            "confidence": self.confidence,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NarrativeFact:
        return cls(
            fact=data["fact"],
            value=_decimal(data["value"]),
            unit=data["unit"],
            raw=data["raw"],
            sentence=data["sentence"],
            qualifier=data["qualifier"],
            locator=_locator(data["locator"]),
            confidence=data["confidence"],
        )


@dataclass(slots=True)
class Headline:
    """Who reports on which year; `found` says for each field the text it was read from and where."""

    agency: str | None = None
    report_year: int | None = None
    scope: str = "own_body"
    scope_basis: str = SCOPE_ASSUMED
    form: str | None = None
    title: str | None = None
    published_on: date | None = None
    period_from: str | None = None
    period_to: str | None = None
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = dataclasses.asdict(self)
        data["published_on"] = self.published_on.isoformat() if self.published_on else None
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Headline:
        published = data.get("published_on")
        return cls(**{**data, "published_on": date.fromisoformat(published) if published else None})


@dataclass(slots=True)
class DocumentFacts:
    """The carrier of a reading: which bytes, of which kind."""

    name: str
    sha256: str
    media_type: str | None
    n_bytes: int
    encoding: str | None = None
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A file beside a page that the page's report is partly in. reference: as the page names it."""

    sha256: str
    name: str
    reference: str
    kind: Literal["picture", "attachment"]


@dataclass(slots=True)
class Reading:
    """All that was understood of one document; `cells` has every cell of the form once that is known."""

    document: DocumentFacts
    headline: Headline
    status: Status
    reason: str | None = None
    form: str | None = None
    cells: dict[str, CellReading] = field(default_factory=dict)
    indicators: list[IndicatorReading] = field(default_factory=list)
    narrative: list[NarrativeFact] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    reader_version: str | None = None
    #: `unreadable` documents that were refused for being hostile (size, depth, spans) are quarantined.
    quarantined: bool = False
    #: Files beside the page that belong to this report: they are no filings of their own.
    carriers: list[Carrier] = field(default_factory=list)
    #: What was looked for beside the page -> a mark of what was found, None where nothing was. The reading
    #: holds as long as this does.
    companions: dict[str, str | None] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "document": dataclasses.asdict(self.document),
            "headline": self.headline.to_dict(),
            "status": self.status,
            "reason": self.reason,
            "form": self.form,
            "cells": {key: cell.to_dict() for key, cell in self.cells.items()},
            "indicators": [row.to_dict() for row in self.indicators],
            "narrative": [fact.to_dict() for fact in self.narrative],
            "issues": [
                {
                    "code": issue.code,
                    "place": issue.place,
                    "detail": issue.detail,
                    "severity": issue.severity,
                    "locator": issue.locator.to_dict() if issue.locator else None,
                }
                for issue in self.issues
            ],
            "reader_version": self.reader_version,
            "quarantined": self.quarantined,
            "carriers": [dataclasses.asdict(carrier) for carrier in self.carriers],
            "companions": self.companions,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reading:
        return cls(
            document=DocumentFacts(**data["document"]),
            headline=Headline.from_dict(data["headline"]),
            status=data["status"],
            reason=data["reason"],
            form=data["form"],
            cells={key: CellReading.from_dict(key, cell) for key, cell in data["cells"].items()},
            indicators=[IndicatorReading.from_dict(row) for row in data["indicators"]],
            narrative=[NarrativeFact.from_dict(fact) for fact in data["narrative"]],
            issues=[
                Issue(
                    code=issue["code"],
                    place=issue["place"],
                    detail=issue["detail"],
                    severity=issue["severity"],
                    locator=_locator(issue["locator"]),
                )
                for issue in data["issues"]
            ],
            reader_version=data["reader_version"],
            quarantined=data["quarantined"],
            carriers=[Carrier(**carrier) for carrier in data["carriers"]],
            companions=data["companions"],
        )


def _number(value: Decimal | None) -> str | None:
    """Decimal as its exact decimal text: JSON floats would invent digits."""
    return None if value is None else format(value, "f")


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _locator(data: dict[str, Any] | None) -> Locator | None:
    return None if data is None else Locator.from_dict(data)
