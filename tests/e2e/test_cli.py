"""The command line from outside: exit status, streams, damaged input."""

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from ingestion.paths import REPOSITORY, SAMPLES
from tests.pipeline import copy_of, environment, finished_root, gongkai


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_root(tmp_path_factory)


DAMAGED = {
    "empty.html": b"",
    "noise.bin": b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(10 * 2**20 // 32)),
    "shop.html": "<html><body><h1>水果店</h1><p>苹果三元一斤，欢迎光临。</p></body></html>".encode(),
    "span.html": b"<table><tr><td colspan=100000000>1</td><td rowspan=99999999>2</td></tr></table>" * 3,
    "deep.html": b"<div>" * 50_000 + b"x" + b"</div>" * 50_000,
}


def _facts(root: Path, names: list[str]) -> list[tuple[object, ...]]:
    with duckdb.connect(str(root / "releases/current/gongkai.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select c.* from fct_cells c join fct_documents d using (sha256) "
            "where list_contains(?, d.name) order by c.filing_id, c.cell_key",
            [names],
        ).fetchall()


def test_damaged_input_is_listed_and_disturbs_nothing(root: Path, tmp_path: Path) -> None:
    copied = copy_of(root, tmp_path / "data")
    folder = tmp_path / "入 口"
    folder.mkdir()
    for name, data in DAMAGED.items():
        (folder / name).write_bytes(data)
    # another agency: the same one's would be a new vintage of its report
    text = (SAMPLES / "dongnanyu-2021.txt").read_text("utf-8").replace("东南隅", "西北隅")
    body = "".join(f"<p>{line}</p>" for line in text.splitlines() if "\t" not in line)
    wrong = f'<html><head><meta charset="iso-8859-1"><title>t</title></head><body>{body}</body></html>'
    (folder / "报告 错码.html").write_bytes(wrong.encode("gb18030"))
    added = gongkai(copied, "add", str(folder))
    assert added.returncode == 0, added.stderr
    assert len(added.stdout.splitlines()) == len(DAMAGED) + 1

    done = gongkai(copied, "run")
    assert done.returncode == 1, done.stderr
    unread = [line for line in done.stderr.splitlines() if line.startswith("not read: ")]
    assert len(unread) == len(DAMAGED), done.stderr
    for name in DAMAGED:
        (line,) = [line for line in unread if name in line]
        assert not line.rstrip().endswith("None"), "each has a reason"
    assert "报告 错码.html" not in "".join(unread)
    assert "Traceback" not in done.stderr

    samples = [path.name for path in SAMPLES.glob("*.txt")]
    assert _facts(copied, samples) == _facts(root, samples)
    listed = gongkai(copied, "documents")
    assert all(name in listed.stdout for name in [*DAMAGED, "报告 错码.html"])
    with duckdb.connect(str(copied / "releases/current/gongkai.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select report_year, agency from fct_filings join fct_documents using (sha256) where name = ?",
            ["报告 错码.html"],
        ).fetchall()
    assert [(year, agency is not None) for year, agency in found] == [(2021, True)]


def test_extract_prints_the_object_of_the_contract(tmp_path: Path) -> None:
    done = gongkai(tmp_path / "unused", "extract", "--json", str(SAMPLES / "yingqian-2020.txt"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {
        "document",
        "filing",
        "status",
        "cells",
        "indicators",
        "narrative",
        "identities",
        "issues",
    } <= set(found)
    cell = found["cells"]["t3.partial.total"]
    assert {"value", "raw", "state", "confidence", "suspect", "unit", "derived", "locator"} <= set(cell)
    assert found["filing"]["form"] == "form_2019"
    assert {"id", "instance", "result", "lhs", "rhs", "suspects"} == set(found["identities"][0])
    assert not (tmp_path / "unused").exists(), "extract touches neither archive nor warehouse"


def test_extract_of_several_is_one_object_a_line_and_out_resumes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("shuibu-2023.txt", "liucheng-2018.txt"):
        (folder / name).write_bytes((SAMPLES / name).read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    done = gongkai(tmp_path, "extract", "--json", str(folder))
    assert done.returncode == 1
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [found["document"]["name"] for found in objects] == [
        "empty.txt",
        "liucheng-2018.txt",
        "shuibu-2023.txt",
    ]
    out = tmp_path / "out"
    first = gongkai(tmp_path, "extract", str(folder), "--out", str(out))
    assert first.returncode == 1
    assert sorted(path.name for path in out.iterdir()) == [
        "empty.txt.json",
        "liucheng-2018.txt.json",
        "shuibu-2023.txt.json",
    ]
    assert first.stderr.count(" read ") == 3
    (out / "shuibu-2023.txt.json").write_text("{", encoding="utf-8")  # torn by a kill
    again = gongkai(tmp_path, "extract", str(folder), "--out", str(out))
    assert again.stderr.count(" kept ") == 2
    assert json.loads((out / "shuibu-2023.txt.json").read_text("utf-8"))["status"] == "no_tables"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "nowhere.html"], "there is no file nowhere.html"),
        (["extract", "nowhere.html"], "there is no file nowhere.html"),
        (["run", "--source", "nobody"], "there is no source 'nobody'"),
        (["run", "--reread", "year:abc"], "cannot read 'year:abc'"),
        (["trace", "a", "2020", "t3.partial.total"], "nothing has been read yet"),
        (["documents"], "nothing has been read yet"),
        (["releases", "diff", "a", "b"], "no release is called"),
        (["releases", "prune"], "--keep"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_two(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = gongkai(tmp_path, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_help_answers_at_once() -> None:
    code = "import sys, orchestration.cli\nprint(sorted(sys.modules.keys() & {'dagster', 'pandas', 'duckdb', 'dbt', 'pyarrow', 'pydantic', 'rich'}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]", "what takes long to import is imported where it is used"


def test_output_that_nobody_reads_is_no_error(root: Path) -> None:
    started = time.monotonic()
    command = f'{sys.executable} -c "from orchestration.cli import main; main()" documents | head -n 1'
    done = subprocess.run(
        command,
        shell=True,
        cwd=REPOSITORY,
        env=environment(root),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert time.monotonic() - started < 60
