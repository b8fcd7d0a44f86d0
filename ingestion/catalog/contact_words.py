"""The words of contact lines (`contacts.yml`), as sets of words.

Belongs here: the shape of that file. Does not belong here: how a contact is found with them
(`ingestion.normalise.contacts`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingestion.catalog.yaml_source import parse, read_yaml

_FILE = Path(__file__).parent / "contacts.yml"
Words = frozenset[str]


class ContactWords(BaseModel):
    """The lists of `contacts.yml`; what each is for stands there. Surnames are given as one text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: Words = Field(min_length=1)
    deeds: Words = Field(min_length=1)
    offices: Words = Field(min_length=1)
    honorifics: Words = Field(min_length=1)
    surnames: Words = Field(min_length=1)
    compound_surnames: Words = Field(min_length=1)
    not_names: Words = Field(min_length=1)
    agency_ends: Words = Field(min_length=1)
    ends_of_both: Words = Field(min_length=1)
    labels: Words = Field(min_length=1)
    telephones: Words = Field(min_length=1)
    between: Words = Field(min_length=1)
    messengers: Words = Field(min_length=1)
    short_numbers: Words = Field(min_length=1)
    counted: Words = Field(min_length=1)
    not_counted: Words = Field(min_length=1)

    @field_validator("surnames", mode="before")
    @classmethod
    def _each_character(cls, value: object) -> object:
        return frozenset("".join(value.split())) if isinstance(value, str) else value


@lru_cache(maxsize=1)
def contact_words() -> ContactWords:
    """The words of the shipped file. Raises CatalogError if it is not what it must be."""
    return parse(ContactWords, read_yaml(_FILE), _FILE.name)
