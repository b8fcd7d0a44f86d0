"""Publishers for a person at a terminal: a list of them, and what is found when one is asked for its list.

Belongs here: asking for robots.txt and the first page of a list, once, outside of any night, and saying in
plain words what was understood. Not here: how that is done (`ingestion.crawl`). Nothing is archived and no
state of a crawl is touched, so that a record can be tried before it is switched on.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.cells import cell_len

from ingestion.archive.warc import Exchange, WarcPlace
from ingestion.catalog import Publisher
from ingestion.crawl import addresses, titles
from ingestion.crawl.families import FAMILIES, recognise
from ingestion.crawl.model import Answer, Ask, ListItem, ListPage, Request
from ingestion.crawl.outcomes import BLOCKED, Outcome
from ingestion.crawl.policy import FetchPolicy
from ingestion.crawl.robots import read_rules
from ingestion.extract.decode import Decoded, declared_codec, decode
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import HTML, sniff
from orchestration.surroundings import harmless

if TYPE_CHECKING:
    from ingestion.crawl.connect import Network

#: Items of each verdict that are shown, and characters of a title.
SHOWN, TITLE_CHARS = 5, 70
#: A list that shows no item on that many pages is not understood; some begin with a shell around the list.
FIRST_PAGES = 3

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_HEAD = ("id", "name", "province", "family", "enabled", "verified", "hosts")


def listed(publishers: Iterable[Publisher]) -> list[str]:
    """A head and one line a publisher, in columns that stand under each other in a terminal."""
    rows = [_HEAD]
    for publisher in publishers:
        enabled = "yes" if publisher.enabled else "no"
        verified = publisher.verified.isoformat() if publisher.verified else "never"
        hosts = " ".join(publisher.hosts)
        shown = (publisher.id, publisher.name_zh, publisher.province, publisher.family)
        rows.append((*shown, enabled, verified, hosts))
    # a hanzi is as wide as two letters
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(_HEAD))]
    padded = (
        [text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)]
        for row in rows
    )
    return ["  ".join(row).rstrip() for row in padded]


@dataclass(slots=True)
class Checked:
    """What was found: lines for a person; warnings; how many links of the lists were taken as reports; what
    follows from all of it."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    reports: int = 0
    conclusion: str = ""

    def text(self) -> str:
        """All of it, harmless to a terminal: a site may send anything."""
        warnings = ["warnings:", *(f"  - {warning}" for warning in self.warnings)] if self.warnings else []
        lines = [*self.lines, *warnings, *([self.conclusion] if self.conclusion else [])]
        return "\n".join(" ".join(harmless(line).split("\n")) for line in lines)


async def check(
    publisher: Publisher,
    *,
    network: Network | None = None,
    policy: FetchPolicy | None = None,
    all_lists: bool = False,
) -> Checked:
    """Ask a site for its robots.txt and the first page of its first list (all_lists: of each of them).

    Never raises for what a site does. network: the internet, unless a test gives another.
    """
    from ingestion.crawl.connect import PublicNetwork
    from ingestion.crawl.fetcher import Fetcher

    seen = _Seen()
    fetcher = Fetcher([publisher], network or PublicNetwork(), policy or FetchPolicy(), seen, seen)

    async def ask(request: Request) -> Answer:
        return await fetcher.ask(request, publisher)

    try:
        return await look(publisher, ask, seen.robots, all_lists=all_lists)
    finally:
        await fetcher.aclose()


class _Seen:
    """In the place of an archive and of a night's memory: robots.txt by origin, and nothing else is kept."""

    def __init__(self) -> None:
        self.robots: dict[str, Answer] = {}

    def exchange(self, exchange: Exchange) -> WarcPlace | None:
        return None

    def replay(self, request: Request) -> Answer | None:
        return None

    def keep(self, request: Request, answer: Answer) -> None:
        if request.kind == "robots":
            parts = urlsplit(request.url)
            self.robots[f"{parts.scheme}://{parts.netloc}"] = answer


async def look(
    publisher: Publisher, ask: Ask, robots: Mapping[str, Answer], *, all_lists: bool = False
) -> Checked:
    """What `check` says, of answers that `ask` gets. robots: by origin, there once a list has answered."""
    found = Checked()
    state = "enabled" if publisher.enabled else "not enabled"
    verified = f"verified {publisher.verified}" if publisher.verified else "never verified"
    name = f"{publisher.id}: {publisher.name_zh} ({publisher.province})"
    found.lines.append(f"{name}, {publisher.family}, {state}, {verified}")
    lists = publisher.list_urls if all_lists else publisher.list_urls[:1]
    for number, list_url in enumerate(lists, start=1):
        found.lines.append(f"list {number} of {len(publisher.list_urls)}: {list_url}")
        walked = await _walk(publisher.model_copy(update={"list_urls": (list_url,)}), ask)
        found.lines += [f"  {line}" for line in _list_lines(publisher, walked, found)]
    left = len(publisher.list_urls) - len(lists)
    if left:
        found.lines.append(f"not looked at: {left} more {'list' if left == 1 else 'lists'} (--all-lists)")
    found.lines[1:1] = list(_robots_lines(publisher, robots, found))
    found.conclusion = _conclusion(publisher, found)
    return found


