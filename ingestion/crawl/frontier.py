"""The frontier: which documents are known, where, since when, and what was asked and answered tonight.

Belongs here: what becomes of an address in a night, decided once and remembered over nights. Does not belong
here: asking servers (`fetcher`), which address has its turn (`site`), the answers' rows (`answered`), lists
and their links (`listed`), the tables (`memory`).

Each step of a document is one transaction: a night that is killed leaves all of it or nothing. A step is
decided once a night: asked again, as a night does that goes on after a kill, the frontier gives the outcome
that it gave the first time. Only a good answer outweighs an absence of the same night.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ingestion.archive.fetches import FetchRow
from ingestion.crawl.answered import transaction
from ingestion.crawl.listed import Listed
from ingestion.crawl.memory import Child, Document, FrontierError, Known, Link, Sight
from ingestion.crawl.model import Answer, ListItem, Request
from ingestion.crawl.outcomes import UNCHANGED, UNKNOWN, Outcome

__all__ = ["Child", "Document", "Frontier", "FrontierError", "Known", "Link", "Sight"]

#: Nights in a row, without a good answer between them, after which a document counts as gone.
NIGHTS_UNTIL_GONE = 3

_ABSENT = frozenset({Outcome.GONE_SUSPECT, Outcome.GONE})


class Frontier(Listed):
    """The crawler's state at `path`; `warcs`: the folder of WARC files. One process uses it at a time.

    It is the fetcher's Memory (replay, keep) and the WARC writer's KnownPayloads (payload, visit).
    """

    # --- nights --------------------------------------------------------------------------------------

    def begin(self, night: str) -> dict[str, int]:
        """Begin a night, or go on with one that was killed. Gives the known ends of its WARCs (`resume`).

        A night that had ended is begun again to retry what failed: answers from which nothing follows are
        forgotten, so that they are asked for again, and a new round writes its own fetch log.
        """
        with transaction(self._connection):
            row = self._one("SELECT round, ended FROM nights WHERE night = ?", night)
            number: int = row["round"] + row["ended"] if row else 1
            if row and row["ended"]:
                for table in ("exchanges", "parts"):
                    self._run(
                        f"DELETE FROM {table} WHERE night = ? AND outcome IN ({_marks(UNKNOWN)})",
                        night,
                        *UNKNOWN,
                    )
            self._run("INSERT OR REPLACE INTO nights VALUES (?, ?, 0)", night, number)
            for table in ("exchanges", "steps", "parts"):
                self._run(
                    f"""DELETE FROM {table} WHERE night <> ?
                        AND night IN (SELECT night FROM nights WHERE ended)""",
                    night,
                )
        self._answered.night = night
        self._answered.run_id = self.run_id(night)
        return self.ends(night)

    def unended(self) -> list[str]:
        """Nights that were killed and never went on, beside the present one. Their rows are still owed."""
        return [
            row[0]
            for row in self._all(
                "SELECT night FROM nights WHERE NOT ended AND night <> ?", self._answered.night
            )
        ]

    def run_id(self, night: str) -> str:
        """The name of the night's present round: of its WARCs and of its part of the fetch log."""
        row = self._one("SELECT round FROM nights WHERE night = ?", night)
        if row is None:
            raise FrontierError(f"night {night!r} has not begun")
        return night if row["round"] == 1 else f"{night}-r{row['round']}"

    def ends(self, night: str) -> dict[str, int]:
        """By WARC file, a record boundary up to which it must be whole."""
        return self._answered.ends(night)

    def rows(self, night: str) -> Iterator[FetchRow]:
        """The fetch log of the night's present round."""
        return self._answered.rows(night, self.run_id(night))

    def end(self, night: str) -> None:
        """The night is over: its WARCs are finished and its rows written."""
        self._run("UPDATE nights SET ended = 1 WHERE night = ?", night)

    # --- tonight's answers -----------------------------------------------------------------------------

    def keep(self, request: Request, answer: Answer) -> None:
        """Remember an answer; called when its WARC record is on disk, and on disk itself when it returns."""
        self._night()
        self._answered.keep(request, answer)

    def note(self, answer: Answer, publisher: str, family: str) -> None:
        """Say for whom an answer was asked, whatever it is: a row for what was never sent comes from this."""
        self._night()
        with transaction(self._connection, waits=False):
            self._answered.note(answer, publisher, family)

    def done(self, key: str) -> Outcome | None:
        """What became of this address tonight, if that is decided."""
        row = self._one("SELECT outcome FROM steps WHERE night = ? AND key = ?", self._night(), key)
        return Outcome(row["outcome"]) if row else None

    # --- a document's step -------------------------------------------------------------------------------

    def seen(self, sight: Sight) -> Outcome:
        """A document was had with its content. What that means is decided here, and given back:

        NEW; CHANGED (at the main address); DUPLICATE (another address of a known document, or one that now
        shows what the document shows already); MOVED (a known document of this publisher that was missed
        everywhere else). An address that shared a document and now shows something nobody knows gets a
        document of its own: what it shared is unchanged.
        """
        with transaction(self._connection):
            decided = self._decided(sight.key)
            if decided is not None:
                return decided
            known = self.location(sight.key)
            number, outcome = self._placed(sight, known)
            self._locate(sight.publisher, sight, number, sight.content_digest)
            self._keep_children(number, sight.children)
            return self._step(
                sight.key,
                sight.answer,
                outcome,
                publisher=sight.publisher,
                content_sha256=sight.content_digest,
                sha256=sight.sha256,
                document=number,
                reason="; ".join(sight.remarks) or None,
            )

    def copy(self, publisher: str, key: str, item: ListItem, answer: Answer, content_digest: str) -> Outcome:
        """An address shows what a known document shows. Raises FrontierError where there is no such."""
        document = self.by_digest(content_digest)
        if document is None:
            raise FrontierError(f"no document has the content of {key}")
        return self.seen(
            Sight(
                publisher=publisher,
                key=key,
                url=item.url,
                referer=item.referer,
                answer=answer,
                outcome=Outcome.DUPLICATE,
                title=item.title,
                issuer=document.issuer,
                report_year=document.report_year,
                published_on=document.published_on,
                content_digest=content_digest,
                sha256=None,
                children=tuple(self.children(document.id)),
            )
        )

    def unchanged(self, key: str, answer: Answer, outcome: Outcome, title: str | None = None) -> Outcome:
        """A known document says what it said; MOVED where another host said it this time.

        outcome: one of UNCHANGED, or CHANGED where what is attached to it is not what it was. title: by which
        its list calls it now.
        """
        with transaction(self._connection):
            decided = self._decided(key)
            if decided is not None:
                return decided
            known = self.location(key)
            if known is None:
                raise FrontierError(f"{key} is not known, so it cannot be unchanged")
            if outcome in UNCHANGED and _host(known.url) != _host(answer.url):
                outcome = Outcome.MOVED
            if outcome is Outcome.CHANGED:
                self._run(
                    "UPDATE documents SET changed_night = ? WHERE id = ?", self._night(), known.document
                )
            self._run(
                """UPDATE locations SET url = ?, title = coalesce(?, title), etag = coalesce(?, etag),
                       last_modified = coalesce(?, last_modified),
                       last_night = ?, state = 'live', absences = 0 WHERE key = ?""",
                answer.url,
                title,
                answer.headers.get("etag"),
                answer.headers.get("last-modified"),
                self._night(),
                key,
            )
            self.completed(known.document)
            return self._step(
                key,
                answer,
                outcome,
                publisher=known.publisher,
                content_sha256=known.content_digest,
                document=known.document,
            )

    def absent(self, key: str, answer: Answer) -> Outcome:
        """The server says that there is nothing at an address: GONE_SUSPECT, on the third night GONE.

        For an address without a document it is what the answer says.
        """
        with transaction(self._connection):
            decided = self.done(key)
            if decided is not None:
                return decided
            known = self.location(key)
            if known is None:
                return self.failed(key, answer)
            absences = known.absences + 1
            outcome = Outcome.GONE if absences >= NIGHTS_UNTIL_GONE else Outcome.GONE_SUSPECT
            self._run(
                "UPDATE locations SET state = ?, absences = ? WHERE key = ?",
                outcome,
                absences,
                key,
            )
            return self._step(
                key, answer, outcome, publisher=known.publisher, document=known.document, good=False
            )

    def failed(
        self, key: str, answer: Answer, outcome: Outcome | None = None, reason: str | None = None
    ) -> Outcome:
        """No document came of an answer: its row says why, nothing that is known changes."""
        outcome = outcome or answer.outcome
        self._night()
        with transaction(self._connection):
            known = self.location(key)
            self._answered.judge(
                answer,
                outcome,
                reason=reason,
                publisher=known.publisher if known else None,
                document=known.document if known else None,
            )
            self._run("UPDATE links SET outcome = ? WHERE key = ?", outcome, key)
        return outcome

    def part(
        self, publisher: str, key: str, answer: Answer, outcome: Outcome, child: Child | None
    ) -> Outcome:
        """What became of an attachment or picture, decided once a night.

        It counts as part of its document when that document's step is taken, not before: a kill between the
        two must not make the change look old.
        """
        with transaction(self._connection):
            row = self._one("SELECT outcome FROM parts WHERE night = ? AND key = ?", self._night(), key)
            if row is not None:
                return Outcome(row["outcome"])
            had = (child.sha256, child.etag, child.last_modified) if child else (None, None, None)
            if child is not None or outcome not in UNKNOWN:
                self._run("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)", self._night(), key, outcome, *had)
            self._answered.judge(answer, outcome, publisher=publisher, sha256=had[0])
            return outcome

    def completed(self, document: int) -> None:
        """Take over what was had of a document's parts tonight, and why others were not."""
        with transaction(self._connection):
            # by a look-up for each child: joined, every document would read all parts of the night
            tonight = "FROM parts WHERE parts.night = ?1 AND parts.key = children.key"
            self._run(
                f"""UPDATE children SET outcome = NULL, (sha256, etag, last_modified, night) =
                       (SELECT sha256, etag, last_modified, night {tonight})
                    WHERE document = ?2 AND EXISTS (SELECT 1 {tonight} AND parts.sha256 IS NOT NULL)""",
                self._night(),
                document,
            )
            self._run(
                f"""UPDATE children SET outcome = (SELECT outcome {tonight})
                    WHERE document = ?2 AND sha256 IS NULL AND EXISTS (SELECT 1 {tonight})""",
                self._night(),
                document,
            )

    # --- behind them ---------------------------------------------------------------------------------------

    def _placed(self, sight: Sight, known: Known | None) -> tuple[int, Outcome]:
        """(document, outcome) of a sight; the document's row is as it shall be afterwards."""
        if known is not None:
            document = self.document(known.document)
            assert document is not None
            if sight.content_digest == known.content_digest:
                return self._same(sight, document)
            if sight.content_digest == document.content_digest:
                return document.id, Outcome.DUPLICATE
            main = known if known.is_main else self.location(document.main_key)
            if known.is_main or main is None or main.state != "live":
                self._describe(document.id, sight)
                return document.id, Outcome.CHANGED
        twin = self.by_digest(sight.content_digest)
        if twin is None:
            return self._new_document(sight), Outcome.NEW
        if twin.state != "live" and twin.publisher == sight.publisher:
            self._run("UPDATE documents SET main_key = ? WHERE id = ?", sight.key, twin.id)
            return twin.id, Outcome.MOVED
        return twin.id, Outcome.DUPLICATE

    def _same(self, sight: Sight, document: Document) -> tuple[int, Outcome]:
        """The page is the same: changed only if something that belongs to it is another one now."""
        before = {child.key: child.sha256 for child in self.children(document.id)}
        for child in sight.children:
            if child.sha256 and before.get(child.key) and before[child.key] != child.sha256:
                self._describe(document.id, sight)
                return document.id, Outcome.CHANGED
        return document.id, Outcome.UNCHANGED_DIGEST

    def _new_document(self, sight: Sight) -> int:
        before = None
        if sight.issuer is not None and sight.report_year is not None:
            before = self._one(
                """SELECT id FROM documents WHERE publisher = ? AND issuer = ? AND report_year = ?
                   ORDER BY id DESC LIMIT 1""",
                *(sight.publisher, sight.issuer, sight.report_year),
            )
        cursor = self._run(
            """INSERT INTO documents (publisher, main_key, title, issuer, report_year, published_on,
                   content_digest, raw_sha256, sha256, first_night, reissue_of)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            *(sight.publisher, sight.key, sight.title, sight.issuer, sight.report_year, sight.published_on),
            *(sight.content_digest, sight.answer.raw_sha256, sight.sha256, self._night()),
            before["id"] if before else None,
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _describe(self, number: int, sight: Sight) -> None:
        self._run(
            """UPDATE documents SET main_key = ?, title = ?, issuer = ?, report_year = ?, published_on = ?,
                   content_digest = ?, raw_sha256 = ?, sha256 = ?, changed_night = ? WHERE id = ?""",
            *(sight.key, sight.title, sight.issuer, sight.report_year, sight.published_on),
            *(sight.content_digest, sight.answer.raw_sha256, sight.sha256, self._night(), number),
        )

    def _locate(self, publisher: str, sight: Sight, number: int, content_digest: str) -> None:
        headers = sight.answer.headers
        night = self._night()
        self._run(
            """INSERT INTO locations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'live', 0)
               ON CONFLICT DO UPDATE SET document = excluded.document, url = excluded.url,
                   title = excluded.title, referer = excluded.referer,
                   content_digest = excluded.content_digest, etag = excluded.etag,
                   last_modified = excluded.last_modified, last_night = excluded.last_night,
                   state = 'live', absences = 0""",
            *(sight.key, publisher, number, sight.answer.url, sight.listed_as or sight.title, sight.referer),
            content_digest,
            *(headers.get("etag"), headers.get("last-modified"), night, night),
        )

    def _keep_children(self, number: int, children: tuple[Child, ...]) -> None:
        """What belongs to a document now. One that could not be had tonight keeps what was had before."""
        before = {child.key: child for child in self.children(number)}
        self._run("DELETE FROM children WHERE document = ?", number)
        for place, child in enumerate(children):
            had = child if child.sha256 else before.get(child.key, child)
            self._run(
                "INSERT OR IGNORE INTO children VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(number, child.key, place, child.url, child.text, child.role),
                *(
                    had.sha256,
                    had.etag,
                    had.last_modified,
                    self._night(),
                    None if had.sha256 else child.outcome,
                ),
            )

    def _decided(self, key: str) -> Outcome | None:
        """The outcome that stands whatever good answer comes: an absence does not."""
        decided = self.done(key)
        return None if decided in _ABSENT else decided

    def _step(self, key: str, answer: Answer, outcome: Outcome, good: bool = True, **said: Any) -> Outcome:
        self._run("INSERT OR REPLACE INTO steps VALUES (?, ?, ?)", self._night(), key, outcome)
        self._answered.judge(answer, outcome, **said)
        self._run("UPDATE links SET outcome = ? WHERE key = ?", None if good else outcome, key)
        return outcome


def _marks(values: frozenset[Outcome]) -> str:
    return ", ".join("?" * len(values))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
