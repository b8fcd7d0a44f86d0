"""From a document to the cells of its form: which form it is, every cell of it, and what is missing why.

Belongs here: putting the pieces together (walk of the grids, tables in running text, indicator lists,
placing), the choice of the form by labels, and the states of cells that were not read. Does not belong
here: the pieces themselves, the headline, prose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingestion.catalog import Catalog
from ingestion.catalog.labels import normalise_label
from ingestion.extract.model import Document, Grid, ImageBlock, Issue, Locator, TextBlock
from ingestion.recognise.align import place_rows
from ingestion.recognise.elimination import rows_by_elimination
from ingestion.recognise.grids import GridWalker, Walk
from ingestion.recognise.lists import read_lists
from ingestion.recognise.page_breaks import mended
from ingestion.recognise.reading import (
    MISSING_IMAGE,
    MISSING_PAGE_BREAK,
    MISSING_TABLE,
    UNREADABLE,
    CellReading,
    IndicatorReading,
)
from ingestion.recognise.repeats import own_rows
from ingestion.recognise.rows import RowReading
from ingestion.recognise.stream import StreamReader, flatten, squeeze
from ingestion.recognise.vocabulary import FormVocabulary, vocabularies
from ingestion.recognise.wrapped import unwrap

#: Labels of one form that a document must print to be taken for it without the report year's help.
MIN_MARKERS = 1
#: A longer line of text is prose, unless the table's titles stand in it too: prose speaks of 政府集中采购.
MAX_LABEL_LINE = 40
TABLE_TITLE = re.compile(r"第\s*二\s*十\s*条\s*第")


@dataclass(slots=True)
class TableReading:
    """The tables of one document: its form (None: none was recognised) and every cell of that form."""

    form: str | None = None
    cells: dict[str, CellReading] = field(default_factory=dict)
    indicators: list[IndicatorReading] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    #: years printed in a list's head
    years: list[int] = field(default_factory=list)
    #: how the form was found: "labels" or "report year"
    form_by: str | None = None


def read_tables(document: Document, catalog: Catalog, report_year: int | None) -> TableReading:
    """Read all form tables of a document.

    The form is recognised from labels; only a document without any takes the form of its report year, and
    then has no cell but missing ones. A form that does not fit the year is an issue, never a correction.
    """
    known = vocabularies(catalog)
    document = mended(document, catalog)
    reading = TableReading()
    markers = _markers(document, [form for form in known.values() if not form.is_list])
    found = read_lists(document, catalog, known) if not any(markers.values()) else None
    if found is not None:
        reading.form, reading.form_by = found.form, "labels"
        reading.cells = dict(found.cells)
        reading.indicators = found.indicators
        reading.issues += found.issues
        reading.years = found.years
        _fill(reading, known[found.form], document, seen={}, whole_table_seen=True)
    else:
        form = _choose(markers, catalog, report_year, reading)
        if form is not None:
            _read_form(document, known[form], reading, report_year)
        if not _read_anything(reading) and report_year is not None:
            _by_year(catalog, known, report_year, reading, document)
    _compare_with_year(catalog, report_year, reading)
    return reading


# ---------------------------------------------------------------------------------------------------------
# which form


def _markers(document: Document, forms: Sequence[FormVocabulary]) -> dict[str, list[str]]:
    """Labels of each form in the document's grids; where none is, in its text outside of prose."""
    labels = {normalise_label(cell.text) for grid in document.grids() for cell in grid.cells}
    found = _markers_in("\n".join(labels), forms)
    if any(found.values()):
        return found
    lines = (block.text for block in document.blocks if isinstance(block, TextBlock))
    tabular = [line for line in lines if len(line) <= MAX_LABEL_LINE or TABLE_TITLE.search(line)]
    return _markers_in(squeeze("\n".join(tabular)), forms)


def _markers_in(text: str, forms: Sequence[FormVocabulary]) -> dict[str, list[str]]:
    return {form.form.code: [marker for marker in form.markers if squeeze(marker) in text] for form in forms}


