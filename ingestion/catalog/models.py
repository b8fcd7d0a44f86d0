"""The catalog's types: a form with its tables, rows, columns and cells; states, units, report years, sources.

Belongs here: shapes and what can be asked of one object alone. Does not belong here: reading files
(`loader`), checks that need several objects (`checks`), spelling rules (`labels`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from ingestion.catalog.labels import normalise_label

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Entry(BaseModel):
    """Base of everything that is read from a catalog file."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Bilingual(Entry):
    """A text in both languages."""

    zh: Text
    en: Text


class YearRange(Entry):
    """Report years, both ends included; `last` None = still in force."""

    first: int
    last: int | None = None

    def __contains__(self, year: object) -> bool:
        return isinstance(year, int) and self.first <= year <= (self.last if self.last is not None else year)


class Named(Entry):
    """Something with a code and a printed label; `label_zh`: the official wording without enumerator."""

    code: Code
    label_zh: Text
    label_en: Text
    enumerator: Text | None = None
    aliases: tuple[Text, ...] = ()
    note: Bilingual | None = None

    @property
    def printed_label(self) -> str:
        """The official label as printed, enumerator included: "（一）予以公开"."""
        return f"{self.enumerator or ''}{self.label_zh}"

    @cached_property
    def keys(self) -> frozenset[str]:
        """Matching keys (`normalise_label`) of the label and its aliases."""
        return frozenset(normalise_label(text) for text in (self.label_zh, *self.aliases))


class Section(Named):
    """A numbered part of the report."""

    kind: Literal["narrative", "tables"]


class HeaderLabel(Named):
    """A label in a table's head that has no cells of its own (申请人情况, 法人或其他组织)."""

    parent: Code | None = None


class StubColumn(Named):
    """A column that holds no figures: `code` is indicator (row labels), unit or order (序号)."""

    code: Literal["indicator", "unit", "order"]


class Column(Named):
    """A column of figures. `patterns`: full-match regular expressions on a normalised header (2018年度)."""

    unit: Text | None = None
    money: bool | None = None  # None: as its unit says
    signed: bool = False
    group: Code | None = None
    total_of: tuple[Code, ...] = ()
    patterns: tuple[Text, ...] = ()


class Row(Named):
    """A row. `has_cells` False: a heading without figures of its own.

    `optional`: a heading that some reports print as one row with figures, in place of the rows in `replaces`;
    its cells are not part of the form (`Form.cells`), only of what may be found (`Form.optional_cells`).
    `fragments`: pieces of the label seen beside a page break, as printed; never enough to match alone.
    `level`: depth of indentation as printed, 1 = outermost. `maps_to`: rows <table>.<row> of another form
    that mean the same together; a wider or narrower meaning stands in `note`.
    """

    parent: Code | None = None
    level: int = 1
    unit: Text | None = None
    has_cells: bool = True
    optional: bool = False
    is_outcome_leaf: bool = False
    fragments: tuple[Text, ...] = ()
    article: Text | None = None
    gist: Bilingual | None = None
    refusal_kind: Literal["mandatory", "mandatory_with_override", "discretionary", "redirect"] | None = None
    total_of: tuple[Code, ...] = ()
    replaces: tuple[Code, ...] = ()
    maps_to: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class CellSpec:
    """One cell of a form. `unit` None: the form prints none."""

    key: str
    table: str
    row: str
    column: str
    unit: str | None
    signed: bool
    money: bool
    label_zh: str
    label_en: str
    article: str | None
    optional: bool = False


