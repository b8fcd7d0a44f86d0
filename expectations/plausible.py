"""Tests of what is plausible in one report: implications, powers, magnitudes, values that follow from others.

Belongs here: tests over printed cells that are no linear relation. Does not belong here: prose against table
(prose.py), how a report is laid out (quality.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from expectations.about import Operand, Surroundings, Verdict, beside, unknown
from expectations.identities import Identity, Implication
from expectations.printed import ZERO, Report, plain
from expectations.prose import NOT_READ
from expectations.wording import Wording

PREVIOUS = "@y-1"
AMOUNT = "t2_8.admin_fee.amount"
#: A bureau of a county that collects a hundred million yuan has taken 元 for 万元.
TOO_MUCH = Decimal(10_000)


def implies(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Where one sum is positive, another is, too."""
    answers = []
    for rule in identity.implies:
        answers.append(_implication(rule, report, around))
        if rule.both_ways:
            turned = Implication(when=rule.then[0], then=(rule.when,))
            answers.append(_implication(turned, report, around))
    for result in ("fails", "fails_lenient", "not_evaluable", "holds_lenient", "holds"):
        found = [answer for answer in answers if answer.result == result]
        if found:
            why = "; ".join(dict.fromkeys(answer.why for answer in found if answer.why)) or None
            suspects = tuple(dict.fromkeys(cell for answer in found for cell in answer.suspects))
            operands = tuple(term for answer in found for term in answer.operands)
            return Verdict(result, why, found[0].lhs, found[0].rhs, suspects, operands)
    return answers[0]


def _implication(rule: Implication, report: Report, around: Surroundings) -> Verdict:
    year = around.about.report_year
    if rule.from_year is not None:
        if year is None:
            return unknown("the report year is not known")
        if year < rule.from_year:
            return beside(f"asked from the report year {rule.from_year} on")
    operands = _operands(rule, around)
    premise, strict = _known_sum(rule.when, report, around)
    if premise is None:
        printed = [term for term in rule.when if report.reported.get(term, ZERO) > 0]
        if not printed:
            return unknown(f"no number for {_lacking(rule.when, report)}")
        premise = report.reported[printed[0]]  # counts: one positive operand makes the sum positive
    if premise <= 0:
        return Verdict(
            "holds" if strict else "holds_lenient", "nothing to ask for: 0", premise, operands=operands
        )
    if rule.then_fact is not None:
        if around.about.facts is None:
            return unknown(NOT_READ)
        told = [fact for fact in around.about.of(rule.then_fact) if fact.value]
        if told:
            return Verdict("holds", f"«{told[0].raw}»", premise, told[0].value, operands=operands)
        cells = tuple(rule.when)
        return Verdict(
            "fails", f"{plain(premise)} without any {rule.then_fact} in prose", premise, ZERO, cells, operands
        )
    lacking = None
    for terms in rule.then:
        value, exact = _known_sum(terms, report, around)
        if value is None:
            lacking = lacking or _why_unknown(terms, report, around)
        elif value > 0:
            result = "holds" if exact and strict else "holds_lenient"
            return Verdict(result, None, premise, value, operands=operands)
        else:
            strict = strict and exact
    if lacking is not None:
        return unknown(lacking)
    why = f"{plain(premise)} > 0" + ("" if rule.then else f" in {year}")
    if rule.then:
        why += f", but {' or '.join(' + '.join(terms) for terms in rule.then)} is not"
    cells = tuple(term for term in rule.when if report.reported.get(term, ZERO) > 0)
    return Verdict(
        "fails" if strict else "fails_lenient", why, premise, ZERO if rule.then else None, cells, operands
    )


def _operands(rule: Implication, around: Surroundings) -> tuple[Operand, ...]:
    filing = around.previous.filing_id if around.previous else None
    listed: list[Operand] = []
    for side, groups in (("lhs", (rule.when,)), ("rhs", rule.then)):
        for term in dict.fromkeys(term for group in groups for term in group):
            operand: Operand = {"cell": term, "sign": 1, "side": side}
            listed.append(operand | {"filing": filing} if term.endswith(PREVIOUS) and filing else operand)
    return tuple(listed)


