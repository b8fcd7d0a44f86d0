"""Documents for tests: lines of text, or the committed samples as they are read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ingestion.extract import read_document
from ingestion.extract.model import Block, Document, Locator, TextBlock

SAMPLES = Path(__file__).parents[3] / "data" / "samples"


@lru_cache
def sample(name: str) -> Document:
    """A sample of data/samples, extracted."""
    path = SAMPLES / f"{name}.txt"
    return read_document(path.read_bytes(), path.name)


def text_document(text: str, media_type: str = "text/plain") -> Document:
    """One text block a line, blank lines between paragraphs kept in the line numbers."""
    blocks: list[Block] = []
    position = 0
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped)
            place = Locator(line=number, char_start=start, char_end=start + len(stripped))
            blocks.append(TextBlock(stripped, place))
        position += len(line) + 1
    return Document("test.txt", "0" * 64, media_type, len(text.encode()), blocks=blocks)
