"""The words of pages (`catalog/crawl/pages.yml`), validated and compiled once.

Belongs here: their shape. Does not belong here: any word, or how it is applied (`pages` and its parts).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import CATALOG_ROOT
from ingestion.catalog.models import Code, Entry, Text
from ingestion.catalog.yaml_source import parse, read_yaml
from ingestion.crawl.patterns import compiled

_FILE = CATALOG_ROOT / "crawl" / "pages.yml"
Words = tuple[Text, ...]


class FurnitureFile(Entry):
    elements: Words
    words: Words
    sentences: int


class BreadcrumbFile(Entry):
    words: Words
    line: Text
    separators: Text


class CountersFile(Entry):
    names: Text
    texts: Words


class MetaFile(Entry):
    title: Words
    date: Words
    issuer: Words


class TitleFile(Entry):
    selectors: Words
    separators: Text


class LabelsFile(Entry):
    published: Words
    written: Words
    updated: Words
    issuer: Words
    other: Words
    lines: int
    characters: int


class DatesFile(Entry):
    first_month: int
    url: Words


class AttachmentsFile(Entry):
    attributes: Words
    scripts: Text
    viewers: Text
    embeds: dict[Text, Text]
    scripted: Text
    line: Text
    not_links: Text


class PicturesFile(Entry):
    attributes: Words
    smallest: int
    icons: Text


class JumpsFile(Entry):
    refresh: Text
    script: Text


class ReportTextFile(Entry):
    heads: Words
    before_head: Text
    characters: int
    at_least: int
    period: Text
    period_year: Text
    tables: Text


class TamperedFile(Entry):
    at_least: int
    pattern: Text


class TraditionalFile(Entry):
    characters: Text
    at_least: int
    share: float


class PageFile(Entry):
    """`pages.yml` as written."""

    version: int
    containers: Words
    furniture: FurnitureFile
    breadcrumb: BreadcrumbFile
    counters: CountersFile
    meta: MetaFile
    title: TitleFile
    labels: LabelsFile
    no_issuer: Text
    issuer_shape: Text
    breadcrumb_issuer: Text
    signature: Text
    dates: DatesFile
    attachments: AttachmentsFile
    pictures: PicturesFile
    jumps: JumpsFile
    report_text: ReportTextFile
    tampered: dict[Code, TamperedFile]
    traditional: TraditionalFile
    own_site: Text


class PageWords:
    """The words with their patterns compiled."""

    def __init__(self, file: PageFile, name: str) -> None:
        def regex(pattern: str, place: str) -> re.Pattern[str]:
            return compiled(pattern, name, place)

        def regexes(patterns: Words, place: str) -> tuple[re.Pattern[str], ...]:
            return tuple(regex(pattern, f"{place}.{number}") for number, pattern in enumerate(patterns, 1))

        self.file = file
        self.furniture = frozenset(file.furniture.elements)
        self.furniture_words = frozenset(file.furniture.words)
        self.crumb_words = frozenset(file.breadcrumb.words)
        self.crumb_line = regex(file.breadcrumb.line, "breadcrumb.line")
        self.crumb_separators = regex(file.breadcrumb.separators, "breadcrumb.separators")
        self.crumb_issuer = regex(file.breadcrumb_issuer, "breadcrumb_issuer")
        self.counter_names = compiled(file.counters.names, name, "counters.names", re.IGNORECASE)
        self.counter_texts = regexes(file.counters.texts, "counters.texts")
        self.title_separators = regex(file.title.separators, "title.separators")
        self.no_issuer = compiled(file.no_issuer, name, "no_issuer", re.IGNORECASE)
        self.issuer_shape = regex(file.issuer_shape, "issuer_shape")
        self.signature = regex(file.signature, "signature")
        self.url_dates = regexes(file.dates.url, "dates.url")
        self.file_scripts = regex(file.attachments.scripts, "attachments.scripts")
        self.viewers = regex(file.attachments.viewers, "attachments.viewers")
        self.scripted = compiled(file.attachments.scripted, name, "attachments.scripted", re.IGNORECASE)
        self.attachment_line = regex(file.attachments.line, "attachments.line")
        self.not_links = regex(file.attachments.not_links, "attachments.not_links")
        self.icons = regex(file.pictures.icons, "pictures.icons")
        self.refresh = regex(file.jumps.refresh, "jumps.refresh")
        self.script_jump = regex(file.jumps.script, "jumps.script")
        report = file.report_text
        self.heads = tuple(
            regex(f"^{report.before_head}(?:{head})", f"report_text.heads.{number}")
            for number, head in enumerate(report.heads, 1)
        )
        self.period = regex(report.period, "report_text.period")
        self.period_year = regex(report.period_year, "report_text.period_year")
        self.tables = regex(report.tables, "report_text.tables")
        self.tampered = {
            code: (regex(found.pattern, f"tampered.{code}.pattern"), found.at_least)
            for code, found in file.tampered.items()
        }
        self.traditional = frozenset(file.traditional.characters)
        self.own_site = compiled(file.own_site, name, "own_site", re.IGNORECASE)
        groups = file.labels
        self.labels: dict[str, str] = {}
        for group in ("published", "written", "updated", "issuer", "other"):
            for label in getattr(groups, group):
                if self.labels.setdefault(label, group) != group:
                    raise CatalogError(name, f"labels.{group}", f"{label!r} is in two groups")
        # 索 引 号: blanks, also the wide one, stand inside labels
        spaced = {label: r"[\s\u3000]*".join(map(re.escape, label)) for label in self.labels}
        names = "|".join(spaced[label] for label in sorted(spaced, key=len, reverse=True))
        self.label = re.compile(
            rf"(?<![\u3400-\u9fff])(?P<label>{names})(?P<end>[\s\x1f]*[:：]|(?=\x1f|\t|$))"
        )


@lru_cache(maxsize=4)
def page_words(path: Path = _FILE) -> PageWords:
    """The words in `path`; raises CatalogError, which names file, place and reason."""
    return PageWords(parse(PageFile, read_yaml(path), path.name), path.name)
