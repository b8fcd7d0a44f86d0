"""What was asked and answered in a night: kept the moment it is there, given back when the night goes on.

Belongs here: the rows of exchanges, replaying an answer from the WARCs, where payloads stand. Does not belong
here: documents and what becomes of them (`frontier`), writing WARCs (archive).

Nothing is asked twice in a night: an answer is in its WARC, on disk, before `keep` is called, and in the
table when `keep` returns. An answer that cannot be given back exactly as it was is asked for again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from ingestion.archive.fetches import FetchRow
from ingestion.archive.snapshots import ArchiveError
from ingestion.archive.warc import WarcPlace, read_answer, record_head
from ingestion.crawl.coding import CodingError, DecodedTooBig, decoded
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import Outcome


def request_key(request: Request) -> str:
    """What makes two requests of a night the same one: validators and Referer do not matter."""
    body = urlencode(request.form) if request.form is not None else request.json or ""
    return f"{request.kind} {request.method} {request.url}\n{body}"


class Answered:
    """The exchanges of the night `night`, in the round `run_id`."""

    def __init__(self, connection: sqlite3.Connection, warcs: Path) -> None:
        self._connection = connection
        self._warcs = warcs
        self.night = ""
        self.run_id = ""

    # --- answers -------------------------------------------------------------------------------------

    def keep(self, request: Request, answer: Answer) -> None:
        """Remember an answer that is complete and whose record is on disk."""
        with transaction(self._connection):
            self._put(request, answer)
            place = answer.place
            if answer.ok and place is not None and answer.raw_sha256 is not None and answer.n_bytes:
                self._connection.execute(
                    "INSERT OR IGNORE INTO payloads VALUES (?, ?, ?, ?, ?)",
                    (answer.raw_sha256, answer.url, place.file, place.offset, place.length),
                )

    def replay(self, request: Request) -> Answer | None:
        """The answer that this request had tonight; None where it was not sent, or must be sent again."""
        row = self._connection.execute(
            "SELECT answer, body_sha256 FROM exchanges WHERE night = ? AND request_key = ?",
            (self.night, request_key(request)),
        ).fetchone()
        if row is None:
            return None
        answer = _answer(request, json.loads(row["answer"]))
        if answer.attempts == 0 and answer.place is None:
            return None  # nothing was sent: the reason may have gone
        if row["body_sha256"] is None:
            return answer
        body = self._body(answer)
        if body is None or hashlib.sha256(body).hexdigest() != row["body_sha256"]:
            return None
        return replace(answer, body=body)

    def _body(self, answer: Answer) -> bytes | None:
        if answer.place is None:
            return None
        if not answer.n_bytes:
            return b""  # a redirect may name a coding and send nothing
        try:
            kept = read_answer(self._warcs, answer.place)
            if kept.is_revisit:
                row = self._connection.execute(
                    "SELECT file, offset, length FROM payloads WHERE sha256 = ?", (answer.raw_sha256,)
                ).fetchone()
                if row is None:
                    return None
                kept = read_answer(self._warcs, WarcPlace(*row))
            return decoded(kept.payload, answer.headers.get("content-encoding", ""))
        except (ArchiveError, CodingError, DecodedTooBig):
            return None

    # --- what they came to -----------------------------------------------------------------------------

    def judge(
        self,
        answer: Answer,
        outcome: Outcome,
        *,
        reason: str | None = None,
        publisher: str | None = None,
        family: str | None = None,
        content_sha256: str | None = None,
        sha256: str | None = None,
        document: int | None = None,
    ) -> None:
        """Say in the row of an answer what became of it; what is None stays. Within a transaction.

        An answer that was never kept, because nothing was sent, gets its row here.
        """
        key = request_key(answer.request)
        if not self._connection.execute(
            "SELECT 1 FROM exchanges WHERE night = ? AND request_key = ?", (self.night, key)
        ).fetchone():
            self._put(answer.request, answer)
        self._connection.execute(
            """UPDATE exchanges SET outcome = ?, reason = coalesce(?, reason),
                   publisher = coalesce(?, publisher), family = coalesce(?, family),
                   content_sha256 = coalesce(?, content_sha256), sha256 = coalesce(?, sha256),
                   document = coalesce(?, document)
               WHERE night = ? AND request_key = ?""",
            (
                outcome,
                reason,
                publisher,
                family,
                content_sha256,
                sha256,
                document,
                self.night,
                key,
            ),
        )

    def note(self, answer: Answer, publisher: str, family: str) -> None:
        """Say whose request it was. What has been said of the answer already stays. Within a transaction."""
        updated = self._connection.execute(
            "UPDATE exchanges SET publisher = ?, family = ? WHERE night = ? AND request_key = ?",
            (publisher, family, self.night, request_key(answer.request)),
        )
        if not updated.rowcount:
            self.judge(answer, answer.outcome, publisher=publisher, family=family)

    def _put(self, request: Request, answer: Answer) -> None:
        body_sha256 = hashlib.sha256(answer.body).hexdigest() if answer.ok else None
        self._connection.execute(
            """INSERT OR REPLACE INTO exchanges
                   (night, request_key, run_id, url, method, kind, host, outcome, reason, answer, body_sha256)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                self.night,
                request_key(request),
                self.run_id,
                request.url,
                request.method,
                request.kind,
                (urlsplit(request.url).hostname or "").lower(),
                answer.outcome,
                answer.reason,
                json.dumps(_plain(answer), ensure_ascii=True),
                body_sha256,
            ),
        )

    def rows(self, night: str, run_id: str) -> Iterator[FetchRow]:
        """The fetch log of one round of a night, in the order of asking."""
        # a robots.txt is its host's: whoever else was asked for there
        owners = dict(
            self._connection.execute(
                """SELECT host, min(publisher) FROM exchanges
                   WHERE night = ? AND publisher IS NOT NULL GROUP BY host""",
                (night,),
            ).fetchall()
        )
        for row in self._connection.execute(
            "SELECT * FROM exchanges WHERE night = ? AND run_id = ? ORDER BY rowid", (night, run_id)
        ):
            answer = json.loads(row["answer"])
            place = answer["place"] or (None, None, None)
            started = answer["started_at"]
            yield FetchRow(
                night=night,
                run_id=run_id,
                publisher=row["publisher"] or owners.get(row["host"]),
                family=row["family"],
                host=row["host"],
                kind=row["kind"],
                method=row["method"],
                url=row["url"],
                redirect_chain=tuple(answer["hops"]),
                started_at=datetime.fromisoformat(started).astimezone(UTC) if started else None,
                latency_ms=answer["latency_ms"],
                attempts=answer["attempts"],
                address=answer["address"],
                status=answer["status"],
                outcome=row["outcome"],
                reason=row["reason"],
                robots_rule=row["reason"] if row["outcome"] == Outcome.ROBOTS else None,
                etag=answer["headers"].get("etag"),
                last_modified=answer["headers"].get("last-modified"),
                bytes=answer["n_bytes"],
                raw_sha256=answer["raw_sha256"],
                content_sha256=row["content_sha256"],
                sha256=row["sha256"],
                document=row["document"],
                warc_file=place[0],
                warc_offset=place[1],
                warc_length=place[2],
            )

    def spent(self) -> dict[str, int]:
        """Requests made in this round, by host: what a night that was killed has used of its budgets.

        The attempts of a way over redirects are counted at its first host, less one for each further step,
        which has a row of its own: rather too many than too few.
        """
        counts: Counter[str] = Counter()
        for row in self._connection.execute(
            """SELECT host, json_extract(answer, '$.attempts') AS attempts,
                   json_array_length(answer, '$.hops') AS hops
               FROM exchanges WHERE night = ? AND run_id = ?""",
            (self.night, self.run_id),
        ):
            if row["attempts"]:
                counts[row["host"]] += max(1, row["attempts"] - max(0, row["hops"] - 1))
        return dict(counts)

    # --- where payloads stand ----------------------------------------------------------------------------

    def payload(self, sha256: str) -> tuple[str, str] | None:
        """(url, date) of a record with this payload, if it is still there."""
        return self._head("SELECT sha256, file, offset, length FROM payloads WHERE sha256 = ?", sha256)

    def visit(self, url: str) -> tuple[str, str] | None:
        """(url, date) of the newest record that this address gave a payload in."""
        return self._head(
            "SELECT sha256, file, offset, length FROM payloads WHERE url = ? ORDER BY rowid DESC LIMIT 1", url
        )

    def _head(self, query: str, value: str) -> tuple[str, str] | None:
        row = self._connection.execute(query, (value,)).fetchone()
        if row is None:
            return None
        try:
            return record_head(self._warcs, WarcPlace(*row[1:]))
        except ArchiveError:
            # Its file was taken away: the payload is stored again where it comes next.
            self._connection.execute("DELETE FROM payloads WHERE sha256 = ?", (row["sha256"],))
            return None

    def ends(self, night: str) -> dict[str, int]:
        """By WARC file, the end of the last record that a row of the night points to."""
        return {
            row[0]: row[1]
            for row in self._connection.execute(
                """SELECT json_extract(answer, '$.place[0]') AS file,
                       max(json_extract(answer, '$.place[1]') + json_extract(answer, '$.place[2]'))
                   FROM exchanges WHERE night = ? AND file IS NOT NULL GROUP BY file""",
                (night,),
            )
        }


