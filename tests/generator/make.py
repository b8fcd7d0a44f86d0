"""One document from a seed: numbers, words, faults and a writer put together.

Belongs here: the seed's draw and the gold as JSON. Not here: how the parts work.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from ingestion.catalog import load_catalog
from tests.generator import faults as faulty
from tests.generator import office, prose
from tests.generator.figures import PROFILES, figures
from tests.generator.recipes import RECIPES, Written
from tests.generator.story import Story, story


@dataclass
class Made:
    """A document: its bytes, the files that lie beside it, and what is printed in it.

    `gold`: see `gold_of`. `condition`: what was done to it, within its format.
    """

    name: str
    data: bytes
    gold: dict[str, Any]
    format: str
    condition: str
    companions: dict[str, bytes] = field(default_factory=dict)


FORMS = ("form_2021", "form_2019", "pre2019_fujian_short", "pre2019_national")
FORMATS = tuple(RECIPES)
#: Documents that are held in memory until LibreOffice has seen them.
BATCH = 50


def conditions(format: str) -> tuple[str, ...]:
    """The conditions of a format, clean ones first."""
    return tuple(RECIPES[format])


@dataclass(frozen=True)
class Wish:
    """A document that is wanted; see `make`."""

    format: str
    seed: int = 0
    form: str | None = None
    condition: str | None = None
    profile: str | None = None
    faults: tuple[str, ...] = ()


def make(
    format: str,
    seed: int = 0,
    form: str | None = None,
    condition: str | None = None,
    profile: str | None = None,
    faults: Iterable[str] = (),
) -> Made:
    """The document of that seed. What is not named (form, condition, profile) is drawn from the seed.

    `faults`: names of `faults.FAULTS`, or "random". KeyError for an unknown format, condition or fault.
    """
    (made,) = make_all([Wish(format, seed, form, condition, profile, tuple(faults))])
    return made


def make_all(wishes: Iterable[Wish]) -> Iterator[Made]:
    """The documents in their order; those that LibreOffice must convert go through it BATCH at a time."""
    remaining = iter(wishes)
    while batch := [_write(wish) for wish in islice(remaining, BATCH)]:
        for ending in dict.fromkeys(written.ending for _, written in batch if written.convert):
            due = {made.name: made for made, written in batch if written.convert and written.ending == ending}
            sources = {name: made.data for name, made in due.items()}
            for name, data in office.convert(sources, ending).items():
                due[name].data = data
        yield from (made for made, _ in batch)


def _write(wish: Wish) -> tuple[Made, Written]:
    # the same seed gives other numbers in another condition: more is seen so
    rng = random.Random(f"{wish.format}/{wish.condition}/{wish.seed}")
    condition = wish.condition or rng.choice(conditions(wish.format))
    form = wish.form or rng.choice(FORMS)
    profile = wish.profile or rng.choice(PROFILES)
    told = tell(form, profile, rng)
    faulty.apply(wish.faults, told, rng)
    written = RECIPES[wish.format][condition](told, rng)
    name = f"{wish.format}-{condition}-{form}-{wish.seed}.{written.ending}"
    about = {"format": wish.format, "condition": condition, "profile": profile, "seed": wish.seed}
    gold = gold_of(told, name, **about)
    return Made(name, written.data, gold, wish.format, condition, written.companions), written


def tell(form: str, profile: str, rng: random.Random) -> Story:
    """A report of that form before it has a format."""
    found = load_catalog().forms[form]
    last = found.report_years.last or 2024
    words = prose.words(rng.randint(found.report_years.first, last), rng)
    return story(found, words, figures(found, profile, rng), rng)


def gold_of(told: Story, name: str, **about: Any) -> dict[str, Any]:
    """What is printed, as JSON: `cells` key -> number or null (printed blank, or no number), `absent` keys of the
    form that are not printed, `undecidable` keys that may also be left unread, `printed` the texts.
    """
    printed = told.printed()
    return {
        "document": name,
        "agency": told.words.agency,
        "report_year": told.words.year,
        "title": told.words.title,
        "form": told.form.code,
        "cells": {key: plain(told.gold[key]) for key in printed},
        "absent": [key for key in told.form.cells if key not in printed],
        "undecidable": sorted(told.undecidable),
        "printed": printed,
        "faults": told.faults,
        **about,
    }


def plain(value: int | Decimal | None) -> int | float | None:
    """A number as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
