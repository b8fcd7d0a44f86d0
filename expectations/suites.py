"""Great Expectations suites compiled from `identities.yml`, and their run on the tidy tables.

Belongs here: the custom expectation for an identity, the batches it looks at, and what came of each
expectation (held, failed with the failing rows by key, or raised). Does not belong here: verdicts that the
warehouse publishes (evaluate.py gives those; the gates compare the two).

A batch holds one row a filing and instance and one column a term (t3.granted.{c}), printed numbers only; rows
with a missing operand are left out by `ignore_row_if`. One expectation an identity, not one an instance:
Great Expectations takes about 14 ms for each however few rows it sees, and a form has 230 instances.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.confront import FilingCells, read_filings
from expectations.evaluate import Report, cell_spec
from expectations.identities import Identities, load_identities
from expectations.instances import Instance, Printed, instances, printed_rows
from ingestion.catalog import Catalog, load_catalog

ROW_KEY = ("filing_id", "agency", "report_year", "scope", "instance")
WHOLE = "document"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one expectation answered: rows looked at, failing rows by key, or the reason why it raised.

    The rows are instances where `linear`, else single printed cells.
    """

    suite: str
    identity_id: str
    linear: bool
    evaluated: int
    failing: tuple[dict[str, Any], ...] = ()
    raised: str | None = None

    @property
    def held(self) -> bool:
        return self.raised is None and not self.failing


@dataclass(slots=True)
class Batch:
    """A frame and the expectations on it, before Great Expectations is imported."""

    suite: str
    frame: pd.DataFrame
    #: identity id -> (columns, weights, op, tolerance); op None for a test of single cells
    linear: dict[str, tuple[list[str], list[int], str, Decimal]] = field(default_factory=dict)
    #: identity id -> column whose values must lie between 0 and the number given (None: no upper limit)
    ranges: dict[str, tuple[str, int | None]] = field(default_factory=dict)


def run_identity_suites(
    tables: Path, catalog: Catalog | None = None, identities: Identities | None = None
) -> list[Outcome]:
    """Compile the suites, run them on `cells.parquet` and `filings.parquet`, and say what each one answered.

    An expectation that raised is not an expectation that failed: its `raised` says why.
    """
    catalog = catalog or load_catalog()
    identities = identities or load_identities()
    return run_batches(compile_batches(read_filings(tables), catalog, identities))


def compile_batches(
    filings: Iterable[FilingCells], catalog: Catalog, identities: Identities
) -> Iterator[Batch]:
    """The batches of all filings: per form and way of printing optional rows, then per shape of instance."""
    groups: dict[tuple[str, Printed], list[tuple[FilingCells, Report]]] = defaultdict(list)
    for filing in filings:
        if filing.form is not None and filing.form in catalog.forms:
            report = Report(catalog.forms[filing.form], filing.cells, catalog)
            printed = printed_rows(report.form, filing.cells, report.reported)
            groups[filing.form, printed].append((filing, report))
    for (form, printed), members in groups.items():
        rows = sorted(row for _, row in (*printed.stands_in, *printed.beside))
        name = form + "".join(f"+{row}" for row in rows)
        shapes: dict[tuple[Any, ...], dict[str, list[Instance]]] = defaultdict(lambda: defaultdict(list))
        for instance in instances(form, printed, catalog, identities):
            one = instance.identity
            if one.test == "linear" and instance.absent is None and not one.needs_previous_report:
                shapes[one.instance, *sorted(one.for_each.items())][one.id].append(instance)
        for by_identity in shapes.values():
            yield _linear_batch(f"{name}: {' '.join(by_identity)}", by_identity, members)
        yield _cell_batch(
            f"{name}: printed cells", members, {one.id: one.test for one in identities.identities}
        )


