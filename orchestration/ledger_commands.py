"""The commands of `gongkai` that write to the ledger: correct and review.

Belongs here: the commands themselves, a few lines each. Not here: the work they start, which is imported
inside a command, so that `gongkai --help` answers at once.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from ingestion.paths import DataRoot
from orchestration.statuses import BROKEN, EXIT_STATUS, UNUSABLE, fail

if TYPE_CHECKING:
    from ingestion.catalog import CellCorrection
    from orchestration.cases import Case

NEXT = "the next `gongkai run` applies it"


@click.command()
@click.argument("document")
@click.option("--agency", metavar="A", help="The agency that reports, with its full official name.")
@click.option("--year", type=int, metavar="Y", help="The report year: the year reported on.")
@click.option(
    "--scope", type=click.Choice(["own_body", "aggregate"]), help="The body's own figures, or area-wide ones."
)
@click.option(
    "--withdraw/--restore",
    "withdrawn",
    default=None,
    help="It does not count any more, or does again. It is kept in either case.",
)
@click.option("--why", required=True, metavar="W", help="The reason.")
@click.option("--who", metavar="NAME", help="Who says so; without it the user of this machine.")
def correct(
    document: str,
    agency: str | None,
    year: int | None,
    scope: str | None,
    withdrawn: bool | None,
    why: str,
    who: str | None,
) -> None:
    """Say what a document is, where that was not read rightly; kept in the ledger of the data root.

    DOCUMENT is its sha256, the beginning of that, or its name as `gongkai documents` lists it.
    """
    from ingestion.catalog import CatalogError
    from orchestration.ledger import NoSuchDocument
    from orchestration.ledger import correct as write
    from orchestration.lock import LockHeld

    if all(said is None for said in (agency, year, scope, withdrawn)):
        fail("say what it is: --agency, --year, --scope or --withdraw", UNUSABLE)
    blank = [name for name, said in (("--why", why), ("--agency", agency), ("--who", who)) if said is not None
             and not said.strip()]  # fmt: skip
    if blank:
        fail(f"{blank[0]} says nothing", UNUSABLE)
    root = DataRoot.from_env()
    try:
        snapshot, entered, doubt = write(
            root, document, agency=agency, year=year, scope=scope, withdrawn=withdrawn, why=why, who=who
        )
    except (NoSuchDocument, CatalogError) as refused:
        fail(str(refused), UNUSABLE)
    except LockHeld as busy:
        fail(str(busy), BROKEN)
    if doubt is not None:
        click.echo(f"gongkai: {doubt}", err=True)
    click.echo(f"{snapshot.sha256}  {snapshot.name}: entry {entered.position} of {root.ledger}; {NEXT}")


@click.command(epilog=EXIT_STATUS)
@click.option("--list", "only_list", is_flag=True, help="Only list the open cases.")
@click.option("--json", "as_json", is_flag=True, help="List them as JSON, one object a line.")
@click.option("--agency", metavar="A", help="Only this agency; a short name will do.")
@click.option("--year", type=int, metavar="Y", help="Only this report year.")
@click.option("--case", "case_name", metavar="ID", help="Only this case: FILING:CELL, of any report.")
@click.option(
    "--verdict",
    type=click.Choice(["source_error", "extraction_error", "corrected_upstream", "not_an_error"]),
    help="Write this verdict on --case and ask nothing.",
)
@click.option("--value", metavar="N", help="With --verdict: the right number, where it is known.")
@click.option("--reason", metavar="R", help="With --verdict: why.")
@click.option(
    "--status",
    type=click.Choice(["settled", "open"]),
    default="settled",
    show_default=True,
    help="With --verdict: open is a note that no number follows yet.",
)
@click.option("--who", metavar="NAME", help="Who decides; without it the user of this machine.")
def review(
    only_list: bool,
    as_json: bool,
    agency: str | None,
    year: int | None,
    case_name: str | None,
    verdict: str | None,
    value: str | None,
    reason: str | None,
    status: str,
    who: str | None,
) -> None:
    """Walk the cells that failing identities point at, worst first, and keep your verdicts in the ledger.

    Each answer is written at once: nothing is lost by Ctrl-C. Answers may come from a file or a pipe, a line
    each: the verdict, the right number (not for not_an_error), the reason.
    """
    from ingestion.catalog import CatalogError, load_catalog, load_ledger
    from orchestration import cases
    from orchestration import review as dialogue
    from orchestration.agencies import NoSuchAgency
    from orchestration.facts import NothingFound, opened
    from orchestration.ledger import author, record
    from orchestration.lock import LockHeld

    if verdict is None and (value is not None or reason is not None):
        fail("--value and --reason go with --verdict", UNUSABLE)
    if verdict is not None and (case_name is None or not (reason or "").strip()):
        fail("--verdict wants --case and --reason", UNUSABLE)
    if verdict == "not_an_error" and value is not None:
        fail("not_an_error has no other value than the printed one", UNUSABLE)
    if who is not None and not who.strip():
        fail("--who says nothing", UNUSABLE)
    try:
        number = dialogue.number_said(value) if value is not None else None
    except ValueError as wrong:
        fail(str(wrong), UNUSABLE)
    root = DataRoot.from_env()
    person = who or author()
    recorded = 0

    def keep(entry: CellCorrection) -> None:
        _tell(f"kept as entry {record(root, entry).position} of {root.ledger}")

    try:
        with opened(root) as facts:
            found = cases.findings(facts, agency, year)
            ledger = load_ledger(load_catalog(), root.ledger)
            if only_list or as_json:
                still_open = cases.open_cases(found, ledger)
                for line in map(_as_json, still_open) if as_json else cases.listed(still_open):
                    click.echo(line)
                _tell(f"{len(still_open)} open")
                return
            if case_name is not None:
                case = cases.case_named(facts, found, ledger, case_name)
                if verdict is not None:
                    odd = dialogue.objection(case, verdict)
                    if odd is not None:
                        _tell(f"gongkai: {odd}")
                    keep(dialogue.entry_for(case, verdict, number, str(reason).strip(), person, status))
                    recorded = 1
                else:
                    click.echo("\n".join(cases.shown(facts, found, case)))
                    try:
                        entry = dialogue.asked(case, _ask, _tell, person)
                    except dialogue.Quit:
                        entry = None
                    if entry is not None:
                        keep(entry)
                        recorded = 1
            else:
                recorded = dialogue.walk(root, facts, found, _ask, click.echo, _tell, keep, person)
    except (NoSuchAgency, NothingFound, CatalogError, dialogue.CannotApply) as nothing:
        fail(str(nothing), UNUSABLE)
    except LockHeld as busy:
        fail(str(busy), BROKEN)
    if recorded:
        _tell(f"{recorded} recorded in {root.ledger}; {NEXT}")


def _as_json(case: Case) -> str:
    from orchestration.cases import as_data

    return json.dumps(as_data(case), ensure_ascii=False)


def _ask(question: str) -> str | None:
    click.echo(f"{question}: ", nl=False, err=True)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        click.echo(err=True)
    return line.strip() if line else None


def _tell(text: str) -> None:
    click.echo(text, err=True)
