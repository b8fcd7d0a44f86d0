"""Writing Dagster's history without waiting for the disk at every event.

Belongs here: how SQLite below DAGSTER_HOME is written while a run goes on. Not here: what is written.

A small run writes some hundred events, and Dagster opens, commits and closes a connection for each: several
seconds of waiting for fsync. In WAL mode `synchronous=NORMAL` is safe (a power cut can lose the last events,
never the file), and the log is merged into the database, with fsync, when the last connection closes: so one
connection to each database stays open until the end. Dagster makes a new engine for each of them as well, and
an engine that is new must put every statement into words again: a second or two of a small run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def unhurried() -> Iterator[None]:
    """Within the block, SQLite databases that SQLAlchemy opens are written as said above."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    kept: dict[str, sqlite3.Connection] = {}

    def connected(connection: Any, record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous=normal")
        file = connection.execute("select file from pragma_database_list where name = 'main'").fetchone()[0]
        mode = connection.execute("pragma journal_mode").fetchone()[0]
        if file and file not in kept and mode == "wal":
            keeper = sqlite3.connect(file, check_same_thread=False)
            keeper.execute("select count(*) from sqlite_master").fetchone()  # opens the log, takes no lock
            kept[file] = keeper

    event.listen(Engine, "connect", connected)
    try:
        with _engines_kept():
            yield
    finally:
        event.remove(Engine, "connect", connected)
        for keeper in kept.values():
            with suppress(sqlite3.Error):
                keeper.close()


@contextmanager
def _engines_kept() -> Iterator[None]:
    """Within the block Dagster's event log gets one engine a database instead of one an event."""
    from dagster._core.storage.event_log.sqlite import sqlite_event_log

    log: Any = sqlite_event_log  # Dagster gives no other way in
    make = log.create_engine
    made: dict[tuple[str, str], Any] = {}

    def create_engine(url: str, **options: Any) -> Any:
        key = url, repr(sorted(options.items()))
        if key not in made:
            made[key] = make(url, **options)
        return made[key]

    log.create_engine = create_engine
    try:
        yield
    finally:
        log.create_engine = make
