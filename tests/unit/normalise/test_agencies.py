"""What a document and its site tell of the issuer, put together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.catalog import load_catalog
from ingestion.normalise.agencies import Issuers
from ingestion.recognise.headline import read_headline
from ingestion.recognise.reading import Headline
from ingestion.resolve import Resolver
from tests.unit.recognise.documents import text_document

ISSUERS = Issuers(Resolver(), load_catalog())


def document(agency: str | None, year: int = 2020, source: str = "manual", **said: Any) -> Any:
    also = [{"value": name, "raw": name} for name in said.pop("also", ())]
    headline = Headline(agency=agency, report_year=year, title=said.pop("title", None))
    headline.found["title"] = {"raw": headline.title}
    if (titled := said.pop("titled", None)) is not None:
        also.append({"value": titled, "raw": headline.title})
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


TITLE = "{}2022年政府信息公开工作年度报告"
OFFICE = "句容市人民政府办公室"


@pytest.mark.parametrize(
    ("titled", "listed", "code"),
    [
        ("句容市", None, "321183"),  # the office signs the government's report
        ("镇江市句容市", "句容市", "321183"),
        (OFFICE, None, None),  # the office's own report, or a title that is loose with names
        ("句容市", OFFICE, None),  # the page and the list do not agree
        ("句容市教育局", None, None),
        ("丹阳市", None, None),
        (None, None, None),
    ],
)
def test_a_report_signed_by_the_office_is_the_governments_where_its_title_says_so(
    titled: str | None, listed: str | None, code: str | None
) -> None:
    one = document(OFFICE, 2022, title=TITLE.format(titled or ""), titled=titled)
    one.snapshot.title = TITLE.format(listed) if listed else None
    found = ISSUERS.resolve(one)
    assert found.division_code == code and found.name == OFFICE
    if code is None:
        assert [other.division_code for other in found.candidates] == ["321183"]


def test_what_the_recogniser_keeps_of_a_title_tells_that_too() -> None:
    body = "\n一、总体情况\n二、主动公开政府信息情况\n"
    for titled, code in (("句容市", "321183"), ("", None), (OFFICE, None), ("句容市人民政府", "321183")):
        text = f"{TITLE.format(titled)}{body}{OFFICE}\n2023年1月5日"
        one = document(None)
        one.reading.headline, _ = read_headline(text_document(text), load_catalog())
        assert ISSUERS.resolve(one).division_code == code, titled


def test_the_title_tells_which_of_the_counties_of_one_name_the_office_is_of() -> None:
    office = "鼓楼区人民政府办公室"
    for titled, code in (("福州市鼓楼区", "350102"), ("鼓楼区", None)):
        one = document(office, 2022, title=TITLE.format(titled), titled=titled)
        assert ISSUERS.resolve(one).division_code == code
