"""Concepts and measures: a crosswalk that says something untrue of the forms is refused with its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.catalog import load_catalog
from ingestion.catalog.concepts import load_concepts
from ingestion.catalog.errors import CatalogError
from ingestion.catalog.measures import load_measures

CATALOG = load_catalog().root
Damage = Callable[[dict[str, Any]], None]


def damaged(folder: Path, name: str, damage: Damage) -> Any:
    """A catalog of which one file was changed."""
    shutil.copytree(
        CATALOG, folder / "catalog", ignore=shutil.ignore_patterns("divisions", "agencies", "*.py")
    )
    path = folder / "catalog" / name
    content = yaml.safe_load(path.read_text("utf-8"))
    damage(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return load_catalog(folder / "catalog")


def concept(content: dict[str, Any], code: str) -> dict[str, Any]:
    return next(one for one in content["concepts"] if one["code"] == code)


def cells(content: dict[str, Any], code: str, *any_of: list[str]) -> None:
    concept(content, code)["forms"]["form_2021"]["any_of"] = list(any_of)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda c: c["concepts"].append(c["concepts"][0]), "stands twice"),
        (lambda c: concept(c, "outcome_denied").update(unit="只"), "unknown unit '只'"),
        (lambda c: concept(c, "outcome_denied")["across"].update(B1999="full"), "unknown break 'B1999'"),
        (lambda c: concept(c, "outcome_denied")["forms"].update(form_1949={"any_of": [["a.b.c"]], "relation": "identical"}),
         "no form of the catalog"),
        (lambda c: cells(c, "requests_received", ["t3.new_recieved.total"]), "'t3.new_recieved.total' is no cell"),
        (lambda c: cells(c, "outcome_denied", ["t3.denied_*.total", "t3.denied_state_secret.total"]), "counted twice"),
        (lambda c: cells(c, "requests_received", ["t2_8.admin_fee.amount"]), "the concept in 件"),
        # the refusals of the Fujian list hold what is not held: joined, they would show a fall that never was
        (lambda c: concept(c, "outcome_denied").update(across={"B2019": "approximate"}), "broken there"),
        (lambda c: concept(c, "outcome_granted").update(across={}), "does not say what B2019 does"),
        (lambda c: concept(c, "outcome_granted")["forms"]["form_2021"].update(relation="same"), "relation"),
        (lambda c: concept(c, "outcome_granted").update(without={"form_2021": {"zh": "无", "en": "none"}}), "lacks the concept"),
        (lambda c: c.update(concepts=[]), "at least one entry"),
    ],
)  # fmt: skip
def test_a_crosswalk_that_is_wrong_is_refused(tmp_path: Path, damage: Damage, said: str) -> None:
    catalog = damaged(tmp_path, "concepts.yml", damage)
    with pytest.raises(CatalogError, match=said):
        load_concepts(catalog)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda c: c["measures"].append(c["measures"][0]), "stands twice"),
        (lambda c: c["measures"][0].update(numerator=["outcome_grated"]), "unknown concept 'outcome_grated'"),
        (lambda c: c["measures"][0].update(numerator=["outcome_granted", "-outcome_granted"]), "twice on one side"),
        (lambda c: c["measures"][0].update(denominator=[]), "denominator"),
        (lambda c: c.update(hidden_below=-1), "hidden_below"),
    ],
)  # fmt: skip
def test_a_measure_that_is_wrong_is_refused(tmp_path: Path, damage: Damage, said: str) -> None:
    catalog = damaged(tmp_path, "measures.yml", damage)
    with pytest.raises(CatalogError, match=said):
        load_measures(catalog)


def test_a_pattern_stands_for_the_cells_of_the_form() -> None:
    catalog = load_catalog()
    refused = next(one for one in load_concepts(catalog) if one.code == "outcome_denied")
    now, *none = refused.forms["form_2021"].expressions(catalog.forms["form_2021"])
    assert len(now) == 8 and not none and {part.sign for part in now} == {1}
    (old,) = refused.forms["pre2019_national"].expressions(catalog.forms["pre2019_national"])
    assert [(part.cell_key, part.sign) for part in old] == [
        ("nat.reply_refused.count", 1),
        ("nat.refused_not_gov_info.count", -1),
    ]


def test_a_formula_is_written_in_concepts() -> None:
    formulas = {one.code: one.formula for one in load_measures().measures}
    assert formulas["review_corrected_per_closed"] == "review_corrected / (review_total - review_pending)"
