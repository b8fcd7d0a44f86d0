"""The headline lexicon (`catalog/lexicon/headline.yml`), validated and compiled once.

Belongs here: its shape. Does not belong here: any word of it, or how it is applied.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ingestion.recognise.dates import DATE, DAY, YEAR
from ingestion.recognise.lexicon import LEXICON_DIR, LexiconError, read_yaml

_FRAGMENTS = {"«year»": YEAR, "«date»": DATE, "«day»": DAY}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Title(_Strict):
    core: str
    suffix: str
    veto: str
    form: str
    labels: tuple[str, ...]
    meta: tuple[str, ...]
    site_separators: str


class _Agency(_Strict):
    full_suffixes: tuple[str, ...]
    short_suffixes: tuple[str, ...]
    fillers: tuple[str, ...]
    equal: dict[str, str]
    offices: tuple[str, ...]
    never: tuple[str, ...]
    letterhead_suffix: str
    labels: tuple[str, ...]
    meta: tuple[str, ...]
    preamble: tuple[str, ...]
    opening: str


class _Scope(_Strict):
    aggregate_title: str
    aggregate_preamble: str
    own_body: str
    aggregate_statement: str
    own_preamble: str
    own_statement: str
    kinds_without_area: tuple[str, ...]
    kinds_with_area: tuple[str, ...]
    area_words: str
    totals: dict[str, tuple[str, ...]]


class _Year(_Strict):
    preamble: str
    table: str


class _Period(_Strict):
    find: str
    until: str


class _Dates(_Strict):
    labels: tuple[str, ...]
    signing_labels: tuple[str, ...]
    meta: tuple[str, ...]
    printing: str


class _Evidence(_Strict):
    sections: tuple[str, ...]
    labels: tuple[str, ...]
    preamble: str


class HeadlineFile(_Strict):
    """`headline.yml` as written."""

    version: int
    title: _Title
    agency: _Agency
    scope: _Scope
    year: _Year
    period: _Period
    dates: _Dates
    document_number: str
    document_number_labels: tuple[str, ...]
    evidence: _Evidence


class HeadlineWords:
    """The lexicon with its patterns compiled; all of them are for folded text."""

    def __init__(self, file: HeadlineFile) -> None:
        self.file = file
        title, agency = file.title, file.agency
        self.core = _compile(f"(?:{title.core})(?={title.suffix}$)", "title.core")
        self.core_anywhere = _compile(title.core, "title.core")
        self.veto = _compile(title.veto, "title.veto")
        self.form_title = _compile(title.form, "title.form")
        self.separators = _compile(title.site_separators, "title.site_separators")
        self.full_name = _compile(
            f"^[\\u4e00-\\u9fff]{{2,40}}?(?:{_any(agency.full_suffixes)})$", "agency.full_suffixes"
        )
        self.short_name = _compile(
            f"^[\\u4e00-\\u9fff]{{1,30}}(?:{_any(agency.short_suffixes)})$", "agency.short_suffixes"
        )
        self.never = _compile(_any(agency.never), "agency.never")
        self.equal_ends = sorted(agency.equal.items(), key=lambda pair: len(pair[0]), reverse=True)
        self.offices = frozenset(agency.offices)
        self.preamble_names = tuple(_compile(pattern, "agency.preamble") for pattern in agency.preamble)
        self.opening_name = _compile(agency.opening, "agency.opening")
        self.aggregate_title = _compile(file.scope.aggregate_title, "scope.aggregate_title")
        self.aggregate_preamble = _compile(file.scope.aggregate_preamble, "scope.aggregate_preamble")
        self.own_body = _compile(file.scope.own_body, "scope.own_body")
        self.aggregate_statement = _compile(file.scope.aggregate_statement, "scope.aggregate_statement")
        self.own_preamble = _compile(file.scope.own_preamble, "scope.own_preamble")
        self.own_statement = _compile(file.scope.own_statement, "scope.own_statement")
        self.area_wide = _compile(file.scope.area_words, "scope.area_words")
        self.scope_totals = file.scope.totals
        self._without_area = frozenset(file.scope.kinds_without_area)
        self._kinds = sorted((*file.scope.kinds_without_area, *file.scope.kinds_with_area), key=len)[::-1]
        self.year_preamble = _compile(file.year.preamble, "year.preamble")
        self.year_table = _compile(file.year.table, "year.table")
        self.period = _compile(file.period.find, "period.find")
        self.period_until = _compile(file.period.until, "period.until")
        self.printing = _compile(file.dates.printing, "dates.printing")
        self.document_number = _compile(file.document_number, "document_number")
        self.sections = tuple(_compile(pattern, "evidence.sections") for pattern in file.evidence.sections)
        self.form_labels = file.evidence.labels
        self.report_preamble = _compile(file.evidence.preamble, "evidence.preamble")
        labels = (
            *title.labels,
            *agency.labels,
            *file.dates.labels,
            *file.document_number_labels,
        )
        # "来源:鼓楼区水部街道 时间:2024-01-02 15:47": a value ends at the next blank, but takes a clock time.
        self.labelled = _compile(
            rf"(?<![\u4e00-\u9fff])(?P<label>{_any(labels)})\s?[:：]\s*"
            r"(?P<value>[^\s:：]+(?:\s+\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?)",
            "labels",
        )
        self.all_labels = frozenset(labels)

    def has_no_area(self, agency: str) -> bool:
        """Whether a body is of a kind that has no bodies of an area below it, by the end of its name.

        The longest known end counts: 办公室 of a committee has none, 人民政府办公室 speaks for all.
        """
        kind = next((kind for kind in self._kinds if agency.endswith(kind)), None)
        return kind in self._without_area


def _any(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _compile(pattern: str, where: str) -> re.Pattern[str]:
    for name, fragment in _FRAGMENTS.items():
        pattern = pattern.replace(name, fragment)
    try:
        return re.compile(pattern)
    except re.error as error:
        raise LexiconError(f"headline.yml: {where}: {error} in {pattern!r}") from error


@lru_cache(maxsize=4)
def load_headline_words(path: Path = LEXICON_DIR / "headline.yml") -> HeadlineWords:
    """The headline lexicon; LexiconError names the file and place of what is wrong in it."""
    try:
        return HeadlineWords(HeadlineFile.model_validate(read_yaml(path)))
    except ValidationError as error:
        raise LexiconError(f"{path.name}: {error}") from error
