"""Content codings: the body as it was meant, from the bytes on the wire.

Belongs here: one layer of gzip or deflate, with its limits. Does not belong here: transfer codings (the HTTP
client's), charsets (`ingestion.extract.decode`), archives that are documents themselves.
"""

from __future__ import annotations

import zlib

#: What is asked for, and all that is understood.
ACCEPTED = "gzip, deflate"
#: Decoded bytes that are made at a time.
_STEP = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


class CodingError(Exception):
    """The bytes are not what the header says, or a coding that was not asked for."""


class DecodedTooBig(Exception):
    """More decoded bytes than are taken."""


class Decoder:
    """Decodes a body while it arrives. Raises CodingError and DecodedTooBig, `finish` too.

    header: the Content-Encoding, as it came. most, ratio, free: decoded bytes at most; at most `ratio` times
    the coded ones, once there are more than `free`.
    """

    def __init__(self, header: str, most: int, ratio: int, free: int) -> None:
        names = [name.strip().lower() for name in header.split(",")]
        layers = [name for name in names if name not in ("", "identity")]
        if len(layers) > 1:
            raise CodingError(f"{len(layers)} layers of content coding: {header[:60]}")
        self._name = layers[0] if layers else "identity"
        if self._name not in ("identity", "gzip", "x-gzip", "deflate"):
            raise CodingError(f"the content coding {self._name[:60]!r} was not asked for")
        self._most, self._ratio, self._free = most, ratio, free
        self._zlib: zlib._Decompress | None = None
        self._started = False
        self._ended = False
        self._waiting = b""  # too little to tell what begins with it
        self._coded = 0
        self._decoded = 0

    @property
    def is_identity(self) -> bool:
        """Whether the body is the bytes on the wire."""
        return self._name == "identity"

    def feed(self, piece: bytes) -> bytes:
        """What the next piece decodes to."""
        if self.is_identity:
            return piece
        self._coded += len(piece)
        data, self._waiting = self._waiting + piece, b""
        made: list[bytes] = []
        full = False  # the decoder may have taken all input and still hold output
        while data or full:
            if self._zlib is None:
                if len(data) < 2 and not self._ended:
                    self._waiting = data
                    break
                self._zlib = self._next(data)
                if self._zlib is None:
                    break
            try:
                out = self._zlib.decompress(data, _STEP)
            except zlib.error as error:
                raise CodingError(f"not {self._name}: {error}") from error
            made.append(out)
            full = len(out) == _STEP
            self._decoded += len(out)
            if self._decoded > min(self._most, max(self._free, self._ratio * self._coded)):
                raise DecodedTooBig(f"{self._coded:,} bytes decode to more than {self._decoded:,}")
            data = self._zlib.unconsumed_tail
            if self._zlib.eof:
                data, full, self._zlib = self._zlib.unused_data, False, None
        return b"".join(made)

    def finish(self) -> None:
        """The body is complete: is what it was coded in?"""
        if self._zlib is not None or (self._waiting and not self._started):
            raise CodingError(f"the {self._name} data ends in the middle")

    def _next(self, data: bytes) -> zlib._Decompress | None:
        """A decoder for what begins here: the body, another member of a gzip file, or nothing of either.

        What stands behind the end is no part of the body.
        """
        if self._started and not (self._name.endswith("gzip") and data.startswith(_GZIP_MAGIC)):
            self._ended = True
        if self._ended:
            return None
        self._started = True
        return self._opened(data)

    def _opened(self, first: bytes) -> zlib._Decompress:
        if self._name != "deflate":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        # "deflate" is the zlib format by the standard, and the bare one with some servers
        is_zlib = len(first) > 1 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)


def decoded(payload: bytes, header: str, most: int = 100 * 1024 * 1024, ratio: int = 1100) -> bytes:
    """A whole body, decoded: for answers that come back out of the archive. Raises as `Decoder` does."""
    decoder = Decoder(header, most, ratio, most)
    body = decoder.feed(payload)
    decoder.finish()
    return body
