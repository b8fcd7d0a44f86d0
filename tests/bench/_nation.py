"""A synthetic nation: the tidy tables of any number of agency-years, as if so many reports had been read.

Belongs here: multiplying made-up reports (`_nation_reports`) under the names of real agencies, and writing the
Parquet that dbt reads. Not here: measuring (`nation`).

A few thousand reports are made up and confronted in earnest, so that identities, explanations and derived
values have the density and the texts of real ones. Each is then given to several agencies of the register. The
rows come in the order in which the pipeline writes them: cells by document, results by year and filing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.confront import confront
from expectations.schemas import RESULT_SCHEMAS
from ingestion.catalog.agencies import load_register
from ingestion.catalog.agencies.agency_tables import agency_tables
from ingestion.normalise.schemas import FILING_KEY, TABLE_SCHEMAS
from tests.bench._nation_reports import NOWHERE, YEARS, Report, Row, reports
from tests.integration.warehouse_fixture import filing_rows, write_rows

#: Bodies of which reports are made up; their reports are more than DuckDB or Parquet compress at a time.
BODIES = 400
#: Filings that are multiplied and written at a time.
PORTION = 4000
#: Tables in the order of report years and filings; all others are in the order of documents.
BY_YEAR = frozenset(RESULT_SCHEMAS) - {"catalog_identities"}

_SENTENCES = {
    "requests_received": ("件", "{year}年，{agency}共收到政府信息公开申请{n}件，均按时办结。"),
    "proactive_items": ("条", "全年通过各类渠道主动公开政府信息{n}条，其中通过{agency}门户网站公开占多数。"),
    "standardised_items": ("项", "推进基层政务公开标准化规范化，{agency}已公开事项{n}项，覆盖{m}个领域。"),
    "staff": ("名", "{agency}配备专（兼）职工作人员{n}名，负责政府信息公开日常工作。"),
    "approval_items": ("项", "{year}年承接行政审批事项{n}项，办件{m}件，群众满意度较上年提高。"),
}


@dataclass(frozen=True)
class Filing:
    """A report as one agency's: which one it is a copy of, and whose it is now."""

    base: int
    filing_id: str
    sha256: str
    agency_id: str
    agency: str
    report_year: int


def write_nation(folder: Path, agency_years: int) -> int:
    """Write every table that the warehouse reads for about `agency_years`; returns the number of filings."""
    agencies = max(1, agency_years // len(YEARS))
    bodies = min(agencies, BODIES)
    base = list(reports(bodies))
    made_up = folder / "made_up"
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder, filing_rows([]))
    for name, table in agency_tables(load_register()).items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    write_rows(made_up, _base_rows(base))
    confront(made_up)
    (folder / "catalog_identities.parquet").write_bytes((made_up / "catalog_identities.parquet").read_bytes())
    filings = list(_filings(base, _agencies(folder, agencies), bodies))
    for name in ("filings", "documents", "agency_resolutions", "verdicts", "corrections"):
        _write(folder, name, _about(name, base, filings))
    for name in (*BY_YEAR, "cells", "narrative_facts", "issues"):
        rows = pq.read_table(made_up / f"{name}.parquet")
        _multiply(rows, len(base), _ordered(name, filings), folder / f"{name}.parquet")
    _draw_from_cells(folder)
    for path in made_up.iterdir():
        path.unlink()
    made_up.rmdir()
    return len(filings)


# -- the reports of which all others are copies -------------------------------------------------------------------


def _base_rows(base: Sequence[Report]) -> dict[str, list[Row]]:
    tables = filing_rows([])
    for number, report in enumerate(base):
        key = _base_key(number, report)
        tables["filings"].append(
            {
                **key,
                "title": "年度报告",
                "is_current": report.is_current,
                "vintage": report.vintage,
                "status": report.status,
            }
        )
        tables["cells"] += ({**key, **cell} for cell in report.cells)
        tables["narrative_facts"] += _facts(key, report)
        if report.status == "no_tables":
            issue = {"code": "missing_table", "severity": "error", "place": "document"}
            tables["issues"].append(
                {**key, **issue, "position": 1, "detail": "its tables are not in the document"}
            )
        if number % 3 == 0:
            issue = {"code": "label_joined", "severity": "info", "place": "t3.denied_admin_query", "line": 89}
            tables["issues"].append(
                {**key, **issue, "position": 2, "detail": "label cut in two: “8. 属于行” | “政查询事项”"}
            )
    return tables