def _choose(
    markers: dict[str, list[str]], catalog: Catalog, report_year: int | None, reading: TableReading
) -> str | None:
    ranked = sorted(markers.items(), key=lambda pair: -len(pair[1]))
    best, second = ranked[0], ranked[1]
    if len(best[1]) >= MIN_MARKERS and len(best[1]) > len(second[1]):
        reading.form_by = "labels"
        if second[1]:
            reading.issues.append(
                Issue(
                    "form_mixed",
                    "form",
                    f"labels of {best[0]} ({', '.join(best[1])}) and of {second[0]} ({', '.join(second[1])})",
                )
            )
        return best[0]
    in_year = [code for code in catalog.form_for_year(report_year) if code in markers] if report_year else []
    if in_year:
        reading.form_by = "report year"
        return in_year[0]
    if best[1]:
        reading.issues.append(
            Issue(
                "form_undetermined", "form", "labels of two forms in equal number and no report year", "error"
            )
        )
        return None
    # Tables that both forms share, and no year: the newest form has the room for all they print.
    reading.form_by = "shared labels"
    return max(markers, key=lambda code: catalog.forms[code].report_years.first)


def _by_year(
    catalog: Catalog,
    known: dict[str, FormVocabulary],
    report_year: int,
    reading: TableReading,
    document: Document,
) -> None:
    """No table anywhere: the form that this year's report owes, with every cell missing."""
    codes = [code for code in catalog.form_for_year(report_year) if not known[code].is_list]
    reading.cells = {}
    if not codes:
        reading.form, reading.form_by = None, None
        return
    reading.form, reading.form_by = codes[0], "report year"
    _fill(reading, known[codes[0]], document, seen={}, whole_table_seen=False)


def _compare_with_year(catalog: Catalog, report_year: int | None, reading: TableReading) -> None:
    if reading.form is None or report_year is None or reading.form_by != "labels":
        return
    expected = catalog.form_for_year(report_year)
    if expected and reading.form not in expected:
        reading.issues.append(
            Issue(
                "form_year_mismatch",
                "form",
                f"the tables are those of {reading.form}, the report year {report_year} asks for "
                f"{' or '.join(expected)}",
            )
        )


# ---------------------------------------------------------------------------------------------------------
# the tables of a uniform form


def _read_form(
    document: Document, form: FormVocabulary, reading: TableReading, report_year: int | None
) -> None:
    walker = GridWalker(form)
    for block in document.blocks:
        if isinstance(block, TextBlock):
            walker.heading(block.text)
        elif isinstance(block, Grid):
            walker.grid(block)
    walk = walker.finish()
    rows: list[RowReading] = list(walk.rows)
    seen = dict(walk.tables_seen)
    reading.issues += walk.issues
    complete = _complete_tables(form, rows)
    if walk.loose_rows:
        rows += _place_loose_rows(document, form, walk, reading)
    if len(complete) < len(form.tables):
        running = [block if isinstance(block, TextBlock) else None for block in document.blocks]
        flat = flatten(unwrap(running, form))
        in_grids = {(row.table, row.row) for row in rows}
        text_rows, issues, text_seen, text_unprinted = stream_reader(form).read(flat, complete)
        rows += [row for row in text_rows if (row.table, row.row) not in in_grids]
        reading.issues += issues
        walk.unprinted |= text_unprinted
        for code, place in text_seen.items():
            seen.setdefault(code, place)
    if not rows and not seen:
        return
    reading.form = form.form.code
    rows, repeated = own_rows(rows, document, report_year)
    reading.issues += repeated
    _keep_cells(reading, rows)
    for grid in document.grids():
        if grid.index not in walk.used_grids:
            _unused_grid(reading, grid)
    if walk.table is not None or seen:
        _fill(reading, form, document, seen, whole_table_seen=False, walk=walk)


