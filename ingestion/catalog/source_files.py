"""The files of sources: manual ones and publishers, told apart by their `kind`, checked as one set.

Belongs here: reading a folder of such files, and what must hold between them. Does not belong here: what one
record must be (`models.Source`, `publishers.Publisher`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.models import Source
from ingestion.catalog.publishers import Publisher
from ingestion.catalog.yaml_source import parse, read_yaml

_KINDS = {"manual": Source, "web": Publisher}


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """All sources of a folder by id, in the order of their files' names."""

    manual: Mapping[str, Source]
    publishers: Mapping[str, Publisher]


def load_sources(folder: Path, *, beside: Mapping[str, Publisher] | None = None) -> SourceFiles:
    """The sources in the files *.yml of `folder`, one each.

    beside: publishers that are known already; one of `folder` takes the place of that with its id, and the
    hosts of all others are theirs. Raises CatalogError for a file that is not what it must be, for an id or a
    host that two records claim, for a publisher that copies none of them, and for a folder that is not there.
    """
    if not folder.is_dir():
        raise CatalogError(folder.name, "folder", "is not there")
    manual: dict[str, Source] = {}
    publishers: dict[str, Publisher] = {}
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        file = f"{folder.name}/{path.name}"
        source = _parse(read_yaml(path, file), file)
        if source.id in files:
            raise CatalogError(file, "id", f"the source {source.id!r} stands in another file too")
        files[source.id] = file
        if isinstance(source, Publisher):
            publishers[source.id] = source
        else:
            manual[source.id] = source
    everybody = {**(beside or {}), **publishers}
    _check_hosts(everybody, files)
    _check_copies(everybody, files)
    return SourceFiles(MappingProxyType(manual), MappingProxyType(publishers))


def load_publishers(
    folder: Path, *, beside: Mapping[str, Publisher] | None = None
) -> Mapping[str, Publisher]:
    """The publishers in the files of `folder`, by id; manual sources there are passed over. For a folder
    outside of the catalog; `beside` and what is raised are those of `load_sources`.
    """
    return load_sources(folder, beside=beside).publishers


def _parse(data: dict[str, Any], file: str) -> Source | Publisher:
    kind = data.get("kind")
    if kind is None:
        raise CatalogError(file, "kind", "is missing")
    if kind not in _KINDS:
        raise CatalogError(file, "kind", f"is {kind!r}, must be one of {', '.join(_KINDS)}")
    return parse(Publisher, data, file) if kind == "web" else parse(Source, data, file)


def _check_hosts(publishers: Mapping[str, Publisher], files: Mapping[str, str]) -> None:
    """A host has one record, unless both records say that they share it and list other pages there.

    Pace, budget and trust belong to a host, not to a record: two records of one host must agree on them, and
    on the name that its addresses are kept under.
    """
    owners: dict[str, list[Publisher]] = {}
    for publisher in publishers.values():
        for host in publisher.hosts:
            owners.setdefault(host, []).append(publisher)
    for host, claims in owners.items():
        for first, second in combinations(claims, 2):
            file = files.get(second.id) or files.get(first.id) or f"{second.id}.yml"
            if not (first.shares_host and second.shares_host):
                raise CatalogError(
                    file, "base", f"the host {host} is {first.id}'s too; both must say shares_host"
                )
            twice = sorted(set(first.list_urls) & set(second.list_urls))
            if twice:
                raise CatalogError(file, "list_urls", f"{first.id} lists {twice[0]} too")
            for name in ("host", "politeness", "tls"):
                if getattr(first, name) != getattr(second, name):
                    place = "base" if name == "host" else name
                    raise CatalogError(file, place, f"is not {first.id}'s, which shares the host {host}")


def _check_copies(publishers: Mapping[str, Publisher], files: Mapping[str, str]) -> None:
    for publisher in publishers.values():
        seen = [publisher.id]
        while (copied := publishers[seen[-1]].copies) is not None:
            if copied not in publishers:
                raise CatalogError(
                    files.get(seen[-1], seen[-1]), "copies", f"there is no publisher {copied!r}"
                )
            if copied in seen:
                raise CatalogError(
                    files.get(publisher.id, publisher.id), "copies", f"{copied} copies it in its turn"
                )
            seen.append(copied)
