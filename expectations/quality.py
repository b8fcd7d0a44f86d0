"""Tests of a report as a document: what is complete, in time, of one year, and laid out as the form wants.

Belongs here: hints that rest on what the reader noted and on the headline. Does not belong here: arithmetic.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from expectations.about import About, Surroundings, Verdict, unknown
from expectations.identities import Identity
from expectations.printed import REPORTED, ZERO, Report, plain
from expectations.prose import NOT_READ
from expectations.wording import Wording

NOT_NOTED = "what the reader noted is not at hand"
_PARTS = ("t2", "t3", "t4")
_PRINTED_ROW = re.compile("printed: “([^”]*)”")
_WIDTH = re.compile(r"\d+ fields for (\d+) cells")
_NUMBER = re.compile(r"[+-]?\d[\d,.]*")
_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_RESIDUE = (
    "narrative_other_year",
    "agency_conflict",
    "year_conflict",
    "title_hint_contradicts",
    "attachment_other_report",
)


def sections(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Tables 2, 3 and 4 are in the document, whole."""
    lost: dict[str, int] = defaultdict(int)
    for key, (_, state) in report.cells.items():
        if state and state.startswith("missing_"):  # a table may lack a state: the gate says so
            lost[key.partition(".")[0]] += 1
    listed = {key.partition(".")[0] for key in report.cells}
    gone = [part for part in _PARTS if not any(table.startswith(part) for table in listed)]
    if lost or gone:
        named = [*(f"{table} ({count} cells)" for table, count in sorted(lost.items())), *gone]
        return Verdict("fails", f"not in the document: {', '.join(named)}")
    return Verdict("holds", "tables 2, 3 and 4 are there; headings of the narrative sections are not judged")


