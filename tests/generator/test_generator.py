"""The generator writes what its gold says, the same for the same seed, and the scorer sees what a reader gets wrong."""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import Any

import docx
import lxml.html
import numpy as np
import pdfplumber
import pytest
from PIL import Image

from expectations.confront import confront_reading
from ingestion.catalog import load_catalog
from tests.generator import conditions, make
from tests.generator.faces import face_for
from tests.generator.faults import FAULTS, apply
from tests.generator.figures import PROFILES
from tests.generator.grid_edits import delete_column, delete_row, insert_column
from tests.generator.make import FORMS, tell
from tests.generator.prose import vocabulary
from tests.generator.score import score
from tests.generator.story import Grid


def docx_tables(data: bytes) -> list[list[list[str]]]:
    """Every table of a .docx as python-docx sees it: merged cells repeated."""
    return [[[c.text for c in row.cells] for row in t.rows] for t in docx.Document(io.BytesIO(data)).tables]


def pdf_words(data: bytes) -> Counter[str]:
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        return Counter(
            text.replace("\n", "")
            for page in pdf.pages
            for table in page.extract_tables()
            for row in table
            for text in row
            if text
        )


@pytest.mark.parametrize(
    ("format", "condition"),
    [
        ("html", "word"),
        ("text", "cell_a_line"),
        ("docx", "clean"),
        ("docx", "phantom"),
        ("pdf", "random"),
        ("picture", "jpeg_72"),
        ("web", "landing_pdf"),
    ],
)
def test_a_seed_makes_one_document(format: str, condition: str) -> None:
    first, second, other = (
        make(format, seed, "form_2021", condition, faults=["random"]) for seed in (4, 4, 5)
    )
    assert (first.data, first.companions, first.gold) == (second.data, second.companions, second.gold)
    assert first.data != other.data


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("form", FORMS)
def test_printed_numbers_obey_the_identities(form: str, profile: str) -> None:
    for seed in range(5):
        told = tell(form, profile, random.Random(seed))
        assert set(told.printed()) == set(load_catalog().forms[form].cells)
        cells = {
            key: (None, "blank") if value is None else (Decimal(value), "reported")
            for key, value in told.gold.items()
        }
        identities = confront_reading(form, cells, told.words.year)["identities"]
        # Q04 and Q07 say that cells are blank, which is what these profiles are about; R05 asks people to look at
        # every suit without reconsideration
        blank = {"Q04", "Q07"} if profile in ("blanks", "totals_only") else set()
        unasked = blank | {"R05"}
        assert not [
            found for found in identities if found["result"] == "fails" and found["id"] not in unasked
        ]
        assert blank or any(found["result"] == "holds" for found in identities)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("condition", ["clean", "spans", "split_runs"])
def test_a_word_file_prints_its_gold(form: str, condition: str) -> None:
    made = make("docx", 11, form, condition, "large")
    found = Counter(
        text for table in docx_tables(made.data) for row in table for text in row if text.isdigit()
    )
    printed = Counter(text for text in made.gold["printed"].values() if text.isdigit())
    # a merged cell is repeated by python-docx, so it may count more than once
    assert not printed - found
    assert set(found) == set(printed)


@pytest.mark.parametrize(
    "condition", ["full", "long_lines", "rects", "rotated_270", "break_between", "shuffled"]
)
def test_a_pdf_prints_its_gold(condition: str) -> None:
    made = make("pdf", 12, "form_2021", condition, "mixed")
    sure = [key for key in made.gold["printed"] if key not in made.gold["undecidable"]]
    printed = Counter(made.gold["printed"][key] for key in sure)
    assert not printed - pdf_words(made.data)


def test_a_page_on_its_side_is_shown_upright() -> None:
    for condition, shape in (("rotated", (842, 595)), ("rotated_270", (595, 842))):
        made = make("pdf", 3, "form_2021", condition, "mixed")
        with pdfplumber.open(io.BytesIO(made.data)) as pdf:
            page = pdf.pages[0]
            assert page.rotation and (round(page.width), round(page.height)) == shape
            title = page.extract_words()[0]
        assert title["text"] == made.gold["title"] and title["top"] < 100


@pytest.mark.parametrize(
    ("condition", "first"), [("break_numbers_first", True), ("break_numbers_second", False)]
)
def test_a_row_cut_by_the_page_break_has_its_numbers_on_one_side(condition: str, first: bool) -> None:
    made = make("pdf", 3, "form_2021", condition, "small")
    with pdfplumber.open(io.BytesIO(made.data)) as pdf:
        pages = [tables for page in pdf.pages if (tables := page.extract_tables())]
    halves = [
        [
            bool(re.search(r"\d", "".join(text or "" for text in row[3:])))
            for row in (before[-1][-1], after[0][0])
        ]
        for before, after in pairwise(pages)
        if len(before[-1][-1]) == len(after[0][0]) == 10
    ]
    assert [first, not first] in halves
    printed = Counter(made.gold["printed"].values())
    assert not printed - pdf_words(made.data)


