"""What Dagster sees: one job, one schedule that is off, blocking gates, identities that do not block."""

import subprocess
import sys
from pathlib import Path

import yaml

from expectations.confront import DOUBTFUL_BELOW
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
print("warning", *sorted(s.name for s in specs if s.name.startswith("gate_") and not s.blocking))
print("findings", any(s.blocking for s in specs if s.name.startswith("identity_")))
print("unlocked", [a for a in d.assets or [] if "data_root" not in a.required_resource_keys])
print("executor", d.executor.name)
undescribed = [k.to_user_string() for k in graph.executable_asset_keys if not graph.get(k).description]
print("undescribed", *sorted(undescribed))
"""


def test_definitions_load_lean_and_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=REPOSITORY,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
    assert said["imported"] == "", "loading definitions imports neither pandas nor Great Expectations"
    assert said["missing"] == "", "each source of a dbt model is the asset of a tidy table"
    assert said["job"] == "True", "the nightly job is everything"
    assert said["groups"] == "archive confront extract normalise publish warehouse"
    assert said["unlocked"] == "[]", "whatever writes needs the data root, and so holds the lock"
    assert said["executor"] == "in_process"
    assert said["undescribed"] == ""
    assert said["schedule"] == "0 2 * * * Asia/Shanghai STOPPED", "off until someone switches it on"
    assert said["sensor"] == "tell_of_failure RUNNING"
    assert said["warning"] == "gate_nothing_got_worse", "every other gate blocks"
    assert said["findings"] == "False", "no identity as printed blocks"


def test_names_kept_here_are_those_of_the_rooms_that_own_them() -> None:
    assert list(checks.IDENTITIES) == [identity.id for identity in load_identities().identities]
    named = core.TIDY | core.CATALOG | core.CONFRONTED
    assert SCHEMAS.keys() <= named.keys()


def test_a_reading_is_doubtful_below_the_same_confidence_everywhere() -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project" / "dbt_project.yml").read_text("utf-8"))
    assert project["vars"]["doubtful_below"] == DOUBTFUL_BELOW
