"""Form rows in running text: tables whose cells an archive printed one after the other, or glued together.

Belongs here: finding the labels of a form in text without cell borders, in any spacing, and cutting out what
stands between one label and the next. Does not belong here: deciding which number is which cell (`align`
does, from the row's own proof), grids (`grids`).

A label only opens a row where its table is under way: the table's title, section or head must stand before
it, because 行政许可 or 其他 in a sentence is prose.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ingestion.catalog.labels import LABEL_CHARACTERS, enumerator_number
from ingestion.catalog.models import Row
from ingestion.catalog.traditional import SOUND, words_of_the_forms
from ingestion.extract.model import Issue, Locator, TextBlock
from ingestion.recognise.heads import unit_in_head
from ingestion.recognise.layouts import (
    CONFIDENCE_IN_DOUBT,
    HEAD_IN_DOUBT,
    Layout,
    PrintedLabels,
    layout_with_guesses,
)
from ingestion.recognise.rows import FieldText, RowReading
from ingestion.recognise.vocabulary import MIN_FUZZY_LENGTH, FormVocabulary, TableVocabulary

#: A label of a section further on than this many characters after the last row ends the table.
MAX_VALUE_TEXT = 200
#: Column labels that must stand in a head before its table is believed.
MIN_HEAD = {"t3": 3, "t4": 8}
#: Rows with numbers that make a request table believable without a head.
MIN_ROWS_WITHOUT_HEAD = 5

#: Words between two labels of a head are the label of a further column up to this length.
MAX_FOREIGN_LABEL = 8

#: A bracket behind a label: of a unit or a note, whatever it holds; and of an explanation.
MAX_UNIT_BRACKET = 40
MAX_EXPLANATION = 160
MAX_FIGURES_EXPLAINED = 2
_YEAR_NAMED = re.compile(r"20\d\d年")

#: Stands in the text where a grid was: no value reaches across it.
BARRIER = "\f"

# As labels are compared (`catalog.labels`), one character at a time, so that places can be told.
_UNIFY: dict[int, str | int | None] = {
    **str.maketrans(
        {
            **dict.fromkeys("（【〔[", "("),
            **dict.fromkeys("）】〕]", ")"),
            **dict.fromkeys("“”「」『』‘’\"'＂", None),
            **dict.fromkeys("，、", ","),
            "：": ":",
            "它": "他",
        }
    ),
    **LABEL_CHARACTERS,
}
_PAGE_NUMBER = re.compile(r"\s*[-—–－]+\s*\d{1,3}\s*[-—–－]+\s*|\s*第\s*\d{1,3}\s*页.{0,12}")
# What may stand between a label and its numbers: its closing quote, an explanation in brackets, a colon.
_AFTER_LABEL = re.compile(r"\s*(?:\((?:[^()\f]|\([^()\f]{1,6}\)){0,80}\)|[”\"'」』:])")
_TRAILING_ENUMERATOR = re.compile(
    r"(?P<digit>\d{1,2})[.,)]\s*$|(?P<other>\(?[一二三四五六七八九十]{1,3}[),.]|[①-⑳]|其中:?)\s*$"
)
_TOKEN_VALUE = re.compile(
    r"[+\-]?\d[\d.,]*(?:亿元|万元|元|人次|件|条|项|次|个)?(?:/[+\-]?\d+)?|[/\\\-—–－]+|无|○|〇"
)


@dataclass(slots=True)
class FlatText:
    """Text blocks joined, squeezed of spaces for finding labels, with the way back to the blocks."""

    text: str
    squeezed: str
    origin: list[int]
    block_starts: list[int]
    blocks: list[TextBlock]

    def locator(self, start: int, end: int) -> Locator:
        """Place of text[start:end] in its document."""
        block_index = bisect_right(self.block_starts, start) - 1
        block = self.blocks[block_index]
        offset = start - self.block_starts[block_index]
        line_shift = block.text.count("\n", 0, offset)
        at = block.locator
        return Locator(
            page=at.page,
            line=at.line + line_shift if at.line is not None else None,
            char_start=at.char_start + offset if at.char_start is not None else None,
            char_end=at.char_start + offset + (end - start) if at.char_start is not None else None,
            bbox=at.bbox,
            part=at.part,
            carrier=at.carrier,
        )

    def confidence(self, at: int) -> float:
        """How sure the reader of the format is of the text at text[at]."""
        return self.blocks[bisect_right(self.block_starts, at) - 1].confidence


def flatten(blocks: Sequence[TextBlock | None]) -> FlatText:
    """Join text blocks; a None (a grid stood there) becomes a barrier that no value crosses."""
    parts: list[str] = []
    starts: list[int] = []
    kept: list[TextBlock] = []
    length = 0
    for block in blocks:
        if block is None:
            piece = BARRIER
        elif _PAGE_NUMBER.fullmatch(block.text):
            continue
        else:
            starts.append(length)
            kept.append(block)
            piece = block.text + "\n"
        parts.append(piece)
        length += len(piece)
    text = "".join(parts)
    squeezed: list[str] = []
    origin: list[int] = []
    sounds = {index for sound in SOUND.finditer(text) for index in range(*sound.span())}
    for index, char in enumerate(text):
        if char == BARRIER:
            squeezed.append(char)
            origin.append(index)
            continue
        if char.isspace() or char in "|\u200b\ufeff" or index in sounds:
            continue
        for folded in fold_char(char):
            squeezed.append(folded)
            origin.append(index)
    return FlatText(text, words_of_the_forms("".join(squeezed)), origin, starts, kept)


@lru_cache(maxsize=8192)
def fold_char(char: str) -> str:
    """One character as labels are compared; circled and raised digits stay what they are."""
    if unicodedata.category(char) == "No":
        return char
    return unicodedata.normalize("NFKC", char).translate(_UNIFY).replace(" ", "")


def fold_label(label: str) -> str:
    """A label as `fold_char` would leave it, for finding it in squeezed text."""
    return "".join(fold_char(char) for char in label if not char.isspace())


def squeeze(text: str) -> str:
    """A whole text folded at once, without spaces: for asking whether a label stands in it, not where."""
    squeezed = unicodedata.normalize("NFKC", SOUND.sub("", "".join(text.split())))
    return words_of_the_forms(squeezed.translate(_UNIFY))


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found in the squeezed text, [start, end)."""

    label: str
    start: int
    end: int


