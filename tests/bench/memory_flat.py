"""Memory over 1,000 documents in one process: the last 100 may not need more than the first 100.

The documents differ: pages of Word HTML of many sizes, in three charsets, and the committed samples. A fresh
process reads them, so that nothing else's garbage is counted; it looks at its own resident memory after every
document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingestion.catalog import load_catalog
from ingestion.extract import read_document
from ingestion.recognise import recognise
from tests.bench._word_page import word_page

DOCUMENTS = 1000
WINDOW = 100
REPOSITORY = Path(__file__).parents[2]
SAMPLES = REPOSITORY / "data" / "samples"
CHARSETS = ("utf-8", "gb18030", "utf-16")


def run() -> list[dict[str, Any]]:
    """One row: the greatest resident memory within the last 100 documents over that within the first 100."""
    command = [sys.executable, "-m", "tests.bench.memory_flat"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    sizes: list[int] = json.loads(done.stdout)
    first, last = max(sizes[:WINDOW]), max(sizes[-WINDOW:])
    return [
        {
            "name": f"memory over {len(sizes):,} documents",
            "ratio": round(last / first, 3),
            "unit": f"peak of the last {WINDOW} / of the first {WINDOW}",
            "detail": f"{last / 1e6:.1f} MB against {first / 1e6:.1f} MB resident",
        }
    ]


def measure() -> list[int]:
    """Resident bytes after each of the documents."""
    catalog = load_catalog()
    documents = [path.read_bytes() for path in sorted(SAMPLES.glob("*.txt"))]
    for seed in range(12):
        page = word_page(100_000 + 10_000 * seed, seed).decode()
        documents.append(page.encode(CHARSETS[seed % len(CHARSETS)]))
    sizes = []
    for number in range(DOCUMENTS):
        data = documents[number % len(documents)]
        recognise(read_document(data, f"document {number}"), catalog)
        sizes.append(_resident())
    return sizes


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps(measure()))
