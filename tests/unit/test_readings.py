"""The store of readings: nothing is read twice, and one bad document never stops the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.archive import Archive
from ingestion.catalog import load_catalog
from ingestion.normalise import normalise
from ingestion.paths import DataRoot
from ingestion.readings import read_due, reading_path, stored_readings

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


def test_a_format_that_is_not_read_yet_waits(root: DataRoot) -> None:
    Archive(root).add_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", source="manual", name="a.pdf")
    read_due(root)
    (row,) = [
        row
        for row in normalise(list(stored_readings(root)), load_catalog())["documents"].to_pylist()
        if row["name"] == "a.pdf"
    ]
    assert (row["state"], row["media_type"]) == ("waiting", "application/pdf")
