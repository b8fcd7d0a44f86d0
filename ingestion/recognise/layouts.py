"""Which columns a head prints, and in which order, from its labels alone.

Belongs here: labels of columns and of groups of columns in the order in which they are read, what that says
about the columns of the figures below, and columns that the form does not have (小计) or the head does not
print. Does not belong here: finding a head or its cells (`heads`, `stream`), placing figures (`align`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ingestion.catalog.labels import normalise_label
from ingestion.recognise.vocabulary import TableVocabulary

#: The columns' order is not certain: head and geometry disagree.
CONFIDENCE_IN_DOUBT = 0.8
#: What is said of such a row.
HEAD_IN_DOUBT = "the table's head does not tell for certain which of its columns are which"
#: Columns that a head may lack and still be believed about what it prints.
MAX_MISSING = 2
#: Stands for a column that the form does not have (小计).
FOREIGN = ""
FOREIGN_MARK = "?"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that a head prints, left to right; `FOREIGN` stands for one that the form does not have.

    columns: None where they are the form's own, in its order. missing: columns of the form that the head does
    not print: nothing may be placed under them. doubtful: columns whose label only resembles theirs.
    confidence: how sure all that is.
    """

    columns: list[str] | None = None
    confidence: float = 1.0
    missing: tuple[str, ...] = ()
    doubtful: frozenset[str] = frozenset()


@dataclass(slots=True)
class PrintedLabels:
    """Columns and groups of columns in the order in which a head prints their labels, in any carrier."""

    codes: list[str] = field(default_factory=list)
    #: labels that are none of the form's, and the label before each
    _before_foreign: dict[str, str | None] = field(default_factory=dict)
    #: column that such a label resembles
    guesses: dict[str, str] = field(default_factory=dict)
    _last: str | None = None
    #: how often a label that is cut short was met
    _cut: Counter[str] = field(default_factory=Counter)
    #: row of a grid in which a label stands
    _rows: dict[str, int] = field(default_factory=dict)

    def guess(self, table: TableVocabulary, text: str) -> str | None:
        """The column that a label of no column may stand for; asked once for each label, in reading order.

        Converters that keep a label's first line print 本年新 | 本年新 for 本年新制作数量 | 本年新公开数量:
        the first is the first column that begins so, the second the second.
        """
        resembling = table.resembling_column(text)
        if resembling is not None:
            return resembling
        beginning = table.columns_beginning(text)
        label = normalise_label(text)
        met = self._cut[label]
        self._cut[label] += 1
        return beginning[met] if met < len(beginning) else None

    def add(self, code: str | None, row: int | None = None) -> None:
        """A label of the form's. row: where it stands in a grid; None where a text has no rows to tell."""
        if code is not None:
            self._last = code
            if code not in self.codes:
                self.codes.append(code)
                if row is not None:
                    self._rows[code] = row

    def add_foreign(self, guess: str | None = None, row: int | None = None) -> None:
        """A label that is none of the form's; before the first of the form's it heads the row labels, unless
        it resembles a column's (本年发件 for 本年制发件数).
        """
        if self._last is None and guess is None:
            return
        marker = f"{FOREIGN_MARK}{len(self._before_foreign)}"
        self._before_foreign[marker] = self._last
        if guess is not None:
            self.guesses[marker] = guess
        if row is not None:
            self._rows[marker] = row
        self.codes.append(marker)
        self._last = marker

    def order(self, table: TableVocabulary, accepted: frozenset[str] = frozenset()) -> list[str]:
        """Columns left to right, those of a group (商业企业 …) put where the group's label stands.

        accepted: guesses that are taken for the columns they resemble.
        """
        return self._in_order(table, self._groups(table, at_end=True), accepted)

    def places_foreign(self, table: TableVocabulary) -> bool:
        """Whether it is sure where the labels stand that are none of the form's.

        自然人 | 法人或其他组织 | 总计 over 商业 | 科研机构 … is read as 总计 商业 科研机构: the unknown
        label may be the last of the one group, or the first of the other.
        """
        at_end = self._in_order(table, self._groups(table, at_end=True), frozenset())
        return at_end == self._in_order(table, self._groups(table, at_end=False), frozenset())

    def _groups(self, table: TableVocabulary, at_end: bool) -> dict[str, str | None]:
        """The group of every label: of one that is none of the form's, that of the labels in its row.

        Where no row tells, it is the last label of the group that ends there, or the first of the next one.
        """
        groups: dict[str, str | None] = {code: table.group_of.get(code) for code in self.codes}
        foreign = [code for code in self.codes if code in self._before_foreign]
        for code in foreign:
            in_row = {groups[one] for one in self._known_beside(code)}
            guess = self.guesses.get(code)
            before = self._before_foreign[code]
            if guess is not None:
                groups[code] = table.group_of.get(guess)
            elif len(in_row) == 1:
                groups[code] = in_row.pop()
            else:
                groups[code] = groups[before] if before is not None else None
        if not at_end:
            for code in reversed(foreign):
                follows = self.codes[self.codes.index(code) + 1 :][:1]
                if follows and code not in self.guesses and not self._known_beside(code):
                    groups[code] = groups[follows[0]]
        return groups

    def _known_beside(self, code: str) -> list[str]:
        """The form's labels in the row of a label, where rows tell."""
        row = self._rows.get(code)
        return [
            one
            for one in self.codes
            if row is not None and one not in self._before_foreign and self._rows.get(one) == row
        ]

    def _in_order(
        self, table: TableVocabulary, groups: dict[str, str | None], accepted: frozenset[str]
    ) -> list[str]:
        found = []
        for code in self._inside(table, None, groups):
            guess = self.guesses.get(code)
            foreign = FOREIGN if code.startswith(FOREIGN_MARK) else code
            found.append(guess if guess is not None and guess in accepted else foreign)
        return found

    def total_moves(self, table: TableVocabulary) -> bool:
        """Whether a text may have the form's last column read before the labels that stand left of it.

        申请人情况 | 总计 with 自然人 … in the line below is read as 申请人情况 总计 自然人 …, as is a table
        whose first column is the total. Where rows tell, nothing moves.
        """
        last = table.column_codes[-1]
        if last not in self.codes or last in self._rows:
            return False
        at = self.codes.index(last)
        return at > 0 and self.codes[at - 1] == table.group_of.get(last)

    def _beside(self, code: str, group: str) -> bool:
        """Whether a label stands in the row of a group's label, which then has nothing of it below."""
        return code in self._rows and self._rows[code] == self._rows.get(group)

    def _inside(self, table: TableVocabulary, group: str | None, groups: dict[str, str | None]) -> list[str]:
        found: list[str] = []
        for code in self.codes:
            above = groups[code]
            while above is not None and (above not in self.codes or self._beside(code, above)):
                above = table.group_of.get(above)
            if above != group:
                continue
            is_group = code in table.group_codes.values()
            found += self._inside(table, code, groups) if is_group else [code]
        return found


