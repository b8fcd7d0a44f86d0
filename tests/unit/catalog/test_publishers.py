"""Publishers: what is shipped, what a folder of records must be, and that editing one re-reads nothing."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from ingestion import reader
from ingestion.catalog import CATALOG_ROOT, CatalogError, Publisher, load_catalog, load_publishers, loader
from ingestion.catalog.publishers import FAMILIES, is_government_host

RECORD = """\
id: {id}
kind: web
name_zh: 青山区人民政府
name_en: Qingshan District People's Government
province: 湖北
level: 县级
family: trs
base: http://{host}
list_urls:
  - http://{host}{path}
{more}
"""


def put(folder: Path, id: str, host: str, path: str = "/zfxxgknb/", *more: str) -> None:
    text = RECORD.format(id=id, host=host, path=path, more="\n".join(more))
    (folder / f"{id}.yml").write_text(text, encoding="utf-8")


def refusal(folder: Path) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        load_publishers(folder)
    return caught.value


# --- what is shipped


def test_publishers_of_every_family_and_of_most_provinces_are_shipped() -> None:
    shipped = load_catalog().publishers
    assert len(shipped) >= 40
    assert Counter(publisher.family for publisher in shipped.values()).keys() == set(FAMILIES)
    assert len({publisher.province for publisher in shipped.values()} - {"中央"}) >= 15


def test_nothing_shipped_is_crawled_or_said_to_be_seen() -> None:
    wrong = [p.id for p in load_catalog().publishers.values() if p.enabled or p.verified is not None]
    assert not wrong


def test_every_shipped_record_names_reports_it_was_made_from_and_says_that_its_lists_are_derived() -> None:
    for publisher in load_catalog().publishers.values():
        assert publisher.example_urls, publisher.id
        # named by its id: the file is what an operator edits to switch it on
        text = (CATALOG_ROOT / "sources" / f"{publisher.id}.yml").read_text(encoding="utf-8")
        said = " ".join(line.strip("# ") for line in text.splitlines() if line.lstrip().startswith("#"))
        assert "never fetched" in said, publisher.id


def test_a_manual_source_is_no_publisher_and_the_other_way_round() -> None:
    catalog = load_catalog()
    assert set(catalog.sources) == {"manual", "samples"}
    assert not set(catalog.sources) & set(catalog.publishers)


# --- a folder of records


def test_a_folder_outside_the_catalog_is_read_by_the_same_rules(tmp_path: Path) -> None:
    put(tmp_path, "qingshan", "www.qingshan.gov.cn", "/zfxxgknb/", "aliases: [{host: qingshan.gov.cn}]")
    put(tmp_path, "yunhe", "www.yunhe.gov.cn", "/nb/", "copies: qingshan")
    found = load_publishers(tmp_path)
    assert list(found) == ["qingshan", "yunhe"]
    assert found["qingshan"].hosts == ("www.qingshan.gov.cn", "qingshan.gov.cn")
    assert isinstance(found["yunhe"], Publisher) and not found["yunhe"].enabled


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("base: http://www.a.gov.cn.evil.com", "file", "not below gov.cn"),
        ("base: http://www.a.gov.cn/", "base", "without a path"),
        ("base: ftp://www.a.gov.cn", "base", "scheme://host"),
        ("base: http://www.a.gov.cn:10079", "file", "port 10079"),
        ("family: trss", "family", "'trs'"),
        ("kind: site", "kind", "'site', must be one of manual, web"),
        ("enabeld: true", "enabeld", "is not a field"),
        ("list_urls: []", "file", "at least one"),
        ("list_urls: ['http://www.b.gov.cn/']", "file", "on none of its hosts"),
        ("aliases: [{host: a.com}]", "file", "not below gov.cn"),
        ("attachment_hosts: ['oss/a.cn']", "attachment_hosts.1", "pattern"),
        ("copies: nobody", "copies", "no publisher 'nobody'"),
    ],
)
def test_a_broken_record_is_refused_with_file_place_and_reason(
    tmp_path: Path, text: str, place: str, reason: str
) -> None:
    put(tmp_path, "a", "www.a.gov.cn")
    field = text.partition(":")[0]
    lines = (tmp_path / "a.yml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition(":")[0] != field]
    if field == "list_urls":
        kept = [line for line in kept if not line.startswith("  - ")]
    (tmp_path / "a.yml").write_text("\n".join([*kept, text]), encoding="utf-8")
    error = refusal(tmp_path)
    assert error.file == f"{tmp_path.name}/a.yml"
    assert error.place == place
    assert reason in error.reason


def test_a_host_has_one_record(tmp_path: Path) -> None:
    put(tmp_path, "a", "www.a.gov.cn")
    put(tmp_path, "b", "www.b.gov.cn", "/nb/", "aliases: [{host: www.a.gov.cn}]")
    error = refusal(tmp_path)
    assert (error.file, error.place) == (f"{tmp_path.name}/b.yml", "base")
    assert "www.a.gov.cn is a's too" in error.reason


@pytest.mark.parametrize("say", [("a",), ("b",)])
def test_both_records_of_a_host_must_say_that_they_share_it(tmp_path: Path, say: tuple[str, ...]) -> None:
    for id, path in (("a", "/1/"), ("b", "/2/")):
        put(tmp_path, id, "www.a.gov.cn", path, *(["shares_host: true"] if id in say else []))
    assert "must say shares_host" in refusal(tmp_path).reason


def test_records_that_share_a_host_list_other_pages_at_the_same_pace(tmp_path: Path) -> None:
    put(tmp_path, "a", "www.a.gov.cn", "/1/", "shares_host: true")
    put(tmp_path, "b", "www.a.gov.cn", "/2/", "shares_host: true")
    assert set(load_publishers(tmp_path)) == {"a", "b"}
    put(tmp_path, "b", "www.a.gov.cn", "/2/", "shares_host: true", "politeness: {min_delay: 1}")
    assert refusal(tmp_path).place == "politeness"
    put(tmp_path, "b", "www.a.gov.cn", "/1/", "shares_host: true")
    assert refusal(tmp_path).place == "list_urls"
    put(tmp_path, "b", "b.gov.cn", "/2/", "shares_host: true", "aliases: [{host: www.a.gov.cn}]")
    assert refusal(tmp_path).place == "base"


def test_a_folder_of_an_operator_stands_beside_the_catalog(tmp_path: Path) -> None:
    shipped = load_catalog().publishers
    own = shipped["fuzhou_gulou"]
    # the same id: the operator's record takes the place of the shipped one
    put(tmp_path, "fuzhou_gulou", own.host, "/own/", "enabled: true")
    assert load_publishers(tmp_path, beside=shipped)["fuzhou_gulou"].enabled
    put(tmp_path, "my_site", shipped["shanghai"].host)
    with pytest.raises(CatalogError) as caught:
        load_publishers(tmp_path, beside=shipped)
    assert caught.value.file.endswith("my_site.yml") and "shanghai's too" in caught.value.reason


def test_publishers_do_not_copy_each_other_in_a_circle(tmp_path: Path) -> None:
    put(tmp_path, "a", "a.gov.cn", "/", "copies: b")
    put(tmp_path, "b", "b.gov.cn", "/", "copies: a")
    assert refusal(tmp_path).place == "copies"


def test_an_id_belongs_to_one_source_of_whatever_kind(tmp_path: Path) -> None:
    put(tmp_path, "a", "a.gov.cn")
    (tmp_path / "b.yml").write_text("id: a\nkind: manual\nname_zh: 甲\nname_en: A\n", encoding="utf-8")
    error = refusal(tmp_path)
    assert error.file == f"{tmp_path.name}/b.yml" and "'a' stands in another file" in error.reason


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert refusal(tmp_path / "sites").reason == "is not there"


@pytest.mark.parametrize(
    "host", ["gov.cn.evil.com", "www.x.gov.cn.evil.com", "xgov.cn", "www-x-gov-cn.a.net", "x..gov.cn", ""]
)
def test_a_host_that_only_looks_like_a_governments(host: str) -> None:
    assert not is_government_host(host)


# --- what editing one costs


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the files that the reader's version is taken of."""
    root = Path(reader.__file__).parent
    copy = tmp_path / "ingestion"
    for name in ("extract", "recognise", "catalog"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("carriers.py", "converter.py", "reader.py"):
        shutil.copy(root / name, copy / name)
    return copy


@pytest.mark.parametrize(
    ("file", "read_again"),
    [
        ("sources/new.yml", False),
        ("crawl/answers.yml", False),
        ("units.yml", True),
        ("lexicon/new.yml", True),
    ],
)
def test_editing_a_publisher_reads_no_document_again(
    package: Path, monkeypatch: pytest.MonkeyPatch, file: str, read_again: bool
) -> None:
    monkeypatch.setattr(reader, "_PACKAGE", package)
    version = reader.reader_version.__wrapped__
    before = version(), load_catalog(package / "catalog").version
    if file.startswith("sources"):
        put(package / "catalog/sources", "new", "www.new.gov.cn")
    else:
        path = package / "catalog" / file
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + "# edited\n", encoding="utf-8")
    loader._load.cache_clear()
    after = version(), load_catalog(package / "catalog").version
    assert (before != after) == read_again
    assert (before[0] != after[0]) == (before[1] != after[1])
