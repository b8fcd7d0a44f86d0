"""The commands of `gongkai` about web sites: sources and classify.

Belongs here: the commands themselves, a few lines each. Not here: the work they start, which is imported
inside a command, so that `gongkai --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from orchestration.statuses import SOME_UNREAD, UNUSABLE, fail

if TYPE_CHECKING:
    from ingestion.catalog import Publisher


@click.group(invoke_without_command=True)
@click.pass_context
def sources(ctx: click.Context) -> None:
    """Web sites that publish reports (without a word: list)."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@sources.command("list")
def list_() -> None:
    """All publishers: what they are, whether they are crawled, when a person saw that the record is right."""
    from orchestration.sources import listed

    found = _publishers()
    for line in listed(found.values()):
        click.echo(line)
    enabled = sum(publisher.enabled for publisher in found.values())
    click.echo(f"{len(found)} publishers, {enabled} enabled", err=True)


@sources.command()
@click.argument("name")
@click.option("--all-lists", is_flag=True, help="The first page of each of its lists, not of the first only.")
def check(name: str, all_lists: bool) -> None:
    """Fetch a publisher's robots.txt and first list page, and say what was understood.

    Nothing is archived. Exit status 1: the site answered without reports, or not at all.
    """
    known = _publishers()
    if name not in known:
        fail(f"there is no publisher {name!r}; `gongkai sources` lists them", UNUSABLE)
    import asyncio

    from ingestion.crawl.policy import CONTACT_VARIABLE, FetchPolicy
    from orchestration.sources import check

    if not FetchPolicy().contact:
        fail(f"no site is asked without saying who asks: put your address into {CONTACT_VARIABLE}", UNUSABLE)

    found = asyncio.run(check(known[name], all_lists=all_lists))
    click.echo(found.text())
    if not found.reports:
        raise SystemExit(SOME_UNREAD)


@click.command()
@click.argument("titles", nargs=-1, metavar="[TITLE]...")
@click.option("--url", help="Where the link leads.")
@click.option("--json", "as_json", is_flag=True, help="JSON, one object a line.")
def classify(titles: tuple[str, ...], url: str | None, as_json: bool) -> None:
    """Would a link with this title be taken as a report: report, not, or review (only its text can tell).

    Titles come from stdin, one a line, when none is given. With an address also: the family of the site, and
    why the address would be refused. No server is asked.
    """
    from orchestration.links import judge, read_titles

    said = titles or read_titles(sys.stdin.buffer, has_url=url is not None)
    if not said:
        fail("give a title, or titles on stdin, one a line", UNUSABLE)
    publishers = _publishers().values()
    for title in said:
        link = judge(title, url, publishers)
        click.echo(link.json() if as_json else link.text())


def _publishers() -> Mapping[str, Publisher]:
    from ingestion.catalog import CatalogError
    from orchestration.crawling import publishers

    try:
        return publishers()
    except CatalogError as error:
        fail(str(error), UNUSABLE)
