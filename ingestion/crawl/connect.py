"""Connections: names become addresses once, every address is vetted, and only a vetted one is connected to.

Belongs here: the only door to the network, its guard against addresses that are not global, TLS, and the copy
of every byte that passes. Does not belong here: which host may be asked (`hosts`), HTTP (`wire`).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import Any, Literal, Protocol

import httpcore2

#: Bytes of one answer that are held in memory; more lie in an unnamed file until the answer is complete.
_IN_MEMORY = 1024 * 1024
#: Addresses of one name that are tried.
_TRIED = 3
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: OP_LEGACY_SERVER_CONNECT, which the ssl module names from Python 3.12 on.
_LEGACY_RENEGOTIATION = 0x4


class NoAddress(Exception):
    """The name has no address."""


class NotGlobal(Exception):
    """One of the name's addresses is not on the public internet: none of them is connected to."""


class Network(Protocol):
    """How names become addresses."""

    #: Whether the addresses must be global; False only for the tests' loopback map.
    checked: bool

    async def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        """(IP, port) of a host, the preferred one first. Raises NoAddress."""
        ...


Resolver = Callable[[str, int], Awaitable[list[str]]]


async def _ask_system(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class PublicNetwork:
    """The internet. resolver: the system's, unless a test gives its own."""

    checked = True

    def __init__(self, resolver: Resolver = _ask_system) -> None:
        self._resolver = resolver

    async def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        try:
            found = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise NoAddress(f"{host} has no address: {error}") from error
        if not found:
            raise NoAddress(f"{host} has no address")
        return [(ip, port) for ip in dict.fromkeys(found)]


class MappedNetwork:
    """A map {(host, port): (IP, port)} in place of the internet; nothing else can be reached.

    unmapped: what was asked for and is not in the map.
    """

    checked = False

    def __init__(self, mapping: Mapping[tuple[str, int], tuple[str, int]]) -> None:
        self._mapping = dict(mapping)
        self.unmapped: list[tuple[str, int]] = []

    async def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        if (host, port) not in self._mapping:
            self.unmapped.append((host, port))
            raise NoAddress(f"{host}:{port} is not in the map")
        return [self._mapping[host, port]]


async def vetted_addresses(network: Network, host: str, port: int) -> list[tuple[str, int]]:
    """The addresses of a host that may be connected to. Raises NoAddress, NotGlobal.

    One address that is not global refuses them all: a name that points inside beside outside is an attempt
    to have the second try, or the second look-up, go inside.
    """
    found = await network.addresses(host, port)
    if network.checked:
        for ip, _ in found:
            if not is_global(ip):
                raise NotGlobal(f"{host} has the address {ip}, which is not on the public internet")
    return found


def is_global(ip: str) -> bool:
    """Whether an IP address is one of the public internet, also where it wraps another one."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_global(str(inner))
        if address.is_site_local or "%" in ip:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )


@lru_cache
def tls_context(mode: Literal["strict", "legacy"]) -> ssl.SSLContext:
    """How TLS is spoken. Certificates and names are verified in both modes.

    legacy: also ciphers and key lengths of OpenSSL's security level 1, and servers without secure
    renegotiation.
    """
    context = httpcore2.default_ssl_context()
    if mode == "legacy":
        context.set_ciphers("DEFAULT@SECLEVEL=1")
        context.options |= _LEGACY_RENEGOTIATION
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise ssl.SSLError("certificates would not be verified")
    return context


class Spool:
    """Bytes that arrive in pieces; in memory while they are few."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by `close`
        self.size = 0

    def add(self, piece: bytes) -> None:
        self._file.write(piece)
        self.size += len(piece)

    def read(self, most: int = -1) -> bytes:
        """The first `most` bytes, or all."""
        self._file.seek(0)
        data: bytes = self._file.read(most)
        self._file.seek(0, 2)
        return data

    def close(self) -> None:
        self._file.close()


class WireTooBig(Exception):
    """More bytes came than are taken."""


class Tap:
    """What passed over one connection, both ways, after TLS. limit: bytes that are taken in."""

    def __init__(self, limit: int) -> None:
        self.sent = bytearray()
        self.received = Spool()
        self.ended = False  # the other side has closed
        self._limit = limit

    def take(self, data: bytes) -> None:
        if not data:
            self.ended = True
        self.received.add(data)
        if self.received.size > self._limit:
            raise WireTooBig


class VettedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the vetted addresses and nowhere else, whatever name it is given; copies what passes.

    ip: the address of the connection, once there is one.
    """

    def __init__(self, addresses: list[tuple[str, int]], tap: Tap) -> None:
        self._addresses = addresses[:_TRIED]
        self._tap = tap
        self._inner = httpcore2.AnyIOBackend()
        self.ip: str | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        for index, (ip, ip_port) in enumerate(self._addresses):
            self.ip = ip
            try:
                stream = await self._inner.connect_tcp(ip, ip_port, timeout)
                return _TappedStream(stream, self._tap)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if index == len(self._addresses) - 1:
                    raise
        raise httpcore2.ConnectError(f"no address for {host}")


class _TappedStream(httpcore2.AsyncNetworkStream):
    def __init__(self, stream: httpcore2.AsyncNetworkStream, tap: Tap) -> None:
        self._stream = stream
        self._tap = tap

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        self._tap.take(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # before it is sent: what a server may have seen is in the archive
        self._tap.sent += buffer
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        return _TappedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._tap)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
