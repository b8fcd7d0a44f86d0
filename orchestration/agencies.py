"""Which of the agencies that filed is meant by a name as people type it.

Belongs here: matching a short name to the agencies of a release. Not here: which agency a printed name means
(`ingestion.resolve`); here every agency that filed is known already.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestration.facts import Facts


class NoSuchAgency(Exception):
    """No agency, or more than one, is meant; `candidates` are the full names to choose from."""

    def __init__(self, name: str, candidates: list[str], ambiguous: bool) -> None:
        listed = ", ".join(candidates[:20]) or "none"
        super().__init__(
            f"{name!r} may mean several agencies: {listed}"
            if ambiguous
            else f"no agency is called {name!r}; there are: {listed}"
        )
        self.candidates = candidates


def match_agency(name: str, known: Iterable[str]) -> str:
    """The full name meant by `name`: the same name, else the only one that contains it, else the only one
    that contains its characters in order (长乐营前 for 福州市长乐区人民政府营前街道办事处).

    Raises NoSuchAgency when none or several fit at the first level where any fits.
    """
    return match_body(name, {full: (full,) for full in known})


def match_body(name: str, bodies: Mapping[str, Collection[str]]) -> str:
    """As `match_agency`, of bodies that each have several names: the key of the one that is meant.

    bodies: key -> its names, first the one to show.
    """
    wanted = _plain(name)
    shown = {key: next(iter(names)) for key, names in bodies.items()}
    levels: tuple[Callable[[str], bool], ...] = (
        lambda full: full == wanted,
        lambda full: wanted in full,
        lambda full: _in_order(wanted, full),
    )
    for fits in levels:
        found = [key for key, names in bodies.items() if wanted and any(fits(_plain(one)) for one in names)]
        if len(found) == 1:
            return found[0]
        if found:
            raise NoSuchAgency(name, sorted(shown[key] for key in found), ambiguous=True)
    raise NoSuchAgency(name, sorted(shown.values()), ambiguous=False)


def filings_by(facts: Facts, name: str) -> tuple[str, list[dict[str, Any]]]:
    """The name to show of the agency that is meant, and its filings by report year and vintage.

    It may be named as in a report, as in the register, by an alias or by its id; an agency that is not
    registered only as in its reports. Raises NoSuchAgency.
    """
    filings = facts.rows("select * from filings where agency is not null order by report_year, vintage")
    names: dict[str, list[str]] = {}
    for row in reversed(filings):
        names.setdefault(row["agency_id"] or row["agency"], []).append(row["agency"])
    for row in facts.rows("select * from agency_names"):
        if row["agency_id"] in names:
            names[row["agency_id"]] += [row["name"], row["agency_id"]]
    body = match_body(name, names)
    return names[body][0], [row for row in filings if body == (row["agency_id"] or row["agency"])]


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _in_order(part: str, whole: str) -> bool:
    letters = iter(whole)
    return all(letter in letters for letter in part)
