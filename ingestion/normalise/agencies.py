"""Which agency each document is of: what it says of its issuer, and its site, put to the resolver.

Belongs here: which sayings count, in which order, and the rows of `agency_resolutions`. Does not belong here:
the choice between places of one name (`ingestion.resolve`), reading names (`ingestion.recognise`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ingestion.catalog import Catalog
from ingestion.catalog.agencies.offices import government_of, names_an_office
from ingestion.catalog.divisions.names import plain, street_stem
from ingestion.normalise.filings import Filing, is_filing
from ingestion.readings import StoredReading
from ingestion.resolve import Resolution, Resolver

Row = dict[str, Any]


@dataclass(frozen=True)
class Issuers:
    """Documents to agencies. The same document, catalog and register give the same answer."""

    resolver: Resolver
    catalog: Catalog

    def of(self, stored: Iterable[StoredReading]) -> dict[str, Resolution]:
        """What became of the issuer of each report, by sha256."""
        return {one.snapshot.sha256: self.resolve(one) for one in stored if is_filing(one.reading)}

    def resolve(self, stored: StoredReading) -> Resolution:
        """The agency of one document.

        The name that was read as the issuer's is asked first, with what the site tells of the region. Where
        that leaves it open, the document's other names for it are (a signature 洛江区人民政府双阳街道办事处
        below a title 双阳街道), then the counties that its names and titles mention in full.
        """
        headline = stored.reading.headline
        year, region = headline.report_year, self._region(stored)
        found = self._titled_government(stored, year, region)
        found = found or self.resolver.resolve(headline.agency or "", year, region)
        if found.is_resolved or headline.agency is None:
            return found
        others = list(dict.fromkeys(_others(stored)))
        for other in others:
            if street_stem(headline.agency) not in plain(other):
                continue
            said = self.resolver.resolve(other, year, region)
            if said.is_resolved:
                why = f"{said.why}, as it is called in {other}"
                return replace(said, name=headline.agency, how=f"{said.how}_by_other_name", why=why)
        told = self.resolver.resolve(headline.agency, year, region, context=" ".join(others))
        return told if told.is_resolved else found

    def _titled_government(
        self, stored: StoredReading, year: int | None, region: str | None
    ) -> Resolution | None:
        """The government whose office signs, where the title is the government's: 句容市2022年…年度报告
        signed 句容市人民政府办公室. None where a title, also that of the list page, names the office, or the
        document's names another body or nobody.
        """
        headline = stored.reading.headline
        government = government_of(headline.agency or "")
        titles = (headline.title or "", stored.snapshot.title or "")
        if government is None or any(names_an_office(title) for title in titles):
            return None
        whole, printed = plain(government), headline.found.get("title", {}).get("raw")
        named = [
            str(saying["value"])
            for saying in headline.found.get("agency_also", {}).get("sayings", ())
            if saying["raw"] == printed and _one_ends_with_the_other(plain(str(saying["value"])), whole)
        ]
        for name in sorted({government, *named}, key=len, reverse=True) if named else ():
            found = self.resolver.resolve(name, year, region)
            if found.is_resolved:
                why = f"{found.why}; its title is the government's, its office signs"
                return replace(found, name=headline.agency or "", how=f"{found.how}_by_title", why=why)
        return None

    def _region(self, stored: StoredReading) -> str | None:
        """Where the publisher is: its province, the places that its name says in full, a zone."""
        publisher = self.catalog.publishers.get(stored.snapshot.source)
        if publisher is None:
            return None
        name = plain(publisher.name_zh)
        places = [token.text for token in self.resolver.gazetteer.tokens(name) if token.levels]
        zones = [zone for zone in self.resolver.zones if zone in name]
        said = [publisher.province, *places, *zones] if publisher.province else [*places, *zones]
        return " ".join(dict.fromkeys(one for one in said if one)) or None


def agency_ids(resolutions: Mapping[str, Resolution]) -> dict[str, str | None]:
    """sha256 -> agency id, None where the document waits in the queue."""
    return {sha256: one.agency_id for sha256, one in resolutions.items()}


def resolution_rows(filings: Iterable[Filing], resolutions: Mapping[str, Resolution]) -> Iterator[Row]:
    """One row a filing."""
    for filing in filings:
        found = resolutions[filing.stored.snapshot.sha256]
        yield {
            **{name: value for name, value in filing.key().items() if name not in ("scope", "form")},
            "agency_id": found.agency_id,
            "division_code": found.division_code,
            "name_zh": found.name_zh,
            "score": found.score,
            "how": found.how,
            "why": found.why,
            "names_seen": json.dumps(list(dict.fromkeys(_others(filing.stored))), ensure_ascii=False),
            "candidates": json.dumps([one.to_dict() for one in found.candidates], ensure_ascii=False),
            "of_place": json.dumps(found.of_place.to_dict(), ensure_ascii=False) if found.of_place else None,
        }


def _one_ends_with_the_other(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def _others(stored: StoredReading) -> Iterator[str]:
    """What else names the issuer: other names in the document, titles, and whom the site names."""
    headline, snapshot = stored.reading.headline, stored.snapshot
    for saying in headline.found.get("agency_also", {}).get("sayings", ()):
        yield str(saying["value"])
    for text in (headline.title, snapshot.title, snapshot.issuer):
        if text:
            yield text
