"""One exchange over one connection: a request is sent, the answer comes, or what came of it.

Belongs here: HTTP/1.1 by httpcore2, with the limits of size and time, and the exact bytes of both directions.
Does not belong here: retries, redirects, pauses (`fetcher`), and what a complete answer means (`answers`).

httpcore2 without httpx2 above it: no environment variable, no redirect, no cookie jar and no decoding comes
between us and the bytes. Every exchange has a connection of its own. On a kept-open one, bytes that a server
sends beyond its answer would be read as the head of the next answer: a wrong document that looks right.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field

import httpcore2

from ingestion.crawl.coding import CodingError, DecodedTooBig, Decoder
from ingestion.crawl.connect import Spool, Tap, VettedBackend, WireTooBig
from ingestion.crawl.headers import Headers, header_text
from ingestion.crawl.hosts import Target
from ingestion.crawl.model import Kind
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.policy import FetchPolicy

#: Bytes of a head, on top of what a body may have; the HTTP client itself refuses one of 100 KiB.
_HEAD_BYTES = 128 * 1024
_BLANK_LINE = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3})")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it is sent. headers: in order, without Host and Connection."""

    target: Target
    method: str
    kind: Kind
    headers: Headers
    content: bytes = b""


@dataclass(slots=True)
class Reply:
    """What came. fault: why there is no complete answer, with `reason`; None where there is one.

    payload: after transfer decoding, as it was coded. body: after content decoding too, b"" with a fault.
    received: on the wire, from the head of the final response to its end, possibly cut. surplus: bytes that
    came behind the announced end. retriable: asking again may help. seconds: from connecting to the end.
    """

    address: str
    started_at: str
    sent: bytes = b""
    received: bytes = b""
    status: int | None = None
    headers: Headers = field(default_factory=list)
    payload: bytes = b""
    payload_size: int = 0
    body: bytes = b""
    complete: bool = False
    surplus: int = 0
    fault: Outcome | None = None
    reason: str | None = None
    retriable: bool = False
    seconds: float = 0.0

    @property
    def raw_sha256(self) -> str | None:
        """Of the complete body on the wire."""
        return hashlib.sha256(self.payload).hexdigest() if self.complete else None

    def all_of(self, name: str) -> list[bytes]:
        """The values of a header, in order. name: lower case."""
        return [value for key, value in self.headers if key.lower() == name.encode()]

    def first(self, name: str) -> str | None:
        """The first value of a header as text."""
        values = self.all_of(name)
        return header_text(values[0]) if values else None


class _Fault(Exception):
    def __init__(
        self, outcome: Outcome, reason: str, *, retriable: bool = False, complete: bool = False
    ) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.retriable = retriable
        self.complete = complete


async def exchange(
    outgoing: Outgoing, addresses: list[tuple[str, int]], context: ssl.SSLContext, policy: FetchPolicy
) -> Reply:
    """Connect to a vetted address, ask, and take the answer in. Never raises for what servers do."""
    limit = policy.wire_limit(outgoing.kind)
    tap = Tap(limit + _HEAD_BYTES)
    backend = VettedBackend(addresses, tap)
    reply = Reply(addresses[0][0], dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"))
    payload, body = Spool(), Spool()
    began = time.monotonic()
    try:
        async with asyncio.timeout(policy.deadline(outgoing.kind)):
            await _converse(outgoing, backend, tap, context, policy, reply, payload, body)
    except _Fault as fault:
        reply.fault, reply.reason = fault.outcome, fault.reason
        reply.retriable, reply.complete = fault.retriable, fault.complete
    except TimeoutError:
        reply.fault = Outcome.TIMEOUT
        reply.reason = f"not done within {policy.deadline(outgoing.kind):g} seconds"
    finally:
        reply.seconds = time.monotonic() - began
        reply.address = backend.ip or reply.address
        _collect(reply, tap, payload, body, policy)
    return reply


async def _converse(
    outgoing: Outgoing,
    backend: VettedBackend,
    tap: Tap,
    context: ssl.SSLContext,
    policy: FetchPolicy,
    reply: Reply,
    payload: Spool,
    body: Spool,
) -> None:
    target = outgoing.target
    origin = httpcore2.Origin(target.scheme.encode(), target.host.encode(), target.port)
    connection = httpcore2.AsyncHTTPConnection(origin, ssl_context=context, network_backend=backend)
    limits = {"connect": policy.connect_timeout, "read": policy.read_timeout, "write": policy.read_timeout}
    request = httpcore2.Request(
        outgoing.method,
        httpcore2.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.port,
            target=target.target.encode("ascii"),
        ),
        headers=[(b"Host", target.authority.encode()), *outgoing.headers, (b"Connection", b"close")],
        content=outgoing.content,
        extensions={"timeout": limits},
    )
    try:
        with _faults(tap, reply):
            response = await connection.handle_async_request(request)
            reply.status = response.status
            reply.headers = list(response.headers)
            if response.status < 200:
                raise _Fault(Outcome.PROTOCOL_ERROR, f"status {response.status} in place of an answer")
            await _take_body(outgoing.kind, response, policy, reply, payload, body)
    finally:
        with suppress(Exception):
            await connection.aclose()


