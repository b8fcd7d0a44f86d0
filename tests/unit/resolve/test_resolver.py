"""Names to agencies: the ones that are known, the ones that must not be guessed, and the measured accuracy."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion.catalog.agencies import Register
from ingestion.resolve import Resolver

RESOLVER = Resolver()

#: Strings as reports print them: name, year, what is known of the region, code of the place.
KNOWN = [
    ("福州市长乐区人民政府营前街道办事处", 2020, "福建 福州 长乐", "350112003"),
    ("福州市长乐市营前街道办事处", 2016, "福建 福州 长乐", "350182003"),
    ("老城区东南隅街道办事处", 2021, "河南 洛阳 老城", "410302004"),
    ("福州市鼓楼区水部街道", 2023, "福建 福州 鼓楼", "350102008"),
    ("鼓楼区水部街道办事处", 2022, "福建 福州", "350102008"),
    ("洛江区人民政府双阳街道办事处", 2020, "福建 泉州 洛江", "350504002"),
    ("南安市柳城街道办事处", 2018, "福建 泉州 南安", "350583002"),
    ("中仓街道", 2021, "北京 通州", "110112001"),
    ("驼峰路街道办事处", 2021, "陕西 榆林 榆阳", "610802005"),
    ("佳荣里街", 2021, "天津 北辰", "120113005"),
    ("北街街道", 2025, "甘肃 张掖 甘州", "620702004"),
    ("建章路街道", 2022, "陕西 西咸新区", "610112012"),
]


@pytest.mark.parametrize(("name", "year", "region", "code"), KNOWN)
def test_a_printed_name_is_told_with_its_region(name: str, year: int, region: str, code: str) -> None:
    found = RESOLVER.resolve(name, year, region)
    assert found.division_code == code and found.agency_id is not None


@pytest.mark.parametrize(("name", "year", "region", "code"), KNOWN)
def test_without_the_region_it_is_told_rightly_or_not_at_all(
    name: str, year: int, region: str, code: str
) -> None:
    assert RESOLVER.resolve(name, year).division_code in (code, None)


def test_a_street_that_no_list_has_is_none_of_the_four_others_of_its_name() -> None:
    found = RESOLVER.resolve("迎宾路街道办事处", 2021, "山西 运城 盐湖")
    assert not found.is_resolved and found.agency_id is None
    assert {one.division_code for one in found.candidates} >= {"210114001", "410108005", "610881004"}
    assert all(one.contradicted for one in found.candidates)


@pytest.mark.parametrize(
    ("name", "region", "how"),
    [
        ("双阳街道", None, "no_county"),  # four districts have one
        ("鼓楼区人民政府", None, "tie"),  # of 福州, 南京, 徐州 and 开封
        ("福州市鼓楼区黄楼街道", None, "contradicted"),  # 黄楼街道 is in 鼓楼区 of 徐州
        ("福州市鼓楼区新水部街道", None, "not_registered"),  # not 水部街道
        ("南昌市城东街道", None, "no_such"),
        ("洛阳市财政局", None, "not_registered"),  # not the government of 洛阳
        ("鼓楼区水部街道财政所", "福建福州", "not_registered"),
        ("长沙市人民政府办公厅", None, "government_office"),  # its own report, or that of 长沙市
        ("鼓楼区政府办", None, "government_office"),
        ("某某县人民政府办公室", None, "no_such_name"),
        ("政府办公室", None, "no_such_name"),
        ("", None, "no_name"),
        ("某某街道某某街道", None, "no_such_name"),
    ],
)
def test_what_cannot_be_told_waits(name: str, region: str | None, how: str) -> None:
    found = RESOLVER.resolve(name, 2020, region)
    assert not found.is_resolved
    if how != "no_such":
        assert found.how == how


def test_a_department_is_told_with_its_place() -> None:
    place = RESOLVER.resolve("洛阳市财政局", 2020).of_place
    assert place is not None and place.division_code == "410300"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("长沙市人民政府办公厅", ["430100"]),
        ("长沙市政府办", ["430100"]),
        ("南昌县莲塘镇人民政府办公室", ["360121100"]),
        ("鼓楼区人民政府办公室", ["320106", "320302", "350102", "410204"]),
    ],
)
def test_an_office_of_a_government_waits_with_the_government_as_candidate(
    name: str, codes: list[str]
) -> None:
    found = RESOLVER.resolve(name, 2020)
    assert not found.is_resolved and sorted(one.division_code or "" for one in found.candidates) == codes
    assert (found.of_place is not None) is (len(codes) == 1)


def test_an_office_keeps_its_id_when_its_code_and_its_county_change() -> None:
    before = RESOLVER.resolve("长乐市营前街道办事处", 2016)
    after = RESOLVER.resolve("福州市长乐区营前街道", 2020)
    late = RESOLVER.resolve("长乐市营前街道办事处", 2021)  # an old name on a later report
    assert before.agency_id == after.agency_id == late.agency_id is not None
    assert [before.division_code, after.division_code, late.division_code] == [
        "350182003", "350112003", "350112003",
    ]  # fmt: skip


def test_a_county_and_a_city_are_told_by_their_own_name() -> None:
    assert RESOLVER.resolve("合江县人民政府", 2022).division_code == "510522"
    assert RESOLVER.resolve("福建省福州市鼓楼区人民政府", 2022).division_code == "350102"
    assert RESOLVER.resolve("上海市", 2022).division_code == "310000"
    assert RESOLVER.resolve("南昌县莲塘镇人民政府", 2020).division_code == "360121100"


def test_a_city_and_a_county_of_one_stem_are_not_taken_for_each_other() -> None:
    """南昌市 says nothing of 南昌县: with the city alone the county is not agreed."""
    assert not RESOLVER.resolve("南昌市莲塘镇人民政府", 2020).is_resolved


def test_text_around_a_name_counts_where_it_names_one_county_in_full() -> None:
    text = "根据泉州市洛江区人民政府的要求，现公布双阳街道2020年度报告。"
    found = RESOLVER.resolve("双阳街道", 2020, context=text)
    assert (found.division_code, found.how) == ("350504002", "context")
    two = text + "宝山区也有。"
    assert not RESOLVER.resolve("双阳街道", 2020, context=two).is_resolved


def test_a_county_asked_by_its_old_name_is_the_body_that_went_on() -> None:
    before, late = RESOLVER.resolve("密云县人民政府", 2015), RESOLVER.resolve("密云县人民政府", 2016)
    after = RESOLVER.resolve("北京市密云区人民政府", 2020)
    assert before.agency_id == late.agency_id == after.agency_id is not None
    assert after.division_code == late.division_code == "110118"


def test_a_league_is_told_by_the_name_of_its_office() -> None:
    found = RESOLVER.resolve("锡林郭勒盟行政公署", 2020)
    assert (found.division_code, found.name_zh) == ("152500", "锡林郭勒盟行政公署")


def test_an_id_names_its_body_also_one_that_was_given_up() -> None:
    """聂日雄乡 stood under two ids before its two codes were found to be one body."""
    now, former = RESOLVER.resolve("ag_d7zg51r2", 2020), RESOLVER.resolve("ag_3djy8qvb", 2020)
    assert now.agency_id == former.agency_id == "ag_d7zg51r2"
    assert (former.division_code, former.name_zh) == ("540202202", "日喀则市桑珠孜区聂日雄乡人民政府")
    assert not RESOLVER.resolve("ag_00000000", 2020).is_resolved


def test_a_name_that_people_registered_is_told_exactly(tmp_path: Path) -> None:
    assert RESOLVER.resolve("教育部", 2020).name_zh == "中华人民共和国教育部"
    columns = "agency_id,name_zh,level,kind,division_code,territorial_parent_id,reporting_parent_id"
    (tmp_path / "bodies.csv").write_text(
        f"{columns},valid_from,valid_to,valid_basis\nag_00000001,洛阳市财政局,city,department,,,,,,its report\n",
        encoding="utf-8",
    )
    own = Resolver(Register(own=tmp_path))
    assert own.resolve("洛阳市财政局", 2020).agency_id == "ag_00000001"
    assert not own.resolve("洛阳市财政局办公室", 2020).is_resolved


# --- accuracy and speed -------------------------------------------------------------------------------------


@dataclass
class Trial:
    """Names of one year with their county, put to the resolver."""

    year: int
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    milliseconds: float = 0.0


def trial(year: int, n: int = 1500, seed: int = 2026) -> Trial:
    divisions = RESOLVER.gazetteer.divisions
    listed = [
        row for row in divisions.rows if row.level == "street" and row.valid_from <= year <= row.valid_to
    ]
    asked = []
    for row in random.Random(f"{seed} {year}").sample(listed, n):
        county = divisions.at(row.parent, year)
        assert county is not None
        asked.append((county.name + row.name, row.code))
    found = Trial(year)
    started = time.process_time()
    answers = [RESOLVER.resolve(name, year) for name, _ in asked]
    found.milliseconds = (time.process_time() - started) * 1000 / n
    for (name, code), answer in zip(asked, answers, strict=True):
        found.right += answer.division_code == code
        if answer.division_code not in (code, None):
            found.wrong.append(f"{name}: {answer.division_code} instead of {code}")
    return found


@pytest.mark.parametrize("year", [2018, 2021, 2023])
def test_names_with_their_county_are_told_rightly(year: int) -> None:
    found = trial(year)
    assert found.right >= 0.985 * 1500
    assert len(found.wrong) < 0.002 * 1500, found.wrong


def test_a_name_takes_less_than_a_fifth_of_a_millisecond() -> None:
    trial(2021)  # files of the register are read when first asked for
    assert min(trial(2021).milliseconds for _ in range(3)) < 0.2
