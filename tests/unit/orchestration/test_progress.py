"""Progress: plain lines where nobody looks at a terminal, and nothing of ours among other people's prints."""

import io
import subprocess
import sys
from pathlib import Path

from ingestion.paths import REPOSITORY
from orchestration.progress import Progress, tick


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_terminal_gets_whole_lines_only() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.tick("reading 1 of 2")
    progress.message("readings: read 2")
    progress.close()
    assert stream.getvalue().endswith(" s  readings: read 2\n")
    assert "\x1b" not in stream.getvalue()
    assert "reading 1 of 2" not in stream.getvalue()


def test_a_terminal_gets_a_changing_line_that_is_cleared() -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress.tick("reading 1 of 2")
    progress.message("readings: read 2")
    assert "reading 1 of 2" in stream.getvalue()
    assert stream.getvalue().index("\x1b[2K", 8) < stream.getvalue().index("readings: read 2")


def test_ticks_without_a_watcher_are_nothing() -> None:
    tick("reading 1 of 2")


def test_what_others_print_goes_to_the_log(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom orchestration.progress import watched\n"
        "with watched(Path(sys.argv[1])) as say:\n"
        "    say('ours')\n    print('theirs')\n    os.system('echo from a child; echo and this >&2')\n"
        "print('result')\n"
    )
    log = tmp_path / "logs" / "run.log"
    done = subprocess.run(
        [sys.executable, "-c", code, str(log)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "result\n"
    assert done.stderr.endswith(" s  ours\n")
    assert sorted(log.read_text("utf-8").split("\n")) == ["", "and this", "from a child", "theirs"]
