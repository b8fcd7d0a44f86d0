"""One publisher's night: its lists walked, its reports fetched, its known ones asked for again.

Belongs here: which address is asked for tonight. Does not belong here: how lists look (`families`), how an
answer is got (`fetcher`), what becomes of a document (`documents`), when which publisher has its turn
(`plan`, `night`).
"""

from __future__ import annotations

import sqlite3
import traceback
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from ingestion.archive import Archive
from ingestion.catalog.publishers import Publisher, is_government_host
from ingestion.crawl import addresses, titles
from ingestion.crawl.documents import Documents
from ingestion.crawl.families import FAMILIES
from ingestion.crawl.fetcher import Fetcher
from ingestion.crawl.frontier import Frontier, FrontierError, Known
from ingestion.crawl.hosts import host_of
from ingestion.crawl.model import Answer, ListItem, ListPage, Request
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.parts import Parts
from ingestion.crawl.plan import NightPlan
from ingestion.crawl.report import SiteReport
from ingestion.crawl.standins import StandIns


@dataclass(slots=True)
class SiteCrawl:
    """The crawl of one publisher. `run` never raises for what a site does."""

    publisher: Publisher
    plan: NightPlan
    fetcher: Fetcher
    frontier: Frontier
    archive: Archive
    report: SiteReport = field(init=False)
    _parts: Parts = field(init=False)
    _documents: Documents = field(init=False)
    _visited: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.report = SiteReport(self.publisher.id)
        place = (self.frontier, self.archive, self.report)
        self._parts = Parts(self.publisher, self._ask, *place)
        standins = StandIns(self.publisher, self.plan.night, self._ask, self.frontier)
        self._documents = Documents(self.publisher, self._ask, *place, self._parts, standins)

    async def run(self) -> SiteReport:
        """Walk what is due, ask again for what is due, and say what became of it."""
        name = self.publisher.id
        self._rename()
        complete = False
        if self.plan.due(name):
            complete = await self._walk()
        await self._recheck(lists_complete=complete)
        await self._parts.missing()
        documents = [one for one in self.frontier.documents(name) if one.state != "gone"]
        self.report.reports = len(documents)
        self.report.by_year = Counter(str(one.report_year) for one in documents if one.report_year)
        return self.report

    async def _ask(self, request: Request) -> Answer:
        answer = await self.fetcher.ask(request, self.publisher)
        self.frontier.note(answer, self.publisher.id, self.publisher.family)
        self.report.requests += 0 if answer.replayed else max(answer.attempts, len(answer.hops) or 1)
        return answer

    def _rename(self) -> None:
        """A record that was edited, its base now what was an alias, means the documents it meant before."""
        others = set(self.publisher.hosts) - {self.publisher.host}
        names = {
            known.key: addresses.canonical(f"http:{known.key}", self.publisher)
            for known in self.frontier.known(self.publisher.id)
            if others and host_of(f"http:{known.key}") in others
        }
        for link in self.frontier.links(self.publisher.id) if names else ():
            names[link.key] = addresses.canonical(f"http:{link.key}", self.publisher)
        for known in self.frontier.known(self.publisher.id) if names else ():
            for child in self.frontier.children(known.document):
                names[child.key] = addresses.canonical(f"http:{child.key}", self.publisher)
        if names:
            self.frontier.rename({before: now for before, now in names.items() if before != now})

    # --- lists -----------------------------------------------------------------------------------------

    async def _walk(self) -> bool:
        """All lists, the items as they come. True if each was seen to its end."""
        self.report.walked = True
        whole = self.plan.whole(self.publisher.id) or not self.frontier.walked_whole(self.publisher.id)
        self.report.whole = whole
        complete = whole
        broken = False
        items: dict[str, ListItem] = {}
        for list_url in self.publisher.list_urls:
            async for page in self._pages(list_url):
                if page is None or not page.answer.ok:
                    broken, complete = True, False
                    if page is not None:
                        answer = page.answer
                        self.report.list_failed(answer.outcome, answer.request.url, answer.reason)
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
        # all before the first is asked for: a night that is killed leaves none of them behind a known one
        with self.frontier.at_once():
            verdicts = {key: self._linked(key, item) for key, item in items.items()}
            if broken:
                self.frontier.not_whole(self.publisher.id)
        # what is not had yet before what is: the budget of a large site ends somewhere
        known = {key for key in items if self.frontier.location(key) is not None}
        for key in [key for key in items if key not in known]:
            await self._item(key, items[key], verdicts[key])
        for link in self.frontier.pending(self.publisher.id):
            if link.key not in items:  # seen on an earlier night, and not had since
                item = ListItem(link.url, link.title, link.referer or self.publisher.list_urls[0])
                await self._item(link.key, item, self._linked(link.key, item))
        await self._listed_within(items)
        for key in [key for key in items if key in known]:
            await self._item(key, items[key], verdicts[key])
        if complete:
            self.frontier.mark_whole(self.publisher.id)
        return complete

    async def _listed_within(self, items: dict[str, ListItem]) -> None:
        """Reports of lists that stood where a report was expected: a column with one entry a year, say."""
        for item in tuple(self._documents.listed):
            key = addresses.canonical(item.url, self.publisher)
            if key not in items:
                self._take(item, items)
                await self._item(key, items[key], self._linked(key, items[key]))

    async def _pages(self, list_url: str) -> AsyncIterator[ListPage | None]:
        """The pages of a list; None where our own code failed on one, so that what came before counts."""
        one = self.publisher.model_copy(update={"list_urls": (list_url,)})
        try:
            async for page in FAMILIES[self.publisher.family].walk(one, self._ask):
                yield page
        except Exception as error:
            self._ours(error, list_url)
            yield None

    def _take(self, item: ListItem, items: dict[str, ListItem]) -> bool:
        """Put an item among those of the walk; True if its address was not known before the night."""
        item = replace(item, url=_whole(item.url), title=_whole(item.title))
        key = addresses.canonical(item.url, self.publisher)
        if key in items:
            if len(item.title) > len(items[key].title):
                items[key] = item
            return False
        items[key] = item
        self.report.items += 1
        return not self.frontier.was_known(key)

    def _linked(self, key: str, item: ListItem) -> str:
        """What a link is taken for: report, review, not, or refused where it would not be asked for."""
        verdict = titles.classify(item.title, item.url)
        taken: str = verdict.verdict
        why = verdict.why
        if not addresses.is_within(item.url, self.publisher, file=True):
            self.report.refused += 1
            if taken == "report" and is_government_host(host_of(item.url)):
                # somebody has to say whether that is a host of the site's own; reprints elsewhere are none
                self.report.link_refused(
                    item.url, f"named as a report ({item.title}), on a host not registered"
                )
            taken, why = "refused", "its host is not registered for this publisher"
        self.frontier.link(self.publisher.id, key, item.url, item.title, taken, why, item.referer)
        return taken

    async def _item(self, key: str, item: ListItem, taken: str) -> None:
        if taken == "review":
            self.report.review += 1
        if taken not in ("report", "review"):
            return
        known = self.frontier.location(key)
        if known is not None and not self._is_due(known, item.title):
            self._visited.add(key)
            decided = self.frontier.done(key)
            if decided is not None:  # before this night was killed, and goes on now
                self.report.count(decided, item.url)
            return
        if known is None:
            read = self.frontier.link_outcome(self.publisher.id, key)
            if taken == "review" and read is Outcome.NOT_A_REPORT and not self.plan.recheck(key):
                return
            self.report.candidates += 1
        await self._document(key, item, known, sure=taken == "report")

    # --- known documents ---------------------------------------------------------------------------------

    def _is_due(self, known: Known, title: str = "") -> bool:
        """Whether a known document is asked for: it has its turn, may be gone, or is called otherwise now."""
        renamed = bool(title and known.title and _packed(title) != _packed(known.title))
        return (
            self.plan.recheck(known.key)
            or known.state == "gone_suspect"
            or (renamed and known.publisher == self.publisher.id)
        )

    async def _recheck(self, *, lists_complete: bool) -> None:
        """Known documents that are due, and those that a list no longer has."""
        # the longest unseen first: a budget that ends among them ends elsewhere the next time
        for known in sorted(self.frontier.known(self.publisher.id), key=lambda one: one.last_night):
            dropped = lists_complete and known.is_main and known.state != "gone"
            if known.key in self._visited or not (dropped or self._is_due(known)):
                continue
            url = known.url
            if self.fetcher.refusal(url, "page", self.publisher) is not None:
                url = (
                    f"{self.publisher.base.partition(':')[0]}:{known.key}"  # a host that is no alias any more
                )
            item = ListItem(url, known.title or "", known.referer or self.publisher.list_urls[0])
            await self._document(known.key, item, known, sure=True)

    async def _document(self, key: str, item: ListItem, known: Known | None, *, sure: bool) -> None:
        if key in self._visited:
            return
        self._visited.add(key)
        try:
            await self._documents.take(key, item, known, sure=sure)
        except Exception as error:
            self._ours(error, item.url)

    def _ours(self, error: Exception, url: str) -> None:
        """Our own code failed on one page: said so, and the others go on. A full disk is another matter."""
        if isinstance(error, OSError | sqlite3.Error | FrontierError):
            raise error
        traceback.print_exception(error)
        self.report.error = self.report.error or f"{type(error).__name__}: {error} ({url})"


def _whole(text: str) -> str:
    """Without halves of characters, which JSON may spell and nothing can store."""
    return text.encode("utf-8", "replace").decode()


def _packed(text: str) -> str:
    return "".join(text.split())
