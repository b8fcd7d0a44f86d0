"""`gongkai agencies`: what a name means, and registering what is not registered."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from ingestion.paths import DataRoot
from orchestration.cli import main
from orchestration.publish import DATABASE


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataRoot:
    monkeypatch.setenv("GONGKAI_DATA", str(tmp_path))
    return DataRoot(tmp_path)


def gongkai(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["agencies", *words], input=stdin)


def resolved(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(gongkai("resolve", name, "--year", "2020", "--json").stdout)
    return found


def test_one_name_is_an_object_with_its_place(root: DataRoot) -> None:
    found = resolved("鼓楼区水部街道办事处")
    assert found["division_code"] == "350102008" and found["name_zh"] == "福州市鼓楼区水部街道办事处"
    assert found.keys() >= {"name", "year", "agency_id", "score", "runner_up", "why", "candidates"}


def test_names_on_stdin_give_a_line_each_and_may_bring_year_and_region(root: DataRoot) -> None:
    names = "鼓楼区水部街道办事处\n\n迎宾路街道\t2021\t山西 运城 盐湖\n双阳街道\t2020\t泉州 洛江\n"
    done = gongkai("resolve", "--year", "2023", "--json", stdin=names)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["division_code"], one["year"]) for one in found] == [
        ("350102008", 2023), (None, 2023), (None, 2021), ("350504002", 2020),
    ]  # fmt: skip
    assert found[1]["how"] == "no_name"  # line 2 of the answer is that of line 2
    assert len(found[2]["candidates"]) == 4 and done.exit_code == 0


@pytest.mark.parametrize("year", ["abc", "20", "2020年", "-2020", "20200"])
def test_a_year_that_is_none_is_answered_as_such(root: DataRoot, year: str) -> None:
    done = gongkai("resolve", "--json", stdin=f"鼓楼区水部街道办事处\t{year}\n鼓楼区水部街道办事处\t2020\n")
    wrong, right = [json.loads(line) for line in done.stdout.splitlines()]
    assert (wrong["agency_id"], wrong["how"], wrong["why"]) == (None, "wrong_year", f"{year!r} is no year")
    assert right["division_code"] == "350102008"


def test_what_is_added_is_known_from_then_on_under_one_id(root: DataRoot) -> None:
    assert resolved("洛阳市财政局")["agency_id"] is None
    done = gongkai("add", "洛阳市财政局", "--basis", "its report of 2020", "--alias", "洛阳财政:short")
    assert done.exit_code == 0, done.stderr
    agency_id = done.stdout.split()[0]
    assert resolved("洛阳市财政局")["agency_id"] == resolved("洛阳财政")["agency_id"] == agency_id
    again = gongkai("add", "洛阳市财政局", "--basis", "again")
    assert again.exit_code == 2 and agency_id in again.stderr
    shown = gongkai("list", "洛阳市财政局").stdout
    assert agency_id in shown


def test_a_reviewed_file_is_added_whole_or_not_at_all(root: DataRoot, tmp_path: Path) -> None:
    file = tmp_path / "reviewed.csv"
    head = "name_zh,kind,level,basis,aliases\n"
    file.write_text(
        f"{head}甲市民政局,department,city,notice,甲民政局:short\n乙市民政局,office,city,notice,\n", "utf-8"
    )
    refused = gongkai("add", "--file", str(file))
    assert refused.exit_code == 2 and "line 3 (乙市民政局): kind is one of" in refused.stderr
    assert not (root.agencies / "bodies.csv").exists()
    file.write_text(file.read_text("utf-8").replace("office", "department"), "utf-8")
    added = gongkai("add", "--file", str(file))
    assert len(added.stdout.splitlines()) == 2 and added.exit_code == 0
    assert resolved("甲民政局")["name_zh"] == "甲市民政局"


def test_a_zone_that_is_added_tells_where_its_region_is(root: DataRoot) -> None:
    done = gongkai("add", "某新区管理委员会", "--kind", "dispatched", "--level", "county", "--basis", "its site",
                   "--parent", "ag_00000000")  # fmt: skip
    assert done.exit_code == 2 and "no other agency" in done.stderr  # a parent that nobody is
    other = gongkai(
        "add", "水部街道", "--alias-of", str(resolved("鼓楼区水部街道")["agency_id"]), "--basis", "seal"
    )
    assert other.exit_code == 0
    assert resolved("水部街道")["division_code"] == "350102008"


def test_usage_is_said(root: DataRoot) -> None:
    assert gongkai("add").exit_code == 2
    assert gongkai("add", "某局", "--basis", "x").exit_code == 2  # its place is not in its name
    assert gongkai("resolve", stdin="").exit_code == 2


# --- reviewed files -----------------------------------------------------------------------------------------

HEAD = "name_zh,kind,level,territorial_parent_id,valid_from,valid_to,basis,aliases,agency_id\n"


def files_of(root: DataRoot) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(root.agencies.glob("*.csv"))}


def test_every_bad_line_of_a_reviewed_file_is_named_and_no_line_is_written(
    root: DataRoot, tmp_path: Path
) -> None:
    known = str(resolved("鼓楼区水部街道")["agency_id"])
    assert gongkai("add", "丙市民政局", "--level", "city", "--basis", "x").exit_code == 0
    before = files_of(root)
    file = tmp_path / "reviewed.csv"
    lines = {
        2: "甲市民政局,department,city,,,,notice,甲民政局:short,",
        3: "乙市民政局,office,city,,,,notice,,",
        4: "丁市民政局,department,city,,,,,,",
        5: "戊市民政局,department,city,ag_99999999,,,notice,,",
        6: "己市民政局,department,city,,2020,2019,notice,,",
        7: "庚市民政局,department,city,,20,,notice,,",
        8: "辛市民政局,department,city,,,,notice,辛民政局:nickname,",
        9: "甲市民政局,department,city,,,,again,,",
        10: "丙市民政局,department,city,,,,notice,,",
        11: "壬市民政局,department,city,,,,notice,甲民政局,",
        12: "双阳街道办事处,street_office,town,,,,notice,,",
        13: f",,,,,,seal,双阳街道,{known}",
        14: "福州市鼓楼区水部街道办事处,street_office,town,,,,notice,,",
        15: f",,,,,,seal,水部街道,{known}",
    }
    file.write_text(HEAD + "\n".join(lines.values()) + "\n", "utf-8-sig")
    refused = gongkai("add", "--file", str(file))
    assert refused.exit_code == 2 and refused.stdout == ""
    told = [line.strip() for line in refused.stderr.splitlines() if line.strip().startswith("line ")]
    assert [int(line.split()[1]) for line in told] == list(range(3, 15)), refused.stderr
    assert files_of(root) == before
    file.write_text(HEAD + f"{lines[2]}\n\n{lines[15]}\n", "utf-8")
    added = gongkai("add", "--file", str(file))
    assert added.exit_code == 0, added.stderr
    assert [line.split()[1] for line in added.stdout.splitlines()] == ["甲市民政局", "水部街道"]
    assert resolved("水部街道")["agency_id"] == known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEAD + "甲市民政局,department,city,,,,a notice, of 2020,,\n",
            "line 2 (甲市民政局): 10 fields instead of 9",
        ),
        (HEAD + "甲市民政局,department\n", "line 2 (甲市民政局): 2 fields"),
        ("name_zh,kind,rank\n甲市民政局,department,city\n", "not 'rank'"),
        ("name_zh,kind,kind\n甲市民政局,department,city\n", "each once"),
        (HEAD, "no line says anything"),
        ("", "the first line names columns"),
    ],
)
def test_a_file_of_another_shape_is_refused(root: DataRoot, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "reviewed.csv"
    file.write_text(text, "utf-8")
    refused = gongkai("add", "--file", str(file))
    assert refused.exit_code == 2 and said in refused.stderr
    assert not root.agencies.exists()
    assert gongkai("add", "--file", str(file), "--level", "city").exit_code == 2


def test_a_file_in_the_code_page_of_a_spreadsheet_is_refused(root: DataRoot, tmp_path: Path) -> None:
    file = tmp_path / "reviewed.csv"
    file.write_bytes((HEAD + "甲市民政局,department,city,,,,notice,,\n").encode("gb18030"))
    refused = gongkai("add", "--file", str(file))
    assert refused.exit_code == 2 and "cannot be read" in refused.stderr


def test_a_register_that_was_edited_by_hand_is_checked_when_it_is_read(root: DataRoot) -> None:
    gongkai("add", "丙市民政局", "--level", "city", "--basis", "x")
    file = root.agencies / "bodies.csv"
    file.write_text(file.read_text("utf-8").replace(",city,", ",town hall,"), "utf-8")
    for words in (
        ("list", "丙"),
        ("resolve", "丙市民政局"),
        ("add", "丁市民政局", "--level", "city", "--basis", "x"),
    ):
        broken = gongkai(*words)
        assert broken.exit_code == 2, words
        assert str(file) in broken.stderr and "line 2" in broken.stderr


# --- from the queue -----------------------------------------------------------------------------------------

GOVERNMENT = "ag_6h6q3g8m"  # of 遵义市
PLACE = {
    "agency_id": GOVERNMENT,
    "division_code": "520300",
    "name_zh": "遵义市人民政府",
    "contradicted_by": None,
}


@pytest.fixture
def queue(root: DataRoot) -> DataRoot:
    """A release with three reports that wait: a department, one without a name, one of a name that places bear."""
    root.current.mkdir(parents=True)
    with duckdb.connect(str(root.current / DATABASE)) as connection:
        for table in ("fct_documents", "fct_filings", "fct_cells", "fct_identity_results", "dim_identity"):
            connection.execute(f"create table {table} as select 1 as nothing")
        connection.execute(
            "create table fct_agency_queue (filing_id varchar, sha256 varchar, report_year int, agency varchar, "
            "how varchar, why varchar, of_place varchar, candidates varchar, names_seen varchar[])"
        )
        rows = [
            (
                "f1",
                "a" * 64,
                2020,
                "遵义市民政局",
                "not_registered",
                "no such body",
                json.dumps(PLACE),
                "[]",
                ["民政"],
            ),
            ("f2", "b" * 64, 2020, None, "no_name", "there is no name", None, "[]", []),
            ("f3", "c" * 64, 2020, "双阳街道", "no_county", "2 places", None, json.dumps([PLACE]), []),
        ]
        connection.executemany("insert into fct_agency_queue values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return root


def test_from_the_queue_everything_is_told_and_a_person_says_what_it_is(queue: DataRoot) -> None:
    asked = gongkai("add", "--from-queue", "f1")
    assert asked.exit_code == 2 and "--kind and --level" in asked.stderr
    assert all(one in asked.stderr for one in ("遵义市民政局", "2020", "民政", "遵义市人民政府", GOVERNMENT))
    assert not queue.agencies.exists(), "nothing is invented"
    done = gongkai("add", "--from-queue", "f1", "--kind", "department", "--level", "city")
    assert done.exit_code == 0, done.stderr
    line = (queue.agencies / "bodies.csv").read_text("utf-8").splitlines()[1]
    agency_id = done.stdout.split()[0]
    basis = f'"report of 2020, sha256 {"a" * 64}"'
    assert line == f"{agency_id},遵义市民政局,city,department,,{GOVERNMENT},,,,{basis}"
    assert resolved("遵义市民政局")["agency_id"] == agency_id and "gongkai correct" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("f2", "--kind", "department", "--level", "city"), "say its NAME"),
        (("f2", "遵义市某局", "--kind", "department", "--level", "city"), "say its --parent"),
        (
            ("f3", "--kind", "street_office", "--level", "town", "--parent", GOVERNMENT),
            "with its city and county",
        ),
        (("f3", "--alias-of", GOVERNMENT), "with its city and county"),
        (("f9",), "no report that waits"),
        (("f",), "several reports"),
    ],
)
def test_what_the_queue_does_not_tell_is_asked_for(
    queue: DataRoot, words: tuple[str, ...], said: str
) -> None:
    filing, *more = words
    refused = gongkai("add", "--from-queue", filing, *more)
    assert refused.exit_code == 2 and said in refused.stderr
    assert not queue.agencies.exists()


def test_a_fuller_name_than_the_printed_one_leaves_the_report_to_be_corrected(queue: DataRoot) -> None:
    done = gongkai(
        "add",
        "遵义市某局",
        "--from-queue",
        "f2",
        "--kind",
        "department",
        "--level",
        "city",
        "--parent",
        GOVERNMENT,
    )
    assert done.exit_code == 0, done.stderr
    assert f"gongkai correct {'b' * 12} --agency 遵义市某局" in done.stderr


def test_queue_and_register_are_listed_in_words_and_as_json(queue: DataRoot) -> None:
    said = gongkai("list", "--queue")
    assert said.exit_code == 0 and "遵义市民政局: no such body" in said.stdout and "3 found" in said.stderr
    rows = [json.loads(line) for line in gongkai("list", "--queue", "--json").stdout.splitlines()]
    assert {row["filing_id"]: row["how"] for row in rows} == {
        "f1": "not_registered", "f2": "no_name", "f3": "no_county",
    }  # fmt: skip
    assert [row["place"] for row in rows if row["filing_id"] == "f1"] == [PLACE]
    (agency,) = [json.loads(line) for line in gongkai("list", "鼓楼区水部街道", "--json").stdout.splitlines()]
    assert agency["division_code"] == "350102008" and agency["full_name_zh"] == "福州市鼓楼区水部街道办事处"
