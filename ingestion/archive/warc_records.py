"""Records of WARC files: their shapes, and getting a payload back out of them.

Belongs here: where a record stands, what an exchange is, reading one record. Does not belong here: writing
and files (`warc`), content codings and what an answer means (crawl).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser

from ingestion.archive.snapshots import ArchiveError

#: Ends the name of a file that is still written.
OPEN = ".open"

_CHUNK = 1 << 16


class WarcDamaged(ArchiveError):
    """There is no whole record at this place."""


@dataclass(frozen=True, slots=True)
class WarcPlace:
    """Where a record stands.

    file: name of the WARC as it will be called when it is finished; offset, length: of the compressed record
    in it, in bytes.
    """

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back on the wire; each hop of a redirect and each attempt is one.

    url: absolute, as it was asked. address: IP address that was contacted. started_at: UTC, ISO 8601, when
    the request was sent. request_bytes: as sent. response_bytes: as received, status line, headers and
    transfer framing included, possibly cut; b"" where nothing came. complete: whether the response came to
    its end. payload_bytes: the body after transfer decoding and before content decoding, as far as it came.
    status: None where no status line could be read. revisit_of: (url, date) of the answer that a 304
    confirms, where it is known; payloads that are in an archive already are found by the writer. metadata:
    what was decided over this exchange (charset, referrer, family, via), written beside it.
    """

    url: str
    address: str
    started_at: str
    request_bytes: bytes
    response_bytes: bytes
    complete: bool
    payload_bytes: bytes
    status: int | None
    revisit_of: tuple[str, str] | None = None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A response out of a WARC.

    url, date: of the record. status: None where its status line cannot be read. headers: in order, names
    lower case, values as text (UTF-8 where they are, else GB18030). payload: after transfer decoding, before
    content decoding; b"" in a revisit. revisit_of: (url, date) of the record that has its payload, if named.
    """

    url: str
    date: str
    status: int | None
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    is_revisit: bool
    revisit_of: tuple[str, str] | None


def read_answer(folder: Path, place: WarcPlace) -> KeptAnswer:
    """The response at `place`, of a finished file or one that is still written.

    Raises WarcDamaged where no whole response or revisit stands there.
    """
    with _finished_or_open(folder, place.file) as file:
        file.seek(place.offset)
        member = BytesIO(file.read(place.length))
    try:
        record = next(ArchiveIterator(member, no_record_parse=True))
        block: bytes = record.raw_stream.read()
    except (StopIteration, ArchiveLoadFailed, EOFError, zlib.error) as error:
        raise WarcDamaged(f"no record at {place.offset} of {place.file}: {error}") from None
    headers = record.rec_headers
    if record.rec_type not in ("response", "revisit"):
        raise WarcDamaged(f"the record at {place.offset} of {place.file} is a {record.rec_type}")
    if headers.get_header("WARC-Block-Digest") != f"sha256:{hashlib.sha256(block).hexdigest()}":
        raise WarcDamaged(f"the record at {place.offset} of {place.file} has changed on disk")
    is_revisit = record.rec_type == "revisit"
    status, fields, rest = _parted(block)
    if is_revisit:
        payload = b""
    elif headers.get_header("WARC-Payload-Digest"):
        payload = block[head_end(block) :]
    else:
        payload = _unframed(fields, rest)
    before = headers.get_header("WARC-Refers-To-Target-URI"), headers.get_header("WARC-Refers-To-Date")
    return KeptAnswer(
        url=headers.get_header("WARC-Target-URI"),
        date=headers.get_header("WARC-Date"),
        status=status,
        headers=fields,
        payload=payload,
        is_revisit=is_revisit,
        revisit_of=before if all(before) else None,
    )


def record_head(folder: Path, place: WarcPlace) -> tuple[str, str]:
    """(url, date) of the record at `place`, without reading its block. Raises WarcDamaged."""
    with _finished_or_open(folder, place.file) as file:
        file.seek(place.offset)
        data = file.read(min(place.length, _CHUNK))
    try:
        head = zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(data, _CHUNK).partition(b"\r\n\r\n")[0]
    except zlib.error as error:
        raise WarcDamaged(f"no record at {place.offset} of {place.file}: {error}") from None
    found = StatusAndHeadersParser(["WARC/1.1"], verify=False).parse(BytesIO(head + b"\r\n\r\n"))
    url, date = found.get_header("WARC-Target-URI"), found.get_header("WARC-Date")
    if not url or not date:
        raise WarcDamaged(f"the record at {place.offset} of {place.file} has no address or no date")
    return url, date


def dechunked(data: bytes) -> bytes:
    """The payload of a body in chunks, as far as it is whole; lines may end in LF alone."""
    parts = []
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        try:
            size = int(data[at:end].partition(b";")[0].strip(), 16)
        except ValueError:
            break
        if size <= 0:
            break
        parts.append(data[end + 1 : end + 1 + size])
        at = end + 1 + size
        at += 2 if data.startswith(b"\r\n", at) else 1
    return b"".join(parts)


def _finished_or_open(folder: Path, name: str) -> BinaryIO:
    for path in (folder / name, folder / (name + OPEN)):
        try:
            return path.open("rb")
        except FileNotFoundError:
            continue
    raise WarcDamaged(f"no WARC file {name}")


def _unframed(headers: tuple[tuple[str, str], ...], rest: bytes) -> bytes:
    found = dict(reversed(headers))
    if "chunked" in found.get("transfer-encoding", "").lower():
        return dechunked(rest)
    length = found.get("content-length", "").partition(",")[0].strip()
    return rest[: int(length)] if length.isdecimal() else rest


def _parted(block: bytes) -> tuple[int | None, tuple[tuple[str, str], ...], bytes]:
    """(status, headers, what follows them) of a response; interim answers (1xx) are passed over."""
    while True:
        end = head_end(block)
        lines = [line.rstrip(b"\r") for line in block[:end].split(b"\n")]
        found = re.match(rb"\S+ +(\d{3})(?!\d)", lines[0])
        status = int(found[1]) if found else None
        if status is None or not 100 <= status < 200 or status == 101 or end >= len(block):
            break
        block = block[end:]
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((_text(name).strip().lower(), _text(value).strip()))
    return status, tuple(headers), block[end:]


def head_end(block: bytes) -> int:
    """Where the headers end, as warcio and with it `warcio check` see it."""
    stream = BytesIO(block)
    StatusAndHeadersParser([], verify=False).parse(stream)
    return stream.tell()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")
