"""What a person sees of a long extraction: how far it is, and a table by format at its end. All on stderr.

Belongs here: counting results and wording the counts. Not here: reading, results themselves.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from orchestration.extraction import UNREAD, WAITING, Extracted

#: Issues of documents that can be read later: with a converter, or by a later version.
WAITING_FOR = frozenset({WAITING, "format_not_supported_yet"})

#: Seconds between two lines where stderr is no terminal.
EVERY = 5.0

_FORMATS = {
    "text/html": "web page",
    "multipart/related": "web page",
    "text/plain": "text",
    "application/pdf": "PDF",
    "application/msword": "Word (.doc)",
    "application/rtf": "RTF",
    "application/vnd.ms-works": "WPS",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word (.docx)",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.ms-excel": "Excel",
}
#: Columns of the table; those that would be empty are left out, except the first and the last two.
_STATES = (
    "complete",
    "partial",
    "blank form",
    "no tables",
    "not a report",
    "unreadable",
    "quarantined",
    "waiting",
    "part of a page",
)
_NUMBERS = ("cells read", "suspects")


class Tally:
    """Counts of results by format."""

    def __init__(self) -> None:
        self.done = self.kept = self.unread = 0
        self.statuses: set[str] = set()
        self._by_format: dict[str, Counter[str]] = {}

    def add(self, extracted: Extracted) -> None:
        """Counts one result."""
        facts = extracted.facts
        self.done += 1
        self.statuses.add(extracted.status)
        self.kept += extracted.kept
        self.unread += extracted.status in UNREAD
        counts = self._by_format.setdefault(_format_of(extracted), Counter())
        counts["documents"] += 1
        counts[_state_of(extracted)] += 1
        counts["cells read"] += facts.get("cells", 0)
        counts["suspects"] += facts.get("suspects", 0)

    def table(self) -> list[str]:
        """One line a format and one for all, under a heading."""
        rows = sorted(self._by_format.items())
        total: Counter[str] = Counter()
        for _, counts in rows:
            total.update(counts)
        if len(rows) > 1:
            rows.append(("all", total))
        shown = ["documents", *(state for state in _STATES if total[state]), *_NUMBERS]
        cells = [["format", *shown], *([name, *(f"{c[key]:,}" for key in shown)] for name, c in rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
        return [
            "  ".join(
                text.ljust(width) if column == 0 else text.rjust(width)
                for column, (text, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in cells
        ]


def _format_of(extracted: Extracted) -> str:
    media_type = extracted.facts.get("media_type")
    if media_type is None:
        return "part of a page" if extracted.part_of else "unknown"
    kind, _, rest = media_type.partition("/")
    return _FORMATS.get(media_type) or ("picture" if kind == "image" else rest)


def _state_of(extracted: Extracted) -> str:
    facts = extracted.facts
    if extracted.part_of is not None:
        return "part of a page"
    if facts["quarantined"]:
        return "quarantined"
    if not WAITING_FOR.isdisjoint(facts["codes"]):
        return "waiting"
    return extracted.status.replace("_", " ")


class Watcher:
    """Progress on `stream`: a bar on a terminal, a line every few seconds elsewhere."""

    def __init__(self, total: int, stream: TextIO, bar: Any = None) -> None:
        self.tally = Tally()
        self._total = total
        self._stream = stream
        self._bar = bar
        self._task = bar.add_task("reading", total=total) if bar is not None else None
        self._started = self._said = time.monotonic()

    def converting(self, done: int, total: int) -> None:
        """So many documents of an older format are converted."""
        self._show(f"converting {done} of {total} documents of older formats", 0)

    def done(self, extracted: Extracted) -> None:
        """One more is done."""
        self.tally.add(extracted)
        tally = self.tally
        words = f"{tally.done} of {self._total} documents"
        if tally.kept:
            words += f", {tally.kept} of them kept"
        if tally.unread:
            words += f", {tally.unread} could not be read"
        self._show(words, tally.done)

    def say(self, line: str) -> None:
        """A line that stays."""
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def release(self) -> None:
        """The bar is gone; lines go to the stream."""
        self._bar = None

    def _show(self, words: str, done: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, description=words)
            return
        now = time.monotonic()
        if now - self._said >= EVERY:
            self._said = now
            self.say(f"{now - self._started:6.1f} s  {words}")


@contextmanager
def watched(total: int, *, results_on_terminal: bool) -> Iterator[Watcher]:
    """Progress while the block runs, the table when it ends, however it ends.

    results_on_terminal: results go to the terminal as well and show by themselves how far it is.
    """
    stream = sys.stderr
    if total < 2:
        yield Watcher(total, stream)
        return
    if not stream.isatty() or results_on_terminal:
        watcher = Watcher(total, stream)
        try:
            yield watcher
        finally:
            _close(watcher)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), TimeRemainingColumn())
    # results go to stdout, which is no business of the bar's
    bar = Progress(*columns, console=Console(stderr=True), redirect_stdout=False, redirect_stderr=False)
    watcher = Watcher(total, stream)
    try:
        with bar:
            watcher = Watcher(total, stream, bar)
            yield watcher
    finally:
        watcher.release()
        _close(watcher)


def _close(watcher: Watcher) -> None:
    for line in watcher.tally.table():
        watcher.say(line)
