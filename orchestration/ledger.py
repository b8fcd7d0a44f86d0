"""What a person decides, written to the ledger of the data root.

Belongs here: which document is meant, what is refused before it is written, the write itself under its lock.
Not here: the dialogue (`review`), the shape of an entry and its file (`ingestion.catalog`), what follows from
it (`ingestion.normalise.ledger`).
"""

from __future__ import annotations

import getpass
from datetime import datetime

from ingestion.archive import Archive, Snapshot
from ingestion.catalog import CellCorrection, DocumentCorrection, Entered, append_entry, load_catalog
from ingestion.paths import DataRoot
from orchestration import lock
from orchestration.facts import NothingFound, opened

#: Seconds to wait for another one who writes; an entry is written in a moment.
WAIT = 30.0
#: States of documents that are no reports: there is nothing to correct.
NO_REPORT = ("not_a_report", "unreadable", "quarantined", "attached")
#: Fewer digits of a sha256 may mean any document.
LEAST_DIGITS = 6


class NoSuchDocument(Exception):
    """No archived document, or more than one, is meant; or it is no report. The message says which."""


def document_named(root: DataRoot, name: str) -> Snapshot:
    """The archived document that is meant by a sha256, its beginning, or the name it came under.

    Raises NoSuchDocument.
    """
    snapshots = list(Archive(root).snapshots())
    digits = name.lower()
    found = [one for one in snapshots if one.sha256 == digits]
    if not found and len(digits) >= LEAST_DIGITS and set(digits) <= set("0123456789abcdef"):
        found = [one for one in snapshots if one.sha256.startswith(digits)]
    found = found or [one for one in snapshots if one.name == name]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchDocument(f"no archived document is {name!r}; `gongkai documents` lists them")
    meant = ", ".join(f"{one.sha256[:12]} ({one.source}: {one.name})" for one in found[:10])
    raise NoSuchDocument(f"{name!r} may be {meant}; say it by its sha256")


def correct(
    root: DataRoot,
    name: str,
    *,
    agency: str | None,
    year: int | None,
    scope: str | None,
    withdrawn: bool | None,
    why: str,
    who: str | None,
) -> tuple[Snapshot, Entered, str | None]:
    """Write what the document `name` is; returns it, the entry as written, and a doubt where there is one.

    Raises NoSuchDocument, and CatalogError for an entry that the ledger does not take.
    """
    snapshot = document_named(root, name)
    doubt = None
    try:
        with opened(root) as facts:
            state = facts.rows("select state, reason from documents where sha256 = ?", snapshot.sha256)
            known = {row["agency"] for row in facts.rows("select distinct agency from filings")}
    except NothingFound:
        state, known = [], set()
    if state and state[0]["state"] in NO_REPORT:
        why_not = f"{state[0]['state']}: {state[0]['reason']}" if state[0]["reason"] else state[0]["state"]
        raise NoSuchDocument(f"{snapshot.name} is no report here ({why_not}); there is nothing to correct")
    if agency is not None and known and agency not in known:
        doubt = f"no other report here is of {agency!r}; the full official name is wanted"
    said = {
        "document": snapshot.sha256,
        "agency": agency,
        "report_year": year,
        "scope": scope,
        "withdrawn": withdrawn,
        "reason": why,
        "who": who or author(),
        "when": datetime.now().astimezone().date(),
    }
    return snapshot, record(root, DocumentCorrection.model_validate(said)), doubt


def record(root: DataRoot, entry: CellCorrection | DocumentCorrection) -> Entered:
    """Add the entry to the ledger of the data root; it is on disk when this returns.

    Raises CatalogError, lock.LockHeld.
    """
    with lock.hold(root.ledger_lock, "an entry of the ledger", WAIT, lambda _: None):
        return append_entry(root.ledger, entry, load_catalog())


def author() -> str:
    """Who decides, where nobody is named: the user of this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user id, as in some containers
        return "unknown"
