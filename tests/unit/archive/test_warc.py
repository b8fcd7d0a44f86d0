"""WARC files are what the standard says, give back what went in, and survive a kill at any byte."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from ingestion.archive.warc import WarcDamaged, WarcPlace, WarcWriter, read_answer, record_head
from ingestion.archive.warc_records import dechunked
from tests.unit.archive.exchanges import REQUEST, chunked, exchange

KINDS = ["response", "request", "metadata"]


def check(paths: list[Path]) -> None:
    assert Checker(Namespace(inputs=[str(path) for path in paths], verbose=False)).process_all() == 0


def records(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """(type, WARC headers, block) as warcio reads them."""
    with path.open("rb") as file:
        return [
            (record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())
            for record in ArchiveIterator(file, no_record_parse=True)
        ]


class Payloads(dict[str, tuple[str, str]]):
    """Payloads that earlier files hold."""

    def payload(self, sha256: str) -> tuple[str, str] | None:
        return self.get(sha256)

    def visit(self, url: str) -> tuple[str, str] | None:
        return self.get(url)


def test_an_exchange_is_response_request_and_metadata_as_on_the_wire(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "2026-11-21")
    sent = exchange(
        head="HTTP/1.0 200\nX-名: 汉字 \xff\nset-cookie: a\nSet-Cookie: b\n\n".encode("latin-1", "replace")
        + b"",
        metadata={"family": "trs", "charset": "gb18030 (sniffed)\r\nWARC-Type: response"},
    )
    place = writer.exchange(sent)
    assert place is not None
    assert not list(tmp_path.glob("*.gz")), "a file that is still written has its name already"
    assert read_answer(tmp_path, place).payload == sent.payload_bytes
    [path] = writer.close()
    assert [each.name for each in tmp_path.iterdir()] == ["2026-11-21-00000.warc.gz"] == [place.file]

    found = records(path)
    assert [kind for kind, _, _ in found] == ["warcinfo", *KINDS]
    _, response, block = found[1]
    assert block == sent.response_bytes
    assert response["WARC-Target-URI"] == sent.url
    assert response["WARC-Date"] == "2026-11-21T22:00:00.123456Z"
    assert response["WARC-IP-Address"] == "192.0.2.1"
    assert response["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(sent.payload_bytes).hexdigest()
    assert found[2][2] == REQUEST
    assert found[2][1]["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert found[3][2] == b"family: trs\r\ncharset: gb18030 (sniffed) WARC-Type: response\r\n"
    assert "WARC-Filename" in found[0][1]
    check([path])


def test_every_record_is_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "n")
    places = [writer.exchange(exchange(b"%d" % number)) for number in range(3)]
    [path] = writer.close()
    for number, place in enumerate(places):
        assert place is not None
        member = path.read_bytes()[place.offset : place.offset + place.length]
        assert gzip.decompress(member).endswith(b"\r\n\r\n%d\r\n\r\n" % number)


@pytest.mark.parametrize(
    ("head", "framed"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunked),
        (b"HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\n\n", lambda data: chunked(data, 5, b"\n")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n", lambda data: data[:43] + b"more than announced"),
        (b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", lambda data: data),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", lambda data: data),
        (b"HTTP/1.1 200 OK\r\nno colon here\r\nName : value\r\n\r\n", lambda data: data),
    ],
)
def test_a_payload_comes_back_without_its_framing(tmp_path: Path, head: bytes, framed: object) -> None:
    payload = gzip.compress(b"report " * 20, mtime=0)[:43].ljust(43, b"\0")
    assert callable(framed)
    writer = WarcWriter(tmp_path, "n")
    place = writer.exchange(exchange(payload, head=head, body=framed(payload)))
    assert place is not None
    kept = read_answer(tmp_path, place)
    assert (kept.payload, kept.status, kept.is_revisit) == (payload, 200, False)
    [path] = writer.close()
    check([path])
    digest = "sha256:" + hashlib.sha256(payload).hexdigest()
    _, response, block = records(path)[1]
    assert block == head + framed(payload)
    said = (
        response.get("WARC-Payload-Digest") or records(path)[3][2].decode().partition("payload-digest: ")[2]
    )
    assert said.strip() == digest


@given(st.binary(max_size=300), st.integers(1, 40), st.sampled_from([b"\r\n", b"\n"]))
@settings(max_examples=60, deadline=None)
def test_any_payload_survives_chunking(payload: bytes, size: int, eol: bytes) -> None:
    assert dechunked(chunked(payload, size, eol)) == payload


@given(st.binary(max_size=200), st.integers(1, 9), st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_chunks_that_were_cut_give_the_beginning(payload: bytes, size: int, cut: int) -> None:
    assert payload.startswith(dechunked(chunked(payload, size)[:cut]))


HOSTILE = st.one_of(
    st.binary(min_size=1, max_size=200),
    st.lists(
        st.sampled_from(
            [b"HTTP/1.1 200 OK", b"\r\n", b"\n", b"\r", b": ", b"Content-Length", b"7", b"\xe3\x80\x80", b" "]
        ),
        min_size=1,
        max_size=12,
    ).map(b"".join),
)


@given(HOSTILE, st.binary(max_size=20))
@settings(max_examples=100, deadline=None)
def test_whatever_a_server_sends_makes_a_clean_file(
    tmp_path_factory: pytest.TempPathFactory, response: bytes, payload: bytes
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    writer = WarcWriter(folder, "n")
    place = writer.exchange(exchange(payload, head=response, body=b"", status=None, complete=False))
    assert place is not None
    read_answer(folder, place)
    [path] = writer.close()
    check([path])
    assert records(path)[1][2] == response
    assert records(path)[1][1]["WARC-Truncated"]
    shutil.rmtree(folder)


def test_a_request_without_any_answer_is_kept_and_has_no_place(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "n")
    assert writer.exchange(replace(exchange(), response_bytes=b"", payload_bytes=b"", status=None)) is None
    [path] = writer.close()
    assert [kind for kind, _, _ in records(path)] == ["warcinfo", "request", "metadata"]
    check([path])


def test_a_payload_that_is_known_becomes_a_revisit(tmp_path: Path) -> None:
    payload = b"%PDF-1.4 " + b"x" * 4000
    before = ("http://a-fx.gov.cn/first", "2026-11-20T01:02:03.5Z")
    known = Payloads({hashlib.sha256(payload).hexdigest(): before})
    writer = WarcWriter(tmp_path, "n", known=known)
    head = b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n"
    place = writer.exchange(exchange(payload, head=head))
    cut = writer.exchange(exchange(payload, head=head, complete=False))
    assert place is not None
    assert cut is not None
    [path] = writer.close()
    check([path])
    kind, headers, block = records(path)[1]
    assert (kind, block) == ("revisit", head)
    assert headers["WARC-Profile"].endswith("/revisit/identical-payload-digest")
    assert headers["WARC-Refers-To-Target-URI"] == before[0]
    assert headers["WARC-Refers-To-Date"] == "2026-11-20T01:02:03.500000Z"
    assert headers["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(payload).hexdigest()
    kept = read_answer(tmp_path, place)
    assert (kept.is_revisit, kept.payload, kept.status) == (True, b"", 200)
    assert kept.revisit_of == ("http://a-fx.gov.cn/first", "2026-11-20T01:02:03.500000Z")
    assert not read_answer(tmp_path, cut).is_revisit, "a body that was cut confirms nothing"


@pytest.mark.parametrize("told", [True, False])
def test_a_304_becomes_a_revisit(tmp_path: Path, told: bool) -> None:
    before = ("http://a-fx.gov.cn/a", "2026-11-20T01:02:03Z")
    writer = WarcWriter(tmp_path, "n", known=None if told else Payloads({before[0]: before}))
    answer = exchange(b"", head=b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", status=304)
    writer.exchange(replace(answer, revisit_of=before) if told else answer)
    [path] = writer.close()
    check([path])
    kind, headers, block = records(path)[1]
    assert (kind, block) == ("revisit", answer.response_bytes)
    assert headers["WARC-Profile"].endswith("/revisit/server-not-modified")
    assert headers["WARC-Refers-To-Target-URI"] == before[0]


def test_a_file_that_is_full_is_finished_and_the_next_begun(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "n", max_bytes=1)
    places = [writer.exchange(exchange(b"%d" % number)) for number in range(3)]
    assert [place.file for place in places if place] == [f"n-0000{number}.warc.gz" for number in range(3)]
    paths = writer.close()
    assert [path.name for path in paths] == [place.file for place in places if place]
    check(paths)
    later = WarcWriter(tmp_path, "n").exchange(exchange())
    assert later is not None
    assert later.file == "n-00003.warc.gz"


def test_notes_stand_beside_exchanges(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "n")
    writer.note("http://a-fx.gov.cn/a", {"outcome": "soft404"})
    [path] = writer.close()
    assert records(path)[1][0] == "metadata"
    assert records(path)[1][2] == b"outcome: soft404\r\n"
    check([path])


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """The bytes of an unfinished file with three exchanges, and where each of them ends."""
    folder = tmp_path_factory.mktemp("killed")
    writer = WarcWriter(folder, "n")
    ends = []
    for number in range(3):
        writer.exchange(exchange(b"%d" % number * 50))
        ends.append((folder / "n-00000.warc.gz.open").stat().st_size)
    return folder / "n-00000.warc.gz.open", ends


def test_a_kill_at_any_byte_costs_only_the_exchange_that_was_written(
    killed: tuple[Path, list[int]], tmp_path: Path
) -> None:
    data, ends = killed[0].read_bytes(), killed[1]
    # every byte around the ends of the records, and a share of the others
    cuts = {end + by for end in [0, *ends] for by in (-9, -8, -4, -1, 0, 1, 2, 3, 10)} | set(
        range(0, len(data), 71)
    )
    for cut in sorted(cut for cut in cuts if 0 <= cut <= len(data)):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / killed[0].name).write_bytes(data[:cut])
        writer = WarcWriter.resume(folder, "n", {"n-00000.warc.gz": ends[0]} if cut >= ends[0] else None)
        writer.exchange(exchange(b"after the kill"))
        writer.close()
        paths = sorted(folder.iterdir())
        check(paths)
        whole = sum(end <= cut for end in ends)
        kinds = [kind for path in paths for kind, _, _ in records(path)]
        assert [kind for kind in kinds if kind != "warcinfo"] == KINDS * (whole + 1), cut
        assert not [path for path in paths if path.name.endswith(".open")]
        shutil.rmtree(folder)


def test_bytes_that_are_no_record_are_cut_off_too(killed: tuple[Path, list[int]], tmp_path: Path) -> None:
    data = killed[0].read_bytes()
    for tail in (b"\0" * 5000, data[100:900], gzip.compress(b"WARC-Type: metadata\r\n")):
        (tmp_path / killed[0].name).write_bytes(data + tail)
        WarcWriter.resume(tmp_path, "n").close()
        assert (tmp_path / "n-00000.warc.gz").read_bytes() == data
        (tmp_path / "n-00000.warc.gz").unlink()


def test_a_killed_run_is_not_begun_anew(killed: tuple[Path, list[int]], tmp_path: Path) -> None:
    shutil.copy(killed[0], tmp_path)
    with pytest.raises(FileExistsError):
        WarcWriter(tmp_path, "n")
    WarcWriter(tmp_path, "n-00001").close()  # another run


def test_a_write_that_fails_leaves_no_torn_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = WarcWriter(tmp_path, "n")
    writer.exchange(exchange(b"1"))
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space"):
            writer.exchange(exchange(b"2"))
    place = writer.exchange(exchange(b"3"))
    assert place is not None
    assert read_answer(tmp_path, place).payload == b"3"
    [path] = writer.close()
    check([path])
    assert [block[-1:] for kind, _, block in records(path) if kind == "response"] == [b"1", b"3"]


def test_what_is_not_there_or_not_whole_is_said(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "n")
    place = writer.exchange(exchange(b"x" * 500))
    assert place is not None
    assert record_head(tmp_path, place) == ("http://a-fx.gov.cn/a", "2026-11-21T22:00:00.123456Z")
    [path] = writer.close()
    for wrong in (
        replace(place, file="other.warc.gz"),
        replace(place, offset=place.offset + 1),
        replace(place, offset=10**9),
        WarcPlace(place.file, 0, place.offset),  # the warcinfo
    ):
        with pytest.raises(WarcDamaged):
            read_answer(tmp_path, wrong)
    for wrong in (replace(place, file="other.warc.gz"), replace(place, offset=place.offset + 1)):
        with pytest.raises(WarcDamaged):
            record_head(tmp_path, wrong)
    damaged = bytearray(path.read_bytes())
    damaged[place.offset + place.length // 2] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(WarcDamaged):
        read_answer(tmp_path, place)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b"])
def test_a_run_whose_name_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        WarcWriter(tmp_path, name)
