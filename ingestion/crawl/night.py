"""A night over many publishers, in one event loop.

Belongs here: opening and closing what a night needs, running the sites side by side. Does not belong here:
what is done at a site (`site`), the calendar (`plan`), where the report is shown (orchestration).

Sites wait for each other only where one repeats another's documents. What one site does, or what our own code
does wrong with it, ends that site's crawl and no other's.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import sqlite3
import traceback
from collections.abc import Callable, Sequence

from ingestion.archive import Archive
from ingestion.archive.fetches import write_fetches
from ingestion.archive.warc import WarcWriter
from ingestion.catalog.publishers import Publisher
from ingestion.crawl.connect import Network, PublicNetwork
from ingestion.crawl.fetcher import Fetcher
from ingestion.crawl.frontier import Frontier
from ingestion.crawl.plan import NightPlan
from ingestion.crawl.policy import FetchPolicy
from ingestion.crawl.report import NightReport, SiteReport
from ingestion.crawl.site import SiteCrawl
from ingestion.paths import DataRoot

#: Nothing more can be written.
_DISK_BROKEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
_STATE_BROKEN = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT}
)

Done = Callable[[int, int, SiteReport], None]

#: Sites at work at the same time; the others wait their turn. Each holds a page or two and its parsed tree
#: while it pauses: with all of a few thousand at once the memory would grow with their number. Enough that
#: there is always one whose pause is over.
SITES_AT_ONCE = 128


async def crawl_night(
    root: DataRoot,
    publishers: Sequence[Publisher],
    plan: NightPlan,
    *,
    network: Network | None = None,
    policy: FetchPolicy | None = None,
    done: Done | None = None,
) -> NightReport:
    """Crawl these publishers as `plan` says, into the archive under `root`.

    A night that was killed goes on where it stopped: what was answered in it is not asked again. network: how
    names become addresses; the real one unless a test gives another. done: told of each finished site with
    (done, all, report). Raises only for what is wrong here (disk, state), never for what a site does.
    """
    frontier = Frontier(root.frontier, root.warcs)
    try:
        ends = frontier.begin(plan.night)
        for killed in frontier.unended():
            _close(
                root,
                frontier,
                killed,
                WarcWriter.resume(root.warcs, frontier.run_id(killed), frontier.ends(killed)),
            )
        writer = WarcWriter.resume(root.warcs, frontier.run_id(plan.night), ends, known=frontier)
        fetcher = Fetcher(
            publishers,
            network=network or PublicNetwork(),
            policy=policy or FetchPolicy(),
            recorder=writer,
            memory=frontier,
            spent=frontier.spent(),
        )
        report = NightReport(plan.night)
        try:
            await _all(root, publishers, plan, fetcher, frontier, report, done)
        finally:
            await fetcher.aclose()
        report.hosts = dict(fetcher.contacted)
        _keep(root, report)
        _close(root, frontier, plan.night, writer)
        return report
    finally:
        frontier.close()


async def _all(
    root: DataRoot,
    publishers: Sequence[Publisher],
    plan: NightPlan,
    fetcher: Fetcher,
    frontier: Frontier,
    report: NightReport,
    done: Done | None,
) -> None:
    archive = Archive(root)
    finished = {publisher.id: asyncio.Event() for publisher in publishers}
    turns = asyncio.Semaphore(SITES_AT_ONCE)

    async def one(publisher: Publisher) -> None:
        # before its turn: the site that it copies may need that turn
        if publisher.copies in finished:
            await finished[publisher.copies].wait()
        crawl = SiteCrawl(publisher, plan, fetcher, frontier, archive)
        try:
            async with turns:
                report.sites[publisher.id] = await crawl.run()
        except Exception as error:
            if _is_about_the_disk(error):
                raise  # what would be asked for now could not be kept
            # ours to mend, and said so; the other sites go on
            crawl.report.error = f"{type(error).__name__}: {error}"
            traceback.print_exc()
            report.sites[publisher.id] = crawl.report
        finally:
            finished[publisher.id].set()
        if done is not None:
            done(len(report.sites), len(publishers), report.sites[publisher.id])

    try:
        async with asyncio.TaskGroup() as group:
            for publisher in publishers:
                group.create_task(one(publisher))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    report.sites = {publisher.id: report.sites[publisher.id] for publisher in publishers}


def _is_about_the_disk(error: Exception) -> bool:
    """Whether our own disk or state is at fault. The night is left unended then, and goes on another time."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _STATE_BROKEN
    return isinstance(error, OSError) and error.errno in _DISK_BROKEN


def _close(root: DataRoot, frontier: Frontier, night: str, writer: WarcWriter) -> None:
    """Finish a night's files: its WARCs get their names, its rows their part of the fetch log."""
    writer.close()
    write_fetches(root.fetches, frontier.run_id(night), frontier.rows(night))
    frontier.end(night)


def _keep(root: DataRoot, report: NightReport) -> None:
    """The report as a file beside the fetch log, for those who come later."""
    root.nights.mkdir(parents=True, exist_ok=True)
    path = root.nights / f"{report.night}.json"
    plain = {
        "night": report.night,
        "hosts": report.hosts,
        "sites": {name: site.to_dict() for name, site in report.sites.items()},
    }
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    aside.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)
