"""A plain client of the fixture web, for tests of the web itself.

Belongs here: asking. The crawler is not used.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlsplit

import httpx2

from tests.fixture_site.documents import (
    SHUIXI,
)
from tests.fixture_site.server import Server


def run(test: Callable[..., Coroutine[None, None, None]]) -> Callable[..., None]:
    """The coroutine as a test."""

    @wraps(test)
    def wrapped(*arguments: object, **named: object) -> None:
        asyncio.run(asyncio.wait_for(test(*arguments, **named), 30))

    return wrapped


@dataclass
class Visitor:
    """Asks for any address of the fixture, whatever it resolves to."""

    site: Server
    client: httpx2.AsyncClient

    async def get(self, url: str, method: str = "GET", **more: object) -> httpx2.Response:
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, **more.pop("headers", {})}  # type: ignore[dict-item]
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        return await self.client.request(
            method, f"http://127.0.0.1:{self.site.port}{target}", headers=headers, **more
        )

    async def html(self, url: str) -> str:
        answer = await self.get(url)
        assert answer.status_code == 200, url
        return answer.content.decode("gb18030" if SHUIXI in url else "utf-8")


@asynccontextmanager
async def visiting(site: Server) -> AsyncIterator[Visitor]:
    async with site, httpx2.AsyncClient(trust_env=False, timeout=5) as client:
        yield Visitor(site, client)


def links_of(html: str) -> list[str]:
    return re.findall(r"<li[^>]*><a[^>]*?href=[\"']([^\"']+)", html)
