"""Nights that are interrupted, disks that are full, code of ours that fails: what is kept and what is asked again."""

from __future__ import annotations

import errno
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingestion.archive.warc import WarcWriter
from ingestion.crawl import pages as pages_of
from ingestion.crawl.families import FAMILIES
from ingestion.crawl.frontier import Frontier
from tests.integration.crawled_site import LIST, a_publisher, listed, never, plan, report, site_at, title
from tests.unit.crawl.servers import reply, to

A, B = "/zwgk/a.html", "/zwgk/b.html"


class Killed(BaseException):
    """No `except Exception` stops it, as nothing stops a kill."""


def killed_at(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, call: int) -> None:
    """Kill before that call of a method."""
    original = getattr(owner, name)
    calls = iter(range(1, 1_000_000))

    def method(self: Any, *args: Any, **more: Any) -> Any:
        if next(calls) == call:
            raise Killed
        return original(self, *args, **more)

    monkeypatch.setattr(owner, name, method)


def many(n: int) -> dict[str, bytes]:
    years = range(2024 - n, 2024)
    return {
        LIST: listed(*((f"/zwgk/{year}.html", title(year)) for year in years)),
        **{f"/zwgk/{year}.html": report(year) for year in years},
    }


def test_a_budget_holds_over_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = a_publisher(politeness={"budget": 6})
    site = site_at(tmp_path, many(8), publishers=(publisher,))  # type: ignore[arg-type]
    with monkeypatch.context() as patched, pytest.raises(Killed):
        killed_at(patched, Frontier, "seen", 3)
        site.night("n1")
    asked = list(site.asked)
    found = site.one_night("n1")
    asked += site.asked
    # robots.txt is the sixth
    assert len(asked) == len(set(asked)) == 5
    assert found.outcomes == {"new": 4, "deferred": 4}


def test_redirects_count_once_for_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_at(tmp_path, {LIST: listed((A, title(2023))), A: to(B), B: report(2023)})
    with monkeypatch.context() as patched, pytest.raises(Killed):
        killed_at(patched, Frontier, "mark_whole", 1)
        site.night("n1")
    frontier = Frontier(site.root.frontier, site.root.warcs)
    frontier.begin("n1")
    # robots.txt, the list, the report at two addresses
    assert frontier.spent() == {"www.lan-fx.gov.cn": 4}
    frontier.close()


@pytest.mark.parametrize("method", ["seen", "link", "mark_whole"])
def test_a_night_killed_at_any_step_and_never_gone_on_with_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    site = site_at(tmp_path, many(3))  # type: ignore[arg-type]
    site.one_night("n1")
    more = {"/zwgk/x.html": report(2010), "/zwgk/y.html": report(2011)}
    first = listed(("/zwgk/x.html", title(2010)), more='<a href="/zwgk/index_2.html">下一页</a>')
    site.pages |= {LIST: first, "/zwgk/index_2.html": listed(("/zwgk/y.html", title(2011))), **more}
    with monkeypatch.context() as patched, pytest.raises(Killed):
        killed_at(patched, Frontier, method, {"seen": 2, "link": 2, "mark_whole": 1}[method])
        site.night("n2")
    # the next night has another name and stops at what it knows
    site.one_night(plan("n3", whole=never, recheck=never))
    assert len(site.documents()) == 5


def test_a_full_disk_ends_the_night_at_once_and_another_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishers = tuple(a_publisher(f"www.s{n}-fx.gov.cn") for n in range(20))
    pages = {LIST: listed((A, title(2023))), A: report(2023)}
    site = site_at(tmp_path, pages, publishers=publishers)  # type: ignore[arg-type]
    original = WarcWriter.exchange
    calls: Counter[str] = Counter()

    def full(self: WarcWriter, exchange: Any) -> Any:
        calls["all"] += 1
        if calls["all"] > 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(self, exchange)

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(WarcWriter, "exchange", full)
        site.night("n1")
    assert calls["all"] < 40, "it does not go on asking for what it cannot keep"
    found = site.night("n1")
    assert [sum(one.outcomes.values()) for one in found.values()] == [1] * 20


def test_a_page_that_our_code_cannot_take_leaves_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_at(
        tmp_path, {LIST: listed((A, title(2023)), (B, title(2022))), A: report(2023), B: report(2022)}
    )
    original = pages_of.details

    def details(body: bytes, url: str, *args: Any, **more: Any) -> Any:
        if url.endswith(A):
            raise KeyError("a mistake of ours")
        return original(body, url, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(pages_of, "details", details)
        (found,) = site.night("n1").values()
    assert found.outcomes == {"new": 1} and found.error is not None and A in found.error
    assert site.one_night("n2").outcomes["new"] == 1, "it is asked for again"


def test_a_list_that_our_code_cannot_read_to_its_end_gives_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_at(tmp_path, {LIST: listed((A, title(2023))), A: report(2023)})
    family = FAMILIES["static"]

    class Broken:
        code = "static"

        async def walk(self, *args: Any) -> Any:
            async for one in family.walk(*args):
                yield one
            raise KeyError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setitem(FAMILIES, "static", Broken())  # type: ignore[misc, arg-type]
        (found,) = site.night("n1").values()
    assert found.outcomes == {"new": 1} and found.error is not None


def test_half_a_character_in_an_interface_is_no_end_of_a_site(tmp_path: Path) -> None:
    column = a_publisher().model_copy(update={"family": "kaipuyun"})
    rows = f'{{"title": "{title(2023)}\\ud800", "url": "{A}"}}, {{"title": "{title(2022)}", "url": "{B}"}}'
    answer = f'{{"data": {{"rows": 20, "total": 2, "results": [{rows}]}}}}'
    shell = (
        '<html><body><ul class="list"></ul><script>var channelId="' + "a" * 32 + '"</script></body></html>'
    )
    site = site_at(
        tmp_path,
        {
            LIST: reply(shell.encode()),
            f"/common/search/{'a' * 32}": reply(answer.encode(), kind="application/json"),
            A: report(2023),
            B: report(2022),
        },
        publishers=(column,),
    )
    assert site.one_night("n1").outcomes == {"new": 2}
