"""What the crawler remembers: its tables, the shapes that it gives out, and looking things up.

Belongs here: the schema of the SQLite file, plain records, reading them. Does not belong here: what becomes
of an address, and writing it (`frontier`), tonight's answers (`answered`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingestion.crawl.model import Answer
from ingestion.crawl.outcomes import ABSENT, PASSING, Outcome

#: Raised with every change of the tables that old code or old files would not survive.
VERSION = 2
#: What makes a file of a version one of the next.
_UPGRADES = {1: "ALTER TABLE children ADD COLUMN outcome TEXT;"}

State = Literal["live", "gone_suspect", "gone"]

_TABLES = """
CREATE TABLE nights (
    night TEXT PRIMARY KEY,
    round INTEGER NOT NULL,         -- rises when a night that had ended is begun again
    ended INTEGER NOT NULL
) STRICT;
CREATE TABLE exchanges (            -- what was asked in nights that have not ended, and the last that has
    night TEXT NOT NULL,
    request_key TEXT NOT NULL,
    run_id TEXT NOT NULL,
    url TEXT NOT NULL, method TEXT NOT NULL, kind TEXT NOT NULL, host TEXT NOT NULL,
    publisher TEXT, family TEXT,
    outcome TEXT NOT NULL, reason TEXT,
    answer TEXT NOT NULL,           -- JSON: the answer as it was first given, without its body
    body_sha256 TEXT,               -- of the decoded body
    content_sha256 TEXT, sha256 TEXT, document INTEGER,
    PRIMARY KEY (night, request_key)
) STRICT;
CREATE TABLE steps (                -- what became of an address in a night: decided once
    night TEXT NOT NULL, key TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (night, key)
) STRICT;
CREATE TABLE parts (                -- attachments and pictures had in a night, before their page's step
    night TEXT NOT NULL, key TEXT NOT NULL, outcome TEXT NOT NULL,
    sha256 TEXT, etag TEXT, last_modified TEXT,
    PRIMARY KEY (night, key)
) STRICT;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publisher TEXT NOT NULL,
    main_key TEXT NOT NULL,         -- the location whose changes are the document's changes
    title TEXT, issuer TEXT, report_year INTEGER, published_on TEXT,
    content_digest TEXT NOT NULL, raw_sha256 TEXT, sha256 TEXT,
    first_night TEXT NOT NULL, changed_night TEXT,
    reissue_of INTEGER REFERENCES documents (id)
) STRICT;
CREATE INDEX documents_digest ON documents (content_digest);
CREATE INDEX documents_report ON documents (publisher, issuer, report_year);
CREATE TABLE locations (
    key TEXT PRIMARY KEY,
    publisher TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (id),
    url TEXT NOT NULL, title TEXT, referer TEXT,
    content_digest TEXT NOT NULL,   -- of what this address showed last
    etag TEXT, last_modified TEXT,
    first_night TEXT NOT NULL, last_night TEXT NOT NULL,
    state TEXT NOT NULL, absences INTEGER NOT NULL
) STRICT;
CREATE INDEX locations_publisher ON locations (publisher);
CREATE INDEX locations_document ON locations (document);
CREATE TABLE children (
    document INTEGER NOT NULL REFERENCES documents (id),
    key TEXT NOT NULL, place INTEGER NOT NULL,
    url TEXT NOT NULL, text TEXT NOT NULL, role TEXT NOT NULL,
    sha256 TEXT, etag TEXT, last_modified TEXT, night TEXT NOT NULL,
    outcome TEXT,                   -- why it was not had; NULL where it was
    PRIMARY KEY (document, key)
) STRICT;
CREATE INDEX children_key ON children (key);
CREATE TABLE links (
    publisher TEXT NOT NULL, key TEXT NOT NULL,
    url TEXT NOT NULL, title TEXT NOT NULL, referer TEXT, verdict TEXT NOT NULL, why TEXT NOT NULL,
    outcome TEXT,                   -- of its last fetch that gave no document
    first_night TEXT NOT NULL, last_night TEXT NOT NULL,
    PRIMARY KEY (publisher, key)
) STRICT;
CREATE INDEX links_key ON links (key);
CREATE TABLE lists (publisher TEXT PRIMARY KEY, whole_night TEXT NOT NULL) STRICT;
CREATE TABLE payloads (             -- where a payload stands in the WARCs
    sha256 TEXT PRIMARY KEY, url TEXT NOT NULL,
    file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL
) STRICT;
CREATE INDEX payloads_url ON payloads (url);
"""


class FrontierError(Exception):
    """The crawler's state cannot be used, or is used in an order that would lose something."""


