"""DAGSTER_HOME, and runs whose process is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import home


@pytest.fixture(autouse=True)
def _restore_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", os.environ.get("DAGSTER_HOME", ""))


def test_process_marks_tell_living_from_dead() -> None:
    assert home.is_alive(home.process_mark())
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    mark = home.process_mark(child.pid)
    assert home.is_alive(mark)
    child.kill()
    child.wait()
    assert not home.is_alive(mark)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="start times are known from /proc only")
def test_another_process_with_the_same_number_is_not_the_one() -> None:
    pid, _, start = home.process_mark().partition(":")
    assert not home.is_alive(f"{pid}:{int(start) + 1}")


@pytest.mark.parametrize("mark", ["", "nonsense", "0x", "99999999999:1"])
def test_a_mark_that_makes_no_sense_is_dead(mark: str) -> None:
    assert not home.is_alive(mark)


def test_settings_are_written_once_and_kept(tmp_path: Path) -> None:
    home.prepare_home(tmp_path / "h")
    settings = tmp_path / "h" / "dagster.yaml"
    assert "enabled: false" in settings.read_text("utf-8")
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "h")
    settings.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    home.prepare_home(tmp_path / "h")
    assert settings.read_text("utf-8") == "telemetry: {enabled: false}\n"


def test_a_run_that_died_is_marked_failed_and_a_living_one_is_left(tmp_path: Path) -> None:
    import dagster as dg

    @dg.op
    def nothing() -> None: ...

    @dg.job
    def some() -> None:
        nothing()

    home.prepare_home(tmp_path / "h")
    with dg.DagsterInstance.get() as instance:
        started = dg.DagsterRunStatus.STARTED
        dead = instance.create_run_for_job(some, status=started, tags={home.PROCESS_TAG: "4194304999:1"})
        alive = instance.create_run_for_job(
            some, status=started, tags={home.PROCESS_TAG: home.process_mark()}
        )
        unknown = instance.create_run_for_job(some, status=started)
        assert home.close_dead_runs(instance) == [dead.run_id]
        status = {run.run_id: run.status for run in instance.get_runs()}
        assert status[dead.run_id] == dg.DagsterRunStatus.FAILURE
        assert status[alive.run_id] == status[unknown.run_id] == started
        for _ in range(3):
            assert some.execute_in_process(instance=instance).success
        assert home.forget_old_runs(instance, keep=2) == 2
        assert len(instance.get_runs()) == 4