# --- the first page of a list ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Walked:
    """answers: in the order asked. pages: as the family gave them. next: what it would ask for then."""

    answers: list[Answer] = field(default_factory=list)
    pages: list[ListPage] = field(default_factory=list)
    next: Request | None = None
    ended: bool = False

    @property
    def items(self) -> list[ListItem]:
        return [item for page in self.pages for item in page.items]


async def _walk(publisher: Publisher, ask: Ask) -> _Walked:
    """The list up to its first items. What it would ask for next is noted and not asked."""
    walked = _Walked()

    async def watched(request: Request) -> Answer:
        if walked.ended:
            walked.next = walked.next or request
            return Answer(request, request.url, Outcome.DEFERRED, reason="only the first page is looked at")
        answer = await ask(request)
        walked.answers.append(answer)
        return answer

    async for page in FAMILIES[publisher.family].walk(publisher, watched):
        if walked.ended:
            break
        walked.pages.append(page)
        walked.ended = bool(page.items) or not page.answer.ok or len(walked.pages) >= FIRST_PAGES
    return walked


def _list_lines(publisher: Publisher, walked: _Walked, found: Checked) -> Iterator[str]:
    for answer in walked.answers:
        yield _answered(answer)
        yield from _trouble(answer, publisher, found)
    found.warnings += [page.problem for page in walked.pages if page.problem is not None]
    usable = [answer for answer in walked.answers if answer.ok]
    if not usable:
        return
    first = usable[0]
    yield from _page_lines(publisher, first, found)
    for name in ("etag", "last-modified"):
        if name in first.headers:
            yield f"validator: {name} {first.headers[name]}"
    if not {"etag", "last-modified"} & set(first.headers):
        yield "validators: none; what changed will be told by the text itself"
    yield from _item_lines(publisher, walked.items, found)
    if walked.next is not None:
        yield f"next page: {walked.next.method} {walked.next.url}"
    elif walked.items:
        yield "next page: none, the list ends here"
        if len(lists := publisher.list_urls) == 1 and found.reports < publisher.minimum_reports:
            found.warnings.append(
                f"{found.reports} reports on the only page of {lists[0]}, at least "
                f"{publisher.minimum_reports} are expected (minimum_reports)"
            )


def _answered(answer: Answer) -> str:
    """One answer on one line."""
    said = f"{answer.request.method} {answer.request.url}: {answer.outcome.value}"
    facts = [
        f"status {answer.status}" if answer.status is not None else "",
        answer.media_type,
        f"{answer.n_bytes:,} bytes" if answer.n_bytes else "",
        f"{answer.latency_ms} ms" if answer.status is not None else "",
        f"{answer.attempts} attempts" if answer.attempts > 1 else "",
        f"redirected to {answer.url}" if len(answer.hops) > 1 else "",
    ]
    return ", ".join([said, *(fact for fact in facts if fact)])


def _trouble(answer: Answer, publisher: Publisher, found: Checked) -> Iterator[str]:
    """Why there is no usable answer, and what a person can do about it."""
    if not answer.ok:
        yield f"  {answer.reason or answer.outcome.value}"
    if answer.outcome in BLOCKED:
        found.warnings.append(
            "the site keeps programs out; that is recorded and left alone, never worked around"
        )
    elif answer.outcome is Outcome.ROBOTS:
        found.warnings.append("robots.txt keeps us from this list; it is not asked for")
    elif answer.outcome is Outcome.REFUSED_GUARD and len(answer.hops) > 1:
        found.warnings.append(
            f"it redirects to {answer.hops[-1]}, which is not registered: "
            "if that is the site's own new name, add it to aliases"
        )
    elif answer.ok and urlsplit(answer.url).netloc != urlsplit(answer.request.url).netloc:
        found.warnings.append(f"it answers at {urlsplit(answer.url).netloc}; that may be the better base")
    elif answer.ok and urlsplit(answer.url).scheme != urlsplit(answer.request.url).scheme:
        found.warnings.append(f"it answers over {urlsplit(answer.url).scheme}; that may be the better base")
    elif not answer.ok and answer.status is None:
        found.warnings.append(
            f"{publisher.host} gave no answer; it may be down, or closed to networks like this"
        )


