"""Tidy tables of a few small filings, written as Parquet with the real schemas and the real catalog.

Made by hand, not read from documents: each filing has one trait that the warehouse must not lose (a failing
identity, a blank with a derived value, a row that stands in for three, an older vintage, an aggregate beside
an own-body report, a list from before 2019, a document without agency, one that could not be read).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.runs import collect_runs
from expectations.schemas import RESULT_SCHEMAS
from ingestion.catalog import load_catalog
from ingestion.catalog.agencies.agency_tables import AGENCY_SCHEMAS
from ingestion.catalog.catalog_tables import catalog_tables
from ingestion.normalise.schemas import TABLE_SCHEMAS
from orchestration.reader_changes import COLUMNS
from tests.integration.register_fixture import register_rows, resolution_rows

SCHEMAS = {**TABLE_SCHEMAS, **RESULT_SCHEMAS, **AGENCY_SCHEMAS}
Row = dict[str, Any]

OTHER_READING = '[{"text": "6", "confidence": 0.4, "how": "ocr_digit"}]'


@dataclass
class SmallFiling:
    """A filing whose cells are all a printed 0, except those in `values` and `states` (value null there)."""

    filing_id: str
    agency: str | None
    report_year: int | None
    form: str
    values: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    scope: str = "own_body"
    scope_basis: str = "assumed"
    vintage: int = 1
    took_over_from: tuple[str, ...] = ()
    is_current: bool = True
    published_on: dt.date | None = None
    extra_cells: tuple[str, ...] = ()
    not_listed: tuple[str, ...] = ()  # rows that another stands for: a reading does not list them
    doubtful: tuple[str, ...] = ()
    source: str = "samples"

    @property
    def sha256(self) -> str:
        return f"{self.filing_id:0<64}"

    @property
    def key(self) -> Row:
        return {
            "filing_id": self.filing_id,
            "sha256": self.sha256,
            "agency": self.agency,
            "report_year": self.report_year,
            "scope": self.scope,
            "form": self.form,
        }

    def cells(self) -> list[Row]:
        form = load_catalog().forms[self.form]
        rows = []
        for position, key in enumerate([*form.cells, *self.extra_cells], start=1):
            table, row, column = key.split(".")
            if f"{table}.{row}" in self.not_listed:
                continue
            state = next(
                (
                    state
                    for prefix, state in self.states.items()
                    if key == prefix or key.startswith(prefix + ".")
                ),
                "reported",
            )
            value = Decimal(self.values.get(key, "0")) if state == "reported" else None
            rows.append(
                {
                    **self.key,
                    "cell_key": key,
                    "table_code": table,
                    "row_code": row,
                    "column_code": column,
                    "value": value,
                    "raw": str(value) if value is not None else None,
                    "state": state,
                    "confidence": None if value is None else 0.5 if key in self.doubtful else 1.0,
                    "unit": form.cell(key).unit,
                    "optional": key in self.extra_cells,
                    "others": OTHER_READING if key in self.doubtful else None,
                    "line": position,
                    "place": f"line {position}",
                    "page": 3,
                    "table_index": 1,
                    "row_index": position,
                    "column_index": 2,
                }
            )
        return rows


REQUESTS_2019 = {
    "t3.new_received.natural_person": "5",
    "t3.new_received.total": "5",
    "t3.carried_in.natural_person": "1",
    "t3.carried_in.total": "1",
    "t3.granted.natural_person": "2",
    "t3.granted.total": "2",
    "t3.partial.natural_person": "1",
    "t3.partial.total": "2",  # printed wrong: the parts give 1 (I03 fails)
    "t3.denied_state_secret.biz_enterprise": "1",
    "t3.denied_state_secret.total": "1",
    "t3.other.natural_person": "1",
    "t3.other.total": "1",
    "t3.total_handled.natural_person": "4",
    "t3.total_handled.biz_enterprise": "1",
    "t3.total_handled.total": "5",
    "t3.carried_out.natural_person": "1",
    "t3.carried_out.total": "1",
    "t2_9.central_procurement.amount": "2.5",
    "t2_9.central_procurement.projects": "3",
}
SINGLE_ROW_OTHER = tuple(
    f"t3.other.{column}"
    for column in (
        "natural_person",
        "biz_enterprise",
        "research_inst",
        "public_interest_org",
        "legal_service_org",
        "other_org",
        "total",
    )
)

FILINGS = [
    SmallFiling(
        "a2020",
        "阳光街道办事处",
        2020,
        "form_2019",
        values=REQUESTS_2019,
        states={
            "t4.lit_direct.pending": "blank",
            "t4.lit_direct.total": "blank",
            "t3.granted.research_inst": "unreadable",
            "t2_8": "missing_page_break",
        },
        vintage=2,
        took_over_from=("a2020old",),
        published_on=dt.date(2021, 1, 31),
        doubtful=("t4.review.pending",),
        scope_basis="agency_kind",
    ),
    SmallFiling(
        "a2020old", "星河区阳光街道", 2020, "form_2019", {"t3.granted.natural_person": "70"}, is_current=False
    ),
    # （六）其他处理 printed as one row, the three rows below it not printed
    SmallFiling(
        "a2021",
        "阳光街道办事处",
        2021,
        "form_2021",
        values={
            "t3.new_received.natural_person": "3",
            "t3.new_received.total": "3",
            "t3.other.natural_person": "3",
            "t3.other.total": "3",
            "t3.total_handled.natural_person": "3",
            "t3.total_handled.total": "3",
            "t4.review.maintained": "2",
            "t4.review.total": "2",
            "t2_8.admin_fee.amount": "0.0001",
        },
        extra_cells=SINGLE_ROW_OTHER,
        not_listed=("t3.other_no_correction", "t3.other_fee_unpaid", "t3.other_misc"),
        published_on=dt.date(2022, 2, 15),
        source="fuzhou_changle",
    ),
    # the same row printed beside its three: a subtotal
    SmallFiling(
        "b2022",
        "月光区人民政府",
        2022,
        "form_2021",
        values={
            "t3.new_received.natural_person": "3",
            "t3.new_received.total": "3",
            "t3.other_misc.natural_person": "3",
            "t3.other_misc.total": "3",
            "t3.other.natural_person": "3",
            "t3.other.total": "3",
            "t3.total_handled.natural_person": "3",
            "t3.total_handled.total": "3",
        },
        extra_cells=SINGLE_ROW_OTHER,
        scope_basis="in_doubt",
    ),
    SmallFiling(
        "b2022all",
        "月光区人民政府",
        2022,
        "form_2021",
        values={"t3.new_received.natural_person": "90", "t3.new_received.total": "90"},
        scope="aggregate",
        scope_basis="title",
    ),
    SmallFiling("c2018", "柳树街道办事处", 2018, "pre2019_fujian_short", {"fj.proactive_total.year": "94"}),
    # tables published as pictures: nothing is printed, nothing is 0
    SmallFiling(
        "d2023",
        "水边街道",
        2023,
        "form_2021",
        states=dict.fromkeys(("t2_1", "t2_5", "t2_6", "t2_8", "t3", "t4"), "missing_image"),
    ),
    SmallFiling("noname", None, 2022, "form_2021", is_current=False),
    SmallFiling("noname2", None, 2022, "form_2021", is_current=False),
]


def write_fixture(folder: Path) -> None:
    """Write every table that the warehouse reads as `<folder>/<table>.parquet`."""
    write_rows(folder, _rows())


def write_rows(folder: Path, tables: dict[str, list[Row]]) -> None:
    """Write the given rows, and the catalog, as `<folder>/<table>.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        schema = SCHEMAS[name]
        filled = [{column: row.get(column) for column in schema.names} for row in rows]
        pq.write_table(pa.Table.from_pylist(filled, schema=schema), folder / f"{name}.parquet")
    for name, table in catalog_tables(load_catalog()).items():
        pq.write_table(table, folder / f"{name}.parquet")
    collect_runs(folder / "no runs yet", folder)
    with duckdb.connect() as connection:  # there is no release yet that a reader could differ from
        connection.execute(f"create table changes ({COLUMNS})")
        connection.execute(f"copy changes to '{folder / 'reader_changes.parquet'}' (format parquet)")


def add_row(folder: Path, table: str, change: Row) -> None:
    """Append a copy of the table's first row with `change`: damage that a test of the warehouse must notice."""
    path = folder / f"{table}.parquet"
    found = pq.read_table(path)
    pq.write_table(
        pa.concat_tables(
            [
                found,
                pa.Table.from_pylist([{**found.slice(0, 1).to_pylist()[0], **change}], schema=found.schema),
            ]
        ),
        path,
    )


def filing_rows(filings: Iterable[SmallFiling]) -> dict[str, list[Row]]:
    """Documents, filings, cells and what is drawn from cells; every other table of the warehouse is empty."""
    catalog = load_catalog()
    tables: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    for filing in filings:
        cells = filing.cells()
        states = [cell["state"] for cell in cells]
        tables["documents"].append(
            {
                "sha256": filing.sha256,
                "name": f"{filing.filing_id}.txt",
                "source": filing.source,
                "media_type": "text/plain",
                "encoding": "utf-8",
                "n_bytes": 1000,
                "state": "no_tables" if "missing_image" in states else "read",
                "reader_version": "1",
                "url": "https://www.sunny.gov.cn/2020.html",
                "retrieved_at": dt.datetime(2021, 2, 3, 4, 5, 6),  # noqa: DTZ001 - UTC, said by the column
            }
        )
        tables["filings"].append(
            {
                **filing.key,
                "title": f"{filing.agency}{filing.report_year}年政府信息公开工作年度报告",
                "published_on": filing.published_on,
                "status": "no_tables"
                if "missing_image" in states
                else "partial"
                if set(states) != {"reported"}
                else "complete",
                "n_cells": len(states),
                "n_reported": states.count("reported"),
                "n_blank": states.count("blank") + states.count("not_applicable"),
                "n_missing": sum(state.startswith("missing_") for state in states),
                "n_unreadable": states.count("unreadable"),
                "vintage": filing.vintage,
                "is_current": filing.is_current,
                "found": json.dumps(
                    {"published_on": {"how": "date of signature"}} if filing.published_on else {}
                ),
                "issued_as": filing.agency,
                "took_over_from": json.dumps(filing.took_over_from) if filing.took_over_from else None,
                "scope_basis": filing.scope_basis,
            }
        )
        tables["cells"] += cells
        form = catalog.forms[filing.form]
        for cell in cells:
            row, column = cell["row_code"], cell["column_code"]
            if cell["table_code"] == "t3":
                table = form.table("t3")
                tables["applications"].append(
                    {
                        **cell,
                        "applicant_type": column,
                        "is_outcome_leaf": table.row(row).is_outcome_leaf or table.row(row).optional,
                        "is_total": bool(table.row(row).total_of or table.column(column).total_of),
                    }
                )
            elif cell["table_code"] == "t4":
                tables["reviews"].append(
                    {**cell, "channel": row, "result": column, "is_total": column == "total"}
                )
            elif cell["table_code"].startswith("t2_"):
                tables["disclosures"].append(cell)
    return tables


def _rows() -> dict[str, list[Row]]:
    tables = {**filing_rows(FILINGS), **register_rows()}
    tables["agency_resolutions"] = resolution_rows(filing.key for filing in FILINGS)
    by_id = {filing.filing_id: filing.key for filing in FILINGS}
    tables["documents"].append(
        {
            "sha256": "e" * 64,
            "name": "empty.html",
            "source": "manual",
            "n_bytes": 0,
            "state": "unreadable",
            "reason": "the file is empty",
        }
    )
    tables["indicators"] += [
        {**by_id["c2018"], "position": position, "label": label, "code": code, "unit": unit, "column_code": column,
         "value": Decimal(value), "raw": value, "state": "reported", "confidence": 1.0, "line": 40 + position,
         "place": f"line {40 + position}"}
        for position, label, code, unit, column, value in [
            (1, "主动公开文件数", "fj.proactive_total", "条", "year", "94"),
            (1, "主动公开文件数", "fj.proactive_total", "条", "cumulative", "765"),
            (2, "其中：村务公开栏数", None, "个", "year", "12"),
        ]
    ]  # fmt: skip
    tables["narrative_facts"] += [
        {**by_id["a2020"], "position": position, "fact": fact, "value": value, "unit": unit, "raw": raw,
         "sentence": f"本年度{raw}。", "line": 9, "place": "line 9"}
        for position, fact, value, unit, raw in [
            (1, "requests_received", Decimal(6), "件", "收到申请6件"),
            (2, "requests_received", Decimal(5), "件", "新收申请5件"),
            (3, "requests_received", Decimal(5), "件", "共收到申请5件"),
            (4, "other_matters", None, None, "无其他需要报告的事项"),
        ]
    ]  # fmt: skip
    tables["issues"] += [
        {"sha256": by_id["d2023"]["sha256"], "filing_id": "d2023", "position": 1, "code": "table_missing",
         "place": "t3", "detail": "the table is a picture", "severity": "warning", "line": 20},
        {"sha256": "e" * 64, "filing_id": None, "position": 1, "code": "empty_file", "place": "document",
         "detail": "the file is empty", "severity": "error", "line": None},
    ]  # fmt: skip
    tables["derived_cells"] += [
        {
            **by_id["a2020"],
            "cell_key": "t3.granted.research_inst",
            "value": Decimal(0),
            "by": '["I03", "Q01"]',
        }
    ]
    decided = {"verdict": "source_error", "status": "settled", "value": Decimal(1)}
    tables["verdicts"].append(
        {**by_id["a2020"], **decided, "cell_key": "t3.partial.total", "value_printed": Decimal(2),
         "correction_id": "own:1"}
    )  # fmt: skip
    tables["corrections"] += [
        {**decided, "correction_id": f"own:{position}", "ledger": "own", "position": position, "kind": "cell",
         "snapshot": snapshot, "cell_key": "t3.partial.total", "printed": "2", "reason": "各列之和为1",
         "who": "tester", "decided_on": dt.date(2022, 3, 1), "outcome": outcome, "n_filings": n_filings,
         "about": f"t3.partial.total of snapshot {snapshot[:12]}"}
        for position, snapshot, outcome, n_filings in [
            (1, by_id["a2020"]["sha256"], "applied", 1),
            (2, "f" * 64, "not_archived", 0),
        ]
    ]  # fmt: skip
    tables["cell_suspects"] += [{**by_id["a2020"], "cell_key": "t3.partial.total", "identity_ids": '["I03"]'}]
    about_partial = {**by_id["a2020"], "table_code": "t3", "rank": 1}
    tables["localisations"] += [
        {**about_partial, "kind": "cells", "weight": 0.8, "n_cells": 1, "is_unique": False,
         "violated": '["I03 partial"]'},
        {**by_id["b2022all"], "table_code": "t3", "rank": 0, "kind": "none", "n_cells": 0, "is_unique": False,
         "violated": '["B01 table"]', "why_not": "9 or more cells would have to change"},
    ]  # fmt: skip
    tables["suspected_cells"].append(
        {**about_partial, "cell_key": "t3.partial.total", "printed": Decimal(2), "suggestion": Decimal(1),
         "lower": Decimal(1), "upper": Decimal(1), "reason": "one slip of a digit away"}
    )  # fmt: skip
    tables["reconciled_cells"].append(
        {**by_id["a2020"], "cell_key": "t4.review.pending", "printed": Decimal(0), "chosen": Decimal(6),
         "text": "6", "rests_on": '["R01 table"]'}
    )  # fmt: skip
    operands = json.dumps([{"cell": "t3.partial.total", "sign": 1, "side": "rhs"}])
    tables["identity_results"] += [
        {**by_id["a2020"], "identity_id": "I03", "instance": instance, "result": result, "lhs": lhs, "rhs": rhs,
         "residual": None if lhs is None or rhs is None else lhs - rhs, "operands": operands, "suspects": suspects,
         "severity": "error", "kind": "accounting", "why": why}
        for instance, result, lhs, rhs, suspects, why in [
            ("partial", "fails", Decimal(1), Decimal(2), '["t3.partial.total"]', None),
            ("other", "holds", Decimal(1), Decimal(1), "[]", None),
            ("granted", "not_evaluable", None, None, "[]", "a cell is unreadable"),
        ]
    ]  # fmt: skip
    tables["catalog_identities"].append(
        {
            "identity_id": "I03",
            "name_zh": "各类申请人之和等于总计",
            "name_en": "Applicant columns add up to the row total",
            "kind": "accounting",
            "severity": "error",
            "grade": "identity",
            "forms": '["form_2019", "form_2021"]',
            "formula": "sum of the six applicant columns = total",
            "op": "==",
            "tolerance": Decimal(0),
            "needs_previous_report": False,
            "derives": True,
            "marks_cells": True,
            "source": "logical",
        }
    )
    return tables
