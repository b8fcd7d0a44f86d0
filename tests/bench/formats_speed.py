"""Time of our readers against the usual library of each format, on the same documents in the same run.

Ours goes from bytes to located cells (sniffing, limits, issues included); beside it stands the whole reading. The
documents come from the generator. Both sides take turns; the least time of each counts, since everything else on
the machine only adds.
"""

from __future__ import annotations

import io
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pandas as pd
import pdfplumber
from PIL import Image

from ingestion.extract import read_document
from ingestion.pool import Job, ReaderPool
from ingestion.reader import read_snapshot
from tests.generator import make
from tests.generator.make import tell
from tests.generator.paper import Look
from tests.generator.recipes import pdf, table_pictures
from tests.generator.story import Paragraph

ROUNDS = 3
Document = tuple[str, bytes]


def run() -> list[dict[str, Any]]:
    """Rows for HTML, text PDF, DOCX and pictures (the promises: at most 0.7, 0.6, 0.4, 0.5), and the pool."""
    pages = [
        _made("html", seed, condition)
        for seed, condition in enumerate(("clean", "word", "wps", "nested") * 2)
    ]
    words = [_made("docx", seed, condition) for seed, condition in enumerate(("clean", "spans", "phantom"))]
    reports = [("report.pdf", _half_prose(seed)) for seed in range(4)]
    pictures = _table_pictures()
    return [
        *_rows("HTML", pages, _by_pandas, "decode + pandas.read_html", ROUNDS * 3),
        *_rows(
            "text PDF, tables on half of the pages", reports, _by_pdfplumber, "pdfplumber.extract_tables()"
        ),
        *_rows("DOCX", words, _by_python_docx, "python-docx, every cell"),
        *_rows("picture of table 3", pictures, _by_rapidocr(), "rapidocr, whole picture", 1),
        _pool(),
    ]


def _made(format: str, seed: int, condition: str) -> Document:
    made = make(format, seed, "form_2021", condition, "mixed")
    return made.name, made.data


def _half_prose(seed: int) -> bytes:
    """A report that has a page without tables for each page with some."""
    rng = random.Random(seed)
    told = tell("form_2021", "mixed", rng)
    place = next(
        n for n, block in enumerate(told.blocks) if isinstance(block, Paragraph) and block.kind == "heading"
    )
    told.blocks[place + 1 : place + 1] = [Paragraph(text) for text in told.words.general * 40]
    while True:
        data = pdf(told, Look(), rng)
        with pdfplumber.open(io.BytesIO(data)) as found:
            with_tables = sum(bool(page.rects or page.lines) for page in found.pages)
            if len(found.pages) <= 2 * with_tables:
                return data
        del told.blocks[place + 1]


def _table_pictures() -> list[Document]:
    rng = random.Random(3)
    told = [tell(form, "mixed", rng) for form in ("form_2021", "form_2019")]
    return [("table.png", table_pictures(one, "150", rng)["t3"]) for one in told]


def _by_pandas(name: str, data: bytes) -> object:
    return pd.read_html(io.StringIO(data.decode("utf-8")), flavor="lxml")


def _by_pdfplumber(name: str, data: bytes) -> object:
    with pdfplumber.open(io.BytesIO(data)) as found:
        return [page.extract_tables() for page in found.pages]


def _by_python_docx(name: str, data: bytes) -> object:
    return [
        cell.text
        for table in docx.Document(io.BytesIO(data)).tables
        for row in table.rows
        for cell in row.cells
    ]


def _by_rapidocr() -> Callable[[str, bytes], object]:
    import rapidocr

    engine = rapidocr.RapidOCR()
    return lambda name, data: engine(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


def _rows(
    what: str,
    documents: Sequence[Document],
    theirs: Callable[[str, bytes], object],
    yardstick: str,
    rounds: int = ROUNDS,
) -> list[dict[str, Any]]:
    located = lambda name, data: read_document(data, name)  # noqa: E731
    whole = lambda name, data: read_snapshot(data, name)  # noqa: E731
    calls = (located, whole, theirs)
    best = [0.0] * len(calls)
    for document in documents:
        least = [float("inf")] * len(calls)
        for _ in range(rounds + 1):  # the first round warms up
            for which, call in enumerate(calls):
                started = time.perf_counter()
                call(*document)
                least[which] = min(least[which], time.perf_counter() - started)
        best = [a + b for a, b in zip(best, least, strict=True)]
    return [
        {
            "name": f"{what}, {how}",
            "ratio": round(ours / best[-1], 3),
            "unit": f"our time / {yardstick}",
            "detail": f"{1000 * ours:.1f} ms against {1000 * best[-1]:.1f} ms for {len(documents)} documents",
        }
        for how, ours in zip(("to located cells", "whole reading"), best, strict=False)
    ]


def _pool() -> dict[str, Any]:
    """Two reader processes against one, on text PDFs; each pool reads a few first, so that starting is not counted."""
    made = [make("pdf", seed, "form_2021", "full") for seed in range(24)]
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for number, one in enumerate(made):
            path = Path(folder) / f"{number}.pdf"
            path.write_bytes(one.data)
            jobs.append(Job(path, path.name))
        for readers in (1, 2):
            with ReaderPool(readers) as pool:
                list(pool.read(jobs[:4]))
                started = time.perf_counter()
                list(pool.read(jobs))
                seconds[readers] = time.perf_counter() - started
    load = os.getloadavg()[0]
    return {
        "name": "reader pool, two processes for one",
        "ratio": round(seconds[1] / seconds[2], 3),
        "unit": "time of one / time of two",
        "detail": f"{seconds[1]:.2f} s against {seconds[2]:.2f} s for {len(made)} PDFs; load {load:.1f} before",
    }
