"""Indicator lists from before 2019: rows of label, unit and one or two values.

Belongs here: finding such a list in a grid or in running text, by its head, and reading every row of it.
Rows that the catalog does not know stay as local indicators with their label, unit and values: such lists
vary by place and year. Does not belong here: the tables of the uniform forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingestion.catalog import Catalog
from ingestion.catalog.labels import normalise_label
from ingestion.extract.model import Document, Grid, GridCell, Issue, Locator, OtherReading, TextBlock
from ingestion.recognise.listed_rows import listed_rows
from ingestion.recognise.numbers import Printed, parse_number
from ingestion.recognise.reading import UNREADABLE, CellReading, IndicatorReading
from ingestion.recognise.stream import FlatText, flatten, squeeze
from ingestion.recognise.vocabulary import FormVocabulary, TableVocabulary

#: A label longer than this is prose: the list has ended.
MAX_LABEL = 60
#: A column head that a list's form prints counts as much as this share of its row labels.
COLUMN_WEIGHT = 0.1
#: A page number or a remark may stand between a head that was left behind and its rows.
_LINES_BEFORE_GRID = 3
#: A reader of ink that is no surer than this has guessed.
_GUESSED = 0.5
_YEAR_HEAD = re.compile(r"(?P<year>(?:19|20)\d{2})年度?")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class ListText:
    """A field of a list: text as printed, where, and how its reader saw it (see `FieldText`)."""

    text: str
    locator: Locator | None
    confidence: float = 1.0
    others: tuple[OtherReading, ...] = ()
    legible: bool = True


@dataclass(slots=True)
class ListRow:
    label: str
    unit: str | None
    values: list[ListText]
    locator: Locator | None
    #: the row as printed
    raw: str
    #: of the reader of the label; 1.0 where it is no reader of ink
    confidence: float = 1.0


@dataclass(slots=True)
class FoundList:
    """A list as printed: the labels of its value columns and its rows."""

    heads: list[str]
    locator: Locator | None
    rows: list[ListRow] = field(default_factory=list)
    grid: int | None = None


@dataclass(slots=True)
class ListReading:
    """A list, understood: its form, its indicators, and the cells of that form."""

    form: str
    cells: dict[str, CellReading]
    indicators: list[IndicatorReading]
    issues: list[Issue]
    years: list[int]
    grids: set[int]


def read_lists(
    document: Document, catalog: Catalog, vocabularies: dict[str, FormVocabulary]
) -> ListReading | None:
    """The indicator list of a document, or None where it has none."""
    tables = [table for form in vocabularies.values() for table in form.tables.values() if form.is_list]
    units = frozenset(catalog.units)
    heads = frozenset(head for table in tables for head in table.row_headers)
    unit_heads = frozenset(head for table in tables for head in table.unit_headers)
    found = _in_grids(document, heads, unit_heads, units, tables)
    if not found:
        found = list(_in_text(document, heads, unit_heads, tables, units))
    found = [item for item in found if item.rows]
    if not found:
        return None
    labels = [row.label for item in found for row in item.rows]
    best = max(
        tables, key=lambda table: _score(table, labels, [head for item in found for head in item.heads])
    )
    return _understand(best, found)


# ---------------------------------------------------------------------------------------------------------
# finding


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a list's head prints what: indexes into a row's fields."""

    width: int
    label: int
    unit: int | None
    values: tuple[int, ...]


def _in_grids(
    document: Document,
    heads: frozenset[str],
    unit_heads: frozenset[str],
    units: frozenset[str],
    tables: Sequence[TableVocabulary],
) -> list[FoundList]:
    """The lists in a document's grids; a grid without a head goes on with the list before it if it can be."""
    lists: list[FoundList] = []
    shape: _Shape | None = None
    for grid, before in _grids_with_text_before(document):
        found: FoundList | None = None
        left_behind = _head_in_text(before, heads, unit_heads, tables)
        if left_behind is not None:
            shape, labels, place = left_behind
            lists.append(FoundList(labels, place))
        rows = [cells for cells in grid.rows() if any(cell.text.strip() for cell in cells)]
        if shape is not None and _continues(rows, shape, units):
            found = FoundList(lists[-1].heads, lists[-1].locator, grid=grid.index)
            lists.append(found)
        for cells in rows:
            filled = [cell for cell in cells if cell.text.strip()]
            head = _shape([cell.text for cell in filled], heads, unit_heads, tables)
            if head is not None:
                shape = head
                labels = [normalise_label(filled[at].text) for at in head.values]
                found = FoundList(labels, filled[head.label].locator, grid=grid.index)
                lists.append(found)
            elif found is not None and shape is not None:
                found.rows.append(_grid_row(cells, filled, shape))
    return lists


