"""Documents that only LibreOffice can open, made into .docx: many files in one call, each accounted for.

Belongs here: finding the converter, running it where it can neither hang us nor run a macro nor reach the
network, telling which file it failed on, and the cache of what it made. Does not belong here: reading the
.docx (`ingestion.extract.word`), which documents are due (`ingestion.readings`).

For callers: `needs_converter(media_type)` tells whether a document is of such a kind, `converter_mark()`
what to put into the key of its reading ("" without a converter: then it waits, and is due again once there is
one). `convert(sources, folder)` gives one picklable `Conversion` a document; give it to `read_snapshot(...,
converted=...)`. What is in the cache already costs nothing, so a caller may simply ask for all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingestion.extract.model import UnreadableInput
from ingestion.extract.sniff import CONVERTED, DOCX, sniff

__all__ = [
    "Conversion",
    "Unconverted",
    "convert",
    "converter_available",
    "converter_mark",
    "needs_converter",
]

#: Files a call: enough that its start (1.8 s) does not count, few enough that a crash loses little.
BATCH = 40
#: Seconds without a new result after which a call is taken for hung; a cold start on a busy machine takes 10.
IDLE_SECONDS = 60.0
#: Seconds that a call may take in all, whatever it does: so many to start, and so many a file.
START_SECONDS, FILE_SECONDS = 60.0, 20.0
#: Memory of the converter, in KiB of address space: it maps 1.5 GiB before it reads anything.
MEMORY_KIB = 4 * 1024 * 1024
_POLL_SECONDS = 0.1
#: Changed when the way of calling changes what comes out.
_RECIPE = "1"

_FILTER = "docx:MS Word 2007 XML"
#: No macros, no links followed, no lock files, no network (a proxy that is not there).
_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Misc", "UseLocking", "false"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


@dataclass(frozen=True, slots=True)
class Unconverted:
    """A document to convert: where its bytes lie. sha256: hex digest of them."""

    sha256: str
    path: Path
    media_type: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a document: `docx` is the converted file, or None and then `reason` says why not.

    converter: name and version of what made it ("LibreOffice 7.4.7.2"), for people.
    """

    docx: Path | None
    converter: str
    reason: str | None = None


def needs_converter(media_type: str) -> bool:
    """Whether a document of this kind (as `sniff` tells it) is read through a converter."""
    return media_type in CONVERTED


def converter_available() -> bool:
    """Whether documents can be converted on this machine."""
    return bool(converter_mark())


def converter_mark() -> str:
    """Short name of the converter and its version ("lo-7.4.7.2-1"); "" where there is none.

    It belongs into the key of a reading: another converter may make another document.
    """
    program = _program()
    version = _version(program) if program else ""
    return f"lo-{version}-{_RECIPE}" if version else ""


def convert(
    sources: Sequence[Unconverted],
    folder: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    idle_seconds: float = IDLE_SECONDS,
) -> dict[str, Conversion]:
    """Converts documents, or takes them from the cache; one `Conversion` per sha256.

    folder: of the cache, `<data>/build/converted`; it holds `<mark>/<sha256>.docx` and may be deleted at any
    time. A document that the converter hangs on, crashes on or refuses gets a reason; its neighbours are
    converted all the same. Without a converter the result is empty. progress: gets (done, all).
    idle_seconds: how long the converter may take over one file.
    """
    mark, program = converter_mark(), _program()
    if not mark or program is None:
        return {}
    call = _Call(program, folder / mark, f"LibreOffice {_version(program)}", idle_seconds)
    (folder / mark).mkdir(parents=True, exist_ok=True)
    found: dict[str, Conversion] = {}
    due: list[Unconverted] = []
    for source in {source.sha256: source for source in sources}.values():
        kept = call.target(source)
        if kept.is_file():
            found[source.sha256] = Conversion(kept, call.name)
        else:
            due.append(source)
    n_all = len(found) + len(due)
    for start in range(0, len(due), BATCH):
        found.update(call.convert(due[start : start + BATCH]))
        if progress is not None:
            progress(len(found), n_all)
    return found


