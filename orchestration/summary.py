"""The ten lines at the end of `gongkai run`: the release, and for each document what was read and what not.

Belongs here: wording what the tidy tables hold. Not here: computing it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.archive import Archive
from ingestion.catalog.corrections import LEDGER_FILE
from ingestion.paths import DataRoot
from orchestration.crawling import night_line, report_of, troubles
from orchestration.publish import read_manifest
from orchestration.sql_words import quoted, text

MOST_LINES = 10
UNREAD_STATES = ("unreadable", "quarantined", "not_a_report", "waiting")
_MISSING = ("missing_page_break", "missing_table", "missing_image")

_QUERY = """
with counted as (
    select filing_id, list({'state': state, 'cells': n} order by n desc) as states
    from (select filing_id, state, count(*) as n from cells group by all) group by filing_id
), prose as (
    select sha256, count(*) as n from narrative_facts group by all
), listed as (
    select filing_id, count(*) as n from indicators group by all
), derived as (
    select filing_id, count(*) as n from derived_cells group by all
), judged as (
    -- as everywhere: `gongkai check`, n_identities_fail of the release, the identity report
    select filing_id, count(*) filter (where result = 'fails') as failing,
        count(*) filter (where result = 'fails_lenient') as failing_lenient,
        count(*) filter (where result in ('holds', 'holds_lenient')) as holding
    from identity_results group by all
)
select d.name, d.sha256, d.state, d.reason, f.agency, f.report_year, f.form, f.scope, f.vintage,
    c.states,
    coalesce(prose.n, 0) as facts, coalesce(listed.n, 0) as indicators, coalesce(derived.n, 0) as derived,
    coalesce(judged.failing, 0) as failing, coalesce(judged.failing_lenient, 0) as failing_lenient,
    coalesce(judged.holding, 0) as holding
from documents d
left join filings f using (sha256)
left join counted c using (filing_id)
left join listed using (filing_id)
left join derived using (filing_id)
left join judged using (filing_id)
left join prose on prose.sha256 = d.sha256
order by list_contains($unread, d.state), f.report_year, d.name
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """`lines` for stdout; `unread` names each document that could not be read, with its reason, and each
    entry of the ledger that fits nothing.
    """

    lines: list[str]
    unread: list[str]


def summary(root: DataRoot, nights: Sequence[str] = ()) -> Summary:
    """What the current release and the tidy tables say, one line a document that was read.

    nights: crawls of the run that is summed up, a line each; what they could not fetch is listed as unread.
    """
    lines = release_lines(root)
    crawls = [report_of(root, night) for night in nights]
    lines += [night_line(report) for report in crawls]
    with duckdb.connect(":memory:") as connection:
        for parquet in root.tables.glob("*.parquet"):
            connection.execute(f"create view {quoted(parquet.stem)} as from read_parquet({text(parquet)})")
        cursor = connection.execute(_QUERY, {"unread": list(UNREAD_STATES)})
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        unfit = connection.execute(
            "select ledger, position, about, why from corrections where outcome = 'fits_nothing' "
            "order by ledger, position"
        ).fetchall()
    unread = [
        f"not read: {row['name']} ({row['sha256'][:12]}): {row['state']}: {row['reason']}"
        for row in rows
        if row["state"] in UNREAD_STATES
    ]
    troubled = [line for report in crawls for line in troubles(report)]
    unread += troubled
    unread += [f"not taken in: {record.name}: {record.reason}" for record in Archive(root).refused()]
    files = {"own": str(root.ledger), "shipped": LEDGER_FILE}
    unread += [
        f"fits nothing: entry {position} of {files[ledger]} ({about}): {why}"
        for ledger, position, about, why in unfit
    ]
    understood = [row for row in rows if row["state"] not in UNREAD_STATES]
    read = [_document(row, who) for row, who in zip(understood, _whose(understood), strict=True)]
    room = MOST_LINES - len(lines) - (1 if unread else 0)
    if len(read) > room:
        read = [*read[: room - 1], f"and {len(read) - room + 1} more; `gongkai documents` lists them all"]
    lines += read
    if unread:
        documents = len(unread) - len(troubled) - len(unfit)
        lines.append(_listed(documents, len(troubled), len(unfit)))
    return Summary(lines, unread)


def _listed(documents: int, sites: int, entries: int) -> str:
    parts = []
    if documents:
        parts.append(f"{documents} {'document' if documents == 1 else 'documents'} could not be read")
    if sites:
        parts.append(f"{sites} {'site' if sites == 1 else 'sites'} could not be fetched")
    if entries:
        fit = "entry of the ledger fits" if entries == 1 else "entries of the ledger fit"
        parts.append(f"{entries} {fit} nothing")
    return f"{', '.join(parts)}; listed with the reason"


def release_lines(root: DataRoot) -> list[str]:
    """The current release in a line, and a line for each thing that it was made without."""
    manifest = read_manifest(root.current)
    if manifest is None:
        return ["there is no release"]
    counts = manifest["row_counts"]
    size = f"{len(counts)} tables, {sum(counts.values())} rows"
    left_out = [f"made without {what}" for what in manifest.get("left_out", ())]
    return [f"release {root.current} ({manifest['id']}, {size})", *left_out]


def _whose(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Whose report each row is of: agency and year, and what tells it from the other reports of both.

    A county's report comes as its own body's and as the aggregate of its towns, and each in several vintages.
    """
    names = [f"{row['agency'] or row['name']} {row['report_year'] or '(year not found)'}" for row in rows]
    alike = Counter(names)
    names = [
        f"{name} ({row['scope']}, vintage {row['vintage']})" if alike[name] > 1 and row["vintage"] else name
        for name, row in zip(names, rows, strict=True)
    ]
    alike = Counter(names)
    return [
        f"{name} ({row['name']})" if alike[name] > 1 else name for name, row in zip(names, rows, strict=True)
    ]


def _document(row: dict[str, Any], who: str) -> str:
    states = {entry["state"]: entry["cells"] for entry in row["states"] or []}
    parts = []
    if states:
        read = states.pop("reported", 0)
        missing = sum(states.pop(state, 0) for state in _MISSING)
        parts.append(f"{read} of {read + missing + sum(states.values())} cells read")
        parts += [f"{count} {state}" for state, count in states.items()]
        if missing:
            parts.append(f"{missing} missing from the document")
    else:
        parts.append("no table cells")
    if row["indicators"]:
        parts.append(f"{row['indicators']} indicator values")
    if row["derived"]:
        parts.append(f"{row['derived']} derived")
    if row["facts"]:
        parts.append(f"{row['facts']} facts in prose")
    judged = row["failing"] + row["failing_lenient"] + row["holding"]
    if judged:
        lenient = f", {row['failing_lenient']} more with blanks as 0" if row["failing_lenient"] else ""
        parts.append(f"{row['failing']} of {judged} identities fail{lenient}")
    reason = f"; {row['reason']}" if row["reason"] else ""
    return f"{who}, {row['form'] or 'no form'}, {row['state']}: {', '.join(parts)}{reason}"
