"""Doubtful readings settled by the identities: which of the numbers that were really seen satisfies them all.

Belongs here: the choice among readings and what it rests on. Does not belong here: numbers that nobody read
(localise.py suggests those, and no more), writing the choice anywhere.

A choice is made only where the readings as they stand do not satisfy the identities and exactly one other
combination of readings does. It stands beside the cell, in the state `reconciled`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from expectations.equations import MAX_FIGURE, Balance, TooLarge, accuses, balance, tables_of
from expectations.evaluate import Cells, IdentityResult, Report, evaluate
from expectations.identities import Identities
from expectations.weights import read_number
from ingestion.catalog import Catalog, load_catalog

#: Combinations of readings that are looked at for cells that hang together; beyond it nothing is chosen.
MAX_STEPS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A choice. printed: the reading that stands (None: none could be read). chosen: the other that fits, as
    a number and as the text that was seen. rests_on: "id instance" of the identities that the cell is in.
    """

    cell: str
    printed: Decimal | None
    chosen: Decimal
    text: str
    rests_on: tuple[str, ...]


def reconcile(
    form: str,
    cells: Cells,
    others: Mapping[str, Sequence[str]],
    *,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
    results: Sequence[IdentityResult] | None = None,
) -> list[Reconciled]:
    """The doubtful cells of a report for which the identities choose another reading than the one that
    stands.

    `cells` maps cell key to (value, state); `others`: texts that were also read in a cell, cells that hold no
    number among them. A text that is no plain number is no candidate. `results` are those of `evaluate` for
    the same cells. Raises IdentityError for an unknown form.
    """
    catalog = catalog or load_catalog()
    if results is None:
        results = evaluate(form, cells, catalog, identities)
    readings = {cell: read for cell, texts in others.items() if (read := _readings(texts))}
    tables = {
        table
        for result in results
        if accuses(result.identity) and len(tables_of(result.instance_of)) == 1
        for table in tables_of(result.instance_of)
    }
    report = Report(catalog.forms[form], cells, catalog)
    found: list[Reconciled] = []
    for table in sorted(tables & {cell.partition(".")[0] for cell in readings}):
        try:
            given = balance(results, table, report)
        except TooLarge:
            continue  # too large to be exact about: nothing is chosen
        for group in _groups(given, readings):
            found += _choose(given, group, readings, report)
    return found


def _readings(texts: Sequence[str]) -> dict[Decimal, str]:
    """Number -> text of the readings that are numbers and no longer than can be added up exactly."""
    read = ((read_number(text), text) for text in reversed(texts))
    return {number: text for number, text in read if number is not None and abs(number) <= MAX_FIGURE}


def _groups(given: Balance, readings: Mapping[str, object]) -> list[list[int]]:
    """The doubtful cells that can be settled, those that share an identity together."""
    doubtful = [number for number, cell in enumerate(given.cells) if cell in readings]
    groups: list[tuple[list[int], set[int]]] = []
    for number in doubtful:
        rows = set(np.flatnonzero(given.matrix[:, number]).tolist())
        together = [number]
        for group in [group for group in groups if group[1] & rows]:
            groups.remove(group)
            together += group[0]
            rows |= group[1]
        groups.append((together, rows))
    return [sorted(cells) for cells, _ in groups]


def _choose(
    given: Balance, group: list[int], readings: Mapping[str, Mapping[Decimal, str]], report: Report
) -> list[Reconciled]:
    options: list[dict[int, Decimal]] = []
    standing: list[int | None] = []
    for number in group:
        cell = given.cells[number]
        value = report.reported.get(cell)
        standing.append(None if value is None else int(value * given.scale))
        seen = {**readings[cell], **({} if value is None else {value: ""})}
        # a reading with more decimals than the table has is not compared with whole numbers
        options.append({int(one * given.scale): one for one in seen if one * given.scale % 1 == 0})
    rows = [int(row) for row in np.flatnonzero(given.matrix[:, group].any(axis=1))]
    open_cells = given.free - set(group)
    rows = [row for row in rows if not given.matrix[row, list(open_cells)].any()]
    fits = _fitting(given, group, options, rows)
    if fits is None or len(fits) != 1 or list(fits[0]) == standing:
        return []
    found = []
    for number, before, scaled, choices in zip(group, standing, fits[0], options, strict=True):
        cell = given.cells[number]
        evidence = [row for row in rows if given.matrix[row, number]]
        if scaled != before and evidence:
            names = (given.results[row] for row in evidence)
            found.append(
                Reconciled(
                    cell,
                    report.reported.get(cell),
                    choices[scaled],
                    readings[cell][choices[scaled]],
                    tuple(f"{one.id} {one.instance}" for one in names),
                )
            )
    return found


def _fitting(
    given: Balance, group: list[int], options: Sequence[Mapping[int, object]], rows: list[int]
) -> list[tuple[int, ...]] | None:
    """Up to two combinations of readings that fulfil the equations `rows`; None: too many to see."""
    figures = given.figures.copy()
    figures[group] = 0
    matrix = given.matrix[rows]
    # an equation is judged as soon as the last doubtful cell in it has a number
    last = [max(at for at, number in enumerate(group) if row[number]) for row in matrix]
    steps = 0
    found: list[tuple[int, ...]] = []
    stack: list[tuple[tuple[int, ...], np.ndarray]] = [((), matrix @ figures)]
    while stack and len(found) < 2:
        chosen, residuals = stack.pop()
        at = len(chosen)
        if at == len(group):
            found.append(chosen)
            continue
        done = [row for row, end in enumerate(last) if end == at]
        for value in options[at]:
            steps += 1
            after = residuals + matrix[:, group[at]] * value
            if not after[done].any():
                stack.append(((*chosen, value), after))
        if steps > MAX_STEPS:
            return None
    return found
