"""What changed between two releases, told to people: verdicts, reports, cells, then tables by their counts.

Belongs here: the words and their order. Not here: comparing rows (`release_diff`) and cells (`revisions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from ingestion.catalog import load_catalog
from orchestration.lookup import number_text
from orchestration.publish import read_manifest, table_names
from orchestration.release_diff import Change, attach_both, diff, shown
from orchestration.releases import Release, find_release
from orchestration.revisions import as_printed, label_of, named, revisions

_NEEDED = {"fct_cells", "fct_filings", "fct_documents", "fct_corrections", "fct_issues"}

# A verdict that was taken back is as much a change as a new one. `value_best` follows a reading anew too:
# that is no verdict, and told as a changed cell.
_VERDICTS = """
select new.agency, new.report_year, new.scope, new.form, new.cell_key, new.raw, new.state, new.value,
    new.value_best, new.verdict, new.verdict_status as status, old.verdict as old_verdict, c.who
from new_release.fct_cells new
left join old_release.fct_cells old using (filing_id, cell_key)
left join new_release.fct_corrections c on new.correction_id = c.correction_id
where new.verdict is distinct from old.verdict or new.verdict_status is distinct from old.verdict_status
    or (new.verdict is not null and new.value_best is distinct from old.value_best)
order by new.report_year, new.agency, new.scope, new.cell_key
"""
_DOCUMENTS_SET_RIGHT = """
select d.name, c.agency, c.report_year, c.scope, c.is_withdrawn, c.reason, c.who
from new_release.fct_corrections c join new_release.fct_documents d on c.snapshot = d.sha256
where c.kind = 'document' and not exists (
    from old_release.fct_corrections o
    where o.kind = 'document' and o.snapshot = c.snapshot and o.reason = c.reason
        and o.decided_on = c.decided_on
)
order by d.name
"""
_REPORTS = """
with keyed as (
    select 'old' as side, filing_id, coalesce(agency_id, agency) as body, * exclude (filing_id)
    from (select filing_id, agency_id, agency, report_year, scope, form, status, vintage, is_withdrawn, sha256
        from old_release.fct_filings)
    union all
    select 'new', filing_id, coalesce(agency_id, agency), * exclude (filing_id)
    from (select filing_id, agency_id, agency, report_year, scope, form, status, vintage, is_withdrawn, sha256
        from new_release.fct_filings)
), paired as (
    select coalesce(n.agency, o.agency) as agency, coalesce(n.report_year, o.report_year) as report_year,
        coalesce(n.scope, o.scope) as scope, coalesce(n.form, o.form) as form,
        coalesce(n.status, o.status) as status, coalesce(n.sha256, o.sha256) as sha256,
        coalesce(n.body, o.body) as body, n.vintage, o.filing_id is null as is_added,
        n.filing_id is null as is_removed,
        coalesce(n.is_withdrawn and not o.is_withdrawn, false) as is_withdrawn
    from (from keyed where side = 'old') o full join (from keyed where side = 'new') n using (filing_id)
)
select p.*, d.name as document,
    (select max(vintage) from keyed k where k.side = 'old' and k.body = p.body
        and k.report_year = p.report_year and k.scope = p.scope) as vintage_before
from paired p
left join (
    select sha256, any_value(name) as name
    from (from old_release.fct_documents union all by name from new_release.fct_documents) group by sha256
) d using (sha256)
where is_added or is_removed or p.is_withdrawn
order by report_year, agency, scope
"""
# The detail of the issue says in the place of which vintage, and on what day: put back again is told again.
_PUT_BACK = """
select f.agency, f.report_year, f.scope, f.form, f.vintage, i.document, i.detail
from new_release.fct_issues i join new_release.fct_filings f using (filing_id)
where i.code = 'vintage_put_back' and not exists (
    from old_release.fct_issues o
    where o.code = i.code and o.filing_id = i.filing_id and o.detail = i.detail
)
order by f.report_year, f.agency, f.scope
"""
_DOCUMENTS = """
select coalesce(n.name, o.name) as name, o.state as old_state, n.state as new_state, n.reason
from old_release.fct_documents o full join new_release.fct_documents n using (sha256)
where o.state is distinct from n.state
    and not exists (from new_release.fct_filings f where f.sha256 = n.sha256 and o.state is null)
