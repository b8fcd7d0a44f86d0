"""What a night did, site by site: counts and the reasons behind them.

Belongs here: gathering and adding up. Does not belong here: deciding (`site`), showing (orchestration).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ingestion.crawl.outcomes import BLOCKED, PASSING, UNCHANGED, Outcome

#: Outcomes of documents that need nobody's attention.
_FINE = UNCHANGED | {
    Outcome.OK,
    Outcome.NEW,
    Outcome.CHANGED,
    Outcome.DUPLICATE,
    Outcome.MOVED,
    Outcome.NOT_A_REPORT,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person may want to look at: an address, what became of it, and why.

    outcome: one of `Outcome`, or list_problem for a list that answered and may not be complete, or whose link
    does not say what lies behind it.

    retry: whether asking again may help, tonight or tomorrow.
    """

    url: str
    outcome: str
    reason: str
    retry: bool = False


@dataclass(slots=True)
class SiteReport:
    """One publisher's night.

    lists: list pages that were read. items: links on them, each address once. outcomes: of documents, by
    word. parts: of attachments and pictures. review: titles that a person should decide on. refused: links to
    hosts that are not registered, never asked for. findings: what failed, with reasons. reports: documents of
    the publisher that are known and not gone, when the night ended; by_year: by the year that their titles
    name.
    """

    publisher: str
    walked: bool = False
    whole: bool = False
    lists: int = 0
    items: int = 0
    candidates: int = 0
    review: int = 0
    refused: int = 0
    requests: int = 0
    reports: int = 0
    by_year: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    error: str | None = None

    def count(self, outcome: Outcome, url: str, reason: str | None = None) -> None:
        """A document's outcome."""
        self.outcomes[outcome.value] += 1
        if outcome not in _FINE:
            self._find(outcome, url, reason or outcome.value)

    def count_part(self, outcome: Outcome, url: str, reason: str | None = None) -> None:
        """The outcome of an attachment or a picture."""
        self.parts[outcome.value] += 1
        if outcome not in _FINE:
            self._find(outcome, url, reason or outcome.value)

    def list_failed(self, outcome: Outcome, url: str, reason: str | None) -> None:
        """A page of the list that could not be had."""
        self._find(outcome, url, f"list page: {reason or outcome.value}")

    def link_refused(self, url: str, reason: str) -> None:
        """A link of a list that is never asked for, and that somebody should look at all the same."""
        self._find(Outcome.REFUSED_GUARD, url, reason)

    def list_doubtful(self, url: str, problem: str) -> None:
        """A page of the list that answered, while not all of the list is known to have come."""
        self.findings.append(Finding(url, "list_problem", problem))

    def _find(self, outcome: Outcome, url: str, reason: str) -> None:
        self.findings.append(Finding(url, outcome.value, reason, outcome in PASSING))

    @property
    def new(self) -> int:
        return self.outcomes[Outcome.NEW]

    @property
    def changed(self) -> int:
        return self.outcomes[Outcome.CHANGED]

    @property
    def unchanged(self) -> int:
        return sum(self.outcomes[outcome] for outcome in UNCHANGED)

    @property
    def blocked(self) -> int:
        """Findings by which the site does not let us."""
        blocked = {outcome.value for outcome in BLOCKED}
        return sum(finding.outcome in blocked for finding in self.findings)

    @property
    def is_blocked(self) -> bool:
        """Whether nothing of the site could be had because it does not let us, or robots.txt does not."""
        kinds = {finding.outcome for finding in self.findings}
        barred = {outcome.value for outcome in BLOCKED} | {Outcome.ROBOTS.value}
        return bool(kinds & barred) and self.lists == 0

    @property
    def failed(self) -> bool:
        """Whether the site's list could not be walked, or our own code failed on it."""
        return self.error is not None or (self.walked and self.lists == 0)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            **asdict(self),
            "outcomes": dict(sorted(self.outcomes.items())),
            "parts": dict(sorted(self.parts.items())),
            "by_year": dict(sorted(self.by_year.items())),
            "is_blocked": self.is_blocked,
        }


@dataclass(slots=True)
class NightReport:
    """All sites of a night, by publisher id. hosts: every host that was contacted, with its requests."""

    night: str
    sites: dict[str, SiteReport] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)

    def total(self, outcome: Outcome) -> int:
        """Documents with this outcome, over all sites."""
        return sum(site.outcomes[outcome.value] for site in self.sites.values())

    @property
    def reports(self) -> int:
        """Documents that are known and not gone."""
        return sum(site.reports for site in self.sites.values())

    @property
    def failed(self) -> Mapping[str, SiteReport]:
        """The sites whose lists could not be walked."""
        return {name: site for name, site in self.sites.items() if site.failed}
