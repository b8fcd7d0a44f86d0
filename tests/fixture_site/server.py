"""A web server on the loopback address: raw sockets, virtual hosts by Host header, a log of every request.

Belongs here: connections, the parsing of requests, writing replies, the log. Does not belong here: what a host
answers (`hosts`). Raw sockets, because much of what real servers send is not HTTP and no HTTP server sends it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qsl, urlsplit

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """A request. target: as sent, path and query. headers: lower-case names. hit: how often this host was asked
    for this target since the night began, this time included. now: seconds of the wall clock.
    """

    host: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    night: int
    hit: int
    now: float

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """Fields of the query; the last one counts."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """Fields of a posted form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass
class Reply:
    """An answer that is HTTP. pause: seconds before it is sent."""

    body: bytes = b""
    status: int = 200
    headers: Headers = field(default_factory=list)
    content_type: str | None = "text/html; charset=utf-8"
    pause: float = 0

    def bytes(self) -> bytes:
        """As it goes over the wire."""
        headers = [("Server", "fixture"), *self.headers]
        if self.content_type is not None:
            headers.append(("Content-Type", self.content_type))
        if self.status != 304:
            headers.append(("Content-Length", str(len(self.body))))
        head = f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers)
        # file names of real servers are raw UTF-8 in the head
        return head.encode("utf-8", "surrogateescape") + b"\r\n" + (b"" if self.status == 304 else self.body)


REASONS = {200: "OK", 202: "Accepted", 301: "Moved Permanently", 302: "Found", 304: "Not Modified"} | {
    400: "Bad Request", 403: "Forbidden", 404: "Not Found", 412: "Precondition Failed", 421: "Misdirected Request",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable", 521: "",
}  # fmt: skip


class Wire:
    """The bare connection, for answers that are no HTTP. It is closed after the answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Write and wait until the other side has taken it; ConnectionError when it has gone."""
        self._writer.write(data)
        await self._writer.drain()
        if self._reader.at_eof():
            raise ConnectionResetError

    def reset(self) -> None:
        """Break the connection off with RST instead of FIN."""
        held: socket.socket = self._writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Answer = Reply | bytes | Callable[[Wire], Awaitable[None]]


class Host(Protocol):
    """A virtual host: its name, and what it answers. bytes are sent as they are, and the connection closed."""

    name: str

    def answer(self, asked: Asked) -> Answer: ...


@dataclass
class Entry:
    """A request in the log. t_start: when its head had come, t_end: when the answer had been handed over,
    or the connection was gone; both in seconds of time.monotonic(). None while it is under way. status: 0 where the
    answer was no HTTP.
    """

    t_start: float
    host: str
    method: str
    target: str
    headers: dict[str, str]
    t_end: float | None = None
    status: int = 0

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]


class Server:
    """Hosts on 127.0.0.1, on one port that the system chooses, between `start` and `stop`.

    down: names that are known and refuse connections.
    """

    def __init__(
        self, hosts: list[Host], night: int = 1, down: tuple[str, ...] = (), log: Path | None = None
    ) -> None:
        self.hosts = {host.name: host for host in hosts}
        self.down = down
        self.log: list[Entry] = []
        self.port = 0
        self.closed_port = 0
        self._night = night
        self._log_file = log
        self._hits: Counter[tuple[str, str]] = Counter()
        self._closed: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def night(self) -> int:
        """Which night it is, from 1."""
        return self._night

    @night.setter
    def night(self, night: int) -> None:
        self._night = night
        self._hits.clear()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        self.closed_port = self._closed.getsockname()[1]

    async def stop(self) -> None:
        """Close all connections."""
        assert self._server is not None and self._closed is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._closed.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def network(self) -> dict[tuple[str, int], tuple[str, int]]:
        """(host, port) -> (ip, port). Port 443 of every host is closed, and so are all ports of `down`."""
        return network(list(self.hosts), self.down, self.port, self.closed_port)

    def of(self, host: str) -> list[Entry]:
        """The log of one host, in the order of the requests."""
        return [entry for entry in self.log if entry.host == host]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while await self._exchange(reader, writer):
                pass
        except (
            ConnectionError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            asyncio.CancelledError,
        ):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; True if the connection stays open."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers: dict[str, str] = {}
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        name = headers.get("host", "").partition(":")[0].lower()
        entry = Entry(time.monotonic(), name, method, target, headers)
        self.log.append(entry)
        self._hits[name, target] += 1
        hit = self._hits[name, target]
        host = self.hosts.get(name)
        try:
            if host is None:
                answer: Answer = Reply(b"no such host", 421)
            else:
                answer = host.answer(
                    Asked(name, method, target, headers, body, self._night, hit, time.time())
                )
            return await self._write(answer, entry, reader, writer) and headers.get("connection") != "close"
        finally:
            self._ended(entry)

    @staticmethod
    async def _write(
        answer: Answer, entry: Entry, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if isinstance(answer, Reply):
            entry.status = answer.status
            if answer.pause:
                await asyncio.sleep(answer.pause)
            writer.write(answer.bytes())
            if not writer.transport.get_write_buffer_size():
                # all of it is the system's: the client may go on before this task has its next turn
                entry.t_end = time.monotonic()
            await writer.drain()
            return True
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
        else:
            await answer(Wire(reader, writer))
        return False

    def _ended(self, entry: Entry) -> None:
        entry.t_end = entry.t_end or time.monotonic()
        if self._log_file is not None:
            with self._log_file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(vars(entry), ensure_ascii=False) + "\n")


def network(
    names: list[str], down: tuple[str, ...], port: int, closed_port: int
) -> dict[tuple[str, int], tuple[str, int]]:
    """See `Server.network`; for a server in another process, whose ports stand in its port file."""
    found = {(name, 80): ("127.0.0.1", port) for name in names}
    found |= {(name, 443): ("127.0.0.1", closed_port) for name in [*names, *down]}
    return found | {(name, 80): ("127.0.0.1", closed_port) for name in down}


def read_log(path: Path) -> list[Entry]:
    """The requests that a server in another process has answered so far."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [Entry(**json.loads(line)) for line in lines]
