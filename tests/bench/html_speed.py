"""Reading a 250 KB page of Word-made HTML against `pandas.read_html` on the same bytes.

Ours goes from bytes to recognised cells: sniffing, decoding, parsing, grids, form, every cell with its state
and place. pandas goes from bytes to data frames. The whole reading, with headline and the facts in prose, is
shown too: it reads what pandas does not look at. All run alternately in one process, with the garbage
collector as it is; the minimum of each counts, since everything else on the machine only adds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pandas as pd

from ingestion.catalog import load_catalog
from ingestion.extract import read_document
from ingestion.recognise import recognise
from ingestion.recognise.tables import read_tables
from tests.bench._word_page import word_page

ROUNDS = 25
#: Numbers of the form of 2021 in the sections two to four: a fast reading that misses some is no reading.
REQUEST_CELLS = 175


def run() -> list[dict[str, Any]]:
    """Three rows: extraction, to recognised cells (the promise: at most 1), and the whole reading."""
    data = word_page()
    catalog = load_catalog()

    def extracted() -> object:
        return read_document(data, "page.html")

    def recognised() -> object:
        return read_tables(read_document(data, "page.html"), catalog, None)

    def whole() -> object:
        return recognise(read_document(data, "page.html"), catalog)

    def by_pandas() -> object:
        return pd.read_html(BytesIO(data), flavor="lxml")

    reading = recognise(read_document(data, "page.html"), catalog)
    printed = [key for key, cell in reading.cells.items() if key.startswith("t3.") and cell.value is not None]
    if len(printed) < REQUEST_CELLS:
        raise AssertionError(f"only {len(printed)} cells of the request table were read from the page")
    blocks, cells, everything, theirs = _interleaved(extracted, recognised, whole, by_pandas)
    size = f"{len(data) / 1000:.0f} KB"
    return [
        _row(f"{size} of Word HTML to located cells", blocks, theirs),
        _row(f"{size} of Word HTML to recognised cells", cells, theirs),
        _row(f"{size} of Word HTML, whole reading with prose", everything, theirs),
    ]


def _interleaved(*calls: Callable[[], object]) -> list[float]:
    """The least time of each call, in seconds; they take turns, so that all see the same machine."""
    best = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for which, call in enumerate(calls):
            started = time.perf_counter()
            call()
            best[which] = min(best[which], time.perf_counter() - started)
    return best


def _row(name: str, ours: float, theirs: float) -> dict[str, Any]:
    return {
        "name": name,
        "ratio": round(ours / theirs, 3),
        "unit": "our time / pandas.read_html",
        "detail": f"{ours * 1000:.2f} ms against {theirs * 1000:.2f} ms, minimum of {ROUNDS}",
    }
