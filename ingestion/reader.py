"""Bytes of one document in, one `Reading` out, whatever the bytes are.

Belongs here: the chain extract -> recognise with its failures turned into readings, and the version of that
chain. Does not belong here: where readings are kept and which are due (`ingestion.readings`).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from ingestion.catalog import Catalog, load_catalog
from ingestion.extract import read_document
from ingestion.extract.model import Issue, UnreadableInput
from ingestion.recognise import recognise
from ingestion.recognise.reading import DocumentFacts, Headline, Reading

_PACKAGE = Path(__file__).parent
_CODE = ("extract", "recognise", "catalog", "reader.py")


def read_snapshot(
    data: bytes,
    name: str,
    title: str | None = None,
    url: str | None = None,
    catalog: Catalog | None = None,
) -> Reading:
    """Read one archived document. Never raises for what the bytes hold: a document that cannot be read is a
    Reading with status `unreadable`, its reason, and an issue that says the same.
    """
    catalog = catalog or load_catalog()
    try:
        document = read_document(data, name)
        reading = recognise(document, catalog, title, url)
    except UnreadableInput as refusal:
        reading = refused(data, name, refusal.code, refusal.reason, quarantined=refusal.quarantined)
        reading.document.media_type = refusal.media_type
    except RecursionError:
        reading = refused(
            data, name, "quarantined_depth", "the document is nested too deeply", quarantined=True
        )
    except Exception as error:
        # A reader's own fault must not stop the run nor pass as an empty report: it is an issue to fix.
        detail = f"{type(error).__name__}: {error}"
        reading = refused(
            data, name, "reader_failed", f"the reader failed on it ({detail})", quarantined=True
        )
    reading.reader_version = reader_version()
    return reading


def refused(data: bytes, name: str, code: str, reason: str, *, quarantined: bool) -> Reading:
    """The reading of a document that is not read, with the reason."""
    return Reading(
        document=DocumentFacts(name, hashlib.sha256(data).hexdigest(), None, len(data)),
        headline=Headline(),
        status="unreadable",
        reason=reason,
        issues=[Issue(code, "document", reason, "error")],
        quarantined=quarantined,
    )


@lru_cache(maxsize=1)
def reader_version() -> str:
    """First 12 hex digits over the code and the catalog that decide what is read: any change re-reads."""
    digest = hashlib.sha256()
    for entry in _CODE:
        path = _PACKAGE / entry
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.suffix in (".py", ".yml", ".csv") and file.is_file():
                digest.update(str(file.relative_to(_PACKAGE)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
