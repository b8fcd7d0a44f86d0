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
    assert len(REGISTER.by_id) > 46_000
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
            [["东门街道"], ["西门街道"], ["西门镇"]],
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
    found = chains(Divisions(tuple(street(*row) for row in rows)))
    assert [[row.name for row in chain] for chain in found] == names


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
