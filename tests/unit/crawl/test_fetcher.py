"""The fetcher against a server that misbehaves in one way at a time."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.crawl.servers import (
    HOST,
    PAGE,
    Asked,
    Handler,
    Recorded,
    Remembered,
    Send,
    TinyServer,
    a_fetcher,
    a_publisher,
    fetched,
    reply,
    to,
)

BASE = f"http://{HOST}"


def one_after_another(*answers: bytes | None) -> Handler:
    """Each of these in turn, the last for ever; None breaks the connection off."""
    left = list(answers)

    async def handler(asked: Asked, send: Send) -> bytes | None:
        return left.pop(0) if len(left) > 1 else left[0]

    return handler


def pauses(server: TinyServer) -> list[float]:
    log = [one for one in server.log if one.target != "/robots.txt"]
    return [after.started - before.ended for before, after in pairwise(log)]


# --- an ordinary answer ---------------------------------------------------------------------------------------


def test_an_answer_and_what_is_archived_of_it() -> None:
    recorder = Recorded()
    answer, server = fetched(
        {"/a": reply(PAGE, 200, 'ETag: "x"')}, "/a", recorder=recorder, referer=f"{BASE}/l"
    )
    assert (answer.outcome, answer.status, answer.body) == (Outcome.OK, 200, PAGE)
    assert answer.hops == (f"{BASE}/a",)
    assert (answer.headers["etag"], answer.media_type, answer.address) == ('"x"', "text/html", "127.0.0.1")
    assert answer.raw_sha256 == hashlib.sha256(PAGE).hexdigest()
    assert [one.url for one in recorder] == [f"{BASE}/robots.txt", f"{BASE}/a"]
    assert recorder[1].response_bytes == reply(PAGE, 200, 'ETag: "x"')
    assert recorder[1].request_bytes.startswith(f"GET /a HTTP/1.1\r\nHost: {HOST}\r\n".encode())
    assert recorder[1].complete
    assert recorder[1].metadata["referrer"] == f"{BASE}/l"
    sent = server.log[1].headers
    assert sent["referer"] == f"{BASE}/l"
    assert sent["user-agent"].startswith("gongkai/")
    assert "https://example.org/crawler" in sent["user-agent"]
    assert sent["accept-encoding"] == "gzip, deflate"


def test_forms_and_json_are_posted() -> None:
    form = (("columnid", "82540"), ("webname", "青山县"))
    _, server = fetched({}, "/dataproxy.jsp", form=form, ajax=True)
    assert (server.log[1].method, server.log[1].headers["x-requested-with"]) == ("POST", "XMLHttpRequest")
    assert server.log[1].body == b"columnid=82540&webname=%E9%9D%92%E5%B1%B1%E5%8E%BF"
    _, server = fetched({}, "/rest", json='{"pageIndex":1}')
    assert server.log[1].body == b'{"pageIndex":1}'
    assert server.log[1].headers["content-type"].startswith("application/json")


def test_validators_are_sent_and_304_believed() -> None:
    async def nginx(asked: Asked, send: Send) -> bytes:
        known = asked.headers.get("if-none-match") == '"x"' and "if-modified-since" in asked.headers
        return b"HTTP/1.1 304 Not Modified\r\n\r\n" if known else reply()

    moment = "Mon, 08 Jan 2024 01:12:00 GMT"
    answer, _ = fetched({"/a": nginx}, "/a", etag='"x"', last_modified=moment)
    assert (answer.outcome, answer.body) == (Outcome.UNCHANGED_304, b"")
    assert fetched({"/a": nginx}, "/a")[0].ok


def test_proxy_variables_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer, server = fetched({}, "/a")
    assert answer.ok
    assert server.paths() == ["/a"]


# --- manners --------------------------------------------------------------------------------------------------


def test_one_request_open_for_each_host_with_a_pause_after_it() -> None:
    async def slow(asked: Asked, send: Send) -> bytes:
        await asyncio.sleep(0.01)
        return reply()

    async def run() -> TinyServer:
        hosts = ("www.a-fx.gov.cn", "www.b-fx.gov.cn")
        publishers = [a_publisher(host, politeness={"min_delay": 0.02}) for host in hosts]
        async with TinyServer({f"/{n}": slow for n in range(5)}) as server:
            fetcher = a_fetcher(server, *publishers)
            asking = [
                fetcher.ask(Request(f"http://{host}/{n}"), publisher)
                for n in range(5)
                for host, publisher in zip(hosts, publishers, strict=True)
            ]
            assert all(answer.ok for answer in await asyncio.gather(*asking))
            assert fetcher.contacted == dict.fromkeys(hosts, 6)
            return server

    server = asyncio.run(run())
    for host in ("www.a-fx.gov.cn", "www.b-fx.gov.cn"):
        log = [one for one in server.log if one.host == host]
        assert server.open_at_once[host] == 1
        assert min(b.started - a.ended for a, b in pairwise(log)) >= 0.02
    # the two hosts did not wait for each other
    assert {one.host for one in server.log[:2]} == {"www.a-fx.gov.cn", "www.b-fx.gov.cn"}


def test_retry_after_in_seconds_is_kept() -> None:
    answers: dict[str, bytes | Handler] = {
        "/a": one_after_another(reply(b"", 429, "Retry-After: 1"), reply())
    }
    answer, server = fetched(answers, "/a")
    assert (answer.outcome, answer.attempts) == (Outcome.OK, 2)
    assert pauses(server)[0] >= 1


@pytest.mark.parametrize("later", ["3600", "Fri, 01 Jan 2099 00:00:00 GMT"])
def test_a_host_that_asks_for_a_long_pause_is_left_alone_for_the_night(later: str) -> None:
    async def run() -> tuple[list[Answer], TinyServer]:
        publisher = a_publisher()
        async with TinyServer({"/b": reply(b"", 503, f"Retry-After: {later}")}) as server:
            fetcher = a_fetcher(server, publisher)
            first = await fetcher.ask(Request(f"{BASE}/a"), publisher)
            asking = (fetcher.ask(Request(f"{BASE}/{path}"), publisher) for path in "bcdefg")
            return [first, *await asyncio.gather(*asking)], server

    answers, server = asyncio.run(run())
    assert [one.outcome for one in answers] == [Outcome.OK, *[Outcome.DEFERRED] * 6]
    assert server.paths() == ["/a", "/b"]


def test_errors_of_the_server_are_asked_again_with_growing_pauses() -> None:
    answer, server = fetched({"/a": one_after_another(reply(b"", 500), reply(b"", 502), reply())}, "/a")
    assert (answer.outcome, answer.attempts) == (Outcome.OK, 3)
    first, second = pauses(server)
    assert 0.05 <= first < second
    answer, server = fetched({"/a": reply(b"", 500)}, "/a")
    assert (answer.outcome, answer.attempts, len(server.paths())) == (Outcome.HTTP_ERROR, 3, 3)
    answer, server = fetched({"/a": reply(b"", 501)}, "/a")
    assert (answer.outcome, len(server.paths())) == (Outcome.HTTP_ERROR, 1)


def test_a_broken_connection_is_tried_again_and_then_an_error() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nabc"

    async def reset(asked: Asked, send: Send) -> None:
        await send(half)
        await asyncio.sleep(0.02)
        return

    recorder = Recorded()
    answer, server = fetched({"/a": reset}, "/a", recorder=recorder)
    assert (answer.outcome, answer.body, len(server.paths())) == (Outcome.CONNECTION_ERROR, b"", 3)
    assert [one.complete for one in recorder] == [True, False, False, False]
    answer, _ = fetched({"/a": one_after_another(None, reply())}, "/a")
    assert (answer.outcome, answer.attempts) == (Outcome.OK, 2)


def test_what_blocks_is_asked_once() -> None:
    for status in (403, 405, 412, 468, 521):
        answer, server = fetched({"/a": reply(b"<html></html>", status)}, "/a")
        assert answer.outcome in (Outcome.BLOCKED_WAF, Outcome.BLOCKED_RS, Outcome.BLOCKED_JSL)
        assert server.paths() == ["/a"]


def test_a_dead_host_is_not_asked_on_and_on() -> None:
    async def run() -> tuple[list[Outcome], TinyServer]:
        publisher = a_publisher()
        async with TinyServer({f"/{n}": reply(b"", 501) for n in range(9)}) as server:
            fetcher = a_fetcher(server, publisher)
            return [(await fetcher.ask(Request(f"{BASE}/{n}"), publisher)).outcome for n in range(9)], server

    outcomes, server = asyncio.run(run())
    assert outcomes == [Outcome.HTTP_ERROR] * 5 + [Outcome.DEFERRED] * 4
    assert len(server.paths()) == 5


def test_the_budget_of_a_host_counts_everything() -> None:
    async def run() -> tuple[list[Outcome], TinyServer]:
        publisher = a_publisher(politeness={"budget": 4})
        async with TinyServer({"/0": reply(b"", 302, "Location: /x")}) as server:
            fetcher = a_fetcher(server, publisher)
            return [(await fetcher.ask(Request(f"{BASE}/{n}"), publisher)).outcome for n in range(3)], server

    outcomes, server = asyncio.run(run())
    assert outcomes == [Outcome.OK, Outcome.OK, Outcome.DEFERRED]
    assert [one.target for one in server.log] == ["/robots.txt", "/0", "/x", "/1"]


def test_a_task_that_is_cancelled_leaves_the_host_free() -> None:
    async def hangs(asked: Asked, send: Send) -> bytes:
        await asyncio.sleep(5)
        return reply()

    async def run() -> Answer:
        publisher = a_publisher()
        async with TinyServer({"/a": hangs}) as server:
            fetcher = a_fetcher(server, publisher)
            task = asyncio.create_task(fetcher.ask(Request(f"{BASE}/a"), publisher))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await fetcher.ask(Request(f"{BASE}/b"), publisher)

    assert asyncio.run(run()).ok


# --- a night that was interrupted -----------------------------------------------------------------------------


def in_two_runs(
    answers: dict[str, bytes | Handler], paths: str
) -> tuple[list[Answer], list[Answer], TinyServer]:
    """The same questions to two fetchers with one memory."""

    async def run() -> tuple[list[Answer], list[Answer], TinyServer]:
        publisher = a_publisher()
        memory = Remembered()
        async with TinyServer(answers) as server:
            runs = []
            for _ in range(2):
                fetcher = a_fetcher(server, publisher, memory=memory)
                runs.append([await fetcher.ask(Request(f"{BASE}/{path}"), publisher) for path in paths])
            return runs[0], runs[1], server

    return asyncio.run(run())


def test_nothing_is_asked_twice_in_a_night() -> None:
    first, second, server = in_two_runs(
        {"/a": to("/x"), "/b": reply(b"", 404), "/c": to("http://evil.com/")}, "abcd"
    )
    assert sorted(one.target for one in server.log) == ["/a", "/b", "/c", "/d", "/robots.txt", "/x"]
    assert [(one.outcome, one.hops, one.body) for one in first] == [
        (one.outcome, one.hops, one.body) for one in second
    ]
    assert [one.replayed for one in first + second] == [False] * 4 + [True] * 4


def test_a_host_that_was_left_alone_stays_so_after_an_interruption() -> None:
    first, second, server = in_two_runs({"/a": reply(b"", 503, "Retry-After: 9999")}, "ab")
    assert [one.outcome for one in first + second] == [Outcome.DEFERRED] * 4
    assert server.paths() == ["/a"]


def test_redirects_go_on_where_they_were_interrupted() -> None:
    async def run() -> tuple[Answer, TinyServer]:
        publisher = a_publisher()
        memory = Remembered()
        async with TinyServer({"/a": to("/b")}) as server:
            await a_fetcher(server, publisher, memory=memory).ask(Request(f"{BASE}/a"), publisher)
            # killed between the two hops: the second and what they came to are not remembered
            hop = replace(memory["page", "GET", f"{BASE}/a"], outcome=Outcome.OK, status=302)
            memory["page", "GET", f"{BASE}/a"] = replace(hop, headers={"location": "/b"}, body=b"")
            del memory["page", "GET", f"{BASE}/b"]
            return await a_fetcher(server, publisher, memory=memory).ask(
                Request(f"{BASE}/a"), publisher
            ), server

    answer, server = asyncio.run(run())
    assert (answer.outcome, answer.body) == (Outcome.OK, PAGE)
    assert server.paths() == ["/a", "/b", "/b"]


def test_an_answer_is_remembered_once_it_is_archived() -> None:
    order: list[str] = []

    class Recorder(Recorded):
        def exchange(self, exchange: Any) -> Any:
            order.append(f"archived {exchange.url[len(BASE) :]}")
            return super().exchange(exchange)

    class Memory(Remembered):
        def keep(self, request: Request, answer: Answer) -> None:
            order.append(f"kept {request.url[len(BASE) :]}")
            super().keep(request, answer)

    async def run() -> None:
        async with TinyServer() as server:
            fetcher = a_fetcher(server, a_publisher(), recorder=Recorder(), memory=Memory())
            await fetcher.ask(Request(f"{BASE}/a"), a_publisher())

    asyncio.run(run())
    assert order == ["archived /robots.txt", "kept /robots.txt", "archived /a", "kept /a"]


def test_a_disk_that_is_full_is_our_error_and_not_the_server_s() -> None:
    class Full(Recorded):
        def exchange(self, exchange: Any) -> Any:
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fetched({}, "/a", recorder=Full())
