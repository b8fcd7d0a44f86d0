"""One publisher's night: its lists walked, its reports fetched, its known ones asked for again.

Belongs here: which address is asked for and what becomes of the answer. Does not belong here: how lists look
(`families`), how an answer is got (`fetcher`), what a page says (`pages`), what is remembered (`frontier`),
when which publisher has its turn (`plan`, `night`).

A document is stored before it is remembered: a night that is killed between the two stores the same bytes
again, which the archive knows, and loses nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingestion.archive import Archive
from ingestion.catalog.publishers import Publisher
from ingestion.crawl import addresses, pages, titles
from ingestion.crawl.families import FAMILIES
from ingestion.crawl.fetcher import Fetcher
from ingestion.crawl.frontier import Child, Frontier, Known, Sight
from ingestion.crawl.model import Answer, Kind, ListItem, Request
from ingestion.crawl.outcomes import ABSENT, Outcome
from ingestion.crawl.plan import NightPlan
from ingestion.crawl.report import SiteReport
from ingestion.extract.sniff import HTML, sniff

#: Pictures and attachments of one page that are asked for.
MAX_CHILDREN = 80


@dataclass(slots=True)
class SiteCrawl:
    """The crawl of one publisher. `run` never raises for what a site does."""

    publisher: Publisher
    plan: NightPlan
    fetcher: Fetcher
    frontier: Frontier
    archive: Archive
    report: SiteReport = field(init=False)
    _visited: set[str] = field(default_factory=set)
    _children: dict[str, Child | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.report = SiteReport(self.publisher.id)

    async def run(self) -> SiteReport:
        """Walk what is due, ask again for what is due, and say what became of it."""
        name = self.publisher.id
        complete = False
        if self.plan.due(name):
            complete = await self._walk()
        await self._recheck(lists_complete=complete)
        documents = [one for one in self.frontier.documents(name) if one.state != "gone"]
        self.report.reports = len(documents)
        self.report.by_year = Counter(str(one.report_year) for one in documents if one.report_year)
        return self.report

    async def _ask(self, request: Request) -> Answer:
        answer = await self.fetcher.ask(request, self.publisher)
        self.frontier.note(answer, self.publisher.id, self.publisher.family)
        self.report.requests += 0 if answer.replayed else max(answer.attempts, len(answer.hops) or 1)
        return answer

    # --- lists -----------------------------------------------------------------------------------------

    async def _walk(self) -> bool:
        """All lists, the items as they come. True if each was seen to its end."""
        self.report.walked = True
        whole = self.plan.whole(self.publisher.id) or not self.frontier.walked_whole(self.publisher.id)
        self.report.whole = whole
        complete = whole
        family = FAMILIES[self.publisher.family]
        items: dict[str, ListItem] = {}
        for list_url in self.publisher.list_urls:
            one = self.publisher.model_copy(update={"list_urls": (list_url,)})
            async for page in family.walk(one, self._ask):
                if not page.answer.ok:
                    self.report.list_failed(page.answer.outcome, page.answer.request.url, page.answer.reason)
                    complete = False
                    continue
                if page.problem is not None:
                    # what is not on a list that was not read to its end is not gone
                    self.report.list_doubtful(page.answer.url, page.problem)
                    complete = False
                self.report.lists += 1
                fresh = [item for item in page.items if self._take(item, items)]
                if not whole and page.items and not fresh:
                    complete = False
                    break
        for key, item in items.items():
            await self._item(key, item)
        for link in self.frontier.pending(self.publisher.id):
            if link.key not in items:  # seen on an earlier night, and not had since
                item = ListItem(link.url, link.title, link.referer or self.publisher.list_urls[0])
                await self._item(link.key, item)
        if complete:
            self.frontier.mark_whole(self.publisher.id)
        return complete

    def _take(self, item: ListItem, items: dict[str, ListItem]) -> bool:
        """Put an item among those of the walk; True if its address was not known before the night."""
        key = addresses.canonical(item.url, self.publisher)
        if key in items:
            if len(item.title) > len(items[key].title):
                items[key] = item
            return False
        items[key] = item
        self.report.items += 1
        return not self.frontier.was_known(key)

    async def _item(self, key: str, item: ListItem) -> None:
        verdict = titles.classify(item.title, item.url)
        taken: str = verdict.verdict
        why = verdict.why
        if not addresses.is_within(item.url, self.publisher):
            self.report.refused += 1
            taken, why = "refused", "its host is not registered for this publisher"
        self.frontier.link(self.publisher.id, key, item.url, item.title, taken, why, item.referer)
        if taken == "review":
            self.report.review += 1
        if taken not in ("report", "review"):
            return
        known = self.frontier.location(key)
        if known is not None and not self.plan.recheck(key):
            self._visited.add(key)
            decided = self.frontier.done(key)
            if decided is not None:  # before this night was killed, and goes on now
                self.report.count(decided, item.url)
            return
        if known is None:
            self.report.candidates += 1
        await self._document(key, item, known, sure=taken == "report")

    # --- documents ---------------------------------------------------------------------------------------

    async def _recheck(self, *, lists_complete: bool) -> None:
        """Known documents that are due, and those that a list no longer has."""
        for known in self.frontier.known(self.publisher.id):
            dropped = lists_complete and known.is_main and known.state != "gone"
            if known.key in self._visited or not (dropped or self.plan.recheck(known.key)):
                continue
            item = ListItem(known.url, known.title or "", known.referer or self.publisher.list_urls[0])
            await self._document(known.key, item, known, sure=True)

    async def _document(self, key: str, item: ListItem, known: Known | None, *, sure: bool) -> None:
        if key in self._visited:
            return
        self._visited.add(key)
        request = Request(
            item.url,
            _kind_of(item.url),
            referer=item.referer,
            etag=known.etag if known else None,
            last_modified=known.last_modified if known else None,
        )
        answer = await self._ask(request)
        if answer.ok and request.kind == "page":
            answer = await self._jumped(answer)
        if answer.outcome is Outcome.UNCHANGED_304 and known is not None:
            await self._unchanged(key, item, known, answer, Outcome.UNCHANGED_304)
        elif answer.outcome in ABSENT:
            outcome = self.frontier.absent(key, answer) if known else answer.outcome
            self.report.count(outcome, item.url, answer.reason)
        elif not answer.ok:
            self.frontier.failed(key, answer)
            self.report.count(answer.outcome, item.url, answer.reason)
        else:
            await self._arrived(key, item, known, answer, sure=sure)

    async def _jumped(self, answer: Answer) -> Answer:
        """The page that a page sends its reader on to at once, if that is on the same site; one step."""
        target = pages.jump_of(answer.body, answer.url)
        if target is None or not addresses.is_within(target, self.publisher):
            return answer
        return await self._ask(Request(target, _kind_of(target), referer=answer.url))

    async def _arrived(
        self, key: str, item: ListItem, known: Known | None, answer: Answer, *, sure: bool
    ) -> None:
        """A body has come: new, changed, the same, or a copy of something known."""
        details = None
        if sniff(answer.body) == HTML:
            details = pages.details(answer.body, answer.url, self.publisher, list_date=item.date)
            if details.tampered:
                reason = "; ".join(details.tampered)
                self.frontier.failed(key, answer, Outcome.SUSPECT_TAMPERED, reason)
                self.report.count(Outcome.SUSPECT_TAMPERED, item.url, reason)
                return
            if not sure and not self._is_report(details):
                self.frontier.failed(key, answer, Outcome.NOT_A_REPORT, "its text is no report")
                self.report.count(Outcome.NOT_A_REPORT, item.url)
                return
        digest = details.content_digest if details else hashlib.sha256(answer.body).hexdigest()
        if known is not None and known.content_digest == digest:
            await self._unchanged(key, item, known, answer, Outcome.UNCHANGED_DIGEST)
            return
        if known is None and self.frontier.by_digest(digest) is not None:
            self.report.count(self.frontier.copy(self.publisher.id, key, item, answer, digest), item.url)
            return
        children = await self._parts(details, answer) if details else []
        outcome = Outcome.NEW if known is None else Outcome.CHANGED
        outcome = self._store(key, item, answer, details, digest, children, outcome)
        self.report.count(outcome, item.url)

    @staticmethod
    def _is_report(details: pages.PageDetails) -> bool:
        return details.has_report_text or titles.classify(details.title or "").verdict == "report"

    def _store(
        self,
        key: str,
        item: ListItem,
        answer: Answer,
        details: pages.PageDetails | None,
        digest: str,
        children: list[Child],
        outcome: Outcome,
    ) -> Outcome:
        title = item.title or (details.title if details else None) or None
        name = addresses.safe_name(answer.url, answer.headers.get("content-disposition"), item.title)
        record = self.archive.add_once(
            answer.body,
            source=self.publisher.id,
            name=name,
            title=title,
            url=answer.url,
            issuer=details.issuer if details else None,
        )
        verdict = titles.classify(title or "")
        return self.frontier.seen(
            Sight(
                publisher=self.publisher.id,
                key=key,
                url=item.url,
                referer=item.referer,
                answer=answer,
                outcome=outcome,
                title=title,
                issuer=(details.issuer if details else None) or verdict.agency,
                report_year=verdict.report_year,
                published_on=details.published_on if details else item.date,
                content_digest=digest,
                sha256=record.sha256,
                children=tuple(children),
            )
        )

    async def _unchanged(
        self, key: str, item: ListItem, known: Known, answer: Answer, outcome: Outcome
    ) -> None:
        """The page says what it said; what is attached to it is asked for all the same."""
        changed = False
        for child in self.frontier.children(known.document):
            result = await self._child(child.url, child.text, child.role, known.url)
            # one that could not be had before is no change of the document
            changed |= result is not None and child.sha256 is not None and result.sha256 != child.sha256
        if changed:
            outcome = Outcome.CHANGED
        self.report.count(self.frontier.unchanged(key, item.url, answer, outcome), item.url)

    # --- what belongs to a page ---------------------------------------------------------------------------

    async def _parts(self, details: pages.PageDetails, page: Answer) -> list[Child]:
        """All of them; one that could not be had stands without its bytes."""
        found = []
        for url, text, role in _linked(details):
            key = addresses.canonical(url, self.publisher)
            child = await self._child(url, text, role, page.url)
            found.append(child or Child(key, url, text, role, None))
        return found

    async def _child(self, url: str, text: str, role: str, referer: str) -> Child | None:
        """An attachment or picture, asked for once a night; None where it could not be had."""
        key = addresses.canonical(url, self.publisher)
        if key in self._children:
            return self._children[key]
        before = self.frontier.child(key)
        request = Request(
            url,
            "file",
            referer=referer,
            etag=before.etag if before else None,
            last_modified=before.last_modified if before else None,
        )
        answer = await self._ask(request)
        child: Child | None = None
        if answer.outcome is Outcome.UNCHANGED_304 and before is not None:
            child = before
            outcome = Outcome.UNCHANGED_304
        elif answer.ok:
            sha256 = hashlib.sha256(answer.body).hexdigest()
            if before is not None and before.sha256 == sha256:
                outcome = Outcome.UNCHANGED_DIGEST
            else:
                outcome = Outcome.NEW if before is None else Outcome.CHANGED
                name = addresses.safe_name(answer.url, answer.headers.get("content-disposition"), text)
                self.archive.add_once(answer.body, source=self.publisher.id, name=name, title=None, url=url)
            child = Child(
                key, url, text, role, sha256, answer.headers.get("etag"), answer.headers.get("last-modified")
            )
        else:
            outcome = answer.outcome
        outcome = self.frontier.part(self.publisher.id, key, answer, outcome, child)
        self.report.count_part(outcome, url, answer.reason)
        self._children[key] = child
        return child


def _linked(details: pages.PageDetails) -> Iterator[tuple[str, str, str]]:
    """Attachments first: the report may be one of them."""
    found: dict[str, tuple[str, str]] = {}
    for url, text in details.attachments:
        found.setdefault(url, (text, "attachment"))
    for url in details.pictures:
        found.setdefault(url, ("", "picture"))
    for url, (text, role) in list(found.items())[:MAX_CHILDREN]:
        yield url, text, role


def _kind_of(url: str) -> Kind:
    """A file gets a file's limits of size and time."""
    return "file" if addresses.is_file(url) else "page"
