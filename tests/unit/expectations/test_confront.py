"""From tidy tables to verdicts beside them, and the JSON form for one document."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from expectations.confront import confront, confront_reading
from expectations.schemas import RESULT_SCHEMAS
from tests.unit.expectations.reports import Tables, form_cells, requests_table, with_values


def fill(tables: Tables) -> Path:
    good = requests_table({("granted", "natural_person"): 5, ("partial", "other_org"): 2}, {}, "form_2019")
    tables.add("b-wrong", "form_2019", with_values(good, {"t3.granted.natural_person": 8}))
    tables.add("a-good", "form_2019", good | {"t4.review.pending": (None, "blank")})
    tables.add("c-image", "form_2021", form_cells("form_2021", None, "missing_image"), 2023, "no_tables")
    return tables.write()


def test_tables_are_written_with_their_schemas(tables: Tables, tmp_path: Path) -> None:
    counts = confront(fill(tables), tmp_path / "out")
    for name, schema in RESULT_SCHEMAS.items():
        written = pq.read_table(tmp_path / "out" / f"{name}.parquet")
        assert written.schema.equals(schema)
        assert written.num_rows == counts[name]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"{name}.parquet" for name in RESULT_SCHEMAS
    )


def test_rows_say_which_filing_fails_where(tables: Tables) -> None:
    folder = fill(tables)
    confront(folder)
    failed = [
        row
        for row in pq.read_table(folder / "identity_results.parquet").to_pylist()
        if row["result"] == "fails" and row["kind"] == "accounting"
    ]
    assert [(row["filing_id"], row["identity_id"], row["instance"]) for row in failed] == [
        ("b-wrong", "I02", "natural_person"),
        ("b-wrong", "I03", "granted"),
    ]
    assert (failed[1]["lhs"], failed[1]["rhs"], failed[1]["residual"]) == (8, 5, 3)
    assert json.loads(failed[1]["suspects"]) == ["t3.granted.natural_person"]
    operands = json.loads(failed[1]["operands"])
    assert operands[0] == {"cell": "t3.granted.natural_person", "sign": 1, "side": "lhs"}
    assert operands[-1] == {"cell": "t3.granted.total", "sign": 1, "side": "rhs"}
    suspects = pq.read_table(folder / "cell_suspects.parquet").to_pylist()
    assert [(row["filing_id"], row["cell_key"]) for row in suspects] == [
        ("b-wrong", "t3.granted.natural_person")
    ]
    derived = pq.read_table(folder / "derived_cells.parquet").to_pylist()
    assert [(row["filing_id"], row["cell_key"], row["value"], row["by"]) for row in derived] == [
        ("a-good", "t4.review.pending", 0, '["R01"]')
    ]


def test_the_same_input_gives_the_same_bytes(tables: Tables, tmp_path: Path) -> None:
    folder = fill(tables)
    tables.rows["cells"].reverse()
    tables.rows["filings"].reverse()
    tables.folder = tmp_path / "shuffled"
    confront(folder, tmp_path / "one")
    confront(tables.write(), tmp_path / "two")
    for name in RESULT_SCHEMAS:
        one, two = (tmp_path / which / f"{name}.parquet" for which in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_filing_without_a_form_has_no_rows(tables: Tables) -> None:
    fill(tables)
    for name in ("filings", "cells"):
        for row in tables.rows[name]:
            row["form"] = None
    assert confront(tables.write())["identity_results"] == 0


def test_empty_tables(tables: Tables) -> None:
    assert confront(tables.write())["identity_results"] == 0


def test_the_json_of_one_document() -> None:
    cells = with_values(form_cells("form_2021"), {"t4.review.total": 1, "t2_8.admin_fee.amount": "1.5"})
    said = confront_reading("form_2021", cells | {"t4.lit_direct.pending": (None, "unreadable")}, 2021)
    results = {(one["id"], one["instance"]): one for one in said["identities"]}
    assert results["R01", "table"] == {
        "id": "R01",
        "instance": "table",
        "result": "fails",
        "lhs": 0,
        "rhs": 1,
        "suspects": [
            f"t4.review.{column}"
            for column in ("maintained", "corrected", "other_result", "pending", "total")
        ],
    }
    assert results["R02", "table"]["lhs"] is None
    assert said["derived"] == {"t4.lit_direct.pending": {"value": 0, "by": ["R02"]}}
    assert said["suspects"]["t4.review.total"] == ["R01"]
    assert json.loads(json.dumps(said)) == said
    assert confront_reading(None, {}) == {"identities": [], "derived": {}, "suspects": {}}
