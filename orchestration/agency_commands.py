"""The commands of `gongkai` about agencies: list, resolve, add.

Belongs here: the commands themselves, a few lines each. Not here: the work they start, which is imported
inside a command, so that `gongkai --help` answers at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.paths import DataRoot
from orchestration.statuses import BROKEN, UNUSABLE, fail

if TYPE_CHECKING:
    from ingestion.resolve import Resolution, Resolver


@click.group(invoke_without_command=True)
@click.pass_context
def agencies(ctx: click.Context) -> None:
    """The register of agencies, and what a printed name means in it (without a word: list)."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@agencies.command("list")
@click.argument("text", required=False)
@click.option("--queue", is_flag=True, help="The reports of the current release that wait for their agency.")
@click.option("--limit", default=50, show_default=True, help="Rows shown; 0 for all.")
def list_(text: str | None = None, queue: bool = False, limit: int = 50) -> None:
    """Registered agencies whose name with its places contains TEXT, or the queue."""
    lines = _queued() if queue else _listed(text or "")
    for line in lines[: limit or None]:
        click.echo(line)
    click.echo(f"{len(lines)} found" + (f", {limit} shown" if 0 < limit < len(lines) else ""), err=True)


@agencies.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--year", type=int, metavar="Y", help="The report year: its list of places is asked first.")
@click.option("--region", metavar="R", help="Where it is, as far as known: 福建 福州 长乐.")
@click.option("--json", "as_json", is_flag=True, help="JSON: one name an object, several one object a line.")
def resolve(names: tuple[str, ...], year: int | None, region: str | None, as_json: bool) -> None:
    """Which agency a NAME means in a year, with score, runner-up and why; or why none was taken.

    Names come from stdin, one a line, when none is given; a year and a region may follow on the line, each
    after a tab.
    """
    asked = [(name, year, region) for name in names] or _from_stdin(year, region)
    if not asked:
        fail("give a name, or names on stdin, one a line", UNUSABLE)
    resolver = _resolver()
    for name, of_year, of_region in asked:
        found = resolver.resolve(name, of_year, of_region)
        if as_json:
            said = json.dumps(found.to_dict(), ensure_ascii=False, indent=2 if len(names) == 1 else None)
            click.echo(said)
        else:
            click.echo(_in_words(found))


@agencies.command()
@click.argument("name", required=False)
@click.option("--file", "path", type=click.Path(path_type=Path, dir_okay=False), metavar="CSV",
              help="Register every line of a reviewed file, or none.")  # fmt: skip
@click.option("--kind", default="department", show_default=True, metavar="K",
              help="department, dispatched (runs a zone), public_institution, ...")  # fmt: skip
@click.option("--level", metavar="L", help="national, province, city, county or town.")
@click.option("--division", default="", metavar="CODE", help="Its place: 6 digits, 9 for towns and streets.")
@click.option("--parent", default="", metavar="ID", help="The government of its place.")
@click.option("--run-by", default="", metavar="ID", help="Who runs it, where that is not its parent.")
@click.option("--from", "first", default="", metavar="Y", help="First year.")
@click.option("--to", "last", default="", metavar="Y", help="Last year.")
@click.option("--alias", "aliases", multiple=True, metavar="NAME[:KIND]",
              help="Another name; of kind region, how the zone is called that it runs.")  # fmt: skip
@click.option("--alias-of", default="", metavar="ID", help="NAME is another name of this agency.")
@click.option("--region", metavar="R", help="Where it is, for finding its parent by its name.")
@click.option("--basis", default="", metavar="W", help="How it is known: a notice, a report, a site.")
def add(
    name: str | None, path: Path | None, kind: str, level: str | None, division: str, parent: str,
    run_by: str, first: str, last: str, aliases: tuple[str, ...], alias_of: str, region: str | None,
    basis: str,
) -> None:  # fmt: skip
    """Register an agency that no list has, under a new id; kept in the data root.

    Without --level and --parent both are taken from the place that NAME begins with.
    """
    from dataclasses import replace

    from ingestion.catalog import CatalogError
    from orchestration.lock import LockHeld
    from orchestration.registering import Entry, Refused, entry_of_queued, read_entries, register

    if (name is None) is (path is None):
        fail("give a name, or --file", UNUSABLE)
    root = DataRoot.from_env()
    try:
        if path is not None:
            entries = read_entries(path)
        elif alias_of or level is not None:
            entry = Entry(
                name or "", kind, level or "", basis, division, parent, run_by, first, last, aliases, alias_of
            )
            entries = [entry]
        else:
            found = entry_of_queued(
                _resolver(), name or "", int(first) if first else None, region, kind, basis
            )
            entries = [
                replace(found, division_code=division, reporting_parent_id=run_by, valid_from=first,
                        valid_to=last, aliases=aliases)
            ]  # fmt: skip
        for agency_id, said in register(root, entries):
            click.echo(f"{agency_id}  {said}")
    except (Refused, CatalogError) as refused:
        fail(str(refused), UNUSABLE)
    except LockHeld as busy:
        fail(str(busy), BROKEN)
    click.echo(f"gongkai: kept in {root.agencies}; the next `gongkai run` uses it", err=True)


def _resolver() -> Resolver:
    from ingestion.catalog.agencies import Register
    from ingestion.resolve import Resolver

    return Resolver(Register(own=DataRoot.from_env().agencies))


def _from_stdin(year: int | None, region: str | None) -> list[tuple[str, int | None, str | None]]:
    asked = []
    for line in sys.stdin.buffer.read().decode("utf-8-sig", "replace").splitlines():
        name, *more = (part.strip() for part in line.split("\t"))
        of_year = int(more[0]) if more and more[0].isdigit() else year
        if name:
            asked.append((name, of_year, more[1] if len(more) > 1 and more[1] else region))
    return asked


def _in_words(found: Resolution) -> str:
    who = f"{found.agency_id or 'not registered'}  {found.division_code or '-'}  {found.name_zh or 'nobody'}"
    lines = [f"{found.name} ({found.year or 'no year'}): {who}, score {found.score}: {found.why}"]
    runner_up = found.runner_up
    if found.is_resolved and runner_up is not None:
        lines.append(f"  runner-up {runner_up.name_zh} ({runner_up.division_code}), score {runner_up.score}")
    if not found.is_resolved:
        lines += [
            f"  candidate {one.name_zh} ({one.division_code}), score {one.score}" for one in found.candidates
        ]
    return "\n".join(lines)


def _listed(text: str) -> list[str]:
    from ingestion.catalog.agencies.agency_tables import agency_tables
    from ingestion.catalog.divisions.names import plain

    register = _resolver().register
    wanted, versions = plain(text), agency_tables(register)["agency_versions"].to_pylist()
    return [
        f"{one['agency_id']}  {one['division_code'] or '-':<9}  {one['full_name_zh']}  "
        f"({one['valid_from'] or ''}-{one['valid_to'] or ''})"
        for one in versions
        if text == one["agency_id"] or wanted in plain(one["full_name_zh"])
    ]


def _queued() -> list[str]:
    from orchestration.facts import NothingFound, opened

    try:
        with opened(DataRoot.from_env()) as facts:
            rows = facts.rows("select * from agency_queue order by report_year, agency")
    except NothingFound as nothing:
        fail(str(nothing), UNUSABLE)
    return [
        f"{row['filing_id']}  {row['report_year']}  {row['agency'] or 'no name'}: {row['why']}"
        for row in rows
    ]
