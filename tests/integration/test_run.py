"""One whole run on the five shipped reports, as `make run` does it, and what the commands then say of it."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.paths import REPOSITORY, DataRoot
from orchestration.publish import content_of, digest_of
from orchestration.releases import list_releases
from tests.pipeline import copy_of, finished_root, first_run, gongkai

SAMPLES = ["yingqian-2020", "shuangyang-2020", "dongnanyu-2021", "shuibu-2023", "liucheng-2018"]


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_root(tmp_path_factory)


def test_first_run_ends_well_and_says_what_was_read(root: Path) -> None:
    status, out, err = first_run(root)
    assert status == 0, err
    lines = out.splitlines()
    assert len(lines) <= 10
    assert str(root / "releases" / "current") in lines[0]
    for words in (
        "营前街道办事处 2020",
        "双阳街道办事处 2020",
        "东南隅街道办事处 2021",
        "水部街道办事处 2023",
        "柳城街道办事处 2018",
    ):
        assert words in out
    assert "read 5, reused 0" in err
    assert "Traceback" not in err


def test_release_holds_database_parquet_report_and_manifest(root: Path) -> None:
    current = root / "releases" / "current"
    manifest = json.loads((current / "release.json").read_text("utf-8"))
    assert manifest["id"] == current.resolve().name
    with duckdb.connect(str(current / "gongkai.duckdb"), read_only=True) as connection:
        for table, rows in manifest["row_counts"].items():
            assert connection.execute(f"select count(*) from {table}").fetchone() == (rows,)
            parquet = str(current / "parquet" / f"{table}.parquet")
            assert connection.read_parquet(parquet).count("*").fetchone() == (rows,)
        documents = connection.execute("select name from fct_documents order by name").fetchall()
    assert [name.removesuffix(".txt") for (name,) in documents] == sorted(SAMPLES)
    assert manifest["row_counts"]["fct_cells"] > 500
    assert "<html" in (current / "quality" / "index.html").read_text("utf-8").lower()
    assert not list(current.glob("*.wal"))


def test_second_run_reads_nothing_and_gives_the_same_rows(root: Path, tmp_path: Path) -> None:
    copied = copy_of(root, tmp_path / "data")
    done = gongkai(copied, "run")
    assert done.returncode == 0, done.stderr
    assert "read 0, reused 5" in done.stderr
    assert "no new release" in done.stderr
    kept = [[release.id for release in list_releases(place / "releases")] for place in (root, copied)]
    assert kept[0] == kept[1]
    built = [digest_of(content_of(DataRoot(place).warehouse)) for place in (root, copied)]
    assert built[0] == built[1]
    assert _history(copied) == "[('nightly', 'SUCCESS'), ('nightly', 'SUCCESS')]"


def _history(root: Path) -> str:
    code = (
        "import dagster\n"
        "with dagster.DagsterInstance.get() as instance:\n"
        "    runs = instance.get_runs()\n"
        "print(sorted((run.job_name, run.status.value) for run in runs))\n"
    )
    home = {"DAGSTER_HOME": str(root / "dagster_home")}
    call = [sys.executable, "-c", code]
    return subprocess.run(call, env=home, capture_output=True, text=True, check=True).stdout.strip()


def test_nothing_is_written_into_the_checkout(root: Path) -> None:
    assert root.exists()
    assert not (REPOSITORY / "dbt_project" / "target").exists()
    assert not (REPOSITORY / "dbt_project" / "logs").exists()
    assert not (REPOSITORY / "logs").exists()


def test_trace_says_where_a_number_comes_from(root: Path) -> None:
    done = gongkai(root, "trace", "营前街道", "2020", "t3.partial.total")
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(root / "releases/current/gongkai.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select sha256, place, raw from fct_cells where cell_key = 't3.partial.total' "
            "and report_year = 2020 and agency like '%营前%'"
        ).fetchone()
    assert found is not None
    for text in (*found, "I02 total", "I03 partial"):
        assert text in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["营前街道", "1999", "t3.partial.total"], "no report of 1999"),
        (["火星", "2020", "t3.partial.total"], "no agency is called"),
        (["营前街道", "2020", "t3.partial.totl"], "t3.partial.total"),
        (["营前街道", "2020", "t3.partial.total", "--vintage", "7"], "no such vintage"),
    ],
)
def test_trace_of_what_is_not_there_says_what_is(root: Path, arguments: list[str], words: str) -> None:
    done = gongkai(root, "trace", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_check_and_documents(root: Path) -> None:
    done = gongkai(root, "check", "--year", "2020")
    assert done.returncode == 0, done.stderr
    assert "holds" in done.stdout
    assert "2021" not in done.stdout
    done = gongkai(root, "documents")
    assert done.returncode == 0
    assert all(f"samples: {name}.txt" in done.stdout for name in SAMPLES)
    assert gongkai(root, "documents", "--state", "nonsense").returncode == 2


def test_what_was_added_since_is_listed_as_not_read_yet(root: Path, tmp_path: Path) -> None:
    copied = copy_of(root, tmp_path / "data")
    (tmp_path / "新 文件.txt").write_text("晴", encoding="utf-8")
    assert gongkai(copied, "add", str(tmp_path / "新 文件.txt")).returncode == 0
    done = gongkai(copied, "documents", "--state", "not_read_yet")
    assert done.returncode == 0, done.stderr
    assert "manual: 新 文件.txt" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    alone = tmp_path / "never run"
    assert gongkai(alone, "add", str(tmp_path / "新 文件.txt")).returncode == 0
    assert "not_read_yet" in gongkai(alone, "documents").stdout


def test_an_identity_that_nobody_judged_does_not_look_as_if_it_held(root: Path) -> None:
    code = (
        "import dagster, json\n"
        "with dagster.DagsterInstance.get() as instance:\n"
        "    kind = dagster.DagsterEventType.ASSET_CHECK_EVALUATION\n"
        "    (run,) = instance.get_runs()\n"
        "    said = [r.dagster_event.asset_check_evaluation_data for r in instance.all_logs(run.run_id, kind)]\n"
        "print(json.dumps({one.check_name: [one.passed, one.description, one.metadata['judged'].value]\n"
        "    for one in said if one.check_name.startswith('identity_')}))\n"
    )
    home = {"DAGSTER_HOME": str(root / "dagster_home")}
    call = [sys.executable, "-c", code]
    done = subprocess.run(call, env=home, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["identity_I02"] == [True, None, 16]
    assert said["identity_Q04"][0] is False, "two of the five reports do not print every cell"
    held, why, judged = said["identity_I04"]
    assert (held, judged) == (True, 0)
    assert why.startswith("Not evaluated")
    assert all(judged or why for _, why, judged in said.values())


def test_a_wish_to_read_again_that_means_nothing_is_said(root: Path, tmp_path: Path) -> None:
    done = gongkai(copy_of(root, tmp_path / "data"), "run", "--reread", "year:1999")
    assert done.returncode == 0, done.stderr
    assert "no archived document is one of those to read again" in done.stderr


def test_a_run_beside_another_one_says_who_runs(root: Path, tmp_path: Path) -> None:
    code = "import sys, time\nfrom orchestration import lock\nfrom pathlib import Path\n"
    code += "lock.acquire(Path(sys.argv[1]), 'the nightly run')\nprint('held', flush=True)\ntime.sleep(60)\n"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "run.lock")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = gongkai(tmp_path, "run", "--wait", "0.3")
    finally:
        holder.kill()
        holder.wait()
    assert done.returncode == 4
    assert f"process {holder.pid} (the nightly run" in done.stderr
    assert not (tmp_path / "core").exists()


HELD = """
import expectations.gates as gates
real = gates.run_gates
def run_gates(*arguments, **named):
    answers = real(*arguments, **named)
    return [gates.GateResult("keys", False, "not so: keys", [{"filing_id": "x"}])
            if answer.name == "keys" else answer for answer in answers]
