"""Limits on what one document may cost, and the refusal when one is exceeded.

Belongs here: the constants with the case that taught each, and the checks that compare a measured figure with
them. A worker process with memory and time limits comes later; these limits keep the readers alive inside
one process: nothing here lets a document grow by more than a constant factor of its bytes.
Exceeding a limit raises `UnreadableInput` with a code that begins with `quarantined`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ingestion.extract.model import UnreadableInput

#: What C and C++ libraries say when memory ends: before they end the process, or in exceptions of their own.
SIGNS_OF_NO_MEMORY = (
    "bad_alloc", "MemoryError", "out of memory", "Out of memory", "OutOfMemory", "annot allocate memory"
)  # fmt: skip
#: Bytes of any document. Real reports stay below 30 MB even as scans.
MAX_BYTES = 64 * 1024 * 1024
#: Bytes (and decoded characters) of an HTML or text document. Measured: every HTML parser needs 3 GiB of
#: memory for 104 MB; a report saved by Word with its pictures inside stays below 10 MB.
MAX_TEXT = 16 * 1024 * 1024
#: Elements inside one another; libxml2 refuses at the same depth and says so. Unclosed <font> tags of real
#: Word pages reach a few hundred.
MAX_DEPTH = 2048
#: Tables inside one another. Page layouts of the 2000s reach ten.
MAX_NESTED_TABLES = 64
#: HTML gives a colspan above 1000 the value 1000; such a cell covers here what the other rows leave it.
MAX_COLSPAN = 1000
#: Grid places covered by cells of one document, spans included (300 cells of 65534 x 1000 kill pandas).
MAX_PLACES = 2_000_000
#: Cells of one document. The largest real annual report has some thousands.
MAX_CELLS = 200_000
#: Text blocks, grids and pictures of one document.
MAX_BLOCKS = 300_000
#: Tags of an HTML document, and lines of a text: each becomes some hundred bytes of memory. 10 MB of Word's
#: HTML have 120,000 tags.
MAX_TAGS = 500_000
MAX_LINES = 1_000_000
#: How often the clock is asked, in blocks or cells.
_CLOCK_EVERY = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one reading; the defaults are the documented constants. seconds: None = no clock."""

    max_bytes: int = MAX_BYTES
    max_text: int = MAX_TEXT
    max_depth: int = MAX_DEPTH
    max_nested_tables: int = MAX_NESTED_TABLES
    max_places: int = MAX_PLACES
    max_cells: int = MAX_CELLS
    max_blocks: int = MAX_BLOCKS
    max_tags: int = MAX_TAGS
    max_lines: int = MAX_LINES
    seconds: float | None = None


DEFAULT_LIMITS = Limits()


@dataclass(slots=True)
class Budget:
    """What one document has used so far. Every method raises `UnreadableInput` when a limit is passed."""

    limits: Limits = DEFAULT_LIMITS
    cells: int = 0
    places: int = 0
    blocks: int = 0
    _ticks: int = 0
    _started: float = field(default_factory=time.monotonic)

    def check_bytes(self, n_bytes: int) -> None:
        """Refuses a file by its size, before anything looks into it."""
        if n_bytes > self.limits.max_bytes:
            raise refusal("quarantined_bytes", "the file has {} bytes", n_bytes, self.limits.max_bytes)

    def check_text_bytes(self, n_bytes: int) -> None:
        """Refuses an HTML or text file by its size, before it is decoded."""
        if n_bytes > self.limits.max_text:
            raise refusal("quarantined_bytes", "the text file has {} bytes", n_bytes, self.limits.max_text)

    def check_chars(self, n_chars: int) -> None:
        """Refuses a text by its length after decoding or unescaping."""
        if n_chars > self.limits.max_text:
            raise refusal("quarantined_chars", "the text has {} characters", n_chars, self.limits.max_text)

    def check_tags(self, text: str) -> None:
        """Refuses markup by its number of tags, before it is parsed."""
        if len(text) > 3 * self.limits.max_tags:
            n_tags = text.count("<")
            if n_tags > self.limits.max_tags:
                raise refusal("quarantined_tags", "the page has {} tags", n_tags, self.limits.max_tags)

    def check_lines(self, text: str) -> None:
        """Refuses a text by its number of lines."""
        if len(text) > self.limits.max_lines:
            n_lines = text.count("\n") + text.count("\r")
            if n_lines > self.limits.max_lines:
                raise refusal("quarantined_lines", "the text has {} lines", n_lines, self.limits.max_lines)

    def check_nested_tables(self, depth: int) -> None:
        """Refuses tables inside tables inside tables."""
        if depth > self.limits.max_nested_tables:
            limit = self.limits.max_nested_tables
            raise refusal("quarantined_nested_tables", "tables are nested {} deep", depth, limit)

    def add_cells(self, cells: int = 1) -> None:
        """Counts cells, as soon as they are seen."""
        self.cells += cells
        if self.cells > self.limits.max_cells:
            raise refusal("quarantined_cells", "the tables have {} cells", self.cells, self.limits.max_cells)

    def add_places(self, places: int) -> None:
        """Counts the grid places that cells cover with their spans."""
        self.places += places
        if self.places > self.limits.max_places:
            limit = self.limits.max_places
            raise refusal("quarantined_spans", "cells with their spans cover {} places", self.places, limit)

    def add_block(self) -> None:
        """Counts a text block, a grid or a picture."""
        self.blocks += 1
        if self.blocks > self.limits.max_blocks:
            limit = self.limits.max_blocks
            raise refusal("quarantined_blocks", "the document has {} blocks of text", self.blocks, limit)
        if self.limits.seconds is not None:
            self.tick()

    def tick(self) -> None:
        """Asks the clock now and then; raises when the time is up."""
        self._ticks += 1
        limit = self.limits.seconds
        if limit is None or self._ticks % _CLOCK_EVERY:
            return
        used = time.monotonic() - self._started
        if used > limit:
            reason = f"reading took {used:.1f} seconds, the limit is {limit:g}"
            raise UnreadableInput("quarantined_time", reason)


def refusal(code: str, what: str, measured: int, limit: int) -> UnreadableInput:
    """The exception for a passed limit; `what` has one {} for the measured figure."""
    return UnreadableInput(code, f"{what.format(f'{measured:,}')}, the limit is {limit:,}")


def is_want_of_memory(error: BaseException) -> bool:
    """Whether a library failed because there was not enough memory: a fresh process may well read the same.

    onnxruntime and OpenCV raise exceptions of their own and say it in words (std::bad_alloc); pdfplumber puts
    the MemoryError into an exception of its own.
    """
    if any(isinstance(one, MemoryError) for one in (error, *error.args)):
        return True
    return any(sign in str(error) for sign in SIGNS_OF_NO_MEMORY)