@contextmanager
def transaction(connection: sqlite3.Connection, *, waits: bool = True) -> Iterator[None]:
    """All of it or nothing, on disk at the end. One within another belongs to the outer one.

    waits: False for what an unfinished night says again when it goes on. It outlives a kill all the same and
    reaches the disk with the next transaction that waits, never after it: only a power cut takes it back.
    """
    if connection.in_transaction:
        yield
        return
    if not waits:
        connection.execute("PRAGMA synchronous = NORMAL")
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    finally:
        if not waits:
            connection.execute("PRAGMA synchronous = FULL")


#: What of an answer is not in its row: the request asks for it, the body is in the WARC.
_ELSEWHERE = frozenset({"request", "body", "replayed"})


def _plain(answer: Answer) -> dict[str, Any]:
    plain = {
        field.name: getattr(answer, field.name) for field in fields(Answer) if field.name not in _ELSEWHERE
    }
    place = answer.place
    plain["place"] = [place.file, place.offset, place.length] if place else None
    plain["headers"] = dict(answer.headers)
    return plain


def _answer(request: Request, plain: dict[str, Any], body: bytes = b"") -> Answer:
    values = dict(plain)
    values["outcome"] = Outcome(values["outcome"])
    values["hops"] = tuple(values["hops"])
    values["place"] = WarcPlace(*values["place"]) if values["place"] else None
    return Answer(request=request, body=body, replayed=True, **values)