def _linear_batch(
    suite: str, by_identity: dict[str, list[Instance]], members: list[tuple[FilingCells, Report]]
) -> Batch:
    terms: dict[str, dict[str, str]] = defaultdict(dict)  # instance name -> column -> cell key
    linear: dict[str, tuple[list[str], list[int], str, Decimal]] = {}
    for identity_id, made in by_identity.items():
        weights: dict[str, int] = {}
        for instance in made:
            for side, sign in ((instance.lhs, 1), (instance.rhs, -1)):
                for term in side:
                    terms[instance.name][term.pattern] = term.cell
                    weights[term.pattern] = term.coefficient * sign
        identity = made[0].identity
        assert identity.op is not None
        linear[identity_id] = (list(weights), list(weights.values()), identity.op, identity.tolerance)
    columns = sorted({column for cells in terms.values() for column in cells})
    rows = [
        (*_filing_key(filing), name, *(report.reported.get(cells.get(column, "")) for column in columns))
        for filing, report in members
        for name, cells in terms.items()
    ]
    return Batch(suite, pd.DataFrame(rows, columns=[*ROW_KEY, *columns], dtype=object), linear)


def _cell_batch(suite: str, members: list[tuple[FilingCells, Report]], tests: dict[str, str]) -> Batch:
    """Printed cells, one a row: the number where it may not be negative, its fraction where it is a count."""
    rows = []
    for filing, report in members:
        for cell, value in report.reported.items():
            spec = cell_spec(report.form, cell)
            signed, money = (spec.signed, spec.money) if spec else (False, False)
            whole = None if money else float(value % 1)
            rows.append((*_filing_key(filing), WHOLE, cell, None if signed else float(value), whole))
    frame = pd.DataFrame(rows, columns=[*ROW_KEY, "cell_key", "value", "fraction"])
    looked_at = {"nonnegative": ("value", None), "integral": ("fraction", 0)}
    ranges = {one: looked_at[test] for one, test in tests.items() if test in looked_at}
    return Batch(suite, frame, ranges=ranges)


def _filing_key(filing: FilingCells) -> tuple[Any, ...]:
    filing_id, _, agency, report_year, scope, _ = filing.key
    return filing_id, agency, report_year, scope


def run_batches(batches: Iterable[Batch]) -> list[Outcome]:
    """Validate every batch with its suite in a context that leaves nothing behind."""
    import great_expectations as gx  # 3 s: only those who run suites pay for it

    from expectations.gx_identity import ExpectIdentity, quiet_context, stock

    context = quiet_context()
    source = context.data_sources.add_pandas("tidy tables")
    outcomes: list[Outcome] = []
    for batch in batches:
        if batch.frame.empty:
            continue
        asked: list[Any] = [
            ExpectIdentity(
                column_list=columns,
                weights=weights,
                op=op,
                tolerance=str(tolerance),
                ignore_row_if="any_value_is_missing",
                meta={"identity": identity_id},
            )
            for identity_id, (columns, weights, op, tolerance) in batch.linear.items()
        ]
        asked += [
            stock.ExpectColumnValuesToBeBetween(
                column=column, min_value=0, max_value=most, meta={"identity": identity_id}
            )
            for identity_id, (column, most) in batch.ranges.items()
        ]
        definition = source.add_dataframe_asset(batch.suite).add_batch_definition_whole_dataframe("whole")
        answer = definition.get_batch({"dataframe": batch.frame}).validate(
            gx.ExpectationSuite(name=batch.suite, expectations=asked),
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(ROW_KEY)},
        )
        outcomes += [_outcome(batch, result) for result in answer.results]
    return outcomes


def _outcome(batch: Batch, result: Any) -> Outcome:
    identity_id = result.expectation_config.meta["identity"]
    linear = identity_id in batch.linear
    raised = raised_reason(result)
    if raised:
        return Outcome(batch.suite, identity_id, linear, 0, raised=raised)
    found = result.result
    failing = tuple(
        {name: row[name] for name in ROW_KEY} | {"cells": {k: row[k] for k in row if k not in ROW_KEY}}
        for row in found.get("unexpected_index_list") or []
    )
    evaluated = found["element_count"] - found.get("missing_count", 0)
    return Outcome(batch.suite, identity_id, linear, evaluated, failing)


def raised_reason(result: Any) -> str | None:
    """The message of the exception inside an expectation's result; None when it answered.

    `success` is false in both cases: only `exception_info` (flat, or one entry a metric) tells them apart.
    """
    info = result.exception_info or {}
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "raised without a message")
    if not result.success and not result.result:
        return "gave no answer"
    return None
