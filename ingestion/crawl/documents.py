"""A document's turn in a night: asked for, looked at, stored, remembered.

Belongs here: what becomes of one address. Does not belong here: which address has its turn (`site`), its
attachments and pictures (`parts`), pages in a document's place (`standins`), what is remembered (`frontier`).

A document is stored before it is remembered: a night that is killed between the two stores the same bytes
again, which the archive knows, and loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from ingestion.archive import Archive, ArchiveError
from ingestion.catalog.publishers import Publisher
from ingestion.crawl import addresses, pages, titles
from ingestion.crawl.families.addressing import Column
from ingestion.crawl.families.listing import ListDocument
from ingestion.crawl.frontier import Child, Document, Frontier, Known, Sight
from ingestion.crawl.hosts import host_of
from ingestion.crawl.model import Answer, Kind, ListItem, Request
from ingestion.crawl.outcomes import ABSENT, Outcome
from ingestion.crawl.parts import Parts
from ingestion.crawl.report import SiteReport
from ingestion.crawl.standins import Doubt, StandIns, own_words
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import HTML, TEXT, sniff

#: Characters outside of its links that a page may have and be nothing but a list.
FEW_WORDS = 300
_CUT = ("…", "...", "⋯")


@dataclass(slots=True)
class Documents:
    """The documents of one publisher. ask: one question to its site."""

    publisher: Publisher
    ask: Callable[[Request], Awaitable[Answer]]
    frontier: Frontier
    archive: Archive
    report: SiteReport
    parts: Parts
    standins: StandIns
    #: Reports that lists name which stood in a report's place: `site` takes them up.
    listed: list[ListItem] = field(default_factory=list)

    async def take(self, key: str, item: ListItem, known: Known | None, *, sure: bool) -> None:
        """Ask for one, and say what became of it. sure: its title, or what is known, makes it a report."""
        request = Request(
            item.url,
            self._kind_of(item.url),
            referer=item.referer,
            etag=known.etag if known else None,
            last_modified=known.last_modified if known else None,
        )
        answer, doubt = await self._answered(key, request)
        if doubt is not None:
            self._doubted(key, item, known, answer, doubt)
        elif answer.outcome is Outcome.UNCHANGED_304 and known is not None:
            await self._unchanged(key, item, known, answer, Outcome.UNCHANGED_304)
        elif answer.outcome in ABSENT:
            self.report.count(self.frontier.absent(key, answer), item.url, answer.reason)
        elif not answer.ok:
            self.frontier.failed(key, answer)
            self.report.count(answer.outcome, item.url, answer.reason)
        else:
            await self._arrived(key, item, known, answer, sure=sure)

    async def _answered(self, key: str, request: Request) -> tuple[Answer, Doubt | None]:
        """The answer, of the page that a page sends its reader on to at once if need be; one step."""
        answer = await self.ask(request)
        if answer.outcome is Outcome.TOO_BIG and request.kind == "page" and "html" not in answer.media_type:
            # download?id=7 tells only by its answer that it is a file
            return await self.ask(replace(request, kind="file")), None
        if not answer.ok:
            return answer, None
        if request.kind == "page":
            target = pages.jump_of(answer.body, answer.url)
            if target is not None:
                doubt = self.standins.jump(key, answer, target)
                if doubt is not None:
                    return answer, doubt
                answer = await self.ask(Request(target, self._kind_of(target), referer=answer.url))
        return answer, self.standins.sent_to_list(key, answer.url)

    async def _arrived(
        self, key: str, item: ListItem, known: Known | None, answer: Answer, *, sure: bool
    ) -> None:
        """A body has come: new, changed, the same, a copy of something known, or no document at all."""
        try:
            media_type = sniff(answer.body)
        except UnreadableInput as error:
            self._failed(key, item, answer, Outcome.REFUSED_FILE, error.reason)
            return
        details = None
        if media_type == TEXT and answer.body.lstrip()[:1] in (b"{", b"["):
            self._failed(key, item, answer, Outcome.REFUSED_FILE, "an interface's message in place of a page")
            return
        if media_type in (HTML, TEXT):
            details = pages.details(answer.body, answer.url, self.publisher, list_date=item.date)
            if details.tampered:
                self._failed(key, item, answer, Outcome.SUSPECT_TAMPERED, "; ".join(details.tampered))
                return
            if not sure and not _is_report(details):
                self._failed(key, item, answer, Outcome.NOT_A_REPORT, "its text is no report")
                return
        digest = details.content_digest if details else hashlib.sha256(answer.body).hexdigest()
        apart = hashlib.sha256(f"{digest} {key}".encode()).hexdigest()
        if known is not None and known.content_digest in (digest, apart):
            await self._unchanged(key, item, known, answer, Outcome.UNCHANGED_DIGEST)
            return
        if details is not None:
            names = (item.title, known.title if known else None)
            doubt = await self.standins.doubt(answer, details, names, self._before(known))
            if doubt is not None:
                self._doubted(key, item, known, answer, doubt)
                return
            if known is None and (named := self._named_on(answer, details)):
                self.listed += named
                reason = (
                    f"a list of {len(named)} reports in a report's place: its own list_url would be better"
                )
                self.frontier.failed(key, answer, Outcome.NOT_A_REPORT, reason)
                self.report.count(Outcome.NOT_A_REPORT, item.url)
                self.report.list_doubtful(answer.url, reason)
                return
        twin = self.frontier.by_digest(digest) if known is None else None
        if twin is not None and self._is_another(item.title, details, twin):
            digest = apart
        elif twin is not None:
            self.report.count(self.frontier.copy(self.publisher.id, key, item, answer, digest), item.url)
            return
        children = await self.parts.of(details, answer.url) if details else []
        outcome = Outcome.NEW if known is None else Outcome.CHANGED
        outcome = self._store(key, item, answer, details, digest, children, outcome)
        self.report.count(outcome, item.url)

    def _named_on(self, answer: Answer, details: pages.PageDetails) -> list[ListItem]:
        """The reports that a page links to, where it does nothing else; one alone makes no list."""
        if details.has_report_text or details.attachments or details.pictures:
            return []
        document = ListDocument(pages.markup_of(answer.body), answer.url)
        if len(own_words(answer.body)) > FEW_WORDS:
            return []
        items = document.items(Column.of(self.publisher, answer.url))
        named = [item for item in items if titles.classify(item.title, item.url).verdict == "report"]
        return named if len(named) > 1 else []

    def _before(self, known: Known | None) -> bytes | None:
        """The page that stood at a known address when it was last taken over; None for a file."""
        document = self.frontier.document(known.document) if known is not None else None
        if document is None or document.sha256 is None:
            return None
        try:
            body = self.archive.read(document.sha256)
            return body if sniff(body) in (HTML, TEXT) else None
        except (ArchiveError, UnreadableInput):
            return None

    def _is_another(self, title: str, details: pages.PageDetails | None, twin: Document) -> bool:
        """Whether what has the same words as a known document is a report of its own.

        Two streets of one district, or two towns of a province, may print the same sentences over the same
        noughts and be named in the list or in the line of the source alone. One that is taken for a copy is
        lost; a copy that is taken for a report is there twice, and can be seen to be.
        """
        ours, theirs = titles.classify(title), titles.classify(twin.title or "")
        if None not in (ours.report_year, theirs.report_year) and ours.report_year != theirs.report_year:
            return True
        if self.publisher.copies == twin.publisher:
            return False  # a portal calls its copies as it likes
        if ours.agency is not None and theirs.agency is not None:
            return _are_two(ours.agency, theirs.agency)
        issuer = ours.agency or (details.issuer if details else None)
        if issuer is None or twin.issuer is None:
            return twin.publisher != self.publisher.id  # whose it is says the site alone
        return _are_two(issuer, twin.issuer)

    def _doubted(self, key: str, item: ListItem, known: Known | None, answer: Answer, doubt: Doubt) -> None:
        """Something answered in the document's place."""
        outcome, reason = doubt
        if outcome in ABSENT:
            said = replace(answer, outcome=outcome, reason=reason)
            self.report.count(self.frontier.absent(key, said), item.url, reason)
        else:
            self._failed(key, item, answer, outcome, reason)

    def _failed(self, key: str, item: ListItem, answer: Answer, outcome: Outcome, reason: str) -> None:
        self.frontier.failed(key, answer, outcome, reason)
        self.report.count(outcome, item.url, reason)

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
        title = _fullest(item.title, details.title if details else None)
        remarks = details.remarks if details else ()
        if details is not None and details.title and _is_of_another(item.title, details.title, answer.body):
            # an address may get another report; what is printed on it says of whom it is
            remarks = (*remarks, f"the list calls it {item.title}")
            self.report.list_doubtful(item.url, f"the list calls it {item.title}, the page {details.title}")
            title = details.title
        name = addresses.safe_name(answer.url, answer.headers.get("content-disposition"), item.title)
        record = self.archive.add_once(
            answer.body,
            address=key,
            source=self.publisher.id,
            name=name,
            title=title,
            url=answer.url,
            issuer=details.issuer if details else None,
        )
        verdict = titles.classify(title or "")
        shown = details.report_year if details else None
        if None not in (verdict.report_year, shown) and verdict.report_year != shown:
            remarks = (*remarks, f"the list says {verdict.report_year}, the page {shown}")
        if details is not None and not (details.has_report_text or children):
            remarks = (*remarks, "no report's text on it, no attachment and no picture")
        return self.frontier.seen(
            Sight(
                publisher=self.publisher.id,
                key=key,
                url=item.url,
                referer=item.referer,
                answer=answer,
                outcome=outcome,
                title=title,
                listed_as=item.title or None,
                issuer=(details.issuer if details else None) or verdict.agency,
                report_year=verdict.report_year or shown,
                published_on=details.published_on if details else item.date,
                content_digest=digest,
                sha256=record.sha256,
                children=tuple(children),
                remarks=remarks,
            )
        )

    async def _unchanged(
        self, key: str, item: ListItem, known: Known, answer: Answer, outcome: Outcome
    ) -> None:
        """The page says what it said; what is attached to it is asked for all the same."""
        if await self.parts.again(known.document, known.url):
            outcome = Outcome.CHANGED
        outcome = self.frontier.unchanged(key, answer, outcome, item.title or None)
        self.report.count(outcome, item.url)

    def _kind_of(self, url: str) -> Kind:
        """A file gets a file's limits of size and time; hosts for attachments have nothing else."""
        return "file" if addresses.is_file(url) or host_of(url) in self.publisher.attachment_hosts else "page"


def _is_report(details: pages.PageDetails) -> bool:
    if details.has_report_text:
        return True
    names = (details.title, *(text for _, text in details.attachments))
    return any(titles.classify(name).verdict == "report" for name in names if name)


def _is_of_another(listed: str, shown: str, body: bytes) -> bool:
    """Whether a page's own title is that of another report than its link says, which it has nowhere."""
    ours, theirs = titles.classify(listed), titles.classify(shown)
    if theirs.verdict != "report" or ours.verdict != "report":
        return False
    years = None not in (ours.report_year, theirs.report_year) and ours.report_year != theirs.report_year
    bodies = ours.agency is not None and theirs.agency is not None and _are_two(ours.agency, theirs.agency)
    return (years or bodies) and "".join(listed.split()) not in "".join(pages.markup_of(body).split())


def _are_two(one: str, other: str) -> bool:
    """Whether two names are two bodies': the one is not the other with a place before it."""
    return one not in other and other not in one


def _fullest(listed: str, shown: str | None) -> str | None:
    """The title as the list prints it; the page's where the list has none or has cut it off."""
    if shown and listed.endswith(_CUT):
        stem = "".join(listed.rstrip("….⋯").split())
        return shown if stem in "".join(shown.split()) else listed
    return listed or shown