def test_a_scan_has_no_text_and_a_wrong_layer_has_other_text() -> None:
    scan = make("scan", 1, "form_2021", "150", "large")
    with pdfplumber.open(io.BytesIO(scan.data)) as pdf:
        assert not any(page.chars for page in pdf.pages)
        assert all(page.images for page in pdf.pages)
    layered = make("scan", 1, "form_2021", "wrong_layer", "large")
    with pdfplumber.open(io.BytesIO(layered.data)) as pdf:
        words = {word["text"] for page in pdf.pages for word in page.extract_words()}
    printed = {text for text in layered.gold["printed"].values() if len(text) > 2}
    assert words & printed
    assert printed - words


def test_damage_is_seen_in_the_picture() -> None:
    clean, bad, black = (
        np.asarray(
            Image.open(io.BytesIO(make("picture", 2, "form_2019", condition, "small").data)).convert("RGB")
        )
        for condition in ("150", "all_150", "one_bit_200")
    )
    # the same report: but slanted, darker and with a red stamp
    red = (bad[..., 0].astype(int) - bad[..., 1]) > 60
    assert red.mean() > 0.002 and bad.mean() < clean.mean() - 5
    assert set(np.unique(black)) == {0, 255}


def test_pictures_and_attachments_lie_beside_their_page() -> None:
    for condition in ("pictures_100", "landing_docx", "both_pdf"):
        made = make("web", 6, "form_2021", condition)
        page = lxml.html.fromstring(made.data.decode())
        references = {
            value for value in page.xpath("//img/@src | //a/@href") if not value.startswith(("/", "data:"))
        }
        assert {reference.removeprefix("./") for reference in references} == set(made.companions)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_is_done_and_named(fault: str) -> None:
    form = "pre2019_national" if fault == "local_row" else "form_2021"
    made = make("docx", 8, form, "spans", "large", [fault])
    plain = make("docx", 8, form, "spans", "large")
    assert made.gold["faults"] == [fault]
    assert docx_tables(made.data) != docx_tables(plain.data)


def test_faults_are_in_the_document_as_the_gold_says() -> None:
    def done(fault: str, seed: int = 8) -> tuple[dict[str, Any], list[list[list[str]]], list[str]]:
        made = make("docx", seed, "form_2021", "spans", "large", [fault])
        tables = docx_tables(made.data)
        return made.gold, tables, [text for row in tables[1] for text in row]

    gold, tables, _ = done("blank_column")
    columns = list(zip(*tables[1][3:], strict=True))
    assert len(columns) == 11 and any(not any(column) for column in columns)

    gold, tables, texts = done("other_as_one_row")
    (row,) = (row for row in tables[1] if "（六）其他处理" in row)
    assert row[-1] == gold["printed"]["t3.other.total"] != "0"
    assert "t3.other_misc.total" in gold["absent"] and not any("逾期不补正" in text for text in texts)

    gold, tables, texts = done("total_column_missing")
    assert texts.count("总计") == 0 and "t3.new_received.total" in gold["absent"]

    gold, tables, _ = done("row_missing")
    assert len(tables[1]) == 27 and len([key for key in gold["absent"] if key.startswith("t3.")]) == 7

    gold, tables, _ = done("table_twice")
    assert tables[1] == tables[-1]

    gold, tables, _ = done("extra_column")
    sums = [row for row in tables[1][3:] if all(text.isdigit() for text in row[3:])]
    assert all(int(row[-2]) == sum(map(int, row[4:-2])) for row in sums) and len(sums) > 20

    gold, _, _ = done("identities_violated")
    rows = {key.split(".")[1] for key in gold["cells"] if key.startswith("t3.")}
    parts = (
        "natural_person",
        "biz_enterprise",
        "research_inst",
        "public_interest_org",
        "legal_service_org",
        "other_org",
    )
    by_row = [
        gold["cells"][f"t3.{row}.total"] == sum(gold["cells"][f"t3.{row}.{part}"] for part in parts)
        for row in rows
    ]
    by_review = [
        gold["cells"][f"t4.{row}.total"]
        == sum(
            value
            for key, value in gold["cells"].items()
            if key.startswith(f"t4.{row}.") and "total" not in key
        )
        for row in ("review", "lit_direct", "lit_after_review")
    ]
    assert not all(by_row + by_review)

    gold, _, texts = done("split_cells")
    assert len(gold["undecidable"]) == 2 and all(
        len(gold["printed"][key]) == 1 for key in gold["undecidable"]
    )


