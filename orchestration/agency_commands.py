"""The commands of `gongkai` about agencies: list, resolve, add.

Belongs here: the commands themselves, a few lines each. Not here: the work they start, which is imported
inside a command, so that `gongkai --help` answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ingestion.paths import DataRoot
from orchestration.statuses import BROKEN, UNUSABLE, fail

if TYPE_CHECKING:
    from ingestion.resolve import Resolution, Resolver
    from orchestration.queue_entries import Waiting


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
@click.option("--json", "as_json", is_flag=True, help="JSON, one object a line.")
def list_(text: str | None = None, queue: bool = False, limit: int = 50, as_json: bool = False) -> None:
    """Registered agencies whose name with its places contains TEXT, or the queue."""
    with _readable():
        lines = _queued() if queue else _listed(text or "")
    for said, row in lines[: limit or None]:
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else said)
    click.echo(f"{len(lines)} found" + (f", {limit} shown" if 0 < limit < len(lines) else ""), err=True)


@agencies.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--year", type=int, metavar="Y", help="The report year: its list of places is asked first.")
@click.option("--region", metavar="R", help="Where it is, as far as known: 福建 福州 长乐.")
@click.option("--json", "as_json", is_flag=True, help="JSON: one name an object, several one object a line.")
def resolve(names: tuple[str, ...], year: int | None, region: str | None, as_json: bool) -> None:
    """Which agency a NAME means in a year, with score, runner-up and why; or why none was taken.

    Names come from stdin, one a line, when none is given; a year and a region may follow on the line, each
    after a tab. Every line has its answer, in their order: also an empty one, and one whose year is none.
    """
    from ingestion.resolve import Resolution

    asked = [_Question(name, year, region) for name in names] or _from_stdin(year, region)
    if not asked:
        fail("give a name, or names on stdin, one a line", UNUSABLE)
    resolver = _resolver()
    for name, of_year, of_region, wrong in asked:
        if wrong is not None:
            found = Resolution(name, None, None, None, None, 0, "wrong_year", f"{wrong!r} is no year")
        else:
            with _readable():
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
@click.option("--from-queue", "filing", metavar="FILING",
              help="A report that waits: it tells name, place, basis; kind and level are yours.")  # fmt: skip
@click.option("--kind", metavar="K", help="department (where nothing is said), dispatched (runs a zone), ...")
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
@click.pass_context
def add(
    ctx: click.Context, name: str | None, path: Path | None, filing: str | None, kind: str | None,
    level: str | None, division: str, parent: str, run_by: str, first: str, last: str,
    aliases: tuple[str, ...], alias_of: str, region: str | None, basis: str,
) -> None:  # fmt: skip
    """Register an agency that no list has, under a new id; kept in the data root.

    Without --level and --parent both are taken from the place that NAME begins with.
    """
    from dataclasses import replace

    from ingestion.catalog import CatalogError
    from orchestration.facts import NothingFound
    from orchestration.lock import LockHeld
    from orchestration.queue_entries import entry_of_name, entry_of_waiting
    from orchestration.registering import Entry, Refused, read_entries, register

    if path is not None and any(value for option, value in ctx.params.items() if option != "path"):
        fail("a reviewed file says everything itself: --file stands alone", UNUSABLE)
    if path is None and name is None and filing is None:
        fail("give a name, --from-queue or --file", UNUSABLE)
    root, of_kind = DataRoot.from_env(), kind or "department"
    try:
        report = _waiting(root, filing) if filing else None
        if path is not None:
            entries = read_entries(path)
        elif alias_of:
            said = name or (report.agency if report else None) or ""
            basis = basis or (report.basis if report else "")
            entries = [Entry(said, of_kind, level or "", basis, aliases=aliases, agency_id=alias_of)]
        else:
            if report is not None:
                entry = entry_of_waiting(report, name, kind, level, parent, basis)
            elif level is not None:
                entry = Entry(name or "", of_kind, level, basis, territorial_parent_id=parent)
            else:
                year = int(first) if first.isdigit() else None
                entry = entry_of_name(_resolver(), name or "", year, region, of_kind, basis)
                entry = replace(entry, territorial_parent_id=parent or entry.territorial_parent_id)
            entries = [
                replace(entry, division_code=division, reporting_parent_id=run_by, valid_from=first,
                        valid_to=last, aliases=aliases)
            ]  # fmt: skip
        for agency_id, names in register(root, entries):
            click.echo(f"{agency_id}  {names}")
    except (Refused, CatalogError, NothingFound) as refused:
        fail(str(refused), UNUSABLE)
    except LockHeld as busy:
        fail(str(busy), BROKEN)
    click.echo(f"gongkai: kept in {root.agencies}; the next `gongkai run` uses it", err=True)
    if report is not None and report.agency not in (entries[0].name_zh, *entries[0].said_names):
        said = f"gongkai correct {report.sha256[:12]} --agency {entries[0].name_zh} --why W"
        click.echo(
            f"gongkai: the report prints {report.agency or 'no name'}; `{said}` gives it to that body",
            err=True,
        )


@contextmanager
def _readable() -> Iterator[None]:
    """The data root's own register may be edited by hand; where that broke it, file and line are said."""
    from ingestion.catalog import CatalogError

    try:
        yield
    except CatalogError as broken:
        fail(str(broken), UNUSABLE)


