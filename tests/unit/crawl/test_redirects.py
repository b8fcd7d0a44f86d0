"""Where an answer leads: redirects that are followed and refused, and cookies."""

from __future__ import annotations

import asyncio
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
    Send,
    TinyServer,
    a_fetcher,
    a_publisher,
    fetched,
    reply,
    to,
)

BASE = f"http://{HOST}"


# --- redirects ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "file:///etc/passwd",
        "gopher://x/",
        f"http://{HOST}:22/",
        f"http://user@{HOST}/b",
        f"http://{HOST}.mirror-fx.com/b",
        "//mirror-fx.com/b",
        "http://mirror-fx.com\\@www.lan-fx.gov.cn/b",
        "http://www.other-fx.gov.cn/b",
        "http://oss.lan-fx.gov.cn/b",  # attachments only
        "http://[",
    ],
)
def test_redirects_to_where_nobody_may_go(location: str) -> None:
    async def run() -> tuple[Answer, TinyServer, Any]:
        publisher = a_publisher(attachment_hosts=("oss.lan-fx.gov.cn",))
        others = a_publisher("www.other-fx.gov.cn")
        async with TinyServer({"/a": to(location)}) as server:
            fetcher = a_fetcher(server, publisher, others, hosts=("mirror-fx.com",))
            answer = await fetcher.ask(Request(f"{BASE}/a"), publisher)
            return answer, server, fetcher.contacted

    answer, server, contacted = asyncio.run(run())
    assert (answer.outcome, answer.status, answer.hops) == (Outcome.REFUSED_GUARD, 302, (f"{BASE}/a",))
    assert answer.headers["location"] == location
    assert answer.place is not None
    assert [one.target for one in server.log] == ["/robots.txt", "/a"]
    assert contacted == {HOST: 2}


def test_an_alias_is_followed_and_asked_for_its_own_robots_txt() -> None:
    async def run(path: str) -> tuple[Answer, TinyServer, Recorded]:
        publisher = a_publisher(aliases=({"host": "www.lan-new-fx.gov.cn"},))
        recorder = Recorded()

        async def rules(asked: Asked, send: Send) -> bytes:
            text = b"User-agent: *\nDisallow: /secret\n" if "new" in asked.host else b""
            return reply(text, 200, kind="text/plain")

        answers = {
            "/robots.txt": rules,
            "/a": to("http://www.lan-new-fx.gov.cn/B/c.html", 301),
            "/s": to("http://www.lan-new-fx.gov.cn/secret", 301),
        }
        async with TinyServer(answers) as server:
            fetcher = a_fetcher(server, publisher, recorder=recorder)
            request = Request(f"{BASE}{path}", etag='"x"', referer=f"{BASE}/list")
            return await fetcher.ask(request, publisher), server, recorder

    answer, server, recorder = asyncio.run(run("/a"))
    assert (answer.outcome, answer.body, answer.attempts) == (Outcome.OK, PAGE, 2)
    assert answer.hops == (f"{BASE}/a", "http://www.lan-new-fx.gov.cn/B/c.html")
    assert answer.url == "http://www.lan-new-fx.gov.cn/B/c.html"
    asked = [(one.host, one.target) for one in server.log]
    assert asked == [
        (HOST, "/robots.txt"),
        (HOST, "/a"),
        ("www.lan-new-fx.gov.cn", "/robots.txt"),
        ("www.lan-new-fx.gov.cn", "/B/c.html"),
    ]
    # each hop is a record; a validator is for the address that it was given for
    assert [one.status for one in recorder] == [200, 301, 200, 200]
    assert ["if-none-match" in one.headers for one in server.log] == [False, True, False, False]
    assert server.log[3].headers["referer"] == f"{BASE}/list"
    answer, server, _ = asyncio.run(run("/s"))
    assert answer.outcome is Outcome.ROBOTS
    assert "/secret" not in [one.target for one in server.log]


def test_loops_end() -> None:
    answer, server = fetched({"/a": to("/b"), "/b": to(f"{BASE}/a#x")}, "/a")
    assert (answer.outcome, server.paths()) == (Outcome.REDIRECT_LOOP, ["/a", "/b"])
    assert fetched({"/a": to("/a")}, "/a")[1].paths() == ["/a"]


