"""Is what came the document that was asked for, or what a site shows in its place?

Belongs here: pages that answer 200 and are no document: the list that a dead link is sent to, a page that
only leads on, an error page that says none of the words by which error pages are known, a login that stands
where a report stood. Does not belong here: those words (`answers`), what follows for the document
(`documents`, `frontier`).

A page with a report's text or with its own title is never doubted. The rest is compared with what the host
says about an address that cannot exist, asked once a host and night and only when there is such a page; and,
where a document is known, with what stood there before.
"""

from __future__ import annotations

import difflib
import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from ingestion.catalog.publishers import Publisher
from ingestion.crawl import addresses, pages, titles
from ingestion.crawl.answers import is_home
from ingestion.crawl.frontier import Frontier
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import PASSING, Outcome
from ingestion.crawl.page_text import read_page
from ingestion.crawl.page_words import page_words

#: Visible characters, white space not counted: of longer pages whole lines are compared, not characters.
SHORT = 1500
#: Share of two pages that is the same where both are the host's error page: times and addresses differ.
ALIKE = 0.9
#: A page that has no more than this share of what stood at its address before has nothing of it.
NOTHING_LEFT = 0.1
#: Characters of a title that say which document it is; "2022年" may stand on any page.
_TELLING = 8
#: What may be another answer tomorrow. A host that answers with an error gives no page with status 200.
_TONIGHT = PASSING - {Outcome.HTTP_ERROR, Outcome.EMPTY, Outcome.PROTOCOL_ERROR}

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
        self,
        answer: Answer,
        details: pages.PageDetails,
        names: tuple[str | None, ...],
        before: bytes | None = None,
    ) -> Doubt | None:
        """Why a page is no document; None where it may be one.

        names: by which its links call it. before: the page that stood there when it was last taken over.
        """
        if details.has_report_text or titles.classify(details.title or "").verdict == "report":
            return None
        lines = _shown(answer.body)
        parts = _parts(details)
        if not lines and not parts:
            return Outcome.EMPTY, "a page without a visible character, attachment or picture"
        said = own_words(answer.body)
        packed = (_packed(name) for name in names if name)
        if any(len(name) >= _TELLING and name in said for name in packed):
            return None
        short = sum(map(len, lines)) <= SHORT
        if details.script_jump is not None and short and not parts:
            return Outcome.BLOCKED_SUSPECT, f"only leads on by a script, to {details.script_jump}"
        error = await self._error_page(answer)
        if error.outcome in _TONIGHT and short and not parts:
            return Outcome.DEFERRED, f"may be an error page, which could not be seen for sure: {error.reason}"
        if error.ok and self._is_error_page(lines, parts, error):
            return Outcome.SOFT404, f"the same page as that of {error.request.url}, which cannot exist"
        if before is not None and _is_nothing_of(before, lines):
            return Outcome.BLOCKED_SUSPECT, "another page in its place: nothing of what it said is on it"
        return None

    def _is_error_page(self, lines: list[str], parts: frozenset[str], error: Answer) -> bool:
        shown = _shown(error.body)
        if not _are_alike(lines, shown):
            return False
        # what has a picture or a file that the error page does not have may be a scan without a word
        long = sum(map(len, lines)) > SHORT
        return long or parts <= _parts(pages.details(error.body, error.url, self.publisher))

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


def own_words(body: bytes) -> str:
    """What a page says outside of its links, without furniture and white space."""
    return "".join(_shown(body, links=False))


def _shown(body: bytes, *, links: bool = True) -> list[str]:
    """The lines that a reader sees of a page, without furniture and white space, numbers made equal."""
    tree = LexborHTMLParser(pages.markup_of(body))
    if not links:
        tree.strip_tags(["a"], recursive=True)
    lines = (_packed(line.plain) for line in read_page(tree, page_words()).lines)
    return [line if not links else _NUMBERS.sub("0", line) for line in lines if line]


def _parts(details: pages.PageDetails) -> frozenset[str]:
    """Paths of what a page is made of beside its text."""
    return frozenset(
        urlsplit(url).path for url in (*(url for url, _ in details.attachments), *details.pictures)
    )


def _are_alike(one: list[str], other: list[str]) -> bool:
    first, second = "".join(one), "".join(other)
    if max(len(first), len(second)) <= 2 * SHORT:
        return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE
    return 2 * _common(one, other) >= ALIKE * (len(first) + len(second))


def _is_nothing_of(before: bytes, lines: list[str]) -> bool:
    stood = _shown(before)
    return bool(stood) and _common(stood, lines) <= NOTHING_LEFT * sum(map(len, stood))


def _common(one: list[str], other: list[str]) -> int:
    """Characters of the lines that both have."""
    return sum(len(line) * times for line, times in (Counter(one) & Counter(other)).items())


def _packed(text: str) -> str:
    return "".join(text.split())
