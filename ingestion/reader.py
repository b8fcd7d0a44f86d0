"""Bytes of one document in, one `Reading` out, whatever the bytes are.

Belongs here: the chain extract -> recognise with its failures turned into readings, and the version of that
chain. Does not belong here: where readings are kept and which are due (`ingestion.readings`).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from ingestion.carriers import Chain, read_page
from ingestion.catalog import NOT_READ_WITH, Catalog, load_catalog
from ingestion.converter import Conversion
from ingestion.extract import read_document
from ingestion.extract.companions import Companion, Companions
from ingestion.extract.model import Document, Issue, UnreadableInput
from ingestion.extract.sandbox import is_want_of_memory
from ingestion.extract.sniff import HTML, sniff
from ingestion.recognise import recognise
from ingestion.recognise.reading import DocumentFacts, Headline, Reading
from ingestion.recognise.scope import with_scope_basis

_PACKAGE = Path(__file__).parent
_CODE = ("extract", "recognise", "catalog", "carriers.py", "converter.py", "reader.py")


def read_snapshot(
    data: bytes,
    name: str,
    title: str | None = None,
    url: str | None = None,
    catalog: Catalog | None = None,
    *,
    issuer: str | None = None,
    converted: Conversion | None = None,
    companions: Companions | None = None,
) -> Reading:
    """Read one archived document. Never raises for what the bytes hold: a document that cannot be read is a
    Reading with status `unreadable`, its reason, and an issue that says the same.

    converted: what `ingestion.converter` made of a document that only it can open; None where no converter
    is there, and such a document waits. Name, sha256, media type and size stay the original's; its locators
    count in the converted document, and an issue says so.

    issuer: whom the document's site names as the one who published it, for a document that names nobody.

    companions: where the pictures and attachments of a page are found. They are read with it, and what they
    say is merged into its reading; without them, only pictures inside the page's own bytes are.
    """
    catalog = catalog or load_catalog()
    try:
        document = _extract(data, name, converted)
        reading = recognise(document, catalog, title, url, issuer)
        if document.media_type == HTML:
            chain = Chain(
                recognise=lambda page: recognise(page, catalog, title, url, issuer),
                read_file=lambda file: _read_companion(file, catalog),
            )
            reading = read_page(document, reading, companions, chain)
        reading = with_scope_basis(reading)
    except UnreadableInput as refusal:
        reading = refused(data, name, refusal.code, refusal.reason, quarantined=refusal.quarantined)
        reading.document.media_type = refusal.media_type
    except RecursionError:
        reading = refused(
            data, name, "quarantined_depth", "the document is nested too deeply", quarantined=True
        )
    except Exception as error:
        if is_want_of_memory(error):
            code, reason = "quarantined_memory", "reading it took more memory than a reader has"
        else:
            # A reader's own fault must not stop the run nor pass as an empty report: it is an issue to fix.
            code, reason = "reader_failed", f"the reader failed on it ({type(error).__name__}: {error})"
        reading = refused(data, name, code, reason, quarantined=True)
    reading.reader_version = reader_version()
    return reading


def _read_companion(file: Companion, catalog: Catalog) -> Reading:
    """The reading of an attachment, by itself: what it may refer to in its turn is not looked for."""
    converted = Conversion(file.converted, "LibreOffice") if file.converted is not None else None
    return read_snapshot(file.data, file.name, catalog=catalog, converted=converted)


def _extract(data: bytes, name: str, converted: Conversion | None) -> Document:
    if converted is None:
        return read_document(data, name)
    if converted.docx is None:
        raise UnreadableInput("conversion_failed", converted.reason or "it was not converted", sniff(data))
    document = read_document(data, name, converted=converted.docx.read_bytes())
    detail = f"read as {converted.converter} converted it to .docx: tables, rows and columns count in that"
    document.issues.append(Issue("read_converted", "document", detail, "info"))
    return document


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
    """First 12 hex digits over the code and the catalog that decide what is read: any change re-reads.

    What the catalog knows of publishers and of crawling is not in it.
    """
    digest = hashlib.sha256()
    for entry in _CODE:
        path = _PACKAGE / entry
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            inside = file.relative_to(_PACKAGE)
            if inside.parts[0] == "catalog" and not NOT_READ_WITH.isdisjoint(inside.parts[1:2]):
                continue
            if file.suffix in (".py", ".yml", ".csv") and file.is_file():
                digest.update(str(inside).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
