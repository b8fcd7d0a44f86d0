"""A folder with a report's page and the file attached to it: one filing in the release, and only one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from ingestion.archive import Archive
from ingestion.paths import DataRoot
from ingestion.readings import read_due, stored_readings
from tests.generator import Made, make
from tests.pipeline import gongkai


@pytest.fixture(scope="module")
def made() -> Made:
    """A landing page with its report as a Word file."""
    return make("web", seed=4, form="form_2021", condition="landing_docx")


@pytest.fixture(scope="module")
def folder(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "page.html").write_bytes(made.data)
    for name, data in made.companions.items():
        (folder / name).write_bytes(data)
    return folder


def attached(made: Made) -> tuple[str, str]:
    ((name, data),) = made.companions.items()
    return name, hashlib.sha256(data).hexdigest()


def test_a_page_and_its_attachment_become_one_filing(
    made: Made, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("data")
    name, sha256 = attached(made)
    page = hashlib.sha256(made.data).hexdigest()
    # the page first: what is attached to it comes when it has been read already
    archive = Archive(DataRoot(root))
    archive.add_path(folder / "page.html")
    assert read_due(DataRoot(root)).read == 1
    (stored,) = stored_readings(DataRoot(root))
    assert stored.reading.status == "no_tables"
    assert gongkai(root, "add", str(folder)).returncode == 0
    done = gongkai(root, "run", "--source", "manual")
    assert done.returncode == 0, done.stderr

    with duckdb.connect(str(root / "releases" / "current" / "gongkai.duckdb"), read_only=True) as release:
        filings = release.execute(
            "select sha256, report_year, agency, is_current from fct_filings"
        ).fetchall()
        assert filings == [(page, made.gold["report_year"], made.gold["agency"], True)]
        cells = dict(release.execute("select cell_key, value::double from fct_cells").fetchall())
        assert {key: cells[key] for key in made.gold["cells"]} == made.gold["cells"]
        carriers = release.execute(
            "select distinct carrier, place like '%in ' || left(carrier, 12) from fct_cells where value is not null"
        ).fetchall()
        assert carriers == [(sha256, True)]
        documents = release.execute(
            "select name, state, attached_to, n_filings from fct_documents"
        ).fetchall()
        assert sorted(documents) == [(name, "attached", page, 0), ("page.html", "read", None, 1)]
    assert f"attached      manual: {name}" in gongkai(root, "documents").stdout
    assert read_due(DataRoot(root)).read == 0


def test_extract_shows_the_page_with_its_attachment(made: Made, folder: Path, tmp_path: Path) -> None:
    done = gongkai(tmp_path, "extract", "--json", str(folder / "page.html"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    name, sha256 = attached(made)
    assert found["status"] == "complete"
    assert found["carriers"] == [{"sha256": sha256, "name": name, "kind": "attachment"}]
    assert {cell["locator"]["carrier"] for cell in found["cells"].values() if cell["locator"]} == {sha256}
