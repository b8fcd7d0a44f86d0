"""A small web of invented government sites on the loopback address, and what a crawler must make of it.

Belongs here: nothing but the server with all hosts, and the records of their publishers. Hosts lie in `hosts`
and `obstacles`, expectations in `expected`, a web for load tests in `many`.

    async with FixtureSite(night=1) as site:
        network = MappedNetwork(site.network())
        ...
        site.night = 2

`python -m tests.fixture_site --night 1 --port-file F --log L` runs it in a process of its own.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from ingestion.catalog.publishers import Publisher
from tests.fixture_site import obstacles
from tests.fixture_site.documents import DOWN
from tests.fixture_site.hosts import gkmlpt, jpaas, jpage, kaipuyun, longxun, trs, vsb
from tests.fixture_site.server import Entry, Host, Server, network

__all__ = ["SOURCES", "Entry", "FixtureSite", "hosts", "network_of", "publisher", "publishers"]

SOURCES = Path(__file__).parent / "sources"


def hosts() -> list[Host]:
    """All virtual hosts. Mirrors are none of them: whoever looks for one fails."""
    modules = (trs, jpage, gkmlpt, vsb, kaipuyun, longxun, jpaas, obstacles)
    return [host for module in modules for host in module.HOSTS]


class FixtureSite(Server):
    """The web of that night. `night` may be set while it runs; the log goes on."""

    def __init__(self, night: int = 1, log: Path | None = None) -> None:
        super().__init__(hosts(), night, (DOWN,), log)


def network_of(port: int, closed_port: int) -> dict[tuple[str, int], tuple[str, int]]:
    """`FixtureSite.network` for one that runs in another process."""
    return network([host.name for host in hosts()], (DOWN,), port, closed_port)


@lru_cache(maxsize=1)
def publishers() -> tuple[Publisher, ...]:
    """The records of all sites, in the order of their files."""
    files = sorted(SOURCES.glob("*.yml"))
    return tuple(Publisher.model_validate(yaml.safe_load(file.read_text("utf-8"))) for file in files)


def publisher(code: str) -> Publisher:
    """The record with that id; StopIteration if there is none."""
    return next(one for one in publishers() if one.id == code)
