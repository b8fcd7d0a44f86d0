"""A server of a few lines on the loopback address, and a fetcher that can reach nothing else.

Belongs here: what the tests of fetching share. Does not belong here: sites (`tests.fixture_site`).
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from ingestion.archive.warc import Exchange, WarcPlace
from ingestion.catalog.publishers import Publisher
from ingestion.crawl.connect import MappedNetwork
from ingestion.crawl.fetcher import Fetcher, Memory
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.policy import FetchPolicy

HOST = "www.lan-fx.gov.cn"
PAGE = "<html><body><h1>年度报告</h1><p>本机关主动公开政府信息若干条，情况良好。</p></body></html>".encode()
FAST = FetchPolicy(
    page_deadline=5.0,
    file_deadline=9.0,
    connect_timeout=2.0,
    read_timeout=3.0,
    backoff_base=0.05,
    per_ip=100,
    contact="https://example.org/crawler",
)


@dataclass
class Asked:
    """One request that came; ended: when its answer had been written."""

    host: str
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    started: float
    ended: float = 0.0


Send = Callable[[bytes], Awaitable[None]]
Handler = Callable[[Asked, Send], Awaitable[bytes | None]]


def reply(body: bytes = PAGE, status: int = 200, *headers: str, kind: str = "text/html") -> bytes:
    """A response that is as it should be."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def to(location: str, status: int = 302) -> bytes:
    """A redirect."""
    return reply(b"", status, f"Location: {location}")


@dataclass
class TinyServer:
    """answers: path -> bytes to send, or a coroutine that gives or sends them; robots.txt is 404 unless named."""

    answers: dict[str, bytes | Handler] = field(default_factory=dict)
    ssl: Any = None
    log: list[Asked] = field(default_factory=list)
    open_at_once: dict[str, int] = field(default_factory=dict)
    port: int = 0

    async def __aenter__(self) -> TinyServer:
        self._open: dict[str, int] = {}
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.ssl)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def paths(self, host: str = HOST) -> list[str]:
        """What was asked of a host, robots.txt left out."""
        return [one.target for one in self.log if one.host == host and one.target != "/robots.txt"]

    def network(self, *hosts: str) -> MappedNetwork:
        """These hosts, all on this server."""
        ports = (80, 443, 8080)
        return MappedNetwork({(host, port): ("127.0.0.1", self.port) for host in hosts for port in ports})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        first, *lines = head.strip().split("\r\n")
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, target, _ = first.split(" ")
        asked = Asked(headers["host"], method, target, headers, body, time.monotonic())
        self.log.append(asked)
        host = asked.host
        self._open[host] = self._open.get(host, 0) + 1
        self.open_at_once[host] = max(self.open_at_once.get(host, 0), self._open[host])

        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()
            if writer.is_closing():
                raise ConnectionResetError

        path = target.partition("?")[0]
        answer = self.answers.get(path, reply(b"<p>404</p>", 404) if path == "/robots.txt" else reply())
        try:
            given = await answer(asked, send) if callable(answer) else answer
            if given is None:
                held: socket.socket = writer.get_extra_info("socket")
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            else:
                await send(given)
        except ConnectionError:
            pass
        finally:
            self._open[host] -= 1
            asked.ended = time.monotonic()
            writer.close()


def a_publisher(host: str = HOST, **more: Any) -> Publisher:
    """A publisher in a hurry."""
    politeness = {"min_delay": 0.0, "latency_factor": 0, **more.pop("politeness", {})}
    return Publisher(
        id=host.split(".")[1].replace("-", "_"),
        kind="web",
        name_zh="测试",
        name_en="Test",
        province="测试省",
        level="county",
        family="static",
        base=f"http://{host}",
        list_urls=(f"http://{host}/zwgk/",),
        politeness=politeness,
        **more,
    )


class Recorded(list[Exchange]):
    """An archive in memory."""

    def exchange(self, exchange: Exchange) -> WarcPlace | None:
        self.append(exchange)
        return WarcPlace("x.warc.gz", len(self), 1) if exchange.response_bytes else None


class Remembered(dict[tuple[str, str, str], Answer]):
    """A night's memory."""

    def replay(self, request: Request) -> Answer | None:
        return self.get((request.kind, request.method, request.url))

    def keep(self, request: Request, answer: Answer) -> None:
        self[request.kind, request.method, request.url] = answer


def a_fetcher(
    server: TinyServer,
    *publishers: Publisher,
    policy: FetchPolicy = FAST,
    recorder: Recorded | None = None,
    memory: Memory | None = None,
    hosts: tuple[str, ...] = (),
    **more: Any,
) -> Fetcher:
    """A fetcher for these publishers, all whose hosts (and `hosts`) are on the server."""
    names = [name for one in publishers for name in (*one.hosts, *one.attachment_hosts)]
    network = server.network(*names, *hosts)
    recorder = Recorded() if recorder is None else recorder
    return Fetcher(publishers, network, policy, recorder, memory, **more)


async def ask_once(
    server: TinyServer,
    path: str,
    *,
    policy: FetchPolicy = FAST,
    recorder: Recorded | None = None,
    **more: Any,
) -> Answer:
    """One question to the server's host by a fetcher of its own."""
    publisher = a_publisher()
    fetcher = a_fetcher(server, publisher, policy=policy, recorder=recorder)
    try:
        return await fetcher.ask(Request(f"http://{HOST}{path}", **more), publisher)
    finally:
        await fetcher.aclose()


def fetched(answers: dict[str, bytes | Handler], path: str, **more: Any) -> tuple[Answer, TinyServer]:
    """One question to a server that answers so, and the server with its log."""

    async def run() -> tuple[Answer, TinyServer]:
        async with TinyServer(answers) as server:
            return await ask_once(server, path, **more), server

    return asyncio.run(run())
