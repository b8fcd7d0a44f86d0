"""The command line from outside: exit status, streams, damaged input."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from ingestion.paths import REPOSITORY, SAMPLES
from tests.generator import make
from tests.pipeline import CALL, copy_of, environment, finished_root, gongkai


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
    assert {"id", "instance", "result", "lhs", "rhs", "suspects"} <= set(found["identities"][0])
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
    assert "empty.txt: unreadable: the file holds no bytes" in first.stderr
    table = {line.split("  ")[0]: line.split() for line in first.stderr.splitlines()}
    assert table["text"][1] == "2"
    assert table["all"][1] == "3"
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    (out / "shuibu-2023.txt.json").write_text("{", encoding="utf-8")  # torn by a kill
    again = gongkai(tmp_path, "extract", str(folder), "--out", str(out))
    assert again.returncode == 1
    made_anew = {path.name for path in out.iterdir() if before.get(path.name) != path.stat().st_mtime_ns}
    assert made_anew == {"shuibu-2023.txt.json"}
    assert json.loads((out / "shuibu-2023.txt.json").read_text("utf-8"))["status"] == "no_tables"
    table = {line.split("  ")[0]: line.split() for line in again.stderr.splitlines()}
    assert table["all"][1] == "3", "what is kept counts as well"


def mixed_folder(folder: Path, count: int) -> list[str]:
    """Made-up reports in several formats."""
    folder.mkdir()
    wishes = [("html", "clean"), ("text", "tabs"), ("docx", "clean")]
    names = []
    for number in range(count):
        format, condition = wishes[number % len(wishes)]
        made = make(format, seed=number, form="form_2021", condition=condition)
        names.append(f"{number:03d}-{made.name}")
        (folder / names[-1]).write_bytes(made.data)
    return names


def test_extract_can_be_interrupted_and_goes_on_from_there(tmp_path: Path) -> None:
    names = mixed_folder(tmp_path / "in", 60)
    out = tmp_path / "out"
    command = [*CALL, "extract", str(tmp_path / "in"), "--out", str(out)]
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while len(list(out.glob("*.json"))) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "gongkai: interrupted" in said
    assert "Traceback" not in said
    whole = {path.name: path.read_bytes() for path in out.glob("*.json")}
    assert 5 <= len(whole) < len(names)
    assert not [path for path in out.iterdir() if path.name.startswith(".")], "nothing half-made is left"

    again = gongkai(tmp_path, "extract", str(tmp_path / "in"), "--out", str(out))
    assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in out.iterdir()) == [f"{name}.json" for name in names]
    assert {name: (out / name).read_bytes() for name in whole} == whole, "what was done stands"
    table = {line.split("  ")[0]: line.split() for line in again.stderr.splitlines()}
    assert {"web page", "text", "Word (.docx)", "all"} <= set(table)
    assert table["all"][1] == "60"


def test_extract_streams_in_the_order_of_the_files(tmp_path: Path) -> None:
    names = mixed_folder(tmp_path / "in", 6)
    done = gongkai(tmp_path, "extract", "--json", str(tmp_path / "in"))
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["document"]["name"] for line in done.stdout.splitlines()] == names


def test_an_attachment_that_a_page_claims_is_part_of_it_and_no_document_of_its_own(tmp_path: Path) -> None:
    made = make("web", seed=5, form="form_2021", condition="landing_docx")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "z.html").write_bytes(made.data)
    for name, data in made.companions.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (attached,) = [Path(name).name for name in made.companions]
    (folder / "other.txt").write_bytes((SAMPLES / "shuibu-2023.txt").read_bytes())
    done = gongkai(tmp_path, "extract", "--json", str(folder))
    assert done.returncode == 0, done.stderr
    assert f"{attached}: part of z.html" in done.stderr
    found = {entry["document"]["name"]: entry for entry in map(json.loads, done.stdout.splitlines())}
    assert list(found) == ["other.txt", "z.html"]
    assert (
        found["z.html"]["cells"]["t3.new_received.total"]["value"]
        == made.gold["cells"]["t3.new_received.total"]
    )

    out = tmp_path / "out"
    assert gongkai(tmp_path, "extract", str(folder), "--out", str(out)).returncode == 0
    assert sorted(path.name for path in out.iterdir()) == ["other.txt.json", "z.html.json"]
    again = gongkai(tmp_path, "extract", str(folder), "--out", str(out))
    assert f"{attached}: part of z.html" in again.stderr, "the page is kept and so is its claim"
    assert sorted(path.name for path in out.iterdir()) == ["other.txt.json", "z.html.json"]


def test_extract_of_a_single_file_is_read_in_the_sandbox_too(tmp_path: Path) -> None:
    deep = tmp_path / "deep.html"
    deep.write_bytes(b"<table><tr><td>1" * 5000)
    done = gongkai(tmp_path, "extract", "--json", str(deep))
    assert done.returncode == 2
    found = json.loads(done.stdout)
    assert found["status"] == "unreadable"
    assert found["issues"][0]["code"].startswith("quarantined")
    assert "deep.html: unreadable" in done.stderr


@pytest.mark.parametrize("name", ["pipe", "outside.html"])
def test_what_is_no_document_is_listed_and_does_not_stop_the_rest(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "shuibu-2023.txt").write_bytes((SAMPLES / "shuibu-2023.txt").read_bytes())
    (tmp_path / "secret.html").write_text("<p>x", encoding="utf-8")
    os.mkfifo(folder / "pipe") if name == "pipe" else (folder / name).symlink_to(tmp_path / "secret.html")
    done = gongkai(tmp_path, "extract", str(folder), "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert f"{name}: unreadable" in done.stderr
    assert json.loads((tmp_path / "out" / "shuibu-2023.txt.json").read_text("utf-8"))["status"] == "no_tables"


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