def _complete_tables(form: FormVocabulary, rows: Sequence[RowReading]) -> set[str]:
    """Tables of which every row was met in a grid: they are not looked for in running text."""
    met = {(row.table, row.row) for row in rows}
    return {
        code
        for code, table in form.tables.items()
        if all(
            (code, row.code) in met
            for row in (table.table.value_rows[:1] if table.is_review else table.table.value_rows)
        )
    }


def _place_loose_rows(
    document: Document, form: FormVocabulary, walk: Walk, reading: TableReading
) -> list[RowReading]:
    """Unlabelled rows that only one row is left for; the others are reported with their numbers."""
    printed = normalise_label(
        document.text() + "".join(cell.text for grid in document.grids() for cell in grid.cells)
    )
    found: list[RowReading] = []
    for code in dict.fromkeys(item.reading.table for item in walk.loose_rows):
        loose = [item for item in walk.loose_rows if item.reading.table == code]
        rows, issues = rows_by_elimination(form.tables[code], walk.rows, loose, printed)
        found += rows
        reading.issues += issues
        reading.issues += [
            Issue(
                "row_without_label",
                code,
                f"numbers without a label, so of no provable row: “{' '.join(item.reading.raw.split())}”",
                "warning",
                item.reading.locator,
            )
            for item in loose
            if item.reading not in rows
        ]
    return found


def _keep_cells(reading: TableReading, rows: list[RowReading]) -> None:
    """Place the rows' numbers and keep each cell; a cell printed twice with two contents is unreadable."""
    units = {slot.key: slot.unit for row in rows for slot in row.slots if slot.unit}
    for key, readings in place_rows(rows).items():
        cell = readings[0]
        if len(readings) > 1 and len({(one.value, one.state) for one in readings}) > 1:
            texts = " | ".join(dict.fromkeys(one.raw or "" for one in readings))
            reading.issues.append(
                Issue(
                    "cell_conflict",
                    key,
                    f"printed more than once, and differently: {texts}",
                    "error",
                    cell.locator,
                )
            )
            cell = CellReading(
                key, None, texts, UNREADABLE, locator=cell.locator, note="printed more than once"
            )
        if key in units and cell.unit is None and cell.value is not None:
            cell = replace(cell, unit=units[key])
        reading.cells[key] = cell
    _report_unreadable(reading)
    for row in rows:
        if len(row.fields) <= len(row.slots):
            continue
        count = sum(1 for item in row.fields if not item.blank)
        if count > len(row.slots):
            reading.issues.append(
                Issue(
                    "row_too_wide",
                    f"{row.table}.{row.row}",
                    f"{count} fields for {len(row.slots)} cells; printed: “{' '.join(row.raw.split())}”",
                    "info",
                    row.locator,
                )
            )


def _report_unreadable(reading: TableReading) -> None:
    """One issue for the unreadable cells of a row that have the same text and reason."""
    groups: dict[tuple[str, str, str], list[CellReading]] = {}
    for key, cell in reading.cells.items():
        if cell.state == UNREADABLE:
            row = key.rsplit(".", 1)[0]
            groups.setdefault((row, cell.note or "not a number", cell.raw or ""), []).append(cell)
    for (row, note, raw), cells in groups.items():
        columns = ", ".join(cell.key.rsplit(".", 1)[1] for cell in cells)
        printed = " ".join(raw.split())
        reading.issues.append(
            Issue(
                "cell_unreadable",
                row,
                f"{columns}: {note}; printed: “{printed}”",
                "warning",
                cells[0].locator,
            )
        )


def _unused_grid(reading: TableReading, grid: Grid) -> None:
    texts = [" ".join(cell.text.split()) for cell in grid.cells if cell.text.strip()]
    if texts:
        shown = " / ".join(texts)[:80]
        reading.issues.append(
            Issue(
                "table_unrecognised",
                f"table {grid.index}",
                f"no form table; begins: {shown}",
                "info",
                grid.cells[0].locator,
            )
        )


# ---------------------------------------------------------------------------------------------------------
# what is not there