def _grids_with_text_before(document: Document) -> Iterator[tuple[Grid, list[TextBlock]]]:
    """Each grid with the texts between it and the grid before."""
    texts: list[TextBlock] = []
    for block in document.blocks:
        if isinstance(block, TextBlock):
            texts.append(block)
        elif isinstance(block, Grid):
            yield block, texts
            texts = []


def _head_in_text(
    texts: Sequence[TextBlock],
    heads: frozenset[str],
    unit_heads: frozenset[str],
    tables: Sequence[TableVocabulary],
) -> tuple[_Shape, list[str], Locator] | None:
    """A list's head that a page break left behind as a line of text, when its rows stand in a grid."""
    for block in reversed(texts[-_LINES_BEFORE_GRID:]):
        fields = block.text.split()
        shape = _shape(fields, heads, unit_heads, tables)
        if shape is not None and max(shape.values) + 1 == len(fields):
            return shape, [normalise_label(fields[at]) for at in shape.values], block.locator
    return None


def _continues(rows: Sequence[list[GridCell]], shape: _Shape, units: frozenset[str]) -> bool:
    """Rows as wide as the list's, each with a known unit where its units stand, or a sign for none."""
    if shape.unit is None or any(len(cells) != shape.width for cells in rows):
        return False
    printed = [cells[shape.unit] for cells in rows]
    with_unit = sum(cell.text.strip() in units for cell in printed)
    return with_unit > 0 and all(cell.text.strip() in units or _says_nothing(cell) for cell in printed)


def _says_nothing(cell: GridCell) -> bool:
    """A sign for no unit, as beside a heading; a scan makes 一_ of ——, and knows that it does not know."""
    return cell.confidence < _GUESSED or not any(char.isalnum() for char in cell.text)


def _shape(
    texts: list[str], heads: frozenset[str], unit_heads: frozenset[str], tables: Sequence[TableVocabulary]
) -> _Shape | None:
    """The shape that a row of labels gives a list; columns that the catalog does not know are kept."""
    label = next((at for at, text in enumerate(texts) if normalise_label(text) in heads), None)
    if label is None:
        return None
    # by lines: of a broken rule above the label a scan makes a line of its own (一)
    unit = next(
        (
            at
            for at, text in enumerate(texts)
            if not unit_heads.isdisjoint(map(normalise_label, text.split("\n")))
        ),
        None,
    )
    values = tuple(at for at in range(label + 1, len(texts)) if at != unit)
    if not values or (unit is None and not any(_column(tables, texts[at]) for at in values)):
        return None
    return _Shape(len(texts), label, unit, values)


def _grid_row(cells: list[GridCell], filled: list[GridCell], shape: _Shape) -> ListRow:
    """A row as wide as the head (blank cells count) is read by position; else its values stay unplaced."""
    whole = cells if len(cells) == shape.width else filled
    raw = " ".join(_flat(cell.text) for cell in filled)
    if len(whole) != shape.width:
        label = next((cell for cell in filled if not parse_number(cell.text).is_value), filled[0])
        return ListRow(_flat(label.text), None, [], label.locator, raw, label.confidence)
    values = [
        ListText(cell.text, cell.locator, cell.confidence, cell.others, cell.legible)
        for cell in (whole[at] for at in shape.values)
    ]
    unit = whole[shape.unit].text.strip() if shape.unit is not None else ""
    label = whole[shape.label]
    return ListRow(_flat(label.text), unit or None, values, label.locator, raw, label.confidence)


def _in_text(
    document: Document,
    heads: frozenset[str],
    unit_heads: frozenset[str],
    tables: Sequence[TableVocabulary],
    units: frozenset[str],
) -> Iterator[FoundList]:
    squeezed = squeeze(document.text())
    if not any(head in squeezed for head in heads):
        return
    flat = flatten([block if isinstance(block, TextBlock) else None for block in document.blocks])
    tokens = [(found.group(), found.start()) for found in re.finditer(r"[^\s|\f]+", flat.text)]
    position = 0
    while position < len(tokens):
        if normalise_label(tokens[position][0]) not in heads:
            position += 1
            continue
        after = position + 1
        if after < len(tokens) and normalise_label(tokens[after][0]) in unit_heads:
            after += 1
        columns: list[str] = []
        while after < len(tokens) and _column(tables, tokens[after][0]):
            columns.append(normalise_label(tokens[after][0]))
            after += 1
        if not columns:
            position += 1
            continue
        found = FoundList(columns, _token_place(flat, tokens[position]))
        position = _text_rows(found, flat, tokens, after, units)
        yield found


