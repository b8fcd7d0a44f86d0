"""The `gongkai` command: arguments, exit status, what goes to stdout and what to stderr.

Belongs here: the commands themselves, a few lines each. Not here: the work they start. Everything heavy is
imported inside a command, so that `gongkai --help` answers at once.
"""

from __future__ import annotations

import csv
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from ingestion.paths import DataRoot
from orchestration.agency_commands import agencies
from orchestration.ledger_commands import correct, review
from orchestration.site_commands import classify, sources
from orchestration.statuses import (
    BROKEN,
    DONE,
    EXIT_STATUS,
    HELD,
    INTERRUPTED,
    SOME_UNREAD,
    UNUSABLE,
    fail,
)


class Commands(click.Group):
    """Turns whatever goes wrong into one sentence on stderr; the traceback goes to a file."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Unforeseen errors end with status 4."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            raise SystemExit(DONE) from None
        except KeyboardInterrupt:
            fail("interrupted", INTERRUPTED)
        except Exception as error:
            place = _keep_traceback()
            first = (str(error).strip().splitlines() or [""])[0]
            where = f" (traceback in {place})" if place else ""
            fail(f"{type(error).__name__}: {first}{where}", BROKEN)


def _keep_traceback() -> Path | None:
    try:
        log = DataRoot.from_env().build / "logs" / "gongkai.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc() + "\n")
    except OSError:
        return None
    return log


@click.group(cls=Commands, epilog=EXIT_STATUS, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Annual reports on open government information, as a checked and traceable DuckDB release."""


main.add_command(agencies)
main.add_command(sources)
main.add_command(classify)
main.add_command(correct)
main.add_command(review)


@main.command(epilog=EXIT_STATUS)
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Gather from this source only.")
@click.option(
    "--everything",
    is_flag=True,
    help="Walk all lists to their end and ask for every known document again, whatever the calendar says.",
)
@click.option(
    "--reread",
    multiple=True,
    metavar="WHAT",
    help="Read again on purpose: all, source:NAME, year:YYYY, or (the beginning of) a document's sha256.",
)
@click.option(
    "--wait",
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another run to finish.",
)
def run(sources: tuple[str, ...], everything: bool, reread: tuple[str, ...], wait: float) -> None:
    """Run the nightly job once, in this process: from the sources to a release."""
    from orchestration.lock import LockHeld

    root = DataRoot.from_env()
    manual, publishers = _known_sources(sources)
    again = _reread(reread)
    _check_ledger(root)
    from orchestration.nightly import run_nightly

    try:
        outcome = run_nightly(root, manual, again, wait, publishers=publishers, everything=everything)
    except LockHeld as busy:
        fail(str(busy), BROKEN)
    if outcome.interrupted:
        fail("interrupted; nothing half-made is left, the next run goes on from here", INTERRUPTED)
    if outcome.error:
        fail(f"{outcome.error} (details in {outcome.log_file})", BROKEN)
    from orchestration.summary import summary

    shown = summary(root, outcome.nights)
    if outcome.held:
        click.echo("\n".join(shown.lines))
        fail(f"no release was made, a gate held it back: {'; '.join(outcome.held)}", HELD)
    click.echo("\n".join(shown.lines))
    for line in shown.unread:
        click.echo(line, err=True)
    if shown.unread:
        raise SystemExit(SOME_UNREAD)


