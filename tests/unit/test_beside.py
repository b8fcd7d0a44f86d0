"""Files beside a page: which file a reference means, on disk and in the archive, and what is never taken."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from ingestion.archive import Archive, Snapshot
from ingestion.beside import ArchiveCompanions, FolderCompanions
from ingestion.paths import DataRoot


def put(file: Path, data: bytes = b"x") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return put(tmp_path / "site" / "page.html", b"<html>")


@pytest.mark.parametrize(
    ("stored", "reference"),
    [
        ("1.png", "1.png"),
        ("1.png", "./1.png?v=3#top"),
        ("images/1.png", "images/1.png"),
        ("images/1.png", "/images/1.png"),
        ("附件 1.doc", "%E9%99%84%E4%BB%B6%201.doc"),
        ("a%20b.doc", "a%20b.doc"),
        ("page_files/1.png", "http://www.x.gov.cn/pic/1.png"),
        ("page.files/image001.png", "image001.png"),
        ("P0202.pdf", "https://oss.x.gov.cn/deep/P0202.pdf"),
        ("年报.pdf", "/module/download/downfile.jsp?filename=0f.pdf&showname=%E5%B9%B4%E6%8A%A5.pdf"),
        ("1.png", "sub\\1.png"),
        ("1.png", "../1.png"),
    ],
)
def test_a_reference_means_the_file_beside_the_page(page: Path, stored: str, reference: str) -> None:
    put(page.parent / stored, b"the file")
    found = pickle.loads(pickle.dumps(FolderCompanions(page))).find(reference)
    assert found is not None
    assert (found.data, found.reference, found.name) == (b"the file", reference, Path(stored).name)


@pytest.mark.parametrize(
    "reference",
    [
        "../secret.png",
        "..%2Fsecret.png",
        "/etc/hostname",
        "file:///etc/hostname",
        "a/../../secret.png",
        "page.html",
        "",
        "?",
        ".",
        "nothing.png",
        "x\0.png",
        "http://[broken",
        "images",
        "javascript:void(0)",
    ],
)
def test_nothing_outside_of_the_folder_is_taken(page: Path, reference: str) -> None:
    put(page.parent.parent / "secret.png")
    put(page.parent / "images" / "1.png")
    assert FolderCompanions(page).find(reference) is None


def test_links_pipes_and_giants_are_no_companions(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = put(page.parent.parent / "secret.png")
    (page.parent / "out.png").symlink_to(secret)
    (page.parent / "circle.png").symlink_to(page.parent / "circle.png")
    (page.parent / "folder").symlink_to(page.parent.parent)
    os.mkfifo(page.parent / "pipe.png")
    put(page.parent / "giant.png", b"x" * 2000)
    monkeypatch.setattr("ingestion.beside.MAX_BYTES", 1000)
    companions = FolderCompanions(page)
    for reference in ("out.png", "circle.png", "folder/secret.png", "pipe.png", "giant.png"):
        assert companions.find(reference) is None, reference


def test_a_link_inside_of_the_folder_is_followed(page: Path) -> None:
    put(page.parent / "real.png", b"real")
    (page.parent / "1.png").symlink_to("real.png")
    found = FolderCompanions(page).find("1.png")
    assert found is not None and found.data == b"real"


def test_the_mark_tells_whether_a_document_was_there_converted(page: Path, tmp_path: Path) -> None:
    put(page.parent / "a.doc", b"old word")
    made = tmp_path / "converted"
    before = FolderCompanions(page, made).find("a.doc")
    assert before is not None and before.converted is None
    put(made / f"{before.sha256}.docx", b"new word")
    after = FolderCompanions(page, made).find("a.doc")
    assert after is not None and after.converted == made / f"{before.sha256}.docx"
    assert before.mark != after.mark


# ------------------------------------------------------------------------------------------------ the archive


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path / "data")


def add(root: DataRoot, data: bytes, name: str, url: str | None = None, source: str = "county") -> Snapshot:
    sha256 = Archive(root).add_bytes(data, source=source, name=name, url=url).sha256
    return next(one for one in Archive(root).snapshots() if one.sha256 == sha256)


def beside(root: DataRoot, page: Snapshot, reference: str) -> bytes | None:
    companions = pickle.loads(pickle.dumps(ArchiveCompanions(root, page.sha256)))
    found = companions.find(reference)
    assert companions.mark(reference) == (found.mark if found else None)
    return found.data if found else None


@pytest.mark.parametrize(
    "reference",
    [
        "./P1.pdf",
        "/nb/202401/P1.pdf",
        "https://www.x.gov.cn/nb/202401/P1.pdf",
        "http://WWW.X.GOV.CN:80/nb/202401/P1.pdf#page=2",
        "//www.x.gov.cn/nb/202401/P1.pdf",
    ],
)
def test_an_address_finds_what_was_archived_under_it(root: DataRoot, reference: str) -> None:
    page = add(root, b"<html>", "17", "http://www.x.gov.cn/nb/202401/t1.htm")
    add(root, b"pdf of another host", "19", "http://www.y.gov.cn/nb/202401/P1.pdf")
    add(root, b"pdf", "18", "http://www.x.gov.cn/nb/202401/P1.pdf")
    assert beside(root, page, reference) == b"pdf"


def test_the_query_of_an_address_counts_and_its_entities_do_not(root: DataRoot) -> None:
    page = add(root, b"<html>", "1", "http://x.gov.cn/info/1.htm")
    add(root, b"first", "2", "http://x.gov.cn/download.jsp?id=1&file=2")
    add(root, b"second", "3", "http://x.gov.cn/download.jsp?id=2&file=2")
    assert beside(root, page, "/download.jsp?id=1&amp;file=2") == b"first"
    assert beside(root, page, "/download.jsp?id=3&file=2") is None


def test_a_new_version_under_an_address_is_what_is_found(root: DataRoot) -> None:
    page = add(root, b"<html>", "1", "http://x.gov.cn/1.htm")
    add(root, b"old", "2", "http://x.gov.cn/a.pdf")
    before = ArchiveCompanions(root, page.sha256).mark("a.pdf")
    add(root, b"new", "2", "http://x.gov.cn/a.pdf")
    assert ArchiveCompanions(root, page.sha256).mark("a.pdf") != before
    assert beside(root, page, "a.pdf") == b"new"


def test_names_are_relative_to_the_page_and_stay_in_its_source(root: DataRoot) -> None:
    page = add(root, b"<html>", "2022/page.html")
    add(root, b"other source", "2022/1.png", source="city")
    add(root, b"other year", "2021/1.png")
    assert beside(root, page, "1.png") is None
    assert beside(root, page, "../2021/1.png") is None
    add(root, b"ours", "2022/page_files/1.png")
    assert beside(root, page, "1.png") == b"ours"


def test_every_folder_that_a_person_adds_has_its_own_pictures(root: DataRoot, tmp_path: Path) -> None:
    """The pictures of one report must never become the tables of another that has files of the same names."""
    snapshots = {}
    for county in ("a", "b"):
        put(tmp_path / county / "index.html", f"<html>{county}".encode())
        put(tmp_path / county / "images" / "1.png", f"picture of {county}".encode())
        put(tmp_path / county / "zz.png", f"last of {county}".encode())
        Archive(root).add_path(tmp_path / county)
        snapshots[county] = next(one for one in Archive(root).snapshots() if one.name == "index.html")
    pages = [one for one in Archive(root).snapshots() if one.name == "index.html"]
    assert [beside(root, page, "images/1.png") for page in pages] == [b"picture of a", b"picture of b"]
    assert [beside(root, page, "zz.png") for page in pages] == [b"last of a", b"last of b"]


def test_a_picture_that_comes_alone_belongs_to_nobody_unless_its_name_is_unique(root: DataRoot) -> None:
    page = add(root, b"<html>", "page.html", source="manual")
    add(root, b"somebody's", "1.png", source="manual")  # the names go backwards: another addition
    add(root, b"attachment", "P020240118512345678901.pdf", source="manual")
    assert beside(root, page, "1.png") is None
    assert beside(root, page, "P020240118512345678901.pdf") == b"attachment"


def test_adding_the_folder_again_with_the_picture_finds_it(root: DataRoot, tmp_path: Path) -> None:
    put(tmp_path / "a" / "index.html", b"<html>")
    Archive(root).add_path(tmp_path / "a")
    page = next(iter(Archive(root).snapshots()))
    assert beside(root, page, "1.png") is None
    put(tmp_path / "a" / "1.png", b"late")
    Archive(root).add_path(tmp_path / "a")
    assert beside(root, page, "1.png") == b"late"


def test_an_old_page_keeps_the_pictures_of_its_time(root: DataRoot) -> None:
    old = add(root, b"<html>2022", "page.html")
    add(root, b"picture of 2022", "1.png")
    new = add(root, b"<html>2023", "page.html")
    add(root, b"picture of 2023", "1.png")
    assert (beside(root, old, "1.png"), beside(root, new, "1.png")) == (
        b"picture of 2022",
        b"picture of 2023",
    )


def test_a_page_is_not_beside_itself_and_damage_is_nothing(root: DataRoot) -> None:
    page = add(root, b"<html>", "page.html", "http://x.gov.cn/page.html")
    other = add(root, b"pdf", "a.pdf", "http://x.gov.cn/a.pdf")
    assert beside(root, page, "page.html") is None
    path = Archive(root).path_of(other.sha256)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert ArchiveCompanions(root, page.sha256).find("a.pdf") is None
