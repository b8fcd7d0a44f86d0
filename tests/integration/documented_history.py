"""Histories of a data root, and the two ways to the same tables: night after night, and from nothing.

Belongs here: what can happen to an archive, ledger and register between two nights, a night, a data root built
anew from what cannot be made again, and where the rows of two differ. Does not belong here: which histories are
tried and what must hold (`test_incremental`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pytest
import yaml

from expectations.confront import confront
from expectations.runs import collect_runs
from ingestion.archive import Archive, Snapshot
from ingestion.catalog import CellCorrection, DocumentCorrection, load_catalog, load_ledger
from ingestion.catalog.agencies import Register
from ingestion.catalog.agencies.agency_tables import agency_tables
from ingestion.normalise import normalise, write_tables
from ingestion.paths import DataRoot
from ingestion.pool import Job, Result
from ingestion.readings import read_due, stored_readings
from orchestration.ledger import record
from orchestration.reader_changes import collect_reader_changes
from orchestration.registering import Entry, Refused, register
from tests.generator import Made, faults, make, prose, text_writer
from tests.generator.figures import figures
from tests.generator.make import gold_of
from tests.generator.story import story
from tests.integration.compiled_warehouse import CompiledWarehouse

#: Printed names of issuers: a street in two spellings, a county, two departments that nobody has registered yet,
#: and a street of which nothing says the county.
ISSUERS = (
    "福州市长乐区人民政府营前街道办事处",
    "福州市长乐区营前街道办事处",
    "福州市鼓楼区人民政府",
    "福州市鼓楼区财政局",
    "福州市鼓楼区城市管理局",
    "解放街道办事处",
)
#: What is registered in the course of a history: a department, the other one as one more name of the county, and
#: how the county's area is called.
REGISTRATIONS = (
    Entry("福州市鼓楼区财政局", "department", "county", "its seal"),
    Entry("", "", "", "its seal", aliases=("福州市鼓楼区城市管理局",), agency_id="ag_cawwwt4h"),
    Entry("", "", "", "its site", aliases=("鼓楼片区:region",), agency_id="ag_cawwwt4h"),
)
#: A form of each era, with two years next to each other.
FORMS = (
    ("pre2019_national", 2016),
    ("pre2019_national", 2017),
    ("form_2019", 2019),
    ("form_2019", 2020),
    ("form_2021", 2021),
    ("form_2021", 2022),
)
UNREADABLE = (b"%PDF-1.4\nno object follows", b"PK\x03\x04 cut short", "今日晴，微风。\n".encode())
SITE = "https://www.example.gov.cn/zwgk/"
WHO, WHEN = "甲", dt.date(2024, 5, 6)


# --- documents -------------------------------------------------------------------------------------------


@functools.cache
def report(issuer: int, form: int, version: int, is_wrong: bool = False) -> Made:
    """The report of an issuer on the year of a form, as text; another version prints other numbers.

    is_wrong: some totals are wrong in print.
    """
    code, year = FORMS[form]
    rng = random.Random(f"{issuer}/{form}/{version}/{is_wrong}")
    found = load_catalog().forms[code]
    told = story(found, prose.words(year, rng, ISSUERS[issuer]), figures(found, "small", rng), rng)
    if is_wrong:
        faults.apply(("identities_violated",), told, rng)
    name = f"{issuer}-{year}-{version}{'-wrong' if is_wrong else ''}.txt"
    return Made(name, text_writer.tabs(told), gold_of(told, name), "text", "tabs")


@functools.cache
def page(seed: int) -> Made:
    """A page whose report is the file attached to it."""
    return make("web", seed=seed, form="form_2021", condition="landing_docx")


# --- what happens between two nights ---------------------------------------------------------------------


@dataclass
class World:
    """A data root with what came into it: reports by sha256 in their order, and what the next night reads again."""

    root: DataRoot
    reports: list[tuple[str, Made]] = field(default_factory=list)
    again: set[str] = field(default_factory=set)

    @property
    def archive(self) -> Archive:
        return Archive(self.root)

    def report(self, number: int) -> tuple[str, Made] | None:
        return self.reports[number % len(self.reports)] if self.reports else None

    def snapshot(self, number: int) -> Snapshot | None:
        snapshots = list(self.archive.snapshots())
        return snapshots[number % len(snapshots)] if snapshots else None


class Step(Protocol):
    """Something that happens. `to`: changes the world; does nothing where there is nothing to happen to."""

    def to(self, world: World) -> None: ...


@dataclass(frozen=True)
class Issued:
    """A report comes: a first one, another version of it, or the very same bytes again."""

    issuer: int
    form: int
    version: int
    is_wrong: bool = False

    def to(self, world: World) -> None:
        made = report(self.issuer, self.form, self.version, self.is_wrong)
        found = world.archive.add_bytes(made.data, source="manual", name=made.name)
        if found.sha256 is not None and found.outcome == "new":
            world.reports.append((found.sha256, made))


@dataclass(frozen=True)
class Shown:
    """A crawl finds a version of a report at one of its two addresses: a first one, another, one put back."""

    issuer: int
    form: int
    version: int
    place: int

    def to(self, world: World) -> None:
        made = report(self.issuer, self.form, self.version)
        address = f"www.example.gov.cn/{self.issuer}/{self.form}/{self.place}.txt"
        found = world.archive.add_once(
            made.data, address=address, source="site", name="content.txt", url=f"https://{address}"
        )
        if found.sha256 is not None and found.outcome == "new":
            world.reports.append((found.sha256, made))


@dataclass(frozen=True)
class Replaced:
    """A crawl finds another file, or the first one again, at the address of the file that a page links to."""

    seed: int
    file_of: int

    def to(self, world: World) -> None:
        ((name, _),) = page(self.seed).companions.items()
        ((_, data),) = page(self.file_of).companions.items()
        url = f"{SITE}{self.seed}/{name}"
        world.archive.add_once(data, address=url, source="site", name=name, url=url)


@dataclass(frozen=True)
class Unread:
    """Something that is no report, or that nobody can open."""

    which: int

    def to(self, world: World) -> None:
        world.archive.add_bytes(UNREADABLE[self.which], source="manual", name=f"unread-{self.which}")


@dataclass(frozen=True)
class Titled:
    """Archived bytes come again, under another name and with a title that says another year, or with none."""

    which: int
    year: int | None

    def to(self, world: World) -> None:
        found = world.snapshot(self.which)
        if found is not None:
            title = f"{self.year}年政府信息公开工作年度报告" if self.year else None
            with suppress(OSError):
                data = world.archive.path_of(found.sha256).read_bytes()
                world.archive.add_bytes(data, source="manual", name="again.txt", title=title)


@dataclass(frozen=True)
class Attached:
    """A page comes, its attachment, or both: first the page or first the file."""

    seed: int
    page: bool
    file: bool
    has_address: bool

    def to(self, world: World) -> None:
        made = page(self.seed)
        ((name, data),) = made.companions.items()
        parts = [("page.html", made.data)] if self.page else []
        parts += [(name, data)] if self.file else []
        for part, content in parts:
            url = f"{SITE}{self.seed}/{part}" if self.has_address else None
            world.archive.add_bytes(content, source="manual", name=f"{self.seed}/{part}", url=url)


@dataclass(frozen=True)
class Judged:
    """A verdict on a cell of a report, as it is printed or (is_stale) as it is not."""

    which: int
    cell: int
    verdict: str
    value: int | None
    of_snapshot: bool
    is_stale: bool = False
    is_open: bool = False

    def to(self, world: World) -> None:
        if (found := world.report(self.which)) is None:
            return
        sha256, made = found
        cells = sorted(made.gold["printed"].items())
        key, printed = cells[self.cell % len(cells)]
        about: dict[str, Any] = (
            {"snapshot": sha256}
            if self.of_snapshot
            else {
                "agency": made.gold["agency"],
                "report_year": made.gold["report_year"],
                "scope": "own_body",
                "evidence": {"snapshot": sha256},
            }
        )
        said = about | {
            "cell": key,
            "printed": "771" if self.is_stale else printed or None,
            "verdict": self.verdict,
            "value": None if self.verdict == "not_an_error" else self.value,
            "reason": "底册",
            "status": "open" if self.is_open else "settled",
            "who": WHO,
            "when": WHEN,
        }
        record(world.root, CellCorrection.model_validate(said))


@dataclass(frozen=True)
class Corrected:
    """A person says what a document is: `said` are fields of an entry of the ledger."""

    which: int
    said: tuple[tuple[str, Any], ...]

    def to(self, world: World) -> None:
        found = world.snapshot(self.which)
        if found is not None:
            entry = {
                "document": found.sha256,
                "reason": "封面有误",
                "who": WHO,
                "when": WHEN,
                **dict(self.said),
            }
            record(world.root, DocumentCorrection.model_validate(entry))


@dataclass(frozen=True)
class Retracted:
    """An entry is taken out of the ledger by hand."""

    which: int

    def to(self, world: World) -> None:
        if world.root.ledger.exists():
            entries = yaml.safe_load(world.root.ledger.read_text("utf-8"))["corrections"]
            if entries:
                del entries[self.which % len(entries)]
            world.root.ledger.write_text(
                yaml.safe_dump({"corrections": entries}, allow_unicode=True), "utf-8"
            )


@dataclass(frozen=True)
class Registered:
    """An agency is registered, or another name of one."""

    which: int

    def to(self, world: World) -> None:
        with suppress(Refused):  # it is registered already
            register(world.root, [REGISTRATIONS[self.which]])


@dataclass(frozen=True)
class Damaged:
    """The bytes of a snapshot change on the disk."""

    which: int

    def to(self, world: World) -> None:
        if (found := world.snapshot(self.which)) is not None:
            path = world.archive.path_of(found.sha256)
            path.chmod(0o644)
            path.write_bytes(path.read_bytes() + b"?")


@dataclass(frozen=True)
class Mended:
    """The bytes of every damaged snapshot come again."""

    def to(self, world: World) -> None:
        for found in list(world.archive.snapshots()):
            path = world.archive.path_of(found.sha256)
            data = path.read_bytes().rstrip(b"?") if found.n_bytes else b""
            if path.stat().st_size != found.n_bytes:
                world.archive.add_bytes(data, source="manual", name=found.name)


@dataclass(frozen=True)
class Reread:
    """The next night reads a document again on purpose."""

    which: int

    def to(self, world: World) -> None:
        if (found := world.snapshot(self.which)) is not None:
            world.again.add(found.sha256)


# --- a night, and everything from nothing ----------------------------------------------------------------


class OwnProcess:
    """In the place of the pool: reads in this process, the last job first."""

    def __init__(self, *_: object, read: Callable[[Job], Any], shape: Any = None, **__: object) -> None:
        from ingestion.pool.job import reading_as_json

        self._read, self._shape = read, shape or reading_as_json

    def __enter__(self) -> OwnProcess:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, jobs: Iterable[Job]) -> Iterator[Result]:
        for job in reversed(list(jobs)):
            facts, body = self._shape(job, self._read(job))
            yield Result(job, facts, body, 0.0)


@contextlib.contextmanager
def reading_here() -> Iterator[None]:
    """Documents are read in this process: starting readers would take most of the time of a short history."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.readings.ReaderPool", OwnProcess)
        yield


