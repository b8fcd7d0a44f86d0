"""What a page says of its article: titles, dates and issuers, each with the place that says it.

Belongs here: finding them, and which of several is taken. Not here: the text itself (`page_text`),
words and names of fields (`catalog/crawl/pages.yml`), whether a title is a report's (`titles`).
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from ingestion.crawl.page_text import CELL, SOFT, Line, PageText, names_of, text_of
from ingestion.crawl.page_words import PageWords
from ingestion.crawl.titles import Verdict, classify

_TAG = re.compile(r"<[^<>]{0,200}>")
_SPACE = re.compile(r"\s+")
_DATE = re.compile(r"(?<!\d)(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})(?!\d)")
_PLAIN_DATE = re.compile(r"^\s*(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?!\d)")
_VALUE_END = re.compile(r"\s{2,}|[|【】\[\]]")
#: Lines behind the title's that may belong to it: (2021年)
_YEAR_LINE = re.compile(r"^[（(]?\s*20\d{2}\s*年?度?\s*[）)]?$")
_SIGNATURE_LINES = 12
#: Places that speak of this page's article and of no other.
_SURE = ("meta", "h1", "title")
_RANKS = {"report": 2, "review": 1, "not": 0}


@dataclass(frozen=True, slots=True)
class Said:
    """A text and the place that says it: "meta ArticleTitle", "label 来源", "breadcrumb", "title"."""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date with its place. day: ISO 8601, None where it is no day. rejected: why it is not taken."""

    raw: str
    day: str | None
    source: str
    rejected: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A label with its value as shown: 来源 | 区发改局. group: published, written, updated, issuer, other."""

    name: str
    group: str
    value: str


def meta_of(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Contents of the page's <meta>, by name in lower case; the empty ones left out."""
    found: dict[str, list[str]] = {}
    for node in tree.css("meta"):
        name = node.attributes.get("name") or node.attributes.get("property") or ""
        content = _meta_text(node.attributes.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _meta_text(content: str) -> str:
    """&nbsp; and <br/> are met inside titles, escaped twice."""
    return _SPACE.sub(" ", _TAG.sub(" ", html.unescape(html.unescape(content)))).strip()


# --- titles ---------------------------------------------------------------------------------------


def titles_of(
    tree: LexborHTMLParser, page: PageText, meta: Mapping[str, Sequence[str]], words: PageWords
) -> list[Said]:
    """Every title that the page has, the surest place first: meta, heading, lines of the text, <title>."""
    found = [Said(text, f"meta {name}") for name in words.file.meta.title for text in meta.get(name, ())]
    for selector in words.file.title.selectors:
        found.extend(Said(text_of(node), selector) for node in tree.css(selector)[:5])
    found.extend(_title_lines(page.lines))
    head = tree.css_first("title")
    if head is not None:
        found.append(Said(text_of(head), "title"))
    return [
        Said(part, said.source) for said in dict.fromkeys(found) for part in _parts(said.value, words) if part
    ]


def best_title(found: Sequence[Said]) -> tuple[Said | None, Verdict | None]:
    """The title that says most: a report's before others, with year, with issuer, from the surest place.

    The year often stands in a second line that meta leaves out; <title> and meta may name the column instead.
    A report's title is only given up for one that says the same and more: other lines of a page are titles of
    other years' reports, so a year is only taken from them where it stands behind the same title.
    """
    best: Said | None = None
    taken: Verdict | None = None
    most = (-1, False, False)
    for said in found:
        verdict = classify(said.value)
        weight = (
            _RANKS[verdict.verdict],
            verdict.report_year is not None,
            verdict.agency is not None,
        )
        if weight <= most or (verdict.verdict == "not" and best is not None):
            continue
        if best is not None and most[0] == _RANKS["report"] and not _says_more(said, best):
            continue
        best, taken, most = said, verdict, weight
    return best, taken


def other_years(found: Sequence[Said], taken: Said | None, year: int | None) -> list[str]:
    """Where meta or the heading calls the report another year's than the title taken."""
    sure = [said for said in found if said is not taken and said.source.startswith(_SURE)]
    years = {said.source: classify(said.value) for said in reversed(sure)}
    return [
        f"{source} says {verdict.report_year}, the title taken {year}"
        for source, verdict in years.items()
        if verdict.verdict == "report"
        and None not in (year, verdict.report_year)
        and verdict.report_year != year
    ]


def _says_more(said: Said, best: Said) -> bool:
    if said.source.startswith(_SURE):
        return _yearless(best) in _yearless(said)
    return _SPACE.sub("", said.value).startswith(_SPACE.sub("", best.value))


def _yearless(said: Said) -> str:
    return re.sub(r"\s|20\d{2}年?度?|[()（）]", "", said.value)


def _parts(title: str, words: PageWords) -> Iterator[str]:
    """A title that carries the column and the site, as a whole and in parts."""
    yield title
    parts = [part.strip() for part in words.title_separators.split(title)]
    if len(parts) > 1:
        yield from parts


def _title_lines(lines: Sequence[Line]) -> Iterator[Said]:
    """Lines of the page that are a report's title, with the year of the line behind it."""
    for number, line in enumerate(lines[:200]):
        text = line.plain
        if line.linked or CELL in text or len(text) > 100 or classify(text).verdict != "report":
            continue
        behind = lines[number + 1].plain if number + 1 < len(lines) else ""
        if _YEAR_LINE.match(behind):
            yield Said(f"{text}{behind}", "text")
        yield Said(text, "text")


# --- labels ---------------------------------------------------------------------------------------


def labels_of(page: PageText, words: PageWords) -> list[Label]:
    """Labels with their values, in the page's order: in a line, in the next cell, in the next line."""
    limits = words.file.labels
    lines = [line.text for line in page.lines[: limits.lines]]
    found: list[Label] = []
    for number, line in enumerate(lines):
        if len(line) > limits.characters:
            continue
        behind = lines[number + 1] if number + 1 < len(lines) else ""
        found.extend(_labels_in(line, behind, words))
    return found


def _labels_in(line: str, behind: str, words: PageWords) -> Iterator[Label]:
    matches = list(words.label.finditer(line))
    for match, following in zip_longest(matches, matches[1:]):
        name = re.sub(r"[\s\u3000]", "", match["label"])
        colon = bool(match["end"].strip(f" {SOFT}"))
        alone = match.start() == 0 or line[match.start() - 1] in f"{CELL}{SOFT}"
        if not colon and not alone:
            continue  # a word of a sentence
        rest = line[match.end() : following.start() if following else len(line)].lstrip(f"{SOFT}{CELL} ")
        if not rest and following is None:
            rest = behind if not words.label.match(behind) else ""
        value = _VALUE_END.split(rest.split(CELL)[0].replace(SOFT, ""))[0].strip(" ,，;；")
        if value:
            yield Label(name, words.labels[name], value)


# --- dates ----------------------------------------------------------------------------------------


def dates_of(
    meta: Mapping[str, Sequence[str]],
    labels: Sequence[Label],
    list_date: str | None,
    url: str,
    words: PageWords,
) -> list[SaidDate]:
    """All dates, in the order in which they are believed; nothing is rejected yet.

    meta → visible 发布日期 → 成文日期 → 更新时间 → the list's → the address's.
    """
    found = [_said_date(text, f"meta {name}") for name in words.file.meta.date for text in meta.get(name, ())]
    for group in ("published", "written", "updated"):
        dated = (
            _said_date(label.value, f"label {label.name}")
            for label in labels
            if label.group == group and any(char.isdigit() for char in label.value)
        )
        found.extend(date for date in dated if _DATE.search(date.raw) or _PLAIN_DATE.search(date.raw))
    if list_date:
        found.append(_said_date(list_date, "list"))
    return [*dict.fromkeys(found), *_url_dates(url, words)]


def judged(
    found: Sequence[SaidDate], report_year: int | None, today: dt.date, words: PageWords
) -> list[SaidDate]:
    """The same dates, with the reason for each that cannot be the day of publication."""
    first = None if report_year is None else dt.date(report_year, words.file.dates.first_month, 1)
    judgement = []
    for said in found:
        day = None if said.day is None else dt.date.fromisoformat(said.day)
        rejected = None
        if day is None:
            rejected = "the calendar has no such day"
        elif day.year <= 1970:
            rejected = "the day that clocks begin with"
        elif day > today + dt.timedelta(days=1):  # Beijing is ahead of us
            rejected = "in the future"
        elif first is not None and day < first:
            rejected = f"before July of the report year {report_year}"
        judgement.append(SaidDate(said.raw, said.day, said.source, rejected))
    return judgement


def _said_date(text: str, source: str) -> SaidDate:
    match = _DATE.search(text) or _PLAIN_DATE.search(text)
    return SaidDate(text, _day(match), source)


def _day(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    try:
        return dt.date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
    except ValueError:
        return None


def _url_dates(url: str, words: PageWords) -> list[SaidDate]:
    try:
        path = urlsplit(url).path
    except ValueError:
        return []
    for pattern in words.url_dates:
        matches = list(pattern.finditer(path))
        if matches:
            return [SaidDate(matches[-1][0].strip("/"), _day(matches[-1]), "url")]
    return []


# --- issuers --------------------------------------------------------------------------------------


def issuers_of(
    tree: LexborHTMLParser,
    page: PageText,
    meta: Mapping[str, Sequence[str]],
    labels: Sequence[Label],
    title: Verdict | None,
    words: PageWords,
) -> list[Said]:
    """Every issuer that is named, in the order in which it is believed.

    title → meta ContentSource → visible label → breadcrumb → signature. The title comes first because
    ContentSource is often the office that typed the page in; never the address: 财政厅 lies under fgw_.
    """
    found = [] if title is None or title.agency is None else [Said(title.agency, "title")]
    found.extend(Said(text, f"meta {name}") for name in words.file.meta.issuer for text in meta.get(name, ()))
    found.extend(
        Said(label.value.split()[0], f"label {label.name}") for label in labels if label.group == "issuer"
    )
    found.extend(Said(crumb, "breadcrumb") for crumb in _crumbs(tree, page, words))
    signed = [line.plain.replace(" ", "") for line in page.lines if line.inside][-_SIGNATURE_LINES:]
    found.extend(Said(line, "signature") for line in reversed(signed) if words.signature.match(line))
    named = (Said(re.sub(r"\s", "", said.value), said.source) for said in found)
    return [
        said
        for said in dict.fromkeys(named)
        if words.issuer_shape.match(said.value) and not words.no_issuer.match(said.value)
    ]


def _crumbs(tree: LexborHTMLParser, page: PageText, words: PageWords) -> Iterator[str]:
    """Names of offices in the breadcrumb, the innermost first."""
    named = (node for node in tree.css("[class], [id]") if names_of(node) & words.crumb_words)
    trails = [text for text in (text_of(node, 400) for node in islice(named, 10)) if len(text) <= 200]
    trails.extend(line.text for line in page.lines[:60] if words.crumb_line.match(line.plain))
    for trail in trails:
        trail = words.crumb_line.sub("", trail)
        for crumb in reversed(words.crumb_separators.split(trail)):
            if words.crumb_issuer.search(crumb.strip()):
                yield crumb.strip()