def test_five_redirects_are_followed_and_six_are_not() -> None:
    answers: dict[str, bytes | Handler] = {f"/{n}": to(f"/{n + 1}") for n in range(6)}
    assert fetched(answers, "/1")[0].ok
    answer, server = fetched(answers, "/0")
    assert (answer.outcome, len(server.paths())) == (Outcome.TOO_MANY_REDIRECTS, 6)


def test_the_case_of_a_path_counts() -> None:
    answer, server = fetched({"/a": to("/A/2021N/")}, "/a")
    assert answer.ok
    assert server.paths() == ["/a", "/A/2021N/"]


def test_being_sent_home_means_that_the_page_is_gone() -> None:
    for home in ("/", f"{BASE}/index.html"):
        assert fetched({"/a.html": to(home)}, "/a.html")[0].outcome is Outcome.SOFT404
    assert fetched({"/": to("/index.html")}, "/")[0].ok
    assert fetched({"/a": to("/?page=2")}, "/a")[0].ok


def test_a_location_in_any_charset_is_sent_back_as_it_came() -> None:
    raw = b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: /" + "年报".encode("gbk") + b"/x y\r\n\r\n"
    _, server = fetched({"/a": raw}, "/a")
    assert server.paths()[1] == "/%C4%EA%B1%A8/x%20y"


def test_a_post_becomes_a_get_unless_the_status_says_otherwise() -> None:
    form = (("a", "1"),)
    _, server = fetched({"/a": to("/b", 302)}, "/a", form=form)
    assert [(one.method, one.body) for one in server.log[1:]] == [("POST", b"a=1"), ("GET", b"")]
    _, server = fetched({"/a": to("/b", 307)}, "/a", form=form)
    assert [(one.method, one.body) for one in server.log[1:]] == [("POST", b"a=1"), ("POST", b"a=1")]


# --- cookies --------------------------------------------------------------------------------------------------


def test_cookies_stay_with_their_host_and_end_with_the_run() -> None:
    async def run() -> TinyServer:
        publisher = a_publisher(aliases=({"host": "lan-fx.gov.cn"},), attachment_hosts=("oss.lan-fx.gov.cn",))
        given = [
            "Set-Cookie: JSESSIONID=abc; Path=/; HttpOnly",
            "Set-Cookie: wide=1; Domain=.gov.cn",
            "Set-Cookie: deep=1; Path=/zwgk",
            "Set-Cookie: tls=1; Secure",
        ]
        async with TinyServer({"/a": reply(PAGE, 200, *given)}) as server:
            for _ in range(2):
                fetcher = a_fetcher(server, publisher)
                for url in (f"{BASE}/a", f"{BASE}/b", f"{BASE}/zwgk/c", "http://lan-fx.gov.cn/d"):
                    assert "set-cookie" not in (await fetcher.ask(Request(url), publisher)).headers
                await fetcher.ask(Request("http://oss.lan-fx.gov.cn/e.pdf", "file"), publisher)
                await fetcher.aclose()
            return server

    log = [one for one in asyncio.run(run()).log if one.target != "/robots.txt"]
    sent = [one.headers.get("cookie") for one in log]
    assert sent == [None, "JSESSIONID=abc; wide=1", "JSESSIONID=abc; wide=1; deep=1", None, None] * 2


def test_a_cookie_can_be_taken_back_and_cannot_smuggle() -> None:
    first = reply(PAGE, 200, "Set-Cookie: a=1", "Set-Cookie: b=x\tInjected: 1", "Set-Cookie: c=3")
    gone = "Set-Cookie: c=; Expires=Thu, 01 Jan 2015 00:00:00 GMT"
    second = reply(PAGE, 200, "Set-Cookie: a=; Max-Age=0", gone, "Set-Cookie: d=4")

    async def run() -> TinyServer:
        publisher = a_publisher()
        async with TinyServer({"/1": first, "/2": second}) as server:
            fetcher = a_fetcher(server, publisher)
            for path in "123":
                await fetcher.ask(Request(f"{BASE}/{path}"), publisher)
            return server

    assert [one.headers.get("cookie") for one in asyncio.run(run()).log[1:]] == [None, "a=1; c=3", "d=4"]
