"""Which printed numbers changed between two releases: by agency, report year, scope and cell.

Belongs here: comparing the current filings of both. Does not belong here: other rows (`release_diff`).

A report that is issued again becomes a filing of its own, so that all its rows are added and all those of the
one before are removed: true, and of no use to somebody who asks what the agency changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingestion.catalog import Catalog, load_catalog
from orchestration.lookup import number_text
from orchestration.publish import table_names
from orchestration.release_diff import SIDES, attach_both

_NEEDED = {"fct_cells", "fct_filings"}

_CURRENT = """
select coalesce(c.agency_id, c.agency) as agency_id, any_value(c.agency) as agency, c.report_year, c.scope,
    c.cell_key,
    any_value(c.value) as value, any_value(c.raw) as raw, any_value(c.state) as state,
    any_value(c.form) as form, any_value(f.vintage) as vintage, any_value(c.sha256) as sha256
from {release}.fct_cells c join {release}.fct_filings f using (filing_id)
where c.is_current and c.report_year is not null
group by coalesce(c.agency_id, c.agency), c.report_year, c.scope, c.cell_key having count(*) = 1
"""

_QUERY = f"""
with before as ({_CURRENT.format(release="old_release")}), after as ({_CURRENT.format(release="new_release")})
select after.agency, report_year, scope, cell_key,
    before.value, after.value, before.raw, after.raw, before.state, after.state,
    before.vintage, after.vintage, before.sha256, after.sha256, after.form
from before join after using (agency_id, report_year, scope, cell_key)
where before.form is not distinct from after.form
    and (before.value is distinct from after.value or before.state is distinct from after.state)
order by report_year, after.agency, scope, cell_key
"""


@dataclass(frozen=True, slots=True)
class Revision:
    """A cell of the current filing that is another one than in the release before.

    label: of the cell, in both languages. before, after: as printed, or why no number was. reread: the
    document is the same, so the reader changed and not the agency.
    """

    agency: str | None
    report_year: int
    scope: str
    cell: str
    label: str
    before: str
    after: str
    vintages: tuple[int, int]
    reread: bool

    def __str__(self) -> str:
        by = "read anew" if self.reread else f"vintage {self.vintages[0]} -> {self.vintages[1]}"
        who = named({"agency": self.agency, "report_year": self.report_year, "scope": self.scope})
        return f"{who}, {self.label}: {self.before} -> {self.after} ({by})"


def revisions(old: Path, new: Path) -> Iterator[Revision]:
    """The cells that differ between two releases' folders, in the order of year, agency and cell.

    Only cells that the current filing of both has, in the same form: a new report is no revision.
    """
    catalog = load_catalog()
    with duckdb.connect(":memory:") as connection:
        attach_both(connection, old, new)
        if not all(set(table_names(connection, f"{side}_release")) >= _NEEDED for side in SIDES):
            return  # a release of before these tables
        for row in connection.execute(_QUERY).fetchall():
            agency, year, scope, cell, *pairs, form = row
            (value, now), (raw, raw_now), (state, state_now), vintages, hashes = (
                pairs[at : at + 2] for at in range(0, 10, 2)
            )
            yield Revision(
                agency,
                year,
                scope,
                cell,
                label_of(catalog, form, cell),
                as_printed(value, raw, state),
                as_printed(now, raw_now, state_now),
                (vintages[0], vintages[1]),
                hashes[0] == hashes[1],
            )


def as_printed(value: Decimal | None, raw: str | None, state: str) -> str:
    """A number without trailing zeros; else that nothing is printed, or what is printed in its place."""
    if value is not None:
        return number_text(value)
    return f"{raw.strip()} ({state})" if raw and raw.strip() else f"nothing printed ({state})"


def named(row: Mapping[str, Any]) -> str:
    """A report by its agency and year; that it is about an area is said, that it is a body's own is not."""
    scope = "" if row["scope"] == "own_body" else f" ({row['scope']})"
    return f"{row['agency'] or 'agency not known'} {row['report_year'] or 'year not known'}{scope}"


def label_of(catalog: Catalog, form: str | None, key: str) -> str:
    """A cell by its label in both languages and its key; the key alone where no form is known."""
    known = catalog.forms.get(form or "")
    spec = (known.cells.get(key) or known.optional_cells.get(key)) if known is not None else None
    return key if spec is None else f"{spec.label_zh} · {spec.label_en} [{key}]"
