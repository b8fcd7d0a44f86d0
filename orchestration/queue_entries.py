"""What is known of an agency that waits to be registered: from its name, or from its report in the queue.

Belongs here: filling in what name and queue tell. Does not belong here: checking and writing
(`orchestration.registering`); deciding what a body is: its kind and level are a person's word.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ingestion.resolve import Resolver
from orchestration.facts import Facts
from orchestration.registering import Entry, Refused


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report in the queue. place: the government of the place that its name is of, if that is clear;
    candidates: whom the name may mean; both as `gongkai agencies resolve --json` gives them.
    """

    filing_id: str
    sha256: str
    agency: str | None
    report_year: int | None
    how: str
    why: str
    place: dict[str, Any] | None
    candidates: tuple[dict[str, Any], ...]
    names_seen: tuple[str, ...]

    @property
    def basis(self) -> str:
        """How the body is known: by this report."""
        return f"report of {self.report_year or 'no year'}, sha256 {self.sha256}"

    def lines(self) -> list[str]:
        """What is known, for people."""
        lines = [f"{self.filing_id}: {self.agency or 'no name'}, {self.report_year or 'no year'}: {self.why}"]
        lines += [f"  also called {name}" for name in self.names_seen]
        lines += [f"  of the place {_shown(self.place)}"] if self.place else []
        lines += [f"  candidate {_shown(one)}" for one in self.candidates]
        return lines


def every_waiting(facts: Facts) -> list[Waiting]:
    """The whole queue, by year and name."""
    return [
        Waiting(
            row["filing_id"], row["sha256"], row["agency"], row["report_year"], row["how"], row["why"],
            json.loads(row["of_place"]) if row["of_place"] else None,
            tuple(json.loads(row["candidates"] or "[]")), tuple(row["names_seen"] or ()),
        )
        for row in facts.rows("select * from agency_queue order by report_year, agency, filing_id")
    ]  # fmt: skip


def waiting(facts: Facts, filing: str) -> Waiting:
    """The report in the queue whose filing id or sha256 begins with `filing`. Raises Refused."""
    found = [
        one for one in every_waiting(facts)
        if one.filing_id.startswith(filing) or one.sha256.startswith(filing)
    ]  # fmt: skip
    if len(found) != 1:
        many = "several reports that wait are" if found else "no report that waits is"
        raise Refused(f"{many} called {filing!r}; `gongkai agencies list --queue` lists them")
    return found[0]


def entry_of_waiting(
    report: Waiting, name: str | None, kind: str | None, level: str | None, parent: str, basis: str
) -> Entry:
    """The entry for the body that issued `report`: name, place and basis from the queue, kind and level as a
    person says them. Raises Refused where the person has not said enough.
    """
    if not kind or not level:
        raise Refused("\n".join([*report.lines(), "say what it is: --kind and --level"]))
    if not name and not report.agency:
        raise Refused("\n".join([*report.lines(), "the report names nobody: say its NAME"]))
    if not parent and level != "national":
        if report.place is None or report.place["agency_id"] is None:
            said = "nothing tells the place that it is of: say its --parent"
            raise Refused("\n".join([*report.lines(), said]))
        parent = report.place["agency_id"]
    return Entry(
        name or report.agency or "", kind, level, basis or report.basis, territorial_parent_id=parent
    )


def entry_of_name(
    resolver: Resolver, name: str, year: int | None, region: str | None, kind: str, basis: str
) -> Entry:
    """The entry for a name: its place and level as the name says them. Raises Refused."""
    found = resolver.resolve(name, year, region)
    if found.is_resolved and found.agency_id is not None:
        raise Refused(f"{name} is {found.name_zh} ({found.agency_id}) already")
    place = found.of_place
    if place is None or place.agency_id is None:
        raise Refused(f"{name}: {found.why}; say its --level and --parent")
    parent = resolver.register.at(place.agency_id, year or 9999)
    assert parent is not None
    return Entry(name, kind, parent.level, basis, territorial_parent_id=parent.agency_id)


def _shown(one: dict[str, Any]) -> str:
    against = f", against it: {one['contradicted_by']}" if one.get("contradicted_by") else ""
    return f"{one['name_zh']} ({one['agency_id'] or 'no office'}, {one['division_code'] or '-'}){against}"
