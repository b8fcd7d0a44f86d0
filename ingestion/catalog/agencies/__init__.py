"""Agencies: the register of offices through time, its files, and adding to it.

Belongs here: data about agencies with its loader. Does not belong here: places
(`ingestion.catalog.divisions`), what a printed name means (`ingestion.resolve`).
"""

from ingestion.catalog.agencies.register import (
    ALIAS_KINDS,
    ID,
    KINDS,
    LEVELS,
    TERRITORIAL,
    AgencyVersion,
    Register,
    load_register,
)

__all__ = [
    "ALIAS_KINDS",
    "ID",
    "KINDS",
    "LEVELS",
    "TERRITORIAL",
    "AgencyVersion",
    "Register",
    "load_register",
]
