"""Any other site: a list in plain pages, whose second page may have to be tried.

A third of the known reports lie on sites that nothing else tells apart, with names for the second page of
their own; those that occurred are tried in turn, inside of the list's column.
"""

from __future__ import annotations

from ingestion.crawl.families.static_lists import StaticLists

FAMILY = StaticLists(
    code="static",
    next_names=(
        "{stem}_{k}.{ext}",
        "{stem}_{n}.{ext}",
        "index_{k}.html",
        "index_{n}.html",
        "{stem}/{n}.{ext}",
        "?page={n}",
    ),
)
