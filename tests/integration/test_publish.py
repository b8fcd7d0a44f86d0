"""Releases: built aside, flipped in one step, the same when nothing changed, whole whenever one looks."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.paths import DataRoot
from orchestration import publish as publishing
from orchestration import release_files
from orchestration.changelog import changelog
from orchestration.publish import CURRENT, PublishError, content_of, digest_of, publish
from orchestration.release_diff import change_rows, diff
from orchestration.release_files import export_parquet, export_spreadsheets, parquet_of
from orchestration.releases import (
    NoSuchRelease,
    find_release,
    list_releases,
    prune,
)
from orchestration.summary import release_lines


def _warehouse(path: Path, rows: list[tuple[str, int, str | None]]) -> Path:
    path.unlink(missing_ok=True)
    parquet = path.with_suffix(".parquet")
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table fct_cells (cell varchar primary key, value integer, raw varchar)")
        connection.execute("comment on column fct_cells.value is '数值 value'")
        connection.executemany("insert into fct_cells values (?, ?, ?)", rows)
        connection.execute(f"copy (select 1 as one) to '{parquet}' (format parquet)")
        connection.execute("create schema staging")
        connection.execute(f"create view staging.stg_one as select * from read_parquet('{parquet}')")
    return path


def _quality(folder: Path) -> None:
    (folder / "index.html").write_text("<p>ok</p>", encoding="utf-8")


ROWS: list[tuple[str, int, str | None]] = [("a", 1, "1"), ("b", 2, None), ("c", 3, "3")]


def _publish(tmp_path: Path, rows: list[tuple[str, int, str | None]]) -> publishing.Published:
    warehouse = _warehouse(tmp_path / "warehouse.duckdb", rows)
    return publish(tmp_path / "releases", warehouse, {"quality": _quality}, {"reader": "r1"})


def test_release_holds_what_the_contract_names(tmp_path: Path) -> None:
    done = _publish(tmp_path, ROWS)
    current = tmp_path / "releases" / CURRENT
    assert current.resolve() == done.path
    assert os.readlink(current) == done.id, "the link is relative, so that the data root can be moved"
    manifest = json.loads((current / "release.json").read_text("utf-8"))
    assert manifest["id"] == done.id
    assert manifest["row_counts"] == {"fct_cells": 3}
    assert manifest["code_version"] == {"reader": "r1"}
    assert manifest["previous"] is None
    on_disk = {str(p.relative_to(done.path)) for p in done.path.rglob("*") if p.is_file()}
    assert on_disk == {
        *("release.json", "gongkai.duckdb", "parquet/fct_cells.parquet", "quality/index.html"),
        *("CITATION.cff", "DATA_LICENCE.md"),
    }
    assert set(manifest["sha256"]) == on_disk - {"release.json"}
    (tmp_path / "warehouse.parquet").unlink()  # a release does not lean on files outside it
    with duckdb.connect(str(current / "gongkai.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from fct_cells").fetchone() == (3,)
        assert connection.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)
        comment = connection.execute(
            "select comment from duckdb_columns() where column_name = 'value' and table_name = 'fct_cells'"
        ).fetchone()
        assert comment == ("数值 value",)


def test_same_rows_make_no_new_release_whatever_their_order(tmp_path: Path) -> None:
    first = _publish(tmp_path, ROWS)
    second = _publish(tmp_path, list(reversed(ROWS)))
    assert (second.id, second.is_new) == (first.id, False)
    third = _publish(tmp_path, [*ROWS[:2], ("c", 4, "4")])
    assert third.is_new
    assert json.loads((third.path / "release.json").read_text("utf-8"))["previous"] == first.id


def test_runs_kept_in_the_warehouse_make_no_release_but_travel_with_the_next(tmp_path: Path) -> None:
    def published(runs: int, rows: list[tuple[str, int, str | None]]) -> publishing.Published:
        warehouse = _warehouse(tmp_path / "warehouse.duckdb", rows)
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(f"create table fct_expectation_runs as select * from range({runs}) as r(run)")
        return publish(tmp_path / "releases", warehouse, {"quality": _quality}, {})

    first = published(1, ROWS)
    again = published(2, ROWS)
    assert (again.is_new, again.id) == (False, first.id)
    third = published(3, [*ROWS, ("d", 4, "4")])
    assert third.is_new
    assert third.row_counts["fct_expectation_runs"] == 3
    changed = list(diff(tmp_path / "releases", first.id, third.id))
    assert {change.table for change in changed} == {"fct_cells"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([("a", 1, None)], [("a", 1, "")]),
        ([("a", 1, "x")], [("a", 1, "x "), ]),
        ([("a", 1, "x")], [("a", 1, "x"), ("b", 1, "x")]),
        ([("a", 1, "x"), ("b", 2, "y")], [("a", 1, "y"), ("b", 2, "x")]),
    ],
)  # fmt: skip
def test_digest_tells_rows_apart(tmp_path: Path, left: list, right: list) -> None:  # type: ignore[type-arg]
    digests = [
        digest_of(content_of(_warehouse(tmp_path / f"{name}.duckdb", rows)))
        for name, rows in (("left", left), ("right", right))
    ]
    assert digests[0] != digests[1]


def test_reader_of_the_old_release_reads_on(tmp_path: Path) -> None:
    _publish(tmp_path, ROWS)
    reader = duckdb.connect(str(tmp_path / "releases" / CURRENT / "gongkai.duckdb"), read_only=True)
    _publish(tmp_path, [("z", 9, "9")])
    assert reader.execute("select count(*) from fct_cells").fetchone() == (3,)
    removed = prune(tmp_path / "releases", keep=1)
    assert len(removed) == 1
    assert reader.execute("select sum(value) from fct_cells").fetchone() == (6,)
    reader.close()


STEPS = ["copy_warehouse", "export_parquet", "write_manifest", "verify", "_sync_tree", "_sync_folder", "flip"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_step_leaves_a_whole_current_and_the_next_run_gets_there(
    tmp_path: Path, step: str, when: str
) -> None:
    first = _publish(tmp_path, ROWS)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), step, when], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    releases = tmp_path / "releases"
    now = publishing.read_manifest(releases / CURRENT)
    assert now is not None
    publishing.verify(releases / CURRENT, now["row_counts"])
    assert now["row_counts"] in ({"fct_cells": 3}, {"fct_cells": 1})
    if step != "flip":
        assert now["id"] == first.id
    done = _publish(tmp_path, [("z", 9, "9")])
    assert list(releases.glob(".*")) == [], "what the killed run left behind is gone"
    with duckdb.connect(str(releases / CURRENT / "gongkai.duckdb"), read_only=True) as connection:
        assert connection.execute("select cell from fct_cells").fetchall() == [("z",)]
    assert [release.id for release in list_releases(releases)] == [first.id, done.id]


KILLED = """
import os, signal, sys
from pathlib import Path
from ingestion.paths import DataRoot
from orchestration import publish as publishing
from orchestration import release_files
from tests.integration.test_publish import _publish
step, when = sys.argv[2], sys.argv[3]
real = getattr(publishing, step)
def dying(*arguments):
    if when == "after":
        real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(publishing, step, dying)
