"""Crawl: the publishers' sites as partitions, many in one run, and what a person checks of a night."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from ingestion.crawl.plan import SEASON
from orchestration.defs.resources import HeldDataRoot
from orchestration.partitions import SITES

SITES_PARTITIONS = dg.DynamicPartitionsDefinition(name=SITES)
#: Share of the walked sites that may be blocked before the night is called unwell.
MOST_BLOCKED = 0.2


class Crawl(dg.Config):
    """What to crawl. only: publishers; none = all enabled ones. everything: all lists and known documents."""

    only: list[str] = Field(default_factory=list)
    nothing: bool = False
    everything: bool = False


@dg.asset(
    key="crawl",
    group_name="archive",
    kinds={"python", "file"},
    owners=["team:gongkai"],
    partitions_def=SITES_PARTITIONS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool="gov_crawl",
    description=(
        "The enabled publishers' sites: lists walked, reports fetched with their attachments and pictures, "
        "known ones asked for again. All sites of a run share one event loop. A site that is dead, blocked "
        "or hostile never fails the run; what was not fetched stands in the metadata with its reason."
    ),
)
def crawl(
    context: dg.AssetExecutionContext, config: Crawl, data_root: HeldDataRoot
) -> dg.MaterializeResult[None]:
    """Crawl what the night has to do."""
    import asyncio

    from orchestration import crawling
    from orchestration.preview import markdown
    from orchestration.progress import tick

    root = data_root.paths
    chosen = list(config.only)
    if not chosen and (context.has_partition_key or context.has_partition_key_range):
        chosen = list(context.partition_keys)
    task = crawling.task_for(root, chosen, everything=config.everything)
    if config.nothing or not task.publishers:
        context.log.info("crawl: no enabled publisher has anything to do")
        return dg.MaterializeResult(metadata={"sites": 0})
    from ingestion.crawl.night import crawl_night
    from ingestion.crawl.policy import CONTACT_VARIABLE, FetchPolicy

    if not FetchPolicy().contact:
        # nobody is asked by somebody who does not say who asks
        raise dg.Failure(f"set {CONTACT_VARIABLE} to an address at which a site's operator reaches you")
    report = asyncio.run(
        crawl_night(
            root,
            task.publishers,
            task.plan,
            done=lambda done, total, site: tick(f"crawled {done} of {total}: {site.publisher}"),
        )
    )
    kept = crawling.report_of(root, report.night)
    for name, site in kept["sites"].items():
        context.log.info(f"crawl: {crawling.site_line(site)}")
        if context.has_partition_key or context.has_partition_key_range:
            shown = {
                "night": report.night,
                "lists": site["lists"],
                "reports": site["reports"],
                "outcomes": dg.MetadataValue.json(site["outcomes"]),
                "findings": dg.MetadataValue.md(_findings(site)),
            }
            context.add_asset_metadata(shown, asset_key="crawl", partition_key=name)
    for line in crawling.troubles(kept):
        context.log.warning(f"crawl: {line}")
    columns = ["site", "lists", "new", "changed", "unchanged", "blocked", "failed", "reports", "why"]
    rows = [
        (
            name,
            site.lists,
            site.new,
            site.changed,
            site.unchanged,
            site.blocked,
            len(site.findings) - site.blocked,
            site.reports,
            site.error or "; ".join(sorted({f"{f.outcome}: {f.reason}" for f in site.findings})[:3]),
        )
        for name, site in report.sites.items()
    ]
    return dg.MaterializeResult(
        metadata={
            "night": report.night,
            "sites": len(report.sites),
            "sites_failed": len(report.failed),
            "reports": report.reports,
            "requests": sum(report.hosts.values()),
            "by_site": dg.MetadataValue.md(markdown(columns, rows)),
            "folder": dg.MetadataValue.path(str(root.archive)),
        }
    )


def _findings(site: dict[str, list[dict[str, str]]]) -> str:
    from orchestration.preview import markdown

    rows = [(one["outcome"], one["reason"], one["url"]) for one in site["findings"][:50]]
    return markdown(["outcome", "reason", "address"], rows) if rows else "none"


CHECKS = {
    "few_sites_blocked": "Few sites bar us; more than a fifth at once is about us, not about them.",
    "minimum_reports": "No site has fewer reports than its record says it must.",
    "reports_against_last_year": "After the season no site has fewer reports than for the year before.",
    "only_registered_hosts": "No host was contacted that no publisher registers.",
}


@dg.multi_asset_check(
    name="crawl_checks",
    specs=[dg.AssetCheckSpec(name, asset="crawl", description=text) for name, text in CHECKS.items()],
)
def crawl_checks(data_root: HeldDataRoot) -> Iterator[dg.AssetCheckResult]:
    """Look at the last night; findings about sites are shown and hold nothing back."""
    from orchestration import crawling
    from orchestration.preview import markdown

    report = crawling.last_night(data_root.paths)
    sites = report["sites"] if report else {}
    known = crawling.publishers()
    walked = {name: site for name, site in sites.items() if site["walked"]}
    blocked = sorted(name for name, site in walked.items() if site["is_blocked"])
    share = len(blocked) / len(walked) if walked else 0.0
    yield _answer("few_sites_blocked", share <= MOST_BLOCKED, {"share": share, "blocked": ", ".join(blocked)})

    below = [
        (name, site["reports"], known[name].minimum_reports)
        for name, site in sites.items()
        if name in known and site["reports"] < known[name].minimum_reports
    ]
    shown = dg.MetadataValue.md(markdown(["site", "reports", "at least"], below))
    yield _answer("minimum_reports", not below, {"sites": len(below), "below": shown})

    fewer = _fewer_than_last_year(sites, dt.datetime.now(crawling.SHANGHAI).date())
    shown = dg.MetadataValue.md(markdown(["site", "year", "reports", "year before"], fewer))
    yield _answer("reports_against_last_year", not fewer, {"sites": len(fewer), "fewer": shown})

    registered = {
        host for publisher in known.values() for host in (*publisher.hosts, *publisher.attachment_hosts)
    }
    hosts = report["hosts"] if report else {}
    strangers = sorted(set(hosts) - registered)
    yield _answer("only_registered_hosts", not strangers, {"strangers": ", ".join(strangers)}, error=True)


def _fewer_than_last_year(sites: dict[str, Any], today: dt.date) -> list[tuple[str, int, int, int]]:
    """Sites with fewer reports of a year than of the one before it: the last year whose season is over."""
    year = today.year - 1 if (today.month, today.day) > SEASON[1] else today.year - 2
    rows = []
    for name, site in sites.items():
        now, before = (site["by_year"].get(str(one), 0) for one in (year, year - 1))
        if now < before:
            rows.append((name, year, now, before))
    return rows


def _answer(name: str, passed: bool, metadata: dict[str, Any], error: bool = False) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        check_name=name, asset_key="crawl", passed=passed, severity=severity, metadata=metadata
    )
