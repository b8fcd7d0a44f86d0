"""Concepts: what one figure means through the forms of all eras, read from `concepts.yml` and validated.

Belongs here: the crosswalk between forms and what its breaks do to a series. Does not belong here: the forms
themselves (`models`), the joining of figures (the warehouse does it).
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import Catalog, load_catalog
from ingestion.catalog.models import Bilingual, Code, Entry, Form, Text
from ingestion.catalog.yaml_source import parse, read_yaml

CONCEPTS_FILE = "concepts.yml"

Relation = Literal["identical", "sum_only", "approximate", "wider", "narrower"]
Gap = Literal["dropped", "new", "absent"]
Across = Literal["full", "approximate", "broken"]
#: Relations whose figures may stand in one series with the concept's other forms.
COMPARABLE: frozenset[Relation] = frozenset({"identical", "sum_only", "approximate"})


class Part(Entry):
    """A cell of an expression; `sign` 1 or -1."""

    cell_key: Text
    sign: Literal[1, -1]


class FormOfConcept(Entry):
    """A concept in one form: the first of `any_of` of which every part is printed counts."""

    any_of: tuple[tuple[Text, ...], ...] = Field(min_length=1)
    relation: Relation
    note: Bilingual | None = None

    def expressions(self, form: Form) -> tuple[tuple[Part, ...], ...]:
        """Each expression as cells of `form`, patterns written out in the order of the form."""
        return tuple(tuple(part for term in terms for part in _parts(term, form)) for terms in self.any_of)


class Concept(Entry):
    """A figure that keeps its meaning across forms.

    across: break -> what it does to the series. without: form that lacks the concept -> what stands there
    instead.
    """

    code: Code
    name: Bilingual
    unit: Text | None
    forms: Mapping[str, FormOfConcept]
    across: Mapping[str, Across] = {}
    without: Mapping[str, Bilingual] = {}
    note: Bilingual | None = None


def load_concepts(catalog: Catalog | None = None) -> tuple[Concept, ...]:
    """The concepts of the catalog, in the order of the file.

    Raises CatalogError naming the concept and the reason: an unknown form, cell, unit or break, a code twice.
    """
    return _load(catalog or load_catalog())


@lru_cache(maxsize=8)
def _load_from(root: Any) -> tuple[Concept, ...]:
    entries = read_yaml(root / CONCEPTS_FILE).get("concepts")
    if not isinstance(entries, list) or not entries:
        raise CatalogError(CONCEPTS_FILE, "concepts", "must be a list with at least one entry")
    return tuple(
        parse(Concept, entry, CONCEPTS_FILE, f"concepts.{_name(entry, number)}")
        for number, entry in enumerate(entries, start=1)
    )


def _load(catalog: Catalog) -> tuple[Concept, ...]:
    concepts = _load_from(catalog.root)
    breaks = {item.code for item in catalog.report_years.breaks}
    seen: set[str] = set()
    for concept in concepts:
        place = f"concepts.{concept.code}"
        if concept.code in seen:
            raise CatalogError(CONCEPTS_FILE, place, "the code stands twice")
        seen.add(concept.code)
        if concept.unit is not None and concept.unit not in catalog.units:
            raise CatalogError(CONCEPTS_FILE, f"{place}.unit", f"unknown unit {concept.unit!r}")
        unknown = [code for code in concept.across if code not in breaks]
        if unknown:
            raise CatalogError(CONCEPTS_FILE, f"{place}.across", f"unknown break {unknown[0]!r}")
        for code, of_form in concept.forms.items():
            _check(of_form, code, f"{place}.forms.{code}", concept.unit, catalog)
        for code in concept.without:
            if code not in catalog.forms or code in concept.forms:
                raise CatalogError(
                    CONCEPTS_FILE, f"{place}.without.{code}", "is no form that lacks the concept"
                )
        _check_breaks(concept, place, catalog)
    return concepts


def _check(of_form: FormOfConcept, code: str, place: str, unit: str | None, catalog: Catalog) -> None:
    form = catalog.forms.get(code)
    if form is None:
        raise CatalogError(CONCEPTS_FILE, place, "is no form of the catalog")
    cells = {**form.cells, **form.optional_cells}
    for terms, parts in zip(of_form.any_of, of_form.expressions(form), strict=True):
        for term in terms:
            if not _parts(term, form):
                raise CatalogError(CONCEPTS_FILE, place, f"{term!r} is no cell of {code}")
        keys = [part.cell_key for part in parts]
        if len(keys) != len(set(keys)):
            raise CatalogError(CONCEPTS_FILE, place, f"{', '.join(terms)}: a cell is counted twice")
        kinds = {_measure(cells[key].unit, catalog) for key in keys}
        if kinds != {_measure(unit, catalog)}:
            units = "/".join(sorted({cells[key].unit or "no unit" for key in keys}))
            raise CatalogError(CONCEPTS_FILE, place, f"is in {units}, the concept in {unit or 'no unit'}")


def _measure(unit: str | None, catalog: Catalog) -> object:
    """What may be put in one series: counts with counts (件 and 条 are the same thing), money in one unit."""
    known = catalog.units.get(unit or "")
    return unit if known is None or known.kind == "money" else known.kind


def _check_breaks(concept: Concept, place: str, catalog: Catalog) -> None:
    """Where the forms on both sides of a break have the concept, the file must say what the break does."""
    for item in catalog.report_years.breaks:
        if "agency" in item.affects:
            continue
        before, after = (
            {code: concept.forms[code] for code in catalog.form_for_year(year) if code in concept.forms}
            for year in (item.last_before, item.first_after)
        )
        other_forms = before.keys() != after.keys()
        relations = {one.relation for one in (*before.values(), *after.values())}
        differs = bool(relations - {"identical", "sum_only"})
        if before and after and other_forms and differs and item.code not in concept.across:
            raise CatalogError(CONCEPTS_FILE, f"{place}.across", f"does not say what {item.code} does")
        wide = any(one.relation not in COMPARABLE for one in before.values())
        if wide and after and concept.across.get(item.code) != "broken":
            reason = f"a form before {item.code} is wider or narrower, so the series is broken there"
            raise CatalogError(CONCEPTS_FILE, f"{place}.across", reason)


def _parts(term: str, form: Form) -> list[Part]:
    pattern = term.removeprefix("-")
    sign: Literal[1, -1] = -1 if term.startswith("-") else 1
    known = [*form.cells, *form.optional_cells]
    return [Part(cell_key=key, sign=sign) for key in known if fnmatchcase(key, pattern)]


def _name(entry: object, number: int) -> str:
    return str(entry.get("code") or number) if isinstance(entry, dict) else str(number)


def concept_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """catalog_concepts: a row a concept; in the order of the file."""
    return [
        {
            "concept": one.code,
            "position": position,
            "name_zh": one.name.zh,
            "name_en": one.name.en,
            "unit": one.unit,
            "note_zh": one.note.zh if one.note else None,
            "note_en": one.note.en if one.note else None,
        }
        for position, one in enumerate(load_concepts(catalog), start=1)
    ]


def crosswalk_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """catalog_crosswalk: a row a cell that an expression of a concept consists of, in each form.

    `expression` counts from 1; the first of a form whose cells are all printed is the figure.
    """
    return [
        {
            "concept": one.code,
            "form": code,
            "expression": number,
            "cell_key": part.cell_key,
            "sign": part.sign,
            "relation": of_form.relation,
            "is_comparable": of_form.relation in COMPARABLE,
            "note_zh": of_form.note.zh if of_form.note else None,
            "note_en": of_form.note.en if of_form.note else None,
        }
        for one in load_concepts(catalog)
        for code, of_form in one.forms.items()
        for number, parts in enumerate(of_form.expressions(catalog.forms[code]), start=1)
        for part in parts
    ]


def concept_gap_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """catalog_concept_gaps: a row a concept and form that lacks it; `relation` see `_gap`."""
    return [
        {
            "concept": one.code,
            "form": code,
            "relation": _gap(form, [catalog.forms[having] for having in one.forms]),
            "note_zh": one.without[code].zh if code in one.without else None,
            "note_en": one.without[code].en if code in one.without else None,
        }
        for one in load_concepts(catalog)
        for code, form in catalog.forms.items()
        if code not in one.forms
    ]


def _gap(form: Form, having: list[Form]) -> Gap:
    """Why `form` lacks a concept that the forms `having` have: "dropped" where one before it had it, "new"
    where only a later one brings it, "absent" where only a form of the same years has it.
    """
    if any(one.report_years.last and one.report_years.last < form.report_years.first for one in having):
        return "dropped"
    last = form.report_years.last
    return "new" if last and any(one.report_years.first > last for one in having) else "absent"


def concept_break_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """catalog_concept_breaks: a row a concept and break that touches it."""
    return [
        {"concept": one.code, "break_id": code, "effect": effect}
        for one in load_concepts(catalog)
        for code, effect in sorted(one.across.items())
    ]
