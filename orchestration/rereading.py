"""Which documents are read again on purpose, although their reading is there.

Belongs here: understanding the wish. Not here: reading (`ingestion.readings`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingestion.archive import Snapshot
from ingestion.paths import DataRoot
from ingestion.readings import stored_readings


def chooser(
    root: DataRoot,
    everything: bool = False,
    sha256: Sequence[str] = (),
    source: Sequence[str] = (),
    year: Sequence[int] = (),
) -> Callable[[Snapshot], bool] | None:
    """A test for snapshots to read again, or None when nothing is wished.

    `sha256` are whole hashes or beginnings; `year` are report years as the documents were read the last time.
    """
    if everything:
        return lambda snapshot: True
    if not (sha256 or source or year):
        return None
    of_year = {
        stored.snapshot.sha256
        for stored in (stored_readings(root) if year else ())
        if stored.reading.headline.report_year in year
    }
    wanted = set(source)
    return lambda snapshot: (
        snapshot.sha256 in of_year
        or snapshot.sha256.startswith(tuple(sha256))
        or not wanted.isdisjoint(snapshot.sources)
    )
