"""Exit statuses of the `gongkai` command, and the one sentence that goes with a bad one.

Belongs here: the numbers and their meaning. Not here: which one a command ends with.
"""

from __future__ import annotations

from typing import NoReturn

import click

DONE, SOME_UNREAD, UNUSABLE, HELD, BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 130

EXIT_STATUS = """\b
Exit status:
  0  done; failing identities and missing tables are results, not problems
  1  done, but some documents could not be read, sites not fetched, or entries of the
     ledger fit nothing; they are listed
  2  wrong usage, or the input is not readable at all
  3  a gate held the release back; the old one stays
  4  the command itself failed, or another run holds the data root
"""


def fail(sentence: str, status: int) -> NoReturn:
    """One sentence on stderr, and out."""
    click.echo(f"gongkai: {sentence}", err=True)
    raise SystemExit(status)
