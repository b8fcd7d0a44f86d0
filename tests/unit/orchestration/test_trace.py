"""`gongkai trace` on facts made by hand: what it says of the place of a cell, and where the picture goes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingestion.archive import Archive
from ingestion.normalise.schemas import TABLE_SCHEMAS
from ingestion.paths import DataRoot
from orchestration.facts import Facts
from orchestration.lookup import trace

OTHERS = [
    {"text": "8", "confidence": 0.6, "how": "ocr_digit"},
    {"text": "5", "confidence": 1.0, "how": "carrier", "locator": {"page": 2, "carrier": "ab" * 32}},
]
AGENCY, KEY = "某市人民政府", "t3.granted.total"


def a_page() -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    for column, text in enumerate(["5", "7", "12"]):
        canvas.drawString(300 + 50 * column, 500, text)
    canvas.save()
    return file.getvalue()


TEXT = "表四\n行政复议\n3\n6\n9\n落款\n某市人民政府\n"


def cell(key: str, raw: str | None, column: int, **place: Any) -> dict[str, Any]:
    x0 = 298 + 50 * (column - 1)
    known = dict.fromkeys(TABLE_SCHEMAS["cells"].names)
    given = {
        "cell_key": key,
        **dict(zip(("table_code", "row_code", "column_code"), key.split("."), strict=True)),
        "raw": raw,
        "value": None if raw is None else Decimal(raw),
        "state": "blank" if raw is None else "reported",
        "confidence": 1.0,
        "page": 1,
        "table_index": 2,
        "row_index": 4,
        "column_index": column,
        "bbox": json.dumps([x0, 330, x0 + 20, 346]),
        "place": f"page 1, table 2, row 4, column {column}",
    }
    beside = {"is_suspect": False, "suspected_by": None, "derived_value": None, "derived_by": None}
    return {**known, **given, **beside, "filing_id": "f", "form": "form_2021", **place}


@pytest.fixture
def facts(data_root: DataRoot) -> Iterator[Facts]:
    sha256 = Archive(data_root).add_bytes(a_page(), source="manual", name="report.pdf").sha256
    filing = {
        "filing_id": "f",
        "sha256": sha256,
        "agency": AGENCY,
        "agency_id": "ag_00000001",
        "report_year": 2021,
        "scope": "own_body",
        "form": "form_2021",
        "vintage": 1,
        "is_current": True,
        "title": "某市人民政府2021年年度报告",
    }
    text = Archive(data_root).add_bytes(TEXT.encode(), source="manual", name="report.txt").sha256
    on_a_line = {"bbox": None, "page": None, "table_index": None, "row_index": None, "sha256": text}
    reviews = [
        cell(f"t4.review.{column}", raw, 1, line=line, place=f"line {line}", **on_a_line)
        for column, raw, line in (("maintained", "3", 3), ("corrected", "6", 4), ("total", "9", 5))
    ]
    rows = [
        cell("t3.granted.natural_person", "5", 1),
        cell("t3.granted.biz_enterprise", "7", 2),
        cell(KEY, "12", 3),
        cell("t3.partial.total", "3", 3, row_index=5, others=json.dumps(OTHERS)),
        cell(
            "t3.denied_state_secret.total",
            "1",
            3,
            row_index=6,
            confidence=0.5,
            note="the head has no such column",
        ),
        cell("t3.no_place.total", None, 3, page=None, bbox=None, place=None),
    ]
    results = {"filing_id": "f", "identity_id": "I03", "instance": "granted", "operands": "[]"}
    tables = {
        "documents": [
            {
                "sha256": sha256,
                "name": "report.pdf",
                "source": "manual",
                "retrieved_at": pd.Timestamp("2026-01-02 03:04"),
            },
            {"sha256": text, "name": "report.txt", "source": "manual"},
        ],
        "filings": [filing],
        "cells": [{**row, "sha256": sha256} for row in rows] + reviews,
        "results": [results],
        "identities": [{"identity_id": "I03", "name_zh": "和", "name_en": "Sum"}],
        "agency_names": [{"agency_id": "ag_00000001", "name": "某市某区老名街道办事处"}],
    }
    with duckdb.connect(":memory:") as connection:
        for name, held in tables.items():
            connection.register(name, pd.DataFrame(held, dtype=object))
        yield Facts(connection, data_root, "a test")


def test_a_cell_of_a_page_has_a_picture_and_its_row(facts: Facts) -> None:
    lines = trace(facts, AGENCY, 2021, KEY).splitlines()
    picture = facts.root.build / "trace" / f"{AGENCY}-2021-{KEY}.png"
    assert str(picture) in lines, "the path stands alone on its line"
    assert Image.open(picture).width > 1000
    row = lines.index("  5 | 7 | «12»")
    assert "予以公开" in lines[row - 1]


def test_the_picture_goes_where_it_is_wanted(facts: Facts, tmp_path: Path) -> None:
    wanted = tmp_path / "new folder" / "place.png"
    assert str(wanted) in trace(facts, AGENCY, 2021, KEY, picture=wanted).splitlines()
    assert Image.open(wanted).format == "PNG"
    assert not (facts.root.build / "trace").exists()


def test_a_picture_that_cannot_be_written_is_one_sentence(facts: Facts, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = trace(facts, AGENCY, 2021, KEY, picture=tmp_path / "file" / "place.png")
    assert "cannot be written" in said
    assert "  5 | 7 | «12»" in said


def test_a_snapshot_that_is_gone_hides_nothing_else(facts: Facts) -> None:
    (row,) = facts.rows("select sha256 from documents where name = 'report.pdf'")
    Archive(facts.root).path_of(row["sha256"]).unlink()
    said = trace(facts, AGENCY, 2021, KEY)
    assert "its place cannot be shown: no snapshot" in said
    for text in ("printed   «12»", "page 1, table 2, row 4, column 3", "  5 | 7 | «12»"):
        assert text in said


def test_what_else_was_read_in_the_cell_is_told(facts: Facts) -> None:
    lines = trace(facts, AGENCY, 2021, "t3.partial.total").splitlines()
    assert "also read «8» (ocr_digit, confidence 0.6)" in lines
    assert "also read «5» (carrier, confidence 1; page 2 in abababababab)" in lines


def test_a_cell_that_was_not_printed_has_no_place(facts: Facts) -> None:
    said = trace(facts, AGENCY, 2021, "t3.no_place.total")
    assert "the document does not print it" in said
    assert "picture" not in said


@pytest.mark.parametrize("called", ["ag_00000001", "老名街道", "某市某区老名街道办事处"])
def test_an_agency_may_be_called_by_its_id_and_by_its_other_names(facts: Facts, called: str) -> None:
    assert trace(facts, called, 2021, KEY) == trace(facts, AGENCY, 2021, KEY)


def test_it_says_how_to_cite_the_cell_and_where_its_bytes_lie(facts: Facts) -> None:
    (row,) = facts.rows("select sha256 from documents where name = 'report.pdf'")
    lines = trace(facts, AGENCY, 2021, KEY).splitlines()
    archived = next(line.split()[1] for line in lines if line.startswith("archived"))
    assert (facts.root.root / archived).read_bytes() == Archive(facts.root).read(row["sha256"])
    for said in (
        "row       （一）予以公开 · Granted in full",
        "column    总计 · Total of all applicants",
        "title     某市人民政府2021年年度报告",
        f"publisher {AGENCY}",
        "url       none: a local file",
        "retrieved 2026-01-02 03:04 UTC",
        f"snapshot  {row['sha256']}",
    ):
        assert said in lines, said


def test_a_doubtful_cell_says_why_it_is(facts: Facts) -> None:
    lines = trace(facts, AGENCY, 2021, "t3.denied_state_secret.total").splitlines()
    assert "doubtful  confidence 0.5 is below 0.9: the head has no such column" in lines


def test_text_with_a_cell_a_line_shows_the_whole_row_under_its_columns(facts: Facts) -> None:
    said = trace(facts, AGENCY, 2021, "t4.review.total").splitlines()
    row = next(at for at, line in enumerate(said) if line.startswith("row as read"))
    assert said[row + 1].endswith("«9»") and said[row + 1].count(" | ") == 2
    at = said.index("in the source:")
    shown = [line.partition("|")[2].strip() for line in said[at + 1 : at + 8]]
    assert shown == ["表四", "行政复议", "3", "6", "9", "落款", "某市人民政府"]
    assert said[at + 5].startswith("  >"), "the line of the cell is marked"
