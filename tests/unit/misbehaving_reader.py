"""A reader that does to its process what a document asks for: what parsers in C do with hostile bytes.

The pool's tests run it in reader processes, so it stands in a module that they can import by name.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

from ingestion.pool import Job, read_job
from ingestion.recognise.reading import Reading

#: What documents of the same process left behind.
_kept: list[bytearray] = []


def read(job: Job) -> Reading:
    """Reads a job whose bytes are a report; does otherwise what the first word of the bytes says."""
    word, _, rest = job.path.read_bytes()[:100].partition(b" ")
    if word == b"segfault":
        ctypes.string_at(0)
    elif word == b"abort":
        os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
        os.abort()
    elif word == b"killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == b"exit":
        sys.exit(3)
    elif word == b"hang":
        while True:
            pass
    elif word == b"sleep":
        time.sleep(float(rest))
    elif word == b"deaf":
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 30))
        time.sleep(600)
    elif word == b"memory":
        bytearray(1 << 40)
    elif word == b"slow-memory":
        while True:
            _kept.append(bytearray(32 << 20))
    elif word == b"leak":
        _kept.append(bytearray(int(rest)))
    elif word == b"need":
        bytearray(int(rest))
    elif word == b"babble":
        os.write(1, b"%PDF " * 1000)
        os.write(2, b"a warning\n" * 1000)
    elif word == b"forge":
        # what a document could do that has taken the process over: write where the frames go
        for descriptor in range(3, 200):
            try:
                os.write(descriptor, b"\x00" * 7 + b"\x09" + b"\x00" * 8 + b"not JSON!")
            except OSError:
                continue
        time.sleep(600)
    elif word == b"flood":
        for descriptor in range(3, 200):
            try:
                os.write(descriptor, b"\x7f" * 16)
            except OSError:
                continue
        time.sleep(600)
    return read_job(job)
