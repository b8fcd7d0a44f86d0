"""Every issue that the program can raise has words in both languages, and no words stand there for nothing.

The codes are looked up in the source: whoever adds one is told here that it has no row in issues.yml.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.catalog import CatalogError, load_catalog
from ingestion.catalog.issue_codes import load_issue_codes
from ingestion.paths import REPOSITORY

#: What takes an issue's code, in any module, and which argument it is.
SAYERS = {"Issue": 0, "UnreadableInput": 0, "refused": 2, "unread": 1}
#: The same within one module or package: functions and methods of its own.
OWN_SAYERS = {
    "ingestion/extract/": {"refusal": 0},
    "ingestion/extract/decode.py": {"_issue": 0},
    "ingestion/extract/pdf/reader.py": {"_issue": 0},
    "ingestion/extract/pictures.py": {"_issue": 0},
    "ingestion/extract/word/": {"note": 0},
    "ingestion/pool/readers.py": {"_quarantine": 1},
    "ingestion/recognise/grids.py": {"_unused": 1},
}
#: A code that is no text where it is said: the module and name of the function (or constant) that has it.
ELSEWHERE = {
    ("ingestion/carriers.py", "refusal[0]"): ("ingestion/carriers.py", "_why_unread"),
    ("ingestion/extract/word/__init__.py", "code"): ("ingestion/extract/word/__init__.py", "_ISSUES"),
    ("ingestion/extract/word/lines.py", "code"): ("ingestion/extract/word/__init__.py", "_ISSUES"),
    ("ingestion/normalise/ledger.py", "CORRECTED"): ("ingestion/normalise/ledger.py", "CORRECTED"),
    ("ingestion/pool/readers.py", "code"): ("ingestion/pool/process.py", "death"),
    ("ingestion/reader.py", "code"): ("ingestion/reader.py", "read_snapshot"),
    ("ingestion/recognise/scope.py", "SCOPE_DOUBT"): ("ingestion/recognise/reading.py", "SCOPE_DOUBT"),
    ("ingestion/recognise/status.py", "kind"): ("ingestion/recognise/status.py", "missing_issues"),
}
#: Codes that are put together.
COMPOSED = {
    ("ingestion/recognise/headline.py", "f'{name}_read_from_picture'"): {
        "agency_read_from_picture",
        "report_year_read_from_picture",
    },
}
#: Said elsewhere already: a stored reading, a refusal on its way up.
PASSED_ON = {
    ("ingestion/recognise/reading.py", "issue['code']"),
    ("ingestion/reader.py", "refusal.code"),
}
#: No document: the pool reads, and here it only shows a place.
NO_DOCUMENT = {"not_read"}
GRAVITY = ("info", "warning", "error")


def modules() -> dict[str, ast.Module]:
    files = [
        *(REPOSITORY / "ingestion").rglob("*.py"),
        *(REPOSITORY / "orchestration").rglob("*.py"),
    ]
    return {
        file.relative_to(REPOSITORY).as_posix(): ast.parse(file.read_text("utf-8"))
        for file in files
        if "crawl" not in file.parts
    }


def said_in(module: str, tree: ast.Module) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls of a module that take a code, with the expression of the code."""
    sayers = dict(SAYERS)
    for place, own in OWN_SAYERS.items():
        if module.startswith(place):
            sayers |= own
    passing = {
        id(call)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name in sayers
        for call in ast.walk(function)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called not in sayers or (called in SAYERS and isinstance(call.func, ast.Attribute)):
            continue
        given = {word.arg: word.value for word in call.keywords}
        code = given.get("code") or call.args[sayers[called]]
        if id(call) in passing and isinstance(code, ast.Name):
            continue  # the sayer itself, which hands on what it is given
        for one in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
            yield call, one


def texts_of(tree: ast.Module, name: str) -> set[str]:
    """Codes that a function returns or names, or that a constant is or has as keys."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for inner in ast.walk(node):
                given = inner.value if isinstance(inner, ast.Return | ast.Assign) else None
                first = given.elts[0] if isinstance(given, ast.Tuple) and given.elts else given
                for one in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        found.add(one.value)
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            held = node.value.keys if isinstance(node.value, ast.Dict) else [node.value]
            found |= {
                one.value for one in held if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
    assert found, f"{name} is not there, or has no code"
    return found


def raised() -> set[str]:
    trees = modules()
    found: set[str] = set()
    for module, tree in trees.items():
        for call, code in said_in(module, tree):
            if isinstance(code, ast.Constant):
                found.add(str(code.value))
                continue
            key = (module, ast.unparse(code))
            if key in ELSEWHERE:
                there, name = ELSEWHERE[key]
                found |= texts_of(trees[there], name)
            else:
                assert key in PASSED_ON or key in COMPOSED, f"{module}:{call.lineno}: where is {key[1]} from?"
                found |= COMPOSED.get(key, set())
    return found - NO_DOCUMENT


def test_every_code_in_the_source_has_words_and_no_other_has() -> None:
    codes = raised()
    assert {"cell_unreadable", "quarantined_crash", "chart_unread", "corrected_by_ledger"} <= codes
    known = set(load_issue_codes())
    assert not codes - known, "issues.yml lacks these"
    assert not known - codes, "nothing raises these"


def test_an_issue_is_never_graver_than_its_code_says() -> None:
    known = load_issue_codes()
    for module, tree in modules().items():
        for call, code in said_in(module, tree):
            if not isinstance(code, ast.Constant) or getattr(call.func, "id", "") != "Issue":
                continue
            given = {word.arg: word.value for word in call.keywords}
            severity = given.get("severity") or (
                call.args[3] if len(call.args) > 3 else ast.Constant("warning")
            )
            if isinstance(severity, ast.Constant):
                said = known[str(code.value)].severity
                assert GRAVITY.index(severity.value) <= GRAVITY.index(said), (code.value, severity.value)


def test_words_are_of_the_language_they_claim() -> None:
    for one in load_issue_codes().values():
        for words in (one.meaning, one.advice):
            assert any("\u4e00" <= char <= "\u9fff" for char in words.zh), one.code
            assert words.en.replace("累计", "").isascii(), one.code


def test_a_code_twice_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "catalog"
    shutil.copytree(load_catalog().root, root, ignore=shutil.ignore_patterns("agencies", "divisions", "*.py"))
    file = root / "issues.yml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("- code: mojibake", "- code: double_encoded"), "utf-8")
    with pytest.raises(CatalogError, match=r"issues.double_encoded: the code .* twice"):
        load_issue_codes(load_catalog(root))
