"""Verdicts: each instance of each identity in one of six states, strictly first, then leniently.

Belongs here: exact arithmetic, also with last year's cells, the tests of single cells, and which cells a
failure points at. Does not belong here: expansion of identities, what may be read as 0 (printed.py), the
tests of a whole report (prose.py, plausible.py, quality.py, years.py), values that identities force.

All operands reported -> holds or fails. Otherwise blank, slash, dash, a word for none and "not applicable"
are read as 0 -> holds_lenient or fails_lenient, a blank only where its row or column prints a number: an
entirely empty table is missing, not zero. A strict failure is never cured by the lenient reading.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from expectations import plausible, prose, quality, years
from expectations.about import About, Surroundings, Verdict
from expectations.identities import Identities, Identity
from expectations.instances import Instance, Term, instances, printed_rows
from expectations.printed import BLANK, REPORTED, ZERO, Cells, Report, cell_spec, plain
from expectations.wording import Wording, load_wording
from ingestion.catalog import Catalog, CellSpec, load_catalog

__all__ = [
    "BLANK", "REPORTED", "TESTS", "ZERO", "Cells", "IdentityResult", "Report", "cell_spec", "evaluate",
    "plain", "suspect_cells",
]  # fmt: skip

TEN_THOUSAND = 10_000
_MAX_NAMED = 3

Test = Callable[[Identity, Report, Surroundings, Wording], Verdict]
#: Tests of the report as a whole that have a module of their own, by their name in identities.yml.
TESTS: dict[str, Test] = {
    "derived_zero": plausible.derived_zero,
    "implies": plausible.implies,
    "rule_making_power": plausible.rule_making_power,
    "fee_magnitude": plausible.fee_magnitude,
    "fee_part": plausible.fee_part,
    "zero_table": plausible.zero_table,
    "row_width": quality.row_width,
    "split_digits": quality.split_digits,
    "placeholder_mix": quality.placeholder_mix,
    "foreign_residue": quality.foreign_residue,
    "sections": quality.sections,
    "deadline": quality.deadline,
    "period": quality.period,
    "years_agree": quality.years_agree,
    "fee_statement": quality.fee_statement,
    "prose_equals": prose.prose_equals,
    "prose_negative": prose.prose_negative,
    "prose_breakdown": prose.prose_breakdown,
    "prose_percentages": prose.prose_percentages,
    "prose_cumulative": prose.prose_cumulative,
    "prose_cumulative_moves": prose.prose_cumulative_moves,
    "copied_forward": years.copied_forward,
    "jump": years.jump,
    "aggregate": years.aggregate,
}


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """What one instance says about one report; a side that lacks a cell is None, `residual` is lhs - rhs."""

    instance_of: Instance
    result: str
    lhs: Decimal | None = None
    rhs: Decimal | None = None
    suspects: tuple[str, ...] = ()
    why: str | None = None
    terms: str | None = None

    @property
    def operands(self) -> str:
        """JSON list of the terms; a cell of another filing bears that filing's id."""
        return self.instance_of.operands if self.terms is None else self.terms

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


def evaluate(
    form: str,
    cells: Cells,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
    report_year: int | None = None,
    around: Surroundings | None = None,
) -> list[IdentityResult]:
    """Every instance of the form's identities for one report, in the order of the file.

    `cells` maps cell key to (value, state); a cell that is not in it is treated as missing. `around` is what
    the report says besides its cells and last year's report; without it, what needs them is not evaluable and
    says so. `report_year` counts where `around` is not given. Raises IdentityError for an unknown form.
    """
    catalog = catalog or load_catalog()
    report = Report(catalog.forms[form], cells, catalog) if form in catalog.forms else None
    if report is None:
        instances(form, None, catalog, identities)  # says why
        raise AssertionError(form)
    around = around or Surroundings(About(report_year=report_year))
    printed = printed_rows(report.form, cells, report.reported)
    wording = load_wording()
    results = [
        _linear(instance, report, around)
        if instance.identity.test == "linear"
        else _whole(instance, report, around, wording)
        for instance in instances(form, printed, catalog, identities)
    ]
    return _localise(results, report)


