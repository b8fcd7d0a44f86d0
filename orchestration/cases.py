"""Open cases: cells that failing identities point at and on which nobody has decided yet.

Belongs here: which cases there are, worst first, and how one is shown. Not here: the place in the document
(`lookup`, `places`), the dialogue (`review`), the write (`ledger`).

A case is closed by a settled verdict on its cell, and by one that finds an error in another cell of every
identity that points at it. "Not an error" clears its own cell only: the others stay under suspicion.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.catalog import CellCorrection, Ledger, load_catalog
from ingestion.normalise.ledger import fits
from orchestration.agencies import filings_by
from orchestration.facts import Facts, NothingFound
from orchestration.lookup import number_text, place_lines, printed_text
from orchestration.pictures import file_name

#: Zeros that are named in a sum: one column of table 3 has twenty.
MOST_ZEROS = 3
#: How an operand of an identity names a figure in prose, and a cell of the report of the year before.
PROSE, LAST_YEAR = "prose.", "@y-1"
#: Verdicts that name the error, and so explain why an identity fails.
ERRORS = ("source_error", "extraction_error", "corrected_upstream")

Row = dict[str, Any]
#: Filing id and cell key.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A cell (row of the facts) of a filing, and the failing identities that point at it.

    size: the largest residual among them, at least 1. suspicion: each of them counts as one, shared among the
    cells that it points at; being part of an explanation of the whole table counts 1 / its rank more.
    suggestions: rows of explanations that name the cell, the likeliest first. reconciled: another reading
    that was really seen and that the sums choose.
    """

    filing: Row
    cell: Row
    results: tuple[Row, ...]
    size: Decimal
    suspicion: float
    suggestions: tuple[Row, ...] = ()
    reconciled: Row | None = None

    @property
    def weight(self) -> float:
        """What cases are ordered by, the heaviest first."""
        return float(self.size) * self.suspicion

    @property
    def at(self) -> Place:
        """Filing id and cell key."""
        return self.filing["filing_id"], self.cell["cell_key"]

    @property
    def case_id(self) -> str:
        """What `gongkai review --case` calls it; the same for as long as the document is the same filing."""
        return ":".join(self.at)

    @property
    def heading(self) -> str:
        """The cell in one line."""
        names = (self.filing["agency"], self.filing["report_year"], self.filing["scope"])
        return " · ".join(str(name) for name in (*names, self.cell["cell_key"]))


@dataclass(frozen=True, slots=True)
class Findings:
    """What does not hold: failing results of the filings `chosen`, and by their places the cells in them.

    filings: by id, also those of other years that an identity compares with.
    """

    chosen: frozenset[str]
    filings: dict[str, Row]
    failing: list[Row]
    cells: dict[Place, Row]
    suggestions: dict[Place, list[Row]]
    reconciled: dict[Place, Row]


def findings(facts: Facts, agency: str | None = None, year: int | None = None) -> Findings:
    """Failing identities of severity error in current filings, of one agency or year where one is named.

    Raises NoSuchAgency for a name that means none or several.
    """
    filings = {row["filing_id"]: row for row in facts.rows("select * from filings")}
    wanted_filings = filings.values() if agency is None else filings_by(facts, agency)[1]
    chosen = frozenset(
        row["filing_id"] for row in wanted_filings if row["is_current"] and year in (None, row["report_year"])
    )
    rows = facts.rows(
        "select r.*, i.name_zh, i.name_en from results r left join identities i using (identity_id) "
        "where r.severity = 'error' and r.result in ('fails', 'fails_lenient') "
        "order by r.filing_id, r.identity_id, r.instance"
    )
    failing = [row for row in rows if row["filing_id"] in chosen]
    suggestions: dict[Place, list[Row]] = {}
    for row in facts.rows("select * from suggestions order by rank"):
        suggestions.setdefault((row["filing_id"], row["cell_key"]), []).append(row)
    reconciled = {(row["filing_id"], row["cell_key"]): row for row in facts.rows("select * from reconciled")}
    wanted = {place for row in failing for place in (*_operands(row), *_pointed_at(row))}
    wanted |= {place for place in suggestions if place[0] in chosen}
    return Findings(chosen, filings, failing, _cells(facts, sorted(wanted)), suggestions, reconciled)


def open_cases(found: Findings, ledger: Ledger) -> list[Case]:
    """The cases that nobody has decided, worst first."""
    decided = _decided(found, ledger)
    pointing: dict[Place, list[Row]] = {}
    unexplained = [
        row for row in found.failing if not any(decided.get(at) in ERRORS for at in _operands(row))
    ]
    for row in unexplained:
        for place in _pointed_at(row):
            pointing.setdefault(place, []).append(row)
    for place, rows in _by_explanations(found, unexplained):
        pointing.setdefault(place, rows)
    cases = [
        _case(found, place, rows)
        for place, rows in pointing.items()
        if place[0] in found.chosen and place in found.cells and decided.get(place) is None
    ]
    return sorted(cases, key=lambda case: (-case.weight, case.heading))