class Table(Named):
    """A table of a form.

    layout "rows": a row of figures for each entry of `rows`. "single_row_groups" (t4): the entries of `rows`
    stand side by side as blocks of columns, and one line holds all figures.
    """

    section: Code | None = None
    article: Text | None = None
    gist: Bilingual | None = None
    unit: Text | None = None
    layout: Literal["rows", "single_row_groups"] = "rows"
    stub_columns: tuple[StubColumn, ...] = ()
    note_labels: tuple[Text, ...] = ()
    note_en: Text | None = None
    columns: tuple[Column, ...]
    column_groups: tuple[HeaderLabel, ...] = ()
    rows: tuple[Row, ...]
    printed_cells: int
    structurally_absent: tuple[Bilingual, ...] = ()

    @cached_property
    def value_rows(self) -> tuple[Row, ...]:
        """Rows whose cells are part of the form, in printed order."""
        return tuple(row for row in self.rows if row.has_cells)

    @cached_property
    def optional_rows(self) -> tuple[Row, ...]:
        """Headings that some reports print as one row with figures (form_2021: t3.other)."""
        return tuple(row for row in self.rows if row.optional)

    @cached_property
    def outcome_leaves(self) -> tuple[Row, ...]:
        """Rows of which each request gets exactly one (t3)."""
        return tuple(row for row in self.rows if row.is_outcome_leaf)

    @cached_property
    def row_header_labels(self) -> tuple[str, ...]:
        """Labels over the column of row labels: 信息内容, 指标名称."""
        return tuple(text for stub in self.stub_columns if stub.code == "indicator" for text in _texts(stub))

    @cached_property
    def unit_header_labels(self) -> tuple[str, ...]:
        """Labels over the column of units: 计量单位, 单位."""
        return tuple(text for stub in self.stub_columns if stub.code == "unit" for text in _texts(stub))

    @cached_property
    def rows_by_key(self) -> Mapping[str, tuple[Row, ...]]:
        """Normalised label or alias -> the rows that bear it; several only under different parents."""
        return _by_key(self.rows)

    @cached_property
    def columns_by_key(self) -> Mapping[str, tuple[Column, ...]]:
        """Normalised label or alias -> the columns that bear it; several only in different groups."""
        return _by_key(self.columns)

    def row(self, code: str) -> Row:
        """The row of that code; KeyError if there is none."""
        return self._rows_by_code[code]

    def column(self, code: str) -> Column:
        """The column of that code; KeyError if there is none."""
        return self._columns_by_code[code]

    def children(self, code: str | None) -> tuple[Row, ...]:
        """The rows directly under row `code`; those on top for None."""
        return tuple(row for row in self.rows if row.parent == code)

    @cached_property
    def _rows_by_code(self) -> dict[str, Row]:
        return {row.code: row for row in self.rows}

    @cached_property
    def _columns_by_code(self) -> dict[str, Column]:
        return {column.code: column for column in self.columns}

    def specs(self, rows: Iterable[Row], money_units: frozenset[str]) -> Iterator[CellSpec]:
        """The cells of `rows`, row by row; keys are <table>.<row>.<column>."""
        for row in rows:
            for column in self.columns:
                unit = column.unit or row.unit or self.unit
                yield CellSpec(
                    key=f"{self.code}.{row.code}.{column.code}",
                    table=self.code,
                    row=row.code,
                    column=column.code,
                    unit=unit,
                    signed=column.signed,
                    money=column.money if column.money is not None else unit in money_units,
                    label_zh=f"{row.label_zh} / {column.label_zh}",
                    label_en=f"{row.label_en} / {column.label_en}",
                    article=row.article or self.article,
                    optional=row.optional,
                )


class Form(Entry):
    """A form of the annual report (or of its attachment) with its period of use.

    kind: uniform (prescribed for every body) or attachment (a list beside the prose, varies by place).
    `markers`: words in a table of this form and of no other; compared as parts of normalised labels.
    `printed_cells`: the number of cells, declared in the file and compared with `cells` at load time.
    """

    code: Code
    name_zh: Text
    name_en: Text
    report_years: YearRange
    legal_basis: Bilingual
    key_prefix: Text | None = None
    markers: tuple[Text, ...]
    kind: Literal["uniform", "attachment"]
    printed_cells: int
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...]
    note: Bilingual | None = None
    money_units: frozenset[str] = frozenset()  # set by the loader from units.yml, never in the file

    @cached_property
    def cells(self) -> Mapping[str, CellSpec]:
        """Key -> cell, in printed order. Optional and structurally absent cells are not in it."""
        specs = (spec for table in self.tables for spec in table.specs(table.value_rows, self.money_units))
        return MappingProxyType({spec.key: spec for spec in specs})

    @cached_property
    def optional_cells(self) -> Mapping[str, CellSpec]:
        """Key -> cell of rows that some reports print as one (form_2021: t3.other.*)."""
        specs = (spec for table in self.tables for spec in table.specs(table.optional_rows, self.money_units))
        return MappingProxyType({spec.key: spec for spec in specs})

    def table(self, code: str) -> Table:
        """The table of that code; KeyError if there is none."""
        return self._tables_by_code[code]

    def cell(self, key: str) -> CellSpec:
        """The cell of that key, optional ones included; KeyError if there is none."""
        return self.cells[key] if key in self.cells else self.optional_cells[key]

    @cached_property
    def _tables_by_code(self) -> dict[str, Table]:
        return {table.code: table for table in self.tables}


