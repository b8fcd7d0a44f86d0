"""What another reader makes of the same document: seen beside the release that readers have, and kept."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.paths import DataRoot
from orchestration.publish import DATABASE
from orchestration.reader_changes import collect_reader_changes

CELLS = [
    ("s1", "t3.granted.total", "form_2021", 7, "reported"),
    ("s1", "t3.partial.total", "form_2021", 1, "reported"),
]


def write_tables(
    root: DataRoot, cells: list[tuple[Any, ...]], reader: str, year: int = 2023, agency_id: str = "ag_1"
) -> None:
    root.tables.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            "create table cells (sha256 varchar, cell_key varchar, form varchar, value decimal(24, 6), state varchar)"
        )
        connection.executemany("insert into cells values (?, ?, ?, ?, ?)", cells)
        of = f"'f-' || sha256 || '{year}' as filing_id, '甲' as agency, {year} as report_year, 'own_body' as scope"
        for name, query in {
            "cells": f"select *, {of} from cells",
            "documents": f"select distinct sha256, '{reader}' as reader_version from cells",
            "filings": f"select distinct sha256, {of} from cells",
            "agency_resolutions": f"select filing_id, '{agency_id}' as agency_id from (select distinct {of} from cells)",
        }.items():
            connection.execute(f"copy ({query}) to '{root.tables / name}.parquet' (format parquet)")


def publish(root: DataRoot, name: str) -> None:
    """A release of the tidy tables as they are, and of the changes that were collected."""
    folder = root.releases / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        for table, source in {
            "fct_cells": "cells",
            "fct_documents": "documents",
            "fct_filings": "filings",
        }.items():
            connection.execute(f"create table {table} as from read_parquet('{root.tables / source}.parquet')")
        connection.execute(
            "create table fct_changes as select *, 'new_reader' as cause, release as evidence "
            f"from read_parquet('{root.tables / 'reader_changes'}.parquet')"
        )
    root.current.unlink(missing_ok=True)
    root.current.symlink_to(name)


def changes(root: DataRoot) -> list[tuple[Any, ...]]:
    collect_reader_changes(root)
    return duckdb.sql(
        "select release, filing_id, agency_id, cell_key, old_value, new_value, new_state, detail "
        f"from read_parquet('{root.tables / 'reader_changes'}.parquet') order by release"
    ).fetchall()


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path)


def test_without_a_release_nothing_has_changed(root: DataRoot) -> None:
    write_tables(root, CELLS, "1")
    assert changes(root) == []


def test_what_is_read_otherwise_is_told_once_and_kept(root: DataRoot) -> None:
    write_tables(root, CELLS, "1")
    assert changes(root) == []
    publish(root, "r1")
    assert changes(root) == [], "the same reader on the same documents"

    write_tables(root, [(*CELLS[0][:3], 1, "reported"), CELLS[1]], "2")
    once = [
        ("r1", "f-s12023", "ag_1", "t3.granted.total", Decimal(7), Decimal(1), "reported", "reader 1 -> 2")
    ]
    assert changes(root) == once
    assert changes(root) == once, "asked again before it is released"
    publish(root, "r2")
    assert changes(root) == once, "and after"

    write_tables(root, [(*CELLS[0][:3], None, "unreadable"), CELLS[1]], "3")
    assert changes(root) == [
        *once,
        ("r2", "f-s12023", "ag_1", "t3.granted.total", Decimal(1), None, "unreadable", "reader 2 -> 3"),
    ]


def test_a_new_document_is_no_change(root: DataRoot) -> None:
    write_tables(root, CELLS, "1")
    changes(root)
    publish(root, "r1")
    write_tables(root, [*CELLS, ("s2", "t3.granted.total", "form_2021", 9, "reported")], "1")
    assert changes(root) == []


def test_what_the_same_reader_reads_otherwise_is_no_change_of_the_reader(root: DataRoot) -> None:
    write_tables(root, CELLS, "1")
    changes(root)
    publish(root, "r1")
    # the attachment of a page came, or the title of a document was learnt
    write_tables(root, [(*CELLS[0][:3], 1, "reported"), CELLS[1]], "1")
    assert changes(root) == []


def test_what_is_kept_follows_its_document_to_another_year_and_agency(root: DataRoot) -> None:
    write_tables(root, CELLS, "1")
    changes(root)
    publish(root, "r1")
    write_tables(root, [(*CELLS[0][:3], 1, "reported"), CELLS[1]], "2")
    changes(root)
    publish(root, "r2")
    write_tables(root, [(*CELLS[0][:3], 1, "reported"), CELLS[1]], "2", year=2022, agency_id="ag_2")
    ((_, filing, agency_id, *_),) = changes(root)
    assert (filing, agency_id) == ("f-s12022", "ag_2")
    publish(root, "r3")
    # it is no report any more: what was seen of it stays as it was said
    write_tables(root, [("s2", *CELLS[1][1:])], "2")
    ((_, filing, agency_id, *_),) = changes(root)
    assert (filing, agency_id) == ("f-s12022", "ag_2")