order by 1
"""


def changelog(
    releases: Path, old: str, new: str, limit: int = 200, everything: bool = False
) -> Iterator[str]:
    """The changes as lines: verdicts, reports, cells in words, at most `limit` of each (0: all), then how
    many rows of each table differ. everything: one line for each of those rows too.
    """
    before, after = find_release(releases, old), find_release(releases, new)
    for heading, sentences in _told(before.path, after.path):
        if sentences:
            plural = "" if len(sentences) == 1 else "s"
            yield f"{len(sentences)} {heading.replace('(s)', plural)}:"
            yield from (f"  {sentence}" for sentence in _at_most(sentences, limit))
    counts: dict[str, dict[str, int]] = {}
    columns: dict[str, dict[str, None]] = {}
    for change in diff(releases, old, new):
        kinds = counts.setdefault(change.table, {})
        kinds[change.kind] = kinds.get(change.kind, 0) + 1
        columns.setdefault(change.table, {}).update(dict.fromkeys(change.columns))
        if everything and not (limit and sum(kinds.values()) > limit):
            yield _line(change)
    if counts:
        yield "rows that differ, by table" + ("" if everything else " (one by one: --all)") + ":"
    for table, kinds in counts.items():
        where = f" in {', '.join(columns[table])}" if columns[table] else ""
        yield f"  {table}: " + ", ".join(
            f"{count} {kind}{where if kind == 'changed' else ''}" for kind, count in kinds.items()
        )
    redefined = list(_redefined(before, after))
    yield from redefined
    if not counts:
        yield "no row differs" + (", but what is asked of them does" if redefined else "")


def _line(change: Change) -> str:
    key = ", ".join(f"{name}={shown(value)}" for name, value in change.key.items())
    values = "; ".join(f"{c}: {shown(old)} -> {shown(new)}" for c, (old, new) in change.columns.items())
    return f"{change.table} {change.kind} {key}" + (f"  {values}" if values else "")


def _at_most(sentences: list[str], limit: int) -> Iterable[str]:
    if not limit or len(sentences) <= limit:
        return sentences
    return [*sentences[:limit], f"and {len(sentences) - limit} more (--limit 0 shows all)"]


def _told(old: Path, new: Path) -> Iterator[tuple[str, list[str]]]:
    """Headings with their sentences; nothing for releases of before the tables that they need."""
    with duckdb.connect(":memory:") as connection:
        attach_both(connection, old, new)
        if all(set(table_names(connection, f"{side}_release")) >= _NEEDED for side in ("old", "new")):
            yield "verdict(s)", [_verdict(row) for row in _rows(connection, _VERDICTS)]
            yield (
                "document(s) set right by hand",
                [_set_right(row) for row in _rows(connection, _DOCUMENTS_SET_RIGHT)],
            )
            reports = list(_rows(connection, _REPORTS))
            again = [row for row in reports if row["is_added"] and row["vintage_before"] is not None]
            first = [row for row in reports if row["is_added"] and row["vintage_before"] is None]
            yield "report(s) added", [f"{_report(row)}, {row['status']}" for row in first]
            yield (
                "report(s) issued again",
                [f"{_report(row)}, vintage {row['vintage_before']} -> {row['vintage']}" for row in again],
            )
            yield (
                "report(s) put back as before",
                [
                    f"{_report(row)}, vintage {row['vintage']}: {row['detail']}"
                    for row in _rows(connection, _PUT_BACK)
                ],
            )
            yield "report(s) removed", [_report(row) for row in reports if row["is_removed"]]
            yield "report(s) withdrawn", [_report(row) for row in reports if row["is_withdrawn"]]
            yield (
                "document(s) read otherwise, or no report",
                [_document(row) for row in _rows(connection, _DOCUMENTS)],
            )
    yield "cell(s) of current reports changed", [str(revision) for revision in revisions(old, new)]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _verdict(row: dict[str, Any]) -> str:
    printed = as_printed(row["value"], row["raw"], row["state"])
    cell = f"{named(row)}, {label_of(load_catalog(), row['form'], row['cell_key'])}"
    if row["verdict"] is None:
        return f"{cell}: {row['old_verdict']} is taken back, {printed} counts as printed"
    said = row["verdict"] if row["status"] == "settled" else f"{row['verdict']}, still open"
    best = "no number" if row["value_best"] is None else number_text(row["value_best"])
    return f"{cell}: {printed} -> {best} ({said}, {row['who']})"


def _set_right(row: dict[str, Any]) -> str:
    said = [f"{name} {row[name]}" for name in ("agency", "report_year", "scope") if row[name] is not None]
    if row["is_withdrawn"] is not None:
        said.append("withdrawn" if row["is_withdrawn"] else "counts again")
    return f"{row['name']}: {', '.join(said)} ({row['reason']}; {row['who']})"


def _report(row: dict[str, Any]) -> str:
    return f"{named(row)} ({row['form'] or 'no form'}; {row['document']})"


def _document(row: dict[str, Any]) -> str:
    states = f"{row['old_state'] or 'not there'} -> {row['new_state'] or 'not there'}"
    return f"{row['name']}: {states}" + (f" ({row['reason']})" if row["reason"] else "")


def _redefined(before: Release, after: Release) -> Iterator[str]:
    """Views and macros that do not say the same in both; nothing for releases older than that record."""
    old, new = ((read_manifest(one.path) or {}).get("definitions") for one in (before, after))
    if old is None or new is None:
        return
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            kind = (
                "added"
                if name not in old
                else "removed"
                if name not in new
                else "its SQL or comments changed"
            )
            yield f"{name}: {kind}"
