"""Pages: digits that are in the markup and not seen, raised digits, and what is printed without being text."""

from __future__ import annotations

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import Document, GridCell


def read(html: str) -> Document:
    return read_document(html.encode(), "page.html")


def cell(inner: str, attributes: str = "", head: str = "", around: str = "") -> GridCell:
    """One cell beside a label."""
    page = f"<head>{head}</head><table {around}><tr><td>规章</td><td {attributes}>{inner}</td></tr></table>"
    found = read(page).grids()[0].at(0, 1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "style",
    [
        "visibility:hidden",
        "VISIBILITY: hidden",
        "opacity:0",
        "font-size:0",
        "FONT-SIZE: 0px",
        "font-size:0.5pt;color:black",
        "color:transparent",
        "color:rgba(0,0,0,0)",
        "position:absolute;left:-9999px",
        "text-indent:-9999px",
        "display:inline-block;width:0;height:0;overflow:hidden",
        "display:none",
    ],
)
def test_text_that_is_not_seen_is_left_out(style: str) -> None:
    assert cell(f"5<span style='{style}'>9</span>").text == "5"
    assert cell(f"<span style='{style}'><b>9</b></span>").text == ""


def test_what_undoes_it_is_seen() -> None:
    assert cell("<span style='font-size:0'>8<span style='font-size:14px'>5</span>9</span>").text == "5"
    assert cell("<span style='visibility:hidden'>8<i style='visibility:visible'>5</i></span>").text == "5"
    assert cell("5", "style='font-size:10.5pt;opacity:0.9'").text == "5"


def test_a_cell_that_is_not_seen_keeps_its_place() -> None:
    html = "<table><tr><td>规章</td><td style='visibility:hidden'>9</td><td>5</td></tr></table>"
    assert [one.text for one in read(html).grids()[0].cells] == ["规章", "", "5"]


def test_pages_that_a_script_fades_in_are_read() -> None:
    """Only within tables: articles begin invisible and are shown by a script."""
    html = "<div class=x style='opacity:0'><p>一、总体情况</p><table><tr><td>规章</td><td>5</td></tr></table></div>"
    document = read(html)
    assert document.text() == "一、总体情况"
    assert document.grids()[0].at(0, 1) is not None


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (".sr{display:none}", "5"),
        ("td span.sr , .y { visibility : hidden }", "5"),
        ("TABLE .SR{font-size:0px}", "5"),
        ("#a{display:none} .sr{display:none} span.sr{display:inline}", "59"),
        ("@media print{.sr{display:none}}", "59"),
        ("@media screen{.sr{display:none}}", "5"),
        (".sr:hover{display:none}", "59"),
        (".other .sr{display:none}", "59"),
        ("/* .sr{display:none} */ .sr{color:red}", "59"),
        (".sr{display:none", "59"),
    ],
)
def test_the_style_sheet_of_the_page(rule: str, text: str) -> None:
    assert cell("5<span class=sr>9</span>", head=f"<style>{rule}</style>").text == text


def test_a_style_sheet_hides_nothing_but_in_tables() -> None:
    """Tabs and menus are shown by scripts later."""
    html = "<style>.tab{display:none}</style><div class=tab><table><tr><td>规章</td><td>5</td></tr></table></div>"
    assert read(html).grids()[0].at(0, 1) is not None


@pytest.mark.parametrize("white", ["color:#fff", "COLOR: #FFFFFF", "color:white", "color:rgb(255, 255, 255)"])
def test_white_digits_are_not_read_unless_on_a_known_ground(white: str) -> None:
    assert not cell(f"<span style='{white}'>4</span>").legible
    assert not cell(f"5<span style='{white}'>4</span>").legible
    assert not cell(f"<span style='{white};background:#fff'>4</span>").legible
    assert cell(f"<span style='{white}'>4</span>", "bgcolor='#1e50a2'").legible
    assert cell(f"<span style='{white}'>4</span>", around="style='background-color:navy'").legible
    assert cell(f"<b style='{white}'><i style='color:#333'>4</i></b>").legible
    assert cell(f"<span style='{white}'>合计4件</span>").legible


def test_the_colour_of_a_font_element() -> None:
    assert not cell("<font color=white>4</font>").legible
    assert cell("<font color='#ff0000'>4</font>").legible


@pytest.mark.parametrize(
    "mark",
    [
        "<span style='vertical-align:super'>1</span>",
        "<span style='vertical-align: 4pt;font-size:8pt'>1</span>",
        "<span style='position:relative;top:-4.0pt;mso-text-raise:4.0pt'>1</span>",
        "<a href='#_ftn1' style='mso-footnote-id:ftn1'><span>1</span></a>",
        "<span class=MsoFootnoteReference>1</span>",
        "<sup>1</sup>",
    ],
)
def test_a_raised_digit_leaves_its_number_unread(mark: str) -> None:
    found = cell(f"10{mark}")
    assert (found.text, found.legible) == ("10^1", False)
    assert not cell(mark).legible
    assert cell(f"第10条{mark}").legible


@pytest.mark.parametrize("mark", ["①", "[1]", "注1", "*"])
def test_a_mark_that_can_be_nothing_else_is_left_out(mark: str) -> None:
    found = cell(f"10<sup>{mark}</sup>")
    assert (found.text, found.legible, found.confidence < 0.9) == ("10", True, True)


def test_alignment_of_cells_raises_nothing() -> None:
    found = cell("<p style='vertical-align:middle'>10</p>", "style='vertical-align:super'")
    assert (found.text, found.legible, found.confidence) == ("10", True, 1.0)


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<textarea rows=1>12</textarea>", "12"),
        ("<select><option>1</option><option selected>2</option></select>", "2"),
        ("<select><option>1</option><option>2</option></select>", "1"),
        ("<input type=tel value=7>", "7"),
    ],
)
def test_fields_of_a_form_print_their_values(inner: str, text: str) -> None:
    assert cell(inner).text == text


def test_a_field_beside_the_tables_prints_nothing_here() -> None:
    assert read("<textarea>分享代码 1</textarea><p>正文</p>").text() == "正文"


@pytest.mark.parametrize(
    "inner",
    [
        "<svg><text>9</text></svg>",
        "5<svg><text>9</text></svg>",
        "<math><msup><mn>5</mn><mn>2</mn></msup></math>",
        "<bdo dir=rtl>21</bdo>",
        "1<img src='d.gif' width=8 height=14>",
        "<img src='d.gif' width=8 height=14>",
    ],
)
def test_what_is_drawn_is_not_read(inner: str) -> None:
    assert not cell(inner).legible


def test_spacers_and_pictures_in_labels_change_nothing() -> None:
    assert cell("5<img src='s.gif' width=1 height=1>").legible
    assert cell("合计<img src='i.gif' width=12 height=12>").legible
