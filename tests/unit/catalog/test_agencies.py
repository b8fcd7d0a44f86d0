"""The register of agencies: what its lines may say, ids that stay, additions that are whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.catalog import NOT_READ_WITH, CatalogError
from ingestion.catalog.agencies import Register
from ingestion.catalog.agencies.additions import append, new_id
from ingestion.catalog.agencies.agency_tables import agency_tables
from ingestion.catalog.agencies.chains import chains
from ingestion.catalog.agencies.check_digit import check_character, is_uscc
from ingestion.catalog.agencies.register import FOLDER, ID, VERSION_COLUMNS
from ingestion.catalog.agencies.seed import seed
from ingestion.catalog.divisions import Division, Divisions, load_divisions

REGISTER = Register()
HEAD = ",".join(VERSION_COLUMNS) + "\n"
ONE = "ag_00000001,甲街道办事处,town,street_office,359999001,,,,,nbs_2016\n"


def small(folder: Path, lines: str, **files: str) -> Register:
    folder.mkdir(exist_ok=True)
    (folder / "35.csv").write_text(HEAD + lines, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return Register(folder=folder)


def test_the_shipped_register_is_sound_and_whole() -> None:
    """`by_id` checks every id, parent, year and reference."""
    assert len(REGISTER.by_id) > 45_000
    assert len(REGISTER.provinces) == 31
    governed = {row.code for row in load_divisions().rows
                if row.level == "county" and row.valid_to == 2023 and not row.is_statistical_only}  # fmt: skip
    registered = {one.division_code for versions in REGISTER.by_id.values() for one in versions}
    assert governed <= registered


def test_an_id_says_nothing() -> None:
    """No part of it is of the code, and neighbours in the list are no neighbours in ids."""
    fuzhou = [one.agency_id for one in REGISTER.of_province("35")]
    assert all(ID.fullmatch(one) for one in fuzhou)
    assert fuzhou != sorted(fuzhou)
    assert len({one[3:5] for one in fuzhou}) > 300


def test_a_second_seeding_changes_no_line(tmp_path: Path) -> None:
    copy = shutil.copytree(
        FOLDER, tmp_path / "agencies", ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    lost = (copy / "62.csv").read_text("utf-8").splitlines(keepends=True)
    (copy / "62.csv").write_text("".join(lost[:1]), encoding="utf-8")
    ids = {line.split(",")[0] for line in lost[1:]}
    former = (copy / "former_ids.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in former if line.split(",")[1] not in ids]
    (copy / "former_ids.csv").write_text("".join(kept), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in copy.glob("*.csv") if path.name != "62.csv"}
    assert seed(copy) > 1000  # one province is missing, and is registered anew
    assert {path.name: path.read_bytes() for path in copy.glob("*.csv") if path.name != "62.csv"} == before


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (ONE.replace("street_office", "office"), "not a version"),
        (ONE.replace(",,,,,nbs", ",,,2020,2018,nbs"), "ends before"),
        (ONE.replace(",,,,,nbs", ",,,20,,nbs"), "no year"),
        (ONE + ONE, "two versions"),
        (ONE + ONE.replace("00000001", "00000002"), "two governments"),
        (ONE.replace("359999001,,", "359999001,ag_00000009,"), "no other agency"),
        (ONE.replace("ag_00000001", "ag_350102001"), "not an id"),
        (ONE.replace("甲街道办事处,", ""), "fields"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, lines: str, reason: str) -> None:
    with pytest.raises(CatalogError, match=reason):
        small(tmp_path / "r", lines).by_id  # noqa: B018


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (
            "codes",
            "agency_id,scheme,value,valid_from,valid_to\nag_00000001,uscc,11350100003604439X,,\n",
            "check",
        ),
        (
            "aliases",
            "agency_id,alias,kind,evidence,first_year,last_year\nag_00000001,甲,nickname,x,,\n",
            "none of",
        ),
        (
            "aliases",
            "agency_id,alias,kind,evidence,first_year,last_year\nag_00000009,甲,short,x,,\n",
            "registered",
        ),
        ("events", "agency_id,event,year\n", "columns"),
    ],
)
def test_a_broken_file_beside_it_is_named(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(CatalogError, match=reason):
        small(tmp_path / "r", ONE, **{name: text}).by_id  # noqa: B018


def test_the_check_character_is_that_of_the_standard() -> None:
    """91350100M000100Y43 is the example of GB 32100-2015."""
    assert check_character("91350100M000100Y4") == "3"
    assert is_uscc("91350100M000100Y43")
    assert not is_uscc("91350100M000100Y44") and not is_uscc("9135010")
    with pytest.raises(ValueError):
        check_character("91350100M000100YI")


def test_additions_stand_beside_the_shipped_register(tmp_path: Path) -> None:
    own = tmp_path / "own"
    agency_id = new_id(REGISTER.by_id)
    append(
        own / "bodies.csv", [(agency_id, "某局", "city", "department", "", "", "", 2019, None, "a notice")]
    )
    append(own / "bodies.csv", [])
    found = Register(own=own).by_id[agency_id]
    assert [(one.name_zh, one.valid_from, one.valid_to) for one in found] == [("某局", 2019, None)]
    assert [path.name for path in own.iterdir()] == ["bodies.csv"]


def test_the_register_does_not_have_documents_read_again() -> None:
    assert {"agencies", "divisions"} <= NOT_READ_WITH


# --- which places are one office --------------------------------------------------------------------------------


def street(code: str, name: str, first: int, last: int) -> Division:
    return Division("street", code, name, code[:6], first, last, name)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        # renamed in place
        ([("350199201", "甲乡", 2016, 2018), ("350199201", "乙乡", 2019, 2023)], [["甲乡", "乙乡"]]),
        # the code was given to a place that had another one
        (
            [
                ("350199001", "东门街道", 2016, 2018),
                ("350199101", "西门镇", 2016, 2018),
                ("350199001", "西门街道", 2019, 2023),
            ],
            [["东门街道"], ["西门镇", "西门街道"]],
        ),
        # a county numbered its towns anew: each is given the code of another, and none the name
        (
            [
                ("350199101", "甲镇", 2016, 2018),
                ("350199102", "乙镇", 2016, 2018),
                ("350199103", "丙镇", 2016, 2018),
                ("350199101", "乙镇", 2019, 2023),
                ("350199102", "丙镇", 2019, 2023),
                ("350199103", "甲镇", 2019, 2023),
            ],
            [["甲镇", "甲镇"], ["乙镇", "乙镇"], ["丙镇", "丙镇"]],
        ),
        # two that end and one that begins under their stem: a merger, or not; nobody can tell
        (
            [
                ("350199101", "甲镇", 2016, 2018),
                ("350199201", "甲乡", 2016, 2018),
                ("350199001", "甲街道", 2019, 2023),
            ],
            [["甲街道"], ["甲镇"], ["甲乡"]],
        ),
        # the name went to another code a year too late, and the code to nobody
        (
            [("350199101", "甲镇", 2016, 2018), ("350199102", "甲镇", 2020, 2023)],
            [["甲镇"], ["甲镇"]],
        ),
        # some lists print the county in front
        (
            [
                ("350199101", "甲镇", 2016, 2018),
                ("350199101", "某县乙镇", 2019, 2020),
                ("350199201", "乙镇", 2021, 2023),
            ],
            [["甲镇", "某县乙镇", "乙镇"]],
        ),
        # another spelling in some of the lists is nobody else
        ([("350199101", "闫镇", 2016, 2023), ("350199101", "阎镇", 2018, 2020)], [["闫镇"]]),
        # a zone is no government
        ([("350199400", "甲开发区", 2016, 2023)], []),
    ],
)
def test_a_code_that_goes_on_is_one_office_unless_another_took_it(
    rows: list[tuple[str, str, int, int]], names: list[list[str]]
) -> None:
    county = Division("county", "350199", "某县", "350100", 2016, 2023, "某县")
    found = chains(Divisions((county, *(street(*row) for row in rows))))
    assert sorted([row.name for row in chain] for chain in found if chain[0] != county) == sorted(names)


def test_a_county_of_a_municipality_is_followed_into_its_districts_and_its_towns_with_it() -> None:
    """密云县 and 密云区 have different parents: the codes of a municipality are held together by two entries."""
    rows = (
        Division("city", "110100", "市辖区", "110000", 2016, 2023, "市辖区"),
        Division("city", "110200", "县", "110000", 2016, 2018, "县"),
        Division("county", "110298", "某某县", "110200", 2016, 2018, "某某县"),
        Division("county", "110198", "某某区", "110100", 2019, 2023, "某某区"),
        street("110298101", "甲镇", 2016, 2018),
        street("110198001", "甲镇", 2019, 2023),
    )
    found = [[row.name for row in chain] for chain in chains(Divisions(rows))]
    assert sorted(found) == [["某某县", "某某区"], ["甲镇", "甲镇"]]


def test_the_register_has_one_id_for_each_chain_and_one_chain_for_each_id() -> None:
    """The lines and the rules say the same: nothing is torn, nothing joined by hand alone."""
    ids = []
    for chain in chains(load_divisions()):
        found = {
            one.agency_id for row in chain if (one := REGISTER.in_place(row.code, row.valid_to)) is not None
        }
        assert len(found) == 1, (chain, found)
        ids.append(found.pop())
    assert len(ids) == len(set(ids)) == len(REGISTER.by_id) - len({one.agency_id for one in REGISTER.bodies})


@pytest.mark.parametrize(
    ("codes", "name"),
    [
        # towns that were numbered anew within their county
        ((("540202201", 2017), ("540202202", 2018)), "聂日雄乡人民政府"),
        ((("540202200", 2017), ("540202201", 2018)), "曲美乡人民政府"),
        # counties that became districts and cities
        ((("130526", 2019), ("130505", 2020)), "任泽区人民政府"),
        ((("110228", 2015), ("110118", 2016)), "密云区人民政府"),
        ((("500232", 2016), ("500156", 2017)), "武隆区人民政府"),
        ((("232723", 2017), ("232701", 2018)), "漠河市人民政府"),
        ((("232701", 2017), ("232761", 2018)), "加格达奇区人民政府"),
        ((("632859", 2017), ("632803", 2018)), "茫崖市人民政府"),
        ((("510185102", 2019), ("510185003", 2020)), "新市街道办事处"),
    ],
)
def test_a_body_keeps_its_id_under_a_new_code(codes: tuple[tuple[str, int], ...], name: str) -> None:
    found = [REGISTER.in_place(code, year) for code, year in codes]
    assert len({one.agency_id for one in found if one is not None}) == 1 and None not in found
    assert found[-1] is not None and found[-1].name_zh == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("632857", "大柴旦行政委员会"),
        ("152500", "锡林郭勒盟行政公署"),
        ("653100", "喀什地区行政公署"),
        ("220303001", "平东街道办事处"),  # 四平市铁东区平东街道 in the lists
        ("150430404", "新州街道办事处"),  # 敖汉旗人民政府新州街道
        ("450305001", "七星区街道办事处"),
        ("533103101", "芒市镇人民政府"),
    ],
)
def test_an_office_is_called_without_the_places_above_it(code: str, name: str) -> None:
    found = REGISTER.in_place(code, 2023)
    assert found is not None and found.name_zh == name


def test_the_four_streets_of_changle_went_over_with_their_county() -> None:
    at = {code: REGISTER.in_place(code, year) for code, year in [("350182", 2016), ("350112", 2020),
          ("350182003", 2016), ("350112003", 2020)]}  # fmt: skip
    ids = {code: one.agency_id for code, one in at.items() if one is not None}
    assert ids["350182"] == ids["350112"] and ids["350182003"] == ids["350112003"]
    moved = at["350112003"]
    assert moved is not None and moved.territorial_parent_id == ids["350112"]
    assert (moved.valid_from, moved.valid_to) == (2018, None)


def test_who_runs_a_street_is_told_beside_its_place() -> None:
    street_office = REGISTER.in_place("610112012", 2022)
    assert street_office is not None
    runs = REGISTER.at(street_office.reporting_parent_id, 2022)
    place = REGISTER.at(street_office.territorial_parent_id, 2022)
    assert runs is not None and place is not None
    assert (runs.name_zh, place.name_zh) == ("陕西省西咸新区开发建设管理委员会", "未央区人民政府")


def test_tables_tell_codes_and_what_happened() -> None:
    tables = agency_tables(REGISTER)
    office = REGISTER.in_place("350112003", 2020)
    assert office is not None

    def of(name: str) -> list[dict[str, object]]:
        import pyarrow.compute as pc

        table = tables[name]
        rows: list[dict[str, object]] = table.filter(pc.field("agency_id") == office.agency_id).to_pylist()
        return rows

    assert [(row["full_name_zh"], row["is_latest"]) for row in of("agency_versions")] == [
        ("福州市长乐市营前街道办事处", False),
        ("福州市长乐区营前街道办事处", True),
    ]
    assert [(row["event"], row["year"], row["before"], row["after"]) for row in of("agency_events")] == [
        ("recoded", 2018, "350182003", "350112003")
    ]
    assert {row["value"] for row in of("agency_codes") if row["scheme"] == "nbs12"} == {
        "350182003000", "350112003000",
    }  # fmt: skip
    assert tables["divisions"].num_rows == 57_631


def test_every_end_is_told_and_every_beginning() -> None:
    happened = agency_tables(REGISTER)["agency_events"].to_pylist()
    of: dict[str, dict[str, list[dict[str, object]]]] = {}
    for row in happened:
        of.setdefault(row["agency_id"], {}).setdefault(row["event"], []).append(row)
    for agency_id, versions in REGISTER.by_id.items():
        told = of.get(agency_id, {})
        ended, began = versions[-1].valid_to, versions[0].valid_from
        assert {row["year"] for row in told.get("closed", []) + told.get("merged", [])} == (
            set() if ended is None else {ended + 1}
        )
        assert began is None or {row["year"] for row in told.get("founded", []) + told.get("split", [])} == {
            began
        }
        assert not ("closed" in told and "merged" in told)

    def in_place(code: str, year: int) -> str:
        found = REGISTER.in_place(code, year)
        assert found is not None
        return found.agency_id

    meilie, jianggan, linping = in_place("350402", 2020), in_place("330104", 2020), in_place("330113", 2021)
    assert [row["other_agency_id"] for row in of[meilie]["merged"]] == [in_place("350404", 2021)]
    assert [row["other_agency_id"] for row in of[jianggan]["merged"]] == [
        in_place("330102", 2021), in_place("330114", 2021),
    ]  # fmt: skip
    assert [row["other_agency_id"] for row in of[linping]["split"]] == [in_place("330110", 2020)]
    assert list(of[in_place("350427", 2020)]) == ["recoded", "upgraded"]  # 沙县, 沙县区


def test_an_end_that_two_lists_tell_names_them_and_one_that_people_tell_their_basis(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    register = small(
        folder, ONE.replace(",,,,,nbs", ",,,2018,2020,nbs").replace("2016", "2018"),
        bodies=HEAD + "ag_00000002,某局,city,department,,,,2019,2022,its own notice\n",
    )  # fmt: skip
    rows = agency_tables(register)["agency_events"].to_pylist()
    assert {
        (row["agency_id"], row["event"], row["year"], row["before"], row["after"], row["basis"])
        for row in rows
    } == {
        ("ag_00000001", "founded", 2018, None, "甲街道办事处", "nbs_2018 has it, nbs_2017 has not"),
        ("ag_00000001", "closed", 2021, "甲街道办事处", None, "nbs_2020 has it, nbs_2021 has not"),
        ("ag_00000002", "founded", 2019, None, "某局", "its own notice"),
        ("ag_00000002", "closed", 2023, "某局", None, "its own notice"),
    }


FORMER_HEAD = "former_id,agency_id,basis\n"


def test_an_id_that_was_given_up_still_finds_the_body(tmp_path: Path) -> None:
    bodies = HEAD + "ag_00000002,甲街道财政所,town,department,,ag_00000009,,,,its report\n"
    register = small(
        tmp_path / "r", ONE, former_ids=FORMER_HEAD + "ag_00000009,ag_00000001,one body\n", bodies=bodies
    )
    assert register.by_id["ag_00000002"][0].territorial_parent_id == "ag_00000001"
    assert register.current_id("ag_00000009") == register.current_id("ag_00000001") == "ag_00000001"
    aliases = agency_tables(register)["agency_aliases"].to_pylist()
    assert [(row["agency_id"], row["alias"], row["kind"]) for row in aliases] == [
        ("ag_00000001", "ag_00000009", "former_id")
    ]


@pytest.mark.parametrize("line", ["ag_00000001,ag_00000001,itself\n", "ag_00000008,ag_00000009,nobody\n"])
def test_a_former_id_that_is_somebody_or_leads_to_nobody_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(CatalogError, match="former id"):
        small(tmp_path / "r", ONE, former_ids=FORMER_HEAD + line).by_id  # noqa: B018