def case_named(facts: Facts, found: Findings, ledger: Ledger, name: str) -> Case:
    """The case FILING:CELL; the beginning of the filing's id will do. It may be any cell of a report, also
    one that nothing points at: a person sees more than the identities do.

    Raises NothingFound where there is no such cell, or several.
    """
    beginning, _, key = name.partition(":")
    for case in open_cases(found, ledger) if beginning else ():
        if case.at[1] == key and case.at[0].startswith(beginning):
            return case
    rows = facts.rows(
        "select * from cells where cell_key = ? and starts_with(filing_id, ?)", key, beginning.lower()
    )
    if not beginning or len(rows) != 1:
        what = "several filings begin so" if beginning and rows else "no report has such a cell"
        raise NothingFound(f"there is no case {name!r}: {what}; `gongkai review --list` lists the open ones")
    return Case(found.filings[rows[0]["filing_id"]], rows[0], (), Decimal(1), 0.0)


def _decided(found: Findings, ledger: Ledger) -> dict[Place, str | None]:
    """Settled verdicts, also those given since these facts were made; None where the last one is open."""
    by_cell: dict[str, list[CellCorrection]] = {}
    for _, entry in ledger.cells:
        by_cell.setdefault(entry.cell, []).append(entry)
    decided: dict[Place, str | None] = {}
    for place, cell in found.cells.items():
        filing = found.filings[place[0]]
        body = (filing["agency"], filing["report_year"], filing["scope"])
        for entry in by_cell.get(place[1], ()):
            here = entry.seen_in == filing["sha256"] or (
                entry.snapshot is None and body == (entry.agency, entry.report_year, entry.scope)
            )
            if here and fits(entry, cell["value"], cell["raw"]):
                decided[place] = entry.verdict if entry.status == "settled" else None
    return decided


def _by_explanations(found: Findings, failing: Sequence[Row]) -> Iterator[tuple[Place, list[Row]]]:
    """The cells of the likeliest explanation of each table, with what fails there: no identity alone may
    single them out.
    """
    rows_of: dict[str, list[Row]] = {}
    for row in failing:
        rows_of.setdefault(row["filing_id"], []).append(row)
    for place, suggestions in found.suggestions.items():
        named = {name for one in suggestions if one["rank"] == 1 for name in one["violated"] or ()}
        rows = [
            row for row in rows_of.get(place[0], ()) if f"{row['identity_id']} {row['instance']}" in named
        ]
        if rows:
            yield place, rows


def _case(found: Findings, place: Place, rows: Sequence[Row]) -> Case:
    size = max([abs(row["residual"]) for row in rows if row["residual"] is not None], default=Decimal(1))
    suspicion = sum(1 / len(_pointed_at(row)) for row in rows)
    suggestions = found.suggestions.get(place, [])
    if suggestions:
        suspicion += 1 / suggestions[0]["rank"]
    return Case(
        found.filings[place[0]], found.cells[place], tuple(rows), max(size, Decimal(1)), suspicion,
        tuple(suggestions), found.reconciled.get(place),
    )  # fmt: skip


def _operands(row: Row) -> list[Place]:
    """The cells that the identity is about; figures in prose are none."""
    listed = (_place_of(row, operand) for operand in _terms(row))
    return list(dict.fromkeys(listed))


def _pointed_at(row: Row) -> list[Place]:
    """The suspects; all cells of the identity where it singles out none."""
    named = {str(operand["cell"]): _place_of(row, operand) for operand in _terms(row)}
    suspects = [named.get(key, (row["filing_id"], key)) for key in row["suspects"] or ()]
    return suspects or _operands(row)


def _terms(row: Row) -> list[Row]:
    return [one for one in json.loads(row["operands"] or "[]") if not str(one["cell"]).startswith(PROSE)]


def _place_of(row: Row, operand: Row) -> Place:
    return str(operand.get("filing") or row["filing_id"]), str(operand["cell"]).removesuffix(LAST_YEAR)


def _cells(facts: Facts, wanted: Sequence[Place]) -> dict[Place, Row]:
    if not wanted:
        return {}
    rows = facts.rows(
        "select c.* from cells c join (select unnest(?) as filing_id, unnest(?) as cell_key) "
        "using (filing_id, cell_key)",
        [place[0] for place in wanted],
        [place[1] for place in wanted],
    )
    return {(row["filing_id"], row["cell_key"]): row for row in rows}


