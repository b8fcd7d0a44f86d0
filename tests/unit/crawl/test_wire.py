"""One answer at a time: its size, its time, its length, its coding, its head."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import resource
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.crawl.coding import CodingError, DecodedTooBig, Decoder, decoded
from ingestion.crawl.connect import tls_context
from ingestion.crawl.hosts import parse_url
from ingestion.crawl.model import Answer
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.wire import Outgoing, exchange
from tests.unit.crawl.servers import (
    FAST,
    HOST,
    PAGE,
    Asked,
    Handler,
    Recorded,
    Send,
    TinyServer,
    ask_once,
    fetched,
    reply,
)

BASE = f"http://{HOST}"


# --- size and time --------------------------------------------------------------------------------------------


async def drip(asked: Asked, send: Send) -> bytes:
    await send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    while True:
        await send(b"x")
        await asyncio.sleep(0.1)


async def header_drip(asked: Asked, send: Send) -> bytes:
    await send(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        await send(b"x")
        await asyncio.sleep(0.1)


async def interim_for_ever(asked: Asked, send: Send) -> bytes:
    while True:
        await send(b"HTTP/1.1 102 Processing\r\n\r\n")
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("slow", [drip, header_drip, interim_for_ever])
def test_a_drip_ends_at_the_deadline(slow: Handler) -> None:
    policy = replace(FAST, page_deadline=0.4)
    recorder = Recorded()
    answer, server = fetched({"/a": slow}, "/a", policy=policy, recorder=recorder)
    assert (answer.outcome, answer.body) == (Outcome.TIMEOUT, b"")
    assert server.paths() == ["/a"]
    assert 0.4 <= answer.latency_ms / 1000 < 3
    assert recorder[-1].response_bytes.startswith(b"HTTP/1.1 ")
    assert not recorder[-1].complete


def test_silence_ends_at_the_read_timeout() -> None:
    async def silent(asked: Asked, send: Send) -> bytes:
        await asyncio.sleep(2)
        return reply()

    answer, _ = fetched({"/a": silent}, "/a", policy=replace(FAST, read_timeout=0.2))
    assert (answer.outcome, answer.reason) == (Outcome.TIMEOUT, "nothing came for too long")


def endless(head: bytes, piece: bytes) -> Handler:
    async def handler(asked: Asked, send: Send) -> bytes:
        await send(head)
        while True:
            await send(piece)

    return handler


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "handler",
    [
        endless(CHUNKED, b"10000\r\n" + b"x" * 0x10000 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        endless(CHUNKED + b"1;", b"a" * 65536),  # a chunk extension without end
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 60 + b"\r\n"),
    ],
)
@pytest.mark.parametrize("kind", ["page", "file"])
def test_an_answer_without_end_is_cut_off_and_costs_no_memory(handler: Handler, kind: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    recorder = Recorded()
    answer, server = fetched({"/a": handler}, "/a", kind=kind, recorder=recorder)
    assert answer.outcome in (Outcome.TOO_BIG, Outcome.PROTOCOL_ERROR)
    assert (answer.body, server.paths()) == (b"", ["/a"])
    assert not recorder[-1].complete
    assert len(recorder[-1].response_bytes) <= 1024 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024


def test_a_body_that_is_announced_as_too_big_is_not_read() -> None:
    answer, _ = fetched({"/a": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 1000}, "/a")
    assert answer.outcome is Outcome.TOO_BIG
    assert "announces 99,999,999 bytes" in (answer.reason or "")


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(b" " * 2**20) for _ in range(megabytes)]) + packer.flush()


def test_a_bomb_is_stopped_while_it_unpacks() -> None:
    packed = bomb(200)
    assert len(packed) < 250_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer, server = fetched({"/a": reply(packed, 200, "Content-Encoding: gzip")}, "/a")
    assert (answer.outcome, answer.body, server.paths()) == (Outcome.TOO_BIG, b"", ["/a"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024


# --- lies about length and coding -----------------------------------------------------------------------------


def test_fewer_bytes_than_announced_are_no_document() -> None:
    recorder = Recorded()
    short = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789"
    answer, server = fetched({"/a": short}, "/a", recorder=recorder)
    assert (answer.outcome, answer.body, server.paths()) == (Outcome.TRUNCATED, b"", ["/a"])
    assert (recorder[-1].payload_bytes, recorder[-1].complete) == (b"0123456789", False)
    cut = CHUNKED + b"5\r\nabcde\r\n"
    assert fetched({"/a": cut}, "/a")[0].outcome is Outcome.TRUNCATED


def test_more_bytes_than_announced_are_cut_off_and_said() -> None:
    recorder = Recorded()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    answer, _ = fetched({"/a": head + b"0123456789" * 100}, "/a", recorder=recorder)
    assert (answer.outcome, answer.body) == (Outcome.OK, b"0123456789")
    assert answer.reason == "990 bytes came beyond the announced end and were cut off"
    assert recorder[-1].response_bytes == head + b"0123456789"


def test_gzip_that_is_none_is_an_error_and_kept_raw() -> None:
    recorder = Recorded()
    lie = reply(PAGE, 200, "Content-Encoding: gzip")
    answer, _ = fetched({"/a": lie}, "/a", recorder=recorder)
    assert (answer.outcome, answer.body) == (Outcome.DECODE_ERROR, b"")
    assert recorder[-1].response_bytes == lie
    assert recorder[-1].complete


def test_codings_are_undone_and_the_wire_is_archived() -> None:
    bare = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(PAGE),
        "x-gzip": gzip.compress(PAGE[:20]) + gzip.compress(PAGE[20:]) + b"\0\0",
        "deflate": zlib.compress(PAGE),
        "Deflate": bare.compress(PAGE) + bare.flush(),
        "identity": PAGE,
    }
    for name, body in packed.items():
        recorder = Recorded()
        chunks = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\n\r\n"
        response = CHUNKED.replace(b"\r\n\r\n", f"\r\nContent-Encoding: {name}\r\n\r\n".encode()) + chunks
        answer, _ = fetched({"/a": response}, "/a", recorder=recorder)
        assert (answer.outcome, answer.body) == (Outcome.OK, PAGE), name
        assert (recorder[-1].response_bytes, recorder[-1].payload_bytes) == (response, body)
        assert answer.raw_sha256 == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("name", ["br", "gzip, gzip", "zstd", "gzip, deflate"])
def test_codings_that_were_not_asked_for_are_not_undone(name: str) -> None:
    body = gzip.compress(gzip.compress(PAGE))
    answer, _ = fetched({"/a": reply(body, 200, f"Content-Encoding: {name}")}, "/a")
    assert answer.outcome is Outcome.DECODE_ERROR


def test_a_coded_body_that_ends_early_is_an_error() -> None:
    with pytest.raises(CodingError, match="ends in the middle"):
        decoded(gzip.compress(PAGE * 100)[:-9], "gzip")


@given(st.binary(max_size=5000), st.integers(1, 700), st.sampled_from(["gzip", "deflate"]))
def test_a_body_is_decoded_the_same_in_whatever_pieces_it_comes(body: bytes, size: int, name: str) -> None:
    packed = gzip.compress(body) if name == "gzip" else zlib.compress(body)
    decoder = Decoder(name, 10**6, 10**6, 10**6)
    pieces = [decoder.feed(packed[start : start + size]) for start in range(0, len(packed), size)]
    decoder.finish()
    assert b"".join(pieces) == body == decoded(packed, name)


def test_the_ratio_counts_only_above_what_a_small_page_may_unpack_to() -> None:
    packed = gzip.compress(b"<td>0</td>" * 50_000)  # 500 KB, five hundred to one
    assert len(Decoder("gzip", 10**8, 20, 10**6).feed(packed)) == 500_000
    with pytest.raises(DecodedTooBig):
        Decoder("gzip", 10**8, 20, 10**5).feed(packed)


# --- broken heads ---------------------------------------------------------------------------------------------

LENGTH = f"Content-Length: {len(PAGE)}\r\n".encode()
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200\r\n" + LENGTH + b"\r\n",
        b"HTTP/1.1 200 \xd5\xfd\xb3\xa3\r\n" + LENGTH + b"\r\n",
        (OK + LENGTH + b"\r\n").replace(b"\r\n", b"\n"),
        OK + "X: 信息公开\r\n".encode("gbk") + LENGTH + b"\r\n",
        OK + b"Set-Cookie: =;;;\r\nSet-Cookie: \xff=\x01\x02; path=,,\r\n" + LENGTH + b"\r\n",
        OK + LENGTH * 2 + b"\r\n",
        OK + b"".join(b"X-%d: %s\r\n" % (n, b"p" * 1000) for n in range(70)) + LENGTH + b"\r\n",
        OK + b"X: a\r\n b\r\n" + LENGTH + b"\r\n",
        OK + b"\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK + LENGTH + b"\r\n",
    ],
)
def test_heads_that_are_taken(head: bytes) -> None:
    recorder = Recorded()
    answer, _ = fetched({"/a": head + PAGE}, "/a", recorder=recorder)
    assert (answer.outcome, answer.body) == (Outcome.OK, PAGE)
    assert recorder[-1].response_bytes == head.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n") + PAGE


@pytest.mark.parametrize(
    "head",
    [
        OK + b"X-Title : a\r\n" + LENGTH + b"\r\n",
        OK + b"no colon here\r\n" + LENGTH + b"\r\n",
        OK + b"X: a\x00b\r\n" + LENGTH + b"\r\n",
        OK + LENGTH + b"Content-Length: 3\r\n\r\n",
        OK + b"Content-Length: -5\r\n\r\n",
        OK + b"Content-Length: five\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"Transfer-Encoding: magic\r\n\r\n",
        b"HTTP/1.1 OK fine\r\n" + LENGTH + b"\r\n",
        b"HTTP/1.1 99 Low\r\n" + LENGTH + b"\r\n",
        b"ICY 200 OK\r\n" + LENGTH + b"\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"<html>",
        b"\r\n\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        OK + b"X: " + b"a" * 120_000,
    ],
)
def test_heads_that_are_no_http(head: bytes) -> None:
    recorder = Recorded()
    answer, server = fetched({"/a": head + PAGE}, "/a", recorder=recorder)
    assert (answer.outcome, answer.body) == (Outcome.PROTOCOL_ERROR, b"")
    assert server.paths() == ["/a"]
    assert recorder[-1].response_bytes.startswith(head[:5])


PARTS = st.sampled_from(
    [
        *(
            OK,
            b"HTTP/1.1 ",
            b"HTTP/1.1 302 F\r\nLocation: /b\r\n",
            b"HTTP/1.1 100 C\r\n\r\n",
            b"200",
            b"\r\n",
        ),
        *(b"\n", b"\r", b" ", b":", b"\0", b"\xff", b"abc", b"\x1f\x8b\x08\0", b"0\r\n\r\n", b"ffffffff\r\n"),
        *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 3\r\n", b"Content-Encoding: gzip\r\n"),
        b"Set-Cookie: a=b; Expires=x\r\n",
    ]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(PARTS | st.binary(max_size=20), max_size=12).map(b"".join))
def test_no_bytes_whatever_make_it_fail(data: bytes) -> None:
    async def run() -> Answer:
        async with TinyServer({"/a": data}) as server:
            return await ask_once(server, "/a", policy=replace(FAST, backoff_base=0.001, page_deadline=0.3))

    answer = asyncio.run(run())
    assert answer.ok or answer.reason


def test_one_exchange_reports_the_address_that_was_contacted() -> None:
    async def run() -> str:
        async with TinyServer() as server:
            outgoing = Outgoing(parse_url(f"{BASE}/a"), "GET", "page", [])
            addresses = [("127.0.0.1", server.port)]
            return (await exchange(outgoing, addresses, tls_context("strict"), FAST)).address

    assert asyncio.run(run()) == "127.0.0.1"