@dataclass(slots=True)
class _Call:
    """Calls of one converter; results go to `folder`."""

    program: str
    folder: Path
    name: str
    idle_seconds: float

    def target(self, source: Unconverted) -> Path:
        return self.folder / f"{source.sha256}.docx"

    def convert(self, batch: Sequence[Unconverted]) -> dict[str, Conversion]:
        """Every file of the batch, however many calls that takes.

        Files are converted in their order, so the first without a result is the one that stopped a call.
        What a call that ended well left out gets one more call: its fault may have been a neighbour's.
        """
        found: dict[str, Conversion] = {}
        left = list(batch)
        refused_before = False
        while left:
            stopped = self._run(left, found)
            left = [source for source in left if source.sha256 not in found]
            if stopped is not None and left:
                found[left[0].sha256] = Conversion(None, self.name, f"LibreOffice {stopped} on it")
                left = left[1:]
            elif refused_before or len(batch) == 1:
                reason = "LibreOffice cannot open it: damaged, protected by a password, or no such document"
                found.update({source.sha256: Conversion(None, self.name, reason) for source in left})
                left = []
            else:
                refused_before = True
        return found

    def _run(self, batch: Sequence[Unconverted], found: dict[str, Conversion]) -> str | None:
        """One call. Adds what came of it to `found`; returns how it was stopped, None if it ended well."""
        with tempfile.TemporaryDirectory(prefix="gongkai-converter-") as scratch:
            room = Path(scratch)
            inputs, outputs = room / "in", room / "out"
            _write_profile(room / "profile")
            inputs.mkdir()
            outputs.mkdir()
            names: list[str] = []
            for source in batch:
                # names of the world's files hold quotes, dashes and wildcards; the ending picks the filter
                name = f"{source.sha256}.{CONVERTED[source.media_type]}"
                shutil.copyfile(source.path, inputs / name)
                names.append(str(inputs / name))
            stopped = self._watch(room, names)
            for source in batch:
                made = outputs / f"{source.sha256}.docx"
                if _is_docx(made):
                    aside = self.folder / f".{source.sha256}.{os.getpid()}"
                    shutil.copyfile(made, aside)
                    aside.replace(self.target(source))
                    found[source.sha256] = Conversion(self.target(source), self.name)
        return stopped

    def _watch(self, room: Path, names: Sequence[str]) -> str | None:
        limited = f'ulimit -v {MEMORY_KIB} 2>/dev/null; ulimit -c 0; exec "$@"'
        command = [
            "/bin/sh",
            "-c",
            limited,
            "sh",
            self.program,
            f"-env:UserInstallation=file://{room}/profile",
        ]
        command += ["--headless", "--invisible", "--norestore", "--nolockcheck", "--nodefault", "--nologo"]
        command += ["--convert-to", _FILTER, "--outdir", str(room / "out"), *names]
        process = subprocess.Popen(
            command,
            cwd=room,
            env=_environment(room),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started = moved = time.monotonic()
        deadline = started + START_SECONDS + FILE_SECONDS * len(names)
        n_done = 0
        try:
            while process.poll() is None:
                time.sleep(_POLL_SECONDS)
                now = time.monotonic()
                n_now = sum(1 for _ in (room / "out").glob("*.docx"))
                if n_now != n_done:
                    n_done, moved = n_now, now
                if now - moved > self.idle_seconds:
                    return f"did not come to an end within {self.idle_seconds:.0f} s"
                if now > deadline:
                    return f"did not come to an end within {deadline - started:.0f} s"
            return None if process.returncode == 0 else f"crashed ({_ending(process.returncode)})"
        finally:
            _end(process)


def _ending(code: int) -> str:
    signal_number = -code if code < 0 else code - 128
    try:
        return signal.Signals(signal_number).name
    except ValueError:
        return f"exit status {code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the call and everything that it started."""
    # gone already, with all of its group, is well too
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _is_docx(path: Path) -> bool:
    try:
        # the directory of a ZIP is written last
        return sniff(path.read_bytes()) == DOCX and zipfile.is_zipfile(path)
    except (OSError, UnreadableInput):
        return False


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    user = profile / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">' + items + "</oor:items>",
        encoding="utf-8",
    )


def _environment(room: Path) -> Mapping[str, str]:
    """No display, no session, a home of its own."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ
    }
    return kept | {"HOME": str(room), "TMPDIR": str(room), "SAL_USE_VCLPLUGIN": "svp"}


def _program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


@lru_cache(maxsize=4)
def _version(program: str) -> str:
    """Version of the program as it tells it; "" where it does not run."""
    with tempfile.TemporaryDirectory(prefix="gongkai-converter-") as scratch:
        command = [program, f"-env:UserInstallation=file://{scratch}/profile", "--headless", "--version"]
        try:
            said = subprocess.run(
                command,
                env=_environment(Path(scratch)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
                check=True,
                start_new_session=True,
            ).stdout.decode("utf-8", "replace")
        except (OSError, subprocess.SubprocessError):
            return ""
    return next((word for word in said.split() if word[0].isdigit()), "")
