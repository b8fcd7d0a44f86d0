"""The obstacles of the fixture web are as bad as they are said to be."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from urllib.parse import urlsplit

import httpx2
import pytest

from ingestion.extract.sniff import sniff
from ingestion.reader import read_snapshot
from tests.fixture_site import (
    FixtureSite,
    expected,
    obstacles,
)
from tests.fixture_site.documents import (
    OBSTACLE,
    Q02,
)
from tests.fixture_site.obstacles import bytewise, files, heads
from tests.fixture_site.visitor import links_of, run, visiting


def test_every_obstacle_has_an_expectation() -> None:
    named = {urlsplit(route.target).path for route in expected.ROUTES}
    routes = {path for path in obstacles.ROUTES if not path.startswith(("/t/", "/h/"))}
    # where others lead to
    assert routes - named == {"/x/loop-back", "/x/long/", "/X/Case", "/x/landed"}
    assert len([head for head in heads.HEADS if head in expected.REFUSED_HEADS]) >= 5
    assert len(heads.HEADS) >= 9


@run
async def test_heads_that_our_client_refuses_are_those_that_are_expected() -> None:
    async with visiting(FixtureSite()) as visitor:
        refused = set()
        for name in heads.HEADS:
            try:
                answer = await visitor.get(f"http://{OBSTACLE}/h/{name}")
            except httpx2.RemoteProtocolError:
                refused.add(name)
            else:
                assert answer.content == heads.BODY, name
        assert refused == expected.REFUSED_HEADS


@run
async def test_servers_that_recover_do_so_after_as_many_requests_as_expected() -> None:
    async with visiting(FixtureSite()) as visitor:
        for route in expected.STATES:
            if not route.target.startswith("/r/") or route.says is None:
                continue
            statuses = [(await visitor.get(route.url)).status_code for _ in range(route.requests[1])]
            assert statuses[-1] == 200 and all(status >= 429 for status in statuses[:-1]), route
        with pytest.raises(httpx2.ReadError):
            await visitor.get(f"http://{OBSTACLE}/r/reset")


@run
async def test_bodies_that_are_not_as_they_say() -> None:
    async with visiting(FixtureSite()) as visitor:
        assert (await visitor.get(f"http://{OBSTACLE}/b/long")).content == bytewise.TEN
        with pytest.raises(httpx2.RemoteProtocolError):
            await visitor.get(f"http://{OBSTACLE}/b/short")
        with pytest.raises(httpx2.DecodingError):
            await visitor.get(f"http://{OBSTACLE}/b/gziplie")
        packed = bytewise._bomb()
        assert len(packed) < 250_000
        with gzip.open(io.BytesIO(packed)) as stream:
            assert sum(len(piece) for piece in iter(lambda: stream.read(1 << 20), b"")) == bytewise.BOMB_BYTES


@run
async def test_drips_and_endless_bodies_are_cut_by_nobody_but_the_client() -> None:
    async with FixtureSite() as site:

        async def taken(target: str, seconds: float) -> int:
            reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write(f"GET {target} HTTP/1.1\r\nHost: {OBSTACLE}\r\n\r\n".encode())
            count = 0
            try:
                async with asyncio.timeout(seconds):
                    while data := await reader.read(1 << 16):
                        count += len(data)
            except TimeoutError:
                pass
            writer.close()
            return count

        drip, header, endless = await asyncio.gather(
            taken("/b/drip", 1), taken("/b/headerdrip", 1), taken("/b/endless", 1)
        )
        assert 70 < drip < 100 and 3 <= header <= 7 and endless > 5_000_000
        await asyncio.sleep(0.5)
        assert all(
            entry.t_end is not None for entry in site.log
        )  # the server noticed that the client has gone


@run
async def test_files_are_what_they_are_sniffed_as() -> None:
    async with visiting(FixtureSite()) as visitor:
        for target, kind in expected.SNIFFED.items():
            answer = await visitor.get(
                f"http://{OBSTACLE}{target}", headers={"Referer": f"http://{OBSTACLE}/"}
            )
            assert sniff(answer.content) == kind, target
        news = f"http://{OBSTACLE}{files.DOWNLOAD}?urltype=news.DownloadAttachUrl&owner=1&wbfileid="
        bare = await visitor.get(f"{news}A")
        assert bare.status_code == 200 and 4800 < len(bare.content) < 5000
        captcha = await visitor.get(f"{news}B", headers={"Referer": f"http://{OBSTACLE}/"})
        assert "codeValue" in captcha.text
        same = {(await visitor.get(f"http://{OBSTACLE}{target}")).content for target in expected.SAME_FILE}
        assert len(same) == 1
        raw = (await visitor.get(f"http://{OBSTACLE}/f/cd3")).headers.raw
        assert any("年度报告.pdf".encode("gbk") in value for _, value in raw)


def test_dangerous_files_are_dangerous_and_our_reader_survives_them() -> None:
    assert len(files.zip_bomb()) * 900 < 64 << 20
    assert read_snapshot(files.zip_bomb(), "bomb.docx").status == "unreadable"
    assert "root:" not in json.dumps(read_snapshot(files.entity_docx(), "xxe.docx").to_dict(), default=str)
    assert read_snapshot(files.word_page(), "html.doc").headline.agency == Q02.agency


@run
async def test_traps_have_no_end() -> None:
    async with visiting(FixtureSite()) as visitor:
        base = f"http://{OBSTACLE}"
        first, tenth = [await visitor.html(f"{base}/t/p/{n}") for n in (1, 10)]
        assert links_of(first) == links_of(tenth) and 'href="/t/p/11"' in tenth
        sessions = {link for _ in range(2) for link in links_of(await visitor.html(f"{base}/t/s"))}
        assert len(sessions) == 4
        assert len({(await visitor.get(base + link)).content for link in sessions}) == 1