def _waiting(root: DataRoot, filing: str) -> Waiting:
    from orchestration.facts import opened
    from orchestration.queue_entries import waiting

    with opened(root) as facts:
        return waiting(facts, filing)


def _resolver() -> Resolver:
    from ingestion.catalog.agencies import Register
    from ingestion.resolve import Resolver

    return Resolver(Register(own=DataRoot.from_env().agencies))


class _Question(NamedTuple):
    """A name with what is known of its year and region. wrong_year: what stands where a year should."""

    name: str
    year: int | None
    region: str | None
    wrong_year: str | None = None


def _from_stdin(year: int | None, region: str | None) -> list[_Question]:
    lines = sys.stdin.buffer.read().decode("utf-8-sig", "replace").split("\n")
    if not lines[-1]:
        lines.pop()
    asked = []
    for line in lines:
        name, said, where, *_ = (part.strip() for part in (*line.split("\t"), "", ""))
        is_year = len(said) == 4 and said.isdecimal()
        asked.append(
            _Question(
                name, int(said) if is_year else year, where or region, said if said and not is_year else None
            )
        )
    return asked


def _in_words(found: Resolution) -> str:
    nobody = "no office" if found.is_resolved else "open"
    who = f"{found.agency_id or nobody}  {found.division_code or '-'}  {found.name_zh or 'nobody'}"
    lines = [f"{found.name} ({found.year or 'no year'}): {who}, score {found.score}: {found.why}"]
    runner_up = found.runner_up
    if found.is_resolved and runner_up is not None:
        lines.append(f"  runner-up {runner_up.name_zh} ({runner_up.division_code}), score {runner_up.score}")
    if not found.is_resolved:
        lines += [
            f"  candidate {one.name_zh} ({one.division_code}), score {one.score}" for one in found.candidates
        ]
    return "\n".join(lines)


def _listed(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Versions of agencies, each in a line and as it is."""
    from ingestion.catalog.agencies.agency_tables import agency_tables
    from ingestion.catalog.divisions.names import plain

    register = _resolver().register
    wanted, versions = plain(text), agency_tables(register)["agency_versions"].to_pylist()
    return [
        (f"{one['agency_id']}  {one['division_code'] or '-':<9}  {one['full_name_zh']}  "
         f"({one['valid_from'] or ''}-{one['valid_to'] or ''})", one)
        for one in versions
        if one["agency_id"] == register.current_id(text) or wanted in plain(one["full_name_zh"])
    ]  # fmt: skip


def _queued() -> list[tuple[str, dict[str, Any]]]:
    from orchestration.facts import NothingFound, opened
    from orchestration.queue_entries import every_waiting

    try:
        with opened(DataRoot.from_env()) as facts:
            reports = every_waiting(facts)
    except NothingFound as nothing:
        fail(str(nothing), UNUSABLE)
    return [
        (f"{one.filing_id}  {one.report_year}  {one.agency or 'no name'}: {one.why}", asdict(one))
        for one in reports
    ]
