"""`gongkai agencies`: what a name means, and registering what is not registered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingestion.paths import DataRoot
from orchestration.cli import main


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
        ("350102008", 2023), (None, 2021), ("350504002", 2020),
    ]  # fmt: skip
    assert len(found[1]["candidates"]) == 4 and done.exit_code == 0


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
    assert refused.exit_code == 2 and "entry 2" in refused.stderr
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
