"""Titles of links: is this a report, of whom and about which year, as far as the title alone says it.

Belongs here: the three-way decision. Does not belong here: its words (`catalog/crawl/titles.yml`), what the
page says (`pages`), anything taken from an address but whether it looks like an article's.

A title is as a list prints it: cut off, with marks around it, with blanks from a recognition of characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from ingestion.crawl.title_words import YEAR, TitleWords, title_words

#: Longer texts are teasers and whole articles.
MAX_TITLE_CHARS = 120

Decision = Literal["report", "not", "review"]

_BLANK = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
_QUOTES = re.compile(r"[《》“”‘’\"'「」『』〈〉]")
_DATE = re.compile(
    r"[\[(]?(?<!\d)(?:(?:19|20)\d{2}([-/.])\d{1,2}\1\d{1,2}|(?:19|20)\d{2}年\d{1,2}月\d{1,2}日)(?!\d)"
    r"(?:\d{1,2}:\d{2}(?::\d{2})?)?[\])]?"
)
_FILE_ENDING = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|rtf|ofd|zip|rar|s?html?)$", re.IGNORECASE)
_CUT = re.compile(r"(?:…|\.{2,}|⋯)+$")
_EDGES = re.compile(r"^[\s,.、;:·•|>»*#-]+|[\s,.、;:·•|>»*#-]+$")
_YEAR = re.compile(rf"(?P<year>{YEAR})(?P<mark>年度?|度)?")
_SPAN = re.compile(rf"{YEAR}年?度?[-—–~至到、和]{YEAR}")
_CHINESE_DIGITS = str.maketrans("〇○零OoΟ一二三四五六七八九", "000000123456789")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a title says.

    verdict: report, not, or review (only the text can tell). why: one sentence. agency: the issuer as the
    title prints it, folded to NFKC without blanks; report_year: the year it speaks of. Both None where the
    title does not say it, or says more than one.
    """

    verdict: Decision
    why: str
    agency: str | None = None
    report_year: int | None = None


@dataclass(frozen=True, slots=True)
class _Parts:
    """A folded title taken apart. head: before the core, without marks; tail: behind it. core "" = none."""

    text: str
    cut: bool
    head: str
    core: str
    tail: str
    agency: str | None
    year: int | None


def classify(title: str, url: str | None = None) -> Verdict:
    """What a link with this title is.

    url: where it leads; asked only whether a bare column name stands over an article. Year and issuer are
    never taken from it: a folder 2022n holds the report of 2023, one called fgw_ that of another office.
    """
    words = title_words()
    parts = _taken_apart(title, words)
    decision, why = _decision(parts, url, words)
    agency = None if decision == "not" else parts.agency  # 一图读懂某县 names nobody
    return Verdict(decision, why, agency, parts.year)


def _decision(parts: _Parts, url: str | None, words: TitleWords) -> tuple[Decision, str]:
    text = parts.text
    if not text:
        return "review", "the link has no title"
    if parts.core and words.announcement.search(text):
        return "review", "announces a report: the page may carry it"
    named = False
    for kind, pattern in words.never.items():
        found = pattern.search(text)
        if found is None:
            continue
        if kind not in words.may_be_in_a_name or not _in_name(found[0], parts):
            return "not", f"“{found[0]}”: another kind of paper, or news about one"
        named = True
    if named:
        return "review", "a word of other papers stands in the issuer's name"
    if len(text) > MAX_TITLE_CHARS:
        return _without_core(parts, words, f"longer than {MAX_TITLE_CHARS} characters: no title")
    if not parts.core:
        return _without_core(parts, words, "does not speak of an annual report on disclosure")
    if not parts.head and not parts.tail and parts.year is None:
        if url is not None and _leads_to_an_article(url, words):
            return "review", "the name of a column over an address that looks like an article's"
        return "not", "the name of a column"
    return _with_core(parts, words)


def _without_core(parts: _Parts, words: TitleWords, why: str) -> tuple[Decision, str]:
    if words.only_year.search(parts.text):
        return "review", "a year and no more: in a column of annual reports it may be one"
    if parts.cut and words.cut.search(parts.text):
        return "review", "the list has cut the title off"
    if words.near.search(parts.text):
        return "review", "speaks of disclosure and of a year's work, in other words than a report's"
    return "not", why


