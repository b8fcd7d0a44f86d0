"""The limits that every fetch keeps: sizes, deadlines, retries, how many at once, who we say we are.

Belongs here: numbers that hold for all sites. Does not belong here: what one publisher asks for (its
`politeness`), and keeping the limits (`wire`, `pace`, `fetcher`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from ingestion.crawl.model import Kind

#: What robots.txt knows us by.
PRODUCT = "gongkai"
#: Where the operator says how to be reached: an address of the web or of mail, or both.
CONTACT_VARIABLE = "GONGKAI_CONTACT"

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Every limit of a fetch; seconds and bytes.

    html_bytes, file_bytes, robots_bytes: of an answer on the wire; more of a robots.txt is not read, more of
    anything else is too big. decoded_bytes and decoded_ratio: of a content-coded answer after decoding; the
    ratio to the bytes on the wire counts only above `ratio_free_bytes`, because a small page of one repeated
    table shrinks more than twentyfold. kept_of_too_big: how much of an answer that was refused for its size
    is archived. page_deadline, file_deadline: for one exchange, from connecting to the last byte.
    redirects: followed at most. attempts: requests for one question at most. retry_after_most: a host that
    asks for a longer pause is left alone for the night. wait_most: the same for a pause that robots.txt asks
    for. backoff_base: the first pause before asking again; it doubles. concurrency: exchanges at once in all;
    per_ip: to one address. breaker: failures in a row after which a host is left alone for the night.
    robots_age: how old the rules of a host may get. contact: how an operator of a site reaches us.
    """

    html_bytes: int = 5 * MIB
    file_bytes: int = 50 * MIB
    robots_bytes: int = 500 * KIB
    decoded_bytes: int = 100 * MIB
    decoded_ratio: int = 20
    ratio_free_bytes: int = MIB
    kept_of_too_big: int = MIB
    page_deadline: float = 60.0
    file_deadline: float = 300.0
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    redirects: int = 5
    attempts: int = 3
    retry_after_most: float = 120.0
    wait_most: float = 600.0
    backoff_base: float = 1.0
    concurrency: int = 16
    per_ip: int = 2
    breaker: int = 5
    robots_age: float = 24 * 3600.0
    contact: str = field(default_factory=lambda: os.environ.get(CONTACT_VARIABLE, ""))

    @property
    def user_agent(self) -> str:
        """Project and contact, the same for every site."""
        return f"{PRODUCT}/1.0 (+{self.contact})" if self.contact else f"{PRODUCT}/1.0"

    def wire_limit(self, kind: Kind) -> int:
        """Bytes of a body on the wire."""
        return {"file": self.file_bytes, "robots": self.robots_bytes}.get(kind, self.html_bytes)

    def deadline(self, kind: Kind) -> float:
        """Seconds for one exchange."""
        return self.file_deadline if kind == "file" else self.page_deadline
