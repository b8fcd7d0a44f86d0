"""The fixture web in a process of its own, for tests that kill the crawler beside it.

Writes {"port", "closed_port"} as JSON into the port file once it listens, and a line per answered request into
the log. Runs until it is terminated.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from tests.fixture_site import FixtureSite


async def serve(night: int, port_file: Path, log: Path | None) -> None:
    """Serve for ever."""
    async with FixtureSite(night, log) as site:
        aside = port_file.with_name(f"{port_file.name}.part")
        aside.write_text(json.dumps({"port": site.port, "closed_port": site.closed_port}))
        aside.replace(port_file)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fixture_site", description=__doc__)
    parser.add_argument("--night", type=int, default=1)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--log", type=Path)
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.night, chosen.port_file, chosen.log))
