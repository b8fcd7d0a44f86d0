"""Confrontation of what reports print with what must hold between their cells.

Belongs here: the identities as data, their evaluation, the values they force, the gates before a release and
the quality report. Does not belong here: reading documents, aggregation, anything that knows Dagster.
"""

from expectations.confront import confront, confront_reading
from expectations.identities import Identities, IdentityError, load_identities

__all__ = ["Identities", "IdentityError", "confront", "confront_reading", "load_identities"]
