"""Great Expectations suites on the tables of the warehouse, before they are published.

Belongs here: turning contracts and `marts.yml` into suites, their run on pandas batches, the gates over the
answers. Does not belong here: opening the warehouse (whoever calls gives a reader), the rules
(mart_rules.py).

A large table comes one report year at a time. Its key is then unique within each year, and a filing belongs
to one year; dbt's own constraint holds over the whole table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, Protocol

import pandas as pd

from expectations.gate_rules import GateResult, Rows, answer, ruled
from expectations.mart_rules import Agreement, Contract, Equation, MartRules, read_contracts, read_mart_rules
from expectations.suite_runs import raised_reason

Group = Literal["marts_keys", "marts_values", "marts_totals"]
_SAYS: dict[str, str] = {
    "marts_keys": "keys are unique, required columns filled, rows lead to their dimension",
    "marts_values": "columns hold accepted values only",
    "marts_totals": "totals stand beside their parts, wide and long tables agree",
}
#: Failing rows that an answer keeps.
SHOWN = 50


class Warehouse(Protocol):
    """Tables to read by pandas; `years` are the batches a large one is read in, [None] for the whole."""

    def tables(self) -> Sequence[str]: ...

    def years(self, table: str) -> Sequence[int | None]: ...

    def frame(
        self, table: str, columns: Sequence[str], year: int | None, where: Mapping[str, str]
    ) -> pd.DataFrame: ...


@dataclass(slots=True)
class MartOutcome:
    """What one expectation on one table answered, over all its batches; `carried`: what it had answered on
    the same rows before.
    """

    table: str
    expectation: str
    group: Group
    evaluated: int = 0
    failed: int = 0
    failing: Rows = field(default_factory=list)
    raised: str | None = None
    carried: bool = False


def run_mart_suites(
    warehouse: Warehouse,
    contracts: Sequence[Contract] | None = None,
    rules: MartRules | None = None,
    known: Mapping[str, Sequence[MartOutcome]] | None = None,
) -> list[MartOutcome]:
    """Ask every expectation on every table; a table that is not there raises instead of answering.

    known: answers by table that still stand, because nothing that they depend on has changed (whoever calls
    knows that): these tables are not read. What two tables say of each other is asked every time.
    """
    from expectations.gx_identity import quiet_context, whole_frames

    rows = whole_frames(quiet_context())
    contracts = read_contracts() if contracts is None else contracts
    rules = rules or read_mart_rules()
    outcomes: dict[tuple[str, str], MartOutcome] = {}
    there = set(warehouse.tables())
    for contract in contracts:
        if known and contract.table in known and contract.table in there:
            for one in known[contract.table]:
                outcomes[one.table, one.expectation] = one
            continue
        asked = _asked(contract, rules)
        for name, group, _ in asked:
            outcomes[contract.table, name] = MartOutcome(contract.table, name, group)
            if contract.table not in there:
                outcomes[contract.table, name].raised = "the warehouse has no such table"
        if contract.table in there:
            for name, result in _run_table(rows, warehouse, contract, rules):
                _add(outcomes[contract.table, name], contract.key, result)
    for agreement in rules.agree:
        made = MartOutcome(agreement.table, agreement.name, "marts_totals")
        outcomes[agreement.table, agreement.name] = made
        for year in warehouse.years(agreement.table):
            for _, result in _validate(rows, *_beside(warehouse, agreement, year)):
                _add(made, (agreement.by,), result)
    return list(outcomes.values())


def _asked(contract: Contract, rules: MartRules) -> list[tuple[str, Group, Any]]:
    """(name, gate, how to make it) of each expectation on a table."""
    from expectations.gx_identity import ExpectIdentity, stock

    asked: list[tuple[str, Group, Any]] = [
        (
            f"{column} is filled",
            "marts_keys",
            lambda c=column: stock.ExpectColumnValuesToNotBeNull(column=c),
        )
        for column in contract.required
    ]
    if len(contract.key) == 1:
        asked.append(
            ("key is unique", "marts_keys",
             lambda: stock.ExpectColumnValuesToBeUnique(column=contract.key[0]))
        )  # fmt: skip
    elif contract.key:
        asked.append(
            ("key is unique", "marts_keys",
             lambda: stock.ExpectCompoundColumnsToBeUnique(column_list=list(contract.key)))
        )  # fmt: skip
    for column, (table, _) in contract.relations.items():
        asked.append(
            (f"{column} is in {table}", "marts_keys",
             lambda c=column: stock.ExpectColumnValuesToBeNull(column=_strange(c)))
        )  # fmt: skip
    for column, accepted in contract.accepted.items():
        asked.append(
            (f"{column} is accepted", "marts_values",
             lambda c=column, a=accepted: stock.ExpectColumnValuesToBeInSet(column=c, value_set=a))
        )  # fmt: skip
    for rule in _equations(contract, rules):
        asked.append((rule.name, "marts_totals", lambda r=rule: _equation(ExpectIdentity, r)))
    return asked


def _strange(column: str) -> str:
    """Name of the column of a batch that holds the values which the related table does not have.

    Given to Great Expectations as a set, the 50,000 keys of a dimension take it a minute to write down.
    """
    return f"{column} leads nowhere"


def _equations(contract: Contract, rules: MartRules) -> list[Equation]:
    return [rule for rule in rules.equations if rule.table == contract.table]


def _equation(expectation: Any, rule: Equation) -> Any:
    return expectation(
        column_list=list(rule.columns),
        weights=list(rule.columns.values()),
        op=rule.op,
        tolerance="0",
        ignore_row_if="any_value_is_missing",
    )


def _run_table(
    rows: Any, warehouse: Warehouse, contract: Contract, rules: MartRules
) -> Iterator[tuple[str, Any]]:
    values = {
        column: set(warehouse.frame(table, [to], None, {})[to].dropna())
        for column, (table, to) in contract.relations.items()
    }
    wanted = [column for rule in _equations(contract, rules) for column in rule.columns]
    columns = list(dict.fromkeys([*contract.columns, *wanted]))
    for year in warehouse.years(contract.table) if columns else ():
        frame = warehouse.frame(contract.table, columns, year, {})
        for column in wanted:
            frame[column] = _decimals(frame[column])
        for column, known in values.items():
            # as objects: `isin` of Arrow's text makes all known keys Arrow's first, for each column again
            strange = ~frame[column].astype(object).isin(known)
            frame[_strange(column)] = frame[column].where(strange)
        expectations = []
        for name, _, make in _asked(contract, rules):
            made = make()
            made.meta = {"name": name}
            expectations.append(made)
        yield from _validate(rows, frame, expectations)


def _beside(warehouse: Warehouse, rule: Agreement, year: int | None) -> tuple[pd.DataFrame, list[Any]]:
    from expectations.gx_identity import ExpectIdentity

    left = warehouse.frame(rule.table, [rule.by, rule.column], year, rule.also)
    right = warehouse.frame(rule.other, [rule.by, rule.other_column], year, rule.where)
    joined = left.rename(columns={rule.column: "ours"}).merge(
        right.rename(columns={rule.other_column: "theirs"}), on=rule.by, how="inner"
    )
    for column in ("ours", "theirs"):
        joined[column] = _decimals(joined[column])
    made = ExpectIdentity(
        column_list=["ours", "theirs"], weights=[1, -1], ignore_row_if="never", meta={"name": rule.name}
    )
    joined = joined[joined["ours"].notna() | joined["theirs"].notna()].copy()
    # a number on one side only is no agreement either: infinity is equal to no number
    for column in ("ours", "theirs"):
        both = [Decimal("Infinity") if pd.isna(value) else value for value in joined[column]]
        joined[column] = pd.Series(both, index=joined.index, dtype=object)
    return joined.reset_index(drop=True), [made]


def _decimals(column: pd.Series[Any]) -> pd.Series[Any]:
    exact = [None if pd.isna(value) else Decimal(str(value)) for value in column]
    return pd.Series(exact, index=column.index, dtype=object)


def _validate(rows: Any, frame: pd.DataFrame, asked: list[Any]) -> list[tuple[str, Any]]:
    import great_expectations as gx

    if frame.empty or not asked:
        return []
    validated = rows.get_batch({"dataframe": frame}).validate(
        gx.ExpectationSuite(name="marts", expectations=asked), result_format={"result_format": "COMPLETE"}
    )
    return [(result.expectation_config.meta["name"], (result, frame)) for result in validated.results]


def _add(outcome: MartOutcome, key: Sequence[str], said: tuple[Any, pd.DataFrame]) -> None:
    result, frame = said
    raised = raised_reason(result)
    if raised:
        outcome.raised = outcome.raised or raised
        return
    found = result.result
    outcome.evaluated += found["element_count"]
    if result.success:
        return
    indices = found.get("unexpected_index_list") or []
    outcome.failed += max(len(indices), found.get("unexpected_count") or 0, 1)
    for index in indices[: max(SHOWN - len(outcome.failing), 0)]:
        row = {name: frame.at[index, name] for name in key if name in frame}
        outcome.failing.append({"table": outcome.table, "fault": outcome.expectation} | row)


def mart_gates(outcomes: Sequence[MartOutcome]) -> list[GateResult]:
    """The gates on the warehouse, as gates.yml rules them."""
    raised: Rows = [
        {"table": one.table, "expectation": one.expectation, "raised": one.raised}
        for one in outcomes
        if one.raised is not None
    ]
    failing: dict[str, Rows] = defaultdict(list)
    for one in outcomes:
        if one.failed:
            failing[one.group] += one.failing or [{"table": one.table, "fault": one.expectation}]
    answers = [
        answer(group, failing[group], what, sum(one.evaluated for one in outcomes if one.group == group))
        for group, what in _SAYS.items()
    ]
    carried = sum(one.carried for one in outcomes)
    if carried:
        carried_over = f"; {carried} of {len(outcomes)} answers carried over, their rows are the same"
        answers = [replace(one, detail=one.detail + carried_over) for one in answers]
    answers.append(answer("marts_answered", raised, "expectations on the warehouse answered", len(outcomes)))
    return ruled(answers, "marts")


def rows_of_marts(outcomes: Sequence[MartOutcome]) -> Rows:
    """Rows of the part `marts` for the history of runs."""
    return [
        {
            "part": "marts",
            "suite": one.table,
            "expectation": one.expectation,
            "identity_id": None,
            "form": None,
            "report_year": None,
            "how": one.group.removeprefix("marts_"),
            "severity": "error",
            "grade": "identity",
            "evaluated": one.evaluated,
            "failed": one.failed,
            "raised": one.raised,
        }
        for one in outcomes
    ]
