"""What holds for any input: spans never overlap, no text is lost, and bytes are read or refused."""

from __future__ import annotations

from dataclasses import dataclass

import html5lib
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.extract import read_document
from ingestion.extract.model import Document, Grid, UnreadableInput, occupied_places
from ingestion.extract.sandbox import Budget
from ingestion.extract.spans import place, span_of


@dataclass
class Printed:
    text: str
    rowspan: int = 1
    colspan: int = 1
    line: int | None = None
    struck: bool = False


spans = st.sampled_from([1, 1, 1, 1, 2, 3, 5, 0]) | st.integers(0, 40) | st.sampled_from([65534, 10**9])
row_of_cells = st.lists(st.builds(Printed, st.text("ab1", max_size=2), spans, spans), max_size=6)


@given(st.lists(row_of_cells, max_size=8), st.data())
@settings(max_examples=300)
def test_expanded_spans_never_overlap_and_lose_no_cell(
    rows: list[list[Printed]], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)), max_size=3))) if rows else []
    ends = [next((cut for cut in cuts if cut > r), len(rows)) for r in range(len(rows))]
    try:
        placed = place(rows, 1, ends, Budget())
    except UnreadableInput as refusal:
        assert refusal.quarantined
        return
    assert [cell.text for cell in placed.cells] == [cell.text for row in rows for cell in row]
    covered: set[tuple[int, int]] = set()
    for cell in placed.cells:
        places = set(occupied_places(cell))
        assert not covered & places
        covered |= places
        assert cell.rowspan >= 1 and cell.colspan >= 1
        assert cell.row + cell.rowspan <= ends[cell.row]
        assert cell.col + cell.colspan <= placed.n_cols
        assert (cell.locator.row, cell.locator.column) == (cell.row + 1, cell.col + 1)
    grid = Grid(1, placed.cells, placed.n_rows, placed.n_cols, "table", exact=True)
    for cell in placed.cells:
        assert grid.at(cell.row, cell.col) is cell


def test_a_cell_beside_a_span_from_above_goes_to_the_next_free_column() -> None:
    rows = [[Printed("a", rowspan=2), Printed("b")], [Printed("c"), Printed("d")]]
    placed = place(rows, 1, [2, 2], Budget())
    assert [(cell.text, cell.row, cell.col) for cell in placed.cells] == [
        ("a", 0, 0),
        ("b", 0, 1),
        ("c", 1, 1),
        ("d", 1, 2),
    ]


def test_a_colspan_ends_before_a_cell_from_above() -> None:
    rows = [[Printed("a"), Printed("b"), Printed("c", rowspan=2)], [Printed("d", colspan=3), Printed("e")]]
    placed = place(rows, 1, [2, 2], Budget())
    assert [(cell.text, cell.col, cell.colspan) for cell in placed.cells[3:]] == [("d", 0, 2), ("e", 3, 1)]


def test_a_cell_may_follow_a_colspan_that_was_cut_short_at_the_edge() -> None:
    rows = [[Printed("a"), Printed("b", rowspan=2)], [Printed("c", colspan=5), Printed("d")]]
    placed = place(rows, 1, [2, 2], Budget())
    assert [(cell.text, cell.col, cell.colspan) for cell in placed.cells[2:]] == [("c", 0, 1), ("d", 5, 1)]
    assert placed.n_cols == 6


def test_a_rowspan_ends_with_its_row_group() -> None:
    rows = [[Printed("a", rowspan=0), Printed("b", rowspan=9)], [Printed("c")], [Printed("d")]]
    placed = place(rows, 1, [2, 2, 3], Budget())
    assert [(cell.text, cell.row, cell.col, cell.rowspan) for cell in placed.cells] == [
        ("a", 0, 0, 2),
        ("b", 0, 1, 2),
        ("c", 1, 2, 1),
        ("d", 2, 0, 1),
    ]


def test_span_attributes_as_people_write_them() -> None:
    assert [span_of(text) for text in (None, "", "2", " 3 ", "2px", "0", "-1", "x", "+4", "1e9", "２")] == [
        1,
        1,
        2,
        3,
        2,
        0,
        1,
        1,
        4,
        1,
        2,
    ]


# ------------------------------------------------------------------------------------------------- any bytes


def read_or_refuse(data: bytes) -> Document | None:
    try:
        return read_document(data, "any")
    except UnreadableInput as refusal:
        assert refusal.code and refusal.reason
        return None


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


@given(
    st.binary(max_size=200), st.sampled_from(["<table><tr><td>", "<p>", "<html>", "\t", "| a |\n", "\ufeff"])
)
@settings(max_examples=300)
def test_any_bytes_after_a_start_that_is_known(data: bytes, start: str) -> None:
    read_or_refuse(start.encode() + data)
    read_or_refuse(start.encode("utf-16") + data)


