"""Questions a person asks of the facts: where does this number come from, what does not add up, what was
read.

Belongs here: queries and their answers as text. Not here: making any of it, opening the facts (`facts`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from expectations.confront import DOUBTFUL_BELOW
from ingestion.archive import Archive
from ingestion.catalog import load_catalog
from ingestion.extract.model import Locator, OtherReading
from ingestion.normalise.ledger import CORRECTED
from ingestion.paths import DataRoot
from orchestration.agencies import filings_by
from orchestration.citation import carrier_lines, label_lines, source_lines
from orchestration.facts import Facts, NothingFound, opened
from orchestration.pictures import file_name, write_picture
from orchestration.places import PlaceRequest, locator_of, shown_place
from orchestration.surroundings import harmless

#: Lines above a row's first number that may be its label, in text that prints one cell a line.
MOST_LABEL_LINES = 4
STATES = (
    "read",
    "partial",
    "no_tables",
    "blank_form",
    "not_a_report",
    "unreadable",
    "quarantined",
    "waiting",
    "attached",
    "not_read_yet",
)


def documents(root: DataRoot, state: str | None = None) -> tuple[list[str], dict[str, int]]:
    """One line a document (in `state`, if given) with its reason, and the number of documents by state.

    What was added since the last run is `not_read_yet`. Raises NothingFound where nothing is archived at all.
    """
    archived = list(Archive(root).snapshots())
    try:
        with opened(root) as facts:
            rows = facts.rows("select sha256, name, source, state, reason from documents")
    except NothingFound:
        if not archived:
            raise
        rows = []
    known = {row["sha256"] for row in rows}
    rows += [
        {
            "sha256": snapshot.sha256,
            "name": snapshot.name,
            "source": snapshot.source,
            "state": "not_read_yet",
            "reason": "added since the last release; `gongkai run` reads it",
        }
        for snapshot in archived
        if snapshot.sha256 not in known
    ]
    rows.sort(key=lambda row: (str(row["source"]), str(row["name"]), row["sha256"]))
    counts = Counter(str(row["state"]) for row in rows)
    lines = [
        f"{row['sha256'][:12]}  {row['state']:<12}  {row['source']}: {row['name']}"
        + (f"  ({row['reason']})" if row["reason"] else "")
        for row in rows
        if state is None or row["state"] == state
    ]
    return lines, dict(counts.most_common())


def trace(
    facts: Facts,
    agency: str,
    year: int,
    cell: str,
    scope: str | None = None,
    vintage: int | None = None,
    picture: Path | None = None,
) -> str:
    """Where one cell comes from, as text for a terminal.

    picture: where to put the picture of its place, if it has one; without it `build/trace` in the data root.
    Raises NoSuchAgency for a name that means none or several, NothingFound for a year, scope, vintage or cell
    that is not there; the message says what is.
    """
    filing = _filing(facts, agency, year, scope, vintage)
    found = facts.rows("select * from cells where filing_id = ? and cell_key = ?", filing["filing_id"], cell)
    if not found:
        raise NothingFound(_no_such_cell(facts, filing, cell))
    row = found[0]
    document = facts.rows("select * from documents where sha256 = ?", row["sha256"])[0]
    name = file_name(filing["agency"], filing["report_year"], cell)
    lines = [
        f"{filing['agency']} · {filing['report_year']} · {filing['scope']} · {filing['form']} · {cell}",
        *label_lines(row),
        f"value     {number_text(row['value'])}" + (f" {row['unit']}" if row["unit"] else ""),
        f"printed   {printed_text(row['raw'])}",
        *_decided(facts, row),
        f"state     {row['state']}" + (f" (confidence {row['confidence']:g})" if row["confidence"] else ""),
    ]
    if row["derived_value"] is not None:
        by = ", ".join(row["derived_by"])
        lines.append(f"derived   {number_text(row['derived_value'])}, forced by {by}; not printed")
    lines += _doubt(row)
    lines += _also_read(row)
    lines += [
        f"place     {row['place'] or 'none: the document does not print it'}",
        *source_lines(facts.root, filing, document, row),
        *_corrected(filing),
    ]
    if row.get("carrier"):
        lines += carrier_lines(facts.root, _name_of(facts, row["carrier"]), row["carrier"])
    lines += place_lines(facts, row, document, picture or facts.root.build / "trace" / name)
    lines += _identities_of(facts, row)
    if row["is_suspect"]:
        by = ", ".join(row["suspected_by"] or [])
        why = f"{by} does not hold and points at this cell" if by else "its reading is doubtful"
        lines.append(f"suspect: {why}; look at it before you use it")
    lines.append(f"from {facts.where}")
    return "\n".join(lines)


def _doubt(row: dict[str, Any]) -> list[str]:
    """Why the reading is doubtful, as far as the reader said; of a sure one, what it noted."""
    doubtful = row["value"] is not None and (row["confidence"] or 0) < DOUBTFUL_BELOW
    if doubtful:
        reason = row["note"] or "the reader gives no reason"
        return [f"doubtful  confidence {row['confidence'] or 0:g} is below {DOUBTFUL_BELOW:g}: {reason}"]
    return [f"note      {row['note']}"] if row["note"] else []


def _decided(facts: Facts, row: dict[str, Any]) -> list[str]:
    """What the ledger says of the cell, and the number that follows from it."""
    if not row.get("correction_id"):
        return []
    entry = facts.rows("select * from corrections where correction_id = ?", row["correction_id"])[0]
    right = f", the right number is {number_text(entry['value'])}" if entry["value"] is not None else ""
    said = f"{entry['verdict']} ({entry['status']}){right}: {harmless(entry['reason'])}"
    best = [f"best      {number_text(row['value_best'])}, by the verdict"] if "value_best" in row else []
    return [
        *best,
        f"verdict   {said} ({entry['who']}, {entry['decided_on']}, entry {entry['correction_id']})",
    ]


def _corrected(filing: dict[str, Any]) -> list[str]:
    """What a person said that the document is, where that is not what was read in it."""
    return [
        f"corrected {name}: {filing[name]}, read as {how['read'] or 'none'}: {harmless(how['reason'])} "
        f"({how['who']}, {how['when']})"
        for name, how in json.loads(filing.get("found") or "{}").items()
        if isinstance(how, dict) and how.get("how") == CORRECTED
    ]


def check(facts: Facts, agency: str | None = None, year: int | None = None) -> Iterator[str]:
    """Identity results by filing: counts, and each one that fails, with both sides and the suspects.

    Raises NoSuchAgency and NothingFound as `trace` does.
    """
    wanted: list[str] = ["is_current"]
    values: list[Any] = []
    if agency is not None:
        wanted.append("filing_id in (select unnest(?))")
        values.append([row["filing_id"] for row in filings_by(facts, agency)[1]])
    if year is not None:
        wanted.append("report_year = ?")
        values.append(year)
    query = "select * from filings where " + " and ".join(wanted) + " order by agency, report_year, scope"
    filings = facts.rows(query, *values)
    if not filings:
        raise NothingFound("there is no such filing; `gongkai documents` lists what was read")
    for filing in filings:
        results = facts.rows(
            "select r.*, i.name_zh, i.name_en from results r left join identities i using (identity_id) "
            "where filing_id = ? order by identity_id, instance",
            filing["filing_id"],
        )
        counts = Counter(row["result"] for row in results)
        shown = ", ".join(f"{count} {result}" for result, count in counts.most_common())
        heading = " · ".join(str(filing[name]) for name in ("agency", "report_year", "scope", "form"))
        yield f"{heading}: {shown or 'no identity applies'}"
        for row in results:
            if row["result"] in ("fails", "fails_lenient"):
                suspects = ", ".join(row["suspects"] or [])
                yield (
                    f"  {row['identity_id']} {row['instance']} {row['result']}: {_sides(row)}"
                    + (f"; suspects: {suspects}" if suspects else "")
                )


def _filing(facts: Facts, agency: str, year: int, scope: str | None, vintage: int | None) -> dict[str, Any]:
    full, of_agency = filings_by(facts, agency)
    of_year = [row for row in of_agency if row["report_year"] == year]
    if not of_year:
        years = ", ".join(sorted({str(row["report_year"]) for row in of_agency}))
        raise NothingFound(f"{full} has no report of {year} here; there is {years}")
    scopes = sorted({row["scope"] for row in of_year})
    if scope is None and len(scopes) > 1:
        raise NothingFound(f"{full} has filed {' and '.join(scopes)} for {year}; choose with --scope")
    of_scope = [row for row in of_year if scope in (None, row["scope"])]
    if not of_scope:
        raise NothingFound(f"{full} has filed only {', '.join(scopes)} for {year}")
    chosen = [
        row for row in of_scope if (row["is_current"] if vintage is None else row["vintage"] == vintage)
    ]
    if not chosen:
        vintages = ", ".join(str(row["vintage"]) for row in of_scope)
        raise NothingFound(f"{full} {year} has no such vintage; there is {vintages}")
    return chosen[0]


def _no_such_cell(facts: Facts, filing: dict[str, Any], cell: str) -> str:
    keys = [
        row["cell_key"]
        for row in facts.rows(
            "select cell_key from cells where filing_id = ? order by 1", filing["filing_id"]
        )
    ]
    if not keys:
        return f"the report of {filing['agency']} {filing['report_year']} has no recognised form, so no cells"
    near = get_close_matches(cell, keys, n=4, cutoff=0.5)
    return f"the form {filing['form']} has no cell {cell!r}; near are {', '.join(near or keys[:4])}"


def _identities_of(facts: Facts, row: dict[str, Any]) -> list[str]:
    results = facts.rows(
        "select r.*, i.name_zh, i.name_en from results r left join identities i using (identity_id) "
        "where filing_id = ? order by identity_id, instance",
        row["filing_id"],
    )
    lines = []
    for result in results:
        operands = json.loads(result["operands"] or "[]")
        if any(operand["cell"] == row["cell_key"] for operand in operands):
            why = f" ({result['why']})" if result["why"] else ""
            name = f"{result['identity_id']} {result['instance']}"
            lines.append(f"  {name}: {result['result']}{why}, {_sides(result)}")
    return ["identities it takes part in:", *lines] if lines else ["it takes part in no identity"]


def place_lines(facts: Facts, row: dict[str, Any], document: dict[str, Any], target: Path) -> list[str]:
    """The place as far as it can be shown: the picture's path, the table or the lines around it."""
    locator = locator_of(row)
    if row["place"] is None:
        return []
    beside = facts.rows(
        "select * from cells where filing_id = ? and page is not distinct from ? "
        "and table_index is not distinct from ? order by row_index, column_index",
        row["filing_id"],
        row["page"],
        row["table_index"],
    )
    places = [(one, locator_of(one)) for one in beside]
    file = (locator.part, locator.carrier)
    of_table = [(one, at) for one, at in places if (at.part, at.carrier) == file]
    boxes = tuple(at.bbox for _, at in of_table if at.bbox is not None)
    own_row = [at for one, at in of_table if _same_row(one, row)]
    lines_of_row = _lines_of_row([at for _, at in of_table], own_row) if locator.bbox is None else None
    request = PlaceRequest(
        facts.root, row["sha256"], document["name"], row["raw"], locator, boxes, lines_of_row
    )
    shown = shown_place(request)
    lines = []
    if locator.bbox is not None:
        of_row = [one for one, at in of_table if at.row == locator.row]
        label = _label_of(row)
        lines += [f"row as read{label}:", "  " + " | ".join(_in_row(one, row["cell_key"]) for one in of_row)]
    elif locator.line is not None and len(own_row) > 1:
        lines += _row_in_words([one for one, _ in of_table if _same_row(one, row)], row)
    if shown.text:
        lines += ["in the source:", *(f"  {line}" for line in shown.text)]
    if shown.picture is not None:
        try:
            write_picture(shown.picture, target)
            lines += ["picture of the place:", str(target)]
        except OSError as error:
            lines.append(f"the picture of its place cannot be written to {target}: {error.strerror}")
    if shown.problem is not None:
        lines.append(f"its place cannot be shown: {shown.problem}")
    return lines


