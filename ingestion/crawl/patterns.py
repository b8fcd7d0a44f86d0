"""Regular expressions out of the crawler's files, compiled with a complaint that names their place.

Belongs here: compiling alone. Does not belong here: any expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingestion.catalog.errors import CatalogError


def compiled(pattern: str, file: str, place: str, flags: int = 0) -> re.Pattern[str]:
    """`pattern` compiled; raises CatalogError(file, place, reason) for one that is not valid."""
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise CatalogError(file, place, f"not a regular expression: {error} in {pattern!r}") from error


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
