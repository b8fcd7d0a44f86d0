"""Facts kept narrow: whatever a fact holds, its view shows; and a view that shows anything else is found out."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration import release_store
from orchestration.publish import PublishError, copy_warehouse
from orchestration.release_store import LAYOUTS

FILINGS_TABLE = """
create table fct_filings (
    filing_id varchar primary key, agency_id varchar, agency varchar, report_year integer, scope varchar,
    form varchar, sha256 varchar, is_current boolean
)
"""
CELLS_TABLE = """
create table fct_cells (
    filing_id varchar, agency_id varchar, agency varchar, report_year integer, scope varchar, form varchar,
    is_current boolean, cell_key varchar, table_code varchar, row_code varchar, column_code varchar,
    value decimal(24, 6), value_best decimal(24, 6), parts varchar[], sha256 varchar, place varchar,
    page integer, table_index integer, row_index integer, column_index integer, line integer
)
"""
#: Few of each, so that rows repeat, and what is usual is there as often as what is not.
NAMES = st.sampled_from([None, "", "甲", "乙 '\"", "t3.granted.total"])
NUMBERS = st.sampled_from([None, Decimal(0), Decimal("0.5"), Decimal("123456789012345678.000001")])
FLAGS = st.sampled_from([None, True, False])
INDICES = st.sampled_from([None, 1, 22])
PLACES = st.sampled_from(
    [None, "", "page 1", "table 1, row 22", "page 1, table 1, row 1, column 1, line 1", "in f00"]
)
FILING = st.tuples(
    st.sampled_from(["f1", "f2", "f3", "nowhere"]),
    NAMES,
    NAMES,
    st.sampled_from([None, 2018, 2023]),
    NAMES,
    NAMES,
)
CELL = st.tuples(
    FLAGS, NAMES, NAMES, NAMES, NAMES, NUMBERS, NUMBERS,
    st.sampled_from([None, [], ["甲"], [None]]), NAMES, PLACES,
    INDICES, INDICES, INDICES, INDICES, INDICES,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.builds(lambda filing, cell: (*filing, *cell), FILING, CELL), max_size=12))
def test_a_view_shows_each_row_of_its_fact(
    rows: list[tuple[object, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("store")
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(FILINGS_TABLE)
        # f3 and `nowhere` are no filings: the rows of a fact must be shown all the same
        connection.execute("insert into fct_filings select 'f1', '', '甲', 2018, 's', 'f', 'aa', true")
        connection.execute("insert into fct_filings select 'f2', null, '乙', 2023, null, 'f', 'bb', null")
        connection.execute(CELLS_TABLE)
        if rows:
            connection.executemany(f"insert into fct_cells values ({', '.join('?' * len(rows[0]))})", rows)
    copy_warehouse(warehouse, folder / "release.duckdb")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"attach '{folder / 'release.duckdb'}' as released (read_only)")
        for here, there in (("fct_cells", "released.fct_cells"), ("released.fct_cells", "fct_cells")):
            assert connection.execute(f"from {here} except all from {there}").fetchall() == []


def test_a_copy_that_shows_other_rows_is_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(FILINGS_TABLE)
        connection.execute(CELLS_TABLE)
        connection.execute("insert into fct_filings select 'f1', 'a', '甲', 2018, 's', 'f', 'aa', true")
        connection.execute(
            "insert into fct_cells by name select 'f1' as filing_id, 'a' as agency_id, '甲' as agency, "
            "2018 as report_year, 's' as scope, 'f' as form, i::varchar as cell_key, i as value "
            "from range(1, 9) r(i)"
        )
    keep = release_store.keep

    def one_number_off(
        connection: duckdb.DuckDBPyConnection, source: str, target: str, *told: object
    ) -> None:
        keep(connection, source, target, *told)  # type: ignore[arg-type]
        connection.execute(f"update {target}.store.fct_cells set value = value + 1 where value = 7")

    monkeypatch.setattr(release_store, "keep", one_number_off)
    with pytest.raises(PublishError, match="fct_cells"):
        copy_warehouse(warehouse, tmp_path / "release.duckdb")
    monkeypatch.setattr(release_store, "keep", keep)
    (tmp_path / "release.duckdb").unlink()
    copy_warehouse(warehouse, tmp_path / "release.duckdb")


@pytest.mark.parametrize("fact", LAYOUTS)
def test_what_is_usual_is_told_by_columns_that_are_kept(fact: str) -> None:
    layout = LAYOUTS[fact]
    for usual in layout.usual.values():
        of_rows = set(re.findall(r"rows\.(\w+)", usual))
        assert not of_rows & ({*layout.keys, *layout.usual} | set(release_store.FILING)), usual
        assert of_rows or usual.startswith("filings."), usual