tags = "table tr td th tbody thead tfoot caption p div br span b h2 ul li sup del nav article form img input o:p".split()
pieces = st.one_of(
    st.sampled_from(tags).map(lambda tag: f"<{tag}>"),
    st.sampled_from(tags).map(lambda tag: f"</{tag}>"),
    st.sampled_from(
        ["<td rowspan=2>", "<td colspan=3>", "<td colspan=0 rowspan=0>", "<td style='display:none'>"]
    ),
    st.sampled_from(
        ["<p style='display:none'>", "<!--", "-->", "<![if x]>", "&nbsp;", "&#0;", "<script>", "</script>"]
    ),
    st.sampled_from(["\n", " ", "\0", "<", ">", "'", '"', "&", "\\", "<\\/td>"]),
    st.text("规章12", min_size=1, max_size=3),
)


@given(st.lists(pieces, max_size=40))
@settings(max_examples=300)
def test_any_soup_of_tags_is_read_or_refused(soup: list[str]) -> None:
    document = read_or_refuse("".join(soup).encode())
    if document is None:
        return
    for number, grid in enumerate(document.grids(), 1):
        assert grid.index == number
        covered: set[tuple[int, int]] = set()
        for cell in grid.cells:
            places = set(occupied_places(cell))
            assert not covered & places
            covered |= places


opening = "<table><tr><td>", "<table>", "<td>", "<tr><td>", "<tr>", "<tbody>", "<tfoot>", "<caption>", "<th>"
blocks = (
    "<p>",
    "<div>",
    "<b>",
    "<span>",
    "<br>",
    "<h2>",
    "<li>",
    "<nav>",
    "<article>",
    "<del>",
    "<o:p>",
    "<form>",
)
closing = tuple(
    f"</{tag}>" for tag in ("td", "tr", "table", "tbody", "p", "div", "span", "b", "caption", "th")
)
open_tags = st.sampled_from(opening + opening + blocks + closing)


@given(st.lists(st.tuples(open_tags, st.integers(100, 999)), min_size=1, max_size=30), st.booleans())
@settings(max_examples=300)
def test_no_number_of_unclosed_markup_is_lost(parts: list[tuple[str, int]], whole: bool) -> None:
    soup = "".join(f"{tag}{number} " for tag, number in parts)
    document = read_document(f"{'<html><body>' if whole else '<p></p>'}{soup}".encode(), "soup")
    found: list[str] = []
    for block in document.blocks:
        if isinstance(block, Grid):
            found += " ".join(cell.text for cell in block.cells).split()
        else:
            found += getattr(block, "text", "").split()
    assert sorted(found) == sorted(str(number) for _, number in parts)


# ------------------------------------------------------------------------------- against an independent parser

values = st.text("规章甲乙0123", max_size=4)
sane_cells = st.lists(
    st.tuples(values, st.sampled_from(["", " colspan=2", " rowspan=2"])), min_size=2, max_size=5
)
wraps = st.sampled_from(
    ["{}", "<p>{}</p>", "<p><span lang=EN-US>{}</span><o:p></o:p></p>", "<b>{}", "<div>{}"]
)


@given(st.lists(sane_cells, min_size=2, max_size=5), wraps, st.booleans())
@settings(max_examples=150, deadline=None)
def test_cells_are_those_of_the_html_standard(
    rows: list[list[tuple[str, str]]], wrap: str, close: bool
) -> None:
    end, row_end = ("</td>", "</tr>") if close else ("", "")
    body = "".join(
        "<tr>" + "".join(f"<td{span}>{wrap.format(text)}{end}" for text, span in row) + row_end
        for row in rows
    )
    page = f"<html><body><table>{body}</table></body></html>"
    grids = read_document(page.encode(), "page").grids()
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    theirs = [["".join(cell.itertext()).strip() for cell in row.iter("td")] for row in tree.iter("tr")]
    assert [[cell.text for cell in row] for row in grids[0].rows()] == theirs


inline = st.sampled_from(
    ["{}", "<span lang=EN-US>{}</span>", "<o:p>{}</o:p>", "<font size=2>{}</font>", "<b>{}</b>"]
)
lines_of = st.sampled_from(
    ["{}", "<p class=a>{}</p>", "\n <p>{}</p>\n", "<p>{}</p>甲", "<div>{}</div>", "<p>{}<br></p>"]
)
runs = st.lists(st.tuples(st.text("规 章1\n2", max_size=3), inline), max_size=3)
word_cells = st.tuples(runs, lines_of, st.sampled_from(["", " colspan=2", " rowspan=2"]))


@given(st.lists(st.lists(word_cells, max_size=4), max_size=4))
@settings(max_examples=300)
def test_short_cuts_for_speed_change_nothing(
    rows: list[list[tuple[list[tuple[str, str]], str, str]]],
) -> None:
    """A page that mentions display or line-through is read without them."""
    page = "<html><body><p>一</p><table>"
    for row in rows:
        page += "<tr>"
        for parts, line, span in row:
            inner = "".join(wrap.format(text) for text, wrap in parts)
            page += f"<td{span}>{line.format(inner)}</td>"
        page += "</tr>"
    page += "</table>"
    quick = read_document(f"{page}</body></html>".encode(), "page")
    slow = read_document(f"{page}<!-- display, line-through --></body></html>".encode(), "page")
    assert quick.blocks == slow.blocks
