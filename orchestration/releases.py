"""What releases there are.

Belongs here: listing, finding, pruning. Not here: making a release (`publish`), comparing two
(`release_diff`, `changelog`).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from orchestration.publish import CURRENT, read_manifest


class NoSuchRelease(Exception):
    """The name is neither a release id, nor a unique beginning of one, nor `current` or `previous`."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published release and whether `current` points to it."""

    id: str
    path: Path
    built_at: str
    row_counts: dict[str, int]
    previous: str | None
    is_current: bool


def list_releases(releases: Path) -> list[Release]:
    """All whole releases, oldest first."""
    current = (releases / CURRENT).resolve().name if (releases / CURRENT).is_symlink() else None
    found = []
    for folder in releases.iterdir() if releases.is_dir() else []:
        if folder.is_symlink() or folder.name.startswith("."):
            continue
        manifest = read_manifest(folder)
        if manifest is not None:
            found.append(
                Release(
                    manifest["id"],
                    folder,
                    manifest["built_at"],
                    manifest["row_counts"],
                    manifest["previous"],
                    folder.name == current,
                )
            )
    return sorted(found, key=lambda release: (release.built_at, release.id))


def find_release(releases: Path, name: str) -> Release:
    """The release called `name`: an id, a unique beginning or ending of one, `current`, or `previous`."""
    every = list_releases(releases)
    if name in ("current", "previous"):
        current = next((release for release in every if release.is_current), None)
        wanted = current.id if current and name == "current" else current.previous if current else None
        matches = [release for release in every if release.id == wanted]
    else:
        matches = [release for release in every if release.id == name]
        matches = matches or [r for r in every if r.id.startswith(name) or r.id.endswith(name)]
    if len(matches) != 1:
        known = ", ".join(release.id for release in every) or "none"
        problem = "several releases are" if matches else "no release is"
        raise NoSuchRelease(f"{problem} called {name!r}; there are: {known}")
    return matches[0]


def prune(releases: Path, keep: int) -> list[str]:
    """Remove all but the newest `keep` releases and the current one; returns the ids removed.

    The caller holds the run lock. A reader that has an old release open reads on: the system keeps its files
    until they are closed.
    """
    if keep < 1:
        raise ValueError("at least one release is kept")
    every = list_releases(releases)
    kept = {release.id for release in every[-keep:]} | {r.id for r in every if r.is_current}
    removed = []
    for release in every:
        if release.id not in kept:
            # renamed first, so that a reader of the list never sees half a release
            aside = release.path.rename(releases / f".pruned-{release.id}")
            shutil.rmtree(aside)
            removed.append(release.id)
    return removed
