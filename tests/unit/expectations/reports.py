"""Reports made up for these tests: mappings of cells, and the tidy tables that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

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
LEAVES = load_catalog().forms["form_2019"].table("t3").row("total_handled").total_of


def form_cells(form: str, value: int | None = 0, state: str = "reported") -> Cells:
    """Every cell of the form with one value and state."""
    number = None if value is None else Decimal(value)
    return dict.fromkeys(load_catalog().forms[form].cells, (number, state))


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


def shanghai_2019() -> Cells:
    """A published report (上海市人民政府办公厅 2019): zeros left blank, totals on four rows only."""
    b = None
    t3: dict[str, list[int | None]] = {
        "new_received": [821, 35, b, b, 2, 1, 859],
        "carried_in": [18, b, b, b, b, b, 18],
        "granted": [258, 12, b, b, 1, 1, b],
        "partial": [3, b, b, b, b, b, b],
        "denied_state_secret": [14, b, b, b, b, b, b],
        "denied_internal_affairs": [5, b, b, b, b, b, b],
        "denied_process_info": [3, 1, b, b, b, b, b],
        "denied_admin_query": [10, 2, b, b, b, b, b],
        "unable_not_held": [252, 12, b, b, 1, b, b],
        "unable_needs_creation": [44, 3, b, b, b, b, b],
        "unable_unclear": [25, b, b, b, b, b, b],
        "rejected_petition": [148, 1, b, b, b, b, b],
        "rejected_repeat": [5, 4, b, b, b, b, b],
        "total_handled": [767, 35, b, b, 2, 1, 805],
        "carried_out": [72, b, b, b, b, b, 72],
    }
    t4: dict[str, list[int | None]] = {"review": [5, b, b, 2, 7], "lit_direct": [8, b, b, 1, 9]}
    t2: dict[str, list[int | None]] = {"rules": [13, 13, 524], "normative_docs": [60, 60, 368]}
    cells = form_cells("form_2019", None, "blank")
    for table, rows, columns in (
        ("t3", t3, COLUMNS),
        ("t4", t4, ("maintained", "corrected", "other_result", "pending", "total")),
        ("t2_1", t2, ("made_new", "disclosed_new", "disclosed_total")),
    ):
        for row, values in rows.items():
            printed = zip(columns, values, strict=True)
            cells = with_values(cells, {f"{table}.{row}.{column}": value for column, value in printed})
    return cells


#: What a table is built from: outcomes by row and applicant, and requests carried out by applicant.
leaf_cells = st.dictionaries(
    st.tuples(st.sampled_from(LEAVES), st.sampled_from(PARTS)), st.integers(0, 5000), max_size=12
)
carried = st.dictionaries(st.sampled_from(PARTS), st.integers(0, 500), max_size=4)


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
        agency: str | None = "",
        scope: str = "own_body",
        is_current: bool = True,
    ) -> None:
        """A filing with its cells; an agency left out gets a name of its own, None is one that nobody knows."""
        key = {
            "filing_id": name,
            "sha256": f"sha-{name}",
            "agency": f"机关{name}" if agency == "" else agency,
            "report_year": year,
            "scope": scope,
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
                "is_current": is_current,
                "found": "{}",
                "issued_as": key["agency"],
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

    def say(
        self,
        name: str,
        fact: str,
        value: int | None,
        raw: str,
        sentence: str = "",
        qualifier: str | None = None,
    ) -> None:
        """A figure in the prose of a filing that was added before."""
        told = self.rows["narrative_facts"]
        told.append(
            {"filing_id": name, "position": len(told) + 1, "fact": fact, "value": value, "raw": raw}
            | {"sentence": sentence or raw, "qualifier": qualifier, "unit": "条"}
        )
        filing = next(row for row in self.rows["filings"] if row["filing_id"] == name)
        told[-1] |= {
            column: filing[column] for column in ("sha256", "agency", "report_year", "scope", "form")
        }

    def write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, schema in TABLE_SCHEMAS.items():
            rows = self.rows[name]
            columns = {field.name: [row.get(field.name) for row in rows] for field in schema}
            pq.write_table(pa.table(columns, schema=schema), self.folder / f"{name}.parquet")
        return self.folder
