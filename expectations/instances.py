"""Identities expanded for one form: every instance with its terms as cell keys.

Belongs here: resolving sets against the catalog, naming instances, and the two ways a report may print an
optional row (standing in for the rows it replaces, or as a subtotal beside them). Does not belong here:
values and verdicts.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn

from expectations.identities import Identities, Identity, IdentityError, load_identities
from ingestion.catalog import Catalog, Form, Table, load_catalog

PREVIOUS = "@y-1"
_SET = re.compile(r"<(replaced_by )?([\w{}]+)>")


@dataclass(frozen=True, slots=True)
class Term:
    """One operand: a cell key of this report (or, with @y-1, of the previous one) and its coefficient.

    `pattern` is the key before for_each was filled in (t3.granted.{c}): the same in every instance. Last
    year's cells keep their @y-1; `key` is the bare one, in whichever of the two reports.
    """

    cell: str
    coefficient: int = 1
    pattern: str = ""
    previous: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """Which optional rows a report prints, by table and row code.

    `stands_in`: instead of the rows they replace (t3.other on the form of 2021 is then one outcome);
    `beside`: as subtotals, together with them.
    """

    stands_in: frozenset[tuple[str, str]] = frozenset()
    beside: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Instance:
    """An identity for one column, row or table of one form.

    `absent` explains why the form (as this report prints it) has no such cells; `operands` is the JSON list
    of the terms, made once because thousands of filings share it.
    """

    identity: Identity
    name: str
    lhs: tuple[Term, ...] = ()
    rhs: tuple[Term, ...] = ()
    absent: str | None = None
    by_previous_form: Mapping[str, tuple[Term, ...]] = field(default_factory=dict, compare=False)
    operands: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "operands", self.operands_with(None))

    def operands_with(self, filing: str | None, rhs: tuple[Term, ...] | None = None) -> str:
        """The JSON list of terms; those of last year's report bear its filing id, where one is given."""
        right = self.rhs if rhs is None else rhs
        sides = [(term, side) for side, terms in (("lhs", self.lhs), ("rhs", right)) for term in terms]
        listed: list[dict[str, str | int]] = []
        for term, side in sides:
            operand: dict[str, str | int] = {"cell": term.cell, "sign": term.coefficient, "side": side}
            listed.append(operand | {"filing": filing} if term.previous and filing else operand)
        return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))

    @property
    def cells(self) -> tuple[str, ...]:
        """Keys of this report's own cells among the terms."""
        return tuple(term.cell for term in (*self.lhs, *self.rhs) if not term.previous)


def optional_rows(form: Form) -> Iterator[tuple[Table, str, tuple[str, ...]]]:
    """(table, row code, codes of the rows it can stand for) of the rows that a report may print or not."""
    for table in form.tables:
        for row in table.optional_rows:
            yield table, row.code, row.replaces


def printed_rows(form: Form, cells: Mapping[str, object], reported: Mapping[str, object]) -> Printed:
    """How the form's optional rows are printed, by `cells` (all that are listed) and the `reported` ones."""
    stands_in, beside = set(), set()
    for table, code, replaced in optional_rows(form):
        columns = [column.code for column in table.columns]
        if not any(f"{table.code}.{code}.{column}" in cells for column in columns):
            continue
        if any(f"{table.code}.{row}.{column}" in reported for row in replaced for column in columns):
            beside.add((table.code, code))
        else:
            stands_in.add((table.code, code))
    return Printed(frozenset(stands_in), frozenset(beside))


def instances(
    form_code: str,
    printed: Printed | None = None,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
) -> tuple[Instance, ...]:
    """Every instance of every identity of a form, in the order of the file.

    Raises IdentityError where an identity names a cell that the form does not have, or runs over nothing.
    """
    ours = (catalog is None or catalog is load_catalog()) and (
        identities is None or identities is load_identities()
    )
    if ours:
        return _own_instances(form_code, printed or Printed())
    return _instances(
        form_code, printed or Printed(), catalog or load_catalog(), identities or load_identities()
    )


@lru_cache(maxsize=256)
def _own_instances(form_code: str, printed: Printed) -> tuple[Instance, ...]:
    """The project's own instances, expanded once: thousands of filings share them."""
    return _instances(form_code, printed, load_catalog(), load_identities())


def _instances(
    form_code: str, printed: Printed, catalog: Catalog, identities: Identities
) -> tuple[Instance, ...]:
    if form_code not in catalog.forms:
        raise IdentityError(f"identities.yml: there is no form {form_code} in the catalog")
    form = catalog.forms[form_code]
    plain = _Expansion(form, identities, Printed(), catalog.forms).all()
    if not (printed.stands_in or printed.beside):
        return plain
    made = _Expansion(form, identities, printed, catalog.forms).all()
    have = {(instance.identity.id, instance.name) for instance in made}
    replaced = [
        Instance(instance.identity, instance.name, absent="the report prints one row instead")
        for instance in plain
        if (instance.identity.id, instance.name) not in have and instance.absent is None
    ]
    return (*made, *replaced)


def check_identities(catalog: Catalog | None = None, identities: Identities | None = None) -> int:
    """Expand every identity for every form it names, with and without optional rows; returns the count.

    Raises IdentityError naming the identity and the reason.
    """
    catalog = catalog or load_catalog()
    identities = identities or load_identities()
    for identity in identities.identities:
        unknown = [form for form in identity.forms if form not in catalog.forms]
        if unknown:
            raise IdentityError(f"identities.yml: {identity.id}: no form {', '.join(unknown)} in the catalog")
    count = 0
    for code, form in catalog.forms.items():
        rows = frozenset((table.code, row) for table, row, _ in optional_rows(form))
        for printed in {Printed(), Printed(stands_in=rows), Printed(beside=rows)}:
            count += len(instances(code, printed, catalog, identities))
    return count


