"""The labels of one form, indexed for matching within their place.

Belongs here: which label text means which table, column or row, inside its table (a bare 其他 or 总计 occurs
many times in a form, so nothing here is looked up without its table). Does not belong here: the labels
themselves (they are catalog files) and walking through a document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ingestion.catalog import Catalog, Form, Table
from ingestion.catalog.labels import enumerator_number, normalise_label, split_enumerator
from ingestion.catalog.models import Row
from ingestion.recognise.rows import CellSlot

#: A label that is not in the catalog but resembles one of its parent's rows this closely (and no other
#: nearly as closely) is read, with less confidence: typing errors are common, new rows are not.
MIN_RESEMBLANCE = 0.72
MIN_LEAD = 0.12
CONFIDENCE_RESEMBLES = 0.85
#: Characters of a column label that must be left where converters keep only its first line.
MIN_CUT_LENGTH = 3

#: Shorter texts are never matched by resemblance or as part of a longer text.
MIN_FUZZY_LENGTH = 4


@dataclass(frozen=True, slots=True)
class RowMatch:
    """A row that a printed label stands for; confidence below 1 where the label only resembles it."""

    row: Row
    confidence: float = 1.0


class TableVocabulary:
    """Labels of one table of one form."""

    def __init__(self, form: Form, table: Table) -> None:
        self.form = form
        self.table = table
        self.code = table.code
        # asked for every row of every document, with few different answers
        self._slots: dict[tuple[object, ...], list[CellSlot]] = {}
        self._relations: dict[tuple[str, int], tuple[list[tuple[int, list[int]]], list[str | None]]] = {}
        #: one line of numbers under groups of columns, no row labels
        self.is_review = table.layout == "single_row_groups"
        self.titles = table.keys
        self.row_headers = _labels(*table.row_header_labels)
        self.unit_headers = _labels(*table.unit_header_labels)
        self.notes = _labels(*table.note_labels)
        self.group_codes = {key: group.code for group in table.column_groups for key in group.keys}
        self.groups = frozenset(self.group_codes)
        #: column or group of columns -> the group it stands under in the head
        self.group_of = {item.code: item.group for item in table.columns} | {
            item.code: item.parent for item in table.column_groups
        }
        self.columns = {key: columns[0].code for key, columns in table.columns_by_key.items()}
        self.column_patterns = [
            (re.compile(pattern), column.code) for column in table.columns for pattern in column.patterns
        ]
        self.rows = table.rows_by_key
        self.by_code = {row.code: row for row in table.rows}
        self.parents = {row.parent for row in table.rows if row.parent is not None}
        self.order = {row.code: index for index, row in enumerate(table.rows)}
        self.parent_labels = sorted(
            ((label, row.code) for row in table.rows if table.children(row.code) for label in row.keys),
            key=lambda pair: -len(pair[0]),
        )
        self.fragments = frozenset(key for row in table.rows for key in _labels(*row.fragments))
        self.column_codes = [column.code for column in table.columns]

    # ------------------------------------------------------------------------------------------------ rows

    def row(self, text: str, parent: str | None) -> RowMatch | None:
        """The row that `text` names, inside `parent` where the label alone is not enough."""
        label = normalise_label(text)
        if not label:
            return None
        rows = self.rows.get(label)
        if rows:
            row = _within(rows, parent)
            return RowMatch(row) if row else None
        return None

    def resembling_row(self, text: str, parent: str | None) -> RowMatch | None:
        """The row of this parent whose label is close to `text`, if exactly one is."""
        number = enumerator_number(split_enumerator(text)[0])
        label = normalise_label(text)
        if len(label) < MIN_FUZZY_LENGTH:
            return None
        scored: dict[str, float] = {}
        for known, rows in self.rows.items():
            if len(known) < MIN_FUZZY_LENGTH:
                continue
            for row in rows:
                if parent is not None and row.parent not in (parent, None) and row.code != parent:
                    continue
                score = SequenceMatcher(None, known, label, autojunk=False).ratio()
                if number is not None and number == enumerator_number(row.enumerator):
                    score += 0.05
                scored[row.code] = max(scored.get(row.code, 0.0), score)
        best = _clear_best(scored)
        return RowMatch(self.by_code[best], CONFIDENCE_RESEMBLES) if best is not None else None

    def parent_in(self, text: str) -> str | None:
        """The last parent label in `text` (cells print "三、本年度办理结果 (三)不予公开" in one)."""
        label = normalise_label(text)
        best: tuple[int, int, str] | None = None
        for known, code in self.parent_labels:
            at = label.rfind(known)
            if at >= 0 and (len(known) >= MIN_FUZZY_LENGTH or label == known):
                found = (at, len(known), code)
                if best is None or found > best:
                    best = found
        return best[2] if best else None

    def row_at_end(self, text: str, parent: str | None) -> RowMatch | None:
        """The row whose label ends a longer text that begins with a parent's label."""
        label = normalise_label(text)
        outer = self.parent_in(text)
        if outer is None:
            return None
        for known in sorted(self.rows, key=len, reverse=True):
            if len(known) >= MIN_FUZZY_LENGTH and label != known and label.endswith(known):
                row = _within(self.rows[known], outer)
                if row is not None and row.parent == outer:
                    return RowMatch(row)
        return None

    def is_fragment(self, text: str) -> bool:
        """True for a piece of a label that a page break cut off: a long enough beginning or end of one."""
        label = normalise_label(text)
        if label in self.fragments:
            return True
        if len(label) < MIN_FUZZY_LENGTH:
            return False
        return any(
            known != label and (known.endswith(label) or known.startswith(label)) for known in self.rows
        )

    # ------------------------------------------------------------------------------------------------ columns

    def column(self, text: str) -> str | None:
        """Column code of a header label, or None."""
        label = normalise_label(text)
        code = self.columns.get(label)
        if code is None:
            code = next((one for pattern, one in self.column_patterns if pattern.fullmatch(label)), None)
        return code

    def resembling_column(self, text: str) -> str | None:
        """The column that a label of no column may stand for: it ends with its label, or nearly is it."""
        label = normalise_label(text)
        ends = {code for known, code in self.columns.items() if len(known) > 1 and label.endswith(known)}
        # readers of pictures take a speck beside a label for a character (总计文)
        ends |= {code for known, code in self.columns.items() if len(known) > 1 and known == label[:-1]}
        if len(ends) == 1:
            return ends.pop()
        if len(label) < MIN_FUZZY_LENGTH:
            # one wrong character of three (白然人 for 自然人); of two, 小计 would be 总计
            near = {
                code
                for known, code in self.columns.items()
                if len(label) == len(known) == 3 and sum(map(str.__ne__, known, label)) == 1
            }
            return near.pop() if len(near) == 1 else None
        scored: dict[str, float] = {}
        for known, code in self.columns.items():
            score = SequenceMatcher(None, known, label, autojunk=False).ratio()
            scored[code] = max(scored.get(code, 0.0), score)
        return _clear_best(scored)

    def columns_beginning(self, text: str) -> list[str]:
        """The columns whose label goes on where `text` is cut short, in the form's order (本年新: two)."""
        label = normalise_label(text)
        if len(label) < MIN_CUT_LENGTH:
            return []
        found = {code for known, code in self.columns.items() if known != label and known.startswith(label)}
        return [code for code in self.column_codes if code in found]

    def is_header_word(self, text: str) -> bool:
        """True for texts that stand in a head only: 信息内容, 申请人情况, the note on the sums."""
        label = normalise_label(text)
        return label in self.row_headers or label in self.groups or self.is_note(text)

    def is_note(self, text: str) -> bool:
        label = normalise_label(text)
        return label in self.notes or "勾稽关系" in label

    # ------------------------------------------------------------------------------------------------ slots

    def slots(
        self,
        row: Row,
        columns: list[str] | None = None,
        units: dict[str, str] | None = None,
        doubtful: frozenset[str] = frozenset(),
    ) -> list[CellSlot]:
        """Cells of `row` in the order of `columns` (default: as in the form).

        A column of no name ("") is one that the form does not have: its slot has no key and its figure goes
        nowhere. `units`: units of money that the table's head prints, by column; they win over the form's.
        `doubtful`: columns whose printed label only resembles theirs.
        """
        known = (row.code, tuple(columns or ()), tuple((units or {}).items()), doubtful)
        if known in self._slots:
            return self._slots[known]
        found: list[CellSlot] = []
        for code in columns or self.column_codes:
            if not code:
                found.append(CellSlot(""))
                continue
            column = self.table.column(code)
            official = column.unit if column.unit and "元" in column.unit else None
            key, unit = f"{self.code}.{row.code}.{code}", (units or {}).get(code, official)
            found.append(
                CellSlot(key, column.signed, unit, CONFIDENCE_RESEMBLES if code in doubtful else 1.0)
            )
        self._slots[known] = found
        return found

    def totals(self, columns: list[str] | None = None) -> list[tuple[int, list[int]]]:
        """(index of total, indexes of its parts) among the columns of one row."""
        codes = columns or self.column_codes
        found: list[tuple[int, list[int]]] = []
        for column in self.table.columns:
            if column.total_of and column.code in codes and all(part in codes for part in column.total_of):
                found.append((codes.index(column.code), [codes.index(part) for part in column.total_of]))
        return found

    def relations(
        self, row: Row, slots: list[CellSlot]
    ) -> tuple[list[tuple[int, list[int]]], list[str | None]]:
        """`totals` and `bounds` of one row with these slots (as `slots` gave them)."""
        known = (row.code, id(slots))
        if known not in self._relations:
            columns = [slot.key.split(".")[-1] for slot in slots]
            self._relations[known] = self.totals(columns), self.bounds(row, columns)
        return self._relations[known]

    def line_slots(self) -> list[CellSlot]:
        """All cells of a table that prints one line of numbers (t4), group by group."""
        return [slot for row in self.table.value_rows for slot in self.slots(row)]

    def line_totals(self, slots: list[CellSlot]) -> list[tuple[int, list[int]]]:
        """Each group's total and its parts, as indexes into `slots`: the cells of one or more groups."""
        at = {slot.key: index for index, slot in enumerate(slots)}
        return [
            (
                at[f"{self.code}.{row.code}.{column.code}"],
                [at[f"{self.code}.{row.code}.{part}"] for part in column.total_of],
            )
            for row in self.table.value_rows
            for column in self.table.columns
            if column.total_of and f"{self.code}.{row.code}.{column.code}" in at
        ]

    def bounds(self, row: Row, columns: list[str] | None = None) -> list[str | None]:
        """Per column the cell that this row's cell is a part of, and so cannot exceed."""
        whole = next((other.code for other in self.table.rows if row.code in other.total_of), None)
        codes = columns or self.column_codes
        return [f"{self.code}.{whole}.{code}" if whole and code else None for code in codes]