# ----------------------------------------------------------------------------------------------------- shown


def listed(cases: Iterable[Case]) -> Iterator[str]:
    """Two lines a case: weight, cell, text as printed, the identities that point at it; and its id."""
    for case in cases:
        by = ", ".join(f"{row['identity_id']} {row['instance']}" for row in case.results)
        yield f"{case.weight:8.1f}  {case.heading}  {printed_text(case.cell['raw'])}  {by}"
        yield f"          --case {case.case_id}"


def as_data(case: Case) -> Row:
    """A case as plain data for JSON; numbers are texts where they are no whole ones."""
    cell, filing = case.cell, case.filing
    return {
        "case": case.case_id,
        **{name: filing[name] for name in ("agency", "report_year", "scope", "form")},
        "cell": cell["cell_key"],
        "label": _label(filing, cell["cell_key"]),
        "printed": cell["raw"],
        "value": _json_number(cell["value"]),
        "state": cell["state"],
        "snapshot": cell["sha256"],
        "place": cell["place"],
        "size": _json_number(case.size),
        "suspicion": round(case.suspicion, 3),
        "weight": round(case.weight, 3),
        "suggestions": [
            {"rank": row["rank"], "unique": row["is_unique"], "value": _json_number(row["suggestion"])}
            for row in case.suggestions
        ],
        "identities": [
            {
                "id": row["identity_id"],
                "instance": row["instance"],
                "lhs": _json_number(row["lhs"]),
                "rhs": _json_number(row["rhs"]),
            }
            for row in case.results
        ],
    }


def _json_number(value: Decimal | None) -> int | str | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else number_text(value)


def shown(facts: Facts, found: Findings, case: Case) -> list[str]:
    """A case in words: the cell, each identity with both sides, and the place in the document."""
    cell, filing = case.cell, case.filing
    document = facts.rows("select * from documents where sha256 = ?", cell["sha256"])[0]
    target = (
        facts.root.build / "review" / file_name(filing["agency"], filing["report_year"], cell["cell_key"])
    )
    lines = [
        case.heading,
        f"{_label(filing, cell['cell_key'])}: printed {printed_text(cell['raw'])} ({cell['state']})",
        "what does not hold:" if case.results else "no open identity points at it",
    ]
    for row in case.results:
        lines.append(f"  {row['identity_id']} {row['instance']}: {row['name_zh']} · {row['name_en']}")
        lines += _both_sides(found, filing, row)
    lines += _suggested(case)
    lines += [
        f"document {document['name']} ({document['source']}), snapshot {cell['sha256']}",
        f"place    {cell['place'] or 'none: the document does not print it'}",
        *place_lines(facts, cell, document, target),
    ]
    return lines


def _suggested(case: Case) -> Iterator[str]:
    """What the cell might have said; never more than a hint."""
    for row in case.suggestions:
        value = number_text(row["suggestion"]) if row["suggestion"] is not None else "a number left open"
        sure = "the only likely explanation" if row["is_unique"] else f"explanation {row['rank']}"
        yield f"suggested {value} ({sure}, {row['kind']}: {row['reason']})"
    if case.reconciled is not None:
        rests = ", ".join(case.reconciled["rests_on"] or ())
        yield f"also seen {printed_text(case.reconciled['text'])}, which the sums choose ({rests})"


def _both_sides(found: Findings, filing: Row, row: Row) -> Iterator[str]:
    """Each side with its cells as printed; of a long sum the printed zeros are only counted."""
    operands = json.loads(row["operands"] or "[]")
    for side in ("lhs", "rhs"):
        terms: list[str] = []
        zeros: list[str] = []
        for operand in operands:
            if operand.get("side") != side:
                continue
            place = _place_of(row, operand)
            cell = found.cells.get(place)
            text = printed_text(cell["raw"]) if cell is not None else "not in this report"
            if place[1].startswith(PROSE):
                text = "as the prose says"
            minus = "- " if str(operand.get("sign", 1)).startswith("-") else ""
            is_zero = cell is not None and cell["value"] == 0
            of = found.filings.get(place[0], filing)
            other = "" if place[0] == row["filing_id"] else f" ({of['agency']} {of['report_year']})"
            (zeros if is_zero else terms).append(f"{minus}{_label(of, place[1])}{other} {text}")
        if len(zeros) > MOST_ZEROS:
            zeros = [f"{len(zeros)} printed zeros"]
        yield f"    {number_text(row[side])} = {'; '.join([*terms, *zeros]) or 'nothing printed'}"


def _label(filing: Row, key: str) -> str:
    form = load_catalog().forms.get(filing["form"] or "")
    spec = (form.cells.get(key) or form.optional_cells.get(key)) if form is not None else None
    return spec.label_zh if spec is not None else key