def _base_key(number: int, report: Report) -> Row:
    return {
        "filing_id": f"{number:016x}", "sha256": f"{number:064x}", "agency": f"机关{report.body}",
        "report_year": report.year, "scope": "own_body", "form": report.form.code,
    }  # fmt: skip


def _facts(key: Row, report: Report) -> Iterator[Row]:
    for position, (fact, (unit, sentence)) in enumerate(_SENTENCES.items(), start=1):
        number = report.received if position == 1 else (report.body * 7 + report.year * position) % 300
        said = sentence.format(year=report.year, agency=key["agency"], n=number, m=number * 3)
        at = said.find(str(number))
        yield {
            **key, **NOWHERE, "position": position, "fact": fact, "value": Decimal(number), "unit": unit,
            "raw": f"{number}{unit}", "sentence": said, "qualifier": None, "confidence": 1.0,
            "line": 14 + position, "line_end": 14 + position, "char_start": 700 + at, "char_end": 710 + at,
            "place": f"line {14 + position}",
        }  # fmt: skip


# -- whose they become ---------------------------------------------------------------------------------------------


def _agencies(folder: Path, count: int) -> list[Row]:
    """Agencies of the register that existed in all years, from all over the country; the same every time."""
    found = pq.read_table(folder / "agency_versions.parquet").to_pylist()
    lasting = [
        one for one in found
        if one["is_latest"] and one["valid_to"] is None and (one["valid_from"] or 0) <= YEARS[0]
    ]  # fmt: skip
    lasting.sort(key=lambda one: hashlib.md5(one["agency_id"].encode(), usedforsecurity=False).digest())
    return lasting[:count]


def _filings(base: Sequence[Report], agencies: Sequence[Row], bodies: int) -> Iterator[Filing]:
    of_body: dict[int, list[int]] = {}
    for number, report in enumerate(base):
        of_body.setdefault(report.body, []).append(number)
    for at, agency in enumerate(agencies):
        for number in of_body[at % bodies]:
            sha256 = _sha256(agency["agency_id"], number)
            name, year = agency["full_name_zh"], base[number].year
            yield Filing(number, _filing_id(sha256), sha256, agency["agency_id"], name, year)


def _sha256(agency_id: str, base: int) -> str:
    return hashlib.sha256(f"{agency_id}/{base}".encode()).hexdigest()


def _filing_id(sha256: str) -> str:
    return sha256[20:36]


def _about(name: str, base: Sequence[Report], filings: Sequence[Filing]) -> Iterator[Row]:
    """Rows of a table of which each filing has at most one."""
    about: Mapping[str, Callable[[Filing, Report, Row], Row]] = {
        "filings": _filing_row,
        "documents": _document_row,
        "agency_resolutions": _resolution_row,
        "verdicts": _verdict_row,
        "corrections": _correction_row,
    }
    for filing in _ordered(name, filings):
        report = base[filing.base]
        if name in ("verdicts", "corrections") and (filing.base % 100 or report.form.code != "form_2021"):
            continue
        key = {
            "filing_id": filing.filing_id, "sha256": filing.sha256, "agency": filing.agency,
            "report_year": filing.report_year, "scope": "own_body", "form": report.form.code,
        }  # fmt: skip
        yield {**key, **about[name](filing, report, key)}