@dataclass(slots=True)
class _Table:
    """A table under way."""

    vocabulary: TableVocabulary
    start: int
    heads: list[str] = field(default_factory=list)
    printed: PrintedLabels = field(default_factory=PrintedLabels)
    #: place behind the last label of the head
    head_end: int | None = None
    units: dict[str, str] = field(default_factory=dict)
    rows: list[RowReading] = field(default_factory=list)
    parent: str | None = None
    #: place in the form of the last row met: a bare 其他 before it is no row
    last_order: int = -1
    seen: set[str] = field(default_factory=set)
    _layout: Layout | None = None

    def note_head(self, hit: Hit, flat: FlatText, code: str | None) -> None:
        """A label of the head; words between it and the label before it are a column of another name."""
        if self.head_end is not None:
            between = flat.squeezed[self.head_end : hit.start]
            if _is_words(between):
                self.printed.add_foreign(self.printed.guess(self.vocabulary, between))
        self.printed.add(code)
        self.head_end = hit.end + len(_bracket_after(flat, hit))

    @property
    def layout(self) -> Layout:
        """The columns that the head prints; asked for when the head is over."""
        if self._layout is None:
            printed, table = self.printed, self.vocabulary
            if not self.heads:
                self._layout = Layout()
            elif printed.total_moves(table) or not printed.places_foreign(table):
                self._layout = Layout(confidence=CONFIDENCE_IN_DOUBT)
            else:
                self._layout = layout_with_guesses(
                    table, lambda accepted: [printed.order(table, accepted)], printed.guesses.values()
                )
        return self._layout


