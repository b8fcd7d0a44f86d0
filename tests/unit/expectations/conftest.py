from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.expectations.reports import Tables


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """An empty folder of tidy tables to fill."""
    return Tables(tmp_path / "tables")
