"""What made a release: the versions that go into its release.json."""

from __future__ import annotations

import subprocess
from importlib import metadata

from ingestion.paths import REPOSITORY
from ingestion.reader import reader_version
from orchestration.dbt import project_version


def code_versions() -> dict[str, str]:
    """Version of the package, of the checkout (where git knows it), of the reader and of the dbt project."""
    try:
        package = metadata.version("gongkai")
    except metadata.PackageNotFoundError:
        package = "not installed"
    versions = {"package": package, "reader": reader_version(), "dbt_project": project_version()}
    commit = _describe()
    return {**versions, "git": commit} if commit else versions


def _describe() -> str | None:
    if not (REPOSITORY / ".git").exists():
        return None
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--tags"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
