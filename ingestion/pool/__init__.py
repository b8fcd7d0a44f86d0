"""Reader processes: documents are read where they can do no harm, several at a time.

Belongs here: what a reader process is given and gives back (`job`), its own side (`worker`), one process as
its parent sees it (`process`), and which process reads what, for how long and how often (`readers`). Does
not belong here: reading itself (`ingestion.reader`), what becomes of a reading (`ingestion.readings`,
`gongkai extract`).

A document decides what its reader does, so the parent never looks into one. It hands out paths and gets JSON
back, never a pickle; a reader that takes too long is killed, one that dies is replaced, and the document that
did it is quarantined with the reason.
"""

from ingestion.pool.conversions import conversions_of
from ingestion.pool.job import Job, Shape, Shaped, facts_of, read_job, reading_as_json, unread
from ingestion.pool.process import PoolFailed, PoolLimits
from ingestion.pool.readers import ReaderPool, Result, default_readers

__all__ = [
    "Job",
    "PoolFailed",
    "PoolLimits",
    "ReaderPool",
    "Result",
    "Shape",
    "Shaped",
    "conversions_of",
    "default_readers",
    "facts_of",
    "read_job",
    "reading_as_json",
    "unread",
]
