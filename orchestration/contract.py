"""`gongkai extract`: one reading in the JSON that scripts rely on, and as text for a terminal.

Belongs here: the outward shape of a reading. Not here: reading, evaluating.
"""

from __future__ import annotations

from typing import Any

from expectations.about import About, Fact, Noted, Surroundings
from expectations.confront import DOUBTFUL_BELOW, confront_reading
from expectations.confront import json_number as number
from expectations.doubts import Doubts
from ingestion.recognise.reading import CellReading, Reading


def as_json(reading: Reading) -> dict[str, Any]:
    """The object of `gongkai extract --json`: document, filing, status, cells, indicators, narrative,
    identities, localisations, reconciled, issues. Every cell of the form is listed once the form is known.
    """
    headline = reading.headline
    printed = {key: (cell.value, cell.state) for key, cell in reading.cells.items()}
    said = confront_reading(
        reading.form, printed, around=Surroundings(about(reading)), doubts=_doubts(reading)
    )
    document = reading.document
    return {
        "document": {
            "name": document.name,
            "sha256": document.sha256,
            "media_type": document.media_type,
            "bytes": document.n_bytes,
            "pages": document.pages,
        },
        "carriers": [
            {"sha256": carrier.sha256, "name": carrier.name, "kind": carrier.kind}
            for carrier in reading.carriers
        ],
        "filing": {
            "agency": headline.agency,
            "report_year": headline.report_year,
            "scope": headline.scope,
            "scope_basis": headline.scope_basis,
            "form": reading.form,
            "title": headline.title,
            "published_on": headline.published_on.isoformat() if headline.published_on else None,
        },
        "status": reading.status,
        "reason": reading.reason,
        "cells": {
            key: {
                **_cell(cell),
                "suspect": key in said["suspects"] or _is_doubtful(cell),
                "derived": said["derived"].get(key),
            }
            for key, cell in reading.cells.items()
        },
        "indicators": [
            {
                "label": row.label,
                "code": row.code,
                "unit": row.unit,
                "values": {column: number(cell.value) for column, cell in row.values.items()},
                "raw": {column: cell.raw for column, cell in row.values.items()},
                "states": {column: cell.state for column, cell in row.values.items()},
                "locator": row.locator.to_dict() if row.locator else {},
            }
            for row in reading.indicators
        ],
        "narrative": [
            {
                "fact": fact.fact,
                "value": number(fact.value),
                "unit": fact.unit,
                "raw": fact.raw,
                "sentence": fact.sentence,
                "qualifier": fact.qualifier,
                "confidence": fact.confidence,
                "locator": fact.locator.to_dict() if fact.locator else {},
            }
            for fact in reading.narrative
        ],
        "identities": said["identities"],
        "localisations": said["localisations"],
        "reconciled": said["reconciled"],
        "issues": [
            {"code": issue.code, "place": issue.place, "detail": issue.detail, "severity": issue.severity}
            for issue in reading.issues
        ],
        "reader_version": reading.reader_version,
    }


def about(reading: Reading) -> About:
    """What a reading says besides its cells, as the identities look at it."""
    headline = reading.headline
    return About(
        report_year=headline.report_year,
        agency=headline.agency,
        scope=headline.scope,
        title=headline.title,
        published_on=headline.published_on,
        period_from=headline.period_from,
        period_to=headline.period_to,
        facts=tuple(
            Fact(fact.fact, fact.value, fact.unit, fact.raw, fact.sentence, fact.qualifier)
            for fact in reading.narrative
        ),
        noted=tuple(Noted(issue.code, issue.place, issue.detail) for issue in reading.issues),
    )


def _doubts(reading: Reading) -> Doubts:
    """How surely the cells were read, and what else was read in them."""
    return Doubts(
        {
            key: sure
            for key, cell in reading.cells.items()
            if (sure := cell.confidence) is not None and sure < 1
        },
        {
            key: tuple(one.text for one in sorted(cell.others, key=lambda other: -other.confidence))
            for key, cell in reading.cells.items()
            if cell.others
        },
    )


def _cell(cell: CellReading) -> dict[str, Any]:
    found: dict[str, Any] = {
        "value": number(cell.value),
        "raw": cell.raw,
        "state": cell.state,
        "confidence": cell.confidence,
        "unit": cell.unit,
        "locator": cell.locator.to_dict() if cell.locator else None,
    }
    if cell.parts:
        found["parts"] = [number(part) for part in cell.parts]
    if cell.note:
        found["note"] = cell.note
    if cell.others:
        found["others"] = [one.to_dict() for one in cell.others]
    return found


def _is_doubtful(cell: CellReading) -> bool:
    return cell.value is not None and cell.confidence is not None and cell.confidence < DOUBTFUL_BELOW


def as_text(found: dict[str, Any]) -> str:
    """The same for a person: a heading, one line a row of each table, facts in prose, issues.

    States stand in angle brackets where no number is printed; `!` marks a suspect, `=n` a derived value.
    """
    filing = found["filing"]
    document = found["document"]
    lines = [
        f"{document['name']}  ({document['sha256'][:12]}, {document['media_type'] or 'unknown type'})",
        f"  {filing['agency'] or 'agency not found'} · {filing['report_year'] or 'year not found'} · "
        f"{filing['scope']} · {filing['form'] or 'form not recognised'} · {found['status']}",
    ]
    if found["reason"]:
        lines.append(f"  {found['reason']}")
    rows: dict[str, list[str]] = {}
    for key, cell in found["cells"].items():
        row, _, column = key.rpartition(".")
        rows.setdefault(row, []).append(f"{column} {_shown(cell)}")
    lines += [f"  {row}: " + "  ".join(cells) for row, cells in rows.items()]
    for entry in found["indicators"]:
        values = "  ".join(f"{column} {value}" for column, value in entry["values"].items())
        lines.append(
            f"  {entry['code'] or 'local'} {entry['label']}: {values} {entry['unit'] or ''}".rstrip()
        )
    for fact in found["narrative"]:
        value = "" if fact["value"] is None else f" = {fact['value']} {fact['unit'] or ''}".rstrip()
        lines.append(f"  in prose: {fact['fact']}{value}  «{fact['raw']}»")
    for identity in found["identities"]:
        if identity["result"] in ("fails", "fails_lenient"):
            lines.append(
                f"  {identity['id']} {identity['instance']} {identity['result']}: "
                f"{identity['lhs']} against {identity['rhs']}"
            )
    lines += [f"  issue {i['code']} at {i['place']}: {i['detail']}" for i in found["issues"]]
    return "\n".join(lines)


def _shown(cell: dict[str, Any]) -> str:
    text = f"<{cell['state']}>" if cell["value"] is None else str(cell["value"])
    if cell["derived"]:
        text += f"={cell['derived']['value']}"
    return text + ("!" if cell["suspect"] else "")
