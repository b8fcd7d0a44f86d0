"""Is what came the document that was asked for, or what a site shows in its place?

Belongs here: pages that answer 200 and are no document: the list that a dead link is sent to, a page that
only leads on, an error page that says none of the words by which error pages are known. Does not belong here:
those words (`answers`), what follows for the document (`documents`, `frontier`).

A page with a report's text, with its own title, or with attachments or pictures is never doubted. The rest is
compared with what the host says about an address that cannot exist; that is asked once a host and night, and
only when there is such a page.
"""

from __future__ import annotations

import difflib
import hashlib
import posixpath
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from ingestion.catalog.publishers import Publisher
from ingestion.crawl import addresses, pages, titles
from ingestion.crawl.answers import is_home
from ingestion.crawl.frontier import Frontier
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import ABSENT, Outcome
from ingestion.crawl.page_text import read_page
from ingestion.crawl.page_words import page_words

#: Visible characters, white space not counted: a page that says more is no error page.
SHORT = 1500
#: Share of two pages that is the same where both are the host's error page: times and addresses differ.
ALIKE = 0.9

_NUMBERS = re.compile(r"\d+")

Doubt = tuple[Outcome, str]


@dataclass(slots=True)
class StandIns:
    """The doubts about one publisher's pages.

    ask: one question to its site. night: names the address that cannot exist, the same one where a night goes
    on after a kill.
    """

    publisher: Publisher
    night: str
    ask: Callable[[Request], Awaitable[Answer]]
    frontier: Frontier
    _lists: frozenset[str] = field(init=False)
    _errors: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lists = frozenset(addresses.canonical(url, self.publisher) for url in self.publisher.list_urls)

    def jump(self, key: str, answer: Answer, target: str) -> Doubt | None:
        """Why the page that a page sends its reader on to cannot be the document."""
        if not addresses.is_within(target, self.publisher):
            return Outcome.REFUSED_GUARD, f"sends its reader on to {target}, which is not registered"
        if is_home(urlsplit(target).path) and not is_home(urlsplit(answer.url).path):
            return Outcome.SOFT404, f"sends its reader on to the home page {target}"
        return self.sent_to_list(key, target)

    def sent_to_list(self, key: str, url: str) -> Doubt | None:
        """A document that answers with its own list is not there any more."""
        where = addresses.canonical(url, self.publisher)
        if where != key and where in self._lists:
            return Outcome.SOFT404, f"redirected to the list {url}"
        return None

    async def doubt(
        self, answer: Answer, details: pages.PageDetails, names: tuple[str | None, ...]
    ) -> Doubt | None:
        """Why a page is no document; None where it may be one. names: by which its links call it."""
        if details.has_report_text or details.attachments or details.pictures:
            return None
        text = _shown(answer.body)
        if len(text) > SHORT or any(name and _packed(name) in text for name in names):
            return None
        if titles.classify(details.title or "").verdict == "report":
            return None
        if details.script_jump is not None:
            return Outcome.BLOCKED_SUSPECT, f"only leads on by a script, to {details.script_jump}"
        error = await self._error_page(answer)
        if error.outcome in ABSENT:
            return None  # what is not there is said to be not there: this page is
        if not error.ok:
            reason = f"may be an error page, which could not be seen for sure: {error.reason}"
            return Outcome.DEFERRED, reason
        if _are_alike(text, _shown(error.body)):
            return Outcome.SOFT404, f"the same page as that of {error.request.url}, which cannot exist"
        return None

    async def _error_page(self, answer: Answer) -> Answer:
        """What the host of an answer says about an address that cannot exist."""
        parts = urlsplit(answer.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._errors:
            name = hashlib.sha256(f"{self.night} {origin}".encode()).hexdigest()[:16]
            ending = posixpath.splitext(parts.path)[1]
            ending = ending if re.fullmatch(r"\.[a-z]{3,5}", ending) else ".html"
            error = await self.ask(Request(f"{origin}/{name}{ending}"))
            self.frontier.failed(error.request.url, error, reason="asked to see the host's page for errors")
            self._errors[origin] = error
        return self._errors[origin]


def _shown(body: bytes) -> str:
    """What a reader sees of a page, without furniture and white space."""
    page = read_page(LexborHTMLParser(pages.markup_of(body)), page_words())
    return _packed("".join(line.plain for line in page.lines))


def _are_alike(one: str, other: str) -> bool:
    if not one and not other:
        return True
    if len(other) > 2 * SHORT:
        return False
    first, second = (_NUMBERS.sub("0", text) for text in (one, other))
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE


def _packed(text: str) -> str:
    return "".join(text.split())
