"""Checks on the tidy tables: the gates, which block a release, and the identities, which do not."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

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
    """Run the Great Expectations suites. What a report prints wrong is a finding, shown and not blocked.

    Some identities look at a whole report (completeness, form against year) or wait for the report of the
    year before, which no suite does: for those our own verdicts answer. An identity that nobody could judge
    passes as well, and says so: it must not look as if it had held.
    """
    from expectations.suites import run_identity_suites
    from orchestration.preview import markdown

    outcomes = defaultdict(list)
    for outcome in run_identity_suites(data_root.paths.tables):
        outcomes[outcome.identity_id].append(outcome)
    verdicts = _verdicts(data_root.paths.tables)
    failed, unjudged = [], 0
    for name in IDENTITIES:
        rows = [row for outcome in outcomes[name] for row in outcome.failing]
        raised = [outcome.raised for outcome in outcomes[name] if outcome.raised]
        results = Counter(row["result"] for row in verdicts[name])
        if not rows:
            rows = [row for row in verdicts[name] if row["result"] in ("fails", "fails_lenient")]
        judged = sum(results[result] for result in ("holds", "holds_lenient", "fails", "fails_lenient"))
        unjudged += not judged
        if rows or raised:
            failed.append(name)
        said = markdown(["result", "instances"], results.most_common()) if results else "no filing has it"
        yield dg.AssetCheckResult(
            check_name=f"identity_{name}",
            asset_key=CHECKED,
            passed=not rows and not raised,
            severity=dg.AssetCheckSeverity.ERROR if raised else dg.AssetCheckSeverity.WARN,
            description=None if judged else "Not evaluated: no report prints what it needs.",
            metadata={
                "judged": judged,
                "results": dg.MetadataValue.md(said),
                "rows_looked_at": sum(outcome.evaluated for outcome in outcomes[name]),
                "failing_rows": len(rows),
                "failing": dg.MetadataValue.md(_rows_markdown(rows[:50])),
                **({"raised": "; ".join(raised)} if raised else {}),
            },
        )
    held = len(IDENTITIES) - len(failed) - unjudged
    not_held = f", {len(failed)} not ({', '.join(failed)})" if failed else ""
    context.log.info(
        f"expectations: {held} identities hold wherever they can be judged{not_held}, "
        f"{unjudged} cannot be judged on any report"
    )


def _verdicts(tables: Path) -> dict[str, list[dict[str, object]]]:
    """Our own verdicts by identity: where, what, both sides and why."""
    import pyarrow.parquet as pq

    wanted = ["filing_id", "agency", "report_year", "identity_id", "instance", "result", "lhs", "rhs", "why"]
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in pq.read_table(tables / "identity_results.parquet", columns=wanted).to_pylist():
        found[str(row["identity_id"])].append(row)
    return found


def _rows_markdown(rows: list[dict[str, object]]) -> str:
    from orchestration.preview import markdown

    if not rows:
        return "none"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return markdown(columns, [[row.get(column) for column in columns] for row in rows])
