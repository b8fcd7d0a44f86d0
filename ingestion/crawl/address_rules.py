"""The rules about addresses (`catalog/crawl/addresses.yml`), validated and compiled once.

Belongs here: their shape. Does not belong here: any of them, or how they are applied (`addresses`).
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path

from ingestion.catalog.loader import CATALOG_ROOT
from ingestion.catalog.models import Entry, Text
from ingestion.catalog.yaml_source import parse, read_yaml
from ingestion.crawl.patterns import compiled

_FILE = CATALOG_ROOT / "crawl" / "addresses.yml"


class Twin(Entry):
    """A path of a twin, as a regular expression, and what stands for it."""

    pattern: Text
    replacement: str


class AddressFile(Entry):
    """`addresses.yml` as written."""

    version: int
    dropped_parameters: tuple[Text, ...]
    twins: tuple[Twin, ...]
    route_fragment: Text
    name_parameters: tuple[Text, ...]
    id_name: Text
    file_endings: tuple[Text, ...]
    picture_endings: tuple[Text, ...]


class AddressRules:
    """The rules with their patterns compiled."""

    def __init__(self, file: AddressFile, name: str) -> None:
        self.file = file
        self.dropped = frozenset(parameter.lower() for parameter in file.dropped_parameters)
        self.twins = tuple(
            (compiled(twin.pattern, name, f"twins.{number}"), twin.replacement)
            for number, twin in enumerate(file.twins, 1)
        )
        self.route = compiled(file.route_fragment, name, "route_fragment")
        self.id_name = compiled(file.id_name, name, "id_name")

    @cached_property
    def file_name(self) -> re.Pattern[str]:
        """A name with the ending of a file or picture."""
        endings = "|".join((*self.file.file_endings, *self.file.picture_endings))
        return re.compile(rf"\.(?P<ending>{endings})$", re.IGNORECASE)


@lru_cache(maxsize=4)
def address_rules(path: Path = _FILE) -> AddressRules:
    """The rules in `path`; raises CatalogError, which names file, place and reason."""
    return AddressRules(parse(AddressFile, read_yaml(path), path.name), path.name)
