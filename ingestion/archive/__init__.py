"""The archive: what came in, unchanged, and the logs of where it came from.

`snapshots`: documents by the sha256 of their content, with the log of additions. `warc`: what servers
answered, byte by byte, and `warc_records`: one record of it. `fetches`: one row for every fetch, for
analysts. Does not belong here: fetching (crawl), understanding (extract).
"""

from ingestion.archive.snapshots import (
    MANUAL_SOURCE,
    MAX_BYTES,
    Archive,
    ArchiveError,
    FetchRecord,
    FolderSource,
    Snapshot,
    SnapshotDamaged,
    SnapshotMissing,
    SourceSync,
)

__all__ = [
    "MANUAL_SOURCE",
    "MAX_BYTES",
    "Archive",
    "ArchiveError",
    "FetchRecord",
    "FolderSource",
    "Snapshot",
    "SnapshotDamaged",
    "SnapshotMissing",
    "SourceSync",
]
