"""Which publishers a night crawls, under which name the night goes, and what its report says.

Belongs here: choosing and wording. Does not belong here: crawling (`ingestion.crawl`), Dagster's side of it
(`orchestration.defs.crawl`).
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.catalog import load_catalog, load_publishers
from ingestion.catalog.publishers import Publisher
from ingestion.crawl.plan import NightPlan, plan_for, whole_night
from ingestion.paths import DataRoot

#: A folder with records of publishers beside those of the catalog.
SOURCES_VARIABLE = "GONGKAI_SOURCES"
#: Nights are called by the day in Shanghai: the sites' own.
SHANGHAI = ZoneInfo("Asia/Shanghai")


def publishers() -> dict[str, Publisher]:
    """All publishers, enabled or not: those of the catalog, and those of the operator's own folder."""
    found = dict(load_catalog().publishers)
    folder = os.environ.get(SOURCES_VARIABLE, "").strip()
    if folder:
        found |= load_publishers(Path(folder).expanduser(), beside=found)
    return found


def enabled() -> dict[str, Publisher]:
    """Those that are crawled."""
    return {name: publisher for name, publisher in publishers().items() if publisher.enabled}


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be crawled, and how. publishers: in their order; nothing to do where it is empty."""

    publishers: tuple[Publisher, ...]
    plan: NightPlan


def task_for(
    root: DataRoot, only: Sequence[str], *, everything: bool = False, today: dt.date | None = None
) -> Task:
    """What the night that begins now has to do.

    only: publisher ids, all enabled ones where it is empty. everything: walk all lists to their end and ask
    for every known document, whatever the calendar says. The second run of a day goes on with the same night:
    what was had stands, what failed is tried again; with `everything` it is a night of its own.
    """
    available = enabled()
    wanted = tuple(available[name] for name in (only or available) if name in available)
    day = today or dt.datetime.now(SHANGHAI).date()
    if everything:
        ended = len(list(root.nights.glob(f"{day.isoformat()}*.json")))
        return Task(wanted, whole_night(f"{day.isoformat()}.{ended + 1}" if ended else day.isoformat()))
    plan = plan_for(day)
    return Task(wanted, replace(plan, due=lambda _: True) if only else plan)


def report_of(root: DataRoot, night: str) -> dict[str, Any]:
    """The kept report of a night, as `ingestion.crawl.night` wrote it."""
    report: dict[str, Any] = json.loads((root.nights / f"{night}.json").read_text(encoding="utf-8"))
    return report


def last_night(root: DataRoot) -> dict[str, Any] | None:
    """The newest kept report; None where nothing was ever crawled."""
    paths = sorted(root.nights.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return report_of(root, paths[-1].stem) if paths else None


def site_line(site: Mapping[str, Any]) -> str:
    """A site's night in a few words."""
    outcomes = site["outcomes"]
    said = [f"{count} {word}" for word, count in outcomes.items()] or ["nothing asked"]
    head = f"{site['lists']} list pages, {site['items']} links" if site["walked"] else "lists not due"
    tail = f"; {site['review']} titles to review" if site["review"] else ""
    error = f"; failed: {site['error']}" if site["error"] else ""
    return f"{site['publisher']}: {head}: {', '.join(said)}; {site['reports']} reports known{tail}{error}"


def night_line(report: Mapping[str, Any]) -> str:
    """A night in a few words."""
    sites = report["sites"].values()
    outcomes: dict[str, int] = {}
    for site in sites:
        for word, count in site["outcomes"].items():
            outcomes[word] = outcomes.get(word, 0) + count
    said = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items())) or "nothing asked for"
    known = sum(site["reports"] for site in sites)
    review = sum(site["review"] for site in sites)
    tail = f", {review} titles to review" if review else ""
    return f"crawl {report['night']}: {len(sites)} sites: {said}; {known} reports known{tail}"


def troubles(report: Mapping[str, Any]) -> list[str]:
    """One line a site of which something could not be fetched, with the reasons counted."""
    lines = []
    for name, site in report["sites"].items():
        if site["error"]:
            lines.append(f"not fetched: {name}: {site['error']}")
            continue
        reasons: dict[str, int] = {}
        for finding in site["findings"]:
            words = f"{finding['outcome']}: {finding['reason']}"
            reasons[words] = reasons.get(words, 0) + 1
        if reasons and (site["walked"] and not site["lists"]):
            first, *rest = [f"{words} ({count})" if count > 1 else words for words, count in reasons.items()]
            more = f" and {len(rest)} more" if rest else ""
            lines.append(f"not fetched: {name}: {first}{more}")
    return lines