class StreamReader:
    """Reads the tables of one form out of flat text."""

    def __init__(self, form: FormVocabulary) -> None:
        self.form = form
        labels: set[str] = set()
        self.titles: dict[str, TableVocabulary] = {}
        self.sections: dict[str, str] = {}
        for table in form.tables.values():
            for title in table.titles:
                self.titles[fold_label(title)] = table
            labels.update(fold_label(label) for label in table.rows)
            labels.update(fold_label(label) for label in table.columns)
            labels.update(fold_label(label) for label in (*table.groups, *table.row_headers))
        for label, code in form.sections.items():
            self.sections[fold_label(label)] = code
        labels.update(self.titles)
        labels.update(self.sections)
        labels.discard("")
        self.pattern = re.compile(
            "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
        )
        self.rows = {
            code: {fold_label(label): rows for label, rows in table.rows.items()}
            for code, table in form.tables.items()
        }
        self.columns = {
            code: {fold_label(label): column for label, column in table.columns.items()}
            for code, table in form.tables.items()
        }
        self.groups = {
            code: {fold_label(label): group for label, group in table.group_codes.items()}
            for code, table in form.tables.items()
        }
        self.words = {
            code: {fold_label(label) for label in (*table.groups, *table.row_headers)}
            for code, table in form.tables.items()
        }

    def read(
        self, flat: FlatText, done: set[str]
    ) -> tuple[list[RowReading], list[Issue], dict[str, Locator], set[tuple[str, str]]]:
        """Rows of all tables but those in `done`, issues, the tables seen with their place, and the (table,
        column) that their heads do not print.
        """
        hits = self._hits(flat)
        tables: list[_Table] = []
        current: _Table | None = None
        for position, hit in enumerate(hits):
            entered = self._entered(hit, current, flat)
            if entered is not None:
                current = _Table(entered, hit.start)
                tables.append(current)
                continue
            if hit.label in self.sections and self._is_heading(hit, flat):
                current = None
                continue
            if current is None:
                current = self._opened_by_head(hit, hits, position)
                if current is None:
                    continue
                tables.append(current)
            following = hits[position + 1] if position + 1 < len(hits) else None
            self._step(current, hit, following, flat)
        rows: list[RowReading] = []
        seen: dict[str, Locator] = {}
        issues: list[Issue] = []
        unprinted: set[tuple[str, str]] = set()
        for table in tables:
            code = table.vocabulary.code
            if code in done or not self._believable(table):
                continue
            rows.extend(table.rows)
            seen.setdefault(code, flat.locator(flat.origin[table.start], flat.origin[table.start] + 1))
            unprinted.update((code, column) for column in table.layout.missing)
        return rows, issues, seen, unprinted

    def _hits(self, flat: FlatText) -> list[Hit]:
        """All labels in the text, but not words inside the bracket behind a label (…不计其他情形）)."""
        hits: list[Hit] = []
        behind = 0
        for found in self.pattern.finditer(flat.squeezed):
            if found.start() >= behind:
                hit = Hit(found.group(), found.start(), found.end())
                hits.append(hit)
                behind = hit.end + len(_bracket_after(flat, hit))
        return hits

    # ------------------------------------------------------------------------------------------- context

    def _entered(self, hit: Hit, current: _Table | None, flat: FlatText) -> TableVocabulary | None:
        if hit.label in self.titles and hit.label not in self.sections:
            return self.titles[hit.label]
        code = self.sections.get(hit.label)
        if code is not None and self._is_heading(hit, flat):
            tables = self.form.table_of_section.get(code, [])
            if len(tables) == 1:
                return self.form.tables[tables[0]]
        return None

    def _is_heading(self, hit: Hit, flat: FlatText) -> bool:
        """A section's name with its numeral before it; in a list of section names in prose it has none."""
        before = flat.squeezed[max(0, hit.start - 3) : hit.start]
        return re.search(r"[一二三四五六七八九]\s*[,.]$", before) is not None

    def _opened_by_head(self, hit: Hit, hits: list[Hit], position: int) -> _Table | None:
        """A head without a title before it: enough column labels of one table close together."""
        for code, minimum in MIN_HEAD.items():
            table = self.form.tables.get(code)
            if table is None or (hit.label not in self.columns[code] and hit.label not in self.words[code]):
                continue
            window = hits[position : position + minimum + 3]
            near = [
                one
                for one in window
                if (one.label in self.columns[code] or one.label in self.words[code])
                and one.start - hit.start < 12 * (minimum + 3)
            ]
            if len(near) >= minimum:
                return _Table(table, hit.start)
        return None

    def _believable(self, table: _Table) -> bool:
        code = table.vocabulary.code
        if not table.rows:
            return False
        if code in MIN_HEAD:
            filled = sum(1 for row in table.rows if row.fields)
            return len(table.heads) >= MIN_HEAD[code] or filled >= MIN_ROWS_WITHOUT_HEAD
        return bool(table.heads)

    # ------------------------------------------------------------------------------------------- labels

    def _step(self, table: _Table, hit: Hit, following: Hit | None, flat: FlatText) -> None:
        vocabulary = table.vocabulary
        code = vocabulary.code
        is_review = vocabulary.is_review
        in_head = not table.rows and not table.seen
        if hit.label in self.words[code]:
            if in_head:
                table.note_head(hit, flat, self.groups[code].get(hit.label))
            return
        column = self.columns[code].get(hit.label)
        if is_review:
            if column is None or table.rows:
                return
            table.heads.append(column)
            groups = len(vocabulary.table.value_rows)
            if (
                len(table.heads) >= groups * len(vocabulary.column_codes) - 1
                or column == vocabulary.column_codes[-1]
            ):
                fields, raw = self._fields(hit, following, flat, None)
                if fields and len(table.heads) >= MIN_HEAD[code]:
                    self._add_review_row(table, fields, raw, flat, hit)
            return
        rows = self.rows[code].get(hit.label)
        if column is not None and in_head and (rows is None or column not in table.heads):
            table.heads.append(column)
            table.note_head(hit, flat, column)
            unit = unit_in_head(_bracket_after(flat, hit))
            if unit is not None:
                table.units[column] = unit
            return
        if rows is None:
            return
        row = self._row(rows, table)
        if row is None or row.code in table.seen:
            return
        order = vocabulary.order[row.code]
        if len(hit.label) < MIN_FUZZY_LENGTH and order < table.last_order:
            return
        table.last_order = order
        self._add_row(table, row, hit, following, flat)

    def _row(self, rows: Sequence[Row], table: _Table) -> Row | None:
        if len(rows) == 1:
            return rows[0]
        inside = [row for row in rows if row.parent == table.parent]
        return inside[0] if len(inside) == 1 else None

    def _add_row(self, table: _Table, row: Row, hit: Hit, following: Hit | None, flat: FlatText) -> None:
        vocabulary = table.vocabulary
        table.parent = (
            row.code if any(one.parent == row.code for one in vocabulary.table.rows) else row.parent
        )
        next_row = self._next_row(vocabulary, following)
        fields, raw = self._fields(hit, following, flat, next_row)
        if not row.has_cells and not (row.optional and fields):
            table.seen.add(row.code)
            return
        table.seen.add(row.code)
        slots = vocabulary.slots(row, table.layout.columns, table.units, table.layout.doubtful)
        totals, bounds = vocabulary.relations(row, slots)
        touching = bool(raw) and flat.text[flat.origin[hit.end - 1] + 1].isdigit()
        glued = len(fields) == 1 and (touching if len(slots) == 1 else len(fields[0].text) > 1)
        place = flat.locator(flat.origin[hit.start], flat.origin[hit.end - 1] + 1)
        table.rows.append(
            RowReading(
                table=vocabulary.code,
                row=row.code,
                slots=slots,
                fields=fields,
                raw=raw,
                locator=place,
                totals=totals,
                bounds=bounds,
                label_confidence=table.layout.confidence,
                doubt=HEAD_IN_DOUBT if table.layout.confidence < 1 else None,
                headed=bool(table.heads),
                glued=glued,
                block=f"text{table.start}",
            )
        )

    def _add_review_row(
        self, table: _Table, fields: list[FieldText], raw: str, flat: FlatText, hit: Hit
    ) -> None:
        vocabulary = table.vocabulary
        slots = vocabulary.line_slots()
        table.rows.append(
            RowReading(
                table=vocabulary.code,
                row=vocabulary.table.rows[0].code,
                slots=slots,
                fields=fields,
                raw=raw,
                locator=flat.locator(flat.origin[hit.start], flat.origin[hit.end - 1] + 1),
                totals=vocabulary.line_totals(slots),
                bounds=[None] * len(slots),
                glued=len(fields) == 1,
                block=f"text{table.start}",
            )
        )

    def _next_row(self, vocabulary: TableVocabulary, following: Hit | None) -> Row | None:
        if following is None:
            return None
        rows = self.rows[vocabulary.code].get(following.label)
        return rows[0] if rows else None

    # ------------------------------------------------------------------------------------------- values

    def _fields(
        self, hit: Hit, following: Hit | None, flat: FlatText, next_row: Row | None
    ) -> tuple[list[FieldText], str]:
        """The value tokens between a label and the next one, and their text as printed.

        The enumerator of the next label ("3100000312.没有…" ends with "2.") is cut off only if it is the one
        the form prints there; a run of digits that ends otherwise is left without fields, so unreadable.
        """
        start = flat.origin[hit.end + len(_bracket_after(flat, hit)) - 1] + 1
        stop = flat.origin[following.start] if following is not None else len(flat.text)
        text = flat.text[start : min(stop, start + MAX_VALUE_TEXT)]
        barrier = text.find(BARRIER)
        if barrier >= 0:
            text = text[:barrier]
        folded = "".join(_fold_keeping_length(char) for char in text)
        begin = 0
        while (bracket := _AFTER_LABEL.match(folded, begin)) is not None:
            begin = bracket.end()
        end = len(folded)
        if following is not None and barrier < 0 and stop - start <= MAX_VALUE_TEXT:
            cut = _cut_enumerator(folded, begin, next_row)
            if cut is None:
                return [], text.strip()
            end = cut
        fields: list[FieldText] = []
        position = begin
        while position < end:
            if folded[position].isspace() or folded[position] in "|:":
                position += 1
                continue
            token = _TOKEN_VALUE.match(folded, position, end)
            if token is None:
                break
            if not self._ends_well(folded, token.end(), end):
                break
            piece = text[token.start() : token.end()]
            place = flat.locator(start + token.start(), start + token.end())
            fields.append(FieldText(piece, place, confidence=flat.confidence(start + token.start())))
            position = token.end()
        return fields, text[begin:end].strip()

    def _ends_well(self, folded: str, position: int, end: int) -> bool:
        """A number ends at a space, a border, the end, or a Chinese word; not in a Latin word or a date."""
        if position >= end:
            return True
        following = folded[position]
        if following in "年月日%":
            return False
        return (
            following.isspace() or following in "|" or "\u4e00" <= following <= "\u9fff" or following == "("
        )


