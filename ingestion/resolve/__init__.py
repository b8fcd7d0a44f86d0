"""Which agency a printed name means in a given year, or why that cannot be said.

Belongs here: names against the register and the yearly lists of places. Does not belong here: where a
document prints a name (`ingestion.recognise`), registering what is not registered (`gongkai agencies add`).
"""

from ingestion.resolve.answers import Candidate, Resolution
from ingestion.resolve.resolver import Resolver

__all__ = ["Candidate", "Resolution", "Resolver"]
