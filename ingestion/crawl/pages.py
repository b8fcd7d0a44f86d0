"""The page of an article: what it says, what belongs to it, and the digest of its content.

Belongs here: putting together what the parts find (`page_text`, `page_sayings`, `page_links`), the digest,
signs of a copied or hijacked page. Not here: fetching, deciding what becomes of the page (`site`),
reading the report's tables (`ingestion.recognise`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from ingestion.catalog.publishers import Publisher, is_government_host
from ingestion.crawl.addresses import canonical
from ingestion.crawl.page_links import attachments_of, base_of, pictures_of, refresh_of, script_jump_of
from ingestion.crawl.page_sayings import (
    Said,
    SaidDate,
    best_title,
    dates_of,
    issuers_of,
    judged,
    labels_of,
    meta_of,
    other_years,
    titles_of,
)
from ingestion.crawl.page_text import PageText, flattened, is_report_text, read_page
from ingestion.crawl.page_words import PageWords, page_words
from ingestion.extract.decode import declared_codec, decode
from ingestion.extract.model import UnreadableInput

_HANZI = re.compile(r"[\u3400-\u9fff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class PageDetails:
    """What a page says of its article.

    title, title_source: the title that says most, and its place. report_year: of that title, else of the
    period in the text (year_source says which). issuer, issuer_source: the first of issuers. published_on:
    ISO 8601, the first of dates that is not rejected; published_why: its place, and what was rejected.
    attachments: (address, text). pictures: addresses. jump: where <meta refresh> leads, script_jump where a
    script does. content_digest: sha256 of title, content, and addresses of attachments and pictures; equal
    under every host, different for two pages without content. has_report_text: the section heads or 统计期限.
    tampered: why it looks like a copy or hijacked; empty = it does not. remarks: what contradicts itself.
    charset: the codec read, "(sniffed)" where the page declares another or none.
    """

    title: str | None
    title_source: str | None
    report_year: int | None
    year_source: str | None
    dates: tuple[SaidDate, ...]
    published_on: str | None
    published_why: str
    issuers: tuple[Said, ...]
    issuer: str | None
    issuer_source: str | None
    attachments: tuple[tuple[str, str], ...]
    pictures: tuple[str, ...]
    jump: str | None
    script_jump: str | None
    content_digest: str
    has_report_text: bool
    tampered: tuple[str, ...]
    remarks: tuple[str, ...]
    charset: str | None


def details(
    body: bytes,
    url: str,
    publisher: Publisher,
    *,
    list_date: str | None = None,
    today: dt.date | None = None,
) -> PageDetails:
    """What the page `body`, got from `url`, says. Never raises for what is in it.

    list_date: the date beside its link in the list. today: no date after it is believed; default the clock's.
    """
    words = page_words()
    text, charset = _decoded(body)
    text, cut = flattened(text)
    tree = LexborHTMLParser(text)
    page = read_page(tree, words)
    base = base_of(tree, url)
    meta = meta_of(tree)
    content = page.content
    titles = titles_of(tree, page, meta, words)
    said, verdict = best_title(titles)
    period = words.period_year.search(content)
    title_year = verdict.report_year if verdict else None
    year = title_year if title_year is not None or period is None else int(period["y"])
    labels = labels_of(page, words)
    dates = judged(
        dates_of(meta, labels, list_date, url, words), year, today or dt.datetime.now(dt.UTC).date(), words
    )
    published, why = _published(dates)
    issuers = issuers_of(tree, page, meta, labels, verdict, words)
    attachments = attachments_of(page, base, words)
    pictures = pictures_of(page, base, words)
    title = said.value if said else None
    return PageDetails(
        title=title,
        title_source=said.source if said else None,
        report_year=year,
        year_source="title" if title_year is not None else "period" if year is not None else None,
        dates=tuple(dates),
        published_on=published,
        published_why=why,
        issuers=tuple(issuers),
        issuer=issuers[0].value if issuers else None,
        issuer_source=issuers[0].source if issuers else None,
        attachments=tuple(attachments),
        pictures=tuple(pictures),
        jump=refresh_of(tree, base, words),
        script_jump=script_jump_of(tree, base, words),
        content_digest=_digest(
            title, content, [*(link for link, _ in attachments), *pictures], url, publisher
        ),
        has_report_text=is_report_text([line.plain for line in page.lines if line.inside], words),
        tampered=tuple(_tampered(title or "", page, words)),
        remarks=(
            *(["nested too deep: what follows was not looked at"] if cut else []),
            *other_years(titles, said, title_year),
            *_remarks(title_year, period, page, words),
        ),
        charset=charset,
    )


def jump_of(body: bytes, url: str) -> str | None:
    """Where <meta refresh> of a page leads, absolute; None where it does not."""
    tree = LexborHTMLParser(markup_of(body))
    return refresh_of(tree, base_of(tree, url), page_words())


def markup_of(body: bytes) -> str:
    """A page as text, up to where it nests too deep to be parsed in time."""
    return flattened(_decoded(body)[0])[0]


def _decoded(body: bytes) -> tuple[str, str | None]:
    try:
        decoded = decode(body)
    except UnreadableInput:
        # bytes of no charset: what is ASCII in it (links, scripts) can be looked at all the same
        return body.decode("ascii", "replace"), None
    declared = declared_codec(body)
    return decoded.text, decoded.encoding if declared == decoded.encoding else f"{decoded.encoding} (sniffed)"


def _published(dates: Sequence[SaidDate]) -> tuple[str | None, str]:
    rejected = [f"{said.source} {said.raw}: {said.rejected}" for said in dates if said.rejected]
    chosen = next((said for said in dates if not said.rejected), None)
    why = [chosen.source if chosen else "no date that can be believed", *rejected]
    return (chosen.day if chosen else None), "; ".join(why)


def _digest(title: str | None, content: str, links: Sequence[str], url: str, publisher: Publisher) -> str:
    """One for the same document, wherever it lies and however often it is asked for.

    The title is in it: of two papers that are but an attachment, or of one that is re-issued as (更正), no
    other word may differ. Addresses on the page's own site are taken without the host, so that the copy on a
    district's portal is a copy.
    """
    own = {(urlsplit(url).hostname or "").lower(), publisher.host}
    addresses = sorted({_hostless(canonical(link, publisher), own) for link in links})
    # a page without content is no copy of another one
    where = [] if content or addresses else [canonical(url, publisher)]
    text = "\n".join((_SPACE.sub("", title or ""), content, *addresses, *where))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hostless(key: str, own: set[str]) -> str:
    host, slash, path = key.removeprefix("//").partition("/")
    return slash + path if host.partition(":")[0] in own else key


def _tampered(title: str, page: PageText, words: PageWords) -> list[str]:
    reasons = []
    text = "\n".join(line.plain for line in page.lines)
    for code, (pattern, at_least) in words.tampered.items():
        found = pattern.search(title) or next(iter(pattern.finditer(text)), None)
        count = sum(1 for _ in pattern.finditer(text))
        if found is not None and (pattern.search(title) or count >= at_least):
            reasons.append(f"{code}: “{found[0]}”, {count} in the text")
    limits = words.file.traditional
    hanzi = _HANZI.findall(text)
    old = sum(char in words.traditional for char in hanzi)
    if old >= limits.at_least and old >= limits.share * len(hanzi):
        reasons.append(f"traditional characters: {old} of {len(hanzi)} hanzi")
    return reasons


def _remarks(
    title_year: int | None, period: re.Match[str] | None, page: PageText, words: PageWords
) -> list[str]:
    found = []
    if title_year is not None and period is not None and int(period["y"]) != title_year:
        found.append(f"the title says {title_year}, the period {period['y']}")
    for line in page.lines:
        site = words.own_site.search(line.plain) if line.inside else None
        if site is not None and not is_government_host(site["host"].lower()):
            found.append(f"calls {site['host']} its own site")
            break
    return found
