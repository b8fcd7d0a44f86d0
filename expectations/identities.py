"""The identities as data: `identities.yml`, validated on load.

Belongs here: what an identity consists of, and the checks that need no form. Does not belong here: the terms
of one form (instances.py), arithmetic (evaluate.py).
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

IDENTITIES_FILE = Path(__file__).with_name("identities.yml")

Kind = Literal[
    "accounting", "inequality", "derivation", "definition", "mapping", "plausibility", "quality",
    "completeness", "compliance",
]  # fmt: skip
Severity = Literal["error", "warning", "info"]
Operator = Literal["==", "<=", ">="]
#: How much a failure says: an equality that must hold, an order that must hold, or something to look at.
Grade = Literal["identity", "inequality", "smell"]
Test = Literal[
    "linear", "nonnegative", "integral", "money_decimals", "every_cell_printed", "form_matches_year",
    "untested", "derived_sum", "derived_zero", "implies",
    "rule_making_power", "fee_magnitude", "fee_part", "row_width", "split_digits", "placeholder_mix",
    "foreign_residue", "sections", "deadline", "period", "years_agree", "fee_statement",
    "prose_equals", "prose_negative", "prose_breakdown", "prose_percentages", "prose_cumulative",
    "prose_cumulative_moves", "zero_table", "copied_forward", "jump", "aggregate",
]  # fmt: skip
#: Tests that look at last year's report besides linear terms with @y-1.
ACROSS_YEARS = frozenset({"prose_cumulative_moves", "copied_forward", "jump"})
#: Tests of the whole report that take terms of cells.
WITH_TERMS = frozenset({"linear", "derived_sum"})


class IdentityError(ValueError):
    """An identity file that cannot be used; the message names the file, the identity and the reason."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(_Frozen):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class CellSet(_Frozen):
    """A set of row or column codes that the catalog resolves for each form.

    `rows_totalled_by` and `columns_totalled_by` are the parts of the total named by `of`; `subtotal_rows` are
    the optional rows that a report prints beside the rows they could stand for.
    """

    table: str
    take: Literal["columns", "rows", "columns_totalled_by", "rows_totalled_by", "subtotal_rows"]
    of: str | None = None

    @model_validator(mode="after")
    def _of_where_needed(self) -> Self:
        if self.take.endswith("_totalled_by") != (self.of is not None):
            raise ValueError("`of` names the total of a *_totalled_by set, and belongs to no other")
        return self


class Implication(_Frozen):
    """If the sum of `when` is positive, one of the sums of `then` (or a figure of a fact in prose) is, too.

    With `both_ways` the other way round as well. Before `from_year` nothing is asked.
    """

    when: tuple[str, ...] = Field(min_length=1)
    then: tuple[tuple[str, ...], ...] = ()
    then_fact: str | None = None
    both_ways: bool = False
    from_year: int | None = None


