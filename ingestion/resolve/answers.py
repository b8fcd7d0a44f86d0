"""The answer to what a name means: the agency, or the candidates and why none was taken.

Belongs here: what an answer says and how it is written. Does not belong here: finding it (`resolver`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that the name may mean, with its office. score: county 4, city 2, province 1, as far as
    they are said; agency_id: None where the place has no registered office.
    """

    agency_id: str | None
    division_code: str | None
    name_zh: str
    score: int
    contradicted: str | None = None

    def to_dict(self) -> dict[str, object]:
        return {
            "agency_id": self.agency_id,
            "division_code": self.division_code,
            "name_zh": self.name_zh,
            "score": self.score,
            "contradicted_by": self.contradicted,
        }


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name means. how: a word for the reason (`county`, `tie`, ...), why: the reason in words. Where
    nothing was accepted agency_id and division_code are None, and `candidates` is what a person may choose
    from. of_place: where the name is of a body that is not registered, the place that it belongs to.
    """

    name: str
    year: int | None
    agency_id: str | None
    division_code: str | None
    name_zh: str | None
    score: int
    how: str
    why: str
    candidates: tuple[Candidate, ...] = ()
    of_place: Candidate | None = None

    @property
    def is_resolved(self) -> bool:
        """Whether it is clear which place is meant; agency_id is None if it has no registered office."""
        return self.division_code is not None or self.agency_id is not None

    @property
    def runner_up(self) -> Candidate | None:
        """The best of the others."""
        chosen = (self.agency_id, self.division_code)
        others = [one for one in self.candidates if (one.agency_id, one.division_code) != chosen]
        return others[0] if others else None

    def to_dict(self) -> dict[str, object]:
        """The answer of `gongkai agencies resolve --json`."""
        runner_up = self.runner_up
        return {
            "name": self.name,
            "year": self.year,
            "agency_id": self.agency_id,
            "division_code": self.division_code,
            "name_zh": self.name_zh,
            "score": self.score,
            "runner_up": runner_up.to_dict() if runner_up else None,
            "how": self.how,
            "why": self.why,
            "candidates": [one.to_dict() for one in self.candidates],
            "of_place": self.of_place.to_dict() if self.of_place else None,
        }
