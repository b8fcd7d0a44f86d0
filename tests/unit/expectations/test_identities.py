"""The identity file: what it holds for each form, and that a fault in it is named on load."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.identities import (
    IDENTITIES_FILE,
    Identities,
    IdentityError,
    load_identities,
    read_identities,
)
from expectations.instances import Printed, check_identities, instances
from ingestion.catalog import load_catalog


def counts(form: str, printed: Printed | None = None) -> Counter[str]:
    return Counter(
        one.identity.id for one in instances(form, printed) if one.absent is None or one.identity.id == "I04"
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("form_2019", {"I01": 7, "I02": 7, "I03": 23, "I05": 133, "A03": 2, "A06": 5, "R02": 1, "X02": 6}),
        ("form_2021", {"I01": 7, "I02": 7, "I03": 25, "I05": 147, "A02": 2, "I05a": 7, "X01": 1, "I04": 1}),
        ("pre2019_national", {f"P{number:02}": 1 for number in range(1, 15)} | {"P10a": 5, "P11a": 1}),
        ("pre2019_fujian_short", {"S01": 2, "S03a": 2, "S05": 15, "S06": 15, "S07": 2}),
    ],
)
def test_instances_of_each_form(form: str, expected: dict[str, int]) -> None:
    found = counts(form)
    assert {name: found[name] for name in expected} == expected


def test_every_identity_expands_for_every_form_and_way_of_printing() -> None:
    assert check_identities() > 900


def test_names_of_instances_are_unique_within_a_form() -> None:
    for form in load_catalog().forms:
        names = [(one.identity.id, one.name) for one in instances(form)]
        assert len(names) == len(set(names))


def test_terms_of_an_outcome_column() -> None:
    total = next(one for one in instances("form_2019") if one.identity.id == "I02" and one.name == "total")
    assert len(total.lhs) == 19
    assert [term.cell for term in total.rhs] == ["t3.total_handled.total"]


def test_one_row_for_other_handling_is_one_outcome() -> None:
    printed = Printed(stands_in=frozenset({("t3", "other")}))
    made = {(one.identity.id, one.name): one for one in instances("form_2021", printed)}
    column = made["I02", "total"]
    assert "t3.other.total" in column.cells
    assert not any("other_misc" in cell for cell in column.cells)
    assert len(column.lhs) == 19
    assert made["I03", "other"].absent is None
    assert made["I03", "other_misc"].absent is not None
    assert made["I05", "other_misc.total"].absent is not None


def test_a_subtotal_beside_its_rows_is_compared_with_them() -> None:
    printed = Printed(beside=frozenset({("t3", "other")}))
    made = {(one.identity.id, one.name): one for one in instances("form_2021", printed)}
    assert [term.cell for term in made["I04", "other.total"].rhs] == [
        "t3.other_no_correction.total",
        "t3.other_fee_unpaid.total",
        "t3.other_misc.total",
    ]
    assert "t3.other.total" not in made["I02", "total"].cells


def test_only_certain_accounting_forces_values() -> None:
    forcing = {one.id for one in load_identities().identities if one.forces}
    assert forcing == {"I01", "I02", "I03", "R01", "R02", "R03", "P01", "P02", "P03", "P07", "S02"}


def changed(tmp_path: Path, change: Any) -> Path:
    data = yaml.safe_load(IDENTITIES_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "identities.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda data: data["identities"][1].update(id="I01"), "I01: id is used twice"),
        (lambda data: data["identities"][0].update(for_each={"c": []}), "I01: .*is empty"),
        (lambda data: data["identities"][0].update(for_each={"c": "no_such_set"}), "unknown set no_such_set"),
        (lambda data: data["identities"][0].update(severity="grave"), "I01: severity"),
        (lambda data: data["identities"][0].pop("op"), "I01: .*needs lhs and op"),
        (lambda data: data["identities"][0].update(instance="table"), "I01: .*collide"),
        (lambda data: data["sets"]["applicant_parts"].pop("of"), "sets.applicant_parts"),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path: Path, change: Any, named: str) -> None:
    with pytest.raises(IdentityError, match=rf"identities\.yml: .*{named}"):
        read_identities(changed(tmp_path, change))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            lambda data: data["identities"][0].update(lhs=["t3.{c}.total"]),
            "I01, form_20..: .*no cell t3.natural",
        ),
        (lambda data: data["sets"]["outcome_leaves"].update(of="granted"), "I02, form_20..: .* is empty"),
        (lambda data: data["identities"][0].update(forms=["form_1999"]), "I01: no form form_1999"),
    ],
)
def test_a_term_that_the_catalog_does_not_know_is_named(tmp_path: Path, change: Any, named: str) -> None:
    identities = read_identities(changed(tmp_path, change))
    with pytest.raises(IdentityError, match=named):
        check_identities(load_catalog(), identities)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("identities: [", encoding="utf-8")
    with pytest.raises(IdentityError, match=r"broken\.yml"):
        read_identities(path)


def test_identities_are_frozen() -> None:
    identities: Identities = load_identities()
    with pytest.raises(ValueError, match="frozen"):
        identities.identities[0].severity = "info"
