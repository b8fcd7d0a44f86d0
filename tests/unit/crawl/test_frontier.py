"""What the frontier remembers over nights, and over kills."""

from __future__ import annotations

import gzip
import hashlib
import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
import zlib
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from ingestion.archive.warc import WarcWriter
from ingestion.crawl.frontier import Child, Frontier, FrontierError, Sight
from ingestion.crawl.model import Answer, ListItem, Request
from ingestion.crawl.outcomes import Outcome
from tests.unit.archive.exchanges import chunked, exchange

HOST = "http://www.a-fx.gov.cn"


class Night:
    """A night on a folder: frontier and WARCs, as the crawler opens them."""

    def __init__(self, folder: Path, night: str) -> None:
        self.warcs = folder / "warc"
        self.frontier = Frontier(folder / "crawl.sqlite", self.warcs)
        ends = self.frontier.begin(night)
        self.name = night
        self.writer = WarcWriter.resume(
            self.warcs, self.frontier.run_id(night), ends, known=self.frontier, max_bytes=1 << 20
        )

    def fetch(
        self,
        request: Request,
        body: bytes = b"<p>report</p>",
        *,
        status: int = 200,
        outcome: Outcome = Outcome.OK,
        headers: dict[str, str] | None = None,
        coded: bytes | None = None,
        framed: bytes | None = None,
        url: str | None = None,
    ) -> Answer:
        """What the fetcher does: the WARC first, the frontier second. coded: the body with its coding."""
        headers = headers or {}
        payload = body if coded is None else coded
        head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers.items()) + "\r\n"
        place = self.writer.exchange(
            exchange(payload, url=url or request.url, head=head.encode(), body=framed, status=status)
        )
        answer = Answer(
            request=request,
            url=url or request.url,
            outcome=outcome,
            hops=(request.url,),
            status=status,
            headers=headers,
            body=body if outcome is Outcome.OK else b"",
            raw_sha256=hashlib.sha256(payload).hexdigest(),
            n_bytes=len(payload),
            reason=None if outcome is Outcome.OK else "it says so",
            place=place,
            started_at="2026-11-21T22:00:00+00:00",
            latency_ms=12,
            attempts=1,
            address="192.0.2.1",
        )
        self.frontier.keep(request, answer)
        return answer

    def absent(self, key: str) -> Outcome:
        answer = self.fetch(Request(key), status=404, outcome=Outcome.NOT_FOUND)
        return self.frontier.absent(key, answer)

    def see(self, key: str, text: str, publisher: str = "a", **more: object) -> Outcome:
        return self.frontier.seen(
            sight(self.fetch(Request(key), text.encode()), key, text, publisher, **more)
        )

    def end(self) -> None:
        self.writer.close()
        self.frontier.end(self.name)
        self.frontier.close()

    def kill(self) -> None:
        """Stop without finishing anything; what a process buffers is lost, and here nothing is buffered."""
        self.frontier.close()


def sight(answer: Answer, key: str, text: str, publisher: str = "a", **more: object) -> Sight:
    values: dict[str, object] = {
        "publisher": publisher,
        "key": key,
        "url": key,
        "referer": HOST + "/",
        "answer": answer,
        "outcome": Outcome.NEW,
        "title": "某局2023年政府信息公开工作年度报告",
        "issuer": None,
        "report_year": 2023,
        "published_on": None,
        "content_digest": digest(text),
        "sha256": digest(text),
    }
    return Sight(**{**values, **more})  # type: ignore[arg-type]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path


def outcomes(frontier: Frontier, night: str) -> dict[str, str]:
    return {row.url: row.outcome for row in frontier.rows(night)}


# --- answers come back --------------------------------------------------------------------------------


BODY = "<p>政府信息公开</p>".encode("gb18030") * 50


