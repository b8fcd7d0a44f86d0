"""Checks of a form that need more than one of its entries: codes, parents, totals, labels, counts.

Belongs here: what makes a form file wrong although each entry is well formed. Every function raises
CatalogError at the first fault, with the place spelt tables.<table>.rows.<row>.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.labels import normalise_label
from ingestion.catalog.models import Form, HeaderLabel, Named, Row, Table

# REG711, REG492, N2019_60, ARL2023: how an article names its law
_LAW = re.compile(r"\b(?:REG|ARL|LL|N)\d+(?:_\d+)?\b")


def check_form(form: Form, file: str, units: Collection[str], laws: Collection[str]) -> None:
    """Raise CatalogError unless every reference in `form` resolves and every label has one meaning."""
    _unique((section.code for section in form.sections), file, "sections", "section")
    _unique((table.code for table in form.tables), file, "tables", "table")
    _one_meaning(form.sections, file, "sections", scope=lambda _: None)
    laws_known(form.legal_basis.en, file, "legal_basis", laws)
    sections = {section.code for section in form.sections}
    for table in form.tables:
        place = f"tables.{table.code}"
        if table.section is not None and table.section not in sections:
            raise CatalogError(file, f"{place}.section", f"unknown section {table.section!r}")
        _check_table(table, file, place, units, laws)
    if len(form.cells) != form.printed_cells:
        raise CatalogError(
            file, "printed_cells", f"declares {form.printed_cells} cells, the tables have {len(form.cells)}"
        )


def check_markers(forms: Mapping[str, Form], files: Mapping[str, str]) -> None:
    """Raise CatalogError for a marker that its own form does not print, or that another form prints too."""
    keys = {code: _table_keys(form) for code, form in forms.items()}
    for code, form in forms.items():
        for marker in form.markers:
            key = normalise_label(marker)
            place = f"markers.{marker}"
            if not key or not any(key in label for label in keys[code]):
                raise CatalogError(files[code], place, "stands in no label of this form")
            for other, labels in keys.items():
                if other != code and any(key in label for label in labels):
                    raise CatalogError(files[code], place, f"stands in a label of {other} too")


def check_crosswalk(forms: Mapping[str, Form], files: Mapping[str, str]) -> None:
    """Raise CatalogError for a `maps_to` that names no row with cells of any form."""
    known = {
        f"{table.code}.{row.code}"
        for form in forms.values()
        for table in form.tables
        for row in table.value_rows
    }
    for code, form in forms.items():
        for table in form.tables:
            for row in table.rows:
                for target in row.maps_to:
                    if target not in known:
                        place = f"tables.{table.code}.rows.{row.code}.maps_to"
                        raise CatalogError(files[code], place, f"unknown row {target!r}")


def _check_table(table: Table, file: str, place: str, units: Collection[str], laws: Collection[str]) -> None:
    heads: tuple[Named, ...] = (*table.column_groups, *table.columns)
    _unique((entry.code for entry in heads), file, f"{place}.columns", "column")
    _unique((row.code for row in table.rows), file, f"{place}.rows", "row")
    _check_columns(table, file, place, units)
    _check_rows(table, file, place, units, laws)
    _units_known(table.unit, file, place, units)
    laws_known(table.article, file, place, laws)
    _one_meaning(heads, file, f"{place}.columns", scope=_column_group)
    _one_meaning(table.rows, file, f"{place}.rows", scope=lambda row: getattr(row, "parent", None))
    _fragments_have_one_meaning(table, file, f"{place}.rows")
    count = len(table.value_rows) * len(table.columns)
    if count != table.printed_cells:
        raise CatalogError(
            file,
            f"{place}.printed_cells",
            f"declares {table.printed_cells} cells, {len(table.value_rows)} rows of {len(table.columns)}"
            f" columns make {count}",
        )


def _check_columns(table: Table, file: str, place: str, units: Collection[str]) -> None:
    groups = {group.code for group in table.column_groups}
    known: set[str] = set()
    for group in table.column_groups:
        if group.parent is not None and group.parent not in known:
            raise CatalogError(
                file, f"{place}.column_groups.{group.code}.parent", f"unknown group {group.parent!r}"
            )
        known.add(group.code)
    codes = {column.code for column in table.columns}
    for column in table.columns:
        here = f"{place}.columns.{column.code}"
        if column.group is not None and column.group not in groups:
            raise CatalogError(file, f"{here}.group", f"unknown group {column.group!r}")
        _parts_known(column.total_of, codes, column.code, file, f"{here}.total_of", "column")
        _units_known(column.unit, file, here, units)
        for pattern in column.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise CatalogError(file, f"{here}.patterns", f"{pattern!r}: {error}") from error


def _check_rows(table: Table, file: str, place: str, units: Collection[str], laws: Collection[str]) -> None:
    with_cells = {row.code for row in table.value_rows}
    above: set[str] = set()
    for row in table.rows:
        here = f"{place}.rows.{row.code}"
        # a parent stands above its rows in print, which also rules out circles
        if row.parent is not None and row.parent not in above:
            raise CatalogError(
                file, f"{here}.parent", f"unknown parent {row.parent!r}, no row above has that code"
            )
        above.add(row.code)
        _parts_known(row.total_of, with_cells, row.code, file, f"{here}.total_of", "row with cells")
        _parts_known(row.replaces, with_cells, row.code, file, f"{here}.replaces", "row with cells")
        if (row.total_of or row.is_outcome_leaf) and not row.has_cells:
            raise CatalogError(file, here, "a total or an outcome leaf must have cells")
        if row.optional == row.has_cells and row.optional:
            raise CatalogError(file, f"{here}.optional", "an optional row has no cells in the form itself")
        if row.optional != bool(row.replaces):
            raise CatalogError(
                file, f"{here}.replaces", "an optional row, and only that, says what it replaces"
            )
        _units_known(row.unit, file, here, units)
        laws_known(row.article, file, f"{here}.article", laws)


def _column_group(entry: Named) -> str | None:
    return entry.parent if isinstance(entry, HeaderLabel) else getattr(entry, "group", None)


def _unique(codes: Iterable[str], file: str, place: str, what: str) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise CatalogError(file, f"{place}.{code}", f"the {what} code {code!r} stands twice")
        seen.add(code)


def _parts_known(
    parts: Sequence[str], codes: Collection[str], own: str, file: str, place: str, what: str
) -> None:
    for part in parts:
        if part not in codes:
            raise CatalogError(file, place, f"unknown {what} {part!r}")
        if part == own:
            raise CatalogError(file, place, "names itself")
    _unique(parts, file, place, what)


def _units_known(unit: str | None, file: str, place: str, units: Collection[str]) -> None:
    if unit is not None and unit not in units:
        raise CatalogError(file, f"{place}.unit", f"unknown unit {unit!r}, units.yml does not have it")


def laws_known(article: str | None, file: str, place: str, laws: Collection[str]) -> None:
    for law in _LAW.findall(article or ""):
        if law not in laws:
            raise CatalogError(file, place, f"unknown law {law!r}, laws.yml does not have it")


def _one_meaning(
    entries: Sequence[Named], file: str, place: str, scope: Callable[[Named], str | None]
) -> None:
    """Within one scope (parent of a row, group of a column) a label or alias names one entry."""
    owners: dict[tuple[str | None, str], str] = {}
    for entry in entries:
        for text in (entry.label_zh, *entry.aliases):
            key = normalise_label(text)
            if not key:
                raise CatalogError(file, f"{place}.{entry.code}", f"nothing is left of the label {text!r}")
            owner = owners.setdefault((scope(entry), key), entry.code)
            if owner != entry.code:
                raise CatalogError(
                    file,
                    f"{place}.{entry.code}",
                    f"the label {text!r} means {owner} as well, in the same place (as {key!r})",
                )


def _fragments_have_one_meaning(table: Table, file: str, place: str) -> None:
    owners: dict[str, Row] = {}
    for row in table.rows:
        for fragment in row.fragments:
            if len(normalise_label(fragment)) < 3:
                # （四）无 | 法提供 was cut so, but a cell that says 无 must not be taken for its first half
                raise CatalogError(
                    file, f"{place}.{row.code}.fragments", f"{fragment!r} is too short to be told from a cell"
                )
            # compared with the enumerator: "8. 属于行" is row 8 and no other
            owner = owners.setdefault("".join(fragment.split()), row)
            if owner is not row:
                raise CatalogError(
                    file,
                    f"{place}.{row.code}.fragments",
                    f"the fragment {fragment!r} means {owner.code} as well",
                )


def _table_keys(form: Form) -> frozenset[str]:
    """Every normalised label inside the form's tables."""
    return frozenset(
        key
        for table in form.tables
        for entry in (*table.stub_columns, *table.column_groups, *table.columns, *table.rows)
        for key in entry.keys
    )
