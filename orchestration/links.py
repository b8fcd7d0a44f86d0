"""Would a link be taken as a report: what `gongkai classify` says of a title and an address.

Belongs here: putting together what the crawler's parts say of them, without asking any server. Not here: the
deciding (`ingestion.crawl.titles`, `families`, `hosts`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import BinaryIO

from ingestion.catalog import Publisher
from ingestion.catalog.publishers import is_government_host
from ingestion.crawl import titles
from ingestion.crawl.families import recognise
from ingestion.crawl.hosts import BadAddress, parse_url
from ingestion.extract.decode import decode
from ingestion.extract.model import UnreadableInput
from orchestration.surroundings import harmless


@dataclass(frozen=True, slots=True)
class Link:
    """What is said of one link; the fields are those of `gongkai classify --json`.

    verdict: report, not, or review, by its title. family: of the site, by the address; None without one.
    refused: why the address would never be asked for; None where it may be, or without one.
    """

    title: str
    url: str | None
    verdict: str
    why: str
    agency: str | None
    report_year: int | None
    family: str | None
    refused: str | None

    def json(self) -> str:
        """One object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def text(self) -> str:
        """One line for a terminal."""
        parts = [f"{self.verdict:<6}", str(self.report_year or "----"), self.agency or "-", self.title or "-"]
        beside = [self.why]
        if self.family is not None:
            beside.append(f"family {self.family}")
        if self.refused is not None:
            beside.append(f"refused: {self.refused}")
        return " ".join(harmless(f"{'  '.join(parts)}  ({'; '.join(beside)})").split("\n"))


def judge(title: str, url: str | None, publishers: Collection[Publisher]) -> Link:
    """What would be made of a link. publishers: the registry, enabled or not."""
    verdict = titles.classify(title, url)
    return Link(
        title=title,
        url=url,
        verdict=verdict.verdict,
        why=verdict.why,
        agency=verdict.agency,
        report_year=verdict.report_year,
        family=recognise(url) if url is not None else None,
        refused=refusal(url, publishers) if url is not None else None,
    )


def refusal(url: str, publishers: Collection[Publisher]) -> str | None:
    """Why this address would not be asked for on behalf of any publisher; None where it would be."""
    try:
        target = parse_url(url)
    except BadAddress as bad:
        return str(bad)
    if not is_government_host(target.host):
        return f"{target.host} is not below gov.cn"
    owners = [publisher for publisher in publishers if target.host in publisher.hosts]
    if not owners:
        return f"{target.host} is a host of no registered publisher"
    if not any(target.port in (80, 443, *publisher.ports) for publisher in owners):
        return f"port {target.port} is not registered for {target.host}"
    return None


def read_titles(stream: BinaryIO, *, has_url: bool) -> list[str]:
    """The titles of a stream, one a line, in whatever charset; blank lines are none.

    has_url: an address is to be judged, so that no title at all is one unknown title. A terminal is not
    waited for then.
    """
    if has_url and stream.isatty():
        return [""]
    try:
        text = decode(stream.read(), markup=False).text
    except UnreadableInput:
        text = ""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    return found or ([""] if has_url else [])
