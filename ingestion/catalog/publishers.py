"""Publishers: web sites that publish reports, one file each below `sources/`.

Belongs here: the shape of a publisher's record and what can be asked of it alone. Does not belong here:
fetching, and what a family of content systems means by its parameters (`ingestion.crawl`).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from ingestion.catalog.models import Bilingual, Code, Entry, Text

FAMILIES = (
    "jpage",
    "jcms_xxgk",
    "jpaas",
    "gkmlpt",
    "nfcms",
    "kaipuyun",
    "longxun",
    "vsb",
    "trs",
    "static",
)
FamilyCode = Literal[
    "jpage", "jcms_xxgk", "jpaas", "gkmlpt", "nfcms", "kaipuyun", "longxun", "vsb", "trs", "static"
]
Host = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", min_length=4, max_length=253),
]
Parameter = str | int | bool | tuple[str, ...]


class Alias(Entry):
    """Another host name of the same site, and from when to when (both included; None = open)."""

    host: Host
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    note: str | None = None


class Politeness(Entry):
    """Seconds between the end of one request to a host and the start of the next, and requests a night.

    The pause is at least `min_delay`, the site's own Crawl-delay, and `latency_factor` times what the last
    answer took, at most `max_delay`; only a Crawl-delay may be longer.
    """

    min_delay: float = Field(default=3.0, ge=0)
    max_delay: float = Field(default=60.0, ge=0)
    latency_factor: float = Field(default=5.0, ge=0)
    budget: int = Field(default=300, ge=1)


class Publisher(Entry):
    """A web site whose list of annual reports is walked.

    base: scheme, host and port of the site; everything is asked for over it. aliases: other names of the same
    site; an address under one of them is the same address under the base. list_urls: where its reports are
    listed. level: of the government or body whose site it is, in Chinese (中央, 省级, 市级, 县级, 乡级).
    attachment_hosts: hosts that may be asked for attachments and pictures only. ports: besides 80 and 443.
    column: path prefixes that a list's own pages lie under, where they are not the list's folder. parameters:
    what the family needs beside that. agency_ids: agencies it publishes for; empty = not yet known. copies:
    the publisher whose documents this site shows again; it is walked after that one, so that a document
    belongs to where it was published. shares_host: another publisher has other lists on the same host (a
    street's own system on its district's site). minimum_reports: fewer on its lists than that is a finding.
    verified: the day an operator saw that the record is right; None = never fetched. enabled: only such
    publishers are crawled. tls: "legacy" allows the old ciphers and renegotiation that some sites still need;
    certificates are verified all the same.
    """

    id: Code
    kind: Literal["web"]
    name_zh: Text
    name_en: Text
    province: Text
    level: Text
    family: FamilyCode
    base: Text
    list_urls: tuple[Text, ...]
    aliases: tuple[Alias, ...] = ()
    attachment_hosts: tuple[Host, ...] = ()
    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = ()
    column: tuple[Text, ...] = ()
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    agency_ids: tuple[Text, ...] = ()
    politeness: Politeness = Politeness()
    copies: Code | None = None
    minimum_reports: int = Field(default=1, ge=0)
    shares_host: bool = False
    tls: Literal["strict", "legacy"] = "strict"
    example_urls: tuple[Text, ...] = ()
    verified: dt.date | None = None
    enabled: bool = False
    note: Bilingual | None = None

    @property
    def host(self) -> str:
        """The host name of the base, lower case."""
        return urlsplit(self.base).hostname or ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that lists and pages may come from: the base and its aliases, whatever the day."""
        return tuple(dict.fromkeys((self.host, *(alias.host for alias in self.aliases))))

    @field_validator("base")
    @classmethod
    def _is_origin(cls, base: str) -> str:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise ValueError("must be scheme://host[:port], without a path and without a slash at the end")
        return base

    @model_validator(mode="after")
    def _is_consistent(self) -> Publisher:
        for host in self.hosts:
            if not is_government_host(host):
                raise ValueError(f"{host!r} is not below gov.cn")
        port = urlsplit(self.base).port
        if port not in (None, 80, 443, *self.ports):
            raise ValueError(f"port {port} of the base is not among its ports")
        if not self.list_urls:
            raise ValueError("list_urls: at least one is needed")
        for url in (*self.list_urls, *self.example_urls):
            if (urlsplit(url).hostname or "").lower() not in self.hosts:
                raise ValueError(f"{url!r} is on none of its hosts")
        return self


def is_government_host(host: str) -> bool:
    """Whether a host is below gov.cn: by its last two labels, so that www.x.gov.cn.evil.com is not."""
    labels = host.lower().rstrip(".").split(".")
    return len(labels) >= 2 and labels[-2:] == ["gov", "cn"] and all(labels)
