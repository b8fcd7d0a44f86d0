"""Whether the gates have passed for exactly the tables that lie there now.

Belongs here: remembering that they passed, and asking them where that is not known. Not here: the gates
themselves (`expectations.gates`).

The nightly job runs the gates as blocking checks. A release that someone launches on its own would go past
them, so publishing asks here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingestion.paths import DataRoot

if TYPE_CHECKING:
    from expectations.gate_rules import GateResult
    from expectations.suite_runs import Outcome

STAMP = "gates-passed"
#: What the gates themselves write there.
HISTORY = "expectation_runs"


class GateHeld(Exception):
    """A gate holds the release back; the message names each one with its count."""


def ask_gates(root: DataRoot, kept: list[Outcome] | None = None) -> list[GateResult]:
    """Run all gates on the tidy tables, and note it when none blocks; `kept` gets the suites' outcomes."""
    from expectations.gates import run_gates

    stamp = root.build / STAMP
    stamp.unlink(missing_ok=True)
    results = run_gates(root.tables) if kept is None else run_gates(root.tables, kept=kept)
    if not any(result.blocks for result in results):
        root.build.mkdir(parents=True, exist_ok=True)
        stamp.write_text(tables_digest(root), encoding="ascii")
    return results


def require_gates(root: DataRoot) -> None:
    """Raise GateHeld unless the gates passed for the tables as they are; asks them if that is not known."""
    stamp = root.build / STAMP
    if stamp.exists() and stamp.read_text("ascii") == tables_digest(root):
        return
    held = [result for result in ask_gates(root) if result.blocks]
    if held:
        raise GateHeld(said(held))


def said(results: Sequence[GateResult]) -> str:
    """Gates that hold a release back, in one line."""
    return "; ".join(f"{result.name}: {result.detail}" for result in results)


def tables_digest(root: DataRoot) -> str:
    """One digest over the bytes of all tidy tables but the history of what the gates answered."""
    digest = hashlib.sha256()
    for path in sorted(root.tables.glob("*.parquet")):
        if path.stem == HISTORY:
            continue
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