@pytest.mark.parametrize(
    ("headers", "coded", "framed"),
    [
        ({}, None, None),
        ({"content-encoding": "gzip"}, gzip.compress(BODY, mtime=0), None),
        ({"content-encoding": "deflate"}, zlib.compress(BODY), None),
        ({"content-encoding": "deflate"}, zlib.compress(BODY)[2:-4], None),
        ({"transfer-encoding": "chunked"}, None, chunked(BODY, 100)),
        (
            {"transfer-encoding": "chunked", "content-encoding": "gzip"},
            gzip.compress(BODY, mtime=0),
            chunked(gzip.compress(BODY, mtime=0), 9),
        ),
    ],
)
def test_an_answer_of_tonight_comes_back_as_it_was(
    folder: Path, headers: dict[str, str], coded: bytes | None, framed: bytes | None
) -> None:
    night = Night(folder, "1")
    request = Request(HOST + "/a", etag='"1"', referer=HOST)
    first = night.fetch(request, BODY, headers=headers, coded=coded, framed=framed)
    again = Request(HOST + "/b")
    revisit = night.fetch(again, BODY, headers=headers, coded=coded, framed=framed)
    night.kill()
    night = Night(folder, "1")
    assert night.frontier.replay(request) == replace(first, replayed=True)
    assert night.frontier.replay(again) == replace(revisit, replayed=True)
    assert night.frontier.replay(replace(request, etag=None, referer=None)) is not None
    for other in (
        Request(HOST + "/c"),
        replace(request, kind="file"),
        replace(request, form=(("page", "1"),)),
        replace(request, json="{}"),
    ):
        assert night.frontier.replay(other) is None
    night.end()
    kinds = []
    for path in sorted(night.warcs.iterdir()):
        with path.open("rb") as file:
            kinds += [record.rec_type for record in ArchiveIterator(file)]
    assert (kinds.count("response"), kinds.count("revisit")) == (1, 1)


def test_a_redirect_without_a_body_comes_back_whatever_coding_it_names(folder: Path) -> None:
    night = Night(folder, "1")
    headers = {"content-encoding": "gzip", "location": "/b"}
    first = night.fetch(Request(HOST + "/a"), b"", status=301, headers=headers)
    assert night.frontier.replay(first.request) == replace(first, replayed=True)


def test_forms_are_told_apart_by_their_fields(folder: Path) -> None:
    night = Night(folder, "1")
    pages = [Request(HOST + "/p", "list", form=(("page", str(number)),)) for number in range(3)]
    for number, request in enumerate(pages):
        night.fetch(request, b"page %d" % number)
    bodies = [answer.body for request in pages if (answer := night.frontier.replay(request))]
    assert bodies == [b"page 0", b"page 1", b"page 2"]


def test_an_answer_without_a_body_comes_back_too_and_an_unsent_one_does_not(folder: Path) -> None:
    night = Night(folder, "1")
    blocked = night.fetch(Request(HOST + "/w"), status=521, outcome=Outcome.BLOCKED_JSL)
    timeout = replace(blocked, request=Request(HOST + "/t"), outcome=Outcome.TIMEOUT, place=None, status=None)
    night.frontier.keep(timeout.request, timeout)
    unsent = Answer(Request(HOST + "/d"), HOST + "/d", Outcome.DEFERRED, reason="its budget is used up")
    night.frontier.note(unsent, "a", "trs")
    assert night.frontier.replay(blocked.request) == replace(blocked, replayed=True)
    assert night.frontier.replay(timeout.request) == replace(timeout, replayed=True)
    assert night.frontier.replay(unsent.request) is None
    assert outcomes(night.frontier, "1")[HOST + "/d"] == "deferred", "what was not asked has its row"


def test_a_new_night_asks_anew(folder: Path) -> None:
    night = Night(folder, "1")
    night.fetch(Request(HOST + "/a"))
    night.end()
    assert Night(folder, "2").frontier.replay(Request(HOST + "/a")) is None


def test_an_answer_whose_record_is_lost_is_asked_for_again(folder: Path) -> None:
    night = Night(folder, "1")
    payload = night.fetch(Request(HOST + "/a")).raw_sha256 or ""
    assert night.frontier.payload(payload) is not None
    night.kill()
    shutil.rmtree(night.warcs)
    night = Night(folder, "1")
    assert night.frontier.replay(Request(HOST + "/a")) is None
    assert night.frontier.payload(payload) is None, "a revisit may not point to what is not there"
    again = night.fetch(Request(HOST + "/a"))
    assert night.frontier.replay(Request(HOST + "/a")) == replace(again, replayed=True)


