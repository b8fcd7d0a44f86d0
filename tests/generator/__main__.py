"""Write test documents, or read and score those that were written.

    python -m tests.generator --out DIR --count N --seed S [--formats html,pdf] [--conditions full,dashed]
                              [--forms form_2021] [--profile mixed] [--faults [NAMES]]
    python -m tests.generator --score DIR [--missed]

Each document gets NNNN.<ending> and NNNN.gold.json; one with companions gets a folder NNNN of its own. Exit
status of --score: 1 when there was a silent error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.generator.make import FORMATS, Wish, conditions, make_all
from tests.generator.score import score, summed, table


def write(arguments: argparse.Namespace) -> None:
    target: Path = arguments.out
    target.mkdir(parents=True, exist_ok=True)
    formats = arguments.formats.split(",") if arguments.formats else list(FORMATS)
    wanted = set(arguments.conditions.split(",")) if arguments.conditions else None
    forms = arguments.forms.split(",") if arguments.forms else [None]
    plan = [(fmt, c) for fmt in formats for c in conditions(fmt) if wanted is None or c in wanted]
    if not plan:
        raise SystemExit(f"no such conditions; there are { {f: conditions(f) for f in formats} }")
    faults: tuple[str, ...] = ()
    if arguments.faults is not None:
        faults = tuple(arguments.faults.split(",")) if arguments.faults else ("random",)
    wishes = [
        Wish(
            fmt, arguments.seed + n, forms[n // len(plan) % len(forms)], condition, arguments.profile, faults
        )
        for n, (fmt, condition) in ((n, plan[n % len(plan)]) for n in range(arguments.count))
    ]
    for number, made in enumerate(make_all(wishes)):
        name = f"{number:04d}"
        folder = target / name if made.companions else target
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.{made.name.rpartition('.')[2]}").write_bytes(made.data)
        for companion, data in made.companions.items():
            (folder / companion).write_bytes(data)
        gold = json.dumps(made.gold, ensure_ascii=False, indent=1)
        (folder / f"{name}.gold.json").write_text(gold + "\n", encoding="utf-8")


def pairs(folder: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    """Every document below `folder` that has a gold, with it."""
    for path in sorted(folder.rglob("*.gold.json")):
        stem = path.name.removesuffix(".gold.json")
        (document,) = (
            other for other in path.parent.glob(f"{stem}.*") if not other.name.endswith(".gold.json")
        )
        yield document, json.loads(path.read_text(encoding="utf-8"))


def read_plainly(documents: Sequence[Path]) -> Iterator[dict[str, object]]:
    """The JSON of each document, read in this process: for debugging and for profilers."""
    from ingestion.beside import FolderCompanions
    from ingestion.pool import Job, read_job
    from orchestration.contract import as_json

    for path in documents:
        yield as_json(read_job(Job(path, path.name, companions=FolderCompanions(path))))


def read_as_users_do(documents: Sequence[Path]) -> Iterator[dict[str, object]]:
    """The JSON of each document as `gongkai extract --json` gives it."""
    from orchestration.extraction import extract, files_of

    for extracted in extract(files_of(documents)):
        yield json.loads(extracted.text)


def read_and_score(arguments: argparse.Namespace) -> int:
    found = list(pairs(arguments.score))
    read = read_plainly if arguments.plain else read_as_users_do
    scores = []
    for (document, gold), reading in zip(found, read([path for path, _ in found]), strict=True):
        gold["document"] = f"{document.name} ({gold['document']}, {','.join(gold['faults'])})"
        scores.append((f"{gold['format']} {gold['condition']}", score(reading, gold)))
    sums = summed(scores)
    print(table(sums))
    for _, one in scores:
        for error in one.errors:
            print(f"SILENT {error}")
        if arguments.missed:
            for line in one.missing:
                print(f"missed {line}")
    return int(any(one.silent for one in sums.values()))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.generator", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--score", type=Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--formats")
    parser.add_argument("--conditions")
    parser.add_argument("--forms")
    parser.add_argument("--profile")
    parser.add_argument("--faults", nargs="?", const="", help="names of faults, or one or two at random")
    parser.add_argument("--missed", action="store_true", help="name each cell that was not read, too")
    parser.add_argument("--plain", action="store_true", help="read in this process, not in the pool")
    chosen = parser.parse_args(arguments)
    if chosen.out is None and chosen.score is None:
        parser.error("--out or --score")
    if chosen.out is not None:
        write(chosen)
    return read_and_score(chosen) if chosen.score is not None else 0


if __name__ == "__main__":
    sys.exit(main())
