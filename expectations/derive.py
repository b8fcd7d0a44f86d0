"""Values that accounting identities force for cells that are not printed.

Belongs here: bounds from printed numbers, carried along accounting equations and non-negativity (Q01) until
nothing moves. Does not belong here: verdicts; anything from prose or from the lenient reading.

A derived value stands beside its cell and is never written into it. Nothing is derived from figures that
contradict each other: an instance that fails, or that shares a cell with a failure's suspects, takes no part,
nor does a set of instances that leaves no value for some cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from expectations.evaluate import IdentityResult, evaluate
from expectations.identities import Identities
from expectations.instances import Instance
from expectations.printed import Cells, Report, cell_spec
from ingestion.catalog import Catalog, load_catalog

NON_NEGATIVE = "Q01"
#: Bounds of a consistent table settle in a handful of rounds; the cap only ends a creeping inconsistent one.
MAX_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Derived:
    """A forced value and the ids of the identities that force it."""

    value: Decimal
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Bound:
    """A limit and what it rests on: numbers of equations, and -1 for non-negativity.

    `width` counts the unknown cells of the equation that gave it: of two ways to the same value, the one over
    fewer cells is easier to follow (a row of 5 gaps before a column of 19).
    """

    value: Decimal
    by: frozenset[int] = frozenset()
    width: int = 0


@dataclass(slots=True)
class _Equation:
    """sum(coefficient * cell) = 0; `known` is the part of the sum that is printed."""

    number: int
    instance: Instance
    known: Decimal = Decimal(0)
    unknown: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    low: dict[str, _Bound] = field(default_factory=dict)
    high: dict[str, _Bound] = field(default_factory=dict)


def derive(
    form: str,
    cells: Cells,
    catalog: Catalog | None = None,
    identities: Identities | None = None,
    results: list[IdentityResult] | None = None,
) -> dict[str, Derived]:
    """Cell key -> forced value, for cells of `cells` (or of the form) that print no number.

    `results` are those of `evaluate` for the same cells, if they are at hand already.
    """
    catalog = catalog or load_catalog()
    if results is None:
        results = evaluate(form, cells, catalog, identities)
    report = Report(catalog.forms[form], cells, catalog)
    if not report.reported or len(report.reported) == len(cells) >= len(report.form.cells):
        return {}
    equations = _equations(results, report)
    while equations:
        state = _State()
        for equation in equations:
            for cell, _ in equation.unknown:
                spec = cell_spec(report.form, cell)
                if spec is not None and not spec.signed:
                    state.low[cell] = _Bound(Decimal(0), frozenset({-1}))
        conflict = _propagate(equations, state)
        if conflict is None:
            return _forced(equations, state)
        equations = _without(equations, conflict, report)
    return {}


def _equations(results: Iterable[IdentityResult], report: Report) -> list[_Equation]:
    """The equations that may force something: exact accounting that no failing identity puts in doubt."""
    doubted: set[str] = set()
    for result in results:
        if result.result != "fails" or result.identity.severity != "error":
            continue
        # a break between two years is a finding about the agency; what one report forces stands by itself
        if not result.identity.needs_previous_report:
            doubted.update(result.suspects)
    made = []
    for number, result in enumerate(results):
        instance = result.instance_of
        if not instance.identity.forces or instance.absent is not None or result.result in ("holds", "fails"):
            continue
        if doubted.isdisjoint(instance.cells):
            equation = _Equation(number, instance)
            signed = [(term, 1) for term in instance.lhs] + [(term, -1) for term in instance.rhs]
            for term, side in signed:
                value = report.reported.get(term.cell)
                if value is None:
                    equation.unknown.append((term.cell, term.coefficient * side))
                else:
                    equation.known += term.coefficient * side * value
            made.append(equation)
    return made


def _propagate(equations: list[_Equation], state: _State) -> frozenset[int] | None:
    """Tighten bounds until nothing moves; returns the equations of a contradiction, if one shows."""
    for _ in range(MAX_ROUNDS):
        low: dict[str, list[_Bound]] = {}
        high: dict[str, list[_Bound]] = {}
        for equation in equations:
            _tighten(equation, state, low, high)
        moved = False
        for found, kept, sign in ((low, state.low, 1), (high, state.high, -1)):
            for cell, bounds in found.items():
                best = min(bounds, key=_order(sign))
                old = kept.get(cell)
                if old is None or sign * best.value > sign * old.value:
                    kept[cell], moved = best, True
        for cell in sorted(state.low.keys() & state.high.keys()):
            if state.low[cell].value > state.high[cell].value:
                return (state.low[cell].by | state.high[cell].by) - {-1}
        if not moved:
            return None
    return None


def _order(sign: int) -> Callable[[_Bound], tuple[Decimal, int, int, list[int]]]:
    """Tightest first, then resting on least; the last term only makes the choice the same every time."""
    return lambda bound: (-sign * bound.value, len(bound.by), bound.width, sorted(bound.by))


def _tighten(
    equation: _Equation, state: _State, low: dict[str, list[_Bound]], high: dict[str, list[_Bound]]
) -> None:
    """The bounds that one equation gives its unknown cells, where they are tighter than those at hand."""
    for largest in (True, False):
        # coefficient * cell = -(known + rest): the rest's largest value gives the least of it, and so on
        bounds = {
            cell: (state.high if (factor > 0) == largest else state.low).get(cell)
            for cell, factor in equation.unknown
        }
        open_cells = [cell for cell, bound in bounds.items() if bound is None]
        if len(open_cells) > 1:
            continue
        total = sum(
            (
                factor * bound.value
                for cell, factor in equation.unknown
                if (bound := bounds[cell]) is not None
            ),
            equation.known,
        )
        for cell, factor in equation.unknown:
            own = bounds[cell]
            if open_cells and cell != open_cells[0]:
                continue
            value = -(total - (factor * own.value if own is not None else 0)) / factor
            raises = (factor > 0) == largest
            kept = (state.low if raises else state.high).get(cell)
            if kept is None or (value > kept.value if raises else value < kept.value):
                rests_on = [
                    bound.by for other, bound in bounds.items() if other != cell and bound is not None
                ]
                by = frozenset({equation.number}).union(*rests_on)
                found = _Bound(value, by, len(equation.unknown))
                (low if raises else high).setdefault(cell, []).append(found)


def _forced(equations: list[_Equation], state: _State) -> dict[str, Derived]:
    names = {equation.number: equation.instance.identity.id for equation in equations} | {-1: NON_NEGATIVE}
    alone = _settled_alone(equations)
    derived: dict[str, Derived] = {}
    for cell in sorted(state.low.keys() & state.high.keys()):
        if state.low[cell].value == state.high[cell].value:
            # an equation with one unknown needs no non-negativity beside it
            by = alone.get(cell, state.low[cell].by | state.high[cell].by)
            derived[cell] = Derived(state.low[cell].value, tuple(sorted({names[number] for number in by})))
    return derived


def _settled_alone(equations: Iterable[_Equation]) -> Mapping[str, frozenset[int]]:
    settled: dict[str, frozenset[int]] = {}
    for equation in equations:
        if len(equation.unknown) == 1:
            settled.setdefault(equation.unknown[0][0], frozenset({equation.number}))
    return settled


def _without(equations: list[_Equation], conflict: frozenset[int], report: Report) -> list[_Equation]:
    """Leave out contradictory equations, and those that rest on the same printed figures."""
    doubted = {
        cell
        for equation in equations
        if equation.number in conflict
        for cell in equation.instance.cells
        if cell in report.reported
    }
    return [
        equation
        for equation in equations
        if equation.number not in conflict and doubted.isdisjoint(equation.instance.cells)
    ]