def test_a_304_refers_to_the_record_that_it_confirms(folder: Path) -> None:
    night = Night(folder, "1")
    night.fetch(Request(HOST + "/a"))
    night.end()
    night = Night(folder, "2")
    night.fetch(Request(HOST + "/a"), b"", status=304, outcome=Outcome.UNCHANGED_304)
    night.end()
    with (night.warcs / "2-00000.warc.gz").open("rb") as file:
        [revisit] = [record for record in ArchiveIterator(file) if record.rec_type == "revisit"]
    assert revisit.rec_headers["WARC-Refers-To-Target-URI"] == HOST + "/a"
    assert revisit.rec_headers["WARC-Refers-To-Date"].startswith("2026-11-21T22:00:00")


def test_an_ended_night_that_is_begun_again_retries_what_failed(folder: Path) -> None:
    night = Night(folder, "1")
    good = Request(HOST + "/good")
    bad = Request(HOST + "/bad")
    assert night.frontier.seen(sight(night.fetch(good), good.url, "x")) is Outcome.NEW
    night.frontier.failed(bad.url, night.fetch(bad, status=500, outcome=Outcome.HTTP_ERROR))
    assert len(list(night.frontier.rows("1"))) == 2
    night.end()
    night = Night(folder, "1")
    assert night.frontier.replay(good) is not None
    assert night.frontier.replay(bad) is None
    night.frontier.failed(bad.url, night.fetch(bad, status=500, outcome=Outcome.HTTP_ERROR))
    assert [(row.run_id, row.url) for row in night.frontier.rows("1")] == [("1-r2", bad.url)]


def test_a_night_that_was_never_ended_still_owes_its_rows(folder: Path) -> None:
    night = Night(folder, "1")
    night.fetch(Request(HOST + "/a"))
    night.kill()
    night = Night(folder, "2")
    assert night.frontier.unended() == ["1"]
    WarcWriter.resume(night.warcs, night.frontier.run_id("1"), night.frontier.ends("1")).close()
    assert [row.url for row in night.frontier.rows("1")] == [HOST + "/a"]
    night.frontier.end("1")
    assert night.frontier.unended() == []
    assert not list(night.warcs.glob("1-*.open"))
    night.kill()


# --- documents over nights ----------------------------------------------------------------------------


