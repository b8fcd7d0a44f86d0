"""What Dagster sees: one job, one schedule that is off, blocking gates, identities that do not block."""

import subprocess
import sys
from pathlib import Path

import pytest

from expectations.gates import SCHEMAS
from expectations.identities import load_identities
from ingestion.paths import REPOSITORY
from orchestration.defs import checks, core
from tests.pipeline import environment

CODE = """
import sys
from orchestration.definitions import defs
import dagster as dg
d = defs()
print("imported", *sorted(sys.modules.keys() & {"pandas", "great_expectations"}))
(schedule,) = d.schedules
print("schedule", schedule.cron_schedule, schedule.execution_timezone, schedule.default_status.value)
(sensor,) = d.sensors
print("sensor", sensor.name, sensor.default_status.value)
graph = d.resolve_asset_graph()
keys = graph.get_all_asset_keys()
print("groups", *sorted({graph.get(key).group_name for key in keys}))
job = d.resolve_job_def("nightly")
print("job", set(job.asset_layer.executable_asset_keys) == set(graph.executable_asset_keys))
print("missing", *sorted(k.to_user_string() for k in graph.external_asset_keys))
specs = [graph.get_check_spec(key) for key in graph.asset_check_keys]
print("blocking", all(s.blocking for s in specs if s.name.startswith("gate_")))
print("findings", any(s.blocking for s in specs if s.name.startswith("identity_")))
print("unlocked", [a for a in d.assets or [] if "data_root" not in a.required_resource_keys])
print("lazy", d.executor.name)
undescribed = [k.to_user_string() for k in graph.executable_asset_keys if not graph.get(k).description]
print("undescribed", *sorted(undescribed))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a fresh process prints of the definitions, by first word."""
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=REPOSITORY,
        env=environment(tmp_path_factory.mktemp("definitions")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.partition(" ")[::2] for line in done.stdout.splitlines())


def test_definitions_load_lean_and_whole(said: dict[str, str]) -> None:
    assert said["imported"] == "", "loading definitions imports neither pandas nor Great Expectations"
    assert said["missing"] == "", "each source of a dbt model is the asset of a tidy table"
    assert said["job"] == "True", "the nightly job is everything"
    assert said["groups"] == "archive confront extract normalise publish warehouse"
    assert said["unlocked"] == "[]", "whatever writes needs the data root, and so holds the lock"
    assert said["lazy"] == "in_process"
    assert said["undescribed"] == ""


def test_schedule_is_nightly_in_shanghai_and_off_until_someone_wants_it(said: dict[str, str]) -> None:
    assert said["schedule"] == "0 2 * * * Asia/Shanghai STOPPED"
    assert said["sensor"] == "tell_of_failure RUNNING"


def test_gates_block_and_identities_do_not(said: dict[str, str]) -> None:
    assert said["blocking"] == "True"
    assert said["findings"] == "False"


def test_names_kept_here_are_those_of_the_rooms_that_own_them(tmp_path: Path) -> None:
    assert list(checks.IDENTITIES) == [identity.id for identity in load_identities().identities]
    named = core.TIDY | core.CATALOG | core.CONFRONTED
    assert SCHEMAS.keys() <= named.keys()
