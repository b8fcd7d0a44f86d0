"""The catalog as tables: every cell with a row, dates of the report years, types that do not depend on the rows."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pytest

from ingestion.catalog import load_catalog
from ingestion.catalog.catalog_tables import CATALOG_ROWS, catalog_tables


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return catalog_tables(load_catalog())


def test_tables_have_keys_without_gaps(tables: dict[str, pa.Table]) -> None:
    keys = {
        "catalog_forms": ["form"],
        "catalog_form_tables": ["form", "table_code"],
        "catalog_rows": ["form", "table_code", "row_code"],
        "catalog_columns": ["form", "table_code", "column_code"],
        "catalog_cells": ["form", "cell_key"],
        "catalog_states": ["state"],
        "catalog_issue_codes": ["code"],
        "catalog_units": ["unit"],
        "catalog_laws": ["law"],
        "catalog_breaks": ["break_id"],
        "catalog_concepts": ["concept"],
        "catalog_crosswalk": ["concept", "form", "expression", "cell_key"],
        "catalog_concept_gaps": ["concept", "form"],
        "catalog_concept_breaks": ["concept", "break_id"],
        "catalog_measures": ["measure"],
        "catalog_measure_terms": ["measure", "side", "concept"],
        "catalog_report_years": ["report_year"],
        "catalog_sources": ["source"],
    }
    assert keys.keys() == tables.keys() == CATALOG_ROWS.keys()
    for name, columns in keys.items():
        rows = [tuple(row[column] for column in columns) for row in tables[name].to_pylist()]
        assert rows and len(set(rows)) == len(rows), name
        assert not any(value is None for row in rows for value in row), name


def test_cells(tables: dict[str, pa.Table]) -> None:
    rows = tables["catalog_cells"].to_pylist()
    counted = {
        form: sum(row["form"] == form and not row["is_optional"] for row in rows)
        for form in ("form_2021", "form_2019", "pre2019_fujian_short", "pre2019_national")
    }
    assert counted == {"form_2021": 200, "form_2019": 198, "pre2019_fujian_short": 30, "pre2019_national": 58}
    assert {row["cell_key"].split(".")[1] for row in rows if row["is_optional"]} == {"other"}
    by_key = {(row["form"], row["cell_key"]): row for row in rows}
    # what a fact without totals must leave out
    assert by_key["form_2021", "t3.granted.total"]["is_total"]
    assert by_key["form_2021", "t3.total_handled.other_org"]["is_total"]
    assert not by_key["form_2021", "t3.granted.other_org"]["is_total"]


def test_outcome_classes(tables: dict[str, pa.Table]) -> None:
    classes = {
        row["row_code"]: row["outcome_class"]
        for row in tables["catalog_rows"].to_pylist()
        if row["form"] == "form_2021" and row["table_code"] == "t3"
    }
    assert classes["granted"] == "granted" and classes["denied_third_party"] == "denied"
    assert classes["other_misc"] == "other" and classes["denied"] is None and classes["total_handled"] is None
    assert set(filter(None, classes.values())) == {
        "granted",
        "partial",
        "denied",
        "unable",
        "rejected",
        "other",
    }


def test_report_years(tables: dict[str, pa.Table]) -> None:
    rows = {row["report_year"]: row for row in tables["catalog_report_years"].to_pylist()}
    assert list(rows) == list(range(2008, 2027))
    assert json.loads(rows[2018]["forms"]) == ["pre2019_national", "pre2019_fujian_short"]
    assert rows[2018]["uniform_form"] is None and rows[2020]["uniform_form"] == "form_2019"
    assert rows[2020]["deadline_departments"] == dt.date(2021, 1, 31)
    assert rows[2020]["deadline_governments"] == dt.date(2021, 3, 31)
    assert json.loads(rows[2024]["breaks_before"]) == ["B2024"]
    assert json.loads(rows[2019]["breaks_before"]) == ["B2019", "BREORG"]


def test_types_are_declared(tables: dict[str, pa.Table]) -> None:
    for table in tables.values():
        assert not any(
            pa.types.is_null(field.type) or pa.types.is_int64(field.type) for field in table.schema
        )
    schema = tables["catalog_report_years"].schema
    assert schema.field("report_year").type == pa.int32()
    assert schema.field("deadline_departments").type == pa.date32()


def test_the_same_catalog_gives_the_same_tables(tables: dict[str, pa.Table]) -> None:
    again = catalog_tables(load_catalog())
    assert all(again[name].equals(table) for name, table in tables.items())
