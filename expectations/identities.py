"""The identities as data: `identities.yml`, validated on load.

Belongs here: what an identity consists of, and the checks that need no form. Does not belong here: the terms
of one form (instances.py), arithmetic (evaluate.py).
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

IDENTITIES_FILE = Path(__file__).with_name("identities.yml")

Kind = Literal["accounting", "inequality", "quality", "completeness"]
Severity = Literal["error", "warning", "info"]
Operator = Literal["==", "<=", ">="]
Test = Literal[
    "linear", "nonnegative", "integral", "money_decimals", "every_cell_printed", "form_matches_year"
]


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


class Identity(_Frozen):
    """One rule between cells; `tolerance` is absolute, in the unit of its cells."""

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
    tolerance: Decimal = Field(default=Decimal(0), ge=0)
    derives: bool = True
    when_empty: str | None = None
    formula: str
    source: str
    note: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.test == "linear" and not (self.lhs and self.op):
            raise ValueError("a linear identity needs lhs and op")
        if self.test != "linear" and (self.lhs or self.rhs or self.op or self.for_each):
            raise ValueError(f"test {self.test} looks at the whole report and takes no terms")
        empty = [name for name, values in self.for_each.items() if not values]
        if empty:
            raise ValueError(f"for_each {', '.join(empty)} is empty")
        if self.for_each and not all(f"{{{name}}}" in self.instance for name in self.for_each):
            raise ValueError("the instance name must hold every for_each variable, else instances collide")
        return self

    @property
    def needs_previous_report(self) -> bool:
        return any("@y-1" in term for term in (*self.lhs, *self.rhs))

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
