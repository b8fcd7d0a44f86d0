"""The ledger: what an entry must say, which of two counts, and that adding one loses nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.catalog import (
    CATALOG_ROOT,
    CatalogError,
    CellCorrection,
    DocumentCorrection,
    append_entry,
    load_catalog,
    load_ledger,
)

CATALOG = load_catalog()
SHA = "ab" * 32
CELL: dict[str, Any] = {
    "cell": "t3.granted.total",
    "snapshot": SHA,
    "printed": "12",
    "verdict": "source_error",
    "value": 21,
    "reason": "各列之和为21",
    "who": "tester",
    "when": dt.date(2022, 3, 1),
    "status": "settled",
}
BODY: dict[str, Any] = {"agency": "某市人民政府", "report_year": 2021, "scope": "own_body"}
DOCUMENT: dict[str, Any] = {
    "document": SHA, "report_year": 2021, "reason": "标题写错", "who": "tester", "when": dt.date(2022, 3, 1),
}  # fmt: skip


def written(path: Path, *entries: Any) -> Path:
    path.write_text(yaml.safe_dump({"corrections": list(entries)}, allow_unicode=True), encoding="utf-8")
    return path


def without(entry: dict[str, Any], *names: str, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names} | changes


def test_the_shipped_ledger_is_valid_and_comes_before_that_of_the_data_root(tmp_path: Path) -> None:
    shipped = load_ledger(CATALOG)
    assert all(one.ledger == "shipped" for one in shipped.entries)
    assert load_ledger(CATALOG, tmp_path / "none.yml") == shipped
    both = load_ledger(
        CATALOG, written(tmp_path / "own.yml", DOCUMENT), shipped=written(tmp_path / "shipped.yml", CELL)
    )
    assert [one.correction_id for one in both.entries] == ["shipped:1", "own:1"]
    ((_, cell),) = both.cells
    assert (cell.value, cell.printed, cell.seen_in) == (Decimal(21), "12", SHA)


@pytest.mark.parametrize(
    ("entry", "place", "reason"),
    [
        (without(CELL, "cell"), "corrections.1", "a cell or a document"),
        ("t3.granted.total", "corrections.1", "a cell or a document"),
        (CELL | {"document": SHA}, "corrections.1", "a cell or a document"),
        (CELL | {"cell": "t3.granted.totl"}, "corrections.1.cell", "no form has a cell 't3.granted.totl'"),
        (CELL | {"printed": 12}, "corrections.1.printed", "valid string"),  # 012 would be ten
        (without(CELL, "printed"), "corrections.1.printed", "is missing"),
        (CELL | {"verdict": "wrong"}, "corrections.1.verdict", "source_error"),
        (CELL | {"status": "done"}, "corrections.1.status", "settled"),
        (CELL | {"value": "a few"}, "corrections.1.value", "decimal"),
        (CELL | {"value": True}, "corrections.1.value", "number"),
        (CELL | {"value": "0.1234567"}, "corrections.1.value", "decimal places"),
        (CELL | {"verdict": "not_an_error"}, "corrections.1", "no other value"),
        (CELL | {"snapshot": "ab12"}, "corrections.1.snapshot", "match pattern"),
        (CELL | {"reason": " "}, "corrections.1.reason", "match pattern"),
        (CELL | {"when": "soon"}, "corrections.1.when", "date"),
        (CELL | {"note": "x"}, "corrections.1.note", "is not a field"),
        (CELL | BODY, "corrections.1", "it must be one of them"),
        (without(CELL, "snapshot"), "corrections.1", "must name a snapshot, or agency"),
        (without(CELL, "snapshot", **BODY), "corrections.1", "evidence.snapshot is missing"),
        (without(DOCUMENT, "report_year"), "corrections.1", "says nothing"),
        (DOCUMENT | {"report_year": 1921}, "corrections.1.report_year", "is 1921"),
        (DOCUMENT | {"scope": "both"}, "corrections.1.scope", "own_body"),
    ],
)  # fmt: skip
def test_an_entry_that_is_none_is_refused_with_its_place(
    tmp_path: Path, entry: Any, place: str, reason: str
) -> None:
    with pytest.raises(CatalogError) as caught:
        load_ledger(CATALOG, written(tmp_path / "own.yml", entry))
    said = str(caught.value)
    assert f"{tmp_path / 'own.yml'}" in said and place in said and reason in said


@pytest.mark.parametrize("text", ["corrections: 3\n", "correction:\n  - {}\n", "- cell: x\n", "a: [\n"])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "own.yml").write_text(text)
    with pytest.raises(CatalogError):
        load_ledger(CATALOG, tmp_path / "own.yml")


def test_an_edit_of_the_ledger_has_no_document_read_again(tmp_path: Path) -> None:
    copy = shutil.copytree(CATALOG_ROOT, tmp_path / "a", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    written(copy / "corrections.yml", CELL)
    assert load_catalog(copy).version == CATALOG.version


# --- adding ------------------------------------------------------------------------------------------------


def entry(**changes: Any) -> CellCorrection:
    return CellCorrection.model_validate(CELL | changes)


def entries(path: Path) -> list[CellCorrection | DocumentCorrection]:
    return [one.entry for one in load_ledger(CATALOG, path).entries if one.ledger == "own"]


def test_the_first_entry_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new root" / "corrections.yml"
    assert append_entry(path, entry(), CATALOG).position == 1
    said = DocumentCorrection.model_validate(DOCUMENT | {"withdrawn": True})
    assert append_entry(path, said, CATALOG).correction_id == "own:2"
    assert entries(path) == [entry(), said]
    assert [file.name for file in path.parent.iterdir()] == ["corrections.yml"]


@pytest.mark.parametrize(
    "before",
    [
        "# ours\ncorrections:  # the list\n# before\n- cell: t3.granted.total  # seen twice\n  snapshot: {sha}\n"
        '  printed: "1"\n  verdict: not_an_error\n  reason: x\n  who: y\n  when: 2022-03-01\n  status: open\n'
        "# after, without a line end",
        "corrections:\n      - document: {sha}\n        withdrawn: true\n        reason: x\n        who: y\n"
        "        when: 2022-03-01\n",
        "# nothing yet\ncorrections:\n",
        "# only a comment\ncorrections: # null\n",
    ],
)
def test_what_stands_there_stays_byte_for_byte(tmp_path: Path, before: str) -> None:
    path = tmp_path / "own.yml"
    path.write_text(before.format(sha=SHA), encoding="utf-8")
    known = entries(path)
    append_entry(path, entry(), CATALOG)
    append_entry(path, entry(printed=None), CATALOG)
    assert path.read_text("utf-8").startswith(before.format(sha=SHA))
    assert entries(path) == [*known, entry(), entry(printed=None)]


def test_an_empty_list_in_one_line_is_opened_and_a_full_one_is_left_alone(tmp_path: Path) -> None:
    empty = shutil.copyfile(CATALOG_ROOT / "corrections.yml", tmp_path / "own.yml")
    append_entry(empty, entry(), CATALOG)
    assert entries(empty)[-1] == entry() and empty.read_text("utf-8").startswith("# The ledger")
    full = tmp_path / "full.yml"
    line = f"corrections: [{{document: {SHA}, withdrawn: true, reason: x, who: y, when: 2022-03-01}}]\n"
    full.write_text(line)
    with pytest.raises(CatalogError, match="in one line"):
        append_entry(full, entry(), CATALOG)
    assert full.read_text() == line


def test_a_broken_file_is_not_added_to(tmp_path: Path) -> None:
    path = written(tmp_path / "own.yml", without(CELL, "who"))
    before = path.read_bytes()
    with pytest.raises(CatalogError):
        append_entry(path, entry(), CATALOG)
    assert path.read_bytes() == before


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
WORDS = TEXTS.filter(lambda text: text.strip() != "")
NUMBERS = st.decimals(-(10**17), 10**17, places=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.none() | TEXTS, WORDS, WORDS, st.none() | NUMBERS), min_size=1, max_size=3))
def test_whatever_is_said_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str | None, str, str, Decimal | None]]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "own.yml"
    made = [
        entry(printed=printed, reason=reason, who=who, value=value) for printed, reason, who, value in said
    ]
    for one in made:
        append_entry(path, one, CATALOG)
    assert entries(path) == made
