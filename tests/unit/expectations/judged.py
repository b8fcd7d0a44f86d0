"""One identity asked of one made-up report: its cells, its prose and what the reader noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from expectations.about import About, Fact, Noted, Surroundings
from expectations.evaluate import IdentityResult, evaluate, suspect_cells
from tests.unit.expectations.reports import Cells, form_cells, with_values


def told(
    fact: str,
    value: int | str | None,
    raw: str = "",
    sentence: str = "",
    qualifier: str | None = None,
    unit: str | None = None,
) -> Fact:
    """A figure in prose; the sentence is the printed text where none is given."""
    number = None if value is None else Decimal(value)
    return Fact(fact, number, unit, raw or fact, sentence or raw or fact, qualifier)


@dataclass(frozen=True)
class Case:
    """A report on a form whose cells are all 0 but for `values` (None: blank), and the result that is right.

    `words` is part of the reason; `marked` the cells that the failure marks as suspect.
    """

    identity: str
    result: str
    values: Mapping[str, int | str | None] = field(default_factory=dict)
    facts: tuple[Fact, ...] | None = ()
    noted: tuple[Noted, ...] | None = ()
    words: str = ""
    form: str = "form_2021"
    year: int | None = 2022
    agency: str | None = "福州市水部街道办事处"
    title: str | None = None
    published_on: str | None = None
    period: tuple[str, str] | None = None
    scope: str = "own_body"
    marked: tuple[str, ...] = ()
    lost: str | None = None

    @property
    def cells(self) -> Cells:
        """Cells whose key starts with `lost` are not in the document."""
        cells = with_values(form_cells(self.form), self.values)
        if self.lost is not None:
            gone = {key: (None, "missing_table") for key in cells if key.startswith(self.lost)}
            cells |= gone
        return cells

    @property
    def around(self) -> Surroundings:
        start, end = self.period or (None, None)
        return Surroundings(
            About(
                report_year=self.year,
                agency=self.agency,
                scope=self.scope,
                title=self.title,
                published_on=dt.date.fromisoformat(self.published_on) if self.published_on else None,
                period_from=start,
                period_to=end,
                facts=self.facts,
                noted=self.noted,
            )
        )

    def __str__(self) -> str:
        return f"{self.identity}-{self.result}-{self.words or ''}"


def ask(case: Case) -> IdentityResult:
    """The single instance of the identity for the report."""
    results = evaluate(case.form, case.cells, around=case.around)
    (found,) = [one for one in results if one.id == case.identity]
    return found


def check(case: Case) -> None:
    """The result, the words of its reason, and the cells that it marks are the expected ones."""
    found = ask(case)
    assert (found.result, case.words in (found.why or "")) == (case.result, True), found.why
    if case.result in ("not_evaluable", "not_applicable") or case.result.startswith("fails"):
        assert found.why
    assert tuple(suspect_cells([found])) == case.marked
