"""The notebook runs from its first to its last cell on a release of the samples, without a network."""

from __future__ import annotations

import runpy
import socket
from pathlib import Path
from typing import Any

import pytest

from ingestion.paths import REPOSITORY
from tests.pipeline import finished_root

pytest.importorskip("marimo", reason="the notebook wants marimo")


def test_every_cell_answers(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = finished_root(tmp_path_factory)
    monkeypatch.setenv("GONGKAI_DATA", str(root))

    def no_network(*_: Any) -> Any:
        raise AssertionError("the notebook asks the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    notebook: Path = REPOSITORY / "notebooks" / "first_answers.py"
    _, defined = runpy.run_path(str(notebook))["app"].run()
    assert len(defined["reports"]) == 5
    assert len(defined["requests"]) == 5
    assert {"reports", "requests", "totals", "rates", "broken", "columns"} <= set(defined)
    assert len(defined["columns"]) > 300