def test_new_changed_unchanged(folder: Path) -> None:
    key = HOST + "/a"
    headers = {"etag": '"1"', "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
    night = Night(folder, "1")
    first = night.fetch(Request(key), b"one", headers=headers)
    assert night.frontier.seen(sight(first, key, "one")) is Outcome.NEW
    night.end()

    night = Night(folder, "2")
    known = night.frontier.location(key)
    assert known is not None
    assert (known.etag, known.last_modified, known.is_main) == (*headers.values(), True)
    confirmed = night.fetch(Request(key), b"", status=304, outcome=Outcome.UNCHANGED_304)
    assert night.frontier.unchanged(key, confirmed, Outcome.UNCHANGED_304) is Outcome.UNCHANGED_304
    assert night.frontier.location(key) == replace(known, last_night="2")
    night.end()

    night = Night(folder, "3")
    assert night.see(key, "two", outcome=Outcome.CHANGED) is Outcome.CHANGED
    [document] = night.frontier.documents("a")
    assert (document.content_digest, document.changed_night) == (digest("two"), "3")
    assert document.id == known.document
    later = night.frontier.location(key)
    assert later is not None
    assert (later.etag, later.content_digest) == (None, digest("two")), "its old validator is no longer true"
    [row] = night.frontier.rows("3")
    assert (row.outcome, row.document, row.sha256, row.publisher) == (
        "changed",
        document.id,
        digest("two"),
        "a",
    )


def test_another_host_of_the_same_site_is_a_move_and_no_new_document(folder: Path) -> None:
    key = HOST + "/a"
    night = Night(folder, "1")
    night.see(key, "x")
    night.end()
    for name, expected in (("2", Outcome.MOVED), ("3", Outcome.UNCHANGED_DIGEST)):
        night = Night(folder, name)
        answer = night.fetch(Request(key), b"x", url="http://www.new-fx.gov.cn/a")
        assert night.frontier.unchanged(key, answer, Outcome.UNCHANGED_DIGEST) is expected
        assert [known.url for known in night.frontier.known("a")] == ["http://www.new-fx.gov.cn/a"]
        assert len(night.frontier.documents()) == 1
        night.end()


def test_the_third_night_without_it_makes_a_tombstone_and_deletes_nothing(folder: Path) -> None:
    key = HOST + "/a"
    night = Night(folder, "1")
    night.see(key, "x")
    night.end()
    for name, expected in (("2", "gone_suspect"), ("3", "gone_suspect"), ("4", "gone"), ("5", "gone")):
        night = Night(folder, name)
        assert night.absent(key) == expected
        assert night.absent(key) == expected, "asked twice in a night it counts once"
        assert night.frontier.count_reports("a") == (0 if expected == "gone" else 1)
        night.end()
    night = Night(folder, "6")
    [document] = night.frontier.documents("a")
    assert (document.state, document.content_digest) == ("gone", digest("x"))
    answer = night.fetch(Request(key), b"x")
    assert night.frontier.unchanged(key, answer, Outcome.UNCHANGED_DIGEST) is Outcome.UNCHANGED_DIGEST
    assert night.frontier.count_reports("a") == 1


def test_a_good_answer_begins_the_count_anew_and_an_unknown_one_changes_nothing(folder: Path) -> None:
    key = HOST + "/a"
    night = Night(folder, "1")
    night.see(key, "x")
    night.end()
    said = []
    for number, what in enumerate("absent absent good absent timeout absent deferred absent".split(), 2):
        night = Night(folder, str(number))
        if what == "absent":
            said.append(night.absent(key))
        elif what == "good":
            night.frontier.unchanged(key, night.fetch(Request(key), b"x"), Outcome.UNCHANGED_DIGEST)
        else:
            before = night.frontier.location(key)
            outcome = Outcome(what)
            night.frontier.failed(key, night.fetch(Request(key), status=503, outcome=outcome))
            assert night.frontier.location(key) == before
        night.end()
    suspect, gone = Outcome.GONE_SUSPECT, Outcome.GONE
    assert said == [suspect, suspect, suspect, suspect, gone]


def test_a_good_answer_of_the_same_night_outweighs_an_absence(folder: Path) -> None:
    key = HOST + "/a"
    night = Night(folder, "1")
    night.see(key, "x")
    night.end()
    night = Night(folder, "2")
    assert night.absent(key) is Outcome.GONE_SUSPECT
    assert night.see(key, "y") is Outcome.CHANGED
    assert night.absent(key) is Outcome.CHANGED
    known = night.frontier.location(key)
    assert known is not None
    assert (known.state, known.absences) == ("live", 0)


def test_what_was_never_known_cannot_be_gone(folder: Path) -> None:
    night = Night(folder, "1")
    assert night.absent(HOST + "/a") is Outcome.NOT_FOUND
    assert night.frontier.location(HOST + "/a") is None


def test_the_same_content_at_another_publisher_is_a_duplicate(folder: Path) -> None:
    night = Night(folder, "1")
    assert night.see(HOST + "/a", "x") is Outcome.NEW
    item = ListItem(HOST + "2/a", "某局2023年政府信息公开工作年度报告", HOST)
    answer = night.fetch(Request(item.url), b"x, in another frame")
    assert night.frontier.copy("b", item.url, item, answer, digest("x")) is Outcome.DUPLICATE
    assert night.see(HOST + "3/a", "x", "c") is Outcome.DUPLICATE
    [document] = night.frontier.documents()
    assert (document.publisher, night.frontier.count_reports("b")) == ("a", 0)
    [copy] = night.frontier.known("b")
    assert (copy.document, copy.is_main) == (document.id, False)
    with pytest.raises(FrontierError):
        night.frontier.copy("b", HOST + "/z", item, answer, digest("unknown"))
    night.end()

    # gone at one of them: said so there, while the document lives on at the others
    night = Night(folder, "2")
    assert night.absent(HOST + "/a") is Outcome.GONE_SUSPECT
    [document] = night.frontier.documents()
    assert document.state == "live"


def test_a_copy_that_lags_behind_does_not_make_the_document_change_to_and_fro(folder: Path) -> None:
    main, copy = HOST + "/a", HOST + "2/a"
    night = Night(folder, "1")
    night.see(main, "old")
    night.see(copy, "old", "b")
    night.end()
    night = Night(folder, "2")
    assert night.see(main, "corrected") is Outcome.CHANGED
    assert night.see(copy, "old", "b") is Outcome.UNCHANGED_DIGEST
    [document] = night.frontier.documents()
    assert document.content_digest == digest("corrected")
    night.end()
    night = Night(folder, "3")
    assert night.see(copy, "corrected", "b") is Outcome.DUPLICATE
    assert [each.changed_night for each in night.frontier.documents()] == ["2"]
    night.end()
    night = Night(folder, "4")
    assert night.see(copy, "something else", "b") is Outcome.NEW, "a copy no longer: a document of its own"
    assert [each.publisher for each in night.frontier.documents()] == ["a", "b"]
    first = night.frontier.location(main)
    assert first is not None
    assert first.content_digest == digest("corrected")


def test_a_document_that_was_missed_and_shows_up_elsewhere_has_moved(folder: Path) -> None:
    night = Night(folder, "1")
    night.see(HOST + "/old", "x")
    night.end()
    night = Night(folder, "2")
    night.absent(HOST + "/old")
    assert night.see(HOST + "/new", "x") is Outcome.MOVED
    [document] = night.frontier.documents()
    assert (document.main_key, document.state) == (HOST + "/new", "live")


def test_a_reissue_is_linked_by_publisher_issuer_and_year(folder: Path) -> None:
    night = Night(folder, "1")
    night.see(HOST + "/1", "one", issuer="某局", report_year=2023)
    night.see(HOST + "/2", "other year", issuer="某局", report_year=2022)
    night.see(HOST + "/3", "other publisher", "b", issuer="某局", report_year=2023)
    night.see(HOST + "/4", "no issuer", report_year=2023)
    night.see(HOST + "/5", "no issuer either", report_year=2023)
    night.see(HOST + "/6", "corrected", issuer="某局", report_year=2023)
    documents = {each.main_key[-1]: each for each in night.frontier.documents()}
    linked = {name: each.reissue_of for name, each in documents.items() if each.reissue_of}
    assert linked == {"6": documents["1"].id}
    assert all(each.state == "live" for each in documents.values()), "both stay"


def test_children_belong_to_their_document_when_its_step_is_taken(folder: Path) -> None:
    key, pdf, png = HOST + "/a", HOST + "/a.pdf", HOST + "/a.png"
    had = Child(pdf, pdf, "附件", "attachment", digest("pdf"), '"1"', None)
    lost = Child(png, png, "", "picture", None)
    night = Night(folder, "1")
    night.frontier.part("a", pdf, night.fetch(Request(pdf, "file"), b"pdf"), Outcome.NEW, had)
    assert night.frontier.child(pdf) is None, "a kill here must not make the next look see nothing new"
    night.see(key, "x", children=(had, lost))
    [document] = night.frontier.documents()
    assert night.frontier.children(document.id) == [had, lost]
    assert night.frontier.child(pdf) == had
    night.end()

    night = Night(folder, "2")
    other = replace(had, sha256=digest("pdf 2"), etag='"2"')
    answer = night.fetch(Request(pdf, "file"), b"pdf 2")
    assert night.frontier.part("a", pdf, answer, Outcome.CHANGED, other) is Outcome.CHANGED
    assert night.frontier.part("a", pdf, answer, Outcome.UNCHANGED_DIGEST, other) is Outcome.CHANGED
    assert night.frontier.child(pdf) == had
    page = night.fetch(Request(key), b"x")
    assert night.frontier.unchanged(key, page, Outcome.CHANGED) is Outcome.CHANGED
    assert night.frontier.children(document.id) == [other, lost]
    [document] = night.frontier.documents()
    assert document.changed_night == "2"
    night.end()

    night = Night(folder, "3")  # the page is another one, the attachment could not be had this time
    missed = replace(had, sha256=None, etag=None)
    assert night.see(key, "y", children=(missed,)) is Outcome.CHANGED
    assert night.frontier.children(document.id) == [other]


def test_another_attachment_below_an_unchanged_page_is_a_change(folder: Path) -> None:
    key = HOST + "/a"
    had = Child(HOST + "/p", HOST + "/p", "", "attachment", digest("1"))
    for name, child, expected in (
        ("1", had, Outcome.NEW),
        ("2", had, Outcome.UNCHANGED_DIGEST),
        ("3", replace(had, sha256=None), Outcome.UNCHANGED_DIGEST),
        ("4", replace(had, sha256=digest("2")), Outcome.CHANGED),
    ):
        night = Night(folder, name)
        assert night.see(key, "x", children=(child,)) is expected
        night.end()


# --- links and lists ------------------------------------------------------------------------------------


def test_links_keep_their_verdicts_and_what_they_still_owe(folder: Path) -> None:
    night = Night(folder, "1")
    for name, verdict in (("1", "report"), ("2", "review"), ("3", "not"), ("4", "report"), ("5", "review")):
        night.frontier.link("a", HOST + "/" + name, HOST + "/" + name, "题", verdict, "why")
    night.see(HOST + "/1", "x")
    timeout = night.fetch(Request(HOST + "/4"), status=503, outcome=Outcome.DEFERRED)
    night.frontier.failed(HOST + "/4", timeout)
    night.frontier.failed(HOST + "/5", night.fetch(Request(HOST + "/5")), Outcome.NOT_A_REPORT, "no report")
    owed = [(link.key[-1], link.outcome) for link in night.frontier.pending("a")]
    assert owed == [("2", None), ("4", Outcome.DEFERRED)]
    assert [link.key[-1] for link in night.frontier.links("a", "review")] == ["2", "5"]
    assert len(night.frontier.links()) == 5
    assert night.frontier.link_verdict(HOST + "/3") == "not"
    assert night.frontier.link_verdict(HOST + "/9") is None
    rows = {row.url: (row.outcome, row.reason) for row in night.frontier.rows("1")}
    assert rows[HOST + "/5"] == ("not_a_report", "no report")
    assert not night.frontier.was_known(HOST + "/1"), "a night that goes on must walk as far as before"
    assert night.frontier.walked_whole("a") is None
    night.frontier.mark_whole("a")
    night.end()
    night = Night(folder, "2")
    assert night.frontier.was_known(HOST + "/1")
    assert night.frontier.was_known(HOST + "/3")
    assert not night.frontier.was_known(HOST + "/9")
    assert night.frontier.walked_whole("a") == "1"
    night.frontier.link("a", HOST + "/3", HOST + "/3", "题", "report", "the words have changed")
    [link] = night.frontier.links("a", "report")[1:2]
    assert (link.key[-1], link.first_night, link.last_night) == ("3", "1", "2")


def test_a_robots_file_is_its_publishers(folder: Path) -> None:
    night = Night(folder, "1")
    night.fetch(Request(HOST + "/robots.txt", "robots"))
    night.frontier.note(night.fetch(Request(HOST + "/list", "list")), "a", "trs")
    rows = {row.kind: (row.publisher, row.family) for row in night.frontier.rows("1")}
    assert rows == {"robots": ("a", None), "list": ("a", "trs")}
    [_, row] = night.frontier.rows("1")
    assert (row.method, row.host, row.status, row.latency_ms) == ("GET", "www.a-fx.gov.cn", 200, 12)
    assert row.warc_file == "1-00000.warc.gz"
    assert row.started_at is not None
    assert row.started_at.isoformat() == "2026-11-21T22:00:00+00:00"


def test_nothing_is_written_before_a_night_begins_and_a_newer_file_is_left_alone(folder: Path) -> None:
    frontier = Frontier(folder / "crawl.sqlite", folder)
    with pytest.raises(FrontierError):
        frontier.link("a", "k", "u", "t", "report", "w")
    with pytest.raises(FrontierError):
        frontier.rows("1")
    frontier._connection.execute("PRAGMA user_version = 99")
    frontier.close()
    with pytest.raises(FrontierError, match="99"):
        Frontier(folder / "crawl.sqlite", folder)


# --- kills ------------------------------------------------------------------------------------------------

PAGES = 40


def _crawl(folder: Path, log: Path) -> dict[str, Outcome]:
    """A small crawl: each page with one attachment. What a server would be asked goes to `log`."""
    night = Night(folder, "1")
    said = {}

    def ask(request: Request) -> Answer:
        answer = night.frontier.replay(request)
        if answer is None:
            body = f"text of {request.url}".encode() * 40
            answer = night.fetch(
                request, body, headers={"content-encoding": "gzip"}, coded=gzip.compress(body)
            )
            with log.open("a") as file:
                file.write(request.url + "\n")
        return answer

    for number in range(PAGES):
        key = f"{HOST}/{number}"
        page = ask(Request(key))
        file = ask(Request(key + ".pdf", "file"))
        child = Child(file.url, file.url, "", "attachment", hashlib.sha256(file.body).hexdigest())
        night.frontier.part("a", file.url, file, Outcome.NEW, child)
        content = hashlib.sha256(page.body).hexdigest()
        said[key] = night.frontier.seen(sight(page, key, "", content_digest=content, children=(child,)))
    night.end()
    return said


def test_a_killed_night_goes_on_and_repeats_and_loses_nothing(folder: Path) -> None:
    log = folder / "log"
    context = multiprocessing.get_context("fork")
    for _ in range(6):
        crawl = context.Process(target=_crawl, args=(folder, log))
        crawl.start()
        before = log.read_text().count("\n") if log.exists() else 0
        deadline = time.monotonic() + 20
        while (
            crawl.is_alive()
            and (log.read_text().count("\n") if log.exists() else 0) < before + 3
            and time.monotonic() < deadline
        ):
            time.sleep(0.001)
        assert crawl.pid is not None
        os.kill(crawl.pid, signal.SIGKILL)
        crawl.join(10)
    said = _crawl(folder, log)
    asked = log.read_text().split()
    expected = [f"{HOST}/{number}{end}" for number in range(PAGES) for end in ("", ".pdf")]
    # killed between the row and the line of the log, a request may be missing from the log, never doubled
    assert len(asked) == len(set(asked))
    assert set(asked) <= set(expected)
    assert set(said.values()) == {Outcome.NEW}, "a step that was taken keeps its outcome"
    frontier = Frontier(folder / "crawl.sqlite", folder / "warc")
    rows = list(frontier.rows("1"))
    assert sorted(row.url for row in rows) == sorted(expected)
    assert {row.outcome for row in rows} == {"new"}
    assert len(frontier.documents()) == PAGES
    frontier.close()
    paths = sorted((folder / "warc").iterdir())
    assert not [path for path in paths if path.name.endswith(".open")]
    assert Checker(Namespace(inputs=[str(path) for path in paths], verbose=False)).process_all() == 0
    answered = []
    for path in paths:
        with path.open("rb") as file:
            answered += [
                record.rec_headers["WARC-Target-URI"]
                for record in ArchiveIterator(file)
                if record.rec_type in ("response", "revisit")
            ]
    assert set(answered) == set(expected)


def test_state_of_the_version_before_is_taken_over(folder: Path) -> None:
    night = Night(folder, "1")
    part = Child(HOST + "/1.pdf", HOST + "/1.pdf", "附件", "attachment", None)
    night.see(HOST + "/a", "x", children=(part,))
    night.end()
    with sqlite3.connect(folder / "crawl.sqlite") as connection:
        connection.executescript("ALTER TABLE children DROP COLUMN outcome; PRAGMA user_version = 1;")
    connection.close()
    frontier = Frontier(folder / "crawl.sqlite", folder / "warc")
    (document,) = frontier.documents()
    assert frontier.children(document.id) == [part]
    frontier.close()
