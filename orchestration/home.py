"""DAGSTER_HOME under the data root: its settings, its history, and runs that died without a word.

Belongs here: where Dagster keeps its state and how that state is kept in order. Not here: definitions.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance

PROCESS_TAG = "gongkai/process"
KEPT_RUNS = 200

# Storage is SQLite below the home, which is Dagster's default; only departures from defaults stand here.
# Run monitoring stays off: it knows the workers that the daemon started and would call a `gongkai run` dead.
SETTINGS = """\
# Written by gongkai. Delete this file to get it anew.
telemetry:
  enabled: false
nux:
  enabled: false
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: -1
"""


def prepare_home(home: Path) -> Path:
    """Make the folder and its dagster.yaml, and point DAGSTER_HOME to it. Call before importing dagster."""
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        temporary = home / f".dagster.yaml.{os.getpid()}"
        temporary.write_text(SETTINGS, encoding="utf-8")
        temporary.replace(settings)
    os.environ["DAGSTER_HOME"] = str(home.resolve())
    return home


def process_mark(pid: int | None = None) -> str:
    """`<pid>:<start time>` of a process; the start time tells it from a later one with the same number."""
    pid = pid or os.getpid()
    try:
        # field 22 of /proc/<pid>/stat; the command name before it may hold blanks, but ends at the last ")"
        after_name = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2]
        return f"{pid}:{after_name.split()[19]}"
    except (OSError, IndexError):
        return f"{pid}:"


def is_alive(mark: str) -> bool:
    """Whether the process that wrote `mark` still runs."""
    number, _, start = mark.partition(":")
    if not number.isdigit() or int(number) == 0:  # 0 would ask after our own group
        return False
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return not start or process_mark(int(number)) == mark


def close_dead_runs(instance: DagsterInstance) -> list[str]:
    """Mark runs failed whose process is gone (SIGKILL, power cut); returns their ids.

    Only runs that carry our process tag can be judged: a run of the daemon that has not come so far is left
    alone unless it has been silent for a day.
    """
    from dagster import DagsterRunStatus, RunsFilter

    active = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    closed = []
    for record in instance.get_run_records(RunsFilter(statuses=active)):
        run = record.dagster_run
        mark = run.tags.get(PROCESS_TAG)
        silent_since = record.start_time or record.create_timestamp.timestamp()
        dead = not is_alive(mark) if mark else time.time() - silent_since > 86_400
        if dead:
            instance.report_run_failed(run, message="The process of this run ended without finishing it.")
            closed.append(run.run_id)
    return closed


def forget_old_runs(instance: DagsterInstance, keep: int = KEPT_RUNS) -> int:
    """Delete finished runs beyond the newest `keep` from the history; returns how many."""
    from dagster import DagsterRunStatus, RunsFilter

    finished = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
    old = instance.get_run_records(RunsFilter(statuses=finished))[keep:]
    for record in old:
        instance.delete_run(record.dagster_run.run_id)
    return len(old)