def make_tables(root: DataRoot, again: Iterable[str] = ()) -> None:
    """A night as far as the tidy tables: what is due is read, everything is normalised and confronted."""
    wanted = frozenset(again)
    read_due(root, reread=(lambda snapshot: snapshot.sha256 in wanted) if wanted else None)
    catalog = load_catalog()
    ledger, agencies = load_ledger(catalog, root.ledger), Register(own=root.agencies)
    write_tables(root, normalise(list(stored_readings(root)), catalog, ledger, agencies))
    confront(root.tables)


def _add_register_tables(root: DataRoot) -> None:
    """The tables of the register beside the others, and the record of runs, of which there are none."""
    files = sorted(root.agencies.glob("*.csv"))
    own = tuple((file.name, file.read_bytes()) for file in files)
    if own not in _register_tables:
        _register_tables[own] = agency_tables(Register(own=root.agencies))
    write_tables(root, _register_tables[own])
    collect_runs(root.expectation_runs, root.tables)


#: Tables of the register by the files that a data root adds: they take longer than everything else of a night.
_register_tables: dict[tuple[tuple[str, bytes], ...], dict[str, pa.Table]] = {}


def make_warehouse(root: DataRoot, compiled: CompiledWarehouse, wanted: Sequence[str] = ()) -> None:
    """From the tidy tables to the warehouse; wanted: as for `CompiledWarehouse.build`."""
    collect_reader_changes(root)
    _add_register_tables(root)
    compiled.build(root.tables, root.warehouse, wanted)


def from_nothing(root: DataRoot, target: Path) -> DataRoot:
    """A data root with what cannot be made again of `root`: archive, ledger, register."""
    new = DataRoot(target)
    target.mkdir(parents=True)
    for kept in (root.archive, root.agencies):
        if kept.exists():
            shutil.copytree(kept, target / kept.name)
    if root.ledger.exists():
        shutil.copyfile(root.ledger, new.ledger)
    return new


def live_through(world: World, nights: Iterable[Iterable[Step]], night: Callable[[World], None]) -> None:
    """All that happens, with a night after each group of steps; damaged bytes have come again before the last."""
    groups = [list(group) for group in nights]
    groups[-1].append(Mended())
    for group in groups:
        for step in group:
            step.to(world)
        night(world)
        world.again.clear()