class Identity(_Frozen):
    """One rule between cells; `tolerance` is absolute, in the unit of its cells.

    `compare` names figures of wording.yml. `previous` is the right side, by the form of last year's report,
    where the two forms have other cells. `untested` says why a rule that only defines something has no
    verdict.
    """

    id: str = Field(pattern=r"^[A-Z]\d\d[a-z]?$")
    name: Name
    kind: Kind
    severity: Severity
    forms: tuple[str, ...] = Field(min_length=1)
    test: Test = "linear"
    for_each: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    instance: str = "document"
    lhs: tuple[str, ...] = ()
    op: Operator | None = None
    rhs: tuple[str, ...] = ()
    previous: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    compare: tuple[str, ...] = ()
    implies: tuple[Implication, ...] = ()
    untested: str | None = None
    tolerance: Decimal = Field(default=Decimal(0), ge=0)
    derives: bool = True
    grade_as: Grade | None = None
    marks_cells: bool | None = None
    when_empty: str | None = None
    formula: str
    source: str
    note: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.test == "linear" and not (self.lhs and self.op):
            raise ValueError("a linear identity needs lhs and op")
        if self.test not in WITH_TERMS and (
            self.lhs or self.rhs or self.op or self.for_each or self.previous
        ):
            raise ValueError(f"test {self.test} looks at the whole report and takes no terms")
        for given, wanted in (("implies", self.implies), ("untested", self.untested)):
            if (self.test == given) != bool(wanted):
                raise ValueError(f"`{given}` goes with test {given}, and with no other")
        if (self.test in ("prose_equals", "prose_negative")) != bool(self.compare):
            raise ValueError("`compare` goes with the tests that compare prose with cells, and with no other")
        empty = [name for name, values in self.for_each.items() if not values]
        if empty:
            raise ValueError(f"for_each {', '.join(empty)} is empty")
        if self.for_each and not all(f"{{{name}}}" in self.instance for name in self.for_each):
            raise ValueError("the instance name must hold every for_each variable, else instances collide")
        return self

    @cached_property
    def needs_previous_report(self) -> bool:
        if self.test in ACROSS_YEARS or self.previous:
            return True
        asked = [term for one in self.implies for terms in (one.when, *one.then) for term in terms]
        return any("@y-1" in term for term in (*self.lhs, *self.rhs, *asked))

    @property
    def grade(self) -> Grade:
        """Severity in three: what must be equal, what must not be exceeded, and what is worth a look.

        Only severity error says "must hold", so warnings and hints are smells whatever their operator:
        documents in force (A01) and channels (P10) are broken rightly every year.
        """
        if self.grade_as is not None:
            return self.grade_as
        if self.severity != "error":
            return "smell"
        return "inequality" if self.kind == "inequality" else "identity"

    @property
    def marks(self) -> bool:
        """Whether a failure puts a mark (`suspect`) on printed cells.

        What must hold does. A smell does only where its entry says so: a street office that reports rules, or
        a tenfold jump, is worth a look, but no evidence that one particular number was printed or read
        wrongly.
        """
        return self.grade != "smell" if self.marks_cells is None else self.marks_cells

    @property
    def forces(self) -> bool:
        """Whether a cell that is not printed may be derived from it: exact, certain and about one report."""
        return (
            self.test == "linear"
            and self.kind == "accounting"
            and self.op == "=="
            and self.severity == "error"
            and self.tolerance == 0
            and self.derives
            and not self.needs_previous_report
        )


class Identities(_Frozen):
    """All identities of the file, in its order."""

    version: int
    sets: dict[str, CellSet]
    identities: tuple[Identity, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: set[str] = set()
        for identity in self.identities:
            if identity.id in seen:
                raise ValueError(f"{identity.id}: id is used twice")
            seen.add(identity.id)
            for name, values in identity.for_each.items():
                if isinstance(values, str) and values not in self.sets:
                    raise ValueError(f"{identity.id}: for_each {name} names the unknown set {values}")
        return self

    def by_id(self) -> dict[str, Identity]:
        return {identity.id: identity for identity in self.identities}


def read_identities(path: Path) -> Identities:
    """Read and validate an identity file.

    Raises IdentityError naming the file, the identity and the reason.
    """
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise IdentityError(f"{path.name}: {error}") from error
    try:
        return Identities.model_validate(data)
    except ValidationError as error:
        raise IdentityError(f"{path.name}: {_first(error, data)}") from error


@lru_cache(maxsize=4)
def load_identities(path: Path | None = None) -> Identities:
    """The identities of the project (or of another file), read once."""
    return read_identities(path or IDENTITIES_FILE)


def _first(error: ValidationError, data: Any) -> str:
    """The first fault in words, with the id of the identity it is in."""
    fault = error.errors()[0]
    place = fault["loc"]
    name = ""
    if len(place) > 1 and place[0] == "identities" and isinstance(place[1], int):
        name = f"{data['identities'][place[1]].get('id', f'identity {place[1] + 1}')}: "
        place = place[2:]
    where = ".".join(str(part) for part in place)
    return f"{name}{where + ': ' if where else ''}{fault['msg']}"