def _filing_row(filing: Filing, report: Report, key: Row) -> Row:
    title = f"{filing.agency}{report.year}年政府信息公开工作年度报告"
    published = date(report.year + 1, 1, 5) + timedelta(days=filing.base % 60)
    where = {"char_end": 39, "char_start": 14, "line": 3}
    found = {
        part: {"how": "title", "locator": where, "raw": title, "value": str(value)}
        for part, value in {"agency": filing.agency, "report_year": report.year, "title": title}.items()
    }
    states = [cell["state"] for cell in report.cells]
    before = _filing_id(_sha256(filing.agency_id, filing.base - 1)) if report.vintage > 1 else None
    return {
        "title": title, "published_on": published, "period_from": f"{report.year}年1月1日",
        "period_to": f"{report.year}年12月31日", "status": report.status, "n_cells": len(states),
        "n_reported": states.count("reported"), "n_missing": sum(s.startswith("missing") for s in states),
        "n_blank": sum(s in ("blank", "structurally_absent") for s in states), "n_unreadable": 0,
        "vintage": report.vintage, "is_current": report.is_current, "withdrawn": False,
        "found": json.dumps(found, ensure_ascii=False, sort_keys=True), "issued_as": filing.agency,
        "took_over_from": json.dumps([before]) if before else None, "scope_basis": "assumed",
    }  # fmt: skip


def _document_row(filing: Filing, report: Report, key: Row) -> Row:
    kinds = {
        "html": "text/html",
        "word": "application/msword",
        "pdf": "application/pdf",
        "text": "text/plain",
    }
    number = int(filing.sha256[:8], 16)
    return {
        "name": f"content_{number}.{report.carrier}", "source": "samples",
        "url": f"http://www.{filing.agency_id[3:]}.gov.cn/zwgk/xxgknb/{report.year + 1}01/t{number}.html",
        "media_type": kinds[report.carrier], "encoding": "utf-8", "n_bytes": 5000 + number % 90_000,
        "state": "read" if report.status == "complete" else report.status, "reader_version": "b1a7abdbf0a3",
        "retrieved_at": datetime(2026, 1, 1) + timedelta(seconds=number % 10_000_000),  # noqa: DTZ001
    }  # fmt: skip


def _resolution_row(filing: Filing, report: Report, key: Row) -> Row:
    candidate = {"agency_id": filing.agency_id, "name_zh": filing.agency, "score": 6, "contradicted_by": None}
    return {
        "agency_id": filing.agency_id, "name_zh": filing.agency, "score": 6, "how": "county",
        "why": f"its county agrees: {filing.agency}",
        "names_seen": json.dumps([filing.agency], ensure_ascii=False),
        "candidates": json.dumps([candidate], ensure_ascii=False),
    }  # fmt: skip


def _verdict_row(filing: Filing, report: Report, key: Row) -> Row:
    """The ledger knows something of a few cells: half of the entries give another number."""
    cell = next(cell for cell in report.cells if cell["cell_key"] == "t3.granted.total")
    return {
        "cell_key": cell["cell_key"], "value_printed": cell["value"], "status": "settled",
        "verdict": "source_error" if filing.base % 200 else "not_an_error",
        "value": Decimal(filing.base), "correction_id": f"own:{filing.filing_id}",
    }  # fmt: skip


def _correction_row(filing: Filing, report: Report, key: Row) -> Row:
    return {
        "correction_id": f"own:{filing.filing_id}", "ledger": "own", "position": int(filing.sha256[:6], 16),
        "kind": "cell", "snapshot": filing.sha256, "withdrawn": False, "cell_key": "t3.granted.total",
        "verdict": "source_error", "status": "settled", "reason": "the sum of the row says so", "who": "bench",
        "decided_on": date(2026, 2, 1), "outcome": "applied", "n_filings": 1, "about": filing.agency,
    }  # fmt: skip


# -- multiplying and writing ---------------------------------------------------------------------------------------


def _ordered(name: str, filings: Sequence[Filing]) -> list[Filing]:
    if name in BY_YEAR:
        return sorted(filings, key=lambda one: (one.report_year, one.filing_id))
    return sorted(filings, key=lambda one: one.sha256)


def _write(folder: Path, name: str, rows: Iterator[Row]) -> None:
    schema = TABLE_SCHEMAS[name]
    listed = [{column: row.get(column) for column in schema.names} for row in rows]
    pq.write_table(
        pa.Table.from_pylist(listed, schema=schema), folder / f"{name}.parquet", compression="zstd"
    )


