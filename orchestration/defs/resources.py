"""The data root as a Dagster resource: whoever writes under it needs it, and who has it holds the lock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ingestion.paths import DataRoot
from orchestration import home, lock
from orchestration.progress import terminal_logger
from orchestration.publish import clear_leftovers

#: Seconds that a run waits for another one that holds the data root.
WAIT_VARIABLE = "GONGKAI_WAIT"


class HeldDataRoot(dg.ConfigurableResource["HeldDataRoot"]):
    """The data root, locked for this run from its first step to its last.

    In-process execution initialises a resource once a run, before the first step, and closes it after the
    last; so one writer at a time is true for the nightly job, for `dg launch` of a single asset and for
    `gongkai run` alike. `wait_seconds` is how long a run waits for another one; then it fails and says so.
    """

    wait_seconds: float

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["HeldDataRoot"]:
        run_id = context.run_id or "no run"
        say = context.log.warning if context.log else print
        instance = context.instance
        if instance is not None and context.run_id is not None:
            instance.add_run_tags(run_id, {home.PROCESS_TAG: home.process_mark()})
        path = self.paths.run_lock
        with lock.hold(path, f"run {run_id[:8]}", self.wait_seconds, say):
            if instance is not None:
                for dead in home.close_dead_runs(instance):
                    say(f"run {dead[:8]} had died without a word and is now marked as failed")
            for leftover in clear_leftovers(self.paths.releases):
                say(f"removed {leftover}, left behind by a run that was killed")
            yield self

    @property
    def paths(self) -> DataRoot:
        """Where everything lies; from GONGKAI_DATA, else `data` in the checkout."""
        return DataRoot.from_env()


@dg.definitions
def resources() -> dg.Definitions:
    """Bound to every asset and check."""
    return dg.Definitions(
        resources={"data_root": HeldDataRoot(wait_seconds=float(os.environ.get(WAIT_VARIABLE) or 3600))},
        loggers={"console": dg.colored_console_logger, "terminal": terminal_logger},
        # A small run is mostly imports and process starts: one process for all steps, so also one lock.
        executor=dg.in_process_executor,
    )
