"""The words of titles (`catalog/crawl/titles.yml`), validated and compiled once.

Belongs here: their shape. Does not belong here: any word, or how it is applied (`titles`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import CATALOG_ROOT
from ingestion.catalog.models import Code, Entry, Text
from ingestion.catalog.yaml_source import parse, read_yaml
from ingestion.crawl.patterns import any_of, compiled

_FILE = CATALOG_ROOT / "crawl" / "titles.yml"

#: A year as titles print it; ○, 〇, 零 and the letter O are all met as the zero.
YEAR = r"(?:(?<!\d)20\d{2}(?!\d)|二[〇○零OoΟ][〇○零OoΟ一二三四五六七八九]{2})"


class ReviewFile(Entry):
    """What leaves a title open."""

    open_government: Text
    announcement: Text
    not_administrative: Text
    near: Text
    cut: Text
    only_year: Text
    sentence: Text


class AgencyFile(Entry):
    """What the name of an issuer looks like in a title."""

    suffixes: tuple[Text, ...]
    never: Text
    fillers: tuple[Text, ...]


class TitleFile(Entry):
    """`titles.yml` as written."""

    version: int
    core: Text
    yearly: Text
    suffix: Text
    prefix: Text
    document_address: Text
    never: dict[Code, Text]
    may_be_in_a_name: tuple[Code, ...]
    review: ReviewFile
    agency: AgencyFile


class TitleWords:
    """The words with their patterns compiled; all of them but `document_address` are for folded text."""

    def __init__(self, file: TitleFile, name: str) -> None:
        def regex(pattern: str, place: str) -> re.Pattern[str]:
            return compiled(pattern.replace("«year»", YEAR), name, place)

        unknown = [code for code in file.may_be_in_a_name if code not in file.never]
        if unknown:
            raise CatalogError(name, "may_be_in_a_name", f"{unknown[0]!r} is no kind of `never`")
        review = file.review
        self.core = regex(file.core, "core")
        self.yearly = regex(file.yearly, "yearly")
        self.suffix = regex(file.suffix, "suffix")
        self.prefix = regex(file.prefix, "prefix")
        self.document_address = compiled(file.document_address, name, "document_address", re.IGNORECASE)
        self.never = {kind: regex(words, f"never.{kind}") for kind, words in file.never.items()}
        self.may_be_in_a_name = frozenset(file.may_be_in_a_name)
        self.open_government = regex(review.open_government, "review.open_government")
        self.announcement = regex(review.announcement, "review.announcement")
        self.not_administrative = regex(review.not_administrative, "review.not_administrative")
        self.near = regex(review.near, "review.near")
        self.cut = regex(review.cut, "review.cut")
        self.only_year = regex(review.only_year, "review.only_year")
        self.sentence = regex(review.sentence, "review.sentence")
        agency = file.agency
        self.agency = compiled(
            # extensions of the hanzi block are names too: 砲里, 礐石, 㙓
            r"^[\u3400-\u9fff\U00020000-\U0003ffff][\u3400-\u9fff\U00020000-\U0003ffff\d·()、—-]{0,58}"
            rf"(?:{any_of(agency.suffixes)})(?:\([^()]{{1,24}}\))?$",
            name,
            "agency.suffixes",
        )
        self.no_agency = compiled(agency.never, name, "agency.never")
        fillers = any_of(agency.fillers)
        self.fillers = compiled(f"^(?:{fillers})+|(?:{fillers})+$", name, "agency.fillers")


@lru_cache(maxsize=4)
def title_words(path: Path = _FILE) -> TitleWords:
    """The words in `path`; raises CatalogError, which names file, place and reason."""
    return TitleWords(parse(TitleFile, read_yaml(path), path.name), path.name)
