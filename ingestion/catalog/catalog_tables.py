"""The catalog as tables for the warehouse: forms with all their parts, states, units, laws, report years.

Belongs here: one function a table, catalog -> rows in printed order, and the columns' types. Lists travel as
JSON text (`total_of`, `replaces`, `aliases`, `forms`). Does not belong here: writing files (`normalise`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ingestion.catalog.concepts import concept_break_rows, concept_gap_rows, concept_rows, crosswalk_rows
from ingestion.catalog.issue_codes import issue_code_rows
from ingestion.catalog.loader import Catalog
from ingestion.catalog.measures import measure_rows, measure_term_rows
from ingestion.catalog.models import Bilingual, Form, Row, Source, Table
from ingestion.catalog.publishers import Publisher

if TYPE_CHECKING:
    import pyarrow as pa

Value = str | int | bool | dt.date | None
TableRow = dict[str, Value]


def form_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_forms: a row a form; `last_year` null = still in force."""
    return [
        {
            "form": form.code,
            "position": position,
            "name_zh": form.name_zh,
            "name_en": form.name_en,
            "kind": form.kind,
            "first_year": form.report_years.first,
            "last_year": form.report_years.last,
            "legal_basis": form.legal_basis.zh,
            "legal_basis_en": form.legal_basis.en,
            "n_cells": len(form.cells),
            "markers": _json(form.markers),
        }
        for position, form in enumerate(catalog.forms.values(), start=1)
    ]


def form_table_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_form_tables: a row a table of a form."""
    return [
        {
            "form": form.code,
            "table_code": table.code,
            "position": position,
            "section": table.section,
            "label_zh": table.label_zh,
            "label_en": table.label_en,
            "article": table.article,
            "gist_zh": _zh(table.gist),
            "gist_en": _en(table.gist),
            "layout": table.layout,
            "n_cells": table.printed_cells,
        }
        for form in catalog.forms.values()
        for position, table in enumerate(form.tables, start=1)
    ]


def row_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_rows: a row a row of a form, headings included.

    `outcome_class`: for the outcome leaves of t3 the class right under 本年度办理结果, maybe the leaf itself.
    """
    return [
        {
            "form": form.code,
            "table_code": table.code,
            "row_code": row.code,
            "position": position,
            "parent": row.parent,
            "level": row.level,
            "enumerator": row.enumerator,
            "label_zh": row.label_zh,
            "label_en": row.label_en,
            "unit": row.unit or table.unit,
            "has_cells": row.has_cells,
            "is_optional": row.optional,
            "is_outcome_leaf": row.is_outcome_leaf,
            "outcome_class": _outcome_class(table, row),
            "is_total": bool(row.total_of),
            "article": row.article,
            "gist_zh": _zh(row.gist),
            "gist_en": _en(row.gist),
            "refusal_kind": row.refusal_kind,
            "total_of": _json(row.total_of),
            "replaces": _json(row.replaces),
            "maps_to": _json(row.maps_to),
            "aliases": _json(row.aliases),
            "note_zh": _zh(row.note),
            "note_en": _en(row.note),
        }
        for form, table in _tables(catalog)
        for position, row in enumerate(table.rows, start=1)
    ]


def column_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_columns: a row a column of figures of a form."""
    return [
        {
            "form": form.code,
            "table_code": table.code,
            "column_code": column.code,
            "position": position,
            "column_group": column.group,
            "column_group_zh": groups[column.group].label_zh if column.group else None,
            "column_group_en": groups[column.group].label_en if column.group else None,
            "label_zh": column.label_zh,
            "label_en": column.label_en,
            "unit": column.unit or table.unit,
            "is_signed": column.signed,
            "is_total": bool(column.total_of),
            "total_of": _json(column.total_of),
            "aliases": _json(column.aliases),
            "note_zh": _zh(column.note),
            "note_en": _en(column.note),
        }
        for form, table in _tables(catalog)
        for groups in [{group.code: group for group in table.column_groups}]
        for position, column in enumerate(table.columns, start=1)
    ]


def cell_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_cells: a row a cell; optional ones (form_2021: t3.other.*) after those of the form."""
    return [
        {
            "form": form.code,
            "cell_key": spec.key,
            "position": position,
            "table_code": spec.table,
            "row_code": spec.row,
            "column_code": spec.column,
            "label_zh": spec.label_zh,
            "label_en": spec.label_en,
            "unit": spec.unit,
            "is_signed": spec.signed,
            "is_money": spec.money,
            "is_optional": spec.optional,
            "is_total": bool(
                form.table(spec.table).row(spec.row).total_of
                or form.table(spec.table).column(spec.column).total_of
            ),
            "article": spec.article,
        }
        for form in catalog.forms.values()
        for position, spec in enumerate([*form.cells.values(), *form.optional_cells.values()], start=1)
    ]


def state_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_states: a row a state that a cell can have."""
    return [
        {
            "state": state.code,
            "position": position,
            "name_zh": state.zh,
            "name_en": state.en,
            "meaning_zh": state.meaning_zh,
            "meaning_en": state.meaning_en,
            "kind": state.kind,
            "lenient_as_zero": state.lenient_as == 0,
            "lenient_condition_zh": _zh(state.lenient_condition),
            "lenient_condition_en": _en(state.lenient_condition),
        }
        for position, state in enumerate(catalog.states.values(), start=1)
    ]


def unit_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_units: a row a unit; `to_yuan` is the factor to yuan, money only."""
    return [
        {
            "unit": unit.zh,
            "meaning_en": unit.en,
            "kind": unit.kind,
            "decimals": unit.decimals,
            "to_yuan": unit.to_yuan,
        }
        for unit in catalog.units.values()
    ]