def _with_core(parts: _Parts, words: TitleWords) -> tuple[Decision, str]:
    if words.open_government.search(parts.text):
        return "review", "on open government (政务公开), not on disclosure (政府信息公开)"
    if words.not_administrative.search(parts.head):
        return "review", "its issuer may be no body of the administration"
    if words.suffix.fullmatch(parts.tail) is None:
        return "review", f"“{parts.tail[:20]}” stands behind the title of a report"
    if parts.agency is None and words.sentence.search(parts.head):
        return "review", "reads like a sentence about a report"
    yearly = words.yearly.search(parts.head + parts.core) is not None
    governmental = "政府" in parts.core
    if not yearly and not (governmental and parts.year is not None):
        return "review", "a report on disclosure, but not said to be a year's"
    return "report", "named as an annual report on disclosure"


def _in_name(word: str, parts: _Parts) -> bool:
    """Whether a word is part of the issuer's name and not its end: 市环境信息中心, not 某学院."""
    agency = parts.agency or ""
    return word in agency and not agency.endswith(word) and word not in parts.tail


def _leads_to_an_article(url: str, words: TitleWords) -> bool:
    try:
        path = urlsplit(url).path
    except ValueError:
        return False
    return words.document_address.search(path.rpartition("/")[2]) is not None


# --- taking apart ---------------------------------------------------------------------------------


def _taken_apart(title: str, words: TitleWords) -> _Parts:
    text, cut = _folded(title)
    core = words.core.search(text) or words.open_government.search(text)
    if core is None:
        return _Parts(text, cut, text, "", "", None, _one_year(text))
    prefix = words.prefix.match(text)
    begin = prefix.end() if prefix is not None and prefix.end() <= core.start() else 0
    head, tail = text[begin : core.start()], text[core.end() :]
    return _Parts(
        text, cut, head, core[0], tail, _agency(head, core[0], words), _report_year(head + core[0], tail)
    )


def _folded(title: str) -> tuple[str, bool]:
    """NFKC without blanks, quotes, dates and endings of files; whether a list cut it off."""
    # NFKC makes … three full stops, which is one of the marks of a cut
    text = _BLANK.sub("", _QUOTES.sub("", unicodedata.normalize("NFKC", title)))
    text = _EDGES.sub("", _DATE.sub("", text)) if _CUT.search(text) is None else _DATE.sub("", text)
    cut = _CUT.search(text) is not None
    text = _EDGES.sub("", _CUT.sub("", text))
    return _FILE_ENDING.sub("", text), cut


def _report_year(before: str, behind: str) -> int | None:
    """The year up to the core; without one, the only year behind it: 政府信息公开工作年度报告(2021年)."""
    if _SPAN.search(before):
        return None
    found = list(_YEAR.finditer(before))
    # of several the one that is marked 年 and stands next to the core: 2024年公布的2023年度…
    marked = [match for match in found if match["mark"]] or found
    return _number(marked[-1]["year"]) if marked else _one_year(behind)


def _one_year(text: str) -> int | None:
    years = {_number(match["year"]) for match in _YEAR.finditer(text)}
    return years.pop() if len(years) == 1 and _SPAN.search(text) is None else None


def _number(year: str) -> int:
    return int(year.translate(_CHINESE_DIGITS))


def _agency(head: str, core: str, words: TitleWords) -> str | None:
    """The one name before the core; None where there is none, or one on each side of the year."""
    if head.endswith("人民") and core.startswith("政府"):
        # 汇龙镇人民政府信息公开…: the word 政府 belongs to the issuer
        head += "政府"
    names = [name for part in _YEAR.split(head)[::3] if (name := words.fillers.sub("", part))]
    if len(names) == 2 and names[1] in names[0]:
        names.pop()  # 海关总署2010年海关信息公开…
    if len(names) != 1 or words.no_agency.search(names[0]):
        return None
    return names[0] if words.agency.match(names[0]) else None