def _known_sources(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The names parted into manual sources and publishers; no others, and none that is switched off."""
    if not names:
        return [], []
    from ingestion.catalog import load_catalog
    from orchestration.crawling import publishers

    manual, sites = load_catalog().sources, publishers()
    for name in names:
        if name not in manual and name not in sites:
            fail(f"there is no source {name!r}; `gongkai sources` lists them", UNUSABLE)
        if name in sites and not sites[name].enabled:
            fail(f"the publisher {name!r} is not enabled; its record says how it was verified", UNUSABLE)
    return [name for name in names if name in manual], [name for name in names if name in sites]


def _check_ledger(root: DataRoot) -> None:
    """A ledger that cannot be read is said before anything is fetched or read."""
    from ingestion.catalog import CatalogError, load_catalog, load_ledger

    try:
        load_ledger(load_catalog(), root.ledger)
    except CatalogError as broken:
        fail(str(broken), UNUSABLE)


def _reread(words: tuple[str, ...]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for word in words:
        kind, colon, value = word.partition(":")
        if word == "all":
            config["everything"] = True
        elif colon and kind == "source":
            config.setdefault("source", []).append(value)
        elif colon and kind == "year" and value.isdigit():
            config.setdefault("year", []).append(int(value))
        elif len(word) >= 6 and all(digit in "0123456789abcdef" for digit in word.lower()):
            config.setdefault("sha256", []).append(word.lower())
        else:
            fail(f"cannot read {word!r}: give all, source:NAME, year:YYYY or a document's sha256", UNUSABLE)
    return config


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--title", help="Title under which the document was listed.")
@click.option("--url", help="Address it was taken from.")
def add(paths: tuple[Path, ...], title: str | None, url: str | None) -> None:
    """Put files, or all files of folders, into the archive. The next run reads them."""
    from ingestion.archive import Archive

    for path in paths:
        if not path.exists():
            fail(f"there is no file {path}", UNUSABLE)
    archive = Archive(DataRoot.from_env())
    records = [record for path in paths for record in archive.add_path(path, title=title, url=url)]
    for record in records:
        if record.sha256 is not None:
            click.echo(f"{record.sha256}  {record.outcome:<5}  {record.name}")
    refused = [record for record in records if record.sha256 is None]
    for record in refused:
        click.echo(f"gongkai: {record.name} was not taken in: {record.reason}", err=True)
    if not records:
        fail("there is no file in what was named", UNUSABLE)
    if refused:
        raise SystemExit(SOME_UNREAD if len(refused) < len(records) else UNUSABLE)


@main.command(epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--title", help="Title under which the document was listed.")
@click.option("--url", help="Address it was taken from.")
@click.option(
    "--json", "as_json", is_flag=True, help="JSON: one document an object, several one object a line."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write one JSON a document into this folder; documents that are there already are not read again.",
)
def extract(
    paths: tuple[Path, ...], title: str | None, url: str | None, as_json: bool, out: Path | None
) -> None:
    """Read documents and show what was understood, without touching archive or warehouse."""
    from orchestration import extraction
    from orchestration.contract import as_text
    from orchestration.tally import watched

    for path in paths:
        if not path.exists():
            fail(f"there is no file {path}", UNUSABLE)
    files = extraction.files_of(paths)
    if not files:
        fail("there is no file in what was named", UNUSABLE)
    on_terminal = out is None and sys.stdout.isatty()
    with watched(len(files), results_on_terminal=on_terminal) as watcher:
        if out is None:
            results = extraction.extract(files, title, url, converting=watcher.converting)
        else:
            results = extraction.into_folder(files, out, title, url, converting=watcher.converting)
        for result in results:
            watcher.done(result)
            if result.part_of is not None:
                watcher.say(f"{result.name}: part of {result.part_of}")
            elif out is None and as_json:
                found = json.loads(result.text) if len(files) == 1 else None
                click.echo(json.dumps(found, ensure_ascii=False, indent=2) if found else result.text)
            elif out is None:
                click.echo(as_text(json.loads(result.text)))
            if result.status in extraction.UNREAD:
                watcher.say(f"{result.name}: {result.status}: {result.facts['reason']}")
    if out is not None:
        click.echo(str(out))
    statuses = watcher.tally.statuses
    if statuses <= {"unreadable"}:
        raise SystemExit(UNUSABLE)
    if not statuses.isdisjoint(extraction.UNREAD):
        raise SystemExit(SOME_UNREAD)


@main.command()
@click.option("--state", metavar="S", help="Only documents in this state.")
def documents(state: str | None) -> None:
    """Every archived document with its state, and the reason where it was not read."""
    from orchestration import lookup
    from orchestration.facts import NothingFound

    try:
        found, states = lookup.documents(DataRoot.from_env(), state)
    except NothingFound as nothing:
        fail(str(nothing), UNUSABLE)
    if state is not None and not found and state not in lookup.STATES:
        fail(f"there is no state {state!r}; states are {', '.join(lookup.STATES)}", UNUSABLE)
    for line in found:
        click.echo(line)
    click.echo(
        ", ".join(f"{count} {name}" for name, count in states.items()) or "the archive is empty", err=True
    )


@main.command()
@click.argument("agency")
@click.argument("year", type=int)
@click.argument("cell")
@click.option("--scope", metavar="S", help="own_body or aggregate, where an agency has filed both.")
@click.option("--vintage", type=int, metavar="V", help="An earlier filing; without it the current one.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Where to put the picture of its place (PNG); without it build/trace in the data root.",
)
def trace(
    agency: str, year: int, cell: str, scope: str | None, vintage: int | None, picture: Path | None
) -> None:
    """Where a number comes from: document, place, text as printed, the identities it takes part in.

    AGENCY may be short (营前街道), CELL is a key such as t3.partial.total. Of a PDF, a scan or a picture the
    part of the page is drawn with the cell framed; of other documents the table or the lines around it are
    shown.
    """
    from orchestration import lookup
    from orchestration.agencies import NoSuchAgency
    from orchestration.facts import NothingFound, opened

    try:
        with opened(DataRoot.from_env()) as facts:
            click.echo(lookup.trace(facts, agency, year, cell, scope, vintage, picture))
    except (NoSuchAgency, NothingFound) as nothing:
        fail(str(nothing), UNUSABLE)


@main.command()
@click.option("--agency", metavar="A", help="Only this agency; a short name will do.")
@click.option("--year", type=int, metavar="Y", help="Only this report year.")
def check(agency: str | None, year: int | None) -> None:
    """Identity results, with the cells a failing one points at."""
    from orchestration import lookup
    from orchestration.agencies import NoSuchAgency
    from orchestration.facts import NothingFound, opened

    try:
        with opened(DataRoot.from_env()) as facts:
            for line in lookup.check(facts, agency, year):
                click.echo(line)
    except (NoSuchAgency, NothingFound) as nothing:
        fail(str(nothing), UNUSABLE)


@main.group(invoke_without_command=True)
@click.pass_context
def releases(ctx: click.Context) -> None:
    """Releases and what changed between them (without a word: list)."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@releases.command("list")
def list_() -> None:
    """All releases, oldest first; the current one is marked."""
    from orchestration.releases import list_releases

    found = list_releases(DataRoot.from_env().releases)
    for release in found:
        mark = "*" if release.is_current else " "
        click.echo(f"{mark} {release.id}  {release.built_at}  {sum(release.row_counts.values())} rows")
    if not found:
        click.echo("there is no release yet; `gongkai run` makes one", err=True)


@releases.command()
@click.argument("old")
@click.argument("new", default="current")
@click.option("--limit", default=200, show_default=True, help="Lines shown of a kind; 0 for all.")
@click.option("--all", "everything", is_flag=True, help="Each row that differs too, also of derived tables.")
@click.option("--json", "as_", flag_value="json", help="Every row that differs, as JSON: key, old, new.")
@click.option("--csv", "as_", flag_value="csv", help="Every change as a table: one row a changed column.")
def diff(old: str, new: str, limit: int, everything: bool, as_: str | None) -> None:
    """What changed from release OLD to NEW (an id or its beginning, current, previous).

    Verdicts, reports and cells in words, then how many rows of each table differ.
    """
    from orchestration.changelog import changelog
    from orchestration.release_diff import CHANGE_COLUMNS, change_records, change_rows
    from orchestration.releases import NoSuchRelease

    releases = DataRoot.from_env().releases
    try:
        if as_ == "json":
            click.echo(json.dumps(list(change_records(releases, old, new)), ensure_ascii=False, indent=1))
        elif as_ == "csv":
            table = csv.DictWriter(sys.stdout, CHANGE_COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(change_rows(releases, old, new))
        else:
            for line in changelog(releases, old, new, limit, everything):
                click.echo(line)
    except NoSuchRelease as unknown:
        fail(str(unknown), UNUSABLE)


@releases.command()
@click.option("--keep", type=click.IntRange(min=1), required=True, help="How many of the newest to keep.")
def prune(keep: int) -> None:
    """Delete old releases; never the current one."""
    from orchestration import lock
    from orchestration.releases import prune as prune_releases

    root = DataRoot.from_env()
    try:
        with lock.hold(root.run_lock, "gongkai releases prune"):
            for release_id in prune_releases(root.releases, keep):
                click.echo(release_id)
    except lock.LockHeld as busy:
        fail(str(busy), BROKEN)


@main.command()
@click.option("--port", default=3000, show_default=True, help="Port of the UI, on 127.0.0.1 only.")
def dev(port: int) -> None:
    """The Dagster UI with its daemon on 127.0.0.1, so that the nightly schedule really ticks."""
    from orchestration.dev import serve

    raise SystemExit(serve(DataRoot.from_env(), port))