def law_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_laws: what the articles refer to."""
    return [
        {
            "law": law.code,
            "name_zh": law.zh,
            "name_en": law.en,
            "number": law.number,
            "issued": law.issued,
            "in_force": law.in_force,
        }
        for law in catalog.laws.values()
    ]


def break_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_breaks: a row a break of the series, between two report years."""
    return [
        {
            "break_id": item.code,
            "year_before": item.last_before,
            "year_after": item.first_after,
            "name_zh": item.name.zh,
            "name_en": item.name.en,
            "why_zh": item.why.zh,
            "why_en": item.why.en,
            "affects": _json(item.affects),
        }
        for item in catalog.report_years.breaks
    ]


def report_year_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_report_years: a row a report year with its forms, deadlines and the breaks just before it.

    `uniform_form` is the form prescribed for every body in that year, null before 2019.
    """
    years = catalog.report_years
    rows: list[TableRow] = []
    for year in range(years.years.first, (years.years.last or years.years.first) + 1):
        forms = catalog.form_for_year(year)
        basis = next((rule.basis for rule in years.deadlines if year in rule.report_years), None)
        rows.append(
            {
                "report_year": year,
                "period_first": dt.date(year, 1, 1),
                "period_last": dt.date(year, 12, 31),
                "forms": _json(forms),
                "uniform_form": next((code for code in forms if catalog.forms[code].kind == "uniform"), None),
                "deadline_departments": years.deadline(year, "departments"),
                "deadline_governments": years.deadline(year, "governments"),
                "deadline_basis_zh": _zh(basis),
                "deadline_basis_en": _en(basis),
                "breaks_before": _json(item.code for item in years.breaks if item.first_after == year),
            }
        )
    return rows


def source_rows(catalog: Catalog) -> list[TableRow]:
    """catalog_sources: a row a source of documents; a publisher's `agency_ids` are those it publishes for."""
    sources: list[Source | Publisher] = [*catalog.sources.values(), *catalog.publishers.values()]
    return [
        {
            "source": one.id,
            "kind": one.kind,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "province_zh": one.province if isinstance(one, Publisher) else None,
            "base_url": one.base if isinstance(one, Publisher) else None,
            "agency_ids": _json(one.agency_ids if isinstance(one, Publisher) else ()),
            "is_enabled": not isinstance(one, Publisher) or one.enabled,
        }
        for one in sources
    ]


#: Table -> its rows. Column types: see `_TYPES`, text where a column is not listed.
CATALOG_ROWS: dict[str, Callable[[Catalog], list[TableRow]]] = {
    "catalog_forms": form_rows,
    "catalog_form_tables": form_table_rows,
    "catalog_rows": row_rows,
    "catalog_columns": column_rows,
    "catalog_cells": cell_rows,
    "catalog_states": state_rows,
    "catalog_issue_codes": issue_code_rows,
    "catalog_units": unit_rows,
    "catalog_laws": law_rows,
    "catalog_breaks": break_rows,
    "catalog_concepts": concept_rows,
    "catalog_crosswalk": crosswalk_rows,
    "catalog_concept_gaps": concept_gap_rows,
    "catalog_concept_breaks": concept_break_rows,
    "catalog_measures": measure_rows,
    "catalog_measure_terms": measure_term_rows,
    "catalog_report_years": report_year_rows,
    "catalog_sources": source_rows,
}

_TYPES = {
    **dict.fromkeys(
        ("position", "level", "first_year", "last_year", "n_cells", "decimals", "to_yuan"), "int32"
    ),
    **dict.fromkeys(("expression", "sign", "hidden_below"), "int32"),
    **dict.fromkeys(("year_before", "year_after", "report_year"), "int32"),
    **dict.fromkeys(("has_cells", "is_optional", "is_outcome_leaf", "is_total", "is_comparable"), "bool"),
    **dict.fromkeys(("is_signed", "is_money", "lenient_as_zero", "is_enabled"), "bool"),
    **dict.fromkeys(("period_first", "period_last", "issued", "in_force"), "date32"),
    **dict.fromkeys(("deadline_departments", "deadline_governments"), "date32"),
}


def catalog_tables(catalog: Catalog) -> dict[str, pa.Table]:
    """Every table of `CATALOG_ROWS` as an Arrow table with explicit types."""
    import pyarrow as pa  # not at the top: reading the catalog must not load it

    tables: dict[str, pa.Table] = {}
    for name, rows_of in CATALOG_ROWS.items():
        rows = rows_of(catalog)
        fields: list[tuple[str, Any]] = [
            (column, pa.type_for_alias(_TYPES.get(column, "string"))) for column in rows[0]
        ]
        tables[name] = pa.Table.from_pylist(rows, schema=pa.schema(fields))
    return tables


def _tables(catalog: Catalog) -> Iterable[tuple[Form, Table]]:
    return ((form, table) for form in catalog.forms.values() for table in form.tables)


def _outcome_class(table: Table, row: Row) -> str | None:
    if not row.is_outcome_leaf:
        return None
    while row.parent is not None and table.row(row.parent).parent is not None:
        row = table.row(row.parent)
    return row.code


def _json(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _zh(text: Bilingual | None) -> str | None:
    return text.zh if text else None


def _en(text: Bilingual | None) -> str | None:
    return text.en if text else None
