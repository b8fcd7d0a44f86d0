"""The archive keeps bytes as they came, says where from, and survives what processes and files do to it."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.archive import Archive, SnapshotDamaged, SnapshotMissing
from ingestion.paths import REPOSITORY, SAMPLES, DataRoot


@dataclass(frozen=True)
class Listed:
    name: str
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Source:
    id: str
    path: str | None
    documents: tuple[Listed, ...] = ()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def archive(data_root: DataRoot) -> Archive:
    return Archive(data_root)


@given(st.lists(st.tuples(st.binary(max_size=300), st.text(max_size=20)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_any_bytes_under_any_name_come_back(additions: list[tuple[bytes, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = DataRoot(Path(folder))
        for data, name in additions:
            Archive(root).add_bytes(
                data, source="s", name=name.encode("utf-8", "replace").decode(), title=name
            )
        again = Archive(root)
        snapshots = list(again.snapshots())
        assert [again.read(s.sha256) for s in snapshots] == list(dict.fromkeys(data for data, _ in additions))
        assert [record.seq for record in again.log()] == list(range(1, len(additions) + 1))
        assert [record.title for record in again.log()] == [name for _, name in additions]


def test_same_bytes_twice_add_a_line_but_no_snapshot(archive: Archive, data_root: DataRoot) -> None:
    first = archive.add_bytes(b"report", source="samples", name="a.txt")
    path = archive.path_of(first.sha256 or "")
    inode = path.stat().st_ino
    second = archive.add_bytes(
        b"report", source="manual", name="b.txt", title="报告", url="http://a.example/1"
    )

    assert (first.outcome, second.outcome) == ("new", "known")
    assert len(data_root.fetch_log.read_bytes().splitlines()) == 2
    assert path.stat().st_ino == inode, "an archived snapshot was written again"
    [snapshot] = archive.snapshots()
    assert (snapshot.name, snapshot.source, snapshot.first_seq) == ("a.txt", "samples", 1)
    assert (snapshot.names, snapshot.sources) == (("a.txt", "b.txt"), ("samples", "manual"))
    assert (snapshot.title, snapshot.url) == ("报告", "http://a.example/1")


def test_what_the_newest_record_says_already_is_not_said_again(archive: Archive, data_root: DataRoot) -> None:
    said = {
        "address": "a.example/1",
        "source": "web",
        "name": "a.html",
        "title": "报告",
        "url": "http://a.example/1",
    }
    first = archive.add_once(b"report", **said)
    assert archive.add_once(b"report", **said) == first
    assert Archive(data_root).add_once(b"report", **said) == first, "a night that goes on after a kill"
    assert len(archive.log()) == 1
    for changed in ({"name": "b.html"}, {"source": "other"}, {"title": "改"}, {"url": "http://a.example/2"}):
        assert archive.add_once(b"report", **{**said, **changed}).outcome == "known"
    assert archive.add_once(b"corrected", **said).outcome == "new"
    assert archive.add_once(b"report", **said).outcome == "known", "the page went back to what it was"
    assert len(archive.log()) == 7
    assert archive.add_once(b"report", **said).seq == 7


def test_what_an_address_went_back_to_is_said_whatever_else_has_its_name(archive: Archive) -> None:
    # every page of a site is called content.html, and one may be called otherwise for one night
    for address, name, text in [
        ("a.example/1", "content.html", b"report"),
        ("a.example/1", "corrected.html", b"corrected"),
        ("a.example/1", "content.html", b"report"),
        ("a.example/2", "content.html", b"another"),
        ("a.example/1", "content.html", b"report"),
    ]:
        archive.add_once(text, address=address, source="web", name=name, url="http://a.example/")
    assert [(one.seq, one.outcome) for one in archive.log()] == [
        (1, "new"),
        (2, "new"),
        (3, "known"),
        (4, "new"),
    ]
    changes = {archive.read(one.sha256): [seq for seq, _ in one.changes] for one in archive.snapshots()}
    assert changes == {b"report": [3], b"corrected": [2], b"another": []}


def test_bytes_that_were_lost_are_stored_again_by_what_adds_once(archive: Archive) -> None:
    first = archive.add_once(b"report", address="a", source="web", name="a")
    archive.path_of(first.sha256 or "").unlink()
    archive.add_once(b"report", address="a", source="web", name="a")
    assert archive.read(first.sha256 or "") == b"report"


def test_the_hint_given_last_counts(archive: Archive) -> None:
    for title in ("one", "two", "one", None):
        archive.add_bytes(b"x", source="manual", name="x", title=title)
    [snapshot] = archive.snapshots()
    assert snapshot.titles == ("two", "one")
    assert snapshot.title == "one"


def test_a_snapshot_lies_under_its_sha256_with_the_bytes_unchanged(
    archive: Archive, data_root: DataRoot
) -> None:
    data = b"\xff\xfe\r\n\x00\n\r"
    record = archive.add_bytes(data, source="manual", name="x.txt")
    assert record.sha256 == sha(data)
    assert (data_root.snapshots / sha(data)[:2] / sha(data)).read_bytes() == data
    assert not list((data_root.archive / "incoming").iterdir())


def test_time_stands_in_the_log_and_not_in_the_snapshot(archive: Archive) -> None:
    record = archive.add_bytes(b"x", source="manual", name="x")
    assert record.at.endswith("+00:00")
    later = Archive(archive._root)
    assert [s.sha256 for s in later.snapshots()] == [record.sha256]
    assert later.log() == [record]


@pytest.mark.parametrize("cut", [1, 2, 30, 60])
def test_a_torn_last_line_costs_only_itself(archive: Archive, data_root: DataRoot, cut: int) -> None:
    archive.add_bytes(b"one", source="manual", name="1")
    archive.add_bytes(b"two", source="manual", name="2")
    data_root.fetch_log.write_bytes(data_root.fetch_log.read_bytes()[:-cut])

    reopened = Archive(data_root)
    assert [s.name for s in reopened.snapshots()] == ["1"], "a line without its newline is not there yet"
    assert reopened.damaged_lines() == []
    again = reopened.add_bytes(b"two", source="manual", name="2")
    reopened.add_bytes(b"three", source="manual", name="3")

    names = [s.name for s in Archive(data_root).snapshots()]
    assert names == ["1", "2", "3"]
    seqs = [record.seq for record in Archive(data_root).log()]
    assert seqs == sorted(set(seqs))
    if cut == 1:  # only the newline was lost: the record itself was whole, and is kept
        assert again.outcome == "known"
        assert Archive(data_root).damaged_lines() == []
    else:
        assert again.outcome == "new"
        assert Archive(data_root).damaged_lines() == [2]


def test_lines_that_are_no_records_are_passed_over_and_named(archive: Archive, data_root: DataRoot) -> None:
    archive.add_bytes(b"one", source="manual", name="1")
    with data_root.fetch_log.open("ab") as log:
        log.write(
            b'\xff\xfe\n[]\n{"seq": "2"}\n\n{"seq":3,"at":"t","source":"s","name":"n","outcome":"new"}\n'
        )
    archive.add_bytes(b"two", source="manual", name="2")
    assert [s.name for s in archive.snapshots()] == ["1", "2"]
    assert archive.damaged_lines() == [2, 3, 4, 5, 6]


def test_bytes_without_a_line_in_the_log_are_added_again(archive: Archive, data_root: DataRoot) -> None:
    """A kill between the snapshot and its line."""
    archive.add_bytes(b"one", source="manual", name="1")
    data_root.fetch_log.unlink()
    reopened = Archive(data_root)
    assert list(reopened.snapshots()) == []
    assert reopened.add_bytes(b"one", source="manual", name="1").outcome == "new"
    assert reopened.read(sha(b"one")) == b"one"


def test_an_open_archive_sees_what_others_add(archive: Archive, data_root: DataRoot) -> None:
    assert list(archive.snapshots()) == []
    Archive(data_root).add_bytes(b"one", source="manual", name="1")
    assert [s.name for s in archive.snapshots()] == ["1"]
    assert archive.add_bytes(b"one", source="manual", name="1").outcome == "known"


def test_damaged_and_missing_snapshots_are_told_apart(archive: Archive) -> None:
    record = archive.add_bytes(b"one", source="manual", name="1")
    path = archive.path_of(record.sha256 or "")
    path.chmod(0o644)
    path.write_bytes(b"two")
    with pytest.raises(SnapshotDamaged):
        archive.read(record.sha256 or "")
    archive.add_bytes(b"one", source="manual", name="1")
    assert archive.read(record.sha256 or "") == b"one", "the same bytes coming again put it right"
    with pytest.raises(SnapshotMissing, match="no snapshot"):
        archive.read("0" * 64)


def test_a_folder_is_searched_without_what_is_hidden_or_ours(data_root: DataRoot, tmp_path: Path) -> None:
    folder = tmp_path
    for name in ("b.txt", "a b 汉字.txt", "sub/c.txt", ".hidden", ".git/d.txt", "data/build/e.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    archive = Archive(data_root)
    archive.add_bytes(b"already here", source="manual", name="0")
    records = archive.add_path(folder, title="标题")
    assert [record.name for record in records] == ["a b 汉字.txt", "b.txt", "sub/c.txt"]
    assert {record.outcome for record in records} == {"new"}
    assert {(record.source, record.title) for record in records} == {("manual", "标题")}
    assert str(tmp_path) not in data_root.fetch_log.read_text(encoding="utf-8")


def test_links_are_not_followed_out(data_root: DataRoot, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "real.txt").write_text("real")
    (folder / "inside").symlink_to(folder / "real.txt")
    (folder / "out").symlink_to(outside)
    (folder / "folder_out").symlink_to(tmp_path)
    (folder / "broken").symlink_to(folder / "nothing")
    (folder / "circle").symlink_to(folder / "circle")
    archive = Archive(data_root)
    records = {record.name: record for record in archive.add_path(folder)}
    assert {name: r.outcome for name, r in records.items()} == {
        "real.txt": "new",
        "out": "failed",
        "folder_out": "failed",
        "broken": "failed",
        "circle": "failed",
    }
    assert "out of the folder" in (records["out"].reason or "")
    assert [archive.read(s.sha256) for s in archive.snapshots()] == [b"real"]
    assert archive.add_path(folder / "out")[0].outcome == "new", "a link that a person names is meant"


def test_what_cannot_be_taken_in_is_logged_with_its_reason(data_root: DataRoot, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(b"x" * 11)
    os.mkfifo(tmp_path / "pipe")
    archive = Archive(data_root)
    reasons = {
        record.name: record.reason
        for path in (large, tmp_path / "pipe", tmp_path / "absent.txt")
        for record in archive.add_path(path, max_bytes=10)
    }
    assert reasons == {
        "large.pdf": "larger than 10 bytes",
        "pipe": "not a regular file",
        "absent.txt": "no such file or directory",
    }
    assert [record.name for record in archive.refused()] == list(reasons)
    assert list(archive.snapshots()) == []
    assert archive.add_path(large, max_bytes=11)[0].outcome == "new"
    assert [record.name for record in archive.refused()] == ["pipe", "absent.txt"]


def test_a_file_that_may_not_or_cannot_be_read_is_a_failure(data_root: DataRoot, tmp_path: Path) -> None:
    archive = Archive(data_root)
    if os.geteuid() != 0:  # root may read everything
        closed = tmp_path / "closed.txt"
        closed.write_text("x")
        closed.chmod(0)
        assert archive.add_path(closed)[0].reason == "permission denied"
    unreadable = Path("/proc/self/mem")
    if unreadable.exists():  # a regular file that opens, and answers the first read with an error
        [record] = archive.add_path(unreadable)
        assert (record.outcome, record.reason) == ("failed", "input/output error")
    assert list(archive.snapshots()) == []
    incoming = data_root.archive / "incoming"
    assert not incoming.exists() or not list(incoming.iterdir())


def test_a_name_that_is_not_utf8_is_read_as_gb18030(data_root: DataRoot, tmp_path: Path) -> None:
    named = os.fsencode(tmp_path) + b"/" + "年报.txt".encode("gb18030")
    try:
        Path(os.fsdecode(named)).write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    [record] = Archive(data_root).add_path(Path(os.fsdecode(named)))
    assert record.name == "年报.txt"


def test_syncing_a_source_twice_adds_nothing_the_second_time(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "b.txt").write_text("b")
    (folder / "README.md").write_text("about them")
    source = Source("local", "reports/*.txt")
    first = archive.sync_source(source, repository=tmp_path)
    assert ([r.name for r in first.records], first.new, first.unchanged) == (["a.txt", "b.txt"], 2, 0)
    second = archive.sync_source(source, repository=tmp_path)
    assert (second.records, second.failures, second.unchanged) == ((), (), 2)

    (folder / "a.txt").write_text("a, amended")
    (folder / "c.txt").write_text("b")
    third = archive.sync_source(source, repository=tmp_path)
    assert [(r.name, r.outcome) for r in third.records] == [("a.txt", "new"), ("c.txt", "known")]
    hinted = Source("local", "reports/*.txt", (Listed("b.txt", title="乙"),))
    fourth = archive.sync_source(hinted, repository=tmp_path)
    assert [(r.name, r.title, r.outcome) for r in fourth.records] == [("b.txt", "乙", "known")]


def test_a_refusal_is_logged_once_and_reported_every_time(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/a.txt").write_text("a")
    source = Source("local", "reports", (Listed("a.txt"), Listed("gone.txt")))
    first = archive.sync_source(source, repository=tmp_path)
    again = archive.sync_source(source, repository=tmp_path)
    assert [r.name for r in first.failures] == [r.name for r in again.failures] == ["gone.txt"]
    assert again.records == ()
    assert len(archive.log()) == 2


def test_a_deleted_snapshot_comes_back_with_the_next_sync(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    source = Source("local", "a.txt")
    archive.sync_source(source, repository=tmp_path)
    archive.path_of(sha(b"a")).unlink()
    assert archive.sync_source(source, repository=tmp_path).known == 1
    assert archive.read(sha(b"a")) == b"a"


def test_the_samples_are_five_reports_and_not_their_readme(archive: Archive) -> None:
    synced = archive.sync_source(Source("samples", "data/samples/*.txt"))
    assert synced.new == 5
    assert not synced.failures
    for snapshot in archive.snapshots():
        assert archive.read(snapshot.sha256) == (SAMPLES / snapshot.name).read_bytes()


def _add_many(root: Path, worker: int) -> None:
    archive = Archive(DataRoot(root))
    for number in range(25):
        archive.add_bytes(f"{number % 10}".encode(), source="manual", name=f"{worker}-{number}")


def test_processes_that_add_at_the_same_time_do_not_disturb_each_other(data_root: DataRoot) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(data_root.root, number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    archive = Archive(data_root)
    assert [record.seq for record in archive.log()] == list(range(1, 76))
    assert sum(record.outcome == "new" for record in archive.log()) == 10
    assert archive.damaged_lines() == []


def test_a_killed_adder_leaves_an_archive_that_goes_on(data_root: DataRoot) -> None:
    program = (
        "import itertools, sys; from pathlib import Path; from ingestion.archive import Archive;"
        "from ingestion.paths import DataRoot; a = Archive(DataRoot(Path(sys.argv[1])));"
        "[a.add_bytes(str(n).encode() * 50000, source='manual', name=str(n)) for n in itertools.count()]"
    )
    for _ in range(4):
        before = len(Archive(data_root).log())
        adder = subprocess.Popen([sys.executable, "-c", program, str(data_root.root)], cwd=REPOSITORY)
        deadline = time.monotonic() + 30
        while len(Archive(data_root).log()) < before + 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        adder.send_signal(signal.SIGKILL)
        adder.wait(10)
        archive = Archive(data_root)
        assert len(archive.log()) >= before + 3
        assert all(sha(archive.read(snapshot.sha256)) == snapshot.sha256 for snapshot in archive.snapshots())
        archive.add_bytes(b"after the kill", source="manual", name="after")
        seqs = [json.loads(line)["seq"] for line in data_root.fetch_log.read_bytes().splitlines() if line]
        assert seqs == sorted(set(seqs))
        assert [path.name for path in (data_root.archive / "incoming").iterdir()] == []
