"""What must be converted before it can be read, converted in one go before the readers start.

Belongs here: telling such documents by their bytes, and asking `ingestion.converter`. The converter runs
beside the readers and not inside: one call opens forty files in the time that two calls take to start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from ingestion.converter import Conversion, Unconverted, convert, needs_converter
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sandbox import MAX_BYTES
from ingestion.extract.sniff import HTML, PDF, PICTURES, TEXT, sniff
from ingestion.local_files import Refused, chunks_of, opened

_HEAD = 4096
#: Known by their first bytes, and never converted. The rest (OLE, zip, XML) is looked at as a whole.
_NEVER = PICTURES | {HTML, PDF, TEXT}


def conversions_of(
    documents: Iterable[tuple[Path, str | None]],
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
) -> dict[Path, Conversion]:
    """Conversions, by path, of those documents that only a converter can open; none where there is none.

    documents: path and sha256, where that is known; bytes that have another one are damaged and left alone,
    lest what comes of them be kept under that name. folder, progress: as for `convert`.
    """
    sources = {path: source for path, sha256 in documents if (source := _source(path, sha256)) is not None}
    if not sources:
        return {}
    made = convert(list(sources.values()), folder, progress=progress)
    return {path: made[source.sha256] for path, source in sources.items() if source.sha256 in made}


def _source(path: Path, sha256: str | None) -> Unconverted | None:
    try:
        with opened(path, MAX_BYTES) as stream:
            head = stream.read(_HEAD)
            if _kind(head) in _NEVER:
                return None
            data = head + b"".join(chunks_of(stream, MAX_BYTES))
    except (OSError, Refused):
        return None
    media_type = _kind(data)
    if media_type is None or not needs_converter(media_type):
        return None
    found = hashlib.sha256(data).hexdigest()
    return Unconverted(found, path, media_type) if sha256 in (None, found) else None


def _kind(data: bytes) -> str | None:
    try:
        return sniff(data)
    except UnreadableInput:
        return None
