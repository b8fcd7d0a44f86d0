"""What the identities say about one report: verdicts, what they force, suspects, doubtful readings settled.

Belongs here: what is asked, in which order, and the JSON form for one document. Does not belong here: rules,
arithmetic, the search for suspects, tables of many reports (confront.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from expectations.about import Surroundings
from expectations.derive import Derived, derive
from expectations.doubts import Doubts
from expectations.evaluate import IdentityResult, evaluate, suspect_cells
from expectations.identities import Identities
from expectations.localise import Localisation, localise
from expectations.printed import Cells
from expectations.reconcile import Reconciled, reconcile
from ingestion.catalog import Catalog

#: A number read with less confidence is doubtful: a person should look at it. The dbt variable of this name
#: says the same to the warehouse; a test holds the two together.
DOUBTFUL_BELOW = 0.9


@dataclass(frozen=True, slots=True)
class Confrontation:
    """What the identities say about one report."""

    results: list[IdentityResult]
    derived: dict[str, Derived]
    suspects: dict[str, tuple[str, ...]]
    localisations: list[Localisation]
    reconciled: list[Reconciled]


def confront_cells(
    form: str,
    cells: Cells,
    report_year: int | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
    around: Surroundings | None = None,
    doubts: Doubts | None = None,
) -> Confrontation:
    """Evaluate, derive, localise and reconcile for the cells of one report: cell key -> (value, state).

    `around` is what the report says besides its cells, and last year's report; `report_year` counts without
    it. `doubts`: how surely the cells were read. Suggestions and chosen readings stand beside `cells`, which
    stay as they are.
    """
    doubts = doubts or Doubts()
    results = evaluate(form, cells, catalog, identities, report_year, around)
    previous = around.previous if around is not None else None
    localisations = localise(
        form,
        cells,
        confidence=doubts.confidence,
        others=doubts.others,
        last_year=previous.report.reported if previous is not None else None,
        catalog=catalog,
        results=results,
    )
    return Confrontation(
        results,
        derive(form, cells, catalog, identities, results),
        _pointed_at(suspect_cells(results), localisations, results),
        localisations,
        reconcile(form, cells, doubts.others, catalog=catalog, results=results) if doubts.others else [],
    )


def _pointed_at(
    suspects: dict[str, tuple[str, ...]],
    localisations: Sequence[Localisation],
    results: Sequence[IdentityResult],
) -> dict[str, tuple[str, ...]]:
    """`suspects` and the printed cells of the likeliest explanations, by the failing identities they are in.

    Of two wrong cells in one row, the one on which fewer failing identities cross would else go free.
    """
    found = {cell: set(ids) for cell, ids in suspects.items()}
    for said in localisations:
        likeliest = [one for one in said.best if one.weight == said.best[0].weight]
        for suspect in (suspect for one in likeliest for suspect in one.cells if suspect.printed is not None):
            seeing = {
                result.id for result in results if result.failed and suspect.cell in result.instance_of.cells
            }
            # two changes may cancel in every identity that fails: then all of the table's point at the cell
            found.setdefault(suspect.cell, set()).update(
                seeing or {name.split()[0] for name in said.violated}
            )
    return {cell: tuple(sorted(ids)) for cell, ids in sorted(found.items())}


def confront_reading(
    form: str | None,
    cells: Mapping[str, tuple[Decimal | None, str]],
    report_year: int | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
    around: Surroundings | None = None,
    doubts: Doubts | None = None,
) -> dict[str, Any]:
    """The same for `gongkai extract --json`, in the shapes of its output.

    Returns `identities` (id, instance, result, lhs, rhs, suspects, why), `derived` (cell key -> value and
    by), `suspects` (cell key -> identity ids), `localisations` (table, violated, unique, why_not,
    explanations: each with kind, weight and cells) and `reconciled` (cell key -> printed, chosen, text,
    rests_on); all empty where no form is known.
    """
    if form is None:
        return {"identities": [], "derived": {}, "suspects": {}, "localisations": [], "reconciled": {}}
    said = confront_cells(form, cells, report_year, catalog, identities, around, doubts)
    return {
        "identities": [
            {
                "id": result.id,
                "instance": result.instance,
                "result": result.result,
                "lhs": json_number(result.lhs),
                "rhs": json_number(result.rhs),
                "suspects": list(result.suspects),
                "why": result.why,
            }
            for result in said.results
        ],
        "derived": {
            cell: {"value": json_number(derived.value), "by": list(derived.by)}
            for cell, derived in said.derived.items()
        },
        "suspects": {cell: list(ids) for cell, ids in said.suspects.items()},
        "localisations": [_localisation_json(one) for one in said.localisations],
        "reconciled": {
            one.cell: {
                "printed": json_number(one.printed),
                "chosen": json_number(one.chosen),
                "text": one.text,
                "rests_on": list(one.rests_on),
            }
            for one in said.reconciled
        },
    }


def _localisation_json(said: Localisation) -> dict[str, Any]:
    return {
        "table": said.table,
        "violated": list(said.violated),
        "unique": said.unique,
        "why_not": said.why_not,
        "explanations": [
            {
                "kind": one.kind,
                "weight": one.weight,
                "cells": {
                    suspect.cell: {
                        "printed": json_number(suspect.printed),
                        "suggestion": json_number(suspect.suggestion),
                        "lower": json_number(suspect.lower),
                        "upper": json_number(suspect.upper),
                        "reason": suspect.reason,
                    }
                    for suspect in one.cells
                },
            }
            for one in said.best
        ],
    }


def json_number(value: Decimal | None) -> int | float | None:
    """A count as an int; an amount with decimals as the float that prints the same digits."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