def _multiply(base: pa.Table, reports_made_up: int, filings: Sequence[Filing], target: Path) -> None:
    """Write the rows of `base` once for each filing that is a copy of theirs, in the order of `filings`.

    Texts are dictionaries while they are copied: a few thousand reports have few different ones.
    """
    numbers = np.array([int(one, 16) for one in base["filing_id"].to_pylist()], dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    base, numbers = base.take(order), numbers[order]
    named = {name for name in base.column_names if name in ("why", "sentence")}
    texts = [
        pc.dictionary_encode(column) if pa.types.is_string(column.type) and name not in named else column
        for name, column in zip(base.column_names, base.columns, strict=True)
    ]
    packed = pa.table(texts, names=base.column_names).combine_chunks().unify_dictionaries()
    first = np.searchsorted(numbers, np.arange(reports_made_up + 1))
    with pq.ParquetWriter(target, base.schema, compression="zstd") as writer:
        for start in range(0, len(filings), PORTION):
            some = filings[start : start + PORTION]
            counts = [first[one.base + 1] - first[one.base] for one in some]
            at = np.concatenate([np.arange(first[one.base], first[one.base + 1]) for one in some])
            whose = pa.array(np.repeat(np.arange(len(some)), counts))
            table = packed.take(at)
            for name, kind in FILING_KEY:
                if name in ("filing_id", "sha256", "agency", "report_year") and name in base.column_names:
                    of = pa.array([getattr(one, name) for one in some], kind).take(whose)
                    table = table.set_column(table.column_names.index(name), name, of)
            for name in named:
                owner = pa.array([one.agency for one in some]).take(whose)
                table = table.set_column(table.column_names.index(name), name, _renamed(table[name], owner))
            writer.write_table(table.cast(base.schema))


def _renamed(texts: pa.ChunkedArray, owner: pa.Array) -> pa.Array:
    """The texts with the agency's own name where they name the made-up body."""
    parts = [pc.extract_regex(texts, r"(?s)^(?P<before>.*?)机关\d+(?P<after>.*)$")]
    before, after = (pc.struct_field(parts[0], name) for name in ("before", "after"))
    return pc.if_else(pc.is_null(before), texts, pc.binary_join_element_wise(before, owner, after, ""))


def _draw_from_cells(folder: Path) -> None:
    """The tables that are cells of one kind, as normalisation draws them from a reading."""
    import duckdb

    key = ", ".join(name for name, _ in FILING_KEY)
    cells, rows = f"'{folder}/cells.parquet'", f"'{folder}/catalog_rows.parquet'"
    columns = f"'{folder}/catalog_columns.parquet'"
    totals = (
        f"select c.*, coalesce(r.is_outcome_leaf or r.is_optional, false) as leaf, "
        f"coalesce(r.is_total, false) or coalesce(k.is_total, false) as total, k.is_total as column_total "
        f"from {cells} c left join {rows} r using (form, table_code, row_code) "
        f"left join {columns} k using (form, table_code, column_code)"
    )
    drawn = {
        "applications": (
            f"select {key}, cell_key, row_code, column_code as applicant_type, leaf as is_outcome_leaf, "
            f"total as is_total, value, state, '件' as unit from ({totals}) where table_code = 't3'"
        ),
        "reviews": (
            f"select {key}, cell_key, row_code as channel, column_code as result, column_total as is_total, "
            f"value, state, '件' as unit from ({totals}) where table_code = 't4'"
        ),
        "disclosures": (
            f"select {key}, cell_key, table_code, row_code, column_code, value, state, s.unit "
            f"from {cells} c left join (select form, cell_key, unit from '{folder}/catalog_cells.parquet') s "
            "using (form, cell_key) where starts_with(table_code, 't2_')"
        ),
        "indicators": (
            f"select {key}, p.position, r.label_zh as label, table_code || '.' || row_code as code, c.unit, "
            f"column_code, value, raw, state, confidence, {', '.join(NOWHERE)} from {cells} c "
            f"join (select form, cell_key, position from '{folder}/catalog_cells.parquet') p using (form, cell_key) "
            f"join (select form, row_code, label_zh from {rows}) r using (form, row_code) where table_code = 'nat'"
        ),
    }
    with duckdb.connect() as connection:
        for name, query in drawn.items():
            target = f"{folder}/{name}.parquet"
            connection.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
