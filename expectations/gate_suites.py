"""Gates that Great Expectations has an expectation for: unique keys, required columns, accepted values.

Belongs here: turning such wishes into suites and their answers into failing rows. Does not belong here: which
table must satisfy what (gates.py).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from expectations.suite_runs import raised_reason

#: (gate, table, frame, wishes); wishes: unique (tuples of columns), not_null (columns),
#: in_set (column -> values)
Wish = tuple[str, str, pd.DataFrame, dict[str, Any]]
Answer = tuple[str, int, list[dict[str, Any]]]


def run_table_suites(wishes: list[Wish]) -> list[Answer]:
    """(gate, rows looked at, failing rows) for each wish; an expectation that raised is a failing row too."""
    import great_expectations as gx  # 3 s: only those who run suites pay for it

    from expectations.gx_identity import quiet_context, whole_frames

    rows = whole_frames(quiet_context())
    answers: list[Answer] = []
    for position, (gate, table, frame, wish) in enumerate(wishes):
        if frame.empty:
            answers.append((gate, 0, []))
            continue
        suite = gx.ExpectationSuite(name=f"{gate} of {table} {position}", expectations=_expectations(wish))
        answer = rows.get_batch({"dataframe": frame}).validate(
            suite, result_format={"result_format": "COMPLETE"}
        )
        failing = [row for result in answer.results for row in _failing(table, frame, result)]
        answers.append((gate, len(frame), failing))
    return answers


def _expectations(wish: dict[str, Any]) -> list[Any]:
    from expectations.gx_identity import stock

    asked: list[Any] = [
        stock.ExpectColumnValuesToNotBeNull(column=column) for column in wish.get("not_null", ())
    ]
    for columns in wish.get("unique", ()):
        if len(columns) == 1:
            asked.append(stock.ExpectColumnValuesToBeUnique(column=columns[0]))
        else:
            asked.append(stock.ExpectCompoundColumnsToBeUnique(column_list=list(columns)))
    asked += [
        stock.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))
        for column, values in wish.get("in_set", {}).items()
    ]
    return asked


def _failing(table: str, frame: pd.DataFrame, result: Any) -> list[dict[str, Any]]:
    if result.success:
        return []
    fault = str(result.expectation_config.type)
    if reason := raised_reason(result):
        return [{"table": table, "fault": fault, "raised": reason}]
    keys = [name for name in ("filing_id", "cell_key", "identity_id", "instance", "sha256") if name in frame]
    rows: list[dict[str, Any]] = [
        {"table": table, "fault": fault, **{name: frame.at[index, name] for name in keys}}
        for index in result.result.get("unexpected_index_list") or []
    ]
    return rows or [{"table": table, "fault": fault}]