class _Expansion:
    """Resolves the terms of identities for one form as one report prints it."""

    def __init__(
        self, form: Form, identities: Identities, printed: Printed, forms: Mapping[str, Form]
    ) -> None:
        self.form = form
        self.forms = forms
        self.identities = identities
        self.printed = printed
        self.tables = {table.code: table for table in form.tables}
        self.replaced_by = {(table.code, row): rows for table, row, rows in optional_rows(form)}
        self.known = form.cells.keys() | form.optional_cells.keys()

    def all(self) -> tuple[Instance, ...]:
        return tuple(
            instance
            for identity in self.identities.identities
            if self.form.code in identity.forms
            for instance in self._expand(identity)
        )

    def _expand(self, identity: Identity) -> Iterator[Instance]:
        for one in identity.implies:
            for terms in (one.when, *one.then):
                self._terms(identity, terms, {})  # a fault in the file is named here, not on some report
        axes: list[tuple[str, tuple[str, ...]]] = [
            (name, self._codes(values, identity) if isinstance(values, str) else values)
            for name, values in identity.for_each.items()
        ]
        if not all(codes for _, codes in axes):
            if identity.when_empty is None:
                self._fail(identity, "for_each is empty for this form")
            yield Instance(identity, "table", absent=identity.when_empty)
            return
        names = [name for name, _ in axes]
        for values in itertools.product(*(codes for _, codes in axes)):
            binding = dict(zip(names, values, strict=True))
            yield Instance(
                identity,
                _bind(identity.instance, binding),
                self._terms(identity, identity.lhs, binding),
                self._terms(identity, identity.rhs, binding),
                by_previous_form={
                    form: self._previous_terms(identity, form, texts)
                    for form, texts in identity.previous.items()
                },
            )

    def _terms(self, identity: Identity, texts: tuple[str, ...], binding: dict[str, str]) -> tuple[Term, ...]:
        terms: list[Term] = []
        for text in texts:
            sign = -1 if text.startswith("-") else 1
            for pattern in self._patterns(identity, text.removeprefix("-"), binding):
                key = _bind(pattern, binding)
                if key.removesuffix(PREVIOUS) not in self.known:
                    self._fail(identity, f"the form has no cell {key.removesuffix(PREVIOUS)}")
                before = key.endswith(PREVIOUS)
                terms.append(Term(key, sign, pattern, before, key.removesuffix(PREVIOUS)))
        return tuple(terms)

    def _previous_terms(self, identity: Identity, form: str, texts: tuple[str, ...]) -> tuple[Term, ...]:
        """Terms in the cells of another form, all of last year's report."""
        if form not in self.forms:
            self._fail(identity, f"there is no form {form} in the catalog")
        terms = []
        for text in texts:
            cell = text.removeprefix("-")
            key = cell.removesuffix(PREVIOUS)
            if key not in self.forms[form].cells or cell == key:
                self._fail(identity, f"{cell} is no cell of last year's report on {form}")
            terms.append(Term(cell, -1 if text.startswith("-") else 1, cell, True, key))
        return tuple(terms)

    def _patterns(self, identity: Identity, text: str, binding: dict[str, str]) -> list[str]:
        """The term with its set, if any, written out: t3.<outcome_leaves>.{c} -> t3.granted.{c}, ..."""
        found = _SET.search(text)
        if not found:
            return [text]
        if found[1]:
            codes = self.replaced_by.get((text.partition(".")[0], _bind(found[2], binding)), ())
        else:
            codes = self._codes(found[2], identity)
        if not codes:
            self._fail(identity, f"{found[0]} is empty for this form")
        return [f"{text[: found.start()]}{code}{text[found.end() :]}" for code in codes]

    def _codes(self, name: str, identity: Identity) -> tuple[str, ...]:
        """The row or column codes of a set; rows with the optional ones in the place of what they replace."""
        chosen = self.identities.sets.get(name)
        if chosen is None:
            self._fail(identity, f"there is no set {name}")
        table = self.tables.get(chosen.table)
        if table is None:
            self._fail(identity, f"the form has no table {chosen.table}")
        if chosen.take == "columns":
            return tuple(column.code for column in table.columns)
        if chosen.take == "subtotal_rows":
            return tuple(row for code, row in sorted(self.printed.beside) if code == table.code)
        if chosen.take == "columns_totalled_by":
            totals = [column.total_of for column in table.columns if column.code == chosen.of]
            return totals[0] if totals else ()
        if chosen.take == "rows_totalled_by":
            parts = [row.total_of for row in table.rows if row.code == chosen.of]
            return self._with_optional(table, parts[0], subtotals=False) if parts else ()
        rows = tuple(row.code for row in table.value_rows)
        return self._with_optional(table, rows, subtotals=True)

    def _with_optional(self, table: Table, rows: tuple[str, ...], *, subtotals: bool) -> tuple[str, ...]:
        for code, row in sorted(self.printed.stands_in):
            replaced = self.replaced_by[code, row]
            if code == table.code and (gone := [other for other in replaced if other in rows]):
                at = rows.index(gone[0])
                kept = [other for other in rows if other not in replaced]
                rows = (*kept[:at], row, *kept[at:])
        if subtotals:
            rows = (*rows, *(row for code, row in sorted(self.printed.beside) if code == table.code))
        return rows

    def _fail(self, identity: Identity, reason: str) -> NoReturn:
        raise IdentityError(f"identities.yml: {identity.id}, {self.form.code}: {reason}")


def _bind(text: str, binding: Mapping[str, str]) -> str:
    for name, value in binding.items():
        text = text.replace(f"{{{name}}}", value)
    return text
