"""Tests of a report's prose: against its tables, against itself, and against last year's.

Belongs here: comparing figures that the reader found in prose, as far as wording.yml says what they count.
Does not belong here: finding figures, the lexicon.

Nothing is searched for: a comparison starts from what the prose says, and where it says nothing, or says what
nobody can place, the answer is "not evaluable", with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from expectations.about import AGGREGATE, About, Fact, Operand, Surroundings, Verdict, beside, unknown
from expectations.identities import Identity
from expectations.printed import BLANK, ZERO, Report, plain
from expectations.wording import Breakdown, Cumulative, Figure, Wording, cells_of

NOT_READ = "the prose of the report is not at hand"
_HUNDRED = Decimal(100)
_ALL_PARTS = Decimal("0.5")
_NAMED = 4
_AMBIGUOUS = "cumulative_wording_ambiguous"


@dataclass(frozen=True, slots=True)
class Said:
    """A number that the prose gives for a figure, and the sums that it may mean."""

    fact: Fact
    value: Decimal
    means: tuple[str, ...]


def prose_equals(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Each figure that the prose gives equals a sum of cells that its words may mean."""
    if around.about.facts is None:
        return unknown(NOT_READ)
    answers = [_figure(name, report, around.about, wording) for name in identity.compare]
    given = [answer for answer in answers if answer is not None]
    if not given and identity.when_empty is not None:
        return beside(identity.when_empty)
    return _together(given, "no such figure in prose")


