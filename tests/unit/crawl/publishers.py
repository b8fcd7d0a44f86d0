"""A publisher for the tests of the crawler's parts."""

from __future__ import annotations

from urllib.parse import urlsplit

from ingestion.catalog.publishers import Alias, Publisher


def publisher(
    base: str = "https://www.gl.gov.cn", *aliases: str, attachment_hosts: tuple[str, ...] = ()
) -> Publisher:
    """One of the site at `base` with other host names."""
    port = urlsplit(base).port
    return Publisher(
        id="one",
        kind="web",
        name_zh="某区人民政府",
        name_en="A district",
        province="福建",
        level="区",
        family="trs",
        base=base,
        list_urls=(f"{base}/zwgk/zfxxgknb/",),
        aliases=tuple(Alias(host=host) for host in aliases),
        attachment_hosts=attachment_hosts,
        ports=() if port is None else (port,),
    )
