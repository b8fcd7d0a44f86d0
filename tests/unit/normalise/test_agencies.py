"""What a document and its site tell of the issuer, put together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.catalog import load_catalog
from ingestion.normalise.agencies import Issuers
from ingestion.recognise.reading import Headline
from ingestion.resolve import Resolver

ISSUERS = Issuers(Resolver(), load_catalog())


def document(agency: str | None, year: int = 2020, source: str = "manual", **said: Any) -> Any:
    also = [{"value": name} for name in said.pop("also", ())]
    headline = Headline(agency=agency, report_year=year, title=said.pop("title", None))
    headline.found["agency_also"] = {"sayings": also}
    snapshot = {"source": source, "title": None, "issuer": None, **said}
    return SimpleNamespace(reading=SimpleNamespace(headline=headline), snapshot=SimpleNamespace(**snapshot))


def test_another_name_of_the_same_office_tells_the_county() -> None:
    found = ISSUERS.resolve(document("双阳街道", also=["洛江区人民政府双阳街道办事处"]))
    assert found.division_code == "350504002" and found.name == "双阳街道"


def test_another_office_that_is_named_too_does_not_take_its_place() -> None:
    """The signature of another street is no evidence for where this one is."""
    assert not ISSUERS.resolve(document("双阳街道", also=["福州市鼓楼区水部街道办事处"])).is_resolved


def test_the_title_counts_where_it_names_the_county_in_full() -> None:
    title = "泉州市洛江区双阳街道2020年政府信息公开工作年度报告"
    assert ISSUERS.resolve(document("双阳街道", title=title)).division_code == "350504002"


@pytest.mark.parametrize(
    ("source", "name", "code"),
    [
        ("fuzhou_gulou", "水部街道", "350102008"),
        ("xixian", "建章路街道", "610112012"),  # a street of 未央区, run by the zone
        ("fuzhou_gulou", "双阳街道", None),  # nobody of that name there
    ],
)
def test_the_site_tells_the_region(source: str, name: str, code: str | None) -> None:
    assert ISSUERS.resolve(document(name, source=source)).division_code == code


def test_without_a_name_nothing_is_told() -> None:
    title = "泉州市洛江区双阳街道2020年政府信息公开工作年度报告"
    assert not ISSUERS.resolve(document(None, title=title)).is_resolved
