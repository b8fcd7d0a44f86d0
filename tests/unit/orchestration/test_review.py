"""`gongkai review` on facts made by hand: which cases are open, in which order, and what answers become."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from ingestion.archive import Archive
from ingestion.catalog import VERDICTS, CellCorrection, Ledger, load_catalog, load_ledger
from ingestion.normalise.schemas import TABLE_SCHEMAS
from ingestion.paths import DataRoot
from orchestration.cases import as_data, case_named, findings, listed, open_cases, shown
from orchestration.facts import Facts, NothingFound
from orchestration.ledger import record
from orchestration.review import CannotApply, entry_for, objection, walk

AGENCY = "某市人民政府"
CATALOG = load_catalog()
PRINTED = {
    "t3.granted.natural_person": "5",
    "t3.granted.total": "15",
    "t3.partial.natural_person": "1",
    "t3.partial.total": "2",
    "t3.partial.other_org": "0",
}
#: identity, instance, residual, cells of it, the cells it points at
FAILING = [
    ("I03", "granted", 10, ["t3.granted.natural_person", "t3.granted.total"], ["t3.granted.total"]),
    ("I02", "total", 11, ["t3.granted.total", "t3.partial.total"], ["t3.granted.total", "t3.partial.total"]),
    ("I03", "partial", 1, ["t3.partial.natural_person", "t3.partial.total"], []),
]


def cell(number: int, key: str, raw: str) -> dict[str, Any]:
    place = {"line": number, "place": f"line {number}", "confidence": 1.0, "form": "form_2021"}
    said = {"cell_key": key, "raw": raw, "value": Decimal(raw), "state": "reported"}
    return {**dict.fromkeys(TABLE_SCHEMAS["cells"].names), **place, **said, "filing_id": "f"}


@pytest.fixture
def facts(data_root: DataRoot) -> Iterator[Facts]:
    text = "\n".join(f"{key}\t{raw}" for key, raw in PRINTED.items())
    sha256 = Archive(data_root).add_bytes(text.encode(), source="manual", name="report.txt").sha256
    filing = {"filing_id": "f", "sha256": sha256, "agency": AGENCY, "report_year": 2021, "scope": "own_body",
              "form": "form_2021", "vintage": 1, "is_current": True}  # fmt: skip
    results = [
        {"filing_id": "f", "identity_id": identity, "instance": instance, "result": "fails", "severity": "error",
         "lhs": Decimal(residual), "rhs": Decimal(0), "residual": Decimal(residual), "suspects": suspects,
         "operands": json.dumps([{"cell": key, "sign": 1, "side": "lhs"} for key in cells])}
        for identity, instance, residual, cells, suspects in FAILING
    ]  # fmt: skip
    quiet = [
        results[0] | {"instance": "holding", "result": "holds"},
        results[0] | {"instance": "only a hint", "severity": "warning"},
        results[0] | {"instance": "older", "filing_id": "old"},
    ]
    tables = {
        "documents": [{"sha256": sha256, "name": "report.txt", "source": "manual"}],
        "filings": [filing, filing | {"filing_id": "old", "is_current": False}],
        "cells": [cell(n, key, raw) | {"sha256": sha256} for n, (key, raw) in enumerate(PRINTED.items(), 1)],
        "results": results + quiet,
        "identities": [{"identity_id": name, "name_zh": "和", "name_en": "Sum"} for name in ("I02", "I03")],
    }
    with duckdb.connect(":memory:") as connection:
        for name, held in tables.items():
            connection.register(name, pd.DataFrame(held, dtype=object))
        connection.execute(
            "create table suggestions (filing_id varchar, cell_key varchar, rank int, kind varchar, reason varchar,"
            " is_unique boolean, suggestion decimal(24, 6), violated varchar[])"
        )
        connection.execute(
            "create table reconciled (filing_id varchar, cell_key varchar, text varchar, rests_on varchar[])"
        )
        yield Facts(connection, data_root, "a test")


def keys(facts: Facts, ledger: Ledger | None = None, **chosen: Any) -> list[str]:
    return [str(case.cell["cell_key"]) for case in open_cases(findings(facts, **chosen), ledger or Ledger())]


class Person:
    """Answers questions one after the other, then nothing; keeps what was shown and told."""

    def __init__(self, facts: Facts, *answers: str | None) -> None:
        self.facts, self.answers = facts, list(answers)
        self.shown: list[str] = []
        self.told: list[str] = []

    def ask(self, question: str) -> str | None:
        return self.answers.pop(0) if self.answers else None

    def walk(self) -> int:
        root = self.facts.root
        return walk(
            root,
            self.facts,
            findings(self.facts),
            self.ask,
            self.shown.append,
            self.told.append,
            lambda one: record(root, one),
            "甲",
        )

    @property
    def ledger(self) -> Ledger:
        return load_ledger(CATALOG, self.facts.root.ledger)

    @property
    def entries(self) -> list[CellCorrection]:
        return [entry for _, entry in self.ledger.cells]


def test_cases_are_cells_that_failing_identities_point_at_worst_first(facts: Facts) -> None:
    assert keys(facts) == ["t3.granted.total", "t3.partial.total", "t3.partial.natural_person"]
    lines = list(listed(open_cases(findings(facts), Ledger())))
    assert "16.5" in lines[0] and "I02 total, I03 granted" in lines[0] and "«15»" in lines[0]
    assert keys(facts, year=2020) == []


def test_a_case_is_shown_with_both_sides_and_its_place(facts: Facts) -> None:
    found = findings(facts)
    said = "\n".join(shown(facts, found, open_cases(found, Ledger())[0]))
    for text in ("予以公开 / 总计: printed «15»", "I03 granted: 和 · Sum", "10 = 予以公开 / 自然人 «5»; 予以公开 / 总计 «15»",
                 "0 = nothing printed", "line 2", "2 | t3.granted.total    15"):  # fmt: skip
        assert text in said


def test_an_error_closes_what_it_explains(facts: Facts) -> None:
    person = Person(facts, "s", "5", "各列之和为5")
    assert person.walk() == 1
    (entry,) = person.entries
    assert (entry.cell, entry.printed, entry.verdict, entry.value) == (
        "t3.granted.total", "15", "source_error", 5,
    )  # fmt: skip
    assert (entry.agency, entry.report_year, entry.scope) == (AGENCY, 2021, "own_body")
    assert entry.evidence is not None and entry.evidence.locator == "line 2"
    assert (entry.who, entry.reason, entry.status) == ("甲", "各列之和为5", "settled")
    # I02 is explained by it; I03 partial is not
    assert keys(facts, person.ledger) == ["t3.partial.natural_person", "t3.partial.total"]


def test_not_an_error_clears_its_own_cell_only(facts: Facts) -> None:
    person = Person(facts, "not_an_error", "就是这样印的", "q")
    assert person.walk() == 1
    assert person.entries[0].value is None
    assert keys(facts, person.ledger) == ["t3.partial.total", "t3.partial.natural_person"]


def test_a_misreading_is_one_of_this_snapshot_only(facts: Facts) -> None:
    person = Person(facts, "x", "5.5", "看成了15")
    assert person.walk() == 1
    (entry,) = person.entries
    assert entry.snapshot is not None and entry.agency is None and entry.value == Decimal("5.5")


def test_what_makes_no_sense_is_asked_again(facts: Facts) -> None:
    person = Person(facts, "perhaps", "s", "five", "1,205", "", "因为")
    assert person.walk() == 1
    assert person.entries[0].value == 1205
    assert len([line for line in person.told if "no verdict" in line or "no number" in line]) == 2


@pytest.mark.parametrize("answers", [(), ("q",), ("s",), ("s", ""), ("s", "5", "quit"), ("s", "5", "", None)])
def test_half_an_answer_is_no_entry(facts: Facts, answers: tuple[str | None, ...]) -> None:
    person = Person(facts, *answers)
    assert person.walk() == 0
    assert not facts.root.ledger.exists()


def test_what_was_passed_over_is_not_asked_again_in_this_walk(facts: Facts) -> None:
    person = Person(facts, "", "skip", "")
    assert person.walk() == 0
    assert person.told == ["no other open case; 3 passed over"]
    assert keys(facts, person.ledger) == ["t3.granted.total", "t3.partial.total", "t3.partial.natural_person"]


def test_an_entry_is_kept_when_the_next_question_is_interrupted(facts: Facts) -> None:
    person = Person(facts, "n", "就是这样印的")

    def interrupted(question: str) -> str | None:
        if not person.answers:
            raise KeyboardInterrupt
        return person.answers.pop(0)

    person.ask = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        person.walk()
    assert [entry.verdict for entry in person.entries] == ["not_an_error"]


def test_a_verdict_on_another_print_leaves_the_case_open(facts: Facts, tmp_path: Path) -> None:
    person = Person(facts, "s", "", "不知道")
    assert person.walk() == 1
    facts.connection.execute("create table changed as select * replace (16 as value, '16' as raw) from cells")
    facts.connection.execute("drop view cells")
    facts.connection.execute("create view cells as select * from changed")
    assert keys(facts, person.ledger)[0] == "t3.granted.total"


def test_a_case_can_be_named_and_so_can_any_cell(facts: Facts) -> None:
    found = findings(facts)
    case = case_named(facts, found, Ledger(), "f:t3.partial.total")
    assert [row["identity_id"] for row in case.results] == ["I02", "I03"]
    quiet = case_named(facts, found, Ledger(), "f:t3.partial.other_org")
    assert quiet.cell["raw"] == "0" and quiet.weight == 0
    for name in ("g:t3.partial.total", "f:t3.nothing", ":t3.partial.total", "f"):
        with pytest.raises(NothingFound, match="no case"):
            case_named(facts, found, Ledger(), name)


def test_a_case_as_json_names_the_document_and_both_sides(facts: Facts) -> None:
    case, *_ = open_cases(findings(facts), Ledger())
    said = json.loads(json.dumps(as_data(case)))
    assert (said["case"], said["printed"], said["value"]) == ("f:t3.granted.total", "15", 15)
    assert said["label"] == "予以公开 / 总计" and said["place"] == "line 2"
    assert [(one["id"], one["lhs"], one["rhs"]) for one in said["identities"]] == [
        ("I02", 11, 0),
        ("I03", 10, 0),
    ]


def test_a_break_between_two_years_is_a_case_in_both_and_closed_by_an_error_in_either(facts: Facts) -> None:
    """103 carried out, 77 carried in the year after: either report may be the wrong one."""
    connection = facts.connection
    operands = [{"cell": "t3.granted.total", "sign": 1, "side": "lhs"},
                {"cell": "t3.granted.total@y-1", "sign": 1, "side": "rhs", "filing": "before"}]  # fmt: skip
    for view, change in {
        "filings": "union all by name select * replace ('before' as filing_id, 2020 as report_year, repeat('b', 64) as sha256,"
        " true as is_current) from filings where filing_id = 'f'",
        "cells": "union all by name select * replace ('before' as filing_id, '7' as raw, 7 as value, repeat('b', 64) as sha256)"
        " from cells where cell_key = 't3.granted.total'",
    }.items():
        connection.execute(f"create table more_{view} as select * from {view} {change}")
        connection.execute(f"drop view {view}; create view {view} as select * from more_{view}")
    connection.execute("create table broken as select * from results where filing_id = 'f' limit 1")
    connection.execute(
        "update broken set identity_id = 'I17', suspects = [], operands = ?", [json.dumps(operands)]
    )
    connection.execute("drop view results; create view results as select * from broken")
    cases = {case.case_id: case for case in open_cases(findings(facts), Ledger())}
    assert set(cases) == {"f:t3.granted.total", "before:t3.granted.total"}
    assert keys(facts, year=2020) == [], "the break is one of 2021"
    said = "\n".join(shown(facts, findings(facts), cases["f:t3.granted.total"]))
    assert f"予以公开 / 总计 ({AGENCY} 2020) «7»" in said
    record(facts.root, entry_for(cases["before:t3.granted.total"], "source_error", None, "看过", "甲"))
    assert keys(facts, load_ledger(CATALOG, facts.root.ledger)) == []


def test_an_explanation_of_the_table_makes_its_cells_cases_and_suggests(facts: Facts) -> None:
    facts.connection.execute(
        "insert into suggestions values"
        " ('f', 't3.partial.other_org', 1, 'cells', 'two digits', true, 13, ['I03 partial']),"
        " ('f', 't3.partial.total', 2, 'cells', 'one digit', false, null, ['I03 partial'])"
    )
    facts.connection.execute(
        "insert into reconciled values ('f', 't3.partial.other_org', '13', ['I03 partial'])"
    )
    found = findings(facts)
    cases = {case.at[1]: case for case in open_cases(found, Ledger())}
    assert [row["identity_id"] for row in cases["t3.partial.other_org"].results] == ["I03"]
    said = "\n".join(shown(facts, found, cases["t3.partial.other_org"]))
    assert "suggested 13 (the only likely explanation, cells: two digits)" in said
    assert "also seen «13», which the sums choose (I03 partial)" in said
    assert "suggested a number left open" in "\n".join(shown(facts, found, cases["t3.partial.total"]))
    # it is explained once a person has found the error
    record(facts.root, entry_for(cases["t3.partial.total"], "source_error", None, "看过", "甲"))
    assert keys(facts, load_ledger(CATALOG, facts.root.ledger)) == ["t3.granted.total"]


@pytest.mark.parametrize("state", ["missing_page_break", "unreadable"])
def test_a_verdict_that_cannot_be_so_of_an_unread_cell_is_refused(facts: Facts, state: str) -> None:
    unread = replace(case_named(facts, findings(facts), Ledger(), "f:t3.partial.other_org"), cell={
        "value": None, "raw": None, "state": state, "cell_key": "t3.partial.other_org"})  # fmt: skip
    with pytest.raises(CannotApply, match=state):
        objection(unread, "not_an_error")
    assert objection(unread, "source_error") is None
    said = objection(unread, "extraction_error")
    if state == "unreadable":
        assert said is None, "that is what an unreadable cell is"
    else:
        assert said is not None and "source_error" in said


def test_a_verdict_on_a_printed_cell_meets_no_objection(facts: Facts) -> None:
    case = case_named(facts, findings(facts), Ledger(), "f:t3.partial.total")
    assert [objection(case, verdict) for verdict in VERDICTS] == [None] * 4
