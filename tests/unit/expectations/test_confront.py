"""From tidy tables to verdicts beside them, and the JSON form for one document."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from expectations.confront import confront, confront_reading
from expectations.schemas import RESULT_SCHEMAS
from tests.unit.expectations.reports import Cells, Tables, form_cells, requests_table, with_values


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
        "why": "0 == 1 is wrong by 1",
    }
    assert results["R02", "table"]["lhs"] is None
    assert said["derived"] == {"t4.lit_direct.pending": {"value": 0, "by": ["R02"]}}
    assert said["suspects"]["t4.review.total"] == ["R01"]
    assert json.loads(json.dumps(said)) == said
    nothing = {"identities": [], "derived": {}, "suspects": {}, "localisations": [], "reconciled": {}}
    assert confront_reading(None, {}) == nothing


def test_suspects_and_settled_readings_stand_beside_the_cells(tables: Tables) -> None:
    good = requests_table(
        {("granted", "natural_person"): 4021, ("partial", "other_org"): 19}, {}, "form_2021"
    )
    wrong = with_values(good, {"t3.granted.natural_person": 4027})
    tables.add("a-doubt", "form_2021", wrong, 2021)
    tables.add("b-plain", "form_2021", wrong, 2021)
    tables.add("c-good", "form_2021", good, 2021)
    for row in tables.rows["cells"]:
        if row["filing_id"] == "a-doubt" and row["cell_key"] == "t3.granted.natural_person":
            row["confidence"] = 0.5
            row["others"] = (
                '[{"text": "402I", "confidence": 0.2, "how": "ocr_ink"},'
                ' {"text": "4021", "confidence": 0.4, "how": "ocr_digit"}]'
            )
    folder = tables.write()
    before = (folder / "cells.parquet").read_bytes()
    confront(folder)
    assert (folder / "cells.parquet").read_bytes() == before
    explained = pq.read_table(folder / "localisations.parquet").to_pylist()
    first = [row for row in explained if row["rank"] == 1]
    assert [(row["filing_id"], row["table_code"], row["kind"], row["is_unique"]) for row in first] == [
        ("a-doubt", "t3", "cells", True),
        ("b-plain", "t3", "cells", True),
    ]
    assert json.loads(first[0]["violated"]) == ["I02 natural_person", "I03 granted"]
    suspected = [
        row for row in pq.read_table(folder / "suspected_cells.parquet").to_pylist() if row["rank"] == 1
    ]
    assert [(row["cell_key"], row["printed"], row["suggestion"]) for row in suspected] == [
        ("t3.granted.natural_person", 4027, 4021)
    ] * 2
    assert "also read so" in suspected[0]["reason"] and "also read so" not in suspected[1]["reason"]
    assert first[0]["weight"] < first[1]["weight"]
    # the plain one has no second reading: nobody read 4021 there
    settled = pq.read_table(folder / "reconciled_cells.parquet").to_pylist()
    assert [(row["filing_id"], row["printed"], row["chosen"], row["text"]) for row in settled] == [
        ("a-doubt", 4027, 4021, "4021")
    ]
    assert set(json.loads(settled[0]["rests_on"])) == {"I02 natural_person", "I03 granted"}


def test_last_years_carry_over_speaks_for_a_cell(tables: Tables) -> None:
    def report(carried_in: int, carried_out: int) -> Cells:
        figures = {"carried_in.natural_person": carried_in, "carried_out.natural_person": carried_out}
        return with_values(form_cells("form_2021"), {f"t3.{at}": value for at, value in figures.items()})

    # 41 came over from last year and nothing else happened: the total of the row is left at 14
    one_off = with_values(report(41, 41), {"t3.carried_in.total": 14, "t3.carried_out.total": 41})
    tables.add("y1", "form_2021", with_values(report(0, 41), {"t3.carried_out.total": 41, "t3.new_received.total": 41,
               "t3.new_received.natural_person": 41}), 2021, agency="甲")  # fmt: skip
    tables.add("y2", "form_2021", one_off, 2022, agency="甲")
    tables.add("alone", "form_2021", one_off, 2022, agency="乙")
    folder = tables.write()
    confront(folder)
    weights = {
        (row["filing_id"], row["rank"]): row["weight"]
        for row in pq.read_table(folder / "localisations.parquet").to_pylist()
    }
    reasons = {
        row["filing_id"]: row["reason"]
        for row in pq.read_table(folder / "suspected_cells.parquet").to_pylist()
        if row["rank"] == 1 and row["cell_key"] == "t3.carried_in.total" and row["suggestion"] == 41
    }
    assert reasons.keys() == {"y2", "alone"}
    assert "as last year's report implies" in reasons["y2"]
    assert weights["y2", 1] < weights["alone", 1]


def test_a_table_that_no_few_cells_explain_says_so(tables: Tables) -> None:
    good = form_cells("form_2021")
    keys = [key for key in good if key.startswith("t3.")]
    garbled = with_values(good, {key: 3 + number * number % 97 for number, key in enumerate(keys)})
    tables.add("garbled", "form_2021", garbled, 2021)
    folder = tables.write()
    confront(folder)
    row = pq.read_table(folder / "localisations.parquet").to_pylist()[0]
    assert (row["rank"], row["kind"], row["weight"], row["n_cells"]) == (0, "none", None, 0)
    assert "cells would have to change" in row["why_not"]
    assert pq.read_table(folder / "suspected_cells.parquet").num_rows == 0


def test_the_likelier_explanation_makes_a_cell_suspect_in_the_json() -> None:
    good = requests_table({("granted", "natural_person"): 40, ("granted", "other_org"): 7}, {}, "form_2021")
    # two wrong figures of one row: the total is seen by two failing sums, the part by three
    cells = with_values(good, {"t3.granted.natural_person": 90, "t3.granted.total": 41})
    said = confront_reading("form_2021", cells, 2021)
    best = said["localisations"][0]["explanations"][0]["cells"]
    assert {cell: one["suggestion"] for cell, one in best.items()} == {
        "t3.granted.natural_person": 40,
        "t3.granted.total": 47,
    }
    assert said["suspects"].keys() >= best.keys()
    assert said["reconciled"] == {}