def _clear_best(scored: dict[str, float]) -> str | None:
    """The code that resembles most, if it does so closely and no other nearly as closely."""
    if not scored:
        return None
    ranked = sorted(scored.items(), key=lambda pair: -pair[1])
    lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)
    return ranked[0][0] if ranked[0][1] >= MIN_RESEMBLANCE and lead >= MIN_LEAD else None


def _within(rows: Sequence[Row], parent: str | None) -> Row | None:
    if len(rows) == 1:
        return rows[0]
    inside = [row for row in rows if row.parent == parent]
    return inside[0] if len(inside) == 1 else None


def _labels(*texts: str) -> frozenset[str]:
    return frozenset(label for text in texts if (label := normalise_label(text)))


class FormVocabulary:
    """All tables of a form, and the labels that tell this form from another."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.tables = {table.code: TableVocabulary(form, table) for table in form.tables}
        #: an indicator list from before 2019: rows of label, unit and values
        self.is_list = all(table.unit_header_labels for table in form.tables)
        self.markers = tuple(sorted(_labels(*form.markers)))
        self.sections = {key: section.code for section in form.sections for key in section.keys}
        self.titles: dict[str, TableVocabulary] = {}
        for table in self.tables.values():
            for title in table.titles:
                self.titles.setdefault(title, table)
        self.table_of_section = {
            section.code: [table.code for table in form.tables if table.section == section.code]
            for section in form.sections
        }

    def table_titled(self, text: str) -> TableVocabulary | None:
        """The table whose official title `text` is."""
        return self.titles.get(normalise_label(text))

    def is_heading(self, text: str) -> bool:
        """True for the title of a table or the name of a section."""
        label = normalise_label(text)
        return label in self.titles or label in self.sections

    def section_titled(self, text: str) -> str | None:
        return self.sections.get(normalise_label(text))


def vocabularies(catalog: Catalog) -> dict[str, FormVocabulary]:
    """Vocabularies of all forms of the catalog, by form code; built once a catalog version."""
    if catalog.version not in _BUILT:
        _BUILT.clear()
        _BUILT[catalog.version] = {code: FormVocabulary(form) for code, form in catalog.forms.items()}
    return _BUILT[catalog.version]


_BUILT: dict[str, dict[str, FormVocabulary]] = {}
