"""Verdicts: each instance of each identity in one of six states, strictly first, then leniently.

Belongs here: what counts as printed and what may be read as 0, exact arithmetic, and which cells a failure
points at. Does not belong here: expansion of identities, values that identities force.

All operands reported -> holds or fails. Otherwise blank, slash, dash, a word for none and "not applicable"
are read as 0 -> holds_lenient or fails_lenient, a blank only where its row or column prints a number: an
entirely empty table is missing, not zero. A strict failure is never cured by the lenient reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from expectations.identities import Identities, Identity
from expectations.instances import Instance, Term, instances, printed_rows
from ingestion.catalog import Catalog, CellSpec, Form, load_catalog

Cells = Mapping[str, tuple[Decimal | None, str]]

REPORTED = "reported"
BLANK = "blank"
ZERO = Decimal(0)
TEN_THOUSAND = 10_000
_MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """What one instance says about one report; a side that lacks a cell is None, `residual` is lhs - rhs."""

    instance_of: Instance
    result: str
    lhs: Decimal | None = None
    rhs: Decimal | None = None
    suspects: tuple[str, ...] = ()
    why: str | None = None

    @property
    def id(self) -> str:
        return self.instance_of.identity.id

    @property
    def instance(self) -> str:
        return self.instance_of.name

    @property
    def identity(self) -> Identity:
        return self.instance_of.identity

    @property
    def residual(self) -> Decimal | None:
        return None if self.lhs is None or self.rhs is None else self.lhs - self.rhs

    @property
    def failed(self) -> bool:
        return self.result in ("fails", "fails_lenient")


class Report:
    """The cells of one report, arranged for both readings."""

    def __init__(self, form: Form, cells: Cells, catalog: Catalog) -> None:
        self.catalog = catalog
        self.form = form
        self.cells = cells
        self.reported: dict[str, Decimal] = {
            key: value for key, (value, state) in cells.items() if state == REPORTED and value is not None
        }
        lines: set[tuple[str, ...]] = set()
        for key in self.reported:
            table, row, column = key.split(".")
            lines.add((table, row, ""))
            lines.add((table, "", column))
        self.lenient = dict(self.reported)
        zeros = {code for code, state in catalog.states.items() if state.lenient_as == 0}
        for key, (_, state) in cells.items():
            if state in zeros:
                table, row, column = key.split(".")
                if state != BLANK or (table, row, "") in lines or (table, "", column) in lines:
                    self.lenient[key] = ZERO

    def state(self, key: str) -> str:
        return self.cells[key][1] if key in self.cells else "not listed"


def evaluate(
    form: str,
    cells: Cells,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
    report_year: int | None = None,
) -> list[IdentityResult]:
    """Every instance of the form's identities for one report, in the order of the file.

    `cells` maps cell key to (value, state); a cell that is not in it is treated as missing. `report_year` is
    needed by the identity that compares it with the form. Raises IdentityError for an unknown form.
    """
    catalog = catalog or load_catalog()
    report = Report(catalog.forms[form], cells, catalog) if form in catalog.forms else None
    if report is None:
        instances(form, None, catalog, identities)  # says why
        raise AssertionError(form)
    printed = printed_rows(report.form, cells, report.reported)
    results = [
        _linear(instance, report)
        if instance.identity.test == "linear"
        else _whole(instance, report, report_year)
        for instance in instances(form, printed, catalog, identities)
    ]
    return _localise(results, report)


def _linear(instance: Instance, report: Report) -> IdentityResult:
    identity = instance.identity
    if instance.absent is not None:
        return IdentityResult(instance, "not_applicable", why=instance.absent)
    if identity.needs_previous_report:
        return IdentityResult(instance, "not_evaluable", why="needs the previous year's report")
    lhs, rhs = _sum(instance.lhs, report.reported), _sum(instance.rhs, report.reported)
    if lhs is not None and rhs is not None:
        if _holds(identity, lhs, rhs):
            return IdentityResult(instance, "holds", lhs, rhs)
        return IdentityResult(instance, "fails", lhs, rhs, why=_difference(identity, lhs, rhs))
    lenient_lhs, lenient_rhs = _sum(instance.lhs, report.lenient), _sum(instance.rhs, report.lenient)
    if lenient_lhs is None or lenient_rhs is None:
        return IdentityResult(instance, "not_evaluable", lhs, rhs, why=_lacking(instance, report))
    if _holds(identity, lenient_lhs, lenient_rhs):
        return IdentityResult(instance, "holds_lenient", lenient_lhs, lenient_rhs, why="blanks read as 0")
    if _all_blank(instance.lhs, report) or _all_blank(instance.rhs, report):
        # bodies leave whole totals, or whole breakdowns, out (SH2019 prints no total on its result rows):
        # blanks that cannot be zeros are left out, and say nothing against what is printed
        return IdentityResult(instance, "not_evaluable", lhs, rhs, why="one side is left blank")
    why = f"blanks read as 0; {_difference(identity, lenient_lhs, lenient_rhs)}"
    return IdentityResult(instance, "fails_lenient", lenient_lhs, lenient_rhs, why=why)


def _sum(terms: Sequence[Term], values: Mapping[str, Decimal]) -> Decimal | None:
    total = ZERO
    for term in terms:
        value = values.get(term.cell)
        if value is None:
            return None
        total += value if term.coefficient == 1 else value * term.coefficient
    return total


def _holds(identity: Identity, lhs: Decimal, rhs: Decimal) -> bool:
    if identity.op == "==":
        return abs(lhs - rhs) <= identity.tolerance
    if identity.op == "<=":
        return lhs - rhs <= identity.tolerance
    return rhs - lhs <= identity.tolerance


def _difference(identity: Identity, lhs: Decimal, rhs: Decimal) -> str:
    return f"{plain(lhs)} {identity.op} {plain(rhs)} is wrong by {plain(abs(lhs - rhs))}"


def _all_blank(terms: Sequence[Term], report: Report) -> bool:
    return bool(terms) and all(report.state(term.cell) == BLANK for term in terms)


def _lacking(instance: Instance, report: Report) -> str:
    cells = [cell for cell in instance.cells if cell not in report.lenient]
    named = ", ".join(f"{cell} ({report.state(cell)})" for cell in cells[:_MAX_NAMED])
    more = f" and {len(cells) - _MAX_NAMED} more" if len(cells) > _MAX_NAMED else ""
    return f"no number for {named}{more}"


def _whole(instance: Instance, report: Report, report_year: int | None) -> IdentityResult:
    """Tests of the report as a whole: over its printed cells, or over what the form wants."""
    test = instance.identity.test
    if test == "form_matches_year":
        return _form_matches_year(instance, report, report_year)
    if test == "every_cell_printed":
        printed = sum(1 for key in report.form.cells if key in report.reported)
        lhs, rhs = Decimal(printed), Decimal(len(report.form.cells))
        why = None if lhs == rhs else f"{printed} of {len(report.form.cells)} cells print a number"
        return IdentityResult(instance, "holds" if lhs == rhs else "fails", lhs, rhs, why=why)
    decimals = _money_decimals(report) if test == "money_decimals" else None
    judged = {key: value for key, value in report.reported.items() if decimals is None or key in decimals}
    if not judged:
        return IdentityResult(instance, "not_evaluable", why="no such cell prints a number")
    offending = tuple(
        key for key, value in judged.items() if _offends(test, cell_spec(report.form, key), value, decimals)
    )
    if offending:
        why = ", ".join(f"{key} = {plain(judged[key])}" for key in offending[:_MAX_NAMED])
        return IdentityResult(instance, "fails", suspects=offending, why=why)
    return IdentityResult(instance, "holds")


def _money_decimals(report: Report) -> dict[str, int]:
    """Cell key -> decimals that its unit allows, for amounts in 万元 (other money has no rule)."""
    allowed = {}
    for key in report.reported:
        spec = cell_spec(report.form, key)
        unit = report.catalog.units.get(spec.unit) if spec and spec.money and spec.unit else None
        if unit is not None and unit.to_yuan == TEN_THOUSAND:
            allowed[key] = unit.decimals
    return allowed


def _offends(test: str, spec: CellSpec | None, value: Decimal, decimals: Mapping[str, int] | None) -> bool:
    if test == "nonnegative":
        return value < 0 and not (spec and spec.signed)
    if test == "integral":
        return value != value.to_integral_value() and not (spec and spec.money)
    places = decimals[spec.key] if decimals and spec else 0
    return value != round(value, places)


def _form_matches_year(instance: Instance, report: Report, report_year: int | None) -> IdentityResult:
    if report_year is None:
        return IdentityResult(instance, "not_evaluable", why="the report year is not known")
    seen = {code for code, state in report.catalog.states.items() if state.kind in ("printed", "empty")}
    if not any(state in seen for _, state in report.cells.values()):
        # without a table the form was taken from the year itself: that proves nothing
        return IdentityResult(instance, "not_evaluable", why="no table shows which form it is")
    valid = report.catalog.form_for_year(report_year)
    if report.form.code in valid:
        return IdentityResult(instance, "holds", why=f"{report_year} -> {report.form.code}")
    wanted = " or ".join(valid) or "no known form"
    why = f"{report_year} should be reported on {wanted}, not {report.form.code}"
    return IdentityResult(instance, "fails", why=why)


def cell_spec(form: Form, key: str) -> CellSpec | None:
    """The cell's specification, optional ones included; None for a key that the form does not know."""
    return form.cells.get(key) or form.optional_cells.get(key)


