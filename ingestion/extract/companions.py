"""What belongs to a page and is not in its bytes: its pictures, and files that are attached to it.

Belongs here: how a reader asks for them, whoever keeps them, and what it asked for. Does not belong here:
where they are looked for (`ingestion.beside`), which references a page holds (`references`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that a page refers to.

    reference: as the page names it. name: of the file, for people. converted: where the same document lies as
    .docx, for a format that is read so.
    """

    reference: str
    name: str
    sha256: str
    data: bytes = field(repr=False)
    converted: Path | None = None

    @property
    def mark(self) -> str:
        """What a reading of it depends on: its content, and whether it was there converted."""
        return mark_of(self.sha256, self.converted)


def mark_of(sha256: str, converted: Path | None) -> str:
    """`Companion.mark` where the bytes are not at hand."""
    return sha256 if converted is None else f"{sha256}+docx"


class Companions(Protocol):
    """Where the companions of one page are kept."""

    def find(self, reference: str) -> Companion | None:
        """The file behind a reference of the page; None if it is not there, or not fit to be taken."""
        ...


@dataclass(slots=True)
class Asked:
    """Companions that remember what they were asked for.

    marks: reference -> `Companion.mark` of what was found, None where nothing was. A page must be read again
    when one of these changes. Without a place to look (None) nothing is found and nothing remembered.
    """

    companions: Companions | None
    marks: dict[str, str | None] = field(default_factory=dict)

    def find(self, reference: str) -> Companion | None:
        """As `Companions.find`."""
        if self.companions is None:
            return None
        found = self.companions.find(reference)
        self.marks[reference] = None if found is None else found.mark
        return found
