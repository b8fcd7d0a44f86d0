"""Twenty readers of `current` while ten releases are published under them: each meets whole releases only."""

import subprocess
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import CURRENT, DATABASE
from orchestration.releases import prune
from tests.integration.readers import CLI, STAMPS, fault_of, publish_stamp, read_by_cli, reading

READERS, PUBLICATIONS, ROWS = 20, 10, 500
#: seconds between two reads of a reader: twenty of them leave the publisher something of two processors
PAUSE = 0.5


def test_readers_in_a_loop_see_whole_releases_only_and_one_that_stays_open_its_own(tmp_path: Path) -> None:
    publish_stamp(tmp_path, 0, ROWS)
    held = duckdb.connect(str((tmp_path / "releases" / CURRENT).resolve() / DATABASE), read_only=True)
    with reading(tmp_path, READERS, ROWS, PAUSE) as met:
        for stamp in range(1, PUBLICATIONS + 1):
            assert publish_stamp(tmp_path, stamp, ROWS).is_new
            prune(tmp_path / "releases", keep=4)
            answer = held.execute(STAMPS).fetchone()
            assert answer == (0, 0, 0, 0, ROWS), "an open reader reads on, even after its folder is gone"
    held.close()
    assert [fault for one in met for fault in one.faults] == []
    assert len(met) == READERS
    for one in met:
        assert one.stamps == sorted(one.stamps), "an older release after a newer one"
        assert one.stamps[-1] == PUBLICATIONS
    seen = {stamp for one in met for stamp in one.stamps}
    assert len(seen) > PUBLICATIONS / 2, "the readers did not read while releases were made"


@pytest.mark.skipif(not CLI.exists(), reason="the DuckDB command line is not installed")
def test_the_command_line_reads_the_release_while_a_run_writes_the_next(tmp_path: Path) -> None:
    publish_stamp(tmp_path, 0, ROWS)
    current = tmp_path / "releases" / CURRENT
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as writer:
        writer.begin()
        writer.execute("update fct_cells set stamp = 1")
        assert read_by_cli(current, ROWS) == (0, None)
        writer.commit()
        assert read_by_cli(current, ROWS) == (0, None)
        refused = subprocess.run(
            [CLI, "-readonly", tmp_path / "warehouse.duckdb", STAMPS], capture_output=True, check=False
        )
        assert refused.returncode != 0, "the file that is being written is not the one that people open"


def test_a_half_state_would_be_told() -> None:
    assert fault_of((3, 3, 3, 3, ROWS + 3), ROWS) is None
    for answer in ((3, 4, 3, 3, ROWS + 3), (3, 3, 4, 4, ROWS + 3), (3, 3, 3, 3, ROWS + 4)):
        assert fault_of(answer, ROWS) is not None
