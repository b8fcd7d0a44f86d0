"""The nightly job once, in this process, as `gongkai run` does it.

Belongs here: lock, instance, execution, and what came of it. Not here: what the job consists of
(`orchestration.defs`), how the outcome is shown (`orchestration.summary`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.paths import DataRoot
from orchestration import home, lock
from orchestration.history import unhurried
from orchestration.progress import terminal_logger, watched

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult

GATES = ("DagsterAssetCheckFailedError", "DbtTestsFailed", "GateHeld")
INTERRUPTED = "DagsterExecutionInterruptedError"

__all__ = ["Outcome", "run_config", "run_nightly", "terminal_logger"]


@dataclass(slots=True)
class Outcome:
    """What came of a run. `held` names the gates that held the release back; `error` what stopped the run;
    `interrupted` is true where a person did; `nights` are the crawls that came to their end in it.
    """

    run_id: str | None = None
    held: list[str] = field(default_factory=list)
    error: str | None = None
    interrupted: bool = False
    log_file: Path | None = None
    nights: tuple[str, ...] = ()


def run_config(
    sources: Sequence[str] = (),
    reread: dict[str, Any] | None = None,
    terminal: bool = False,
    publishers: Sequence[str] = (),
    everything: bool = False,
) -> dict[str, Any]:
    """Run configuration of the nightly job: only these manual sources and these publishers, read these again.

    Where any are named, all others are left alone. everything: crawl whatever the calendar says.
    """
    config: dict[str, Any] = {"ops": {}}
    if sources or publishers:
        config["ops"]["archive"] = {"config": {"only": list(sources), "nothing": not sources}}
        config["ops"]["crawl"] = {"config": {"only": list(publishers), "nothing": not publishers}}
    if everything:
        config["ops"].setdefault("crawl", {"config": {}})["config"]["everything"] = True
    if reread:
        config["ops"]["readings"] = {"config": {"reread": reread}}
    if terminal:
        config["loggers"] = {"terminal": {}}
    return config


def run_nightly(
    root: DataRoot,
    sources: Sequence[str] = (),
    reread: dict[str, Any] | None = None,
    wait: float = 0.0,
    job: str = "nightly",
    publishers: Sequence[str] = (),
    everything: bool = False,
) -> Outcome:
    """Run the job under the lock. Raises lock.LockHeld when another run is not done within `wait` seconds.

    The run stands in the same history as those of the daemon. What anything prints goes to the log file.
    """
    home.prepare_home(root.dagster_home)
    log_file = root.build / "logs" / "run.log"
    outcome = Outcome(log_file=log_file)
    before = _nights(root)
    with watched(log_file) as say, lock.hold(root.run_lock, "gongkai run", wait, say):
        try:
            _execute(outcome, job, run_config(sources, reread, True, publishers, everything), say)
        except Exception as error:
            traceback.print_exc()  # to the log file: stderr points there
            outcome.error = _sentence(error)
    outcome.nights = tuple(sorted(name for name, at in _nights(root).items() if before.get(name) != at))
    return outcome


def _nights(root: DataRoot) -> dict[str, int]:
    """The kept reports of nights, and when each was written last."""
    return {path.stem: path.stat().st_mtime_ns for path in root.nights.glob("*.json")}


def _execute(outcome: Outcome, job: str, config: dict[str, Any], say: Callable[[str], None]) -> None:
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.partitions import sites_of_run

    definitions = defs()
    with unhurried(), dg.DagsterInstance.get() as instance:
        _tidy_history(instance, say)
        result = definitions.resolve_job_def(job).execute_in_process(
            run_config=config,
            instance=instance,
            raise_on_error=False,
            tags={
                home.PROCESS_TAG: home.process_mark(),
                "gongkai/started_by": "gongkai run",
                **sites_of_run(instance),
            },
        )
        outcome.run_id = result.run_id
        _judge(outcome, result)


def _tidy_history(instance: DagsterInstance, say: Callable[[str], None]) -> None:
    for dead in home.close_dead_runs(instance):
        say(f"run {dead[:8]} had died without a word and is now marked as failed")
    home.forget_old_runs(instance)


def _judge(outcome: Outcome, result: ExecuteInProcessResult) -> None:
    if result.success:
        return
    # the gates that said no, by name, for the one sentence a person reads
    failed_checks = [
        f"{evaluation.asset_key.path[-1]}: {evaluation.check_name}"
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.blocking
    ]
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        error = event.step_failure_data.error
        chain = []
        while error is not None:
            chain.append(error)
            error = error.cause
        names = {link.cls_name for link in chain}
        outcome.interrupted |= INTERRUPTED in names
        root_cause = chain[-1] if chain else None
        if names & set(GATES):
            outcome.held += failed_checks or [
                _first_line(root_cause.message if root_cause else event.step_key)
            ]
        elif outcome.error is None:
            what = _first_line(root_cause.message) if root_cause else "unknown error"
            outcome.error = f"step {event.step_key} failed: {what}"
    if not outcome.held and outcome.error is None:
        outcome.error = "the run failed"


def _first_line(message: str | None) -> str:
    lines = (message or "").strip().splitlines()
    return lines[0].strip() if lines else "no message"


def _sentence(error: BaseException) -> str:
    return f"{type(error).__name__}: {_first_line(str(error))}"
