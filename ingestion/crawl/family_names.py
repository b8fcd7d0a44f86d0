"""What surveys call a content system, and which family that is here (`catalog/crawl/families.yml`).

Belongs here: reading that file. Does not belong here: recognising a family by an address
or a page (`families`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import CATALOG_ROOT
from ingestion.catalog.models import Entry, Text
from ingestion.catalog.publishers import FamilyCode
from ingestion.catalog.yaml_source import parse, read_yaml

_FILE = CATALOG_ROOT / "crawl" / "families.yml"


class FamilyGuess(Entry):
    """name: as a survey writes it. url_tells: whether an address alone shows the family."""

    name: Text
    family: FamilyCode
    url_tells: bool = True


class FamilyFile(Entry):
    """`families.yml` as written."""

    version: int
    guesses: tuple[FamilyGuess, ...]


@lru_cache(maxsize=4)
def family_guesses(path: Path = _FILE) -> Mapping[str, FamilyGuess]:
    """By name. Raises CatalogError, which names file, place and reason."""
    file = parse(FamilyFile, read_yaml(path), path.name)
    found: dict[str, FamilyGuess] = {}
    for guess in file.guesses:
        if guess.name in found:
            raise CatalogError(path.name, f"guesses.{guess.name}", "stands there twice")
        found[guess.name] = guess
    return MappingProxyType(found)
