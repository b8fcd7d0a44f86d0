"""Checks on the tidy tables: the gates, which block a release, and the identities, which do not."""

from collections import defaultdict
from collections.abc import Iterator

import dagster as dg
import yaml

from ingestion.paths import REPOSITORY
from orchestration.defs.core import CATALOG, CONFRONTED, TIDY, core_key
from orchestration.defs.resources import HeldDataRoot

GATES = {
    "schema": "Tables have exactly their declared columns and types.",
    "keys": "Keys are unique, required columns are filled, rows belong to a filing.",
    "states": "States and results are known ones.",
    "located": "Printed cells keep their text and their place.",
    "cells_listed": "Every cell of a filing's form is listed.",
    "complete_is_complete": "No filing is marked complete that lacks a cell.",
    "read_has_numbers": "No filing counts as read without a printed number.",
    "values_explained": "A number is reported, with text and place; no other state has one.",
    "confidence": "Confidences lie between 0 and 1, and every printed cell has one.",
    "no_expectation_raised": "Every expectation answered; one that raised is not one that failed.",
    "evaluations_agree": "Great Expectations and our own evaluation find the same failures.",
}
# The last of the tidy tables: a check on an earlier one that blocks would block the identities themselves.
CHECKED = core_key("identity_results")
OTHERS = [core_key(name) for name in [*TIDY, *CATALOG, *CONFRONTED] if core_key(name) != CHECKED]


def _identities() -> dict[str, str]:
    """Identity id to description. Read as plain YAML: the typed loader would import pandas at every start."""
    path = REPOSITORY / "expectations" / "identities.yml"
    loaded = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {
        entry["id"]: f"{entry['name']['zh']} · {entry['name']['en']} ({entry['severity']})"
        for entry in loaded["identities"]
    }


IDENTITIES = _identities()


@dg.multi_asset_check(
    name="gates",
    specs=[
        dg.AssetCheckSpec(
            f"gate_{name}", asset=CHECKED, description=text, blocking=True, additional_deps=OTHERS
        )
        for name, text in GATES.items()
    ],
)
def gates(context: dg.AssetCheckExecutionContext, data_root: HeldDataRoot) -> Iterator[dg.AssetCheckResult]:
    """Ask every gate. Where one is not asked, because tables are of another shape, it has not passed."""
    from orchestration.gatekeeper import ask_gates

    answers = {result.name: result for result in ask_gates(data_root.paths)}
    unknown = sorted(answers.keys() - GATES.keys())
    if unknown:
        raise dg.Failure(f"gates that have no check here: {', '.join(unknown)}")
    for name in GATES:
        answer = answers.get(name)
        rows = answer.failing if answer else []
        yield dg.AssetCheckResult(
            check_name=f"gate_{name}",
            asset_key=CHECKED,
            passed=answer is not None and answer.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={
                "detail": answer.detail if answer else "not asked: the tables are of another shape",
                "failing": dg.MetadataValue.md(_rows_markdown(rows)),
            },
        )
    held = [name for name in GATES if name not in answers or not answers[name].passed]
    by = f", held by {', '.join(held)}" if held else ""
    context.log.info(f"gates: {len(GATES) - len(held)} passed{by}")


@dg.multi_asset_check(
    name="identities",
    specs=[
        dg.AssetCheckSpec(f"identity_{name}", asset=CHECKED, description=text, additional_deps=OTHERS)
        for name, text in IDENTITIES.items()
    ],
)
def identities(
    context: dg.AssetCheckExecutionContext, data_root: HeldDataRoot
) -> Iterator[dg.AssetCheckResult]:
    """Run the Great Expectations suites. What a report prints wrong is a finding, shown and not blocked."""
    from expectations.suites import run_identity_suites

    outcomes = defaultdict(list)
    for outcome in run_identity_suites(data_root.paths.tables):
        outcomes[outcome.identity_id].append(outcome)
    failed = 0
    for name in IDENTITIES:
        rows = [row for outcome in outcomes[name] for row in outcome.failing]
        raised = [outcome.raised for outcome in outcomes[name] if outcome.raised]
        failed += bool(rows or raised)
        yield dg.AssetCheckResult(
            check_name=f"identity_{name}",
            asset_key=CHECKED,
            passed=not rows and not raised,
            severity=dg.AssetCheckSeverity.ERROR if raised else dg.AssetCheckSeverity.WARN,
            metadata={
                "rows_looked_at": sum(outcome.evaluated for outcome in outcomes[name]),
                "failing_rows": len(rows),
                "failing": dg.MetadataValue.md(_rows_markdown(rows[:50])),
                **({"raised": "; ".join(raised)} if raised else {}),
            },
        )
    context.log.info(f"expectations: {len(IDENTITIES)} identities asked, {failed} do not hold everywhere")


def _rows_markdown(rows: list[dict[str, object]]) -> str:
    from orchestration.preview import markdown

    if not rows:
        return "none"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return markdown(columns, [[row.get(column) for column in columns] for row in rows])
