"""What is known of a report besides its cells, and the report of the year before.

Belongs here: the shapes that the tests of prose, form and history look at, and what they answer. Does not
belong here: tests, reading of tables.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from expectations.printed import Report

NEEDS_PREVIOUS = "needs the previous year's report"
OWN_BODY = "own_body"
AGGREGATE = "aggregate"


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure or statement in prose: `value` None for a statement without a number."""

    fact: str
    value: Decimal | None
    unit: str | None = None
    raw: str = ""
    sentence: str = ""
    qualifier: str | None = None

    def says(self, qualifier: str) -> bool:
        return qualifier in (self.qualifier or "").split(";")


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the reader noted: code, place in the form, detail."""

    code: str
    place: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """A report besides its cells. `facts` and `noted` are None where nobody read the prose."""

    report_year: int | None = None
    agency: str | None = None
    scope: str | None = None
    title: str | None = None
    published_on: dt.date | None = None
    period_from: str | None = None
    period_to: str | None = None
    facts: tuple[Fact, ...] | None = None
    noted: tuple[Noted, ...] | None = None

    def of(self, *names: str) -> list[Fact]:
        """Facts in prose of these names, in the order of the text."""
        return [fact for fact in self.facts or () if fact.fact in names]

    def noticed(self, *codes: str) -> list[Noted]:
        return [one for one in self.noted or () if one.code in codes]


@dataclass(frozen=True, slots=True)
class Other:
    """Another filing that this one is compared with: last year's, or the own-body one beside an aggregate."""

    filing_id: str
    report_year: int
    report: Report
    about: About


Operand = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test of a whole report says; `operands` name cells as those of linear identities do.

    A figure in prose is the operand prose.<fact>; a cell of another filing carries @y-1 and `filing`.
    """

    result: str
    why: str | None = None
    lhs: Decimal | None = None
    rhs: Decimal | None = None
    suspects: tuple[str, ...] = ()
    operands: tuple[Operand, ...] = ()


def unknown(why: str) -> Verdict:
    """Nothing can be said, and why."""
    return Verdict("not_evaluable", why)


def beside(why: str) -> Verdict:
    """The identity does not apply to this report, and why."""
    return Verdict("not_applicable", why)


def cell_operand(key: str, side: str = "lhs", sign: int = 1, filing: str | None = None) -> Operand:
    operand: Operand = {"cell": key, "sign": sign, "side": side}
    return operand if filing is None else operand | {"filing": filing}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a report is judged with besides its cells; `no_previous` says why `previous` is None.

    Left out, a report is judged by its cells alone, and what needs more says so.
    """

    about: About = field(default_factory=About)
    previous: Other | None = None
    no_previous: str = NEEDS_PREVIOUS
    own_body: Other | None = None
