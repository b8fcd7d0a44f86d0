"""Violations of a release: whose fault, what is new and solved, and a list that stays readable."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from expectations.confront import confront
from expectations.report import build_quality_report
from expectations.report_violations import PER_PAGE
from expectations.violations import violations
from tests.unit.expectations.reports import Tables, form_cells, with_values


def written(tables: Tables) -> Path:
    folder = tables.write()
    confront(folder)
    return folder


def test_a_violation_is_ours_theirs_or_open(tables: Tables) -> None:
    wrong = with_values(form_cells("form_2021"), {"t4.review.total": 1})
    for name in ("sure", "doubtful", "ruled"):
        tables.add(name, "form_2021", wrong, 2022)
    for row in tables.rows["cells"]:
        if (row["filing_id"], row["cell_key"]) == ("doubtful", "t4.review.pending"):
            row["confidence"] = 0.4
    ruled = dict(next(row for row in tables.rows["filings"] if row["filing_id"] == "ruled"))
    tables.rows["verdicts"].append(
        {name: ruled[name] for name in ("filing_id", "sha256", "agency", "report_year", "scope", "form")}
        | {"cell_key": "t4.review.total", "verdict": "extraction_error", "status": "settled"}
    )
    found, _ = violations(written(tables))
    said = {one.filing_id: (one.blame, one.why_blamed) for one in found if one.row["identity_id"] == "R01"}
    assert said["sure"][0] == "them"
    assert said["doubtful"] == ("us", "read with little confidence: t4.review.pending")
    assert said["ruled"] == ("us", "verdict: extraction_error (t4.review.total)")


def test_new_and_solved_since_the_last_release(tables: Tables, tmp_path: Path) -> None:
    good = form_cells("form_2021")
    tables.add("one", "form_2021", with_values(good, {"t4.review.total": 1}), 2022)
    tables.add("gone", "form_2021", with_values(good, {"t4.review.total": 1}), 2022)
    before = tmp_path / "before.parquet"
    (written(tables) / "identity_results.parquet").rename(before)
    later = Tables(tmp_path / "later")
    later.add("one", "form_2021", with_values(good, {"t4.lit_direct.total": 1}), 2022)
    found, solved = violations(written(later), before)
    assert {one.row["identity_id"] for one in found if one.is_new} >= {"R02"}
    assert ("one", "R01", "table") in solved
    assert not any(key[0] == "gone" for key in solved), "a filing that is gone has solved nothing"
    again, nothing = violations(later.folder, later.folder / "identity_results.parquet")
    assert nothing == []
    assert not any(one.is_new for one in again)
    first, _ = violations(later.folder)
    assert not any(one.is_new for one in first), "without a release before, nothing is new"


def test_many_violations_come_page_by_page(tables: Tables, tmp_path: Path) -> None:
    wrong = with_values(form_cells("form_2021"), {f"t3.{row}.total": 9 for row in ("granted", "partial")})
    for number in range(60):
        tables.add(f"f{number}", "form_2021", wrong, 2022)
    folder = written(tables)
    out = tmp_path / "quality"
    build_quality_report(folder, out)
    results = pq.read_table(folder / "identity_results.parquet").to_pylist()
    failing = [row for row in results if row["result"].startswith("fails")]
    pages = sorted(out.glob("violations*.html"))
    assert len(pages) == -(-len(failing) // PER_PAGE) > 1
    listed = "".join(path.read_text("utf-8") for path in pages)
    assert listed.count('href="filings/') == len(failing)
    assert 'href="violations-2.html"' in (out / "violations.html").read_text("utf-8")
