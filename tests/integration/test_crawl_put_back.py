"""A site shows a corrected report and then the earlier one again: from the crawl to the current filing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ingestion.catalog import load_catalog
from ingestion.normalise import normalise
from ingestion.readings import read_due, stored_readings
from tests.fixture_site.bodies import content, docx
from tests.fixture_site.documents import Q01, Q01_CORRECTED, Q02, Q02_REISSUED, Document
from tests.integration.crawled_site import LIST, Site, listed, page, reply, site_at
from tests.integration.documented_history import reading_here

A, B, FILE = "/zwgk/a.html", "/zwgk/b.html", "/zwgk/P020240115390412345678.docx"
#: A cell of each with what it says before it is corrected, and after.
WHOLE, IN_FILE = ("t3.granted.total", 12, 14), ("t2_5.admin_license.decisions", 40, 46)


def shown(whole: Document, in_file: Document) -> dict[str, Any]:
    """A report that is a page, and one that is a file which a page links to."""
    links = f'<div class="TRS_Editor"><p>{Q02.title}</p><a href="{FILE}">{Q02.title}.docx</a></div>'
    return {
        LIST: listed((A, Q01.title), (B, Q02.title)),
        A: page(Q01.title, f'<div class="TRS_Editor">{content(whole)}</div>'),
        B: page(Q02.title, links),
        FILE: reply(docx(in_file), kind="application/octet-stream"),
    }


@dataclass(frozen=True)
class Told:
    """The tables of an archive, by the reports of one agency."""

    tables: dict[str, list[dict[str, Any]]]

    def numbers(self, agency: str, cell: str) -> list[tuple[int, bool, int]]:
        """Of each vintage its number, whether it is current, and what it prints in a cell."""
        cells = {one["filing_id"]: one["value"] for one in self.tables["cells"] if one["cell_key"] == cell}
        found = [one for one in self.tables["filings"] if one["agency"] == agency]
        return sorted((one["vintage"], one["is_current"], int(cells[one["filing_id"]])) for one in found)

    def put_back(self) -> list[str]:
        return [one["detail"] for one in self.tables["issues"] if one["code"] == "vintage_put_back"]


def told(site: Site) -> Told:
    with reading_here():
        read_due(site.root)
    tables = normalise(list(stored_readings(site.root)), load_catalog())
    return Told({name: tables[name].to_pylist() for name in ("filings", "cells", "issues", "documents")})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """After three nights: as it was, both reports corrected where they stand, and put back."""
    site = site_at(tmp_path_factory.mktemp("put-back"), shown(Q01, Q02))
    assert site.one_night("n1").outcomes == {"new": 2}
    site.pages |= shown(Q01_CORRECTED, replace(Q02, cells=Q02_REISSUED.cells))
    assert site.one_night("n2").outcomes == {"changed": 2}
    corrected = told(site)
    (cell, _, after) = WHOLE
    assert corrected.numbers(Q01.agency, cell)[-1] == (2, True, after)
    (cell, _, after) = IN_FILE
    assert (True, after) in [row[1:] for row in corrected.numbers(Q02.agency, cell)]
    site.pages |= shown(Q01, Q02)
    assert site.one_night("n3").outcomes == {"changed": 2}
    return site


@pytest.mark.parametrize(
    "nights", [(), ("n4",), ("n4", "n5")], ids=["put back", "then unchanged", "and again"]
)
def test_what_was_put_back_is_current_and_the_correction_a_past_vintage(
    site: Site, nights: tuple[str, ...]
) -> None:
    for night in nights:
        site.one_night(night)
    found = told(site)
    (cell, before, after) = WHOLE
    assert found.numbers(Q01.agency, cell) == [(1, True, before), (2, False, after)]
    (cell, before, after) = IN_FILE
    assert found.numbers(Q02.agency, cell) == [(1, True, before), (2, False, after)]
    assert len(found.put_back()) == 2


def test_the_page_may_say_the_same_in_other_bytes(tmp_path: Path) -> None:
    """A counter in the page makes bytes that never came before of the text that is put back."""
    site = site_at(tmp_path, shown(Q01, Q02))
    site.one_night("n1")
    site.pages |= shown(Q01_CORRECTED, Q02)
    site.one_night("n2")
    site.pages[A] = page(Q01.title, f'<div class="TRS_Editor">{content(Q01)}</div><!-- seen 18 times -->')
    site.one_night("n3")
    (cell, before, after) = WHOLE
    rows = told(site).numbers(Q01.agency, cell)
    assert rows == [(1, False, before), (2, False, after), (3, True, before)]
