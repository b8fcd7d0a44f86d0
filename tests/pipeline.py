"""Whole runs for tests: the command as a person calls it, and one finished data root that tests share."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.paths import REPOSITORY, DataRoot

CALL = [sys.executable, "-c", "from orchestration.cli import main; main()"]


def gongkai(
    root: Path, *arguments: str, before: str = "", stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `gongkai` on the data root `root`; `before` is Python that runs first in its process."""
    call = [CALL[0], CALL[1], f"{before}\n{CALL[2]}"]
    if arguments[:1] == ("run",):
        _take_parsed_project(root)
    return subprocess.run(
        [*call, *arguments],
        cwd=REPOSITORY,
        env=environment(root),
        capture_output=True,
        text=True,
        input=stdin,
        timeout=240,
        check=False,
    )


def _take_parsed_project(root: Path) -> None:
    """Spare a new data root the parsing of the dbt project (4 s), which `finished_root` has done for all.

    What was parsed is the same for every data root, and is thrown away with the session's folders.
    """
    parsed = DataRoot(root).build / "dbt"
    for folder in root.parents:
        done = DataRoot(folder / "finished-root").build / "dbt"
        if (folder / "first-run.status").exists() and done.is_dir() and not parsed.exists():
            shutil.copytree(done, parsed)


def environment(root: Path) -> dict[str, str]:
    """The environment of a command on `root`; nothing of the caller's Dagster or dbt gets in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER_", "DBT_"))}
    return {**kept, "GONGKAI_DATA": str(root), "PYTHONPATH": str(REPOSITORY)}


def finished_root(factory: pytest.TempPathFactory) -> Path:
    """A data root on which `gongkai run` was called once; made by whichever worker comes first, for all.

    Not to be written: take `copy_of` it for that. `first-run.out` and `.err` beside it are what was printed.
    """
    shared = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    root = shared / "finished-root"
    with (shared / "finished-root.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (shared / "first-run.status").exists():
            done = gongkai(root, "run")
            (shared / "first-run.out").write_text(done.stdout, encoding="utf-8")
            (shared / "first-run.err").write_text(done.stderr, encoding="utf-8")
            (shared / "first-run.status").write_text(str(done.returncode), encoding="utf-8")
    return root


def first_run(root: Path) -> tuple[int, str, str]:
    """Status, stdout and stderr of the run that made `finished_root`."""
    said = [(root.parent / f"first-run.{part}").read_text("utf-8") for part in ("status", "out", "err")]
    return int(said[0]), said[1], said[2]


def copy_of(root: Path, target: Path) -> Path:
    """A data root of one's own with everything that is in `root`."""
    shutil.copytree(root, target, symlinks=True)
    return target
