"""The fetch log is a table that analysts can read, and a run touches no part but its own."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.archive.fetches import SCHEMA, FetchRow, fetches, write_fetches

ROW = FetchRow(
    night="2026-11-21",
    run_id="2026-11-21",
    publisher="qingshan",
    family="trs",
    host="www.qingshan-fx.gov.cn",
    kind="page",
    method="GET",
    url="http://www.qingshan-fx.gov.cn/a.html",
    redirect_chain=("http://www.qingshan-fx.gov.cn/a.html", "http://www.qingshan-fx.gov.cn/b.html"),
    started_at=datetime(2026, 11, 21, 22, 0, 1, 250000, tzinfo=UTC),
    latency_ms=120,
    attempts=2,
    address="192.0.2.1",
    status=200,
    outcome="new",
    reason=None,
    robots_rule=None,
    etag='"65a0"',
    last_modified=None,
    bytes=5_000_000_000,
    raw_sha256="a" * 64,
    content_sha256="b" * 64,
    sha256="c" * 64,
    document=7,
    warc_file="2026-11-21-00000.warc.gz",
    warc_offset=6_000_000_000,
    warc_length=900,
)
UNSENT = replace(
    ROW,
    kind="file",
    redirect_chain=(),
    started_at=None,
    latency_ms=0,
    attempts=0,
    status=None,
    outcome="robots",
    robots_rule="Disallow: /admin/",
    bytes=0,
    raw_sha256=None,
    sha256=None,
    document=None,
    warc_file=None,
    warc_offset=None,
    warc_length=None,
)


def test_duckdb_reads_every_part_with_the_declared_types(tmp_path: Path) -> None:
    write_fetches(tmp_path, "2026-11-21", [ROW, UNSENT])
    write_fetches(tmp_path, "2026-11-22", [replace(ROW, outcome="unchanged_304")])
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    table = f"read_parquet('{tmp_path}/*.parquet')"
    types = dict(duck.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {table})").fetchall())
    assert types["started_at"] == "TIMESTAMP WITH TIME ZONE"
    assert (types["redirect_chain"], types["bytes"]) == ("VARCHAR[]", "BIGINT")
    assert (types["status"], types["warc_offset"], types["url"]) == ("INTEGER", "BIGINT", "VARCHAR")
    assert list(types) == SCHEMA.names
    rows = duck.execute(
        f"""SELECT outcome, len(redirect_chain), epoch_ms(started_at), bytes, robots_rule
            FROM {table} ORDER BY outcome"""
    ).fetchall()
    moment = int(datetime(2026, 11, 21, 22, 0, 1, 250000, tzinfo=UTC).timestamp() * 1000)
    assert rows == [
        ("new", 2, moment, 5_000_000_000, None),
        ("robots", 0, None, 0, "Disallow: /admin/"),
        ("unchanged_304", 2, moment, 5_000_000_000, None),
    ]


def test_all_runs_come_back_as_they_were_written(tmp_path: Path) -> None:
    assert fetches(tmp_path).num_rows == 0
    write_fetches(tmp_path, "b", [ROW])
    write_fetches(tmp_path, "a", (replace(UNSENT, url=f"http://h/{n}") for n in range(12_000)))
    table = fetches(tmp_path)
    assert table.schema.equals(SCHEMA)
    assert table.num_rows == 12_001
    assert table.column("url").to_pylist()[11_999] == "http://h/11999"
    last = table.slice(12_000).to_pylist()[0]
    assert {**last, "redirect_chain": tuple(last["redirect_chain"])} == {
        field.name: getattr(ROW, field.name) for field in fields(FetchRow)
    }


def test_a_part_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> object:
        yield ROW
        raise OSError("no space left")

    other = write_fetches(tmp_path, "other", [ROW]).read_bytes()
    with pytest.raises(OSError, match="no space"):
        write_fetches(tmp_path, "night", broken())  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["other.parquet"]
    write_fetches(tmp_path, "night", [ROW])
    write_fetches(tmp_path, "night", [ROW, UNSENT])  # killed after the first, it goes on
    assert pq.read_metadata(tmp_path / "night.parquet").num_rows == 2
    assert (tmp_path / "other.parquet").read_bytes() == other


def test_a_row_without_what_it_must_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="null"):
        write_fetches(tmp_path, "n", [replace(UNSENT, outcome=None)])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a name"):
        write_fetches(tmp_path, "../n", [ROW])
    assert list(tmp_path.iterdir()) == []
