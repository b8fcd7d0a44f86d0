"""Lists and their links as they are remembered: which were seen, what was made of their titles.

Belongs here: links, whole walks, addresses that get another name. Does not belong here: what becomes of a
document (`frontier`), walking (`site`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ingestion.crawl.answered import Answered, transaction
from ingestion.crawl.memory import FrontierError, Remembered
from ingestion.crawl.outcomes import Outcome


class Listed(Remembered):
    """What is remembered of lists, in the state at `path`; `warcs`: the folder of WARC files."""

    def __init__(self, path: Path, warcs: Path) -> None:
        super().__init__(path)
        self._answered = Answered(self._connection, warcs)
        self.replay = self._answered.replay
        self.payload = self._answered.payload
        self.visit = self._answered.visit
        self.spent = self._answered.spent

    def link(
        self,
        publisher: str,
        key: str,
        url: str,
        title: str,
        verdict: str,
        why: str,
        referer: str | None = None,
    ) -> None:
        """A link of a list, and the verdict over its title."""
        night = self._night()
        with transaction(self._connection, waits=False):
            self._run(
                """INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)
                   ON CONFLICT DO UPDATE SET url = excluded.url, title = excluded.title,
                       referer = coalesce(excluded.referer, referer), verdict = excluded.verdict,
                       why = excluded.why, last_night = excluded.last_night""",
                *(publisher, key, url, title, referer, verdict, why, night, night),
            )

    def at_once(self) -> AbstractContextManager[None]:
        """What is remembered within is remembered together or, after a kill, not at all."""
        return transaction(self._connection)

    def was_known(self, key: str) -> bool:
        """Whether an address was known, as a document or as a link, before the present night.

        Where a list is walked until nothing is new, a night that goes on after a kill must walk as far as it
        did the first time.
        """
        night = self._night()
        return bool(
            self._one(
                """SELECT 1 FROM locations WHERE key = ?1 AND first_night <> ?2
                   UNION ALL SELECT 1 FROM links WHERE key = ?1 AND first_night <> ?2""",
                key,
                night,
            )
        )

    def mark_whole(self, publisher: str) -> None:
        """All lists of a publisher were walked to their ends tonight."""
        self._run("INSERT OR REPLACE INTO lists VALUES (?, ?)", publisher, self._night())

    def not_whole(self, publisher: str) -> None:
        """A list broke off tonight: the next walk goes to the end, whatever it finds to be known."""
        self._run("DELETE FROM lists WHERE publisher = ?", publisher)

    def link_outcome(self, publisher: str, key: str) -> Outcome | None:
        """What the last fetch of a link came to, where that gave no document."""
        row = self._one("SELECT outcome FROM links WHERE publisher = ? AND key = ?", publisher, key)
        return Outcome(row["outcome"]) if row and row["outcome"] else None

    def rename(self, names: Mapping[str, str]) -> None:
        """Addresses that a record, edited by now, calls by another key. One that is known already stays."""
        with transaction(self._connection):
            for before, now in names.items():
                for table in ("locations", "links", "children", "steps", "parts"):
                    self._run(f"UPDATE OR IGNORE {table} SET key = ? WHERE key = ?", now, before)
                self._run(
                    """UPDATE documents SET main_key = ?1 WHERE main_key = ?2
                       AND NOT EXISTS (SELECT 1 FROM locations WHERE key = ?2)""",
                    now,
                    before,
                )

    def _night(self) -> str:
        if not self._answered.night:
            raise FrontierError("no night has begun")
        return self._answered.night

    def _run(self, query: str, *values: Any) -> sqlite3.Cursor:
        return self._connection.execute(query, values)