class State(Entry):
    """What can be said of a cell's content.

    kind: printed (a number is there), empty (a cell is there, but no number), missing (the cell is not in
    the document), unreadable, structural (the form has no such cell), beside (a value of ours, kept apart
    from the printed one). `lenient_as`: how the lenient evaluation reads it; None = not at all. `printed_as`
    are words and `patterns` full-match regular expressions of the cell's text without spaces, in NFKC.
    """

    code: Code
    zh: Text
    en: Text
    meaning_zh: Text
    meaning_en: Text
    kind: Literal["printed", "empty", "missing", "unreadable", "structural", "beside"]
    lenient_as: int | None = None
    lenient_condition: Bilingual | None = None
    printed_as: tuple[Text, ...] = ()
    patterns: tuple[Text, ...] = ()


class Unit(Entry):
    """A unit as printed (`zh` is also its code). `to_yuan`: factor to yuan, money only."""

    zh: Text
    en: Text
    kind: Literal["integer", "money"]
    decimals: int = 0
    to_yuan: int | None = None
    note: Bilingual | None = None


class DeadlineRule(Entry):
    """Last day for publishing, in the year after the report year, and the article that says so."""

    report_years: YearRange
    departments: MonthDay
    governments: MonthDay
    basis: Bilingual


class Break(Entry):
    """A break in the series between two report years: what may not be joined across it, and why."""

    code: Text
    last_before: int
    first_after: int
    name: Bilingual
    why: Bilingual
    affects: tuple[Text, ...]


class ReportYears(Entry):
    """The report years of the warehouse, their deadlines and the breaks between them."""

    years: YearRange
    deadlines: tuple[DeadlineRule, ...]
    breaks: tuple[Break, ...]

    def deadline(self, year: int, body: Literal["departments", "governments"]) -> dt.date | None:
        """The last day for publishing the report about `year`; None outside the rules."""
        for rule in self.deadlines:
            if year in rule.report_years:
                month, day = getattr(rule, body).split("-")
                return dt.date(year + 1, int(month), int(day))
        return None


class Law(Entry):
    """A law or notice that articles in the catalog refer to by `code`."""

    code: Text
    zh: Text
    en: Text
    number: Text | None = None
    issued: dt.date | None = None
    in_force: dt.date | None = None


class SourceDocument(Entry):
    """A document that a manual source names, with what a list page knew of it."""

    name: Text
    title: Text | None = None
    url: Text | None = None


class Source(Entry):
    """Where documents come from. kind manual: files put in by hand; `path` is relative to the repository."""

    id: Code
    kind: Literal["manual"]
    name_zh: Text
    name_en: Text
    path: Text | None = None
    documents: tuple[SourceDocument, ...] = ()
    note: Bilingual | None = None


def _texts(entry: Named) -> tuple[str, ...]:
    return (entry.label_zh, *entry.aliases)


N = TypeVar("N", bound=Named)


def _by_key(entries: Iterable[N]) -> Mapping[str, tuple[N, ...]]:
    found: dict[str, tuple[N, ...]] = {}
    for entry in entries:
        for key in sorted(entry.keys):
            found[key] = (*found.get(key, ()), entry)
    return MappingProxyType(found)
