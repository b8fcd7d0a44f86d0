"""From a publisher's list to the release: `gongkai run` over the fixture web, on its first night and on its third."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from ingestion.paths import REPOSITORY
from tests.fixture_site import SOURCES, expected
from tests.pipeline import gongkai

#: The only seam: names become addresses of the fixture. Everything else is what an operator runs.
MAPPED = """
import json, ingestion.crawl.connect as connect
from tests.fixture_site import network_of
ports = json.loads(open({ports!r}).read())
connect.PublicNetwork = lambda: connect.MappedNetwork(network_of(ports["port"], ports["closed_port"]))
"""


@contextmanager
def fixture_web(folder: Path, night: int) -> Iterator[str]:
    """The fixture web of a night in a process of its own; Python that maps a command's network to it."""
    ports = folder / f"ports-{night}.json"
    call = [sys.executable, "-m", "tests.fixture_site", "--night", str(night)]
    call += ["--port-file", str(ports), "--log", str(folder / f"log-{night}.jsonl")]
    process = subprocess.Popen(call, cwd=REPOSITORY)
    try:
        while not ports.exists():
            assert process.poll() is None, "the fixture web did not start"
            time.sleep(0.05)
        yield MAPPED.format(ports=str(ports))
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, list[subprocess.CompletedProcess[str]]]]:
    folder = tmp_path_factory.mktemp("crawl-run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGKAI_SOURCES", str(SOURCES))
        patch.setenv("GONGKAI_CONTACT", "https://gongkai.example/ crawler@gongkai.example")
        done = []
        for night in (1, 3):
            with fixture_web(folder, night) as mapped:
                done.append(gongkai(folder / "data", "run", "--everything", before=mapped))
        yield folder / "data", done


def rows(root: Path, query: str) -> list[tuple[object, ...]]:
    database = str(root / "releases" / "current" / "gongkai.duckdb")
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_sites_that_fail_are_listed_and_do_not_fail_the_run(
    runs: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    for done in runs[1]:
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        for name in ("fx_down", "fx_robots5xx", "fx_robotsall"):
            assert f"not fetched: {name}: " in done.stderr
    assert "not fetched: fx_jinhe: deferred" in runs[1][1].stderr


@pytest.mark.slow
def test_every_report_becomes_a_filing(runs: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    root, _ = runs
    current = rows(
        root,
        "select count(*) from fct_filings join fct_documents using (sha256)"
        " where source like 'fx_%' and is_current",
    )
    # 41 on the first night and one new; a report issued again replaces the one before
    assert current == [(expected.TOTAL + 1,)]


@pytest.mark.slow
def test_vintages_stand_beside_each_other_and_the_changelog_names_the_numbers(
    runs: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    root, _ = runs
    twice = rows(
        root,
        "select agency, report_year, list(vintage order by vintage), count_if(is_current) from fct_filings"
        " group by all having count(*) > 1",
    )
    assert sorted(twice) == sorted((agency, year, [1, 2], 1) for agency, year in expected.CORRECTIONS)
    said = gongkai(root, "releases", "diff", "previous", "current", "--limit", "0").stdout.splitlines()
    numbers = {
        f"{found[1]} [{found[2]}"
        for line in said
        if (found := re.match(r"  (.+ \d{4}), .+ · .+ \[(t.+)", line))
    }
    assert numbers == {
        f"{agency} {year} [{cell}]: {before} -> {after} (vintage 1 -> 2)"
        for (agency, year), cells in expected.CORRECTIONS.items()
        for cell, (before, after) in cells.items()
    }


@pytest.mark.slow
def test_the_fetch_log_is_a_table(runs: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    root, _ = runs
    found = duckdb.sql(
        f"select outcome, count(*) from '{root}/archive/fetches/*.parquet' where document is not null group by 1"
    ).fetchall()
    assert dict(found)["new"] == expected.TOTAL + 2
    assert dict(found)["changed"] == 2


@pytest.mark.slow
def test_sites_are_partitions_with_their_own_history(
    runs: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    root, _ = runs
    code = (
        "import dagster as dg, json\n"
        "with dg.DagsterInstance.get() as instance:\n"
        "    found = instance.get_materialized_partitions(dg.AssetKey('crawl'))\n"
        "print(json.dumps(sorted(found)))\n"
    )
    home = {"DAGSTER_HOME": str(root / "dagster_home")}
    said = subprocess.run([sys.executable, "-c", code], env=home, capture_output=True, text=True, check=True)
    assert set(json.loads(said.stdout)) == {path.stem.join(["fx_", ""]) for path in SOURCES.glob("*.yml")}
