"""The rows that the suites of identities look at, one report year and a portion of its filings at a time.

Belongs here: frames of printed numbers (and of our own verdicts, for what only we evaluate). Does not
belong here: which identity is in which suite (suites.py), running them (suite_runs.py).

An equation's frame holds one row a filing and instance and one column a term (t3.granted.{c}; last year's
cells keep their @y-1), printed numbers only: rows with a missing operand are left out by `ignore_row_if`.
One expectation an identity, not one an instance: Great Expectations takes about 14 ms for each however few
rows it sees, and a form has 230 instances.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pyarrow.dataset as ds

from expectations.about import Surroundings
from expectations.histories import FilingCells
from expectations.identities import Identities
from expectations.instances import PREVIOUS, Instance, Printed, Term, instances, printed_rows
from expectations.printed import ZERO, Report, cell_spec
from expectations.suites import Suite, how
from ingestion.catalog import Catalog

ROW_KEY = ("filing_id", "agency", "report_year", "scope", "instance")
WHOLE = "document"
#: Filings whose rows stand in memory at a time. Rows of Python numbers take about 60 KB a filing.
PORTION = 1000
TEN_THOUSAND = 10_000
#: Filing id -> identity id -> what our own evaluation says.
Verdicts = Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class Batch:
    """A frame and the expectations on it, before Great Expectations is imported.

    An identity of the suite that stands in none of the four finds nothing to ask in these rows.
    """

    suite: Suite
    report_year: int | None
    frame: pd.DataFrame
    #: identity id -> (columns, weights, op, tolerance)
    linear: dict[str, tuple[list[str], list[int], str, Decimal]] = field(default_factory=dict)
    #: identity id -> column whose values must lie between two numbers (None: no limit)
    ranges: dict[str, tuple[str, int | None, int | None]] = field(default_factory=dict)
    #: identity id -> pairs that the columns report_year and form may show
    pairs: dict[str, list[tuple[Any, Any]]] = field(default_factory=dict)
    #: identities whose column says `holds` or `fails`
    verdicts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Member:
    """One filing with what its rows are made from."""

    filing: FilingCells
    report: Report
    around: Surroundings

    @property
    def key(self) -> tuple[Any, ...]:
        filing_id, _, agency, report_year, scope, _ = self.filing.key
        return filing_id, agency, report_year, scope


def compile_batches(
    filings: Iterable[tuple[FilingCells, Surroundings]],
    suites: Sequence[Suite],
    catalog: Catalog,
    identities: Identities,
    verdicts_of: Callable[[int | None], Verdicts],
) -> Iterator[Batch]:
    """The batches of all filings, which come ordered by report year: every suite of a form that is there.

    `verdicts_of` gives our own verdicts of a report year; it is asked once a year.
    """
    for year, of_year in itertools.groupby(filings, key=lambda pair: pair[0].report_year):
        verdicts = verdicts_of(year)
        while portion := list(itertools.islice(of_year, PORTION)):
            yield from _of_portion(year, portion, suites, catalog, identities, verdicts)


def read_verdicts(tables: Path, identities: Identities, year: int | None) -> dict[str, dict[str, str]]:
    """Our own verdicts of a report year on what only we evaluate."""
    ours = [one.id for one in identities.identities if how(one) == "verdict"]
    of_year = pc.field("report_year").is_null() if year is None else pc.field("report_year") == year
    found = ds.dataset(tables / "identity_results.parquet").to_table(
        columns=["filing_id", "identity_id", "result"], filter=of_year & pc.field("identity_id").isin(ours)
    )
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for row in zip(*(found[name].to_pylist() for name in found.column_names), strict=True):
        said[row[0]][row[1]] = row[2]
    return said


def _of_portion(
    year: int | None,
    portion: Sequence[tuple[FilingCells, Surroundings]],
    suites: Sequence[Suite],
    catalog: Catalog,
    identities: Identities,
    verdicts: Verdicts,
) -> Iterator[Batch]:
    groups: dict[tuple[str, Printed], list[_Member]] = defaultdict(list)
    by_form: dict[str, list[_Member]] = defaultdict(list)
    for filing, around in portion:
        if filing.form is not None and filing.form in catalog.forms:
            report = Report(catalog.forms[filing.form], filing.cells, catalog)
            member = _Member(filing, report, around)
            groups[filing.form, printed_rows(report.form, filing.cells, report.reported)].append(member)
            by_form[filing.form].append(member)
    for suite in suites:
        if suite.how == "equation":
            for (form, printed), members in groups.items():
                if form == suite.form:
                    made = instances(form, printed, catalog, identities)
                    yield _equations(suite, year, made, members)
        elif suite.form in by_form:
            frame = {"cells": _cells, "filing": _reports, "verdict": _own}[suite.how]
            yield frame(suite, year, by_form[suite.form], catalog, verdicts)


def _equations(suite: Suite, year: int | None, made: Sequence[Instance], members: Sequence[_Member]) -> Batch:
    terms: dict[str, dict[str, Term | None]] = defaultdict(dict)  # instance -> column -> its term
    other_form: dict[
        str, Instance
    ] = {}  # column -> instance whose right side is in the cells of last year's form
    linear: dict[str, tuple[list[str], list[int], str, Decimal]] = {}
    wanted = {identity.id for identity in suite.identities}
    for instance in made:
        identity = instance.identity
        if identity.id not in wanted or instance.absent is not None:
            continue
        weights: dict[str, int] = {}
        for side, sign in ((instance.lhs, 1), (instance.rhs, -1)):
            for term in side:
                terms[instance.name][term.pattern] = term
                weights[term.pattern] = term.coefficient * sign
        if identity.previous:
            column = f"{identity.id}{PREVIOUS}"
            terms[instance.name][column] = None
            other_form[column] = instance
            weights[column] = -1
        assert identity.op is not None
        linear[identity.id] = (list(weights), list(weights.values()), identity.op, identity.tolerance)
    columns = sorted({column for cells in terms.values() for column in cells})
    rows = []
    for member in members:
        before = member.around.previous.report if member.around.previous else None
        if before is None and suite.with_year_before:
            continue
        for name, cells in terms.items():
            numbers = [_number(column, cells, other_form, member.report, before) for column in columns]
            rows.append((*member.key, name, *numbers))
    return Batch(suite, year, pd.DataFrame(rows, columns=[*ROW_KEY, *columns], dtype=object), linear)


def _number(
    column: str,
    terms: Mapping[str, Term | None],
    other_form: Mapping[str, Instance],
    report: Report,
    before: Report | None,
) -> Decimal | None:
    """The printed number of a column, in this report or in last year's; None where none is printed."""
    if column not in terms:
        return None
    term = terms[column]
    if term is not None:
        source = before if term.previous else report
        return source.reported.get(term.key) if source else None
    asked = other_form[column].by_previous_form.get(before.form.code) if before else None
    if asked is None or before is None:
        return None
    total = ZERO
    for one in asked:
        value = before.reported.get(one.key)
        if value is None:
            return None
        total += one.coefficient * value
    return total


