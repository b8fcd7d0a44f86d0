"""The suites and the gates: what they say is the asset `core/expectation_runs`, each gate and each identity
is a check of it, and the gates on the warehouse are checks before the release.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import yaml

from ingestion.paths import REPOSITORY
from orchestration.defs.core import CONFRONTED, NORMALISED, OWNERS, core_key
from orchestration.defs.resources import HeldDataRoot
from orchestration.defs.warehouse import warehouse

if TYPE_CHECKING:
    from expectations.gate_rules import GateResult
    from expectations.suite_runs import Outcome

RUNS = core_key("expectation_runs")
#: The check of the warehouse hangs on the table that joins all others.
CHECKED_MART = dg.AssetKey(["warehouse", "rpt_agency_year"])
HISTORY_MODEL = "fct_expectation_runs"


def _plain(name: str) -> Any:
    """A file of the expectations as plain YAML: the typed loaders would import pandas at every start."""
    path = REPOSITORY / "expectations" / name
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _identities() -> dict[str, str]:
    """Identity id to description."""
    return {
        entry["id"]: f"{entry['name']['zh']} · {entry['name']['en']} ({entry['severity']})"
        for entry in _plain("identities.yml")["identities"]
    }


GATES = {gate["name"]: gate for gate in _plain("gates.yml")["gates"]}
LOUDNESS = _plain("gates.yml")["identities"]
IDENTITIES = _identities()
ON_TABLES = [name for name, gate in GATES.items() if gate["looks_at"] != "marts"]
ON_MARTS = [name for name, gate in GATES.items() if gate["looks_at"] == "marts"]


def _gate_spec(name: str, asset: dg.AssetKey, deps: Sequence[dg.AssetKey] = ()) -> dg.AssetCheckSpec:
    gate = GATES[name]
    return dg.AssetCheckSpec(
        f"gate_{name}",
        asset=asset,
        description=gate["says"],
        blocking=gate["effect"] == "block",
        additional_deps=list(deps),
    )


@dg.asset(
    key=RUNS,
    group_name="confront",
    deps=[core_key(name) for name in NORMALISED | CONFRONTED],
    kinds={"python", "parquet"},
    owners=OWNERS,
    description="What every expectation answered in every run, beside the run before.",
    check_specs=[
        *(_gate_spec(name, RUNS) for name in ON_TABLES),
        *(dg.AssetCheckSpec(f"identity_{n}", asset=RUNS, description=text) for n, text in IDENTITIES.items()),
    ],
)
def expectations(
    context: dg.AssetExecutionContext, data_root: HeldDataRoot
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Run the suites on the tidy tables, ask every gate, and keep what was answered.

    Where tables are of another shape only that gate is asked: the others have not passed, and nothing is
    kept.
    """
    from expectations.gate_rules import ruled
    from expectations.runs import collect_runs, keep_run, rows_of_outcomes, worse_gate
    from orchestration.gatekeeper import ask_gates

    root = data_root.paths
    outcomes: list[Outcome] = []
    answers = ask_gates(root, outcomes)
    rows = rows_of_outcomes(outcomes)
    if rows:
        kept = keep_run(root.expectation_runs, context.run.run_id, dt.datetime.now(dt.UTC), "tables", rows)
        answers = [*answers, *ruled([worse_gate(kept)], "history")]
    count = collect_runs(root.expectation_runs, root.tables)
    yield dg.MaterializeResult(asset_key=RUNS, metadata={"dagster/row_count": count, "this_run": len(rows)})
    yield from _gate_results(context, ON_TABLES, answers, RUNS)
    yield from _identity_results(context, outcomes, root.tables)


@dg.multi_asset_check(
    name="mart_gates",
    specs=[
        _gate_spec(name, CHECKED_MART, [key for key in warehouse.keys if key != CHECKED_MART])
        for name in ON_MARTS
    ],
)
def mart_gates(
    context: dg.AssetCheckExecutionContext, data_root: HeldDataRoot
) -> Iterator[dg.AssetCheckResult]:
    """Run the suites on the warehouse, keep what was answered, and bring that into the warehouse as well."""
    from expectations.mart_suites import rows_of_marts
    from expectations.runs import collect_runs, keep_run
    from orchestration.dbt import build
    from orchestration.marts import ask_mart_gates

    root = data_root.paths
    outcomes: list[Any] = []
    answers = ask_mart_gates(root, outcomes)
    keep_run(
        root.expectation_runs, context.run.run_id, dt.datetime.now(dt.UTC), "marts", rows_of_marts(outcomes)
    )
    collect_runs(root.expectation_runs, root.tables)
    build(root, [HISTORY_MODEL]).raise_for_failures()
    yield from _gate_results(context, ON_MARTS, answers, CHECKED_MART)


