"""Tests against another filing of the same agency: last year's, and the own-body one beside an aggregate.

Belongs here: copies, jumps and sums over bodies. Does not belong here: linear relations with @y-1
(evaluate.py), finding the other filing (histories.py).
"""

from __future__ import annotations

from decimal import Decimal

from expectations.about import AGGREGATE, Surroundings, Verdict, beside, cell_operand, unknown
from expectations.identities import Identity
from expectations.printed import Report, plain
from expectations.wording import Wording

#: Fewer cells that happen to be equal prove nothing: a quiet office prints a 1 and a 2 every year.
COPIED_AT_LEAST = 3
LEAST_RATIO, MOST_RATIO, LEAST_JUMP = Decimal("0.1"), Decimal(10), Decimal(50)
_NAMED = 3


def copied_forward(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """All cells that are not 0 equal last year's: the template was not updated."""
    previous = around.previous
    if previous is None:
        return unknown(around.no_previous)
    common = report.form.cells.keys() & previous.report.form.cells.keys()
    now = {key: value for key, value in report.reported.items() if value and key in common}
    before = {key: value for key, value in previous.report.reported.items() if value and key in common}
    if not previous.report.reported:
        return unknown(f"the report of {previous.report_year} prints no number")
    if len(common) < len(report.form.cells) // 2:
        return unknown(f"the report of {previous.report_year} is on {previous.report.form.code}: other cells")
    if len(now) < COPIED_AT_LEAST:
        return unknown(f"{len(now)} cells are not 0: too few to tell a copy")
    if now == before:
        cells = tuple(now)
        why = f"{len(now)} cells that are not 0 are all as in the report of {previous.report_year}"
        return Verdict("fails", why, operands=_both(cells, previous.filing_id))
    return Verdict("holds", f"{sum(now[key] != before.get(key) for key in now)} of {len(now)} cells differ")


def jump(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """A value of ten times, or a tenth, of last year's, and more than 50 away from it."""
    previous = around.previous
    if previous is None:
        return unknown(around.no_previous)
    common = [key for key in report.reported if key in previous.report.reported]
    if not common:
        return unknown(f"no cell is printed in both this report and the one of {previous.report_year}")
    jumped = []
    for key in common:
        now, before = report.reported[key], previous.report.reported[key]
        far = abs(now - before) > LEAST_JUMP
        if far and not (before > 0 and LEAST_RATIO <= now / before <= MOST_RATIO):
            jumped.append(key)
    if not jumped:
        return Verdict("holds", f"{len(common)} cells compared")
    first = jumped[0]
    named = ", ".join(
        f"{key}: {plain(previous.report.reported[key])} -> {plain(report.reported[key])}"
        for key in jumped[:_NAMED]
    )
    more = f" and {len(jumped) - _NAMED} more" if len(jumped) > _NAMED else ""
    operands = _both(tuple(jumped), previous.filing_id)
    lhs, rhs = report.reported[first], previous.report.reported[first]
    return Verdict("fails", named + more, lhs, rhs, tuple(jumped), operands)


def _both(cells: tuple[str, ...], filing: str) -> tuple[dict[str, object], ...]:
    return (
        *(cell_operand(key) for key in cells),
        *(cell_operand(f"{key}@y-1", "rhs", filing=filing) for key in cells),
    )


def aggregate(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """An area-wide report contains the own-body one of its year; what subordinates add is not known."""
    if around.about.scope != AGGREGATE:
        return beside("asked of area-wide reports")
    own = around.own_body
    if own is None:
        return unknown("no own-body report of the same agency and year, and no list of subordinate bodies")
    common = [
        key for key in report.reported if key in own.report.reported and not key.endswith("items_delta")
    ]
    more = [key for key in common if own.report.reported[key] > report.reported[key]]
    if more:
        first = more[0]
        named = ", ".join(
            f"{key}: {plain(own.report.reported[key])} of {plain(report.reported[key])}"
            for key in more[:_NAMED]
        )
        operands = (cell_operand(first), cell_operand(first, "rhs", filing=own.filing_id))
        why = f"the own body reports more than the whole area: {named}"
        return Verdict(
            "fails", why, report.reported[first], own.report.reported[first], tuple(more), operands
        )
    return unknown(
        f"{len(common)} cells of the own body are within the area's; subordinate bodies are not listed, "
        "so the sum cannot be computed"
    )
