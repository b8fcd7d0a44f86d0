"""Suspects: for a table whose identities fail, the cheapest sets of cells whose change would satisfy them
all.

Belongs here: which tables are asked, the ranking, and whether the first answer is the only one. Does not
belong here: the search (search.py).

A suggestion is never written into a cell. It tells a person, or a second reading, where to look.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from expectations.equations import TooLarge, accuses, balance, tables_of
from expectations.evaluate import Cells, IdentityResult, Report, evaluate
from expectations.identities import Identities
from expectations.instances import PREVIOUS
from expectations.search import LISTED, MARGIN, Explanation, Search, Suspect
from expectations.weights import Evidence
from ingestion.catalog import Catalog, load_catalog

__all__ = ["Explanation", "Localisation", "Suspect", "localise"]

#: The search is bounded by its effort, so that every machine finds the same; time only ends what went wrong.
DEADLINE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Localisation:
    """What is wrong with a table. violated: "id instance" of each failing identity.

    best: at most ten explanations, cheapest first. unique: every other explanation is dearer by half a cell
    or more, and has been looked for. why_not: why the search is not complete, if it is not.
    """

    table: str
    violated: tuple[str, ...]
    best: tuple[Explanation, ...]
    unique: bool
    why_not: str | None = None


def localise(
    form: str,
    cells: Cells,
    *,
    confidence: Mapping[str, float] | None = None,
    others: Mapping[str, Sequence[str]] | None = None,
    last_year: Mapping[str, Decimal] | None = None,
    table: str | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
    results: Sequence[IdentityResult] | None = None,
    deadline_ms: float = DEADLINE_MS,
) -> list[Localisation]:
    """One localisation for each table (or for `table` alone) with a failing accounting equality.

    `cells` maps cell key to (value, state), as for `evaluate`; `results` are its results for the same cells
    if at hand. `confidence`: of the reading, 0 to 1; `others`: texts that were also read; `last_year`:
    figures of the previous report by cell key. `deadline_ms` bounds the search for each table: what is found
    until then stands, and the answer is not called unique. Raises IdentityError for an unknown form.
    """
    catalog = catalog or load_catalog()
    if results is None:
        results = evaluate(form, cells, catalog, identities)
    failing: dict[str, list[IdentityResult]] = {}
    for result in results:
        if result.failed and accuses(result.identity):
            tables = tables_of(result.instance_of)
            if len(tables) == 1:
                failing.setdefault(tables.pop(), []).append(result)
    if not failing:
        return []
    report = Report(catalog.forms[form], cells, catalog)
    found = []
    for code, violated in failing.items():
        if table in (None, code):
            evidence = Evidence(
                confidence or {},
                others or {},
                _expected(results, last_year or {}),
                last_year or {},
                _prints_zeros(report, code),
            )
            names = tuple(f"{result.id} {result.instance}" for result in violated)
            found.append(_localise(code, names, report, results, evidence, deadline_ms))
    return found


def _expected(results: Iterable[IdentityResult], last_year: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What last year's figures imply for single cells of this year: carried in = last year's carried out."""
    expected: dict[str, Decimal] = {}
    for result in results:
        identity, instance = result.identity, result.instance_of
        if not (last_year and identity.needs_previous_report and identity.op == "=="):
            continue
        signed = [(term, 1) for term in instance.lhs] + [(term, -1) for term in instance.rhs]
        now = [(term, side) for term, side in signed if not term.cell.endswith(PREVIOUS)]
        before = [(term, side) for term, side in signed if term.cell.endswith(PREVIOUS)]
        keys = [term.cell.removesuffix(PREVIOUS) for term, _ in before]
        if len(now) == 1 and all(key in last_year for key in keys):
            total = sum(
                (
                    last_year[key] * term.coefficient * side
                    for key, (term, side) in zip(keys, before, strict=True)
                ),
                Decimal(0),
            )
            term, side = now[0]
            expected[term.cell] = -total / (term.coefficient * side)
    return expected


def _prints_zeros(report: Report, table: str) -> bool:
    return any(value == 0 and cell.startswith(f"{table}.") for cell, value in report.reported.items())


def _localise(
    table: str,
    violated: tuple[str, ...],
    report: Report,
    results: Sequence[IdentityResult],
    evidence: Evidence,
    deadline_ms: float,
) -> Localisation:
    deadline = time.perf_counter() + deadline_ms / 1000
    try:
        given = balance(results, table, report)
    except TooLarge as error:
        return Localisation(table, violated, (), unique=False, why_not=f"too large: {error}")
    search = Search(table, given, report, evidence, deadline)
    search.run()
    best = sorted(search.found.values(), key=lambda one: (one.weight, len(one.cells), _cells_of(one)))
    unique = (
        search.why_not is None
        and bool(best)
        and (len(best) == 1 or best[1].weight >= best[0].weight + MARGIN)
        and all(suspect.suggestion is not None for suspect in best[0].cells)
    )
    return Localisation(table, violated, tuple(best[:LISTED]), unique, search.why_not)


def _cells_of(explanation: Explanation) -> tuple[str, ...]:
    return tuple(suspect.cell for suspect in explanation.cells)
