"""The committed samples: every line of their tables in its cell, whatever the damage."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import Document, Grid, TextBlock

SAMPLES = Path(__file__).parents[3] / "data" / "samples"
NAMES = ["dongnanyu-2021", "liucheng-2018", "shuangyang-2020", "shuibu-2023", "yingqian-2020"]


@lru_cache
def sample(name: str) -> Document:
    path = SAMPLES / f"{name}.txt"
    return read_document(path.read_bytes(), path.name)


def row_of(name: str, label: str) -> list[str]:
    """The only row of the sample in which a cell begins with `label`."""
    rows = [
        [cell.text for cell in row]
        for grid in sample(name).grids()
        for row in grid.rows()
        if any(cell.text.startswith(label) for cell in row)
    ]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("name", "kind", "sizes"),
    [
        ("dongnanyu-2021", "tabbed", [(14, 4), (28, 11), (4, 15)]),
        ("liucheng-2018", "cell_per_line", [(16, 4)]),
        ("shuangyang-2020", "cell_per_line", [(18, 4), (26, 10), (4, 15)]),
        ("shuibu-2023", "", []),
        ("yingqian-2020", "tabbed", [(9, 4), (11, 8), (10, 8), (2, 8), (4, 15)]),
    ],
)
def test_the_tables_of_the_samples(name: str, kind: str, sizes: list[tuple[int, int]]) -> None:
    grids = sample(name).grids()
    assert [(grid.n_rows, grid.n_cols) for grid in grids] == sizes
    assert {grid.kind for grid in grids} <= {kind}
    assert not any(grid.exact for grid in grids)


def test_a_torn_row_keeps_its_six_numbers() -> None:
    assert row_of("yingqian-2020", "8. 属于行") == ["", "8. 属于行", *["0"] * 6]
    assert row_of("yingqian-2020", "政查询事项") == ["政查询事项", *[""] * 7]
    assert row_of("yingqian-2020", "(七) 总计") == ["(七) 总计", "4", "0", "0", "0", "0", "0", "4"]


def test_blank_cells_of_the_torn_review_table() -> None:
    last = sample("yingqian-2020").grids()[-1].rows()[-1]
    assert [cell.text for cell in last] == ["0", "0", "0", "", "0", "0", "0", "0", "", "", *["0"] * 5]
    assert {cell.locator.line for cell in last} == {108}


def test_padding_cells_are_kept() -> None:
    row = row_of("dongnanyu-2021", "2.重复申请")
    assert row == ["", "", "2.重复申请", "", *["0"] * 7]
    assert row_of("dongnanyu-2021", "四、结转下年度")[1:] == ["", *["0"] * 8, ""]


def test_one_cell_a_line() -> None:
    assert row_of("shuangyang-2020", "2.其他法律行政法规") == [
        "",
        "",
        "2.其他法律行政法规禁止公开",
        *["0"] * 7,
    ]
    assert row_of("shuangyang-2020", "本年新") == [
        "信息内容",
        "本年新\n制作数量",
        "本年新\n公开数量",
        "对外公开总数量",
    ]
    assert [cell.text for cell in sample("shuangyang-2020").grids()[2].rows()[3]] == ["0"] * 15
    assert [len(row) for row in sample("liucheng-2018").grids()[0].rows()] == [4] * 16
    assert row_of("liucheng-2018", "主动公开信息数") == ["主动公开信息数", "条", "250", "1362"]


def test_a_report_without_tables_is_text_to_its_end() -> None:
    document = sample("shuibu-2023")
    assert not document.grids()
    assert "三、收到和处理政府信息公开申请情况" in document.text()
    assert document.text().endswith("扫一扫在手机上查看当前页面")


@pytest.mark.parametrize("name", NAMES)
def test_every_printed_character_is_in_one_block(name: str) -> None:
    text = (SAMPLES / f"{name}.txt").read_bytes().decode()
    found = ""
    for block in sample(name).blocks:
        if isinstance(block, Grid):
            found += "".join(cell.text for cell in block.cells)
        elif isinstance(block, TextBlock):
            found += block.text
    printed = "".join(text.split()).replace("#", "")
    assert "".join(found.split()) == printed


@pytest.mark.parametrize("name", NAMES)
def test_every_place_points_at_its_text(name: str) -> None:
    text = (SAMPLES / f"{name}.txt").read_bytes().decode()
    lines = text.split("\n")
    for block in sample(name).blocks:
        found = block.cells if isinstance(block, Grid) else [block] if isinstance(block, TextBlock) else []
        for item in found:
            place = item.locator
            assert text[place.char_start : place.char_end] == item.text
            assert place.line is not None
            assert item.text.split("\n")[0] in lines[place.line - 1]


@pytest.mark.parametrize("name", NAMES)
def test_no_issue_and_the_same_in_other_charsets(name: str) -> None:
    document = sample(name)
    assert document.issues == []
    text = (SAMPLES / f"{name}.txt").read_bytes().decode()
    for codec in ("gb18030", "utf-16", "utf-8-sig"):
        other = read_document(text.encode(codec), name)
        assert other.blocks == document.blocks
