"""Hostile and oversized input: refused with a measured figure, or read with its excess cut down. Never silent."""

from __future__ import annotations

import re
import time

import pytest

from ingestion.extract import Limits, read_document
from ingestion.extract.model import Document, Grid, UnreadableInput


def read(html: str, limits: Limits | None = None) -> Document:
    return read_document(html.encode(), "page.html", limits or Limits())


def refused(html: str | bytes, limits: Limits | None = None) -> UnreadableInput:
    data = html.encode() if isinstance(html, str) else html
    with pytest.raises(UnreadableInput) as refusal:
        read_document(data, "page.html", limits or Limits())
    assert refusal.value.quarantined
    assert re.search(r"\d.*the limit is \d", refusal.value.reason), refusal.value.reason
    return refusal.value


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "ul><li", "font", "x:y"])
@pytest.mark.parametrize("closed", [True, False])
def test_nesting_50000_deep_is_refused_with_its_depth(tag: str, closed: bool) -> None:
    end = "".join(f"</{part}>" for part in reversed(tag.split("><"))) if closed else ""
    if tag == "font":  # a bare inline tag is only nesting for the parser if looks matter
        tag = "font style='visibility:visible'"
    refusal = refused(f"<html><body>{f'<{tag}>' * 50_000}<p>数据</p>{end * 50_000}</body></html>")
    assert refusal.code in ("quarantined_depth", "quarantined_nested_tables")


def test_the_reported_depth_is_the_depth() -> None:
    assert "50,0" in refused(f"<html><body>{'<div>' * 50_000}x").reason


def test_depth_that_real_pages_reach_is_read() -> None:
    page = f"<body>{'<font color=red>' * 300}<p>正文</p><table><tr><td>甲</td><td>1</td></tr></table>"
    for hide in ("", "<p style='display:none'></p>"):
        document = read(page + hide)
        assert document.text() == "正文"
        assert len(document.grids()) == 1


def test_spans_and_bold_300_deep_in_a_cell() -> None:
    inner = "<b>" * 300 + "12" + "</b>" * 300
    cells = read(f"<table><tr><td>甲</td><td>{inner}</td></tr></table>").grids()[0].cells
    assert [cell.text for cell in cells] == ["甲", "12"]


def test_a_colspan_of_100_million_covers_what_the_other_rows_leave() -> None:
    document = read(
        "<table><tr><td colspan=100000000>表头</td></tr><tr><td>甲</td><td>1</td><td>2</td></tr></table>"
    )
    grid = document.grids()[0]
    assert (grid.n_rows, grid.n_cols) == (2, 3)
    assert grid.at(0, 2) is grid.cells[0]
    capped = [issue for issue in document.issues if issue.code == "span_capped"]
    assert len(capped) == 1
    assert "colspan=100000000" in capped[0].detail
    assert capped[0].locator is not None and capped[0].locator.row == 1


def test_many_oversize_spans_are_listed_once() -> None:
    document = read("<table>" + "<tr><td colspan=9999999>甲</td><td>1</td></tr>" * 100 + "</table>")
    capped = [issue for issue in document.issues if issue.code == "span_capped"]
    assert 1 < len(capped) <= 21
    assert "80" in capped[-1].detail


def test_huge_rowspans_end_with_the_table() -> None:
    document = read("<table><tr><td rowspan=65534>甲</td><td>1</td></tr><tr><td>2</td></tr></table>")
    grid = document.grids()[0]
    assert [(cell.rowspan, cell.col) for cell in grid.cells] == [(2, 0), (1, 1), (1, 1)]
    assert "span_capped" in {issue.code for issue in document.issues}


def test_spans_that_cover_millions_of_places_are_refused() -> None:
    row = "<tr>" + "<td rowspan=65534 colspan=1000>x</td>" * 3 + "</tr>"
    assert refused(f"<table>{row * 4000}</table>").code == "quarantined_spans"


def test_300_rows_of_the_largest_legal_spans_take_no_time() -> None:
    started = time.perf_counter()
    try:
        read("<table>" + "<tr><td rowspan=65534 colspan=1000>x</td><td>1</td></tr>" * 300 + "</table>")
    except UnreadableInput as refusal:
        assert refusal.code == "quarantined_spans"
    assert time.perf_counter() - started < 5


