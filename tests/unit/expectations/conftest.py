"""Reports made up for these tests: mappings of cells, and the tidy tables that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.catalog import load_catalog
from ingestion.normalise.schemas import TABLE_SCHEMAS

Cell = tuple[Decimal | None, str]
Cells = dict[str, Cell]

PARTS = (
    "natural_person",
    "biz_enterprise",
    "research_inst",
    "public_interest_org",
    "legal_service_org",
    "other_org",
)
COLUMNS = (*PARTS, "total")


def form_cells(form: str, value: int | None = 0, state: str = "reported") -> Cells:
    """Every cell of the form with one value and state."""
    number = None if value is None else Decimal(value)
    return {key: (number, state) for key in load_catalog().forms[form].cells}


def with_values(cells: Cells, values: Mapping[str, int | str | None]) -> Cells:
    """A copy with other printed numbers; None makes a cell blank."""
    changed = dict(cells)
    for key, value in values.items():
        changed[key] = (None, "blank") if value is None else (Decimal(value), "reported")
    return changed


def requests_table(leaves: Mapping[tuple[str, str], int], carried_out: Mapping[str, int], form: str) -> Cells:
    """A consistent report: outcomes per row and applicant, everything else computed from them."""
    cells = form_cells(form)
    table = load_catalog().forms[form].table("t3")
    rows = table.row("total_handled").total_of
    values: dict[str, int] = {}
    for part in PARTS:
        for row in rows:
            values[f"t3.{row}.{part}"] = leaves.get((row, part), 0)
        handled = sum(values[f"t3.{row}.{part}"] for row in rows)
        values[f"t3.total_handled.{part}"] = handled
        values[f"t3.carried_out.{part}"] = carried_out.get(part, 0)
        values[f"t3.carried_in.{part}"] = handled // 3
        values[f"t3.new_received.{part}"] = handled - handled // 3 + carried_out.get(part, 0)
    for row in (*rows, "total_handled", "carried_out", "carried_in", "new_received"):
        values[f"t3.{row}.total"] = sum(values[f"t3.{row}.{part}"] for part in PARTS)
    return with_values(cells, values)


class Tables:
    """A folder of tidy tables with the filings that were put in; rows can be spoilt before writing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLE_SCHEMAS}

    def add(
        self,
        name: str,
        form: str,
        cells: Mapping[str, Cell],
        year: int = 2020,
        status: str = "complete",
        document_state: str = "read",
    ) -> None:
        key = {
            "filing_id": name,
            "sha256": f"sha-{name}",
            "agency": f"机关{name}",
            "report_year": year,
            "scope": "own_body",
            "form": form,
        }
        states = [state for _, state in cells.values()]
        self.rows["documents"].append(
            {"sha256": f"sha-{name}", "name": f"{name}.txt", "state": document_state, "n_bytes": 1}
        )
        self.rows["filings"].append(
            key
            | {
                "status": status,
                "title": f"{year}年政府信息公开工作年度报告 <{name}>",
                "n_cells": len(cells),
                "n_reported": states.count("reported"),
                "vintage": 1,
                "is_current": True,
                "found": "{}",
            }
        )
        for line, (cell_key, (value, state)) in enumerate(cells.items(), start=1):
            table, row, column = cell_key.split(".")
            printed = state == "reported"
            self.rows["cells"].append(
                key
                | {
                    "cell_key": cell_key,
                    "table_code": table,
                    "row_code": row,
                    "column_code": column,
                    "value": value,
                    "raw": f"{value}" if printed else None,
                    "state": state,
                    "confidence": 1.0 if printed else None,
                    "line": line if printed else None,
                    "place": f"line {line}" if printed else None,
                    "optional": False,
                }
            )

    def write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, schema in TABLE_SCHEMAS.items():
            rows = self.rows[name]
            columns = {field.name: [row.get(field.name) for row in rows] for field in schema}
            pq.write_table(pa.table(columns, schema=schema), self.folder / f"{name}.parquet")
        return self.folder


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path / "tables")


@pytest.fixture
def make_tables(tmp_path: Path) -> Callable[[str], Tables]:
    return lambda name: Tables(tmp_path / name)