def layout_of(table: TableVocabulary, orders: list[list[str]]) -> Layout:
    """What a head prints, from the orders in which its columns may be read, the likeliest last.

    A head that prints most of the form's columns, in the form's order, prints no more than those: the figures
    below it are theirs, and no sum may put one of them under a column that is not there.
    """
    official = table.column_codes
    known = {tuple(order): [code for code in order if code != FOREIGN] for order in orders}
    whole = [order for order in orders if sorted(known[tuple(order)]) == sorted(official)]
    as_official = [order for order in whole if known[tuple(order)] == official]
    if as_official:
        chosen = as_official[-1]
        sure = all(order == chosen for order in as_official)
        return Layout(None if chosen == official else chosen, 1.0 if sure else CONFIDENCE_IN_DOUBT)
    if whole:
        sure = all(order == whole[-1] for order in orders)
        return Layout(whole[-1], 1.0 if sure else CONFIDENCE_IN_DOUBT)
    partial = [order for order in orders if _follows(known[tuple(order)], official)]
    if not partial:
        return Layout(None, CONFIDENCE_IN_DOUBT)
    chosen = partial[-1]
    printed = known[tuple(chosen)]
    if not printed or len(printed) < len(official) - MAX_MISSING:
        return Layout(None, CONFIDENCE_IN_DOUBT)
    missing = tuple(code for code in official if code not in printed)
    sure = all(order == chosen for order in orders)
    return Layout(chosen, 1.0 if sure else CONFIDENCE_IN_DOUBT, missing)


def layout_with_guesses(
    table: TableVocabulary,
    orders: Callable[[frozenset[str]], list[list[str]]],
    guesses: Iterable[str | None],
) -> Layout:
    """`layout_of`, where labels that resemble a missing column's may stand for it, in doubt.

    Only where such a label stands in that column's place and no other label resembles it.
    """
    layout = layout_of(table, orders(frozenset()))
    seen = Counter(guesses)
    accepted = frozenset(code for code in layout.missing if seen[code] == 1)
    if not accepted:
        return layout
    completed = layout_of(table, orders(accepted))
    if len(completed.missing) != len(layout.missing) - len(accepted):
        return layout
    return replace(completed, doubtful=accepted)


def _follows(order: list[str], official: list[str]) -> bool:
    """Whether the columns that were understood stand in the form's order."""
    return order == [code for code in official if code in order]
