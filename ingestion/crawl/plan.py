"""What a night does: which lists are walked whole, which known documents are asked for again.

Belongs here: the calendar. Does not belong here: doing it (`night`, `site`).

Reports are due on 31 January (departments) and 31 March (governments), early ones appear in the middle of
December and late ones for months: so lists are walked every night of the season and once a week beside it.
What vanished, or was changed without a word, is found by asking for every known document once in four weeks.
Both are spread by a hash, so that no day of the week carries all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

#: First and last day of the season, (month, day), both included; it runs over the turn of the year.
SEASON = ((12, 15), (4, 30))
#: Nights between two walks of a whole list, where a night's walk may stop at what is known.
WHOLE_EVERY = 7
#: Days after which every known document has been asked for again.
RECHECK_DAYS = 28


@dataclass(frozen=True, slots=True)
class NightPlan:
    """night: its name, a date as a rule. due, whole: by publisher id; recheck: by a document's address.

    due: whether its lists are walked at all. whole: to their end, whatever is known of them. recheck: whether
    a known document is asked for although nothing calls for it.
    """

    night: str
    due: Callable[[str], bool]
    whole: Callable[[str], bool]
    recheck: Callable[[str], bool]


def plan_for(day: dt.date) -> NightPlan:
    """The plan of the calendar."""
    number = day.toordinal()
    season = in_season(day)
    weekly = _turn(number, WHOLE_EVERY)
    return NightPlan(
        night=day.isoformat(),
        due=lambda publisher: season or weekly(publisher),
        whole=weekly,
        recheck=_turn(number, RECHECK_DAYS),
    )


def whole_night(name: str) -> NightPlan:
    """Everything: all lists to their end, all known documents again."""
    return NightPlan(name, due=_always, whole=_always, recheck=_always)


def in_season(day: dt.date) -> bool:
    """Whether reports are expected to appear on `day`."""
    first, last = SEASON
    return (day.month, day.day) >= first or (day.month, day.day) <= last


def _always(_: str) -> bool:
    return True


def _turn(number: int, every: int) -> Callable[[str], bool]:
    """One day in `every` for each key, the same one for a key whoever asks."""

    def due(key: str) -> bool:
        return (
            int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4]) % every
            == number % every
        )

    return due