def _same_row(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (one["table_code"], one["row_code"]) == (other["table_code"], other["row_code"])


def _lines_of_row(table: Sequence[Locator], own: Sequence[Locator]) -> tuple[int, int] | None:
    """First and last line of a row's cells with its label: text may print a cell a line, the label above."""
    lines = [at.line for at in own if at.line is not None]
    if not lines:
        return None
    first, last = min(lines), max(at.line_end or at.line or 0 for at in own)
    before = max((at.line_end or at.line or 0 for at in table if at.line and at.line < first), default=0)
    return max(before + 1, first - MOST_LABEL_LINES), last


def _row_in_words(cells: list[dict[str, Any]], row: dict[str, Any]) -> list[str]:
    """The cells of a row as read, each under the label of its column."""
    form = load_catalog().forms.get(row["form"] or "")
    columns = {
        column.code: column.label_zh
        for table in (form.tables if form is not None else ())
        if table.code == row["table_code"]
        for column in table.columns
    }
    in_order = sorted(cells, key=lambda one: list(columns).index(one["column_code"]) if columns else 0)
    said = (
        f"{columns.get(one['column_code'], one['column_code'])} "
        # an unreadable cell holds the whole row that could not be parted
        + (one["state"] if one["state"] == "unreadable" else _in_row(one, row["cell_key"]) or one["state"])
        for one in in_order
    )
    return [f"row as read{_label_of(row)}:", "  " + " | ".join(said)]


def _name_of(facts: Facts, sha256: str) -> str:
    found = facts.rows("select name from documents where sha256 = ?", sha256)
    return str(found[0]["name"]) if found else "a file beside the document"


def _label_of(row: dict[str, Any]) -> str:
    """The form's name of the cell's row, in brackets; what the document prints may be put otherwise."""
    form = load_catalog().forms.get(row["form"] or "")
    specs = {} if form is None else {**form.cells, **form.optional_cells}
    spec = specs.get(row["cell_key"])
    return f" ({spec.label_zh.partition(' / ')[0]})" if spec is not None else ""


def _also_read(row: dict[str, Any]) -> list[str]:
    """What was seen in the cell and not chosen, with its place where that is another one."""
    lines = []
    for one in map(OtherReading.from_dict, json.loads(row.get("others") or "[]")):
        where = one.locator.in_words() if one.locator is not None else None
        how = f"{one.how}, confidence {one.confidence:g}" + (f"; {where}" if where else "")
        lines.append(f"also read {printed_text(one.text)} ({how})")
    return lines


def _in_row(row: dict[str, Any], marked: str) -> str:
    said = harmless(row["raw"] or "").replace("\n", "⏎")
    return f"«{said}»" if row["cell_key"] == marked else said


def _sides(result: dict[str, Any]) -> str:
    names = f"{result['name_zh']} · {result['name_en']}"
    return f"{number_text(result['lhs'])} against {number_text(result['rhs'])}; {names}"


def printed_text(raw: str | None) -> str:
    return "nothing" if raw is None else "«" + harmless(raw).replace("\n", "⏎") + "»"


def number_text(value: Decimal | None) -> str:
    if value is None:
        return "none"
    return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")
