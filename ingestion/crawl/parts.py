"""What belongs to a page: its attachments and pictures, each asked for once a night.

Belongs here: asking for them, archiving them, saying what became of them. Does not belong here: which they
are (`page_links`), the page itself (`documents`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace

from ingestion.archive import Archive
from ingestion.catalog.publishers import Publisher
from ingestion.crawl import addresses, pages
from ingestion.crawl.frontier import Child, Frontier
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.report import SiteReport

#: Pictures and attachments of one page that are asked for.
MAX_PARTS = 80


@dataclass(slots=True)
class Parts:
    """The attachments and pictures of one publisher's documents. ask: one question to its site."""

    publisher: Publisher
    ask: Callable[[Request], Awaitable[Answer]]
    frontier: Frontier
    archive: Archive
    report: SiteReport
    _had: dict[str, Child] = field(default_factory=dict)

    async def of(self, details: pages.PageDetails, page_url: str) -> list[Child]:
        """All that a page has; one that could not be had stands without its bytes."""
        linked = list(_linked(details))
        if len(linked) > MAX_PARTS:
            reason = f"{len(linked)} attachments and pictures, only the first {MAX_PARTS} are asked for"
            self.report.count_part(Outcome.TOO_BIG, page_url, reason)
        return [await self.one(url, text, role, page_url) for url, text, role in linked[:MAX_PARTS]]

    async def again(self, document: int, page_url: str) -> bool:
        """Those of a known document; True if one is not what it was.

        One that could not be had before is no change of the document.
        """
        changed = False
        for child in self.frontier.children(document):
            now = await self.one(child.url, child.text, child.role, page_url)
            changed |= None not in (now.sha256, child.sha256) and now.sha256 != child.sha256
        return changed

    async def missing(self) -> None:
        """Those that were not had on an earlier night for a reason that may have passed.

        They are asked for every night: the report may be in one, and its page is not due for weeks.
        """
        for document, page_url, child in self.frontier.missing_parts(self.publisher.id):
            await self.one(child.url, child.text, child.role, page_url)
            self.frontier.completed(document)

    async def one(self, url: str, text: str, role: str, referer: str) -> Child:
        """An attachment or picture; without a digest where it could not be had."""
        key = addresses.canonical(url, self.publisher)
        if key in self._had:
            return replace(self._had[key], url=url, text=text, role=role)
        before = self.frontier.child(key)
        request = Request(
            url,
            "file",
            referer=referer,
            etag=before.etag if before else None,
            last_modified=before.last_modified if before else None,
        )
        answer = await self.ask(request)
        child: Child | None = None
        outcome = answer.outcome
        if answer.outcome is Outcome.UNCHANGED_304 and before is not None:
            child = before
        elif answer.ok:
            sha256 = hashlib.sha256(answer.body).hexdigest()
            if before is not None and before.sha256 == sha256:
                outcome = Outcome.UNCHANGED_DIGEST
            else:
                outcome = Outcome.NEW if before is None or before.sha256 is None else Outcome.CHANGED
                name = addresses.safe_name(answer.url, answer.headers.get("content-disposition"), text)
                self.archive.add_once(
                    answer.body, address=key, source=self.publisher.id, name=name, title=None, url=url
                )
            child = Child(
                key, url, text, role, sha256, answer.headers.get("etag"), answer.headers.get("last-modified")
            )
        outcome = self.frontier.part(self.publisher.id, key, answer, outcome, child)
        self.report.count_part(outcome, url, answer.reason)
        self._had[key] = child or Child(key, url, text, role, None, outcome=outcome)
        return self._had[key]


def _linked(details: pages.PageDetails) -> Iterator[tuple[str, str, str]]:
    """Attachments first: the report may be one of them."""
    found: dict[str, tuple[str, str]] = {}
    for url, text in details.attachments:
        found.setdefault(url, (text, "attachment"))
    for url in details.pictures:
        found.setdefault(url, ("", "picture"))
    for url, (text, role) in found.items():
        yield url, text, role
