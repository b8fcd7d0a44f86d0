"""Progress for a person at a terminal: the run's own messages, and where in a long step it is.

Belongs here: how lines reach stderr while Dagster redirects it. Not here: what is said.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import dagster as dg


class Progress:
    """Lines for messages, and one changing line for progress where `stream` is a terminal.

    On anything but a terminal only messages are written, one a line, without colours or control codes.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = 0.0
        self._started = time.monotonic()
        self._lock = threading.Lock()

    def message(self, text: str) -> None:
        """A line that stays."""
        with self._lock:
            self._clear()
            passed = time.monotonic() - self._started
            self._stream.write(f"{passed:6.1f} s  {text}\n")
            self._stream.flush()

    def tick(self, text: str) -> None:
        """What is being done now; on a terminal only, at most ten times a second."""
        now = time.monotonic()
        if self._live and now - self._shown > 0.1:
            with self._lock:
                self._shown = now
                self._stream.write(f"\r\x1b[2K          {text[:100]}")
                self._stream.flush()

    def close(self) -> None:
        """Leave a clean line behind."""
        with self._lock:
            self._clear()
            self._stream.flush()

    def _clear(self) -> None:
        if self._live and self._shown:
            self._stream.write("\r\x1b[2K")


# Dagster builds its loggers by name, so the place where lines go cannot be handed in as an argument. A run
# that nobody watches in this process has none.
_watching: Progress | None = None


def tick(text: str) -> None:
    """Say what is being done now to whoever watches this process, if anyone does."""
    if _watching is not None:
        _watching.tick(text)


class _Terminal(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if _watching is None:
            return
        event = getattr(record, "dagster_event", None)
        meta = getattr(record, "dagster_meta", None) or {}
        if event is not None:
            if event.event_type_value == "STEP_START":
                _watching.tick(str(event.step_key))
            return
        said = str(meta.get("orig_message", record.getMessage()))
        # After a step that failed, Dagster says of each later one which of its 50 inputs were not made; the
        # sentence at the end names the step that failed.
        if record.levelno >= logging.INFO and not said.startswith("Dependencies for step "):
            _watching.message(said)


@dg.logger({}, "The run's own messages on the terminal of `gongkai run`.")
def terminal_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger that passes messages on to `Progress` and Dagster's events over."""
    logger = logging.Logger("gongkai.terminal", logging.DEBUG)
    logger.addHandler(_Terminal())
    return logger


@contextmanager
def watched(log_file: Path) -> Iterator[Callable[[str], None]]:
    """Watch this process: messages go to the real stderr, everything else that is printed to `log_file`.

    dbt, Great Expectations and Dagster print as they like, also from C and from child processes; results of
    ours belong on stdout alone. So both descriptors point to the log until the block ends.
    """
    global _watching
    log_file.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    with (
        os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace") as terminal,
        log_file.open("ab") as log,
    ):
        progress = _watching = Progress(terminal)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield progress.message
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            os.close(saved[0])
            os.close(saved[1])
            _watching = None
            progress.close()
