"""The five reports in data/samples, cell by cell, against values read by eye (expected.yml beside this file)."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.about import Surroundings
from expectations.confront import confront_cells
from ingestion.catalog import load_catalog
from ingestion.reader import read_snapshot
from ingestion.recognise.reading import Reading
from orchestration.contract import about

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "data" / "samples"
CASES = sorted(path.parent.name for path in HERE.glob("*/expected.yml"))

TABLE_SIX_NUMBER_ROWS = "yingqian-2020"


@lru_cache
def expected(case: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HERE / case / "expected.yml").read_text(encoding="utf-8"))
    return loaded


@lru_cache
def reading(case: str) -> Reading:
    path = SAMPLES / expected(case)["sample"]
    return read_snapshot(path.read_bytes(), path.name, catalog=load_catalog())


def printed(read: Reading) -> dict[str, tuple[Decimal | None, str]]:
    return {key: (cell.value, cell.state) for key, cell in read.cells.items()}


def gold_cells(case: str) -> dict[str, int | None]:
    return {
        f"{table}.{row}.{column}": value
        for table, rows in expected(case)["cells"].items()
        for row, columns in rows.items()
        for column, value in columns.items()
    }


@pytest.mark.parametrize("case", CASES)
def test_headline_and_form(case: str) -> None:
    read, gold = reading(case), expected(case)
    assert read.headline.agency == gold["agency"]
    assert (read.headline.report_year, read.form) == (gold["report_year"], gold["form"])
    published = read.headline.published_on
    assert (published.isoformat() if published else None) == gold["published_on"]
    assert read.headline.scope == "own_body"


@pytest.mark.parametrize("case", CASES)
def test_every_cell_has_the_printed_value_or_says_why_not(case: str) -> None:
    read, gold = reading(case), expected(case)
    assert len(read.cells) == gold["form_total"]
    got = {key: cell.value for key, cell in read.cells.items()}
    want = {key: None if value is None else Decimal(value) for key, value in gold_cells(case).items()}
    if want:
        assert got == want
    else:
        assert set(got.values()) == {None}
    for key, cell in read.cells.items():
        assert (cell.value is not None) == (cell.state == "reported"), key
        if cell.value is not None:
            assert cell.raw and cell.locator is not None and cell.locator.line, key


@pytest.mark.parametrize("case", CASES)
def test_states_of_what_is_not_a_number(case: str) -> None:
    states = {key: cell.state for key, cell in reading(case).cells.items() if cell.value is None}
    assert states == {
        key: state for state, keys in expected(case)["states"].items() for key in expand(keys, states)
    }


def expand(patterns: list[str], states: dict[str, str]) -> list[str]:
    """Keys that a pattern such as t2_6.* or t3.*.biz_enterprise names among the cells without a value."""
    return [key for pattern in patterns for key in states if matches(pattern, key)]


def matches(pattern: str, key: str) -> bool:
    return all(want in ("*", got) for want, got in zip(pattern.split("."), key.split("."), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_identity_results_instance_by_instance(case: str) -> None:
    read = reading(case)
    assert read.form is not None
    confronted = confront_cells(read.form, printed(read), around=Surroundings(about(read)))
    by_id: dict[str, dict[str, str]] = {}
    for result in confronted.results:
        by_id.setdefault(result.id, {})[result.instance] = result.result
    assert set(by_id) == set(expected(case)["identities"])
    for identity, gold in expected(case)["identities"].items():
        got = by_id[identity]
        counts = {state: list(got.values()).count(state) for state in set(got.values())}
        if "counts" in gold:
            assert counts == gold["counts"], identity
        else:
            assert set(counts) == {gold["result"]}, identity
            if "instances" in gold:
                assert len(got) == gold["instances"], identity
        for state in ("holds", "holds_lenient"):
            if state in gold:
                assert {name for name, result in got.items() if result == state} == set(gold[state]), identity
        why = "; ".join(one.why or "" for one in confronted.results if one.id == identity)
        assert gold.get("why", "") in why, identity
    assert all(one.why for one in confronted.results if one.result in ("not_evaluable", "not_applicable"))


@pytest.mark.parametrize("case", CASES)
def test_what_accounting_identities_force_stands_beside_the_cell(case: str) -> None:
    read = reading(case)
    confronted = confront_cells(read.form, printed(read), read.headline.report_year)
    derived = {key: one.value for key, one in confronted.derived.items()}
    wanted = {
        key: Decimal(value)
        for pattern, value in expected(case).get("derived", {}).items()
        for key, cell in read.cells.items()
        if cell.value is None and matches(pattern, key)
    }
    assert derived == wanted


def test_the_damaged_row_keeps_its_text_and_the_reason() -> None:
    cell = reading(TABLE_SIX_NUMBER_ROWS).cells["t3.partial.biz_enterprise"]
    assert cell.state == "unreadable"
    assert cell.raw == "4\t0\t0\t0\t0\t4"
    assert cell.note == "the row prints 6 fields for 7 cells"


def test_a_report_whose_tables_are_pictures_has_prose_facts_and_no_table_fact() -> None:
    read = reading("shuibu-2023")
    assert read.status == "no_tables"
    assert {cell.state for cell in read.cells.values()} <= {"missing_table", "missing_image"}
    assert len(read.narrative) >= 9
    assert {issue.code for issue in read.issues} >= {"table_missing"}


def test_the_indicator_list_is_whole() -> None:
    read = reading("liucheng-2018")
    assert [row.code for row in read.indicators][:2] == ["fj.proactive_total", "fj.channel_website"]
    assert len(read.indicators) == 15
    first = read.indicators[0]
    assert (first.label, first.unit) == ("主动公开信息数", "条")
    assert {column: cell.value for column, cell in first.values.items()} == {"year": 250, "cumulative": 1362}