def _localise(results: list[IdentityResult], report: Report) -> list[IdentityResult]:
    """Give every failed linear instance its suspects.

    The cell on which most failing accounting instances cross is the better explanation (errors cancel in
    totals, not in both directions); without a crossing all printed operands are suspect.
    """
    failing = [result for result in results if result.failed]
    if not failing:
        return results
    crossings = Counter(
        cell
        for result in failing
        if result.identity.kind == "accounting"
        for cell in set(result.instance_of.cells)
        if cell in report.reported
    )
    return [
        replace(result, suspects=_suspects(result, crossings, report.reported))
        if result.failed and result.identity.test == "linear"
        else result
        for result in results
    ]


def _suspects(
    result: IdentityResult, crossings: Mapping[str, int], reported: Mapping[str, Decimal]
) -> tuple[str, ...]:
    printed = [cell for cell in dict.fromkeys(result.instance_of.cells) if cell in reported]
    most = max((crossings.get(cell, 0) for cell in printed), default=0)
    own = 1 if result.identity.kind == "accounting" else 0
    return tuple(cell for cell in printed if most <= own or crossings.get(cell, 0) == most)


def suspect_cells(results: Iterable[IdentityResult]) -> dict[str, tuple[str, ...]]:
    """Cell key -> ids of the failing identities that point at it; hints (severity info) point at nothing."""
    found: dict[str, set[str]] = {}
    for result in results:
        if result.failed and result.identity.severity != "info":
            for cell in result.suspects:
                found.setdefault(cell, set()).add(result.id)
    return {cell: tuple(sorted(ids)) for cell, ids in sorted(found.items())}


def plain(value: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
