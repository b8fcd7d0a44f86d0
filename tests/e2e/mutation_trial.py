"""Damage sound documents in thousands of ways and read them all; nothing may hang, vanish or disturb another.

    python -m tests.e2e.mutation_trial [--count 5000] [--seed 1] [--keep FOLDER]

Not collected by pytest: it takes minutes. Every twentieth document is sound; its reading must be what it is when
it is read alone. Exit status 0 when each document has a reading or a reason, none took longer than the deadline,
the parent's memory stayed as it was, and no damage that leaves the numbers alone gave a wrong number that is not
marked; 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.pool import Job, PoolLimits, ReaderPool
from tests.generator import Made
from tests.generator.score import score
from tests.mutations import Mutation, mutate, shape, sound

TEXTS = (
    ("html", "clean"),
    ("html", "word"),
    ("html", "gb18030"),
    ("html", "nested"),
    ("text", "tabs"),
    ("text", "pipes"),
    ("docx", "clean"),
    ("docx", "spans"),
    ("docx", "nested"),
    ("pdf", "full"),
    ("pdf", "no_verticals"),
)
PICTURES = (("picture", "150"), ("scan", "150"))
#: One in so many is a picture: they take a hundred times as long.
PICTURE_EVERY = 60
SENTINEL_EVERY = 20
DEADLINE = 90.0
#: What the parent may grow between the first fifth of the documents and the last: the allocator's play.
PLAY = 24 << 20


@dataclass
class Outcome:
    """What a trial found. wrong: numbers that are not the printed ones and are not marked."""

    documents: int = 0
    accounted: int = 0
    states: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    #: what a reader itself stumbled over: accounted for, and worth mending
    stumbles: Counter[str] = field(default_factory=Counter)
    unfit: list[str] = field(default_factory=list)
    disturbed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    sizes: list[int] = field(default_factory=list)

    @property
    def grown(self) -> int:
        """Bytes by which the parent's memory grew."""
        window = max(1, len(self.sizes) // 5)
        return max(self.sizes[-window:]) - max(self.sizes[:window])

    def faults(self) -> list[str]:
        """What must not be, in words."""
        found = [f"disturbed: {name}" for name in self.disturbed] + [f"silent: {line}" for line in self.wrong]
        found += [f"not even sound documents are read: {name}" for name in self.unfit]
        if self.accounted != self.documents:
            found.append(f"{self.documents - self.accounted} documents are not accounted for")
        if self.slowest > DEADLINE + 10:
            found.append(f"a document took {self.slowest:.0f} seconds")
        if self.grown > PLAY:
            found.append(f"the parent grew by {self.grown >> 20} MB")
        return found


def trial(
    count: int,
    seed: int,
    *,
    texts: Sequence[tuple[str, str]] = TEXTS,
    pictures: Sequence[tuple[str, str]] = PICTURES,
    readers: int | None = None,
    keep: Path | None = None,
) -> Outcome:
    """Read `count` damaged documents, sound ones among them. keep: where wrongly read ones are left."""
    chance = random.Random(seed)
    cheap, dear = sound(seed, texts), sound(seed, pictures)
    alone = _alone(cheap)
    unfit = [
        name for name, body in alone.items() if json.loads(body)["status"] not in ("complete", "partial")
    ]
    outcome = Outcome(unfit=unfit)
    with tempfile.TemporaryDirectory(prefix="mutation-trial-") as scratch:
        jobs = _jobs(Path(scratch), count, chance, cheap, dear)
        limits = PoolLimits(seconds=DEADLINE)
        with ReaderPool(readers, shape=shape, limits=limits) as pool:
            for result in pool.read(_counted(jobs, outcome)):
                _take(outcome, result.job.key, result.body, result.seconds, alone, keep)
                result.job.path.unlink()
    return outcome


def _alone(documents: Sequence[Made]) -> dict[str, bytes]:
    """Readings of sound documents, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mutation-trial-") as scratch:
        jobs = [_job(Path(scratch), document.name, document.data, document) for document in documents]
        with ReaderPool(shape=shape, limits=PoolLimits(documents=1)) as pool:
            return {result.job.name: result.body for result in pool.read(jobs)}


def _jobs(
    folder: Path, count: int, chance: random.Random, cheap: Sequence[Made], dear: Sequence[Made]
) -> Iterator[Job]:
    for number in range(count):
        if number % SENTINEL_EVERY == 0:
            document = cheap[number // SENTINEL_EVERY % len(cheap)]
            yield _job(folder, f"{number}-{document.name}", document.data, document)
        of = dear if dear and number % PICTURE_EVERY == PICTURE_EVERY - 1 else cheap
        mutation = mutate(chance.choice(of), number, chance)
        yield _job(folder, mutation.name, mutation.data, mutation)


def _job(folder: Path, name: str, data: bytes, key: Made | Mutation) -> Job:
    path = folder / name
    path.write_bytes(data)
    return Job(path, name, key=key)


def _counted(jobs: Iterator[Job], outcome: Outcome) -> Iterator[Job]:
    for job in jobs:
        outcome.documents += 1
        yield job


def _take(
    outcome: Outcome,
    of: Made | Mutation,
    body: bytes,
    seconds: float,
    alone: dict[str, bytes],
    keep: Path | None,
) -> None:
    outcome.slowest = max(outcome.slowest, seconds)
    outcome.sizes.append(_resident())
    found = json.loads(body)
    if isinstance(of, Made):
        outcome.accounted += 1
        outcome.states["sound"] += 1
        if body != alone[of.name]:
            outcome.disturbed.append(of.name)
        return
    outcome.accounted += found["status"] != "unreadable" or bool(found["reason"])
    outcome.states[found["status"]] += 1
    if found["status"] == "unreadable":
        outcome.codes.update({issue["code"] for issue in found["issues"]})
        if any(issue["code"] == "reader_failed" for issue in found["issues"]):
            outcome.stumbles[f"{of.of.format}: {found['reason'][:160]}"] += 1
            if keep is not None:
                (keep / of.name).write_bytes(of.data)
    if of.telling:
        errors = score(found, of.of.gold).errors
        outcome.wrong += [f"{of.name}: {error}" for error in errors]
        if errors and keep is not None:
            (keep / of.name).write_bytes(of.data)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """The trial; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    print(f"seed {options.seed}", flush=True)
    started = time.monotonic()
    outcome = trial(options.count, options.seed, keep=options.keep)
    print(
        f"{outcome.documents} documents in {time.monotonic() - started:.0f} s, the slowest {outcome.slowest:.1f} s"
    )
    print("by status:", ", ".join(f"{count} {name}" for name, count in outcome.states.most_common()))
    print("unreadable for:", ", ".join(f"{count} {code}" for code, count in outcome.codes.most_common()))
    print(f"the parent's memory changed by {outcome.grown / 1e6:.1f} MB")
    for stumble, count in outcome.stumbles.most_common():
        print(f"{count} times, {stumble}")
    for fault in outcome.faults():
        print(fault)
    return 1 if outcome.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
