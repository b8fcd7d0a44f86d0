"""Verdicts and corrections from outside: what a person decides reaches the release, and nothing printed changes."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingestion.paths import DataRoot
from tests.generator import make
from tests.integration.compiled_warehouse import CompiledWarehouse, other_rows
from tests.integration.documented_history import from_nothing, make_tables, make_warehouse, reading_here
from tests.pipeline import copy_of, finished_root, gongkai
from tests.row_differences import differences

#: A cell of a sample that prints 0, and a report that is added, with totals that are wrong in print.
CELL = "t3.granted.total"
WRONG = make("html", 11, "form_2021", "clean", "small", ("identities_violated",))


@pytest.fixture
def root(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A finished data root of one's own."""
    return copy_of(finished_root(tmp_path_factory), tmp_path / "data")


def asked(root: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(root / "releases/current/gongkai.duckdb"), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def cell(root: Path, agency: str) -> tuple[Any, ...]:
    query = "select value, raw, value_best, verdict from fct_cells where agency = ? and cell_key = ?"
    (row,) = asked(root, query, agency, CELL)
    return row


def against_nothing(root: Path, target: Path) -> list[str]:
    """Where the release differs from a warehouse that is built from nothing."""
    whole = from_nothing(DataRoot(root), target)
    with reading_here():
        make_tables(whole)
    make_warehouse(whole, CompiledWarehouse(DataRoot(root)))
    sides = other_rows(root / "releases/current/gongkai.duckdb", whole.warehouse)
    return differences(*sides, ("the release", "the build from nothing"))


def cases(root: Path) -> list[dict[str, Any]]:
    """Open cases, the worst first."""
    listed = gongkai(root, "review", "--json")
    assert listed.returncode == 0, listed.stderr
    return [json.loads(line) for line in listed.stdout.splitlines()]


def test_what_people_decide_reaches_the_release(root: Path, tmp_path: Path) -> None:
    (filing, agency) = asked(root, "select filing_id, agency from fct_filings where agency like '%东南隅%'")[
        0
    ]
    case = f"{filing[:8]}:{CELL}"
    assert cell(root, agency) == (0, "0", 0, None)

    # verdicts that say nothing are refused before anything is written
    for missing in (
        ["--verdict", "source_error"],
        ["--reason", "x"],
        ["--verdict", "perhaps", "--reason", "x"],
    ):
        assert gongkai(root, "review", "--case", case, *missing).returncode == 2
    ledger = root / "corrections.yml"
    assert not ledger.exists()
    ledger.write_text("# mine\ncorrections:\n  # an empty list so far\n", encoding="utf-8")

    # a person knows better than the print, though no identity points at the cell
    decided = ["--verdict", "source_error", "--value", "3", "--reason", "底册为3件", "--who", "甲"]
    written = gongkai(root, "review", "--case", case, *decided)
    assert written.returncode == 0, written.stderr
    assert ledger.read_text("utf-8").startswith("# mine\ncorrections:\n  # an empty list so far\n")

    # a document whose year was read wrongly
    (sha256, moved) = asked(root, "select sha256, agency from fct_filings where agency like '%双阳%'")[0]
    corrected = gongkai(
        root, "correct", sha256[:12], "--year", "2019", "--why", "封面年度有误", "--who", "甲"
    )
    assert corrected.returncode == 0, corrected.stderr

    # an entry that nothing fits, since the print was another one; and a report whose sums are wrong
    (first, *_) = yaml.safe_load(ledger.read_text("utf-8"))["corrections"]
    stale = yaml.dump([{**first, "printed": "44", "reason": "早先的一版"}], allow_unicode=True)
    with ledger.open("a", encoding="utf-8") as file:
        file.write("".join(f"  {line}\n" for line in stale.splitlines()))
    (tmp_path / WRONG.name).write_bytes(WRONG.data)
    assert gongkai(root, "add", str(tmp_path / WRONG.name)).returncode == 0

    done = gongkai(root, "run")
    assert done.returncode == 1, done.stderr
    named = [line for line in done.stderr.splitlines() if line.startswith("fits nothing: ")]
    assert len(named) == 1 and "entry 3 of" in named[0] and "it prints «0» now" in named[0]
    assert "read 1, reused 5" in done.stderr, "the ledger reads no document again"

    # the release: printed and best side by side, and what became of each entry
    assert cell(root, agency) == (0, "0", 3, "source_error")
    assert asked(root, "select count(*) from fct_cells where value_best is distinct from value") == [(1,)]
    outcomes = "select kind, outcome, why is not null from fct_corrections order by position"
    assert asked(root, outcomes) == [
        ("cell", "applied", False),
        ("document", "applied", False),
        ("cell", "fits_nothing", True),
    ]
    filings = asked(root, "select report_year, is_current from fct_filings where agency = ?", moved)
    assert filings == [(2019, True)]
    issues = "select detail from fct_issues where code = 'corrected_by_ledger' and sha256 = ?"
    ((said,),) = asked(root, issues, sha256)
    assert "2019; read as 2020" in said and "封面年度有误" in said
    assert not against_nothing(root, tmp_path / "whole")
    changed = gongkai(root, "releases", "diff", "previous", "current").stdout
    assert "2019" in changed and moved in changed

    traced = gongkai(root, "trace", "东南隅", "2021", CELL).stdout
    for words in ("printed   «0»", "best      3, by the verdict", "底册为3件 (甲"):
        assert words in traced
    traced = gongkai(root, "trace", "双阳", "2019", CELL).stdout
    assert "corrected report_year: 2019, read as 2020: 封面年度有误 (甲" in traced

    # the worst case of the report that is wrong: shown with its place, decided, closed
    worst, *others = cases(root)
    assert int(worst["printed"]) == WRONG.gold["cells"][worst["cell"]]
    assert all(worst["weight"] >= other["weight"] for other in others)
    shown = gongkai(root, "review", "--case", worst["case"], stdin="")
    assert (
        shown.returncode == 0 and "what does not hold:" in shown.stdout and "in the source:" in shown.stdout
    )
    answered = gongkai(root, "review", stdin="s\n\n合计有误\n")
    assert answered.returncode == 0 and "1 recorded" in answered.stderr
    assert worst["case"] not in [one["case"] for one in cases(root)]


def test_a_ledger_that_is_none_is_named_before_anything_is_done(root: Path) -> None:
    (root / "corrections.yml").write_text("corrections:\n  - cell: t3.granted.total\n    verdict: maybe\n")
    done = gongkai(root, "run")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "corrections.yml: corrections.1" in line and "Traceback" not in line


def test_a_document_that_is_not_there_cannot_be_corrected(root: Path) -> None:
    done = gongkai(root, "correct", "nothing.pdf", "--withdraw", "--why", "x")
    assert done.returncode == 2 and "no archived document" in done.stderr
    assert not (root / "corrections.yml").exists()
