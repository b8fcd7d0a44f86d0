"""Who may import whom: the walls of the house, enforced.

Each room names the rooms and the libraries that its modules may import; what is not named is forbidden. To open
a door, add it here with its reason. Imports inside functions and for type checking count like any other.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.paths import REPOSITORY

PACKAGES = ("ingestion", "expectations", "orchestration")


@dataclass(frozen=True)
class Room:
    """rooms: modules of ours, each with everything below it, beside the room itself. libraries: of others."""

    rooms: frozenset[str]
    libraries: frozenset[str] = frozenset()


def room(*rooms: str, libraries: str = "") -> Room:
    return Room(frozenset(rooms), frozenset(libraries.split()))


# The longest matching name wins. The document model is all that recognise and normalise know of extract, so a
# new format changes neither.
ROOMS = {
    "ingestion": room(),
    "ingestion.paths": room(),
    "ingestion.catalog": room(libraries="pydantic yaml pyarrow"),  # pyarrow: the catalog as warehouse tables
    # It knows bytes as text and kinds of files by their bytes, as extract tells them, and nothing of reports.
    "ingestion.crawl": room(
        "ingestion.archive",
        "ingestion.catalog",
        "ingestion.extract.decode",
        "ingestion.extract.model",
        "ingestion.extract.sniff",
        "ingestion.paths",
        libraries="httpcore2 httpx2 lxml protego pydantic selectolax yaml",
    ),
    "ingestion.archive": room(
        "ingestion.paths", "ingestion.fetch_log", "ingestion.local_files", libraries="pyarrow warcio"
    ),
    "ingestion.fetch_log": room(),
    "ingestion.local_files": room(),
    "ingestion.extract": room(
        "ingestion.extract.pdf",
        "ingestion.extract.scan",
        libraries="lxml selectolax pypdfium2 python_calamine numpy",
    ),
    # pdfminer: pdfplumber's own parser, whose objects and errors pass through
    "ingestion.extract.pdf": room("ingestion.extract", libraries="pdfplumber pdfminer pypdfium2 numpy PIL"),
    # rapidocr: only its models and settings; the engine under it is asked directly
    "ingestion.extract.scan": room("ingestion.extract", libraries="cv2 numpy PIL rapidocr onnxruntime"),
    # yaml and pydantic: the lexicons of headline and narrative are files of the catalog, typed beside their use
    "ingestion.recognise": room("ingestion.catalog", "ingestion.extract.model", libraries="pydantic yaml"),
    "ingestion.normalise": room(
        "ingestion.catalog",
        "ingestion.extract.model",
        "ingestion.paths",
        "ingestion.readings",
        "ingestion.recognise.reading",
        "ingestion.resolve",
        libraries="pandas pyarrow numpy",
    ),
    # Printed names against the register: it knows no document.
    "ingestion.resolve": room("ingestion.catalog"),
    # One document from bytes to reading, and the store of readings: where the rooms before them meet.
    "ingestion.reader": room(
        "ingestion.carriers",
        "ingestion.catalog",
        "ingestion.converter",
        "ingestion.extract",
        "ingestion.recognise",
    ),
    # A page and the files beside it, put together of what extract and recognise give; it finds no file itself.
    "ingestion.carriers": room("ingestion.extract", "ingestion.recognise"),
    # Files beside a page, on disk or in the archive: it asks the log, and knows how a page names files.
    "ingestion.beside": room(
        "ingestion.archive",
        "ingestion.converter",
        "ingestion.extract.companions",
        "ingestion.extract.references",
        "ingestion.extract.sandbox",
        "ingestion.fetch_log",
        "ingestion.local_files",
        "ingestion.paths",
    ),
    # It knows formats by their bytes, as extract tells them, and nothing that is in them.
    "ingestion.converter": room("ingestion.extract.model", "ingestion.extract.sniff"),
    # Processes that read: what they may cost, and the bytes they are given.
    "ingestion.pool": room(
        "ingestion.catalog",
        "ingestion.converter",
        "ingestion.extract.allowance",
        "ingestion.extract.companions",
        "ingestion.extract.model",
        "ingestion.extract.sandbox",
        "ingestion.extract.sniff",
        "ingestion.local_files",
        "ingestion.reader",
        "ingestion.recognise.reading",
    ),
    "ingestion.readings": room(
        "ingestion.archive",
        "ingestion.beside",
        "ingestion.converter",
        "ingestion.paths",
        "ingestion.pool",
        "ingestion.reader",
        "ingestion.recognise.reading",
    ),
    "expectations": room(
        "ingestion.catalog",
        "ingestion.normalise.schemas",
        "ingestion.paths",
        libraries="pandas pyarrow numpy scipy pydantic yaml great_expectations",
    ),
}

# orchestration may import everything; nobody imports it
FREE = "orchestration"

# Only crawl touches the network; orchestration has a webhook.
NETWORK = {
    "urllib.request",
    "http.client",
    "socket",
    "ssl",
    "ftplib",
    "smtplib",
    "asyncio",
    "xmlrpc",
    "http.server",
}
MAY_TOUCH_THE_NETWORK = ("ingestion.crawl", "orchestration")

# Libraries that only one floor of the house may know, stated apart from the rooms so that neither list can be
# loosened unseen.
NEVER = {
    "ingestion": {"dagster", "dagster_dbt", "dbt", "duckdb", "great_expectations"},
    "expectations": {"dagster", "dagster_dbt", "dbt"},
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            parts = path.relative_to(REPOSITORY).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(source: str, module: str, is_package: bool) -> set[str]:
    """Everything the source imports, absolute; `from a import b` counts as a.b where it may be a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".") if is_package else module.split(".")[:-1]
                above = parents[: len(parents) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            found.update(
                f"{base}.{alias.name}" if _is_ours(f"{base}.{alias.name}") else base for alias in node.names
            )
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


def _is_ours(name: str) -> bool:
    path = REPOSITORY.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def room_of(module: str) -> str:
    return max((name for name in ROOMS if within(module, name)), key=len)


def forbidden(module: str, imported: str) -> str | None:
    """Why `module` may not import `imported`, or None."""
    top = imported.partition(".")[0]
    if top == "tests":
        return "tests are imported by nobody"
    if any(within(imported, name) for name in NETWORK) and not any(
        within(module, name) for name in MAY_TOUCH_THE_NETWORK
    ):
        return "only crawl touches the network"
    if within(module, FREE):
        return None
    for package, never in NEVER.items():
        if within(module, package) and top in never:
            return f"{package} never imports {top}"
    name = room_of(module)
    if top in PACKAGES:
        # the package itself holds nothing but its docstring
        if imported == "ingestion" or room_of_own(imported, name):
            return None
        if any(within(imported, door) for door in ROOMS[name].rooms):
            return None
        return f"{name} has no door to {imported}"
    if top in sys.stdlib_module_names or top in ROOMS[name].libraries:
        return None
    return f"{name} does not use the library {top}"


def room_of_own(imported: str, name: str) -> bool:
    return name != "ingestion" and within(imported, name) and room_of(imported) == name


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=[name for name, _ in modules()])
def test_a_module_imports_only_what_its_room_may(module: str, path: Path) -> None:
    found = imports(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")
    problems = {name: why for name in sorted(found) if (why := forbidden(module, name))}
    assert not problems


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ingestion.extract.html", "import dagster"),
        ("ingestion.extract.html", "def f():\n    from duckdb import connect"),
        ("ingestion.extract.html", "from ingestion.catalog import load_catalog"),
        ("ingestion.extract.html", "from ..catalog import load_catalog"),
        ("ingestion.extract.html", "import urllib.request"),
        ("ingestion.recognise.tables", "from ingestion.extract import read_document"),
        ("ingestion.recognise.tables", "from ingestion.extract.html import read_html"),
        ("ingestion.recognise.tables", "import pandas as pd"),
        ("ingestion.catalog.models", "from ingestion import archive"),
        ("ingestion.normalise.tidy", "import importlib\nimportlib.import_module('expectations')"),
        ("ingestion.archive", "from orchestration import lock"),
        ("expectations.confront", "from dagster import asset"),
        ("expectations.confront", "from orchestration.home import x"),
        ("expectations.confront", "from ingestion.archive import Archive"),
        ("orchestration.publish", "from tests.unit import test_archive"),
    ],
)
def test_a_hole_in_a_wall_is_seen(module: str, source: str) -> None:
    found = imports(source, module, is_package=False)
    assert any(forbidden(module, name) for name in found)


def test_no_module_is_named_after_nothing() -> None:
    empty_words = {"utils", "util", "helpers", "helper", "manager", "processor", "common", "misc"}
    named = {module for module, _ in modules() if empty_words & set(module.replace("_", ".").split("."))}
    assert not named


def test_no_room_is_forgotten() -> None:
    assert {name for name, _ in modules() if within(name, "ingestion") and room_of(name) == "ingestion"} == {
        "ingestion"
    }
