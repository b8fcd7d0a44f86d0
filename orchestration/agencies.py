"""Which of the agencies that filed is meant by a name as people type it.

Belongs here: matching a short name to the full names in a release. Not here: the agency register and its
crosswalk, which a later room of the catalog owns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable


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
    every = sorted(set(known))
    wanted = _plain(name)
    levels: tuple[Callable[[str], bool], ...] = (
        lambda full: full == wanted,
        lambda full: wanted in full,
        lambda full: _in_order(wanted, full),
    )
    for fits in levels:
        found = [full for full in every if wanted and fits(_plain(full))]
        if len(found) == 1:
            return found[0]
        if found:
            raise NoSuchAgency(name, found, ambiguous=True)
    raise NoSuchAgency(name, every, ambiguous=False)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _in_order(part: str, whole: str) -> bool:
    letters = iter(whole)
    return all(letter in letters for letter in part)
