"""The lexicon of comparisons between prose and tables: `wording.yml`, validated on load.

Belongs here: what a figure in prose may mean, in cells of each form, and what kind of body a name tells. Does
not belong here: finding figures in prose (the reader does that), verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from expectations.identities import Identities, IdentityError
from ingestion.catalog import Catalog, Form

WORDING_FILE = Path(__file__).with_name("wording.yml")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Pattern(_Frozen):
    find: str

    @field_validator("find")
    @classmethod
    def _compiles(cls, text: str) -> str:
        re.compile(text)
        return text

    def found_in(self, text: str) -> bool:
        return re.search(self.find, text) is not None


class Word(_Pattern):
    """A word and the names of the sums that it may mean; none: cannot tell."""

    means: tuple[str, ...] = ()


class Statement(_Frozen):
    """A statement without a number: all of another figure of its sentence, or zero.

    It says nothing where the prose gives a figure of `unless`, or one of `with_too` in the same sentence.
    """

    fact: str
    means: tuple[str, ...] = Field(min_length=1)
    all_of: str | None = None
    zero: bool = False
    unless: tuple[str, ...] = ()
    with_too: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.all_of) == self.zero:
            raise ValueError("a statement says either all_of a figure or zero")
        return self


class Figure(_Frozen):
    facts: tuple[str, ...] = Field(min_length=1)
    qualifier: tuple[str, ...] = ()
    words: tuple[Word, ...]
    statement: Statement | None = None
    sums: dict[str, dict[str, tuple[str, ...]]]

    def means(self, text: str) -> tuple[str, ...]:
        """Names of the sums that a printed text may mean; empty where nobody can tell."""
        return next((word.means for word in self.words if word.found_in(text)), ())


class Breakdown(_Frozen):
    """A total and its parts; `exclusive` ones cannot overlap, `counted` finds how many a text announces."""

    total: tuple[str, ...] = Field(min_length=1)
    parts: str
    exclusive: bool = False
    counted: str | None = None

    def is_whole(self, text: str, listed: int) -> bool:
        """Whether as many parts are listed as the text says that there are: then none was left out."""
        announced = re.search(self.counted, text) if self.counted else None
        return announced is not None and int(announced[1]) == listed


class Cumulative(_Frozen):
    """Facts of all years and of one; `cells` are (cumulative, year) of the lists of before 2019."""

    name: str
    cumulative: tuple[str, ...]
    annual: tuple[str, ...]
    annual_at_least: tuple[str, ...] = ()
    cells: dict[str, tuple[str, str]] = Field(default_factory=dict)


class Body(_Pattern):
    """A kind of body: whether it makes rules (None: its name does not tell) and which deadline it has."""

    kind: str
    rules: bool | None
    deadline: Literal["departments", "governments"]


class Wording(_Frozen):
    version: int
    cannot_tell: dict[str, str]
    figures: dict[str, Figure]
    breakdowns: tuple[Breakdown, ...]
    cumulatives: tuple[Cumulative, ...]
    percentage: str
    percentages_of: tuple[str, ...]
    counted_in_tables: tuple[str, ...]
    fee_statements: tuple[str, ...]
    fee_mentioned: str
    bodies: tuple[Body, ...]
    department_without_rules: str

    def body(self, agency: str) -> Body | None:
        """What the name of a body tells about it; None where it tells nothing."""
        return next((body for body in self.bodies if body.found_in(agency)), None)


@lru_cache(maxsize=2)
def load_wording(path: Path | None = None) -> Wording:
    """The project's lexicon (or another), read once. Raises IdentityError naming file and fault."""
    path = path or WORDING_FILE
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Wording.model_validate(data)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise IdentityError(f"{path.name}: {error}") from error


def cells_of(term: str, form: Form, listed: Iterable[str] | None = None) -> tuple[str, ...]:
    """The cell keys that a term of a sum names in a form; * stands for any code. Empty if there is none."""
    keys = dict.fromkeys(form.cells if listed is None else (*form.cells, *listed))
    wanted = term.removeprefix("-")
    if "*" not in wanted:
        return (wanted,) if wanted in keys else ()
    pattern = re.compile(re.escape(wanted).replace(r"\*", "[a-z0-9_]+") + "$")
    return tuple(key for key in keys if pattern.match(key))


def check_wording(catalog: Catalog, identities: Identities, wording: Wording | None = None) -> int:
    """Resolve every sum against its form, and every figure that an identity names; returns the number of
    sums.

    Raises IdentityError naming the figure and the reason.
    """
    wording = wording or load_wording()
    count = 0
    for name, figure in wording.figures.items():
        for form_code, sums in figure.sums.items():
            form = catalog.forms.get(form_code)
            if form is None:
                raise IdentityError(f"wording.yml: {name}: there is no form {form_code} in the catalog")
            for meaning, terms in sums.items():
                count += 1
                for term in terms:
                    if not cells_of(term, form) and term.removeprefix("-") not in form.optional_cells:
                        raise IdentityError(f"wording.yml: {name}, {meaning}: {form_code} has no cell {term}")
        named = {meaning for sums in figure.sums.values() for meaning in sums}
        used = {meaning for word in figure.words for meaning in word.means}
        used |= set(figure.statement.means) if figure.statement else set()
        if unknown := used - named:
            raise IdentityError(f"wording.yml: {name}: no sum is called {', '.join(sorted(unknown))}")
    for identity in identities.identities:
        for compared in identity.compare:
            if compared not in wording.figures:
                raise IdentityError(f"identities.yml: {identity.id}: wording.yml has no figure {compared}")
    return count