def _text_rows(
    found: FoundList, flat: FlatText, tokens: list[tuple[str, int]], position: int, units: frozenset[str]
) -> int:
    """Rows `label… unit value…` from `position` on; returns the position behind the last row."""
    width = len(found.heads)
    while position < len(tokens):
        label: list[str] = []
        at = position
        while at < len(tokens) and tokens[at][0] not in units:
            label.append(tokens[at][0])
            at += 1
            if sum(map(len, label)) > MAX_LABEL:
                return position
        if at >= len(tokens) or not label:
            return position
        unit = tokens[at][0]
        values: list[ListText] = []
        next_at = at + 1
        while next_at < len(tokens) and parse_number(tokens[next_at][0]).is_value:
            confidence = flat.confidence(tokens[next_at][1])
            values.append(ListText(tokens[next_at][0], _token_place(flat, tokens[next_at]), confidence))
            next_at += 1
        found.rows.append(
            ListRow(
                " ".join(label),
                unit,
                values if len(values) == width else [],
                _token_place(flat, tokens[position]),
                " ".join(text for text, _ in tokens[position:next_at]),
            )
        )
        position = next_at
    return position


def _token_place(flat: FlatText, token: tuple[str, int]) -> Locator:
    return flat.locator(token[1], token[1] + len(token[0]))


# ---------------------------------------------------------------------------------------------------------
# understanding


def _score(table: TableVocabulary, labels: Sequence[str], heads: Sequence[str]) -> float:
    """How much of the list the table's labels cover; its columns decide between equals."""
    known = sum(1 for label in labels if table.rows.get(normalise_label(label)))
    columns = len({_column([table], head) for head in heads} - {None})
    return known / len(labels) + COLUMN_WEIGHT * columns


def _understand(table: TableVocabulary, found: Sequence[FoundList]) -> ListReading:
    reading = ListReading(table.form.code, {}, [], [], [], set())
    printed_labels = [(row.label, row.confidence) for item in found for row in item.rows]
    listed = iter(listed_rows(table, printed_labels))
    for item in found:
        columns = [_column([table], head) or head for head in item.heads]
        if item.grid is not None:
            reading.grids.add(item.grid)
        for head in item.heads:
            year = _YEAR_HEAD.fullmatch(head)
            if year:
                reading.years.append(int(year["year"]))
        for printed in item.rows:
            known = next(listed)
            row = known.row
            if row is not None and not row.has_cells:
                continue
            code = f"{table.code}.{row.code}" if row is not None else None
            values: dict[str, CellReading] = {}
            for index, column in enumerate(columns):
                key = f"{code}.{column}" if code and column in table.column_codes else column
                cell = _value(key, printed, index, len(columns), known.confidence)
                values[column] = cell
                if code is not None and column in table.column_codes:
                    _keep(reading, cell)
            reading.indicators.append(
                IndicatorReading(printed.label, code, printed.unit, values, printed.locator)
            )
            if row is None:
                reading.issues.append(
                    Issue(
                        "indicator_local",
                        table.code,
                        f"no row of the list in the catalog is labelled “{printed.label}”: kept as it is",
                        "info",
                        printed.locator,
                    )
                )
    return reading


def _value(key: str, printed: ListRow, index: int, width: int, certainty: float) -> CellReading:
    if len(printed.values) != width:
        return CellReading(
            key,
            None,
            printed.raw,
            UNREADABLE,
            locator=printed.locator,
            note=f"the row does not print one value for each of {width} columns",
        )
    text = printed.values[index]
    number = parse_number(text.text) if text.legible else Printed(UNREADABLE, note="it could not be read")
    return CellReading(
        key=key,
        value=number.value,
        raw=text.text.strip() or None,
        state=number.state,
        confidence=min(number.confidence, text.confidence, certainty) if number.is_value else None,
        unit=number.unit or printed.unit,
        locator=text.locator,
        note=number.note,
        others=text.others,
    )


def _keep(reading: ListReading, cell: CellReading) -> None:
    earlier = reading.cells.get(cell.key)
    if earlier is None:
        reading.cells[cell.key] = cell
    elif (earlier.value, earlier.state) != (cell.value, cell.state):
        reading.issues.append(
            Issue(
                "cell_conflict",
                cell.key,
                f"printed twice: {earlier.raw} and {cell.raw}",
                "error",
                cell.locator,
            )
        )
        reading.cells[cell.key] = CellReading(
            cell.key,
            None,
            f"{earlier.raw} | {cell.raw}",
            UNREADABLE,
            locator=earlier.locator,
            note="printed twice",
        )


def _column(tables: Sequence[TableVocabulary], text: str) -> str | None:
    return next((code for table in tables if (code := table.column(text)) is not None), None)


def _flat(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