def _linear(instance: Instance, report: Report, around: Surroundings) -> IdentityResult:
    identity = instance.identity
    if instance.absent is not None:
        return IdentityResult(instance, "not_applicable", why=instance.absent)
    rhs_terms, terms = instance.rhs, None
    before = None
    if identity.needs_previous_report:
        if around.previous is None:
            return IdentityResult(instance, "not_evaluable", why=around.no_previous)
        before = around.previous.report
        if identity.previous:
            found = instance.by_previous_form.get(before.form.code)
            if found is None:
                wanted = " or ".join(identity.previous)
                why = f"asked where last year's report is on {wanted}, this one is on {before.form.code}"
                return IdentityResult(instance, "not_applicable", why=why)
            rhs_terms = found
        terms = instance.operands_with(around.previous.filing_id, rhs_terms)
    strict = before.reported if before else {}
    lhs, rhs = _sum(instance.lhs, report.reported, strict), _sum(rhs_terms, report.reported, strict)
    if lhs is not None and rhs is not None:
        if _holds(identity, lhs, rhs):
            return IdentityResult(instance, "holds", lhs, rhs, terms=terms)
        return IdentityResult(instance, "fails", lhs, rhs, why=_difference(identity, lhs, rhs), terms=terms)
    lenient = before.lenient if before else {}
    lenient_lhs = _sum(instance.lhs, report.lenient, lenient)
    lenient_rhs = _sum(rhs_terms, report.lenient, lenient)
    if lenient_lhs is None or lenient_rhs is None:
        why = _lacking((*instance.lhs, *rhs_terms), report, around)
        return IdentityResult(instance, "not_evaluable", lhs, rhs, why=why, terms=terms)
    if _holds(identity, lenient_lhs, lenient_rhs):
        why = "blanks read as 0"
        return IdentityResult(instance, "holds_lenient", lenient_lhs, lenient_rhs, why=why, terms=terms)
    if _all_blank(instance.lhs, report, before) or _all_blank(rhs_terms, report, before):
        # bodies leave whole totals, or whole breakdowns, out (SH2019 prints no total on its result rows):
        # blanks that cannot be zeros are left out, and say nothing against what is printed
        why = "one side is left blank"
        return IdentityResult(instance, "not_evaluable", lhs, rhs, why=why, terms=terms)
    why = f"blanks read as 0; {_difference(identity, lenient_lhs, lenient_rhs)}"
    return IdentityResult(instance, "fails_lenient", lenient_lhs, lenient_rhs, why=why, terms=terms)


def _sum(
    terms: Sequence[Term], values: Mapping[str, Decimal], before: Mapping[str, Decimal]
) -> Decimal | None:
    total = ZERO
    for term in terms:
        value = before.get(term.key) if term.previous else values.get(term.cell)
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


def _all_blank(terms: Sequence[Term], report: Report, before: Report | None) -> bool:
    return bool(terms) and all(
        (before if term.previous and before else report).state(term.key) == BLANK for term in terms
    )


def _lacking(terms: Sequence[Term], report: Report, around: Surroundings) -> str:
    previous = around.previous
    if previous is not None:
        alien = [
            term.key for term in terms if term.previous and cell_spec(previous.report.form, term.key) is None
        ]
        if alien:
            form = previous.report.form.code
            return f"the report of {previous.report_year} is on {form}, which has no cell {alien[0]}"
    named = []
    for term in terms:
        source, year = report, ""
        if term.previous and previous is not None:
            source, year = previous.report, f" of {previous.report_year}"
        if term.key not in source.lenient:
            named.append(f"{term.key}{year} ({source.state(term.key)})")
    more = f" and {len(named) - _MAX_NAMED} more" if len(named) > _MAX_NAMED else ""
    return f"no number for {', '.join(named[:_MAX_NAMED])}{more}"


def _whole(instance: Instance, report: Report, around: Surroundings, wording: Wording) -> IdentityResult:
    """Tests of the report as a whole: over its printed cells, what the form wants, its prose, its history."""
    identity = instance.identity
    test = identity.test
    if test == "untested":
        return IdentityResult(instance, "not_evaluable", why=identity.untested)
    if test == "derived_sum":
        said = plausible.derived_sum([term.cell for term in instance.lhs], report)
        return IdentityResult(instance, said.result, said.lhs, said.rhs, why=said.why)
    if test in TESTS:
        said = TESTS[test](identity, report, around, wording)
        terms = (
            json.dumps(said.operands, ensure_ascii=False, separators=(",", ":")) if said.operands else None
        )
        return IdentityResult(instance, said.result, said.lhs, said.rhs, said.suspects, said.why, terms)
    if test == "form_matches_year":
        return _form_matches_year(instance, report, around.about.report_year)
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
        if result.identity.kind == "accounting" and not result.identity.needs_previous_report
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
    alone = result.identity.kind == "accounting" and not result.identity.needs_previous_report
    own = 1 if alone else 0
    return tuple(cell for cell in printed if most <= own or crossings.get(cell, 0) == most)


def suspect_cells(results: Iterable[IdentityResult]) -> dict[str, tuple[str, ...]]:
    """Cell key -> ids of the failing identities that mark it (`Identity.marks`: not every hint does)."""
    found: dict[str, set[str]] = {}
    for result in results:
        if result.failed and result.identity.marks:
            for cell in result.suspects:
                found.setdefault(cell, set()).add(result.id)
    return {cell: tuple(sorted(ids)) for cell, ids in sorted(found.items())}