async def _take_body(
    kind: Kind, response: httpcore2.Response, policy: FetchPolicy, reply: Reply, payload: Spool, body: Spool
) -> None:
    limit = policy.wire_limit(kind)
    announced = _announced(reply)
    if announced is not None and announced > limit and kind != "robots":
        raise _Fault(Outcome.TOO_BIG, f"announces {announced:,} bytes, more than {limit:,}")
    undecodable: CodingError | None = None
    decoder: Decoder | None = None
    try:
        header = ", ".join(map(header_text, reply.all_of("content-encoding")))
        decoder = Decoder(header, policy.decoded_bytes, policy.decoded_ratio, policy.ratio_free_bytes)
    except CodingError as error:
        undecodable = error
    # what came is kept raw to its end even where it cannot be decoded
    async with aclosing(response.aiter_stream()) as pieces:
        async for piece in pieces:
            payload.add(piece)
            if payload.size > limit:
                if kind == "robots":
                    return
                raise _Fault(Outcome.TOO_BIG, f"more than {limit:,} bytes")
            if decoder is None:
                continue
            try:
                made = decoder.feed(piece)
            except CodingError as error:
                undecodable, decoder = error, None
            except DecodedTooBig as error:
                if kind == "robots":
                    return
                raise _Fault(Outcome.TOO_BIG, str(error)) from error
            else:
                if not decoder.is_identity:
                    body.add(made)
    if decoder is not None:
        try:
            decoder.finish()
        except CodingError as error:
            undecodable = error
    if undecodable is not None:
        raise _Fault(Outcome.DECODE_ERROR, str(undecodable), complete=True)
    reply.complete = True


@contextmanager
def _faults(tap: Tap, reply: Reply) -> Iterator[None]:
    """What the HTTP client raises, in our words."""
    try:
        yield
    except WireTooBig as error:
        raise _Fault(Outcome.TOO_BIG, f"more than {tap.received.size:,} bytes on the wire") from error
    except httpcore2.ConnectTimeout as error:
        raise _Fault(Outcome.TIMEOUT, "no connection in time", retriable=True) from error
    except httpcore2.TimeoutException as error:
        raise _Fault(Outcome.TIMEOUT, "nothing came for too long") from error
    except httpcore2.ConnectError as error:
        tls = _tls_error(error)
        if tls is not None:
            raise _Fault(Outcome.TLS, f"no trusted connection: {tls}") from error
        raise _Fault(Outcome.CONNECTION_ERROR, f"no connection: {error}", retriable=True) from error
    except httpcore2.NetworkError as error:
        reason = f"broken off after {tap.received.size:,} bytes"
        raise _Fault(Outcome.CONNECTION_ERROR, reason, retriable=True) from error
    except httpcore2.ProtocolError as error:
        if not tap.received.size:
            reason = "closed without an answer"
            raise _Fault(Outcome.CONNECTION_ERROR, reason, retriable=True) from error
        if tap.ended and reply.status is not None:
            raise _Fault(Outcome.TRUNCATED, str(error)) from error
        raise _Fault(Outcome.PROTOCOL_ERROR, f"not HTTP: {str(error)[:200]}") from error


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    """The TLS error behind a failed connection."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _announced(reply: Reply) -> int | None:
    """The Content-Length, where it is what ends the body."""
    if reply.all_of("transfer-encoding"):
        return None
    length = (reply.first("content-length") or "").partition(",")[0].strip()
    return int(length) if length.isascii() and length.isdigit() else None


def _collect(reply: Reply, tap: Tap, payload: Spool, body: Spool, policy: FetchPolicy) -> None:
    """Put what passed over the wire into the reply, and let go of the rest."""
    reply.sent = bytes(tap.sent)
    reply.payload_size = payload.size
    most = policy.kept_of_too_big if reply.fault is Outcome.TOO_BIG else -1
    received = tap.received.read(most)
    reply.payload = payload.read(most)
    if reply.status is not None:
        received = received[_interim(received) :]
    announced = _announced(reply)
    blank = _BLANK_LINE.search(received)
    if reply.complete and blank and announced is not None and len(reply.payload) == announced:
        # what stands behind the announced end belongs to no answer
        end = blank.end() + announced
        reply.surplus = len(received[end:].strip())
        received = received[:end]
    reply.received = received
    if reply.fault is None:
        # a decoded body that is empty is empty; only where nothing was decoded it is the payload
        reply.body = body.read() if _is_coded(reply) else reply.payload
    for spool in (tap.received, payload, body):
        spool.close()


def _is_coded(reply: Reply) -> bool:
    names = ",".join(map(header_text, reply.all_of("content-encoding"))).lower().split(",")
    return any(name.strip() not in ("", "identity") for name in names)


def _interim(received: bytes) -> int:
    """Where the final response begins, behind responses of status 1xx."""
    start = 0
    while True:
        status = _STATUS.match(received, start)
        blank = _BLANK_LINE.search(received, start)
        if status is None or blank is None or not status[1].startswith(b"1"):
            return start
        start = blank.end()
