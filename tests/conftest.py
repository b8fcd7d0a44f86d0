"""What holds for every test: no test touches the repository's data root, and nothing reports home."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from ingestion.paths import DATA_VARIABLE, DataRoot

# Before any test module imports a library that reads them; child processes inherit them.
os.environ.update(
    DAGSTER_DISABLE_TELEMETRY="1",
    DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    DO_NOT_TRACK="1",
    GX_ANALYTICS_ENABLED="false",
)

# Machines are noisy: how long an example takes is never asserted.
settings.register_profile("gongkai", deadline=None)
settings.load_profile("gongkai")


#: Files that make a data root of their own for minutes. They come first: the files after them share one data
#: root (`pipeline.finished_root`), and a worker that waits for another to make it does nothing.
FIRST = frozenset({"test_crawl_run.py"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of FIRST in front, all others in their order."""
    items.sort(key=lambda item: item.path.name not in FIRST)


@pytest.fixture(autouse=True)
def _own_data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data root of its own for whoever asks the environment, so that a test cannot reach a real archive."""
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))


@pytest.fixture
def data_root(tmp_path: Path) -> DataRoot:
    """An empty data root, the one that GONGKAI_DATA names during the test."""
    return DataRoot(tmp_path / "data")