def test_a_file_above_the_limit_is_refused_before_it_is_looked_at() -> None:
    assert refused(b"<p>" + b"x" * (17 * 1024 * 1024)).code == "quarantined_bytes"
    assert refused(b"x" * 1001, Limits(max_bytes=1000)).code == "quarantined_bytes"


def test_the_number_of_cells_is_limited() -> None:
    assert refused("<table>" + "<tr><td>甲<td>1" * 40, Limits(max_cells=50)).code == "quarantined_cells"
    assert refused("甲\t1\t2\n" * 40, Limits(max_cells=50)).code == "quarantined_cells"


def test_the_number_of_blocks_is_limited() -> None:
    assert refused("<br>甲" * 400_000).code == "quarantined_blocks"
    assert refused("甲\n" * 60, Limits(max_blocks=50)).code == "quarantined_blocks"


def test_the_number_of_tags_and_of_lines_is_limited() -> None:
    assert refused("<p>" + "<br>" * 600_000).code == "quarantined_tags"
    assert refused("甲" + "\n" * 1_100_000 + "乙").code == "quarantined_lines"


def test_boxes_in_boxes_take_no_time() -> None:
    depth = 60
    document = read("<body>" + "<table><tr><td>" * depth + "数据" + "</td></tr></table>" * depth + "</body>")
    assert document.text() == "数据"


def test_tables_nested_deeper_than_any_page_are_refused() -> None:
    assert refused("<body>" + "<table><tr><td>甲<td>" * 80).code == "quarantined_nested_tables"


def test_struck_text_in_struck_text_takes_no_time() -> None:
    inner = "<del>" * 1500 + "废" * 500_000
    assert "废" * 500_000 in read(f"<table><tr><td>甲</td><td>{inner}</td></tr></table>").text()
    short = "<del>" * 1500 + "废"
    assert read(f"<table><tr><td>甲</td><td>{short}</td></tr></table>").grids()[0].cells[1].struck


def test_the_clock_is_asked_when_there_is_one() -> None:
    assert refused("<br>甲" * 5000, Limits(seconds=0.0)).code == "quarantined_time"
    assert read("<br>甲" * 5000, Limits(seconds=60.0)).text().count("甲") == 5000


@pytest.mark.parametrize(
    "html",
    [
        "<" * 200_000,
        "<td" * 100_000,
        "<table" * 100_000,
        "</td>" * 100_000,
        "<td>" * 60_000,
        "<tr>" * 100_000,
        "<span '" * 100_000,
        "<span a='b' " * 100_000,
        "<span " + "a=b " * 200_000,
        "<p>" * 100_000 + "x",
        "&#x110000;" * 50_000 + "<p>",
        "<!--" * 100_000 + "<p><p>",
        "<table><tr><td>" + "\0" * 1000 + "x</td></tr></table>",
        "<p a='" + "<" * 100_000,
        'x="' * 50_000 + "<td>",
        "'" * 100_000 + "<td>1</td>",
        "<\\/" * 50_000 + "<td>1",
        "<p>" + "\\" * 100_000,
    ],
    ids=lambda html: html[:8].strip() or "spaces",
)
def test_junk_takes_no_time_and_raises_nothing_else(html: str) -> None:
    started = time.perf_counter()
    try:
        document = read(html)
    except UnreadableInput:
        pass
    else:
        assert document.blocks or document.issues
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "text",
    [
        "\t\n" * 100_000,
        "\ta\n" * 100_000,
        "|\n" * 100_000,
        "| a |\n" * 60_000,
        "\t" * 150_000,
        "a\n\t\n" * 40_000,
        "\ta\n\n" * 60_000,
        "|" * 100_000,
        "a\tb\n" * 60_000,
        "#" * 100_000,
        " " * 100_000 + "a",
        "\ta\nb\n" * 40_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_text_of_many_odd_lines_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    try:
        read_document(text.encode(), "a.txt")
    except UnreadableInput as refusal:
        assert refusal.quarantined or refusal.code == "empty_file"
    assert time.perf_counter() - started < 10


def test_unclosed_tags_lose_nothing() -> None:
    document = read("<div><table><tr><td>甲<td>1<tr><td>乙<td>2<p>后<div>记")
    grid = document.grids()[0]
    assert isinstance(grid, Grid)
    assert [cell.text for cell in grid.cells] == ["甲", "1", "乙", "2\n后\n记"]
