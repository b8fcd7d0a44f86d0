"""The store of readings: nothing is read twice, and one bad document never stops the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.archive import Archive, Snapshot
from ingestion.catalog import load_catalog
from ingestion.normalise import normalise
from ingestion.paths import DataRoot
from ingestion.pool import PoolLimits
from ingestion.readings import read_due, reading_path, stored_readings
from tests.generator import make

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    root = DataRoot(tmp_path)
    archive = Archive(root)
    for name in ("dongnanyu-2021.txt", "shuibu-2023.txt"):
        archive.add_bytes((SAMPLES / name).read_bytes(), source="manual", name=name)
    return root


def test_a_second_pass_reads_nothing_and_gives_the_same_readings(root: DataRoot) -> None:
    assert read_due(root).read == 2
    first = [item.reading.to_dict() for item in stored_readings(root)]
    again = read_due(root)
    assert (again.read, again.reused) == (0, 2)
    assert [item.reading.to_dict() for item in stored_readings(root)] == first


def test_a_reading_survives_its_stored_form(root: DataRoot) -> None:
    read_due(root)
    for item in stored_readings(root):
        assert type(item.reading).from_dict(item.reading.to_dict()) == item.reading


def test_only_what_is_named_is_read_again(root: DataRoot) -> None:
    read_due(root)
    again = read_due(root, reread=lambda snapshot: snapshot.name.startswith("shuibu"))
    assert (again.read, again.reused) == (1, 1)


def test_a_half_written_reading_is_never_taken_for_one(root: DataRoot) -> None:
    read_due(root)
    snapshot = next(iter(Archive(root).snapshots()))
    path = reading_path(root, snapshot)
    path.rename(path.with_suffix(".123.tmp"))
    assert read_due(root).read == 1


def test_damaged_bytes_are_listed_and_disturb_no_other_document(root: DataRoot) -> None:
    archive = Archive(root)
    victim = next(iter(archive.snapshots()))
    path = archive.path_of(victim.sha256)
    path.chmod(0o644)
    path.write_bytes(b"something else")
    run = read_due(root)
    assert list(run.failed) == [victim.sha256]
    tables = normalise(list(stored_readings(root)), load_catalog())
    states = {row["name"]: (row["state"], row["reason"]) for row in tables["documents"].to_pylist()}
    assert states[victim.name][0] == "quarantined"
    assert states[victim.name][1]
    assert len(states) == 2


def test_damaged_bytes_are_read_as_soon_as_they_came_again(root: DataRoot) -> None:
    archive = Archive(root)
    victim = next(iter(archive.snapshots()))
    path = archive.path_of(victim.sha256)
    data = path.read_bytes()
    path.unlink()
    assert (read_due(root).read, states(root)[victim.name]) == (2, "quarantined")
    assert (read_due(root).read, states(root)[victim.name]) == (1, "quarantined")
    archive.add_bytes(data, source="manual", name=victim.name)
    assert (read_due(root).read, states(root)[victim.name]) == (1, "read")
    assert read_due(root).read == 0


def test_a_format_that_is_not_read_yet_waits(root: DataRoot) -> None:
    Archive(root).add_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100), source="manual", name="a.7z")
    read_due(root)
    assert states(root)["a.7z"] == "waiting"


def test_readings_are_stored_as_they_are_done_and_a_kill_loses_only_what_was_being_read(
    root: DataRoot,
) -> None:
    def interrupt(done: int, total: int, snapshot: Snapshot) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_due(root, progress=interrupt)
    assert len(list(stored_readings(root))) == 1
    again = read_due(root)
    assert (again.read, again.reused) == (1, 1)


def test_progress_counts_every_snapshot(root: DataRoot) -> None:
    told: list[tuple[int, int]] = []
    read_due(root, progress=lambda done, total, snapshot: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_what_kills_its_reader_is_quarantined_and_not_tried_again(root: DataRoot) -> None:
    slow = "<table>" + "<tr><td>甲</td><td>1</td></tr>" * 60_000
    Archive(root).add_bytes(slow.encode(), source="manual", name="slow.html")
    run = read_due(root, limits=PoolLimits(seconds=0.001))
    assert run.read == 3
    assert states(root)["slow.html"] == "quarantined"
    assert "stopped after" in run.failed[sha_of(root, "slow.html")]
    assert read_due(root).read == 0


WORD = b"{\\rtf1\\ansi hello}"


def test_a_document_waits_for_its_converter_and_is_read_when_there_is_one(
    root: DataRoot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Archive(root).add_bytes(WORD, source="manual", name="a.rtf")
    monkeypatch.setenv("PATH", "/nowhere")
    assert read_due(root).read == 3
    assert states(root)["a.rtf"] == "waiting"
    assert read_due(root).read == 0, "nothing has changed"

    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "soffice"
    program.write_text(CONVERTER, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    assert read_due(root).read == 1
    assert states(root)["a.rtf"] != "waiting"
    assert read_due(root).read == 0
    monkeypatch.setenv("PATH", "/nowhere")
    assert read_due(root).read == 0, "what was read stands, though the converter is gone"
    assert states(root)["a.rtf"] != "waiting"


#: Converts nothing, and says so.
CONVERTER = """#!/bin/sh
case "$*" in *--version*) echo "LibreOffice 1.2.3 abc";; esac
"""


def test_other_hints_read_a_snapshot_again(root: DataRoot) -> None:
    read_due(root)
    Archive(root).add_bytes(
        (SAMPLES / "shuibu-2023.txt").read_bytes(), source="manual", name="again.txt", title="2023年度报告"
    )
    assert read_due(root).read == 1


def states(root: DataRoot) -> dict[str, str]:
    rows = normalise(list(stored_readings(root)), load_catalog())["documents"].to_pylist()
    return {row["name"]: row["state"] for row in rows}


def sha_of(root: DataRoot, name: str) -> str:
    (sha256,) = [snapshot.sha256 for snapshot in Archive(root).snapshots() if snapshot.name == name]
    return sha256


def test_a_page_is_read_again_when_its_attachment_comes(data_root: DataRoot) -> None:
    made = make("web", seed=5, form="form_2021", condition="landing_docx")
    archive = Archive(data_root)
    page = archive.add_bytes(made.data, source="manual", name="0.html").sha256
    assert read_due(data_root).read == 1
    ((name, attachment),) = made.companions.items()
    archive.add_bytes(attachment, source="manual", name=name)
    assert read_due(data_root).read == 2
    readings = {item.reading.document.sha256: item.reading for item in stored_readings(data_root)}
    assert readings[page or ""].status == "complete"
    assert read_due(data_root).read == 0