def test_faults_together_keep_gold_and_print_in_step() -> None:
    for seed in range(150):
        rng = random.Random(seed)
        told = tell(rng.choice(FORMS), rng.choice(PROFILES), rng)
        apply(tuple(rng.sample(list(FAULTS), 4)), told, rng)
        assert set(told.gold) == set(told.printed()), told.faults
        for grid in told.grids:
            assert covered_once(grid), told.faults


def covered_once(grid: Grid) -> bool:
    """Whether every place of the table belongs to one cell."""
    taken = Counter(
        (number + r, column + c)
        for number, row in enumerate(grid.placed())
        for column, cell in row
        for r in range(cell.rows)
        for c in range(cell.columns)
    )
    whole = {(row, column) for row in range(len(grid.rows)) for column in range(len(grid.widths))}
    return set(taken) == whole and set(taken.values()) == {1}


def test_edits_of_a_table_keep_every_place_covered_once() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        grid = tell("form_2021", "large", rng).grid("t3")
        insert_column(grid, rng.randrange(1, len(grid.widths)), 1)
        delete_column(grid, rng.randrange(len(grid.widths)))
        delete_row(grid, rng.randrange(grid.heads, len(grid.rows)))
        assert covered_once(grid)


@pytest.mark.parametrize("format", ["html", "text", "docx", "pdf"])
def test_every_condition_can_be_written(format: str) -> None:
    for number, condition in enumerate(conditions(format)):
        if condition != "pictures":
            made = make(format, number, FORMS[number % 4], condition, faults=["random"])
            assert made.data and made.gold["cells"]


def test_the_fonts_have_every_character_of_the_forms_and_of_the_prose() -> None:
    labels = {
        char
        for form in load_catalog().forms.values()
        for table in form.tables
        for entry in (
            *table.rows,
            *table.columns,
            *table.column_groups,
            *table.stub_columns,
            *form.sections,
            table,
        )
        for text in (entry.printed_label, *entry.aliases, *getattr(table, "note_labels", ()))
        for char in text
    }
    for char in labels | vocabulary():
        assert face_for(char, "song") == "song" and face_for(char, "hei") == "hei", char


# the scorer -------------------------------------------------------------------------------------------------


def read_right(gold: dict[str, Any]) -> dict[str, Any]:
    """A reading without a fault."""
    return {
        "cells": {
            key: {"value": value, "raw": None, "state": "reported", "confidence": 1.0, "suspect": False}
            for key, value in gold["cells"].items()
        }
    }


def test_the_scorer_tells_right_missed_flagged_and_silent() -> None:
    gold = make("html", 1, "form_2021", "clean", "large").gold
    reading = read_right(gold)
    clean = score(reading, gold)
    assert (clean.right, clean.silent, clean.all_right) == (clean.printed, 0, 1) and clean.printed == 200
    cells = reading["cells"]
    cells["t3.granted.total"]["value"] += 1
    cells["t3.partial.total"].update(value=cells["t3.partial.total"]["value"] + 1, suspect=True)
    cells["t4.review.total"].update(value=None, state="unreadable")
    cells["t4.review.pending"]["confidence"] = 0.5
    cells["t3.other.total"] = {"value": 3, "confidence": 1.0, "suspect": False}
    found = score(reading, gold)
    assert (found.right, found.missed, found.flagged_right, found.flagged_wrong) == (197, 1, 1, 1)
    assert found.silent == 2 and found.all_right == 0
    assert [error.split(" ")[1] for error in found.errors] == ["t3.granted.total:", "t3.other.total:"]


def test_a_number_where_nothing_is_printed_is_silent() -> None:
    gold = make("html", 1, "form_2021", "clean", "totals_only").gold
    reading = read_right(gold)
    reading["cells"]["t3.granted.natural_person"]["value"] = 0
    assert score(reading, gold).silent == 1


def test_a_number_said_to_be_blank_is_silent_and_one_said_to_be_unreadable_is_not() -> None:
    gold = make("html", 1, "form_2021", "clean", "large").gold
    for state, silent in (("blank", 1), ("slash", 1), ("unreadable", 0), ("missing_table", 0)):
        reading = read_right(gold)
        reading["cells"]["t3.granted.total"].update(value=None, state=state, confidence=None)
        found = score(reading, gold)
        assert (found.missed, found.silent) == (1, silent)


def test_an_undecidable_cell_may_be_left_but_not_be_wrong() -> None:
    gold = make("html", 1, "form_2021", "clean", "large", ["split_numbers"]).gold
    assert gold["undecidable"]
    for change, silent in ((0, 0), (1, len(gold["undecidable"]))):
        reading = read_right(gold)
        for key in gold["undecidable"]:
            reading["cells"][key]["value"] += change
        assert score(reading, gold).silent == silent
    for key in gold["undecidable"]:
        reading["cells"][key]["value"] = None
    assert score(reading, gold).missed == 0