def _known_sum(terms: Sequence[str], report: Report, around: Surroundings) -> tuple[Decimal | None, bool]:
    """The sum with blanks as 0, and whether every operand is printed; None where one is lacking."""
    total, strict = ZERO, True
    for term in terms:
        source = report
        if term.endswith(PREVIOUS):
            if around.previous is None:
                return None, False
            source = around.previous.report
        key = term.removesuffix(PREVIOUS)
        value = source.lenient.get(key)
        if value is None:
            return None, False
        total += value
        strict = strict and key in source.reported
    return total, strict


def _why_unknown(terms: Sequence[str], report: Report, around: Surroundings) -> str:
    if around.previous is None and any(term.endswith(PREVIOUS) for term in terms):
        return around.no_previous
    own = [term for term in terms if not term.endswith(PREVIOUS)]
    if around.previous is not None and len(own) < len(terms):
        keys = [term.removesuffix(PREVIOUS) for term in terms if term.endswith(PREVIOUS)]
        year = around.previous.report_year
        return f"the report of {year} prints no number for {_lacking(keys, around.previous.report)}"
    return f"no number for {_lacking(own, report)}"


def _lacking(keys: Sequence[str], report: Report) -> str:
    return ", ".join(f"{key} ({report.state(key)})" for key in keys if key not in report.lenient)