def _fill(
    reading: TableReading,
    form: FormVocabulary,
    document: Document,
    seen: dict[str, Locator | None],
    *,
    whole_table_seen: bool,
    walk: Walk | None = None,
) -> None:
    """Give every cell of the form that was not read the state that says why, and report each lost table."""
    cells: dict[str, CellReading] = {}
    replaced = _replaced_rows(reading, form)
    missing_by_table: dict[str, list[str]] = {}
    for key, spec in form.form.cells.items():
        if key in reading.cells:
            cells[key] = reading.cells[key]
        elif f"{spec.table}.{spec.row}" not in replaced:
            missing_by_table.setdefault(spec.table, []).append(key)
            cells[key] = CellReading(key, None, None, MISSING_TABLE)
    for key, cell in reading.cells.items():
        cells.setdefault(key, cell)
    states = _missing_states(reading, form, document, seen, missing_by_table, walk.cuts if walk else set())
    unprinted = walk.unprinted if walk else set()
    for code, keys in missing_by_table.items():
        state = MISSING_TABLE if whole_table_seen else states[code]
        for key in keys:
            column_missing = (code, key.rsplit(".", 1)[-1]) in unprinted
            cells[key] = CellReading(key, None, None, MISSING_TABLE if column_missing else state)
        found = len([key for key in form.form.cells if key.startswith(f"{code}.")]) - len(keys)
        rows = ", ".join(dict.fromkeys(key.split(".")[1] for key in keys))
        reading.issues.append(
            Issue(
                "rows_missing" if found else "table_missing",
                code,
                f"{len(keys)} cells ({rows}) are not in the document: {state}",
                "warning",
                seen.get(code),
            )
        )
    reading.cells = cells


def _replaced_rows(reading: TableReading, form: FormVocabulary) -> set[str]:
    """Rows that a row printed instead of them stands for ((六)其他处理 as one row in the form of 2021)."""
    return {
        f"{table.code}.{code}"
        for table in form.form.tables
        for row in table.rows
        if row.optional and any(key.startswith(f"{table.code}.{row.code}.") for key in reading.cells)
        for code in row.replaces
    }


def _missing_states(
    reading: TableReading,
    form: FormVocabulary,
    document: Document,
    seen: dict[str, Locator | None],
    missing: dict[str, list[str]],
    cuts: set[str],
) -> dict[str, str]:
    """Why a table's cells are missing: a picture, a page break, or simply not there.

    A table that was met but lacks rows was cut; a table that was never met, beside a cut one in the form's
    order, was lost with it. A web page has no pages to break between: there, rows that are not printed are
    simply not there.
    """
    paged = document.media_type != "text/html"
    order = list(form.tables)
    read = {key.split(".")[0] for key in reading.cells}
    cut = {code for code in missing if code in seen or code in read} | (cuts & set(missing))
    states: dict[str, str] = {}
    for code in order:
        if code not in missing:
            continue
        if paged and (code in cut or _beside_cut(code, order, cut, missing)):
            states[code] = MISSING_PAGE_BREAK
        elif _has_pictures(document):
            states[code] = MISSING_IMAGE
        else:
            states[code] = MISSING_TABLE
    return states


def _beside_cut(code: str, order: list[str], cut: set[str], missing: dict[str, list[str]]) -> bool:
    for step in (-1, 1):
        at = order.index(code) + step
        while 0 <= at < len(order) and order[at] in missing:
            if order[at] in cut:
                return True
            at += step
    return False


def _has_pictures(document: Document) -> bool:
    """Pictures that were not looked into: a table may be in one."""
    return any(isinstance(block, ImageBlock) and not block.read for block in document.blocks)


def _read_anything(reading: TableReading) -> bool:
    return reading.form is not None and bool(reading.cells)


@lru_cache(maxsize=8)
def stream_reader(form: FormVocabulary) -> StreamReader:
    """The stream reader of a form, built once (its pattern holds all labels of the form)."""
    return StreamReader(form)