def prose_negative(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """What the prose denies (未收到, 未发生, 0件) is 0 in the table."""
    about = around.about
    if about.facts is None:
        return unknown(NOT_READ)
    answers = []
    for name in identity.compare:
        figure = wording.figures[name]
        denied = [fact for fact in about.of(*figure.facts) if fact.value == 0]
        if denied and report.form.code in figure.sums:
            means = next(
                iter(figure.sums[report.form.code])
            )  # the narrowest sum: what is denied is all of it
            said = [Said(fact, ZERO, (means,)) for fact in denied]
            answers.append(_agree(name, figure, said, report, about, wording))
    return _together(answers, "the prose denies no requests, cases or complaints")


def _figure(name: str, report: Report, about: About, wording: Wording) -> Verdict | None:
    """The verdict on one figure; None where the prose does not give it."""
    figure = wording.figures[name]
    if report.form.code not in figure.sums:
        return None
    said = []
    for fact in about.of(*figure.facts):
        if fact.value is None or (figure.qualifier and not any(fact.says(one) for one in figure.qualifier)):
            continue
        label = fact.qualifier if fact.fact.endswith("_by_class") else fact.raw
        means = figure.means(label or "")
        if means or not fact.fact.endswith("_by_class"):
            said.append(Said(fact, fact.value, means))
    if not said:
        said = _stated(figure, about, wording)
    return _agree(name, figure, said, report, about, wording) if said else None


def _stated(figure: Figure, about: About, wording: Wording) -> list[Said]:
    """What a statement without a number says in figures: "均按时办结" behind "收到4条" means 4 handled."""
    rule = figure.statement
    if rule is None or any(fact.value for fact in about.of(*rule.unless)):
        # "all were handled" beside "1 carried over to next year": the sentence is not about all
        return []
    said: list[Said] = []
    for fact in about.of(rule.fact):
        if rule.zero:
            said.append(Said(fact, ZERO, rule.means))
            continue
        near = [one for one in about.facts or () if one.sentence == fact.sentence and one.value is not None]
        values = {one.value for one in near if one.fact in wording.figures[rule.all_of or ""].facts}
        if len(values) == 1 and not any(one.value for one in near if one.fact in rule.with_too):
            said.append(Said(fact, values.pop() or ZERO, rule.means))
    return said


def _agree(
    name: str, figure: Figure, said: Sequence[Said], report: Report, about: About, wording: Wording
) -> Verdict:
    """All numbers given equal a sum that they may mean; several that contradict each other tell nothing."""
    for one in said:
        for qualifier, reason in wording.cannot_tell.items():
            if one.fact.says(qualifier) and not (qualifier == "area_wide" and about.scope == AGGREGATE):
                return unknown(f"cannot tell: {reason.partition(' / ')[2]} («{one.fact.raw}»)")
        if not one.means:
            return unknown(f"cannot tell what is counted in «{one.fact.raw}»")
    found = [_one(one, figure.sums[report.form.code], report) for one in said]
    failed = [verdict for verdict in found if verdict.result.startswith("fails")]
    if failed and len({one.value for one in said}) > 1:
        texts = "», «".join(one.fact.raw for one in said[:4])
        return unknown(f"cannot tell: the prose gives several figures for {name}: «{texts}»")
    return _together(found, f"no figure for {name}")


def _one(said: Said, sums: Mapping[str, tuple[str, ...]], report: Report) -> Verdict:
    lacking = ""
    tried: list[tuple[bool, Decimal, tuple[Operand, ...]]] = []
    operand: Operand = {"cell": f"prose.{said.fact.fact}", "sign": 1, "side": "lhs"}
    for meaning in said.means:
        if meaning not in sums:
            continue
        keys = [
            (cell, -1 if term.startswith("-") else 1)
            for term in sums[meaning]
            for key in cells_of(term, report.form, report.cells)
            if key in report.cells
            for cell in _cells_for(key, report)
        ]
        if not keys or any(key not in report.lenient for key, _ in keys):
            named = ", ".join(f"{key} ({report.state(key)})" for key, _ in keys if key not in report.lenient)
            lacking = lacking or f"no number for {named or meaning}"
            continue
        total = sum((report.lenient[key] * sign for key, sign in keys), ZERO)
        strict = all(key in report.reported for key, _ in keys)
        terms: list[Operand] = [{"cell": key, "sign": sign, "side": "rhs"} for key, sign in keys]
        tried.append((strict, total, (operand, *terms)))
    equal = [one for one in tried if one[1] == said.value]
    if equal:
        strict, total, operands = max(equal, key=lambda one: one[0])
        why = f"«{said.fact.raw}» = {plain(total)}"
        return Verdict("holds" if strict else "holds_lenient", why, said.value, total, operands=operands)
    if lacking or not tried:
        return Verdict(
            "not_evaluable", f"«{said.fact.raw}»: {lacking or 'the table has no such cell'}", said.value
        )
    _, total, operands = tried[0]
    strict = all(one[0] for one in tried)
    also = f", nor {', '.join(plain(one[1]) for one in tried[1:])}" if len(tried) > 1 else ""
    why = f"«{said.fact.raw}» is {plain(said.value)} in prose, {plain(total)} in the table{also}"
    cells = tuple(str(term["cell"]) for term in operands[1:])
    # a number in prose contradicts a printed one; a sum of many cells points at none of them
    suspects = cells if strict and len(cells) == 1 and said.fact.value is not None else ()
    return Verdict("fails" if strict else "fails_lenient", why, said.value, total, suspects, operands)


def _cells_for(key: str, report: Report) -> tuple[str, ...]:
    """The cell, or the parts of its row where its total is left blank (SH2019 totals four rows of 23)."""
    if report.state(key) != BLANK:
        return (key,)
    return report.parts_of(key) or (key,)


_ORDER = ("fails", "fails_lenient", "holds_lenient", "holds")


def _together(answers: Sequence[Verdict], nothing: str) -> Verdict:
    """One verdict of several: a failure before all, then what holds; not evaluable only if none says more."""
    if not answers:
        return unknown(nothing)
    for result in _ORDER:
        found = [answer for answer in answers if answer.result == result]
        if found:
            first = found[0]
            why = _in_words(found)
            return Verdict(result, why, first.lhs, first.rhs, first.suspects, first.operands)
    return Verdict("not_evaluable", _in_words(answers), answers[0].lhs)


def _in_words(answers: Sequence[Verdict]) -> str:
    reasons = [answer.why for answer in answers if answer.why]
    more = f" and {len(reasons) - _NAMED} more" if len(reasons) > _NAMED else ""
    return "; ".join(reasons[:_NAMED]) + more


# ---------------------------------------------------------------------------------------------------------
# prose against itself


def prose_breakdown(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """A stated total equals the parts listed behind it."""
    about = around.about
    if about.facts is None:
        return unknown(NOT_READ)
    return _together(
        [answer for rule in wording.breakdowns for answer in _breakdown(rule, about)],
        "no total with its parts in prose",
    )


def _breakdown(rule: Breakdown, about: About) -> Iterable[Verdict]:
    facts, parts = list(about.facts or ()), rule.parts
    differs = {noted.place for noted in about.noticed("enumeration_sum_differs")}
    for sentence in dict.fromkeys(fact.sentence for fact in facts if fact.fact == parts):
        listed = [fact for fact in facts if fact.fact == parts and fact.sentence == sentence]
        if any(fact.value is None for fact in listed):
            continue
        at = facts.index(listed[0])
        before = [fact for fact in facts[:at] if fact.fact in rule.total and fact.value is not None]
        same = [fact for fact in before if fact.sentence == sentence]
        stated = (same or before[-1:])[-1:]
        if not stated or stated[0].value is None:
            continue
        total, value = sum((fact.value for fact in listed if fact.value is not None), ZERO), stated[0].value
        written = " + ".join(plain(fact.value) for fact in listed if fact.value is not None)
        operands = tuple(
            {"cell": f"prose.{fact.fact}", "sign": 1, "side": side}
            for fact, side in ((stated[0], "lhs"), *((fact, "rhs") for fact in listed))
        )
        why = f"{plain(value)} = {written}"
        if total == value:
            yield Verdict("holds", why, value, total, operands=operands)
        elif (total > value and (rule.exclusive or differs & {stated[0].fact, parts})) or (
            rule.is_whole(stated[0].sentence + sentence, len(listed))
        ):
            why = f"{plain(value)} stated, the parts {written} add up to {plain(total)}"
            yield Verdict("fails", why, value, total, operands=operands)
        else:
            why = f"cannot tell whether the parts {written} are all of {plain(value)}"
            yield Verdict("not_evaluable", why, value, total, operands=operands)


def prose_percentages(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Shares printed behind parts are the parts' shares of the total, and all of them make 100."""
    about = around.about
    if about.facts is None:
        return unknown(NOT_READ)
    stated = {fact.value for fact in about.of(*wording.percentages_of) if fact.value}
    answers = []
    for sentence in dict.fromkeys(fact.sentence for fact in about.facts):
        pairs = [(Decimal(part), Decimal(pct)) for part, pct in re.findall(wording.percentage, sentence)]
        if len(pairs) < 2:
            continue
        total = _whole_of(pairs, stated, identity.tolerance)
        if total is None:
            answers.append(unknown("cannot tell what the percentages are of"))
            continue
        wrong = [
            f"{plain(part)}/{plain(total)} is {part * _HUNDRED / total:.2f} %, printed {plain(pct)} %"
            for part, pct in pairs
            if abs(part * _HUNDRED / total - pct) > identity.tolerance
        ]
        printed = sum((pct for _, pct in pairs), ZERO)
        if sum(part for part, _ in pairs) == total and abs(printed - _HUNDRED) > _ALL_PARTS:
            wrong.append(f"the percentages add up to {plain(printed)}")
        why = "; ".join(wrong) or f"{len(pairs)} percentages of {plain(total)}"
        answers.append(Verdict("fails" if wrong else "holds", why, printed, _HUNDRED))
    return _together(answers, "no percentages of parts in prose")


def _whole_of(
    pairs: Sequence[tuple[Decimal, Decimal]], stated: set[Decimal], tolerance: Decimal
) -> Decimal | None:
    """What the shares are of: the stated total that the parts add up to, or that most shares fit."""
    total = sum((part for part, _ in pairs), ZERO)
    if total in stated:
        return total
    right = {
        one: sum(abs(part * _HUNDRED / one - pct) <= tolerance for part, pct in pairs if part)
        for one in stated
    }
    best = max(right.values(), default=0)
    found = [one for one, count in right.items() if count == best]
    return found[0] if len(found) == 1 and best >= 2 and best * 2 > len(pairs) else None


def prose_cumulative(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """What is counted over all years is no less than what is counted in one."""
    about = around.about
    answers = []
    for rule in wording.cumulatives:
        whole = _largest(about.of(*rule.cumulative))
        annual = _largest(about.of(*rule.annual)) or _largest(about.of(*rule.annual_at_least))
        if whole is None or annual is None or whole.value is None or annual.value is None:
            continue
        loose = [
            fact for fact in (whole, annual) if fact.says(_AMBIGUOUS) or fact.fact in rule.annual_at_least
        ]
        if loose and whole.value < annual.value:
            # 2139 items of a web site beside 516 documents: not the same count, so no contradiction
            answers.append(unknown(f"cannot tell whether «{loose[0].raw}» counts what «{whole.raw}» counts"))
        else:
            answers.append(_covers(f"prose.{whole.fact}", whole.value, f"prose.{annual.fact}", annual.value))
    columns = {key.rpartition(".")[2] for key in report.form.cells}
    if {"cumulative", "year"} <= columns:
        for key in report.form.cells:
            cumulative = key.rpartition(".")[0] + ".cumulative"
            if key.endswith(".year") and key in report.reported and cumulative in report.reported:
                answers.append(_covers(cumulative, report.reported[cumulative], key, report.reported[key]))
    nothing = NOT_READ if about.facts is None else "no figure of all years beside one of this year"
    return _together(answers, nothing)


def _covers(whole: str, larger: Decimal, annual: str, smaller: Decimal) -> Verdict:
    operands = ({"cell": whole, "sign": 1, "side": "lhs"}, {"cell": annual, "sign": 1, "side": "rhs"})
    why = f"{plain(larger)} >= {plain(smaller)}"
    if larger >= smaller:
        return Verdict("holds", why, larger, smaller, operands=operands)
    cells = tuple(key for key in (whole, annual) if not key.startswith("prose."))
    return Verdict("fails", f"{whole}: {why} is wrong", larger, smaller, cells, operands)


def _largest(facts: Sequence[Fact]) -> Fact | None:
    counted = [fact for fact in facts if fact.value is not None and not fact.says("area_wide")]
    return max(counted, key=lambda fact: fact.value or ZERO) if counted else None


# ---------------------------------------------------------------------------------------------------------
# prose against last year's


def prose_cumulative_moves(
    identity: Identity, report: Report, around: Surroundings, wording: Wording
) -> Verdict:
    """A figure of all years is last year's plus this year's."""
    if around.about.facts is None:
        return unknown(NOT_READ)
    answers = []
    for rule in wording.cumulatives:
        now = _cumulative(rule, report, around.about)
        if now is not None:
            answers.append(_moves(rule, now, report, around))
    return _together(answers, "no figure of all years")


def _moves(rule: Cumulative, now: tuple[Decimal, str], report: Report, around: Surroundings) -> Verdict:
    name = rule.name
    found = _annual(rule, report, around.about)
    annual, place = found or (None, "")
    expected = f": expect {plain(now[0] - annual)} last year" if annual is not None else ""
    least = {fact.value for fact in around.about.of(*rule.annual_at_least) if fact.value is not None}
    if annual is None and len(least) == 1:
        value = least.pop()
        expected = f": expect {plain(now[0] - value)} last year if {plain(value)} is all of this year's"
    if around.previous is None:
        return unknown(f"{name}: {around.no_previous}{expected}")
    previous = around.previous
    before = _cumulative(rule, previous.report, previous.about)
    if before is None:
        return unknown(f"{name}: the report of {previous.report_year} gives no figure of all years")
    if annual is None:
        return unknown(f"{name}: cannot tell this year's figure")
    operands = (
        {"cell": now[1], "sign": 1, "side": "lhs"},
        {"cell": f"{before[1]}@y-1", "sign": 1, "side": "rhs", "filing": previous.filing_id},
        {"cell": place, "sign": 1, "side": "rhs"},
    )
    right = before[0] + annual
    written = f"{name}: {plain(now[0])} against {plain(before[0])} + {plain(annual)}"
    shrinks = "; the count of all years shrinks" if now[0] < before[0] else ""
    result = "holds" if now[0] == right else "fails"
    return Verdict(result, written + shrinks, now[0], right, operands=operands)


def _cumulative(rule: Cumulative, report: Report, about: About) -> tuple[Decimal, str] | None:
    """The figure of all years and where it stands: the one in prose, else the list's."""
    this_year = {fact.value for fact in about.of(*rule.annual)}
    facts = [
        fact
        for fact in about.of(*rule.cumulative)
        if fact.value is not None
        and not fact.says("area_wide")
        # 累计 alone may mean the year so far, except beside another figure of the year
        and not (fact.says(_AMBIGUOUS) and (not this_year or fact.value in this_year))
    ]
    values = {fact.value for fact in facts}
    if len(values) == 1 and (value := facts[0].value) is not None:
        return value, f"prose.{facts[0].fact}"
    cells = rule.cells.get(report.form.code)
    if cells and cells[0] in report.reported:
        return report.reported[cells[0]], cells[0]
    return None


def _annual(rule: Cumulative, report: Report, about: About) -> tuple[Decimal, str] | None:
    """The figure of this year and where it stands."""
    facts = [fact for fact in about.of(*rule.annual) if fact.value is not None and not fact.says("area_wide")]
    if len({fact.value for fact in facts}) == 1 and (value := facts[0].value) is not None:
        return value, f"prose.{facts[0].fact}"
    cells = rule.cells.get(report.form.code)
    if cells and cells[1] in report.reported:
        return report.reported[cells[1]], cells[1]
    return None
