"""The one error of the catalog: a file, a place in it, and a reason that a person can act on."""

from __future__ import annotations

from pathlib import Path


class CatalogError(ValueError):
    """A catalog file is not what it must be. `str()` reads "<file>: <place>: <reason>"."""

    def __init__(self, file: Path | str, place: str, reason: str) -> None:
        self.file = str(file)
        self.place = place
        self.reason = reason
        super().__init__(f"{self.file}: {place}: {reason}")