def connect(path: Path) -> sqlite3.Connection:
    """The state at `path`, created if need be. What is committed is on disk.

    Raises FrontierError where the file has been written by another version of the program.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == 0:
        connection.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version = {VERSION};COMMIT;")
        return connection
    while found in _UPGRADES:
        connection.executescript(
            f"BEGIN IMMEDIATE;{_UPGRADES[found]}PRAGMA user_version = {found + 1};COMMIT;"
        )
        found += 1
    if found != VERSION:
        connection.close()
        raise FrontierError(f"{path.name} has version {found}, this program knows {VERSION}")
    return connection


@dataclass(frozen=True, slots=True)
class Known:
    """A location: an address under which a document is known.

    key: the canonical address. url: the one that answered last. content_digest: of what this address showed
    last, which need not be what the document's other addresses show. is_main: whether its changes are the
    document's. first_night, last_night: of good answers. absences: nights in a row without it.
    """

    key: str
    publisher: str
    document: int
    url: str
    title: str | None
    referer: str | None
    content_digest: str
    etag: str | None
    last_modified: str | None
    first_night: str
    last_night: str
    state: State
    absences: int
    is_main: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a publisher.

    content_digest, raw_sha256, sha256: of the extracted content, of the body on the wire, of the bytes in the
    archive, as last seen at its main location. state: the best of its locations. changed_night: when its
    content was last another one; None = never. reissue_of: the document of the same publisher, issuer and
    report year that was known before it.
    """

    id: int
    publisher: str
    main_key: str
    title: str | None
    issuer: str | None
    report_year: int | None
    published_on: str | None
    content_digest: str
    raw_sha256: str | None
    sha256: str | None
    first_night: str
    changed_night: str | None
    reissue_of: int | None
    state: State


