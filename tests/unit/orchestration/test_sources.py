"""`gongkai sources` and `gongkai classify`: what an operator is told, and the exit status."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from ingestion.catalog import Publisher, load_catalog
from ingestion.catalog.publishers import Politeness
from ingestion.crawl.connect import MappedNetwork
from ingestion.crawl.model import Answer, Request
from ingestion.crawl.outcomes import Outcome
from orchestration import sources
from orchestration.cli import main

BASE = "http://www.qingshan-fx.gov.cn"
LIST = f"{BASE}/zwgk/zfxxgknb/"
REPORTS = [
    f"青山区{place}街道{year}年政府信息公开工作年度报告"
    for place in ("水部", "安泰")
    for year in range(2020, 2024)
]
NOTICE = "关于做好政府信息公开工作年度报告编制工作的通知"

PUBLISHER = Publisher(
    id="qingshan",
    kind="web",
    name_zh="青山区人民政府",
    name_en="Qingshan",
    province="湖北",
    level="县级",
    family="trs",
    base=BASE,
    list_urls=(LIST, f"{BASE}/zwgk/ndbg/"),
    example_urls=(f"{LIST}202401/t20240108_1.html",),
)


def trs(links: Iterable[tuple[str, str]], pages: int = 1) -> str:
    items = "".join(
        f'<li><a href="{href}" title="{title}">{title}</a><span>2024-01-08</span></li>'
        for href, title in links
    )
    script = f'<script>createPageHTML({pages}, 0, "index", "html");</script>'
    return f"<html><head><title>年报</title></head><body><ul>{items}</ul>{script}</body></html>"


def list_of(titles: Iterable[str], pages: int = 1) -> str:
    return trs(((f"./202401/t20240108_{n}.html", title) for n, title in enumerate(titles)), pages)


Reply = bytes | Outcome


class Site:
    """Answers by address, in the place of a fetcher; everything else is not found."""

    def __init__(
        self, replies: dict[str, Reply], robots: tuple[int | None, bytes] = (404, b""), **headers: str
    ) -> None:
        self.replies = replies
        self.headers = {"content-type": "text/html", **headers}
        self.asked: list[str] = []
        status, body = robots
        outcome = Outcome.OK if status == 200 else Outcome.NOT_FOUND if status == 404 else Outcome.HTTP_ERROR
        request = Request(f"{BASE}/robots.txt", "robots")
        # without a digest of the wire it would be one that was cut off
        answer = Answer(request, request.url, outcome, (), status, {}, body, "0" * 64, reason="it failed")
        self.robots = {BASE: answer}

    async def ask(self, request: Request) -> Answer:
        self.asked.append(request.url)
        reply = self.replies.get(request.url, Outcome.NOT_FOUND)
        if isinstance(reply, Outcome):
            return Answer(
                request, request.url, reply, hops=(request.url,), status=200, reason=f"it is {reply.value}"
            )
        return Answer(
            request,
            request.url,
            Outcome.OK,
            (request.url,),
            200,
            self.headers,
            reply,
            n_bytes=len(reply),
            attempts=1,
        )

    def look(self, publisher: Publisher = PUBLISHER, *, all_lists: bool = False) -> sources.Checked:
        return asyncio.run(sources.look(publisher, self.ask, self.robots, all_lists=all_lists))


# --- check


def test_a_list_that_is_understood() -> None:
    site = Site({LIST: list_of([*REPORTS, NOTICE], pages=3).encode()}, etag='"65a0"')
    found = site.look()
    text = found.text()
    assert found.reports == len(REPORTS) == 8
    assert site.asked == [LIST]
    assert "items: 9; by their titles 8 reports, 0 to review, 1 not" in text
    assert "2020  2024-01-08  青山区水部街道2020年政府信息公开工作年度报告" in text
    assert "and 3 more" in text and NOTICE in text
    assert "family: trs, as the record says" in text
    assert f"next page: GET {LIST}index_1.html" in text
    assert 'etag "65a0"' in text
    assert f"robots.txt of {BASE}: no robots.txt: status 404, nothing is forbidden" in text
    assert "1 more list (--all-lists)" in text
    assert "set `verified`" in text


def test_the_second_page_is_named_and_not_asked_for() -> None:
    pages = {LIST: list_of(REPORTS[:4], 2).encode(), f"{LIST}index_1.html": list_of(REPORTS[4:], 2).encode()}
    site = Site(pages)
    assert site.look().reports == 4
    assert site.asked == [LIST]


def test_every_list_on_demand() -> None:
    site = Site({LIST: list_of(REPORTS).encode(), PUBLISHER.list_urls[1]: list_of(REPORTS[:2]).encode()})
    found = site.look(all_lists=True)
    assert site.asked == list(PUBLISHER.list_urls)
    assert found.reports == 10
    assert "not looked at" not in found.text()


def test_a_list_without_reports_is_not_understood() -> None:
    found = Site({LIST: list_of([NOTICE, "青山区2023年法治政府建设年度报告"]).encode()}).look()
    assert found.reports == 0
    assert any("column of annual reports" in warning for warning in found.warnings)
    assert "understood: nothing" in found.text()


def test_a_page_without_items_is_not_understood() -> None:
    found = Site({LIST: "<html><body><p>青山区人民政府欢迎您</p></body></html>".encode()}).look()
    assert found.reports == 0
    assert any("no item was found" in warning for warning in found.warnings)


def test_a_list_that_names_its_parts_nowhere_says_what_is_missing() -> None:
    list_url = f"{BASE}/gkmlpt/index"
    record = PUBLISHER.model_copy(update={"family": "gkmlpt", "list_urls": (list_url,)})
    page = "<script>window._CONFIG={SID:'999001',TREE:[]}</script>"
    found = Site({list_url: page.encode()}).look(record)
    assert found.reports == 0
    assert any("the category" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.BLOCKED_JSL, "keeps programs out"),
        (Outcome.BLOCKED_WAF, "keeps programs out"),
        (Outcome.ROBOTS, "robots.txt keeps us"),
    ],
)
def test_a_site_that_does_not_let_us_is_left_alone(outcome: Outcome, said: str) -> None:
    site = Site({LIST: outcome})
    found = site.look()
    assert found.reports == 0 and site.asked == [LIST]
    assert any(said in warning for warning in found.warnings)
    assert f"it is {outcome.value}" in found.text()


def test_another_family_than_the_record_says() -> None:
    record = PUBLISHER.model_copy(update={"family": "static"})
    found = Site({LIST: list_of(REPORTS).encode()}).look(record)
    assert found.reports == 8
    assert "family: trs; the record says static" in found.text()
    assert "the list looks like trs, the record says static" in found.warnings


def test_a_charset_that_contradicts_the_header_is_said() -> None:
    page = list_of(REPORTS).encode("gb18030")
    found = Site({LIST: page}, **{"content-type": "text/html; charset=utf-8"}).look()
    assert found.reports == 8
    assert "charset: gb18030 by its bytes, the header says utf-8" in found.text()


def test_links_to_other_hosts_are_counted_and_are_no_reports() -> None:
    links = [
        ("https://mp.weixin.qq.com/s/abc", REPORTS[0]),
        ("http://www.x.gov.cn.evil.com/t20240108_1.html", REPORTS[1]),
    ]
    found = Site({LIST: trs([*links, ("./202401/t20240108_9.html", REPORTS[2])]).encode()}).look()
    assert found.reports == 1
    assert "2 on other hosts (never asked for)" in found.text()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            200,
            b"User-agent: *\nDisallow: /admin/\nCrawl-delay: 7\n",
            "allows the lists and the reports that are known, Crawl-delay 7 s",
        ),
        (200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /zwgk/ndbg/\n", f"forbids {BASE}/zwgk/ndbg/"),
        (200, b"User-agent: gongkai\nDisallow: /\n\nUser-agent: *\nDisallow:\n", f"forbids {LIST}"),
        (200, b"<!DOCTYPE html><html><body>404</body></html>", "nothing is forbidden"),
        (404, b"", "404, nothing is forbidden"),
        (503, b"", "nothing may be asked for"),
        (None, b"", "nothing may be asked for"),
    ],
)
def test_what_robots_txt_says(status: int | None, body: bytes, said: str) -> None:
    assert said in Site({LIST: list_of(REPORTS).encode()}, (status, body)).look().text()


def test_what_a_site_sends_cannot_command_the_terminal() -> None:
    evil = "\x1b[2J青山区水部街道2023年政府信息公开工作年度报告\x07"
    text = Site({LIST: list_of([evil]).encode()}, etag="\x1b]0;x").look().text()
    assert "\x1b" not in text and "\x07" not in text


async def _checked_over_the_wire(pages: dict[str, bytes]) -> tuple[sources.Checked, list[str]]:
    log: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        log.append(path)
        status, body = ("200 OK", pages[path]) if path in pages else ("404 Not Found", b"")
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        network = MappedNetwork({(PUBLISHER.host, 80): ("127.0.0.1", port)})
        polite = PUBLISHER.model_copy(update={"politeness": Politeness(min_delay=0, latency_factor=0)})
        return await sources.check(polite, network=network), log


def test_robots_txt_is_asked_for_first_and_then_one_page_and_nothing_else() -> None:
    robots = b"User-agent: *\nDisallow: /admin/\n"
    pages = {"/robots.txt": robots, "/zwgk/zfxxgknb/": list_of(REPORTS, 3).encode()}
    found, log = asyncio.run(_checked_over_the_wire(pages))
    assert log == ["/robots.txt", "/zwgk/zfxxgknb/"]
    assert found.reports == 8
    assert f"robots.txt of {BASE}: allows the lists" in found.text()


def test_what_robots_txt_forbids_is_not_asked_for_by_a_check_either() -> None:
    found, log = asyncio.run(_checked_over_the_wire({"/robots.txt": b"User-agent: *\nDisallow: /\n"}))
    assert log == ["/robots.txt"]
    assert found.reports == 0
    assert any("robots.txt keeps us" in warning for warning in found.warnings)


# --- the commands


@pytest.fixture
def run() -> Callable[..., Result]:
    def call(*arguments: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=input)

    return call


@pytest.mark.parametrize("words", [("sources",), ("sources", "list")])
def test_sources_lists_every_publisher_in_columns(run: Callable[..., Result], words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 0
    head, *lines = result.stdout.splitlines()
    shipped = load_catalog().publishers
    assert [line.split()[0] for line in lines] == list(shipped)
    # under each other in a terminal, where a hanzi takes two columns
    starts = {cell_len(line[: line.rindex("  ") + 2]) for line in lines}
    assert starts == {head.index("hosts")}
    assert "\x1b" not in result.stdout
    assert f"{len(shipped)} publishers, 0 enabled" in result.stderr


@pytest.mark.parametrize(("reports", "status"), [(3, 0), (0, 1)])
def test_the_exit_status_says_whether_reports_were_found(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, reports: int, status: int
) -> None:
    async def checked(publisher: Publisher, *, all_lists: bool) -> sources.Checked:
        return sources.Checked([f"{publisher.id} {all_lists}"], [], reports)

    monkeypatch.setenv("GONGKAI_CONTACT", "https://example.org/gongkai")
    monkeypatch.setattr(sources, "check", checked)
    result = run("sources", "check", "fuzhou_gulou", "--all-lists")
    assert (result.exit_code, result.stdout) == (status, "fuzhou_gulou True\n")


def test_a_publisher_that_nobody_knows(run: Callable[..., Result]) -> None:
    result = run("sources", "check", "atlantis")
    assert result.exit_code == 2 and "'atlantis'" in result.stderr


def test_no_site_is_asked_by_nobody(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GONGKAI_CONTACT", raising=False)
    result = run("sources", "check", "fuzhou_gulou")
    assert result.exit_code == 2 and "GONGKAI_CONTACT" in result.stderr


def test_a_broken_record_of_an_operator_is_wrong_usage(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yml").write_text("id: a\nkind: web\n", encoding="utf-8")
    monkeypatch.setenv("GONGKAI_SOURCES", str(tmp_path))
    result = run("sources")
    assert result.exit_code == 2 and "a.yml: name_zh: is missing" in result.stderr


def test_classify_says_it_in_json_one_object_a_line(run: Callable[..., Result]) -> None:
    url = "https://www.gl.gov.cn/xjwz/zfxxgk/sjzptlj/xzjd/djjd/zfxxgknb/202601/t20260109_5269368.htm"
    result = run(
        "classify", "福州市鼓楼区东街街道2025年政府信息公开工作年度报告", NOTICE, "--url", url, "--json"
    )
    assert result.exit_code == 0
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["verdict"], first["report_year"]) == ("report", 2025)
    assert first["agency"] == "福州市鼓楼区东街街道"
    assert (first["family"], first["refused"]) == ("trs", None)
    assert second["verdict"] == "not" and second["why"]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_classify_reads_titles_from_stdin(run: Callable[..., Result], charset: str) -> None:
    said = "\r\n".join([REPORTS[0], "", NOTICE, ""])
    result = run("classify", "--json", input=said.encode(charset))
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(link["title"], link["verdict"]) for link in found] == [(REPORTS[0], "report"), (NOTICE, "not")]
    assert all(link["family"] is None and link["refused"] is None for link in found)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.gl.gov.cn.evil.com/xjwz/t20260109_1.htm",
        "http://156152.com/zfjgzy/gzsrmzfbgt/zfxxgknb/bm/2023n/content/post_9469010.html",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "http://user@www.gl.gov.cn/",
        "http://www.gl.gov.cn:22/",
        "http://www.nobody-registered-this.gov.cn/",
    ],
)
def test_an_address_that_would_never_be_asked_for(run: Callable[..., Result], url: str) -> None:
    result = run("classify", REPORTS[0], "--url", url, "--json")
    assert json.loads(result.stdout)["refused"]


def test_an_address_alone_is_judged_too(run: Callable[..., Result]) -> None:
    result = run(
        "classify", "--url", "https://www.gz.gov.cn/zfxxgknb/content/post_9469010.html", "--json", input=""
    )
    (found,) = (json.loads(line) for line in result.stdout.splitlines())
    assert (found["family"], found["refused"]) == ("nfcms", None)
    assert found["verdict"] != "report"


def test_classify_without_anything_is_wrong_usage(run: Callable[..., Result]) -> None:
    assert run("classify", input="\n \n").exit_code == 2


def test_classify_for_a_person(run: Callable[..., Result]) -> None:
    plain, evil = run("classify", REPORTS[0]), run("classify", f"\x1b[2J{REPORTS[0]}")
    assert plain.stdout.startswith(f"report  2020  青山区水部街道  {REPORTS[0]}  (")
    assert "\x1b" not in evil.stdout
