"""Where things lie: the one place that knows the layout of the repository and of the data root.

Belongs here: paths and nothing that opens them. What a folder holds is said by the module that writes it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

#: The checkout. The project runs from it (editable install); dbt_project/ and data/samples/ are found by it.
REPOSITORY = Path(__file__).resolve().parents[1]

#: Real reports, committed. They belong to the repository, wherever the data root lies.
SAMPLES = REPOSITORY / "data" / "samples"

#: Names the data root; unset or empty means data/ in the repository.
DATA_VARIABLE = "GONGKAI_DATA"


@dataclass(frozen=True, slots=True)
class DataRoot:
    """What is made at run time lies under `root`; each property says where. Creates nothing."""

    root: Path

    @classmethod
    def from_env(cls) -> DataRoot:
        """The data root that GONGKAI_DATA names, else data/ in the repository.

        The name may be relative to the current folder, and may begin with ~.
        """
        named = os.environ.get(DATA_VARIABLE, "").strip()
        return cls(Path(named).expanduser().absolute() if named else REPOSITORY / "data")

    @property
    def archive(self) -> Path:
        """The archive: with the ledger the only part that cannot be made again."""
        return self.root / "archive"

    @property
    def snapshots(self) -> Path:
        """Raw bytes, as <first two digits of the sha256>/<sha256>."""
        return self.archive / "snapshots"

    @property
    def fetch_log(self) -> Path:
        """The append-only log of every addition, JSON Lines."""
        return self.archive / "fetch_log.jsonl"

    @property
    def frontier(self) -> Path:
        """What the crawler remembers: addresses, documents, what was asked tonight (SQLite)."""
        return self.archive / "crawl.sqlite"

    @property
    def warcs(self) -> Path:
        """What servers answered, byte by byte, as <run>-<number>.warc.gz."""
        return self.archive / "warc"

    @property
    def fetches(self) -> Path:
        """One row for every fetch, one Parquet file a run."""
        return self.archive / "fetches"

    @property
    def nights(self) -> Path:
        """What each night of the crawler did, one JSON file a night."""
        return self.archive / "nights"

    @property
    def core(self) -> Path:
        """What reading the archive gave."""
        return self.root / "core"

    @property
    def readings(self) -> Path:
        """One JSON file a snapshot and reader version."""
        return self.core / "readings"

    @property
    def tables(self) -> Path:
        """The tidy tables, <table>.parquet."""
        return self.core / "tables"

    @property
    def build(self) -> Path:
        """Scratch: half-built warehouses, dbt's target folder, benchmark results."""
        return self.root / "build"

    @property
    def warehouse(self) -> Path:
        """The warehouse that is being built; readers use the one in the current release."""
        return self.build / "warehouse.duckdb"

    @property
    def bench(self) -> Path:
        """The results of the last `make bench`."""
        return self.build / "bench.json"

    @property
    def releases(self) -> Path:
        """Published releases, one immutable folder each."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """A symbolic link to the newest complete release."""
        return self.releases / "current"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage: run history, schedule state."""
        return self.root / "dagster_home"

    @property
    def expectation_runs(self) -> Path:
        """What the expectations answered, one Parquet file a run and part; cannot be made again."""
        return self.root / "history" / "expectations"

    @property
    def ledger(self) -> Path:
        """What people of this data root decided about cells and documents; cannot be made again either."""
        return self.root / "corrections.yml"

    @property
    def ledger_lock(self) -> Path:
        """Held by whoever adds to the ledger."""
        return self.root / "corrections.lock"

    @property
    def agencies(self) -> Path:
        """Agencies that people of this data root registered; cannot be made again either."""
        return self.root / "agencies"

    @property
    def agencies_lock(self) -> Path:
        """Held by whoever registers agencies."""
        return self.root / "agencies.lock"

    @property
    def run_lock(self) -> Path:
        """Held by whoever writes below core, build or releases."""
        return self.root / "run.lock"

    @property
    def made(self) -> tuple[Path, ...]:
        """The folders that the program writes; a folder given to the archive is never searched into these."""
        return (self.archive, self.core, self.build, self.releases, self.dagster_home, self.root / "history")