def _page_lines(publisher: Publisher, answer: Answer, found: Checked) -> Iterator[str]:
    """Charset and family of a page that came."""
    try:
        decoded = decode(answer.body)
    except UnreadableInput as refusal:
        found.warnings.append(f"its text cannot be read: {refusal.reason}")
        return
    yield f"charset: {_charset(answer, decoded)}"
    shown = recognise(answer.url, decoded.text if sniff(answer.body) == HTML else None)
    if shown == publisher.family:
        yield f"family: {shown}, as the record says"
    elif shown == "static":
        yield f"family: nothing on the page shows one; the record says {publisher.family}"
        found.warnings.append(f"nothing on the list shows that it is of the family {publisher.family}")
    else:
        yield f"family: {shown}; the record says {publisher.family}"
        found.warnings.append(f"the list looks like {shown}, the record says {publisher.family}")


def _charset(answer: Answer, decoded: Decoded) -> str:
    header = _CHARSET.search(answer.headers.get("content-type", ""))
    declared = {"the header": header[1] if header else None, "the page": declared_codec(answer.body)}
    others = [
        f"{who} says {name}"
        for who, name in declared.items()
        if name and _codec(name) != _codec(decoded.encoding)
    ]
    return ", ".join([f"{decoded.encoding} by its bytes", *others])


def _codec(name: str) -> str:
    with suppress(LookupError):
        name = codecs.lookup(name).name
    # what declares a subset of GB18030 and is read as the whole is no contradiction
    return "gb18030" if name in ("gb2312", "gbk") else name.removesuffix("-sig")


def _item_lines(publisher: Publisher, items: Sequence[ListItem], found: Checked) -> Iterator[str]:
    """How many links, what they were taken for, and the first of each kind."""
    kinds: dict[str, list[str]] = {"report": [], "review": [], "not": [], "elsewhere": []}
    for item in items:
        if not addresses.is_within(item.url, publisher):
            kinds["elsewhere"].append(f"{urlsplit(item.url).hostname}  {item.title[:TITLE_CHARS]}")
            continue
        verdict = titles.classify(item.title, item.url)
        year = str(verdict.report_year or "----")
        why = "" if verdict.verdict == "report" else f"  ({verdict.why})"
        kinds[verdict.verdict].append(
            f"{year}  {item.date or '':<10}  {item.title[:TITLE_CHARS] or item.url}{why}"
        )
    found.reports += len(kinds["report"])
    counts = f"{len(kinds['report'])} reports, {len(kinds['review'])} to review, {len(kinds['not'])} not"
    elsewhere = f", {len(kinds['elsewhere'])} on other hosts (never asked for)" if kinds["elsewhere"] else ""
    yield f"items: {len(items)}; by their titles {counts}{elsewhere}"
    for kind, lines in kinds.items():
        for line in lines[:SHOWN]:
            yield f"  {kind:<9} {line}"
        if len(lines) > SHOWN:
            yield f"  {kind:<9} and {len(lines) - SHOWN} more"
    if not items:
        found.warnings.append(
            f"no item was found on the list: is it a list, and of the family {publisher.family}?"
        )
    elif not kinds["report"]:
        found.warnings.append(
            "none of its items is a report by its title: is this the column of annual reports?"
        )


# --- robots.txt and the end ------------------------------------------------------------------------------


def _robots_lines(publisher: Publisher, robots: Mapping[str, Answer], found: Checked) -> Iterator[str]:
    """What robots.txt says of the addresses that matter: the lists, and the reports that are known."""
    if not robots:
        yield "robots.txt: not asked for, see below"
    for origin, answer in robots.items():
        rules = read_rules(answer)
        if rules.forbidden is not None:
            said = [f"nothing may be asked for: {rules.forbidden[1]}"]
        elif rules.remark is not None:
            said = [rules.remark, "nothing is forbidden"]
        else:
            urls = (*publisher.list_urls, *publisher.example_urls)
            forbidden = [url for url in urls if rules.refusal(url) is not None]
            said = [f"forbids {url}" for url in forbidden] or [
                "allows the lists and the reports that are known"
            ]
        if rules.crawl_delay is not None:
            said.append(f"Crawl-delay {rules.crawl_delay:g} s")
            if rules.crawl_delay > publisher.politeness.max_delay:
                found.warnings.append(f"a Crawl-delay of {rules.crawl_delay:g} s: a night will not go far")
        yield f"robots.txt of {origin}: {', '.join(said)}"


def _conclusion(publisher: Publisher, found: Checked) -> str:
    if not found.reports:
        return "understood: nothing that could be crawled"
    what = f"{found.reports} {'report' if found.reports == 1 else 'reports'}"
    if publisher.verified is None:
        return (
            f"understood: {what}; if that is right, set `verified` to today and `enabled: true` in its record"
        )
    return f"understood: {what}"
