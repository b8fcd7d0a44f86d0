"""How long one document may take, by its kind and size.

Belongs here: the seconds, and the cheap look that counts what they depend on. It runs in the reader process,
where a hostile document can do no harm; the parent holds the clock and never grants more than `LONGEST`.
Does not belong here: limits on size and depth (`sandbox`).

Each figure is some twenty times what a document of that kind was measured to take on a quiet core: a machine
may be slow or busy, and a document that is quarantined for its time is not tried again.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ingestion.extract.model import UnreadableInput
from ingestion.extract.sandbox import MAX_BYTES
from ingestion.extract.sniff import DOCX, HTML, PDF, PICTURES, sniff

#: Seconds for any document, and for the look itself. The slowest page within the limits of `sandbox` takes 3.
SHORTEST = 30.0
#: A page of a PDF: 0.03 with text; as a scan it is rendered, its table found and its cells read in 3 to 5.
A_PAGE = 20.0
#: A picture of a table: 1.2 to 4.
A_PICTURE = 60.0
#: A page may name an attachment, which is a document of its own.
AN_ATTACHMENT = 300.0
#: No document takes longer: a scan of 90 pages at the full allowance.
LONGEST = 1800.0

_ATTACHMENT = re.compile(rb"\.(?:pdf|docx?|xlsx?|wps|rtf|jpe?g|png|tiff?|gif|bmp)\b", re.IGNORECASE)
_IMG = re.compile(rb"<img\b", re.IGNORECASE)


def seconds_for(path: Path, *, with_companions: bool) -> tuple[str | None, float]:
    """The media type of the document, None if it has none, and the seconds that its reading may take.

    with_companions: pictures and attachments that it names are read too, where they are found.
    """
    try:
        if path.stat().st_size > MAX_BYTES or not path.is_file():
            return None, SHORTEST  # it will be refused for that
        data = path.read_bytes()
        media_type = sniff(data)
    except (OSError, UnreadableInput):
        return None, SHORTEST
    seconds = SHORTEST
    if media_type == PDF:
        seconds += A_PAGE * _pages(data)
    elif media_type == DOCX:
        seconds += A_PICTURE * _pictures(path)
    elif media_type in PICTURES:
        seconds += A_PICTURE
    elif media_type == HTML and with_companions:
        seconds += A_PICTURE * len(_IMG.findall(data))
        seconds += AN_ATTACHMENT if _ATTACHMENT.search(data) else 0.0
    return media_type, min(seconds, LONGEST)


def _pages(data: bytes) -> int:
    """Pages of a PDF; 1 if that cannot be told."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            return max(1, len(document))
    except pypdfium2.PdfiumError:
        return 1


def _pictures(path: Path) -> int:
    """Pictures in a Word file, by its directory alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(name.startswith("word/media/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return 0