@dataclass(frozen=True, slots=True)
class Child:
    """An attachment or a picture of a document.

    sha256: of its bytes in the archive, None = not had yet; outcome: why not, None where that is not known.
    """

    key: str
    url: str
    text: str
    role: str
    sha256: str | None
    etag: str | None = None
    last_modified: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a list, with the verdict over its title.

    outcome: of its last fetch, where that gave no document; None = never asked for, or a document came.
    """

    publisher: str
    key: str
    url: str
    title: str
    referer: str | None
    verdict: str
    why: str
    outcome: Outcome | None
    first_night: str
    last_night: str


@dataclass(frozen=True, slots=True)
class Sight:
    """A document that was seen with its content: what the frontier is to remember of it.

    key: canonical address. url: as linked; the one that answered is the answer's. outcome: NEW or CHANGED, as
    the caller sees it; the frontier's word counts. sha256: of the bytes in the archive. children: all that
    belongs to it now. remarks: what contradicts itself in it, for its row. listed_as: its title in the list,
    where that is another one than the document's.
    """

    publisher: str
    key: str
    url: str
    referer: str | None
    answer: Answer
    outcome: Outcome
    title: str | None
    issuer: str | None
    report_year: int | None
    published_on: str | None
    content_digest: str
    sha256: str | None
    children: tuple[Child, ...] = ()
    remarks: tuple[str, ...] = ()
    listed_as: str | None = None


_KNOWN = """SELECT locations.key, locations.publisher, document, url, locations.title, referer,
    locations.content_digest, etag, last_modified, locations.first_night, last_night, state, absences,
    main_key = locations.key AS is_main
    FROM locations JOIN documents ON documents.id = document """

#: The state of a document is the best of its locations: a copy that still answers keeps it from being gone.
_DOCUMENT = """SELECT documents.*, CASE
    WHEN EXISTS (SELECT 1 FROM locations WHERE document = documents.id AND state = 'live') THEN 'live'
    WHEN EXISTS (SELECT 1 FROM locations WHERE document = documents.id AND state = 'gone_suspect')
    THEN 'gone_suspect' ELSE 'gone' END AS state FROM documents """

_CHILD = "SELECT key, url, text, role, sha256, etag, last_modified, outcome FROM children "


class Remembered:
    """Looking things up in the state at `path`."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)

    def close(self) -> None:
        """Give the file back. What is committed stays."""
        self._connection.close()

    def location(self, key: str) -> Known | None:
        """The document known under a canonical address."""
        row = self._one(_KNOWN + "WHERE locations.key = ?", key)
        return _known(row) if row else None

    def known(self, publisher: str) -> list[Known]:
        """All locations of a publisher, those that are gone too, in the order in which they came."""
        return [
            _known(row)
            for row in self._all(_KNOWN + "WHERE locations.publisher = ? ORDER BY locations.rowid", publisher)
        ]

    def document(self, number: int) -> Document | None:
        """One document."""
        row = self._one(_DOCUMENT + "WHERE id = ?", number)
        return Document(**row) if row else None

    def documents(self, publisher: str | None = None) -> list[Document]:
        """The documents of a publisher, or all, in the order in which they came."""
        if publisher is None:
            rows = self._all(_DOCUMENT + "ORDER BY id")
        else:  # a query of its own: with "? IS NULL OR" every site would read the documents of all sites
            rows = self._all(_DOCUMENT + "WHERE publisher = ? ORDER BY id", publisher)
        return [Document(**row) for row in rows]

    def by_digest(self, content_digest: str) -> Document | None:
        """A document with this content: one that is still there rather than one that is gone."""
        row = self._one(
            _DOCUMENT + "WHERE content_digest = ? ORDER BY state = 'live' DESC, id LIMIT 1", content_digest
        )
        return Document(**row) if row else None

    def children(self, document: int) -> list[Child]:
        """What belongs to a document, in its order."""
        return [Child(**row) for row in self._all(_CHILD + "WHERE document = ? ORDER BY place", document)]

    def child(self, key: str) -> Child | None:
        """The attachment or picture at an address, as last had for any document."""
        row = self._one(_CHILD + "WHERE key = ? ORDER BY night DESC, document DESC LIMIT 1", key)
        return Child(**row) if row else None

    def missing_parts(self, publisher: str) -> list[tuple[int, str, Child]]:
        """(document, address of its page, part) of parts that another night may have, of live documents."""
        return [
            (row["document"], row["page_url"], _part(row))
            for row in self._all(
                f"""SELECT children.*, locations.url AS page_url FROM children
                    JOIN documents ON documents.id = children.document
                    JOIN locations ON locations.key = main_key
                    WHERE documents.publisher = ? AND locations.state = 'live' AND children.sha256 IS NULL
                        AND children.outcome IN ({", ".join("?" * len(PASSING))})
                    ORDER BY children.document, place""",
                publisher,
                *PASSING,
            )
        ]

    def count_reports(self, publisher: str) -> int:
        """Documents of a publisher that are not gone."""
        return sum(document.state != "gone" for document in self.documents(publisher))

    def links(self, publisher: str | None = None, verdict: str | None = None) -> list[Link]:
        """Links with their verdicts, of one publisher or all, in the order in which they came."""
        return [
            _link(row)
            for row in self._all(
                """SELECT * FROM links WHERE (?1 IS NULL OR publisher = ?1) AND (?2 IS NULL OR verdict = ?2)
                   ORDER BY rowid""",
                publisher,
                verdict,
            )
        ]

    def pending(self, publisher: str) -> list[Link]:
        """Links that are or may be reports and have given no document yet, whatever kept them from it.

        Without those of which the site has said that there is nothing: they are asked for while lists have
        them.
        """
        return [
            _link(row)
            for row in self._all(
                """SELECT * FROM links WHERE publisher = ? AND verdict IN ('report', 'review')
                   AND coalesce(outcome, '') NOT IN (?, ?, ?)
                   AND key NOT IN (SELECT key FROM locations) ORDER BY rowid""",
                publisher,
                Outcome.NOT_A_REPORT,
                *ABSENT,
            )
        ]

    def link_verdict(self, key: str) -> str | None:
        """The last verdict over a link."""
        row = self._one("SELECT verdict FROM links WHERE key = ? ORDER BY last_night DESC LIMIT 1", key)
        return row["verdict"] if row else None

    def walked_whole(self, publisher: str) -> str | None:
        """The last night in which all lists of a publisher were walked to their ends."""
        row = self._one("SELECT whole_night FROM lists WHERE publisher = ?", publisher)
        return row["whole_night"] if row else None

    def _one(self, query: str, *values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
        return row

    def _all(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._connection.execute(query, values).fetchall()


def _known(row: sqlite3.Row) -> Known:
    return Known(**{**dict(row), "is_main": bool(row["is_main"])})


def _part(row: sqlite3.Row) -> Child:
    return Child(*(row[name] for name in Child.__slots__))


def _link(row: sqlite3.Row) -> Link:
    return Link(**{**dict(row), "outcome": Outcome(row["outcome"]) if row["outcome"] else None})
