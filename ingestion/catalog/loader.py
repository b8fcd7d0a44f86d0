"""The catalog as one object, read from its folder and validated as a whole.

Belongs here: which files make up the catalog, what the whole must satisfy, its version. Does not belong here:
the shape of one entry (`models`), the inner rules of a form (`checks`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from ingestion.catalog.checks import check_crosswalk, check_form, check_markers, laws_known
from ingestion.catalog.errors import CatalogError
from ingestion.catalog.labels import strip_spaces
from ingestion.catalog.models import Form, Law, ReportYears, Source, State, Unit
from ingestion.catalog.publishers import Publisher
from ingestion.catalog.source_files import load_sources
from ingestion.catalog.yaml_source import parse, read_yaml

CATALOG_ROOT = Path(__file__).resolve().parent

#: Facts about where documents come from, and decisions about what was read in them: an edit there (a
#: publisher that is switched on, a word for a firewall's page, a verdict) must not have every document read
#: again.
NOT_READ_WITH = frozenset(
    {
        *("sources", "crawl", "agencies", "divisions"),
        *("corrections.yml", "concepts.yml", "measures.yml", "issues.yml", "contacts.yml"),
    }
)


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Catalog:
    """All facts about forms, states, units, years and sources.

    `version`: the first 12 hex digits of a sha256 over every YAML file that decides how a document is read,
    lexicon included: all below the catalog's folder but those in `NOT_READ_WITH`. Any edit of them changes
    it, and with it the reader's version. `sources`: the manual ones. `publishers`: web sites, also those
    that are not enabled.
    """

    root: Path
    version: str
    forms: Mapping[str, Form]
    states: Mapping[str, State]
    units: Mapping[str, Unit]
    laws: Mapping[str, Law]
    report_years: ReportYears
    sources: Mapping[str, Source]
    publishers: Mapping[str, Publisher]

    def form_for_year(self, year: int) -> tuple[str, ...]:
        """Codes of the forms valid for report year `year`, in the catalog's order."""
        return tuple(code for code, form in self.forms.items() if year in form.report_years)

    def state_of(self, text: str) -> str | None:
        """The state that a cell's text without a number stands for: "" -> blank, "／" -> slash, else None."""
        key = strip_spaces(unicodedata.normalize("NFKC", text))
        if not key:
            return "blank"
        word = self._state_words.get(key)
        if word is not None:
            return word
        return next((code for code, pattern in self._state_patterns if pattern.fullmatch(key)), None)

    @cached_property
    def _state_words(self) -> dict[str, str]:
        return {
            strip_spaces(unicodedata.normalize("NFKC", word)): state.code
            for state in self.states.values()
            for word in state.printed_as
        }

    @cached_property
    def _state_patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple(
            (state.code, re.compile(pattern)) for state in self.states.values() for pattern in state.patterns
        )


def load_catalog(path: Path | None = None) -> Catalog:
    """The catalog in folder `path` (default: the one shipped here), read once a process and folder.

    Raises CatalogError, which names file, place and reason.
    """
    return _load((path or CATALOG_ROOT).resolve())


@lru_cache(maxsize=8)
def _load(root: Path) -> Catalog:
    units = _keyed(_entries(root, "units.yml", "units", Unit), "zh", "units.yml", "units")
    laws = _keyed(_entries(root, "laws.yml", "laws", Law), "code", "laws.yml", "laws")
    states = _keyed(_entries(root, "states.yml", "states", State), "code", "states.yml", "states")
    _check_states(states)
    forms = _load_forms(root, units, laws)
    report_years = parse(ReportYears, read_yaml(root / "report_years.yml"), "report_years.yml")
    _check_report_years(report_years, forms, laws)
    sources = load_sources(root / "sources")
    return Catalog(
        root=root,
        version=_version(root),
        forms=MappingProxyType(forms),
        states=MappingProxyType(states),
        units=MappingProxyType(units),
        laws=MappingProxyType(laws),
        report_years=report_years,
        sources=sources.manual,
        publishers=sources.publishers,
    )