def deadline(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Published in time, by the date that the document or its page bears."""
    about = around.about
    if about.published_on is None:
        return unknown("no date of publication is known")
    if about.report_year is None:
        return unknown("the report year is not known")
    rules = report.catalog.report_years
    early = rules.deadline(about.report_year, "departments")
    late = rules.deadline(about.report_year, "governments")
    if early is None or late is None:
        return unknown(f"no deadline is known for {about.report_year}")
    body = wording.body(about.agency) if about.agency else None
    if about.published_on > early and early != late and body is None:
        if about.published_on <= late:
            return unknown("cannot tell by the body's name whether its deadline is January or March")
    last = late if body is not None and body.deadline == "governments" else early
    if body is None and about.published_on > late:
        last = late
    in_time = about.published_on <= last
    return Verdict("holds" if in_time else "fails", f"{about.published_on} against {last}")


def period(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """The statistical period is 1 January to 31 December of the report year."""
    about = around.about
    noted = about.noticed("period_invalid", "period_unusual")
    if noted:
        return Verdict("fails", "; ".join(one.detail for one in noted))
    if not about.period_from or not about.period_to:
        return unknown("no whole period is stated")
    start, end = _DATE.search(about.period_from), _DATE.search(about.period_to)
    if start is None or end is None or about.report_year is None:
        return unknown("the period or the report year cannot be read")
    years = {int(year) for year in (start[1], end[1]) if year}
    right = (start[2], start[3], end[2], end[3]) == ("1", "1", "12", "31") and years <= {about.report_year}
    return Verdict("holds" if right else "fails", f"{about.period_from} - {about.period_to}")


def years_agree(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Title, period and text speak of the same year; where the period starts is N10's question."""
    about = around.about
    if about.report_year is None:
        return unknown("the report year is not known")
    said = {"the title": _YEAR.findall(about.title or ""), "the period": _YEAR.findall(about.period_to or "")}
    said = {where: years for where, years in said.items() if years}
    conflict = about.noticed("year_conflict")
    if not said and not conflict:
        return unknown("neither title nor period prints a year")
    wrong = [
        f"{where} says {', '.join(years)}"
        for where, years in said.items()
        if str(about.report_year) not in years
    ]
    wrong += [one.detail for one in conflict]
    why = "; ".join(wrong) or f"{about.report_year} in {' and '.join(said)}"
    return Verdict("fails" if wrong else "holds", why)


def foreign_residue(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Nothing in the text names another body or another year as the reporting one."""
    if around.about.noted is None:
        return unknown(NOT_NOTED)
    found = around.about.noticed(*_RESIDUE)
    if found:
        return Verdict("fails", "; ".join(f"{one.code}: {one.detail}" for one in found[:3]))
    if around.about.agency is None or around.about.report_year is None:
        return unknown("without agency and report year nobody can tell what is foreign to the report")
    return Verdict("holds", f"no other body or year was noted beside {around.about.agency}")


def row_width(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """Every row of table 3 prints 7 numbers, table 4 15."""
    if around.about.noted is None:
        return unknown(NOT_NOTED)
    odd = _odd_rows(around.about)
    if odd:
        named = ", ".join(f"{place} ({len(fields)})" for place, fields in odd[:3])
        more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
        return Verdict("fails", f"rows of another width: {named}{more}")
    rows = {key.rpartition(".")[0] for key in report.form.cells if key.startswith(("t3.", "t4."))}
    printed = {key.rpartition(".")[0] for key, (_, state) in report.cells.items() if state == REPORTED}
    if not printed & rows:
        return unknown("tables 3 and 4 print no number")
    blank = [key for key in report.cells if key.startswith(("t3.", "t4.")) and key not in report.reported]
    if blank:
        return Verdict("holds_lenient", f"{len(blank)} cells of tables 3 and 4 print no number")
    return Verdict("holds", "7 a row, 15 in table 4")


def _odd_rows(about: About) -> list[tuple[str, list[str]]]:
    """Rows of tables 3 and 4 that print another number of numbers than the form has cells, with the numbers.

    A field without a digit is a label cut off by a page break, or a blank: "0 0 0 0 0 0 0 6.属于四类过程性信"
    is seven wide. A row that prints no number at all is lost or blank: F01 and Q04 say so.
    """
    found: dict[str, list[str]] = {}
    for one in about.noticed("row_too_wide", "cell_unreadable"):
        wanted, printed = _WIDTH.search(one.detail), _PRINTED_ROW.search(one.detail)
        if one.place.startswith(("t3.", "t4.")) and wanted and printed:
            numbers = [text for text in re.split(r"[\s|]+", printed[1]) if _NUMBER.fullmatch(text)]
            if numbers and len(numbers) != int(wanted[1]):
                found.setdefault(one.place, numbers)
    return list(found.items())


def split_digits(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """A row with a number too many that one single repair turns into parts and their total."""
    if around.about.noted is None:
        return unknown(NOT_NOTED)
    wide = [
        (place, fields)
        for place, fields in _odd_rows(around.about)
        if place.startswith("t3.") and len(fields) == 8 and not _adds_up(place, report)
    ]
    proposals, open_rows = [], []
    for place, fields in wide:
        repairs = _repairs(fields)
        if len(repairs) == 1:
            proposals.append(f"{place}: {' '.join(map(plain, repairs.pop()))}")
        else:
            open_rows.append(f"{place} ({len(repairs)} repairs)")
    if proposals:
        return Verdict("fails", f"one repair adds up: {'; '.join(proposals)}")
    if open_rows:
        return unknown(f"no single repair adds up: {', '.join(open_rows)}")
    if not any(key.startswith("t3.") for key in report.reported):
        return unknown("table 3 prints no number")
    return Verdict("holds", "no row prints a number too many for its total")


def _adds_up(line: str, report: Report) -> bool:
    """Whether a row, as it was read, prints parts that make its total: there is nothing to repair."""
    keys = [key for key in report.form.cells if key.startswith(f"{line}.")]
    total = f"{line}.total"
    if any(key not in report.reported for key in keys):
        return False
    return report.reported[total] == sum((report.reported[key] for key in keys if key != total), ZERO)


def _repairs(fields: list[str]) -> set[tuple[Decimal, ...]]:
    """Rows of seven that add up: two adjacent digits joined, or one of two equal neighbours dropped."""
    if not all(field.isdigit() for field in fields):
        return set()
    found = set()
    for at in range(len(fields) - 1):
        left, right = fields[at], fields[at + 1]
        joined = [left + right] if len(left) == len(right) == 1 and left != "0" else []
        for text in joined + ([left] if left == right else []):
            row = tuple(Decimal(field) for field in (*fields[:at], text, *fields[at + 2 :]))
            if sum(row[:-1], ZERO) == row[-1]:
                found.add(row)
    return found


def placeholder_mix(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """One way of writing "nothing to report" in a table."""
    used: dict[str, set[str]] = defaultdict(set)
    for key, (value, state) in report.cells.items():
        lenient = report.catalog.states.get(state)
        if state == REPORTED and value == 0:
            used[key.partition(".")[0]].add("0")
        elif lenient is not None and lenient.lenient_as == 0:
            used[key.partition(".")[0]].add(state)
    if not report.reported:
        return unknown("no cell prints a number")
    mixed = {table: sorted(states) for table, states in used.items() if len(states) > 1}
    if mixed:
        return Verdict("fails", "; ".join(f"{table}: {', '.join(states)}" for table, states in mixed.items()))
    return Verdict("holds")


def fee_statement(identity: Identity, report: Report, around: Surroundings, wording: Wording) -> Verdict:
    """The last section says whether an information-processing fee was charged."""
    about = around.about
    if not about.facts:
        return unknown(NOT_READ)
    said = about.of(*wording.fee_statements)
    if said:
        return Verdict("holds", f"«{said[0].raw}»")
    unread = [fact.sentence for fact in about.facts if wording.fee_mentioned in fact.sentence]
    if unread:
        return unknown(f"cannot tell what «{unread[0]}» says of the fee")
    if any(fact.says("none") for fact in about.of("other_matters")):
        return unknown("the last section says that there is nothing to report")
    return Verdict("fails", "no statement on the information-processing fee was found")
