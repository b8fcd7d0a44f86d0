"""Incremental equals full: night after night or at once from nothing, the same archive gives the same rows.

Histories are generated: reports of three eras come, are issued again, are put back as they were, come twice,
cannot be read, get a title or their attachment late, or another one; people give verdicts, say what a document
is, withdraw it and take that back, register agencies; bytes rot and come again. After the last night everything
is built once more from what cannot be made again (archive, ledger, register), and all tables are compared row
by row.

No column is left out: when a document was retrieved is told by the archive's own log, never by the clock of a
night. What stands only where nights were is the record of the runs themselves (`fct_expectation_runs`) and,
after another version of the reader, what it reads otherwise (cause `new_reader` of `fct_changes`): the reader is
the same throughout here, so there must be none.

GONGKAI_HISTORIES=500 tries so many histories, another set each time, instead of the few of `make test`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ingestion.paths import REPOSITORY, DataRoot
from orchestration.publish import DATABASE, content_of, digest_of
from orchestration.release_files import export_parquet
from tests.integration.compiled_warehouse import CompiledWarehouse, other_rows
from tests.integration.documented_history import (
    FORMS,
    ISSUERS,
    REGISTRATIONS,
    UNREADABLE,
    Attached,
    Corrected,
    Damaged,
    Issued,
    Judged,
    Mended,
    Registered,
    Replaced,
    Reread,
    Retracted,
    Shown,
    Step,
    Titled,
    Unread,
    World,
    from_nothing,
    live_through,
    make_tables,
    make_warehouse,
    reading_here,
)
from tests.pipeline import environment, finished_root
from tests.row_differences import Rows, differences

HISTORIES = int(os.environ.get("GONGKAI_HISTORIES", "0"))
SIDES = ("the nights", "the build from nothing")
_which = st.integers(0, 9)
_said = st.one_of(
    st.tuples(st.tuples(st.just("report_year"), st.sampled_from([2016, 2020, 2021, 2022]))),
    st.tuples(st.tuples(st.just("agency"), st.sampled_from(ISSUERS))),
    st.tuples(st.tuples(st.just("scope"), st.sampled_from(["own_body", "aggregate"]))),
    st.tuples(st.tuples(st.just("withdrawn"), st.booleans())),
)
_issued = st.builds(
    Issued,
    st.integers(0, len(ISSUERS) - 1),
    st.integers(0, len(FORMS) - 1),
    st.integers(1, 3),
    st.booleans(),
)
_shown = st.builds(Shown, st.just(0), st.sampled_from([1, 5]), st.integers(1, 3), st.integers(0, 1))
_judged = st.builds(
    Judged,
    _which,
    st.integers(0, 300),
    st.sampled_from(["source_error", "extraction_error", "corrected_upstream", "not_an_error"]),
    st.one_of(st.none(), st.integers(0, 9)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
STEPS = st.one_of(
    _issued,
    _issued,
    _shown,
    _shown,
    st.builds(Replaced, st.integers(4, 5), st.integers(4, 5)),
    _judged,
    st.builds(Corrected, _which, _said),
    st.builds(Attached, st.integers(4, 5), st.booleans(), st.booleans(), st.booleans()),
    st.builds(Titled, _which, st.sampled_from([None, 2016, 2021, 2022])),
    st.builds(Registered, st.integers(0, len(REGISTRATIONS) - 1)),
    st.builds(Unread, st.integers(0, len(UNREADABLE) - 1)),
    st.builds(Retracted, _which),
    st.builds(Damaged, _which),
    st.just(Mended()),
    st.builds(Reread, _which),
)


def put_back(nights: list[list[Step]]) -> list[list[Step]]:
    """The same history, in which an address shows a report, before its last night another, and then that again.

    Chance alone makes it in one history of twenty.
    """
    first, another = Shown(0, 5, 1, place=0), Shown(0, 5, 2, place=0)
    begun = [[first, *nights[0]], *nights[1:]]
    return [*begun[:-2], [*begun[-2], another], [*begun[-1], first]]


def histories(n_steps: tuple[int, int], n_nights: int) -> st.SearchStrategy[list[list[Step]]]:
    """Of two nights up to so many, each with a number of steps between these two; something is put back in half."""
    least, most = n_steps
    nights = st.lists(st.lists(STEPS, min_size=least, max_size=most), min_size=2, max_size=n_nights)
    return st.one_of(nights, nights.map(put_back))


NIGHTS = histories((2, 6), 4)
FEW_NIGHTS = histories((3, 9), 3)
#: Histories that once gave other rows: bytes that were damaged when they were first read and came again; a page
#: whose attachment came a night later, which no new version of the reader had to do with. And a name that was
#: registered twice, which no warehouse could be built of. Beside these, what was put back as it had been: a report,
#: with a verdict on the text between, and the file of a page.
ROTTEN = [[Issued(0, 0, 1), Damaged(0)], [Issued(2, 5, 1)]]
LATE_AND_PUT_BACK = [
    [
        *(Shown(0, 5, 1, place=0), Shown(0, 5, 1, place=1)),
        *(Attached(4, page=True, file=False, has_address=True), Registered(2)),
        *(Attached(5, page=True, file=False, has_address=True), Replaced(5, 5)),
    ],
    [
        *(Shown(0, 5, 2, place=0), Judged(1, 5, "source_error", 3, of_snapshot=True)),
        *(Attached(4, page=False, file=True, has_address=True), Registered(2)),
        Replaced(5, 4),
    ],
    [Shown(0, 5, 1, place=0), Replaced(5, 5)],
]


def tidy(root: DataRoot) -> dict[str, Rows]:
    """Every tidy table of a data root."""
    found = {}
    for path in sorted(root.tables.glob("*.parquet")):
        table = pq.read_table(path)
        found[path.stem] = Rows(
            tuple(table.column_names),
            list(zip(*(column.to_pylist() for column in table.columns), strict=True)),
        )
    return found


def tried(few: int) -> settings:
    """So many histories in `make test`, else as many as are asked for."""
    return settings(
        max_examples=HISTORIES or few,
        derandomize=not HISTORIES,
        deadline=None,
        database=None,
        # to make a failing history shorter takes minutes
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if HISTORIES else [])],
        suppress_health_check=list(HealthCheck),
    )


@tried(5)
@given(nights=NIGHTS)
@example(nights=ROTTEN)
def test_nights_give_the_tables_of_a_build_from_nothing(nights: Sequence[Sequence[Step]]) -> None:
    with tempfile.TemporaryDirectory() as folder, reading_here():
        world = World(DataRoot(Path(folder) / "nights"))
        live_through(world, nights, lambda world: make_tables(world.root, world.again))
        whole = from_nothing(world.root, Path(folder) / "whole")
        make_tables(whole)
        found = differences(tidy(world.root), tidy(whole), SIDES)
        assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledWarehouse:
    return CompiledWarehouse(DataRoot(finished_root(tmp_path_factory)))


def release(root: DataRoot) -> None:
    """The warehouse as the release that the next night finds."""
    folder = root.releases / f"r{len(list(root.releases.glob('r*'))):03}"
    folder.mkdir(parents=True)
    shutil.copyfile(root.warehouse, folder / DATABASE)
    root.current.unlink(missing_ok=True)
    root.current.symlink_to(folder.name)


#: What the next night looks up in a release.
ASKED = ("fct_cells", "fct_documents", "fct_filings", "fct_changes")


@tried(2)
@given(nights=FEW_NIGHTS)
@example(nights=LATE_AND_PUT_BACK)
def test_nights_give_the_warehouse_of_a_build_from_nothing(
    compiled: CompiledWarehouse, nights: Sequence[Sequence[Step]]
) -> None:
    def night(world: World) -> None:
        make_tables(world.root, world.again)
        make_warehouse(world.root, compiled, ASKED)
        release(world.root)

    with tempfile.TemporaryDirectory() as folder, reading_here():
        world = World(DataRoot(Path(folder) / "nights"))
        live_through(world, nights, night)
        make_warehouse(world.root, compiled)
        whole = from_nothing(world.root, Path(folder) / "whole")
        make_tables(whole)
        make_warehouse(whole, compiled)
        found = differences(*other_rows(world.root.warehouse, whole.warehouse), SIDES)
        assert not found, "\n".join(found)


#: Something of everything: wrong totals, two names of one street, vintages, verdicts, a page with its file.
HISTORY: list[Step] = [
    *(Issued(issuer, form, 1, is_wrong=True) for issuer in (0, 3, 5) for form in (1, 2, 4)),
    *(Issued(1, form, version) for form in (3, 5) for version in (1, 2)),
    Attached(4, page=True, file=True, has_address=False),
    Unread(0),
    Judged(0, 5, "source_error", 3, of_snapshot=True),
    Judged(3, 40, "not_an_error", None, of_snapshot=False),
    Corrected(1, (("withdrawn", True),)),
    Registered(0),
]


def files_of_a_build(root: DataRoot, compiled: CompiledWarehouse) -> dict[str, str]:
    """Build everything of a data root; sha256 by file of its Parquet, tidy and released, and the digest of rows."""
    make_tables(root)
    make_warehouse(root, compiled)
    content = content_of(root.warehouse)
    with duckdb.connect(str(root.warehouse), read_only=True) as connection:
        export_parquet(connection, {table: said["rows"] for table, said in content.items()}, root.build)
    files = sorted([*root.tables.glob("*.parquet"), *(root.build / "parquet").glob("*.parquet")])
    listed = {str(path.relative_to(root.root)): path.read_bytes() for path in files}
    return {name: hashlib.sha256(data).hexdigest() for name, data in listed.items()} | {
        "rows": digest_of(content)
    }


def test_two_builds_from_nothing_give_the_same_bytes(compiled: CompiledWarehouse, tmp_path: Path) -> None:
    world = World(DataRoot(tmp_path / "first"))
    for step in HISTORY:
        step.to(world)
    second = from_nothing(world.root, tmp_path / "second")
    with reading_here():
        ours = files_of_a_build(world.root, compiled)
    # the other one in a process that goes through its sets in another order, with readers beside it
    code = (
        "import json, sys\nfrom pathlib import Path\nfrom ingestion.paths import DataRoot\n"
        "from tests.integration.compiled_warehouse import CompiledWarehouse\n"
        "from tests.integration.test_incremental import files_of_a_build\n"
        "first, second = (DataRoot(Path(name)) for name in sys.argv[1:])\n"
        "print(json.dumps(files_of_a_build(second, CompiledWarehouse(first))))\n"
    )
    call = [sys.executable, "-c", code, str(compiled.root.root), str(second.root)]
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
    named = environment(second.root) | {"PYTHONHASHSEED": seed}
    done = subprocess.run(call, cwd=REPOSITORY, env=named, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout)
    assert {name for name in ours | theirs if ours.get(name) != theirs.get(name)} == set()
    assert len([name for name in ours if name.startswith("core")]) > 40