def _cells(
    suite: Suite, year: int | None, members: Sequence[_Member], catalog: Catalog, verdicts: Verdicts
) -> Batch:
    """Printed cells, one a row: the number where it may not be negative, its fraction where it is a count,
    and what stands behind the last decimal of an amount in 万元.
    """
    rows = []
    for member in members:
        for cell, value in member.report.reported.items():
            spec = cell_spec(member.report.form, cell)
            signed, money = (spec.signed, spec.money) if spec else (False, False)
            unit = catalog.units.get(spec.unit) if spec and spec.unit else None
            beyond = None
            if money and unit is not None and unit.to_yuan == TEN_THOUSAND:
                beyond = float(value - round(value, unit.decimals))
            whole = None if money else float(value % 1)
            rows.append((*member.key, WHOLE, cell, None if signed else float(value), whole, beyond))
    frame = pd.DataFrame(rows, columns=[*ROW_KEY, "cell_key", "value", "fraction", "beyond"])
    looked_at: dict[str, tuple[str, int | None, int | None]] = {
        "nonnegative": ("value", 0, None),
        "integral": ("fraction", 0, 0),
        "money_decimals": ("beyond", 0, 0),
    }
    ranges = {one.id: looked_at[one.test] for one in suite.identities}
    return Batch(suite, year, frame, ranges=ranges)


def _reports(
    suite: Suite, year: int | None, members: Sequence[_Member], catalog: Catalog, verdicts: Verdicts
) -> Batch:
    """One row a report: cells that print a number beside the cells of the form, the year beside the form."""
    seen = {code for code, state in catalog.states.items() if state.kind in ("printed", "empty")}
    rows = []
    for member in members:
        form = member.report.form
        printed = sum(1 for key in form.cells if key in member.report.reported)
        # without a table the form was taken from the year itself: that proves nothing
        shown = form.code if any(state in seen for _, state in member.filing.cells.values()) else None
        rows.append((*member.key, WHOLE, Decimal(printed), Decimal(len(form.cells)), shown))
    frame = pd.DataFrame(rows, columns=[*ROW_KEY, "printed", "of_form", "form"], dtype=object)
    batch = Batch(suite, year, frame)
    valid = [(year, form) for form in catalog.form_for_year(year)] if year is not None else []
    for one in suite.identities:
        if one.test == "every_cell_printed":
            batch.linear[one.id] = (["printed", "of_form"], [1, -1], "==", Decimal(0))
        elif year is not None:
            batch.pairs[one.id] = valid or [(year, "no form is for this year")]
    return batch


def _own(
    suite: Suite, year: int | None, members: Sequence[_Member], catalog: Catalog, verdicts: Verdicts
) -> Batch:
    """One row a report, one column an identity: holds, fails, or nothing where that rests on a blank or is
    open.
    """
    asked = [identity.id for identity in suite.identities]
    rows = []
    for member in members:
        said = verdicts.get(member.filing.filing_id, {})
        strict = (said.get(one) if said.get(one) in ("holds", "fails") else None for one in asked)
        rows.append((*member.key, WHOLE, *strict))
    frame = pd.DataFrame(rows, columns=[*ROW_KEY, *asked], dtype=object)
    return Batch(suite, year, frame, verdicts=[one for one in asked if frame[one].notna().any()])