def _version(root: Path) -> str:
    digest = hashlib.sha256()
    files = (file for file in root.rglob("*.yml") if file.relative_to(root).parts[0] not in NOT_READ_WITH)
    for file in sorted(files, key=lambda file: file.relative_to(root).as_posix()):
        content = file.read_bytes()
        # name and length before the content, so that no two sets of files run into the same bytes
        digest.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _load_forms(root: Path, units: Mapping[str, Unit], laws: Mapping[str, Law]) -> dict[str, Form]:
    money = frozenset(unit.zh for unit in units.values() if unit.kind == "money")
    found: list[tuple[Form, str]] = []
    for file in sorted((root / "forms").glob("*.yml")):
        name = file.relative_to(root).as_posix()
        data = read_yaml(file, name)
        if "money_units" in data:
            raise CatalogError(name, "money_units", "is not a field of the catalog")
        form = parse(Form, {**data, "money_units": money}, name)
        if form.code != file.stem:
            raise CatalogError(name, "code", f"is {form.code!r}, the file is named {file.stem!r}")
        check_form(form, name, units, laws)
        found.append((form, name))
    if not found:
        raise CatalogError("forms", "folder", "holds no form")
    # newest first: the form most likely met, and a stable order whatever the files are called
    found.sort(key=lambda pair: (-pair[0].report_years.first, pair[0].code))
    forms = {form.code: form for form, _ in found}
    files = {form.code: name for form, name in found}
    check_markers(forms, files)
    check_crosswalk(forms, files)
    return forms


def _entries(root: Path, file: str, field: str, model: type[M]) -> list[M]:
    """The list under `field`, the only key of the file."""
    data = read_yaml(root / file)
    unknown = sorted(set(data) - {field})
    if unknown:
        raise CatalogError(file, unknown[0], "is not a field of the catalog")
    entries: Any = data.get(field)
    if not isinstance(entries, list) or not entries:
        raise CatalogError(file, field, "must be a list with at least one entry")
    places = [f"{field}.{_name_of(entry, number)}" for number, entry in enumerate(entries, start=1)]
    return [parse(model, entry, file, place) for entry, place in zip(entries, places, strict=True)]


def _name_of(entry: object, number: int) -> str:
    if isinstance(entry, dict):
        return str(entry.get("code") or entry.get("id") or entry.get("zh") or number)
    return str(number)


def _keyed(entries: Iterable[M], field: str, file: str, place: str) -> dict[str, M]:
    keyed: dict[str, M] = {}
    for entry in entries:
        code = str(getattr(entry, field))
        if code in keyed:
            raise CatalogError(file, f"{place}.{code}", f"the code {code!r} stands twice")
        keyed[code] = entry
    return keyed


def _check_states(states: Mapping[str, State]) -> None:
    owners: dict[str, str] = {}
    for state in states.values():
        place = f"states.{state.code}"
        for word in state.printed_as:
            key = strip_spaces(unicodedata.normalize("NFKC", word))
            owner = owners.setdefault(key, state.code)
            if owner != state.code:
                raise CatalogError("states.yml", place, f"{word!r} means {owner} as well")
        for pattern in state.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise CatalogError("states.yml", f"{place}.patterns", f"{pattern!r}: {error}") from error


def _check_report_years(years: ReportYears, forms: Mapping[str, Form], laws: Mapping[str, Law]) -> None:
    file = "report_years.yml"
    if years.years.last is None:
        raise CatalogError(file, "years.last", "is missing")
    for year in range(years.years.first, years.years.last + 1):
        rules = [rule for rule in years.deadlines if year in rule.report_years]
        if len(rules) != 1:
            raise CatalogError(file, "deadlines", f"report year {year} has {len(rules)} rules, must have one")
        if not any(year in form.report_years for form in forms.values()):
            raise CatalogError(file, "years", f"no form is valid in report year {year}")
    for rule in years.deadlines:
        laws_known(rule.basis.en, file, "deadlines.basis", laws)
    seen: set[str] = set()
    for item in years.breaks:
        laws_known(item.why.en, file, f"breaks.{item.code}.why", laws)
        if item.code in seen:
            raise CatalogError(file, f"breaks.{item.code}", f"the code {item.code!r} stands twice")
        seen.add(item.code)
        if item.first_after != item.last_before + 1:
            raise CatalogError(
                file, f"breaks.{item.code}", "lies between two years that do not follow each other"
            )
