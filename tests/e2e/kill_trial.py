"""Kill `gongkai run` with SIGKILL at random moments; the release must come out as if nothing had happened.

    python -m tests.e2e.kill_trial [--kills 20] [--seed 1]

Not collected by pytest: it takes some minutes. First an undisturbed run; then, in a data root of its own, runs
that are killed, mostly on top of what the last one left and every fourth on the bare archive, so that a whole
run and a release lie ahead; each is followed by a look at `current`. At the end one run may finish. Exit status 0 when the
rows of the last release equal those of the undisturbed one, table by table, and `current` was never half a
release; 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from ingestion.paths import REPOSITORY
from orchestration.publish import CURRENT, DATABASE, HISTORY, content_of, read_manifest, verify
from tests.pipeline import CALL, environment, gongkai


def main() -> int:
    """The trial; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    chance = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="kill-trial-"))
    try:
        return _trial(folder, options.kills, chance)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _trial(folder: Path, kills: int, chance: random.Random) -> int:
    undisturbed, tried = folder / "undisturbed", folder / "tried"
    started = time.monotonic()
    done = gongkai(undisturbed, "run")
    whole = time.monotonic() - started
    if done.returncode:
        print(done.stderr)
        return 1
    print(f"undisturbed run: {whole:.1f} s", flush=True)
    faults, killed, number = 0, 0, 0
    while killed < kills:
        number += 1
        if number % 4 == 0:
            # everything made from the archive is gone: a whole run lies ahead, release and all
            for part in ("core", "releases"):
                shutil.rmtree(tried / part, ignore_errors=True)
        process = subprocess.Popen(
            [*CALL, "run"],
            cwd=REPOSITORY,
            env=environment(tried),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        moment = chance.uniform(0.02, 1.0) * whole
        try:
            started = time.monotonic()
            process.wait(moment)
            whole = min(whole, time.monotonic() - started)  # the first run parses more, or had to share
            ended = f"had ended with {process.returncode}"
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            ended = "killed"
            killed += 1
        said = (process.stderr.read() if process.stderr else "").strip().splitlines()
        last = said[-1].strip() if said else "before its first word"
        fault = _fault_of(tried)
        faults += fault is not None
        state = fault or "current is whole or not there"
        print(f"{number:>3} after {moment:5.1f} s {ended} at «{last}»: {state}", flush=True)
    done = gongkai(tried, "run")
    if done.returncode:
        print(done.stderr)
        return 1
    made_by = [
        (read_manifest(root / "releases" / CURRENT) or {}).get("code_version")
        for root in (undisturbed, tried)
    ]
    if made_by[0] != made_by[1]:
        print(f"the code was changed during the trial, rows may differ for that: {made_by}")
    unlike = _unlike(undisturbed / "releases" / CURRENT, tried / "releases" / CURRENT)
    leftovers = [path.name for path in (tried / "releases").glob(".*")]
    print(f"tables that differ: {', '.join(unlike) or 'none'}; leftovers: {', '.join(leftovers) or 'none'}")
    print(f"moments at which current was not whole: {faults}")
    return 1 if unlike or leftovers or faults else 0


def _fault_of(root: Path) -> str | None:
    """What is wrong with `current`, if it is there at all."""
    current = root / "releases" / CURRENT
    if not current.is_symlink():
        return None
    manifest = read_manifest(current)
    if manifest is None:
        return "current has no whole release.json"
    try:
        verify(current, manifest["row_counts"])
        counts = {table: entry["rows_digest"] for table, entry in content_of(current / DATABASE).items()}
    except Exception as error:
        return f"current cannot be read: {error}"
    return None if counts == manifest["tables"] else "current holds other rows than its release.json says"


def _unlike(left: Path, right: Path) -> list[str]:
    """Tables whose rows differ between two releases, compared row by row and not by digest."""
    unlike = []
    with duckdb.connect(":memory:") as connection:
        for alias, release in (("l", left), ("r", right)):
            connection.execute(f"attach '{release / DATABASE}' as {alias} (read_only)")
        tables = {
            alias: set(json.loads((release / "release.json").read_text("utf-8"))["row_counts"])
            for alias, release in (("l", left), ("r", right))
        }
        for table in sorted((tables["l"] | tables["r"]) - HISTORY):
            if table not in tables["l"] & tables["r"]:
                unlike.append(table)
                continue
            # the two archives were filled at two times
            same = "columns(name -> name <> 'retrieved_at')"
            sides = [f'select {same} from {alias}.main."{table}"' for alias in ("l", "r")]
            for one, other in (sides, sides[::-1]):
                if connection.execute(f"({one}) except all ({other})").fetchone() is not None:
                    unlike.append(table)
                    break
    return unlike


if __name__ == "__main__":
    sys.exit(main())