def _gate_results(
    context: Any, names: Sequence[str], answers: Sequence["GateResult"], asset: dg.AssetKey
) -> Iterator[dg.AssetCheckResult]:
    """One check result a gate. A gate that was not asked has not passed."""
    by_name = {answer.name: answer for answer in answers}
    unknown = sorted(by_name.keys() - set(names))
    if unknown:
        raise dg.Failure(f"gates that have no check here: {', '.join(unknown)}")
    for name in names:
        found = by_name.get(name)
        yield dg.AssetCheckResult(
            check_name=f"gate_{name}",
            asset_key=asset,
            passed=found is not None and found.passed,
            severity=_severity("error" if GATES[name]["effect"] == "block" else "warn"),
            metadata={
                "detail": found.detail if found else "not asked: the tables are of another shape",
                "failing": dg.MetadataValue.md(_rows_markdown(found.failing if found else [])),
            },
        )
    failed = [name for name in names if name not in by_name or not by_name[name].passed]
    held = [name for name in failed if GATES[name]["effect"] == "block"]
    warned = [name for name in failed if name not in held]
    by = f", held by {', '.join(held)}" if held else ""
    by += f", warns: {', '.join(warned)}" if warned else ""
    context.log.info(f"gates: {len(names) - len(failed)} passed{by}")


def _severity(loudness: str) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.ERROR if loudness == "error" else dg.AssetCheckSeverity.WARN


def _identity_results(
    context: Any, all_outcomes: Sequence["Outcome"], tables: Path
) -> Iterator[dg.AssetCheckResult]:
    """What a report prints wrong is a finding, shown and not blocked.

    Expectations look at printed numbers only; what fails where blanks are read as 0 is added from our own
    verdicts. An identity that nobody could judge passes as well, and says so: it must not look as if it had
    held.
    """
    from expectations.identities import load_identities
    from orchestration.preview import markdown

    grades = {one.id: one.grade for one in load_identities().identities}
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in all_outcomes:
        outcomes[outcome.identity_id].append(outcome)
    counts, failing = _verdicts(tables) if all_outcomes else ({}, {})
    failed, unjudged = [], 0
    for name in IDENTITIES:
        asked = outcomes[name]
        raised = [outcome.raised for outcome in asked if outcome.raised]
        by = {f"{outcome.suite} ({outcome.how})" for outcome in asked}
        rows = failing.get(name, [])
        results: Counter[str] = counts.get(name, Counter())
        n_failing = results["fails"] + results["fails_lenient"]
        n_failing = max(n_failing, sum(len(outcome.failing) for outcome in asked if outcome.how != "cells"))
        judged = n_failing + results["holds"] + results["holds_lenient"]
        unjudged += not judged
        if n_failing or raised:
            failed.append(name)
        said = markdown(["result", "instances"], results.most_common()) if results else "no filing has it"
        yield dg.AssetCheckResult(
            check_name=f"identity_{name}",
            asset_key=RUNS,
            passed=not n_failing and not raised,
            severity=_severity("error" if raised else LOUDNESS[grades[name]]),
            description=None if judged else "Not evaluated: no report prints what it needs.",
            metadata={
                "judged": judged,
                "results": dg.MetadataValue.md(said),
                "enforced_by": ", ".join(sorted(by)) or "no filing",
                "rows_looked_at": sum(outcome.evaluated for outcome in asked),
                "failing_rows": n_failing,
                "failing": dg.MetadataValue.md(_rows_markdown(rows)),
                **({"raised": "; ".join(raised)} if raised else {}),
            },
        )
    held = len(IDENTITIES) - len(failed) - unjudged
    not_held = f", {len(failed)} not ({', '.join(failed)})" if failed else ""
    context.log.info(
        f"expectations: {held} identities hold wherever they can be judged{not_held}, "
        f"{unjudged} cannot be judged on any report"
    )


def _verdicts(tables: Path) -> tuple[dict[str, Counter[str]], dict[str, list[dict[str, object]]]]:
    """Our own verdicts by identity: how many of each, and up to 50 that fail with both sides and why."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = tables / "identity_results.parquet"
    found = pq.read_table(path, columns=["identity_id", "result"], read_dictionary=["identity_id", "result"])
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in found.group_by(["identity_id", "result"]).aggregate([([], "count_all")]).to_pylist():
        counts[row["identity_id"]][row["result"]] += row["count_all"]
    wanted = ["filing_id", "agency", "report_year", "identity_id", "instance", "result", "lhs", "rhs", "why"]
    failing: dict[str, list[dict[str, object]]] = defaultdict(list)
    wrong = pc.field("result").isin(["fails", "fails_lenient"])
    for row in pq.read_table(path, columns=wanted, filters=wrong).to_pylist():
        if len(failing[row["identity_id"]]) < 50:
            failing[row["identity_id"]].append(row)
    return counts, failing


def _rows_markdown(rows: list[dict[str, Any]]) -> str:
    from orchestration.preview import markdown

    if not rows:
        return "none"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return markdown(columns, [[row.get(column) for column in columns] for row in rows])
