"""`gates.yml`, validated on load: which gates there are, and which of them hold a release back.

Belongs here: the file's shape, and matching answers with it. Does not belong here: how a gate finds its
answer (gates.py, mart_suites.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

GATES_FILE = Path(__file__).with_name("gates.yml")
#: Rows shown for a failed gate; the count in `detail` is always the whole.
SHOWN = 50

LooksAt = Literal["tables", "suites", "history", "marts"]
Effect = Literal["block", "warn"]
Loudness = Literal["error", "warn"]
Rows = list[dict[str, Any]]


class GateError(ValueError):
    """A gate file that cannot be used, or answers that do not fit it; the message says what."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GateRule(_Frozen):
    name: str = Field(pattern=r"^[a-z][a-z_]+$")
    looks_at: LooksAt
    effect: Effect
    says: str = Field(min_length=10)


class Grades(_Frozen):
    identity: Loudness
    inequality: Loudness
    smell: Loudness


class GateRules(_Frozen):
    """The whole file, in its order."""

    version: int
    gates: tuple[GateRule, ...] = Field(min_length=1)
    identities: Grades
    raised: Loudness

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [gate.name for gate in self.gates]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"gates named twice: {', '.join(twice)}")
        return self

    def looking_at(self, *places: LooksAt) -> tuple[GateRule, ...]:
        return tuple(gate for gate in self.gates if gate.looks_at in places)


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate's answer; `failing` holds up to SHOWN rows by key, `effect` is what the file says."""

    name: str
    passed: bool
    detail: str
    failing: list[dict[str, Any]] = field(default_factory=list)
    effect: Effect = "block"

    @property
    def blocks(self) -> bool:
        return not self.passed and self.effect == "block"


def answer(name: str, failing: Rows, what: str, looked_at: int) -> GateResult:
    """A gate's answer from the rows that fail it; `what` says what it wants."""
    detail = f"{what} ({looked_at} looked at)" if not failing else f"not so: {what}; {len(failing)} faults"
    return GateResult(name, not failing, detail, failing[:SHOWN])


def ruled(
    answers: Iterable[GateResult], *places: LooksAt, rules: GateRules | None = None
) -> list[GateResult]:
    """The answers with the effect that the file gives them, in its order.

    Raises GateError for an answer that the file does not know there, and for a gate without an answer.
    """
    by_name = {one.name: one for one in answers}
    wanted = (rules or load_gates()).looking_at(*places)
    unknown = sorted(by_name.keys() - {gate.name for gate in wanted})
    lacking = sorted({gate.name for gate in wanted} - by_name.keys())
    if unknown or lacking:
        raise GateError(
            f"{GATES_FILE.name} and the gates differ: not in the file {unknown}, not asked {lacking}"
        )
    return [replace(by_name[gate.name], effect=gate.effect) for gate in wanted]


def read_gates(path: Path) -> GateRules:
    """Read and validate a gate file. Raises GateError naming the file and the reason."""
    try:
        return GateRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise GateError(f"{path.name}: {error}") from error


@lru_cache(maxsize=2)
def load_gates(path: Path | None = None) -> GateRules:
    """The gates of the project (or of another file), read once."""
    return read_gates(path or GATES_FILE)
