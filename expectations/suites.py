"""Great Expectations suites compiled from `identities.yml`: which suite asks which identity, of what rows.

Belongs here: the suites of each form as plain data, and the proof that every identity is in exactly one of
them. Does not belong here: the frames they look at (suite_batches.py), Great Expectations (suite_runs.py),
suites on the warehouse (mart_suites.py).

Four ways to enforce an identity. Three are a second evaluation beside our own, and the gates compare the two:
`equation` (a weighted sum of printed cells, this year's and last year's), `cells` (each printed cell for
itself) and `filing` (one row a report). What reads prose, notes or the blanks of a table has one evaluation
only, ours; its `verdict` expectation counts what that says, and says nothing about whether it is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from expectations.identities import Identities, Identity, load_identities
from ingestion.catalog import Catalog, load_catalog

How = Literal["equation", "cells", "filing", "verdict"]

_HOW: dict[str, How] = {
    "linear": "equation",
    "nonnegative": "cells",
    "integral": "cells",
    "money_decimals": "cells",
    "every_cell_printed": "filing",
    "form_matches_year": "filing",
}


def how(identity: Identity) -> How:
    """How Great Expectations enforces it."""
    return _HOW.get(identity.test, "verdict")


@dataclass(frozen=True, slots=True)
class Suite:
    """Expectations that look at the same rows, one for each identity; the name stays the same over the
    years.
    """

    name: str
    form: str
    how: How
    identities: tuple[Identity, ...]

    @property
    def with_year_before(self) -> bool:
        return self.how == "equation" and self.identities[0].needs_previous_report


def compile_suites(catalog: Catalog | None = None, identities: Identities | None = None) -> tuple[Suite, ...]:
    """The suites of every form, in the order of the catalog and of the identities."""
    catalog = catalog or load_catalog()
    identities = identities or load_identities()
    suites: list[Suite] = []
    for form in catalog.forms:
        members: dict[tuple[str, How], list[Identity]] = defaultdict(list)
        for identity in identities.identities:
            if form in identity.forms:
                members[_rows(identity), how(identity)].append(identity)
        suites += [
            Suite(f"{form}: {rows}", form, way, tuple(asked)) for (rows, way), asked in members.items()
        ]
    return tuple(suites)


def _rows(identity: Identity) -> str:
    """What one row of the batch is; identities that are asked of the same rows share a suite."""
    way = how(identity)
    if way != "equation":
        return {"cells": "printed cells", "filing": "reports", "verdict": "our own verdicts"}[way]
    axes = [
        f"{name}={values if isinstance(values, str) else ','.join(values)}"
        for name, values in identity.for_each.items()
    ]
    return " ".join(axes or [identity.instance]) + (
        " with the year before" if identity.needs_previous_report else ""
    )


def uncovered(
    suites: Iterable[Suite], catalog: Catalog | None = None, identities: Identities | None = None
) -> list[dict[str, str]]:
    """Identities of a form that no suite asks, or more than one: (form, identity, fault) as rows; none is
    right.
    """
    catalog = catalog or load_catalog()
    identities = identities or load_identities()
    asked = Counter((suite.form, identity.id) for suite in suites for identity in suite.identities)
    return [
        {
            "form": form,
            "identity": identity.id,
            "fault": f"asked by {asked[form, identity.id] or 'no'} expectations",
        }
        for identity in identities.identities
        for form in identity.forms
        if asked[form, identity.id] != 1
    ]