def derived_zero(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """In a row whose total is 0, or one of its parts, the other parts are 0."""
    table = next((table for table in report.form.tables if table.code == "t3"), None)
    totals = {column.code: column.total_of for column in table.columns if column.total_of} if table else {}
    asked, wrong = 0, []
    for total_column, parts in totals.items():
        for row in dict.fromkeys(key.split(".")[1] for key in report.reported if key.startswith("t3.")):
            total = report.reported.get(f"t3.{row}.{total_column}")
            printed = {part: report.reported.get(f"t3.{row}.{part}") for part in parts}
            if (
                total is None
                or total < 0
                or any(value is not None and value < 0 for value in printed.values())
            ):
                continue
            whole = [part for part, value in printed.items() if value == total]
            if total != 0 and len(whole) != 1:
                # two parts that both equal the total contradict it: I03 says so, nothing follows here
                continue
            asked += 1
            rest = [part for part in parts if total == 0 or part != whole[0]]
            wrong += [f"t3.{row}.{part}" for part in rest if printed[part]]
    if wrong:
        return Verdict("fails", f"not 0: {', '.join(wrong[:3])}", suspects=tuple(wrong))
    if not asked:
        return unknown("no row prints a total that is 0 or one of its parts")
    return Verdict("holds", f"forces the other parts to 0 in {asked} rows")


def derived_sum(lhs: Sequence[str], report: Report) -> Verdict:
    """A sum that no cell prints: it can be computed or not, and holds by definition."""
    values = [report.lenient.get(key) for key in lhs]
    if any(value is None for value in values):
        return unknown(f"no number for {_lacking(lhs, report)}")
    total = sum((value for value in values if value is not None), ZERO)
    strict = all(key in report.reported for key in lhs)
    return Verdict("holds" if strict else "holds_lenient", "derived: no cell prints it", total, total)


def rule_making_power(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """A body without the power to make rules prints none."""
    keys = [key for key in report.form.cells if key.startswith("t2_1.rules.")]
    positive = {key: report.reported[key] for key in keys if report.reported.get(key, ZERO) > 0}
    if not positive:
        if not any(key in report.lenient for key in keys):
            return unknown(f"no number for {_lacking(keys, report)}")
        strict = all(key in report.reported for key in keys)
        return Verdict("holds" if strict else "holds_lenient", "no rules")
    agency = around.about.agency
    if agency is None:
        return unknown("the agency is not known")
    body = wording.body(agency)
    powerless = body is not None and (
        body.rules is False
        or (body.kind == "department" and re.search(wording.department_without_rules, agency) is not None)
    )
    if powerless:
        named = ", ".join(f"{key} = {plain(value)}" for key, value in positive.items())
        return Verdict("fails", f"{agency} makes no rules: {named}", suspects=tuple(positive))
    if body is not None and body.rules:
        return Verdict("holds", f"{agency} may make rules")
    return unknown(f"cannot tell by its name whether {agency} may make rules")


def fee_magnitude(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """An amount in 万元 that is large for the body, or stands in 元 in prose, is a slip of unit."""
    amount = report.reported.get(AMOUNT)
    if amount is None:
        if AMOUNT in report.lenient:
            return Verdict("holds_lenient", "no amount", ZERO)
        return unknown(f"no number for {AMOUNT} ({report.state(AMOUNT)})")
    told = around.about.of("processing_fee_collected", "processing_fee_charged", "fees_collected")
    same = [fact for fact in told if fact.unit == "元" and fact.value and fact.value == amount]
    if same:
        return Verdict(
            "fails", f"{plain(amount)} 万元, and «{same[0].raw}» in prose", amount, same[0].value, (AMOUNT,)
        )
    if amount < TOO_MUCH:
        return Verdict("holds", None, amount, TOO_MUCH)
    body = wording.body(around.about.agency) if around.about.agency else None
    if body is None or body.kind not in ("township", "department"):
        return unknown(f"{plain(amount)} 万元 is large, and the body's name does not tell whether too large")
    return Verdict("fails", f"{plain(amount)} 万元 for {around.about.agency}", amount, TOO_MUCH, (AMOUNT,))


def fee_part(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """The information-processing fee collected (prose, 元) is part of the fees collected (table, 万元)."""
    collected = [fact for fact in around.about.of("processing_fee_collected") if fact.value is not None]
    if not collected:
        return unknown(
            "the prose gives no information-processing fee" if around.about.facts is not None else NOT_READ
        )
    fact = collected[0]
    units = report.catalog.units
    yuan = units[fact.unit].to_yuan if fact.unit and fact.unit in units else 1
    spec = report.form.cells[AMOUNT]
    per = units[spec.unit].to_yuan if spec.unit else None
    table = report.lenient.get(AMOUNT)
    if fact.value is None or table is None or per is None or yuan is None:
        return unknown(f"no number for {AMOUNT} ({report.state(AMOUNT)})")
    lhs, rhs = fact.value * yuan, table * per
    strict = AMOUNT in report.reported
    holds = lhs <= rhs
    result = ("holds" if holds else "fails") + ("" if strict else "_lenient")
    operands = (
        {"cell": f"prose.{fact.fact}", "sign": 1, "side": "lhs"},
        {"cell": AMOUNT, "sign": 1, "side": "rhs"},
    )
    why = f"{plain(lhs)} 元 collected in prose, {plain(rhs)} 元 of fees in the table"
    return Verdict(result, why, lhs, rhs, operands=operands)


def zero_table(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """A table of zeros beside prose that reports requests, cases or documents is an empty form."""
    if not report.reported:
        return unknown("no cell prints a number")
    if any(report.reported.values()):
        return Verdict("holds", "not all cells are 0")
    if around.about.facts is None:
        return unknown(NOT_READ)
    told = [fact for fact in around.about.of(*wording.counted_in_tables) if fact.value is not None]
    told = [fact for fact in told if not fact.says("area_wide")]
    if not told:
        return unknown("all cells are 0, and the prose gives no figure that the tables count")
    active = [fact for fact in told if fact.value]
    if active:
        return Verdict(
            "fails", f"all cells are 0, the prose says «{'», «'.join(fact.raw for fact in active[:3])}»"
        )
    return Verdict("holds", "the prose reports none either")
