"""robots.txt: what an answer allows, and that nothing is asked before it is there."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from typing import Any

import pytest

from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import Outcome
from ingestion.crawl.robots import read_rules
from tests.unit.crawl.servers import (
    FAST,
    HOST,
    Asked,
    Send,
    TinyServer,
    a_fetcher,
    a_publisher,
    fetched,
    reply,
)

TEXT = "text/plain"
URL = f"http://{HOST}/admin/x.pdf"


def answered(
    body: bytes = b"", status: int | None = 200, outcome: Outcome = Outcome.OK, **more: Any
) -> Answer:
    request = Request(f"http://{HOST}/robots.txt", "robots")
    return Answer(request, request.url, outcome, status=status, body=body, raw_sha256="0" * 64, **more)


@pytest.mark.parametrize(
    ("body", "forbidden"),
    [
        (b"User-agent: *\nDisallow: /admin/\n", True),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /admin/\r\n", True),  # with a BOM
        (b"\xef\xbb\xbfUser-agent: *\nDisallow:\n", False),
        ("# 说明\nUser-agent: *\nDisallow: /admin/\n".encode("gbk"), True),
        (b"User-agent: gongkai\nDisallow: /\n\nUser-agent: *\nDisallow:\n", True),
        (b"User-agent: gongkai\nAllow: /\n\nUser-agent: *\nDisallow: /\n", False),
        (b"User-agent: Baiduspider\nDisallow: /\n", False),
        (b"User-agent: *\nDisallow: /*.pdf$\n", True),
        (b"User-agent: *\nDisallow: /admin/\nAllow: /admin/x\n", False),
        (b"", False),
    ],
)
def test_rules(body: bytes, forbidden: bool) -> None:
    refusal = read_rules(answered(body)).refusal(URL)
    assert refusal == ((Outcome.ROBOTS, "robots.txt forbids it") if forbidden else None)


def test_a_page_in_place_of_rules_is_none_and_is_said() -> None:
    page = "<html><body>您访问的页面不存在 Disallow: /</body></html>".encode()
    rules = read_rules(answered(page))
    assert rules.refusal(URL) is None
    assert rules.remark == "a page of HTML in place of robots.txt"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_4xx_means_no_rules(status: int) -> None:
    assert read_rules(answered(status=status, outcome=Outcome.HTTP_ERROR)).refusal(URL) is None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 521])
def test_5xx_and_too_many_requests_forbid_everything(status: int) -> None:
    refusal = read_rules(answered(status=status, outcome=Outcome.HTTP_ERROR)).refusal(URL)
    assert refusal is not None
    assert refusal[0] is Outcome.ROBOTS


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.DECODE_ERROR, Outcome.TIMEOUT])
def test_half_an_answer_forbids_everything(outcome: Outcome) -> None:
    refusal = read_rules(answered(b"User-agent: *\nDisallow:\n", outcome=outcome)).refusal(URL)
    assert refusal is not None
    assert refusal[0] is Outcome.ROBOTS


def test_a_host_that_is_not_there_is_called_so() -> None:
    refusal = read_rules(answered(status=None, outcome=Outcome.DNS, reason="no address")).refusal(URL)
    assert refusal == (Outcome.DNS, "robots.txt could not be had: no address")


def test_rules_that_were_cut_off_end_at_a_whole_line() -> None:
    body = b"User-agent: *\nDisallow: /admin/\nDisallow: /"  # the rest of the line did not come
    cut = Answer(Request(URL, "robots"), URL, Outcome.OK, status=200, body=body, raw_sha256=None)
    rules = read_rules(cut)
    assert rules.refusal(URL) is not None
    assert rules.refusal(f"http://{HOST}/zwgk/") is None


def test_fifty_questions_at_once_wait_for_one_robots_txt() -> None:
    async def slow(asked: Asked, send: Send) -> bytes:
        await asyncio.sleep(0.05)
        return reply(b"User-agent: *\nDisallow: /admin/\n", kind=TEXT)

    async def run() -> tuple[list[Answer], TinyServer]:
        publisher = a_publisher()
        async with TinyServer({"/robots.txt": slow}) as server:
            fetcher = a_fetcher(server, publisher)
            paths = [f"/admin/{n}" if n % 2 else f"/p/{n}" for n in range(50)]
            asking = (fetcher.ask(Request(f"http://{HOST}{path}"), publisher) for path in paths)
            answers = await asyncio.gather(*asking)
            await fetcher.aclose()
            return answers, server

    answers, server = asyncio.run(run())
    assert [one.target for one in server.log].count("/robots.txt") == 1
    assert server.log[0].target == "/robots.txt"
    assert server.log[0].ended <= server.log[1].started
    assert sorted(server.paths()) == sorted(f"/p/{n}" for n in range(0, 50, 2))
    assert [one.outcome for one in answers] == [Outcome.OK, Outcome.ROBOTS] * 25
    assert server.open_at_once[HOST] == 1


def test_who_stops_waiting_for_the_rules_does_not_stop_the_others() -> None:
    async def slow(asked: Asked, send: Send) -> bytes:
        await asyncio.sleep(0.1)
        return reply(b"User-agent: *\nDisallow: /admin/\n", kind=TEXT)

    async def run() -> Answer:
        publisher = a_publisher()
        async with TinyServer({"/robots.txt": slow}) as server:
            fetcher = a_fetcher(server, publisher)
            first = asyncio.create_task(fetcher.ask(Request(f"http://{HOST}/a"), publisher))
            second = asyncio.create_task(fetcher.ask(Request(URL), publisher))
            await asyncio.sleep(0.03)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            return await second

    assert asyncio.run(run()).outcome is Outcome.ROBOTS


def test_crawl_delay_is_kept_between_requests() -> None:
    async def run() -> TinyServer:
        publisher = a_publisher()
        rules = reply(b"User-agent: *\nCrawl-delay: 0.15\n", kind=TEXT)
        async with TinyServer({"/robots.txt": rules}) as server:
            fetcher = a_fetcher(server, publisher)
            await asyncio.gather(*(fetcher.ask(Request(f"http://{HOST}/{n}"), publisher) for n in range(3)))
            return server

    log = asyncio.run(run()).log
    assert [b.started - a.ended >= 0.15 for a, b in pairwise(log)] == [True, True, True]


def test_a_server_whose_robots_txt_fails_is_asked_for_nothing_else() -> None:
    answer, server = fetched({"/robots.txt": reply(b"", 503, "Retry-After: 1")}, "/zwgk/")
    assert answer.outcome is Outcome.ROBOTS
    assert [one.target for one in server.log] == ["/robots.txt"]


def test_a_redirect_of_robots_txt_is_followed_and_one_off_the_site_forbids() -> None:
    rules = reply(b"User-agent: *\nDisallow: /admin/\n", kind=TEXT)
    answers = {"/robots.txt": reply(b"", 301, "Location: /r2.txt"), "/r2.txt": rules}
    assert fetched(answers, "/admin/a")[0].outcome is Outcome.ROBOTS
    assert fetched(answers, "/zwgk/")[0].outcome is Outcome.OK
    away = {"/robots.txt": reply(b"", 301, "Location: http://www.other.com/robots.txt")}
    answer, server = fetched(away, "/zwgk/")
    assert answer.outcome is Outcome.ROBOTS
    assert "www.other.com" in (answer.reason or "")
    assert server.paths() == []


def test_a_robots_txt_without_end_is_read_as_far_as_it_must() -> None:
    async def endless(asked: Asked, send: Send) -> bytes:
        await send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /admin/\n")
        while True:
            await send(b"# and so on\n" * 4096)

    began = time.monotonic()
    assert fetched({"/robots.txt": endless}, "/admin/a")[0].outcome is Outcome.ROBOTS
    assert fetched({"/robots.txt": endless}, "/zwgk/")[0].outcome is Outcome.OK
    assert time.monotonic() - began < 2 * FAST.page_deadline
