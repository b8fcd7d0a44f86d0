"""Measures: ratios of concepts, read from `measures.yml` and validated.

Belongs here: which concepts stand above and below the line, and what a reader must know. Does not belong
here: arithmetic (the warehouse does it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from ingestion.catalog.concepts import load_concepts
from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import Catalog, load_catalog
from ingestion.catalog.models import Bilingual, Code, Entry, Text
from ingestion.catalog.yaml_source import parse, read_yaml

MEASURES_FILE = "measures.yml"


class Measure(Entry):
    """A ratio; terms are concept codes, subtracted with a leading "-"."""

    code: Code
    name: Bilingual
    numerator: tuple[Text, ...] = Field(min_length=1)
    denominator: tuple[Text, ...] = Field(min_length=1)
    caveat: Bilingual

    @property
    def formula(self) -> str:
        """The ratio in concept codes: "(outcome_granted + outcome_partial) / requests_handled"."""
        return " / ".join(_written(terms) for terms in (self.numerator, self.denominator))


class View(Entry):
    """A view that is no ratio of concepts; `formula` says what it works out, the others of what, in words.

    numerator, denominator, n: not given where the view has none. n is what a row rests on.
    """

    code: Code
    name: Bilingual
    formula: Text
    numerator: Bilingual | None = None
    denominator: Bilingual | None = None
    n: Bilingual | None = None
    caveat: Bilingual


class Measures(Entry):
    """All measures; a value whose denominator is below `hidden_below` is hidden.

    n: what the figure of a measure rests on, in words; `{denominator}` stands for the measure's own. views:
    what is worked out otherwise, with the same duty to say how and what to know.
    """

    hidden_below: int = Field(ge=0)
    n: Bilingual
    measures: tuple[Measure, ...] = Field(min_length=1)
    views: tuple[View, ...] = ()

    def described(self) -> list[Measure | View]:
        """Both, in the order of the file."""
        return [*self.measures, *self.views]


def load_measures(catalog: Catalog | None = None) -> Measures:
    """The measures of the catalog.

    Raises CatalogError naming the measure and the reason: an unknown concept, a code twice, a concept twice.
    """
    catalog = catalog or load_catalog()
    found = _read(catalog.root)
    concepts = {concept.code for concept in load_concepts(catalog)}
    codes = Counter(one.code for one in found.described())
    for code, times in codes.items():
        if times > 1:
            raise CatalogError(MEASURES_FILE, f"measures.{code}", "the code stands twice")
    for measure in found.measures:
        place = f"measures.{measure.code}"
        for side in (measure.numerator, measure.denominator):
            named = [term.removeprefix("-") for term in side]
            unknown = [code for code in named if code not in concepts]
            if unknown:
                raise CatalogError(MEASURES_FILE, place, f"unknown concept {unknown[0]!r}")
            if len(named) != len(set(named)):
                raise CatalogError(MEASURES_FILE, place, "a concept stands twice on one side")
    return found


@lru_cache(maxsize=8)
def _read(root: Path) -> Measures:
    return parse(Measures, read_yaml(root / MEASURES_FILE), MEASURES_FILE)


def _written(terms: tuple[str, ...]) -> str:
    text = _added(terms, lambda code: code)
    return f"({text})" if len(terms) > 1 else text


def _added(terms: tuple[str, ...], name: Callable[[str], str]) -> str:
    """ "a + b - c" with the names of the concepts."""
    joined = "".join(f" - {name(term[1:])}" if term.startswith("-") else f" + {name(term)}" for term in terms)
    return joined.removeprefix(" + ")


def _in_words(
    one: Measure | View, measures: Measures, names: Mapping[str, Bilingual]
) -> dict[str, str | None]:
    """numerator, denominator and n of a row of catalog_measures, each in both languages."""
    if isinstance(one, View):
        said = {"numerator": one.numerator, "denominator": one.denominator, "n": one.n}
        return {
            f"{part}_{language}": getattr(text, language) if text else None
            for part, text in said.items()
            for language in ("zh", "en")
        }
    words: dict[str, str | None] = {}
    for part, terms in (("numerator", one.numerator), ("denominator", one.denominator)):
        words[f"{part}_zh"] = _added(terms, lambda code: names[code].zh)
        words[f"{part}_en"] = _added(terms, lambda code: names[code].en)
    for language in ("zh", "en"):
        denominator = words[f"denominator_{language}"]
        words[f"n_{language}"] = getattr(measures.n, language).format(denominator=denominator)
    return words


def measure_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """catalog_measures: a row a measure or view; each is a view `measure_<code>` of the warehouse."""
    measures = load_measures(catalog)
    names = {concept.code: concept.name for concept in load_concepts(catalog)}
    return [
        {
            "measure": one.code,
            "position": position,
            "name_zh": one.name.zh,
            "name_en": one.name.en,
            "formula": one.formula,
            **_in_words(one, measures, names),
            "caveat_zh": one.caveat.zh,
            "caveat_en": one.caveat.en,
            "hidden_below": measures.hidden_below,
            "view_name": f"measure_{one.code}",
        }
        for position, one in enumerate(measures.described(), start=1)
    ]


def measure_term_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """catalog_measure_terms: a row a concept of a measure; `side` is numerator or denominator."""
    return [
        {
            "measure": one.code,
            "side": side,
            "concept": term.removeprefix("-"),
            "sign": -1 if term.startswith("-") else 1,
        }
        for one in load_measures(catalog).measures
        for side, terms in (("numerator", one.numerator), ("denominator", one.denominator))
        for term in terms
    ]
