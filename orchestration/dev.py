"""`gongkai dev`: Dagster's UI and daemon, started so that they also stop.

Belongs here: starting and stopping the processes. Not here: what they show.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from ingestion.paths import REPOSITORY, DataRoot
from orchestration import home
from orchestration.dbt import prepare_manifest


def serve(root: DataRoot, port: int) -> int:
    """Serve until SIGINT or SIGTERM; the exit status of the server.

    The server starts processes of its own and shuts them down on SIGINT only. A shell that starts us in the
    background has SIGINT ignored, which children inherit: so it gets a session of its own with SIGINT
    restored, and both signals are handed on to that whole group.
    """
    home.prepare_home(root.dagster_home)
    prepare_manifest(root)  # once here, not in each process of the server
    scripts = Path(sys.executable).parent
    command = [str(scripts / "dg"), "dev", "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        **os.environ,
        "GONGKAI_DATA": str(root.root.resolve()),
        # as if the virtual environment were activated: dg compares it with the project's
        "VIRTUAL_ENV": str(scripts.parent),
        "PATH": os.pathsep.join([str(scripts), os.environ.get("PATH", os.defpath)]),
    }
    server = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )

    def stop(number: int, frame: FrameType | None) -> None:
        os.killpg(server.pid, signal.SIGINT)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    print(f"Dagster UI: http://127.0.0.1:{port} (Ctrl-C stops it)", file=sys.stderr, flush=True)
    status = server.wait()
    return 0 if status in (0, -signal.SIGINT) else status