def _is_words(text: str) -> bool:
    """Whether all of a text between two labels is a few words, as in a table's head, and no sentence.

    Two may be parted by a stroke: of 本年增/减 the last character is lost at times.
    """
    words = text.replace("/", "")
    return 0 < len(words) <= MAX_FOREIGN_LABEL and all("\u4e00" <= char <= "\u9fff" for char in words)


def _bracket_after(flat: FlatText, hit: Hit) -> str:
    """The bracket right behind a label, such as （单位：万元）; empty where there is none.

    A long one explains the label and may name it and others (规范性文件（…通知，…属于规范性文件）). It
    holds no figures but years and an example; otherwise it is two halves of brackets with a row between them.
    """
    text = flat.squeezed[hit.end : hit.end + MAX_EXPLANATION]
    end = text.find(")")
    if not text.startswith("(") or end < 0:
        return ""
    bracket = text[: end + 1]
    figures = sum(map(str.isdigit, _YEAR_NAMED.sub("", bracket)))
    explains = "(" not in bracket[1:] and BARRIER not in bracket and figures <= MAX_FIGURES_EXPLAINED
    return bracket if len(bracket) <= MAX_UNIT_BRACKET or explains else ""


def _cut_enumerator(folded: str, begin: int, next_row: Row | None) -> int | None:
    """End of the values in folded[begin:], without the enumerator of the label that follows.

    None where a numeral is glued to the values and is not the one that the form prints there.
    """
    number = enumerator_number(next_row.enumerator) if next_row is not None else None
    expected = None if number is None else str(number)
    end = len(folded)
    while (found := _TRAILING_ENUMERATOR.search(folded, begin, end)) is not None:
        if found["other"] is not None:
            end = found.start()
            continue
        start, stop = found.span("digit")
        apart = start == begin or folded[start - 1].isspace() or folded[start - 1] == "|"
        if expected is not None and found["digit"].endswith(expected):
            end = stop - len(expected)
        elif apart:
            end = start
        else:
            return None
    return end


def _fold_keeping_length(char: str) -> str:
    folded = fold_char(char)
    return folded if len(folded) == 1 else char