gates.run_gates = run_gates
"""


def test_a_gate_holds_the_release_back(root: Path, tmp_path: Path) -> None:
    copied = copy_of(root, tmp_path / "data")
    before = (copied / "releases" / "current").resolve()
    done = gongkai(copied, "run", "--reread", "year:2020", before=HELD)
    assert done.returncode == 3, done.stderr
    assert "read 2, reused 3" in done.stderr
    assert "gate_keys" in done.stderr
    assert "Dependencies for step" not in done.stderr, "one clear sentence, not Dagster's account of the rest"
    assert (copied / "releases" / "current").resolve() == before
    assert len(list_releases(copied / "releases")) == 1
    assert "FAILURE" in _history(copied)


def test_a_release_launched_alone_asks_the_gates_itself(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from expectations.gates import GateResult
    from orchestration import gatekeeper

    asked = []

    def run_gates(tables: Path) -> list[GateResult]:
        asked.append(tables)
        return [GateResult("keys", passed, "said")]

    monkeypatch.setattr("expectations.gates.run_gates", run_gates)
    data = DataRoot(copy_of(root, tmp_path / "data"))
    passed = True
    gatekeeper.require_gates(data)
    assert not asked, "they passed for these tables in the run"
    table = data.tables / "issues.parquet"
    table.write_bytes(table.read_bytes() + b"x")
    passed = False
    with pytest.raises(gatekeeper.GateHeld, match="keys: said"):
        gatekeeper.require_gates(data)
    passed = True
    gatekeeper.require_gates(data)
    gatekeeper.require_gates(data)
    assert len(asked) == 2