_publish(Path(sys.argv[1]), [("z", 9, "9")])
"""


def test_a_release_that_is_not_what_it_should_be_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _publish(tmp_path, ROWS)
    real = publishing.export_parquet

    def forgetful(connection: duckdb.DuckDBPyConnection, tables: dict[str, int], folder: Path) -> None:
        real(connection, tables, folder)
        parquet = folder / "parquet" / "fct_cells.parquet"
        duckdb.execute(f"copy (select 1 as one where false) to '{parquet}' (format parquet)")

    monkeypatch.setattr(publishing, "export_parquet", forgetful)
    with pytest.raises(PublishError, match="fct_cells: 0 rows in the Parquet"):
        _publish(tmp_path, [("z", 9, "9")])
    assert (tmp_path / "releases" / CURRENT).resolve() == first.path


def test_diff_says_what_changed_by_key(tmp_path: Path) -> None:
    first = _publish(tmp_path, ROWS)
    second = _publish(tmp_path, [("a", 1, "1"), ("b", 5, None), ("d", 4, "4")])
    releases = tmp_path / "releases"
    changes = {(c.kind, c.key["cell"]): c.columns for c in diff(releases, first.id, "current")}
    assert changes == {("changed", "b"): {"value": (2, 5)}, ("removed", "c"): {}, ("added", "d"): {}}
    lines = list(changelog(releases, "previous", second.id, everything=True))
    assert "fct_cells changed cell=b  value: 2 -> 5" in lines
    assert lines[-1] == "  fct_cells: 1 changed in value, 1 removed, 1 added"
    assert list(changelog(releases, "current", "current")) == ["no row differs"]


def test_prune_keeps_the_current_release_even_when_it_is_old(tmp_path: Path) -> None:
    ids = [_publish(tmp_path, [("a", number, "x")]).id for number in range(4)]
    releases = tmp_path / "releases"
    publishing.flip(releases, ids[0])
    assert prune(releases, keep=1) == ids[1:3]
    assert [release.id for release in list_releases(releases)] == [ids[0], ids[3]]
    assert find_release(releases, "current").id == ids[0]
    with pytest.raises(NoSuchRelease, match="no release is called"):
        find_release(releases, "20010101")
    with pytest.raises(ValueError, match="at least one"):
        prune(releases, keep=0)


def test_what_did_not_change_is_linked_and_not_written_again(tmp_path: Path) -> None:
    def published(cells: int, agency: str, reader: str) -> Path:
        warehouse = _warehouse(tmp_path / "warehouse.duckdb", [("a", cells, "x")])
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(f"create table dim_agency as select '{agency}' as name")
        return (
            publish(tmp_path / "releases", warehouse, {}, {"reader": reader}).path / "csv" / "dim_agency.csv"
        )

    first, second = published(1, "甲", "r1"), published(2, "甲", "r1")
    assert first.parent != second.parent and first.samefile(second)
    changed, by_other_code = published(2, "乙", "r1"), published(3, "乙", "r2")
    assert changed.read_text("utf-8-sig").split() == ["name", "乙"]
    assert not changed.samefile(by_other_code), "another version may write another file"
    prune(tmp_path / "releases", keep=1)
    assert by_other_code.read_text("utf-8-sig").split() == ["name", "乙"]


@pytest.mark.parametrize("wheel", ["there", "missing", "of another DuckDB"])
def test_a_release_without_xlsx_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheel: str) -> None:
    if wheel == "missing":
        monkeypatch.setattr(release_files, "find_spec", lambda name: None)
    if wheel == "of another DuckDB":
        monkeypatch.setattr(release_files, "EXCEL", "duckdb")
    warehouse = _warehouse(tmp_path / "warehouse.duckdb", ROWS)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table dim_agency as select '甲' as name")
    root = DataRoot(tmp_path)
    folder = publish(root.releases, warehouse, {}, {}).path
    left_out = json.loads((folder / "release.json").read_text("utf-8"))["left_out"]
    said = release_lines(root)
    assert (folder / "csv" / "dim_agency.csv").exists()
    if wheel == "there":
        assert (folder / "xlsx" / "dim_agency.xlsx").exists()
        assert (left_out, len(said)) == ([], 1)
    else:
        assert not (folder / "xlsx").exists()
        assert len(left_out) == 1 and "xlsx" in left_out[0] and "not installed" in left_out[0]
        assert left_out[0] in said[1]


def test_a_table_larger_than_a_sheet_is_said_to_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_files, "SHEET_ROWS", 3)
    with duckdb.connect() as connection:
        connection.execute("create table dim_large as select i from range(3) r(i)")
        connection.execute("create table dim_small as select i from range(2) r(i)")
        counts = {"dim_large": 3, "dim_small": 2}
        left_out = export_spreadsheets(connection, counts, tmp_path, lambda table, file: None)
    assert [path.name for path in (tmp_path / "xlsx").iterdir()] == ["dim_small.xlsx"]
    assert len(left_out) == 1 and "dim_large" in left_out[0]


def test_a_large_table_is_there_by_year_and_once(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table fct_cells as select if(i = 8, null, 2018 + i % 3) as report_year, i from range(9) r(i)"
        )
        connection.execute("create table fct_small as select 2018 as report_year")
        export_parquet(connection, {"fct_cells": 9, "fct_small": 1}, tmp_path, above=5)
        assert sorted(path.name for path in (tmp_path / "parquet").iterdir()) == [
            "fct_cells",
            "fct_small.parquet",
        ]
        years = sorted(path.name for path in (tmp_path / "parquet" / "fct_cells").iterdir())
        assert years[:3] == ["report_year=2018", "report_year=2019", "report_year=2020"] and len(years) == 4
        written = f"select report_year, i from {parquet_of(tmp_path, 'fct_cells')}"
        for one, other in ((written, "from fct_cells"), ("from fct_cells", written)):
            assert connection.execute(f"({one}) except all ({other})").fetchall() == []
        assert connection.execute(f"from {parquet_of(tmp_path, 'fct_small')}").fetchall() == [(2018,)]


def test_views_on_published_tables_travel_with_them(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path / "warehouse.duckdb", ROWS)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create view measure_total as select sum(value) as total from fct_cells")
    done = publish(tmp_path / "releases", warehouse, {}, {})
    with duckdb.connect(str(done.path / "gongkai.duckdb"), read_only=True) as connection:
        assert connection.execute("select total from measure_total").fetchone() == (6,)


def _published_with(tmp_path: Path, *statements: str) -> publishing.Published:
    warehouse = _warehouse(tmp_path / "warehouse.duckdb", ROWS)
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)
    return publish(tmp_path / "releases", warehouse, {}, {})


VIEW = "create view measure_total as select sum(value) as total from fct_cells"
MACRO = "create macro citation(cell) as table select 'cell ' || cell as said"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ([VIEW.replace("sum", "max"), MACRO], "view measure_total: its SQL or comments changed"),
        ([VIEW, MACRO.replace("cell '", "line '")], "macro citation: its SQL or comments changed"),
        ([VIEW, MACRO, "comment on view measure_total is '合计'"], "view measure_total: its SQL or comments"),
        ([VIEW, MACRO, "comment on column measure_total.total is '件'"], "view measure_total: its SQL or"),
        ([VIEW], "macro citation: removed"),
        ([VIEW, MACRO, "create macro twice(x) as x * 2"], "macro twice: added"),
    ],
)
def test_another_view_or_macro_over_the_same_rows_is_another_release(
    tmp_path: Path, changed: list[str], said: str
) -> None:
    first = _published_with(tmp_path, VIEW, MACRO)
    assert not _published_with(tmp_path, MACRO, VIEW).is_new
    second = _published_with(tmp_path, *changed)
    assert second.is_new and second.row_counts == first.row_counts
    *_, line, last = changelog(tmp_path / "releases", first.id, second.id)
    assert line.startswith(said) and last.startswith("no row differs, but")


def test_changes_as_a_table(tmp_path: Path) -> None:
    first = _publish(tmp_path, ROWS)
    _publish(tmp_path, [("a", 1, "1"), ("b", 5, None), ("d", 4, "4")])
    rows = list(change_rows(tmp_path / "releases", first.id, "current"))
    assert [tuple(row.values()) for row in rows] == [
        ("fct_cells", "changed", '{"cell": "b"}', "value", "2", "5"),
        ("fct_cells", "removed", '{"cell": "c"}', None, None, None),
        ("fct_cells", "added", '{"cell": "d"}', None, None, None),
    ]


def test_a_view_that_leans_on_what_is_not_published_holds_the_release_back(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path / "warehouse.duckdb", ROWS)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create view measure_total as select one from staging.stg_one")
    with pytest.raises((PublishError, duckdb.Error), match=r"measure_total|staging|stg_one"):
        publish(tmp_path / "releases", warehouse, {}, {})
    assert list_releases(tmp_path / "releases") == []


IDENTITY = (
    "create table meta_release (release_id varchar primary key, built_at timestamp not null, "
    "previous_release_id varchar, content_digest varchar not null, code_version varchar not null, "
    "written_by varchar not null, storage_version varchar not null, licence varchar not null, "
    "how_to_cite varchar not null)"
)


def test_a_database_without_its_folder_says_which_release_it_is(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    first = _published_with(tmp_path, IDENTITY)
    again = _published_with(tmp_path, IDENTITY)
    assert (again.id, again.is_new) == (first.id, False), "its own name makes no release"
    second = _published_with(tmp_path, IDENTITY, "delete from fct_cells where cell = 'c'")
    for release, before in ((first, None), (second, first.id)):
        manifest = json.loads((release.path / "release.json").read_text("utf-8"))
        lone = tmp_path / "sent.duckdb"
        lone.write_bytes((release.path / "gongkai.duckdb").read_bytes())
        with duckdb.connect(str(lone), read_only=True) as connection:
            said = connection.execute(
                "select release_id, previous_release_id, content_digest, licence, built_at from meta_release"
            ).fetchall()
            cited = connection.execute("select how_to_cite from meta_release").fetchone()
        built_at = datetime.fromisoformat(manifest["built_at"]).replace(tzinfo=None)
        assert [row[:4] for row in said] == [(release.id, before, manifest["content"], "CC-BY-4.0")]
        assert abs(said[0][4] - built_at) < timedelta(milliseconds=1)
        assert cited is not None and release.id in cited[0]
        # spreadsheets that are linked from the release before must not carry that one's name
        assert release.id in (release.path / "csv" / "meta_release.csv").read_text("utf-8")
        assert manifest["row_counts"]["meta_release"] == 1
    assert {change.table for change in diff(releases, first.id, second.id)} == {"fct_cells"}
