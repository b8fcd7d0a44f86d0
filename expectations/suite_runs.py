"""The suites of identities, run by Great Expectations on the tidy tables, and what came of each expectation.

Belongs here: turning batches into suites, and answers into outcomes (held, failed with the failing rows by
key, or raised). Does not belong here: verdicts that the warehouse publishes (evaluate.py gives those; the
gates compare the two), what is kept of a run (runs.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from expectations.histories import with_surroundings
from expectations.identities import Identities, load_identities
from expectations.suite_batches import ROW_KEY, Batch, compile_batches, read_verdicts
from expectations.suites import How, compile_suites
from ingestion.catalog import Catalog, load_catalog

#: Failing rows of an expectation that keep the numbers in them; of the others the key stays.
WITH_CELLS = 50


@dataclass(slots=True)
class Outcome:
    """What one expectation answered for one report year: rows looked at, failing rows by key, or why it
    raised.

    Where `how` is cells, the rows are printed cells; else they are instances.
    """

    suite: str
    identity_id: str
    form: str
    report_year: int | None
    how: How
    evaluated: int = 0
    failing: list[dict[str, Any]] = field(default_factory=list)
    raised: str | None = None

    @property
    def held(self) -> bool:
        return self.raised is None and not self.failing

    @property
    def independent(self) -> bool:
        """Whether it is a second evaluation beside our own."""
        return self.how != "verdict"


def run_identity_suites(
    tables: Path, catalog: Catalog | None = None, identities: Identities | None = None
) -> list[Outcome]:
    """Compile the suites, run them on the tidy tables year by year, and say what each expectation answered.

    One outcome an identity, form and report year. An expectation that raised is not an expectation that
    failed: its `raised` says why. Two report years of cells and a portion of filings as Python rows are in
    memory.
    """
    catalog = catalog or load_catalog()
    identities = identities or load_identities()
    suites = compile_suites(catalog, identities)
    filings = with_surroundings(tables, catalog, prose=False)
    said = partial(read_verdicts, tables, identities)
    return run_batches(compile_batches(filings, suites, catalog, identities, said))


def run_batches(batches: Iterable[Batch]) -> list[Outcome]:
    """Validate every batch with its suite in a context that leaves nothing behind; one outcome an
    expectation, form and report year, however many batches it looked at.
    """
    from expectations.gx_identity import quiet_context, whole_frames  # 3 s: only who runs suites pays for it

    rows = whole_frames(quiet_context())
    outcomes: dict[tuple[str, str, int | None], Outcome] = {}
    for batch in batches:
        for identity in batch.suite.identities:
            key = batch.suite.name, identity.id, batch.report_year
            if key not in outcomes:
                outcomes[key] = Outcome(*key[:2], batch.suite.form, batch.report_year, batch.suite.how)
        for result in _validate(rows, batch):
            identity_id = result.expectation_config.meta["identity"]
            _add(outcomes[batch.suite.name, identity_id, batch.report_year], result)
    return list(outcomes.values())


def _validate(rows: Any, batch: Batch) -> list[Any]:
    import great_expectations as gx

    asked = _expectations(batch)
    if batch.frame.empty or not asked:
        return []
    answer = rows.get_batch({"dataframe": batch.frame}).validate(
        gx.ExpectationSuite(name=batch.suite.name, expectations=asked),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(ROW_KEY)},
    )
    return list(answer.results)


def _expectations(batch: Batch) -> list[Any]:
    from expectations.gx_identity import ExpectIdentity, stock

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
            column=column, min_value=least, max_value=most, meta={"identity": identity_id}
        )
        for identity_id, (column, least, most) in batch.ranges.items()
    ]
    asked += [
        stock.ExpectColumnPairValuesToBeInSet(
            column_A="report_year",
            column_B="form",
            value_pairs_set=pairs,
            ignore_row_if="either_value_is_missing",
            meta={"identity": identity_id},
        )
        for identity_id, pairs in batch.pairs.items()
    ]
    asked += [
        stock.ExpectColumnValuesToBeInSet(column=one, value_set=["holds"], meta={"identity": one})
        for one in batch.verdicts
    ]
    return asked


def _add(outcome: Outcome, result: Any) -> None:
    raised = raised_reason(result)
    if raised:
        outcome.raised = outcome.raised or raised
        return
    found = result.result
    for row in found.get("unexpected_index_list") or []:
        key = {name: row[name] for name in ROW_KEY}
        if len(outcome.failing) < WITH_CELLS:
            key["cells"] = {name: row[name] for name in row if name not in ROW_KEY}
        outcome.failing.append(key)
    outcome.evaluated += found["element_count"] - found.get("missing_count", 0)


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
