"""The dialogue of `gongkai review`, and the entry that an answer makes.

Belongs here: questions, answers, what is asked again. Not here: which cases there are and how one is shown
(`cases`), the write (`ledger`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation

from ingestion.catalog import VERDICTS, CellCorrection, load_catalog, load_ledger
from ingestion.paths import DataRoot
from orchestration.cases import Case, Findings, open_cases, shown
from orchestration.facts import Facts

#: One letter for each verdict.
LETTERS = {"s": "source_error", "x": "extraction_error", "u": "corrected_upstream", "n": "not_an_error"}
QUIT, SKIP = ("q", "quit"), ("", "skip")
#: Asks a question and returns the answer without spaces around it; None where nobody answers any more.
Ask = Callable[[str], str | None]


class Quit(Exception):
    """Nobody wants to answer any more."""


def walk(
    root: DataRoot,
    facts: Facts,
    found: Findings,
    ask: Ask,
    say: Callable[[str], None],
    tell: Callable[[str], None],
    record: Callable[[CellCorrection], object],
    who: str,
) -> int:
    """Show the open cases one by one and record each answer at once; returns how many were recorded.

    say: for cases, tell: for everything else. After each verdict the cases are counted anew, since one error
    may explain what pointed at other cells. Ends with the cases, with `q`, or when nobody answers any more.
    """
    catalog = load_catalog()
    recorded = 0
    passed: set[tuple[str, str]] = set()
    while True:
        cases = [
            case for case in open_cases(found, load_ledger(catalog, root.ledger)) if case.at not in passed
        ]
        if not cases:
            tell("no open case is left" if not passed else f"no other open case; {len(passed)} passed over")
            return recorded
        say(f"--- {len(cases)} open, the worst first ---")
        for line in shown(facts, found, cases[0]):
            say(line)
        try:
            entry = asked(cases[0], ask, tell, who)
        except Quit:
            return recorded
        if entry is None:
            passed.add(cases[0].at)
        else:
            record(entry)
            recorded += 1


def asked(case: Case, ask: Ask, tell: Callable[[str], None], who: str) -> CellCorrection | None:
    """The entry that the answers make; None where the case is passed over. Raises Quit, also halfway."""
    choices = ", ".join(f"{letter} {verdict}" for letter, verdict in LETTERS.items())
    while True:
        said = _answer(ask, f"verdict ({choices}; Enter passes over, q quits)").lower()
        if said in SKIP:
            return None
        verdict = LETTERS.get(said, said)
        if verdict not in VERDICTS:
            tell(f"{said!r} is no verdict")
            continue
        try:
            odd = objection(case, verdict)
        except CannotApply as refused:
            tell(str(refused))
            continue
        if odd is not None:
            tell(odd)
        break
    value = None
    while verdict != "not_an_error":
        said = _answer(ask, "the right number (Enter: not known)")
        try:
            value = number_said(said) if said else None
            break
        except ValueError as wrong:
            tell(str(wrong))
    while True:
        said = _answer(ask, "the reason")
        if said:
            return entry_for(case, verdict, value, said, who)
        tell("a verdict without a reason helps nobody; q quits")


def _answer(ask: Ask, question: str) -> str:
    said = ask(question)
    if said is None or said.lower() in QUIT:
        raise Quit
    return said


def number_said(said: str) -> Decimal:
    """A number as people type it; raises ValueError for anything else, or what no fact can hold."""
    try:
        value = Decimal(said.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise ValueError(f"{said!r} is no number") from None
    if not value.is_finite() or value != round(value, 6) or abs(value) >= Decimal(10) ** 18:
        raise ValueError(f"{said!r} is no number with at most 18 digits and six decimals")
    return value


class CannotApply(Exception):
    """The verdict cannot be so of this cell; the message says why, and what to say instead."""


def objection(case: Case, verdict: str) -> str | None:
    """What is odd about the verdict on a cell of which no number was read, in words; None where nothing is.

    Raises CannotApply where it makes no sense at all.
    """
    state = str(case.cell["state"])
    if case.cell["value"] is not None or not (state.startswith("missing_") or state == "unreadable"):
        return None
    if verdict == "not_an_error":
        raise CannotApply(
            f"not_an_error says that the printed number is right, and none was read here ({state}); if a "
            "number is printed there, extraction_error with --value gives it"
        )
    if verdict == "extraction_error" and state.startswith("missing_"):
        return (
            f"nothing was read here ({state}): extraction_error says that the document does print a number "
            "in this cell; if it stands elsewhere, as in the prose, source_error is the verdict"
        )
    return None


def entry_for(
    case: Case, verdict: str, value: Decimal | None, reason: str, who: str, status: str = "settled"
) -> CellCorrection:
    """The entry of a verdict. A misreading is one of this snapshot; anything else is about what the agency
    prints, in whichever vintage it prints it, so far as agency and year are known.

    Raises pydantic's ValidationError for an entry that contradicts itself.
    """
    cell, filing = case.cell, case.filing
    of_snapshot = verdict == "extraction_error" or filing["agency"] is None or filing["report_year"] is None
    body = {name: filing[name] for name in ("agency", "report_year", "scope")}
    return CellCorrection.model_validate(
        {
            "cell": cell["cell_key"],
            **({"snapshot": cell["sha256"]} if of_snapshot else body),
            "printed": cell["raw"],
            "verdict": verdict,
            "value": value,
            "reason": reason,
            "evidence": {"snapshot": cell["sha256"], "locator": cell["place"]},
            "who": who,
            "when": datetime.now().astimezone().date(),
            "status": status,
        }
    )
