"""Files on this machine that are given to the archive: which ones a path means, and opening them safely.

Belongs here: searching folders, links, hidden entries, what is refused before its bytes are looked at. Not
here: keeping bytes (`archive`) and understanding them (`extract`). Nothing is passed over in silence except
what is hidden, what the program made itself, and links to what is found anyway.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

#: Larger files are refused: no report is that long, and a disk image given by mistake would fill the archive.
MAX_BYTES = 200_000_000

_CHUNK = 1 << 20


class Refused(Exception):
    """A file that is not taken in; the message is the reason, fit for the log."""


class Found(NamedTuple):
    """A file that a path means. name: how the log calls it. refusal: why it is not taken in, if it is not."""

    file: Path
    name: str
    refusal: str | None


def files_at(path: Path, passed_over: Iterable[Path] = ()) -> Iterator[Found]:
    """The file at `path`, or everything below the folder, in the order of names.

    passed_over: folders that are not searched. A path that does not exist is found too: opening it refuses.
    """
    if not path.is_dir():
        yield Found(path, printable(path.name), None)
        return
    folder = path.resolve()
    yield from _files_below(folder, folder, {other.resolve() for other in passed_over})


def files_of_source(place: Path, listed: Sequence[str], passed_over: Iterable[Path] = ()) -> Iterator[Found]:
    """The files of a source: a file, a folder, or a pattern in a folder (its last part, such as *.txt).

    listed: names that the source knows of. Without a pattern they are all that a folder means; one that is
    not there is found as a refusal.
    """
    if any(sign in place.name for sign in "*?["):
        matches = [match for match in sorted(place.parent.glob(place.name)) if not match.name.startswith(".")]
        found = [entry for match in matches for entry in files_at(match, passed_over)]
    elif listed and not place.is_file():
        found = [Found(place / name, name, None) for name in listed if (place / name).exists()]
    else:
        found = list(files_at(place, passed_over))
    yield from found
    names = {entry.name for entry in found}
    for name in listed:
        if name not in names:
            yield Found(place, name, "listed by its source, but there is no such file")


def opened(file: Path, max_bytes: int) -> BinaryIO:
    """The file, open for reading. Raises Refused for what is not a readable regular file of bearable size."""
    try:
        # O_NONBLOCK: opening a named pipe would wait for its writer for ever
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(_sentence(error)) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise Refused("not a regular file")
    if status.st_size > max_bytes:
        os.close(descriptor)
        raise Refused(_too_large(max_bytes))
    return os.fdopen(descriptor, "rb")


def chunks_of(stream: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """The stream's bytes. Raises Refused when it cannot be read on, or grows beyond what is taken."""
    total = 0
    while True:
        try:
            chunk = stream.read(_CHUNK)
        except OSError as error:
            raise Refused(_sentence(error)) from None
        if not chunk:
            return
        total += len(chunk)
        if total > max_bytes:
            raise Refused(_too_large(max_bytes))
        yield chunk


def printable(name: str) -> str:
    """A file name as text: UTF-8, else GB18030 (zip files from Chinese Windows), else with U+FFFD."""
    raw = os.fsencode(name)
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _files_below(top: Path, folder: Path, passed_over: set[Path]) -> Iterator[Found]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Found(folder, printable(folder.relative_to(top).as_posix()), _sentence(error))
        return
    for entry in entries:
        if entry.name.startswith(".") or entry in passed_over:
            continue
        name = printable(entry.relative_to(top).as_posix())
        if entry.is_symlink():
            refusal = _refusal_of_link(entry, top)
            if refusal:
                yield Found(entry, name, refusal)
        elif entry.is_dir():
            yield from _files_below(top, entry, passed_over)
        else:
            yield Found(entry, name, None)


def _refusal_of_link(link: Path, top: Path) -> str | None:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a circle of links, up to Python 3.12
        return "a symbolic link that leads nowhere"
    return None if target.is_relative_to(top) else "a symbolic link that leads out of the folder"


def _too_large(max_bytes: int) -> str:
    return f"larger than {max_bytes:,} bytes"


def _sentence(error: OSError) -> str:
    """The system's word for the error, without the path: paths of machines do not belong in the log."""
    return (error.strerror or type(error).__name__).lower()
