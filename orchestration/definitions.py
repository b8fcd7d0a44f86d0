"""Assembly: everything under `orchestration/defs`, loaded as `dg` expects it. Nothing else belongs here."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """All definitions of the project: `dg list defs` prints them."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
