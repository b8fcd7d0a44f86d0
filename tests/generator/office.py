"""Documents put through LibreOffice, where it is installed: PDF as it prints, .doc and .rtf as it writes them.

Belongs here: calling it. `SOFFICE` is None where there is none; nothing here is needed by `make test`.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

SOFFICE = shutil.which("soffice")
#: LibreOffice's names of what it writes
_FILTERS = {"pdf": "pdf:writer_pdf_Export", "doc": "doc:MS Word 97", "rtf": "rtf:Rich Text Format"}


def convert(documents: Mapping[str, bytes], ending: str, seconds: float = 600) -> dict[str, bytes]:
    """Every .docx (name -> bytes) converted, in one call with a profile of its own; names stay the same.

    Raises RuntimeError when one is missing afterwards.
    """
    if SOFFICE is None:
        raise RuntimeError("soffice is not installed")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "in").mkdir()
        sources = []
        for number, data in enumerate(documents.values()):
            source = root / "in" / f"{number:05d}.docx"
            source.write_bytes(data)
            sources.append(source)
        subprocess.run(
            [
                SOFFICE,
                f"-env:UserInstallation={(root / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                _FILTERS[ending],
                "--outdir",
                str(root / "out"),
                *map(str, sources),
            ],
            check=True,
            capture_output=True,
            timeout=seconds,
        )
        found = {}
        for name, source in zip(documents, sources, strict=True):
            target = root / "out" / f"{source.stem}.{ending}"
            if not target.is_file():
                raise RuntimeError(f"LibreOffice wrote nothing for {name}")
            found[name] = target.read_bytes()
        return found
